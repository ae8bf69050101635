/* SPDX-License-Identifier: ISC */
#include "notifier.h"

#include <stdlib.h>
#include <string.h>

#include "alerts_file.h"
#include "clock.h"
#include "log.h"
#include "mib_notice.h"
#include "snmp_master.h"
#include "table_reader.h"
#include "xalloc.h"

/* On their way at a time: some kilobytes in the buffers of a socket. */
#define WINDOW 8

/* Events that are read in one turn, so that managers need not wait. */
#define TAKE_MAX 512

/* How often the table is looked at, and the file written at the most. */
#define LOOK_US (100 * CLOCK_MILLISECOND)
#define SAVE_US CLOCK_SECOND

/* One that is on its way. */
struct trip {
	struct notifier *notifier; /* NULL: none is */
	struct alert alert;
	bool storm;
};

struct notifier {
	struct notifier_conf conf;
	struct alerts *alerts;
	struct alerts_file file;
	struct trip trips[WINDOW];
	int64_t started_us; /* by the wall clock */
	int64_t look_us;    /* when to look again, and to write */
	int64_t save_us;
	uint32_t serial; /* of the configuration, as it was looked at */
	uint64_t unsure; /* events below this may have been told of */
	bool compared;   /* what was told, with that and all events */
	bool changed;    /* since the file was written */
	bool unwritten;  /* it could not be, and that was said */
};

static bool look(struct notifier *, int64_t);
static void begin(struct notifier *, const struct table_reader *);
static void forget(struct notifier *);
static bool take_events(struct notifier *, struct table_reader *, uint64_t *,
    int64_t);
static void compare(struct notifier *, struct table_reader *, int64_t);
static bool raised(const struct table_record *, enum alert_kind);
static void send_alerts(struct notifier *, int64_t);
static bool make_notice(struct notifier *, const struct alert *,
    struct mib_notice *);
static void event_of_record(struct table_event *, const struct table_record *,
    const struct alert *);
static struct trip *free_trip(struct notifier *);
static snmp_master_taken_fn taken;
static void tell_figures(struct notifier *);

struct notifier *
notifier_new(const struct notifier_conf *conf, int64_t now_us)
{
	struct notifier *n = xcalloc(1, sizeof(*n));
	const char *why;

	n->conf = *conf;
	n->alerts = alerts_new(&conf->alerts);
	n->started_us = clock_wall_us();
	why = alerts_file_read(conf->file, &n->file, n->alerts, now_us);
	if (why != NULL)
		log_say(LOG_WARNING,
		    "%s: %s: it is not known what managers were told",
		    conf->file, why);
	n->unsure = n->file.complete ? 0 : UINT64_MAX;
	n->file.complete = false;
	n->changed = true;
	/* What was counted since the file was written is lost. */
	if (n->file.began_us == 0 || n->unsure > 0)
		n->file.began_us = n->started_us;
	*conf->figures = (struct mib_notify){
		.began_us = n->file.began_us,
		.enabled = 1u << MIB_STATE_CHANGE | 1u << MIB_LAGGED |
		    1u << MIB_SEVERE | 1u << MIB_STORM,
		.min_interval_s = (uint32_t)(conf->alerts.interval_us /
		    CLOCK_SECOND),
		.max_rate = conf->alerts.rate,
		.burst = conf->alerts.burst,
	};
	tell_figures(n);
	return n;
}

void
notifier_free(struct notifier *n)
{
	if (n == NULL)
		return;
	/* Those that we may be told of again are to be taken first. */
	n->file.complete = n->file.next >= n->unsure;
	n->changed = true;
	notifier_save(n);
	alerts_free(n->alerts);
	free(n);
}

int64_t
notifier_turn(struct notifier *n, int64_t now_us)
{
	int64_t due_us;

	if (n->look_us <= now_us)
		n->look_us = look(n, now_us) ? now_us : now_us + LOOK_US;
	/* Before the first is sent. */
	if (n->changed && n->save_us <= now_us) {
		notifier_save(n);
		n->save_us = now_us + SAVE_US;
	}
	send_alerts(n, now_us);
	tell_figures(n);
	due_us = n->look_us;
	/* With none to spare, an answer is waited for. */
	if (free_trip(n) != NULL && alerts_due(n->alerts, now_us) < due_us)
		due_us = alerts_due(n->alerts, now_us);
	return due_us;
}

void
notifier_save(struct notifier *n)
{
	const char *why;

	if (!n->changed)
		return;
	why = alerts_file_write(n->conf.file, &n->file, n->alerts);
	n->changed = why != NULL;
	if (why != NULL && !n->unwritten)
		log_say(LOG_ERR,
		    "%s: %s: notifications may be sent again after a restart",
		    n->conf.file, why);
	else if (why == NULL && n->unwritten)
		log_say(LOG_NOTICE, "%s is written again", n->conf.file);
	n->unwritten = why != NULL;
}

struct alerts_counts
notifier_counts(const struct notifier *n)
{
	return alerts_counts(n->alerts);
}

/* Whether there is more to be read at once. */
static bool
look(struct notifier *n, int64_t now_us)
{
	struct table_reader *r = mib_view_table(n->conf.view);
	const struct table_live *live;
	uint64_t lost = 0;
	bool more;

	mib_view_refresh(n->conf.view, clock_wall_us(),
	    snmp_master_uptime_cs());
	live = table_reader_live(r);
	if (live == NULL)
		return false;
	if (table_reader_head(r)->born_us != n->file.born_us)
		begin(n, r);
	if (n->unsure == UINT64_MAX)
		n->unsure = live->next_event;
	more = take_events(n, r, &lost, now_us);
	n->compared &= lost == 0 && live->totals.config_serial == n->serial;
	if (more)
		return true;
	if (!n->compared)
		compare(n, r, now_us);
	n->compared = true;
	n->serial = live->totals.config_serial;
	return false;
}

/*
 * A table that we did not know.  What had happened in it before we came nobody is
 * told.
 */
static void
begin(struct notifier *n, const struct table_reader *r)
{
	int64_t born_us = table_reader_head(r)->born_us;

	if (n->file.born_us != 0)
		log_say(LOG_WARNING,
		    "the port table was begun anew: what managers were told is "
		    "forgotten");
	forget(n);
	n->file.next = n->file.born_us == 0 && born_us < n->started_us
	    ? table_reader_live(r)->next_event
	    : 1;
	n->file.born_us = born_us;
	n->changed = true;
}

/* What is on its way is of no entry any more, but counts. */
static void
forget(struct notifier *n)
{
	size_t i;

	alerts_forget_all(n->alerts);
	for (i = 0; i < WINDOW; i++)
		n->trips[i].alert.index = 0;
}

/* Whether there are more. */
static bool
take_events(struct notifier *n, struct table_reader *r, uint64_t *lost,
    int64_t now_us)
{
	uint64_t next = n->file.next;
	struct table_event e;
	enum table_answer answer = TABLE_OK;
	unsigned i;

	for (i = 0; i < TAKE_MAX && answer == TABLE_OK; i++) {
		answer = table_reader_event(r, &n->file.next, &e, lost);
		if (answer != TABLE_OK)
			break;
		alerts_unsure(n->alerts, e.number < n->unsure);
		alerts_take(n->alerts, &e, now_us);
	}
	alerts_lost(n->alerts, *lost);
	n->changed |= n->file.next != next;
	return answer == TABLE_OK;
}

/*
 * Alarms whose all-clear cannot come as an event: the event was lost, or the entry is
 * not in the configuration any more, and then there is none.
 */
static void
compare(struct notifier *n, struct table_reader *r, int64_t now_us)
{
	struct table_record record;
	enum table_answer answer;
	struct alert a;
	uint32_t i = 0;

	while (alerts_told(n->alerts, &i, &a)) {
		answer = table_reader_record(r, a.index, &record);
		if (answer == TABLE_NONE ||
		    (answer == TABLE_OK && (record.flags & TABLE_ENABLED) == 0))
			alerts_forget(n->alerts, &a);
		else if (answer == TABLE_OK && !raised(&record, a.kind))
			alerts_clear(n->alerts, &a, now_us);
		else
			continue;
		n->changed = true;
	}
}

static bool
raised(const struct table_record *r, enum alert_kind kind)
{
	static const uint32_t flags[] = {
		[ALERT_STATE] = TABLE_DOWN,
		[ALERT_LAG] = TABLE_LAGGED,
		[ALERT_SEVERITY] = TABLE_SEVERE,
	};

	return (r->flags & flags[kind]) != 0;
}

static void
send_alerts(struct notifier *n, int64_t now_us)
{
	struct mib_notice notice;
	struct trip *t;

	while ((t = free_trip(n)) != NULL) {
		bool ok = true;

		*t = (struct trip){ .storm = alerts_storm(n->alerts, now_us) };
		if (t->storm)
			mib_notice_storm(n->conf.view, &notice);
		else if (alerts_next(n->alerts, now_us, &t->alert))
			ok = make_notice(n, &t->alert, &notice);
		else
			return;
		n->changed = true;
		t->notifier = n;
		if (!ok)
			taken(t, false);
		else if (!snmp_master_notify(&notice, taken, t))
			return;
	}
}

/* Of an event that was overwritten meanwhile, what the record says is left. */
static bool
make_notice(struct notifier *n, const struct alert *a, struct mib_notice *out)
{
	struct table_reader *r = mib_view_table(n->conf.view);
	uint64_t cursor = a->event, lost = 0;
	struct table_record record;
	struct table_event e;

	if (a->event == 0 ||
	    table_reader_event(r, &cursor, &e, &lost) != TABLE_OK ||
	    e.number != a->event) {
		if (table_reader_record(r, a->index, &record) != TABLE_OK)
			return false;
		event_of_record(&e, &record, a);
	}
	e.old_port_state = a->old_port_state;
	mib_notice_event(n->conf.view, &e, out);
	return true;
}

static void
event_of_record(struct table_event *e, const struct table_record *r,
    const struct alert *a)
{
	static const uint8_t kinds[][2] = {
		[ALERT_STATE] = { TABLE_EVENT_UP, TABLE_EVENT_DOWN },
		[ALERT_LAG] = { TABLE_EVENT_NORMAL, TABLE_EVENT_LAGGED },
		[ALERT_SEVERITY] = { TABLE_EVENT_RECOVERED,
		    TABLE_EVENT_SEVERE },
	};

	*e = (struct table_event){
		.at_us = r->last_change_us,
		.index = r->index,
		.kind = kinds[a->kind][a->raised],
		.state = r->state,
		.port_state = r->port_state,
		.outcome = r->outcome,
		.rtt_us = r->rtt_us,
		.failed_rounds = r->failed_rounds,
		.lag_ms = r->lag_ms,
	};
	memcpy(e->reason, r->reason, sizeof(e->reason));
	memcpy(e->name, r->name, sizeof(e->name));
}

static struct trip *
free_trip(struct notifier *n)
{
	size_t i;

	for (i = 0; i < WINDOW; i++)
		if (n->trips[i].notifier == NULL)
			return &n->trips[i];
	return NULL;
}

static void
taken(void *ctx, bool ok)
{
	struct trip *t = ctx;
	struct notifier *n = t->notifier;

	t->notifier = NULL;
	n->changed = true;
	if (t->storm) {
		n->file.storms += ok;
		alerts_storm_told(n->alerts, ok);
	} else if (ok) {
		alerts_sent(n->alerts, &t->alert);
	} else {
		alerts_failed(n->alerts, &t->alert, clock_now_us());
	}
}

static void
tell_figures(struct notifier *n)
{
	struct alerts_counts c = alerts_counts(n->alerts);

	n->conf.figures->sent = (uint32_t)c.sent;
	n->conf.figures->suppressed = (uint32_t)c.suppressed;
}
