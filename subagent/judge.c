/* SPDX-License-Identifier: ISC */
#include "judge.h"

#include <assert.h>
#include <math.h>

#define FLAGS \
	(TABLE_KNOWN | TABLE_DOWN | TABLE_UNSURE | TABLE_LAGGED | TABLE_SEVERE)

/* The events of a round, as they are found. */
struct list {
	enum table_event_kind *events;
	unsigned n;
};

static void weigh(struct judge *, const struct judge_conf *, bool,
    struct list *);
static void settle_severe(struct judge *, const struct judge_conf *,
    struct list *);
static void weigh_lag(struct judge *, const struct judge_conf *, double,
    struct list *);
static void settle_lag(struct judge *, const struct judge_conf *,
    struct list *);
static void add(struct list *, enum table_event_kind);

unsigned
judge_round(struct judge *j, const struct judge_conf *conf,
    const struct judge_round *r, enum table_event_kind *events)
{
	struct list list = { events, 0 };
	bool failed = r->word == JUDGE_FAILED;

	j->unasked = r->word == JUDGE_UNASKED;
	if (j->unasked)
		return 0;
	weigh(j, conf, failed, &list);
	if (j->known && j->down == failed) {
		j->state = (uint8_t)r->state;
		j->port = (uint8_t)r->port;
	}
	weigh_lag(j, conf, failed ? NAN : r->latency_ms, &list);
	return list.n;
}

unsigned
judge_reconfigure(struct judge *j, const struct judge_conf *conf,
    enum table_event_kind *events)
{
	struct list list = { events, 0 };

	settle_severe(j, conf, &list);
	settle_lag(j, conf, &list);
	return list.n;
}

bool
judge_unsure(const struct judge *j)
{
	return !j->unasked && (j->against > 0 || j->lag_against > 0);
}

enum state
judge_state(const struct judge *j)
{
	return j->known && !j->unasked ? (enum state)j->state : STATE_UNKNOWN;
}

void
judge_store(const struct judge *j, struct table_record *r)
{
	r->flags &= ~FLAGS;
	r->flags |= j->known ? TABLE_KNOWN : 0;
	r->flags |= j->down ? TABLE_DOWN : 0;
	r->flags |= j->against > 0 || j->lag_against > 0 ? TABLE_UNSURE : 0;
	r->flags |= j->lagged ? TABLE_LAGGED : 0;
	r->flags |= j->severe ? TABLE_SEVERE : 0;
	r->state = (uint8_t)judge_state(j);
	r->port_state = j->port;
	r->failed_rounds = j->failed_rounds;
}

void
judge_restore(struct judge *j, const struct table_record *r)
{
	*j = (struct judge){
		.known = (r->flags & TABLE_KNOWN) != 0,
		.down = (r->flags & TABLE_DOWN) != 0,
		.lagged = (r->flags & TABLE_LAGGED) != 0,
		.severe = (r->flags & TABLE_SEVERE) != 0,
		.state = r->state,
		.port = r->port_state,
		.failed_rounds = r->failed_rounds,
	};
}

/* Down is opened before severe, and closed after it. */
static void
weigh(struct judge *j, const struct judge_conf *conf, bool failed,
    struct list *list)
{
	bool was_down = j->down;

	if (failed == was_down) {
		j->against = 0;
	} else if (j->against++ >= conf->retries) {
		j->down = failed;
		j->against = 0;
	}
	j->known |= failed == j->down;
	if (failed && j->failed_rounds < UINT32_MAX)
		j->failed_rounds++;
	else if (!failed && !j->down)
		j->failed_rounds = 0;
	if (j->down && !was_down)
		add(list, TABLE_EVENT_DOWN);
	settle_severe(j, conf, list);
	if (was_down && !j->down)
		add(list, TABLE_EVENT_UP);
}

static void
settle_severe(struct judge *j, const struct judge_conf *conf, struct list *list)
{
	bool severe = j->down && conf->severe > 0 &&
	    j->failed_rounds >= conf->severe;

	if (severe != j->severe)
		add(list, severe ? TABLE_EVENT_SEVERE : TABLE_EVENT_RECOVERED);
	j->severe = severe;
}

/* latency_ms: NAN when the round says nothing of it. */
static void
weigh_lag(struct judge *j, const struct judge_conf *conf, double latency_ms,
    struct list *list)
{
	bool slow = latency_ms > conf->lag_ms;

	settle_lag(j, conf, list);
	if (conf->lag_ms <= 0 || isnan(latency_ms) || slow == j->lagged) {
		j->lag_against = 0;
	} else if (j->lag_against++ >= conf->retries) {
		j->lagged = slow;
		j->lag_against = 0;
		add(list, slow ? TABLE_EVENT_LAGGED : TABLE_EVENT_NORMAL);
	}
}

static void
settle_lag(struct judge *j, const struct judge_conf *conf, struct list *list)
{
	if (conf->lag_ms > 0)
		return;
	j->lag_against = 0;
	if (j->lagged)
		add(list, TABLE_EVENT_NORMAL);
	j->lagged = false;
}

static void
add(struct list *list, enum table_event_kind kind)
{
	assert(list->n < JUDGE_EVENTS_MAX);
	list->events[list->n++] = kind;
}
