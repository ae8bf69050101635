/* SPDX-License-Identifier: ISC */
#include "table_layout.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "expected.h"
#include "outcome.h"
#include "state.h"

/* No part may lie across a page. */
_Static_assert(sizeof(struct table_head) <= TABLE_LIVE_AT, "head");
_Static_assert(TABLE_LIVE_AT + sizeof(struct table_live) <= TABLE_RECORDS_AT,
    "live");
_Static_assert(sizeof(struct table_record) == 1024, "record");
_Static_assert(sizeof(struct table_event) == 512, "event");
_Static_assert(sizeof(struct table_bits) == 1024, "bits");

static uint64_t step(uint64_t, const void *);
static uint64_t mix(uint64_t, const void *, size_t);
static uint64_t name_check(const struct table_record *);
static bool ended(const char *, size_t);
static bool strings_right(const struct table_record *);
static bool numbers_right(const struct table_record *);
static bool address_right(const struct table_record *);

#define PAGE 4096

#define LANES 4

#define CHECK_OF(part) mix(0, (part), offsetof(__typeof__(*(part)), check))

int64_t
table_record_at(uint32_t index)
{
	return TABLE_RECORDS_AT +
	    ((int64_t)index - 1) * (int64_t)sizeof(struct table_record);
}

int64_t
table_event_at(const struct table_head *h, uint64_t number)
{
	return table_record_at(h->capacity + 1) +
	    (int64_t)(number & (h->ring - 1)) *
	    (int64_t)sizeof(struct table_event);
}

int64_t
table_events_end(const struct table_head *h)
{
	return table_event_at(h, 0) +
	    (int64_t)h->ring * (int64_t)sizeof(struct table_event);
}

int64_t
table_bits_at(const struct table_head *h, uint32_t part)
{
	return (table_events_end(h) + PAGE - 1) / PAGE * PAGE +
	    (int64_t)part * (int64_t)sizeof(struct table_bits);
}

int64_t
table_size(const struct table_head *h)
{
	return table_bits_at(h, table_bits_count(h->capacity));
}

uint32_t
table_bits_count(uint32_t n)
{
	return (n + TABLE_BITS - 1) / TABLE_BITS;
}

void
table_seal_head(struct table_head *h)
{
	h->check = CHECK_OF(h);
}

void
table_seal_live(struct table_live *l)
{
	l->check = CHECK_OF(l);
}

void
table_seal_record(struct table_record *r)
{
	r->name_check = name_check(r);
	r->check = CHECK_OF(r);
}

void
table_seal_event(struct table_event *e)
{
	e->check = CHECK_OF(e);
}

void
table_seal_bits(struct table_bits *b)
{
	b->check = CHECK_OF(b);
}

const char *
table_head_wrong(const struct table_head *h)
{
	if (memcmp(h->magic, TABLE_MAGIC, sizeof(h->magic)) != 0)
		return "is not a port table";
	if (h->byte_order != TABLE_BYTE_ORDER)
		return "is of a machine with another byte order";
	if (h->version != TABLE_VERSION)
		return "is of another version of portstate";
	if (h->check != CHECK_OF(h) ||
	    h->live_size != sizeof(struct table_live) ||
	    h->record_size != sizeof(struct table_record) ||
	    h->event_size != sizeof(struct table_event) || h->capacity == 0 ||
	    h->capacity > TABLE_CAPACITY_MAX || h->ring == 0 ||
	    h->ring > TABLE_RING_MAX || (h->ring & (h->ring - 1)) != 0 ||
	    h->born_us < 0)
		return "is damaged";
	return NULL;
}

bool
table_live_right(const struct table_live *l, const struct table_head *h)
{
	return l->check == CHECK_OF(l) && l->replaced <= 1 &&
	    l->n_records <= h->capacity && l->next_event > 0 &&
	    l->next_event < INT64_MAX && l->done_below <= l->next_event &&
	    l->started_us >= 0 && l->discontinuity_us >= 0 &&
	    l->written_us >= 0 && l->totals.behind_us >= 0 &&
	    l->totals.stale_us >= 0 && l->totals.last_change_us >= 0 &&
	    ended(l->program, sizeof(l->program));
}

bool
table_record_right(const struct table_record *r, uint32_t index)
{
	return r->check == CHECK_OF(r) && table_name_right(r, index) &&
	    numbers_right(r) && address_right(r) && strings_right(r);
}

bool
table_event_right(const struct table_event *e)
{
	return e->check == CHECK_OF(e) && e->number > 0 &&
	    e->number < INT64_MAX && e->at_us >= 0 && e->index > 0 &&
	    e->kind >= TABLE_EVENT_DOWN && e->kind <= TABLE_EVENT_RECOVERED &&
	    e->state <= STATE_UNKNOWN && e->old_state <= STATE_UNKNOWN &&
	    e->port_state <= PORT_OPEN_FILTERED &&
	    e->old_port_state <= PORT_OPEN_FILTERED &&
	    e->outcome < OUTCOME_COUNT && e->name[0] != '\0' &&
	    ended(e->name, sizeof(e->name)) &&
	    ended(e->reason, sizeof(e->reason));
}

bool
table_bits_right(const struct table_bits *b, uint32_t part, int64_t started_us)
{
	return b->check == CHECK_OF(b) && b->number == part &&
	    b->started_us == started_us;
}

bool
table_name_right(const struct table_record *r, uint32_t index)
{
	return r->index == index && r->name_check == name_check(r) &&
	    r->name[0] != '\0' && ended(r->name, sizeof(r->name));
}

bool
table_record_vacant(const struct table_record *r, uint32_t index)
{
	return r->check == CHECK_OF(r) && r->index == index && r->flags == 0;
}

void
table_record_new(struct table_record *r, uint32_t index, const char *name)
{
	memset(r, 0, sizeof(*r));
	r->index = index;
	r->flags = TABLE_USED;
	r->state = STATE_UNKNOWN;
	r->outcome = OUTCOME_NOT_PROBED;
	r->rtt_us = r->rtt_min_us = r->rtt_max_us = r->rtt_avg_us = UINT32_MAX;
	r->jitter_us = UINT32_MAX;
	memcpy(r->name, name, strlen(name));
}

void
table_record_vacate(struct table_record *r, uint32_t index)
{
	memset(r, 0, sizeof(*r));
	r->index = index;
}

uint64_t
table_first_event(const struct table_head *h, uint64_t next)
{
	return next > h->ring ? next - h->ring : 1;
}

bool
table_pread(int fd, void *to, size_t size, int64_t at)
{
	char *p = to;

	while (size > 0) {
		ssize_t n = pread(fd, p, size, at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0)
			errno = 0;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
		at += n;
	}
	return true;
}

bool
table_pwrite(int fd, const void *from, size_t size, int64_t at)
{
	const char *p = from;

	while (size > 0) {
		ssize_t n = pwrite(fd, p, size, at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
		at += n;
	}
	return true;
}

/*
 * Eight bytes a step, in four lanes, which the processor goes through at a time.  Each
 * step is a bijection of what it begins with, and of the word: two that differ in one
 * word only never have the same check.
 */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t size)
{
	uint64_t lanes[LANES] = { hash, hash + 1, hash + 2, hash + 3 };
	const char *p = bytes;
	size_t i;

	for (; size >= sizeof(lanes); size -= sizeof(lanes))
		for (i = 0; i < LANES; i++, p += sizeof(uint64_t))
			lanes[i] = step(lanes[i], p);
	for (i = 0; size >= sizeof(uint64_t); i++, p += sizeof(uint64_t)) {
		lanes[i] = step(lanes[i], p);
		size -= sizeof(uint64_t);
	}
	for (i = 1; i < LANES; i++)
		lanes[0] = step(lanes[0], &lanes[i]);
	return lanes[0];
}

static uint64_t
step(uint64_t hash, const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	hash = (hash ^ UINT64_C(0x9e3779b97f4a7c15) ^ word) *
	    UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 32;
}

static uint64_t
name_check(const struct table_record *r)
{
	return mix(r->index, r->name, sizeof(r->name));
}

/* Whether there is a NUL, and after it nothing but such: each is as the one before. */
static bool
ended(const char *s, size_t size)
{
	size_t len = strnlen(s, size);

	return len < size && memcmp(s + len, s + len + 1, size - len - 1) == 0;
}

static bool
strings_right(const struct table_record *r)
{
	return ended(r->host, sizeof(r->host)) &&
	    ended(r->protocol, sizeof(r->protocol)) &&
	    ended(r->portset, sizeof(r->portset)) &&
	    ended(r->reason, sizeof(r->reason));
}

static bool
numbers_right(const struct table_record *r)
{
	return (r->flags & TABLE_USED) != 0 && (r->flags & ~TABLE_FLAGS) == 0 &&
	    r->state <= STATE_UNKNOWN && r->severity <= STATE_UNKNOWN &&
	    r->outcome < OUTCOME_COUNT && r->port_state <= PORT_OPEN_FILTERED &&
	    r->expected <= EXPECTED_ANY && r->transport <= TABLE_UNIX &&
	    r->jitter_rest < 16 && r->last_change_us >= 0 &&
	    r->last_probe_us >= 0 && r->created_us >= 0 &&
	    r->last_event < INT64_MAX;
}

static bool
address_right(const struct table_record *r)
{
	switch (r->addr_family) {
	case 0:
		return r->addr_len == 0;
	case 4:
		return r->addr_len == 4;
	case 6:
		return r->addr_len == 16;
	}
	return false;
}
