/* SPDX-License-Identifier: ISC */
#include "resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	const struct lookup_bulk *bulk; /* NULL: there is none */
	void *many;                     /* its; NULL before it is needed */
};

static bool ask_bulk(struct resolver *, struct lookup *);
static void bulk_answered(void *, struct lookup *, const struct lookup_found *,
    const char *, int64_t);
static void answered(void *, struct lookup *, const struct lookup_found *,
    const char *, int64_t);

struct resolver *
resolver_new(struct poller *p, const struct lookup_bulk *bulk)
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->poller = p;
	r->bulk = bulk;
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
	if (r->many != NULL)
		r->bulk->free(r->many);
	resolver_threads_free(r->threads);
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
	if (resolver_threads_busy(r->threads) && ask_bulk(r, &q->lookup))
		return q;
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
ask_bulk(struct resolver *r, struct lookup *l)
{
	if (r->many == NULL && r->bulk != NULL) {
		r->many = r->bulk->new (r->poller, NULL, bulk_answered, r);
		if (r->many == NULL)
			r->bulk = NULL;
	}
	return r->many != NULL && r->bulk->ask(r->many, l);
}

/* That DNS knows nothing is no answer: the system may know the name. */
static void
bulk_answered(void *ctx, struct lookup *l, const struct lookup_found *found,
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
	struct resolver_answer a = {
		.addrs = addrs,
		.n = n,
		.why = why,
		.denied = n == 0 && found->denied,
		.has_ttl = found->has_ttl,
		.ttl_s = found->ttl_s,
	};

	(void)ctx;
	if (n == 0 && why == NULL)
		a.why = "no address of a family that can be asked";
	if (q->fn != NULL)
		q->fn(q->ctx, &a, now_us);
	lookup_free(l);
}
