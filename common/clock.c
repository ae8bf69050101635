/* SPDX-License-Identifier: ISC */
#include "clock.h"

#include <time.h>

/* Days of 400 years, after which the calendar repeats. */
#define DAYS_400 146097

/* From 0000-03-01 to 1970-01-01. */
#define DAYS_TO_1970 719468

int64_t
clock_now_us(void)
{
	struct timespec ts;

	/* Cannot fail: the clock exists on every Linux. */
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}

int64_t
clock_wall_s(void)
{
	return clock_wall_us() / CLOCK_SECOND;
}

int64_t
clock_wall_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}

/*
 * By hand, since gmtime() and strftime() cost more at start than all of this.
 * Years begin in March here, so that the leap day is the last of its year and
 * five months have 153 days, whichever they are.
 */
struct clock_date
clock_date(int64_t wall_s)
{
	unsigned second = (unsigned)(wall_s % CLOCK_DAY_S), years, day, month;
	int64_t days = wall_s / CLOCK_DAY_S + DAYS_TO_1970;
	struct clock_date d;

	day = (unsigned)(days % DAYS_400);
	years = (day - day / 1460 + day / 36524 - day / (DAYS_400 - 1)) / 365;
	day -= years * 365 + years / 4 - years / 100;
	month = (day * 5 + 2) / 153;
	d.day = day - (month * 153 + 2) / 5 + 1;
	d.month = month < 10 ? month + 3 : month - 9;
	d.year = days / DAYS_400 * 400 + years + (d.month <= 2);
	d.hour = second / 3600;
	d.minute = second / 60 % 60;
	d.second = second % 60;
	return d;
}
