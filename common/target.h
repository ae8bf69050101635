/* SPDX-License-Identifier: ISC */
/*
 * What to ask: a host, a port, and what to say there.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#include "dialogue.h"

struct handler;
struct inquiry;
struct sock_conf;

/* On what terms a target is asked, where they are not those of the engine. */
struct terms {
	int64_t timeout_us;           /* of one asking */
	unsigned retries;             /* if it gets no answer */
	const struct sock_conf *sock; /* NULL: the engine's */
	/* Who decides, in place of a conversation; NULL: nobody else. */
	const struct handler *handler;
};

/* All that it points to outlives it. */
struct target {
	const char *host; /* name, address, or path of a Unix socket */
	uint16_t port;    /* host byte order; of no meaning with a path */
	int family;       /* AF_UNSPEC, AF_INET or AF_INET6 */
	const struct dialogue *dialogue; /* without steps for datagrams */
	const struct inquiry *inquiry;   /* NULL: not of datagrams */
	const struct terms *terms;       /* NULL: the engine's */
	const char *name; /* what the host is called; NULL: host */
};

static inline const char *
target_name(const struct target *t)
{
	return t->name != NULL ? t->name : t->host;
}

#endif
