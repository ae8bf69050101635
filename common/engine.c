/* SPDX-License-Identifier: ISC */
#include "engine.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "names.h"
#include "probe.h"
#include "xalloc.h"

/* Probes started in one turn: the clock is read again after so many. */
#define LAUNCH_MAX 64

#define QUEUE_FIRST 8

/*
 * Of those that wait for their own limit, and of those that are to be asked
 * again, no more are kept for the sake of targets that were not added yet.
 */
#define ASIDE_MAX 65536

/* Probes kept for the next targets. */
#define SPARE_MAX 256

/*
 * A loop that is later than it should be by no more than this starts more at once,
 * for the rate to be kept: some ways to wait know whole milliseconds.
 */
#define LATE_MAX_US (10 * CLOCK_MILLISECOND)

/* RFC 6298 2: no answer in three round trips is late; but never so soon. */
#define HEDGE_MIN_US (150 * CLOCK_MILLISECOND)
#define HEDGE_ROUND_TRIPS 3

/* A target that is not being probed yet. */
struct entry {
	const struct target *target;
	int64_t deadline_us;
	unsigned tries;       /* so far */
	enum outcome outcome; /* of the last one */
};

/* First to last - 1. */
struct queue {
	struct entry *entries;
	size_t first;
	size_t last;
	size_t size;
};

/* What a limit of its own is for. */
enum lane {
	LANE_PLAIN, /* no other than that of all */
	LANE_TLS,
	LANE_HANDLER,
	LANE_COUNT
};

/* One that waits for its name to be resolved. */
struct waiter {
	struct waiter *next;
	struct entry entry;
};

struct spares {
	struct probe *probes[SPARE_MAX];
	size_t n;
};

struct engine {
	struct engine_conf conf;
	struct poller *poller;
	struct timers timers;
	struct probe_env env;

	struct names *names;   /* NULL before the first name */
	struct timers lookups; /* of names that somebody waits for */
	size_t waiting;        /* targets that do */

	/*
	 * To be probed: as they were added; put aside, since their lane is full,
	 * so that others need not wait behind them; and once more.
	 */
	struct queue added;
	struct queue aside[LANE_COUNT];
	struct queue again;
	bool more; /* there may be more to add */

	/* The last target that was launched, if it needs to be prepared. */
	const struct target *unprepared;

	unsigned in_flight;
	unsigned in_lane[LANE_COUNT]; /* of these */
	unsigned limits[LANE_COUNT];  /* of these */
	int64_t launch_us;            /* not before, for the rate's sake */
	int64_t least_rtt_us;

	/* Ended, to be used again once nothing refers to them any more. */
	struct probe **landed;
	size_t n_landed;
	size_t size_landed;
	struct spares streams;
	struct spares datagrams;
	struct spares handlers;
};

static const char too_late[] = "the run ended first";

static unsigned limit(unsigned);
static void enqueue(struct queue *, struct entry);
static size_t length(const struct queue *);
static size_t queued(const struct engine *);
static struct queue *any_queue(struct engine *);
static bool ask_for_more(struct engine *);
static int64_t launch_some(struct engine *, int64_t);
static struct queue *next_queue(struct engine *);
static bool hurries(const struct engine *);
static enum lane lane_of(const struct target *);
static bool is_full(const struct engine *, enum lane);
static void launch(struct engine *, struct entry, int64_t);
static void prepare(struct engine *);
static const struct probe_kind *kind_of(const struct engine *,
    const struct target *);
static struct spares *spares_of(struct engine *, const struct probe_kind *);
static const struct handler *handler_of(const struct target *);
static int64_t timeout_us(const struct engine *, const struct target *);
static unsigned retries(const struct engine *, const struct target *);
static void await_name(struct engine *, struct entry, int64_t);
static void name_known(void *, struct name *, int64_t);
static struct waiter *take_waiter(struct engine *, struct name *);
static void start(struct engine *, struct entry, const struct addr *, size_t,
    int64_t, int64_t);
static void start_one(struct engine *, struct entry, const struct addr *,
    size_t, int64_t, int64_t);
static struct probe *take_probe(struct engine *, const struct target *);
static int64_t hedge_us(const struct engine *);
static void land(void *, struct probe *, const struct result *);
static bool unanswered(const struct result *);
static bool cut_short(const struct engine *, const struct target *,
    const struct result *);
static void clear_landed(struct engine *);
static void free_spares(struct spares *);
static void expire_waiters(struct engine *, struct name *, int64_t);
static void free_waiters(struct engine *, struct name *);
static void tell_unprobed(struct engine *, const struct target *, enum outcome,
    const char *, int64_t);

struct engine *
engine_new(const struct engine_conf *conf)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->conf = *conf;
	e->limits[LANE_PLAIN] = limit(0);
	engine_limit(e, conf->parallel, conf->parallel_tls,
	    conf->parallel_handlers, conf->rate);
	e->poller = poller_new();
	e->least_rtt_us = RESULT_NONE;
	e->more = conf->more != NULL;
	e->env = (struct probe_env){
		.poller = e->poller,
		.timers = &e->timers,
		.sock = &e->conf.sock,
		.spare_fd = -1,
		.spare_datagram_fd = -1,
		.done = land,
		.ctx = e,
	};
	return e;
}

void
engine_free(struct engine *e)
{
	struct timer *t;
	size_t i;

	if (e == NULL)
		return;
	while ((t = timers_pop(&e->lookups, INT64_MAX)) != NULL)
		free_waiters(e, (struct name *)(void *)t);
	while ((t = timers_pop(&e->timers, INT64_MAX)) != NULL)
		probe_free(probe_of(t));
	clear_landed(e);
	free_spares(&e->streams);
	free_spares(&e->datagrams);
	free_spares(&e->handlers);
	engine_forget_targets(e);
	names_free(e->names);
	poller_free(e->poller);
	timers_free(&e->timers);
	timers_free(&e->lookups);
	free(e->added.entries);
	for (i = 0; i < LANE_COUNT; i++)
		free(e->aside[i].entries);
	free(e->again.entries);
	free(e->landed);
	free(e);
}

void
engine_limit(struct engine *e, unsigned parallel, unsigned parallel_tls,
    unsigned parallel_handlers, unsigned rate)
{
	e->conf.parallel = limit(parallel);
	e->limits[LANE_TLS] = limit(parallel_tls);
	e->limits[LANE_HANDLER] = limit(parallel_handlers);
	/* The next one need not wait for as long as it had to. */
	if (rate != e->conf.rate)
		e->launch_us = 0;
	e->conf.rate = rate;
}

void
engine_add(struct engine *e, const struct target *t, int64_t deadline_us)
{
	enqueue(&e->added,
	    (struct entry){ t, deadline_us, 0, OUTCOME_NOT_PROBED });
}

void
engine_ask(struct engine *e)
{
	e->more = e->conf.more != NULL;
}

int64_t
engine_turn(struct engine *e, int64_t now_us)
{
	int64_t next_us, other_us;
	struct timer *t;

	while ((t = timers_pop(&e->timers, now_us)) != NULL)
		probe_wake(probe_of(t), now_us);
	while ((t = timers_pop(&e->lookups, now_us)) != NULL)
		expire_waiters(e, (struct name *)(void *)t, now_us);
	next_us = launch_some(e, now_us);
	prepare(e);
	clear_landed(e);
	other_us = timers_next(&e->timers);
	if (other_us < next_us)
		next_us = other_us;
	other_us = timers_next(&e->lookups);
	return other_us < next_us ? other_us : next_us;
}

void
engine_forget_targets(struct engine *e)
{
	if (e->env.spare_fd != -1)
		(void)close(e->env.spare_fd);
	if (e->env.spare_datagram_fd != -1)
		(void)close(e->env.spare_datagram_fd);
	e->env.spare_fd = -1;
	e->env.spare_datagram_fd = -1;
}

/* Those that somebody waits for stay. */
void
engine_forget_names(struct engine *e)
{
	if (e->waiting > 0)
		return;
	names_free(e->names);
	e->names = NULL;
}

bool
engine_busy(const struct engine *e)
{
	return e->in_flight > 0 || engine_waiting(e) > 0 || e->more;
}

size_t
engine_in_flight(const struct engine *e)
{
	return e->in_flight;
}

size_t
engine_waiting(const struct engine *e)
{
	return queued(e) + e->waiting;
}

int
engine_fd(struct engine *e)
{
	return poller_fd(e->poller);
}

int
engine_watch(struct engine *e, struct watch *w)
{
	return poller_add(e->poller, w);
}

struct poller *
engine_poller(struct engine *e)
{
	return e->poller;
}

void
engine_wait(struct engine *e, int64_t until_us)
{
	poller_wait(e->poller, until_us);
}

/*
 * While there is more to start, answers are looked for without waiting, but
 * not in the middle of a single check, which has none yet.
 */
void
engine_run(struct engine *e, const bool *stop)
{
	int64_t next_us;

	while (engine_busy(e) && !*stop) {
		next_us = engine_turn(e, clock_now_us());
		if (engine_busy(e) &&
		    (queued(e) > 0 || e->more || next_us > clock_now_us()))
			engine_wait(e, next_us);
	}
}

void
engine_stop(struct engine *e, const char *note, int64_t now_us)
{
	struct queue *q;
	struct timer *t;

	while ((t = timers_pop(&e->timers, INT64_MAX)) != NULL)
		probe_stop(probe_of(t), note, now_us);
	while ((t = timers_pop(&e->lookups, INT64_MAX)) != NULL) {
		struct name *n = (struct name *)(void *)t;
		struct waiter *w;

		while ((w = take_waiter(e, n)) != NULL) {
			tell_unprobed(e, w->entry.target, OUTCOME_NOT_PROBED,
			    note, now_us - n->asked_us);
			free(w);
		}
	}
	while ((q = any_queue(e)) != NULL)
		tell_unprobed(e, q->entries[q->first++].target,
		    OUTCOME_NOT_PROBED, note, RESULT_NONE);
}

/* Zero means none. */
static unsigned
limit(unsigned n)
{
	return n != 0 ? n : UINT_MAX;
}

static void
enqueue(struct queue *q, struct entry entry)
{
	if (q->first == q->last) {
		q->first = 0;
		q->last = 0;
	} else if (q->last == q->size && q->first > q->size / 2) {
		memcpy(q->entries, q->entries + q->first,
		    length(q) * sizeof(q->entries[0]));
		q->last -= q->first;
		q->first = 0;
	}
	if (q->last == q->size) {
		q->size = q->size == 0 ? QUEUE_FIRST : q->size * 2;
		q->entries = xreallocarray(q->entries, q->size,
		    sizeof(q->entries[0]));
	}
	q->entries[q->last++] = entry;
}

static size_t
length(const struct queue *q)
{
	return q->last - q->first;
}

/* Targets that were added and can be started. */
static size_t
queued(const struct engine *e)
{
	return length(&e->added) + length(&e->aside[LANE_TLS]) +
	    length(&e->aside[LANE_HANDLER]) + length(&e->again);
}

/* One that is not empty, whatever can be started of it; NULL: none is. */
static struct queue *
any_queue(struct engine *e)
{
	enum lane lane;

	for (lane = LANE_TLS; lane < LANE_COUNT; lane++)
		if (length(&e->aside[lane]) > 0)
			return &e->aside[lane];
	if (length(&e->again) > 0)
		return &e->again;
	return ask_for_more(e) ? &e->added : NULL;
}

/* Whether there is one that was added and not put aside. */
static bool
ask_for_more(struct engine *e)
{
	while (length(&e->added) == 0 && e->more)
		e->more = e->conf.more(e->conf.ctx);
	return length(&e->added) > 0;
}

/*
 * Returns when to start the next ones; CLOCK_NEVER: when others have ended.  One
 * whose time is over is not started, and so waits for no rate.
 */
static int64_t
launch_some(struct engine *e, int64_t now_us)
{
	unsigned i;

	for (i = 0;; i++) {
		struct queue *q = next_queue(e);
		int64_t deadline_us;

		if (q == NULL)
			return CLOCK_NEVER;
		deadline_us = q->entries[q->first].deadline_us;
		if (e->launch_us > now_us && deadline_us > now_us)
			return e->launch_us < deadline_us ? e->launch_us
							  : deadline_us;
		if (i == LAUNCH_MAX)
			return now_us;
		launch(e, q->entries[q->first++], now_us);
	}
}

/*
 * Whose first can be started; NULL: others have to end before.  Who was put
 * aside was there first, and who was asked already comes last, unless it hurries.
 * Once too many are aside, those behind them wait, too: nobody is asked for more
 * without end.
 */
static struct queue *
next_queue(struct engine *e)
{
	struct queue *q;
	enum lane lane;

	if (e->in_flight >= e->conf.parallel)
		return NULL;
	for (lane = LANE_TLS; lane < LANE_COUNT; lane++)
		if (length(&e->aside[lane]) > 0 && !is_full(e, lane))
			return &e->aside[lane];
	for (;;) {
		q = ask_for_more(e) && !hurries(e) ? &e->added : &e->again;
		if (length(q) == 0)
			return NULL;
		lane = lane_of(q->entries[q->first].target);
		if (!is_full(e, lane))
			return q;
		if (length(&e->aside[lane]) >= ASIDE_MAX)
			return NULL;
		enqueue(&e->aside[lane], q->entries[q->first++]);
	}
}

/*
 * Whether who is to be asked again has less time than who is to be asked first:
 * if there is always somebody to be asked, it would never be.
 */
static bool
hurries(const struct engine *e)
{
	const struct queue *again = &e->again, *added = &e->added;

	return length(again) > 0 &&
	    again->entries[again->first].deadline_us <
	    added->entries[added->first].deadline_us;
}

static enum lane
lane_of(const struct target *t)
{
	if (handler_of(t) != NULL)
		return LANE_HANDLER;
	return t->dialogue->tls != NULL ? LANE_TLS : LANE_PLAIN;
}

static bool
is_full(const struct engine *e, enum lane lane)
{
	return e->in_lane[lane] >= e->limits[lane];
}

static void
launch(struct engine *e, struct entry entry, int64_t now_us)
{
	const struct target *t = entry.target;
	struct addr literal;
	const char *why;

	if (t->dialogue->tls != NULL &&
	    (e->unprepared == NULL ||
		e->unprepared->dialogue->tls != t->dialogue->tls)) {
		prepare(e);
		e->unprepared = t;
	}
	if (entry.deadline_us <= now_us) {
		/* A try that had its time has told all there is to tell. */
		if (entry.tries > 0)
			tell_unprobed(e, t, entry.outcome, NULL, RESULT_NONE);
		else
			tell_unprobed(e, t, OUTCOME_NOT_PROBED, too_late,
			    RESULT_NONE);
		return;
	}
	switch (addr_parse(t->host, t->family, &literal, &why)) {
	case ADDR_LITERAL:
		start(e, entry, &literal, 1, RESULT_NONE, now_us);
		break;
	case ADDR_NAME:
		await_name(e, entry, now_us);
		break;
	case ADDR_BAD:
		tell_unprobed(e, t, OUTCOME_UNRESOLVED, why, RESULT_NONE);
		break;
	}
}

/* May take milliseconds, in which the first answers are on their way. */
static void
prepare(struct engine *e)
{
	if (e->unprepared != NULL && e->in_flight + e->waiting > 0)
		kind_of(e, e->unprepared)->prepare(e->unprepared);
	e->unprepared = NULL;
}

static const struct probe_kind *
kind_of(const struct engine *e, const struct target *t)
{
	if (handler_of(t) != NULL)
		return e->conf.handlers;
	return t->inquiry != NULL ? e->conf.datagrams : e->conf.streams;
}

/* Those that ended and are of that kind. */
static struct spares *
spares_of(struct engine *e, const struct probe_kind *kind)
{
	if (kind == e->conf.streams)
		return &e->streams;
	return kind == e->conf.datagrams ? &e->datagrams : &e->handlers;
}

/* Who decides in place of a conversation, or NULL. */
static const struct handler *
handler_of(const struct target *t)
{
	return t->terms != NULL ? t->terms->handler : NULL;
}

static int64_t
timeout_us(const struct engine *e, const struct target *t)
{
	return t->terms != NULL ? t->terms->timeout_us : e->conf.timeout_us;
}

static unsigned
retries(const struct engine *e, const struct target *t)
{
	return t->terms != NULL ? t->terms->retries : e->conf.retries;
}

static void
await_name(struct engine *e, struct entry entry, int64_t now_us)
{
	const struct target *t = entry.target;
	struct waiter *w;
	struct name *n;

	if (e->names == NULL)
		e->names = names_new(e->poller, e->conf.bulk, e->conf.names_us,
		    name_known, e);
	n = names_find(e->names, t->host, t->family, now_us);
	if (n->n > 0) {
		start(e, entry, n->addrs, n->n, n->took_us, now_us);
	} else if (n->known) {
		tell_unprobed(e, t,
		    n->failed ? OUTCOME_LOCAL_ERROR : OUTCOME_UNRESOLVED,
		    n->why, n->took_us);
	} else {
		w = xcalloc(1, sizeof(*w));
		w->entry = entry;
		w->next = n->waiters;
		n->waiters = w;
		e->waiting++;
		if (n->timer.slot == 0 || entry.deadline_us < n->timer.at_us)
			timers_set(&e->lookups, &n->timer, entry.deadline_us);
	}
}

/* Those who waited for it are next. */
static void
name_known(void *ctx, struct name *n, int64_t now_us)
{
	struct engine *e = ctx;
	struct waiter *w;

	(void)now_us;
	timers_unset(&e->lookups, &n->timer);
	while ((w = take_waiter(e, n)) != NULL) {
		enqueue(&e->added, w->entry);
		free(w);
	}
}

static struct waiter *
take_waiter(struct engine *e, struct name *n)
{
	struct waiter *w = n->waiters;

	if (w != NULL) {
		n->waiters = w->next;
		e->waiting--;
	}
	return w;
}

static void
start(struct engine *e, struct entry entry, const struct addr *addrs, size_t n,
    int64_t resolve_us, int64_t now_us)
{
	size_t i;

	if (!e->conf.all_addresses) {
		start_one(e, entry, addrs, n, resolve_us, now_us);
		return;
	}
	for (i = 0; i < n; i++)
		start_one(e, entry, &addrs[i], 1, resolve_us, now_us);
}

static void
start_one(struct engine *e, struct entry entry, const struct addr *addrs,
    size_t n, int64_t resolve_us, int64_t now_us)
{
	int64_t own_us = timeout_us(e, entry.target);
	int64_t deadline_us = entry.deadline_us;
	struct probe *p;

	if (own_us != 0 && now_us + own_us < deadline_us)
		deadline_us = now_us + own_us;
	if (e->conf.rate != 0) {
		/* Time that went unused is not made up for in a burst. */
		if (now_us - e->launch_us > LATE_MAX_US)
			e->launch_us = now_us;
		e->launch_us += CLOCK_SECOND / e->conf.rate;
	}
	p = take_probe(e, entry.target);
	p->tag = (struct probe_tag){ entry.deadline_us, resolve_us,
		entry.tries };
	e->in_flight++;
	e->in_lane[lane_of(entry.target)]++;
	probe_start(p, entry.target, addrs, n, deadline_us, hedge_us(e),
	    now_us);
}

/* One that has ended, or a new one. */
static struct probe *
take_probe(struct engine *e, const struct target *t)
{
	const struct probe_kind *kind = kind_of(e, t);
	struct spares *s = spares_of(e, kind);

	return s->n > 0 ? s->probes[--s->n] : probe_new(kind, &e->env);
}

static int64_t
hedge_us(const struct engine *e)
{
	int64_t late_us = e->least_rtt_us * HEDGE_ROUND_TRIPS;

	if (!e->conf.hedge)
		return 0;
	return late_us > HEDGE_MIN_US ? late_us : HEDGE_MIN_US;
}

/* The probe is still in use by who calls: it is kept until the turn's end. */
static void
land(void *ctx, struct probe *p, const struct result *r)
{
	struct engine *e = ctx;
	struct probe_tag tag = p->tag;

	e->in_flight--;
	e->in_lane[lane_of(p->target)]--;
	if (e->n_landed == e->size_landed) {
		e->size_landed = e->size_landed == 0 ? QUEUE_FIRST
						     : e->size_landed * 2;
		e->landed = xreallocarray(e->landed, e->size_landed,
		    sizeof(e->landed[0]));
	}
	e->landed[e->n_landed++] = p;
	if (r->rtt_us != RESULT_NONE &&
	    (e->least_rtt_us == RESULT_NONE || r->rtt_us < e->least_rtt_us))
		e->least_rtt_us = r->rtt_us;
	if (unanswered(r) && tag.tries == 0 && cut_short(e, p->target, r))
		tell_unprobed(e, p->target, OUTCOME_NOT_PROBED, too_late,
		    tag.resolve_us);
	else if (unanswered(r) && tag.tries < retries(e, p->target))
		enqueue(length(&e->again) < ASIDE_MAX ? &e->again : &e->added,
		    (struct entry){
			p->target, tag.limit_us, tag.tries + 1, r->outcome });
	else
		e->conf.done(e->conf.ctx, p->target, r);
}

/* Silence may be a lost packet; any answer is one. */
static bool
unanswered(const struct result *r)
{
	return r->outcome == OUTCOME_TIMEOUT || r->outcome == OUTCOME_STALLED ||
	    r->outcome == OUTCOME_NO_REPLY || r->outcome == OUTCOME_SILENT;
}

/*
 * Whether the run's deadline came before half of the probe's own time: too
 * early to say that there is no answer.
 */
static bool
cut_short(const struct engine *e, const struct target *t,
    const struct result *r)
{
	return r->time_us < timeout_us(e, t) / 2;
}

static void
clear_landed(struct engine *e)
{
	while (e->n_landed > 0) {
		struct probe *p = e->landed[--e->n_landed];
		struct spares *s = spares_of(e, p->kind);

		if (s->n < SPARE_MAX)
			s->probes[s->n++] = p;
		else
			probe_free(p);
	}
}

static void
free_spares(struct spares *s)
{
	while (s->n > 0)
		probe_free(s->probes[--s->n]);
}

/* Those whose time is up; the others go on waiting. */
static void
expire_waiters(struct engine *e, struct name *n, int64_t now_us)
{
	struct waiter *w, **link = (struct waiter **)&n->waiters;
	int64_t next_us = CLOCK_NEVER;

	while ((w = *link) != NULL) {
		if (w->entry.deadline_us > now_us) {
			if (w->entry.deadline_us < next_us)
				next_us = w->entry.deadline_us;
			link = &w->next;
			continue;
		}
		*link = w->next;
		e->waiting--;
		tell_unprobed(e, w->entry.target, OUTCOME_LOOKUP_TIMEOUT, NULL,
		    now_us - n->asked_us);
		free(w);
	}
	timers_set(&e->lookups, &n->timer, next_us);
}

static void
free_waiters(struct engine *e, struct name *n)
{
	struct waiter *w;

	while ((w = take_waiter(e, n)) != NULL)
		free(w);
}

/* The end of a target that was not even tried. */
static void
tell_unprobed(struct engine *e, const struct target *t, enum outcome outcome,
    const char *note, int64_t resolve_us)
{
	const struct result r = {
		.outcome = outcome,
		.note = note,
		.time_us = RESULT_NONE,
		.resolve_us = resolve_us,
		.connect_us = RESULT_NONE,
		.rtt_us = RESULT_NONE,
		.tls_us = RESULT_NONE,
		.reply_us = RESULT_NONE,
	};

	e->conf.done(e->conf.ctx, t, &r);
}
