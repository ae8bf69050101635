/* SPDX-License-Identifier: ISC */
#include "resolver_cares.h"

#include <sys/stat.h>

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

/* What is read once, until it is another file. */
static const char *const files[] = { "/etc/hosts", "/etc/resolv.conf" };
#define N_FILES (sizeof(files) / sizeof(files[0]))

/* By what a file that was changed or replaced is known; zeroes: there is none. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* A descriptor of the module; its fd is -1 when it is to be used again. */
struct module_watch {
	struct watch watch; /* first: a watch is its module_watch */
	struct module_watch *next;
	struct cares *cares;
};

struct cares {
	struct poller *poller;
	const char *servers;
	struct hosts *hosts;
	struct stamp stamps[N_FILES];
	const struct cares_module *module;
	struct cares_session *session;
	lookup_fn *done; /* NULL: nobody wants to know any more */
	void *ctx;

	struct lookup_queue queue;
	unsigned asked; /* of the module */
	bool used;      /* something was, since its files were read */
	bool telling;   /* it calls us */
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
static bool read_files(struct cares *);
static bool files_changed(const struct cares *);
static struct stamp stamp_of(const char *);
static bool same_stamp(const struct stamp *, const struct stamp *);
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

	rc->poller = p;
	rc->servers = servers;
	rc->done = done;
	rc->ctx = ctx;
	rc->window = WINDOW_FIRST;
	rc->least_us = CLOCK_NEVER;
	lookup_queue_init(&rc->queue);
	rc->module = module_open(MODULE, CARES_MODULE_SYMBOL,
	    CARES_MODULE_VERSION);
	if (rc->module == NULL || !read_files(rc)) {
		cares_free(rc);
		return NULL;
	}
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
	bool idle = rc->asked == 0 && rc->queue.first == NULL && !rc->telling;

	if (rc->used && idle && files_changed(rc))
		(void)read_files(rc);
	if (hosts_list(rc->hosts, l->host))
		return false;
	lookup_queue_put(&rc->queue, l);
	wake(rc);
	return true;
}

/*
 * Begins anew with the files as they are now; nothing is being asked.  Returns
 * false, and leaves all as it was, when there can be no other session.
 */
static bool
read_files(struct cares *rc)
{
	const struct cares_host host = {
		.ctx = rc,
		.watch = module_watch,
		.close = module_close,
		.found = module_found,
		.done = module_done,
	};
	struct cares_session *s;
	size_t i;

	/* First, so that what is changed meanwhile is read again. */
	for (i = 0; i < N_FILES; i++)
		rc->stamps[i] = stamp_of(files[i]);
	s = rc->module->start(&host, rc->servers);
	if (s == NULL)
		return false;
	if (rc->session != NULL)
		rc->module->end(rc->session);
	rc->session = s;
	hosts_free(rc->hosts);
	rc->hosts = hosts_read(files[0]);
	rc->awake = false;
	rc->used = false;
	return true;
}

static bool
files_changed(const struct cares *rc)
{
	size_t i;

	for (i = 0; i < N_FILES; i++) {
		const struct stamp now = stamp_of(files[i]);

		if (!same_stamp(&now, &rc->stamps[i]))
			return true;
	}
	return false;
}

static struct stamp
stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return (struct stamp){ 0 };
	return (struct stamp){ st.st_dev, st.st_ino, st.st_size, st.st_ctim };
}

static bool
same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
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
	rc->telling = true;
	rc->module->ready(rc->session, w->fd);
	start_some(rc);
	rc->module->flush(rc->session);
	rc->telling = false;
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
		rc->used = true;
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
