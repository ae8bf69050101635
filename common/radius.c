/* SPDX-License-Identifier: ISC */
#include "radius.h"

#include <string.h>

#include "wire.h"

enum {
	ACCESS_REQUEST = 1,
	ACCESS_ACCEPT = 2,
	ACCESS_REJECT = 3,
	ACCESS_CHALLENGE = 11,
	HEADER = 20,
	LENGTH_MAX = 4096,
};

/* Attributes (RFC 2865 5). */
enum {
	USER_NAME = 1,
	CHAP_PASSWORD = 3,
	CHAP_SIZE = 17,
	SERVICE_TYPE = 6,
	AUTHENTICATE_ONLY = 8,
	NAS_IDENTIFIER = 32,
};

static void put_attribute(struct pen *, unsigned, const char *);

size_t
radius_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX), length;
	uint64_t seed = q->arbitrary;

	wire_put(&p, ACCESS_REQUEST, 1);
	wire_put(&p, q->arbitrary, 1);
	length = p;
	wire_put_zeros(&p, 2);
	wire_put_random(&p, &seed, 16);
	put_attribute(&p, USER_NAME, "portstate");
	wire_put(&p, CHAP_PASSWORD << 8 | (2 + CHAP_SIZE), 2);
	wire_put_random(&p, &seed, CHAP_SIZE);
	wire_put(&p, SERVICE_TYPE << 8 | 6, 2);
	wire_put(&p, AUTHENTICATE_ONLY, 4);
	put_attribute(&p, NAS_IDENTIFIER, "portstate");
	wire_put(&length, (uint64_t)(p.at - q->to), 2);
	return (size_t)(p.at - q->to);
}

/* What follows its length is padding (RFC 2865 3). */
enum judgement
radius_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), attributes,
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t code = wire_get(&c, 1), id = wire_get(&c, 1),
		 len = wire_get(&c, 2);

	(void)wire_get(&sent, 1);
	(void)wire_take(&c, 16);
	if (c.bad || len < HEADER || len > LENGTH_MAX)
		return exchange_mismatch(x, "malformed");
	attributes = wire_part(&c, len - HEADER);
	if (attributes.bad)
		return exchange_mismatch(x, "malformed");
	if (code == ACCESS_REQUEST)
		return exchange_mismatch(x, "the question came back");
	if (id != wire_get(&sent, 1))
		return JUDGE_MORE;
	while (attributes.left > 0) {
		(void)wire_get(&attributes, 1);
		len = wire_get(&attributes, 1);
		if (len < 2 || wire_take(&attributes, len - 2) == NULL)
			return exchange_mismatch(x, "malformed");
	}
	return code == ACCESS_ACCEPT || code == ACCESS_REJECT ||
		code == ACCESS_CHALLENGE
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}

static void
put_attribute(struct pen *p, unsigned type, const char *text)
{
	wire_put(p, type, 1);
	wire_put(p, 2 + strlen(text), 1);
	wire_put_text(p, text);
}
