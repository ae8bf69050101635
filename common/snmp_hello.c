/* SPDX-License-Identifier: ISC */
#include "snmp_hello.h"

#include <string.h>

#include "wire.h"

enum { VERSION_1 = 0, VERSION_2C = 1, VERSION_3 = 3 };

/* RFC 3416 3, and the values that stand for none. */
enum {
	GET_REQUEST = 0xa0,
	RESPONSE = 0xa2,
	REPORT = 0xa8,
	TIME_TICKS = 0x43,
	NO_SUCH_OBJECT = 0x80,
	NO_SUCH_INSTANCE = 0x81,
};

enum {
	NO_ERROR = 0,
	NO_SUCH_NAME = 2,
	NO_ACCESS = 6,
	AUTHORIZATION_ERROR = 16,
};

/* RFC 3412 6, 7. */
enum {
	MESSAGE_MAX = 65507,
	FLAG_REPORTABLE = 0x04,
	USER_BASED = 3,
};

/* sysUpTime.0: 1.3.6.1.2.1.1.3.0; usmStats: 1.3.6.1.6.3.15.1.1. */
static const unsigned char up_time[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
static const unsigned char usm_stats[] = { 0x2b, 6, 1, 6, 3, 15, 1, 1 };

static size_t ask(const struct question *, unsigned);
static void put_id(struct pen *, uint64_t);
static void put_string(struct pen *, const void *, size_t);
static struct cursor community_message(struct cursor *, unsigned char);
static enum judgement judge_bindings(struct exchange *, struct cursor *,
    int64_t);
static bool is_other_version(const struct exchange *);
static struct cursor v3_message(struct cursor *, int64_t *);
static bool is_usm_report(struct cursor *);

size_t
snmp_hello_ask_v1(const struct question *q)
{
	return ask(q, VERSION_1);
}

size_t
snmp_hello_ask_v2c(const struct question *q)
{
	return ask(q, VERSION_2C);
}

enum judgement
snmp_hello_response(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len), pdu;
	int64_t id, error;

	if (is_other_version(x))
		return JUDGE_MORE;
	pdu = community_message(&c, RESPONSE);
	id = wire_ber_number(&pdu, BER_INTEGER);
	if (pdu.bad)
		return exchange_mismatch(x, "malformed");
	sent = community_message(&sent, GET_REQUEST);
	if (id != wire_ber_number(&sent, BER_INTEGER))
		return JUDGE_MORE;
	error = wire_ber_number(&pdu, BER_INTEGER);
	(void)wire_ber_number(&pdu, BER_INTEGER);
	return judge_bindings(x, &pdu, error);
}

/* msgGlobalData, what the security model says, and an empty request. */
size_t
snmp_hello_ask_v3(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	unsigned char *message, *part, *inner;

	message = wire_open(&p, BER_SEQUENCE);
	wire_put_number(&p, BER_INTEGER, VERSION_3);
	part = wire_open(&p, BER_SEQUENCE);
	put_id(&p, q->arbitrary);
	wire_put_number(&p, BER_INTEGER, MESSAGE_MAX);
	put_string(&p, &(unsigned char){ FLAG_REPORTABLE }, 1);
	wire_put_number(&p, BER_INTEGER, USER_BASED);
	wire_close(&p, part);
	part = wire_open(&p, BER_STRING);
	inner = wire_open(&p, BER_SEQUENCE);
	put_string(&p, NULL, 0);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_put_number(&p, BER_INTEGER, 0);
	put_string(&p, NULL, 0);
	put_string(&p, NULL, 0);
	put_string(&p, NULL, 0);
	wire_close(&p, inner);
	wire_close(&p, part);
	part = wire_open(&p, BER_SEQUENCE);
	put_string(&p, NULL, 0);
	put_string(&p, NULL, 0);
	inner = wire_open(&p, GET_REQUEST);
	put_id(&p, q->arbitrary >> 32);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_close(&p, wire_open(&p, BER_SEQUENCE));
	wire_close(&p, inner);
	wire_close(&p, part);
	wire_close(&p, message);
	return (size_t)(p.at - q->to);
}

enum judgement
snmp_hello_report(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len), message;
	int64_t id, asked;

	if (is_other_version(x))
		return JUDGE_MORE;
	message = v3_message(&c, &id);
	if (message.bad)
		return exchange_mismatch(x, "malformed");
	(void)v3_message(&sent, &asked);
	if (id != asked)
		return JUDGE_MORE;
	return is_usm_report(&message) ? JUDGE_MATCH
				       : exchange_mismatch(x, "malformed");
}

static size_t
ask(const struct question *q, unsigned version)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	unsigned char *message, *pdu, *bindings, *binding;

	message = wire_open(&p, BER_SEQUENCE);
	wire_put_number(&p, BER_INTEGER, version);
	put_string(&p, q->arg, strlen(q->arg));
	pdu = wire_open(&p, GET_REQUEST);
	put_id(&p, q->arbitrary);
	wire_put_number(&p, BER_INTEGER, 0);
	wire_put_number(&p, BER_INTEGER, 0);
	bindings = wire_open(&p, BER_SEQUENCE);
	binding = wire_open(&p, BER_SEQUENCE);
	wire_put(&p, BER_OID, 1);
	wire_put(&p, sizeof(up_time), 1);
	wire_put_bytes(&p, up_time, sizeof(up_time));
	wire_close(&p, wire_open(&p, BER_NULL));
	wire_close(&p, binding);
	wire_close(&p, bindings);
	wire_close(&p, pdu);
	wire_close(&p, message);
	return (size_t)(p.at - q->to);
}

/* Of 31 bits, as RFC 3412 6.2 has it, of which the first is set. */
static void
put_id(struct pen *p, uint64_t id)
{
	wire_put_number(p, BER_INTEGER,
	    ((uint32_t)id & 0x7fffffff) | 0x40000000);
}

static void
put_string(struct pen *p, const void *bytes, size_t len)
{
	unsigned char *string = wire_open(p, BER_STRING);

	wire_put_bytes(p, bytes, len);
	wire_close(p, string);
}

/* What the PDU of that type holds in a message of version 1 or 2c. */
static struct cursor
community_message(struct cursor *c, unsigned char type)
{
	struct cursor message = wire_ber(c, BER_SEQUENCE), pdu;

	(void)wire_ber_number(&message, BER_INTEGER);
	(void)wire_ber(&message, BER_STRING);
	pdu = wire_ber(&message, type);
	pdu.bad = pdu.bad || !wire_done(&message) || !wire_done(c);
	return pdu;
}

/* The one that was asked for, with its value; with an error, as it was sent. */
static enum judgement
judge_bindings(struct exchange *x, struct cursor *pdu, int64_t error)
{
	struct cursor bindings = wire_ber(pdu, BER_SEQUENCE),
		      binding = wire_ber(&bindings, BER_SEQUENCE),
		      name = wire_ber(&binding, BER_OID);
	uint64_t type = wire_get(&binding, 1);

	if (!wire_done(pdu))
		return exchange_mismatch(x, "malformed");
	if (error == NO_SUCH_NAME || error == NO_ACCESS ||
	    error == AUTHORIZATION_ERROR)
		return JUDGE_MATCH;
	if (error != NO_ERROR)
		return exchange_mismatch(x, "an error of the agent");
	(void)wire_take(&binding, wire_get(&binding, 1));
	if (!wire_same(&name, up_time, sizeof(up_time)) || !wire_done(&name) ||
	    !wire_done(&binding) || !wire_done(&bindings) ||
	    (type != TIME_TICKS && type != NO_SUCH_OBJECT &&
		type != NO_SUCH_INSTANCE))
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/* An answer to what was asked in another version at the same time. */
static bool
is_other_version(const struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	int64_t version;

	c = wire_ber(&c, BER_SEQUENCE);
	sent = wire_ber(&sent, BER_SEQUENCE);
	version = wire_ber_number(&c, BER_INTEGER);
	return !c.bad && version != wire_ber_number(&sent, BER_INTEGER) &&
	    (version == VERSION_1 || version == VERSION_2C ||
		version == VERSION_3);
}

/* What follows msgGlobalData in a message of version 3. */
static struct cursor
v3_message(struct cursor *c, int64_t *id)
{
	struct cursor message = wire_ber(c, BER_SEQUENCE), global;
	int64_t version = wire_ber_number(&message, BER_INTEGER);

	global = wire_ber(&message, BER_SEQUENCE);
	*id = wire_ber_number(&global, BER_INTEGER);
	(void)wire_ber_number(&global, BER_INTEGER);
	(void)wire_ber(&global, BER_STRING);
	if (wire_ber_number(&global, BER_INTEGER) != USER_BASED ||
	    version != VERSION_3 || !wire_done(&global) || !wire_done(c))
		message.bad = true;
	return message;
}

/* With the name of the engine, and a counter of usmStats. */
static bool
is_usm_report(struct cursor *message)
{
	struct cursor string = wire_ber(message, BER_STRING),
		      usm = wire_ber(&string, BER_SEQUENCE),
		      engine = wire_ber(&usm, BER_STRING),
		      scoped = wire_ber(message, BER_SEQUENCE), pdu, bindings,
		      binding, name;

	(void)wire_ber(&scoped, BER_STRING);
	(void)wire_ber(&scoped, BER_STRING);
	pdu = wire_ber(&scoped, REPORT);
	(void)wire_ber_number(&pdu, BER_INTEGER);
	(void)wire_ber_number(&pdu, BER_INTEGER);
	(void)wire_ber_number(&pdu, BER_INTEGER);
	bindings = wire_ber(&pdu, BER_SEQUENCE);
	binding = wire_ber(&bindings, BER_SEQUENCE);
	name = wire_ber(&binding, BER_OID);
	return !usm.bad && !engine.bad && engine.left > 0 &&
	    wire_done(&string) && wire_done(message) && wire_done(&scoped) &&
	    wire_done(&pdu) && !binding.bad &&
	    wire_same(&name, usm_stats, sizeof(usm_stats));
}
