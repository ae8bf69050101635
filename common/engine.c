/* SPDX-License-Identifier: ISC */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fd.h"
#include "probe.h"
#include "resolver.h"
#include "xalloc.h"

#define QUEUE_FIRST 8

struct entry {
	const struct target *target;
	int64_t deadline_us;
};

/* A probe in flight. */
struct flight {
	struct flight *next;
	struct flight **link; /* what points here */
	struct engine *engine;
	struct probe *probe;
	struct resolver_query *query; /* NULL: nothing is asked */
	int64_t start_us;
	struct probe_env env;
};

struct engine {
	struct engine_conf conf;
	struct poller *poller;
	struct timers timers;
	struct resolver *resolver; /* NULL before the first name */

	struct entry *queue; /* waiting: first to last - 1 */
	size_t first;
	size_t last;
	size_t size;

	struct flight *flying;
	struct flight *landed; /* to be freed when nothing uses them */
	unsigned in_flight;
};

static struct flight *board(struct engine *, struct entry, int64_t);
static void launch(struct engine *, struct entry, int64_t);
static void ask(struct flight *, int64_t);
static void answered(void *, const struct addr *, size_t, const char *,
    int64_t);
static void land(void *, struct probe *);
static void free_landed(struct engine *);

struct engine *
engine_new(const struct engine_conf *conf)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->conf = *conf;
	e->poller = poller_new();
	return e;
}

void
engine_free(struct engine *e)
{
	struct flight *f;

	if (e == NULL)
		return;
	while ((f = e->flying) != NULL) {
		e->flying = f->next;
		probe_free(f->probe);
		free(f);
	}
	free_landed(e);
	resolver_free(e->resolver);
	poller_free(e->poller);
	timers_free(&e->timers);
	free(e->queue);
	free(e);
}

void
engine_add(struct engine *e, const struct target *t, int64_t deadline_us)
{
	if (e->last == e->size && e->first > 0) {
		memmove(e->queue, e->queue + e->first,
		    (e->last - e->first) * sizeof(e->queue[0]));
		e->last -= e->first;
		e->first = 0;
	}
	if (e->last == e->size) {
		e->size = e->size == 0 ? QUEUE_FIRST : e->size * 2;
		e->queue = xreallocarray(e->queue, e->size,
		    sizeof(e->queue[0]));
	}
	e->queue[e->last++] = (struct entry){ t, deadline_us };
}

int64_t
engine_turn(struct engine *e, int64_t now_us)
{
	struct timer *t;

	while ((t = timers_pop(&e->timers, now_us)) != NULL)
		probe_wake(t, now_us);
	while (e->first < e->last &&
	    (e->conf.parallel == 0 || e->in_flight < e->conf.parallel))
		launch(e, e->queue[e->first++], now_us);
	free_landed(e);
	return timers_next(&e->timers);
}

bool
engine_busy(const struct engine *e)
{
	return e->in_flight > 0 || e->first < e->last;
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

void
engine_wait(struct engine *e, int64_t until_us)
{
	poller_wait(e->poller, until_us);
}

void
engine_run(struct engine *e, const bool *stop)
{
	int64_t next_us;

	while (engine_busy(e) && !*stop) {
		next_us = engine_turn(e, clock_now_us());
		if (engine_busy(e) && next_us > clock_now_us())
			engine_wait(e, next_us);
	}
}

void
engine_stop(struct engine *e, const char *note, int64_t now_us)
{
	while (e->first < e->last)
		(void)board(e, e->queue[e->first++], now_us);
	while (e->flying != NULL)
		probe_stop(e->flying->probe, note, now_us);
}

static struct flight *
board(struct engine *e, struct entry entry, int64_t now_us)
{
	struct flight *f = xcalloc(1, sizeof(*f));

	f->engine = e;
	f->start_us = now_us;
	f->env = (struct probe_env){ e->poller, &e->timers, land, f };
	f->probe = probe_new(entry.target, entry.deadline_us, &f->env);
	f->next = e->flying;
	f->link = &e->flying;
	if (f->next != NULL)
		f->next->link = &f->next;
	e->flying = f;
	e->in_flight++;
	return f;
}

static void
launch(struct engine *e, struct entry entry, int64_t now_us)
{
	struct flight *f = board(e, entry, now_us);
	const struct target *t = entry.target;
	struct addr literal;
	const char *why;

	if (entry.deadline_us <= now_us) {
		probe_stop(f->probe, "the run ended first", now_us);
		return;
	}
	switch (addr_parse(t->host, t->family, &literal, &why)) {
	case ADDR_LITERAL:
		probe_start(f->probe, &literal, 1, now_us);
		break;
	case ADDR_NAME:
		ask(f, now_us);
		break;
	case ADDR_BAD:
		probe_fail(f->probe, OUTCOME_UNRESOLVED, why, now_us);
		break;
	}
}

static void
ask(struct flight *f, int64_t now_us)
{
	struct engine *e = f->engine;
	const struct target *t = probe_target(f->probe);

	if (e->resolver == NULL)
		e->resolver = resolver_new(e->poller);
	if (e->resolver != NULL)
		f->query = resolver_ask(e->resolver, t->host, t->family,
		    answered, f);
	if (f->query == NULL)
		probe_fail(f->probe, OUTCOME_LOCAL_ERROR, strerror(errno),
		    now_us);
}

static void
answered(void *ctx, const struct addr *addrs, size_t n, const char *why,
    int64_t now_us)
{
	struct flight *f = ctx;

	f->query = NULL;
	probe_set_resolve_us(f->probe, now_us - f->start_us);
	if (n > 0)
		probe_start(f->probe, addrs, n, now_us);
	else if (fd_exhausted())
		probe_fail(f->probe, OUTCOME_LOCAL_ERROR, strerror(errno),
		    now_us);
	else
		probe_fail(f->probe, OUTCOME_UNRESOLVED, why, now_us);
}

/* The probe is still in use by who calls: it is freed at the turn's end. */
static void
land(void *ctx, struct probe *p)
{
	struct flight *f = ctx;
	struct engine *e = f->engine;

	if (f->query != NULL)
		resolver_cancel(f->query);
	*f->link = f->next;
	if (f->next != NULL)
		f->next->link = f->link;
	f->next = e->landed;
	e->landed = f;
	e->in_flight--;
	e->conf.done(e->conf.ctx, probe_target(p), probe_result(p));
}

static void
free_landed(struct engine *e)
{
	struct flight *f;

	while ((f = e->landed) != NULL) {
		e->landed = f->next;
		probe_free(f->probe);
		free(f);
	}
}
