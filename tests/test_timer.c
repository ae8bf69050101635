/* SPDX-License-Identifier: ISC */
#include "timer.h"

#include "clock.h"
#include "unit.h"

#define TIMERS 40
#define OPERATIONS 2000

/* Times are few, so that many are the same. */
#define TIMES 60

/* Beside each timer the time that it should have. */
struct model {
	struct timers timers;
	struct timer timer[TIMERS];
	int64_t at_us[TIMERS];
};

/* Orders in which to set timers, by their times. */
static const int64_t orders[][8] = {
	{ 1, 2, 3, 4, 5, 6, 7, 8 },
	{ 8, 7, 6, 5, 4, 3, 2, 1 },
	{ 5, 5, 5, 5, 5, 5, 5, 5 },
	{ 4, 8, 1, 5, 3, 7, 2, 6 },
	{ -1, 3, -5, 0, 7, -9, 2, 2 },
	{ INT64_MIN, INT64_MAX - 1, 0, 1, -1, INT64_MIN + 1, 2, 3 },
};

static void
model_init(struct model *m)
{
	size_t i;

	*m = (struct model){ 0 };
	for (i = 0; i < TIMERS; i++)
		m->at_us[i] = CLOCK_NEVER;
}

static int64_t
model_next(const struct model *m)
{
	int64_t next = CLOCK_NEVER;
	size_t i;

	for (i = 0; i < TIMERS; i++)
		if (m->at_us[i] < next)
			next = m->at_us[i];
	return next;
}

/* Pops, and checks that it is one of those that are due first. */
static bool
model_pop(struct model *m, int64_t now_us)
{
	int64_t next = model_next(m);
	struct timer *t = timers_pop(&m->timers, now_us);
	size_t i;

	if (next > now_us || next == CLOCK_NEVER) {
		ck_assert_ptr_null(t);
		return false;
	}
	ck_assert_ptr_nonnull(t);
	i = (size_t)(t - m->timer);
	ck_assert_int_eq(m->at_us[i], next);
	ck_assert_uint_eq(t->slot, 0);
	m->at_us[i] = CLOCK_NEVER;
	return true;
}

static void
model_check(const struct model *m)
{
	size_t i, set = 0;

	for (i = 0; i < TIMERS; i++) {
		bool is_set = m->at_us[i] != CLOCK_NEVER;

		if ((m->timer[i].slot != 0) != is_set ||
		    (is_set && m->timer[i].at_us != m->at_us[i]))
			ck_abort_msg("timer %zu", i);
		set += is_set;
	}
	ck_assert_uint_eq(m->timers.n, set);
	ck_assert_int_eq(timers_next(&m->timers), model_next(m));
}

START_TEST(random_operations)
{
	unsigned seed = (unsigned)_i, n;
	struct model m;

	model_init(&m);
	for (n = 0; n < OPERATIONS; n++) {
		size_t i = unit_random(&seed, TIMERS);

		switch (unit_random(&seed, 8)) {
		case 0:
			timers_unset(&m.timers, &m.timer[i]);
			m.at_us[i] = CLOCK_NEVER;
			break;
		case 1:
			timers_set(&m.timers, &m.timer[i], CLOCK_NEVER);
			m.at_us[i] = CLOCK_NEVER;
			break;
		case 2:
		case 3:
			(void)model_pop(&m, unit_random(&seed, TIMES));
			break;
		default:
			m.at_us[i] = unit_random(&seed, TIMES);
			timers_set(&m.timers, &m.timer[i], m.at_us[i]);
			break;
		}
		model_check(&m);
	}
	while (model_pop(&m, TIMES))
		model_check(&m);
	ck_assert_uint_eq(m.timers.n, 0);
	timers_free(&m.timers);
}
END_TEST

START_TEST(sorted)
{
	struct timer t[ARRAY_SIZE(orders[0])] = { 0 };
	struct timers ts = { 0 };
	int64_t last = INT64_MIN;
	struct timer *popped;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		timers_set(&ts, &t[i], orders[_i][i]);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		ck_assert_int_ge(timers_next(&ts), last);
		last = timers_next(&ts);
		popped = timers_pop(&ts, CLOCK_NEVER);
		ck_assert_ptr_nonnull(popped);
		ck_assert_int_eq(popped->at_us, last);
	}
	ck_assert_ptr_null(timers_pop(&ts, CLOCK_NEVER));
	timers_free(&ts);
}
END_TEST

START_TEST(none)
{
	struct timers ts = { 0 };
	struct timer t = { 0 };

	ck_assert_int_eq(timers_next(&ts), CLOCK_NEVER);
	ck_assert_ptr_null(timers_pop(&ts, CLOCK_NEVER));
	timers_unset(&ts, &t);
	timers_set(&ts, &t, CLOCK_NEVER);
	ck_assert_int_eq(timers_next(&ts), CLOCK_NEVER);
	timers_free(&ts);
	timers_free(&ts);
}
END_TEST

START_TEST(due)
{
	struct timers ts = { 0 };
	struct timer t = { 0 };

	timers_set(&ts, &t, 100);
	ck_assert_ptr_null(timers_pop(&ts, 99));
	ck_assert_int_eq(timers_next(&ts), 100);
	ck_assert_ptr_eq(timers_pop(&ts, 100), &t);
	ck_assert_ptr_null(timers_pop(&ts, 100));
	/* Later than its time, and again. */
	timers_set(&ts, &t, 100);
	timers_set(&ts, &t, 50);
	timers_set(&ts, &t, 70);
	ck_assert_int_eq(timers_next(&ts), 70);
	ck_assert_ptr_eq(timers_pop(&ts, 1000), &t);
	ck_assert_ptr_null(timers_pop(&ts, 1000));
	timers_free(&ts);
}
END_TEST

START_TEST(unset_twice)
{
	struct timer a = { 0 }, b = { 0 };
	struct timers ts = { 0 };

	timers_set(&ts, &a, 1);
	timers_set(&ts, &b, 2);
	timers_unset(&ts, &a);
	timers_unset(&ts, &a);
	ck_assert_int_eq(timers_next(&ts), 2);
	ck_assert_ptr_eq(timers_pop(&ts, 2), &b);
	timers_free(&ts);
}
END_TEST

START_TEST(thousands)
{
	static struct timer t[10000];
	struct timers ts = { 0 };
	unsigned seed = 1;
	int64_t last = -1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		timers_set(&ts, &t[i], unit_random(&seed, 1U << 20));
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		struct timer *popped = timers_pop(&ts, CLOCK_NEVER);

		if (popped == NULL || popped->at_us < last)
			ck_abort_msg("timer %zu", i);
		last = popped->at_us;
	}
	ck_assert_uint_eq(ts.n, 0);
	timers_free(&ts);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("timer");

	tcase_add_loop_test(tc, random_operations, 0, 20);
	unit_rows(tc, sorted, orders);
	tcase_add_test(tc, none);
	tcase_add_test(tc, due);
	tcase_add_test(tc, unset_twice);
	tcase_add_test(tc, thousands);
	return unit_run("timer", tc);
}
