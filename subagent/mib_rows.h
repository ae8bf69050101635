/* SPDX-License-Identifier: ISC */
/*
 * Which indexes of the port table are rows: those of the entries that the configuration
 * has.  They are found anew only when that can have changed.
 */
#ifndef MIB_ROWS_H
#define MIB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table_reader.h"

/* A zeroed one is empty. */
struct mib_rows {
	uint64_t *words; /* a bit for each index: table_reader_enabled() */
	size_t n, size;  /* words */

	/* What they were found by; all zero: nothing. */
	struct mib_rows_of {
		int64_t born_us, started_us;
		uint32_t config_serial, n_records;
	} of;
};

/*
 * After each refresh of the reader, before anything else is read.  False: there is no
 * memory for them, and there are none until it is asked again: snmpd is not ours to end.
 */
bool mib_rows_refresh(struct mib_rows *rows, struct table_reader *reader);
void mib_rows_free(struct mib_rows *rows);

/* The first above that; 0: there is none. */
uint32_t mib_rows_after(const struct mib_rows *rows, uint32_t index);

#endif
