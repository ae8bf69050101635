/* SPDX-License-Identifier: ISC */
/*
 * A port table as a reader has it: no answer but those that there are, strings that
 * end, numbers that are names, events in order, and an end.
 *
 * Input: the file; but the checks are made right, so that what comes after them is
 * reached, unless the last byte is odd.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "outcome.h"
#include "table_layout.h"
#include "table_reader.h"

#define INPUT_MAX (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void seal(unsigned char *, size_t);
static void seal_parts(unsigned char *, size_t, const struct table_head *);
static void check_records(struct table_reader *);
static void check_events(struct table_reader *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char bytes[INPUT_MAX];
	static int fd = -1;
	struct table_reader *r;
	char file[64];

	if (size == 0 || size > sizeof(bytes))
		return 0;
	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd != -1);
	memcpy(bytes, data, size);
	if (bytes[size - 1] % 2 == 0)
		seal(bytes, size);
	assert(ftruncate(fd, 0) == 0);
	assert(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	r = table_reader_open(file);
	if (table_reader_refresh(r, 1) == TABLE_OK) {
		assert(table_reader_why(r) == NULL);
		check_records(r);
		check_events(r);
	} else
		assert(table_reader_why(r) != NULL);
	table_reader_close(r);
	return 0;
}

static void
seal(unsigned char *bytes, size_t size)
{
	struct table_head h;
	struct table_live l;

	if (size < TABLE_RECORDS_AT)
		return;
	memcpy(&h, bytes, sizeof(h));
	table_seal_head(&h);
	memcpy(bytes, &h, sizeof(h));
	memcpy(&l, bytes + TABLE_LIVE_AT, sizeof(l));
	table_seal_live(&l);
	memcpy(bytes + TABLE_LIVE_AT, &l, sizeof(l));
	if (table_head_wrong(&h) == NULL)
		seal_parts(bytes, size, &h);
}

static void
seal_parts(unsigned char *bytes, size_t size, const struct table_head *h)
{
	struct table_record record;
	struct table_event event;
	size_t at;
	uint32_t i;

	for (i = 1; i <= h->capacity; i++) {
		at = (size_t)table_record_at(i);
		if (at + sizeof(record) > size)
			return;
		memcpy(&record, bytes + at, sizeof(record));
		table_seal_record(&record);
		memcpy(bytes + at, &record, sizeof(record));
	}
	for (i = 0; i < h->ring; i++) {
		at = (size_t)table_event_at(h, i);
		if (at + sizeof(event) > size)
			return;
		memcpy(&event, bytes + at, sizeof(event));
		table_seal_event(&event);
		memcpy(bytes + at, &event, sizeof(event));
	}
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
