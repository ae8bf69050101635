/* SPDX-License-Identifier: ISC */
#include "arbitrary.h"

#include <linux/random.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* One call of the kernel has room for so many. */
#define POOL 32

static uint64_t clock_bits(void);

/* getrandom(2), whose name in libc is so new that it costs at every start. */
uint64_t
arbitrary_number(void)
{
	static uint64_t pool[POOL];
	static size_t left;

	if (left == 0 &&
	    syscall(SYS_getrandom, pool, sizeof(pool), GRND_NONBLOCK) ==
		(long)sizeof(pool))
		left = POOL;
	return left > 0 ? pool[--left] : clock_bits();
}

/* A machine that has just been started may have nothing better yet. */
static uint64_t
clock_bits(void)
{
	static uint64_t last;
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	last = (last ^ (uint64_t)ts.tv_nsec ^ (uint64_t)ts.tv_sec << 32) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return last ^ last >> 29;
}
