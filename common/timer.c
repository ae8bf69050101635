/* SPDX-License-Identifier: ISC */
#include "timer.h"

#include <stdlib.h>

#include "clock.h"
#include "xalloc.h"

#define HEAP_FIRST 8

static void put(struct timers *, size_t, struct timer *);
static void rise(struct timers *, size_t, struct timer *);
static void sink(struct timers *, size_t, struct timer *);

void
timers_free(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){ 0 };
}

void
timers_set(struct timers *ts, struct timer *t, int64_t at_us)
{
	timers_unset(ts, t);
	if (at_us == CLOCK_NEVER)
		return;
	if (ts->n + 1 >= ts->size) {
		ts->size = ts->size == 0 ? HEAP_FIRST : ts->size * 2;
		ts->heap = xreallocarray(ts->heap, ts->size,
		    sizeof(ts->heap[0]));
	}
	t->at_us = at_us;
	rise(ts, ++ts->n, t);
}

void
timers_unset(struct timers *ts, struct timer *t)
{
	size_t hole = t->slot;
	struct timer *last;

	if (hole == 0)
		return;
	t->slot = 0;
	last = ts->heap[ts->n--];
	if (last == t)
		return;
	if (hole > 1 && ts->heap[hole / 2]->at_us > last->at_us)
		rise(ts, hole, last);
	else
		sink(ts, hole, last);
}

int64_t
timers_next(const struct timers *ts)
{
	return ts->n > 0 ? ts->heap[1]->at_us : CLOCK_NEVER;
}

struct timer *
timers_pop(struct timers *ts, int64_t now_us)
{
	struct timer *t;

	if (timers_next(ts) > now_us || ts->n == 0)
		return NULL;
	t = ts->heap[1];
	timers_unset(ts, t);
	return t;
}

static void
put(struct timers *ts, size_t slot, struct timer *t)
{
	ts->heap[slot] = t;
	t->slot = slot;
}

static void
rise(struct timers *ts, size_t slot, struct timer *t)
{
	for (; slot > 1 && ts->heap[slot / 2]->at_us > t->at_us; slot /= 2)
		put(ts, slot, ts->heap[slot / 2]);
	put(ts, slot, t);
}

static void
sink(struct timers *ts, size_t slot, struct timer *t)
{
	size_t child;

	while ((child = slot * 2) <= ts->n) {
		if (child < ts->n &&
		    ts->heap[child + 1]->at_us < ts->heap[child]->at_us)
			child++;
		if (ts->heap[child]->at_us >= t->at_us)
			break;
		put(ts, slot, ts->heap[child]);
		slot = child;
	}
	put(ts, slot, t);
}
