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
	    "(unexpected answer: 554 no)" COUNTS(1, 1, 1, 0, 0, 0) TIME(
		"a/tcp/25") "\n"
			    "a/tcp/25: open, expected open, 0.001500 s: unexpected answer: 554 no\n" },
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
	    "(" REFUSED
	    ")|total=2;;;0; failed=1;;;0;2 open=1;;;0; closed=1;;;0; "
	    "filtered=0;;;0; unknown=0;;;0;" TIME("a/tcp/1")
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
	{ "a", "1,2,3,9", "mrto",
	    "PORTSET CRITICAL - 3 of 4 not as expected: a/tcp/2 closed "
	    "(" REFUSED "), ..." },
	{ "a", "1,2,9", "mto",
	    "PORTSET CRITICAL - 2 of 3 not as expected: a/tcp/2 filtered "
	    "(no answer), ..." },
	{ "a", "1=closed,2=closed,3=closed,9", "oooo",
	    "PORTSET CRITICAL - 3 of 4 not as expected: a/tcp/1 open, "
	    "a/tcp/2 open, ..." },
	{ "a", "1=closed,2=closed,9", "ooo",
	    "PORTSET CRITICAL - 2 of 3 not as expected: a/tcp/1 open, "
	    "a/tcp/2 open" },
	{ "a", "1=closed,2,9", "oto",
	    "PORTSET CRITICAL - 2 of 3 not as expected: a/tcp/2 filtered "
	    "(no answer), ..." },
	/* The dots have to fit, too; where there are none, no more than that. */
	{ "hhhhh", "1=closed,2=closed,3=closed,9", "oooo",
	    "PORTSET CRITICAL - 3 of 4 not as expected: hhhhh/tcp/1 open, "
	    "..." },
	{ "hhhhh", "1=closed,2=closed,9", "ooo",
	    "PORTSET CRITICAL - 2 of 3 not as expected: hhhhh/tcp/1 open, "
	    "hhhhh/tcp/2 open" },
	{ "hhhh", "1=closed,2=closed,3=closed,9", "oooo",
	    "PORTSET CRITICAL - 3 of 4 not as expected: hhhh/tcp/1 open, "
	    "hhhh/tcp/2 open, ..." },
	/* At least one, however long. */
	{ X50 X50, "1,2,9", "rro",
	    "PORTSET CRITICAL - 2 of 3 not as expected: " X50 X50
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
	/* Hosts that fail in all their ports, before single ones. */
	{ "a,b", "1,2,3", "toooto",
	    "PORTSET CRITICAL - 2 of 6 not as expected: a/tcp/1 filtered "
	    "(no answer), ..." },
	{ "a,b", "1,2,3", "tototo",
	    "PORTSET CRITICAL - 3 of 6 not as expected: a (all 3 ports: "
	    "filtered, no answer)" },
	{ "a,b", "1,2", "rrro",
	    "PORTSET CRITICAL - 3 of 4 not as expected: a (all 2 ports: "
	    "closed, " REFUSED "), ..." },
	{ "a", "1,2", "tR",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a (all 2 ports: "
	    "filtered)" },
	{ "a", "1,2", "rt",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a (all 2 ports not as "
	    "expected)" },
	{ "a", "1=closed,2=closed", "oo",
	    "PORTSET CRITICAL - 2 of 2 not as expected: a (all 2 ports: "
	    "open)" },
	{ "a", "1", "t",
	    "PORTSET CRITICAL - 1 of 1 not as expected: a/tcp/1 filtered "
	    "(no answer)" },
	{ "a", "1,2", "tp",
	    "PORTSET CRITICAL - 1 of 2 not as expected: a/tcp/1 filtered "
	    "(no answer); 1 not probed: a/tcp/2 (the run ended first)" },
};

static const char table[] =
    "NAME       STATE     EXPECTED         TIME  REASON\n"
    "a/tcp/1    open      open         1.500 ms\n"
    "bbb/tcp/1  closed    open                -  " REFUSED "\n"
    "a/tcp/2    filtered  closed              -  no answer\n"
    "bbb/tcp/2  open      closed     250.000 ms\n"
    "/x         unknown   open                -  the run ended first\n"
    "CRITICAL: 1 of 5 as expected; 2 open, 1 closed, 1 filtered, 1 unknown; "
    "1 not probed; 1 host with nothing as expected\n";

static const char coloured[] =
    "NAME     STATE     EXPECTED         TIME  REASON\n"
    "a/tcp/1  \033[32mopen    \033[0m  open         1.500 ms\n"
    "a/tcp/2  \033[31mclosed  \033[0m  open                -  " REFUSED "\n"
    "a/tcp/3  \033[32mclosed  \033[0m  closed              -  " REFUSED "\n"
    "a/tcp/4  \033[33munknown \033[0m  open                -  "
    "the run ended first\n"
    "a/tcp/5  \033[33mopen    \033[0m  open       250.000 ms\n"
    "CRITICAL: 3 of 5 as expected; 2 open, 2 closed, 0 filtered, 1 unknown; "
    "1 not probed\n";

static const char json[] =
    "{\"version\":1,\"state\":\"CRITICAL\",\"summary\":{\"total\":7,"
    "\"as_expected\":3,\"failed\":3,\"open\":3,\"closed\":2,"
    "\"filtered\":1,\"open_filtered\":0,\"unknown\":1,\"expiring\":0,"
    "\"warned\":0,\"not_probed\":1,\"worth_unknown\":0,\"slow\":0,"
    "\"clock_off\":0,"
    "\"hosts_down\":0},\n"
    "\"entries\":[\n"
    "{\"name\":\"a/tcp/1\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":1,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"open\","
    "\"state\":\"open\",\"open\":true,\"ok\":true,\"severity\":\"OK\","
    "\"outcome\":\"ok\",\"reason\":null,\"closed_reason\":null,"
    "\"note\":null,\"time\":0.002000,\"rtt\":0.001500,\"probes\":null,"
    "\"perfdata\":null,\"tls\":null},\n"
    "{\"name\":\"::1/tcp/1\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":1,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"open\","
    "\"state\":\"closed\",\"open\":false,\"ok\":false,"
    "\"severity\":\"CRITICAL\",\"outcome\":\"refused\","
    "\"reason\":\"Connection refused\","
    "\"closed_reason\":\"Connection refused\",\"note\":null,"
    "\"time\":0.002000,\"rtt\":null,\"probes\":null,\"perfdata\":null,"
    "\"tls\":null},\n"
    "{\"name\":\"a/tcp/2\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":2,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"closed\","
    "\"state\":\"closed\",\"open\":false,\"ok\":true,"
    "\"severity\":\"OK\",\"outcome\":\"refused\","
    "\"reason\":\"Connection refused\","
    "\"closed_reason\":\"Connection refused\",\"note\":null,"
    "\"time\":0.002000,\"rtt\":null,\"probes\":null,\"perfdata\":null,"
    "\"tls\":null},\n"
    "{\"name\":\"::1/tcp/2\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":2,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"closed\","
    "\"state\":\"filtered\",\"open\":false,\"ok\":false,"
    "\"severity\":\"CRITICAL\",\"outcome\":\"rejected\","
    "\"reason\":\"Connection rejected: ICMP port unreachable from "
    "192.0.2.254\","
    "\"closed_reason\":\"Connection rejected: ICMP port unreachable "
    "from 192.0.2.254\",\"note\":null,\"time\":0.002000,\"rtt\":null,"
    "\"probes\":null,\"perfdata\":null,\"tls\":null},\n"
    "{\"name\":\"a/tcp/25\",\"host\":\"a\",\"address\":\"192.0.2.1\","
    "\"port\":25,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"any\","
    "\"state\":\"open\",\"open\":true,\"ok\":true,\"severity\":\"OK\","
    "\"outcome\":\"ok\",\"reason\":null,\"closed_reason\":null,"
    "\"note\":null,\"time\":0.002000,\"rtt\":0.001500,\"probes\":null,"
    "\"perfdata\":null,\"tls\":null},\n"
    "{\"name\":\"::1/tcp/25\",\"host\":\"::1\",\"address\":\"::1\","
    "\"port\":25,\"transport\":\"tcp\",\"protocol\":null,"
    "\"path\":null,\"expected\":\"any\","
    "\"state\":\"unknown\",\"open\":false,\"ok\":false,"
    "\"severity\":\"UNKNOWN\",\"outcome\":\"not-probed\","
    "\"reason\":\"the run ended first\","
    "\"closed_reason\":\"the run ended first\",\"note\":null,"
    "\"time\":null,\"rtt\":null,\"probes\":null,\"perfdata\":null,"
    "\"tls\":null},\n"
    "{\"name\":\"/x\",\"host\":null,\"address\":null,\"port\":null,"
    "\"transport\":\"unix\",\"protocol\":null,"
    "\"path\":\"/x\",\"expected\":\"open\",\"state\":\"open\","
    "\"open\":true,\"ok\":false,\"severity\":\"CRITICAL\","
    "\"outcome\":\"mismatch\",\"reason\":\"unexpected answer: 554 no\","
    "\"closed_reason\":null,\"note\":\"554 no\",\"time\":0.002000,"
    "\"rtt\":0.001500,\"probes\":null,\"perfdata\":null,\"tls\":null}\n"
    "]}\n";

#define CSV_HEADER                                                            \
	"name,host,address,port,transport,protocol,expected,state,ok,"        \
	"severity,outcome,reason,time,rtt,probes,lost,min,avg,max,cert_days," \
	"perfdata,note,path\r\n"

static const char csv[] = CSV_HEADER
    "a/tcp/1,a,192.0.2.1,1,tcp,,open,open,true,OK,ok,,0.002000,0.001500,,,,,,,"
    ",,\r\n"
    "::1/tcp/1,::1,::1,1,tcp,,open,closed,false,CRITICAL,refused," REFUSED
    ",0.002000,,,,,,,,,,\r\n"
    "a/udp/53,a,192.0.2.1,53,udp,dns,open,filtered,false,CRITICAL,timeout,no "
    "answer,0.002000,,,,,,,,,,\r\n"
    "::1/udp/53,::1,::1,53,udp,dns,open,unknown,false,CRITICAL,unresolved,no such "
    "name,0.002000,,,,,,,,,,\r\n"
    "/x,,,,unix,,open,open,false,CRITICAL,mismatch,unexpected answer: 554 "
    "no,0.002000,0.001500,,,,,,,,554 no,/x\r\n";

/* Labels of an entry, and one that they begin. */
#define L_A \
	"{name=\"a/smtp\",host=\"a\",port=\"25\",transport=\"tcp\",protocol=\"\""
#define L_X \
	"{name=\"/x\",host=\"\",port=\"\",transport=\"unix\",protocol=\"\",path=\"/x\""
#define STATE_OF(labels, name, value) \
	"portstate_port_state" labels ",state=\"" name "\"} " #value "\n"
#define STATES_OF(labels, open, filtered)      \
	STATE_OF(labels, "open", open)         \
	STATE_OF(labels, "closed", 0)          \
	STATE_OF(labels, "filtered", filtered) \
	STATE_OF(labels, "open|filtered", 0)   \
	STATE_OF(labels, "unknown", 0)
#define HEAD(name, help)                       \
	"# HELP portstate_" name " " help "\n" \
	"# TYPE portstate_" name " gauge\n"

static const char
    prometheus[] =
	HEAD("port_up", "Whether the port is as expected.") "portstate_port_up" L_A
							    "} 1\n"
							    "portstate_port_up" L_X "} 0\n" HEAD("port_open", "Whether the port is open.") "portstate_port_open" L_A
																	   "} 1\n"
																	   "portstate_port_open" L_X "} 0\n" HEAD("port_latency_seconds", "Latency of the port, of many probes the average.") "portstate_port_latency_seconds" L_A "} 0.001500\n" HEAD("port_response_seconds", "Time until the port was judged.") "portstate_port_response_seconds" L_A
																																														   "} 0.002000\n"
																																														   "portstate_port_response_seconds" L_X
																																														   "} 0.002000\n" HEAD(
																																														       "port_state", "State of the port: the one that is 1.") STATES_OF(L_A,
																																														       1,
																																														       0)
																																														       STATES_OF(
																																															   L_X, 0, 1)
																																															   HEAD(
																																															       "port_outcome_info",
																																															       "What asking the port came to, as a label.") "portstate_port_outcome_info" L_A
																																																					    ",outcome=\"ok\",expected=\"open\"} 1\n"
																																																					    "portstate_port_outcome_info" L_X
																																																					    ",outcome=\"timeout\",expected=\"open\"} 1\n" HEAD(
																																																						"run_state",
																																																						"State of the run: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.") "portstate_run_state{run=\"mail\"} 2\n" HEAD("run_timestamp_seconds", "When the run ended.") "portstate_run_timestamp_seconds{run=\"mail\"} 1795441359\n" HEAD("run_duration_seconds", "How long the run took.") "portstate_run_duration_seconds{run=\"mail\"} 0.250000\n" HEAD("entries_failed", "Ports that are not as expected.") "portstate_entries_failed{run=\"mail\"} 1\n" HEAD("entries_not_probed", "Ports that could not be asked.") "portstate_entries_not_probed{run=\"mail\"} 0\n" HEAD("entries_worth_unknown",
																																																						"Ports that were asked and are worth UNKNOWN.") "portstate_entries_worth_unknown{run=\"mail\"} 0\n" HEAD("hosts_down",
																																																						"Hosts with nothing as expected.") "portstate_hosts_down{run=\"mail\"} 0\n" HEAD("entries",
																																																						"Ports in each state.") "portstate_entries{state=\"open\",run=\"mail\"} 1\n"
																																																									"portstate_entries{state=\"closed\",run=\"mail\"} 0\n"
																																																									"portstate_entries{state=\"filtered\",run=\"mail\"} 1\n"
																																																									"portstate_entries{state=\"open|filtered\",run=\"mail\"} 0\n"
																																																									"portstate_entries{state=\"unknown\",run=\"mail\"} 0\n" HEAD(
																																																									    "build_info",
																																																									    "The program that made this.") "portstate_build_info{version=\"" PACKAGE_VERSION
																																																													   "\",run=\"mail\"} 1\n";

/* Lines of portmon: of a port that is open, slow, or neither. */
static const struct {
	const char *line, *want;
} lines[] = {
	{ NULL,
	    "- Service on a:25 is normal (2ms)\n"
	    "! Service on a:110 is down (0ms)\n"
	    "+ Service on a:143 is lagged (250ms)\n"
	    "! Service on localhost:/x is down (0ms)\n" },
	{ "", "\n\n\n\n" },
	{ "100%%", "100%\n100%\n100%\n100%\n" },
	{ "\"|\\", "\"|\\\n\"|\\\n\"|\\\n\"|\\\n" },
	{ "%n %P %S",
	    "a/smtp tcp open\na/pop3 tcp closed\na/imap2 tcp open\n"
	    "/x unix filtered\n" },
	{ "%x,%o,%r,%a",
	    "open,ok,,192.0.2.1\nclosed,refused," REFUSED
	    ",192.0.2.1\nopen,ok,,192.0.2.1\nfiltered,timeout,no answer,\n" },
	{ "%t %m",
	    "2026-11-23T13:42:39Z a/smtp open\n"
	    "2026-11-23T13:42:39Z a/pop3 closed (" REFUSED ")\n"
	    "2026-11-23T13:42:39Z a/imap2 open\n"
	    "2026-11-23T13:42:39Z /x filtered (no answer)\n" },
};

static const struct {
	const char *line, *why;
} line_checks[] = {
	{ "", NULL },
	{ "%h%p%l%s%w%a%n%P%S%x%o%r%m%t%%", NULL },
	{ "x%", "%: not one of" },
	{ "%H",
	    "%H: not one of %h, %p, %l, %s, %w, %a, %n, %P, %S, %x, %o, "
	    "%r, %m, %t, %%" },
	{ "%h %1", "%1: not one of" },
	{ "%\xe9", "%\\xe9: not one of" },
	{ "%h\\t%p\\n", NULL },
	{ "%h\\0", "a line ends at \\0" },
};

static struct hostlist hosts;
static struct portlist ports;
static struct listset lists;
static struct portset set;
static struct portset_policy policy;
static struct policy closed_or_silent;
static unsigned n_probes;
static const char *line;
static const char *run;
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
	n_probes = 1;
	line = run = NULL;
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
	struct listset_conf conf = { .probes = n_probes };
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
	case 'S':
		r.outcome = OUTCOME_SILENT;
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
flush(void *sink, struct text *t)
{
	(void)sink;
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
		.summary = portset_summary_of(&set, &policy),
		.verbosity = verbosity,
		.max = max,
		.colour = colour,
		.limits = "Limits: L",
		.line = line,
		.run = run,
		.wall_s = 1795441359,
		.took_us = 250000,
		.flush = flush,
	};
	struct text t;

	text_truncate(&flushed, 0);
	text_init(&t, fn == setreport_nagios ? max : 100000000);
	fn(&t, &r);
	ck_assert(!t.cut);
	flush(NULL, &t);
	text_free(&t);
	return flushed.data;
}

static const char *
nagios_of(unsigned verbosity, size_t max)
{
	return report_of(setreport_nagios, verbosity, max, false);
}

/* The whole report in one of the formats that have no options. */
static const char *
text_of(setreport_fn *fn)
{
	return report_of(fn, 0, MAX_BYTES, false);
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
assert_has(const char *s, const char *what)
{
	ck_assert_msg(strstr(s, what) != NULL, "no \"%s\" in \"%s\"", what, s);
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
	ck_assert(setreport_find("csv") == setreport_csv);
	ck_assert(setreport_find("prometheus") == setreport_prometheus);
	ck_assert(setreport_find("portmon") == setreport_portmon);
	ck_assert_str_eq(SETREPORT_NAMES,
	    "nagios, table, json, csv, prometheus, portmon, html");
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
assert_short(const char *s)
{
	size_t i, next, end = strcspn(s, "|");

	for (i = 0; i < end; i = next) {
		next = i + 1 + strcspn(s + i + 1, ":;,|");
		if (s[i] == ',' && strncmp(s + i, ", ...", 5) != 0 &&
		    next + (strncmp(s + next, ", ...", 5) == 0 ? 5 : 0) > 80)
			ck_abort_msg("%.*s", (int)end, s);
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

/* By limits of its own: not the round trip, but the time to the answer. */
START_TEST(slow_by_its_own)
{
	struct result r = { OUTCOME_OK, .time_us = 400000, .rtt_us = 100 };

	n_probes = (unsigned)_i + 1;
	prepare("a", "1");
	lists.conf.policy.has_warning = true;
	lists.conf.policy.warning = (struct range){ 0, 0.1 };
	tell(0, r, "", 0);
	ck_assert_ptr_nonnull(strstr(nagios_of(0, MAX_BYTES),
	    "PORTSET WARNING - 1 of 1 as expected; 1 slow: a/tcp/1 400 ms|"));
	ck_assert_ptr_nonnull(strstr(flushed.data,
	    " a/tcp/1=0.400000s;0.100000;;0.000000;"));
	ck_assert_ptr_nonnull(strstr(flushed.data,
	    _i == 0 ? "\na/tcp/1: open, 0.400000 s, slow\n"
		    : "avg 0.100 ms, max 0.100 ms, slow: 400.000 ms\n"));
	ck_assert_ptr_nonnull(strstr(text_of(setreport_table),
	    "  open       400.000 ms"));
	ck_assert_str_eq(text_of(setreport_portmon),
	    "+ Service on a:1 is lagged (400ms)\n");
	/* Limits of the set judge the latency, and have it beside them. */
	policy.has_lag_critical = true;
	policy.lag_critical = (struct range){ 0, 500 };
	ck_assert_ptr_nonnull(strstr(nagios_of(0, MAX_BYTES),
	    " a/tcp/1=0.000100s;;0.500000;0.000000;"));
	ck_assert_ptr_nonnull(strstr(flushed.data, "1 slow: a/tcp/1 400 ms|"));
}
END_TEST

/* By what they said, and not since nobody asked. */
START_TEST(worth_unknown)
{
	struct result r = { OUTCOME_HANDLER_UNKNOWN, .time_us = 2000,
		.rtt_us = NONE };

	prepare("a,b", "1,2");
	lists.conf.policy.states[OUTCOME_REFUSED] = STATE_UNKNOWN;
	lists.conf.policy.given[OUTCOME_REFUSED] = true;
	tell(0, r, "why", 3);
	tell_letters("-rpo");
	assert_has(nagios_of(0, MAX_BYTES),
	    "PORTSET UNKNOWN - 1 of 4 as expected; 1 not probed: a/tcp/2 (the "
	    "run ended first); 2 unknown: a/tcp/1 (handler: UNKNOWN: why), "
	    "...|");
	assert_has(flushed.data, "\na/tcp/1: unknown: handler: UNKNOWN: why\n");
	assert_has(flushed.data, "\nb/tcp/1: closed: " REFUSED "\n");
	assert_has(text_of(setreport_table),
	    "2 unknown; 1 not probed; 2 worth UNKNOWN\n");
	assert_has(text_of(setreport_json),
	    "\"not_probed\":1,\"worth_unknown\":2,");
	assert_has(text_of(setreport_prometheus),
	    "\nportstate_entries_not_probed 1\n");
	assert_has(flushed.data, "\nportstate_entries_worth_unknown 2\n");
	assert_has(text_of(setreport_html),
	    "<strong>1</strong> not probed</li>\n"
	    "<li class=\"unk\"><strong>2</strong> worth UNKNOWN</li>");
	assert_has(flushed.data, "<h3>Worth UNKNOWN</h3>");
	assert_has(flushed.data, "<b>? a/tcp/1</b> unknown, handler-unknown<");
	assert_has(flushed.data, "<b>? b/tcp/1</b> closed, refused<");
	/* Enough are as expected, or might be. */
	policy.at_least = 4;
	assert_has(nagios_of(0, MAX_BYTES), "PORTSET UNKNOWN - ");
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
	ck_assert_uint_eq(count(s, ": closed, expected open: " REFUSED "\n") +
		count(s, ": open, 0.001500 s\n"),
	    n_lines);
	ck_assert_uint_eq(n_lines + lines_cut,
	    verbosity > 0 ? set.n : set.n - set.n_hosts);
	ck_assert_uint_eq(n_values + values_cut, set.n);
}

START_TEST(nagios_bounded)
{
	size_t i, max;

	prepare("mx1.example.org", "1-50=open,51");
	for (i = 0; i < set.n; i++)
		tell_letter(i, i < 50 ? 'r' : 'o');
	for (max = 1024; max < 10000; max += 37)
		assert_bounded((unsigned)(max % 2), max);
	/* Not for nothing. */
	ck_assert_ptr_null(strstr(nagios_of(0, MAX_BYTES), "left out"));
}
END_TEST

START_TEST(nagios_of_many)
{
	size_t i;

	prepare("a.example.org,b.example.org", "1-5000=open,6000");
	for (i = 0; i < set.n; i++)
		tell_letter(i, i < 10000 ? 'r' : 'o');
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
static const struct {
	setreport_fn *fn;
	size_t n_lines;
	const char *closed; /* in the lines of ports that are */
} of_many[] = {
	{ setreport_table, 10002, "  " REFUSED "\n" },
	{ setreport_json, 10003, ",\"state\":\"closed\"," },
	{ setreport_csv, 10001, "," REFUSED "," },
	{ setreport_portmon, 10000, "closed" },
	{ setreport_prometheus, 10000 * 9 + 3334 + 43,
	    ",state=\"closed\"} 1\n" },
};

START_TEST(all_of_many)
{
	const char *s;
	size_t i;

	prepare("a,b,c,d,e,f,g,h,i,j", "1-1000");
	for (i = 0; i < set.n; i++)
		tell_letter(i, "ort"[i % 3]);
	line = "%x";
	s = text_of(of_many[_i].fn);
	ck_assert_uint_gt(flushes, 1);
	ck_assert_uint_lt(most_at_once, 100000);
	ck_assert_uint_eq(count(s, "\n"), of_many[_i].n_lines);
	ck_assert_uint_eq(count(s, of_many[_i].closed), 3333);
	if (of_many[_i].fn == setreport_json)
		assert_json(s);
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
	line = "%h%p%n%m%r%a";
	assert_printable(text_of(setreport_portmon));
	ck_assert_uint_eq(count(flushed.data, "\n"), set.n);
	assert_printable(text_of(setreport_prometheus));
	ck_assert_uint_eq(count(flushed.data, "\nportstate_port_up{"), set.n);
	ck_assert_uint_eq(count(text_of(setreport_csv), "\r\n"), 1 + set.n);
	ck_assert_uint_eq(count(flushed.data, "\n"), 1 + set.n);
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

START_TEST(csv_whole)
{
	prepare("a,::1", "1,udp:53/dns,unix:/x");
	tell_letters("ortum");
	assert_same(text_of(setreport_csv), csv);
}
END_TEST

/* Nobody's bytes become a formula, another cell or another line. */
START_TEST(csv_cells)
{
	struct result r = { OUTCOME_MISMATCH, .time_us = NONE, .rtt_us = NONE };
	static const char reply[] = "=cmd|' /C calc'!A0,\"x\"\r\n@\xff";

	prepare("-a,+b,@c,=d", "1");
	tell(0, r, reply, sizeof(reply) - 1);
	tell(1, r, "@", 1);
	tell(2, r, "a,b", 3);
	tell(3, r, "", 0);
	assert_has(text_of(setreport_csv),
	    "\r\n'-a/tcp/1,'-a,192.0.2.1,1,tcp,,open,open,false,CRITICAL,"
	    "mismatch,\"unexpected answer: =cmd\\x7c' /C calc'!A0,\\\"\"x\\\"\""
	    "\\r\\n@\\xff\",,,,,,,,,,\"'=cmd\\x7c' /C calc'!A0,\\\"\"x\\\"\""
	    "\\r\\n@\\xff\",\r\n");
	assert_has(flushed.data, "\r\n'+b/tcp/1,'+b,");
	assert_has(flushed.data, ",'@,\r\n'@c/tcp/1,'@c,");
	assert_has(flushed.data, ",\"a,b\",\r\n'=d/tcp/1,'=d,");
	ck_assert_uint_eq(count(flushed.data, "\r\n"), 5);
}
END_TEST

START_TEST(prometheus_whole)
{
	run = "mail";
	prepare("a", "smtp,unix:/x");
	tell_letters("ot");
	assert_same(text_of(setreport_prometheus), prometheus);
}
END_TEST

START_TEST(prometheus_without_run)
{
	prepare("a", "1=any");
	tell_letters("p");
	assert_has(text_of(setreport_prometheus), "\nportstate_run_state 3\n");
	assert_has(flushed.data, "\nportstate_entries{state=\"open\"} 0\n");
	assert_has(flushed.data, "\nportstate_entries_not_probed 1\n");
	assert_has(flushed.data,
	    "\nportstate_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	/* What has no value is not named. */
	ck_assert_ptr_null(strstr(flushed.data, "_port_latency"));
	ck_assert_ptr_null(strstr(flushed.data, "_port_response"));
	ck_assert_ptr_null(strstr(flushed.data, "_port_cert"));
	ck_assert_ptr_null(strstr(flushed.data, "_port_probes"));
	ck_assert_ptr_null(strstr(flushed.data, "NaN"));
}
END_TEST

/* A label is UTF-8, and has its quotes and backslashes escaped. */
START_TEST(prometheus_labels)
{
	prepare("a\"\\\x01\xe9", "1");
	tell_letters("o");
	assert_has(text_of(setreport_prometheus),
	    "portstate_port_up{name=\"a\\\\\\\"\\\\\\\\\\\\x01\\\\xe9/tcp/1\","
	    "host=\"a\\\\\\\"\\\\\\\\\\\\x01\\\\xe9\",port=\"1\",");
}
END_TEST

START_TEST(portmon)
{
	line = lines[_i].line;
	policy.has_lag_warning = true;
	policy.lag_warning = (struct range){ 0, 100 };
	prepare("a", "smtp,pop3,imap2,unix:/x");
	tell_letters("orst");
	unit_str(line, text_of(setreport_portmon), lines[_i].want);
}
END_TEST

START_TEST(portmon_line_parse)
{
	char *parsed;
	const char *why = setreport_line_parse(line_checks[_i].line, &parsed);

	free(parsed);
	if (line_checks[_i].why == NULL)
		ck_assert_ptr_null(why);
	else
		ck_assert_int_eq(strncmp(why, line_checks[_i].why,
				     strlen(line_checks[_i].why)),
		    0);
}
END_TEST

/* What is expected to be closed and is open is down. */
START_TEST(portmon_expected)
{
	line = "%s%w";
	prepare("a", "1=closed,2=closed,3=any,4");
	tell_letters("orrp");
	ck_assert_str_eq(text_of(setreport_portmon),
	    "!down\n-normal\n-normal\n!down\n");
}
END_TEST

/* Three probes of each: one with two answers, one with none. */
static void
prepare_probes(void)
{
	struct result r = { .time_us = 2000, .rtt_us = 1000 };

	n_probes = 3;
	prepare("a", "1,2");
	tell(0, r, "", 0);
	r.rtt_us = 2000;
	tell(0, r, "", 0);
	tell_letter(0, 't');
	tell_letters("-t");
	tell_letters("-t");
	tell_letters("-t");
}

START_TEST(probes_of_nagios)
{
	prepare_probes();
	policy.critical.set = false;
	ck_assert_str_eq(nagios_of(1, MAX_BYTES),
	    "PORTSET OK - 2 of 2 not as expected: a (all 2 ports: filtered, "
	    "no answer)|total=2;;;0; failed=2;;;0;2 open=0;;;0; closed=0;;;0; "
	    "filtered=2;;;0; unknown=0;;;0; a/tcp/1=0.001500s;;;0.000000; "
	    "'a/tcp/1_loss'=33.3%;;;0;100 a/tcp/2=U;;;0.000000; "
	    "'a/tcp/2_loss'=100.0%;;;0;100\n"
	    "Limits: L\n"
	    "a (all 2 ports: filtered, no answer)\n"
	    "a/tcp/1: filtered, expected open, 3 probes, 1 lost, min 1.000 ms, "
	    "avg 1.500 ms, max 2.000 ms: no answer\n"
	    "a/tcp/2: filtered, expected open, 3 probes, 3 lost: no answer\n");
	policy.has_lag_critical = true;
	policy.lag_critical = (struct range){ 0, 1.4 };
	assert_has(nagios_of(0, MAX_BYTES), "; 1 slow: a/tcp/1 2 ms|total=");
	policy.lag_critical.end = 1.6;
	ck_assert_ptr_null(strstr(nagios_of(0, MAX_BYTES), "slow"));
}
END_TEST

START_TEST(probes_of_others)
{
	prepare_probes();
	ck_assert_str_eq(text_of(setreport_table),
	    "NAME     STATE     EXPECTED         TIME    LOSS          MIN"
	    "          MAX  REASON\n"
	    "a/tcp/1  filtered  open         1.500 ms   33.3%     1.000 ms"
	    "     2.000 ms  no answer\n"
	    "a/tcp/2  filtered  open                -  100.0%            -"
	    "            -  no answer\n"
	    "CRITICAL: 0 of 2 as expected; 0 open, 0 closed, 2 filtered, "
	    "0 unknown; 1 host with nothing as expected\n");
	assert_json(text_of(setreport_json));
	assert_has(flushed.data,
	    "\"probes\":{\"sent\":3,\"lost\":1,\"min\":0.001000,"
	    "\"avg\":0.001500,\"max\":0.002000},\"perfdata\"");
	assert_has(flushed.data,
	    "\"probes\":{\"sent\":3,\"lost\":3,\"min\":null,\"avg\":null,"
	    "\"max\":null},\"perfdata\"");
	assert_has(text_of(setreport_csv),
	    ",no answer,0.002000,,3,1,0.001000,0.001500,0.002000,,,,\r\n");
	assert_has(flushed.data, ",no answer,0.002000,,3,3,,,,,,,\r\n");
	assert_has(text_of(setreport_prometheus),
	    "\nportstate_port_latency_min_seconds{name=\"a/tcp/1\",host=\"a\","
	    "port=\"1\",transport=\"tcp\",protocol=\"\"} 0.001000\n#");
	assert_has(flushed.data,
	    "transport=\"tcp\",protocol=\"\"} 3\n# HELP "
	    "portstate_port_probes_lost ");
	line = "%l";
	ck_assert_str_eq(text_of(setreport_portmon), "2\n0\n");
}
END_TEST

START_TEST(counts_of_states)
{
	prepare("a", "1-4");
	tell_letters("ottr");
	ck_assert_ptr_null(portset_policy_parse_limit("filtered=1", false,
	    &policy));
	ck_assert_ptr_null(portset_policy_parse_limit("OPEN=1:", true,
	    &policy));
	ck_assert_ptr_null(portset_policy_parse_limit("closed=50%", true,
	    &policy));
	ck_assert_str_eq(nagios_of(0, MAX_BYTES),
	    "PORTSET WARNING - 4 of 4 as expected; 2 filtered; open: a/tcp/1"
	    "|total=4;;;0; failed=0;;0;0;4 open=1;;1:;0; closed=1;;;0; "
	    "filtered=2;1;;0; unknown=0;;;0;" TIME("a/tcp/1") NO_TIME("a/tcp/2")
		NO_TIME("a/tcp/3") NO_TIME("a/tcp/4") "\n");
	ck_assert_ptr_null(portset_policy_parse_limit("open=2:", true,
	    &policy));
	ck_assert_ptr_null(portset_policy_parse_limit("open|filtered=1:", true,
	    &policy));
	assert_has(nagios_of(0, MAX_BYTES),
	    "PORTSET CRITICAL - 4 of 4 as expected; 1 open; 2 filtered; "
	    "0 open or filtered; open: a/tcp/1|");
	ck_assert_ptr_nonnull(portset_policy_parse_limit("open", true,
	    &policy));
	ck_assert_ptr_nonnull(portset_policy_parse_limit("opened=1", true,
	    &policy));
	ck_assert_ptr_nonnull(portset_policy_parse_limit("=1", true, &policy));
	ck_assert_ptr_nonnull(portset_policy_parse_limit("open=x", true,
	    &policy));
	ck_assert_ptr_null(portset_policy_parse_limit("open_filtered=~:", true,
	    &policy));
}
END_TEST

/* A host that is down is told once, and its ports with -v. */
START_TEST(hosts_down)
{
	prepare("a,b", "1,2,3");
	tell_letters("rorrrs");
	ck_assert_str_eq(strchr(nagios_of(0, MAX_BYTES), '\n'),
	    "\na (all 3 ports: closed, " REFUSED ")\n"
	    "b/tcp/2: closed, expected open: " REFUSED "\n");
	ck_assert_str_eq(strchr(nagios_of(1, MAX_BYTES), '\n'),
	    "\nLimits: L\n"
	    "a (all 3 ports: closed, " REFUSED ")\n"
	    "a/tcp/1: closed, expected open: " REFUSED "\n"
	    "b/tcp/1: open, 0.001500 s\n"
	    "a/tcp/2: closed, expected open: " REFUSED "\n"
	    "b/tcp/2: closed, expected open: " REFUSED "\n"
	    "a/tcp/3: closed, expected open: " REFUSED "\n"
	    "b/tcp/3: open, 0.250000 s\n");
	assert_has(text_of(setreport_json), "\"hosts_down\":1}");
	assert_has(text_of(setreport_prometheus), "\nportstate_hosts_down 1\n");
}
END_TEST

/* A host by the silence of which others of its entries are as expected. */
static const struct quiet_row {
	const char *ports, *outcomes, *want;
} quiet_rows[] = {
	{ "1,2=closed", "tt", "a (all 2 ports: filtered, no answer)" },
	{ "1,2=filtered,3-3", "ttt", "a (all 3 ports: filtered, no answer)" },
	{ "1,2=closed,udp:9=any", "tts",
	    "a/tcp/1 filtered (no answer); open: a/udp/9" },
	{ "1,2=closed,udp:9=any", "ttS", "a (all 3 ports: no answer)" },
	/* It has answered. */
	{ "1,2=closed", "rt", "a/tcp/1 closed (" REFUSED ")" },
	{ "1,2=closed,3=closed", "ttr", "a/tcp/1 filtered (no answer)" },
	{ "1,2=closed,3", "tto", "a/tcp/1 filtered (no answer)" },
	{ "1,2=closed,3", "ttp",
	    "a/tcp/1 filtered (no answer); 1 not probed: "
	    "a/tcp/3 (the run ended first)" },
	{ "1", "t", "a/tcp/1 filtered (no answer)" },
};

START_TEST(quiet_hosts)
{
	const struct quiet_row *row = &quiet_rows[_i];
	const char *s;
	size_t i;

	prepare("a", row->ports);
	closed_or_silent = lists.conf.policy;
	closed_or_silent.states[OUTCOME_TIMEOUT] = STATE_OK;
	closed_or_silent.given[OUTCOME_TIMEOUT] = true;
	for (i = 0; i < set.n_asks; i++)
		if (set.asks[i].expected == EXPECTED_CLOSED)
			set.asks[i].policy = &closed_or_silent;
	tell_letters(row->outcomes);
	s = strchr(nagios_of(0, MAX_BYTES), ':') + 2;
	ck_assert_msg(strncmp(s, row->want, strlen(row->want)) == 0 &&
		s[strlen(row->want)] == '|',
	    "%s", s);
}
END_TEST

/* One that is only worth a warning comes after what is worse. */
START_TEST(warned_host_down)
{
	size_t i;

	prepare("a", "1,2,unix:/x");
	for (i = 0; i < 2; i++)
		set.asks[set.entries[i].ask].severity = STATE_WARNING;
	tell_letters("rrr");
	assert_has(nagios_of(0, MAX_BYTES),
	    "3 of 3 not as expected, 2 only a warning: /x closed (" REFUSED
	    "), ...|");
	assert_has(text_of(setreport_html),
	    "<li class=\"warn\"><strong>1</strong> host with nothing as "
	    "expected</li>");
	assert_has(flushed.data, "<li class=\"warn\"><p><b>&#10007; a</b>");
}
END_TEST

/* Of many hosts that are down, all that fit. */
START_TEST(many_hosts_down)
{
	size_t i, max;

	prepare("10.0.0.0/22", "1,2");
	for (i = 0; i < set.n; i++)
		tell_letter(i, 't');
	for (max = 1024; max < 100000; max += 997) {
		size_t n, cut = 0;
		const char *s = nagios_of(0, max);

		ck_assert_uint_le(flushed.len, max);
		n = count(s, " (all 2 ports: filtered, no answer)\n");
		s = strstr(s, "\n(left out: ");
		if (s != NULL)
			(void)sscanf(s, "\n(left out: %zu lines", &cut);
		ck_assert_uint_eq(n + cut, 1024);
	}
}
END_TEST

START_TEST(only_a_warning)
{
	prepare("a", "1,2,3");
	set.asks[set.entries[0].ask].severity = STATE_WARNING;
	tell_letters("rto");
	ck_assert_str_eq(nagios_of(0, MAX_BYTES),
	    "PORTSET CRITICAL - 2 of 3 not as expected, 1 only a warning: "
	    "a/tcp/2 filtered (no answer), ..." COUNTS(3, 2, 1, 1, 1, 0)
		NO_TIME("a/tcp/1") NO_TIME("a/tcp/2") TIME(
		    "a/tcp/3") "\n"
			       "a/tcp/1: closed, expected open, only a warning: " REFUSED
			       "\n"
			       "a/tcp/2: filtered, expected open: no answer\n");
	assert_has(text_of(setreport_json), "\"warned\":1,");
	assert_has(flushed.data, "\"ok\":false,\"severity\":\"WARNING\",");
	assert_has(text_of(setreport_csv), ",false,WARNING,refused,");
	assert_has(report_of(setreport_table, 0, MAX_BYTES, true),
	    "a/tcp/1  \033[33mclosed");
	assert_has(flushed.data, "0 unknown; 1 only a warning\n");
}
END_TEST

START_TEST(clocks_off)
{
	prepare("a", "1,2");
	tell_letters("oo");
	set.entries[1].clock = STATE_WARNING;
	ck_assert_str_eq(nagios_of(0, MAX_BYTES),
	    "PORTSET WARNING - 2 of 2 as expected; 1 clock off: a/tcp/2" COUNTS(
		2, 0, 2, 0, 0, 0) TIME("a/tcp/1")
		TIME("a/tcp/2") "\n"
				"a/tcp/2: open, 0.001500 s, clock off\n");
	assert_has(text_of(setreport_json), "\"clock_off\":1,");
	assert_has(text_of(setreport_table), "0 unknown; 1 clock off\n");
}
END_TEST

/* The limits of certificates, where all of them have the same. */
START_TEST(perfdata_of_days)
{
	static const struct handshake good = { "TLSv1.3", .at_s = 1000, .n = 1,
		.certs = { { "a", "b", 0, 1000 + 86400 * 20 } } };
	struct result r = {
		.time_us = 2000, .rtt_us = 1500, .handshake = &good
	};
	static const char *const want[] = {
		" cert_days=20.000000;14.000000:;7.000000:;; ",
		" cert_days=20.000000;14.000000:;7.000000:;; ",
		" cert_days=20.000000;;;; ",
		" cert_days=20.000000;;;; ",
	};
	struct policy days[2];
	struct ask ask;

	prepare("a", "1");
	ask = set.asks[0];
	ask.policy = &days[0];
	policy_init(&days[0]);
	days[0].has_days = true;
	days[0].warning_days = 14;
	days[0].critical_days = 7;
	days[1] = days[0];
	days[1].critical_days = _i == 2 ? 8 : 7;
	days[1].has_days = _i != 3;
	(void)portset_add(&set, 0, portset_add_ask(&set, &ask), 2);
	ask.policy = &days[1];
	(void)portset_add(&set, 0, portset_add_ask(&set, &ask), 3);
	tell(1, r, "", 0);
	if (_i > 0)
		tell(2, r, "", 0);
	assert_has(nagios_of(0, MAX_BYTES), want[_i]);
}
END_TEST

/* What a handler measured gets the name of its entry. */
START_TEST(perfdata_of_handlers)
{
	struct result r = { .time_us = 2000,
		.rtt_us = 1500,
		.perfdata = "size=5KB;;;0 'it''s'=1%;2;3 x U=1 y=U" };

	prepare("(a)", "1,2");
	tell(0, r, "", 0);
	tell_letter(1, 'o');
	assert_has(nagios_of(0, MAX_BYTES),
	    " '(a)/tcp/1'=0.001500s;;;0.000000; '(a)/tcp/1::size'=5KB;;;0 "
	    "'(a)/tcp/1::it''s'=1%;2;3 '(a)/tcp/1::U'=1 '(a)/tcp/1::y'=U "
	    "'(a)/tcp/2'=");
	assert_json(text_of(setreport_json));
	assert_has(flushed.data,
	    ",\"perfdata\":\"size=5KB;;;0 'it''s'=1%;2;3 x U=1 y=U\",");
	assert_has(flushed.data, ",\"perfdata\":null,");
	assert_has(text_of(setreport_csv),
	    ",size=5KB;;;0 'it''s'=1%;2;3 x U=1 y=U,,\r\n");
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
	tcase_add_test(tc, worth_unknown);
	tcase_add_loop_test(tc, slow_by_its_own, 0, 2);
	tcase_add_test(tc, nagios_limits);
	tcase_add_test(tc, nagios_bounded);
	tcase_add_test(tc, nagios_of_many);
	tcase_add_test(tc, nagios_of_long_names);
	tcase_add_test(tc, table_whole);
	tcase_add_test(tc, table_coloured);
	tcase_add_test(tc, table_verbose);
	tcase_add_test(tc, json_whole);
	tcase_add_test(tc, csv_whole);
	tcase_add_test(tc, csv_cells);
	tcase_add_test(tc, prometheus_whole);
	tcase_add_test(tc, prometheus_without_run);
	tcase_add_test(tc, prometheus_labels);
	unit_rows(tc, portmon, lines);
	unit_rows(tc, portmon_line_parse, line_checks);
	tcase_add_test(tc, portmon_expected);
	tcase_add_test(tc, probes_of_nagios);
	tcase_add_test(tc, probes_of_others);
	tcase_add_test(tc, counts_of_states);
	tcase_add_test(tc, hosts_down);
	tcase_add_test(tc, many_hosts_down);
	unit_rows(tc, quiet_hosts, quiet_rows);
	tcase_add_test(tc, warned_host_down);
	tcase_add_test(tc, only_a_warning);
	tcase_add_test(tc, clocks_off);
	tcase_add_loop_test(tc, perfdata_of_days, 0, 4);
	tcase_add_test(tc, perfdata_of_handlers);
	unit_rows(tc, all_of_many, of_many);
	tcase_add_loop_test(tc, hostile, 0, 20);
	tcase_add_test(tc, json_bytes);
	return unit_run("setreport", tc);
}
