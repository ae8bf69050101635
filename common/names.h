/* SPDX-License-Identifier: ISC */
/*
 * The names of a run: each is resolved once, whoever asks and however often.
 */
#ifndef NAMES_H
#define NAMES_H

#include "addr.h"
#include "poller.h"
#include "timer.h"

struct name {
	struct timer timer; /* first; the owner's, as is waiters */
	void *waiters;
	char *host;
	int family;
	bool known;  /* the rest says what came back */
	bool failed; /* n is 0, and why is our own fault, not the name's */
	struct addr *addrs;
	size_t n;
	char *why; /* of a name without addresses */
	int64_t asked_us;
	int64_t took_us;
};

struct names;
struct lookup_bulk;

/* Told once for each name that names_find() returned while it was unknown. */
typedef void names_fn(void *ctx, struct name *n, int64_t now_us);

/* bulk is for many names at once; NULL: there is none. */
struct names *names_new(struct poller *p, const struct lookup_bulk *bulk,
    names_fn *known, void *ctx);
/* The names go with it. */
void names_free(struct names *ns);

/*
 * The name, which is asked for if it is new; it may be known at once.  host is
 * copied.
 */
struct name *names_find(struct names *ns, const char *host, int family,
    int64_t now_us);

#endif
