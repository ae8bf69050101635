/* SPDX-License-Identifier: ISC */
#include "ntp.h"

#include <string.h>

#include "clock.h"
#include "wire.h"

/* From 1900 to 1970. */
#define SECONDS_TO_1970 INT64_C(2208988800)

#define NTP_SIZE 48
#define TRANSMIT_AT 40

enum { NTP_VERSION = 4, MODE_CLIENT = 3, MODE_SERVER = 4 };
enum { LEAP_UNKNOWN = 3, STRATUM_KISS = 0, STRATUM_MAX = 15 };

/* What a server says that does not serve us (RFC 5905 7.4). */
static const struct {
	char code[5];
	const char *words;
} kisses[] = {
	{ "ACST", "kiss-o'-death ACST: anycast" },
	{ "AUTH", "kiss-o'-death AUTH: authentication failed" },
	{ "AUTO", "kiss-o'-death AUTO: Autokey failed" },
	{ "BCST", "kiss-o'-death BCST: broadcast" },
	{ "CRYP", "kiss-o'-death CRYP: identification failed" },
	{ "DENY", "kiss-o'-death DENY: access denied" },
	{ "DROP", "kiss-o'-death DROP: lost peer" },
	{ "RSTR", "kiss-o'-death RSTR: access restricted" },
	{ "INIT", "kiss-o'-death INIT: not synchronized yet" },
	{ "MCST", "kiss-o'-death MCST: multicast" },
	{ "NKEY", "kiss-o'-death NKEY: no key" },
	{ "NTSN", "kiss-o'-death NTSN: NTS is required" },
	{ "RATE", "kiss-o'-death RATE: asked too often" },
	{ "RMOT", "kiss-o'-death RMOT: altered from afar" },
	{ "STEP", "kiss-o'-death STEP: the time was stepped" },
};

static const char *kiss_words(const unsigned char *);
static int64_t ahead_us(uint64_t, int64_t);

size_t
ntp_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, NTP_VERSION << 3 | MODE_CLIENT, 1);
	wire_put_zeros(&p, TRANSMIT_AT - 1);
	wire_put(&p, q->arbitrary, 8);
	return NTP_SIZE;
}

/* What follows the 48 bytes is of no interest: a MAC, or extensions. */
enum judgement
ntp_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	unsigned first = (unsigned)wire_get(&c, 1),
		 stratum = (unsigned)wire_get(&c, 1);
	const unsigned char *reference, *origin;
	uint64_t received, transmitted;

	(void)wire_take(&c, 10);
	reference = wire_take(&c, 4);
	(void)wire_take(&c, 8);
	origin = wire_take(&c, 8);
	received = wire_get(&c, 8);
	transmitted = wire_get(&c, 8);
	if (c.bad || c.left % 4 != 0)
		return exchange_mismatch(x, "malformed");
	if ((first & 7) == MODE_CLIENT && x->len == x->sent.len &&
	    memcmp(x->answer, x->sent.data, x->len) == 0)
		return exchange_mismatch(x, "the question came back");
	if (x->sent.len < NTP_SIZE ||
	    memcmp(origin, x->sent.data + TRANSMIT_AT, 8) != 0)
		return JUDGE_MORE;
	if ((first & 7) != MODE_SERVER || (first >> 3 & 7) == 0 ||
	    (first >> 3 & 7) > NTP_VERSION)
		return exchange_mismatch(x, "malformed");
	if (stratum == STRATUM_KISS)
		return exchange_mismatch(x, kiss_words(reference));
	if (stratum > STRATUM_MAX || first >> 6 == LEAP_UNKNOWN ||
	    transmitted == 0)
		return exchange_mismatch(x, "not synchronized");
	x->offset_us = (ahead_us(received, x->sent_us) +
			   ahead_us(transmitted, x->wall_us)) /
	    2;
	x->has_offset = true;
	return JUDGE_MATCH;
}

/* No code is what an NTP server says that has no time yet. */
static const char *
kiss_words(const unsigned char *code)
{
	size_t i;

	for (i = 0; i < sizeof(kisses) / sizeof(kisses[0]); i++)
		if (memcmp(code, kisses[i].code, 4) == 0)
			return kisses[i].words;
	return code[0] == '\0' ? "not synchronized" : "kiss-o'-death";
}

/*
 * By how much a timestamp is ahead of our clock, which is right to 68 years: the
 * seconds are modulo 2^32, which is in 2036 for the first time.
 */
static int64_t
ahead_us(uint64_t timestamp, int64_t wall_us)
{
	uint32_t ours_s = (uint32_t)(wall_us / CLOCK_SECOND + SECONDS_TO_1970);
	int32_t s = (int32_t)((uint32_t)(timestamp >> 32) - ours_s);
	int64_t fraction_us = (int64_t)((timestamp & UINT32_MAX) *
		CLOCK_SECOND >>
	    32);

	return s * CLOCK_SECOND + fraction_us - wall_us % CLOCK_SECOND;
}
