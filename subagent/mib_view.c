/* SPDX-License-Identifier: ISC */
#include "mib_view.h"

#include <stdlib.h>

#include "clock.h"
#include "mib_rows.h"
#include "xalloc.h"

/* So long nothing is looked at anew. */
#define MOMENT_US (10 * CLOCK_MILLISECOND)

/* By less than this the beginning of sysUpTime does not move. */
#define TREMBLE_US CLOCK_SECOND

#define CENTISECOND (CLOCK_SECOND / 100)

/* Rows that GETNEXT passes over, since they cannot be read, or are none any more. */
#define PASSED_MAX 64

#define NO_INDEX UINT32_MAX

struct mib_view {
	struct table_reader *reader;
	const struct mib_notify *notify;
	enum table_answer answer; /* of the last refresh */
	int64_t wall_us;          /* then; 0: there was none */
	int64_t epoch_us;
	struct mib_rows rows;
	bool no_memory; /* for them */

	/* The record that was asked for last, in this moment. */
	uint32_t index; /* 0: none */
	enum table_answer found;
	struct table_record record;
};

static void set_epoch(struct mib_view *, int64_t, uint32_t);
static bool is_unknown(const struct mib_view *);
static uint64_t first_of(enum mib_object, const uint32_t *, size_t);
static enum mib_answer next_of(struct mib_view *, enum mib_object, uint64_t,
    struct mib_oid *, struct mib_value *);
static uint32_t index_from(const struct mib_view *, enum mib_instances,
    uint64_t);
static enum mib_answer value_of(struct mib_view *, enum mib_object, uint32_t,
    struct mib_value *);
static enum table_answer read_row(struct mib_view *, uint32_t);

/* What is told of the whole when there is no table. */
static const struct table_live no_live;

struct mib_view *
mib_view_new(const char *table, const struct mib_notify *notify)
{
	struct mib_view *v = xcalloc(1, sizeof(*v));

	v->reader = table_reader_open(table);
	v->answer = TABLE_MISSING;
	v->notify = notify;
	return v;
}

void
mib_view_free(struct mib_view *v)
{
	if (v == NULL)
		return;
	table_reader_close(v->reader);
	mib_rows_free(&v->rows);
	free(v);
}

void
mib_view_refresh(struct mib_view *v, int64_t wall_us, uint32_t uptime_cs)
{
	set_epoch(v, wall_us, uptime_cs);
	if (wall_us >= v->wall_us && wall_us - v->wall_us < MOMENT_US)
		return;
	v->wall_us = wall_us;
	v->index = 0;
	v->answer = table_reader_refresh(v->reader, wall_us);
	v->no_memory = !mib_rows_refresh(&v->rows, v->reader);
}

const char *
mib_view_why(const struct mib_view *v)
{
	if (table_reader_live(v->reader) == NULL)
		return table_reader_why(v->reader);
	return table_reader_stale(v->reader, v->wall_us) ? "is stale" : NULL;
}

enum mib_answer
mib_view_get(struct mib_view *v, const uint32_t *suffix, size_t len,
    struct mib_value *value)
{
	enum mib_object o = mib_find(suffix, len);
	struct mib_oid oid;

	if (is_unknown(v))
		return MIB_BUSY;
	if (o == MIB_OBJECTS || mib_row(o)->access != MIB_READ)
		return MIB_NO_OBJECT;
	oid = mib_oid(o);
	if (len < oid.len ||
	    mib_compare(oid.ids, oid.len, suffix, oid.len) != 0)
		return MIB_NO_OBJECT;
	if (len != oid.len + 1)
		return MIB_NO_INSTANCE;
	return value_of(v, o, suffix[oid.len], value);
}

enum mib_answer
mib_view_next(struct mib_view *v, const uint32_t *suffix, size_t len,
    struct mib_oid *next, struct mib_value *value)
{
	enum mib_object o = mib_find(suffix, len);
	enum mib_answer answer = MIB_END;
	uint64_t from = 0;

	if (is_unknown(v))
		return MIB_BUSY;
	if (o != MIB_OBJECTS)
		from = first_of(o, suffix, len);
	else
		o = (enum mib_object)0;
	for (; answer == MIB_END && o < MIB_OBJECTS; o++) {
		if (mib_row(o)->access == MIB_READ)
			answer = next_of(v, o, from, next, value);
		from = 0;
	}
	return answer;
}

struct table_reader *
mib_view_table(struct mib_view *v)
{
	return v->reader;
}

struct mib_source
mib_view_source(const struct mib_view *v)
{
	const struct table_live *live = table_reader_live(v->reader);

	return (struct mib_source){
		.live = live != NULL ? live : &no_live,
		.absent = live == NULL,
		.stale = live != NULL &&
		    table_reader_stale(v->reader, v->wall_us),
		.wall_us = v->wall_us,
		.epoch_us = v->epoch_us,
		.notify = v->notify,
	};
}

static void
set_epoch(struct mib_view *v, int64_t wall_us, uint32_t uptime_cs)
{
	int64_t epoch_us = wall_us - uptime_cs * CENTISECOND;

	if (llabs(epoch_us - v->epoch_us) > TREMBLE_US)
		v->epoch_us = epoch_us;
}

/* Whether there is a table, of which we know nothing, or not its rows. */
static bool
is_unknown(const struct mib_view *v)
{
	return v->no_memory ||
	    (v->answer == TABLE_BUSY && table_reader_live(v->reader) == NULL);
}

/* The first index that an instance of the object can have after that OID. */
static uint64_t
first_of(enum mib_object o, const uint32_t *suffix, size_t len)
{
	const struct mib_oid oid = mib_oid(o);

	if (len < oid.len ||
	    mib_compare(oid.ids, oid.len, suffix, oid.len) != 0)
		return UINT64_MAX;
	return len > oid.len ? (uint64_t)suffix[oid.len] + 1 : 0;
}

/* MIB_END: it has none from that index on. */
static enum mib_answer
next_of(struct mib_view *v, enum mib_object o, uint64_t from,
    struct mib_oid *next, struct mib_value *value)
{
	const enum mib_instances instances = mib_instances(o);
	enum mib_answer answer = MIB_NO_INSTANCE;
	unsigned passed;
	uint32_t index;

	for (passed = 0; passed < PASSED_MAX; passed++) {
		index = index_from(v, instances, from);
		if (index == NO_INDEX)
			return MIB_END;
		answer = value_of(v, o, index, value);
		if (answer != MIB_NO_INSTANCE)
			break;
		from = (uint64_t)index + 1;
	}
	*next = mib_instance(o, index);
	return answer == MIB_OK ? MIB_OK : MIB_BUSY;
}

static uint32_t
index_from(const struct mib_view *v, enum mib_instances instances,
    uint64_t from)
{
	uint32_t index;

	switch (instances) {
	case MIB_SCALARS:
		return from == 0 ? 0 : NO_INDEX;
	case MIB_STATES:
		if (from == 0)
			return 1;
		return from <= PORT_OPEN_FILTERED + 1 ? (uint32_t)from
						      : NO_INDEX;
	case MIB_ENTRIES:
		if (from > UINT32_MAX)
			break;
		index = mib_rows_after(&v->rows,
		    from > 0 ? (uint32_t)from - 1 : 0);
		return index > 0 ? index : NO_INDEX;
	}
	return NO_INDEX;
}

static enum mib_answer
value_of(struct mib_view *v, enum mib_object o, uint32_t index,
    struct mib_value *value)
{
	struct mib_source s = mib_view_source(v);

	switch (mib_instances(o)) {
	case MIB_SCALARS:
		if (index != 0)
			return MIB_NO_INSTANCE;
		break;
	case MIB_STATES:
		if (index < 1 || index > PORT_OPEN_FILTERED + 1)
			return MIB_NO_INSTANCE;
		s.port_state = (enum port_state)(index - 1);
		break;
	case MIB_ENTRIES:
		switch (read_row(v, index)) {
		case TABLE_OK:
			break;
		case TABLE_BUSY:
			return MIB_BUSY;
		default:
			return MIB_NO_INSTANCE;
		}
		s.record = &v->record;
		break;
	}
	mib_value(&s, o, value);
	return MIB_OK;
}

static enum table_answer
read_row(struct mib_view *v, uint32_t index)
{
	if (index == 0)
		return TABLE_NONE;
	if (index == v->index)
		return v->found;
	v->index = index;
	v->found = table_reader_record(v->reader, index, &v->record);
	if (v->found == TABLE_OK && (v->record.flags & TABLE_ENABLED) == 0)
		v->found = TABLE_NONE;
	return v->found;
}
