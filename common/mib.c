/* SPDX-License-Identifier: ISC */
#include "mib.h"

#include <stdbool.h>
#include <string.h>

#include "num.h"

/* The syntaxes of mib.def, as they go over the wire. */
enum {
	BITS = MIB_OCTETS,
	Counter32 = MIB_COUNTER,
	Counter64 = MIB_COUNTER64,
	DateAndTime = MIB_OCTETS,
	Gauge32 = MIB_GAUGE,
	InetAddress = MIB_OCTETS,
	InetAddressType = MIB_INTEGER,
	InetPortNumber = MIB_GAUGE,
	PsExpected = MIB_INTEGER,
	PsMicroseconds = MIB_GAUGE,
	PsMilliseconds = MIB_GAUGE,
	PsPortState = MIB_INTEGER,
	PsReason = MIB_INTEGER,
	PsStatus = MIB_INTEGER,
	PsTransport = MIB_INTEGER,
	SnmpAdminString = MIB_OCTETS,
	TimeStamp = MIB_TICKS,
	TruthValue = MIB_INTEGER,
	Unsigned32 = MIB_GAUGE,
};

static const struct {
	enum mib_instances instances;
	struct mib_oid oid;
} groups[] = {
#define GROUP(symbol, instances, ...)                     \
	{ MIB_##instances,                                \
		{ { __VA_ARGS__ },                        \
		    sizeof((uint32_t[]){ __VA_ARGS__ }) / \
			sizeof(uint32_t) } },
#define OBJECT(...)
#include "mib.def"
#undef GROUP
#undef OBJECT
};

static const struct mib_row rows[] = {
#define GROUP(...)
#define OBJECT(name, group, number, syntax, access, value)     \
	{ #name, #syntax, (enum mib_type)syntax, MIB_##access, \
		MIB_GROUP_##group, number },
#include "mib.def"
#undef GROUP
#undef OBJECT
};

static bool is_not_after(const struct mib_row *, const uint32_t *, size_t);
static const char *parse_id(const char *, size_t, uint32_t *);

const struct mib_row *
mib_row(enum mib_object o)
{
	return &rows[o];
}

enum mib_instances
mib_instances(enum mib_object o)
{
	return groups[rows[o].group].instances;
}

struct mib_oid
mib_oid(enum mib_object o)
{
	struct mib_oid oid = groups[rows[o].group].oid;

	oid.ids[oid.len++] = rows[o].number;
	return oid;
}

struct mib_oid
mib_instance(enum mib_object o, uint32_t index)
{
	struct mib_oid oid = mib_oid(o);

	oid.ids[oid.len++] = index;
	return oid;
}

enum mib_object
mib_find(const uint32_t *suffix, size_t len)
{
	unsigned below = 0, above = MIB_OBJECTS;

	/* All before below are not after it; from above on, all are. */
	while (below < above) {
		unsigned middle = (below + above) / 2;

		if (is_not_after(&rows[middle], suffix, len))
			below = middle + 1;
		else
			above = middle;
	}
	return below > 0 ? (enum mib_object)(below - 1) : MIB_OBJECTS;
}

int
mib_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	size_t i;

	for (i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_len > b_len) - (a_len < b_len);
}

const char *
mib_base_parse(const char *s, uint32_t *ids, size_t *len)
{
	size_t n = 0, digits;
	const char *why;

	s += *s == '.';
	for (;; s += digits + 1) {
		digits = strcspn(s, ".");
		if (n == MIB_BASE_MAX)
			return "is too long";
		why = parse_id(s, digits, &ids[n++]);
		if (why != NULL)
			return why;
		if (s[digits] == '\0')
			break;
	}
	if (n < 2 || ids[0] > 2 || (ids[0] < 2 && ids[1] >= 40))
		return "is no object identifier";
	*len = n;
	return NULL;
}

/* Of the object; what its OID is made of is not put together for it. */
static bool
is_not_after(const struct mib_row *row, const uint32_t *suffix, size_t len)
{
	const struct mib_oid *group = &groups[row->group].oid;
	size_t in_group = len < group->len ? len : group->len;
	int order = mib_compare(group->ids, group->len, suffix, in_group);

	if (order != 0 || len == in_group)
		return order < 0;
	return row->number <= suffix[in_group];
}

static const char *
parse_id(const char *s, size_t len, uint32_t *id)
{
	char digits[16] = "";
	int64_t number;

	if (len < sizeof(digits))
		memcpy(digits, s, len);
	if (num_int(digits, 0, UINT32_MAX, &number) != NULL)
		return "is not numbers with dots between them";
	*id = (uint32_t)number;
	return NULL;
}
