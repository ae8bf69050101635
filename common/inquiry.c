/* SPDX-License-Identifier: ISC */
#include "inquiry.h"

void
inquiry_init(struct inquiry *q, const struct datagram *protocol)
{
	static const struct payload empty = { .send = BYTES("") };

	*q = (struct inquiry){
		.payloads = &empty,
		.n = 1,
		.demand = DEMAND_NONE,
		.quiet_us = DIALOGUE_QUIET_US,
		.max_bytes = INQUIRY_MAX_BYTES,
	};
	if (protocol == NULL)
		return;
	q->payloads = protocol->payloads;
	q->n = protocol->n;
	q->demand = protocol->demand;
	q->why = protocol->why;
	q->other_port = protocol->other_port;
	q->once = protocol->once;
}
