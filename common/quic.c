/* SPDX-License-Identifier: ISC */
#include "quic.h"

#include <string.h>

#include "wire.h"

enum {
	LONG_HEADER = 0x80,
	FIXED_BIT = 0x40,
	TWO_BYTES = 0x4000, /* of a number (RFC 9000 16) */
	INITIAL_SIZE = 1200,
	ID_SIZE = 8,
	TO_AT = 6,
	FROM_AT = TO_AT + ID_SIZE + 1,
};

/* Of the form 0x?a?a?a?a, which is reserved for this (RFC 9000 15). */
#define NO_VERSION UINT32_C(0x1a2a3a4a)

size_t
quic_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	uint64_t seed = q->arbitrary;
	size_t rest;

	wire_put(&p, LONG_HEADER | FIXED_BIT, 1);
	wire_put(&p, NO_VERSION, 4);
	wire_put(&p, ID_SIZE, 1);
	wire_put_random(&p, &seed, ID_SIZE);
	wire_put(&p, ID_SIZE, 1);
	wire_put_random(&p, &seed, ID_SIZE);
	/* As in an Initial packet: no token, the length in two bytes. */
	wire_put(&p, 0, 1);
	rest = INITIAL_SIZE - (size_t)(p.at - q->to) - 2;
	wire_put(&p, TWO_BYTES | rest, 2);
	wire_put_random(&p, &seed, rest);
	return INITIAL_SIZE;
}

/* Our two numbers come back, each in the place of the other. */
enum judgement
quic_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), to, from;
	const char *sent = x->sent.data;
	uint64_t first = wire_get(&c, 1), version = wire_get(&c, 4);

	to = wire_part(&c, wire_get(&c, 1));
	from = wire_part(&c, wire_get(&c, 1));
	if (c.bad || (first & LONG_HEADER) == 0 || x->sent.len != INITIAL_SIZE)
		return exchange_mismatch(x, "malformed");
	if (version == NO_VERSION)
		return exchange_mismatch(x, "the question came back");
	if (to.left != ID_SIZE || from.left != ID_SIZE ||
	    memcmp(to.at, sent + FROM_AT, ID_SIZE) != 0 ||
	    memcmp(from.at, sent + TO_AT, ID_SIZE) != 0)
		return JUDGE_MORE;
	if (version != 0 || c.left == 0 || c.left % 4 != 0)
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}
