/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB as a table: its objects, one row of mib.def each, with their OIDs,
 * syntaxes and access.  What their values are is for mib_value.h.
 *
 * OIDs are suffixes here: what follows the base, which is that of portstateMIB and an
 * option of the programs.
 */
#ifndef PORTSTATE_MIB_H
#define PORTSTATE_MIB_H

#include <stddef.h>
#include <stdint.h>

/* psSumTable.psSumEntry.psSumCount.state is the longest there is. */
#define MIB_SUFFIX_MAX 6

/* So many numbers a base has at most, since SNMP's OIDs have 128. */
#define MIB_BASE_MAX (128 - MIB_SUFFIX_MAX)

struct mib_oid {
	uint32_t ids[MIB_SUFFIX_MAX];
	size_t len;
};

/* What goes over the wire; Unsigned32 is the same as Gauge32. */
enum mib_type {
	MIB_INTEGER,
	MIB_OCTETS,
	MIB_GAUGE,
	MIB_COUNTER,
	MIB_COUNTER64,
	MIB_TICKS,
};

enum mib_access {
	MIB_READ,
	MIB_NOTIFY, /* in notifications only */
	MIB_NONE,   /* an index */
};

/* What the instances of an object are. */
enum mib_instances {
	MIB_SCALARS, /* one, of index 0 */
	MIB_STATES,  /* one for each value of PsPortState */
	MIB_ENTRIES, /* one for each entry */
};

enum mib_group {
#define GROUP(symbol, ...) MIB_GROUP_##symbol,
#define OBJECT(...)
#include "mib.def"
#undef GROUP
#undef OBJECT
};

/* In the order of their OIDs: MIB_psAgentVersion … */
enum mib_object {
#define GROUP(...)
#define OBJECT(name, ...) MIB_##name,
#include "mib.def"
#undef GROUP
#undef OBJECT
	MIB_OBJECTS
};

struct mib_row {
	const char *name;   /* "psCheckStatus" */
	const char *syntax; /* "PsStatus" */
	enum mib_type type;
	enum mib_access access;
	enum mib_group group;
	uint32_t number; /* in its group */
};

const struct mib_row *mib_row(enum mib_object o);
enum mib_instances mib_instances(enum mib_object o);

/* The OID of an object, and of its instance. */
struct mib_oid mib_oid(enum mib_object o);
struct mib_oid mib_instance(enum mib_object o, uint32_t index);

/* The last object whose OID is not after this one; MIB_OBJECTS: there is none. */
enum mib_object mib_find(const uint32_t *suffix, size_t len);

/* Below 0, 0 or above, as a is before b, the same or after it. */
int mib_compare(const uint32_t *a, size_t a_len, const uint32_t *b,
    size_t b_len);

/*
 * Reads a base such as MIB_BASE, that of the build: "1.3.6.1.4.1.8072.9999.9999.7707",
 * with or without a dot in front.  ids has room for MIB_BASE_MAX.  NULL or the reason.
 */
const char *mib_base_parse(const char *s, uint32_t *ids, size_t *len);

#endif
