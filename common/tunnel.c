/* SPDX-License-Identifier: ISC */
#include "tunnel.h"

#include <string.h>

#include "wire.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 2408 3.1, RFC 7296 3.1. */
enum {
	IKE_VERSION_1 = 0x10,
	IKE_VERSION_2 = 0x20,
	IKE_HEADER = 28,
	PAYLOAD_NONE = 0,
	PAYLOAD_SA_1 = 1,
	PAYLOAD_NOTIFY_1 = 11,
	PAYLOAD_SA_2 = 33,
	PAYLOAD_KE_2 = 34,
	PAYLOAD_NONCE_2 = 40,
	PAYLOAD_NOTIFY_2 = 41,
	MAIN_MODE = 2,
	INFORMATIONAL_1 = 5,
	IKE_SA_INIT = 34,
	FLAG_ENCRYPTED_1 = 0x01,
	FLAG_INITIATOR_2 = 0x08,
	FLAG_RESPONSE_2 = 0x20,
};

/* Attributes of a phase 1 transform (RFC 2409 A): 1 cipher, 2 hash, 4 group. */
static const struct {
	uint16_t cipher, bits, group;
} transforms[] = {
	{ 7, 256, 14 }, /* AES-CBC, MODP 2048 */
	{ 7, 128, 14 },
	{ 7, 128, 2 }, /* MODP 1024 */
	{ 5, 0, 14 },  /* 3DES-CBC */
	{ 5, 0, 2 },
};

/* ENCR_AES_CBC of 256 bits, PRF_ and AUTH_HMAC_SHA1, MODP 768 (RFC 7296 3.3). */
static const unsigned char proposal_2[] = { 0, 0, 0, 44, 1, 1, 0, 4, 3, 0, 0,
	12, 1, 0, 0, 12, 0x80, 14, 1, 0, 3, 0, 0, 8, 2, 0, 0, 2, 3, 0, 0, 8, 3,
	0, 0, 2, 0, 0, 0, 8, 4, 0, 0, 1 };
enum { GROUP_MODP_768 = 1, MODP_768_SIZE = 96, NONCE_SIZE = 32 };

/* The operation in the first five bits. */
enum {
	OPENVPN_RESET_CLIENT = 7 << 3,
	OPENVPN_RESET_SERVER = 8 << 3,
	OPENVPN_KEY = 7,
};

/* Control, with length and numbers, version 2 (RFC 2661 3.1); types of 6. */
enum {
	L2TP_CONTROL = 0xc802,
	L2TP_MEANING = 0xcb0f, /* of these bits */
	L2TP_MANDATORY = 0x8000,
	L2TP_LENGTH = 0x03ff,
	SCCRQ = 1,
	SCCRP = 2,
	STOP_CCN = 4,
};

static void put_ike_header(struct pen *, const struct question *, unsigned,
    unsigned, unsigned, unsigned);
static void put_attribute(struct pen *, unsigned, unsigned);
static void set_length(unsigned char *, size_t);
static enum judgement read_ike(struct exchange *, size_t, struct cursor *,
    unsigned *);
static bool is_payloads(struct cursor *, unsigned, unsigned, unsigned);
static void put_avp(struct pen *, unsigned, uint64_t, size_t);
static enum judgement judge_l2tp_message(struct exchange *, struct cursor *);

size_t
tunnel_ask_ike1(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	unsigned char *sa, *proposal, *transform;
	size_t i;

	put_ike_header(&p, q, PAYLOAD_SA_1, IKE_VERSION_1, MAIN_MODE, 0);
	sa = p.at;
	wire_put_zeros(&p, 4);
	wire_put(&p, 1, 4); /* the DOI of IPsec */
	wire_put(&p, 1, 4); /* SIT_IDENTITY_ONLY */
	proposal = p.at;
	wire_put_zeros(&p, 4);
	wire_put(&p, 1, 1);
	wire_put(&p, 1, 1); /* PROTO_ISAKMP */
	wire_put(&p, 0, 1);
	wire_put(&p, ARRAY_SIZE(transforms), 1);
	for (i = 0; i < ARRAY_SIZE(transforms); i++) {
		transform = p.at;
		wire_put(&p, i + 1 < ARRAY_SIZE(transforms) ? 3 : 0, 1);
		wire_put_zeros(&p, 3);
		wire_put(&p, i + 1, 1);
		wire_put(&p, 1, 1); /* KEY_IKE */
		wire_put_zeros(&p, 2);
		put_attribute(&p, 1, transforms[i].cipher);
		if (transforms[i].bits != 0)
			put_attribute(&p, 14, transforms[i].bits);
		put_attribute(&p, 2, 2);
		put_attribute(&p, 3, 1);
		put_attribute(&p, 4, transforms[i].group);
		put_attribute(&p, 11, 1);
		put_attribute(&p, 12, 28800);
		set_length(transform + 2, (size_t)(p.at - transform));
	}
	set_length(proposal + 2, (size_t)(p.at - proposal));
	set_length(sa + 2, (size_t)(p.at - sa));
	set_length(q->to + IKE_HEADER - 2, (size_t)(p.at - q->to));
	return (size_t)(p.at - q->to);
}

enum judgement
tunnel_ike1(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	unsigned next, exchange, flags;
	uint64_t responder;
	enum judgement j;

	j = read_ike(x, 0, &c, &next);
	if (j != JUDGE_MATCH)
		return j;
	responder = wire_get(&c, 8);
	(void)wire_get(&c, 1);
	if (wire_get(&c, 1) >> 4 != IKE_VERSION_1 >> 4)
		return exchange_mismatch(x, "malformed");
	exchange = (unsigned)wire_get(&c, 1);
	flags = (unsigned)wire_get(&c, 1);
	(void)wire_get(&c, 8);
	if (exchange == MAIN_MODE && responder == 0)
		return exchange_mismatch(x, "the question came back");
	if ((flags & FLAG_ENCRYPTED_1) != 0 ||
	    (exchange != MAIN_MODE && exchange != INFORMATIONAL_1) ||
	    !is_payloads(&c, next, PAYLOAD_SA_1, PAYLOAD_NOTIFY_1))
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

size_t
tunnel_ask_ike2(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	uint64_t seed = q->arbitrary;
	unsigned char *header;

	if (q->arg != NULL)
		wire_put_zeros(&p, 4);
	header = p.at;
	put_ike_header(&p, q, PAYLOAD_SA_2, IKE_VERSION_2, IKE_SA_INIT,
	    FLAG_INITIATOR_2);
	wire_put(&p, PAYLOAD_KE_2 << 8, 2);
	wire_put(&p, 4 + sizeof(proposal_2), 2);
	wire_put_bytes(&p, proposal_2, sizeof(proposal_2));
	wire_put(&p, PAYLOAD_NONCE_2 << 8, 2);
	wire_put(&p, 8 + MODP_768_SIZE, 2);
	wire_put(&p, GROUP_MODP_768, 2);
	wire_put_zeros(&p, 2);
	wire_put(&p, 0x7f, 1);
	wire_put_random(&p, &seed, MODP_768_SIZE - 1);
	wire_put(&p, PAYLOAD_NONE, 2);
	wire_put(&p, 4 + NONCE_SIZE, 2);
	wire_put_random(&p, &seed, NONCE_SIZE);
	set_length(header + IKE_HEADER - 2, (size_t)(p.at - header));
	return (size_t)(p.at - q->to);
}

enum judgement
tunnel_ike2(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	unsigned next, flags;
	enum judgement j;

	j = read_ike(x, x->arg != NULL ? 4 : 0, &c, &next);
	if (j != JUDGE_MATCH)
		return j;
	(void)wire_get(&c, 9);
	if (wire_get(&c, 1) >> 4 != IKE_VERSION_2 >> 4 ||
	    wire_get(&c, 1) != IKE_SA_INIT)
		return exchange_mismatch(x, "malformed");
	flags = (unsigned)wire_get(&c, 1);
	if ((flags & FLAG_INITIATOR_2) != 0)
		return exchange_mismatch(x, "the question came back");
	if ((flags & FLAG_RESPONSE_2) == 0 || wire_get(&c, 4) != 0)
		return exchange_mismatch(x, "malformed");
	(void)wire_get(&c, 4);
	if (!is_payloads(&c, next, PAYLOAD_SA_2, PAYLOAD_NOTIFY_2))
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/* Of the first key, with nothing acknowledged, number 0. */
size_t
tunnel_ask_openvpn(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, OPENVPN_RESET_CLIENT, 1);
	wire_put(&p, q->arbitrary, 8);
	wire_put_zeros(&p, 5);
	return (size_t)(p.at - q->to);
}

/* Its session, numbers that it acknowledges, our session, its number. */
enum judgement
tunnel_openvpn(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t first = wire_get(&c, 1), n, session;

	(void)wire_get(&sent, 1);
	(void)wire_get(&c, 8);
	n = wire_get(&c, 1);
	if (c.bad || (first & (uint64_t)~OPENVPN_KEY) != OPENVPN_RESET_SERVER)
		return exchange_mismatch(x, "malformed");
	if (n == 0)
		return exchange_mismatch(x, "nothing is acknowledged");
	(void)wire_take(&c, n * 4);
	session = wire_get(&c, 8);
	(void)wire_get(&c, 4);
	if (c.bad)
		return exchange_mismatch(x, "malformed");
	return session == wire_get(&sent, 8) ? JUDGE_MATCH : JUDGE_MORE;
}

size_t
tunnel_ask_l2tp(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	static const char name[] = "portstate";

	wire_put(&p, L2TP_CONTROL, 2);
	wire_put_zeros(&p, 2 + 2 + 2 + 2 + 2);
	put_avp(&p, 0, SCCRQ, 2);
	put_avp(&p, 2, 0x0100, 2); /* Protocol Version */
	put_avp(&p, 3, 3, 4);      /* Framing Capabilities */
	wire_put(&p, L2TP_MANDATORY | (6 + sizeof(name) - 1), 2);
	wire_put(&p, 7, 4); /* Host Name */
	wire_put_text(&p, name);
	put_avp(&p, 9, (q->arbitrary & 0xffff) | 1, 2); /* Assigned Tunnel */
	put_avp(&p, 10, 4, 2);                          /* Receive Window */
	set_length(q->to + 2, (size_t)(p.at - q->to));
	return (size_t)(p.at - q->to);
}

/* An acknowledgement without a message is an answer, too. */
enum judgement
tunnel_l2tp(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t first = wire_get(&c, 2), len = wire_get(&c, 2), tunnel;

	if (x->sent.len > 14) {
		(void)wire_take(&sent, x->sent.len - 10);
		tunnel = wire_get(&sent, 2);
	} else {
		tunnel = 0;
	}
	if (c.bad || (first & L2TP_MEANING) != L2TP_CONTROL || len != x->len)
		return exchange_mismatch(x, "malformed");
	if (x->len == x->sent.len &&
	    memcmp(x->answer, x->sent.data, x->len) == 0)
		return exchange_mismatch(x, "the question came back");
	if (wire_get(&c, 2) != tunnel)
		return c.bad ? exchange_mismatch(x, "malformed") : JUDGE_MORE;
	(void)wire_get(&c, 4);
	if (wire_get(&c, 2) != 1)
		return c.bad ? exchange_mismatch(x, "malformed") : JUDGE_MORE;
	return c.left == 0 ? JUDGE_MATCH : judge_l2tp_message(x, &c);
}

/* Up to the length, which is set when it is known. */
static void
put_ike_header(struct pen *p, const struct question *q, unsigned next,
    unsigned version, unsigned exchange, unsigned flags)
{
	wire_put(p, q->arbitrary | 1, 8);
	wire_put_zeros(p, 8);
	wire_put(p, next, 1);
	wire_put(p, version, 1);
	wire_put(p, exchange, 1);
	wire_put(p, flags, 1);
	wire_put_zeros(p, 8);
}

/* A short one (RFC 2408 3.3). */
static void
put_attribute(struct pen *p, unsigned type, unsigned value)
{
	wire_put(p, 0x8000 | type, 2);
	wire_put(p, value, 2);
}

static void
set_length(unsigned char *at, size_t len)
{
	struct pen p = wire_pen(at, 2);

	wire_put(&p, len, 2);
}

/*
 * That it is for our cookie and as long as it says; the cursor is behind the
 * cookie then.  before: bytes in front of the header, all zero.
 */
static enum judgement
read_ike(struct exchange *x, size_t before, struct cursor *c, unsigned *next)
{
	struct cursor sent = wire_cursor(x->sent.data, x->sent.len), whole;
	uint64_t cookie, len;

	(void)wire_take(&sent, before);
	if (wire_get(c, before) != 0)
		return exchange_mismatch(x, "malformed");
	whole = *c;
	cookie = wire_get(c, 8);
	(void)wire_take(&whole, 16);
	*next = (unsigned)wire_get(&whole, 1);
	(void)wire_take(&whole, 7);
	len = wire_get(&whole, 4);
	if (whole.bad)
		return exchange_mismatch(x, "too short");
	if (cookie != wire_get(&sent, 8))
		return JUDGE_MORE;
	if (len != x->len - before)
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/* A chain of payloads to the end, of which one is of either type. */
static bool
is_payloads(struct cursor *c, unsigned next, unsigned one, unsigned other)
{
	bool found = false;
	uint64_t len;

	while (next != PAYLOAD_NONE && !c->bad) {
		found = found || next == one || next == other;
		next = (unsigned)wire_get(c, 1);
		(void)wire_get(c, 1);
		len = wire_get(c, 2);
		if (len < 4)
			return false;
		(void)wire_take(c, len - 4);
	}
	return found && wire_done(c);
}

/* A mandatory attribute of the IETF (RFC 2661 4.1). */
static void
put_avp(struct pen *p, unsigned type, uint64_t value, size_t n)
{
	wire_put(p, L2TP_MANDATORY | (6 + n), 2);
	wire_put(p, type, 4);
	wire_put(p, value, n);
}

/* Its type is the first attribute. */
static enum judgement
judge_l2tp_message(struct exchange *x, struct cursor *c)
{
	uint64_t len, type = 0;
	size_t n;

	for (n = 0; c->left > 0; n++) {
		len = wire_get(c, 2) & L2TP_LENGTH;
		if (n == 0 && (len != 8 || wire_get(c, 4) != 0))
			return exchange_mismatch(x, "malformed");
		if (n == 0)
			type = wire_get(c, 2);
		else if (len < 6 || wire_take(c, len - 2) == NULL)
			return exchange_mismatch(x, "malformed");
	}
	return !c->bad && (type == SCCRP || type == STOP_CCN)
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "malformed");
}
