/* SPDX-License-Identifier: ISC */
/*
 * Timers in a binary heap: the next one due is found at once.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stddef.h>
#include <stdint.h>

/* Part of what it belongs to; zero it before first use. */
struct timer {
	int64_t at_us;
	size_t slot; /* 1 and up while it is set */
};

struct timers {
	struct timer **heap; /* heap[0] is not used */
	size_t n;
	size_t size;
};

/* A zeroed struct timers is ready for use. */
void timers_free(struct timers *ts);

/* Sets t, or moves it, to an absolute time; CLOCK_NEVER unsets it. */
void timers_set(struct timers *ts, struct timer *t, int64_t at_us);
void timers_unset(struct timers *ts, struct timer *t);

/* The time of the next one, or CLOCK_NEVER. */
int64_t timers_next(const struct timers *ts);

/* Unsets and returns the earliest one that is due at now_us, or NULL. */
struct timer *timers_pop(struct timers *ts, int64_t now_us);

#endif
