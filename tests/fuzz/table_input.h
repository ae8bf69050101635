/* SPDX-License-Identifier: ISC */
/*
 * A port table as the input of a fuzzer: the file; but the checks are made right, so that
 * what comes after them is reached, unless the last byte is odd.
 */
#ifndef TABLE_INPUT_H
#define TABLE_INPUT_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "table_layout.h"

#define TABLE_INPUT_MAX (64 * 1024)

static inline void
table_input_seal_parts(unsigned char *bytes, size_t size,
    const struct table_head *h)
{
	struct table_record record;
	struct table_event event;
	struct table_bits bits;
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
	for (i = 0; i < table_bits_count(h->capacity); i++) {
		at = (size_t)table_bits_at(h, i);
		if (at + sizeof(bits) > size)
			return;
		memcpy(&bits, bytes + at, sizeof(bits));
		table_seal_bits(&bits);
		memcpy(bytes + at, &bits, sizeof(bits));
	}
}

static inline void
table_input_seal(unsigned char *bytes, size_t size)
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
		table_input_seal_parts(bytes, size, &h);
}

/* A file that has the input, until the next one; or NULL. */
static inline const char *
table_input(const uint8_t *data, size_t size)
{
	static unsigned char bytes[TABLE_INPUT_MAX];
	static char file[64];
	static int fd = -1;

	if (size == 0 || size > sizeof(bytes))
		return NULL;
	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd != -1);
	memcpy(bytes, data, size);
	if (bytes[size - 1] % 2 == 0)
		table_input_seal(bytes, size);
	assert(ftruncate(fd, 0) == 0);
	assert(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	return file;
}

#endif
