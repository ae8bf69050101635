/* SPDX-License-Identifier: ISC */
#include "clock.h"

#include <time.h>

int64_t
clock_now_us(void)
{
	struct timespec ts;

	/* Cannot fail: the clock exists on every Linux. */
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}
