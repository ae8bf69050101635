/* SPDX-License-Identifier: ISC */
#include "setreport.h"

#include <errno.h>
#include <stdio.h>

#include "json_reader.h"
#include "listset.h"
#include "unit.h"

#define MAX_BYTES 8192
#define NONE RESULT_NONE
#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10

/* The counts of the performance data. */
#define COUNTS(total, failed, open, closed, filtered, unknown)             \
	"|total=" #total ";;;0; failed=" #failed ";;0;0;" #total           \
	" open=" #open ";;;0; closed=" #closed ";;;0; filtered=" #filtered \
	";;;0; unknown=" #unknown ";;;0;"
#define TIME(name) " " name "=0.001500s;;;0.000000;"
#define NO_TIME(name) " " name "=U;;;0.000000;"

/*
 * Results by their letters: ok, refused, rejected by a router's ICMP message,
 * timeout, mismatch (554), no-data, unresolved, not-probed and slow: ok, but
 * after a quarter of a second; '.' is not told.
 */
#define REFUSED "Connection refused"
#define REJECTED "Connection rejected: ICMP port unreachable from 192.0.2.254"

static const struct nagios_row {
	const char *hosts, *ports, *outcomes;
	unsigned verbosity;
	size_t at_least;
	const char *want;
} nagios[] = {
	{ "a", "22", "o", 0, 0,
	    "PORTSET OK - 1 of 1 as expected" COUNTS(1, 0, 1, 0, 0, 0)
		TIME("a/tcp/22") "\n" },
	{ "a", "22", "o", 1, 0,
	    "PORTSET OK - 1 of 1 as expected" COUNTS(1, 0, 1, 0, 0, 0)
		TIME("a/tcp/22") "\n"
				 "Limits: L\n"
				 "a/tcp/22: open, 0.001500 s\n" },
	{ "a", "22", "r", 0, 0,
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/22 closed "
	    "(" REFUSED ")" COUNTS(1, 1, 0, 1, 0, 0)
		NO_TIME("a/tcp/22") "\n"
				    "a/tcp/22: closed, expected open: " REFUSED
				    "\n" },
	{ "a,b", "22,unix:/x", "oot", 0, 0,
	    "PORTSET CRITICAL - 1 of 3 not as expected: /x filtered "
	    "(no answer)" COUNTS(3, 1, 2, 0, 1, 0) TIME("a/tcp/22")
		TIME("b/tcp/22")
		    NO_TIME("/x") "\n"
				  "/x: filtered, expected open: no answer\n" },
	/* Closed, as it should be. */
	{ "a", "22,23=closed", "or", 1, 0,
	    "PORTSET OK - 2 of 2 as expected" COUNTS(2, 0, 1, 1, 0, 0)
		TIME("a/tcp/22")
		    NO_TIME("a/tcp/23") "\n"
					"Limits: L\n"
					"a/tcp/22: open, 0.001500 s\n"
					"a/tcp/23: closed: " REFUSED "\n" },
	{ "a", "23=closed", "o", 0, 0,
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/23 open" COUNTS(1,
		1, 1, 0, 0, 0)
		TIME(
		    "a/tcp/23") "\n"
				"a/tcp/23: open, expected closed, 0.001500 s\n" },
	{ "a", "23=filtered", "R", 0, 0,
	    "PORTSET OK - 1 of 1 as expected" COUNTS(1, 0, 0, 0, 1, 0)
		NO_TIME("a/tcp/23") "\n" },
	{ "a", "25/smtp", "m", 0, 0,
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/25 open "
	    "(unexpected answer: 554 no)" COUNTS(1, 1, 1, 0, 0, 0) NO_TIME(
		"a/tcp/25") "\n"
			    "a/tcp/25: open, expected open: unexpected answer: 554 no\n" },
	/* What was not probed. */
	{ "a", "1,2", "p.", 0, 0,
	    "PORTSET UNKNOWN - 0 of 2 as expected; 2 not probed: a/tcp/1 "
	    "(the run ended first), ..." COUNTS(2, 0, 0, 0, 0, 2)
		NO_TIME("a/tcp/1")
		    NO_TIME("a/tcp/2") "\n"
				       "a/tcp/1: unknown: the run ended first\n"
				       "a/tcp/2: unknown: not probed\n" },
	{ "a", "1,2,3", "orp", 0, 0,
	    "PORTSET CRITICAL - 1 of 3 not as expected: a/tcp/2 closed "
	    "(" REFUSED
	    "); 1 not probed: a/tcp/3 (the run ended first)" COUNTS(3, 1, 1, 1,
		0, 1) TIME("a/tcp/1") NO_TIME("a/tcp/2")
		NO_TIME("a/tcp/3") "\n"
				   "a/tcp/2: closed, expected open: " REFUSED
				   "\n"
				   "a/tcp/3: unknown: the run ended first\n" },
	/* With any, the open ports are listed. */
	{ "a", "1-4", "oror", 0, 0,
	    "PORTSET OK - 4 of 4 as expected; open: a/tcp/1, a/tcp/3" COUNTS(4,
		0, 2, 2, 0, 0) TIME("a/tcp/1") NO_TIME("a/tcp/2")
		TIME("a/tcp/3") NO_TIME("a/tcp/4") "\n" },
	{ "a", "1-2,3", "ooo", 0, 0,
	    "PORTSET OK - 3 of 3 as expected; open: a/tcp/1, a/tcp/2" COUNTS(3,
		0, 3, 0, 0, 0) TIME("a/tcp/1") TIME("a/tcp/2")
		TIME("a/tcp/3") "\n" },
	{ "a", "1-2", "rr", 0, 0,
	    "PORTSET OK - 2 of 2 as expected" COUNTS(2, 0, 0, 2, 0, 0)
		NO_TIME("a/tcp/1") NO_TIME("a/tcp/2") "\n" },
	/* Names that do not resolve. */
	{ "a", "22", "u", 0, 0,
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/22 unknown "
	    "(no such name)" COUNTS(1, 1, 0, 0, 0, 1) NO_TIME(
		"a/tcp/22") "\n"
			    "a/tcp/22: unknown, expected open: no such name\n" },
	/* Enough are as expected. */
	{ "a", "1,2", "or", 0, 1,
	    "PORTSET OK - 1 of 2 not as expected: a/tcp/2 closed "
	    "(" REFUSED ")" COUNTS(2, 1, 1, 1, 0, 0) TIME("a/tcp/1")
		NO_TIME("a/tcp/2") "\n"
				   "a/tcp/2: closed, expected open: " REFUSED
				   "\n" },
	/* The sender of an ICMP message is named. */
	{ "a", "22", "R", 0, 0,
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/22 filtered "
	    "(" REJECTED ")" COUNTS(1, 1, 0, 0, 1, 0) NO_TIME(
		"a/tcp/22") "\n"
			    "a/tcp/22: filtered, expected open: " REJECTED
			    "\n" },
};

/* Only the words before the performance data, which name the worst first. */
static const struct {
	const char *hosts, *ports, *outcomes, *want;
} first_lines[] = {
	{ "a", "1,2,3", "mrt",
	    "PORTSET CRITICAL - 3 of 3 not as expected: a/tcp/2 closed "
	    "(" REFUSED "), ..." },
	{ "a", "1,2", "mt",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a/tcp/2 filtered "
	    "(no answer), ..." },
	{ "a", "1=closed,2=closed,3=closed", "ooo",
	    "PORTSET CRITICAL - 3 of 3 not as expected: a/tcp/1 open, "
	    "a/tcp/2 open, ..." },
	{ "a", "1=closed,2=closed", "oo",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a/tcp/1 open, "
	    "a/tcp/2 open" },
	{ "a", "1=closed,2", "ot",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a/tcp/2 filtered "
	    "(no answer), ..." },
	/* The dots have to fit, too; where there are none, no more than that. */
	{ "hhhhh", "1=closed,2=closed,3=closed", "ooo",
	    "PORTSET CRITICAL - 3 of 3 not as expected: hhhhh/tcp/1 open, "
	    "..." },
	{ "hhhhh", "1=closed,2=closed", "oo",
	    "PORTSET CRITICAL - 2 of 2 not as expected: hhhhh/tcp/1 open, "
	    "hhhhh/tcp/2 open" },
	{ "hhhh", "1=closed,2=closed,3=closed", "ooo",
	    "PORTSET CRITICAL - 3 of 3 not as expected: hhhh/tcp/1 open, "
	    "hhhh/tcp/2 open, ..." },
	/* At least one, however long. */
	{ X50 X50, "1,2", "rr",
	    "PORTSET CRITICAL - 2 of 2 not as expected: " X50 X50
	    "/tcp/1 closed (" REFUSED "), ..." },
	{ "a", "1-9", "ooooooooo",
	    "PORTSET OK - 9 of 9 as expected; open: a/tcp/1, a/tcp/2, "
	    "a/tcp/3, a/tcp/4, ..." },
	{ "a", "1-4", "oooo",
	    "PORTSET OK - 4 of 4 as expected; open: a/tcp/1, a/tcp/2, "
	    "a/tcp/3, a/tcp/4" },
	{ "a", "1,2-3", "roo",
	    "PORTSET CRITICAL - 1 of 3 not as expected: a/tcp/1 closed "
	    "(" REFUSED "); open: a/tcp/2, ..." },
};

static const char table[] =
    "NAME       STATE     EXPECTED         TIME  REASON\n"
    "a/tcp/1    open      open         1.500 ms\n"
    "bbb/tcp/1  closed    open                -  " REFUSED "\n"
    "a/tcp/2    filtered  closed              -  no answer\n"
    "bbb/tcp/2  open      closed     250.000 ms\n"
    "/x         unknown   open                -  the run ended first\n"
    "CRITICAL: 1 of 5 as expected; 2 open, 1 closed, 1 filtered, 1 unknown\n";

static const char coloured[] =
    "NAME     STATE     EXPECTED         TIME  REASON\n"
    "a/tcp/1  \033[32mopen    \033[0m  open         1.500 ms\n"
    "a/tcp/2  \033[31mclosed  \033[0m  open                -  " REFUSED "\n"
    "a/tcp/3  \033[32mclosed  \033[0m  closed              -  " REFUSED "\n"
    "a/tcp/4  \033[33munknown \033[0m  open                -  "
    "the run ended first\n"
    "a/tcp/5  \033[33mopen    \033[0m  open       250.000 ms\n"
    "CRITICAL: 3 of 5 as expected; 2 open, 2 closed, 0 filtered, 1 unknown\n";

static const char json[] =
    "{\"version\":1,\"state\":\"CRITICAL\",\"summary\":{\"total\":7,"
    "\"as_expected\":3,\"failed\":3,\"open\":3,\"closed\":2,\"filtered\":1,"
    "\"open_filtered\":0,\"unknown\":1,\"expiring\":0},\n"
    "\"entries\":[\n"
    "{\"name\":\"a/tcp/1\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":1,\"transport\":\"tcp\",\"expected\":\"open\","
    "\"state\":\"open\",\"open\":true,\"ok\":true,\"outcome\":\"ok\","
    "\"reason\":null,\"closed_reason\":null,\"note\":null,"
    "\"time\":0.002000,\"rtt\":0.001500,\"tls\":null},\n"
    "{\"name\":\"::1/tcp/1\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":1,\"transport\":\"tcp\",\"expected\":\"open\","
    "\"state\":\"closed\",\"open\":false,\"ok\":false,"
    "\"outcome\":\"refused\",\"reason\":\"" REFUSED "\","
    "\"closed_reason\":\"" REFUSED "\",\"note\":null,\"time\":0.002000,"
    "\"rtt\":null,\"tls\":null},\n"
    "{\"name\":\"a/tcp/2\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":2,\"transport\":\"tcp\",\"expected\":\"closed\","
    "\"state\":\"closed\",\"open\":false,\"ok\":true,"
    "\"outcome\":\"refused\",\"reason\":\"" REFUSED "\","
    "\"closed_reason\":\"" REFUSED "\",\"note\":null,\"time\":0.002000,"
    "\"rtt\":null,\"tls\":null},\n"
    "{\"name\":\"::1/tcp/2\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":2,\"transport\":\"tcp\",\"expected\":\"closed\","
    "\"state\":\"filtered\",\"open\":false,\"ok\":false,"
    "\"outcome\":\"rejected\",\"reason\":\"" REJECTED "\","
    "\"closed_reason\":\"" REJECTED "\",\"note\":null,\"time\":0.002000,"
    "\"rtt\":null,\"tls\":null},\n"
    "{\"name\":\"a/tcp/25\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":25,\"transport\":\"tcp\",\"expected\":\"any\","
    "\"state\":\"open\",\"open\":true,\"ok\":true,\"outcome\":\"ok\","
    "\"reason\":null,\"closed_reason\":null,\"note\":null,"
    "\"time\":0.002000,\"rtt\":0.001500,\"tls\":null},\n"
    "{\"name\":\"::1/tcp/25\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":25,\"transport\":\"tcp\",\"expected\":\"any\","
    "\"state\":\"unknown\",\"open\":false,\"ok\":false,"
    "\"outcome\":\"not-probed\",\"reason\":\"the run ended first\","
    "\"closed_reason\":\"the run ended first\",\"note\":null,"
    "\"time\":null,\"rtt\":null,\"tls\":null},\n"
    "{\"name\":\"/x\",\"host\":null,\"address\":null,\"port\":null,"
    "\"transport\":\"unix\",\"expected\":\"open\",\"state\":\"open\","
    "\"open\":true,\"ok\":false,\"outcome\":\"mismatch\","
    "\"reason\":\"unexpected answer: 554 no\",\"closed_reason\":null,"
    "\"note\":\"554 no\",\"time\":0.002000,\"rtt\":0.001500,\"tls\":null}\n"
    "]}\n";

static struct hostlist hosts;
static struct portlist ports;
static struct listset lists;
static struct portset set;
static struct portset_policy policy;
static struct text flushed;
static unsigned flushes;
static size_t most_at_once;

static void
setup(void)
{
	policy = (struct portset_policy){ 0 };
	ck_assert_ptr_null(share_parse("0", &policy.critical));
	text_init(&flushed, 100000000);
	flushes = 0;
	most_at_once = 0;
}

static void
teardown(void)
{
	portset_free(&set);
	listset_free(&lists);
	portlist_free(&ports);
	hostlist_free(&hosts);
	text_free(&flushed);
}

static void
prepare(const char *h, const char *p)
{
	struct listset_conf conf = { 0 };
	struct text error;

	policy_init(&conf.policy);
	text_init(&error, 1000);
	hosts = (struct hostlist){ .max = 10000 };
	ck_assert(hostlist_add(&hosts, h, &error));
	ck_assert(portlist_add(&ports, p, &error));
	text_free(&error);
	listset_init(&lists, &conf, &hosts, &ports, &set);
}

static void
set_addr(struct addr *a, const char *s)
{
	const char *why;

	if (addr_parse(s, AF_UNSPEC, a, &why) != ADDR_LITERAL)
		(void)addr_parse("192.0.2.1", AF_UNSPEC, a, &why);
}

static void
tell(size_t i, struct result r, const void *reply, size_t len)
{
	const struct target *t = &set.entries[i].target;

	if (r.outcome != OUTCOME_NOT_PROBED && r.outcome != OUTCOME_UNRESOLVED)
		set_addr(&r.addr, t->host);
	r.reply.data = malloc(len + 1);
	memcpy(r.reply.data, reply, len);
	r.reply.len = len;
	portset_tell(&set, t, &r);
	free(r.reply.data);
}

static void
tell_letter(size_t i, char letter)
{
	struct result r = { .time_us = 2000, .rtt_us = NONE };
	const char *reply = "";

	switch (letter) {
	case 'o':
		r.outcome = OUTCOME_OK;
		r.rtt_us = 1500;
		break;
	case 's':
		r.outcome = OUTCOME_OK;
		r.rtt_us = 250000;
		break;
	case 'r':
		r.outcome = OUTCOME_REFUSED;
		r.cause = (struct cause){ ECONNREFUSED, ORIGIN_PEER };
		break;
	case 'R':
		r.outcome = OUTCOME_REJECTED;
		r.cause = (struct cause){ ECONNREFUSED, ORIGIN_ICMP, false, 3,
			3 };
		set_addr(&r.cause.from, "192.0.2.254");
		break;
	case 't':
		r.outcome = OUTCOME_TIMEOUT;
		break;
	case 'm':
		r.outcome = OUTCOME_MISMATCH;
		r.rtt_us = 1500;
		reply = "554 no\r\n";
		break;
	case 'd':
		r.outcome = OUTCOME_NO_DATA;
		break;
	case 'u':
		r.outcome = OUTCOME_UNRESOLVED;
		r.note = "no such name";
		break;
	case 'p':
		r.outcome = OUTCOME_NOT_PROBED;
		r.note = "the run ended first";
		r.time_us = NONE;
		break;
	default:
		return;
	}
	tell(i, r, reply, strlen(reply));
}

static void
tell_letters(const char *letters)
{
	size_t i;

	ck_assert_uint_eq(strlen(letters), set.n);
	for (i = 0; i < set.n; i++)
		tell_letter(i, letters[i]);
}

static void
flush(struct text *t)
{
	if (t->len > most_at_once)
		most_at_once = t->len;
	text_put(&flushed, t->data, t->len);
	text_truncate(t, 0);
	flushes++;
}

/* The whole report, in flushed. */
static const char *
report_of(setreport_fn *fn, unsigned verbosity, size_t max, bool colour)
{
	const struct setreport r = {
		.set = &set,
		.policy = &policy,
		.summary = portset_summarize(&set, &policy),
		.verbosity = verbosity,
		.max = max,
		.colour = colour,
		.limits = "Limits: L",
		.flush = flush,
	};
	struct text t;

	text_truncate(&flushed, 0);
	text_init(&t, fn == setreport_nagios ? max : 100000000);
	fn(&t, &r);
	ck_assert(!t.cut);
	flush(&t);
	text_free(&t);
	return flushed.data;
}

static const char *
nagios_of(unsigned verbosity, size_t max)
{
	return report_of(setreport_nagios, verbosity, max, false);
}

static size_t
count(const char *s, const char *what)
{
	size_t n = 0, len = strlen(what);

	for (; *s != '\0'; s++)
		n += *s == what[0] && strncmp(s, what, len) == 0;
	return n;
}

/* strspn(3), which with a sanitizer would read all of a long string. */
static size_t
span(const char *s, const char *of)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(of, s[n]) != NULL)
		n++;
	return n;
}

/* The same text; a long one is not shown, but where it differs. */
static void
assert_same(const char *got, const char *want)
{
	size_t i = 0;

	while (got[i] != '\0' && got[i] == want[i])
		i++;
	ck_assert_msg(got[i] == want[i], "\"%.60s\" and not \"%.60s\"", got + i,
	    want + i);
}

static void
assert_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s != '\n' && (*s < ' ' || *s >= 0x7f))
			ck_abort_msg("byte 0x%02x", (unsigned char)*s);
}

static void
assert_json(const char *s)
{
	ck_assert_msg(json_is_valid(s), "not JSON: %.200s", s);
}

START_TEST(finds)
{
	ck_assert(setreport_find("nagios") == setreport_nagios);
	ck_assert(setreport_find("table") == setreport_table);
	ck_assert(setreport_find("JSON") == setreport_json);
	ck_assert(setreport_find("html") == setreport_html);
	ck_assert(setreport_find("") == NULL);
	ck_assert(setreport_find("xml") == NULL);
	ck_assert(setreport_find("tables") == NULL);
	ck_assert_str_eq(SETREPORT_NAMES, "nagios, table, json, html");
}
END_TEST

START_TEST(nagios_whole)
{
	const struct nagios_row *row = &nagios[_i];

	prepare(row->hosts, row->ports);
	tell_letters(row->outcomes);
	policy.at_least = row->at_least;
	unit_str(row->outcomes, nagios_of(row->verbosity, MAX_BYTES),
	    row->want);
}
END_TEST

START_TEST(nagios_first_line)
{
	struct text got;

	prepare(first_lines[_i].hosts, first_lines[_i].ports);
	tell_letters(first_lines[_i].outcomes);
	text_init(&got, MAX_BYTES);
	text_puts(&got, nagios_of(0, MAX_BYTES));
	text_truncate(&got, strcspn(got.data, "|"));
	unit_str(first_lines[_i].outcomes, got.data, first_lines[_i].want);
	text_free(&got);
}
END_TEST

/*
 * In a group of names, which begins after a colon, all but the first are within
 * 80 characters, with the dots for those that are left out.
 */
static void
assert_short(const char *line)
{
	size_t i, next, end = strcspn(line, "|");

	for (i = 0; i < end; i = next) {
		next = i + 1 + strcspn(line + i + 1, ":;,|");
		if (line[i] == ',' && strncmp(line + i, ", ...", 5) != 0 &&
		    next + (strncmp(line + next, ", ...", 5) == 0 ? 5 : 0) > 80)
			ck_abort_msg("%.*s", (int)end, line);
	}
}

START_TEST(nagios_first_line_is_short)
{
	static const char outcomes[] = "omrtdups.";
	unsigned seed = (unsigned)_i + 1, i;
	char h[60];

	memset(h, 'h', sizeof(h));
	h[1 + unit_random(&seed, 40)] = '\0';
	prepare(h, "1-20=closed,21-60=open,7,9,30=closed");
	for (i = 0; i < set.n; i++)
		tell_letter(i,
		    outcomes[unit_random(&seed, sizeof(outcomes) - 1)]);
	assert_short(nagios_of(0, MAX_BYTES));
}
END_TEST

START_TEST(nagios_slow)
{
	policy.has_lag_warning = true;
	policy.lag_warning = (struct range){ 0, 100 };
	policy.has_lag_critical = true;
	policy.lag_critical = (struct range){ 5, 3000.5, true };
	prepare("a", "1,2");
	tell_letters("os");
	ck_assert_str_eq(nagios_of(0, MAX_BYTES),
	    "PORTSET CRITICAL - 2 of 2 as expected; 1 slow: a/tcp/2 250 ms" COUNTS(
		2, 0, 2, 0, 0,
		0) " a/tcp/1=0.001500s;0.100000;@0.005000:3.000500;0.000000;"
		   " a/tcp/2=0.250000s;0.100000;@0.005000:3.000500;0.000000;\n"
		   "a/tcp/2: open, 0.250000 s, slow\n");
}
END_TEST

/* Limits that are shares are no limits of a number. */
START_TEST(nagios_limits)
{
	prepare("a", "1");
	tell_letters("o");
	ck_assert_ptr_null(share_parse("1:2", &policy.warning));
	ck_assert_ptr_null(share_parse("~:", &policy.critical));
	ck_assert_ptr_nonnull(strstr(nagios_of(0, MAX_BYTES),
	    " failed=0;1:2;~:;0;1 "));
	ck_assert_ptr_null(share_parse("10%", &policy.warning));
	ck_assert_ptr_null(share_parse("20%", &policy.critical));
	ck_assert_ptr_nonnull(strstr(nagios_of(0, MAX_BYTES),
	    " failed=0;;;0;1 "));
}
END_TEST

/* A label, in quotes, of which one within it is doubled, or not. */
static const char *
read_label(const char *s)
{
	if (*s != '\'') {
		while (strchr("= \n", *s) == NULL)
			s++;
		return s;
	}
	for (s++; *s != '\'' || s[1] == '\''; s++) {
		if (*s == '\n')
			return s;
		s += *s == '\'';
	}
	return s + 1;
}

/* Every value is whole: 'label'=number[unit];[warning];[critical];[min];[max] */
static size_t
count_values(const char *s)
{
	size_t n;

	for (s = strchr(s, '|') + 1, n = 0; *s != '\n'; n++) {
		s = read_label(s);
		if (*s != '=')
			ck_abort_msg("%.80s", s);
		s++;
		s += *s == 'U' ? 1 : span(s, "0123456789.s");
		if (*s != ';')
			ck_abort_msg("%.80s", s);
		s += span(s, ";0123456789.");
		if (*s != ' ' && *s != '\n')
			ck_abort_msg("%.80s", s);
		s += *s == ' ';
	}
	return n;
}

static void
assert_bounded(unsigned verbosity, size_t max)
{
	const char *s = nagios_of(verbosity, max), *cut;
	size_t n_lines, n_values, lines_cut = 0, values_cut = 0;

	ck_assert_uint_le(flushed.len, max);
	assert_printable(s);
	ck_assert_uint_eq(count(s, "|"), 1);
	ck_assert_int_eq(s[flushed.len - 1], '\n');
	n_values = count_values(s) - 6;
	cut = strstr(s, "\n(left out: ");
	if (cut != NULL)
		ck_assert_int_eq(sscanf(cut + 1,
				     "(left out: %zu lines, %zu latencies)",
				     &lines_cut, &values_cut),
		    2);
	n_lines = count(s, "\n") - 1 - (cut != NULL) - (verbosity > 0);
	ck_assert_uint_eq(count(s, ": closed, expected open: " REFUSED "\n"),
	    n_lines);
	ck_assert_uint_eq(n_lines + lines_cut, set.n);
	ck_assert_uint_eq(n_values + values_cut, set.n);
}

START_TEST(nagios_bounded)
{
	size_t i, max;

	prepare("mx1.example.org", "1-50=open");
	for (i = 0; i < set.n; i++)
		tell_letter(i, 'r');
	for (max = 1024; max < 10000; max += 37)
		assert_bounded((unsigned)(max % 2), max);
	/* Not for nothing. */
	ck_assert_ptr_null(strstr(nagios_of(0, MAX_BYTES), "left out"));
}
END_TEST

START_TEST(nagios_of_many)
{
	size_t i;

	prepare("a.example.org,b.example.org", "1-5000=open");
	for (i = 0; i < set.n; i++)
		tell_letter(i, 'r');
	assert_bounded(0, MAX_BYTES);
	/* The room is used. */
	ck_assert_uint_gt(flushed.len, MAX_BYTES * 3 / 4);
	assert_bounded(1, MAX_BYTES);
	assert_bounded(0, 10000000);
	ck_assert_ptr_null(strstr(flushed.data, "left out"));
}
END_TEST

/* The longest names, notes and answers there are. */
START_TEST(nagios_of_long_names)
{
	char h[256], note[2000], reply[2000];
	struct result r = { OUTCOME_MISMATCH, .time_us = NONE, .rtt_us = NONE };
	size_t max;

	memset(h, '\x01', sizeof(h) - 1);
	h[sizeof(h) - 1] = '\0';
	memset(note, '\x02', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	memset(reply, '\x03', sizeof(reply));
	prepare(h, "1,2-3,4,5");
	policy.has_lag_warning = true;
	policy.lag_warning = (struct range){ 0, 1 };
	tell(0, r, reply, sizeof(reply));
	r.outcome = OUTCOME_OK;
	tell(1, r, reply, sizeof(reply));
	r.time_us = 5000;
	tell(2, r, reply, sizeof(reply));
	r.outcome = OUTCOME_UNRESOLVED;
	r.note = note;
	tell(3, r, "", 0);
	r.outcome = OUTCOME_NOT_PROBED;
	tell(4, r, "", 0);
	for (max = 4096; max < 10000; max += 37) {
		const char *s = nagios_of((unsigned)(max % 2), max);

		ck_assert_uint_le(flushed.len, max);
		ck_assert_int_eq(s[flushed.len - 1], '\n');
		assert_printable(s);
		ck_assert_uint_eq(count(s, "|"), 1);
		(void)count_values(s);
	}
}
END_TEST

START_TEST(table_whole)
{
	prepare("a,bbb", "1,2=closed,unix:/x");
	tell_letters("ortsp");
	assert_same(report_of(setreport_table, 0, MAX_BYTES, false), table);
}
END_TEST

START_TEST(table_coloured)
{
	prepare("a", "1,2,3=closed,4,5");
	tell_letters("orrps");
	policy.has_lag_warning = true;
	policy.lag_warning = (struct range){ 0, 100 };
	assert_same(report_of(setreport_table, 0, MAX_BYTES, true), coloured);
}
END_TEST

START_TEST(table_verbose)
{
	prepare("a", "1");
	tell_letters("o");
	ck_assert_str_eq(report_of(setreport_table, 1, MAX_BYTES, false),
	    "NAME     STATE     EXPECTED         TIME  REASON\n"
	    "a/tcp/1  open      open         1.500 ms\n"
	    "OK: 1 of 1 as expected; 1 open, 0 closed, 0 filtered, 0 unknown\n"
	    "Limits: L\n");
}
END_TEST

START_TEST(json_whole)
{
	prepare("a,::1", "1,2=closed,25=any,unix:/x");
	tell_letters("orrRopm");
	assert_same(report_of(setreport_json, 0, MAX_BYTES, false), json);
	assert_json(flushed.data);
	/* Nothing of it depends on -v. */
	assert_same(report_of(setreport_json, 1, MAX_BYTES, true), json);
}
END_TEST

/* Ten thousand entries: all of them, in pieces. */
START_TEST(all_of_many)
{
	setreport_fn *fn = _i == 0 ? setreport_table : setreport_json;
	const char *s;
	size_t i;

	prepare("a,b,c,d,e,f,g,h,i,j", "1-1000");
	for (i = 0; i < set.n; i++)
		tell_letter(i, "ort"[i % 3]);
	s = report_of(fn, 0, MAX_BYTES, false);
	ck_assert_uint_gt(flushes, 1);
	ck_assert_uint_lt(most_at_once, 100000);
	if (fn == setreport_table) {
		ck_assert_uint_eq(count(s, "\n"), 10002);
		ck_assert_uint_eq(count(s, "  " REFUSED "\n"), 3333);
	} else {
		assert_json(s);
		ck_assert_uint_eq(count(s, "\n{\"name\":"), 10000);
		ck_assert_uint_eq(count(s, "\"open\":true,"), 3334);
	}
}
END_TEST

/* Bytes of all kinds from everybody: a peer, a name service, the user. */
START_TEST(hostile)
{
	static const enum outcome outcomes[] = { OUTCOME_MISMATCH,
		OUTCOME_UNRESOLVED, OUTCOME_NOT_PROBED, OUTCOME_OK };
	struct result r = { .time_us = 1, .rtt_us = NONE };
	unsigned seed = (unsigned)_i + 1, i, j;
	char h[40], reply[500], note[40];

	for (i = 0; i < sizeof(h) - 1; i++)
		h[i] = (char)(0x80 + unit_random(&seed, 128));
	memcpy(h, "|\"'\\=\x1b[2J;", 10);
	h[39] = '\0';
	hosts = (struct hostlist){ .max = 1 };
	prepare(h, "1,2,3,unix:/\x01|'\"\\\n;");
	for (i = 0; i < set.n; i++) {
		for (j = 0; j < sizeof(reply); j++)
			reply[j] = (char)unit_random(&seed, 256);
		for (j = 0; j < sizeof(note); j++)
			note[j] = (char)(1 + unit_random(&seed, 255));
		note[39] = '\0';
		r.outcome = outcomes[i];
		r.note = r.outcome == OUTCOME_UNRESOLVED ||
			r.outcome == OUTCOME_NOT_PROBED
		    ? note
		    : NULL;
		tell(i, r, reply, unit_random(&seed, sizeof(reply)));
	}
	assert_printable(nagios_of(1, MAX_BYTES));
	ck_assert_uint_eq(count(flushed.data, "|"), 1);
	ck_assert_uint_eq(count(flushed.data, "\n"), 2 + set.n);
	ck_assert_uint_eq(count_values(flushed.data), 6 + set.n);
	assert_printable(report_of(setreport_table, 0, MAX_BYTES, false));
	ck_assert_uint_eq(count(flushed.data, "\n"), 2 + set.n);
	assert_printable(report_of(setreport_json, 0, MAX_BYTES, false));
	assert_json(flushed.data);
}
END_TEST

/* What is told of bytes in JSON is what was given. */
START_TEST(json_bytes)
{
	prepare("a\"\\\x1f\x7f\xe9", "1");
	ck_assert_ptr_nonnull(strstr(report_of(setreport_json, 0, MAX_BYTES,
					 false),
	    "\"host\":\"a\\u0022\\u005c\\u001f\\u007f\\u00e9\","));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("setreport");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, finds);
	unit_rows(tc, nagios_whole, nagios);
	unit_rows(tc, nagios_first_line, first_lines);
	tcase_add_loop_test(tc, nagios_first_line_is_short, 0, 50);
	tcase_add_test(tc, nagios_slow);
	tcase_add_test(tc, nagios_limits);
	tcase_add_test(tc, nagios_bounded);
	tcase_add_test(tc, nagios_of_many);
	tcase_add_test(tc, nagios_of_long_names);
	tcase_add_test(tc, table_whole);
	tcase_add_test(tc, table_coloured);
	tcase_add_test(tc, table_verbose);
	tcase_add_test(tc, json_whole);
	tcase_add_loop_test(tc, all_of_many, 0, 2);
	tcase_add_loop_test(tc, hostile, 0, 20);
	tcase_add_test(tc, json_bytes);
	return unit_run("setreport", tc);
}
