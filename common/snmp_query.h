/* SPDX-License-Identifier: ISC */
/*
 * What is asked of an SNMP agent, and what it answers: without a library for it, a
 * socket or a secret.
 */
#ifndef SNMP_QUERY_H
#define SNMP_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mib.h"
#include "text.h"

/* So many numbers an OID has at most (RFC 2578 3.5). */
#define QUERY_OID_MAX 128

/* An answer with more is none of ours. */
#define QUERY_VARBINDS_MAX 1024

struct query_oid {
	uint32_t ids[QUERY_OID_MAX];
	size_t len;
};

/* What there is of an instance. */
enum query_kind {
	QUERY_VALUE,
	QUERY_OTHER, /* a value of a type that no object of ours has */
	QUERY_NO_OBJECT,
	QUERY_NO_INSTANCE,
	QUERY_END, /* endOfMibView */
};

struct query_varbind {
	struct query_oid oid;
	enum query_kind kind;
	enum mib_type type; /* of a value ... */
	uint64_t number;    /* ... that is no string; 2^63 and more: negative */
	const unsigned char *octets; /* of one that is */
	size_t len;
};

/* How a query ended. */
enum query_end {
	QUERY_PENDING,
	QUERY_ANSWERED,
	QUERY_TOO_BIG, /* the answer would be */
	QUERY_SILENT,  /* the deadline came first */
	QUERY_FAILED,
};

/* GET, or GETBULK without non-repeaters. */
struct query {
	unsigned repetitions; /* 0: it is a GET */
	const struct query_oid *oids;
	size_t n;
	/* Takes the answer, which lives until it returns. */
	void (*answered)(void *ctx, const struct query_varbind *v, size_t n);
	void *ctx;
	enum query_end end; /* the asker's: how it did */
};

/* Somebody who can be asked. */
struct query_agent {
	void *ctx;
	/*
	 * Asks all of them at once; each has an end when it returns.  why has room for
	 * the reason why the first of those has failed that did, or came too late.
	 */
	void (*ask)(void *ctx, struct query *queries, size_t n,
	    struct text *why);
};

/* So many at once an agent is asked at most. */
#define QUERIES_MAX 8

#endif
