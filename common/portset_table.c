/* SPDX-License-Identifier: ISC */
#include "portset_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "portset_told.h"
#include "table_layout.h"
#include "table_reader.h"
#include "xalloc.h"

/* Records that are told one by one when they cannot be read; more are too many. */
#define UNREADABLE_MAX 100

/* After so many of its intervals and timeouts, the last probe is too long ago. */
#define INTERVALS 3

/* A table that was written later than now, by more than clocks are corrected. */
#define FUTURE_US (60 * CLOCK_SECOND)

/* After how many records the clock is read. */
#define BETWEEN 64

struct portset_table {
	struct table_reader *reader;
	struct portset_told *told;
};

struct build {
	struct portset_table *table;
	const struct portset_selection *sel;
	int64_t wall_us;
	struct portset *set;
	bool *used; /* one for each of sel->portsets */
	unsigned unreadable;
};

static bool is_usable(const struct build *, enum table_answer, struct text *);
static bool read_records(struct build *, struct text *);
static bool is_meant(struct build *, const struct table_record *);
static bool add_unreadable(struct build *, uint32_t,
    const struct table_record *, enum table_answer);
static bool is_host_meant(const struct build *, const char *);
static int64_t old_us(const struct build *, const struct table_record *);
static bool is_all_used(const struct build *, struct text *);

struct portset_table *
portset_table_read(const char *file, const struct portset_selection *sel,
    int64_t wall_us, struct portset *set, struct text *error)
{
	struct portset_table *t = xcalloc(1, sizeof(*t));
	struct build b = { .table = t,
		.sel = sel,
		.wall_us = wall_us,
		.set = set,
		.used = xcalloc(sel->n_portsets + 1, sizeof(bool)) };
	bool ok;

	t->reader = table_reader_open(file);
	t->told = portset_told_new(set);
	text_escape_string(error, file);
	text_puts(error, ": ");
	ok = is_usable(&b, table_reader_refresh(t->reader, wall_us), error) &&
	    read_records(&b, error) && is_all_used(&b, error);
	free(b.used);
	if (ok) {
		portset_told_end(t->told);
		text_truncate(error, 0);
		return t;
	}
	portset_free(set);
	portset_table_free(t);
	return NULL;
}

void
portset_table_free(struct portset_table *t)
{
	if (t == NULL)
		return;
	table_reader_close(t->reader);
	portset_told_free(t->told);
	free(t);
}

const struct table_live *
portset_table_live(const struct portset_table *t)
{
	return table_reader_live(t->reader);
}

static bool
is_usable(const struct build *b, enum table_answer answer, struct text *error)
{
	const struct table_reader *r = b->table->reader;
	const struct table_live *live = table_reader_live(r);
	int64_t age_us;

	if (answer != TABLE_OK) {
		text_puts(error, table_reader_why(r));
		return false;
	}
	age_us = b->wall_us - live->written_us;
	if (age_us < -FUTURE_US) {
		text_puts(error, "was written ");
		portset_told_age(error, -age_us);
		text_puts(error, " from now: a clock was set");
		return false;
	}
	if (!table_reader_stale(r, b->wall_us))
		return true;
	text_puts(error, "is stale: written ");
	portset_told_age(error, age_us);
	text_puts(error,
	    live->pid != 0 ? " ago" : " ago, when portstated ended");
	return false;
}

static bool
read_records(struct build *b, struct text *error)
{
	struct table_reader *reader = b->table->reader;
	enum table_answer answer;
	struct table_record r = { 0 };
	uint32_t index = 0;

	while ((answer = table_reader_next(reader, &index, &r)) != TABLE_NONE) {
		if (index % BETWEEN == 0 && clock_now_us() > b->sel->until_us) {
			text_puts(error, "takes too long to read");
			return false;
		}
		if (answer != TABLE_OK) {
			if (add_unreadable(b, index, &r, answer))
				continue;
			text_printf(error,
			    "is damaged: more than %u of its records",
			    UNREADABLE_MAX);
			return false;
		}
		if ((r.flags & TABLE_ENABLED) != 0 && is_meant(b, &r))
			portset_told_add(b->table->told, &r, old_us(b, &r));
	}
	return true;
}

static bool
is_meant(struct build *b, const struct table_record *r)
{
	const struct portset_selection *sel = b->sel;
	size_t i;

	if (sel->hosts->n > 0 && !hostlist_has(sel->hosts, r->host))
		return false;
	for (i = 0; i < sel->n_portsets; i++)
		if (strcmp(sel->portsets[i], r->portset) == 0)
			return b->used[i] = true;
	return sel->n_portsets == 0;
}

/* Its name may be right, even if nothing else is.  False: it is one too many. */
static bool
add_unreadable(struct build *b, uint32_t index, const struct table_record *r,
    enum table_answer answer)
{
	bool named = table_name_right(r, index);
	char nameless[] = "?/record 4294967295";
	struct table_record as;

	if (b->unreadable++ == UNREADABLE_MAX)
		return false;
	if (named && !is_host_meant(b, r->name))
		return true;
	(void)snprintf(nameless, sizeof(nameless), "?/record %" PRIu32, index);
	table_record_new(&as, index, named ? r->name : nameless);
	portset_told_add_unknown(b->table->told, &as,
	    answer == TABLE_BUSY ? "its record is being written all the time"
				 : "its record is damaged");
	return true;
}

/* By the name of an entry. */
static bool
is_host_meant(const struct build *b, const char *name)
{
	char host[TABLE_NAME_SIZE];

	portset_told_host(host, name);
	return b->sel->hosts->n == 0 || hostlist_has(b->sel->hosts, host);
}

/*
 * How long ago its last probe was, if that is too long, or 0: the daemon may live and
 * yet be late, or have just begun again.
 */
static int64_t
old_us(const struct build *b, const struct table_record *r)
{
	int64_t round_ms = (int64_t)r->interval_ms + r->timeout_ms;
	int64_t us = b->wall_us - r->last_probe_us;

	return r->interval_ms > 0 && (r->flags & TABLE_KNOWN) != 0 &&
		us > INTERVALS * round_ms * CLOCK_MILLISECOND
	    ? us
	    : 0;
}

/* Whoever is named is meant to be told of. */
static bool
is_all_used(const struct build *b, struct text *error)
{
	const struct portset_selection *sel = b->sel;
	size_t i;

	for (i = 0; i < sel->hosts->n; i++) {
		if (portset_told_has(b->table->told, sel->hosts->hosts[i]))
			continue;
		text_puts(error, "has nothing of host ");
		text_escape_string(error, sel->hosts->hosts[i]);
		if (sel->n_portsets > 0)
			text_puts(error, " in these port sets");
		return false;
	}
	for (i = 0; i < sel->n_portsets; i++)
		if (!b->used[i]) {
			text_puts(error, "has nothing of port set ");
			text_escape_string(error, sel->portsets[i]);
			return false;
		}
	if (b->set->n == 0)
		text_puts(error, "has no entry");
	return b->set->n > 0;
}
