/* SPDX-License-Identifier: ISC */
#include "schedule.h"

#include <stdio.h>

#include "clock.h"
#include "index.h"
#include "unit.h"

#define DAY (CLOCK_DAY_S * CLOCK_SECOND)
#define WEEK_MS UINT32_C(604800000)

/* A machine that runs for a while already. */
#define START (3 * DAY + 12345678)

static uint32_t
seed_of(uint32_t i)
{
	char name[32];
	int n = snprintf(name, sizeof(name), "mx1/tcp/%u", i);

	return index_hash(name, (size_t)n, INDEX_HASH);
}

/* How many turns an entry has from one time to before another. */
static int64_t
turns(uint32_t seed, uint32_t interval_ms, int64_t from_us, int64_t to_us)
{
	int64_t interval = interval_ms * CLOCK_MILLISECOND;
	int64_t place = schedule_spread(seed, interval);

	return (to_us - 1 - place + interval) / interval -
	    (from_us - 1 - place + interval) / interval;
}

static bool
is_turn(uint32_t seed, uint32_t interval_ms, int64_t at_us)
{
	int64_t interval = interval_ms * CLOCK_MILLISECOND;

	return at_us % interval == schedule_spread(seed, interval);
}

static uint32_t
take(struct schedule *s, int64_t now_us)
{
	int64_t due_us;

	return schedule_take(s, now_us, &due_us);
}

START_TEST(none)
{
	struct schedule *s = schedule_new();

	ck_assert_int_eq(schedule_next(s), CLOCK_NEVER);
	ck_assert_uint_eq(take(s, CLOCK_NEVER), SCHEDULE_NONE);
	ck_assert_int_eq(schedule_behind(s, CLOCK_NEVER), 0);
	schedule_remove(s, 0);
	schedule_remove(s, 1000000);
	schedule_free(s);
	schedule_free(NULL);
}
END_TEST

/* One entry, step by step: seed 0 has its place at the beginning. */
START_TEST(one)
{
	struct schedule *s = schedule_new();
	int64_t due_us, t = 100 * CLOCK_SECOND;

	ck_assert_int_eq(schedule_spread(0, CLOCK_SECOND), 0);
	schedule_set(s, 7, 10000, 0, t - 1);
	ck_assert_int_eq(schedule_next(s), t);
	ck_assert_uint_eq(take(s, t - 1), SCHEDULE_NONE);
	ck_assert_int_eq(schedule_behind(s, t), 0);
	ck_assert_int_eq(schedule_behind(s, t + 5), 5);
	ck_assert_uint_eq(schedule_take(s, t + 5, &due_us), 7);
	ck_assert_int_eq(due_us, t);
	/* Taken late, and no later for it. */
	ck_assert_int_eq(schedule_next(s), t + 10 * CLOCK_SECOND);
	ck_assert_uint_eq(take(s, t + 5), SCHEDULE_NONE);
	/* At a turn to the microsecond: that, and not the next one. */
	schedule_remove(s, 7);
	ck_assert_int_eq(schedule_next(s), CLOCK_NEVER);
	schedule_set(s, 7, 10000, 0, t + 10 * CLOCK_SECOND);
	ck_assert_int_eq(schedule_next(s), t + 10 * CLOCK_SECOND);
	ck_assert_uint_eq(schedule_missed(s), 0);
	schedule_free(s);
}
END_TEST

START_TEST(sooner)
{
	struct schedule *s = schedule_new();
	int64_t due_us, t = 100 * CLOCK_SECOND;

	schedule_set(s, 0, 10000, 0, t);
	ck_assert_uint_eq(take(s, t), 0);
	/* Later than its turn is not sooner; of two the first counts. */
	schedule_sooner(s, 0, t + 11 * CLOCK_SECOND);
	ck_assert_int_eq(schedule_next(s), t + 10 * CLOCK_SECOND);
	schedule_sooner(s, 0, t + 3 * CLOCK_SECOND);
	schedule_sooner(s, 0, t + 4 * CLOCK_SECOND);
	ck_assert_uint_eq(schedule_take(s, t + 3 * CLOCK_SECOND + 1, &due_us),
	    0);
	ck_assert_int_eq(due_us, t + 3 * CLOCK_SECOND);
	ck_assert_int_eq(schedule_next(s), t + 10 * CLOCK_SECOND);
	/* Taken when its turn has come: one round for both. */
	schedule_sooner(s, 0, t + 9 * CLOCK_SECOND);
	ck_assert_uint_eq(schedule_take(s, t + 10 * CLOCK_SECOND, &due_us), 0);
	ck_assert_int_eq(due_us, t + 9 * CLOCK_SECOND);
	ck_assert_int_eq(schedule_next(s), t + 20 * CLOCK_SECOND);
	ck_assert_uint_eq(schedule_missed(s), 0);
	/* At once, in the past even. */
	schedule_sooner(s, 0, 0);
	ck_assert_uint_eq(take(s, t + 10 * CLOCK_SECOND), 0);
	schedule_free(s);
}
END_TEST

/* From and to an interval, with the round before 1 s ago. */
static const struct {
	uint32_t from_ms, to_ms;
	int64_t next_s;
} intervals[] = {
	{ 10000, 10000, 9 },
	{ 10000, 3000, 2 },
	/* What was to come next comes, and then the new turns. */
	{ 10000, WEEK_MS, 9 },
	{ WEEK_MS, 10000, 9 },
	{ WEEK_MS, 1000, 0 },
};

START_TEST(interval)
{
	struct schedule *s = schedule_new();
	int64_t t = 7 * DAY, now = t + CLOCK_SECOND;

	schedule_set(s, 3, intervals[_i].from_ms, 0, t);
	ck_assert_uint_eq(take(s, t), 3);
	schedule_set(s, 3, intervals[_i].to_ms, 0, now);
	ck_assert_int_eq(schedule_next(s),
	    now + intervals[_i].next_s * CLOCK_SECOND);
	now = schedule_next(s);
	ck_assert_uint_eq(take(s, now), 3);
	ck_assert_int_eq(schedule_next(s),
	    now + intervals[_i].to_ms * CLOCK_MILLISECOND -
		now % (intervals[_i].to_ms * CLOCK_MILLISECOND));
	schedule_free(s);
}
END_TEST

/* The machine slept for a day: one round each, and the turns as ever. */
START_TEST(suspended)
{
	enum { N = 1000, EVERY_MS = 60000 };
	int64_t now = START + DAY + 7, due_us, last_us = 0, taken = 0;
	struct schedule *s = schedule_new();
	uint32_t i;

	for (i = 0; i < N; i++)
		schedule_set(s, i, EVERY_MS, seed_of(i), START);
	ck_assert_int_eq(schedule_behind(s, now), now - schedule_next(s));
	for (; schedule_take(s, now, &due_us) != SCHEDULE_NONE; taken++) {
		ck_assert_int_ge(due_us, last_us);
		last_us = due_us;
	}
	ck_assert_int_eq(taken, N);
	ck_assert_int_eq(schedule_behind(s, now), 0);
	for (i = 0; i < N; i++)
		taken += turns(seed_of(i), EVERY_MS, START, now + 1) - 1;
	ck_assert_uint_eq(schedule_missed(s), (uint64_t)taken - N);
	for (i = 0; i < N; i++) {
		now = schedule_next(s);
		ck_assert(is_turn(seed_of(take(s, now)), EVERY_MS, now));
	}
	schedule_free(s);
}
END_TEST

/*
 * Even: that a place in a minute has more or fewer than its share is chance.
 * Names that differ in their last digits only are the usual ones.
 */
static const uint32_t many[] = { 60, 100, 333, 1000, 10000, 100000 };

START_TEST(even)
{
	enum { PLACES = 60, LIMIT = 110 }; /* 1 of 15,000 exceeds it */
	uint32_t i, n = many[_i], count[PLACES] = { 0 };
	double share = (double)n / PLACES, chi = 0;

	for (i = 0; i < n; i++)
		count[schedule_spread(seed_of(i), CLOCK_SECOND * PLACES) /
		    CLOCK_SECOND]++;
	for (i = 0; i < PLACES; i++)
		chi += (count[i] - share) * (count[i] - share) / share;
	ck_assert_msg(chi < LIMIT, "%u entries: %f", n, chi);
}
END_TEST

/* In each window of an interval, wherever it begins, each has one turn. */
START_TEST(one_each)
{
	enum { N = 16, EVERY_MS = 1000 };
	unsigned seed = 1, window;
	uint32_t i;

	for (window = 0; window < 100; window++) {
		int64_t now = START + unit_random(&seed, 10000000);
		struct schedule *s = schedule_new();
		bool had[N] = { false };

		for (i = 0; i < N; i++)
			schedule_set(s, i, EVERY_MS, seed_of(i), now);
		for (i = 0; i < N; i++) {
			int64_t next = schedule_next(s);
			uint32_t which = take(s, next);

			ck_assert(next >= now && next < now + CLOCK_SECOND);
			ck_assert(which < N && !had[which]);
			had[which] = true;
		}
		schedule_free(s);
	}
}
END_TEST

START_TEST(spread)
{
	static const int64_t lengths[] = { 1, 7, CLOCK_SECOND,
		WEEK_MS * CLOCK_MILLISECOND, INT64_MAX };
	unsigned seed = 1;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		for (n = 0; n < 10000; n++) {
			uint32_t hash = unit_random(&seed, 1U << 16) << 16 |
			    unit_random(&seed, 1U << 16);
			int64_t place = schedule_spread(hash, lengths[i]);

			ck_assert(place >= 0 && place < lengths[i]);
		}
	ck_assert_int_eq(schedule_spread(UINT32_MAX, 1), 0);
}
END_TEST

/* Beside a schedule what it should be: all of it looked at each time. */
#define MODELS 12

struct model {
	struct schedule *s;
	uint32_t interval_ms[MODELS]; /* 0: there is none */
	int64_t turn_us[MODELS];
	int64_t due_us[MODELS];
	uint64_t missed;
};

static int64_t
turn_from(uint32_t i, uint32_t interval_ms, int64_t now_us)
{
	while (!is_turn(seed_of(i), interval_ms, now_us))
		now_us++;
	return now_us;
}

static void
model_set(struct model *m, uint32_t i, uint32_t interval_ms, int64_t now)
{
	schedule_set(m->s, i, interval_ms, seed_of(i), now);
	if (m->interval_ms[i] == interval_ms)
		return;
	m->turn_us[i] = turn_from(i, interval_ms, now);
	if (m->interval_ms[i] == 0 || m->turn_us[i] < m->due_us[i])
		m->due_us[i] = m->turn_us[i];
	m->interval_ms[i] = interval_ms;
}

static void
model_sooner(struct model *m, uint32_t i, int64_t at_us)
{
	if (m->interval_ms[i] == 0)
		return;
	schedule_sooner(m->s, i, at_us);
	if (at_us < m->due_us[i])
		m->due_us[i] = at_us;
}

static int64_t
model_next(const struct model *m)
{
	int64_t next = CLOCK_NEVER;
	uint32_t i;

	for (i = 0; i < MODELS; i++)
		if (m->interval_ms[i] != 0 && m->due_us[i] < next)
			next = m->due_us[i];
	return next;
}

static void
model_take(struct model *m, int64_t now)
{
	int64_t due_us = 0, next = model_next(m);
	uint32_t i = schedule_take(m->s, now, &due_us);
	uint64_t passed = 0;

	if (i == SCHEDULE_NONE) {
		ck_assert_int_gt(next, now);
		return;
	}
	ck_assert(i < MODELS && m->interval_ms[i] != 0);
	ck_assert(due_us == next && m->due_us[i] == next && next <= now);
	for (; m->turn_us[i] <= now; passed++)
		m->turn_us[i] += m->interval_ms[i] * CLOCK_MILLISECOND;
	m->missed += passed > 0 ? passed - 1 : 0;
	m->due_us[i] = m->turn_us[i];
}

START_TEST(as_model)
{
	struct model m = { .s = schedule_new() };
	unsigned seed = (unsigned)_i, n;
	int64_t now = START;

	for (n = 0; n < 20000; n++) {
		uint32_t i = unit_random(&seed, MODELS);

		now += unit_random(&seed, 300);
		switch (unit_random(&seed, 16)) {
		case 0:
			schedule_remove(m.s, i);
			m.interval_ms[i] = 0;
			break;
		case 1:
		case 2:
			model_set(&m, i, 1 + unit_random(&seed, 3), now);
			break;
		case 3:
		case 4:
			model_sooner(&m, i, now + unit_random(&seed, 1000));
			break;
		case 5:
			now += unit_random(&seed, 8000);
			break;
		default:
			model_take(&m, now);
		}
		ck_assert_int_eq(schedule_next(m.s), model_next(&m));
		ck_assert_uint_eq(schedule_missed(m.s), m.missed);
	}
	schedule_free(m.s);
}
END_TEST

/* A month of 2,000 entries. */
#define MONTH (30 * DAY)
#define ENTRIES 2000

static uint32_t
month_interval(uint32_t i)
{
	static const uint32_t usual[] = { 900000, 3600000, 3600000, 7200000,
		86400000, WEEK_MS };

	if (i == 0)
		return 1000;
	if (i % 40 == 0)
		return 60000;
	if (i % 40 == 1)
		return 299993; /* it divides nothing */
	return usual[i % ARRAY_SIZE(usual)];
}

static struct schedule *
month_schedule(void)
{
	struct schedule *s = schedule_new();
	uint32_t i;

	for (i = 0; i < ENTRIES; i++)
		schedule_set(s, i, month_interval(i), seed_of(i), START);
	return s;
}

/* Each turn at its time, exactly as many as there are. */
START_TEST(month)
{
	static int64_t taken[ENTRIES], last_us[ENTRIES];
	struct schedule *s = month_schedule();
	int64_t now;
	uint32_t i;

	while ((now = schedule_next(s)) < START + MONTH) {
		i = take(s, now);
		if (i >= ENTRIES ||
		    (taken[i]++ > 0 &&
			now !=
			    last_us[i] + month_interval(i) * CLOCK_MILLISECOND))
			ck_abort_msg("entry %u", i);
		last_us[i] = now;
	}
	for (i = 0; i < ENTRIES; i++) {
		ck_assert_int_eq(taken[i],
		    turns(seed_of(i), month_interval(i), START, START + MONTH));
		ck_assert(is_turn(seed_of(i), month_interval(i), last_us[i]));
	}
	ck_assert_uint_eq(schedule_missed(s), 0);
	schedule_free(s);
}
END_TEST

/*
 * The same by a daemon that is late now and then, by hours at times: every turn
 * was taken or left out, and those that are taken are turns.
 */
START_TEST(month_late)
{
	static int64_t turns_taken[ENTRIES];
	int64_t now = START, due_us, all = 0, taken = 0;
	struct schedule *s = month_schedule();
	unsigned seed = 1;
	uint32_t i;

	while (schedule_next(s) < START + MONTH) {
		if (schedule_next(s) > now)
			now = schedule_next(s);
		if (unit_random(&seed, 100) == 0)
			now += unit_random(&seed, 3000000);
		if (unit_random(&seed, 500000) == 0)
			now += unit_random(&seed, 1 << 20) * INT64_C(20000);
		if (now >= START + MONTH)
			now = START + MONTH - 1;
		i = schedule_take(s, now, &due_us);
		if (i >= ENTRIES || due_us > now ||
		    !is_turn(seed_of(i), month_interval(i), due_us))
			ck_abort_msg("entry %u", i);
		turns_taken[i]++;
	}
	for (i = 0; i < ENTRIES; i++) {
		all += turns(seed_of(i), month_interval(i), START,
		    START + MONTH);
		taken += turns_taken[i];
	}
	ck_assert_uint_gt(schedule_missed(s), 0);
	ck_assert_int_eq(taken + (int64_t)schedule_missed(s), all);
	schedule_free(s);
}
END_TEST

/* 100,000 entries a minute, for ten: as many each minute. */
START_TEST(hundred_thousand)
{
	enum { N = 100000, MINUTE_MS = 60000 };
	int64_t end = START, taken = 0;
	struct schedule *s = schedule_new();
	unsigned minute;
	uint32_t i;

	for (i = 0; i < N; i++)
		schedule_set(s, i, MINUTE_MS, seed_of(i), START);
	for (minute = 1; minute <= 10; minute++) {
		end += MINUTE_MS * CLOCK_MILLISECOND;
		for (; schedule_next(s) < end; taken++)
			(void)take(s, schedule_next(s));
		ck_assert_int_eq(taken, (int64_t)minute * N);
	}
	schedule_free(s);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("schedule");

	tcase_add_test(tc, none);
	tcase_add_test(tc, one);
	tcase_add_test(tc, sooner);
	unit_rows(tc, interval, intervals);
	tcase_add_test(tc, suspended);
	unit_rows(tc, even, many);
	tcase_add_test(tc, one_each);
	tcase_add_test(tc, spread);
	tcase_add_loop_test(tc, as_model, 0, 4);
	tcase_add_test(tc, month);
	tcase_add_test(tc, month_late);
	tcase_add_test(tc, hundred_thousand);
	return unit_run("schedule", tc);
}
