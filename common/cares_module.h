/* SPDX-License-Identifier: ISC */
/*
 * What resolver_cares.so and its only user, resolver_cares.c, agree on: the
 * module knows c-ares, the host the poller and the lookups.
 */
#ifndef CARES_MODULE_H
#define CARES_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* To be raised with each change of what follows. */
#define CARES_MODULE_VERSION 3

/* The one symbol: a struct cares_module. */
#define CARES_MODULE_SYMBOL "cares_module"

/* What the module calls; ctx is the host's. */
struct cares_host {
	void *ctx;
	/* To be told by ready() of this descriptor, edge-triggered. */
	void (*watch)(void *ctx, int fd, bool write);
	/* Closes a descriptor, whether it was watched or not. */
	void (*close)(void *ctx, int fd);
	/* One address, in the order of RFC 6724; done() says to what. */
	void (*found)(void *ctx, const struct sockaddr *sa, socklen_t len);
	/*
	 * ttl_s: how long all that was found is good.  timed_out: some question
	 * of it had to be asked again, or all.
	 */
	void (*done)(void *ctx, void *name, uint32_t ttl_s, bool timed_out);
};

struct cares_session;

struct cares_module {
	uint32_t version; /* first for ever */

	/*
	 * NULL when there cannot be one.  servers, "ADDRESS:PORT,…", stands in
	 * for those of resolv.conf(5); NULL except in tests.
	 */
	struct cares_session *(*start)(const struct cares_host *host,
	    const char *servers);

	/* Names that were asked for are done with nothing found. */
	void (*end)(struct cares_session *s);

	/* May be done before it returns; is sent by flush(). */
	void (*ask)(struct cares_session *s, const char *host, int family,
	    void *name);

	/* To be followed by flush(), too. */
	void (*ready)(struct cares_session *s, int fd);
	void (*flush)(struct cares_session *s);

	/* Some descriptor is to be ready after that time, not 0. */
	void (*wake)(struct cares_session *s, int64_t time_us);
};

extern const struct cares_module cares_module
    __attribute__((visibility("default")));

#endif
