/* SPDX-License-Identifier: ISC */
/*
 * Many names at once, as DNS knows them, by c-ares: a private
 * module (cares_module.h) that is opened when the first such name comes, so
 * that who asks for a few loads libc alone.
 */
#ifndef RESOLVER_CARES_H
#define RESOLVER_CARES_H

#include "lookup.h"
#include "poller.h"

struct resolver_cares;

/*
 * Tells done from within p's poller_wait().  servers, "ADDRESS:PORT,…", stands
 * in for those of resolv.conf(5); NULL except in tests.  Returns NULL when
 * there is no c-ares.
 */
struct resolver_cares *resolver_cares_new(struct poller *p, const char *servers,
    lookup_fn *done, void *ctx);

/* Lookups that have not ended are freed. */
void resolver_cares_free(struct resolver_cares *rc);

/* Takes l over. */
void resolver_cares_ask(struct resolver_cares *rc, struct lookup *l);

#endif
