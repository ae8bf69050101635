/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>
#include <stdio.h>

#include "inquiry.h"
#include "json_reader.h"
#include "unit.h"

#define TIME_US INT64_C(12345)
#define MAX_BYTES 1000

/* Ends of lines. */
#define TIME "|time=0.012345s;;;0.000000;10.000000\n"
#define NO_TIME "|time=U;;;0.000000;10.000000\n"
#define LIMITS "0.010000;0.020000;0.000000;10.000000\n"

/* What multi-line says in front and after. */
#define GOOD "\n\t\\_[OK] - Connection time 0.012345s is within thresholds"
#define SUCCESS(where) "\n\t\\_[OK] - Connection " where " was a SUCCESS"
#define TWICE(state, words) "[" state "] - " words "\n\t\\_[" state "] - " words

#define MX "on mx1 port 25 (192.0.2.1)"
#define BY_PEER(err) .cause = { err, .origin = ORIGIN_PEER }
#define BY_US(err) .cause = { err, .origin = ORIGIN_LOCAL }
#define BY_ICMP(err, v6, type, code)                                   \
	.cause = { err, ORIGIN_ICMP, .icmp_v6 = v6, .icmp_type = type, \
		.icmp_code = code }

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X196 X50 X50 X50 X10 X10 X10 X10 "xxxxxx"

#define IN(literal)                                    \
	{                                              \
		PATTERN_ANYWHERE, BYTES(literal), NULL \
	}

static const struct pattern ready[] = { IN("220"), IN("a|\n\"b") };
static const struct step steps[] = {
	{ STEP_SEND, .send = BYTES("EHLO\r\n") },
	{ STEP_EXPECT, .expect = { ready, 2, .all = false } },
};
static const struct step steps_all[] = {
	{ STEP_EXPECT, .expect = { ready, 1 } },
	{ STEP_EXPECT, .expect = { ready, 2, .all = true } },
	{ STEP_WAIT },
};
static const struct dialogue any = { steps, ARRAY_SIZE(steps),
	.quiet_us = 2500000, .max_bytes = MAX_BYTES };
static const struct inquiry asking = { .expect = { ready, 1 },
	.quiet_us = 1500000 };
static const struct inquiry unanswered = { .why = "nobody answers" };
static const struct pattern eight[] = { IN(X50), IN(X50), IN(X50), IN(X50),
	IN(X50), IN(X50), IN(X50), IN(X50) };
static const struct step steps_eight[] = {
	{ STEP_EXPECT, .expect = { eight, 8 } },
};
static const struct dialogue many = { steps_eight, 1 };
static const struct dialogue all = { steps_all, ARRAY_SIZE(steps_all),
	.quiet_us = 2500000, .max_bytes = MAX_BYTES };

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

static const struct handshake good = { "TLSv1.3", "TLS_AES_256_GCM_SHA384",
	.at_s = NOW_S, .n = 2,
	.certs = { LEAF(0, NOW_S + 29 * DAY_S + 3599), ROOT } };
static const struct handshake expired = { .at_s = NOW_S,
	.n = 2,
	.certs = { LEAF(0, NOW_S - 7200), ROOT } };
static const struct handshake found_expired = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_EXPIRED,
	.why = "certificate has expired",
	.n = 1,
	.certs = { LEAF(0, NOW_S - 1) } };
static const struct handshake authority_expired = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_EXPIRED,
	.culprit = { "Old CA", "Root", 0, NOW_S - 2 * DAY_S },
	.n = 1,
	.certs = { LEAF(0, NOW_S + DAY_S) } };
static const struct handshake authority_early = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_NOT_YET_VALID,
	.culprit = { "New CA", "Root", NOW_S + 2 * DAY_S, NOW_S + 9 * DAY_S },
	.n = 1,
	.certs = { LEAF(0, NOW_S + DAY_S) } };
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

static const struct step steps_tls[] = { { STEP_TLS } };
static const struct dialogue tls = { steps_tls, 1 };

/*
 * A result, and both reports of it.  Without a host it is mx1 with the address
 * 192.0.2.1; an ICMP message is from 192.0.2.254, or of that family.
 */
static const struct row {
	const char *name;
	struct result result;
	const char *host, *address;
	struct bytes reply;
	const struct dialogue *dialogue;
	const struct inquiry *inquiry;
	const char *warning, *critical;
	int set; /* the state of the outcome, and one more */
	bool jail;
	bool hidden;                 /* the sender of the ICMP message */
	int64_t days, critical_days; /* the first 0: not given */
	const char *one_line, *multi_line;
} rows[] = {
	{ "ok", { OUTCOME_OK }, .reply = BYTES("220 mx1 ready\r\n"),
	    .one_line = "TCP OK - 0.012 second response time " MX
			" [220 mx1 ready]" TIME,
	    .multi_line = "[OK] - Connection succeeded" GOOD
			  "\n\t\\_[OK] - The answer of the server matched the "
			  "expectation" SUCCESS(MX) TIME },
	{ "ok without an answer", { OUTCOME_OK },
	    .one_line = "TCP OK - 0.012 second response time " MX TIME,
	    .multi_line = "[OK] - Connection succeeded" GOOD SUCCESS(MX) TIME },
	{ "ok with an address", { OUTCOME_OK }, "192.0.2.1", "192.0.2.1",
	    .one_line = "TCP OK - 0.012 second response time "
			"on 192.0.2.1 port 25" TIME,
	    .multi_line = "[OK] - Connection succeeded" GOOD
		SUCCESS("on 192.0.2.1 port 25") TIME },
	{ "ok with brackets", { OUTCOME_OK }, "[2001:db8::1]", "2001:db8::1",
	    .one_line = "TCP OK - 0.012 second response time "
			"on [2001:db8::1] port 25" TIME },
	{ "ok in other words", { OUTCOME_OK }, "2001:DB8::1", "2001:db8::1",
	    .one_line = "TCP OK - 0.012 second response time "
			"on 2001:DB8::1 port 25 (2001:db8::1)" TIME },
	{ "ok with a zone", { OUTCOME_OK }, "mx1", "fe80::1%lo",
	    .one_line = "TCP OK - 0.012 second response time "
			"on mx1 port 25 (fe80::1%lo)" TIME },
	{ "ok with a socket", { OUTCOME_OK }, "/run/x", "/run/x",
	    .one_line = "TCP OK - 0.012 second response time "
			"on socket /run/x" TIME,
	    .multi_line = "[OK] - Connection succeeded" GOOD
		SUCCESS("on socket /run/x") TIME },
	{ "ok, sent again", { OUTCOME_OK, .syn_resent = 2 },
	    .one_line = "TCP OK - 0.012 second response time " MX
			", SYN resent 2 times" TIME },
	{ "ok within limits", { OUTCOME_OK }, .warning = "1",
	    .critical = "@2:3",
	    .one_line = "TCP OK - 0.012 second response time " MX
			"|time=0.012345s;1.000000;@2.000000:3.000000;"
			"0.000000;10.000000\n" },
	{ "slow", { OUTCOME_OK }, .reply = BYTES("220"), .warning = "0.01",
	    .critical = "0.02",
	    .one_line = "TCP WARNING - 0.012 second response time " MX
			" [220]|time=0.012345s;" LIMITS,
	    .multi_line = TWICE("WARNING",
		"Connection time 0.012345s exceeded "
		"warning threshold (0.010000)") "\n\t\\_[OK] - The answer of the server matched the "
						"expectation" SUCCESS(
						    MX) "|time=0.012345s;" LIMITS },
	{ "very slow", { OUTCOME_OK }, .critical = "~:0.01",
	    .one_line = "TCP CRITICAL - 0.012 second response time " MX
			"|time=0.012345s;;~:0.010000;0.000000;10.000000\n",
	    .multi_line = TWICE("CRITICAL",
		"Connection time 0.012345s exceeded critical "
		"threshold (~:0.010000)")
		SUCCESS(
		    MX) "|time=0.012345s;;~:0.010000;0.000000;10.000000\n" },

	/* The peer's bytes. */
	{ "ok, hostile", { OUTCOME_OK },
	    .reply = BYTES("a\nb|c\0d\x1b[2Je\xff\"\\\t\x7f."),
	    .one_line =
		"TCP OK - 0.012 second response time " MX
		" [a\\nb\\x7cc\\x00d\\x1b[2Je\\xff\\\"\\\\\\t\\x7f.]" TIME },
	{ "ok, white space at the end", { OUTCOME_OK },
	    .reply = BYTES(" \n a \t\v\f\r\n"),
	    .one_line = "TCP OK - 0.012 second response time " MX
			" [ \\n a]" TIME },
	{ "ok, white space", { OUTCOME_OK }, .reply = BYTES("\r\n"),
	    .one_line = "TCP OK - 0.012 second response time " MX " []" TIME },
	{ "ok, NUL at the end", { OUTCOME_OK }, .reply = BYTES("a\0"),
	    .one_line = "TCP OK - 0.012 second response time " MX
			" [a\\x00]" TIME },
	{ "ok, 196 bytes", { OUTCOME_OK }, .reply = BYTES(X196),
	    .one_line = "TCP OK - 0.012 second response time " MX " [" X196
			"]" TIME },
	{ "ok, much", { OUTCOME_OK }, .reply = BYTES(X196 "yzzzz"),
	    .one_line = "TCP OK - 0.012 second response time " MX " [" X196
			"y...]" TIME },
	{ "ok, jail", { OUTCOME_OK }, .reply = BYTES("secret"), .jail = true,
	    .one_line = "TCP OK - 0.012 second response time " MX TIME,
	    .multi_line = "[OK] - Connection succeeded" GOOD
			  "\n\t\\_[OK] - The answer of the server matched the "
			  "expectation" SUCCESS(MX) TIME },

	{ "mismatch", { OUTCOME_MISMATCH, .ending = ENDING_JUDGED },
	    .reply = BYTES("554 no\n"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": 554 no (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"it begins otherwise)" TIME,
	    .multi_line = "[WARNING] - Answer failed to match expectation: "
			  "expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			  "it begins otherwise" GOOD
			  "\n\t\\_[WARNING] - Answer failed to match "
			  "expectation: expected \"220\" or "
			  "\"a\\x7c\\n\\\"b\"; it begins otherwise" SUCCESS(MX)
			      TIME },
	{ "mismatch, all", { OUTCOME_MISMATCH, .ending = ENDING_CLOSED },
	    .reply = BYTES("554|"), .dialogue = &all,
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": 554\\x7c (expected in step 2 \"220\" and "
			"\"a\\x7c\\n\\\"b\"; the peer closed)" TIME },
	{ "mismatch, jail", { OUTCOME_MISMATCH, .ending = ENDING_RESET },
	    .reply = BYTES("secret"), .jail = true,
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			" (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"the connection was reset)" TIME },
	{ "mismatch, quiet", { OUTCOME_MISMATCH, .ending = ENDING_QUIET },
	    .reply = BYTES("22"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": 22 (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"nothing more came for 2.5 s)" TIME },
	{ "mismatch, full", { OUTCOME_MISMATCH, .ending = ENDING_FULL },
	    .reply = BYTES("x"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"not in the first 1000 bytes)" TIME },
	{ "mismatch, late", { OUTCOME_MISMATCH, .ending = ENDING_DEADLINE },
	    .reply = BYTES("x"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"not within 10 seconds)" TIME },
	{ "mismatch on a socket", { OUTCOME_MISMATCH }, "/run/x", "/run/x",
	    .reply = BYTES("x"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket "
			"on socket /run/x: x (expected \"220\" or "
			"\"a\\x7c\\n\\\"b\"; it begins otherwise)" TIME },
	{ "mismatch, many", { OUTCOME_MISMATCH }, .reply = BYTES("x"),
	    .dialogue = &many,
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected \"" X50 "\" or \"" X50 "\" or \"" X50
			"\" or \"" X50
			"\" or 4 more; it begins otherwise)" TIME },
	{ "-M ok", { OUTCOME_MISMATCH }, .reply = BYTES("x"),
	    .set = STATE_OK + 1,
	    .one_line = "TCP OK - Unexpected response from host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"it begins otherwise)" TIME },
	{ "-M ok, slow", { OUTCOME_MISMATCH }, .reply = BYTES("x"),
	    .set = STATE_OK + 1, .warning = "0.01", .critical = "0.02",
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"it begins otherwise)|time=0.012345s;" LIMITS },

	{ "refused", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    .one_line = "TCP CRITICAL - Connection refused " MX NO_TIME,
	    .multi_line = TWICE("CRITICAL", "Connection refused " MX) NO_TIME },
	{ "refused, with limits", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    .warning = "0.01", .critical = "0.02",
	    .one_line = "TCP CRITICAL - Connection refused " MX
			"|time=U;" LIMITS },
	{ "-r ok", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    .set = STATE_OK + 1,
	    .one_line = "TCP OK - Connection refused " MX NO_TIME,
	    .multi_line = TWICE("OK", "Connection refused " MX) NO_TIME },
	{ "refused on a socket", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    "/run/x", "/run/x",
	    .one_line = "TCP CRITICAL - Connection refused "
			"on socket /run/x" NO_TIME },
	{ "refused, itself", { OUTCOME_REFUSED, BY_US(ECONNREFUSED) },
	    .one_line = "TCP CRITICAL - Connection refused " MX
			": it would connect to itself" NO_TIME },
	{ "rejected", { OUTCOME_REJECTED, BY_ICMP(ECONNREFUSED, false, 3, 3) },
	    .one_line = "TCP CRITICAL - Connection rejected " MX
			": ICMP port unreachable from 192.0.2.254" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"Connection rejected " MX
		": ICMP port unreachable from 192.0.2.254") NO_TIME },
	{ "rejected, IPv6",
	    { OUTCOME_REJECTED, BY_ICMP(ECONNREFUSED, true, 1, 4) }, "mx1",
	    "2001:db8::1",
	    .one_line = "TCP CRITICAL - Connection rejected "
			"on mx1 port 25 (2001:db8::1): "
			"ICMP port unreachable from 2001:db8::254" NO_TIME },
	{ "timeout", { OUTCOME_TIMEOUT },
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds " MX
			": no answer to the connection attempt" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"Socket timeout after 10 seconds " MX
		": no answer to the connection attempt") NO_TIME },
	{ "timeout of the kernel", { OUTCOME_TIMEOUT, BY_PEER(ETIMEDOUT) },
	    .one_line = "TCP CRITICAL - Connection timed out " MX NO_TIME },
	{ "timeout, sent again", { OUTCOME_TIMEOUT, .syn_resent = 3 },
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds " MX
			": no answer to the connection attempt"
			", SYN resent 3 times" NO_TIME },
	{ "no reply", { OUTCOME_NO_REPLY, .asked = 5, .lost = 5 },
	    .inquiry = &asking,
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds " MX
			": no reply, asked 5 times" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"Socket timeout after 10 seconds " MX ": no reply") NO_TIME },
	{ "silent", { OUTCOME_SILENT, .asked = 1, .lost = 1 },
	    .inquiry = &asking,
	    .one_line = "TCP WARNING - No reply within 10 seconds " MX
			": open or filtered" NO_TIME },
	{ "silent for a reason", { OUTCOME_SILENT }, .inquiry = &unanswered,
	    .one_line = "TCP WARNING - No reply within 10 seconds " MX
			": open or filtered, nobody answers" NO_TIME },
	{ "a Unix socket of datagrams is silent", { OUTCOME_STALLED }, "/run/x",
	    .inquiry = &asking,
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds "
			"on socket /run/x: no reply" NO_TIME },
	{ "a Unix socket of datagrams is full", { OUTCOME_TIMEOUT }, "/run/x",
	    .inquiry = &asking,
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds "
			"on socket /run/x: it takes nothing" NO_TIME },
	{ "an empty datagram", { OUTCOME_NO_DATA }, .inquiry = &asking,
	    .one_line = "TCP CRITICAL - No data received from host " MX
			": an empty datagram" NO_TIME },
	{ "the bytes of a protocol", { OUTCOME_OK, .words = "it" },
	    .inquiry = &asking, .reply = BYTES("x"),
	    .one_line = "TCP OK - 0.012 second response time " MX TIME },
	{ "the bytes of a reply", { OUTCOME_OK, .asked = 2 },
	    .inquiry = &asking, .reply = BYTES("x"),
	    .one_line = "TCP OK - 0.012 second response time " MX
			" [x], asked 2 times" TIME },
	{ "another datagram", { OUTCOME_MISMATCH, .ending = ENDING_QUIET },
	    .inquiry = &asking, .reply = BYTES("x"),
	    .one_line =
		"TCP WARNING - Unexpected response from host/socket " MX
		": x (expected \"220\"; nothing more came for 1.5 s)" TIME },
	{ "another datagram of a protocol",
	    { OUTCOME_MISMATCH, .ending = ENDING_JUDGED, .words = "it" },
	    .inquiry = &asking, .reply = BYTES("x"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected it; it is another)" TIME },
	{ "another datagram, and why",
	    { OUTCOME_MISMATCH, .ending = ENDING_JUDGED, .words = "it",
		.note = "malformed" },
	    .inquiry = &asking, .reply = BYTES("x"),
	    .one_line = "TCP WARNING - Unexpected response from host/socket " MX
			": x (expected it; malformed)" TIME },
	{ "not a socket of datagrams",
	    { OUTCOME_UNRESOLVED, BY_US(ESOCKTNOSUPPORT) }, "/run/x",
	    .inquiry = &asking,
	    .one_line = "TCP CRITICAL - Not a socket of datagrams "
			"on socket /run/x" NO_TIME },
	{ "prohibited",
	    { OUTCOME_PROHIBITED, BY_ICMP(EHOSTUNREACH, false, 3, 13) },
	    .one_line = "TCP CRITICAL - Connection prohibited " MX
			": ICMP administratively prohibited "
			"from 192.0.2.254" NO_TIME },
	{ "prohibited here", { OUTCOME_PROHIBITED, BY_US(EPERM) },
	    .one_line = "TCP CRITICAL - Connection prohibited " MX
			": by a rule of this machine" NO_TIME },
	{ "unreachable",
	    { OUTCOME_UNREACHABLE, BY_ICMP(EHOSTUNREACH, false, 3, 1) },
	    .one_line = "TCP CRITICAL - No route to host " MX
			": ICMP host unreachable from 192.0.2.254" NO_TIME },
	{ "unreachable, unknown",
	    { OUTCOME_UNREACHABLE, BY_ICMP(EHOSTUNREACH, false, 3, 99) },
	    .one_line = "TCP CRITICAL - No route to host " MX
			": ICMP unreachable from 192.0.2.254" NO_TIME },
	{ "unreachable, nobody knows who says so",
	    { OUTCOME_UNREACHABLE, BY_ICMP(EHOSTUNREACH, true, 1, 3) },
	    .hidden = true,
	    .one_line = "TCP CRITICAL - No route to host " MX
			": ICMP address unreachable" NO_TIME },
	{ "no route", { OUTCOME_UNREACHABLE, BY_US(ENETUNREACH) },
	    .one_line = "TCP CRITICAL - Network is unreachable " MX NO_TIME },

	{ "no data", { OUTCOME_NO_DATA },
	    .one_line = "TCP CRITICAL - No data received from host " MX
			": connection closed" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"No data received from host " MX ": connection closed")
		SUCCESS(MX) NO_TIME },
	{ "reset", { OUTCOME_RESET, BY_PEER(ECONNRESET) },
	    .one_line = "TCP CRITICAL - No data received from host: "
			"Connection reset by peer " MX NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"No data received from host: "
		"Connection reset by peer " MX) SUCCESS(MX) NO_TIME },
	{ "stalled", { OUTCOME_STALLED },
	    .one_line = "TCP CRITICAL - Socket timeout after 10 seconds " MX
			": connected, but no answer" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"Socket timeout after 10 seconds " MX
		": connected, but no answer") SUCCESS(MX) NO_TIME },
	{ "-t :warn", { OUTCOME_STALLED }, .set = STATE_WARNING + 1,
	    .one_line = "TCP WARNING - Socket timeout after 10 seconds " MX
			": connected, but no answer" NO_TIME },
	/* An answer that did not come is not a success. */
	{ "-t :ok", { OUTCOME_STALLED }, .set = STATE_OK + 1,
	    .one_line = "TCP OK - Socket timeout after 10 seconds " MX
			": connected, but no answer" NO_TIME,
	    .multi_line = TWICE("OK",
		"Socket timeout after 10 seconds " MX
		": connected, but no answer") SUCCESS(MX) NO_TIME },

	{ "stalled in the handshake", { OUTCOME_STALLED, .n_steps = 1 },
	    .dialogue = &tls,
	    .one_line =
		"TCP CRITICAL - Socket timeout after 10 seconds " MX
		": connected, but no answer in the TLS handshake" NO_TIME },
	{ "no TLS", { OUTCOME_TLS_FAILED, .note = "no TLS|", .n_steps = 1 },
	    .dialogue = &tls, .reply = BYTES("220 a|b\r\n"),
	    .one_line = "TCP CRITICAL - TLS handshake failed " MX
			": no TLS\\x7c: \"220 a\\x7cb\"" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"TLS handshake failed " MX ": no TLS\\x7c: \"220 a\\x7cb\"")
		SUCCESS(MX) NO_TIME },
	{ "no TLS any more",
	    { OUTCOME_TLS_FAILED, .note = "an alert", .n_steps = 2,
		.handshake = &good },
	    .reply = BYTES("220"),
	    .one_line = "TCP CRITICAL - TLS failed " MX ": an alert" NO_TIME },
	{ "no TLS, jail", { OUTCOME_TLS_FAILED, .note = "why", .n_steps = 1 },
	    .dialogue = &tls, .reply = BYTES("secret"), .jail = true,
	    .one_line = "TCP CRITICAL - TLS handshake failed " MX
			": why" NO_TIME },
	{ "good for long", { OUTCOME_OK, .handshake = &good }, .days = 29,
	    .one_line = "TCP OK - 0.012 second response time " MX
			", certificate \"www.test\" expires in 29 days "
			"(2026-12-17 12:06:39 UTC)|time=0.012345s;;;0.000000;"
			"10.000000 cert_days=29.041655;29.000000:;0.000000:;;"
			"\n" },
	{ "good, nobody asks", { OUTCOME_OK, .handshake = &good },
	    .one_line = "TCP OK - 0.012 second response time " MX TIME },
	{ "expiring", { OUTCOME_OK, .handshake = &good }, .days = 30,
	    .critical_days = 29,
	    .one_line =
		"TCP WARNING - Certificate \"www.test\" of issuer "
		"\"Test CA\" expires in 29 days "
		"(2026-12-17 12:06:39 UTC), 0.012 second response time " MX
		"|time=0.012345s;;;0.000000;"
		"10.000000 cert_days=29.041655;30.000000:;29.000000:;;"
		"\n" },
	{ "expiring, critical", { OUTCOME_OK, .handshake = &good }, .days = 60,
	    .critical_days = 30,
	    .one_line =
		"TCP CRITICAL - Certificate \"www.test\" of issuer "
		"\"Test CA\" expires in 29 days "
		"(2026-12-17 12:06:39 UTC), 0.012 second response time " MX
		"|time=0.012345s;;;0.000000;"
		"10.000000 cert_days=29.041655;60.000000:;30.000000:;;"
		"\n" },
	{ "expiring, and another answer",
	    { OUTCOME_MISMATCH, .handshake = &good }, .reply = BYTES("x"),
	    .days = 60, .critical_days = 30,
	    .one_line = "TCP CRITICAL - Certificate \"www.test\" of issuer "
			"\"Test CA\" expires in 29 days "
			"(2026-12-17 12:06:39 UTC), Unexpected response from "
			"host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"it begins otherwise)|time=0.012345s;;;0.000000;"
			"10.000000 cert_days=29.041655;60.000000:;30.000000:;;"
			"\n" },
	{ "another answer, and expiring",
	    { OUTCOME_MISMATCH, .handshake = &good }, .reply = BYTES("x"),
	    .days = 60, .set = STATE_CRITICAL + 1,
	    .one_line = "TCP CRITICAL - Unexpected response from "
			"host/socket " MX
			": x (expected \"220\" or \"a\\x7c\\n\\\"b\"; "
			"it begins otherwise), certificate \"www.test\" of "
			"issuer \"Test CA\" expires in 29 days "
			"(2026-12-17 12:06:39 UTC)|time=0.012345s;;;0.000000;"
			"10.000000 cert_days=29.041655;60.000000:;0.000000:;;"
			"\n" },
	{ "expired", { OUTCOME_OK, .handshake = &expired }, .days = 1,
	    .one_line =
		"TCP CRITICAL - Certificate \"www.test\" of issuer "
		"\"Test CA\" expired 2 hours ago "
		"(2026-11-18 09:06:40 UTC), 0.012 second response time " MX
		"|time=0.012345s;;;0.000000;"
		"10.000000 cert_days=-0.083333;1.000000:;0.000000:;;"
		"\n",
	    .multi_line =
		"[CRITICAL] - Certificate \"www.test\" of issuer "
		"\"Test CA\" expired 2 hours ago "
		"(2026-11-18 09:06:40 UTC)" GOOD
		"\n\t\\_[CRITICAL] - Certificate \"www.test\" of "
		"issuer \"Test CA\" expired 2 hours ago "
		"(2026-11-18 09:06:40 UTC)" SUCCESS(
		    MX) "|time=0.012345s;;;0.000000;"
			"10.000000 cert_days=-0.083333;1.000000:;0.000000:;;"
			"\n" },
	{ "expired, by verification",
	    { OUTCOME_OK, .handshake = &found_expired },
	    .one_line =
		"TCP CRITICAL - Certificate \"www.test\" of issuer "
		"\"Test CA\" expired 1 second ago "
		"(2026-11-18 11:06:39 UTC), 0.012 second response time " MX
		    TIME },
	{ "an authority that is not presented has expired",
	    { OUTCOME_OK, .handshake = &authority_expired },
	    .one_line = "TCP CRITICAL - Certificate \"Old CA\" of issuer "
			"\"Root\" expired 2 days ago "
			"(2026-11-16 11:06:40 UTC), 0.012 second response "
			"time " MX TIME },
	{ "such an authority is not valid yet",
	    { OUTCOME_OK, .handshake = &authority_early },
	    .one_line = "TCP CRITICAL - Certificate \"New CA\" of issuer "
			"\"Root\" is not valid yet, but in 2 days "
			"(2026-11-20 11:06:40 UTC), 0.012 second response "
			"time " MX TIME },
	{ "not yet valid", { OUTCOME_OK, .handshake = &early }, .days = 1,
	    .one_line =
		"TCP CRITICAL - Certificate \"www.test\" of issuer "
		"\"Test CA\" is not valid yet, but in 2 minutes "
		"(2026-11-18 11:08:40 UTC), 0.012 second response time " MX
		"|time=0.012345s;;;0.000000;"
		"10.000000 cert_days=1.000000;1.000000:;0.000000:;;"
		"\n" },
	{ "untrusted", { OUTCOME_CERT_UNTRUSTED, .handshake = &untrusted },
	    .one_line = "TCP CRITICAL - Certificate not trusted " MX
			": self-signed certificate: subject "
			"\"a\\x7c\\n\\\"\", issuer \"b\\xff\", valid until "
			"2026-11-18 11:06:40 UTC" TIME },
	{ "another name", { OUTCOME_CERT_MISMATCH, .handshake = &other },
	    .one_line = "TCP CRITICAL - Certificate for another name " MX
			": hostname mismatch: not for \"mail\\x7c.test\": "
			"subject \"www.test\", issuer \"Test CA\", valid until "
			"2026-11-19 11:06:40 UTC" TIME },

	{ "unresolved", { OUTCOME_UNRESOLVED, .note = "Name unknown" }, "mx1",
	    .one_line = "TCP CRITICAL - Invalid hostname, address or socket: "
			"mx1: Name unknown" NO_TIME,
	    .multi_line = TWICE("CRITICAL",
		"Invalid hostname, address or socket: "
		"mx1: Name unknown") NO_TIME },
	{ "unresolved, hostile", { OUTCOME_UNRESOLVED, .note = "b|\n" },
	    "a|\n\xff",
	    .one_line = "TCP CRITICAL - Invalid hostname, address or socket: "
			"a\\x7c\\n\\xff: b\\x7c\\n" NO_TIME },
	{ "no socket", { OUTCOME_UNRESOLVED, BY_US(ENOENT) }, "/run/x",
	    "/run/x",
	    .one_line = "TCP CRITICAL - No such file or directory "
			"on socket /run/x" NO_TIME },
	{ "not a socket", { OUTCOME_UNRESOLVED, BY_US(ENOTSOCK) }, "/run/|x\n",
	    "/run/|x\n",
	    .one_line = "TCP CRITICAL - Not a socket "
			"on socket /run/\\x7cx\\n" NO_TIME },
	{ "not of streams", { OUTCOME_UNRESOLVED, BY_US(EPROTOTYPE) }, "/run/x",
	    "/run/x",
	    .one_line = "TCP CRITICAL - Not a stream socket "
			"on socket /run/x" NO_TIME },
	{ "lookup timeout", { OUTCOME_LOOKUP_TIMEOUT }, "mx1",
	    .one_line =
		"TCP CRITICAL - Socket timeout after 10 seconds "
		"on mx1 port 25: no answer from the name service" NO_TIME },
	{ "handler, warning", { OUTCOME_HANDLER_WARNING },
	    .reply = BYTES("slow|\xff"),
	    .one_line = "TCP WARNING - Handler " MX
			": WARNING: slow\\x7c\\xff" TIME },
	{ "handler, critical, silent", { OUTCOME_HANDLER_CRITICAL },
	    .one_line = "TCP CRITICAL - Handler " MX ": CRITICAL" NO_TIME },
	{ "handler, unknown", { OUTCOME_HANDLER_UNKNOWN },
	    .reply = BYTES("who?"),
	    .one_line = "TCP UNKNOWN - Handler " MX ": UNKNOWN: who?" NO_TIME },
	{ "handler, killed",
	    { OUTCOME_HANDLER_UNKNOWN, .note = "exit code 127" },
	    .reply = BYTES("not found"),
	    .one_line = "TCP UNKNOWN - Handler " MX
			": exit code 127: not found" NO_TIME },
	{ "own fault", { OUTCOME_LOCAL_ERROR, BY_US(EMFILE) },
	    .one_line = "TCP UNKNOWN - Cannot probe mx1 port 25 (192.0.2.1): "
			"Too many open files" NO_TIME,
	    .multi_line = TWICE("UNKNOWN",
		"Cannot probe mx1 port 25 (192.0.2.1): "
		"Too many open files") NO_TIME },
	{ "own fault, socket", { OUTCOME_LOCAL_ERROR, BY_US(EACCES) }, "/run/x",
	    "/run/x",
	    .one_line = "TCP UNKNOWN - Cannot probe socket /run/x: "
			"Permission denied" NO_TIME },
	{ "own fault, note", { OUTCOME_LOCAL_ERROR, .note = "no thread|" },
	    "mx1",
	    .one_line = "TCP UNKNOWN - Cannot probe mx1 port 25: "
			"no thread\\x7c" NO_TIME },
	{ "not probed",
	    { OUTCOME_NOT_PROBED, .note = "interrupted by SIGTERM" }, "mx1",
	    .one_line = "TCP UNKNOWN - Not probed: mx1 port 25: "
			"interrupted by SIGTERM" NO_TIME,
	    .multi_line = TWICE("UNKNOWN",
		"Not probed: mx1 port 25: "
		"interrupted by SIGTERM") NO_TIME },
	{ "hostile host", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    "a|\n\x1b\xff", "192.0.2.1",
	    .one_line = "TCP CRITICAL - Connection refused "
			"on a\\x7c\\n\\x1b\\xff port 25 (192.0.2.1)" NO_TIME },
};

static const struct {
	const char *name;
	report_fn *fn;
} formats[] = {
	{ "one-line", report_one_line },
	{ "multi-line", report_multi_line },
	{ "ONE-LINE", report_one_line },
	{ "Multi-Line", report_multi_line },
	{ "", NULL },
	{ "one", NULL },
	{ "one-line ", NULL },
	{ "one_line", NULL },
	{ "json", report_json },
	{ "JSON", report_json },
	{ "text", NULL },
};

/* What a report refers to. */
struct setting {
	struct result result;
	struct target target;
	struct policy policy;
	struct report report;
	unsigned char reply[20000];
};

static void
set_addr(struct addr *a, const char *address)
{
	const char *why;

	*a = (struct addr){ 0 };
	if (address != NULL)
		ck_assert_int_eq(addr_parse(address, AF_UNSPEC, a, &why),
		    ADDR_LITERAL);
}

static void
set_up(struct setting *s, const struct row *row)
{
	const char *w = row->warning, *c = row->critical;

	*s = (struct setting){ .result = row->result };
	s->target = (struct target){ row->host != NULL ? row->host : "mx1", 25,
		AF_UNSPEC, row->dialogue != NULL ? row->dialogue : &any,
		row->inquiry };
	set_addr(&s->result.addr,
	    row->host == NULL ? "192.0.2.1" : row->address);
	if (s->result.cause.origin == ORIGIN_ICMP && !row->hidden)
		set_addr(&s->result.cause.from,
		    s->result.addr.any.sa_family == AF_INET6 ? "2001:db8::254"
							     : "192.0.2.254");
	s->result.time_us = TIME_US;
	s->result.resolve_us = s->result.connect_us = RESULT_NONE;
	s->result.rtt_us = s->result.reply_us = RESULT_NONE;
	if (row->reply.len > 0)
		memcpy(s->reply, row->reply.data, row->reply.len);
	s->result.reply = (struct buf){ s->reply, row->reply.len,
		row->reply.len, row->reply.len };
	policy_init(&s->policy);
	s->policy.has_days = row->days > 0;
	s->policy.warning_days = row->days;
	s->policy.critical_days = row->critical_days;
	if (row->set > 0)
		s->policy.states[s->result.outcome] = (enum state)(row->set -
		    1);
	s->policy.has_warning = w != NULL;
	ck_assert(w == NULL || range_parse(w, &s->policy.warning) == NULL);
	s->policy.has_critical = c != NULL;
	ck_assert(c == NULL || range_parse(c, &s->policy.critical) == NULL);
	s->report = (struct report){ .service = "TCP",
		.target = &s->target,
		.result = &s->result,
		.policy = &s->policy,
		.verdict = verdict_of(&s->policy, &s->result),
		.timeout_us = 10000000,
		.try_us = 10000000,
		.jail = row->jail };
}

static void
assert_report(const char *row, report_fn *fn, const struct report *r,
    const char *want)
{
	struct text t;

	text_init(&t, REPORT_MAX);
	fn(&t, r);
	unit_str(row, t.data, want);
	text_free(&t);
}

START_TEST(one_line)
{
	struct setting s;

	set_up(&s, &rows[_i]);
	assert_report(rows[_i].name, report_one_line, &s.report,
	    rows[_i].one_line);
}
END_TEST

START_TEST(multi_line)
{
	struct setting s;

	set_up(&s, &rows[_i]);
	if (rows[_i].multi_line != NULL)
		assert_report(rows[_i].name, report_multi_line, &s.report,
		    rows[_i].multi_line);
}
END_TEST

/* Each outcome is among the rows. */
START_TEST(outcome_has_a_row)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct setting s;

		set_up(&s, &rows[i]);
		if ((int)s.report.verdict.told == _i)
			return;
	}
	ck_abort_msg("%s", outcome_name((enum outcome)_i));
}
END_TEST

START_TEST(format)
{
	ck_assert(report_find(formats[_i].name) == formats[_i].fn);
}
END_TEST

START_TEST(formats_are_listed)
{
	char list[] = REPORT_NAMES, *rest = list, *name;

	while ((name = strsep(&rest, ",")) != NULL)
		ck_assert(report_find(name + strspn(name, " ")) != NULL);
}
END_TEST

START_TEST(fraction_of_a_second)
{
	const struct row row = { "", { OUTCOME_TIMEOUT } };
	struct setting s;

	set_up(&s, &row);
	s.report.timeout_us = 2500000;
	s.report.try_us = 2500000;
	assert_report("2.5", report_one_line, &s.report,
	    "TCP CRITICAL - Socket timeout after 2.5 seconds " MX
	    ": no answer to the connection attempt"
	    "|time=U;;;0.000000;2.500000\n");
}
END_TEST

/* Three addresses, as -v lists them. */
static void
set_attempts(struct attempt *a, enum outcome last)
{
	a[0] = (struct attempt){ .outcome = OUTCOME_UNREACHABLE,
		BY_ICMP(EHOSTUNREACH, true, 1, 3) };
	set_addr(&a[0].addr, "2001:db8::1");
	set_addr(&a[0].cause.from, "2001:db8::254");
	a[1] = (struct attempt){ .outcome = OUTCOME_TIMEOUT };
	set_addr(&a[1].addr, "192.0.2.7");
	a[2] = (struct attempt){ .outcome = last };
	if (last == OUTCOME_REFUSED)
		a[2].cause = (struct cause){ ECONNREFUSED, ORIGIN_PEER };
	set_addr(&a[2].addr, "192.0.2.1");
}

#define TWO_ATTEMPTS                                           \
	"Address 2001:db8::1: unreachable: No route to host: " \
	"ICMP address unreachable from 2001:db8::254\n"        \
	"Address 192.0.2.7: timeout\n"

START_TEST(several_addresses)
{
	const struct row row = { "",
		{ OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) } };
	struct attempt attempts[3];
	struct setting s;

	set_up(&s, &row);
	set_attempts(attempts, OUTCOME_REFUSED);
	s.result.attempts = attempts;
	s.result.n_attempts = 3;
	s.result.resolve_us = 1500;
	assert_report("one-line", report_one_line, &s.report,
	    "TCP CRITICAL - Connection refused " MX
	    ", 3 addresses tried" NO_TIME);
	s.report.verbosity = 1;
	assert_report("-v", report_one_line, &s.report,
	    "TCP CRITICAL - Connection refused " MX
	    ", 3 addresses tried" NO_TIME
	    "Outcome: refused: port closed: refused the connection\n" //
	    TWO_ATTEMPTS "Address 192.0.2.1: refused: Connection refused\n"
	    "Name resolution: 0.001500 s\n");
}
END_TEST

/* Said with -v, -vv, and with -j. */
START_TEST(details)
{
	static const char reply[] = "a\nb|c\0d";
	const struct row row = { "", { OUTCOME_OK }, .jail = _i == 2 };
	struct attempt attempts[3];
	struct setting s;
	struct text want;

	set_up(&s, &row);
	set_attempts(attempts, OUTCOME_OK);
	s.result.attempts = attempts;
	s.result.n_attempts = 3;
	s.result.resolve_us = 1500;
	s.result.connect_us = 0;
	s.result.rtt_us = 250;
	s.result.syn_resent = 2;
	/* 210 bytes, of which the last one is not x. */
	memset(s.reply, 'x', 300);
	memcpy(s.reply, reply, sizeof(reply) - 1);
	s.reply[299] = 'y';
	s.result.reply.len = 300;
	s.report.verbosity = _i == 1 ? 2 : 1;
	text_init(&want, REPORT_MAX);
	text_puts(&want, "TCP OK - 0.012 second response time " MX);
	if (_i != 2) {
		text_puts(&want, " [");
		report_answer(&want, &s.report);
		text_puts(&want, "]");
	}
	text_puts(&want,
	    ", SYN resent 2 times" TIME
	    "Outcome: ok: port open: connected, and answered as expected "
	    "where something was expected\n" //
	    TWO_ATTEMPTS "Address 192.0.2.1: connected\n"
	    "Name resolution: 0.001500 s\n"
	    "Connection: 0.000000 s\n"
	    "Round trip: 0.000250 s\n"
	    "Response: 0.012345 s\n"
	    "SYN resent: 2\n"
	    "Received: 300 bytes");
	if (_i != 2) {
		text_puts(&want, ": \"");
		text_escape(&want, s.reply, 300, _i == 1 ? 4096 : 200);
		text_puts(&want, "\"");
	}
	text_puts(&want, "\n");
	assert_report("details", report_one_line, &s.report, want.data);
	text_free(&want);
}
END_TEST

/* Everything is measured: 100 steps of three kinds, if so many are meant. */
#define STEPS_MANY 100
static const struct step kinds[] = {
	{ STEP_SEND, .send = BYTES("EHLO\r\n|") },
	{ STEP_WAIT, .wait_us = 500000 },
	{ STEP_EXPECT, .expect = { ready, 2 } },
	{ STEP_EXPECT, .expect = { 0 } },
	{ STEP_EXPECT, .expect = { eight, 8, .all = true } },
	{ STEP_SEND, .send = BYTES(X50 X10 "x") },
};

static void
set_measured(struct setting *s, size_t n_steps)
{
	static struct step many_steps[STEPS_MANY];
	static int64_t times[STEPS_MANY];
	static struct dialogue dialogue;
	size_t i;

	for (i = 0; i < STEPS_MANY; i++) {
		many_steps[i] = kinds[i % ARRAY_SIZE(kinds)];
		times[i] = (int64_t)i + 1;
	}
	dialogue = any;
	dialogue.steps = many_steps;
	dialogue.n = n_steps;
	s->target.dialogue = &dialogue;
	s->result.resolve_us = 1500;
	s->result.connect_us = 0;
	s->result.rtt_us = 250;
	s->result.reply_us = 1000001;
	s->result.syn_resent = 2;
	s->result.step_us = times;
	s->result.n_steps = n_steps;
}

#define VALUE(name, value) " " name "=" value "s;;;0.000000;"
#define PHASES                       \
	VALUE("resolve", "0.001500") \
	VALUE("connect", "0.000000") \
	VALUE("rtt", "0.000250") VALUE("reply", "1.000001")
#define AGAIN " syn_resent=2;;;0;"

static const struct {
	const char *name;
	size_t steps;
	bool basic;
	const char *host; /* mx1 */
	bool unmeasured;
	const char *want; /* behind the time */
} perfdata[] = {
	{ "basic", 3, .basic = true, .want = "" },
	{ "full", 0, .want = PHASES AGAIN },
	/* Of one step it is the response time. */
	{ "one step", 1, .want = PHASES AGAIN },
	{ "two steps", 2,
	    .want = PHASES VALUE("step1", "0.000001") VALUE("step2", "0.000002")
		AGAIN },
	{ "nothing measured", 0, .unmeasured = true, .want = "" },
	{ "a Unix socket", 0, .host = "/run/x", .want = PHASES },
};

START_TEST(performance)
{
	const struct row row = { "", { OUTCOME_OK }, .host = perfdata[_i].host,
		.address = perfdata[_i].host };
	struct setting s;
	struct text want, got;

	set_up(&s, &row);
	if (!perfdata[_i].unmeasured)
		set_measured(&s, perfdata[_i].steps);
	s.report.full = !perfdata[_i].basic;
	text_init(&want, REPORT_MAX);
	text_printf(&want, "time=0.012345s;;;0.000000;10.000000%s",
	    perfdata[_i].want);
	text_init(&got, REPORT_MAX);
	report_perfdata(&got, &s.report);
	unit_str(perfdata[_i].name, got.data, want.data);
	text_free(&got);
	text_free(&want);
}
END_TEST

/* Steps that were not begun, and one that was not measured. */
START_TEST(performance_of_some_steps)
{
	const int64_t times[] = { 1, RESULT_NONE, 3 };
	const struct row row = { "", { OUTCOME_OK } };
	struct setting s;
	struct text got;

	set_up(&s, &row);
	set_measured(&s, 6);
	s.result.step_us = times;
	s.result.n_steps = 3;
	s.report.full = true;
	text_init(&got, REPORT_MAX);
	report_perfdata(&got, &s.report);
	ck_assert_str_eq(got.data + strlen(TIME) - 2,
	    PHASES VALUE("step1", "0.000001") VALUE("step3", "0.000003") AGAIN);
	text_free(&got);
}
END_TEST

/* The longest there can be leaves room for words, and is whole. */
START_TEST(performance_is_whole)
{
	static report_fn *const fns[] = { report_one_line, report_multi_line,
		report_text };
	static int64_t times[STEPS_MANY];
	const struct row row = { "", { OUTCOME_MISMATCH }, .reply = BYTES(X196),
		.warning = "-1e308:1e308", .critical = "@-1e308:1e308" };
	struct setting s;
	struct text t;
	const char *p;
	size_t i, n = 0;

	set_up(&s, &row);
	set_measured(&s, STEPS_MANY);
	for (i = 0; i < STEPS_MANY; i++)
		times[i] = INT64_MAX;
	s.result.step_us = times;
	s.result.resolve_us = s.result.connect_us = INT64_MAX;
	s.result.rtt_us = s.result.reply_us = INT64_MAX;
	s.result.time_us = s.report.timeout_us = INT64_MAX;
	s.result.syn_resent = UINT32_MAX;
	s.report.verdict = verdict_of(&s.policy, &s.result);
	s.report.full = true;
	s.report.verbosity = 2;
	s.report.text = "%m";
	text_init(&t, REPORT_MAX);
	fns[_i](&t, &s.report);
	ck_assert_uint_le(t.len, REPORT_MAX);
	p = strchr(t.data, '|');
	ck_assert_ptr_nonnull(p);
	ck_assert_int_gt(p - t.data, 300);
	p = strstr(p, " step100=9223372036854.");
	ck_assert_ptr_nonnull(p);
	p = strstr(p, " syn_resent=4294967295;;;0;\n");
	ck_assert_ptr_nonnull(p);
	for (p = t.data; (p = strchr(p, '=')) != NULL; p++)
		n++;
	ck_assert_uint_ge(n, 1 + 4 + STEPS_MANY + 1);
	text_free(&t);
}
END_TEST

/* Said with -vv, and with -j too: it is our own. */
START_TEST(steps_of_details)
{
	static const char want[] =
	    "Step 1: send \"EHLO\\r\\n\\x7c\": 0.000001 s\n"
	    "Step 2: wait 0.5 s: 0.000002 s\n"
	    "Step 3: expect \"220\" or \"a\\x7c\\n\\\"b\": 0.000003 s\n"
	    "Step 4: expect: 0.000004 s\n"
	    "Step 5: expect \"" X50 "\" and \"" X50 "\" and \"" X50
	    "\" and \"" X50 "\" and 4 more: 0.000005 s\n"
	    "Step 6: send \"" X50 "xxxxxxx...\": 0.000006 s\n";
	const struct row row = { "", { OUTCOME_OK }, .reply = BYTES("secret"),
		.jail = _i % 2 != 0 };
	struct setting s;
	struct text t;

	set_up(&s, &row);
	set_measured(&s, 6);
	s.report.verbosity = 1;
	text_init(&t, REPORT_MAX);
	report_details(&t, &s.report);
	ck_assert_ptr_null(strstr(t.data, "Step"));
	text_truncate(&t, 0);
	s.report.verbosity = 2;
	report_details(&t, &s.report);
	ck_assert_uint_gt(t.len, sizeof(want));
	ck_assert_str_eq(t.data + t.len - (sizeof(want) - 1), want);
	text_free(&t);
}
END_TEST

/* The letters; by default of an open port that answered 220. */
static const struct {
	const char *format;
	struct result result;
	const char *host, *address;
	bool jail;
	const char *want;
} texts[] = {
	{ "", { OUTCOME_OK }, .want = "" },
	{ "plain text", { OUTCOME_OK }, .want = "plain text" },
	{ "%h", { OUTCOME_OK }, .want = "mx1" },
	{ "%h", { OUTCOME_OK }, "a|\n\xff", .want = "a\\x7c\\n\\xff" },
	{ "%p", { OUTCOME_OK }, .want = "25" },
	{ "%p", { OUTCOME_OK }, "/run/x", "/run/x", .want = "0" },
	{ "%a", { OUTCOME_OK }, .want = "192.0.2.1" },
	{ "%a", { OUTCOME_OK }, "mx1", "fe80::1%lo", .want = "fe80::1%lo" },
	{ "%a", { OUTCOME_UNRESOLVED, .note = "no" }, "mx1", .want = "" },
	{ "%a", { OUTCOME_OK }, "/run/x", "/run/x", .want = "" },
	{ "%n", { OUTCOME_OK }, .want = "TCP" },
	{ "%s", { OUTCOME_OK }, .want = "OK" },
	{ "%s", { OUTCOME_TIMEOUT }, .want = "CRITICAL" },
	{ "%x", { OUTCOME_OK }, .want = "open" },
	{ "%x", { OUTCOME_REJECTED }, .want = "filtered" },
	{ "%o", { OUTCOME_LOOKUP_TIMEOUT }, .want = "lookup-timeout" },
	{ "%m", { OUTCOME_OK },
	    .want = "0.012 second response time " MX " [220 a\\x7cb]" },
	{ "%m", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    .want = "Connection refused " MX },
	{ "%m", { OUTCOME_OK, .syn_resent = 1 }, .jail = true,
	    .want = "0.012 second response time " MX ", SYN resent 1 time" },
	{ "%l", { OUTCOME_OK }, .want = "0.012345" },
	{ "%l", { OUTCOME_MISMATCH }, .want = "0.012345" },
	{ "%l", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) }, .want = "U" },
	{ "%r", { OUTCOME_OK }, .want = "0.000250" },
	{ "%b", { OUTCOME_OK }, .want = "220 a\\x7cb" },
	{ "%b", { OUTCOME_OK }, .jail = true, .want = "" },
	{ "%t", { OUTCOME_OK }, .want = "2026-11-23T06:30:00Z" },
	{ "%%", { OUTCOME_OK }, .want = "%" },
	{ "%%h%%%%", { OUTCOME_OK }, .want = "%h%%" },
	{ "%n %s: %h:%p is %x", { OUTCOME_OK },
	    .want = "TCP OK: mx1:25 is open" },
	{ "%h%h%p", { OUTCOME_OK }, .want = "mx1mx125" },
	/* The format's own bytes. */
	{ "a|time=9\n\t\x1b\xc3\xa4\"\\%s|", { OUTCOME_OK },
	    .want = "a\\x7ctime=9\\n\\t\\x1b\\xc3\\xa4\\\"\\\\OK\\x7c" },
};

START_TEST(text)
{
	const struct row row = { "", texts[_i].result, texts[_i].host,
		texts[_i].address, BYTES("220 a|b\n"), .jail = texts[_i].jail };
	const char *tail = result_answered(&row.result) ? TIME : NO_TIME;
	struct setting s;
	struct text want;

	set_up(&s, &row);
	s.result.rtt_us = 250;
	s.report.wall_s = 1795415400;
	s.report.text = texts[_i].format;
	ck_assert_ptr_null(report_text_check(texts[_i].format));
	text_init(&want, REPORT_MAX);
	text_printf(&want, "%s%s", texts[_i].want, tail);
	assert_report(texts[_i].format, report_text, &s.report, want.data);
	/* What was measured, and the lines of -v, are as always. */
	s.report.full = true;
	s.report.verbosity = 1;
	text_truncate(&want, want.len - 1);
	text_puts(&want, VALUE("rtt", "0.000250") "\n");
	report_details(&want, &s.report);
	assert_report(texts[_i].format, report_text, &s.report, want.data);
	text_free(&want);
}
END_TEST

/* It is the usual first line, of every row. */
START_TEST(text_of_the_usual_line)
{
	struct setting s;

	set_up(&s, &rows[_i]);
	s.report.text = "%n %s - %m";
	assert_report(rows[_i].name, report_text, &s.report, rows[_i].one_line);
}
END_TEST

#define LETTERS "%h, %p, %a, %n, %s, %x, %o, %m, %l, %r, %b, %t, %%"

static const struct {
	const char *format, *want;
} bad_texts[] = {
	{ "%", "%: not one of " LETTERS },
	{ "a%", "%: not one of " LETTERS },
	{ "%%%", "%: not one of " LETTERS },
	{ "%q", "%q: not one of " LETTERS },
	{ "%h %p %H", "%H: not one of " LETTERS },
	{ "% ", "% : not one of " LETTERS },
	{ "%|", "%\\x7c: not one of " LETTERS },
	{ "%\xc3\xa4", "%\\xc3: not one of " LETTERS },
	{ "%q%w", "%q: not one of " LETTERS },
};

START_TEST(bad_text)
{
	ck_assert_str_eq(report_text_check(bad_texts[_i].format),
	    bad_texts[_i].want);
}
END_TEST

/* JSON: what was asked, and what came of it. */
#define ASKED(address)                                                  \
	"\"name\":\"mx1/tcp/25\",\"host\":\"mx1\",\"address\":" address \
	",\"port\":25,\"transport\":\"tcp\",\"expected\":\"open\","
#define ASKED_MX ASKED("\"192.0.2.1\"")
#define MEASURED                                                                 \
	"\"time\":0.012345,\"rtt\":0.000250,\"resolve\":0.001500,"               \
	"\"connect\":0.000000,\"syn_resent\":2,\"offset\":null,\"attempts\":[]," \
	"\"steps\":[{\"step\":\"send \\u0022EHLO\\u005cr\\u005cn\\u005cx7c"      \
	"\\u0022\",\"time\":0.000001},"                                          \
	"{\"step\":\"wait 0.5 s\",\"time\":0.000002}],\"tls\":null}\n"
#define UNMEASURED_BUT(tls)                                                  \
	"\"time\":0.012345,\"rtt\":null,\"resolve\":null,"                   \
	"\"connect\":null,\"syn_resent\":0,\"offset\":null,\"attempts\":[]," \
	"\"steps\":[],\"tls\":" tls "}\n"
#define UNMEASURED UNMEASURED_BUT("null")
#define SELF_SIGNED                                                \
	"self-signed certificate: subject "                        \
	"\\u0022a\\u005cx7c\\u005cn\\u005c\\u0022\\u0022, issuer " \
	"\\u0022b\\u005cxff\\u0022, valid until 2026-11-18 11:06:40 UTC"

static const struct {
	const char *name;
	struct result result;
	const char *host, *address;
	struct bytes reply;
	bool jail, measured;
	int set;
	const char *want;
} jsons[] = {
	{ "ok", { OUTCOME_OK }, .reply = BYTES("220 \"a\"|\n"),
	    .measured = true,
	    .want = "{\"version\":1,\"service\":\"TCP\",\"status\":\"OK\","
		    "\"text\":\"0.012 second response time " MX
		    " [220 \\u005c\\u0022a\\u005c\\u0022\\u005cx7c], "
		    "SYN resent 2 times\"," ASKED_MX
		    "\"state\":\"open\",\"open\":true,\"ok\":true,"
		    "\"outcome\":\"ok\",\"reason\":null,"
		    "\"closed_reason\":null,\"note\":\"220 \\u005c\\u0022a"
		    "\\u005c\\u0022\\u005cx7c\"," MEASURED },
	{ "mismatch", { OUTCOME_MISMATCH, .ending = ENDING_CLOSED },
	    .reply = BYTES("554\n"),
	    .want = "{\"version\":1,\"service\":\"TCP\","
		    "\"status\":\"WARNING\",\"text\":\"Unexpected response "
		    "from host/socket " MX ": 554 (expected \\u0022220\\u0022 "
		    "or \\u0022a\\u005cx7c\\u005cn\\u005c\\u0022b\\u0022; "
		    "the peer closed)\"," ASKED_MX
		    "\"state\":\"open\",\"open\":true,\"ok\":false,"
		    "\"outcome\":\"mismatch\","
		    "\"reason\":\"unexpected answer: 554\","
		    "\"closed_reason\":null,\"note\":\"554\"," UNMEASURED },
	{ "mismatch, jail", { OUTCOME_MISMATCH, .ending = ENDING_CLOSED },
	    .reply = BYTES("secret"), .jail = true, .set = STATE_OK + 1,
	    .want = "{\"version\":1,\"service\":\"TCP\",\"status\":\"OK\","
		    "\"text\":\"Unexpected response "
		    "from host/socket " MX " (expected \\u0022220\\u0022 "
		    "or \\u0022a\\u005cx7c\\u005cn\\u005c\\u0022b\\u0022; "
		    "the peer closed)\"," ASKED_MX
		    "\"state\":\"open\",\"open\":true,\"ok\":true,"
		    "\"outcome\":\"mismatch\","
		    "\"reason\":\"unexpected answer\","
		    "\"closed_reason\":null,\"note\":null," UNMEASURED },
	{ "refused", { OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) },
	    .want = "{\"version\":1,\"service\":\"TCP\","
		    "\"status\":\"CRITICAL\",\"text\":\"Connection refused " MX
		    "\"," ASKED_MX
		    "\"state\":\"closed\",\"open\":false,\"ok\":false,"
		    "\"outcome\":\"refused\","
		    "\"reason\":\"Connection refused\","
		    "\"closed_reason\":\"Connection refused\","
		    "\"note\":null," UNMEASURED },
	{ "untrusted", { OUTCOME_CERT_UNTRUSTED, .handshake = &untrusted },
	    .want =
		"{\"version\":1,\"service\":\"TCP\","
		"\"status\":\"CRITICAL\",\"text\":\"Certificate not trusted " MX
		": " SELF_SIGNED "\"," ASKED_MX
		"\"state\":\"open\",\"open\":true,\"ok\":false,"
		"\"outcome\":\"cert-untrusted\","
		"\"reason\":\"certificate not trusted: " SELF_SIGNED "\","
		"\"closed_reason\":null,\"note\":null," UNMEASURED_BUT(
		    "{\"version\":\"\",\"cipher\":\"\",\"alpn\":null,"
		    "\"certificates\":[{\"subject\":"
		    "\"a\\u007c\\u000a\\u0022\","
		    "\"issuer\":\"b\\u00ff\","
		    "\"not_before\":\"1970-01-01 00:00:00 UTC\","
		    "\"not_after\":\"2026-11-18 11:06:40 UTC\"}]}") },
	{ "unresolved", { OUTCOME_UNRESOLVED, .note = "Name \"unknown\"" },
	    "mx1",
	    .want =
		"{\"version\":1,\"service\":\"TCP\","
		"\"status\":\"CRITICAL\","
		"\"text\":\"Invalid hostname, address or socket: mx1: "
		"Name \\u005c\\u0022unknown\\u005c\\u0022\"," ASKED(
		    "null") "\"state\":\"unknown\",\"open\":false,\"ok\":false,"
			    "\"outcome\":\"unresolved\","
			    "\"reason\":\"Name \\u005c\\u0022unknown\\u005c\\u0022\","
			    "\"closed_reason\":\"Name \\u005c\\u0022unknown"
			    "\\u005c\\u0022\",\"note\":null," UNMEASURED },
	{ "a Unix socket", { OUTCOME_OK }, "/run/x\n", "/run/x\n",
	    .want = "{\"version\":1,\"service\":\"TCP\",\"status\":\"OK\","
		    "\"text\":\"0.012 second response time "
		    "on socket /run/x\\u005cn\","
		    "\"name\":\"/run/x\\u005cn\",\"host\":null,"
		    "\"address\":null,\"port\":null,\"transport\":\"unix\","
		    "\"expected\":\"open\","
		    "\"state\":\"open\",\"open\":true,\"ok\":true,"
		    "\"outcome\":\"ok\",\"reason\":null,"
		    "\"closed_reason\":null,\"note\":null," UNMEASURED },
};

START_TEST(json)
{
	const struct row row = { "", jsons[_i].result, jsons[_i].host,
		jsons[_i].address, jsons[_i].reply, .jail = jsons[_i].jail,
		.set = jsons[_i].set };
	struct setting s;

	set_up(&s, &row);
	if (jsons[_i].measured)
		set_measured(&s, 2);
	ck_assert(json_is_valid(jsons[_i].want));
	assert_report(jsons[_i].name, report_json, &s.report, jsons[_i].want);
	/* Neither changes it. */
	s.report.verbosity = 2;
	s.report.full = true;
	assert_report(jsons[_i].name, report_json, &s.report, jsons[_i].want);
}
END_TEST

START_TEST(json_attempts)
{
	static const char want[] =
	    ",\"attempts\":["
	    "{\"address\":\"2001:db8::1\",\"outcome\":\"unreachable\","
	    "\"reason\":\"No route to host: ICMP address unreachable "
	    "from 2001:db8::254\"},"
	    "{\"address\":\"192.0.2.7\",\"outcome\":\"timeout\","
	    "\"reason\":\"no answer\"},"
	    "{\"address\":\"192.0.2.1\",\"outcome\":\"ok\","
	    "\"reason\":null}],\"steps\":[],\"tls\":null}\n";
	const struct row row = { "", { OUTCOME_OK } };
	struct attempt attempts[3];
	struct setting s;
	struct text t;

	set_up(&s, &row);
	set_attempts(attempts, OUTCOME_OK);
	s.result.attempts = attempts;
	s.result.n_attempts = 3;
	text_init(&t, REPORT_MAX);
	report_json(&t, &s.report);
	ck_assert_str_eq(strstr(t.data, ",\"attempts\""), want);
	text_free(&t);
}
END_TEST

static size_t
count(const char *s, const char *what)
{
	size_t n = 0;

	while ((s = strstr(s, what)) != NULL) {
		s += strlen(what);
		n++;
	}
	return n;
}

/* 32 addresses and 100 steps as they may well be: of both, most. */
START_TEST(json_of_many)
{
	const struct row row = { "",
		{ OUTCOME_REFUSED, BY_PEER(ECONNREFUSED) } };
	struct attempt attempts[32];
	struct setting s;
	struct text t;
	size_t i;

	set_up(&s, &row);
	set_measured(&s, STEPS_MANY);
	for (i = 0; i < ARRAY_SIZE(attempts); i++) {
		attempts[i] = (struct attempt){ .outcome = OUTCOME_REFUSED,
			BY_PEER(ECONNREFUSED) };
		set_addr(&attempts[i].addr, "2001:db8:1:2:3:4:5:6");
	}
	s.result.attempts = attempts;
	s.result.n_attempts = 32;
	text_init(&t, REPORT_MAX);
	report_json(&t, &s.report);
	ck_assert(json_is_valid(t.data));
	ck_assert_uint_eq(count(t.data, "\"reason\":\"Connection refused\"},") +
		count(t.data, "\"reason\":\"Connection refused\"}]"),
	    32);
	ck_assert_uint_ge(count(t.data, "{\"step\":"), 20);
	ck_assert_uint_gt(t.len, REPORT_MAX - 500);
	text_free(&t);
}
END_TEST

static bool
is_plain(const char *s)
{
	while ((*s >= ' ' && *s < 0x7f) || *s == '\n' || *s == '\t')
		s++;
	return *s == '\0';
}

/* The rows with more of everything, and none of it harmless. */
START_TEST(hostile)
{
	static char host[1000], expected[EXPECT_MAX][100], words[10000];
	static int64_t times[STEPS_MANY];
	static const unsigned lengths[] = { 0, 1, 4096, 20000 };
	struct attempt attempts[32];
	struct pattern patterns[EXPECT_MAX];
	const struct step step = { STEP_EXPECT,
		.expect = { patterns, EXPECT_MAX, .all = true } };
	struct step hostile_steps[STEPS_MANY];
	struct dialogue dialogue = { hostile_steps, STEPS_MANY,
		.max_bytes = MAX_BYTES };
	static report_fn *const fns[] = { report_one_line, report_multi_line,
		report_text, report_json };
	report_fn *fn = fns[_i % 4];
	const char *note = "n\n|\x1b\xff";
	struct setting s;
	size_t i, round;

	memset(host, 0xff, sizeof(host) - 1);
	for (i = 0; i + 4 < sizeof(words); i += 4)
		memcpy(words + i, i % 8 != 0 ? "\n|%b" : "%h\"\x1b", 4);
	for (i = 0; i < STEPS_MANY; i++)
		hostile_steps[i] = step;
	for (i = 0; i < EXPECT_MAX; i++) {
		memset(expected[i], '|', sizeof(expected[i]));
		patterns[i] = (struct pattern){ PATTERN_ANYWHERE,
			{ expected[i], sizeof(expected[i]) }, NULL };
	}
	for (i = 0; i < ARRAY_SIZE(attempts); i++)
		set_attempts(&attempts[i - i % 3 > 29 ? 29 : i - i % 3],
		    OUTCOME_REFUSED);
	for (round = 0; round < ARRAY_SIZE(lengths) * 3 * 2; round++) {
		const char *newline, *pipe;
		struct text t;

		set_up(&s, &rows[_i / 4]);
		memset(s.reply, '\n' + (round % 2) * 0xf0, lengths[round % 4]);
		s.reply[lengths[round % 4] / 2] = '|';
		s.result.reply.len = lengths[round % 4];
		s.result.note = s.result.outcome == OUTCOME_NOT_PROBED
		    ? s.result.note
		    : note;
		if (s.result.cause.err != 0)
			s.result.note = NULL;
		if (s.target.host[0] != '/')
			s.target.host = host;
		s.target.dialogue = &dialogue;
		s.result.attempts = attempts;
		s.result.n_attempts = 32;
		s.report.verbosity = (unsigned)round / 4 % 3;
		s.report.jail = round >= 12;
		s.report.full = round % 2 != 0;
		s.report.text = words;
		s.result.step_us = times;
		s.result.n_steps = STEPS_MANY;
		text_init(&t, REPORT_MAX);
		fn(&t, &s.report);
		ck_assert_uint_le(t.len, REPORT_MAX);
		ck_assert_uint_eq(strlen(t.data), t.len);
		ck_assert_msg(is_plain(t.data), "a control or foreign byte");
		if (fn == report_json) {
			ck_assert_msg(json_is_valid(t.data), "not JSON: %s",
			    t.data);
			text_free(&t);
			continue;
		}
		/* It has performance data, once, and ends with a line. */
		pipe = strchr(t.data, '|');
		ck_assert_msg(pipe != NULL, "no performance data");
		ck_assert_int_eq(strncmp(pipe, "|time=", 6), 0);
		ck_assert_ptr_null(strchr(pipe + 1, '|'));
		ck_assert_msg(t.data[t.len - 1] == '\n', "no newline");
		/*
		 * What follows it is read as more of it, unless it is on the
		 * first line.
		 */
		newline = strchr(t.data, '\n');
		ck_assert_msg(pipe < newline ||
			strchr(pipe, '\n') == t.data + t.len - 1,
		    "more lines behind the performance data");
		text_free(&t);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("report");

	unit_rows(tc, one_line, rows);
	unit_rows(tc, multi_line, rows);
	tcase_add_loop_test(tc, outcome_has_a_row, 0, OUTCOME_COUNT);
	unit_rows(tc, format, formats);
	tcase_add_test(tc, formats_are_listed);
	tcase_add_test(tc, fraction_of_a_second);
	tcase_add_test(tc, several_addresses);
	tcase_add_loop_test(tc, details, 0, 3);
	unit_rows(tc, performance, perfdata);
	tcase_add_test(tc, performance_of_some_steps);
	tcase_add_loop_test(tc, performance_is_whole, 0, 3);
	tcase_add_loop_test(tc, steps_of_details, 0, 2);
	unit_rows(tc, text, texts);
	unit_rows(tc, text_of_the_usual_line, rows);
	unit_rows(tc, bad_text, bad_texts);
	unit_rows(tc, json, jsons);
	tcase_add_test(tc, json_attempts);
	tcase_add_test(tc, json_of_many);
	tcase_add_loop_test(tc, hostile, 0, (int)ARRAY_SIZE(rows) * 4);
	return unit_run("report", tc);
}
