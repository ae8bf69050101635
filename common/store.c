/* SPDX-License-Identifier: ISC */
#include "store.h"

#include <string.h>

#include "wire.h"

#define VERSION_REQUEST "version\r\n"
#define VERSION_RESPONSE "VERSION "

enum { SVR_RESP = 5 };
#define INSTANCE "ServerName;"
#define INSTANCE_END ";;"

size_t
store_ask_memcached(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, q->arbitrary, 2);
	wire_put(&p, 0, 2); /* the first */
	wire_put(&p, 1, 2); /* of one */
	wire_put(&p, 0, 2);
	wire_put_text(&p, VERSION_REQUEST);
	return (size_t)(p.at - q->to);
}

enum judgement
store_memcached(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t id = wire_get(&c, 2), place = wire_get(&c, 6);

	if (c.bad)
		return exchange_mismatch(x, "too short");
	if (id != wire_get(&sent, 2))
		return JUDGE_MORE;
	if (place >> 16 != 1 ||
	    !wire_same(&c, VERSION_RESPONSE, strlen(VERSION_RESPONSE)) ||
	    c.left < 3 || memchr(c.at, '\n', c.left) != c.at + c.left - 1 ||
	    c.at[c.left - 2] != '\r')
		return exchange_mismatch(x, "not a version");
	return JUDGE_MATCH;
}

enum judgement
store_mssql(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), text;

	if (wire_get(&c, 1) != SVR_RESP)
		return exchange_mismatch(x, "malformed");
	text = wire_part(&c, wire_get_little(&c, 2));
	if (!wire_done(&c) || text.left < strlen(INSTANCE INSTANCE_END) ||
	    memcmp(text.at, INSTANCE, strlen(INSTANCE)) != 0 ||
	    memcmp(text.at + text.left - 2, INSTANCE_END, 2) != 0)
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}
