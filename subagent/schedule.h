/* SPDX-License-Identifier: ISC */
/*
 * When each entry is asked: at its interval from a first time that depends on its
 * name alone, so that the load is even and the same after a restart, and without
 * drift: the n-th round is due n intervals after the first, however late others
 * were.  Rounds that were missed are left out, and counted.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct schedule;

struct schedule *schedule_new(void);
void schedule_free(struct schedule *s);

/*
 * Adds entry number i, which is new, or changes its interval; interval_us > 0.
 * seed: a hash of its name.  The first round is due within an interval of
 * now_us.  A change of interval keeps the time of the last round in mind.
 */
void schedule_set(struct schedule *s, uint32_t i, int64_t interval_us,
    uint32_t seed, int64_t now_us);
void schedule_remove(struct schedule *s, uint32_t i);

/* The next round of i is asked for at at_us, sooner than its turn. */
void schedule_sooner(struct schedule *s, uint32_t i, int64_t at_us);

/* When the next one is due, or CLOCK_NEVER. */
int64_t schedule_next(const struct schedule *s);

/*
 * Takes an entry that is due at now_us: its number, and in *due_us when it was to
 * be asked; or UINT32_MAX.  It is due again at its next turn after now_us.
 */
uint32_t schedule_take(struct schedule *s, int64_t now_us, int64_t *due_us);

/* How late the most overdue entry is, and how many rounds were left out. */
int64_t schedule_behind(const struct schedule *s, int64_t now_us);
uint64_t schedule_missed(const struct schedule *s);

#endif
