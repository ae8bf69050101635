/* SPDX-License-Identifier: ISC */
/*
 * What snmp_netsnmp.so and its only user, snmp_agent.c, agree on: the module knows the
 * messages of SNMP, by net-snmp's library, and no socket, name or clock; the host sends
 * and receives them.
 */
#ifndef SNMP_MODULE_H
#define SNMP_MODULE_H

#include "snmp_query.h"

/* To be raised with each change of what follows or of snmp_query.h. */
#define SNMP_MODULE_VERSION 1

/* The one symbol: a struct snmp_module. */
#define SNMP_MODULE_SYMBOL "snmp_module"

/* Who asks.  Strings are NULL where they are not given. */
struct snmp_who {
	const char *community; /* of version 2c, where there is no user */
	const char *user;      /* of version 3 */
	const char *auth;      /* a protocol: "SHA-256" */
	const char *auth_secret;
	const char *priv; /* "AES" */
	const char *priv_secret;
	const char *context;
};

/* What became of a question. */
enum snmp_status {
	SNMP_STATUS_OK,
	SNMP_STATUS_TOO_BIG,
	SNMP_STATUS_GEN_ERR,
	SNMP_STATUS_REFUSED, /* for a reason */
};

/* What the module calls; ctx is the host's. */
struct snmp_host {
	void *ctx;
	void (*send)(void *ctx, const void *message, size_t len);
	/* why: static words, for SNMP_STATUS_REFUSED. */
	void (*answer)(void *ctx, uint32_t ticket, enum snmp_status status,
	    const struct query_varbind *v, size_t n, const char *why);
};

/* The module's. */
struct snmp_codec;

struct snmp_module {
	uint32_t version; /* first for ever */

	/* NULL: there is such a protocol in the library; or why not. */
	const char *(*auth_wrong)(const char *name);
	const char *(*priv_wrong)(const char *name);

	/* NULL: *why in static words.  Of secrets it keeps the community alone. */
	struct snmp_codec *(*open)(const struct snmp_who *who,
	    const struct snmp_host *host, const char **why);
	void (*close)(struct snmp_codec *c);

	/*
	 * Whether the agent has to be asked who it is (RFC 3414 4) before anything
	 * else; hello() does that, and the answer is one without varbinds.
	 */
	bool (*is_stranger)(const struct snmp_codec *c);
	bool (*hello)(struct snmp_codec *c, uint32_t ticket);

	/*
	 * Sends a question; any of those that have the same ticket, and were sent, may
	 * be answered, and each is once at most.  False: it cannot be made.
	 */
	bool (*ask)(struct snmp_codec *c, const struct query *q,
	    uint32_t ticket);

	/* Takes a message that came. */
	void (*take)(struct snmp_codec *c, const void *message, size_t len);
};

extern const struct snmp_module snmp_module
    __attribute__((visibility("default")));

#endif
