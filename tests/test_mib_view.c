/* SPDX-License-Identifier: ISC */
#include "mib_view.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "expected.h"
#include "mib_notice.h"
#include "outcome.h"
#include "table.h"
#include "table_layout.h"
#include "text.h"
#include "unit.h"

#define FILE_NAME "table"

/* 2026-01-02 03:04:05.6 UTC; the SNMP agent began 1,000 s before. */
#define NOW INT64_C(1767323045600000)
#define UPTIME_CS UINT32_C(100000)

#define MANY 100000

static char dir[] = "/tmp/test_mib_view.XXXXXX";
static struct text words;
static struct table *table;
static struct mib_view *view;
static int64_t now_us;
static const struct mib_notify notify = { 0xb, 60, 10, 50, 7, 3, 0 };

/* How often the table was read, and what it was to be. */
static unsigned long n_reads, n_bytes;
static bool unsteady;

bool __real_table_pread(int, void *, size_t, int64_t);
bool __wrap_table_pread(int, void *, size_t, int64_t);

/* Reads what is rewritten meanwhile, if told so. */
bool
__wrap_table_pread(int fd, void *to, size_t size, int64_t at)
{
	n_reads++;
	n_bytes += size;
	if (!__real_table_pread(fd, to, size, at))
		return false;
	if (unsteady && at > 0)
		((unsigned char *)to)[size - 16] ^= 1 + n_reads % 255;
	return true;
}

/* There may be no memory for the rows. */
static bool no_memory;

void *__real_reallocarray(void *, size_t, size_t);
void *__wrap_reallocarray(void *, size_t, size_t);

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return no_memory ? NULL : __real_reallocarray(p, n, size);
}

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	text_init(&words, 4096);
	now_us = NOW;
	view = mib_view_new(FILE_NAME, &notify);
}

static void
tear_down(void)
{
	char command[64];

	mib_view_free(view);
	table_close(table);
	text_free(&words);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
open_table(uint32_t capacity)
{
	struct table_conf conf = { capacity, 16, "portstated 0.1.0", NOW };

	table = table_open(FILE_NAME, &conf, &words);
	ck_assert_msg(table != NULL, "%s", words.data);
}

/* As it is a second later, with one more for the configuration if it changed. */
static void
tell(struct table_totals totals)
{
	totals.stale_us = now_us + 60 * CLOCK_SECOND;
	table_tell(table, &totals);
	ck_assert_msg(table_flush(table, now_us, &words), "%s", words.data);
}

static void
look(void)
{
	now_us += CLOCK_SECOND;
	mib_view_refresh(view, now_us,
	    UPTIME_CS + (uint32_t)((now_us - NOW) / 10000));
}

static struct table_record
record_of(const char *name)
{
	struct table_record r;

	(void)table_read(table, table_index(table, name), &r);
	r.flags = TABLE_USED | TABLE_ENABLED;
	return r;
}

static void
write_record(const struct table_record *r)
{
	table_write(table, r->index, r);
}

/* Entry 1 has everything, 2 is gone, 3 was not asked yet, 4 is another. */
static void
make_small(void)
{
	struct table_record r;

	open_table(16);
	r = record_of("mx1/smtp");
	r.flags |= TABLE_KNOWN;
	r.state = STATE_WARNING;
	r.outcome = OUTCOME_MISMATCH;
	r.port_state = PORT_OPEN;
	r.expected = EXPECTED_OPEN;
	r.port = 25;
	r.addr_family = r.addr_len = 4;
	memcpy(r.addr, "\xc0\x00\x02\x0a", 4);
	r.failed_rounds = 3;
	r.interval_ms = 60000;
	r.timeout_ms = 2000;
	r.warning_ms = 100;
	r.critical_ms = 500;
	r.lag_ms = 80;
	r.rtt_us = 1500;
	r.rtt_min_us = 1000;
	r.rtt_avg_us = 1400;
	r.rtt_max_us = 2000;
	r.jitter_us = 33;
	r.changes = 4;
	r.rtt_sum_us = UINT64_C(14000000000);
	r.rtt_sum_squares = UINT64_MAX;
	r.probes = 11;
	r.responses = 10;
	r.failures = 5;
	r.last_change_us = NOW - 100 * CLOCK_SECOND;
	r.last_probe_us = NOW;
	memcpy(r.host, "mx1", 3);
	memcpy(r.portset, "mail", 4);
	memcpy(r.reason, "got \"421\"", 9);
	write_record(&r);
	r = record_of("gone");
	r.flags &= ~TABLE_ENABLED;
	write_record(&r);
	r = record_of("new");
	write_record(&r);
	r = record_of("ns/udp/53");
	r.flags |= TABLE_KNOWN | TABLE_LAGGED | TABLE_SEVERE;
	r.state = STATE_CRITICAL;
	r.outcome = OUTCOME_NOT_PROBED;
	r.port_state = PORT_OPEN_FILTERED;
	r.expected = EXPECTED_ANY;
	r.transport = TABLE_UDP;
	r.port = 53;
	r.addr_family = 6;
	r.addr_len = 16;
	memcpy(r.addr, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	r.addr_scope = 3;
	r.last_change_us = NOW - 5000 * CLOCK_SECOND;
	r.last_probe_us = NOW - CLOCK_SECOND;
	write_record(&r);
	tell((struct table_totals){
	    .behind_us = 1234,
	    .probes = UINT64_C(5000000000),
	    .in_flight = 2,
	    .config_serial = 9,
	    .entries = 3,
	    .lagged = 1,
	    .severe = 1,
	    .states = { 0, 1, 1, 1 },
	    .ports = { 1, 1, 0, 0, 1 },
	    .last_change_us = NOW - 100 * CLOCK_SECOND,
	});
	look();
}

/* What make_small() and one second come to, in the order of OIDs. */
static const struct {
	const char *oid;
	const char *value;
} small[] = {
	{ "1.1.1.0", "\"portstated 0.1.0\"" },
	{ "1.1.2.0",
	    "\"\\x07\\xea\\x01\\x02\\x03\\x04\\x05\\x06+\\x00\\x00\"" },
	{ "1.1.3.0", "ticks 100000" },
	{ "1.1.4.0", "gauge 9" },
	{ "1.1.5.0", "counter64 5000000000" },
	{ "1.1.6.0", "gauge 2" },
	{ "1.1.7.0", "gauge 1234" },
	{ "1.2.1.0", "gauge 3" },
	{ "1.2.2.0", "gauge 0" },
	{ "1.2.3.0", "gauge 1" },
	{ "1.2.4.0", "gauge 1" },
	{ "1.2.5.0", "gauge 1" },
	{ "1.2.6.0", "integer 2" },
	{ "1.2.7.0", "gauge 1" },
	{ "1.2.8.0", "gauge 1" },
	{ "1.2.9.0", "ticks 90000" },
	{ "1.2.10.1.2.1", "gauge 1" },
	{ "1.2.10.1.2.2", "gauge 1" },
	{ "1.2.10.1.2.3", "gauge 0" },
	{ "1.2.10.1.2.4", "gauge 0" },
	{ "1.2.10.1.2.5", "gauge 1" },
	{ "1.3.1.2.1", "\"mx1/smtp\"" },
	{ "1.3.1.2.3", "\"new\"" },
	{ "1.3.1.2.4", "\"ns/udp/53\"" },
	{ "1.3.1.3.1", "integer 1" },
	{ "1.3.1.3.3", "integer 3" },
	{ "1.3.1.3.4", "integer 2" },
	{ "1.3.1.4.1", "integer 2" },
	{ "1.3.1.4.3", "integer 1" },
	{ "1.3.1.4.4", "integer 5" },
	{ "1.3.1.5.1", "integer 10" },
	{ "1.3.1.5.3", "integer 1" },
	{ "1.3.1.5.4", "integer 26" },
	{ "1.3.1.6.1", "\"mx1\"" },
	{ "1.3.1.6.3", "\"\"" },
	{ "1.3.1.6.4", "\"\"" },
	{ "1.3.1.7.1", "integer 1" },
	{ "1.3.1.7.3", "integer 1" },
	{ "1.3.1.7.4", "integer 2" },
	{ "1.3.1.8.1", "gauge 25" },
	{ "1.3.1.8.3", "gauge 0" },
	{ "1.3.1.8.4", "gauge 53" },
	{ "1.3.1.9.1", "integer 1" },
	{ "1.3.1.9.3", "integer 0" },
	{ "1.3.1.9.4", "integer 4" },
	{ "1.3.1.10.1", "\"\\xc0\\x00\\x02\\x0a\"" },
	{ "1.3.1.10.3", "\"\"" },
	{ "1.3.1.10.4",
	    "\"\\xfe\\x80\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x03\"" },
	{ "1.3.1.11.1", "\"mail\"" },
	{ "1.3.1.11.3", "\"\"" },
	{ "1.3.1.11.4", "\"\"" },
	{ "1.3.1.12.1", "\"got \"421\"\"" },
	{ "1.3.1.12.3", "\"\"" },
	{ "1.3.1.12.4", "\"\"" },
	{ "1.3.1.13.1", "integer 2" },
	{ "1.3.1.13.3", "integer 2" },
	{ "1.3.1.13.4", "integer 0" },
	{ "1.3.1.14.1", "gauge 60000" },
	{ "1.3.1.14.3", "gauge 0" },
	{ "1.3.1.14.4", "gauge 0" },
	{ "1.3.1.15.1", "gauge 2000" },
	{ "1.3.1.15.3", "gauge 0" },
	{ "1.3.1.15.4", "gauge 0" },
	{ "1.3.1.16.1", "gauge 100" },
	{ "1.3.1.16.3", "gauge 0" },
	{ "1.3.1.16.4", "gauge 0" },
	{ "1.3.1.17.1", "gauge 500" },
	{ "1.3.1.17.3", "gauge 0" },
	{ "1.3.1.17.4", "gauge 0" },
	{ "1.3.1.18.1", "gauge 80" },
	{ "1.3.1.18.3", "gauge 0" },
	{ "1.3.1.18.4", "gauge 0" },
	{ "1.3.1.19.1", "integer 2" },
	{ "1.3.1.19.3", "integer 2" },
	{ "1.3.1.19.4", "integer 1" },
	{ "1.3.1.20.1", "integer 2" },
	{ "1.3.1.20.3", "integer 2" },
	{ "1.3.1.20.4", "integer 1" },
	{ "1.3.1.21.1", "gauge 101" },
	{ "1.3.1.21.3", "gauge 0" },
	{ "1.3.1.21.4", "gauge 5001" },
	{ "1.3.1.22.1", "ticks 90000" },
	{ "1.3.1.22.3", "ticks 0" },
	{ "1.3.1.22.4", "ticks 0" },
	{ "1.3.1.23.1",
	    "\"\\x07\\xea\\x01\\x02\\x03\\x04\\x05\\x06+\\x00\\x00\"" },
	{ "1.3.1.23.3", "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"" },
	{ "1.3.1.23.4",
	    "\"\\x07\\xea\\x01\\x02\\x03\\x04\\x04\\x06+\\x00\\x00\"" },
	{ "1.4.1.1.1", "gauge 1500" },
	{ "1.4.1.1.3", "gauge 0" },
	{ "1.4.1.1.4", "gauge 0" },
	{ "1.4.1.2.1", "gauge 1000" },
	{ "1.4.1.2.3", "gauge 0" },
	{ "1.4.1.2.4", "gauge 0" },
	{ "1.4.1.3.1", "gauge 1400" },
	{ "1.4.1.3.3", "gauge 0" },
	{ "1.4.1.3.4", "gauge 0" },
	{ "1.4.1.4.1", "gauge 2000" },
	{ "1.4.1.4.3", "gauge 0" },
	{ "1.4.1.4.4", "gauge 0" },
	{ "1.4.1.5.1", "gauge 33" },
	{ "1.4.1.5.3", "gauge 0" },
	{ "1.4.1.5.4", "gauge 0" },
	{ "1.4.1.6.1", "counter64 14000000000" },
	{ "1.4.1.6.3", "counter64 0" },
	{ "1.4.1.6.4", "counter64 0" },
	{ "1.4.1.7.1", "counter64 18446744073709551615" },
	{ "1.4.1.7.3", "counter64 0" },
	{ "1.4.1.7.4", "counter64 0" },
	{ "1.4.1.8.1", "counter64 11" },
	{ "1.4.1.8.3", "counter64 0" },
	{ "1.4.1.8.4", "counter64 0" },
	{ "1.4.1.9.1", "counter64 10" },
	{ "1.4.1.9.3", "counter64 0" },
	{ "1.4.1.9.4", "counter64 0" },
	{ "1.4.1.10.1", "counter64 5" },
	{ "1.4.1.10.3", "counter64 0" },
	{ "1.4.1.10.4", "counter64 0" },
	{ "1.4.1.11.1", "gauge 3" },
	{ "1.4.1.11.3", "gauge 0" },
	{ "1.4.1.11.4", "gauge 0" },
	{ "1.4.1.12.1", "counter 4" },
	{ "1.4.1.12.3", "counter 0" },
	{ "1.4.1.12.4", "counter 0" },
	{ "1.5.1.0", "\"\\xd0\"" },
	{ "1.5.2.0", "gauge 60" },
	{ "1.5.3.0", "gauge 10" },
	{ "1.5.4.0", "gauge 50" },
	{ "1.5.5.0", "counter 7" },
	{ "1.5.6.0", "counter 3" },
};

/* "1.1.1.0" */
static const char *
oid_text(const struct mib_oid *oid)
{
	static char text[MIB_SUFFIX_MAX * 11 + 1];
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < oid->len; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%u",
		    i > 0 ? "." : "", oid->ids[i]);
	return text;
}

static struct mib_oid
oid_of(const char *s)
{
	struct mib_oid oid = { .len = 0 };
	char *end;

	for (; *s != '\0'; s = *end == '.' ? end + 1 : end) {
		ck_assert_uint_lt(oid.len, MIB_SUFFIX_MAX);
		oid.ids[oid.len++] = (uint32_t)strtoul(s, &end, 10);
	}
	return oid;
}

static const char *
value_text(const struct mib_value *v)
{
	static const char *const types[] = {
		[MIB_INTEGER] = "integer",
		[MIB_GAUGE] = "gauge",
		[MIB_COUNTER] = "counter",
		[MIB_COUNTER64] = "counter64",
		[MIB_TICKS] = "ticks",
	};
	static char text[4 * sizeof(v->octets) + 3];
	size_t i, at = 1;

	if (v->type != MIB_OCTETS) {
		snprintf(text, sizeof(text), "%s %llu", types[v->type],
		    (unsigned long long)v->number);
		return text;
	}
	text[0] = '"';
	for (i = 0; i < v->len; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    v->octets[i] >= ' ' && v->octets[i] <= '~' ? "%c"
							       : "\\x%02x",
		    v->octets[i]);
	strcpy(text + at, "\"");
	return text;
}

/* What GET says, in words. */
static const char *
get(const char *s)
{
	static const char *const answers[] = {
		[MIB_OK] = "",
		[MIB_NO_OBJECT] = "no object",
		[MIB_NO_INSTANCE] = "no instance",
		[MIB_END] = "end",
		[MIB_BUSY] = "busy",
	};
	struct mib_oid oid = oid_of(s);
	struct mib_value value;
	enum mib_answer answer = mib_view_get(view, oid.ids, oid.len, &value);

	return answer == MIB_OK ? value_text(&value) : answers[answer];
}

/* Where GETNEXT leads, or "end" or "busy". */
static const char *
next(const char *s)
{
	struct mib_oid oid = oid_of(s);
	struct mib_value value;

	switch (mib_view_next(view, oid.ids, oid.len, &oid, &value)) {
	case MIB_OK:
		return oid_text(&oid);
	case MIB_END:
		return "end";
	default:
		return "busy";
	}
}

/* How many instances an object has. */
static unsigned
count(enum mib_object o)
{
	struct mib_oid oid = mib_oid(o), own = oid;
	struct mib_value value;
	unsigned n = 0;

	while (mib_view_next(view, oid.ids, oid.len, &oid, &value) == MIB_OK &&
	    mib_compare(oid.ids, own.len, own.ids, own.len) == 0)
		n++;
	return n;
}

START_TEST(test_get)
{
	size_t i;

	make_small();
	for (i = 0; i < ARRAY_SIZE(small); i++)
		unit_str(small[i].oid, get(small[i].oid), small[i].value);
}
END_TEST

START_TEST(test_next)
{
	const char *before = "";
	size_t i;

	make_small();
	for (i = 0; i < ARRAY_SIZE(small); i++) {
		unit_str(before, next(before), small[i].oid);
		before = small[i].oid;
	}
	unit_str(before, next(before), "end");
}
END_TEST

static const struct {
	const char *oid, *get, *next;
} others[] = {
	{ "", "no object", "1.1.1.0" },
	{ "0.1", "no object", "1.1.1.0" },
	{ "1.0", "no object", "1.1.1.0" },
	{ "1.1", "no object", "1.1.1.0" },
	{ "1.1.0", "no object", "1.1.1.0" },
	{ "1.1.1", "no instance", "1.1.1.0" },
	{ "1.1.1.0.0", "no instance", "1.1.2.0" },
	{ "1.1.1.1", "no instance", "1.1.2.0" },
	{ "1.1.7.1", "no instance", "1.2.1.0" },
	{ "1.1.8", "no object", "1.2.1.0" },
	{ "1.1.8.0", "no object", "1.2.1.0" },
	{ "1.2.10", "no object", "1.2.10.1.2.1" },
	{ "1.2.10.1.1", "no object", "1.2.10.1.2.1" },
	{ "1.2.10.1.1.1", "no object", "1.2.10.1.2.1" },
	{ "1.2.10.1.2", "no instance", "1.2.10.1.2.1" },
	{ "1.2.10.1.2.0", "no instance", "1.2.10.1.2.1" },
	{ "1.2.10.1.2.6", "no instance", "1.3.1.2.1" },
	{ "1.2.10.1.2.4294967295", "no instance", "1.3.1.2.1" },
	{ "1.2.10.1.3.1", "no object", "1.3.1.2.1" },
	{ "1.2.11", "no object", "1.3.1.2.1" },
	{ "1.3.0.9", "no object", "1.3.1.2.1" },
	{ "1.3.1.1.1", "no object", "1.3.1.2.1" },
	{ "1.3.1.2.0", "no instance", "1.3.1.2.1" },
	{ "1.3.1.2.1.0", "no instance", "1.3.1.2.3" },
	{ "1.3.1.2.2", "no instance", "1.3.1.2.3" },
	{ "1.3.1.2.2.4294967295", "no instance", "1.3.1.2.3" },
	{ "1.3.1.2.5", "no instance", "1.3.1.3.1" },
	{ "1.3.1.2.4294967295", "no instance", "1.3.1.3.1" },
	{ "1.3.1.24.1", "no object", "1.4.1.1.1" },
	{ "1.3.2", "no object", "1.4.1.1.1" },
	{ "1.4.1.12.4", "counter 0", "1.5.1.0" },
	{ "1.4.1.4294967295.1", "no object", "1.5.1.0" },
	{ "1.5.6.0", "counter 3", "end" },
	{ "1.6.1", "no object", "end" },
	{ "1.6.1.0", "no object", "end" },
	{ "2", "no object", "end" },
	{ "4294967295", "no object", "end" },
};

START_TEST(test_others)
{
	size_t i;

	make_small();
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		unit_str(others[i].oid, get(others[i].oid), others[i].get);
		unit_str(others[i].oid, next(others[i].oid), others[i].next);
	}
}
END_TEST

/*
 * The model: all instances that there are, in a sorted list, which is searched from its
 * beginning.
 */
#define LONG 8

struct start {
	uint32_t ids[LONG];
	size_t len;
};

static struct mib_oid model[1024];
static size_t n_model;

static bool
is_before(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	if (a_len == 0 || b_len == 0)
		return a_len < b_len;
	if (*a != *b)
		return *a < *b;
	return is_before(a + 1, a_len - 1, b + 1, b_len - 1);
}

static int
by_oid(const void *a, const void *b)
{
	const struct mib_oid *x = a, *y = b;

	return is_before(x->ids, x->len, y->ids, y->len) ? -1 : 1;
}

static void
add_model(enum mib_object o, uint32_t index)
{
	ck_assert_uint_lt(n_model, ARRAY_SIZE(model));
	model[n_model++] = mib_instance(o, index);
}

static void
make_model(const bool *enabled, uint32_t n)
{
	uint32_t index;
	unsigned i;

	n_model = 0;
	for (i = 0; i < MIB_OBJECTS; i++) {
		enum mib_object o = (enum mib_object)i;

		if (mib_row(o)->access != MIB_READ)
			continue;
		if (mib_instances(o) == MIB_SCALARS)
			add_model(o, 0);
		for (index = 1; mib_instances(o) == MIB_STATES && index <= 5;
		     index++)
			add_model(o, index);
		for (index = 1; mib_instances(o) == MIB_ENTRIES && index <= n;
		     index++)
			if (enabled[index - 1])
				add_model(o, index);
	}
	qsort(model, n_model, sizeof(model[0]), by_oid);
}

static bool
is_model(const struct start *at)
{
	size_t i;

	for (i = 0; i < n_model; i++)
		if (model[i].len == at->len &&
		    memcmp(model[i].ids, at->ids,
			at->len * sizeof(at->ids[0])) == 0)
			return true;
	return false;
}

static void
check_start(const struct start *at)
{
	struct mib_value value, same;
	enum mib_answer answer;
	struct mib_oid oid;
	size_t i;

	answer = mib_view_get(view, at->ids, at->len, &value);
	ck_assert_int_eq(answer == MIB_OK, is_model(at));
	for (i = 0; i < n_model; i++)
		if (is_before(at->ids, at->len, model[i].ids, model[i].len))
			break;
	answer = mib_view_next(view, at->ids, at->len, &oid, &value);
	ck_assert_int_eq(answer, i < n_model ? MIB_OK : MIB_END);
	if (i == n_model)
		return;
	ck_assert_str_eq(oid_text(&oid), oid_text(&model[i]));
	ck_assert_int_eq(mib_view_get(view, oid.ids, oid.len, &same), MIB_OK);
	ck_assert(value.type == same.type && value.number == same.number &&
	    value.len == same.len &&
	    memcmp(value.octets, same.octets, value.len) == 0);
}

/* That OID, what is before it and after it, and what is shorter and longer. */
static void
check_around(const struct mib_oid *oid)
{
	struct start at = { .len = oid->len };
	size_t i;

	memcpy(at.ids, oid->ids, oid->len * sizeof(oid->ids[0]));
	check_start(&at);
	for (i = 0; i < oid->len; i++) {
		at.ids[i]--;
		check_start(&at);
		at.ids[i] += 2;
		check_start(&at);
		at.ids[i] = UINT32_MAX;
		check_start(&at);
		at.ids[i] = oid->ids[i];
	}
	for (i = 0; i < oid->len; i++) {
		at.len = i;
		check_start(&at);
	}
	for (at.len = oid->len + 1; at.len <= LONG; at.len++) {
		at.ids[at.len - 1] = at.len % 2 == 0 ? UINT32_MAX : 0;
		check_start(&at);
	}
}

START_TEST(test_random)
{
	struct table_totals totals = { .config_serial = 0 };
	unsigned seed = 1 + (unsigned)_i;
	bool enabled[12] = { false };
	uint32_t n, index;
	size_t i;

	open_table(16);
	for (n = 0; n <= ARRAY_SIZE(enabled); n += 3) {
		for (index = 1; index <= n; index++) {
			char name[16];
			struct table_record r;

			snprintf(name, sizeof(name), "host%u", index);
			r = record_of(name);
			enabled[index - 1] = unit_random(&seed, 3) > 0;
			if (!enabled[index - 1])
				r.flags &= ~TABLE_ENABLED;
			write_record(&r);
		}
		totals.config_serial++;
		tell(totals);
		look();
		make_model(enabled, n);
		for (i = 0; i < n_model; i++)
			check_around(&model[i]);
	}
}
END_TEST

START_TEST(test_absent)
{
	look();
	ck_assert_str_eq(mib_view_why(view), "No such file or directory");
	unit_str("behind", get("1.1.7.0"), "gauge 4294967295");
	unit_str("version", get("1.1.1.0"), "\"\"");
	unit_str("started", get("1.1.2.0"),
	    "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"");
	unit_str("discontinuity", get("1.1.3.0"), "ticks 0");
	unit_str("worst", get("1.2.6.0"), "integer 3");
	unit_str("unknown", get("1.2.5.0"), "gauge 0");
	unit_str("entry", get("1.3.1.2.1"), "no instance");
	unit_str("entries", next("1.2.10.1.2.5"), "1.5.1.0");
	unit_str("sent", get("1.5.5.0"), "counter 7");
	ck_assert_uint_eq(count(MIB_psSumCount), 5);
	make_small();
	ck_assert_ptr_null(mib_view_why(view));
	ck_assert_uint_eq(count(MIB_psCheckName), 3);
	ck_assert_int_eq(rename(FILE_NAME, "other"), 0);
	look();
	ck_assert_uint_eq(count(MIB_psCheckName), 3);
	/* It is left only when nobody writes it any more. */
	now_us += 100 * CLOCK_SECOND;
	look();
	ck_assert_uint_eq(count(MIB_psCheckName), 0);
	ck_assert_int_eq(rename("other", FILE_NAME), 0);
	look();
	ck_assert_uint_eq(count(MIB_psCheckName), 3);
}
END_TEST

START_TEST(test_stale)
{
	make_small();
	now_us += 100 * CLOCK_SECOND;
	look();
	ck_assert_str_eq(mib_view_why(view), "is stale");
	unit_str("status", get("1.3.1.3.1"), "integer 3");
	unit_str("state", get("1.3.1.4.1"), "integer 2");
	unit_str("in state", get("1.3.1.21.1"), "gauge 100");
	unit_str("in flight", get("1.1.6.0"), "gauge 0");
	unit_str("behind", get("1.1.7.0"), "gauge 102001234");
	unit_str("entries", get("1.2.1.0"), "gauge 3");
	unit_str("critical", get("1.2.4.0"), "gauge 0");
	unit_str("unknown", get("1.2.5.0"), "gauge 3");
	unit_str("worst", get("1.2.6.0"), "integer 3");
	now_us += 5000 * CLOCK_SECOND;
	look();
	unit_str("behind", get("1.1.7.0"), "gauge 4294967295");
}
END_TEST

/* A moment lasts 10 ms, and what is known of the last one is not told in the next. */
START_TEST(test_moment)
{
	struct table_record r;

	make_small();
	unit_str("state", get("1.3.1.4.1"), "integer 2");
	r = record_of("mx1/smtp");
	r.port_state = PORT_CLOSED;
	write_record(&r);
	tell((struct table_totals){ .entries = 3, .config_serial = 9 });
	now_us += 9999;
	mib_view_refresh(view, now_us, UPTIME_CS + 100);
	unit_str("state", get("1.3.1.4.1"), "integer 2");
	now_us++;
	mib_view_refresh(view, now_us, UPTIME_CS + 100);
	unit_str("state", get("1.3.1.4.1"), "integer 3");
	/* A clock that was set back is another moment, too. */
	r.port_state = PORT_FILTERED;
	write_record(&r);
	tell((struct table_totals){ .entries = 3, .config_serial = 9 });
	now_us -= CLOCK_SECOND;
	mib_view_refresh(view, now_us, UPTIME_CS);
	unit_str("state", get("1.3.1.4.1"), "integer 4");
}
END_TEST

/* One that is gone before the serial says so, and one that comes with it. */
START_TEST(test_rows_change)
{
	struct table_totals totals = { .entries = 3, .config_serial = 9 };
	struct table_record r;

	make_small();
	r = record_of("mx1/smtp");
	r.flags &= ~TABLE_ENABLED;
	write_record(&r);
	r = record_of("gone");
	write_record(&r);
	tell(totals);
	look();
	unit_str("gone", get("1.3.1.2.1"), "no instance");
	unit_str("next", next("1.3.1.2"), "1.3.1.2.3");
	totals.config_serial++;
	tell(totals);
	look();
	unit_str("next", next("1.3.1.2"), "1.3.1.2.2");
	ck_assert_uint_eq(count(MIB_psStatsRtt), 3);
}
END_TEST

/* TimeStamps stay though sysUpTime and the clock are not told at the same time. */
START_TEST(test_epoch)
{
	unsigned i;

	make_small();
	for (i = 0; i < 50; i++) {
		now_us += CLOCK_SECOND;
		mib_view_refresh(view, now_us,
		    UPTIME_CS + (uint32_t)((now_us - NOW) / 10000) + i % 2);
		unit_str("change", get("1.3.1.22.1"), "ticks 90000");
	}
	/* The agent was restarted 90 s before the change. */
	mib_view_refresh(view, NOW + 200 * CLOCK_SECOND, 39000);
	unit_str("change", get("1.3.1.22.1"), "ticks 9000");
	mib_view_refresh(view, NOW + 300 * CLOCK_SECOND, 1);
	unit_str("change", get("1.3.1.22.1"), "ticks 0");
}
END_TEST

static void
overwrite(int64_t at, const void *bytes, size_t size)
{
	int fd = open(FILE_NAME, O_WRONLY);

	ck_assert_int_ne(fd, -1);
	ck_assert(table_pwrite(fd, bytes, size, at));
	close(fd);
}

START_TEST(test_damaged)
{
	make_small();
	overwrite(table_record_at(3) + 300, "damage", 6);
	look();
	unit_str("damaged", get("1.3.1.2.3"), "no instance");
	unit_str("next", next("1.3.1.2.1"), "1.3.1.2.4");
	ck_assert_uint_eq(count(MIB_psCheckName), 2);
	unit_str("entries", get("1.2.1.0"), "gauge 3");
	overwrite(0, "damage", 6);
	look();
	/* What is open was right once. */
	ck_assert_uint_eq(count(MIB_psCheckName), 2);
	overwrite(TABLE_LIVE_AT, "damage", 6);
	look();
	ck_assert_str_eq(mib_view_why(view), "is not a port table");
	ck_assert_uint_eq(count(MIB_psCheckName), 0);
	unit_str("worst", get("1.2.6.0"), "integer 3");
}
END_TEST

START_TEST(test_cut)
{
	make_small();
	ck_assert_int_eq(truncate(FILE_NAME, table_record_at(2)), 0);
	look();
	ck_assert_str_eq(mib_view_why(view), "was cut short");
	ck_assert_uint_eq(count(MIB_psCheckName), 0);
}
END_TEST

/* Of many that cannot be read, not all are passed over at one time. */
START_TEST(test_wreck)
{
	struct table_record r;
	uint32_t i;

	open_table(300);
	for (i = 1; i <= 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "host%u", i);
		r = record_of(name);
		write_record(&r);
	}
	tell((struct table_totals){ .entries = 300, .config_serial = 1 });
	look();
	for (i = 2; i <= 299; i++)
		overwrite(table_record_at(i) + 300, "damage", 6);
	look();
	unit_str("first", next("1.3.1.2"), "1.3.1.2.1");
	n_reads = 0;
	unit_str("second", next("1.3.1.2.1"), "busy");
	ck_assert_uint_lt(n_reads, 1000);
	unit_str("last", next("1.3.1.2.299"), "1.3.1.2.300");
}
END_TEST

START_TEST(test_busy)
{
	make_small();
	look();
	unsteady = true;
	unit_str("get", get("1.3.1.2.4"), "busy");
	unit_str("next", next("1.3.1.2.3"), "busy");
	unit_str("scalar", get("1.2.1.0"), "gauge 3");
	look();
	/* What is told of the whole stays. */
	unit_str("scalar", get("1.2.1.0"), "gauge 3");
	unit_str("next", next("1.3.1.2.3"), "busy");
	unsteady = false;
	look();
	unit_str("get", get("1.3.1.2.4"), "\"ns/udp/53\"");
}
END_TEST

START_TEST(test_busy_from_the_start)
{
	make_small();
	mib_view_free(view);
	view = mib_view_new(FILE_NAME, &notify);
	unsteady = true;
	look();
	unit_str("get", get("1.2.1.0"), "busy");
	unit_str("next", next(""), "busy");
	unsteady = false;
}
END_TEST

/* For the rows: nothing is said to be there or not, until there is again. */
START_TEST(test_memory)
{
	make_small();
	mib_view_free(view);
	view = mib_view_new(FILE_NAME, &notify);
	no_memory = true;
	look();
	unit_str("get", get("1.3.1.2.4"), "busy");
	unit_str("next", next("1.3.1.2.3"), "busy");
	unit_str("scalar", get("1.2.1.0"), "busy");
	no_memory = false;
	look();
	unit_str("next", next("1.3.1.2.3"), "1.3.1.2.4");
	unit_str("scalar", get("1.2.1.0"), "gauge 3");
}
END_TEST

static void
make_many(void)
{
	struct table_record r;
	uint32_t i;

	open_table(MANY);
	for (i = 1; i <= MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "host%u", i);
		r = record_of(name);
		write_record(&r);
	}
	tell((struct table_totals){ .entries = MANY, .config_serial = 1 });
}

/*
 * What it costs, in reads of the table: rows are found once, by their bits; a question
 * is one record, and many in turn are read many at a time.
 */
START_TEST(test_many)
{
	uint32_t ids[5] = { 1, 3, 1, 2, 0 };
	unsigned seed = 1, i;
	size_t before;
	struct mib_value value;
	struct mib_oid oid;

	make_many();
	before = mallinfo2().uordblks;
	n_reads = 0;
	look();
	ck_assert_uint_lt(n_reads, MANY / 8000 + 4);
	n_reads = n_bytes = 0;
	ck_assert_uint_eq(count(MIB_psCheckName), MANY);
	ck_assert_uint_lt(n_reads, MANY / 64 + 10);
	ck_assert_uint_lt(n_bytes, (MANY + 100) * 1024ul);
	n_reads = 0;
	look();
	ck_assert_uint_eq(n_reads, 1);
	for (i = 0; i < 1000; i++) {
		ids[4] = unit_random(&seed, MANY - 1) + 1;
		n_reads = 0;
		ids[3] = 2;
		ck_assert_int_eq(mib_view_next(view, ids, 5, &oid, &value),
		    MIB_OK);
		ck_assert_uint_eq(oid.ids[4], ids[4] + 1);
		for (ids[3] = 2; ids[3] <= 23; ids[3]++)
			ck_assert_int_eq(mib_view_get(view, oid.ids, oid.len,
					     &value),
			    MIB_OK);
		ck_assert_uint_le(n_reads, 1);
	}
	ck_assert_uint_lt(mallinfo2().uordblks - before, 1024 * 1024);
}
END_TEST

static struct table_event
event_of(enum table_event_kind kind)
{
	struct table_event e = {
		.number = 1,
		.at_us = NOW,
		.index = 1,
		.kind = (uint8_t)kind,
		.state = STATE_CRITICAL,
		.port_state = PORT_CLOSED,
		.old_port_state = PORT_OPEN,
		.outcome = OUTCOME_REFUSED,
		.rtt_us = 99000,
		.failed_rounds = 12,
		.lag_ms = 70,
		.reason = "refused",
		.name = "mx1/smtp",
	};

	return e;
}

/* Its number, and each object with its value, a line each. */
static void
put_notice(struct text *t, const struct mib_notice *n)
{
	size_t i;

	text_truncate(t, 0);
	text_printf(t, "%s\n", oid_text(&n->oid));
	for (i = 0; i < n->n; i++) {
		text_printf(t, "%s ", oid_text(&n->varbinds[i].oid));
		text_printf(t, "%s\n", value_text(&n->varbinds[i].value));
	}
}

static const struct {
	enum table_event_kind kind;
	const char *notice;
} notices[] = {
	{ TABLE_EVENT_DOWN,
	    "0.1\n"
	    "1.3.1.2.1 \"mx1/smtp\"\n"
	    "1.3.1.3.1 integer 2\n"
	    "1.3.1.4.1 integer 3\n"
	    "1.3.1.5.1 integer 3\n"
	    "1.3.1.6.1 \"mx1\"\n"
	    "1.3.1.7.1 integer 1\n"
	    "1.3.1.8.1 gauge 25\n"
	    "1.3.1.12.1 \"refused\"\n"
	    "1.6.1.0 integer 2\n" },
	{ TABLE_EVENT_LAGGED,
	    "0.2\n"
	    "1.3.1.2.1 \"mx1/smtp\"\n"
	    "1.3.1.3.1 integer 2\n"
	    "1.3.1.6.1 \"mx1\"\n"
	    "1.3.1.7.1 integer 1\n"
	    "1.3.1.8.1 gauge 25\n"
	    "1.3.1.18.1 gauge 70\n"
	    "1.3.1.19.1 integer 1\n"
	    "1.4.1.1.1 gauge 99000\n" },
	{ TABLE_EVENT_SEVERE,
	    "0.3\n"
	    "1.3.1.2.1 \"mx1/smtp\"\n"
	    "1.3.1.3.1 integer 2\n"
	    "1.3.1.4.1 integer 3\n"
	    "1.3.1.6.1 \"mx1\"\n"
	    "1.3.1.7.1 integer 1\n"
	    "1.3.1.8.1 gauge 25\n"
	    "1.3.1.20.1 integer 1\n"
	    "1.4.1.11.1 gauge 12\n" },
};

START_TEST(test_notice)
{
	struct table_event e = event_of(notices[_i].kind);
	struct mib_notice n;
	struct text t;

	make_small();
	text_init(&t, 4096);
	mib_notice_event(view, &e, &n);
	put_notice(&t, &n);
	ck_assert_str_eq(t.data, notices[_i].notice);
	text_free(&t);
}
END_TEST

/* Its end is the same notification, with what is so then. */
START_TEST(test_notice_of_end)
{
	struct table_event e = event_of(TABLE_EVENT_NORMAL);
	struct mib_notice n;

	make_small();
	e.rtt_us = UINT32_MAX;
	mib_notice_event(view, &e, &n);
	ck_assert_int_eq(n.kind, MIB_LAGGED);
	ck_assert_str_eq(value_text(&n.varbinds[6].value), "integer 2");
	ck_assert_str_eq(value_text(&n.varbinds[7].value), "gauge 0");
	e.kind = TABLE_EVENT_RECOVERED;
	mib_notice_event(view, &e, &n);
	ck_assert_int_eq(n.kind, MIB_SEVERE);
	ck_assert_str_eq(value_text(&n.varbinds[6].value), "integer 2");
	e.kind = TABLE_EVENT_UP;
	mib_notice_event(view, &e, &n);
	ck_assert_int_eq(n.kind, MIB_STATE_CHANGE);
}
END_TEST

/* An event tells its name also of what is in no table. */
START_TEST(test_notice_alone)
{
	struct table_event e = event_of(TABLE_EVENT_DOWN);
	struct mib_notice n;

	look();
	mib_notice_event(view, &e, &n);
	ck_assert_str_eq(value_text(&n.varbinds[0].value), "\"mx1/smtp\"");
	ck_assert_str_eq(value_text(&n.varbinds[1].value), "integer 2");
	ck_assert_str_eq(value_text(&n.varbinds[4].value), "\"\"");
}
END_TEST

START_TEST(test_storm)
{
	struct mib_notice n;
	struct text t;

	make_small();
	text_init(&t, 4096);
	mib_notice_storm(view, &n);
	put_notice(&t, &n);
	ck_assert_str_eq(t.data,
	    "0.4\n"
	    "1.2.1.0 gauge 3\n"
	    "1.2.3.0 gauge 1\n"
	    "1.2.4.0 gauge 1\n"
	    "1.2.5.0 gauge 1\n"
	    "1.5.6.0 counter 3\n");
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("mib_view");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, test_get);
	tcase_add_test(tc, test_next);
	tcase_add_test(tc, test_others);
	tcase_add_loop_test(tc, test_random, 0, 8);
	tcase_add_test(tc, test_absent);
	tcase_add_test(tc, test_stale);
	tcase_add_test(tc, test_moment);
	tcase_add_test(tc, test_rows_change);
	tcase_add_test(tc, test_epoch);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_cut);
	tcase_add_test(tc, test_wreck);
	tcase_add_test(tc, test_busy);
	tcase_add_test(tc, test_busy_from_the_start);
	tcase_add_test(tc, test_memory);
	tcase_add_test(tc, test_many);
	unit_rows(tc, test_notice, notices);
	tcase_add_test(tc, test_notice_of_end);
	tcase_add_test(tc, test_notice_alone);
	tcase_add_test(tc, test_storm);
	return unit_run("mib_view", tc);
}
