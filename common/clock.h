/* SPDX-License-Identifier: ISC */
/*
 * The clock, read once a turn of the loop; all else is told the time.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MILLISECOND INT64_C(1000)

/* A day in seconds. */
#define CLOCK_DAY_S INT64_C(86400)

/* An absolute time that never comes. */
#define CLOCK_NEVER INT64_MAX

/* Microseconds of CLOCK_MONOTONIC. */
int64_t clock_now_us(void);

/* Seconds since 1970, UTC: for people only. */
int64_t clock_wall_s(void);

/* Microseconds since 1970, UTC: to compare with other clocks. */
int64_t clock_wall_us(void);

struct clock_date {
	int64_t year;
	unsigned month; /* 1 to 12 */
	unsigned day;   /* 1 to 31 */
	unsigned hour, minute, second;
};

/* The date in UTC, by the Gregorian calendar, of seconds since 1970. */
struct clock_date clock_date(int64_t wall_s);

#endif
