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

/*
 * new: tells done from within p's poller_wait().  servers, "ADDRESS:PORT,…",
 * stands in for those of resolv.conf(5); NULL except in tests.  Returns NULL
 * when there is no c-ares.
 *
 * When nothing is being asked, hosts(5) and resolv.conf(5) are read again if they
 * were changed.
 *
 * free: lookups that have not ended are freed.
 *
 * ask: takes l over, or returns false: a name that hosts(5) lists is not for
 * DNS.
 */
extern const struct lookup_bulk resolver_cares;

#endif
