/* SPDX-License-Identifier: ISC */
/*
 * What a port table lacks after its writer was killed or the power was lost, put in
 * order in place: for its writer, which has locked it and just begun.
 */
#ifndef TABLE_REPAIR_H
#define TABLE_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "table_format.h"

struct table_repaired {
	uint32_t n_records;  /* indexes 1 to this have been given */
	uint64_t next_event; /* after all numbers that were ever seen */
	uint32_t emptied;    /* records of which only the name was left */
	uint32_t lost;       /* those of which not even that was */
	uint32_t applied;    /* events that a record had missed */
};

/*
 * Told of each index in its order, and whether it is enabled; NULL: its name is lost,
 * as it may long be.
 */
typedef void table_repair_fn(void *ctx, uint32_t index, const char *name,
    bool enabled);

/*
 * Gives the file the size that its head demands, empties or vacates the records that
 * are not whole, and applies events that their records do not know of.  live: what the
 * file says, or NULL when that is damaged.  False: errno says why.
 */
bool table_repair(int fd, const struct table_head *h,
    const struct table_live *live, table_repair_fn *named, void *ctx,
    struct table_repaired *found);

#endif
