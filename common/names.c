/* SPDX-License-Identifier: ISC */
#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "index.h"
#include "resolver.h"
#include "xalloc.h"

#define RECORDS_FIRST 64

struct names {
	struct poller *poller;
	const struct lookup_bulk *bulk;
	struct resolver *resolver; /* NULL before the first name */
	int64_t age_us;            /* 0: names do not age */
	struct record **records;
	size_t n;
	size_t size;
	struct index index; /* of records, by host and family */
	names_fn *known;
	void *ctx;
};

/* What a name is found by. */
struct key {
	const char *host;
	int family;
};

struct record {
	struct name name; /* first: a name is its record */
	struct names *names;
	uint32_t hash;
	bool asking;
	int64_t due_us;    /* to be asked again; CLOCK_NEVER: not */
	int64_t kept_us;   /* addresses that cannot be renewed are gone then */
	int64_t wanted_us; /* last */
};

static index_fn is_name;
static struct record *add(struct names *, const struct key *, uint32_t);
static void put(struct names *, struct record *);
static void make_room(struct names *, int64_t);
static void drop_unused(struct names *, int64_t);
static bool is_unused(const struct record *, int64_t);
static void ask(struct record *, int64_t);
static resolver_fn answered;
static void found(struct record *, const struct resolver_answer *, int64_t);
static int64_t age_of(const struct names *, const struct resolver_answer *);
static void not_told(struct record *, bool, const char *, int64_t);
static void unresolved(struct record *, bool, const char *, int64_t);
static void try_later(struct record *, int64_t);
static void forget(struct name *);
static void free_record(struct record *);

struct names *
names_new(struct poller *p, const struct lookup_bulk *bulk, int64_t age,
    names_fn *known, void *ctx)
{
	struct names *ns = xcalloc(1, sizeof(*ns));

	ns->poller = p;
	ns->bulk = bulk;
	ns->age_us = age;
	ns->known = known;
	ns->ctx = ctx;
	return ns;
}

void
names_free(struct names *ns)
{
	size_t i;

	if (ns == NULL)
		return;
	resolver_free(ns->resolver);
	for (i = 0; i < ns->n; i++)
		free_record(ns->records[i]);
	free(ns->records);
	index_free(&ns->index);
	free(ns);
}

struct name *
names_find(struct names *ns, const char *host, int family, int64_t now_us)
{
	const struct key key = { host, family };
	uint32_t hash = index_hash(host, strlen(host), INDEX_HASH);
	uint32_t i = index_find(&ns->index, hash, is_name, ns, &key);
	struct record *r;

	if (i != INDEX_NONE) {
		r = ns->records[i];
	} else {
		make_room(ns, now_us);
		r = add(ns, &key, hash);
	}
	r->wanted_us = now_us;
	if (r->name.n > 0 && r->kept_us <= now_us) {
		forget(&r->name);
		r->due_us = now_us;
	}
	if (r->due_us <= now_us && !r->asking)
		ask(r, now_us);
	return &r->name;
}

size_t
names_count(const struct names *ns)
{
	return ns->n;
}

static bool
is_name(const void *ctx, uint32_t number, const void *key)
{
	const struct names *ns = ctx;
	const struct name *n = &ns->records[number]->name;
	const struct key *k = key;

	return n->family == k->family && strcmp(n->host, k->host) == 0;
}

static struct record *
add(struct names *ns, const struct key *key, uint32_t hash)
{
	struct record *r = xcalloc(1, sizeof(*r));

	r->names = ns;
	r->hash = hash;
	r->name.host = xstrdup(key->host);
	r->name.family = key->family;
	put(ns, r);
	return r;
}

/* There is room. */
static void
put(struct names *ns, struct record *r)
{
	index_add(&ns->index, r->hash, (uint32_t)ns->n);
	ns->records[ns->n++] = r;
}

/*
 * When there is no room, names that nobody wants are dropped, and only if these
 * are no more than half there is room for more.  So a name is looked at once on
 * average, and no more are kept than twice as many as are wanted.
 */
static void
make_room(struct names *ns, int64_t now_us)
{
	if (ns->n < ns->size)
		return;
	if (ns->age_us != 0)
		drop_unused(ns, now_us);
	if (ns->n < ns->size / 2)
		return;
	ns->size = ns->size == 0 ? RECORDS_FIRST : ns->size * 2;
	ns->records = xreallocarray(ns->records, ns->size,
	    sizeof(ns->records[0]));
}

static void
drop_unused(struct names *ns, int64_t now_us)
{
	size_t i, n = ns->n;

	index_free(&ns->index);
	ns->n = 0;
	for (i = 0; i < n; i++)
		if (is_unused(ns->records[i], now_us))
			free_record(ns->records[i]);
		else
			put(ns, ns->records[i]);
}

/* What is asked for is told, and may be waited for. */
static bool
is_unused(const struct record *r, int64_t now_us)
{
	return !r->asking &&
	    now_us - r->wanted_us >= NAMES_UNUSED_AGES * r->names->age_us;
}

static void
ask(struct record *r, int64_t now_us)
{
	struct names *ns = r->names;
	struct name *n = &r->name;

	n->asked_us = now_us;
	n->known = n->n > 0;
	if (ns->resolver == NULL)
		ns->resolver = resolver_new(ns->poller, ns->bulk);
	r->asking = ns->resolver != NULL &&
	    resolver_ask(ns->resolver, n->host, n->family, answered, r) != NULL;
	if (!r->asking)
		not_told(r, true, strerror(errno), now_us);
}

static void
answered(void *ctx, const struct resolver_answer *a, int64_t now_us)
{
	struct record *r = ctx;
	struct name *n = &r->name;
	bool was_known = n->known;

	r->asking = false;
	/* Without descriptors nothing can be looked up. */
	if (a->n > 0)
		found(r, a, now_us);
	else if (fd_exhausted())
		not_told(r, true, strerror(errno), now_us);
	else if (a->denied)
		unresolved(r, false, a->why, now_us);
	else
		not_told(r, false, a->why, now_us);
	if (!was_known)
		r->names->known(r->names->ctx, n, now_us);
}

static void
found(struct record *r, const struct resolver_answer *a, int64_t now_us)
{
	const struct names *ns = r->names;
	struct name *n = &r->name;

	forget(n);
	n->addrs = xreallocarray(NULL, a->n, sizeof(a->addrs[0]));
	memcpy(n->addrs, a->addrs, a->n * sizeof(a->addrs[0]));
	n->n = a->n;
	n->known = true;
	n->took_us = now_us - n->asked_us;
	r->due_us = CLOCK_NEVER;
	r->kept_us = CLOCK_NEVER;
	if (ns->age_us != 0) {
		r->due_us = now_us + age_of(ns, a);
		r->kept_us = r->due_us + NAMES_KEPT_AGES * ns->age_us;
	}
}

static int64_t
age_of(const struct names *ns, const struct resolver_answer *a)
{
	if (!a->has_ttl)
		return ns->age_us;
	if (a->ttl_s < NAMES_AGE_MIN_US / CLOCK_SECOND)
		return NAMES_AGE_MIN_US;
	if (a->ttl_s > NAMES_AGE_MAX_US / CLOCK_SECOND)
		return NAMES_AGE_MAX_US;
	return a->ttl_s * CLOCK_SECOND;
}

/* Addresses that there are stay. */
static void
not_told(struct record *r, bool failed, const char *why, int64_t now_us)
{
	if (r->name.n > 0)
		try_later(r, now_us);
	else
		unresolved(r, failed, why, now_us);
}

static void
unresolved(struct record *r, bool failed, const char *why, int64_t now_us)
{
	struct name *n = &r->name;

	forget(n);
	n->why = xstrdup(why);
	n->known = true;
	n->failed = failed;
	n->took_us = now_us - n->asked_us;
	try_later(r, now_us);
}

static void
try_later(struct record *r, int64_t now_us)
{
	int64_t age_us = r->names->age_us;
	int64_t wait_us = r->name.n > 0 ? NAMES_RETRY_US : NAMES_FAILED_US;

	if (age_us == 0)
		r->due_us = CLOCK_NEVER;
	else
		r->due_us = now_us + (age_us < wait_us ? age_us : wait_us);
}

/* What came back before. */
static void
forget(struct name *n)
{
	free(n->why);
	free(n->addrs);
	n->why = NULL;
	n->addrs = NULL;
	n->n = 0;
	n->known = false;
	n->failed = false;
}

static void
free_record(struct record *r)
{
	forget(&r->name);
	free(r->name.host);
	free(r);
}
