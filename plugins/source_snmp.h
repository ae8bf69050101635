/* SPDX-License-Identifier: ISC */
/*
 * An SNMP agent that tells what ports are, as the options of check_portset name it.
 */
#ifndef SOURCE_SNMP_H
#define SOURCE_SNMP_H

#include "portset_snmp.h"
#include "snmp_place.h"

struct source_snmp {
	/* As given; NULL: it is not. */
	const char *agent;
	struct snmp_place place;
	const char *community_file;
	const char *user;
	const char *auth;
	const char *auth_file;
	const char *priv;
	const char *priv_file;
	const char *context;
	const char *oid;

	/* By what is to be told. */
	struct portset_snmp_wishes wishes;
	bool strict; /* all rows are needed, not only welcome */
	int64_t until_us;

	struct portset_snmp *told; /* NULL: none was asked */
};

/* One of the options that is given, or NULL. */
const char *source_snmp_option(const struct source_snmp *s);

/* Whether the options go together.  False: *error says in one line what is wrong. */
bool source_snmp_fit(const struct source_snmp *s, struct text *error);

/*
 * Asks the agent; the set borrows from s.  False: *error says in one line why there is
 * no answer.
 */
bool source_snmp_fill(struct source_snmp *s, struct portset *set,
    struct text *error);

#endif
