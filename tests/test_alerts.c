/* SPDX-License-Identifier: ISC */
#include "alerts.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alerts_file.h"
#include "clock.h"
#include "outcome.h"
#include "unit.h"

static const struct alerts_conf usual = { 10, 5, 3 * CLOCK_SECOND, 0 };

static uint64_t number;

static void
happen(struct alerts *a, uint32_t index, enum table_event_kind kind,
    int64_t now_us)
{
	bool up = kind == TABLE_EVENT_UP;
	const struct table_event e = {
		.number = ++number,
		.index = index,
		.kind = (uint8_t)kind,
		.port_state = up ? PORT_OPEN : PORT_CLOSED,
		.old_port_state = up ? PORT_CLOSED : PORT_OPEN,
	};

	alerts_take(a, &e, now_us);
}

static void
expect_next(struct alerts *a, int64_t now_us, uint32_t index, bool raised)
{
	struct alert one;

	ck_assert(alerts_next(a, now_us, &one));
	ck_assert_uint_eq(one.index, index);
	ck_assert_int_eq(one.raised, raised);
	alerts_sent(a, &one);
}

static void
expect_none(struct alerts *a, int64_t now_us)
{
	struct alert one;

	ck_assert(!alerts_next(a, now_us, &one));
}

static void
expect_counts(const struct alerts *a, uint64_t sent, uint64_t suppressed)
{
	struct alerts_counts c = alerts_counts(a);

	ck_assert_uint_eq(c.sent, sent);
	ck_assert_uint_eq(c.suppressed, suppressed);
}

START_TEST(order)
{
	struct alerts *a = alerts_new(&usual);
	struct alert one;

	ck_assert_int_eq(alerts_due(a, 1), CLOCK_NEVER);
	happen(a, 7, TABLE_EVENT_DOWN, 1);
	happen(a, 3, TABLE_EVENT_LAGGED, 1);
	happen(a, 7, TABLE_EVENT_SEVERE, 1);
	ck_assert_int_eq(alerts_due(a, 1), 1);
	ck_assert(alerts_next(a, 1, &one));
	ck_assert_int_eq(one.kind, ALERT_STATE);
	ck_assert_uint_eq(one.event, number - 2);
	ck_assert_uint_eq(one.old_port_state, PORT_OPEN);
	alerts_sent(a, &one);
	ck_assert(alerts_next(a, 1, &one));
	ck_assert_int_eq(one.kind, ALERT_LAG);
	alerts_sent(a, &one);
	ck_assert(alerts_next(a, 1, &one));
	ck_assert_int_eq(one.kind, ALERT_SEVERITY);
	alerts_sent(a, &one);
	expect_none(a, 1);
	expect_counts(a, 3, 0);
	alerts_free(a);
}
END_TEST

START_TEST(what_nobody_was_told_is_not_taken_back)
{
	struct alerts *a = alerts_new(&usual);

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	happen(a, 1, TABLE_EVENT_UP, 1);
	expect_none(a, 1);
	expect_counts(a, 0, 2);
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	happen(a, 1, TABLE_EVENT_UP, 1);
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	expect_next(a, 1, 1, true);
	expect_none(a, 1);
	expect_counts(a, 1, 4);
	alerts_free(a);
}
END_TEST

START_TEST(rate)
{
	struct alerts *a = alerts_new(&usual);
	int64_t now_us = CLOCK_SECOND;
	uint32_t i;

	for (i = 1; i <= 7; i++)
		happen(a, i, TABLE_EVENT_DOWN, now_us);
	for (i = 1; i <= 5; i++)
		expect_next(a, now_us, i, true);
	expect_none(a, now_us);
	ck_assert_int_gt(alerts_due(a, now_us), now_us + 99000);
	ck_assert_int_lt(alerts_due(a, now_us), now_us + 101000);
	now_us = alerts_due(a, now_us);
	expect_next(a, now_us, 6, true);
	expect_none(a, now_us);
	expect_next(a, now_us + 100 * CLOCK_MILLISECOND, 7, true);
	alerts_free(a);
}
END_TEST

START_TEST(storm)
{
	const struct alerts_conf conf = { 1, 1, 3 * CLOCK_SECOND,
		10 * CLOCK_SECOND };
	struct alerts *a = alerts_new(&conf);
	int64_t now_us = CLOCK_SECOND;
	unsigned sent = 0, storms = 0, i;
	struct alert one;

	for (i = 1; i <= 100; i++)
		happen(a, i, TABLE_EVENT_DOWN, now_us);
	for (i = 0; i < 50; i++) {
		while (alerts_next(a, now_us, &one)) {
			alerts_sent(a, &one);
			sent++;
		}
		storms += alerts_storm(a, now_us);
		now_us += 500 * CLOCK_MILLISECOND;
	}
	ck_assert_uint_ge(sent, 3);
	ck_assert_uint_le(sent, 5);
	ck_assert_uint_eq(storms, 1);
	expect_counts(a, sent, 100 - sent);

	/* Only the all-clears of those that were sent come, and all of them. */
	for (i = 1; i <= 100; i++)
		happen(a, i, TABLE_EVENT_UP, now_us);
	for (i = 0; i < 50; i++) {
		while (alerts_next(a, now_us, &one)) {
			ck_assert(!one.raised);
			alerts_sent(a, &one);
			sent--;
		}
		now_us += CLOCK_SECOND;
	}
	ck_assert_uint_eq(sent, 0);
	ck_assert(!alerts_storm(a, now_us));
	alerts_lost(a, 3);
	ck_assert(alerts_storm(a, now_us));
	ck_assert(!alerts_storm(a, now_us));
	alerts_free(a);
}
END_TEST

START_TEST(interval)
{
	const struct alerts_conf conf = { 100, 100, CLOCK_SECOND,
		10 * CLOCK_SECOND };
	struct alerts *a = alerts_new(&conf);

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	expect_next(a, 1, 1, true);
	happen(a, 1, TABLE_EVENT_UP, 2);
	happen(a, 2, TABLE_EVENT_DOWN, 2);
	/* The other one goes past. */
	expect_next(a, 2, 2, true);
	expect_none(a, 2);
	ck_assert_int_eq(alerts_due(a, 2), 10 * CLOCK_SECOND + 1);
	expect_next(a, 10 * CLOCK_SECOND + 1, 1, false);
	alerts_free(a);
}
END_TEST

START_TEST(on_its_way)
{
	struct alerts *a = alerts_new(&usual);
	struct alert one;

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	ck_assert(alerts_next(a, 1, &one));
	/* It counts as told. */
	happen(a, 1, TABLE_EVENT_UP, 1);
	expect_none(a, 1);
	alerts_sent(a, &one);
	ck_assert_int_eq(alerts_due(a, 1), 1);
	ck_assert(alerts_next(a, 1, &one));
	ck_assert(!one.raised);
	/* An all-clear that fails comes again, an alarm does not. */
	alerts_failed(a, &one, 1);
	ck_assert(alerts_next(a, 1, &one));
	ck_assert(!one.raised);
	alerts_sent(a, &one);
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	ck_assert(alerts_next(a, 1, &one));
	alerts_failed(a, &one, 1);
	expect_none(a, 1);
	expect_counts(a, 2, 1);
	ck_assert(alerts_storm(a, 1));
	happen(a, 1, TABLE_EVENT_UP, 1);
	expect_none(a, 1);
	alerts_free(a);
}
END_TEST

START_TEST(told)
{
	struct alerts *a = alerts_new(&usual);
	struct alert one;
	uint32_t i = 0;

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	happen(a, 2, TABLE_EVENT_DOWN, 1);
	ck_assert(!alerts_told(a, &i, &one));
	expect_next(a, 1, 1, true);
	expect_next(a, 1, 2, true);
	i = 0;
	ck_assert(alerts_told(a, &i, &one));
	ck_assert_uint_eq(one.index, 1);
	alerts_clear(a, &one, 1);
	ck_assert(alerts_told(a, &i, &one));
	ck_assert_uint_eq(one.index, 2);
	alerts_forget(a, &one);
	ck_assert(!alerts_told(a, &i, &one));
	ck_assert(alerts_next(a, 1, &one));
	ck_assert_uint_eq(one.index, 1);
	ck_assert(!one.raised);
	ck_assert_uint_eq(one.event, 0);
	expect_none(a, 1);
	alerts_free(a);
}
END_TEST

/* That of a process that was killed goes on in another one. */
static struct alerts *
revive(struct alerts *a, bool complete)
{
	const struct alerts_file f = { complete, 11, 22, 33, 4 };
	struct alerts *b = alerts_new(&usual);
	char path[] = "/tmp/test_alerts.XXXXXX";
	struct alerts_file g;
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	ck_assert_ptr_null(alerts_file_write(path, &f, a));
	ck_assert_ptr_null(alerts_file_read(path, &g, b, 1));
	ck_assert_int_eq(g.complete, complete);
	ck_assert_int_eq(g.began_us, 11);
	ck_assert_int_eq(g.born_us, 22);
	ck_assert_uint_eq(g.next, 33);
	ck_assert_uint_eq(g.storms, 4);
	(void)unlink(path);
	alerts_free(a);
	return b;
}

START_TEST(memory)
{
	struct alerts *a = alerts_new(&usual);
	struct alert one;

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	expect_next(a, 1, 1, true);
	happen(a, 2, TABLE_EVENT_LAGGED, 1);
	ck_assert(alerts_next(a, 1, &one));
	happen(a, 3, TABLE_EVENT_SEVERE, 1);
	a = revive(a, true);
	expect_counts(a, 1, 0);
	/* What was on its way comes again, what waited comes. */
	ck_assert(alerts_next(a, 1, &one));
	ck_assert_uint_eq(one.index, 2);
	ck_assert_int_eq(one.kind, ALERT_LAG);
	alerts_sent(a, &one);
	expect_next(a, 1, 3, true);
	expect_none(a, 1);
	happen(a, 1, TABLE_EVENT_UP, 1);
	expect_next(a, 1, 1, false);
	alerts_free(a);
}
END_TEST

START_TEST(unsure)
{
	struct alerts *a = alerts_new(&usual);

	happen(a, 1, TABLE_EVENT_DOWN, 1);
	/* It may have been sent after it was written. */
	a = revive(a, false);
	happen(a, 2, TABLE_EVENT_DOWN, 1);
	alerts_unsure(a, false);
	happen(a, 3, TABLE_EVENT_DOWN, 1);
	happen(a, 1, TABLE_EVENT_UP, 1);
	happen(a, 2, TABLE_EVENT_UP, 1);
	happen(a, 3, TABLE_EVENT_UP, 1);
	expect_next(a, 1, 1, false);
	expect_next(a, 1, 2, false);
	expect_none(a, 1);
	expect_counts(a, 2, 4);
	alerts_free(a);
}
END_TEST

START_TEST(damaged_files)
{
	static const char *const wrong[] = {
		"",
		"portstate-agentx 2\n",
		"portstate-agentx 1\nnext x\n",
		"portstate-agentx 1\n",
		"portstate-agentx 1\nnext 1\n",
		"portstate-agentx 1\ncomplete 1",
		"portstate-agentx 1\ncomplete 1\nnext 1\n",
		"portstate-agentx 1\nstorm 2\ncomplete 1\n",
		"portstate-agentx 1\nnext 1\nmore 1\n",
		"portstate-agentx 1\ncomplete 2\n",
		"portstate-agentx 1\nalert 0 0 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 3 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 2 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 0 9 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 99999999999 0 0 0 0 0 0\n",
	};
	char path[] = "/tmp/test_alerts.XXXXXX";
	struct alerts_file f;
	struct alerts *a = alerts_new(&usual);
	int fd = mkstemp(path);
	size_t i;

	ck_assert_int_ne(fd, -1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, wrong[i], strlen(wrong[i]), 0),
		    (ssize_t)strlen(wrong[i]));
		ck_assert_msg(alerts_file_read(path, &f, a, 1) != NULL, "%zu",
		    i);
		ck_assert_uint_eq(f.next, 0);
	}
	(void)close(fd);
	(void)unlink(path);
	ck_assert_ptr_null(alerts_file_read(path, &f, a, 1));
	ck_assert(f.complete);
	alerts_free(a);
}
END_TEST

/*
 * Of what is on its way at the end, managers may have been told or not; whatever came
 * after it, they are told what is so.
 */
START_TEST(ended_on_the_way)
{
	struct alerts *a = alerts_new(&usual);
	struct alert one;
	unsigned i;

	/* An alarm is, and is taken back before it comes again. */
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	ck_assert(alerts_next(a, 1, &one));
	a = revive(a, true);
	happen(a, 1, TABLE_EVENT_UP, 1);
	expect_next(a, 1, 1, false);
	expect_none(a, 1);
	expect_counts(a, 1, 1);
	/* The same, and it was taken back already. */
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	ck_assert(alerts_next(a, 1, &one));
	happen(a, 1, TABLE_EVENT_UP, 1);
	for (i = 0; i < 3; i++)
		a = revive(a, true);
	expect_next(a, 1, 1, false);
	expect_none(a, 1);
	expect_counts(a, 2, 2);
	/* An all-clear is, and it is down again. */
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	expect_next(a, 1, 1, true);
	happen(a, 1, TABLE_EVENT_UP, 1);
	ck_assert(alerts_next(a, 1, &one));
	happen(a, 1, TABLE_EVENT_DOWN, 1);
	a = revive(a, true);
	expect_next(a, 1, 1, true);
	expect_none(a, 1);
	expect_counts(a, 4, 3);
	alerts_free(a);
}
END_TEST

START_TEST(storm_is_told)
{
	struct alerts *a = alerts_new(&usual);

	alerts_lost(a, 1);
	a = revive(a, true);
	ck_assert(alerts_storm(a, 1));
	ck_assert(!alerts_storm(a, 1));
	a = revive(a, true);
	ck_assert(alerts_storm(a, 1));
	alerts_storm_told(a, false);
	ck_assert(alerts_storm(a, 1));
	alerts_storm_told(a, true);
	a = revive(a, true);
	ck_assert(!alerts_storm(a, 1));
	alerts_free(a);
}
END_TEST

/* Bytes changed, left out, and doubled: it is read as a whole, or not at all. */
START_TEST(hostile_files)
{
	static const char good[] =
	    "portstate-agentx 1\nalert 17 0 1 1 0 3 4711\n"
	    "alert 4000000000 2 0 1 1 0 9223372036854775807\n"
	    "began 1795464000000000\ntable 1795464000000001\nnext 4712\n"
	    "sent 12\nsuppressed 34\nstorms 5\nstorm 0\ncomplete 1\n";
	char path[] = "/tmp/test_alerts.XXXXXX", bytes[2 * sizeof(good)];
	struct alert_memory m;
	struct alerts_file f;
	unsigned seed = (unsigned)_i, turn, read = 0;
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	for (turn = 0; turn < 500; turn++) {
		struct alerts *a = alerts_new(&usual);
		size_t len = sizeof(good) - 1, n, at;
		uint32_t i = 0;

		memcpy(bytes, good, len);
		for (n = unit_random(&seed, 3); n > 0; n--)
			bytes[unit_random(&seed, (uint32_t)len)] = (char)
			    unit_random(&seed, 256);
		at = unit_random(&seed, (uint32_t)len);
		if (unit_random(&seed, 4) == 0) {
			len = at;
		} else if (unit_random(&seed, 4) == 0) {
			memcpy(bytes + len, bytes + at, len - at);
			len += len - at;
		}
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
		if (alerts_file_read(path, &f, a, 1) != NULL) {
			ck_assert_uint_eq(f.next, 0);
			ck_assert(!alerts_remember(a, &i, &m));
			expect_counts(a, 0, 0);
		} else {
			read++;
			while (alerts_remember(a, &i, &m))
				ck_assert(m.index > 0 && m.kind < ALERT_KINDS &&
				    m.old_port_state <= PORT_OPEN_FILTERED);
		}
		alerts_free(a);
	}
	ck_assert_uint_gt(read, 0);
	(void)close(fd);
	(void)unlink(path);
}
END_TEST

/*
 * Random events, rates and failures: managers never get an alarm or an all-clear twice
 * in a row, know in the end what is so as far as they were told an alarm, and every
 * event is counted once.
 */
#define ENTRIES 20
#define EVENTS 2000

START_TEST(random_events)
{
	const struct alerts_conf conf = { (unsigned)_i % 7 + 1,
		(unsigned)_i % 5 + 1, (_i % 4) * CLOCK_SECOND,
		(_i % 3) * CLOCK_SECOND };
	struct alerts *a = alerts_new(&conf);
	bool down[ENTRIES] = { false }, known[ENTRIES] = { false };
	unsigned events = 0, seed = (unsigned)_i, i;
	int64_t now_us = CLOCK_SECOND;
	struct alerts_counts c;
	struct alert one;

	for (i = 0; i < EVENTS + 20000; i++) {
		uint32_t n = unit_random(&seed, ENTRIES);

		if (i < EVENTS && unit_random(&seed, 3) == 0) {
			down[n] = !down[n];
			happen(a, n + 1,
			    down[n] ? TABLE_EVENT_DOWN : TABLE_EVENT_UP,
			    now_us);
			events++;
		}
		if (alerts_next(a, now_us, &one)) {
			ck_assert_int_ne(known[one.index - 1], one.raised);
			if (i < EVENTS && unit_random(&seed, 10) == 0) {
				alerts_failed(a, &one, now_us);
			} else {
				known[one.index - 1] = one.raised;
				alerts_sent(a, &one);
			}
		}
		now_us += unit_random(&seed, 100000);
	}
	expect_none(a, now_us);
	for (i = 0; i < ENTRIES; i++)
		ck_assert(!known[i] || down[i]);
	c = alerts_counts(a);
	ck_assert_uint_eq(c.sent + c.suppressed, events);
	alerts_free(a);
}
END_TEST

/*
 * The same with processes that end or are killed, which a file is left of that was
 * written some events before, and with notifications on their way of which nobody
 * knows what became.  Alarms may come twice then.  Who was told of an alarm is told
 * that it is over.
 */
#define WINDOW 4
#define LOG_MAX 4000

struct life {
	struct alerts *a;
	char path[32];
	struct table_event log[LOG_MAX];
	unsigned n, saved; /* events, and those that the file knows of */
	struct alert trips[WINDOW];
	unsigned n_trips;
	bool down[ENTRIES], known[ENTRIES];
	unsigned seed;
	int64_t now_us;
};

static void
save_life(struct life *l, bool complete)
{
	const struct alerts_file f = { complete, 1, 1, l->n + 1, 0 };

	ck_assert_ptr_null(alerts_file_write(l->path, &f, l->a));
	l->saved = l->n;
}

/* Half of what was on its way arrives. */
static void
begin_anew(struct life *l, const struct alerts_conf *conf, bool killed)
{
	struct alerts_file f;
	unsigned i;

	if (!killed)
		save_life(l, true);
	while (l->n_trips > 0) {
		const struct alert *one = &l->trips[--l->n_trips];

		if (unit_random(&l->seed, 2) == 0)
			l->known[one->index - 1] = one->raised;
	}
	alerts_free(l->a);
	l->a = alerts_new(conf);
	ck_assert_ptr_null(alerts_file_read(l->path, &f, l->a, l->now_us));
	ck_assert_int_eq(f.complete, !killed);
	for (i = l->saved; i < l->n; i++) {
		alerts_unsure(l->a, killed);
		alerts_take(l->a, &l->log[i], l->now_us);
	}
	alerts_unsure(l->a, false);
	save_life(l, false);
}

static void
live(struct life *l, bool events)
{
	uint32_t n = unit_random(&l->seed, ENTRIES);

	if (events && unit_random(&l->seed, 3) == 0) {
		l->down[n] = !l->down[n];
		l->log[l->n++] = (struct table_event){ .number = l->n + 1,
			.index = n + 1,
			.kind = l->down[n] ? TABLE_EVENT_DOWN
					   : TABLE_EVENT_UP };
		alerts_take(l->a, &l->log[l->n - 1], l->now_us);
	}
	if (l->n_trips < WINDOW &&
	    alerts_next(l->a, l->now_us, &l->trips[l->n_trips]))
		l->n_trips++;
	if (l->n_trips > 0 && unit_random(&l->seed, 2) == 0) {
		const struct alert one = l->trips[0];
		bool ok = !events || unit_random(&l->seed, 10) > 0;

		memmove(&l->trips[0], &l->trips[1],
		    --l->n_trips * sizeof(l->trips[0]));
		if (ok)
			l->known[one.index - 1] = one.raised;
		if (ok)
			alerts_sent(l->a, &one);
		else
			alerts_failed(l->a, &one, l->now_us);
	}
	l->now_us += unit_random(&l->seed, 100000);
}

START_TEST(random_lives)
{
	const struct alerts_conf conf = { (unsigned)_i % 7 + 1,
		(unsigned)_i % 5 + 1, (_i % 4) * CLOCK_SECOND,
		(_i % 3) * CLOCK_SECOND };
	const bool killed = _i % 2 == 1;
	static struct life life;
	struct life *l = &life;
	struct alerts_counts c;
	unsigned i;
	int fd;

	*l = (struct life){ .path = "/tmp/test_alerts.XXXXXX",
		.seed = (unsigned)_i,
		.now_us = CLOCK_SECOND };
	fd = mkstemp(l->path);
	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	l->a = alerts_new(&conf);
	save_life(l, false);
	for (i = 0; i < EVENTS + 20000; i++) {
		live(l, i < EVENTS);
		if (i < EVENTS && unit_random(&l->seed, 50) == 0)
			begin_anew(l, &conf,
			    killed && unit_random(&l->seed, 2) == 0);
		else if (i < EVENTS && unit_random(&l->seed, 20) == 0)
			save_life(l, false);
	}
	ck_assert_uint_eq(l->n_trips, 0);
	for (i = 0; i < ENTRIES; i++)
		ck_assert(!l->known[i] || l->down[i]);
	c = alerts_counts(l->a);
	ck_assert_uint_eq(c.sent + c.suppressed, l->n);
	alerts_free(l->a);
	(void)unlink(l->path);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("alerts");

	tcase_add_test(tc, order);
	tcase_add_test(tc, what_nobody_was_told_is_not_taken_back);
	tcase_add_test(tc, rate);
	tcase_add_test(tc, storm);
	tcase_add_test(tc, interval);
	tcase_add_test(tc, on_its_way);
	tcase_add_test(tc, told);
	tcase_add_test(tc, memory);
	tcase_add_test(tc, unsure);
	tcase_add_test(tc, damaged_files);
	tcase_add_test(tc, ended_on_the_way);
	tcase_add_test(tc, storm_is_told);
	tcase_add_loop_test(tc, hostile_files, 0, 20);
	tcase_add_loop_test(tc, random_events, 0, 50);
	tcase_add_loop_test(tc, random_lives, 0, 50);
	return unit_run("alerts", tc);
}
