/* SPDX-License-Identifier: ISC */
#include "coap.h"

#include "wire.h"

/* Version, type and the length of the token are the first byte. */
enum {
	VERSION_1 = 1,
	CONFIRMABLE = 0,
	NON_CONFIRMABLE = 1,
	ACKNOWLEDGEMENT = 2,
	RESET = 3,
	TOKEN_SIZE = 4,
};

/* Codes: class << 5 | detail. */
enum { EMPTY = 0, GET = 1, CLASS_SUCCESS = 2, CLASS_CLIENT = 4, CLASS_SERVER };

enum { PAYLOAD_MARKER = 0xff };

#define FIRST(type, token) (VERSION_1 << 6 | (type) << 4 | (token))

/* Uri-Path, which is option 11, twice. */
static const char core[] = "\xbb.well-known\x04"
			   "core";

static enum judgement read_header(struct exchange *, struct cursor *,
    struct cursor *, unsigned *, unsigned *);
static bool is_options(struct cursor *);

size_t
coap_ask_ping(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, FIRST(CONFIRMABLE, 0), 1);
	wire_put(&p, EMPTY, 1);
	wire_put(&p, q->arbitrary, 2);
	return (size_t)(p.at - q->to);
}

enum judgement
coap_ping(struct exchange *x)
{
	struct cursor c, sent;
	unsigned type, code;
	enum judgement j = read_header(x, &c, &sent, &type, &code);

	if (j != JUDGE_MATCH)
		return j;
	if (code != EMPTY && type != RESET)
		return JUDGE_MORE;
	return type == RESET && code == EMPTY && x->len == 4
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}

size_t
coap_ask_core(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, FIRST(CONFIRMABLE, TOKEN_SIZE), 1);
	wire_put(&p, GET, 1);
	wire_put(&p, q->arbitrary, 2);
	wire_put(&p, q->arbitrary >> 16, TOKEN_SIZE);
	wire_put_bytes(&p, core, sizeof(core) - 1);
	return (size_t)(p.at - q->to);
}

/* It may say first that it will answer, and a reset is an answer, too. */
enum judgement
coap_core(struct exchange *x)
{
	struct cursor c, sent;
	unsigned type, code, class;
	const unsigned char *token;
	enum judgement j = read_header(x, &c, &sent, &type, &code);

	if (j != JUDGE_MATCH)
		return j;
	if (code == EMPTY)
		return (type == ACKNOWLEDGEMENT || type == RESET) && x->len == 4
		    ? JUDGE_MATCH
		    : exchange_mismatch(x, "malformed");
	class = code >> 5;
	if (type == RESET ||
	    (class != CLASS_SUCCESS && class != CLASS_CLIENT &&
		class != CLASS_SERVER))
		return exchange_mismatch(x, "malformed");
	token = wire_take(&sent, TOKEN_SIZE);
	if ((x->answer[0] & 0xf) != TOKEN_SIZE ||
	    !wire_same(&c, token, TOKEN_SIZE))
		return c.bad ? exchange_mismatch(x, "malformed") : JUDGE_MORE;
	if (!is_options(&c))
		return exchange_mismatch(x, "malformed");
	return class == CLASS_SERVER
	    ? exchange_mismatch(x, "an error of the server")
	    : JUDGE_MATCH;
}

/*
 * Both cursors are behind the header then.  Of answers in a message of their own
 * only the token is ours.
 */
static enum judgement
read_header(struct exchange *x, struct cursor *c, struct cursor *sent,
    unsigned *type, unsigned *code)
{
	uint64_t first, id, asked;

	*c = wire_cursor(x->answer, x->len);
	*sent = wire_cursor(x->sent.data, x->sent.len);
	first = wire_get(c, 1);
	*code = (unsigned)wire_get(c, 1);
	id = wire_get(c, 2);
	(void)wire_get(sent, 2);
	asked = wire_get(sent, 2);
	if (c->bad || first >> 6 != VERSION_1)
		return exchange_mismatch(x, "malformed");
	*type = (unsigned)first >> 4 & 3;
	if (*type == ACKNOWLEDGEMENT || *type == RESET)
		return id == asked ? JUDGE_MATCH : JUDGE_MORE;
	if (*code >> 5 == 0)
		return id == asked
		    ? exchange_mismatch(x, "the question came back")
		    : JUDGE_MORE;
	return JUDGE_MATCH;
}

/* A number and a length each, of which 13 and 14 say that more bytes tell. */
static bool
is_options(struct cursor *c)
{
	while (c->left > 0) {
		uint64_t first = wire_get(c, 1), number = first >> 4,
			 len = first & 0xf;

		if (first == PAYLOAD_MARKER)
			return c->left > 0;
		if (number == 15 || len == 15)
			return false;
		if (number >= 13)
			(void)wire_get(c, number - 12);
		if (len == 13)
			len = 13 + wire_get(c, 1);
		else if (len == 14)
			len = 269 + wire_get(c, 2);
		(void)wire_take(c, len);
	}
	return !c->bad;
}
