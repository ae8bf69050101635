/* SPDX-License-Identifier: ISC */
/*
 * Which notifications managers are sent, and when: what becomes of the events of the
 * port table on the way to a network that loses what comes too fast.
 *
 * Of an entry there are three things that a manager is told: that it is down, lagged
 * or severely down, and the all-clear of each.  An event that only takes back what
 * nobody was told needs no notification; so of many events of an entry that wait, one
 * is left or none.  Those that are left have their turn in the order in which the
 * first of each came, as the rate allows.  An alarm for which there is no turn in
 * time is given up, and a storm is told of; the all-clear of one that was sent never
 * is.  Each event is counted once, as sent or as suppressed, and a notification of which
 * there is no event is not.
 *
 * Times are microseconds of CLOCK_MONOTONIC.
 */
#ifndef ALERTS_H
#define ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "table_format.h"

enum alert_kind {
	ALERT_STATE,
	ALERT_LAG,
	ALERT_SEVERITY,
};

#define ALERT_KINDS 3

struct alerts_conf {
	unsigned rate;       /* a second, on average; above 0 */
	unsigned burst;      /* at once */
	int64_t patience_us; /* how long an alarm may wait */
	int64_t
	    interval_us; /* between two of a kind about an entry, or of storms */
};

/* One that is to be sent. */
struct alert {
	uint32_t index; /* of the entry */
	enum alert_kind kind;
	bool raised;    /* or all-clear */
	uint64_t event; /* that says so; 0: none does, it was overwritten */
	uint8_t old_port_state; /* enum port_state: what the manager knows of */
};

struct alerts_counts {
	uint64_t sent, suppressed;
};

struct alerts;

struct alerts *alerts_new(const struct alerts_conf *conf);
void alerts_free(struct alerts *a);

/*
 * Of alarms that come while this is so, and wait, it is not known whether managers
 * were told: a process that was killed may have done that.  They are sent, again
 * perhaps, and so is their all-clear, even when the alarm itself has no turn.
 */
void alerts_unsure(struct alerts *a, bool unsure);

/* What happened; events come in their order. */
void alerts_take(struct alerts *a, const struct table_event *e, int64_t now_us);

/*
 * So many events were lost before they could be taken: a storm, since alarms may be
 * among them.  Of all-clears, see alerts_told().
 */
void alerts_lost(struct alerts *a, uint64_t n);

/*
 * The next notification, if there is one and a turn for it.  It is on its way then,
 * until one of those below is called for it.
 */
bool alerts_next(struct alerts *a, int64_t now_us, struct alert *out);
void alerts_sent(struct alerts *a, const struct alert *one);
/* It cannot be sent: an alarm is given up, an all-clear waits once more. */
void alerts_failed(struct alerts *a, const struct alert *one, int64_t now_us);

/*
 * Whether a storm is to be told of, and then that is on its way, until the next one is
 * called for it.  A later process has to know of one that was not told.
 */
bool alerts_storm(struct alerts *a, int64_t now_us);
void alerts_storm_told(struct alerts *a, bool ok);
bool alerts_storm_untold(const struct alerts *a);

/* When alerts_next() or alerts_storm() is to be asked again, or CLOCK_NEVER. */
int64_t alerts_due(const struct alerts *a, int64_t now_us);

struct alerts_counts alerts_counts(const struct alerts *a);

/*
 * The alarms that managers were told and that stand: i from 0 until false is
 * returned.  When the all-clear of one cannot come as an event any more, it is
 * cleared, with a notification, or forgotten, without.
 */
bool alerts_told(const struct alerts *a, uint32_t *i, struct alert *out);
void alerts_clear(struct alerts *a, const struct alert *one, int64_t now_us);
void alerts_forget(struct alerts *a, const struct alert *one);
/* Of another table: indexes mean something else. */
void alerts_forget_all(struct alerts *a);

/*
 * What a later process has to know: all that was sent is told, and what is on its way
 * or waits comes once more.  Of what is on its way it is not known whether managers were
 * told: so an alarm is unsure, and where something else has come after it, that is sent
 * in any case, and the first one counts as suppressed then.
 */
struct alert_memory {
	uint32_t index;
	uint8_t kind;
	bool told, wanted, unsure;
	uint8_t old_port_state;
	uint64_t event;
	bool superseded; /* one that is on its way: not to be recalled */
};

bool alerts_remember(const struct alerts *a, uint32_t *i,
    struct alert_memory *out);
void alerts_recall(struct alerts *a, const struct alert_memory *m,
    int64_t now_us);
void alerts_recall_counts(struct alerts *a, struct alerts_counts counts);

#endif
