/* SPDX-License-Identifier: ISC */
#include "alerts.h"

#include <stdlib.h>

#include "clock.h"
#include "index.h"
#include "xalloc.h"

/* What is known of one kind of one entry. */
struct slot {
	uint32_t index;
	uint8_t kind;
	uint8_t old_port_state; /* before the first event that waits */
	bool told;        /* an alarm, or its notification is on its way */
	bool wanted;      /* what is so; it waits when that differs */
	bool queued;      /* whether it waits or not: its place in the queue */
	bool on_its_way;  /* its last notification */
	bool unsure;      /* whether the alarm that waits was told */
	uint64_t event;   /* the last one */
	bool sent_unsure; /* as unsure, of the one on its way */
	uint64_t sent_event; /* the one on its way */
	uint8_t sent_old_port_state;
	int64_t since_us; /* it waits */
	int64_t next_us;  /* not before */
};

struct alerts {
	struct alerts_conf conf;
	struct slot *slots;
	size_t size_slots;
	uint32_t n_slots;
	struct index by_entry;
	uint32_t *queue; /* of slots: a ring */
	size_t size_queue, first, n_queued;
	int64_t ready_us; /* none that waits can be sent before */
	double tokens;
	int64_t tokens_us; /* as of; 0: not yet */
	bool unsure;
	bool storm;       /* there is one that nobody was told of */
	bool telling;     /* of one */
	int64_t storm_us; /* the last that was told; 0: none */
	struct alerts_counts counts;
};

static struct slot *slot_of(struct alerts *, uint32_t, enum alert_kind);
static struct slot *find(const struct alerts *, uint32_t, enum alert_kind);
static uint32_t hash_of(uint32_t, enum alert_kind);
static index_fn is_slot;
static bool waits(const struct slot *);
static void want(struct alerts *, struct slot *, bool, uint64_t, int64_t);
static void enqueue(struct alerts *, struct slot *, int64_t);
static struct slot *head(struct alerts *);
static void dequeue(struct alerts *);
static void put_last(struct alerts *);
static bool is_hopeless(const struct alerts *, const struct slot *, int64_t);
static struct alert take(struct alerts *, struct slot *, int64_t);
static void give_up(struct alerts *, struct slot *);
static void refill(struct alerts *, int64_t);

struct alerts *
alerts_new(const struct alerts_conf *conf)
{
	struct alerts *a = xcalloc(1, sizeof(*a));

	a->conf = *conf;
	a->tokens = conf->burst;
	return a;
}

void
alerts_free(struct alerts *a)
{
	if (a == NULL)
		return;
	index_free(&a->by_entry);
	free(a->slots);
	free(a->queue);
	free(a);
}

void
alerts_unsure(struct alerts *a, bool unsure)
{
	a->unsure = unsure;
}

void
alerts_take(struct alerts *a, const struct table_event *e, int64_t now_us)
{
	static const struct {
		enum alert_kind kind;
		bool raised;
	} of[] = {
		[TABLE_EVENT_DOWN] = { ALERT_STATE, true },
		[TABLE_EVENT_UP] = { ALERT_STATE, false },
		[TABLE_EVENT_LAGGED] = { ALERT_LAG, true },
		[TABLE_EVENT_NORMAL] = { ALERT_LAG, false },
		[TABLE_EVENT_SEVERE] = { ALERT_SEVERITY, true },
		[TABLE_EVENT_RECOVERED] = { ALERT_SEVERITY, false },
	};
	struct slot *s;

	if (e->kind == 0 || e->kind >= sizeof(of) / sizeof(of[0]))
		return;
	s = slot_of(a, e->index, of[e->kind].kind);
	if (!waits(s) || s->unsure)
		s->old_port_state = e->old_port_state;
	want(a, s, of[e->kind].raised, e->number, now_us);
}

void
alerts_lost(struct alerts *a, uint64_t n)
{
	a->counts.suppressed += n;
	a->storm |= n > 0;
}

bool
alerts_next(struct alerts *a, int64_t now_us, struct alert *out)
{
	struct slot *s;
	size_t left;

	refill(a, now_us);
	a->ready_us = CLOCK_NEVER;
	for (left = a->n_queued; left > 0 && (s = head(a)) != NULL; left--) {
		if (is_hopeless(a, s, now_us)) {
			give_up(a, s);
		} else if (s->on_its_way || s->next_us > now_us) {
			put_last(a);
			if (!s->on_its_way && s->next_us < a->ready_us)
				a->ready_us = s->next_us;
		} else if (a->tokens < 1) {
			a->ready_us = now_us +
			    (int64_t)((1 - a->tokens) * (double)CLOCK_SECOND /
				a->conf.rate) +
			    1;
			return false;
		} else {
			a->tokens -= 1;
			a->ready_us = now_us;
			*out = take(a, s, now_us);
			return true;
		}
	}
	return false;
}

void
alerts_sent(struct alerts *a, const struct alert *one)
{
	struct slot *s = find(a, one->index, one->kind);

	a->counts.sent += one->event != 0;
	if (s == NULL)
		return;
	s->on_its_way = false;
	a->ready_us = s->next_us < a->ready_us ? s->next_us : a->ready_us;
}

void
alerts_failed(struct alerts *a, const struct alert *one, int64_t now_us)
{
	struct slot *s = find(a, one->index, one->kind);
	bool superseded;

	if (s == NULL) {
		a->counts.suppressed += one->event != 0;
		return;
	}
	superseded = waits(s);
	s->on_its_way = false;
	s->told = !one->raised || s->sent_unsure;
	a->storm |= one->raised;
	if (!one->raised && !superseded) {
		enqueue(a, s, now_us);
		return;
	}
	/* What came after it takes back what nobody was told. */
	a->counts.suppressed += one->event != 0;
	a->counts.suppressed += superseded && !waits(s);
	if (!superseded)
		s->wanted = s->told;
}

bool
alerts_storm(struct alerts *a, int64_t now_us)
{
	if (!a->storm ||
	    (a->storm_us != 0 && now_us - a->storm_us < a->conf.interval_us))
		return false;
	a->storm = false;
	a->telling = true;
	a->storm_us = now_us;
	return true;
}

void
alerts_storm_told(struct alerts *a, bool ok)
{
	a->telling = false;
	a->storm |= !ok;
}

bool
alerts_storm_untold(const struct alerts *a)
{
	return a->storm || a->telling;
}

/* Alarms that wait too long are found when the next turn comes. */
int64_t
alerts_due(const struct alerts *a, int64_t now_us)
{
	int64_t due_us = a->n_queued > 0 ? a->ready_us : CLOCK_NEVER;
	int64_t storm_us = a->storm_us == 0 ? now_us
					    : a->storm_us + a->conf.interval_us;

	if (a->storm && storm_us < due_us)
		due_us = storm_us;
	return due_us;
}

struct alerts_counts
alerts_counts(const struct alerts *a)
{
	return a->counts;
}

bool
alerts_told(const struct alerts *a, uint32_t *i, struct alert *out)
{
	for (; *i < a->n_slots; (*i)++) {
		const struct slot *s = &a->slots[*i];

		if (!s->told || !s->wanted)
			continue;
		*out = (struct alert){ s->index, (enum alert_kind)s->kind, true,
			s->event, s->old_port_state };
		(*i)++;
		return true;
	}
	return false;
}

/* There is no event that could be counted. */
void
alerts_clear(struct alerts *a, const struct alert *one, int64_t now_us)
{
	struct slot *s = find(a, one->index, one->kind);

	if (s == NULL || !s->told || !s->wanted)
		return;
	s->wanted = false;
	s->event = 0;
	enqueue(a, s, now_us);
}

void
alerts_forget(struct alerts *a, const struct alert *one)
{
	struct slot *s = find(a, one->index, one->kind);

	if (s == NULL)
		return;
	a->counts.suppressed += waits(s) && s->event != 0;
	s->told = s->wanted = false;
}

void
alerts_forget_all(struct alerts *a)
{
	uint32_t i;

	for (i = 0; i < a->n_slots; i++)
		a->counts.suppressed += waits(&a->slots[i]) &&
		    a->slots[i].event != 0;
	a->n_slots = 0;
	a->n_queued = 0;
	index_free(&a->by_entry);
	a->by_entry = (struct index){ 0 };
}

bool
alerts_remember(const struct alerts *a, uint32_t *i, struct alert_memory *out)
{
	for (; *i < a->n_slots; (*i)++) {
		const struct slot *s = &a->slots[*i];
		bool again = s->on_its_way && !waits(s);
		bool told = again ? !s->told : s->told;

		if (!told && !s->wanted)
			continue;
		*out = (struct alert_memory){ s->index, s->kind, told,
			s->wanted, s->unsure || again, s->old_port_state,
			s->event,
			s->on_its_way && waits(s) && s->sent_event != 0 };
		if (again) {
			out->event = s->sent_event;
			out->old_port_state = s->sent_old_port_state;
		}
		(*i)++;
		return true;
	}
	return false;
}

void
alerts_recall(struct alerts *a, const struct alert_memory *m, int64_t now_us)
{
	struct slot *s = slot_of(a, m->index, (enum alert_kind)m->kind);

	s->told = m->told;
	s->wanted = m->wanted;
	s->old_port_state = m->old_port_state;
	s->event = m->event;
	s->unsure = (a->unsure || m->unsure) && m->wanted && !m->told;
	if (waits(s))
		enqueue(a, s, now_us);
}

void
alerts_recall_counts(struct alerts *a, struct alerts_counts counts)
{
	a->counts = counts;
}

static struct slot *
slot_of(struct alerts *a, uint32_t index, enum alert_kind kind)
{
	struct slot *s = find(a, index, kind);

	if (s != NULL)
		return s;
	a->slots = xgrow(a->slots, &a->size_slots, a->n_slots,
	    sizeof(a->slots[0]));
	s = &a->slots[a->n_slots];
	*s = (struct slot){ .index = index, .kind = (uint8_t)kind };
	index_add(&a->by_entry, hash_of(index, kind), a->n_slots++);
	return s;
}

static struct slot *
find(const struct alerts *a, uint32_t index, enum alert_kind kind)
{
	const struct slot wanted = { .index = index, .kind = (uint8_t)kind };
	uint32_t i = index_find(&a->by_entry, hash_of(index, kind), is_slot, a,
	    &wanted);

	return i == INDEX_NONE ? NULL : &a->slots[i];
}

static uint32_t
hash_of(uint32_t index, enum alert_kind kind)
{
	const uint32_t key[2] = { index, kind };

	return index_hash(key, sizeof(key), INDEX_HASH);
}

static bool
is_slot(const void *ctx, uint32_t number, const void *key)
{
	const struct alerts *a = ctx;
	const struct slot *s = &a->slots[number], *wanted = key;

	return s->index == wanted->index && s->kind == wanted->kind;
}

static bool
waits(const struct slot *s)
{
	return s->wanted != s->told;
}

static void
want(struct alerts *a, struct slot *s, bool raised, uint64_t event,
    int64_t now_us)
{
	/* The one that waited is left out. */
	a->counts.suppressed += waits(s) && s->event != 0;
	if (!raised && s->unsure)
		s->told = true;
	s->unsure = raised && !s->told && (s->unsure || a->unsure);
	s->wanted = raised;
	s->event = event;
	if (waits(s))
		enqueue(a, s, now_us);
	else
		a->counts.suppressed++;
}

/* One that was there and waits no longer keeps its place, but not its time. */
static void
enqueue(struct alerts *a, struct slot *s, int64_t now_us)
{
	size_t old = a->size_queue, i;

	s->since_us = now_us;
	if (s->queued)
		return;
	if (a->n_queued == a->size_queue) {
		a->queue = xgrow(a->queue, &a->size_queue, a->n_queued,
		    sizeof(a->queue[0]));
		/* What was before the first place comes after the last one. */
		for (i = 0; i < a->first; i++)
			a->queue[(old + i) % a->size_queue] = a->queue[i];
	}
	a->queue[(a->first + a->n_queued++) % a->size_queue] = (uint32_t)(s -
	    a->slots);
	s->queued = true;
	a->ready_us = now_us;
}

/* The first that waits, or NULL. */
static struct slot *
head(struct alerts *a)
{
	while (a->n_queued > 0) {
		struct slot *s = &a->slots[a->queue[a->first]];

		if (waits(s))
			return s;
		dequeue(a);
	}
	return NULL;
}

static void
dequeue(struct alerts *a)
{
	a->slots[a->queue[a->first]].queued = false;
	a->first = (a->first + 1) % a->size_queue;
	a->n_queued--;
}

static void
put_last(struct alerts *a)
{
	uint32_t number = a->queue[a->first];

	a->first = (a->first + 1) % a->size_queue;
	a->queue[(a->first + a->n_queued - 1) % a->size_queue] = number;
}

/* All-clears never are. */
static bool
is_hopeless(const struct alerts *a, const struct slot *s, int64_t now_us)
{
	return s->wanted && a->tokens < 1 &&
	    now_us - s->since_us >= a->conf.patience_us;
}

static struct alert
take(struct alerts *a, struct slot *s, int64_t now_us)
{
	dequeue(a);
	s->told = s->wanted;
	s->sent_unsure = s->unsure;
	s->unsure = false;
	s->on_its_way = true;
	s->sent_event = s->event;
	s->sent_old_port_state = s->old_port_state;
	s->next_us = now_us + a->conf.interval_us;
	return (struct alert){ s->index, (enum alert_kind)s->kind, s->told,
		s->event, s->old_port_state };
}

static void
give_up(struct alerts *a, struct slot *s)
{
	dequeue(a);
	if (!s->unsure)
		s->wanted = s->told;
	else
		s->told = s->wanted;
	s->unsure = false;
	a->counts.suppressed++;
	a->storm = true;
}

static void
refill(struct alerts *a, int64_t now_us)
{
	if (a->tokens_us != 0 && now_us > a->tokens_us)
		a->tokens += (double)(now_us - a->tokens_us) * a->conf.rate /
		    (double)CLOCK_SECOND;
	if (a->tokens > a->conf.burst)
		a->tokens = a->conf.burst;
	a->tokens_us = now_us;
}
