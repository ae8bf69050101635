/* SPDX-License-Identifier: ISC */
/*
 * The clock, read once a turn of the loop; all else is told the time.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MILLISECOND INT64_C(1000)

/* An absolute time that never comes. */
#define CLOCK_NEVER INT64_MAX

/* Microseconds of CLOCK_MONOTONIC. */
int64_t clock_now_us(void);

#endif
