/* SPDX-License-Identifier: ISC */
/*
 * When each entry is asked: at turns that are whole intervals apart, at a place
 * in the interval that depends on its name alone.  So the load is even, and the
 * turns are the same after a restart of the daemon; and they do not drift: no
 * turn is counted from when another one was taken.
 *
 * Turns that passed before anybody took them are left out, and counted.  So after
 * a day in which nothing ran, each entry is due once, the one that waits longest
 * first.
 *
 * Times are microseconds of CLOCK_MONOTONIC, not negative; intervals are whole
 * milliseconds.  An entry takes 32 bytes, those of unused lower numbers too.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_NONE UINT32_MAX

struct schedule;

struct schedule *schedule_new(void);
void schedule_free(struct schedule *s);

/*
 * Adds entry number i, less than SCHEDULE_NONE, or changes its interval, above 0;
 * seed: a hash of its name, the same each time.  Its first turn is less than an
 * interval away; one that may be long, and about which nothing is known, is asked
 * for sooner with schedule_sooner() and schedule_spread().
 *
 * With another interval it has other turns, but the round that was to come next
 * still comes if that is sooner; with the same, nothing changes.
 */
void schedule_set(struct schedule *s, uint32_t i, uint32_t interval_ms,
    uint32_t seed, int64_t now_us);
/* Nothing happens if there is no such entry. */
void schedule_remove(struct schedule *s, uint32_t i);

/*
 * Entry i, which there is, is due at at_us, unless it is due before; its turns
 * stay.
 */
void schedule_sooner(struct schedule *s, uint32_t i, int64_t at_us);

/* When the next one is due, or CLOCK_NEVER. */
int64_t schedule_next(const struct schedule *s);

/*
 * Takes the entry that is due first if that is not after now_us: its number, and
 * in *due_us since when it was; or SCHEDULE_NONE.  It is due again at its next
 * turn after now_us: a round that was asked for sooner is also that of a turn
 * that has come meanwhile.
 */
uint32_t schedule_take(struct schedule *s, int64_t now_us, int64_t *due_us);

/* How late the most overdue entry is, and how many turns were left out. */
int64_t schedule_behind(const struct schedule *s, int64_t now_us);
uint64_t schedule_missed(const struct schedule *s);

/* The place of a seed in an interval: 0 to interval_us - 1, evenly. */
int64_t schedule_spread(uint32_t seed, int64_t interval_us);

#endif
