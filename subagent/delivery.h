/* SPDX-License-Identifier: ISC */
/*
 * The events of the port table are told to people: a command is run for each, and
 * the table told that it is done when the command has ended with 0.
 *
 * At least once: what was not done, or whose mark was not on disk, when the
 * daemon ended is told by the next one, under the same number.
 *
 * An event of an entry waits until the one before it was delivered or given up, so
 * that no all-clear comes before its alarm.  Entries do not wait for one another:
 * whose command fails waits by itself for its next try, which then has its turn
 * behind all that was there at that time.  Else the oldest comes first.
 *
 * Of each event that is not done some 100 bytes are kept, so for no more than the
 * ring of the table has; its words are read from there for each try.  What was
 * overwritten there is told as missed.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon_conf.h"
#include "poller.h"
#include "table.h"

struct delivery;

enum delivery_kind {
	DELIVERY_DONE,
	DELIVERY_FAILED,   /* there will be another try */
	DELIVERY_GIVEN_UP, /* there will be none */
	DELIVERY_MISSED,   /* overwritten: the ring is too small */
};

/* For the log. */
struct delivery_word {
	enum delivery_kind kind;
	const struct table_event *event; /* NULL: DELIVERY_MISSED */
	unsigned tries;                  /* this one included */
	int64_t again_us;                /* until the next: DELIVERY_FAILED */
	const char *reason; /* in words, escaped; NULL: it did not fail */
	uint64_t missed;    /* so many events: DELIVERY_MISSED */
};

/* What a word points to lives until the call returns. */
typedef void delivery_log_fn(void *ctx, const struct delivery_word *w);

/* All but daemon outlives the delivery. */
struct delivery_conf {
	struct table *table;
	struct poller *poller;
	const struct daemon_conf *daemon; /* see delivery_reconfigure() */
	delivery_log_fn *log;
	void *ctx;
};

struct delivery_counts {
	uint64_t delivered;
	uint64_t given_up;
	size_t running;
	size_t waiting; /* for their first or next try */
};

struct delivery *delivery_new(const struct delivery_conf *conf);

/*
 * Kills the commands that run; their events are not done.  What has ended well is
 * done, and on disk after the next flush, or when the table is closed.
 */
void delivery_free(struct delivery *d);

/*
 * What counts for all tries that have not begun: the members of notify, none of which
 * is left to a default but for the command, whose words notice_check() likes, and
 * notify_retries, which may be 0.  conf lives until the next call.
 */
void delivery_reconfigure(struct delivery *d, const struct daemon_conf *conf);

/*
 * The table was opened, or flushed: what is in it now may be told.  Also when that
 * has failed, where an alarm without a trace is better than none.
 */
void delivery_flushed(struct delivery *d);

/*
 * Takes up what has ended, and starts what may be started, or a part of it that
 * takes little time.  What is done is on disk after the next flush.
 *
 * Returns the time at which there is more to do even if no watch is told, or
 * CLOCK_NEVER.  now_us: of CLOCK_MONOTONIC.
 */
int64_t delivery_turn(struct delivery *d, int64_t now_us);

/* Whether all events of the table are done. */
bool delivery_idle(const struct delivery *d);

const struct delivery_counts *delivery_counts(const struct delivery *d);

#endif
