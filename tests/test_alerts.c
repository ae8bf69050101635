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
		"portstate-agentx 1\nnext 1",
		"portstate-agentx 1\nnext 1\nmore 1\n",
		"portstate-agentx 1\ncomplete 2\n",
		"portstate-agentx 1\nalert 0 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 3 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 2 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 9 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 0\n",
		"portstate-agentx 1\nalert 1 0 0 0 0 0 0\n",
		"portstate-agentx 1\nalert 99999999999 0 0 0 0 0\n",
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
	tcase_add_loop_test(tc, random_events, 0, 50);
	return unit_run("alerts", tc);
}
