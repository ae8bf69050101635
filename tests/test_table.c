/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "outcome.h"
#include "table_layout.h"
#include "table_reader.h"
#include "unit.h"

#define FILE_NAME "table"
#define NOW INT64_C(1000000000)
#define RING 256

static char dir[] = "/tmp/test_table.XXXXXX";
static struct text words;

/* What a change of means another version. */
static const struct {
	const char *what;
	size_t is, was;
} layout[] = {
	{ "version", TABLE_VERSION, 1 },
	{ "head", sizeof(struct table_head), 56 },
	{ "head capacity", offsetof(struct table_head, capacity), 28 },
	{ "head check", offsetof(struct table_head, check), 48 },
	{ "live", sizeof(struct table_live), 272 },
	{ "live next_event", offsetof(struct table_live, next_event), 16 },
	{ "live totals", offsetof(struct table_live, totals), 64 },
	{ "live program", offsetof(struct table_live, program), 168 },
	{ "live check", offsetof(struct table_live, check), 264 },
	{ "totals states", offsetof(struct table_totals, states), 48 },
	{ "totals", sizeof(struct table_totals), 104 },
	{ "record", sizeof(struct table_record), 1024 },
	{ "record name", offsetof(struct table_record, name), 8 },
	{ "record flags", offsetof(struct table_record, flags), 272 },
	{ "record addr", offsetof(struct table_record, addr), 284 },
	{ "record interval", offsetof(struct table_record, interval_ms), 312 },
	{ "record rtt", offsetof(struct table_record, rtt_us), 332 },
	{ "record rtt_sum", offsetof(struct table_record, rtt_sum_us), 360 },
	{ "record last_event", offsetof(struct table_record, last_event), 424 },
	{ "record host", offsetof(struct table_record, host), 432 },
	{ "record reason", offsetof(struct table_record, reason), 776 },
	{ "record check", offsetof(struct table_record, check), 1016 },
	{ "event", sizeof(struct table_event), 512 },
	{ "event index", offsetof(struct table_event, index), 16 },
	{ "event rtt", offsetof(struct table_event, rtt_us), 28 },
	{ "event reason", offsetof(struct table_event, reason), 40 },
	{ "event name", offsetof(struct table_event, name), 168 },
	{ "event check", offsetof(struct table_event, check), 496 },
	{ "event done", offsetof(struct table_event, done), 504 },
	{ "bits", sizeof(struct table_bits), 1024 },
	{ "bits words", offsetof(struct table_bits, words), 16 },
	{ "live at", TABLE_LIVE_AT, 512 },
	{ "records at", TABLE_RECORDS_AT, 4096 },
};

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	text_init(&words, 4096);
}

static void
tear_down(void)
{
	char command[64];

	text_free(&words);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* The table, or NULL, with the words of now only. */
static struct table *
open_sized(uint32_t capacity, uint32_t ring)
{
	struct table_conf conf = { capacity, ring, "test", NOW };

	text_truncate(&words, 0);
	return table_open(FILE_NAME, &conf, &words);
}

static struct table *
opened(void)
{
	struct table *t = open_sized(64, RING);

	ck_assert_msg(t != NULL, "%s", words.data);
	return t;
}

static void
flush(struct table *t)
{
	ck_assert_msg(table_flush(t, NOW, &words), "%s", words.data);
}

/* A record of which each figure follows from one. */
static struct table_record
record_of(struct table *t, uint32_t index, uint32_t n)
{
	struct table_record r;

	(void)table_read(t, index, &r);
	r.flags = TABLE_USED | TABLE_ENABLED | TABLE_KNOWN;
	r.state = n % 4;
	r.probes = n;
	r.rtt_us = n * 7;
	memset(r.reason, 0, sizeof(r.reason));
	snprintf(r.reason, sizeof(r.reason), "round %u", n);
	return r;
}

static struct table_event
event_of(uint32_t index, enum table_event_kind kind)
{
	struct table_event e = { .at_us = NOW, .index = index };

	e.kind = (uint8_t)kind;
	e.state = kind == TABLE_EVENT_DOWN ? 2 : 0;
	e.old_state = 2 - e.state;
	e.outcome = kind == TABLE_EVENT_DOWN ? OUTCOME_REFUSED : OUTCOME_OK;
	memcpy(e.reason, "because", 8);
	return e;
}

static uint64_t
tell_event(struct table *t, uint32_t index, enum table_event_kind kind)
{
	struct table_event e = event_of(index, kind);

	return table_event(t, &e);
}

static const char *
name_of(unsigned n)
{
	static char name[32];

	snprintf(name, sizeof(name), "host%u/smtp", n);
	return name;
}

static void
fill(struct table *t, uint32_t n)
{
	uint32_t i;

	for (i = 1; i <= n; i++) {
		struct table_record r;

		ck_assert_uint_eq(table_index(t, name_of(i)), i);
		r = record_of(t, i, i);
		table_write(t, i, &r);
	}
	flush(t);
}

/* A reader that has just looked. */
static struct table_reader *
reader(void)
{
	struct table_reader *r = table_reader_open(FILE_NAME);

	(void)table_reader_refresh(r, NOW);
	return r;
}

static void
overwrite(int64_t at, const void *bytes, size_t size)
{
	int fd = open(FILE_NAME, O_WRONLY);

	ck_assert_int_ne(fd, -1);
	ck_assert(table_pwrite(fd, bytes, size, at));
	close(fd);
}

START_TEST(test_layout)
{
	ck_assert_msg(layout[_i].is == layout[_i].was,
	    "%s is %zu and was %zu: raise TABLE_VERSION", layout[_i].what,
	    layout[_i].is, layout[_i].was);
}
END_TEST

START_TEST(test_new)
{
	struct table *t = opened();
	struct table_reader *r;
	struct table_record record;
	uint32_t index = 0;

	ck_assert_str_eq(words.data, "");
	r = reader();
	ck_assert_ptr_null(table_reader_why(r));
	ck_assert_uint_eq(table_reader_live(r)->pid, (uint32_t)getpid());
	ck_assert_int_eq(table_reader_next(r, &index, &record), TABLE_NONE);
	ck_assert_uint_eq(table_index(t, "a/b"), 1);
	ck_assert_uint_eq(table_index(t, "a/c"), 2);
	ck_assert_uint_eq(table_index(t, "a/b"), 1);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_int_eq(table_reader_record(r, 1, &record), TABLE_NONE);
	flush(t);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_int_eq(table_reader_find(r, "a/c", &record), TABLE_OK);
	ck_assert_uint_eq(record.index, 2);
	ck_assert_int_eq(table_reader_find(r, "a/d", &record), TABLE_NONE);
	table_close(t);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_uint_eq(table_reader_live(r)->pid, 0);
	table_reader_close(r);
}
END_TEST

/* It grows, and forgets nothing but what a ring forgets; on disk there is nothing. */
START_TEST(test_in_memory)
{
	const struct table_conf conf = { 4, RING, "test", NOW };
	struct table *t = table_open(NULL, &conf, &words);
	struct table *other = table_open(NULL, &conf, &words);
	struct table_record r;
	struct table_event e;
	uint64_t from = 0, i;

	ck_assert_msg(t != NULL && other != NULL, "%s", words.data);
	fill(t, 300);
	for (i = 1; i <= 300; i++)
		ck_assert_uint_eq(tell_event(t, 7, TABLE_EVENT_DOWN), i);
	flush(t);
	table_done(t, 45);
	flush(t);
	ck_assert(table_undone(t, &from, &e));
	ck_assert_uint_eq(e.number, 46);
	ck_assert_str_eq(e.name, "host7/smtp");
	ck_assert(table_read(t, 299, &r));
	ck_assert_uint_eq(r.probes, 299);
	ck_assert_uint_eq(table_live(t)->missed, 44);
	ck_assert_uint_eq(table_count(other), 0);
	ck_assert_str_eq(words.data, "");
	ck_assert_msg(rmdir(dir) == 0, "something is on disk");
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(chdir(dir), 0);
	table_close(t);
	table_close(other);
}
END_TEST

#define MODEL_NAMES 150
#define MODEL_OPERATIONS 3000
#define MODEL_EVENTS (MODEL_OPERATIONS * 20)

/* So many at once now and then that no reader keeps up. */
#define MODEL_BURST (RING + 44)

/* What the table should hold. */
struct model {
	struct table *t;
	struct table_reader *r;
	uint32_t n;
	uint32_t index[MODEL_NAMES];      /* by name; 0: not given */
	uint32_t figure[MODEL_NAMES + 1]; /* by index */
	uint64_t next_event, done_below;
	bool done[MODEL_EVENTS];
	uint64_t cursor, lost, got;
};

static void
model_check(struct model *m)
{
	struct table_record record;
	struct table_event e;
	uint32_t index = 0, i;

	flush(m->t);
	ck_assert_int_eq(table_reader_refresh(m->r, NOW), TABLE_OK);
	for (i = 1; i <= m->n; i++) {
		ck_assert_int_eq(table_reader_next(m->r, &index, &record),
		    TABLE_OK);
		ck_assert_uint_eq(index, i);
		ck_assert_uint_eq(m->index[atoi(record.name + 4)], i);
		ck_assert_uint_eq(record.probes, m->figure[i]);
	}
	ck_assert_int_eq(table_reader_next(m->r, &index, &record), TABLE_NONE);
	while (table_reader_event(m->r, &m->cursor, &e, &m->lost) == TABLE_OK) {
		m->got++;
		ck_assert_uint_eq(e.number, m->got + m->lost);
	}
	ck_assert_uint_eq(m->got + m->lost + 1, m->next_event);
}

static void
model_undone(struct model *m)
{
	uint64_t from = 0, n;
	struct table_event e;

	n = m->next_event > RING ? m->next_event - RING : 1;
	for (; n < m->next_event; n++) {
		if (m->done[n])
			continue;
		ck_assert(table_undone(m->t, &from, &e));
		ck_assert_uint_eq(e.number, n);
	}
	ck_assert(!table_undone(m->t, &from, &e));
}

static void
model_write(struct model *m, uint32_t index)
{
	struct table_record record;

	ck_assert(table_read(m->t, index, &record) || m->figure[index] == 0);
	ck_assert_uint_eq(record.probes, m->figure[index]);
	m->figure[index]++;
	record = record_of(m->t, index, m->figure[index]);
	table_write(m->t, index, &record);
}

static void
model_step(struct model *m, unsigned *seed)
{
	unsigned name = unit_random(seed, MODEL_NAMES);
	unsigned what = unit_random(seed, 100);

	if (what < 2) {
		table_close(m->t);
		m->t = opened();
	} else if (what < 10) {
		uint32_t index = table_index(m->t, name_of(name));

		ck_assert(m->index[name] == 0 ? index == m->n + 1
					      : index == m->index[name]);
		m->index[name] = index;
		m->n = table_count(m->t);
	} else if (what < 20) {
		model_check(m);
		model_undone(m);
	} else if (m->index[name] == 0) {
		return;
	} else if (what < 40) {
		unsigned n = what == 39 ? MODEL_BURST : 1;

		for (; n > 0 && m->next_event < MODEL_EVENTS - 1; n--)
			ck_assert_uint_eq(tell_event(m->t, m->index[name],
					      1 + n % 6),
			    m->next_event++);
	} else if (what < 60) {
		uint64_t n = 1 + unit_random(seed, (unsigned)m->next_event);

		table_done(m->t, n);
		if (n < m->next_event)
			m->done[n] = true;
	} else
		model_write(m, m->index[name]);
}

START_TEST(test_model)
{
	struct model *m = calloc(1, sizeof(*m));
	unsigned seed = 7, i;

	ck_assert_ptr_nonnull(m);
	m->t = opened();
	m->r = reader();
	m->next_event = m->cursor = 1;
	for (i = 0; i < MODEL_OPERATIONS; i++)
		model_step(m, &seed);
	model_check(m);
	ck_assert_uint_gt(m->lost, 0);
	table_reader_close(m->r);
	table_close(m->t);
	free(m);
}
END_TEST

START_TEST(test_two_writers)
{
	struct table *t = opened();
	char pid[32];

	ck_assert_ptr_null(open_sized(64, RING));
	snprintf(pid, sizeof(pid), "process %d", getpid());
	ck_assert_ptr_nonnull(strstr(words.data, "in use by another daemon"));
	ck_assert_ptr_nonnull(strstr(words.data, pid));
	table_close(t);
	table_close(opened());
}
END_TEST

/* An event that was decided but whose record was not written. */
START_TEST(test_missed_event)
{
	struct table *t = opened();
	struct table_record record;
	uint64_t number;

	fill(t, 3);
	number = tell_event(t, 2, TABLE_EVENT_DOWN);
	(void)tell_event(t, 3, TABLE_EVENT_LAGGED);
	(void)tell_event(t, 3, TABLE_EVENT_SEVERE);
	(void)tell_event(t, 3, TABLE_EVENT_RECOVERED);
	table_close(t);
	t = opened();
	ck_assert_str_eq(words.data, "events that records had missed: 4\n");
	ck_assert(table_read(t, 2, &record));
	ck_assert_uint_eq(record.last_event, number);
	ck_assert_uint_eq(record.state, 2);
	ck_assert_uint_eq(record.flags,
	    TABLE_USED | TABLE_ENABLED | TABLE_KNOWN | TABLE_DOWN);
	ck_assert_uint_eq(record.changes, 1);
	ck_assert_int_eq(record.last_change_us, NOW);
	ck_assert_str_eq(record.reason, "because");
	ck_assert(table_read(t, 3, &record));
	ck_assert_uint_eq(record.flags,
	    TABLE_USED | TABLE_ENABLED | TABLE_KNOWN | TABLE_LAGGED);
	table_close(t);
	table_close(opened());
	ck_assert_str_eq(words.data, "");
}
END_TEST

/* Half of a record, as a lost power may leave it, has its name. */
START_TEST(test_torn_record)
{
	struct table *t = opened();
	struct table_record record;
	struct table_reader *r;

	fill(t, 3);
	table_close(t);
	overwrite(table_record_at(2) + 700, "torn", 4);
	r = reader();
	ck_assert_int_eq(table_reader_record(r, 2, &record), TABLE_DAMAGED);
	ck_assert_int_eq(table_reader_record(r, 3, &record), TABLE_OK);
	t = opened();
	ck_assert_str_eq(words.data,
	    "records of which only the name is left: 1\n");
	ck_assert_uint_eq(table_index(t, name_of(2)), 2);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_int_eq(table_reader_record(r, 2, &record), TABLE_OK);
	ck_assert_uint_eq(record.flags, TABLE_USED);
	ck_assert_int_eq(table_reader_live(r)->discontinuity_us, NOW);
	table_close(t);
	overwrite(table_record_at(2) + 20, "torn", 4);
	t = opened();
	ck_assert_str_eq(words.data, "records that are lost: 1\n");
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_int_eq(table_reader_record(r, 2, &record), TABLE_NONE);
	ck_assert_uint_eq(table_index(t, name_of(2)), 4);
	table_close(t);
	table_close(opened());
	ck_assert_str_eq(words.data, "");
	table_reader_close(r);
}
END_TEST

START_TEST(test_live_damaged)
{
	struct table *t = opened();
	struct table_reader *r;
	uint64_t from = 0;
	struct table_event e;

	fill(t, 5);
	(void)tell_event(t, 2, TABLE_EVENT_DOWN);
	(void)tell_event(t, 2, TABLE_EVENT_UP);
	table_done(t, 1);
	table_close(t);
	overwrite(TABLE_LIVE_AT + 9, "torn", 4);
	r = reader();
	ck_assert_str_eq(table_reader_why(r), "is damaged");
	t = opened();
	ck_assert_uint_eq(table_index(t, name_of(5)), 5);
	ck_assert_uint_eq(table_count(t), 5);
	ck_assert(table_undone(t, &from, &e));
	ck_assert_uint_eq(e.number, 2);
	ck_assert_uint_eq(tell_event(t, 1, TABLE_EVENT_DOWN), 3);
	table_close(t);
	table_reader_close(r);
}
END_TEST

START_TEST(test_done)
{
	struct table *t = opened();
	struct table_event e;
	uint64_t from = 0, i;

	fill(t, 1);
	for (i = 0; i < 10; i++)
		(void)tell_event(t, 1, TABLE_EVENT_DOWN);
	flush(t);
	table_done(t, 9);
	table_done(t, 2);
	flush(t);
	table_done(t, 1);
	ck_assert_uint_eq(table_live(t)->done_below, 3);
	table_close(t);
	t = opened();
	ck_assert_uint_eq(table_live(t)->done_below, 3);
	for (i = 3; i <= 10; i++)
		if (i != 9) {
			ck_assert(table_undone(t, &from, &e));
			ck_assert_uint_eq(e.number, i);
		}
	ck_assert(!table_undone(t, &from, &e));
	/* Another ring keeps them. */
	table_close(t);
	t = open_sized(64, 4);
	ck_assert_uint_eq(table_live(t)->done_below, 7);
	table_done(t, 7);
	table_done(t, 8);
	ck_assert_uint_eq(table_live(t)->done_below, 10);
	for (i = 0; i < 6; i++)
		(void)tell_event(t, 1, TABLE_EVENT_UP);
	ck_assert_uint_eq(table_live(t)->missed, 3);
	table_done_all(t);
	from = 0;
	ck_assert(!table_undone(t, &from, &e));
	table_close(t);
}
END_TEST

START_TEST(test_retire)
{
	static const bool kept[3] = { true, false, true };
	struct table *t = opened();
	struct table_record record;

	fill(t, 3);
	table_retire(t, kept);
	table_close(t);
	t = opened();
	ck_assert(table_read(t, 2, &record));
	ck_assert_uint_eq(record.flags, TABLE_USED | TABLE_KNOWN);
	ck_assert_uint_eq(record.probes, 2);
	ck_assert(table_read(t, 3, &record));
	ck_assert_uint_ne(record.flags & TABLE_ENABLED, 0);
	ck_assert_uint_eq(table_index(t, name_of(2)), 2);
	table_close(t);
}
END_TEST

START_TEST(test_growth)
{
	struct table *t = opened();
	struct table_reader *r;
	struct table_record record;
	uint32_t index = 0, i, n;

	fill(t, 60);
	r = reader();
	for (i = 1; i <= 1000; i++) {
		if (i > 60) {
			ck_assert_uint_eq(table_index(t, name_of(i)), i);
			flush(t);
		}
		if (i % 10 != 0)
			continue;
		/* The table that is being read stays what it was. */
		n = table_reader_live(r)->n_records;
		ck_assert_int_eq(table_reader_next(r, &index, &record),
		    TABLE_OK);
		unit_str("growth", record.name, name_of(index));
		if (index == n || i % 100 == 0) {
			ck_assert_int_eq(table_reader_refresh(r, NOW),
			    TABLE_OK);
			ck_assert_uint_eq(table_reader_live(r)->n_records,
			    i < 60 ? 60 : i);
		}
	}
	ck_assert_int_eq(table_reader_find(r, name_of(997), &record), TABLE_OK);
	ck_assert_uint_eq(record.index, 997);
	table_reader_close(r);
	table_close(t);
}
END_TEST

START_TEST(test_slow_reader)
{
	struct table *t = opened();
	struct table_reader *r = reader();
	uint64_t cursor = 1, lost = 0, got = 0;
	struct table_event e;
	unsigned i, k;

	fill(t, 10);
	for (i = 1; i <= 10000; i++) {
		(void)tell_event(t, 1 + i % 10, TABLE_EVENT_DOWN + i % 2);
		if (i % 100 != 0)
			continue;
		flush(t);
		if (i % 300 != 0)
			continue;
		/* Some of what it had seen is overwritten before it is read. */
		ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
		for (k = 0; k < 37; k++) {
			ck_assert_int_eq(table_reader_event(r, &cursor, &e,
					     &lost),
			    TABLE_OK);
			ck_assert_uint_eq(e.number, ++got + lost);
		}
	}
	flush(t);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	while (table_reader_event(r, &cursor, &e, &lost) == TABLE_OK)
		got++;
	ck_assert_uint_eq(got + lost, 10000);
	ck_assert_uint_ge(lost, 10000 / 300 * 44);
	table_reader_close(r);
	table_close(t);
}
END_TEST

START_TEST(test_burst)
{
	struct table *t = open_sized(64, 16384);
	struct table_reader *r = reader();
	uint64_t cursor = 1, lost = 0, got = 0;
	struct table_event e;
	unsigned i;

	fill(t, 10);
	for (i = 0; i < 10000; i++)
		(void)tell_event(t, 1 + i % 10, TABLE_EVENT_DOWN);
	flush(t);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	while (table_reader_event(r, &cursor, &e, &lost) == TABLE_OK)
		ck_assert_uint_eq(e.number, ++got);
	ck_assert_uint_eq(got, 10000);
	ck_assert_uint_eq(lost, 0);
	table_reader_close(r);
	table_close(t);
}
END_TEST

START_TEST(test_stale)
{
	struct table *t = opened();
	struct table_totals totals = { .stale_us = NOW + 5,
		.config_serial = 1 };
	struct table_reader *r;

	table_tell(t, &totals);
	flush(t);
	r = reader();
	ck_assert(!table_reader_stale(r, NOW + 5));
	ck_assert(table_reader_stale(r, NOW + 6));
	table_reader_close(r);
	table_close(t);
}
END_TEST

/* Each index has the name that it had, or is lost. */
static void
check_names(struct table *t, uint32_t n)
{
	uint32_t i, index;

	for (i = 1; i <= n; i++) {
		index = table_index(t, name_of(i));
		ck_assert(index == i || index > n);
	}
	flush(t);
}

static void
read_all(uint32_t n)
{
	struct table_reader *r = reader();
	struct table_record record;
	struct table_event e;
	enum table_answer answer;
	uint64_t cursor = 1, lost = 0, got = 0;
	uint32_t index = 0;

	while ((answer = table_reader_next(r, &index, &record)) != TABLE_NONE &&
	    answer != TABLE_MISSING)
		if (answer == TABLE_OK && index <= n)
			unit_str("read", record.name, name_of(index));
	while (table_reader_event(r, &cursor, &e, &lost) == TABLE_OK)
		got++;
	ck_assert_uint_eq(cursor, got + lost + 1);
	table_reader_close(r);
}

static void
fresh(void)
{
	struct table *t;

	(void)unlink(FILE_NAME);
	t = opened();
	fill(t, 60);
	(void)tell_event(t, 7, TABLE_EVENT_DOWN);
	table_close(t);
}

START_TEST(test_truncated)
{
	struct stat st;
	struct table *t;
	int i;

	for (i = 0; i <= 16; i++) {
		fresh();
		ck_assert_int_eq(stat(FILE_NAME, &st), 0);
		ck_assert_int_eq(truncate(FILE_NAME, st.st_size * i / 16), 0);
		read_all(60);
		t = opened();
		check_names(t, i == 0 ? 0 : 60);
		table_close(t);
		read_all(i == 0 ? 0 : 60);
	}
}
END_TEST

START_TEST(test_flipped)
{
	unsigned seed = (unsigned)_i + 1, n, i;
	struct stat st;
	struct table *t;

	fresh();
	ck_assert_int_eq(stat(FILE_NAME, &st), 0);
	n = 1 + unit_random(&seed, 40);
	for (i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)unit_random(&seed, 256);

		/* Mostly where something is. */
		overwrite(unit_random(&seed,
			      unit_random(&seed, 8) == 0 ? (unsigned)st.st_size
							 : 61 * 1024),
		    &byte, 1);
	}
	read_all(60);
	t = opened();
	check_names(t, strstr(words.data, "new table") != NULL ? 0 : 60);
	table_close(t);
	read_all(strstr(words.data, "new table") != NULL ? 0 : 60);
}
END_TEST

/* Another head: a new table is begun, and what was there is kept. */
static void
check_kept(const char *why)
{
	struct table_reader *r = reader();
	struct table *t;

	ck_assert_ptr_null(table_reader_live(r));
	unit_str("reader", table_reader_why(r), why);
	t = opened();
	ck_assert_msg(strstr(words.data, why) != NULL, "%s", words.data);
	ck_assert_msg(strstr(words.data, ".bad-") != NULL, "%s", words.data);
	ck_assert_uint_eq(table_index(t, "first"), 1);
	flush(t);
	table_close(t);
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	table_reader_close(r);
}

START_TEST(test_other_tables)
{
	static const uint32_t swapped = 0x04030201, version = 2;

	fresh();
	overwrite(offsetof(struct table_head, version), &version, 4);
	check_kept("is of another version of portstate");
	ck_assert_int_eq(access(FILE_NAME ".bad-1", F_OK), 0);
	fresh();
	overwrite(offsetof(struct table_head, byte_order), &swapped, 4);
	check_kept("is of a machine with another byte order");
	ck_assert_int_eq(access(FILE_NAME ".bad-2", F_OK), 0);
	fresh();
	overwrite(0, "#!/bin/sh\n", 10);
	check_kept("is not a port table");
	fresh();
	overwrite(offsetof(struct table_head, ring), &version, 4);
	check_kept("is damaged");
}
END_TEST

START_TEST(test_no_tables)
{
	struct table_reader *r;

	r = reader();
	unit_str("missing", table_reader_why(r), "No such file or directory");
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_MISSING);
	ck_assert_int_eq(mkdir(FILE_NAME, 0700), 0);
	(void)table_reader_refresh(r, NOW);
	unit_str("directory", table_reader_why(r), "is not a regular file");
	ck_assert_ptr_null(open_sized(64, RING));
	ck_assert_str_eq(words.data, "table: Is a directory");
	ck_assert_int_eq(rmdir(FILE_NAME), 0);
	ck_assert_int_eq(mkfifo(FILE_NAME, 0600), 0);
	(void)table_reader_refresh(r, NOW);
	unit_str("FIFO", table_reader_why(r), "is not a regular file");
	ck_assert_ptr_null(open_sized(64, RING));
	ck_assert_str_eq(words.data, "table: is not a regular file");
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	ck_assert_int_eq(symlink("elsewhere", FILE_NAME), 0);
	ck_assert_ptr_null(open_sized(64, RING));
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	ck_assert_int_eq(close(open(FILE_NAME, O_CREAT | O_WRONLY, 0600)), 0);
	(void)table_reader_refresh(r, NOW);
	unit_str("empty", table_reader_why(r), "is empty");
	table_close(opened());
	ck_assert_str_eq(words.data, "");
	table_reader_close(r);
}
END_TEST

START_TEST(test_no_permission)
{
	struct table_reader *r;

	fresh();
	ck_assert_int_eq(chmod(FILE_NAME, 0400), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(chmod(dir, 0755), 0);
		ck_assert_int_eq(seteuid(65534), 0);
		r = reader();
		unit_str("reader", table_reader_why(r), "Permission denied");
		table_reader_close(r);
	}
	ck_assert_ptr_null(open_sized(64, RING));
	ck_assert_str_eq(words.data, "table: Permission denied");
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

enum meddling { REMOVED, CUT, EMPTIED, REPLACED, MEDDLINGS };

/* What somebody does to the file while we write it. */
static void
meddle(enum meddling how)
{
	switch (how) {
	case REMOVED:
		ck_assert_int_eq(unlink(FILE_NAME), 0);
		break;
	case CUT:
		ck_assert_int_eq(truncate(FILE_NAME, 10 * 1024), 0);
		break;
	case EMPTIED:
		ck_assert_int_eq(truncate(FILE_NAME, 0), 0);
		break;
	case REPLACED:
		ck_assert_int_eq(rename(FILE_NAME, "elsewhere"), 0);
		ck_assert_int_eq(close(open(FILE_NAME, O_CREAT | O_WRONLY,
				     0600)),
		    0);
		overwrite(0, "something else", 14);
		break;
	case MEDDLINGS:
		break;
	}
}

START_TEST(test_meddled)
{
	struct table *t = opened();
	struct table_reader *r;
	struct table_record record;
	uint64_t cursor = 1, lost = 0;
	bool cut = _i == CUT || _i == EMPTIED;
	struct table_event e;

	fill(t, 60);
	r = reader();
	(void)tell_event(t, 1, TABLE_EVENT_DOWN);
	flush(t);
	meddle((enum meddling)_i);
	record = record_of(t, 60, 777);
	table_write(t, 60, &record);
	(void)tell_event(t, 2, TABLE_EVENT_DOWN);
	ck_assert_msg(table_flush(t, NOW + CLOCK_SECOND, &words), "%s",
	    words.data);
	ck_assert_ptr_nonnull(strstr(words.data, "was cut, removed or"));
	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	ck_assert_int_eq(table_reader_find(r, name_of(60), &record), TABLE_OK);
	ck_assert_uint_eq(record.probes, 777);
	ck_assert_int_eq(table_reader_find(r, name_of(40), &record), TABLE_OK);
	ck_assert_uint_eq(record.index, 40);
	ck_assert_uint_eq(record.probes, cut ? 0 : 40);
	ck_assert_int_eq(table_reader_event(r, &cursor, &e, &lost), TABLE_OK);
	ck_assert_uint_eq(e.number, cut ? 2 : 1);
	ck_assert_int_eq(access(FILE_NAME ".bad-1", F_OK),
	    _i == REPLACED ? 0 : -1);
	ck_assert_ptr_null(open_sized(64, RING));
	table_reader_close(r);
	table_close(t);
	t = opened();
	ck_assert_uint_eq(table_count(t), 60);
	table_close(t);
}
END_TEST

/* A file of another daemon that has our name is left alone. */
START_TEST(test_usurped)
{
	struct table *t = opened(), *other;
	struct table_record record;

	fill(t, 3);
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	other = opened();
	record = record_of(t, 2, 99);
	table_write(t, 2, &record);
	ck_assert(!table_flush(t, NOW + CLOCK_SECOND, &words));
	ck_assert_ptr_nonnull(strstr(words.data, "another file has its name"));
	text_truncate(&words, 0);
	ck_assert(!table_flush(t, NOW + 3 * CLOCK_SECOND, &words));
	ck_assert_str_eq(words.data, "");
	ck_assert(table_read(t, 2, &record));
	ck_assert_uint_eq(record.probes, 99);
	table_close(other);
	ck_assert(table_flush(t, NOW + 5 * CLOCK_SECOND, &words));
	ck_assert_str_eq(words.data, "table: is written again\n");
	table_close(t);
	t = opened();
	ck_assert(table_read(t, 2, &record));
	ck_assert_uint_eq(record.probes, 99);
	table_close(t);
}
END_TEST

/* A small file system of our own in the directory; false: it cannot be. */
static bool
own_mount(const char *options)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", dir, "tmpfs", 0, options) == -1)
		return false;
	ck_assert_int_eq(chdir(dir), 0);
	return true;
}

static void
leave_mount(void)
{
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(umount2(dir, MNT_DETACH), 0);
}

START_TEST(test_disk_full)
{
	struct table *t;
	struct table_reader *r;
	struct table_record record;
	uint32_t i;

	if (!own_mount("size=400k")) {
		fprintf(stderr, "# no mount namespace: skipped\n");
		return;
	}
	ck_assert_ptr_null(open_sized(1024, RING));
	ck_assert_ptr_nonnull(strstr(words.data, "No space left on device"));
	t = opened();
	fill(t, 60);
	text_truncate(&words, 0);
	for (i = 61; i <= 400; i++) {
		ck_assert_uint_eq(table_index(t, name_of(i)), i);
		record = record_of(t, i, i);
		table_write(t, i, &record);
		(void)tell_event(t, i, TABLE_EVENT_DOWN);
		(void)table_flush(t, NOW + i * CLOCK_SECOND, &words);
	}
	ck_assert_str_eq(words.data,
	    "table: cannot be made anew: No space left on device\n");
	ck_assert_int_eq(access(FILE_NAME ".new", F_OK), -1);
	/* What has its place is written. */
	record = record_of(t, 5, 555);
	table_write(t, 5, &record);
	ck_assert(!table_flush(t, NOW + 450 * CLOCK_SECOND, &words));
	r = reader();
	ck_assert_int_eq(table_reader_record(r, 5, &record), TABLE_OK);
	ck_assert_uint_eq(record.probes, 555);
	ck_assert_uint_eq(table_reader_live(r)->n_records, 64);
	table_reader_close(r);
	ck_assert(table_read(t, 400, &record));
	ck_assert_uint_eq(record.probes, 400);
	read_all(64);
	ck_assert_int_eq(mount("", dir, "", MS_REMOUNT, "size=8m"), 0);
	text_truncate(&words, 0);
	ck_assert(table_flush(t, NOW + 500 * CLOCK_SECOND, &words));
	ck_assert_str_eq(words.data, "table: is written again\n");
	table_close(t);
	t = opened();
	ck_assert_uint_eq(table_count(t), 400);
	ck_assert_uint_eq(table_live(t)->next_event, 341);
	table_close(t);
	read_all(400);
	leave_mount();
}
END_TEST

START_TEST(test_read_only)
{
	if (!own_mount("size=400k")) {
		fprintf(stderr, "# no mount namespace: skipped\n");
		return;
	}
	fresh();
	ck_assert_int_eq(mount("", dir, "", MS_REMOUNT | MS_RDONLY, ""), 0);
	read_all(60);
	ck_assert_ptr_null(open_sized(64, RING));
	ck_assert_str_eq(words.data, "table: Read-only file system");
	leave_mount();
}
END_TEST

/* Which the configuration has. */
START_TEST(test_enabled)
{
	struct table_reader *r;
	struct table *t = opened();
	uint64_t bits = 0;
	uint32_t i;
	bool kept[40];

	fill(t, ARRAY_SIZE(kept));
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		kept[i] = i % 3 == 0;
	ck_assert_uint_eq(table_retire(t, kept), 26);
	flush(t);
	r = reader();
	table_reader_enabled(r, &bits);
	ck_assert_uint_eq(bits, UINT64_C(0x9249249249));
	table_reader_close(r);
	table_close(t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	unit_rows(tc, test_layout, layout);
	tcase_add_test(tc, test_new);
	tcase_add_test(tc, test_enabled);
	tcase_add_test(tc, test_in_memory);
	tcase_add_test(tc, test_model);
	tcase_add_test(tc, test_two_writers);
	tcase_add_test(tc, test_missed_event);
	tcase_add_test(tc, test_torn_record);
	tcase_add_test(tc, test_live_damaged);
	tcase_add_test(tc, test_done);
	tcase_add_test(tc, test_retire);
	tcase_add_test(tc, test_growth);
	tcase_add_test(tc, test_slow_reader);
	tcase_add_test(tc, test_burst);
	tcase_add_test(tc, test_stale);
	tcase_add_test(tc, test_truncated);
	tcase_add_loop_test(tc, test_flipped, 0, 30);
	tcase_add_test(tc, test_other_tables);
	tcase_add_test(tc, test_no_tables);
	tcase_add_test(tc, test_no_permission);
	tcase_add_loop_test(tc, test_meddled, 0, MEDDLINGS);
	tcase_add_test(tc, test_usurped);
	tcase_add_test(tc, test_disk_full);
	tcase_add_test(tc, test_read_only);
	return unit_run("table", tc);
}
