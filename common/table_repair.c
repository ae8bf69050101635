/* SPDX-License-Identifier: ISC */
#include "table_repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "table_layout.h"
#include "xalloc.h"

/* Records or events that are read at once. */
#define BATCH 64

struct repair {
	int fd;
	const struct table_head *head;
	table_repair_fn *named;
	void *ctx;
	struct table_repaired *found;
};

static bool extend(const struct repair *);
static uint32_t last_given(const struct repair *, uint32_t);
static bool look_at_records(const struct repair *);
static bool look_at_record(const struct repair *, struct table_record *,
    uint32_t);
static bool next_event(const struct repair *);
static bool apply_events(const struct repair *);
static bool apply(const struct repair *, const struct table_event *);
static void take_over(struct table_record *, const struct table_event *);

bool
table_repair(int fd, const struct table_head *h, const struct table_live *live,
    table_repair_fn *named, void *ctx, struct table_repaired *found)
{
	struct repair x = { fd, h, named, ctx, found };

	*found = (struct table_repaired){ .next_event = 1 };
	if (live != NULL)
		found->next_event = live->next_event;
	if (!extend(&x))
		return false;
	found->n_records = last_given(&x, live != NULL ? live->n_records : 0);
	return look_at_records(&x) && next_event(&x) && apply_events(&x);
}

static bool
extend(const struct repair *x)
{
	struct stat st;
	int err;

	if (fstat(x->fd, &st) == -1)
		return false;
	if (st.st_size >= table_size(x->head))
		return true;
	err = posix_fallocate(x->fd, 0, table_size(x->head));
	errno = err;
	return err == 0;
}

/*
 * The last index of which there is a record, since names are written before it is
 * said how many there are; n: what was said.
 */
static uint32_t
last_given(const struct repair *x, uint32_t n)
{
	static const struct table_record none;
	struct table_record r;

	while (n < x->head->capacity &&
	    table_pread(x->fd, &r, sizeof(r), table_record_at(n + 1)) &&
	    memcmp(&r, &none, sizeof(r)) != 0)
		n++;
	return n;
}

static bool
look_at_records(const struct repair *x)
{
	struct table_record *batch = xcalloc(BATCH, sizeof(*batch));
	uint32_t first, i, n = x->found->n_records, count;
	bool good = true;

	for (first = 1; good && first <= n; first += count) {
		count = n - first < BATCH ? n - first + 1 : BATCH;
		good = table_pread(x->fd, batch, count * sizeof(*batch),
		    table_record_at(first));
		for (i = 0; good && i < count; i++)
			good = look_at_record(x, &batch[i], first + i);
	}
	free(batch);
	return good;
}

static bool
look_at_record(const struct repair *x, struct table_record *r, uint32_t index)
{
	char name[TABLE_NAME_SIZE];

	if (table_record_vacant(r, index)) {
		x->named(x->ctx, index, NULL, false);
		return true;
	}
	if (table_record_right(r, index)) {
		if (r->last_event >= x->found->next_event)
			x->found->next_event = r->last_event + 1;
		x->named(x->ctx, index, r->name,
		    (r->flags & TABLE_ENABLED) != 0);
		return true;
	}
	if (table_name_right(r, index)) {
		memcpy(name, r->name, sizeof(name));
		table_record_new(r, index, name);
		x->found->emptied++;
		x->named(x->ctx, index, name, false);
	} else {
		table_record_vacate(r, index);
		x->found->lost++;
		x->named(x->ctx, index, NULL, false);
	}
	table_seal_record(r);
	return table_pwrite(x->fd, r, sizeof(*r), table_record_at(index));
}

static bool
next_event(const struct repair *x)
{
	struct table_event *batch = xcalloc(BATCH, sizeof(*batch));
	uint32_t ring = x->head->ring, first, i;
	uint32_t count = ring < BATCH ? ring : BATCH;
	bool good = true;

	for (first = 0; good && first < ring; first += count) {
		good = table_pread(x->fd, batch, count * sizeof(*batch),
		    table_event_at(x->head, first));
		for (i = 0; good && i < count; i++)
			if (table_event_right(&batch[i]) &&
			    (batch[i].number & (ring - 1)) == first + i &&
			    batch[i].number >= x->found->next_event)
				x->found->next_event = batch[i].number + 1;
	}
	free(batch);
	return good;
}

static bool
apply_events(const struct repair *x)
{
	uint64_t next = x->found->next_event, n;
	struct table_event e;

	for (n = table_first_event(x->head, next); n < next; n++) {
		if (!table_pread(x->fd, &e, sizeof(e),
			table_event_at(x->head, n)))
			return false;
		if (table_event_right(&e) && e.number == n && !apply(x, &e))
			return false;
	}
	return true;
}

static bool
apply(const struct repair *x, const struct table_event *e)
{
	struct table_record r;

	if (e->index > x->found->n_records)
		return true;
	if (!table_pread(x->fd, &r, sizeof(r), table_record_at(e->index)))
		return false;
	if (!table_record_right(&r, e->index) || r.last_event >= e->number ||
	    strcmp(r.name, e->name) != 0)
		return true;
	take_over(&r, e);
	table_seal_record(&r);
	x->found->applied++;
	return table_pwrite(x->fd, &r, sizeof(r), table_record_at(e->index));
}

/* What the judge decided, as its event tells it. */
static void
take_over(struct table_record *r, const struct table_event *e)
{
	r->seq++;
	r->last_event = e->number;
	r->state = e->state;
	r->port_state = e->port_state;
	r->outcome = e->outcome;
	r->failed_rounds = e->failed_rounds;
	r->flags = (r->flags | TABLE_KNOWN) & ~TABLE_UNSURE;
	memcpy(r->reason, e->reason, sizeof(r->reason));
	switch ((enum table_event_kind)e->kind) {
	case TABLE_EVENT_DOWN:
		r->flags |= TABLE_DOWN;
		r->changes++;
		r->last_change_us = e->at_us;
		break;
	case TABLE_EVENT_UP:
		r->flags &= ~TABLE_DOWN;
		r->changes++;
		r->last_change_us = e->at_us;
		break;
	case TABLE_EVENT_LAGGED:
		r->flags |= TABLE_LAGGED;
		break;
	case TABLE_EVENT_NORMAL:
		r->flags &= ~TABLE_LAGGED;
		break;
	case TABLE_EVENT_SEVERE:
		r->flags |= TABLE_SEVERE;
		break;
	case TABLE_EVENT_RECOVERED:
		r->flags &= ~TABLE_SEVERE;
		break;
	}
}
