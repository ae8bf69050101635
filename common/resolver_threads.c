/* SPDX-License-Identifier: ISC */
#include "resolver_threads.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fd.h"
#include "xalloc.h"

/*
 * What the threads and the resolver share.  The last of them frees it: a
 * thread may come back from getaddrinfo(3) long after the resolver is gone.
 */
struct shared {
	pthread_mutex_t mutex;
	struct lookup_queue asked;
	struct lookup_queue answered;
	unsigned refs; /* the resolver and each thread */
	unsigned threads;
	int event_fd; /* -1: the resolver is gone */
};

struct resolver_threads {
	struct watch watch; /* first: a watch is its resolver */
	struct poller *poller;
	struct shared *shared;
	lookup_fn *done;
	void *ctx;
	unsigned n; /* asked for and not told */
};

static void told(struct watch *, int64_t);
static void tell(const struct resolver_threads *, struct lookup *, int64_t);
static bool is_denial(int);
static int start_thread(struct shared *);
static void *thread(void *);
static void look_up(struct lookup *);
static void forget(struct lookup_queue *);
static void release(struct shared *);

struct resolver_threads *
resolver_threads_new(struct poller *p, lookup_fn *done, void *ctx)
{
	struct resolver_threads *t = xcalloc(1, sizeof(*t));
	struct shared *s = xcalloc(1, sizeof(*s));

	s->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	lookup_queue_init(&s->asked);
	lookup_queue_init(&s->answered);
	s->refs = 1;
	s->event_fd = fd_above_standard(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	t->watch = (struct watch){ told, s->event_fd, WANT_READ };
	t->poller = p;
	t->shared = s;
	t->done = done;
	t->ctx = ctx;
	if (s->event_fd == -1 || (errno = poller_add(p, &t->watch)) != 0) {
		resolver_threads_free(t);
		return NULL;
	}
	return t;
}

void
resolver_threads_free(struct resolver_threads *t)
{
	struct shared *s;

	if (t == NULL)
		return;
	s = t->shared;
	(void)pthread_mutex_lock(&s->mutex);
	if (s->event_fd != -1)
		poller_close(t->poller, &t->watch);
	s->event_fd = -1;
	release(s);
	free(t);
}

int
resolver_threads_ask(struct resolver_threads *t, struct lookup *l)
{
	struct shared *s = t->shared;
	int err = 0;

	(void)pthread_mutex_lock(&s->mutex);
	if (s->threads < RESOLVER_THREADS_MAX)
		err = start_thread(s);
	/* It has to wait for the mutex, and finds the lookup then. */
	if (s->threads > 0) {
		lookup_queue_put(&s->asked, l);
		t->n++;
		err = 0;
	}
	(void)pthread_mutex_unlock(&s->mutex);
	return err;
}

bool
resolver_threads_busy(const struct resolver_threads *t)
{
	return t->n >= RESOLVER_THREADS_MAX;
}

static void
told(struct watch *w, int64_t now_us)
{
	struct resolver_threads *t = (struct resolver_threads *)(void *)w;
	struct shared *s = t->shared;
	struct lookup *l;
	uint64_t count;

	(void)!read(s->event_fd, &count, sizeof(count));
	for (;;) {
		(void)pthread_mutex_lock(&s->mutex);
		l = lookup_queue_take(&s->answered);
		(void)pthread_mutex_unlock(&s->mutex);
		if (l == NULL)
			return;
		t->n--;
		tell(t, l, now_us);
	}
}

static void
tell(const struct resolver_threads *t, struct lookup *l, int64_t now_us)
{
	struct lookup_found found = { 0 };
	const struct addrinfo *ai;
	const char *why = NULL;

	for (ai = l->list; ai != NULL; ai = ai->ai_next)
		lookup_add(&found, ai->ai_addr, ai->ai_addrlen);
	if (l->error == EAI_SYSTEM)
		why = strerror(l->err);
	else if (l->error != 0)
		why = gai_strerror(l->error);
	else
		freeaddrinfo(l->list);
	found.denied = is_denial(l->error);
	t->done(t->ctx, l, &found, why, now_us);
}

/*
 * Whether the name service has said that there is nothing.  Of names that it
 * could not find out about it says so (EAI_AGAIN, EAI_FAIL), as of a fault of
 * ours.
 */
static bool
is_denial(int error)
{
	return error == 0 || error == EAI_NONAME || error == EAI_NODATA ||
	    error == EAI_ADDRFAMILY;
}

/* With the mutex held.  Returns an errno. */
static int
start_thread(struct shared *s)
{
	pthread_t t;
	int err;

	err = pthread_create(&t, NULL, thread, s);
	if (err == 0) {
		(void)pthread_detach(t);
		s->threads++;
		s->refs++;
	}
	return err;
}

/* Ends when nothing is asked; the next question starts another one. */
static void *
thread(void *arg)
{
	struct shared *s = arg;
	struct lookup *l;
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&s->mutex);
	while (s->event_fd != -1 &&
	    (l = lookup_queue_take(&s->asked)) != NULL) {
		(void)pthread_mutex_unlock(&s->mutex);
		look_up(l);
		(void)pthread_mutex_lock(&s->mutex);
		lookup_queue_put(&s->answered, l);
		if (s->event_fd != -1)
			(void)!write(s->event_fd, &one, sizeof(one));
	}
	s->threads--;
	release(s);
	return NULL;
}

static void
look_up(struct lookup *l)
{
	const struct addrinfo hints = {
		.ai_family = l->family,
		.ai_socktype = SOCK_STREAM,
	};

	l->error = getaddrinfo(l->host, NULL, &hints, &l->list);
	l->err = errno;
	if (l->error != 0)
		l->list = NULL;
}

static void
forget(struct lookup_queue *q)
{
	struct lookup *l;

	while ((l = lookup_queue_take(q)) != NULL) {
		if (l->list != NULL)
			freeaddrinfo(l->list);
		lookup_free(l);
	}
}

/* With the mutex held, which it gives back. */
static void
release(struct shared *s)
{
	bool last = --s->refs == 0;

	(void)pthread_mutex_unlock(&s->mutex);
	if (!last)
		return;
	forget(&s->asked);
	forget(&s->answered);
	free(s);
}
