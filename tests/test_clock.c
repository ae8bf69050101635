/* SPDX-License-Identifier: ISC */
#include "clock.h"

#include <time.h>

#include "unit.h"

/* By date(1). */
static const struct {
	int64_t wall_s;
	struct clock_date want;
} dates[] = {
	{ 0, { 1970, 1, 1, 0, 0, 0 } },
	{ 1, { 1970, 1, 1, 0, 0, 1 } },
	{ 86399, { 1970, 1, 1, 23, 59, 59 } },
	{ 86400, { 1970, 1, 2, 0, 0, 0 } },
	{ 68169599, { 1972, 2, 28, 23, 59, 59 } },
	{ 68169600, { 1972, 2, 29, 0, 0, 0 } },
	{ 68256000, { 1972, 3, 1, 0, 0, 0 } },
	{ 94694399, { 1972, 12, 31, 23, 59, 59 } },
	{ 951782400, { 2000, 2, 29, 0, 0, 0 } },
	{ 951868800, { 2000, 3, 1, 0, 0, 0 } },
	{ 978307199, { 2000, 12, 31, 23, 59, 59 } },
	{ 978307200, { 2001, 1, 1, 0, 0, 0 } },
	{ 1795415400, { 2026, 11, 23, 6, 30, 0 } },
	{ 2147483647, { 2038, 1, 19, 3, 14, 7 } },
	{ INT64_C(2147483648), { 2038, 1, 19, 3, 14, 8 } },
	/* No leap year. */
	{ INT64_C(4107542399), { 2100, 2, 28, 23, 59, 59 } },
	{ INT64_C(4107542400), { 2100, 3, 1, 0, 0, 0 } },
	{ INT64_C(4294967296), { 2106, 2, 7, 6, 28, 16 } },
	{ INT64_C(13574563200), { 2400, 2, 29, 0, 0, 0 } },
	{ INT64_C(253402300799), { 9999, 12, 31, 23, 59, 59 } },
};

static bool
equal(const struct clock_date *a, const struct clock_date *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day &&
	    a->hour == b->hour && a->minute == b->minute &&
	    a->second == b->second;
}

START_TEST(date)
{
	struct clock_date d = clock_date(dates[_i].wall_s);

	ck_assert_msg(equal(&d, &dates[_i].want), "%lld: %lld-%u-%u %u:%u:%u",
	    (long long)dates[_i].wall_s, (long long)d.year, d.month, d.day,
	    d.hour, d.minute, d.second);
}
END_TEST

/* Every day of 800 years is that of the C library. */
START_TEST(every_day)
{
	struct clock_date d, want;
	struct tm tm;
	time_t s;
	long day;

	for (day = 0; day < 2L * 146097; day++) {
		s = (time_t)day * 86400 + day % 86400;
		d = clock_date(s);
		ck_assert_ptr_nonnull(gmtime_r(&s, &tm));
		want = (struct clock_date){ tm.tm_year + 1900,
			(unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday,
			(unsigned)tm.tm_hour, (unsigned)tm.tm_min,
			(unsigned)tm.tm_sec };
		ck_assert_msg(equal(&d, &want), "day %ld", day);
	}
}
END_TEST

START_TEST(wall)
{
	time_t before = time(NULL);
	int64_t now = clock_wall_s();

	/* time() may lag a tick behind. */
	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, time(NULL) + 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("clock");

	unit_rows(tc, date, dates);
	tcase_add_test(tc, every_day);
	tcase_add_test(tc, wall);
	return unit_run("clock", tc);
}
