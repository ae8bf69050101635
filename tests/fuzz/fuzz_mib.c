/* SPDX-License-Identifier: ISC */
/*
 * A port table as PORTSTATE-MIB has it: a walk that goes forward and ends, where each
 * instance can be got, and says what its syntax allows.
 *
 * Input: table_input.h has it.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "mib_notice.h"
#include "table_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_walk(struct mib_view *);
static void check_value(const struct mib_oid *, const struct mib_value *);
static void check_get(struct mib_view *, const struct mib_oid *,
    const struct mib_value *);
static void check_notices(struct mib_view *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mib_notify notify;
	const char *file = table_input(data, size);
	struct mib_view *v;

	if (file == NULL)
		return 0;
	v = mib_view_new(file, &notify);
	mib_view_refresh(v, INT64_C(1000000000), size % 2 ? 100000 : 0);
	check_walk(v);
	check_notices(v);
	mib_view_free(v);
	return 0;
}

static void
check_walk(struct mib_view *v)
{
	struct mib_oid at = { .len = 0 }, next;
	struct mib_value value;
	enum mib_answer answer;

	while ((answer = mib_view_next(v, at.ids, at.len, &next, &value)) ==
	    MIB_OK) {
		assert(mib_compare(at.ids, at.len, next.ids, next.len) < 0);
		check_value(&next, &value);
		check_get(v, &next, &value);
		at = next;
	}
	assert(answer == MIB_END || answer == MIB_BUSY);
}

static void
check_value(const struct mib_oid *oid, const struct mib_value *v)
{
	const struct mib_row *row = mib_row(mib_find(oid->ids, oid->len));

	assert(row->type == v->type && row->access == MIB_READ);
	if (v->type == MIB_OCTETS)
		assert(v->len < sizeof(v->octets));
	else if (v->type == MIB_INTEGER)
		assert(v->number <= OUTCOME_COUNT + 1);
	else if (v->type != MIB_COUNTER64)
		assert(v->number <= UINT32_MAX);
	if (strcmp(row->syntax, "DateAndTime") == 0)
		assert(v->len == 8 || v->len == 11);
	if (strcmp(row->syntax, "InetAddress") == 0)
		assert(v->len == 0 || v->len == 4 || v->len == 16 ||
		    v->len == 20);
}

static void
check_get(struct mib_view *v, const struct mib_oid *oid,
    const struct mib_value *value)
{
	struct mib_value same;

	assert(mib_view_get(v, oid->ids, oid->len, &same) == MIB_OK);
	assert(same.type == value->type && same.number == value->number);
	assert(same.len == value->len &&
	    memcmp(same.octets, value->octets, same.len) == 0);
}

static void
check_notices(struct mib_view *v)
{
	uint64_t cursor = 1, lost = 0;
	struct mib_notice notice;
	struct table_event e;
	size_t i;

	while (table_reader_event(mib_view_table(v), &cursor, &e, &lost) ==
	    TABLE_OK) {
		mib_notice_event(v, &e, &notice);
		assert(notice.n > 0 && notice.n <= MIB_VARBINDS_MAX);
		assert(notice.varbinds[0].value.len == strlen(e.name));
		for (i = 0; i < notice.n; i++)
			assert(notice.varbinds[i].value.len <
			    sizeof(notice.varbinds[i].value.octets));
	}
	mib_notice_storm(v, &notice);
}
