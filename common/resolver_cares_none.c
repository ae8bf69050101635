/* SPDX-License-Identifier: ISC */
/* In place of resolver_cares.c where there is no c-ares. */
#include "resolver_cares.h"

static void *
none_new(struct poller *p, const char *servers, lookup_fn *done, void *ctx)
{
	(void)p;
	(void)servers;
	(void)done;
	(void)ctx;
	return NULL;
}

static void
none_free(void *bulk)
{
	(void)bulk;
}

static bool
none_ask(void *bulk, struct lookup *l)
{
	(void)bulk;
	(void)l;
	return false;
}

const struct lookup_bulk resolver_cares = {
	.new = none_new,
	.free = none_free,
	.ask = none_ask,
};
