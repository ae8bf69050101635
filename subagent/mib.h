/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB as a table: its objects, one row of mib.def each, their OIDs, syntaxes
 * and access.  What their values are is mib_value.h's.
 *
 * OIDs are suffixes here: what follows the base, which is that of portstateMIB and an
 * option of the programs.  Their order is that of their numbers, the shorter first.
 */
#ifndef MIB_H
#define MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* psSumTable.psSumEntry.psSumCount.state is the longest there is. */
#define MIB_SUFFIX_MAX 6

/* The longest base that leaves SNMP's 128 numbers for what follows. */
#define MIB_BASE_IDS (128 - MIB_SUFFIX_MAX)

struct mib_oid {
	uint32_t ids[MIB_SUFFIX_MAX];
	size_t len;
};

/* What goes over the wire.  Unsigned32 is the same as Gauge32. */
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

/* Where objects are: scalars, the columns of a table, or what is in notifications. */
enum mib_group {
#define GROUP(symbol, ...) MIB_##symbol,
#define OBJECT(name, group, number, syntax, access, value)
#include "mib.def"
#undef GROUP
#undef OBJECT
	MIB_GROUPS
};

/* In the order of their OIDs: MIB_psAgentVersion … */
enum mib_object {
#define GROUP(symbol, ...)
#define OBJECT(name, group, number, syntax, access, value) MIB_##name,
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

/* The OID of an object, without an instance. */
struct mib_oid mib_oid(enum mib_object o);

/* That of an instance: index is left out where it is a scalar. */
struct mib_oid mib_instance(enum mib_object o, uint32_t index);

/* As memcmp(3). */
int mib_compare(const uint32_t *a, size_t a_len, const uint32_t *b,
    size_t b_len);

/* The base of the build, and that of a text such as "1.3.6.1.4.1.8072.9999.9999.7707",
 * with or without a dot in front.  ids has room for MIB_BASE_IDS.  NULL or the reason. */
const char *mib_base_parse(const char *s, uint32_t *ids, size_t *len);

#endif
