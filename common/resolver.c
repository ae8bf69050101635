/* SPDX-License-Identifier: ISC */
#include "resolver.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fd.h"
#include "xalloc.h"

/* Names that are asked for at the same time. */
#define THREADS_MAX 16

struct resolver_query {
	struct resolver_query *next;
	char *host;
	int family;
	resolver_fn *fn; /* NULL: not wanted any more */
	void *ctx;
	struct addr addrs[RESOLVER_ADDRS_MAX];
	size_t n;
	int error; /* of getaddrinfo(3) */
	int err;   /* errno, for EAI_SYSTEM */
};

struct queue {
	struct resolver_query *first;
	struct resolver_query **last;
};

/*
 * What the threads and the resolver share.  The last of them frees it: a
 * thread may come back from getaddrinfo(3) long after the resolver is gone.
 */
struct shared {
	pthread_mutex_t mutex;
	struct queue asked;
	struct queue answered;
	unsigned refs; /* the resolver and each thread */
	unsigned threads;
	int event_fd; /* -1: the resolver is gone */
};

struct resolver {
	struct watch watch; /* first: a watch is its resolver */
	struct poller *poller;
	struct shared *shared;
};

static void told(struct watch *, int64_t);
static void tell(struct resolver_query *, int64_t);
static int start_thread(struct shared *);
static void *thread(void *);
static void look_up(struct resolver_query *);
static void collect(struct resolver_query *, const struct addrinfo *);
static bool take(const struct resolver_query *, const struct addrinfo **, int,
    struct addr *);
static bool known(const struct resolver_query *, const struct addr *);
static void queue_init(struct queue *);
static void queue_put(struct queue *, struct resolver_query *);
static struct resolver_query *queue_take(struct queue *);
static void query_free(struct resolver_query *);
static void release(struct shared *);

struct resolver *
resolver_new(struct poller *p)
{
	struct resolver *r = xcalloc(1, sizeof(*r));
	struct shared *s = xcalloc(1, sizeof(*s));

	s->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	queue_init(&s->asked);
	queue_init(&s->answered);
	s->refs = 1;
	s->event_fd = fd_above_standard(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	r->watch = (struct watch){ told, s->event_fd, WANT_READ };
	r->poller = p;
	r->shared = s;
	if (s->event_fd == -1 || (errno = poller_add(p, &r->watch)) != 0) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

void
resolver_free(struct resolver *r)
{
	struct shared *s;

	if (r == NULL)
		return;
	s = r->shared;
	(void)pthread_mutex_lock(&s->mutex);
	if (s->event_fd != -1)
		poller_close(r->poller, &r->watch);
	s->event_fd = -1;
	release(s);
	free(r);
}

struct resolver_query *
resolver_ask(struct resolver *r, const char *host, int family, resolver_fn *fn,
    void *ctx)
{
	struct shared *s = r->shared;
	struct resolver_query *q = xcalloc(1, sizeof(*q));
	int err = 0;

	q->host = xstrdup(host);
	q->family = family;
	q->fn = fn;
	q->ctx = ctx;
	(void)pthread_mutex_lock(&s->mutex);
	queue_put(&s->asked, q);
	if (s->threads < THREADS_MAX)
		err = start_thread(s);
	if (err != 0 && s->threads == 0) {
		(void)queue_take(&s->asked);
		query_free(q);
		q = NULL;
	}
	(void)pthread_mutex_unlock(&s->mutex);
	errno = err;
	return q;
}

void
resolver_cancel(struct resolver_query *q)
{
	q->fn = NULL;
}

static void
told(struct watch *w, int64_t now_us)
{
	struct shared *s = ((struct resolver *)(void *)w)->shared;
	struct resolver_query *q;
	uint64_t count;

	(void)!read(s->event_fd, &count, sizeof(count));
	for (;;) {
		(void)pthread_mutex_lock(&s->mutex);
		q = queue_take(&s->answered);
		(void)pthread_mutex_unlock(&s->mutex);
		if (q == NULL)
			return;
		tell(q, now_us);
		query_free(q);
	}
}

static void
tell(struct resolver_query *q, int64_t now_us)
{
	const char *why = NULL;

	if (q->fn == NULL)
		return;
	if (q->error == EAI_SYSTEM)
		why = strerror(q->err);
	else if (q->error != 0)
		why = gai_strerror(q->error);
	else if (q->n == 0)
		why = "no address of a family that can be asked";
	q->fn(q->ctx, q->addrs, q->n, why, now_us);
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
	struct resolver_query *q;
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&s->mutex);
	while (s->event_fd != -1 && (q = queue_take(&s->asked)) != NULL) {
		(void)pthread_mutex_unlock(&s->mutex);
		look_up(q);
		(void)pthread_mutex_lock(&s->mutex);
		queue_put(&s->answered, q);
		if (s->event_fd != -1)
			(void)!write(s->event_fd, &one, sizeof(one));
	}
	s->threads--;
	release(s);
	return NULL;
}

static void
look_up(struct resolver_query *q)
{
	const struct addrinfo hints = {
		.ai_family = q->family,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list = NULL;

	q->error = getaddrinfo(q->host, NULL, &hints, &list);
	q->err = errno;
	if (q->error == 0) {
		collect(q, list);
		freeaddrinfo(list);
	}
}

/*
 * The list is in the order of RFC 6724; the first address stays first, and
 * after it the families alternate while there are both.
 */
static void
collect(struct resolver_query *q, const struct addrinfo *list)
{
	const struct addrinfo *next[2] = { list, list };
	int family[2], turn = 0;
	struct addr a;

	family[0] = list->ai_family;
	family[1] = family[0] == AF_INET ? AF_INET6 : AF_INET;
	while ((next[0] != NULL || next[1] != NULL) &&
	    q->n < RESOLVER_ADDRS_MAX) {
		if (take(q, &next[turn], family[turn], &a))
			q->addrs[q->n++] = a;
		turn = !turn;
	}
}

/* The next address of a family that is not known yet. */
static bool
take(const struct resolver_query *q, const struct addrinfo **ai, int family,
    struct addr *a)
{
	for (; *ai != NULL; *ai = (*ai)->ai_next) {
		if ((*ai)->ai_family != family)
			continue;
		addr_set(a, (*ai)->ai_addr, (*ai)->ai_addrlen);
		if (a->family != AF_UNSPEC && !known(q, a)) {
			*ai = (*ai)->ai_next;
			return true;
		}
	}
	return false;
}

static bool
known(const struct resolver_query *q, const struct addr *a)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (addr_equal(&q->addrs[i], a))
			return true;
	return false;
}

static void
queue_init(struct queue *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void
queue_put(struct queue *l, struct resolver_query *q)
{
	q->next = NULL;
	*l->last = q;
	l->last = &q->next;
}

static struct resolver_query *
queue_take(struct queue *l)
{
	struct resolver_query *q = l->first;

	if (q != NULL && (l->first = q->next) == NULL)
		l->last = &l->first;
	return q;
}

static void
query_free(struct resolver_query *q)
{
	free(q->host);
	free(q);
}

/* With the mutex held, which it gives back. */
static void
release(struct shared *s)
{
	struct resolver_query *q;
	bool last = --s->refs == 0;

	(void)pthread_mutex_unlock(&s->mutex);
	if (!last)
		return;
	while ((q = queue_take(&s->asked)) != NULL)
		query_free(q);
	while ((q = queue_take(&s->answered)) != NULL)
		query_free(q);
	free(s);
}
