/* SPDX-License-Identifier: ISC */
/*
 * Where a set of ports comes from: hosts and ports of the command line, a
 * configuration, a list of targets; or a port table, or an SNMP agent that has one,
 * which tell what they are, too.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "config.h"
#include "listset.h"
#include "portset_table.h"
#include "source_snmp.h"

/* More names of port sets, and more lists, are not taken. */
#define SOURCE_PORTSETS_MAX 64
#define SOURCE_LISTS_MAX 64

struct source {
	/* As given. */
	struct hostlist hosts;
	struct portlist ports;
	const char *config; /* a file; NULL: the usual one, if it is there */
	const char *lists[SOURCE_LISTS_MAX]; /* files of targets */
	size_t n_lists;
	const char *portsets[SOURCE_PORTSETS_MAX];
	size_t n_portsets;
	const char *table;       /* a file; NULL: none is read */
	int64_t told_timeout_us; /* of it, and of the agent */
	struct source_snmp snmp;
	bool only_check; /* what would be asked */
	struct listset_conf asking;
	const char *tls_option; /* the first that wants TLS; or NULL */
	int64_t timeout_us;     /* of one asking */
	unsigned retries;

	/* Made of it. */
	struct listset list;
	struct config read;
	struct portset_table *port_table; /* NULL: none was read */
};

/*
 * Adds to the set what is to be asked, or was, with what came back; it is borrowed
 * from s.  False: *error says in one line what is wrong, or is empty, and
 * s->read.errors has the lines.
 */
bool source_fill(struct source *s, struct portset *set, struct text *error);

#endif
