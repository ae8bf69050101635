/* SPDX-License-Identifier: ISC */
#include "dtls.h"

#include "wire.h"

enum {
	ALERT = 21,
	HANDSHAKE = 22,
	DTLS_1_0 = 0xfeff,
	DTLS_1_2 = 0xfefd,
	RECORD_HEADER = 13,
	HANDSHAKE_HEADER = 12,
};

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, HELLO_VERIFY_REQUEST = 3 };
enum { ALERT_WARNING = 1, ALERT_FATAL = 2, ALERT_INTERNAL_ERROR = 80 };

/* ECDHE with AES and ChaCha20, then RSA, then with a shared key (of CoAP). */
static const uint16_t ciphers[] = { 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
	0xcca8, 0xc0ae, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x002f, 0x0035,
	0xc0a8, 0x00a8, 0x00ae, 0x00ff };

/*
 * supported_groups, ec_point_formats, signature_algorithms and
 * extended_master_secret (RFC 8422, RFC 5246 7.4.1.4.1, RFC 7627).
 */
static const unsigned char extensions[] = { 0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0,
	24, 0, 11, 0, 2, 1, 0, 0, 13, 0, 14, 0, 12, 4, 3, 5, 3, 8, 4, 4, 1, 5,
	1, 2, 1, 0, 23, 0, 0 };

static enum judgement judge_handshake(struct exchange *, struct cursor *);

/* One record, one message, one fragment. */
size_t
dtls_ask(const struct question *q)
{
	const size_t hello = 2 + 32 + 1 + 1 + 2 + sizeof(ciphers) + 2 + 2 +
	    sizeof(extensions);
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	uint64_t seed = q->arbitrary;
	size_t i;

	wire_put(&p, HANDSHAKE, 1);
	wire_put(&p, DTLS_1_0, 2); /* as RFC 6347 4.2.1 has it */
	wire_put_zeros(&p, 8);
	wire_put(&p, HANDSHAKE_HEADER + hello, 2);
	wire_put(&p, CLIENT_HELLO, 1);
	wire_put(&p, hello, 3);
	wire_put_zeros(&p, 2 + 3);
	wire_put(&p, hello, 3);
	wire_put(&p, DTLS_1_2, 2);
	wire_put_random(&p, &seed, 32);
	wire_put_zeros(&p, 1 + 1); /* no session, no cookie */
	wire_put(&p, sizeof(ciphers), 2);
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		wire_put(&p, ciphers[i], 2);
	wire_put(&p, 1 << 8, 2); /* no compression */
	wire_put(&p, sizeof(extensions), 2);
	wire_put_bytes(&p, extensions, sizeof(extensions));
	return (size_t)(p.at - q->to);
}

/* The first record says it; others may follow, each of them whole. */
enum judgement
dtls_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), record, other;
	uint64_t type = wire_get(&c, 1), version = wire_get(&c, 2),
		 epoch = wire_get(&c, 2), level, alert;

	(void)wire_get(&c, 6);
	record = wire_part(&c, wire_get(&c, 2));
	if (record.bad || (version != DTLS_1_0 && version != DTLS_1_2) ||
	    epoch != 0)
		return exchange_mismatch(x, "malformed");
	while (c.left > 0) {
		(void)wire_take(&c, RECORD_HEADER - 2);
		other = wire_part(&c, wire_get(&c, 2));
		if (other.bad)
			return exchange_mismatch(x, "malformed");
	}
	if (type == HANDSHAKE)
		return judge_handshake(x, &record);
	level = wire_get(&record, 1);
	alert = wire_get(&record, 1);
	if (type != ALERT || !wire_done(&record) ||
	    (level != ALERT_WARNING && level != ALERT_FATAL))
		return exchange_mismatch(x, "malformed");
	return alert == ALERT_INTERNAL_ERROR
	    ? exchange_mismatch(x, "internal_error")
	    : JUDGE_MATCH;
}

/* A fragment of a ServerHello will do. */
static enum judgement
judge_handshake(struct exchange *x, struct cursor *c)
{
	uint64_t type = wire_get(c, 1), len = wire_get(c, 3), version, part;
	struct cursor body;

	(void)wire_get(c, 2 + 3);
	part = wire_get(c, 3);
	body = wire_part(c, part);
	if (type == CLIENT_HELLO && !body.bad)
		return exchange_mismatch(x, "the question came back");
	version = wire_get(&body, 2);
	if (body.bad || part > len ||
	    (version != DTLS_1_0 && version != DTLS_1_2))
		return exchange_mismatch(x, "malformed");
	if (type == HELLO_VERIFY_REQUEST) {
		(void)wire_take(&body, wire_get(&body, 1));
		return wire_done(&body) && part == len
		    ? JUDGE_MATCH
		    : exchange_mismatch(x, "malformed");
	}
	return type == SERVER_HELLO ? JUDGE_MATCH
				    : exchange_mismatch(x, "malformed");
}
