/* SPDX-License-Identifier: ISC */
/*
 * Which records of the port table are enabled, as its writer has it in memory, and
 * writes it beside them (struct table_bits): a bit for each.
 */
#ifndef TABLE_ENABLED_H
#define TABLE_ENABLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table_format.h"

/* A zeroed one has no bits. */
struct table_enabled {
	struct table_bits *parts;
	size_t n, size;
	bool *changed; /* each part, since it was written */
	size_t changed_size;
};

/* index: from 1, and no more than one above all before. */
void table_enabled_set(struct table_enabled *e, uint32_t index, bool on);

/*
 * Writes the parts that have changed, of those that have a place in the file; copy writes
 * all of these, into one that is made anew.  started_us: of the writer.  False: errno
 * says why.
 */
bool table_enabled_write(struct table_enabled *e, int fd,
    const struct table_head *h, int64_t started_us);
bool table_enabled_copy(struct table_enabled *e, int fd,
    const struct table_head *h, int64_t started_us);

void table_enabled_free(struct table_enabled *e);

#endif
