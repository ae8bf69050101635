/* SPDX-License-Identifier: ISC */
#include "resolver_cares.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cares_module.h"
#include "clock.h"
#include "hosts.h"
#include "module.h"
#include "xalloc.h"

#define MODULE "resolver_cares.so"

/*
 * Names that are asked for at the same time.  It begins with what, two
 * questions each and the threads' beside them, fits into a name server's
 * receive buffer (277 of them in Linux's default), grows with each answer that
 * came in good time, and begins again when one was lost.
 */
#define WINDOW_FIRST 120
#define WINDOW_MAX 448
#define WINDOW_GROWTH 4

/* In good time: by no more than an eighth and this above the least time. */
#define JITTER_US (2 * CLOCK_MILLISECOND)

/*
 * One is started in this time, for the name server to keep up; after a pause,
 * such as a turn of the loop that took long, as many as its buffer takes.
 */
#define PACE_US 20
#define BURST_MAX WINDOW_FIRST

/* The first are started at once, those that have to wait some at a time. */
#define SOON_US 1
#define LATER_US CLOCK_MILLISECOND

/* A descriptor of the module; its fd is -1 when it is to be used again. */
struct module_watch {
	struct watch watch; /* first: a watch is its module_watch */
	struct module_watch *next;
	struct cares *cares;
};

struct cares {
	struct poller *poller;
	struct hosts *hosts;
	const struct cares_module *module;
	struct cares_session *session;
	lookup_fn *done; /* NULL: nobody wants to know any more */
	void *ctx;

	struct lookup_queue queue;
	unsigned asked; /* of the module */
	unsigned window;
	int64_t least_us; /* that a name took, or CLOCK_NEVER */
	int64_t next_us;  /* when the next one may be started */
	bool awake;       /* ready() is going to be called, and starts more */

	struct module_watch *watches;
	struct lookup_found found; /* of the name that is done next */
	int64_t now_us;
};

static void *cares_new(struct poller *, const char *, lookup_fn *, void *);
static void cares_free(void *);
static bool cares_ask(void *, struct lookup *);
static void wake(struct cares *);
static void ready(struct watch *, int64_t);
static void start_some(struct cares *);

static void module_watch(void *, int, bool);
static void module_close(void *, int);
static void module_found(void *, const struct sockaddr *, socklen_t);
static void module_done(void *, void *, uint32_t, bool);
static void adapt(struct cares *, int64_t, bool);

const struct lookup_bulk resolver_cares = {
	.new = cares_new,
	.free = cares_free,
	.ask = cares_ask,
};

static void *
cares_new(struct poller *p, const char *servers, lookup_fn *done, void *ctx)
{
	struct cares *rc = xcalloc(1, sizeof(*rc));
	const struct cares_host host = {
		.ctx = rc,
		.watch = module_watch,
		.close = module_close,
		.found = module_found,
		.done = module_done,
	};

	rc->poller = p;
	rc->done = done;
	rc->ctx = ctx;
	rc->window = WINDOW_FIRST;
	rc->least_us = CLOCK_NEVER;
	lookup_queue_init(&rc->queue);
	rc->module = module_open(MODULE, CARES_MODULE_SYMBOL,
	    CARES_MODULE_VERSION);
	if (rc->module != NULL)
		rc->session = rc->module->start(&host, servers);
	if (rc->session == NULL) {
		cares_free(rc);
		return NULL;
	}
	rc->hosts = hosts_read("/etc/hosts");
	return rc;
}

static void
cares_free(void *bulk)
{
	struct cares *rc = bulk;
	struct module_watch *w;
	struct lookup *l;

	if (rc == NULL)
		return;
	hosts_free(rc->hosts);
	rc->done = NULL;
	if (rc->session != NULL)
		rc->module->end(rc->session);
	while ((l = lookup_queue_take(&rc->queue)) != NULL)
		lookup_free(l);
	while ((w = rc->watches) != NULL) {
		rc->watches = w->next;
		free(w);
	}
	free(rc);
}

static bool
cares_ask(void *bulk, struct lookup *l)
{
	struct cares *rc = bulk;

	if (hosts_list(rc->hosts, l->host))
		return false;
	lookup_queue_put(&rc->queue, l);
	wake(rc);
	return true;
}

/* Once is enough, and not while others have to end first. */
static void
wake(struct cares *rc)
{
	if (!rc->awake && rc->asked < rc->window) {
		rc->module->wake(rc->session,
		    rc->asked == 0 ? SOON_US : LATER_US);
		rc->awake = true;
	}
}

static void
ready(struct watch *w, int64_t now_us)
{
	struct cares *rc = ((struct module_watch *)(void *)w)->cares;

	rc->now_us = now_us;
	rc->awake = false;
	rc->module->ready(rc->session, w->fd);
	start_some(rc);
	rc->module->flush(rc->session);
}

static void
start_some(struct cares *rc)
{
	struct lookup *l;

	if (rc->next_us < rc->now_us - (BURST_MAX - 1) * PACE_US)
		rc->next_us = rc->now_us - (BURST_MAX - 1) * PACE_US;
	while (rc->next_us <= rc->now_us && rc->asked < rc->window &&
	    (l = lookup_queue_take(&rc->queue)) != NULL) {
		rc->next_us += PACE_US;
		rc->asked++;
		l->asked_us = rc->now_us;
		rc->module->ask(rc->session, l->host, l->family, l);
	}
	if (rc->queue.first != NULL)
		wake(rc);
}

/* A socket that cannot be watched is silent: the system is asked in the end. */
static void
module_watch(void *ctx, int fd, bool write)
{
	struct cares *rc = ctx;
	struct module_watch *w, *spare = NULL;

	for (w = rc->watches; w != NULL && w->watch.fd != fd; w = w->next)
		if (w->watch.fd == -1)
			spare = w;
	if (w == NULL) {
		w = spare;
		if (w == NULL) {
			w = xcalloc(1, sizeof(*w));
			w->cares = rc;
			w->next = rc->watches;
			rc->watches = w;
		}
		w->watch = (struct watch){ ready, fd, WANT_READ };
		(void)poller_add(rc->poller, &w->watch);
	}
	w->watch.want = write ? WANT_WRITE : WANT_READ;
}

static void
module_close(void *ctx, int fd)
{
	struct cares *rc = ctx;
	struct module_watch *w;

	for (w = rc->watches; w != NULL && w->watch.fd != fd; w = w->next)
		;
	if (w != NULL)
		poller_close(rc->poller, &w->watch);
	else
		(void)close(fd);
}

static void
module_found(void *ctx, const struct sockaddr *sa, socklen_t len)
{
	struct cares *rc = ctx;

	lookup_add(&rc->found, sa, len);
}

static void
module_done(void *ctx, void *name, uint32_t ttl_s, bool timed_out)
{
	struct cares *rc = ctx;
	struct lookup *l = name;

	rc->asked--;
	adapt(rc, rc->now_us - l->asked_us, timed_out);
	rc->found.has_ttl = true;
	rc->found.ttl_s = ttl_s;
	if (rc->done != NULL)
		rc->done(rc->ctx, l, &rc->found, NULL, rc->now_us);
	else
		lookup_free(l);
	rc->found.n[0] = 0;
	rc->found.n[1] = 0;
}

/* What took no time at all was not asked of a server. */
static void
adapt(struct cares *rc, int64_t took_us, bool timed_out)
{
	if (timed_out) {
		rc->window = WINDOW_FIRST;
	} else if (took_us > 0) {
		if (took_us < rc->least_us)
			rc->least_us = took_us;
		if (took_us <= rc->least_us + rc->least_us / 8 + JITTER_US &&
		    rc->window < WINDOW_MAX)
			rc->window += WINDOW_GROWTH;
	}
}
