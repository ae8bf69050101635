/* SPDX-License-Identifier: ISC */
#include "cldap.h"

#include "wire.h"

enum {
	SEARCH_REQUEST = 0x63,
	SEARCH_ENTRY = 0x64,
	SEARCH_DONE = 0x65,
	FILTER_PRESENT = 0x87,
	SCOPE_BASE = 0,
	NEVER_DEREFERENCE = 0,
};

/* RFC 4511 4.1.9. */
enum {
	SUCCESS = 0,
	STRONGER_AUTH_REQUIRED = 8,
	NO_SUCH_OBJECT = 32,
	INSUFFICIENT_ACCESS_RIGHTS = 50,
	UNWILLING_TO_PERFORM = 53,
};

static struct cursor read_message(struct cursor *, int64_t *, unsigned char *);
static bool is_fine(int64_t);

/* One attribute, of which nobody makes much. */
size_t
cldap_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	unsigned char *message, *search, *part, *attribute;

	message = wire_open(&p, BER_SEQUENCE);
	wire_put_number(&p, BER_INTEGER,
	    ((uint32_t)q->arbitrary & 0x7fffffff) | 0x40000000);
	search = wire_open(&p, SEARCH_REQUEST);
	wire_close(&p, wire_open(&p, BER_STRING));
	wire_put_number(&p, BER_ENUMERATED, SCOPE_BASE);
	wire_put_number(&p, BER_ENUMERATED, NEVER_DEREFERENCE);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_put_number(&p, BER_BOOLEAN, 0);
	part = wire_open(&p, FILTER_PRESENT);
	wire_put_text(&p, "objectClass");
	wire_close(&p, part);
	part = wire_open(&p, BER_SEQUENCE);
	attribute = wire_open(&p, BER_STRING);
	wire_put_text(&p, "supportedLDAPVersion");
	wire_close(&p, attribute);
	wire_close(&p, part);
	wire_close(&p, search);
	wire_close(&p, message);
	return (size_t)(p.at - q->to);
}

/* An entry and the end of the search are in one datagram, or in two. */
enum judgement
cldap_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len), op;
	int64_t id, asked, code;
	unsigned char type;

	(void)read_message(&sent, &asked, &type);
	do {
		op = read_message(&c, &id, &type);
		if (op.bad)
			return exchange_mismatch(x, "malformed");
		if (id != asked)
			return JUDGE_MORE;
		if (type == SEARCH_REQUEST)
			return exchange_mismatch(x, "the question came back");
		if (type == SEARCH_DONE) {
			code = wire_ber_number(&op, BER_ENUMERATED);
			(void)wire_ber(&op, BER_STRING);
			(void)wire_ber(&op, BER_STRING);
			if (op.bad || !wire_done(&c))
				return exchange_mismatch(x, "malformed");
			return is_fine(code)
			    ? JUDGE_MATCH
			    : exchange_mismatch(x, "an error of the server");
		}
		(void)wire_ber(&op, BER_STRING);
		(void)wire_ber(&op, BER_SEQUENCE);
		if (type != SEARCH_ENTRY || !wire_done(&op))
			return exchange_mismatch(x, "malformed");
	} while (c.left > 0);
	return JUDGE_MATCH;
}

/* What the operation holds; controls may follow it. */
static struct cursor
read_message(struct cursor *c, int64_t *id, unsigned char *type)
{
	struct cursor message = wire_ber(c, BER_SEQUENCE);

	*id = wire_ber_number(&message, BER_INTEGER);
	*type = !message.bad && message.left > 0 ? *message.at : 0;
	return wire_ber(&message, *type);
}

/* RFC 4511 A.1: it answers, though not to us. */
static bool
is_fine(int64_t code)
{
	return code == SUCCESS || code == STRONGER_AUTH_REQUIRED ||
	    code == NO_SUCH_OBJECT || code == INSUFFICIENT_ACCESS_RIGHTS ||
	    code == UNWILLING_TO_PERFORM;
}
