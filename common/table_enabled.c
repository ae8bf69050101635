/* SPDX-License-Identifier: ISC */
#include "table_enabled.h"

#include <stdlib.h>

#include "table_layout.h"
#include "xalloc.h"

static void add_part(struct table_enabled *);
static bool write_part(struct table_enabled *, size_t, int,
    const struct table_head *, int64_t);
static size_t n_placed(const struct table_enabled *, const struct table_head *);

void
table_enabled_set(struct table_enabled *e, uint32_t index, bool on)
{
	size_t part = (index - 1) / TABLE_BITS;
	uint32_t place = (index - 1) % TABLE_BITS;
	uint64_t bit = UINT64_C(1) << place % 64, *word;

	if (part >= e->n)
		add_part(e);
	word = &e->parts[part].words[place / 64];
	if (((*word & bit) != 0) == on)
		return;
	*word ^= bit;
	e->changed[part] = true;
}

bool
table_enabled_write(struct table_enabled *e, int fd, const struct table_head *h,
    int64_t started_us)
{
	size_t i, n = n_placed(e, h);

	for (i = 0; i < n; i++) {
		if (!e->changed[i])
			continue;
		if (!write_part(e, i, fd, h, started_us))
			return false;
		e->changed[i] = false;
	}
	return true;
}

bool
table_enabled_copy(struct table_enabled *e, int fd, const struct table_head *h,
    int64_t started_us)
{
	size_t i, n = n_placed(e, h);

	for (i = 0; i < n; i++)
		if (!write_part(e, i, fd, h, started_us))
			return false;
	return true;
}

void
table_enabled_free(struct table_enabled *e)
{
	free(e->parts);
	free(e->changed);
	*e = (struct table_enabled){ 0 };
}

static void
add_part(struct table_enabled *e)
{
	e->parts = xgrow(e->parts, &e->size, e->n, sizeof(*e->parts));
	e->changed = xgrow(e->changed, &e->changed_size, e->n,
	    sizeof(*e->changed));
	e->parts[e->n] = (struct table_bits){ .number = (uint32_t)e->n };
	e->changed[e->n++] = true;
}

static bool
write_part(struct table_enabled *e, size_t i, int fd,
    const struct table_head *h, int64_t started_us)
{
	struct table_bits *b = &e->parts[i];

	b->seq++;
	b->started_us = started_us;
	table_seal_bits(b);
	return table_pwrite(fd, b, sizeof(*b), table_bits_at(h, b->number));
}

static size_t
n_placed(const struct table_enabled *e, const struct table_head *h)
{
	size_t n = table_bits_count(h->capacity);

	return n < e->n ? n : e->n;
}
