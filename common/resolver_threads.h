/* SPDX-License-Identifier: ISC */
/*
 * Names as the system sees them: getaddrinfo(3), which may take minutes, in
 * threads that nobody waits for.
 */
#ifndef RESOLVER_THREADS_H
#define RESOLVER_THREADS_H

#include "lookup.h"
#include "poller.h"

/* Names that are looked up at the same time; the others queue. */
#define RESOLVER_THREADS_MAX 16

struct resolver_threads;

/* Tells done from within p's poller_wait().  NULL with errno set. */
struct resolver_threads *resolver_threads_new(struct poller *p, lookup_fn *done,
    void *ctx);

/* Lookups that have not ended are freed, some of them much later. */
void resolver_threads_free(struct resolver_threads *t);

/* Takes l over, or returns an errno when no thread can be started. */
int resolver_threads_ask(struct resolver_threads *t, struct lookup *l);

/* Whether a lookup that is asked for now would have to queue. */
bool resolver_threads_busy(const struct resolver_threads *t);

#endif
