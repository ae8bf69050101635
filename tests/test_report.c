/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>

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

static const struct bytes ready[] = { BYTES("220"), BYTES("a|\n\"b") };
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
static const struct bytes eight[] = { BYTES(X50), BYTES(X50), BYTES(X50),
	BYTES(X50), BYTES(X50), BYTES(X50), BYTES(X50), BYTES(X50) };
static const struct step steps_eight[] = {
	{ STEP_EXPECT, .expect = { eight, 8 } },
};
static const struct dialogue many = { steps_eight, 1 };
static const struct dialogue all = { steps_all, ARRAY_SIZE(steps_all),
	.quiet_us = 2500000, .max_bytes = MAX_BYTES };

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
	const char *warning, *critical;
	int set; /* the state of the outcome, and one more */
	bool jail;
	bool hidden; /* the sender of the ICMP message */
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
			": 554\\x7c (expected \"220\" and "
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
	{ "json", NULL },
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
		AF_UNSPEC, row->dialogue != NULL ? row->dialogue : &any };
	set_addr(&s->result.addr,
	    row->host == NULL ? "192.0.2.1" : row->address);
	if (s->result.cause.origin == ORIGIN_ICMP && !row->hidden)
		set_addr(&s->result.cause.from,
		    s->result.addr.any.sa_family == AF_INET6 ? "2001:db8::254"
							     : "192.0.2.254");
	s->result.time_us = TIME_US;
	s->result.resolve_us = s->result.connect_us = s->result
							  .rtt_us = RESULT_NONE;
	if (row->reply.len > 0)
		memcpy(s->reply, row->reply.data, row->reply.len);
	s->result.reply = (struct buf){ s->reply, row->reply.len,
		row->reply.len, row->reply.len };
	policy_init(&s->policy);
	if (row->set > 0)
		s->policy.states[s->result.outcome] = (enum state)(row->set -
		    1);
	s->policy.has_warning = w != NULL;
	ck_assert(w == NULL || range_parse(w, &s->policy.warning) == NULL);
	s->policy.has_critical = c != NULL;
	ck_assert(c == NULL || range_parse(c, &s->policy.critical) == NULL);
	s->report = (struct report){ "TCP", &s->target, &s->result, &s->policy,
		verdict_of(&s->policy, &s->result), 10000000, row->jail, 0 };
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

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if ((int)rows[i].result.outcome == _i)
			return;
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
	static char host[1000], expected[EXPECT_MAX][100];
	static const unsigned lengths[] = { 0, 1, 20000 };
	struct attempt attempts[32];
	struct bytes strings[EXPECT_MAX];
	struct step step = { STEP_EXPECT,
		.expect = { strings, EXPECT_MAX, .all = true } };
	struct dialogue dialogue = { &step, 1, .max_bytes = MAX_BYTES };
	report_fn *fn = _i % 2 != 0 ? report_multi_line : report_one_line;
	const char *note = "n\n|\x1b\xff";
	struct setting s;
	size_t i, round;

	memset(host, 0xff, sizeof(host) - 1);
	for (i = 0; i < EXPECT_MAX; i++) {
		memset(expected[i], '|', sizeof(expected[i]));
		strings[i] = (struct bytes){ expected[i], sizeof(expected[i]) };
	}
	for (i = 0; i < ARRAY_SIZE(attempts); i++)
		set_attempts(&attempts[i - i % 3 > 29 ? 29 : i - i % 3],
		    OUTCOME_REFUSED);
	for (round = 0; round < ARRAY_SIZE(lengths) * 3 * 2; round++) {
		const char *newline, *pipe;
		struct text t;

		set_up(&s, &rows[_i / 2]);
		memset(s.reply, '\n' + (round % 2) * 0xf0, lengths[round % 3]);
		s.reply[lengths[round % 3] / 2] = '|';
		s.result.reply.len = lengths[round % 3];
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
		s.report.verbosity = (unsigned)round / 3 % 3;
		s.report.jail = round >= 9;
		text_init(&t, REPORT_MAX);
		fn(&t, &s.report);
		ck_assert_uint_le(t.len, REPORT_MAX);
		ck_assert_uint_eq(strlen(t.data), t.len);
		ck_assert_msg(is_plain(t.data), "a control or foreign byte");
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
	tcase_add_loop_test(tc, hostile, 0, (int)ARRAY_SIZE(rows) * 2);
	return unit_run("report", tc);
}
