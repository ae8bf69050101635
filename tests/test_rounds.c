/* SPDX-License-Identifier: ISC */
#include "rounds.h"

#include "unit.h"

#define BOUNDS "not from 0.1 seconds to a week"

/* What is read into, to see what is left alone. */
static const struct rounds before = { 1, 2, 3, 4.0 };

static const struct {
	const char *s;
	uint32_t ms;
	const char *why;
} intervals[] = {
	{ "60", 60000, NULL },
	{ "0.1", 100, NULL },
	{ "1.5", 1500, NULL },
	{ "2.0004", 2000, NULL },
	{ "1e2", 100000, NULL },
	{ "604800", 604800000, NULL },
	{ "0.0994", 1, BOUNDS },
	{ "604800.001", 1, BOUNDS },
	{ "0", 1, BOUNDS },
	{ "1e9", 1, BOUNDS },
	{ "-1", 1, "is negative" },
	{ "", 1, "is empty" },
	{ "1m", 1, "not a number" },
	{ "inf", 1, "not a number" },
};

START_TEST(interval)
{
	struct rounds r = before;

	unit_str(intervals[_i].s, rounds_parse_interval(intervals[_i].s, &r),
	    intervals[_i].why);
	ck_assert_uint_eq(r.interval_ms, intervals[_i].ms);
	ck_assert_uint_eq(r.severe, before.severe);
}
END_TEST

static const struct {
	const char *s;
	unsigned rounds;
	const char *why;
} severes[] = {
	{ "0", 0, NULL },
	{ "12", 12, NULL },
	{ "1000000", 1000000, NULL },
	{ "1000001", 3, "too large" },
	{ "-1", 3, "too small" },
	{ "1.5", 3, "not a whole number" },
	{ "", 3, "is empty" },
};

START_TEST(severe)
{
	struct rounds r = before;

	unit_str(severes[_i].s, rounds_parse_severe(severes[_i].s, &r),
	    severes[_i].why);
	ck_assert_uint_eq(r.severe, severes[_i].rounds);
}
END_TEST

static const struct {
	const char *s;
	double ms;
	const char *why;
} lags[] = {
	{ "0", 0, NULL },
	{ "500", 500, NULL },
	{ "0.25", 0.25, NULL },
	{ "1e9", 1e9, NULL },
	{ "1000000000.5", 4, "too large" },
	{ "-0.5", 4, "is negative" },
	{ "5ms", 4, "not a number" },
	{ "", 4, "is empty" },
};

START_TEST(lag)
{
	struct rounds r = before;

	unit_str(lags[_i].s, rounds_parse_lag(lags[_i].s, &r), lags[_i].why);
	ck_assert(r.lag_ms == lags[_i].ms);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("rounds");

	unit_rows(tc, interval, intervals);
	unit_rows(tc, severe, severes);
	unit_rows(tc, lag, lags);
	return unit_run("rounds", tc);
}
