/* SPDX-License-Identifier: ISC */
/*
 * What is asked of a socket of datagrams, and what the reply has to be.
 */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "datagram.h"

#define INQUIRY_PAYLOADS_MAX 16

/*
 * When an address that has not answered is asked again: after this time, or the
 * third part of a time that is shorter than three times that, and then after
 * twice the time before each time, until the deadline.
 */
#define INQUIRY_AGAIN_US INT64_C(500000)

/* All that it points to outlives it. */
struct inquiry {
	/* All of them are sent; a Unix socket may be asked nothing. */
	const struct payload *payloads;
	size_t n;
	/* Of any reply, in place of what the payloads want; n 0: none. */
	struct expect expect;
	bool besides; /* what the payloads want is expected, too */
	/* DEMAND_ANSWER: silence is a failure. */
	enum demand demand;
	const char *why; /* no answer can be demanded; or NULL */
	bool other_port; /* the reply may come from any port */
	bool once;       /* it is not asked again */
	/*
	 * How long to wait for a better reply than one that is not as it should
	 * be; 0: until the deadline.
	 */
	int64_t quiet_us;
	size_t max_bytes;  /* of a reply that are looked at */
	struct bytes quit; /* said to who has answered */
};

/*
 * To be asked as the protocol wants it; NULL: as none, with an empty datagram,
 * which a closed port answers.
 */
void inquiry_init(struct inquiry *q, const struct datagram *protocol);

/* A datagram is no longer than this (RFC 768). */
#define INQUIRY_MAX_BYTES ((size_t)65535)

#endif
