/* SPDX-License-Identifier: ISC */
/*
 * What to ask: a host, a port, and what to say there.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#include "dialogue.h"

struct inquiry;

/* All that it points to outlives it. */
struct target {
	const char *host; /* name, address, or path of a Unix socket */
	uint16_t port;    /* host byte order; of no meaning with a path */
	int family;       /* AF_UNSPEC, AF_INET or AF_INET6 */
	const struct dialogue *dialogue; /* without steps for datagrams */
	const struct inquiry *inquiry;   /* NULL: not of datagrams */
};

#endif
