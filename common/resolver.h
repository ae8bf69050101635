/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses, by the system's own getaddrinfo(3), which may take
 * minutes: it runs in threads, and who asks does not have to wait for it.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "addr.h"
#include "poller.h"

/* More addresses of one name than this are not looked at. */
#define RESOLVER_ADDRS_MAX 32

/*
 * The answer: n addresses in the order to try them in, families in turn (RFC
 * 8305 section 4), or n = 0 and why as text that lives until the call returns.
 */
typedef void resolver_fn(void *ctx, const struct addr *addrs, size_t n,
    const char *why, int64_t now_us);

struct resolver;
struct resolver_query;

/* Tells answers from within p's poller_wait(). */
struct resolver *resolver_new(struct poller *p);

/* What is still asked is forgotten; its threads are not waited for. */
void resolver_free(struct resolver *r);

/*
 * Asks for the addresses of host, which is copied.  Returns NULL with errno
 * set when that cannot be done.
 */
struct resolver_query *resolver_ask(struct resolver *r, const char *host,
    int family, resolver_fn *fn, void *ctx);

/* The answer is no longer wanted and will not be told; not after it was. */
void resolver_cancel(struct resolver_query *q);

#endif
