/* SPDX-License-Identifier: ISC */
#include "names.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "resolver.h"
#include "xalloc.h"

struct names {
	struct poller *poller;
	const struct lookup_bulk *bulk;
	struct resolver *resolver; /* NULL before the first name */
	void *tree;                /* tsearch(3) */
	names_fn *known;
	void *ctx;
};

struct record {
	struct name name; /* first: a name is its record */
	struct names *names;
};

static int compare(const void *, const void *);
static void ask(struct names *, struct record *);
static void answered(void *, const struct addr *, size_t, const char *,
    int64_t);
static void free_record(void *);

struct names *
names_new(struct poller *p, const struct lookup_bulk *bulk, names_fn *known,
    void *ctx)
{
	struct names *ns = xcalloc(1, sizeof(*ns));

	ns->poller = p;
	ns->bulk = bulk;
	ns->known = known;
	ns->ctx = ctx;
	return ns;
}

void
names_free(struct names *ns)
{
	if (ns == NULL)
		return;
	resolver_free(ns->resolver);
	tdestroy(ns->tree, free_record);
	free(ns);
}

struct name *
names_find(struct names *ns, const char *host, int family, int64_t now_us)
{
	struct record *e = xcalloc(1, sizeof(*e));
	void **found;

	e->names = ns;
	e->name.host = xstrdup(host);
	e->name.family = family;
	e->name.asked_us = now_us;
	found = xcheck(tsearch(e, &ns->tree, compare));
	if (*found != e) {
		free_record(e);
		return *found;
	}
	ask(ns, e);
	return &e->name;
}

static int
compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return strcmp(x->host, y->host);
}

static void
ask(struct names *ns, struct record *e)
{
	struct name *n = &e->name;

	if (ns->resolver == NULL)
		ns->resolver = resolver_new(ns->poller, ns->bulk);
	if (ns->resolver != NULL &&
	    resolver_ask(ns->resolver, n->host, n->family, answered, e) != NULL)
		return;
	n->known = true;
	n->failed = true;
	n->why = xstrdup(strerror(errno));
}

static void
answered(void *ctx, const struct addr *addrs, size_t n, const char *why,
    int64_t now_us)
{
	struct record *e = ctx;

	e->name.known = true;
	e->name.took_us = now_us - e->name.asked_us;
	if (n > 0) {
		e->name.addrs = xreallocarray(NULL, n, sizeof(addrs[0]));
		memcpy(e->name.addrs, addrs, n * sizeof(addrs[0]));
		e->name.n = n;
	} else {
		/* Without descriptors nothing can be looked up. */
		e->name.failed = fd_exhausted();
		e->name.why = xstrdup(e->name.failed ? strerror(errno) : why);
	}
	e->names->known(e->names->ctx, &e->name, now_us);
}

static void
free_record(void *p)
{
	struct record *e = p;

	free(e->name.host);
	free(e->name.why);
	free(e->name.addrs);
	free(e);
}
