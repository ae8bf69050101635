/* SPDX-License-Identifier: ISC */
#include "mib_rows.h"

#include <stdlib.h>

static struct mib_rows_of rows_of(const struct table_reader *);
static bool grow(struct mib_rows *, size_t);
static bool same(const struct mib_rows_of *, const struct mib_rows_of *);

bool
mib_rows_refresh(struct mib_rows *rows, struct table_reader *reader)
{
	const struct mib_rows_of of = rows_of(reader);
	size_t n = (of.n_records + 63) / 64;

	if (same(&of, &rows->of))
		return true;
	rows->of = (struct mib_rows_of){ 0 };
	rows->n = 0;
	if (!grow(rows, n))
		return false;
	rows->n = n;
	rows->of = of;
	table_reader_enabled(reader, rows->words);
	return true;
}

void
mib_rows_free(struct mib_rows *rows)
{
	free(rows->words);
	*rows = (struct mib_rows){ 0 };
}

uint32_t
mib_rows_after(const struct mib_rows *rows, uint32_t index)
{
	size_t i = index / 64;
	uint64_t word;

	if (i >= rows->n)
		return 0;
	/* The bit of an index is the one before its number. */
	word = rows->words[i] & (UINT64_MAX << index % 64);
	while (word == 0 && ++i < rows->n)
		word = rows->words[i];
	if (word == 0)
		return 0;
	return (uint32_t)(i * 64 + (size_t)__builtin_ctzll(word) + 1);
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

/* To so many words. */
static bool
grow(struct mib_rows *rows, size_t n)
{
	uint64_t *more;

	if (n <= rows->size)
		return true;
	more = reallocarray(rows->words, n, sizeof(*more));
	if (more == NULL)
		return false;
	rows->words = more;
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
