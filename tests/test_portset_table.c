/* SPDX-License-Identifier: ISC */
#include "portset_table.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "portset_summary.h"
#include "portset_told.h"
#include "report.h"
#include "table.h"
#include "table_layout.h"
#include "unit.h"

#define FILE_NAME "table"
#define NOW (INT64_C(1000000) * CLOCK_SECOND)
#define GOOD_FOR (180 * CLOCK_SECOND)
#define INTERVAL_S 60

/* Flags of records. */
#define ON (TABLE_USED | TABLE_ENABLED)
#define KNOWN (ON | TABLE_KNOWN)
#define DOWN (KNOWN | TABLE_DOWN)

static char dir[] = "/tmp/test_portset_table.XXXXXX";
static struct table *table;
static struct hostlist hosts;
static struct portset_selection all;
static struct portset set;
static struct portset_table *told;
static struct text error;
static const struct portset_policy no_policy;

/* Records, and what is told of them: m(et), f(ailed), u(nasked), x: UNKNOWN. */
static const struct {
	const char *what;
	uint32_t flags;
	uint8_t state, outcome, port;
	const char *reason;
	char class;
	enum state worth;
	enum port_state is;
	const char *words;
} records[] = {
	{ "up", KNOWN, STATE_OK, OUTCOME_OK, PORT_OPEN, "", 'm', STATE_OK,
	    PORT_OPEN, "" },
	{ "up, closed", KNOWN, STATE_OK, OUTCOME_REFUSED, PORT_CLOSED, "no",
	    'm', STATE_OK, PORT_CLOSED, "no" },
	{ "down", DOWN, STATE_CRITICAL, OUTCOME_TIMEOUT, PORT_FILTERED, "none",
	    'f', STATE_CRITICAL, PORT_FILTERED, "none" },
	{ "down, a warning", DOWN, STATE_WARNING, OUTCOME_TIMEOUT,
	    PORT_FILTERED, "none", 'f', STATE_WARNING, PORT_FILTERED, "none" },
	{ "down is never OK", DOWN, STATE_OK, OUTCOME_TIMEOUT, PORT_FILTERED,
	    "", 'f', STATE_WARNING, PORT_FILTERED,
	    "no answer to the connection attempt before the deadline" },
	{ "down, unasked", DOWN, STATE_UNKNOWN, OUTCOME_LOCAL_ERROR,
	    PORT_FILTERED, "files", 'u', STATE_UNKNOWN, PORT_UNKNOWN, "files" },
	{ "up, unasked", KNOWN, STATE_UNKNOWN, OUTCOME_LOCAL_ERROR, PORT_OPEN,
	    "files", 'u', STATE_UNKNOWN, PORT_UNKNOWN, "files" },
	{ "worth UNKNOWN", DOWN, STATE_UNKNOWN, OUTCOME_HANDLER_UNKNOWN,
	    PORT_UNKNOWN, "what?", 'x', STATE_UNKNOWN, PORT_UNKNOWN, "what?" },
	{ "new", ON, STATE_UNKNOWN, OUTCOME_NOT_PROBED, PORT_UNKNOWN, "", 'u',
	    STATE_UNKNOWN, PORT_UNKNOWN, "not probed yet" },
	{ "new, of no state", ON, STATE_OK, OUTCOME_NOT_PROBED, PORT_OPEN, "",
	    'u', STATE_UNKNOWN, PORT_UNKNOWN, "not probed yet" },
	{ "not decided", ON | TABLE_UNSURE, STATE_UNKNOWN, OUTCOME_NOT_PROBED,
	    PORT_UNKNOWN, "", 'u', STATE_UNKNOWN, PORT_UNKNOWN,
	    "not decided yet" },
	{ "new, and known why", ON, STATE_UNKNOWN, OUTCOME_LOCAL_ERROR,
	    PORT_UNKNOWN, "files", 'u', STATE_UNKNOWN, PORT_UNKNOWN,
	    "not probed yet: files" },
	{ "unsure up", KNOWN | TABLE_UNSURE, STATE_OK, OUTCOME_OK, PORT_OPEN,
	    "", 'm', STATE_OK, PORT_OPEN, "unsure" },
	{ "unsure down", DOWN | TABLE_UNSURE, STATE_CRITICAL, OUTCOME_REFUSED,
	    PORT_CLOSED, "no", 'f', STATE_CRITICAL, PORT_CLOSED, "unsure: no" },
	{ "lagged", KNOWN | TABLE_LAGGED, STATE_OK, OUTCOME_OK, PORT_OPEN, "",
	    'm', STATE_WARNING, PORT_OPEN, "" },
	{ "lagged and down", DOWN | TABLE_LAGGED, STATE_CRITICAL,
	    OUTCOME_REFUSED, PORT_CLOSED, "no", 'f', STATE_CRITICAL,
	    PORT_CLOSED, "no" },
	{ "severe", DOWN | TABLE_SEVERE, STATE_CRITICAL, OUTCOME_REFUSED,
	    PORT_CLOSED, "no", 'f', STATE_CRITICAL, PORT_CLOSED,
	    "no; severe: 7 rounds failed" },
	{ "expiring", KNOWN, STATE_WARNING, OUTCOME_CERT_EXPIRING, PORT_OPEN,
	    "soon", 'm', STATE_WARNING, PORT_OPEN, "soon" },
	{ "by its clock", KNOWN, STATE_WARNING, OUTCOME_OK, PORT_OPEN, "", 'm',
	    STATE_WARNING, PORT_OPEN, "" },
};

/* Names that come out as they are. */
static const char *const names[] = {
	"mx1/tcp/25",
	"mx1/udp/53",
	"mx1/smtp",
	"mx1/web/8080",
	"2001:db8::1/tcp/1",
	"mx1//run/x",
	"/run/x",
	"/run/x/y",
	"socket",
	"mx1/\\\"a\\\\b\\x7c\\n",
	"m\\xc3\\xa4x/tcp/1",
};

/* What is no name of ours, and how it is told. */
static const struct {
	const char *name, *as;
} odd[] = {
	{ "a|b/tcp/1", "a\\x7cb/tcp/1" },
	{ "a\n/tcp/1\x1b[1m", "a\\n/tcp/1\\x1b[1m" },
	{ "a\\x0/b\\", "a\\\\x0/b\\\\" },
	{ "a\\x00/b\\0", "a\\\\x00/b\\\\0" },
	{ "a/", "a/" },
	{ "/", "/" },
	{ "//", "//" },
};

static void
set_up(void)
{
	const struct table_conf conf = { 16, 16, "test", NOW };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	text_init(&error, 1000);
	hosts = (struct hostlist){ .max = 100 };
	all = (struct portset_selection){ &hosts, NULL, 0, INT64_MAX };
	table = table_open(FILE_NAME, &conf, &error);
	ck_assert_msg(table != NULL, "%s", error.data);
	text_truncate(&error, 0);
}

static void
tear_down(void)
{
	char command[64];

	portset_free(&set);
	portset_table_free(told);
	hostlist_free(&hosts);
	text_free(&error);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* A record that is up. */
static struct table_record
record_of(const char *name)
{
	struct table_record r;

	(void)table_read(table, table_index(table, name), &r);
	r.flags = KNOWN;
	r.state = STATE_OK;
	r.outcome = OUTCOME_OK;
	r.port_state = PORT_OPEN;
	r.severity = STATE_CRITICAL;
	r.port = 25;
	r.rtt_us = 1500;
	r.interval_ms = INTERVAL_S * 1000;
	r.last_probe_us = NOW;
	memcpy(r.host, name,
	    name[0] == '/' ? strlen(name) : strcspn(name, "/"));
	return r;
}

static void
write_record(const struct table_record *r)
{
	table_write(table, r->index, r);
}

static void
write_up(const char *name)
{
	struct table_record r = record_of(name);

	write_record(&r);
}

static void
flush(void)
{
	const struct table_totals totals = { .stale_us = NOW + GOOD_FOR };

	table_tell(table, &totals);
	ck_assert_msg(table_flush(table, NOW, &error), "%s", error.data);
}

static bool
read_at(int64_t wall_us)
{
	portset_free(&set);
	portset_table_free(told);
	text_truncate(&error, 0);
	told = portset_table_read(FILE_NAME, &all, wall_us, &set, &error);
	ck_assert((told != NULL) == (error.len == 0));
	ck_assert(told != NULL || set.n == 0);
	return told != NULL;
}

static void
read_all(void)
{
	flush();
	ck_assert_msg(read_at(NOW), "%s", error.data);
}

static void
fails(const char *why)
{
	ck_assert(!read_at(NOW));
	unit_str("error", error.data, why);
}

static void
named(size_t i, const char *want)
{
	struct text name;

	text_init(&name, 4096);
	entry_name(&name, &set, &set.entries[i]);
	unit_str("name", name.data, want);
	text_free(&name);
}

static void
explained(const char *what, size_t i, const char *want)
{
	struct text words;

	text_init(&words, REPORT_MAX);
	entry_reason(&words, &set.entries[i]);
	unit_str(what, words.data, want);
	text_free(&words);
}

/* Overwrites bytes of the file. */
static void
put(int64_t at, const void *bytes, size_t len)
{
	int fd = open(FILE_NAME, O_WRONLY);

	ck_assert(fd != -1 && table_pwrite(fd, bytes, len, at));
	close(fd);
}

START_TEST(test_record)
{
	struct table_record r = record_of("a/tcp/1");
	const struct entry *e;

	r.flags = records[_i].flags;
	r.state = records[_i].state;
	r.outcome = records[_i].outcome;
	r.port_state = records[_i].port;
	r.failed_rounds = 7;
	memcpy(r.reason, records[_i].reason, strlen(records[_i].reason));
	write_record(&r);
	read_all();
	ck_assert_uint_eq(set.n, 1);
	e = &set.entries[0];
	ck_assert_msg(entry_met(e) == (records[_i].class == 'm') &&
		entry_failed(e) == (records[_i].class == 'f') &&
		entry_unasked(e) == (records[_i].class == 'u') &&
		entry_unknown(e) == (records[_i].class == 'x'),
	    "%s: worth %u", records[_i].what, e->worth);
	ck_assert_msg(entry_state(&set, e, &no_policy) == records[_i].worth,
	    "%s: %s", records[_i].what,
	    state_name(entry_state(&set, e, &no_policy)));
	ck_assert_msg(entry_port(e) == records[_i].is, "%s: %s",
	    records[_i].what, port_state_name(entry_port(e)));
	explained(records[_i].what, 0, records[_i].words);
}
END_TEST

START_TEST(test_names)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		write_up(names[i]);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		write_up(odd[i].name);
	read_all();
	ck_assert_uint_eq(set.n, ARRAY_SIZE(names) + ARRAY_SIZE(odd));
	for (i = 0; i < ARRAY_SIZE(names); i++)
		named(i, names[i]);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		named(ARRAY_SIZE(names) + i, odd[i].as);
}
END_TEST

START_TEST(test_long_name)
{
	char name[TABLE_NAME_SIZE];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name + 200, "/tcp/1", 6);
	write_up(name);
	read_all();
	named(0, name);
}
END_TEST

/* Hosts and what is asked of them are kept once. */
START_TEST(test_shared)
{
	write_up("a/tcp/1");
	write_up("b/tcp/1");
	write_up("a/tcp/2");
	write_up("b/tcp/2");
	read_all();
	ck_assert_uint_eq(set.n, 4);
	ck_assert_uint_eq(set.n_hosts, 2);
	ck_assert_uint_eq(set.n_asks, 2);
}
END_TEST

START_TEST(test_ask)
{
	struct table_record r = record_of("a/dns");
	const struct ask *ask;

	r.transport = TABLE_UDP;
	r.expected = EXPECTED_CLOSED;
	r.severity = STATE_WARNING;
	memcpy(r.protocol, "dns", 3);
	write_record(&r);
	r = record_of("/run/x");
	r.transport = TABLE_UNIX;
	memcpy(r.protocol, "x\"y", 3);
	write_record(&r);
	r = record_of("mysql");
	r.transport = TABLE_UNIX;
	memcpy(r.host, "/run/mysql", 10);
	write_record(&r);
	r = record_of("a//run/z");
	r.transport = TABLE_UNIX;
	write_record(&r);
	r = record_of("a/z");
	r.transport = TABLE_UNIX;
	write_record(&r);
	read_all();
	ask = entry_ask(&set, &set.entries[0]);
	ck_assert(ask->udp && ask->expected == EXPECTED_CLOSED);
	ck_assert(ask->severity == STATE_WARNING && ask->path == NULL);
	unit_str("protocol", ask->protocol, "dns");
	ck_assert_uint_eq(set.entries[0].target.port, 25);
	ask = entry_ask(&set, &set.entries[1]);
	unit_str("path", ask->path, "/run/x");
	unit_str("no protocol", ask->protocol, NULL);
	ck_assert_ptr_null(entry_host(&set, &set.entries[1]));
	unit_str("path of a name", entry_ask(&set, &set.entries[2])->path,
	    "/run/mysql");
	unit_str("path in a host", entry_ask(&set, &set.entries[3])->path,
	    "/run/z");
	unit_str("not known", entry_ask(&set, &set.entries[4])->path, "");
}
END_TEST

START_TEST(test_addresses)
{
	static const char *const want[] = { "192.0.2.1", "192.0.2.2", "a",
		"2001:db8::1" };
	struct table_record r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		char name[16];

		snprintf(name, sizeof(name), "a/tcp/%zu", i);
		r = record_of(name);
		r.addr_family = i == 2 ? 0 : i == 3 ? 6 : 4;
		r.addr_len = i == 2 ? 0 : i == 3 ? 16 : 4;
		memcpy(r.addr, "\xc0\x00\x02\x01", 4);
		r.addr[3] = (unsigned char)(i + 1);
		if (i == 3)
			memcpy(r.addr,
			    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		write_record(&r);
	}
	read_all();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		unit_str("address", set.entries[i].target.host, want[i]);
	unit_str("of the host", set.hosts[0].address, "192.0.2.1");
}
END_TEST

START_TEST(test_times)
{
	struct table_record r = record_of("a/tcp/1");

	r.last_probe_us = NOW - 5;
	write_record(&r);
	r = record_of("a/tcp/2");
	r.rtt_us = UINT32_MAX;
	write_record(&r);
	read_all();
	ck_assert(fabs(entry_latency(&set, &set.entries[0]) - 0.0015) < 1e-9);
	ck_assert(isnan(entry_latency(&set, &set.entries[1])));
	ck_assert_int_eq(set.asked_us[0], NOW - 5);
	ck_assert_int_eq(portset_table_live(told)->written_us, NOW);
}
END_TEST

/* What the daemon says of times counts as it is, what we say by the severity. */
START_TEST(test_lag)
{
	struct portset_policy slow = { .has_lag_critical = true };
	struct table_record r = record_of("a/tcp/1");

	r.state = STATE_CRITICAL;
	r.severity = STATE_OK;
	write_record(&r);
	r = record_of("a/tcp/2");
	r.state = STATE_WARNING;
	r.warning_ms = 1;
	write_record(&r);
	r = record_of("a/tcp/3");
	r.severity = STATE_WARNING;
	write_record(&r);
	read_all();
	ck_assert(entry_met(&set.entries[0]) && entry_met(&set.entries[1]));
	ck_assert(entry_lag(&set, &set.entries[0], &no_policy) ==
	    STATE_CRITICAL);
	ck_assert(entry_lag(&set, &set.entries[1], &no_policy) ==
	    STATE_WARNING);
	ck_assert(entry_lag(&set, &set.entries[2], &no_policy) == STATE_OK);
	ck_assert_ptr_null(range_parse("1", &slow.lag_critical));
	ck_assert(entry_lag(&set, &set.entries[1], &slow) == STATE_CRITICAL);
	ck_assert(entry_lag(&set, &set.entries[2], &slow) == STATE_WARNING);
}
END_TEST

/* Three intervals, and not a microsecond more. */
START_TEST(test_old)
{
	struct table_record r = record_of("a/tcp/1");

	r.last_probe_us = NOW - 3 * INTERVAL_S * CLOCK_SECOND;
	write_record(&r);
	r = record_of("a/tcp/2");
	r.last_probe_us = NOW - 3 * INTERVAL_S * CLOCK_SECOND - 1;
	write_record(&r);
	r = record_of("a/tcp/3");
	r.timeout_ms = 1;
	r.last_probe_us = NOW - 3 * (INTERVAL_S * CLOCK_SECOND + 1000);
	write_record(&r);
	r = record_of("a/tcp/4");
	r.interval_ms = 0;
	r.last_probe_us = 1;
	write_record(&r);
	read_all();
	ck_assert(entry_met(&set.entries[0]));
	ck_assert(entry_met(&set.entries[2]) && entry_met(&set.entries[3]));
	ck_assert(entry_unasked(&set.entries[1]));
	ck_assert(entry_port(&set.entries[1]) == PORT_UNKNOWN);
	explained("old", 1, "last probed 3 min ago");
}
END_TEST

START_TEST(test_disabled)
{
	struct table_record r = record_of("a/tcp/1");

	r.flags &= ~TABLE_ENABLED;
	write_record(&r);
	flush();
	fails("table: has no entry");
	write_up("a/tcp/2");
	read_all();
	ck_assert_uint_eq(set.n, 1);
	named(0, "a/tcp/2");
}
END_TEST

START_TEST(test_selection)
{
	static const char *const mail[] = { "mail", "web" };
	struct table_record r = record_of("a/tcp/1");

	memcpy(r.portset, "mail", 4);
	write_record(&r);
	r = record_of("b/tcp/1");
	memcpy(r.portset, "web", 3);
	write_record(&r);
	write_up("a/tcp/2");
	all.portsets = mail;
	all.n_portsets = 2;
	read_all();
	ck_assert_uint_eq(set.n, 2);
	all.n_portsets = 1;
	read_all();
	ck_assert_uint_eq(set.n, 1);
	named(0, "a/tcp/1");
	ck_assert(hostlist_add(&hosts, "b", &error));
	fails("table: has nothing of host b in these port sets");
	all.portsets = mail + 1;
	read_all();
	named(0, "b/tcp/1");
	all.n_portsets = 0;
	ck_assert(hostlist_add(&hosts, "a", &error));
	read_all();
	ck_assert_uint_eq(set.n, 3);
	ck_assert(hostlist_add(&hosts, "c", &error));
	fails("table: has nothing of host c");
}
END_TEST

START_TEST(test_no_such_portset)
{
	static const char *const none[] = { "m\n" };

	write_up("a/tcp/1");
	flush();
	all.portsets = none;
	all.n_portsets = 1;
	fails("table: has nothing of port set m\\n");
}
END_TEST

START_TEST(test_stale)
{
	write_up("a/tcp/1");
	flush();
	ck_assert(read_at(NOW + GOOD_FOR));
	ck_assert(!read_at(NOW + GOOD_FOR + 1));
	unit_str("late", error.data, "table: is stale: written 3 min ago");
	table_close(table);
	ck_assert(read_at(NOW + GOOD_FOR));
	ck_assert(!read_at(NOW + GOOD_FOR + 1));
	unit_str("ended", error.data,
	    "table: is stale: written 3 min ago, when portstated ended");
}
END_TEST

START_TEST(test_future)
{
	write_up("a/tcp/1");
	flush();
	ck_assert(read_at(NOW - 60 * CLOCK_SECOND));
	ck_assert(!read_at(NOW - 60 * CLOCK_SECOND - 1));
	unit_str("future", error.data,
	    "table: was written 60 s from now: a clock was set");
}
END_TEST

START_TEST(test_no_table)
{
	write_up("a/tcp/1");
	flush();
	put(12, "\2", 1);
	fails("table: is of another version of portstate");
	ck_assert_int_eq(truncate(FILE_NAME, 600), 0);
	put(12, "\1", 1);
	fails("table: was cut short");
	ck_assert_int_eq(truncate(FILE_NAME, 0), 0);
	fails("table: is empty");
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	fails("table: No such file or directory");
	ck_assert_int_eq(mkfifo(FILE_NAME, 0600), 0);
	fails("table: is not a regular file");
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	ck_assert_int_eq(mkdir(FILE_NAME, 0700), 0);
	fails("table: is not a regular file");
}
END_TEST

/* Whatever else is so, it is not OK. */
START_TEST(test_damaged)
{
	struct portset_summary sum;

	write_up("a/tcp/1");
	write_up("a/tcp/2");
	write_up("b/tcp/3");
	flush();
	put(table_record_at(2) + 300, "x", 1);
	put(table_record_at(3) + 20, "x", 1);
	ck_assert(read_at(NOW));
	ck_assert_uint_eq(set.n, 3);
	named(1, "a/tcp/2");
	named(2, "?/record 3");
	explained("damaged", 1, "its record is damaged");
	sum = portset_summary_of(&set, &no_policy);
	ck_assert(sum.state == STATE_UNKNOWN && sum.unasked == 2);
	/* One whose name is known to be another's is none of ours. */
	ck_assert(hostlist_add(&hosts, "b", &error));
	put(table_record_at(3) + 20, "\0", 1);
	ck_assert(read_at(NOW));
	ck_assert_uint_eq(set.n, 1);
	put(table_record_at(1) + 20, "x", 1);
	ck_assert(read_at(NOW));
	ck_assert_uint_eq(set.n, 2);
}
END_TEST

START_TEST(test_too_damaged)
{
	char name[16];
	unsigned i;

	for (i = 1; i <= 101; i++) {
		snprintf(name, sizeof(name), "a/tcp/%u", i);
		write_up(name);
	}
	flush();
	for (i = 1; i <= 100; i++)
		put(table_record_at(i) + 300, "x", 1);
	ck_assert(read_at(NOW));
	put(table_record_at(101) + 300, "x", 1);
	fails("table: is damaged: more than 100 of its records");
}
END_TEST

START_TEST(test_deadline)
{
	char name[16];
	unsigned i;

	for (i = 1; i <= 64; i++) {
		snprintf(name, sizeof(name), "a/tcp/%u", i);
		write_up(name);
	}
	flush();
	all.until_us = 0;
	fails("table: takes too long to read");
}
END_TEST

/* Random bytes under right checks: what is told is text, and never better. */
START_TEST(test_random)
{
	static const uint32_t flags[] = { TABLE_KNOWN, TABLE_UNSURE,
		TABLE_LAGGED, TABLE_SEVERE, TABLE_DOWN };
	unsigned seed = (unsigned)_i + 1, i, j;
	struct table_record r;
	struct text t;

	for (i = 0; i < 200; i++) {
		char name[24] = "";

		for (j = 0; j < 1 + unit_random(&seed, 20); j++)
			name[j] = (char)(1 + unit_random(&seed, 255));
		r = record_of(name);
		r.flags = ON;
		for (j = 0; j < ARRAY_SIZE(flags); j++)
			r.flags |= unit_random(&seed, 2) == 0 ? flags[j] : 0;
		r.state = (uint8_t)unit_random(&seed, 4);
		r.severity = (uint8_t)unit_random(&seed, 4);
		r.outcome = (uint8_t)unit_random(&seed, OUTCOME_COUNT);
		r.port_state = (uint8_t)unit_random(&seed, 5);
		r.expected = (uint8_t)unit_random(&seed, 4);
		r.transport = (uint8_t)unit_random(&seed, 3);
		r.err = (uint16_t)unit_random(&seed, 65536);
		r.rtt_us = unit_random(&seed, 100000);
		memset(r.reason, 0, sizeof(r.reason));
		for (j = 0; j < unit_random(&seed, 100); j++)
			r.reason[j] = (char)(1 + unit_random(&seed, 255));
		write_record(&r);
	}
	read_all();
	text_init(&t, SIZE_MAX / 2);
	for (i = 0; i < set.n; i++) {
		const struct entry *e = &set.entries[i];

		/* Of names that came twice, the last record counts. */
		ck_assert(table_read(table, i + 1, &r));
		text_truncate(&t, 0);
		entry_name(&t, &set, e);
		entry_reason(&t, e);
		for (j = 0; j < t.len; j++)
			ck_assert_msg(t.data[j] >= ' ' && t.data[j] < 0x7f &&
				t.data[j] != '|',
			    "%s", t.data);
		if ((r.flags & TABLE_KNOWN) == 0)
			ck_assert(e->worth == STATE_UNKNOWN);
		else if ((r.flags & TABLE_DOWN) != 0)
			ck_assert(!entry_met(e));
		else if (r.state == STATE_OK)
			ck_assert(entry_met(e));
		else
			ck_assert(entry_state(&set, e, &no_policy) !=
				STATE_OK ||
			    r.severity == STATE_OK);
	}
	(void)portset_summary_of(&set, &no_policy);
	text_free(&t);
}
END_TEST

START_TEST(test_age)
{
	static const struct {
		int64_t s;
		const char *words;
	} ages[] = {
		{ 0, "0.0 s" },
		{ 9, "9.0 s" },
		{ 10, "10 s" },
		{ 119, "119 s" },
		{ 120, "2 min" },
		{ 7199, "119 min" },
		{ 7200, "2 h" },
		{ 172799, "47 h" },
		{ 172800, "2 days" },
	};
	struct text t;
	size_t i;

	text_init(&t, 100);
	for (i = 0; i < ARRAY_SIZE(ages); i++) {
		text_truncate(&t, 0);
		portset_told_age(&t, ages[i].s * CLOCK_SECOND);
		unit_str("age", t.data, ages[i].words);
	}
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portset_table");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	unit_rows(tc, test_record, records);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_long_name);
	tcase_add_test(tc, test_shared);
	tcase_add_test(tc, test_ask);
	tcase_add_test(tc, test_addresses);
	tcase_add_test(tc, test_times);
	tcase_add_test(tc, test_lag);
	tcase_add_test(tc, test_old);
	tcase_add_test(tc, test_disabled);
	tcase_add_test(tc, test_selection);
	tcase_add_test(tc, test_no_such_portset);
	tcase_add_test(tc, test_stale);
	tcase_add_test(tc, test_future);
	tcase_add_test(tc, test_no_table);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_too_damaged);
	tcase_add_test(tc, test_deadline);
	tcase_add_loop_test(tc, test_random, 0, 10);
	tcase_add_test(tc, test_age);
	return unit_run("portset_table", tc);
}
