/* SPDX-License-Identifier: ISC */
#include "lan.h"

#include <string.h>

#include "addr.h"
#include "wire.h"

/* "*" and 15 NUL, each half of a byte as a letter (RFC 1001 14.1). */
#define NETBIOS_ANY \
	"\x20"      \
	"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
enum { NETBIOS_STATUS = 0x21, CLASS_IN = 1 };

/* RFC 2131 2, RFC 2132 3 and 9. */
enum {
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	ETHERNET = 1,
	CHADDR_SIZE = 16,
	SNAME_AND_FILE = 64 + 128,
	DHCP_COOKIE = 0x63825363,
	OPTION_PAD = 0,
	OPTION_PARAMETERS = 55,
	OPTION_MESSAGE = 53,
	OPTION_END = 255,
	DHCPACK = 5,
	DHCPNAK = 6,
	DHCPINFORM = 8,
	DHCP_MIN = 300, /* of a message in BOOTP (RFC 1542 2.1) */
};

/* RFC 1350 5; error codes: not defined, not found, access violation. */
enum { TFTP_READ = 1, TFTP_DATA = 3, TFTP_ERROR = 5 };
enum { TFTP_BLOCK = 512, TFTP_ACCESS_VIOLATION = 2 };

enum { RIP_RESPONSE = 2, RIP_ENTRY = 20, RIP_ENTRIES = 25, RIP_INFINITY = 16 };
enum { FAMILY_IP = 2, FAMILY_AUTHENTICATION = 0xffff };

static enum judgement judge_dhcp_options(struct exchange *, struct cursor *);
static bool is_route(struct cursor *);

size_t
lan_netbios_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, q->arbitrary, 2);
	wire_put(&p, 0, 2);
	wire_put(&p, 1, 2);
	wire_put_zeros(&p, 6);
	wire_put_bytes(&p, NETBIOS_ANY, sizeof(NETBIOS_ANY));
	wire_put(&p, NETBIOS_STATUS, 2);
	wire_put(&p, CLASS_IN, 2);
	return (size_t)(p.at - q->to);
}

/* Names of 15 characters, what each is for, and two bytes of flags. */
enum judgement
lan_netbios_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), data;
	struct cursor sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t id = wire_get(&c, 2), flags = wire_get(&c, 2),
		 questions = wire_get(&c, 2), answers = wire_get(&c, 2), names;

	(void)wire_get(&c, 4);
	if (c.bad)
		return exchange_mismatch(x, "too short");
	if (id != wire_get(&sent, 2))
		return JUDGE_MORE;
	if ((flags & 0x8000) == 0)
		return exchange_mismatch(x, "the question came back");
	if ((flags & 0x7800) != 0 || questions != 0)
		return exchange_mismatch(x, "malformed");
	if ((flags & 0x000f) != 0)
		return exchange_mismatch(x, "an error");
	if (answers != 1 || !wire_same(&c, NETBIOS_ANY, sizeof(NETBIOS_ANY)) ||
	    wire_get(&c, 2) != NETBIOS_STATUS || wire_get(&c, 2) != CLASS_IN)
		return exchange_mismatch(x, "malformed");
	(void)wire_get(&c, 4);
	data = wire_part(&c, wire_get(&c, 2));
	names = wire_get(&data, 1);
	(void)wire_take(&data, names * 18);
	return !data.bad && wire_done(&c) ? JUDGE_MATCH
					  : exchange_mismatch(x, "malformed");
}

/* The address of our hardware is not of interest. */
size_t
lan_dhcp_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, BOOTREQUEST, 1);
	wire_put(&p, ETHERNET, 1);
	wire_put(&p, 6, 1);
	wire_put(&p, 0, 1);
	wire_put(&p, q->arbitrary, 4);
	wire_put_zeros(&p, 4);
	if (q->from != NULL && q->from->family == AF_INET)
		wire_put_bytes(&p, &q->from->in.sin_addr, 4);
	else
		wire_put_zeros(&p, 4);
	wire_put_zeros(&p, 12);
	/* Locally administered, of one host. */
	wire_put(&p, 2, 1);
	wire_put(&p, q->arbitrary >> 24, 5);
	wire_put_zeros(&p, CHADDR_SIZE - 6 + SNAME_AND_FILE);
	wire_put(&p, DHCP_COOKIE, 4);
	wire_put(&p, OPTION_MESSAGE << 16 | 1 << 8 | DHCPINFORM, 3);
	/* The mask, the router, the servers of names. */
	wire_put(&p, OPTION_PARAMETERS << 8 | 3, 2);
	wire_put(&p, 0x010306, 3);
	wire_put(&p, OPTION_END, 1);
	wire_put_zeros(&p, DHCP_MIN - (size_t)(p.at - q->to));
	return DHCP_MIN;
}

enum judgement
lan_dhcp_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t op = wire_get(&c, 1), id;

	(void)wire_take(&c, 3);
	(void)wire_take(&sent, 4);
	id = wire_get(&c, 4);
	if (c.bad)
		return exchange_mismatch(x, "too short");
	if (id != wire_get(&sent, 4))
		return JUDGE_MORE;
	if (op != BOOTREPLY)
		return exchange_mismatch(x, "the question came back");
	(void)wire_take(&c, 20 + CHADDR_SIZE + SNAME_AND_FILE);
	if (wire_get(&c, 4) != DHCP_COOKIE)
		return exchange_mismatch(x, "malformed");
	return judge_dhcp_options(x, &c);
}

size_t
lan_tftp_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, TFTP_READ, 2);
	wire_put_text(&p, "portstate-");
	wire_put_hex(&p, q->arbitrary, 16);
	wire_put(&p, '\0', 1);
	wire_put_text(&p, "octet");
	wire_put(&p, '\0', 1);
	return (size_t)(p.at - q->to);
}

/* A server that has each file is one, too. */
enum judgement
lan_tftp_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	uint64_t what = wire_get(&c, 2), code = wire_get(&c, 2);

	if (!c.bad && what == TFTP_DATA && code == 1 && c.left <= TFTP_BLOCK)
		return JUDGE_MATCH;
	if (c.bad || what != TFTP_ERROR || c.left == 0 ||
	    memchr(c.at, '\0', c.left) != c.at + c.left - 1)
		return exchange_mismatch(x, "malformed");
	return code <= TFTP_ACCESS_VIOLATION
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "an error of the server");
}

enum judgement
lan_rip_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	uint64_t command = wire_get(&c, 1), version = wire_get(&c, 1);

	(void)wire_get(&c, 2);
	if (c.bad || command != RIP_RESPONSE || version < 1 || version > 2 ||
	    c.left == 0 || c.left > (size_t)RIP_ENTRIES * RIP_ENTRY)
		return exchange_mismatch(x, "malformed");
	while (c.left > 0)
		if (!is_route(&c))
			return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

enum judgement
lan_nat_pmp_answer(struct exchange *x)
{
	static const char *const results[] = { NULL, "unsupported version",
		"not authorized", "network failure", "out of resources",
		"unsupported opcode" };
	struct cursor c = wire_cursor(x->answer, x->len);
	uint64_t version = wire_get(&c, 1), op = wire_get(&c, 1),
		 result = wire_get(&c, 2);

	if (c.bad || version != 0 || op != 0x80 ||
	    result >= sizeof(results) / sizeof(results[0]))
		return exchange_mismatch(x, "malformed");
	if (result != 0)
		return exchange_mismatch(x, results[result]);
	(void)wire_take(&c, 8);
	return wire_done(&c) ? JUDGE_MATCH : exchange_mismatch(x, "malformed");
}

/* A code and a length each, but for padding and the end. */
static enum judgement
judge_dhcp_options(struct exchange *x, struct cursor *c)
{
	uint64_t option, message = 0;
	struct cursor value;

	while ((option = wire_get(c, 1)) != OPTION_END && !c->bad) {
		if (option == OPTION_PAD)
			continue;
		value = wire_part(c, wire_get(c, 1));
		if (option == OPTION_MESSAGE && value.left == 1)
			message = wire_get(&value, 1);
	}
	if (message == DHCPNAK && !c->bad)
		return exchange_mismatch(x, "DHCPNAK");
	return message == DHCPACK && !c->bad
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}

static bool
is_route(struct cursor *c)
{
	uint64_t family = wire_get(c, 2), metric;

	(void)wire_take(c, 14);
	metric = wire_get(c, 4);
	if (c->bad)
		return false;
	return family == FAMILY_AUTHENTICATION ||
	    (family == FAMILY_IP && metric >= 1 && metric <= RIP_INFINITY);
}
