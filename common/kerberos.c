/* SPDX-License-Identifier: ISC */
#include "kerberos.h"

#include "clock.h"
#include "wire.h"

#define REALM "PORTSTATE.INVALID"

/* RFC 4120 5.10: the number of a message is that of its tag, too. */
enum { AS_REQ = 10, AS_REP = 11, KRB_ERROR = 30 };
#define APPLICATION(n) (0x60 | (n))
#define CONTEXT(n) (0xa0 | (n))

enum {
	BIT_STRING = 0x03,
	GENERAL_STRING = 0x1b,
	NAME_PRINCIPAL = 1,
	NAME_SERVICE = 2,
	PROTOCOL = 5,
};

/* RFC 4120 7.5.9: of a server that does not work. */
enum { KDC_ERR_SVC_UNAVAILABLE = 29, KRB_ERR_GENERIC = 60 };

/* AES with SHA-1 and with SHA-2, RC4 (RFC 3962, RFC 8009, RFC 4757). */
static const uint32_t ciphers[] = { 18, 17, 20, 19, 23 };

static void put_string(struct pen *, const char *);
static void put_principal(struct pen *, unsigned char, unsigned, const char *,
    const char *);
static int64_t tagged_number(struct cursor *, unsigned char);
static enum judgement judge_error(struct exchange *, struct cursor *);
static bool read_time(struct cursor *, int64_t *);
static int64_t days_since_1970(int64_t, int64_t, int64_t);

size_t
kerberos_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);
	unsigned char *message, *request, *tagged, *body, *inner, *list;
	size_t i;

	message = wire_open(&p, APPLICATION(AS_REQ));
	request = wire_open(&p, BER_SEQUENCE);
	tagged = wire_open(&p, CONTEXT(1));
	wire_put_number(&p, BER_INTEGER, PROTOCOL);
	wire_close(&p, tagged);
	tagged = wire_open(&p, CONTEXT(2));
	wire_put_number(&p, BER_INTEGER, AS_REQ);
	wire_close(&p, tagged);
	tagged = wire_open(&p, CONTEXT(4));
	body = wire_open(&p, BER_SEQUENCE);
	inner = wire_open(&p, CONTEXT(0));
	list = wire_open(&p, BIT_STRING);
	wire_put_zeros(&p, 5);
	wire_close(&p, list);
	wire_close(&p, inner);
	put_principal(&p, CONTEXT(1), NAME_PRINCIPAL, "portstate", NULL);
	inner = wire_open(&p, CONTEXT(2));
	put_string(&p, REALM);
	wire_close(&p, inner);
	put_principal(&p, CONTEXT(3), NAME_SERVICE, "krbtgt", REALM);
	/* For as long as it can be. */
	inner = wire_open(&p, CONTEXT(5));
	list = wire_open(&p, BER_GENERALIZED_TIME);
	wire_put_text(&p, "19700101000000Z");
	wire_close(&p, list);
	wire_close(&p, inner);
	inner = wire_open(&p, CONTEXT(7));
	wire_put_number(&p, BER_INTEGER, (uint32_t)q->arbitrary & 0x7fffffff);
	wire_close(&p, inner);
	inner = wire_open(&p, CONTEXT(8));
	list = wire_open(&p, BER_SEQUENCE);
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		wire_put_number(&p, BER_INTEGER, ciphers[i]);
	wire_close(&p, list);
	wire_close(&p, inner);
	wire_close(&p, body);
	wire_close(&p, tagged);
	wire_close(&p, request);
	wire_close(&p, message);
	return (size_t)(p.at - q->to);
}

enum judgement
kerberos_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len), message, reply;
	unsigned char what;
	int64_t version, type;

	what = x->len > 0 ? x->answer[0] : 0;
	if (what == APPLICATION(AS_REQ))
		return exchange_mismatch(x, "the question came back");
	message = wire_ber(&c, what);
	reply = wire_ber(&message, BER_SEQUENCE);
	version = tagged_number(&reply, CONTEXT(0));
	type = tagged_number(&reply, CONTEXT(1));
	if (reply.bad || !wire_done(&message) || !wire_done(&c) ||
	    version != PROTOCOL || APPLICATION(type) != what)
		return exchange_mismatch(x, "malformed");
	if (type == KRB_ERROR)
		return judge_error(x, &reply);
	return type == AS_REP ? JUDGE_MATCH : exchange_mismatch(x, "malformed");
}

static void
put_string(struct pen *p, const char *s)
{
	unsigned char *string = wire_open(p, GENERAL_STRING);

	wire_put_text(p, s);
	wire_close(p, string);
}

static void
put_principal(struct pen *p, unsigned char tag, unsigned type, const char *one,
    const char *other)
{
	unsigned char *tagged = wire_open(p, tag),
		      *name = wire_open(p, BER_SEQUENCE),
		      *part = wire_open(p, CONTEXT(0)), *list;

	wire_put_number(p, BER_INTEGER, type);
	wire_close(p, part);
	part = wire_open(p, CONTEXT(1));
	list = wire_open(p, BER_SEQUENCE);
	put_string(p, one);
	if (other != NULL)
		put_string(p, other);
	wire_close(p, list);
	wire_close(p, part);
	wire_close(p, name);
	wire_close(p, tagged);
}

static int64_t
tagged_number(struct cursor *c, unsigned char tag)
{
	struct cursor tagged = wire_ber(c, tag);
	int64_t number = wire_ber_number(&tagged, BER_INTEGER);

	if (!wire_done(&tagged))
		c->bad = true;
	return number;
}

/*
 * KRB-ERROR after its type: the client's time, if it told one, the server's, and
 * the error.
 */
static enum judgement
judge_error(struct exchange *x, struct cursor *c)
{
	int64_t stime_s, fraction_us, error;
	struct cursor tagged;

	if (c->left > 0 && *c->at == CONTEXT(2))
		(void)wire_ber(c, CONTEXT(2));
	if (c->left > 0 && *c->at == CONTEXT(3))
		(void)wire_ber(c, CONTEXT(3));
	tagged = wire_ber(c, CONTEXT(4));
	if (!read_time(&tagged, &stime_s))
		return exchange_mismatch(x, "malformed");
	fraction_us = tagged_number(c, CONTEXT(5));
	error = tagged_number(c, CONTEXT(6));
	if (c->bad || fraction_us < 0 || fraction_us >= CLOCK_SECOND)
		return exchange_mismatch(x, "malformed");
	if (error == KDC_ERR_SVC_UNAVAILABLE)
		return exchange_mismatch(x, "KDC_ERR_SVC_UNAVAILABLE");
	if (error == KRB_ERR_GENERIC)
		return exchange_mismatch(x, "KRB_ERR_GENERIC");
	x->offset_us = stime_s * CLOCK_SECOND + fraction_us - x->wall_us;
	x->has_offset = true;
	return JUDGE_MATCH;
}

/* YYYYMMDDhhmmssZ (RFC 4120 5.2.3). */
static bool
read_time(struct cursor *c, int64_t *time_s)
{
	struct cursor time = wire_ber(c, BER_GENERALIZED_TIME);
	const unsigned char *s = wire_take(&time, 15);
	int64_t part[6] = { 0 };
	size_t i, n = 0, at = 0;

	if (s == NULL || !wire_done(&time) || !wire_done(c) || s[14] != 'Z')
		return false;
	for (n = 0; n < 6; n++)
		for (i = 0; i < (n == 0 ? 4U : 2U); i++) {
			if (s[at] < '0' || s[at] > '9')
				return false;
			part[n] = part[n] * 10 + (s[at++] - '0');
		}
	if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 ||
	    part[3] > 23 || part[4] > 59 || part[5] > 60)
		return false;
	*time_s = days_since_1970(part[0], part[1], part[2]) * 86400 +
	    part[3] * 3600 + part[4] * 60 + part[5];
	return true;
}

/* Years begin in March, so that the day of a leap year is the last. */
static int64_t
days_since_1970(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    719469;
}
