/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB of an SNMP agent as a set of ports that are told already
 * (portset_told.h).
 *
 * The summary is asked first, in one question; rows are asked only where something is
 * not OK, and only those, or all if they are wanted.  An agent is hostile: what it says
 * has to be of the right type and in its range, its rows have to ascend and to end, and
 * its sums to add up; nothing of it is ever taken for OK that is not.
 */
#ifndef PORTSET_SNMP_H
#define PORTSET_SNMP_H

#include "portset_told.h"
#include "snmp_query.h"

/* A daemon that is later than this cannot be trusted to know. */
#define PORTSET_SNMP_BEHIND_S 180

struct portset_snmp_wishes {
	struct query_oid base; /* of portstateMIB */
	bool all;              /* rows that are OK, too */
	size_t rows_max;       /* else no more than that; the worst first */
};

struct portset_snmp {
	struct portset_told *told;
	struct portset_rest rest; /* set.rest, unless all entries are there */
	unsigned char version[32];
	size_t version_len;
	uint32_t config_serial;
	uint32_t behind_us;
	/*
	 * What more there is to say of the whole, or nothing; and what it makes of it at
	 * the least.
	 */
	struct text note;
	enum state floor;
	bool complete; /* all rows are here that were wanted */
};

/*
 * Fills the set, which is empty and borrows from what is returned.  NULL: *error says in
 * one line why nothing can be told.
 */
struct portset_snmp *portset_snmp_read(const struct query_agent *agent,
    const struct portset_snmp_wishes *wishes, struct portset *set,
    struct text *error);

/* After the set. */
void portset_snmp_free(struct portset_snmp *p);

#endif
