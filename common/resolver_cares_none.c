/* SPDX-License-Identifier: ISC */
/* In place of resolver_cares.c where there is no c-ares. */
#include <stddef.h>

#include "resolver_cares.h"

struct resolver_cares *
resolver_cares_new(struct poller *p, const char *servers, lookup_fn *done,
    void *ctx)
{
	(void)p;
	(void)servers;
	(void)done;
	(void)ctx;
	return NULL;
}

void
resolver_cares_free(struct resolver_cares *rc)
{
	(void)rc;
}

void
resolver_cares_ask(struct resolver_cares *rc, struct lookup *l)
{
	(void)rc;
	lookup_free(l);
}
