/* SPDX-License-Identifier: ISC */
/*
 * A binary heap of numbers: of 100,000 entries the times lie together, in a few
 * megabytes.  With timer.c each would take half as much again.
 */
#include "schedule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "xalloc.h"

#define SIZE_FIRST 64

struct turns {
	int64_t due_us;  /* its turn, or sooner */
	int64_t turn_us; /* the next one */
	uint32_t interval_ms;
	uint32_t slot; /* in the heap; 0: there is no such entry */
};

/* With its place in the heap, and room for an eighth more. */
_Static_assert((sizeof(struct turns) + sizeof(uint32_t)) * 9 <= 32 * 8,
    "an entry takes more than is told");

struct schedule {
	struct turns *entries;
	uint32_t *heap; /* numbers; heap[0] is not used */
	uint32_t n;
	uint32_t size; /* of both arrays; the heap has one more */
	uint64_t missed;
};

static void make_room(struct schedule *, uint32_t);
static int64_t first_turn(uint32_t, int64_t, int64_t);
static int64_t interval_us(const struct turns *);
static int64_t due(const struct schedule *, uint32_t);
static void put(struct schedule *, uint32_t, uint32_t);
static void rise(struct schedule *, uint32_t, uint32_t);
static void sink(struct schedule *, uint32_t, uint32_t);

struct schedule *
schedule_new(void)
{
	return xcalloc(1, sizeof(struct schedule));
}

void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	free(s->entries);
	free(s->heap);
	free(s);
}

void
schedule_set(struct schedule *s, uint32_t i, uint32_t interval_ms,
    uint32_t seed, int64_t now_us)
{
	struct turns *e;

	assert(i < SCHEDULE_NONE && interval_ms > 0 && now_us >= 0);
	make_room(s, i);
	e = &s->entries[i];
	if (e->slot != 0 && e->interval_ms == interval_ms)
		return;
	e->interval_ms = interval_ms;
	e->turn_us = first_turn(seed, interval_us(e), now_us);
	if (e->slot == 0) {
		e->due_us = e->turn_us;
		rise(s, ++s->n, i);
	} else {
		schedule_sooner(s, i, e->turn_us);
	}
}

void
schedule_remove(struct schedule *s, uint32_t i)
{
	uint32_t hole, last;

	if (i >= s->size || s->entries[i].slot == 0)
		return;
	hole = s->entries[i].slot;
	s->entries[i].slot = 0;
	last = s->heap[s->n--];
	if (last == i)
		return;
	if (hole > 1 && due(s, hole / 2) > s->entries[last].due_us)
		rise(s, hole, last);
	else
		sink(s, hole, last);
}

void
schedule_sooner(struct schedule *s, uint32_t i, int64_t at_us)
{
	struct turns *e = &s->entries[i];

	assert(i < s->size && e->slot != 0);
	if (at_us >= e->due_us)
		return;
	e->due_us = at_us;
	rise(s, e->slot, i);
}

int64_t
schedule_next(const struct schedule *s)
{
	return s->n > 0 ? due(s, 1) : CLOCK_NEVER;
}

uint32_t
schedule_take(struct schedule *s, int64_t now_us, int64_t *due_us)
{
	struct turns *e;
	int64_t passed;
	uint32_t i;

	if (s->n == 0 || due(s, 1) > now_us)
		return SCHEDULE_NONE;
	i = s->heap[1];
	e = &s->entries[i];
	*due_us = e->due_us;
	if (e->turn_us <= now_us) {
		passed = (now_us - e->turn_us) / interval_us(e);
		s->missed += (uint64_t)passed;
		e->turn_us += (passed + 1) * interval_us(e);
	}
	e->due_us = e->turn_us;
	sink(s, 1, i);
	return i;
}

int64_t
schedule_behind(const struct schedule *s, int64_t now_us)
{
	int64_t next_us = schedule_next(s);

	return next_us < now_us ? now_us - next_us : 0;
}

uint64_t
schedule_missed(const struct schedule *s)
{
	return s->missed;
}

/*
 * Hashes of names that are alike are alike in their upper bits, which count most
 * here: they are mixed first, as MurmurHash3 does at its end, one to one.
 */
int64_t
schedule_spread(uint32_t seed, int64_t interval_us)
{
	uint64_t whole = (uint64_t)interval_us;

	seed = (seed ^ seed >> 16) * UINT32_C(0x85ebca6b);
	seed = (seed ^ seed >> 13) * UINT32_C(0xc2b2ae35);
	seed ^= seed >> 16;
	/* seed / 2^32 of it; the product of both may have more than 64 bits. */
	return (int64_t)((whole >> 32) * seed +
	    ((whole & UINT32_MAX) * seed >> 32));
}

static void
make_room(struct schedule *s, uint32_t i)
{
	uint32_t size = s->size + s->size / 8;

	if (i < s->size)
		return;
	if (size <= i)
		size = i + 1;
	if (size < SIZE_FIRST)
		size = SIZE_FIRST;
	s->entries = xreallocarray(s->entries, size, sizeof(s->entries[0]));
	memset(s->entries + s->size, 0,
	    (size - s->size) * sizeof(s->entries[0]));
	s->heap = xreallocarray(s->heap, (size_t)size + 1, sizeof(s->heap[0]));
	s->size = size;
}

/* The first one at now_us or later, by a clock that began at 0. */
static int64_t
first_turn(uint32_t seed, int64_t interval, int64_t now_us)
{
	int64_t turn_us = now_us - now_us % interval +
	    schedule_spread(seed, interval);

	return turn_us < now_us ? turn_us + interval : turn_us;
}

static int64_t
interval_us(const struct turns *e)
{
	return e->interval_ms * CLOCK_MILLISECOND;
}

static int64_t
due(const struct schedule *s, uint32_t slot)
{
	return s->entries[s->heap[slot]].due_us;
}

static void
put(struct schedule *s, uint32_t slot, uint32_t i)
{
	s->heap[slot] = i;
	s->entries[i].slot = slot;
}

static void
rise(struct schedule *s, uint32_t slot, uint32_t i)
{
	for (; slot > 1 && due(s, slot / 2) > s->entries[i].due_us; slot /= 2)
		put(s, slot, s->heap[slot / 2]);
	put(s, slot, i);
}

static void
sink(struct schedule *s, uint32_t slot, uint32_t i)
{
	uint32_t child;

	while ((child = slot * 2) <= s->n) {
		if (child < s->n && due(s, child + 1) < due(s, child))
			child++;
		if (due(s, child) >= s->entries[i].due_us)
			break;
		put(s, slot, s->heap[child]);
		slot = child;
	}
	put(s, slot, i);
}
