/* SPDX-License-Identifier: ISC */
/*
 * A name that is being looked up, and the order of what was found: what the
 * back ends of the resolver share.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct addrinfo;
struct poller;

/* More addresses of one name than this are not looked at. */
#define LOOKUP_ADDRS_MAX 64

/* Part of what the asker knows of it, and its first member. */
struct lookup {
	struct lookup *next; /* in the queue that it is in */
	char *host;
	int family;

	int64_t asked_us; /* c-ares's alone */

	/* The threads' alone: what getaddrinfo(3) said. */
	int error;
	int err; /* errno, for EAI_SYSTEM */
	struct addrinfo *list;
};

/* What was found so far, a zeroed one nothing. */
struct lookup_found {
	int family; /* of addrs[0], and so of the first */
	size_t n[2];
	struct addr addrs[2][LOOKUP_ADDRS_MAX];
	bool has_ttl; /* which getaddrinfo(3) does not tell */
	uint32_t ttl_s;
	bool denied; /* there is no address, says who knows all of them */
};

/*
 * The end of a lookup, which is the callee's from then on.  When nothing was
 * found, why may say why; it lives until the call returns.
 */
typedef void lookup_fn(void *ctx, struct lookup *l,
    const struct lookup_found *found, const char *why, int64_t now_us);

/*
 * A way to look up many names at once, which a program has if it names it to
 * its engine.  The functions are those of resolver_cares.h.
 */
struct lookup_bulk {
	void *(*new)(struct poller *p, const char *servers, lookup_fn *done,
	    void *ctx);
	void (*free)(void *bulk);
	bool (*ask)(void *bulk, struct lookup *l);
};

/* Frees the lookup and what it is the first member of. */
void lookup_free(struct lookup *l);

/* Takes the addresses one by one, in the order of RFC 6724. */
void lookup_add(struct lookup_found *f, const struct sockaddr *sa,
    socklen_t len);

/*
 * Writes them in the order to try them in and returns how many: the first
 * stays first, and after it the families alternate while there are both (RFC
 * 8305 section 4).
 */
size_t lookup_order(const struct lookup_found *f,
    struct addr addrs[LOOKUP_ADDRS_MAX]);

/* First in, first out. */
struct lookup_queue {
	struct lookup *first;
	struct lookup **last;
};

void lookup_queue_init(struct lookup_queue *q);
void lookup_queue_put(struct lookup_queue *q, struct lookup *l);
/* Returns NULL when there is none. */
struct lookup *lookup_queue_take(struct lookup_queue *q);

#endif
