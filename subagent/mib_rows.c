/* SPDX-License-Identifier: ISC */
#include "mib_rows.h"

#include <stdlib.h>

static struct mib_rows_of rows_of(const struct table_reader *);
static bool grow(struct mib_rows *, uint32_t);
static bool same(const struct mib_rows_of *, const struct mib_rows_of *);

bool
mib_rows_refresh(struct mib_rows *rows, struct table_reader *reader)
{
	const struct mib_rows_of of = rows_of(reader);
	uint32_t index = 0;

	if (same(&of, &rows->of))
		return true;
	rows->of = (struct mib_rows_of){ 0 };
	rows->n = 0;
	if (!grow(rows, of.n_records))
		return false;
	rows->of = of;
	while (table_reader_enabled(reader, &index))
		rows->indexes[rows->n++] = index;
	return true;
}

void
mib_rows_free(struct mib_rows *rows)
{
	free(rows->indexes);
	*rows = (struct mib_rows){ 0 };
}

uint32_t
mib_rows_after(const struct mib_rows *rows, uint32_t index)
{
	size_t below = 0, above = rows->n;

	/* All before below are not above the index; from above on, all are. */
	while (below < above) {
		size_t middle = below + (above - below) / 2;

		if (rows->indexes[middle] <= index)
			below = middle + 1;
		else
			above = middle;
	}
	return below < rows->n ? rows->indexes[below] : 0;
}

static struct mib_rows_of
rows_of(const struct table_reader *reader)
{
	const struct table_head *head = table_reader_head(reader);
	const struct table_live *live = table_reader_live(reader);

	if (head == NULL)
		return (struct mib_rows_of){ 0 };
	return (struct mib_rows_of){
		.born_us = head->born_us,
		.started_us = live->started_us,
		.config_serial = live->totals.config_serial,
		.n_records = live->n_records,
	};
}

/* To a place for each record. */
static bool
grow(struct mib_rows *rows, uint32_t n)
{
	uint32_t *more;

	if (n <= rows->size)
		return true;
	more = reallocarray(rows->indexes, n, sizeof(*more));
	if (more == NULL)
		return false;
	rows->indexes = more;
	rows->size = n;
	return true;
}

static bool
same(const struct mib_rows_of *a, const struct mib_rows_of *b)
{
	return a->born_us == b->born_us && a->started_us == b->started_us &&
	    a->config_serial == b->config_serial &&
	    a->n_records == b->n_records;
}
