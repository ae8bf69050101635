/* SPDX-License-Identifier: ISC */
#include "resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "resolver_cares.h"
#include "resolver_threads.h"
#include "xalloc.h"

struct resolver_query {
	struct lookup lookup; /* first: a lookup is its query */
	resolver_fn *fn;      /* NULL: not wanted any more */
	void *ctx;
};

struct resolver {
	struct poller *poller;
	struct resolver_threads *threads;
	struct resolver_cares *cares; /* NULL before it is needed */
	struct hosts *hosts;          /* the same */
	bool threads_only;            /* c-ares cannot be had */
};

static bool have_cares(struct resolver *);
static void cares_answered(void *, struct lookup *, const struct lookup_found *,
    const char *, int64_t);
static void answered(void *, struct lookup *, const struct lookup_found *,
    const char *, int64_t);

struct resolver *
resolver_new(struct poller *p)
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->poller = p;
	r->threads = resolver_threads_new(p, answered, r);
	if (r->threads == NULL) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	resolver_cares_free(r->cares);
	resolver_threads_free(r->threads);
	hosts_free(r->hosts);
	free(r);
}

struct resolver_query *
resolver_ask(struct resolver *r, const char *host, int family, resolver_fn *fn,
    void *ctx)
{
	struct resolver_query *q = xcalloc(1, sizeof(*q));
	int err;

	q->lookup.host = xstrdup(host);
	q->lookup.family = family;
	q->fn = fn;
	q->ctx = ctx;
	if (resolver_threads_busy(r->threads) && have_cares(r) &&
	    !hosts_list(r->hosts, host)) {
		resolver_cares_ask(r->cares, &q->lookup);
		return q;
	}
	err = resolver_threads_ask(r->threads, &q->lookup);
	if (err != 0) {
		lookup_free(&q->lookup);
		errno = err;
		return NULL;
	}
	return q;
}

void
resolver_cancel(struct resolver_query *q)
{
	q->fn = NULL;
}

static bool
have_cares(struct resolver *r)
{
	if (r->cares == NULL && !r->threads_only) {
		r->cares = resolver_cares_new(r->poller, NULL, cares_answered,
		    r);
		r->threads_only = r->cares == NULL;
		r->hosts = hosts_read("/etc/hosts");
	}
	return r->cares != NULL;
}

/* That DNS knows nothing is no answer: the system may know the name. */
static void
cares_answered(void *ctx, struct lookup *l, const struct lookup_found *found,
    const char *why, int64_t now_us)
{
	struct resolver_query *q = (struct resolver_query *)(void *)l;
	struct resolver *r = ctx;
	int err;

	if (q->fn == NULL || found->n[0] > 0) {
		answered(r, l, found, why, now_us);
		return;
	}
	err = resolver_threads_ask(r->threads, l);
	if (err != 0)
		answered(r, l, found, strerror(err), now_us);
}

static void
answered(void *ctx, struct lookup *l, const struct lookup_found *found,
    const char *why, int64_t now_us)
{
	struct resolver_query *q = (struct resolver_query *)(void *)l;
	struct addr addrs[LOOKUP_ADDRS_MAX];
	size_t n = lookup_order(found, addrs);

	(void)ctx;
	if (n == 0 && why == NULL)
		why = "no address of a family that can be asked";
	if (q->fn != NULL)
		q->fn(q->ctx, addrs, n, why, now_us);
	lookup_free(l);
}
