/* SPDX-License-Identifier: ISC */
/*
 * The daemon's work: asks each entry in its turn, for ever, keeps the port table,
 * and decides what is an event.
 *
 * A round of an entry is all its probes at one time; the next one is not begun before
 * it has ended.  One that is being asked while the configuration changes tells
 * nothing, since it may be about something else by now: the entry is asked again.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "poller.h"
#include "site.h"
#include "table.h"

struct monitor;

/* Told of each event when it is decided, before it is on disk. */
typedef void monitor_fn(void *ctx, const struct table_event *e,
    const struct table_record *r);

struct monitor_conf {
	struct table *table;
	monitor_fn *event;
	void *ctx;
};

/* Zero: none, but of names_us. */
struct monitor_limits {
	unsigned parallel; /* probes in flight; 0: as descriptors allow */
	unsigned rate;     /* probes in a second */
	int64_t names_us;  /* see engine.h; above 0 */
	int64_t descriptors;
};

struct monitor *monitor_new(const struct monitor_conf *conf);
/* What was not told is forgotten. */
void monitor_free(struct monitor *m);

/*
 * Takes over a configuration, and that of before goes when its last probe has ended.
 * What is known of the entries that both have stays.  Turns of new ones are counted
 * from the next monitor_turn().
 */
void monitor_adopt(struct monitor *m, struct site *site,
    const struct monitor_limits *limits, int64_t wall_us);

/*
 * Does what is due at now_us.  Returns when there is more to do even if no
 * descriptor is ready.
 */
int64_t monitor_turn(struct monitor *m, int64_t now_us);

/* As those of the engine, once it has a configuration. */
struct poller *monitor_poller(const struct monitor *m);
int monitor_watch(struct monitor *m, struct watch *w);
void monitor_wait(struct monitor *m, int64_t until_us);

/* Whether there was an event since this was asked last. */
bool monitor_had_events(struct monitor *m);

/* What table_tell() is told. */
struct table_totals monitor_totals(const struct monitor *m, int64_t now_us,
    int64_t wall_us);

/* Of the rounds that were begun since this was asked last. */
struct monitor_lateness {
	uint64_t rounds;
	uint64_t missed; /* turns that nobody took */
	int64_t p99_us;  /* after their turns; rounded up to milliseconds */
	int64_t most_us;
};

struct monitor_lateness monitor_lateness(struct monitor *m);

#endif
