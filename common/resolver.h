/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses, without waiting for them.
 *
 * Names are asked of the system, by getaddrinfo(3) in threads: it knows all
 * that nsswitch.conf(5) names (DNS, files, mDNS, LDAP …), but does one name a
 * thread.  While RESOLVER_THREADS_MAX names are being asked for, more of them
 * are asked all at once of the bulk, if there is one and it wants them.  What
 * that does not know is asked of the system after all, which has the last word.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "lookup.h"
#include "poller.h"

#define RESOLVER_ADDRS_MAX LOOKUP_ADDRS_MAX

/*
 * n addresses in the order to try them in, families in turn (RFC 8305 section
 * 4), or n = 0 and why.
 */
struct resolver_answer {
	const struct addr *addrs;
	size_t n;
	const char *why;
	bool denied;  /* n is 0 because there is none, not because of a fault */
	bool has_ttl; /* DNS has told how long that is good */
	uint32_t ttl_s;
};

/* The answer and what it points to live until the call returns. */
typedef void resolver_fn(void *ctx, const struct resolver_answer *a,
    int64_t now_us);

struct resolver;
struct resolver_query;

/* Tells answers from within p's poller_wait(). */
struct resolver *resolver_new(struct poller *p, const struct lookup_bulk *bulk);

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
