/* SPDX-License-Identifier: ISC */
#include "ipmi.h"

#include "wire.h"

/* The header: the version, a number that asks for no acknowledgement. */
#define RMCP UINT32_C(0x0600ff)
enum { CLASS_ASF = 6, CLASS_IPMI = 7, CLASS_ACK = 0x80, CLASS_MEANING = 0x9f };

enum { ASF_ENTERPRISE = 4542, PRESENCE_PING = 0x80, PRESENCE_PONG = 0x40 };
enum { TAG_AT = 9, PONG_SIZE = 16 };

/* Messages of IPMI (13.8): addresses, functions, the command. */
enum {
	BMC = 0x20,
	CONSOLE = 0x81,
	APP_REQUEST = 0x06 << 2,
	APP_RESPONSE = 0x07 << 2,
	GET_CAPABILITIES = 0x38,
	THIS_CHANNEL = 0x8e, /* and of IPMI 2.0 */
	ADMINISTRATOR = 4,
	SESSION_HEADER = 9, /* no authentication, no session */
	MESSAGE_AT = 4 + SESSION_HEADER + 1,
	NUMBER_AT = MESSAGE_AT + 4,
	CAPABILITIES_SIZE = 8,
};

static enum judgement read_rmcp(struct exchange *, struct cursor *, unsigned);
static void put_checksum(struct pen *, const unsigned char *);
static bool is_summed(const unsigned char *, size_t);

size_t
ipmi_ask_presence(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, RMCP, 3);
	wire_put(&p, CLASS_ASF, 1);
	wire_put(&p, ASF_ENTERPRISE, 4);
	wire_put(&p, PRESENCE_PING, 1);
	wire_put(&p, q->arbitrary % 255, 1); /* 255 is for those not answered */
	wire_put_zeros(&p, 2);
	return (size_t)(p.at - q->to);
}

enum judgement
ipmi_presence(struct exchange *x)
{
	struct cursor c, sent = wire_cursor(x->sent.data, x->sent.len);
	enum judgement j = read_rmcp(x, &c, CLASS_ASF);
	uint64_t enterprise, type, tag, len;

	if (j != JUDGE_MATCH)
		return j;
	enterprise = wire_get(&c, 4);
	type = wire_get(&c, 1);
	tag = wire_get(&c, 1);
	(void)wire_get(&c, 1);
	len = wire_get(&c, 1);
	(void)wire_take(&sent, TAG_AT);
	if (c.bad || enterprise != ASF_ENTERPRISE)
		return exchange_mismatch(x, "malformed");
	if (tag != wire_get(&sent, 1))
		return JUDGE_MORE;
	if (type == PRESENCE_PING)
		return exchange_mismatch(x, "the question came back");
	return type == PRESENCE_PONG && len == PONG_SIZE && len == c.left
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}

size_t
ipmi_ask_capabilities(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	const unsigned char *message;

	wire_put(&p, RMCP, 3);
	wire_put(&p, CLASS_IPMI, 1);
	wire_put_zeros(&p, SESSION_HEADER);
	wire_put(&p, 9, 1);
	message = p.at;
	wire_put(&p, BMC, 1);
	wire_put(&p, APP_REQUEST, 1);
	put_checksum(&p, message);
	message = p.at;
	wire_put(&p, CONSOLE, 1);
	wire_put(&p, (q->arbitrary & 0x3f) << 2, 1);
	wire_put(&p, GET_CAPABILITIES, 1);
	wire_put(&p, THIS_CHANNEL, 1);
	wire_put(&p, ADMINISTRATOR, 1);
	put_checksum(&p, message);
	return (size_t)(p.at - q->to);
}

/* Both ends have changed places; a code tells whether it was done. */
enum judgement
ipmi_capabilities(struct exchange *x)
{
	struct cursor c, message, sent = wire_cursor(x->sent.data, x->sent.len);
	enum judgement j = read_rmcp(x, &c, CLASS_IPMI);
	const unsigned char *at;
	uint64_t session, function, number, command, code;

	if (j != JUDGE_MATCH)
		return j;
	session = wire_get(&c, 1);
	(void)wire_take(&c, SESSION_HEADER - 1);
	message = wire_part(&c, wire_get(&c, 1));
	at = message.at;
	if (message.bad || session != 0 || message.left < 8 ||
	    !is_summed(at, 3) || !is_summed(at + 3, message.left - 3))
		return exchange_mismatch(x, "malformed");
	message.left--;
	(void)wire_get(&message, 1);
	function = wire_get(&message, 1);
	(void)wire_get(&message, 2);
	number = wire_get(&message, 1);
	command = wire_get(&message, 1);
	code = wire_get(&message, 1);
	(void)wire_take(&sent, NUMBER_AT);
	if (number >> 2 != wire_get(&sent, 1) >> 2)
		return JUDGE_MORE;
	if (function >> 2 == APP_REQUEST >> 2)
		return exchange_mismatch(x, "the question came back");
	if (function >> 2 != APP_RESPONSE >> 2 || command != GET_CAPABILITIES)
		return exchange_mismatch(x, "malformed");
	if (code != 0)
		return exchange_mismatch(x, "an error of the controller");
	return message.left == CAPABILITIES_SIZE
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}

/* An acknowledgement is not the answer yet, and the other class not to this. */
static enum judgement
read_rmcp(struct exchange *x, struct cursor *c, unsigned class)
{
	uint64_t version, got;

	*c = wire_cursor(x->answer, x->len);
	version = wire_get(c, 1);
	(void)wire_get(c, 2);
	got = wire_get(c, 1) & CLASS_MEANING;
	if (c->bad || version != RMCP >> 16)
		return exchange_mismatch(x, "malformed");
	if (got == class)
		return JUDGE_MATCH;
	got &= ~(uint64_t)CLASS_ACK;
	return got == CLASS_ASF || got == CLASS_IPMI
	    ? JUDGE_MORE
	    : exchange_mismatch(x, "malformed");
}

/* What makes the sum of all bytes 0. */
static void
put_checksum(struct pen *p, const unsigned char *from)
{
	unsigned sum = 0;

	while (from < p->at)
		sum += *from++;
	wire_put(p, 0 - sum, 1);
}

static bool
is_summed(const unsigned char *p, size_t n)
{
	unsigned sum = 0;

	while (n-- > 0)
		sum += *p++;
	return (sum & 0xff) == 0;
}
