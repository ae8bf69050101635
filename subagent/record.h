/* SPDX-License-Identifier: ISC */
/*
 * What the port table says of an entry: what it is, by the configuration, and what
 * its rounds were, in figures.  What they amount to the judge decides (judge.h).
 */
#ifndef RECORD_H
#define RECORD_H

#include "judge.h"
#include "portset.h"
#include "rounds.h"

/*
 * Sets what the configuration says of an entry.  Whether it was probed, and how
 * often, stays.  timeout_us: where it has none of its own.
 */
void record_configure(struct table_record *r, const struct portset *s,
    const struct entry *e, const struct rounds *rounds, int64_t timeout_us);

/* What a round came to, as the judge is told. */
struct judge_round record_judge_round(const struct portset *s,
    const struct entry *e);

/*
 * Takes up a round that has ended at wall_us, and what the judge made of it.
 * Counters go on from one daemon to the next:
 *
 *	probes	   that were sent
 *	responses  of these, such as were answered by an open port, whose latency
 *		   is in the sums
 *	failures   rounds in which the entry was not as expected
 *	jitter	   of the average latency from one round to the next
 *	changes    of the state of the port, or of whether it is as expected
 *
 * Outcome, reason and address are those of the last round that agrees with what
 * is decided, or that could not be asked.
 */
void record_round(struct table_record *r, const struct portset *s,
    const struct entry *e, const struct judge *j, int64_t wall_us);

/* The event of that kind: was is what the record said before. */
void record_event(struct table_event *ev, enum table_event_kind kind,
    const struct table_record *r, const struct table_record *was,
    int64_t wall_us);

#endif
