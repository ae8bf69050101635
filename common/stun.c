/* SPDX-License-Identifier: ISC */
#include "stun.h"

#include "wire.h"

enum {
	BINDING_REQUEST = 0x0001,
	BINDING_SUCCESS = 0x0101,
	BINDING_ERROR = 0x0111,
	MAGIC_COOKIE = 0x2112a442,
	ID_SIZE = 12,
	ID_AT = 8,
};

/* Attributes (RFC 8489 14). */
enum {
	MAPPED_ADDRESS = 0x0001,
	ERROR_CODE = 0x0009,
	XOR_MAPPED_ADDRESS = 0x0020,
};

static enum judgement judge_attributes(struct exchange *, struct cursor *,
    bool);
static bool is_address(struct cursor);

size_t
stun_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	uint64_t seed = q->arbitrary;

	wire_put(&p, BINDING_REQUEST, 2);
	wire_put(&p, 0, 2);
	wire_put(&p, MAGIC_COOKIE, 4);
	wire_put_random(&p, &seed, ID_SIZE);
	return (size_t)(p.at - q->to);
}

enum judgement
stun_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t type = wire_get(&c, 2), len = wire_get(&c, 2),
		 cookie = wire_get(&c, 4);
	const unsigned char *id = wire_take(&c, ID_SIZE);

	(void)wire_take(&sent, ID_AT);
	if (id == NULL || cookie != MAGIC_COOKIE || len != c.left)
		return exchange_mismatch(x, "malformed");
	if (!wire_same(&sent, id, ID_SIZE))
		return JUDGE_MORE;
	if (type == BINDING_REQUEST)
		return exchange_mismatch(x, "the question came back");
	if (type != BINDING_SUCCESS && type != BINDING_ERROR)
		return exchange_mismatch(x, "malformed");
	return judge_attributes(x, &c, type == BINDING_ERROR);
}

/* Each begins at a multiple of four bytes. */
static enum judgement
judge_attributes(struct exchange *x, struct cursor *c, bool is_error)
{
	unsigned class = 0;
	bool address = false;

	while (c->left > 0) {
		uint64_t type = wire_get(c, 2), len = wire_get(c, 2);
		struct cursor value = wire_part(c, len);

		(void)wire_take(c, (4 - len % 4) % 4);
		if (type == MAPPED_ADDRESS || type == XOR_MAPPED_ADDRESS)
			address = address || is_address(value);
		if (type == ERROR_CODE) {
			(void)wire_get(&value, 2);
			class = (unsigned)wire_get(&value, 1) & 7;
			(void)wire_get(&value, 1);
			class = value.bad ? 0 : class;
		}
	}
	if (c->bad || (is_error ? class < 3 || class > 6 : !address))
		return exchange_mismatch(x, "malformed");
	return is_error && class == 5
	    ? exchange_mismatch(x, "an error of the server")
	    : JUDGE_MATCH;
}

/* A zero, the family, the port and the address. */
static bool
is_address(struct cursor c)
{
	uint64_t family = wire_get(&c, 2);

	return !c.bad &&
	    ((family == 1 && c.left == 2 + 4) ||
		(family == 2 && c.left == 2 + 16));
}
