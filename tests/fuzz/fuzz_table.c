/* SPDX-License-Identifier: ISC */
/*
 * A port table as a reader has it: no answer but those that there are, strings that
 * end, numbers that are names, events in order, and an end.
 *
 * Input: table_input.h has it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "outcome.h"
#include "table_input.h"
#include "table_reader.h"
#include "xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_records(struct table_reader *);
static void check_enabled(struct table_reader *);
static void check_events(struct table_reader *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *file = table_input(data, size);
	struct table_reader *r;

	if (file == NULL)
		return 0;
	r = table_reader_open(file);
	if (table_reader_refresh(r, 1) == TABLE_OK) {
		assert(table_reader_why(r) == NULL);
		check_records(r);
		check_enabled(r);
		check_events(r);
	} else
		assert(table_reader_why(r) != NULL);
	table_reader_close(r);
	return 0;
}

static void
check_records(struct table_reader *r)
{
	struct table_record record, same;
	enum table_answer answer;
	uint32_t index = 0, before;

	for (;;) {
		before = index;
		answer = table_reader_next(r, &index, &record);
		if (answer == TABLE_NONE)
			break;
		assert(index > before && answer != TABLE_MISSING);
		if (answer != TABLE_OK)
			continue;
		assert(record.index == index && record.state <= STATE_UNKNOWN);
		assert(record.outcome < OUTCOME_COUNT);
		assert(strlen(record.name) < sizeof(record.name));
		assert(strlen(record.host) < sizeof(record.host));
		assert(strlen(record.protocol) < sizeof(record.protocol));
		assert(strlen(record.portset) < sizeof(record.portset));
		assert(strlen(record.reason) < sizeof(record.reason));
		assert(table_reader_find(r, record.name, &same) == TABLE_OK);
		assert(strcmp(same.name, record.name) == 0);
	}
}

/* None above the last. */
static void
check_enabled(struct table_reader *r)
{
	uint32_t n = table_reader_live(r)->n_records;
	uint64_t *words = xcalloc(n / 64 + 1, sizeof(*words));

	table_reader_enabled(r, words);
	assert(words[n / 64] >> n % 64 == 0);
	free(words);
}

static void
check_events(struct table_reader *r)
{
	uint64_t cursor = 1, lost = 0, got = 0;
	struct table_event e;

	while (table_reader_event(r, &cursor, &e, &lost) == TABLE_OK) {
		got++;
		assert(e.number + 1 == cursor && got + lost + 1 == cursor);
		assert(strlen(e.name) < sizeof(e.name));
		assert(strlen(e.reason) < sizeof(e.reason));
	}
	assert(got + lost + 1 == cursor);
	assert(cursor == table_reader_live(r)->next_event);
}
