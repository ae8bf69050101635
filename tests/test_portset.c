/* SPDX-License-Identifier: ISC */
#include "listset.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "inquiry.h"
#include "portset_summary.h"
#include "tls.h"
#include "unit.h"

#define NONE RESULT_NONE
#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X250 X50 X50 X50 X50 X50

/*
 * What the ports 1, 2, ... of a host came to, a letter each: ok, refused,
 * timeout, mismatch, no-data, unresolved, lookup-timeout, and what is nobody's
 * fault but ours: local-error, not-probed; a handler's UNKNOWN and WARNING; no
 * way to it from here, and '.': not told at all.
 */
static const struct {
	char letter;
	enum outcome outcome;
} letters[] = {
	{ 'o', OUTCOME_OK },
	{ 'r', OUTCOME_REFUSED },
	{ 't', OUTCOME_TIMEOUT },
	{ 'm', OUTCOME_MISMATCH },
	{ 'd', OUTCOME_NO_DATA },
	{ 'u', OUTCOME_UNRESOLVED },
	{ 'n', OUTCOME_LOOKUP_TIMEOUT },
	{ 'l', OUTCOME_LOCAL_ERROR },
	{ 'p', OUTCOME_NOT_PROBED },
	{ 'h', OUTCOME_HANDLER_UNKNOWN },
	{ 'w', OUTCOME_HANDLER_WARNING },
	{ 'U', OUTCOME_UNREACHABLE },
};

static const struct {
	const char *outcomes;
	const char *expected; /* a letter each: open, closed, filtered, any */
	const char *warning, *critical;
	size_t at_least;
	enum state state;
	size_t met, failed, unasked;
} verdicts[] = {
	/* The default. */
	{ "o", "o", NULL, "0", 0, STATE_OK, 1, 0, 0 },
	{ "ooo", "ooo", NULL, "0", 0, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", NULL, "0", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "rtmdun", "oooooo", NULL, "0", 0, STATE_CRITICAL, 0, 6, 0 },
	/* What was not asked is never OK, but not a failure either. */
	{ "oo.", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "ool", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "oop", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "...", "ooo", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "...", "cfa", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "lll", "cfa", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "or.", "ooo", NULL, "0", 0, STATE_CRITICAL, 1, 1, 1 },
	{ "or.", "ooo", "0", "1", 0, STATE_UNKNOWN, 1, 1, 1 },
	{ "...", "ooo", NULL, "~:", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "ooo.", "oooo", "10%", "50%", 0, STATE_UNKNOWN, 3, 0, 1 },
	/* What is expected. */
	{ "orto", "ocfa", NULL, "0", 0, STATE_OK, 4, 0, 0 },
	{ "ortm", "aaaa", NULL, "0", 0, STATE_OK, 4, 0, 0 },
	{ "od", "aa", NULL, "0", 0, STATE_OK, 2, 0, 0 },
	{ "u", "a", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "un", "cc", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	{ "otmd", "cccc", NULL, "0", 0, STATE_CRITICAL, 0, 4, 0 },
	{ "or", "ff", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	{ "md", "oo", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	/* What only this machine says is no silence. */
	{ "U", "a", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 1 },
	{ "U", "f", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "U", "o", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "UU", "aa", NULL, "0", 1, STATE_UNKNOWN, 0, 0, 2 },
	/* A WARNING of a handler. */
	{ "w", "o", NULL, "0", 0, STATE_WARNING, 0, 1, 0 },
	{ "w", "a", NULL, "0", 0, STATE_WARNING, 0, 1, 0 },
	{ "w", "c", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "w", "f", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	/* Numbers. */
	{ "ooo", "ooo", "0", "1", 0, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", "0", "1", 0, STATE_WARNING, 2, 1, 0 },
	{ "orr", "ooo", "0", "1", 0, STATE_CRITICAL, 1, 2, 0 },
	{ "orr", "ooo", "0", NULL, 0, STATE_WARNING, 1, 2, 0 },
	{ "orr", "ooo", NULL, "2", 0, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "2", 0, STATE_CRITICAL, 0, 3, 0 },
	{ "rrr", "ooo", "~:", "~:", 0, STATE_OK, 0, 3, 0 },
	{ "orr", "ooo", NULL, "@2", 0, STATE_CRITICAL, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "@2", 0, STATE_OK, 0, 3, 0 },
	{ "ooo", "ooo", NULL, "@2", 0, STATE_CRITICAL, 3, 0, 0 },
	{ "oor", "ooo", NULL, "2:", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "orr", "ooo", NULL, "2:", 0, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, NULL, 0, STATE_OK, 0, 3, 0 },
	/* Shares, of all entries. */
	{ "oorr", "oooo", NULL, "50%", 0, STATE_OK, 2, 2, 0 },
	{ "orrr", "oooo", NULL, "50%", 0, STATE_CRITICAL, 1, 3, 0 },
	{ "ooor", "oooo", "24.9%", "50%", 0, STATE_WARNING, 3, 1, 0 },
	{ "ooor", "oooo", "25%", "50%", 0, STATE_OK, 3, 1, 0 },
	{ "oor", "ooo", NULL, "33.3%", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "oor", "ooo", NULL, "33.4%", 0, STATE_OK, 2, 1, 0 },
	{ "rrrr", "oooo", NULL, "100%", 0, STATE_OK, 0, 4, 0 },
	{ "rrrr", "oooo", "@75:100%", "100%", 0, STATE_WARNING, 0, 4, 0 },
	{ "oorr", "oooo", "25%", "3", 0, STATE_WARNING, 2, 2, 0 },
	{ "ooorrrrrrr", "oooooooooo", NULL, "10", 0, STATE_OK, 3, 7, 0 },
	{ "ooorrrrrrr", "oooooooooo", NULL, "10%", 0, STATE_CRITICAL, 3, 7, 0 },
	/* So many will do, whatever else there is. */
	{ "orr", "ooo", NULL, "0", 1, STATE_OK, 1, 2, 0 },
	{ "rro", "ooo", NULL, "0", 1, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "0", 1, STATE_CRITICAL, 0, 3, 0 },
	{ "rrr", "ooo", "~:", "~:", 1, STATE_CRITICAL, 0, 3, 0 },
	{ "oor", "ooo", "0", "0", 2, STATE_OK, 2, 1, 0 },
	{ "orr", "ooo", "0", "0", 2, STATE_CRITICAL, 1, 2, 0 },
	{ "orr", "ccc", NULL, "0", 2, STATE_OK, 2, 1, 0 },
	/* Of those that should be open, if there are any. */
	{ "rr", "oc", NULL, "0", 1, STATE_CRITICAL, 1, 1, 0 },
	{ "rtr", "ofa", NULL, "0", 1, STATE_CRITICAL, 2, 1, 0 },
	{ "or", "oc", NULL, "0", 1, STATE_OK, 2, 0, 0 },
	{ "r.", "oc", NULL, "0", 1, STATE_CRITICAL, 0, 1, 1 },
	{ ".r", "oc", NULL, "0", 1, STATE_UNKNOWN, 1, 0, 1 },
	{ "rt", "af", NULL, "0", 2, STATE_OK, 2, 0, 0 },
	{ "ooo", "ooo", NULL, "0", 3, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", NULL, "0", 3, STATE_CRITICAL, 2, 1, 0 },
	/* Those that were not asked might have been. */
	{ "rr.", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 2, 1 },
	{ "...", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 0, 3 },
	{ "rrl", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 2, 1 },
	{ "o..", "ooo", NULL, "0", 1, STATE_OK, 1, 0, 2 },
	{ "or.", "ooo", NULL, "0", 2, STATE_UNKNOWN, 1, 1, 1 },
	{ "rr.", "ooo", NULL, "0", 2, STATE_CRITICAL, 0, 2, 1 },
	{ "oo.", "ooo", NULL, "0", 2, STATE_OK, 2, 0, 1 },
	{ "oo.", "ooo", NULL, "0", 3, STATE_UNKNOWN, 2, 0, 1 },
};

/*
 * Two ports: the latency of the first, then that of the second, which is as
 * many seconds; -1: none.
 */
static const struct {
	enum outcome outcome;
	int64_t rtt_us, time_us;
	const char *warning, *critical;
	enum state lag;
	enum state state; /* of it alone, expected open */
} lags[] = {
	{ OUTCOME_OK, 10000, 99999, NULL, NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10000, 99999, "10", NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10001, 99999, "10", NULL, STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, 10000, 99999, NULL, "10", STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10001, 99999, NULL, "10", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 15000, 99999, "10", "20", STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, 25000, 99999, "10", "20", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 25000, 99999, "30", "20", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 9000, 99999, "10:20", NULL, STATE_WARNING,
	    STATE_WARNING },
	{ OUTCOME_OK, 9000, 99999, NULL, "@5:9", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 0, 99999, "1", "2", STATE_OK, STATE_OK },
	/* Without a round trip, the time to the verdict. */
	{ OUTCOME_OK, NONE, 10001, "10", NULL, STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, NONE, 10000, "10", NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, NONE, NONE, "10", "10", STATE_OK, STATE_OK },
	/* Too long for 32 bits of microseconds. */
	{ OUTCOME_OK, NONE, INT64_C(1) << 40, "1", "2", STATE_CRITICAL,
	    STATE_CRITICAL },
	/* The latency of what is not open, or not what it should be. */
	{ OUTCOME_REFUSED, 50000, 50000, "1", "2", STATE_OK, STATE_CRITICAL },
	{ OUTCOME_TIMEOUT, NONE, 50000, "1", "2", STATE_OK, STATE_CRITICAL },
	{ OUTCOME_NOT_PROBED, NONE, 50000, "1", "2", STATE_OK, STATE_UNKNOWN },
};

/* A result, and why the port is not plainly open. */
static const struct {
	const char *name;
	struct result result;
	struct bytes reply;
	const char *reason;
} reasons[] = {
	{ "ok", { OUTCOME_OK }, .reason = "" },
	{ "ok with an answer", { OUTCOME_OK }, BYTES("220 x\r\n"), "" },
	{ "refused", { OUTCOME_REFUSED, { ECONNREFUSED, ORIGIN_PEER } },
	    .reason = "Connection refused" },
	{ "to itself", { OUTCOME_REFUSED, { ECONNREFUSED, ORIGIN_LOCAL } },
	    .reason = "Connection refused: it would connect to itself" },
	{ "timeout", { OUTCOME_TIMEOUT }, .reason = "no answer" },
	{ "rejected",
	    { OUTCOME_REJECTED, { ECONNREFUSED, ORIGIN_ICMP, false, 3, 3 } },
	    .reason = "Connection rejected: ICMP port unreachable "
		      "from 192.0.2.254" },
	{ "prohibited",
	    { OUTCOME_PROHIBITED, { EACCES, ORIGIN_ICMP, true, 1, 1 } },
	    .reason = "Connection prohibited: ICMP administratively prohibited "
		      "from 2001:db8::fe" },
	{ "prohibited here", { OUTCOME_PROHIBITED, { EPERM, ORIGIN_LOCAL } },
	    .reason = "Connection prohibited: by a rule of this machine" },
	{ "unreachable",
	    { OUTCOME_UNREACHABLE, { EHOSTUNREACH, ORIGIN_LOCAL } },
	    .reason = "No route to host" },
	{ "no data", { OUTCOME_NO_DATA },
	    .reason = "connection closed without an answer" },
	{ "reset", { OUTCOME_RESET, { ECONNRESET, ORIGIN_PEER } },
	    .reason = "Connection reset by peer" },
	{ "stalled", { OUTCOME_STALLED },
	    .reason = "connected, but no answer" },
	{ "mismatch", { OUTCOME_MISMATCH }, BYTES("554 no\r\n \t\n"),
	    "unexpected answer: 554 no" },
	{ "mismatch of bytes", { OUTCOME_MISMATCH },
	    BYTES("\x00\xff|\x1b[31m\"\\\na\r\n"),
	    "unexpected answer: \\x00\\xff\\x7c\\x1b[31m\\\"\\\\\\na" },
	{ "mismatch, long", { OUTCOME_MISMATCH }, BYTES(X250),
	    "unexpected answer: " X50 X50 X50 X10 X10 X10 X10 "xxxxxxx..." },
	{ "mismatch of white space", { OUTCOME_MISMATCH }, BYTES("\r\n"),
	    "unexpected answer" },
	{ "handler, warning", { OUTCOME_HANDLER_WARNING }, BYTES("slow|\n"),
	    "handler: WARNING: slow\\x7c" },
	{ "handler, critical", { OUTCOME_HANDLER_CRITICAL }, BYTES("gone"),
	    "handler: CRITICAL: gone" },
	{ "handler, silent", { OUTCOME_HANDLER_UNKNOWN },
	    .reason = "handler: UNKNOWN" },
	{ "handler, killed", { OUTCOME_HANDLER_UNKNOWN, .note = "exit code 9" },
	    BYTES("why"), "handler: exit code 9: why" },
	{ "handler, none", { OUTCOME_LOCAL_ERROR, .note = "/x: No such file" },
	    .reason = "/x: No such file" },
	{ "unresolved", { OUTCOME_UNRESOLVED, .note = "no such |\nname" },
	    .reason = "no such \\x7c\\nname" },
	{ "unresolved path", { OUTCOME_UNRESOLVED, { ENOENT, ORIGIN_LOCAL } },
	    .reason = "No such file or directory" },
	{ "lookup timeout", { OUTCOME_LOOKUP_TIMEOUT },
	    .reason = "no answer from the name service" },
	{ "local error", { OUTCOME_LOCAL_ERROR, { EMFILE, ORIGIN_LOCAL } },
	    .reason = "Too many open files" },
	{ "not probed", { OUTCOME_NOT_PROBED, .note = "the run ended first" },
	    .reason = "the run ended first" },
};

/* Certificates, on 2026-11-18 at 11:06:40 UTC. */
#define NOW_S INT64_C(1795000000)
#define DAY_S INT64_C(86400)
#define LEAF(from_s, to_s)                          \
	{                                           \
		"www.test", "Test CA", from_s, to_s \
	}
#define ROOT                                                 \
	{                                                    \
		"Test CA", "Test CA", 0, NOW_S + 100 * DAY_S \
	}
#define ISSUED "certificate \"www.test\" of issuer \"Test CA\" "

static const struct handshake good = { "TLSv1.3", .at_s = NOW_S, .n = 2,
	.certs = { LEAF(0, NOW_S + 10 * DAY_S), ROOT } };
static const struct handshake expired = { .at_s = NOW_S,
	.n = 2,
	.certs = { LEAF(0, NOW_S - 7200), ROOT } };
static const struct handshake found_expired = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_EXPIRED,
	.n = 1,
	.certs = { LEAF(0, NOW_S - 7200) } };
static const struct handshake early = { .at_s = NOW_S,
	.n = 1,
	.certs = { LEAF(NOW_S + 120, NOW_S + DAY_S) } };
static const struct handshake untrusted = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_UNTRUSTED,
	.why = "self-signed certificate",
	.n = 1,
	.certs = { { "a|\n\"", "b\xff", 0, NOW_S } } };
static const struct handshake other = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_MISMATCH,
	.why = "hostname mismatch",
	.name = "mail|.test",
	.n = 1,
	.certs = { LEAF(0, NOW_S + DAY_S) } };
static const struct handshake nobody = { .at_s = NOW_S };

#define GOOD_UNTIL "expires in 10 days (2026-11-28 11:06:40 UTC)"
#define EXPIRED ISSUED "expired 2 hours ago (2026-11-18 09:06:40 UTC)"

/* An entry with TLS, and what becomes of it; the first days -1: not given. */
static const struct {
	const char *name;
	const struct handshake *handshake;
	enum outcome outcome;
	const char *expected;
	int64_t days, critical_days;
	bool met, expiring;
	enum state state;
	enum outcome finding;
	const char *reason;
} certificates[] = {
	{ "any will do", &expired, OUTCOME_OK, "open", -1, 0, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "good for long", &good, OUTCOME_OK, "open", 10, 5, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "a second less", &good, OUTCOME_OK, "open", 11, 10, true, true,
	    STATE_WARNING, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "too short", &good, OUTCOME_OK, "open", 60, 11, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "too short, first", &good, OUTCOME_OK, "open", 0, 11, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "expired", &expired, OUTCOME_OK, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expired, any answer", &expired, OUTCOME_OK, "any", 0, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expiring, any answer", &good, OUTCOME_OK, "any", 11, 0, true, true,
	    STATE_WARNING, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "verified", &found_expired, OUTCOME_OK, "open", -1, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "verified, any answer", &found_expired, OUTCOME_MISMATCH, "any", -1,
	    0, false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED,
	    EXPIRED "; unexpected answer" },
	{ "early", &early, OUTCOME_OK, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_NOT_YET_VALID,
	    ISSUED "is not valid yet, but in 2 minutes "
		   "(2026-11-18 11:08:40 UTC)" },
	{ "mismatch, too", &good, OUTCOME_MISMATCH, "open", 11, 0, false, false,
	    STATE_CRITICAL, OUTCOME_MISMATCH,
	    "unexpected answer; " ISSUED GOOD_UNTIL },
	{ "mismatch, and expired", &expired, OUTCOME_MISMATCH, "open", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED,
	    EXPIRED "; unexpected answer" },
	{ "stalled, and expired", &expired, OUTCOME_STALLED, "open", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_STALLED,
	    "connected, but no answer; " EXPIRED },
	{ "expired, and should be closed", &expired, OUTCOME_OK, "closed", 0, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expiring, and should be closed", &good, OUTCOME_OK, "closed", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRING,
	    ISSUED GOOD_UNTIL },
	{ "closed", NULL, OUTCOME_REFUSED, "closed", 11, 0, true, false,
	    STATE_OK, OUTCOME_REFUSED, "refused" },
	{ "untrusted", &untrusted, OUTCOME_CERT_UNTRUSTED, "open", -1, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_UNTRUSTED,
	    "certificate not trusted: self-signed certificate: subject "
	    "\"a\\x7c\\n\\\"\", issuer \"b\\xff\", "
	    "valid until 2026-11-18 11:06:40 UTC" },
	{ "untrusted, any answer", &untrusted, OUTCOME_CERT_UNTRUSTED, "any",
	    -1, 0, false, false, STATE_CRITICAL, OUTCOME_CERT_UNTRUSTED,
	    "certificate not trusted: self-signed certificate: subject "
	    "\"a\\x7c\\n\\\"\", issuer \"b\\xff\", "
	    "valid until 2026-11-18 11:06:40 UTC" },
	{ "somebody else", &other, OUTCOME_CERT_MISMATCH, "any", -1, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_MISMATCH,
	    "certificate for another name: hostname mismatch: "
	    "not for \"mail\\x7c.test\": subject \"www.test\", "
	    "issuer \"Test CA\", valid until 2026-11-19 11:06:40 UTC" },
	{ "without one", &nobody, OUTCOME_OK, "open", -1, 0, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "none", NULL, OUTCOME_TLS_FAILED, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_TLS_FAILED, "TLS failed" },
};

static const struct {
	const char *host, *ports, *name;
} names[] = {
	{ "mx1", "25", "mx1/tcp/25" },
	{ "mx1", "25/smtp=closed", "mx1/tcp/25" },
	{ "mx1", "1-2", "mx1/tcp/1" },
	{ "192.0.2.1", "65535", "192.0.2.1/tcp/65535" },
	{ "::1", "25", "::1/tcp/25" },
	{ "[::1]", "25", "[::1]/tcp/25" },
	{ "fe80::1%eth0", "25", "fe80::1%eth0/tcp/25" },
	{ "a|b\"\x1b\xff", "25", "a\\x7cb\\\"\\x1b\\xff/tcp/25" },
	{ "mx1", "unix:/run/x", "/run/x" },
	{ "mx1", "unix:/a|b\n", "/a\\x7cb\\n" },
};

static const struct {
	const char *s;
	bool percent;
	const char *why; /* NULL: it is one */
	double start, end;
} shares[] = {
	{ "0", false, NULL, 0, 0 },
	{ "5", false, NULL, 0, 5 },
	{ "5:10", false, NULL, 5, 10 },
	{ "0%", true, NULL, 0, 0 },
	{ "25%", true, NULL, 0, 25 },
	{ "2.5:10%", true, NULL, 2.5, 10 },
	{ "~:100%", true, NULL, -INFINITY, 100 },
	{ "", false, "is empty", 0, 0 },
	{ "%", true, "is empty", 0, 0 },
	{ "5%%", true, "not a number", 0, 0 },
	{ "%5", false, "not a number", 0, 0 },
	{ "5%:10%", true, "not a number", 0, 0 },
	{ "5 %", true, "not a number", 0, 0 },
	{ "x%", true, "not a number", 0, 0 },
	{ "10:5%", true, "the start is greater than the end", 0, 0 },
};

static struct hostlist hosts;
static struct portlist ports;
static struct listset lists;
static struct portset set;

static void
prepare_tls(const char *h, const char *p, int family,
    const struct listset_conf *tls)
{
	struct listset_conf conf = { 0 };
	struct text error;

	text_init(&error, 1000);
	hosts = (struct hostlist){ .max = 10000 };
	ck_assert(hostlist_add(&hosts, h, &error));
	ck_assert(portlist_add(&ports, p, &error));
	text_free(&error);
	policy_init(&conf.policy);
	if (tls != NULL)
		conf = *tls;
	conf.family = family;
	listset_init(&lists, &conf, &hosts, &ports, &set);
}

static void
prepare(const char *h, const char *p, int family)
{
	prepare_tls(h, p, family, NULL);
}

static void
teardown(void)
{
	portset_free(&set);
	listset_free(&lists);
	portlist_free(&ports);
	hostlist_free(&hosts);
}

static void
tell(size_t i, struct result *r)
{
	portset_tell(&set, &set.entries[i].target, r);
}

static enum outcome
outcome_of(char letter)
{
	size_t i = 0;

	while (letters[i].letter != letter)
		i++;
	return letters[i].outcome;
}

static void
tell_letter(size_t i, char letter)
{
	struct result r = { .time_us = 1000, .rtt_us = NONE };

	if (letter == '.')
		return;
	r.outcome = outcome_of(letter);
	if (letter == 'U')
		r.cause = (struct cause){ ENETUNREACH, .origin = ORIGIN_LOCAL };
	tell(i, &r);
}

static void
set_addr(struct addr *a, const char *s)
{
	const char *why;

	ck_assert_int_eq(addr_parse(s, AF_UNSPEC, a, &why), ADDR_LITERAL);
}

/* Hosts change fastest; a path is asked once. */
START_TEST(entries)
{
	static const char *const want[] = { "a/tcp/22", "b/tcp/22", "a/tcp/25",
		"b/tcp/25", "/x", "/y" };
	size_t i;

	prepare("a,b", "25/smtp=closed,22,unix:/x,unix:/y", AF_INET6);
	ck_assert_uint_eq(set.n, ARRAY_SIZE(want));
	for (i = 0; i < set.n; i++) {
		const struct entry *e = &set.entries[i];
		struct text name;

		text_init(&name, 100);
		entry_name(&name, &set, e);
		ck_assert_str_eq(name.data, want[i]);
		text_free(&name);
		ck_assert(entry_unasked(e));
		ck_assert(!entry_met(e));
		ck_assert_int_eq(e->target.family,
		    i < 4 ? AF_INET6 : AF_UNSPEC);
		ck_assert_uint_eq(e->target.dialogue->n, i / 2 == 1);
		ck_assert_int_eq(entry_ask(&set, e)->expected,
		    i / 2 == 1 ? EXPECTED_CLOSED : EXPECTED_OPEN);
	}
	ck_assert_uint_eq(set.entries[0].target.port, 22);
	ck_assert_uint_eq(set.entries[3].target.port, 25);
	ck_assert_uint_gt(set.entries[3].target.dialogue->quit.len, 0);
	ck_assert_uint_gt(set.entries[3].target.dialogue->max_bytes, 0);
}
END_TEST

/* Room for one is not all that there can be. */
START_TEST(more_than_room)
{
	prepare("a", "1", AF_UNSPEC);
	ck_assert_uint_eq(set.n, 1);
	while (set.n < 20)
		(void)portset_add(&set, 0, 0, (uint16_t)set.n);
	ck_assert_uint_ge(set.size_entries, set.n);
}
END_TEST

/* Memory: there may be millions. */
START_TEST(small)
{
	ck_assert_uint_le(sizeof(struct entry), 80);
	prepare("a", "1-65535", AF_UNSPEC);
	ck_assert_uint_eq(set.n, 65535);
	ck_assert_uint_eq(set.entries[65534].target.port, 65535);
}
END_TEST

START_TEST(verdict)
{
	struct portset_policy policy = { .at_least = verdicts[_i].at_least };
	struct portset_summary sum;
	struct text list;
	size_t i;

	text_init(&list, 1000);
	for (i = 0; verdicts[_i].expected[i] != '\0'; i++)
		text_printf(&list, "%s%zu=%s", i > 0 ? "," : "", i + 1,
		    verdicts[_i].expected[i] == 'o'       ? "open"
			: verdicts[_i].expected[i] == 'c' ? "closed"
			: verdicts[_i].expected[i] == 'f' ? "filtered"
							  : "any");
	prepare("a", list.data, AF_UNSPEC);
	text_free(&list);
	for (i = 0; i < set.n; i++)
		tell_letter(i, verdicts[_i].outcomes[i]);
	if (verdicts[_i].warning != NULL)
		ck_assert_ptr_null(share_parse(verdicts[_i].warning,
		    &policy.warning));
	if (verdicts[_i].critical != NULL)
		ck_assert_ptr_null(share_parse(verdicts[_i].critical,
		    &policy.critical));
	sum = portset_summary_of(&set, &policy);
	ck_assert_uint_eq(sum.total, set.n);
	ck_assert_uint_eq(sum.met, verdicts[_i].met);
	ck_assert_uint_eq(sum.failed, verdicts[_i].failed);
	ck_assert_uint_eq(sum.unasked, verdicts[_i].unasked);
	ck_assert_uint_eq(sum.lagging, 0);
	ck_assert_msg(sum.state == verdicts[_i].state,
	    "%s of %s, -w %s -c %s: %s", verdicts[_i].outcomes,
	    verdicts[_i].expected, verdicts[_i].warning, verdicts[_i].critical,
	    state_name(sum.state));
}
END_TEST

START_TEST(port_states)
{
	const struct portset_policy policy = { 0 };
	struct portset_summary sum;
	size_t i;

	prepare("a", "1-12", AF_UNSPEC);
	for (i = 0; i < ARRAY_SIZE(letters); i++)
		tell_letter(i, letters[i].letter);
	sum = portset_summary_of(&set, &policy);
	ck_assert_uint_eq(sum.ports[PORT_OPEN], 4);
	ck_assert_uint_eq(sum.ports[PORT_CLOSED], 1);
	ck_assert_uint_eq(sum.ports[PORT_FILTERED], 1);
	ck_assert_uint_eq(sum.ports[PORT_OPEN_FILTERED], 0);
	/* Of a range: any would do. */
	ck_assert_uint_eq(sum.ports[PORT_UNKNOWN], 6);
}
END_TEST

START_TEST(lag)
{
	struct result r = { .outcome = lags[_i].outcome,
		.rtt_us = lags[_i].rtt_us,
		.time_us = lags[_i].time_us };
	struct portset_policy policy = { 0 };
	struct portset_summary sum;

	ck_assert_ptr_null(share_parse("0", &policy.critical));
	if (lags[_i].warning != NULL) {
		policy.has_lag_warning = true;
		ck_assert_ptr_null(range_parse(lags[_i].warning,
		    &policy.lag_warning));
	}
	if (lags[_i].critical != NULL) {
		policy.has_lag_critical = true;
		ck_assert_ptr_null(range_parse(lags[_i].critical,
		    &policy.lag_critical));
	}
	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, &set.entries[0], &policy),
	    lags[_i].lag);
	r = (struct result){ OUTCOME_OK, .rtt_us = NONE, .time_us = NONE };
	tell(1, &r);
	sum = portset_summary_of(&set, &policy);
	ck_assert_int_eq(sum.state, lags[_i].state);
	ck_assert_uint_eq(sum.lagging, lags[_i].lag != STATE_OK);
}
END_TEST

/* The worse of the two verdicts. */
START_TEST(lag_and_others)
{
	struct portset_policy policy = {
		.has_lag_warning = true, .lag_warning = { 0, 1 }, .at_least = 1
	};
	struct result r = { OUTCOME_OK, .rtt_us = 2000, .time_us = 2000 };

	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	tell_letter(1, 'r');
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_WARNING);
	policy.has_lag_critical = true;
	policy.lag_critical = policy.lag_warning;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_CRITICAL);
	policy.has_lag_critical = false;
	policy.at_least = 2;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_CRITICAL);
}
END_TEST

START_TEST(lag_and_not_asked)
{
	const struct portset_policy policy = { .has_lag_warning = true,
		.lag_warning = { 0, 1 } };
	struct result r = { OUTCOME_OK, .rtt_us = 2000, .time_us = 2000 };

	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_UNKNOWN);
}
END_TEST

START_TEST(latency)
{
	struct result r = { OUTCOME_OK, .rtt_us = 2500, .time_us = 1000000 };

	prepare("a", "1-5", AF_UNSPEC);
	ck_assert(isnan(entry_latency(&set, &set.entries[0])));
	tell(0, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[0]) - 0.0025) < 1e-9);
	r.rtt_us = NONE;
	tell(1, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[1]) - 1) < 1e-9);
	r.time_us = INT64_C(1) << 40;
	tell(2, &r);
	ck_assert(entry_latency(&set, &set.entries[2]) > 4294);
	r.outcome = OUTCOME_MISMATCH;
	r.time_us = 7000;
	tell(3, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[3]) - 0.007) < 1e-9);
	r.outcome = OUTCOME_NO_DATA;
	tell(3, &r);
	ck_assert(isnan(entry_latency(&set, &set.entries[3])));
	ck_assert(isnan(entry_response(&set, &set.entries[3])));
	r = (struct result){ OUTCOME_OK, .rtt_us = 0, .time_us = 0 };
	tell(4, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[4])) < 1e-9);
}
END_TEST

/* An entry of so many probes, and what each of them comes to. */
static void
prepare_probes(unsigned n, const struct policy *policy)
{
	struct listset_conf conf = { .probes = n };

	if (policy != NULL)
		conf.policy = *policy;
	else
		policy_init(&conf.policy);
	prepare_tls("a", "1", AF_UNSPEC, &conf);
}

static const struct many_row {
	const char *outcomes; /* by their letters */
	unsigned probes;
	enum outcome outcome;
	unsigned told, lost;
	bool more; /* what the last of them returns */
} many[] = {
	{ "o", 3, OUTCOME_OK, 1, 0, true },
	{ "ooo", 3, OUTCOME_OK, 3, 0, false },
	{ "oro", 3, OUTCOME_REFUSED, 3, 0, false },
	{ "oto", 3, OUTCOME_TIMEOUT, 3, 1, false },
	{ "tr", 2, OUTCOME_TIMEOUT, 2, 1, false },
	/* Such as did not ask the port are worse than OK, and not counted. */
	{ "olo", 3, OUTCOME_LOCAL_ERROR, 2, 0, false },
	{ "lrl", 3, OUTCOME_REFUSED, 1, 0, false },
	{ "lll", 3, OUTCOME_LOCAL_ERROR, 0, 0, false },
	{ "ol", 3, OUTCOME_LOCAL_ERROR, 1, 0, true },
	{ "oh", 3, OUTCOME_HANDLER_UNKNOWN, 1, 0, true },
	/* When the run is over, what there is stays. */
	{ "oop", 1000, OUTCOME_OK, 2, 0, false },
	{ "otp", 1000, OUTCOME_TIMEOUT, 2, 1, false },
	{ "lp", 1000, OUTCOME_LOCAL_ERROR, 0, 0, false },
	{ "p", 1000, OUTCOME_NOT_PROBED, 0, 0, false },
	/* Of one, too. */
	{ "o", 1, OUTCOME_OK, 0, 0, false },
	{ "p", 1, OUTCOME_NOT_PROBED, 0, 0, false },
};

START_TEST(many_probes)
{
	const struct many_row *row = &many[_i];
	const struct entry_stats *stats;
	bool more = true;
	size_t i;

	prepare_probes(row->probes, NULL);
	for (i = 0; row->outcomes[i] != '\0'; i++) {
		struct result r = {
			.time_us = 1000, .rtt_us = NONE, .resolve_us = NONE
		};

		ck_assert(more);
		r.outcome = outcome_of(row->outcomes[i]);
		more = portset_tell(&set, &set.entries[0].target, &r);
	}
	ck_assert(more == row->more);
	ck_assert_int_eq((enum outcome)set.entries[0].outcome, row->outcome);
	stats = entry_stats(&set, &set.entries[0]);
	ck_assert((stats != NULL) == (row->probes > 1));
	if (stats != NULL) {
		ck_assert_uint_eq(stats->probes, row->told);
		ck_assert_uint_eq(stats->lost, row->lost);
	}
}
END_TEST

/* The time to the answer by the limits of the entry, not the round trip. */
START_TEST(lag_of_many)
{
	struct result r = { OUTCOME_OK, .rtt_us = 100, .time_us = 90000 };
	const struct portset_policy policy = { .has_lag_critical = true,
		.lag_critical = { 0, 50 } };
	struct policy own;
	const struct entry *e;

	policy_init(&own);
	own.has_warning = true;
	ck_assert_ptr_null(range_parse("0.1", &own.warning));
	prepare_probes(3, &own);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, e, &policy), STATE_OK);
	r.time_us = 120000;
	r.rtt_us = 300;
	tell(0, &r);
	ck_assert(fabs(entry_latency(&set, e) - 0.0002) < 1e-9);
	ck_assert(fabs(entry_response(&set, e) - 0.105) < 1e-9);
	ck_assert_int_eq(entry_lag(&set, e, &policy), STATE_WARNING);
	/* Without an answer there is none. */
	r.outcome = OUTCOME_STALLED;
	r.time_us = 2000000;
	tell(0, &r);
	ck_assert(fabs(entry_response(&set, e) - 0.105) < 1e-9);
}
END_TEST

/* Which of the two times is judged; what is only worth a warning stays one. */
static const struct judged_row {
	const char *set,
	    *own; /* limits for a CRITICAL in seconds; NULL: none */
	enum state lag;
	double seconds;
} judged_rows[] = {
	{ NULL, NULL, STATE_OK, 0.01 },
	{ "1", NULL, STATE_OK, 0.01 },
	{ NULL, "1", STATE_OK, 0.4 },
	{ "1", "1", STATE_OK, 0.01 },
	{ "0.001", NULL, STATE_CRITICAL, 0.01 },
	{ NULL, "0.1", STATE_CRITICAL, 0.4 },
	{ "1", "0.1", STATE_CRITICAL, 0.4 },
	{ "0.001", "1", STATE_CRITICAL, 0.01 },
	{ "0.001", "0.1", STATE_CRITICAL, 0.01 },
};

START_TEST(judged)
{
	const struct judged_row *row = &judged_rows[_i];
	struct result r = { OUTCOME_OK, .rtt_us = 10000, .time_us = 400000 };
	struct portset_policy policy = { .has_lag_critical = row->set != NULL };
	struct policy own;
	const struct entry *e;

	policy_init(&own);
	own.has_critical = row->own != NULL;
	if (row->own != NULL)
		ck_assert_ptr_null(range_parse(row->own, &own.critical));
	if (row->set != NULL)
		ck_assert_ptr_null(range_parse(row->set, &policy.lag_critical));
	policy.lag_critical.end *= 1e3;
	prepare_probes(1, &own);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, e, &policy), row->lag);
	ck_assert(fabs(entry_judged(&set, e, &policy) - row->seconds) < 1e-9);
	set.asks[0].severity = STATE_WARNING;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    row->lag == STATE_OK ? STATE_OK : STATE_WARNING);
	ck_assert(fabs(entry_judged(&set, e, &policy) - row->seconds) < 1e-9);
}
END_TEST

/* Good and bad back ends of one name, whichever of them comes first. */
START_TEST(dates_of_many)
{
	static const struct handshake later = { "TLSv1.3", .at_s = NOW_S,
		.n = 1, .certs = { LEAF(0, NOW_S + 90 * DAY_S) } };
	const struct portset_policy policy = { 0 };
	struct policy own;
	const struct entry *e;
	int i;

	policy_init(&own);
	own.has_days = true;
	own.warning_days = 14;
	prepare_probes(3, &own);
	e = &set.entries[0];
	for (i = 0; i < 3; i++) {
		struct result r = { .rtt_us = 1000,
			.time_us = 2000,
			.resolve_us = NONE,
			.handshake = i == _i ? &good : &later };

		tell(0, &r);
	}
	ck_assert(entry_expiring(e));
	ck_assert_int_eq(entry_state(&set, e, &policy), STATE_WARNING);
	ck_assert_int_eq((enum outcome)e->finding, OUTCOME_CERT_EXPIRING);
	ck_assert(fabs(entry_cert_days(e) - 10) < 1e-9);
}
END_TEST

/* A worse answer does not hide the certificate that expires first. */
START_TEST(cert_days_of_many)
{
	const struct handshake *const told[] = { &good, NULL, &early };
	const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_REFUSED,
		OUTCOME_OK };
	size_t i;

	prepare_probes(3, NULL);
	for (i = 0; i < 3; i++) {
		size_t j = (i + (size_t)_i) % 3;
		struct result r = { outcomes[j], .rtt_us = NONE,
			.time_us = NONE, .resolve_us = NONE,
			.handshake = told[j] };

		tell(0, &r);
	}
	ck_assert_int_eq((enum outcome)set.entries[0].outcome, OUTCOME_REFUSED);
	ck_assert(fabs(entry_cert_days(&set.entries[0]) - 1) < 1e-9);
}
END_TEST

START_TEST(clock_of_many)
{
	const struct handshake *const told[] = { &good, NULL };
	struct policy own;
	int i;

	policy_init(&own);
	own.has_days = own.has_offset_warning = true;
	own.warning_days = 14;
	ck_assert_ptr_null(range_parse("1", &own.offset_warning));
	prepare_probes(2, &own);
	for (i = 0; i < 2; i++) {
		struct result r = { .rtt_us = 1,
			.time_us = 1,
			.resolve_us = NONE,
			.has_offset = true,
			.handshake = told[i ^ _i],
			.offset_us = told[i ^ _i] == NULL ? 2000000 : 0 };

		tell(0, &r);
	}
	/* Of either what is wrong with it. */
	ck_assert(entry_astray(&set.entries[0]));
	ck_assert(entry_expiring(&set.entries[0]));
}
END_TEST

/* Whoever expects so few may still be told to look after them. */
START_TEST(certificate)
{
	struct result r = { .outcome = certificates[_i].outcome,
		.rtt_us = 1000,
		.time_us = 2000,
		.resolve_us = NONE,
		.handshake = certificates[_i].handshake };
	struct portset_policy policy = { 0 };
	struct listset_conf tls = { 0 };
	const struct entry *e;
	struct text t;

	policy_init(&tls.policy);
	tls.policy.has_days = certificates[_i].days >= 0;
	tls.policy.warning_days = certificates[_i].days;
	tls.policy.critical_days = certificates[_i].critical_days;
	if (r.outcome == OUTCOME_REFUSED)
		r.note = "refused";
	text_init(&t, 1000);
	text_printf(&t, "1=%s", certificates[_i].expected);
	prepare_tls("192.0.2.1", t.data, AF_UNSPEC, &tls);
	text_truncate(&t, 0);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert(entry_met(e) == certificates[_i].met);
	ck_assert(entry_expiring(e) == certificates[_i].expiring);
	ck_assert_int_eq((enum outcome)e->finding, certificates[_i].finding);
	entry_reason(&t, e);
	unit_str(certificates[_i].name, t.data, certificates[_i].reason);
	text_free(&t);
	ck_assert_ptr_null(share_parse("0", &policy.critical));
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].state);
	/* However many may be not as expected. */
	ck_assert_ptr_null(share_parse("1", &policy.critical));
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].expiring ? STATE_WARNING : STATE_OK);
	policy.at_least = 1;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].expiring  ? STATE_WARNING
		: certificates[_i].met ? STATE_OK
				       : STATE_CRITICAL);
}
END_TEST

/* The first of all to expire; who has none does not count. */
START_TEST(cert_days)
{
	const struct handshake *const told[] = { NULL, &good, &nobody, &early,
		NULL, &expired, &good };
	const double want[] = { NAN, 10, 10, 1, 1, -1 / 12.0, -1 / 12.0 };
	const struct portset_policy policy = { 0 };
	size_t i;

	prepare("a", "1-7", AF_UNSPEC);
	ck_assert(isnan(portset_summary_of(&set, &policy).cert_days));
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		struct result r = { .rtt_us = NONE,
			.time_us = NONE,
			.resolve_us = NONE,
			.handshake = told[i] };
		double days;

		tell(i, &r);
		days = portset_summary_of(&set, &policy).cert_days;
		ck_assert(isnan(want[i]) ? isnan(days)
					 : fabs(days - want[i]) < 1e-9);
	}
	ck_assert_ptr_null(set.entries[0].extra);
	ck_assert_str_eq(set.entries[1].extra->tls->version, "TLSv1.3");
	ck_assert_str_eq(set.entries[1].extra->tls->first.subject, "www.test");
	ck_assert(!set.entries[2].extra->tls->has_first);
}
END_TEST

/* One context for all, and another for who may have no certificate. */
START_TEST(dialogues)
{
	struct listset_conf tls = { 0 };
	const struct dialogue *d[5];
	size_t i, n;

	if (tls_missing() != NULL)
		return;
	policy_init(&tls.policy);
	for (n = 0; n < 3; n++) {
		tls.policy.has_days = n == 1;
		tls.tls.verify = n == 2;
		prepare_tls("a", "1/imap,2/imaps,3/smtp+starttls,4/nrpe,5",
		    AF_UNSPEC, &tls);
		ck_assert_uint_eq(portset_count_tls(&set), 3);
		for (i = 0; i < ARRAY_SIZE(d); i++)
			d[i] = set.entries[i].target.dialogue;
		ck_assert_ptr_null(d[0]->tls);
		ck_assert_ptr_null(d[4]->tls);
		ck_assert_ptr_nonnull(d[1]->tls);
		ck_assert_ptr_eq(d[2]->tls, d[1]->tls);
		ck_assert_ptr_nonnull(d[3]->tls);
		ck_assert((d[3]->tls != d[1]->tls) == (n == 0));
		ck_assert_int_eq(d[1]->steps[0].kind, STEP_TLS);
		ck_assert_uint_eq(d[1]->n, d[0]->n + 1);
		ck_assert_int_eq(d[1]->steps[1].kind, d[0]->steps[0].kind);
		ck_assert_int_ne(d[2]->steps[0].kind, STEP_TLS);
		ck_assert_int_eq(d[3]->steps[0].kind, STEP_TLS);
		teardown();
	}
}
END_TEST

/* Of a conversation, the last answer; of silence, what it was at. */
START_TEST(conversation)
{
	static const char said[] = "220 mx\r\n454 no|\r\n";
	struct result r = { OUTCOME_TLS_FAILED, .rtt_us = NONE, .time_us = NONE,
		.resolve_us = NONE, .note = "no" };
	struct text t;

	if (tls_missing() != NULL)
		return;
	prepare("a", "1/smtp+starttls,2/imaps,3/imaps", AF_UNSPEC);
	r.reply.data = (unsigned char *)strdup(said);
	r.reply.len = sizeof(said) - 1;
	r.answer_at = 8;
	tell(0, &r);
	free(r.reply.data);
	r = (struct result){ OUTCOME_STALLED, .rtt_us = NONE, .time_us = NONE,
		.resolve_us = NONE, .n_steps = 1 };
	tell(1, &r);
	r.n_steps = 2;
	r.handshake = &good;
	tell(2, &r);
	text_init(&t, 1000);
	entry_reason(&t, &set.entries[0]);
	ck_assert_str_eq(t.data, "TLS failed: no: 454 no\\x7c");
	text_truncate(&t, 0);
	entry_reason(&t, &set.entries[1]);
	ck_assert_str_eq(t.data,
	    "connected, but no answer in the TLS handshake");
	text_truncate(&t, 0);
	entry_reason(&t, &set.entries[2]);
	ck_assert_str_eq(t.data, "connected, but no answer");
	text_free(&t);
	ck_assert_str_eq(set.entries[0].extra->reply,
	    "220 mx\\r\\n454 no\\x7c");
}
END_TEST

/* What a result points to does not outlive the telling. */
START_TEST(reason)
{
	struct result r = reasons[_i].result;
	char note[64] = "";
	struct text t;

	prepare("192.0.2.1", "1", AF_UNSPEC);
	set_addr(&r.addr, "192.0.2.1");
	if (r.cause.origin == ORIGIN_ICMP)
		set_addr(&r.cause.from,
		    r.cause.icmp_v6 ? "2001:db8::fe" : "192.0.2.254");
	r.rtt_us = r.time_us = NONE;
	if (r.note != NULL) {
		strcpy(note, r.note);
		r.note = note;
	}
	if (reasons[_i].reply.len > 0) {
		r.reply.len = reasons[_i].reply.len;
		r.reply.data = malloc(r.reply.len);
		memcpy(r.reply.data, reasons[_i].reply.data, r.reply.len);
	}
	tell(0, &r);
	free(r.reply.data);
	memset(&r, 0xff, sizeof(r));
	memset(note, 'x', sizeof(note) - 1);
	text_init(&t, 1000);
	entry_reason(&t, &set.entries[0]);
	unit_str(reasons[_i].name, t.data, reasons[_i].reason);
	text_free(&t);
}
END_TEST

START_TEST(name)
{
	struct text t;

	prepare(names[_i].host, names[_i].ports, AF_UNSPEC);
	text_init(&t, 1000);
	entry_name(&t, &set, &set.entries[0]);
	ck_assert_str_eq(t.data, names[_i].name);
	text_free(&t);
}
END_TEST

/* One of a service, where services(5) has it. */
START_TEST(name_of_service)
{
	struct listset_conf conf = { 0 };
	struct text t, error;

	text_init(&error, 1000);
	if (portlist_add(&ports, "smtp", &error)) {
		hosts = (struct hostlist){ .max = 1 };
		ck_assert(hostlist_add(&hosts, "mx1", &error));
		policy_init(&conf.policy);
		listset_init(&lists, &conf, &hosts, &ports, &set);
		text_init(&t, 1000);
		entry_name(&t, &set, &set.entries[0]);
		ck_assert_str_eq(t.data, "mx1/smtp");
		text_free(&t);
	}
	text_free(&error);
}
END_TEST

/* A port of UDP is asked as its item says, or as is usual at it, or as none. */
START_TEST(inquiries)
{
	static const struct {
		const char *name;
		const char *protocol; /* NULL: none; "": not of UDP */
	} want[] = { { "a/tcp/53", "" }, { "a/udp/1", NULL },
		{ "a/udp/53", "dns" }, { "a/udp/123", "echo" } };
	const struct datagram *d;
	struct text t;
	size_t i;

	prepare("a", "53,udp:53,udp:1,udp:123/echo", AF_UNSPEC);
	ck_assert_uint_eq(set.n, ARRAY_SIZE(want));
	for (i = 0; i < set.n; i++) {
		const struct inquiry *q = set.entries[i].target.inquiry;

		text_init(&t, 100);
		entry_name(&t, &set, &set.entries[i]);
		ck_assert_str_eq(t.data, want[i].name);
		text_free(&t);
		if (want[i].protocol != NULL && want[i].protocol[0] == '\0') {
			ck_assert_ptr_null(q);
			continue;
		}
		ck_assert_ptr_nonnull(q);
		ck_assert_uint_eq(q->n, 1);
		if (want[i].protocol == NULL) {
			ck_assert_uint_eq(q->payloads[0].send.len, 0);
			ck_assert_ptr_null(q->payloads[0].judge);
			ck_assert_int_eq(q->demand, DEMAND_NONE);
			continue;
		}
		d = datagram_find(want[i].protocol);
		ck_assert_ptr_eq(q->payloads, d->payloads);
		ck_assert_int_eq(q->demand, d->demand);
	}
}
END_TEST

/*
 * Ports of UDP of two hosts: c closed, said at once, l late, s silent, o open;
 * and what the first has told of how many, 0: it does not limit that.
 */
static const struct {
	const char *told;
	size_t n;
	size_t of;
} limits[] = {
	{ "cccccsssss", 5, 10 },
	{ "cccccssssso", 5, 10 },
	{ "ccccccsssss", 0, 0 },
	{ "ccccsssss", 0, 0 },
	{ "cccccccccc", 0, 0 },
	{ "ssssssssss", 0, 0 },
	{ "lsss", 1, 4 },
	{ "clsss", 2, 5 },
	{ "cls", 0, 0 },
	{ "oooo", 0, 0 },
};

START_TEST(limited)
{
	const char *s = limits[_i].told;
	size_t i, n = strlen(s);
	struct portset_summary sum;
	char list[40];

	snprintf(list, sizeof(list), "udp:2001-%zu,80,unix:/x", 2000 + n);
	prepare("a,b", list, AF_UNSPEC);
	/* The first is TCP, of both hosts. */
	for (i = 0; i < n; i++) {
		const struct result r = {
			.outcome = s[i] == 's' ? OUTCOME_SILENT
			    : s[i] == 'o'      ? OUTCOME_OK
					       : OUTCOME_REFUSED,
			.cause.origin = s[i] == 'c' || s[i] == 'l'
			    ? ORIGIN_ICMP
			    : ORIGIN_NOBODY,
			.time_us = s[i] == 'l' ? 500100 : 100,
			.rtt_us = NONE,
			.resolve_us = NONE,
		};

		portset_tell(&set, &set.entries[2 + 2 * i].target, &r);
	}
	sum = portset_summary_of(&set, &(struct portset_policy){ 0 });
	ck_assert(host_counts_limited(&set.counts[0]) == (limits[_i].n > 0));
	if (limits[_i].n > 0) {
		ck_assert_uint_eq(set.counts[0].told, limits[_i].n);
		ck_assert_uint_eq(set.counts[0].told + set.counts[0].silent,
		    limits[_i].of);
	}
	ck_assert(!host_counts_limited(&set.counts[1]));
	ck_assert_uint_eq(sum.limited, limits[_i].n > 0);
	ck_assert_uint_eq(sum.told, limits[_i].n);
	ck_assert_uint_eq(sum.told_of, limits[_i].of);
}
END_TEST

START_TEST(share)
{
	struct share s = { .percent = !shares[_i].percent };

	unit_str(shares[_i].s, share_parse(shares[_i].s, &s), shares[_i].why);
	ck_assert(s.set == (shares[_i].why == NULL));
	if (s.set) {
		ck_assert(s.percent == shares[_i].percent);
		ck_assert(s.range.start == shares[_i].start);
		ck_assert(s.range.end == shares[_i].end);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portset");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, entries);
	tcase_add_test(tc, more_than_room);
	tcase_add_test(tc, small);
	unit_rows(tc, verdict, verdicts);
	tcase_add_test(tc, port_states);
	unit_rows(tc, lag, lags);
	tcase_add_test(tc, lag_and_others);
	tcase_add_test(tc, lag_and_not_asked);
	tcase_add_test(tc, latency);
	unit_rows(tc, many_probes, many);
	tcase_add_test(tc, lag_of_many);
	unit_rows(tc, judged, judged_rows);
	tcase_add_loop_test(tc, dates_of_many, 0, 3);
	tcase_add_loop_test(tc, cert_days_of_many, 0, 3);
	tcase_add_loop_test(tc, clock_of_many, 0, 2);
	unit_rows(tc, certificate, certificates);
	tcase_add_test(tc, cert_days);
	tcase_add_test(tc, dialogues);
	tcase_add_test(tc, conversation);
	unit_rows(tc, reason, reasons);
	unit_rows(tc, name, names);
	tcase_add_test(tc, name_of_service);
	tcase_add_test(tc, inquiries);
	unit_rows(tc, limited, limits);
	unit_rows(tc, share, shares);
	return unit_run("portset", tc);
}
