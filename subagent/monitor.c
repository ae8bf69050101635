/* SPDX-License-Identifier: ISC */
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "datagram_probe.h"
#include "engine.h"
#include "entry.h"
#include "handler_probe.h"
#include "index.h"
#include "judge.h"
#include "names.h"
#include "plan.h"
#include "record.h"
#include "resolver_cares.h"
#include "rounds.h"
#include "schedule.h"
#include "stream_probe.h"
#include "xalloc.h"

/* An entry that has a timeout, but no deadline: its name may take this long. */
#define NAME_US (30 * CLOCK_SECOND)

/* Of an entry that says nothing of it. */
#define TIMEOUT_US (2 * CLOCK_SECOND)

/* How soon one that is unsure is asked again: a part of its interval. */
#define SOONER_PART 10
#define SOONER_MIN_US (200 * CLOCK_MILLISECOND)
#define SOONER_MAX_US (5 * CLOCK_SECOND)

/* The first round of each is within its interval, and this for each entry. */
#define FIRST_US CLOCK_MILLISECOND

/* The table is stale after so many of the shortest interval, and this. */
#define STALE_INTERVALS 3
#define STALE_MIN_US (3 * CLOCK_SECOND)

/* Lateness is counted by milliseconds. */
#define LATE_MAX 1024

#define NO_ENTRY UINT32_MAX

/* By index in the table, from 1: it stays when the configuration changes. */
struct slot {
	struct judge judge;
	uint32_t entry; /* of the site; NO_ENTRY: it has none of that name */
	bool known;     /* the judge has what the table had */
	bool scheduled;
	bool flying; /* it is being asked, be it for a site of before */
};

struct monitor {
	struct monitor_conf conf;
	struct engine *engine;
	struct schedule *schedule;
	struct site *site;    /* NULL: none yet */
	struct site *retired; /* with probes that are not told yet */
	struct slot *slots;
	uint32_t n_slots;
	bool turns_unset; /* the site is new: its schedule is to be made */
	int64_t now_us;
	uint32_t shortest_ms;
	struct table_totals totals;
	bool had_events;

	uint64_t rounds;
	uint64_t missed;
	uint64_t told_missed;
	uint64_t late[LATE_MAX + 1];
	int64_t latest_us;
};

static void find_indexes(struct monitor *);
static bool adopt_entry(struct monitor *, uint32_t, int64_t);
static struct slot *slot_of(struct monitor *, uint32_t);
static bool retire_others(struct monitor *);
static void set_turns(struct monitor *);
static void set_turn(struct monitor *, uint32_t, uint32_t);
static void free_retired(struct monitor *);
static struct engine *new_engine(struct monitor *, int64_t);
static engine_more_fn begin_one;
static void note_lateness(struct monitor *, int64_t);
static void ask(struct monitor *, struct site *, const struct target *);
static engine_fn done;
static struct site *site_of(struct monitor *, const struct target *);
static size_t entry_at(const struct site *, const struct target *);
static void forget_round(struct monitor *, uint32_t);
static void end_round(struct monitor *, const struct entry *);
static void take_events(struct monitor *, const enum table_event_kind *,
    unsigned, struct table_record *, const struct table_record *, int64_t);
static void count(struct monitor *, const struct judge *, int);
static int64_t sooner_us(const struct entry *, const struct rounds *);
static struct judge_conf judge_conf(const struct rounds *);

struct monitor *
monitor_new(const struct monitor_conf *conf)
{
	struct monitor *m = xcalloc(1, sizeof(*m));

	m->conf = *conf;
	m->totals = table_live(conf->table)->totals;
	m->schedule = schedule_new();
	return m;
}

void
monitor_free(struct monitor *m)
{
	struct site *s;

	if (m == NULL)
		return;
	engine_free(m->engine);
	schedule_free(m->schedule);
	site_free(m->site);
	while ((s = m->retired) != NULL) {
		m->retired = s->next;
		site_free(s);
	}
	free(m->slots);
	free(m);
}

void
monitor_adopt(struct monitor *m, struct site *site,
    const struct monitor_limits *limits, int64_t wall_us)
{
	const struct plan_wishes wishes = {
		.parallel = limits->parallel,
		.rate = limits->rate,
		.probe_timeout_us = TIMEOUT_US,
	};
	const struct plan plan = plan_make(&wishes, &site->set,
	    limits->descriptors);
	bool changed = false;
	uint32_t i;

	if (m->engine == NULL)
		m->engine = new_engine(m, limits->names_us);
	engine_limit(m->engine, plan.parallel, plan.parallel_tls,
	    plan.parallel_handlers, limits->rate);
	if (m->site != NULL) {
		m->site->next = m->retired;
		m->retired = m->site;
	}
	m->site = site;
	find_indexes(m);
	for (i = 0; i < m->n_slots; i++)
		m->slots[i].entry = NO_ENTRY;
	memset(m->totals.states, 0, sizeof(m->totals.states));
	memset(m->totals.ports, 0, sizeof(m->totals.ports));
	m->totals.entries = m->totals.lagged = m->totals.severe = 0;
	m->shortest_ms = UINT32_MAX;
	for (i = 0; i < site->set.n; i++)
		changed |= adopt_entry(m, i, wall_us);
	changed |= retire_others(m);
	if (changed)
		m->totals.config_serial++;
	free_retired(m);
	m->turns_unset = true;
}

int64_t
monitor_turn(struct monitor *m, int64_t now_us)
{
	int64_t next_us, due_us;

	m->now_us = now_us;
	free_retired(m);
	if (m->turns_unset)
		set_turns(m);
	if (schedule_next(m->schedule) <= now_us)
		engine_ask(m->engine);
	next_us = engine_turn(m->engine, now_us);
	/* What is due is asked for as soon as the engine has room for it. */
	due_us = schedule_next(m->schedule);
	return due_us > now_us && due_us < next_us ? due_us : next_us;
}

struct poller *
monitor_poller(const struct monitor *m)
{
	return engine_poller(m->engine);
}

int
monitor_watch(struct monitor *m, struct watch *w)
{
	return engine_watch(m->engine, w);
}

void
monitor_wait(struct monitor *m, int64_t until_us)
{
	engine_wait(m->engine, until_us);
}

bool
monitor_had_events(struct monitor *m)
{
	bool had = m->had_events;

	m->had_events = false;
	return had;
}

struct table_totals
monitor_totals(const struct monitor *m, int64_t now_us, int64_t wall_us)
{
	struct table_totals t = m->totals;
	int64_t stale_us = STALE_INTERVALS * m->shortest_ms * CLOCK_MILLISECOND;

	t.in_flight = (uint32_t)engine_in_flight(m->engine);
	t.behind_us = schedule_behind(m->schedule, now_us);
	t.stale_us = wall_us +
	    (stale_us > STALE_MIN_US ? stale_us : STALE_MIN_US);
	return t;
}

struct monitor_lateness
monitor_lateness(struct monitor *m)
{
	uint64_t missed = m->missed + schedule_missed(m->schedule), seen = 0;
	struct monitor_lateness l = { m->rounds, missed - m->told_missed, 0,
		m->latest_us };
	int64_t ms = 0;

	while (seen * 100 < m->rounds * 99 && ms <= LATE_MAX)
		seen += m->late[ms++];
	l.p99_us = ms > LATE_MAX ? m->latest_us : ms * CLOCK_MILLISECOND;
	m->told_missed = missed;
	m->rounds = 0;
	m->latest_us = 0;
	memset(m->late, 0, sizeof(m->late));
	return l;
}

/* Before anything is written: so the table grows once, for all. */
static void
find_indexes(struct monitor *m)
{
	struct site *s = m->site;
	struct text name;
	uint32_t i;

	s->indexes = xcalloc(s->set.n, sizeof(s->indexes[0]));
	text_init(&name, TABLE_NAME_SIZE);
	for (i = 0; i < s->set.n; i++) {
		text_truncate(&name, 0);
		entry_name(&name, &s->set, &s->set.entries[i]);
		s->indexes[i] = table_index(m->conf.table, name.data);
	}
	text_free(&name);
}

/*
 * What is known of it goes on; returns whether the configuration says something else
 * of it than before.
 */
static bool
adopt_entry(struct monitor *m, uint32_t i, int64_t wall_us)
{
	const struct portset *set = &m->site->set;
	const struct entry *e = &set->entries[i];
	const struct rounds *rounds = entry_ask(set, e)->rounds;
	const struct judge_conf conf = judge_conf(rounds);
	uint32_t index = m->site->indexes[i];
	struct slot *slot = slot_of(m, index);
	enum table_event_kind kinds[JUDGE_EVENTS_MAX];
	struct table_record r, was;
	unsigned n;
	bool changed;

	(void)table_read(m->conf.table, index, &r);
	was = r;
	record_configure(&r, set, e, rounds, TIMEOUT_US);
	if (r.created_us == 0)
		r.created_us = wall_us;
	if (!slot->known)
		judge_restore(&slot->judge, &r);
	slot->known = true;
	slot->entry = i;
	changed = memcmp(&r, &was, sizeof(r)) != 0;
	n = judge_reconfigure(&slot->judge, &conf, kinds);
	judge_store(&slot->judge, &r);
	take_events(m, kinds, n, &r, &was, wall_us);
	if (memcmp(&r, &was, sizeof(r)) != 0)
		table_write(m->conf.table, index, &r);
	count(m, &slot->judge, 1);
	if (r.last_change_us > m->totals.last_change_us)
		m->totals.last_change_us = r.last_change_us;
	if (rounds->interval_ms < m->shortest_ms)
		m->shortest_ms = rounds->interval_ms;
	return changed;
}

static struct slot *
slot_of(struct monitor *m, uint32_t index)
{
	uint32_t n = index + 1 + index / 8;

	if (index >= m->n_slots) {
		m->slots = xreallocarray(m->slots, n, sizeof(m->slots[0]));
		for (; m->n_slots < n; m->n_slots++)
			m->slots[m->n_slots] = (struct slot){
				.entry = NO_ENTRY
			};
	}
	return &m->slots[index];
}

/* Entries of before that the configuration has no more; whether there are any. */
static bool
retire_others(struct monitor *m)
{
	uint32_t n = table_count(m->conf.table), i;
	bool *kept = xcalloc((size_t)n + 1, sizeof(kept[0]));

	for (i = 1; i <= n; i++) {
		struct slot *slot = slot_of(m, i);

		kept[i - 1] = slot->entry != NO_ENTRY;
		if (kept[i - 1] || !slot->scheduled)
			continue;
		schedule_remove(m->schedule, i);
		slot->scheduled = false;
	}
	n = table_retire(m->conf.table, kept);
	free(kept);
	return n > 0;
}

/* By the clock of now: adopting many takes its time. */
static void
set_turns(struct monitor *m)
{
	const struct portset *set = &m->site->set;
	struct text name;
	uint32_t i;

	m->turns_unset = false;
	text_init(&name, TABLE_NAME_SIZE);
	for (i = 0; i < set->n; i++) {
		text_truncate(&name, 0);
		entry_name(&name, set, &set->entries[i]);
		set_turn(m, i, index_hash(name.data, name.len, INDEX_HASH));
	}
	text_free(&name);
}

/* The first round need not wait for the turn of a long interval. */
static void
set_turn(struct monitor *m, uint32_t i, uint32_t seed)
{
	const struct portset *set = &m->site->set;
	uint32_t interval_ms = entry_ask(set, &set->entries[i])
				   ->rounds->interval_ms;
	int64_t within_us = (int64_t)set->n * FIRST_US;
	uint32_t index = m->site->indexes[i];
	struct slot *slot = &m->slots[index];

	schedule_set(m->schedule, index, interval_ms, seed, m->now_us);
	if (slot->scheduled)
		return;
	slot->scheduled = true;
	if (within_us < interval_ms * CLOCK_MILLISECOND)
		schedule_sooner(m->schedule, index,
		    m->now_us + schedule_spread(seed, within_us));
}

/* Not while anybody may still have a pointer to what was probed. */
static void
free_retired(struct monitor *m)
{
	struct site **at = &m->retired, *s;

	while ((s = *at) != NULL) {
		if (s->flying == 0) {
			engine_forget_targets(m->engine);
			*at = s->next;
			site_free(s);
		} else {
			at = &s->next;
		}
	}
}

static struct engine *
new_engine(struct monitor *m, int64_t names_us)
{
	const struct engine_conf conf = {
		.parallel = 1,
		.timeout_us = TIMEOUT_US,
		.names_us = names_us,
		.bulk = &resolver_cares,
		.streams = &stream_probe,
		.datagrams = &datagram_probe,
		.handlers = &handler_probe,
		.more = begin_one,
		.done = done,
		.ctx = m,
	};

	return engine_new(&conf);
}

/* One that is being asked still has missed its turn. */
static bool
begin_one(void *ctx)
{
	struct monitor *m = ctx;
	int64_t due_us;
	uint32_t index;

	for (;;) {
		struct slot *slot;

		index = schedule_take(m->schedule, m->now_us, &due_us);
		if (index == SCHEDULE_NONE)
			return false;
		slot = &m->slots[index];
		if (slot->flying) {
			m->missed++;
			continue;
		}
		slot->flying = true;
		note_lateness(m, m->now_us - due_us);
		ask(m, m->site, &m->site->set.entries[slot->entry].target);
		return true;
	}
}

static void
note_lateness(struct monitor *m, int64_t late_us)
{
	int64_t ms = late_us / CLOCK_MILLISECOND;

	m->rounds++;
	m->late[ms < LATE_MAX ? ms : LATE_MAX]++;
	if (late_us > m->latest_us)
		m->latest_us = late_us;
}

static void
ask(struct monitor *m, struct site *s, const struct target *t)
{
	int64_t timeout_us = t->terms != NULL ? t->terms->timeout_us
					      : TIMEOUT_US;

	s->flying++;
	engine_add(m->engine, t, m->now_us + NAME_US + timeout_us);
}

static void
done(void *ctx, const struct target *t, const struct result *result)
{
	struct monitor *m = ctx;
	struct site *s = site_of(m, t);
	struct entry *e = &s->set.entries[entry_at(s, t)];
	bool again = portset_tell(&s->set, t, result);

	/* It may be told while we wait. */
	m->now_us = clock_now_us();
	s->flying--;
	m->totals.probes++;
	if (s != m->site) {
		forget_round(m, s->indexes[e - s->set.entries]);
		portset_forget(&s->set, e);
	} else if (again) {
		ask(m, s, t);
	} else {
		end_round(m, e);
		portset_forget(&s->set, e);
	}
}

static struct site *
site_of(struct monitor *m, const struct target *t)
{
	struct site *s = m->site;

	if (entry_at(s, t) >= s->set.n)
		for (s = m->retired; entry_at(s, t) >= s->set.n; s = s->next)
			;
	return s;
}

/* Not below s->set.n: it is another site's. */
static size_t
entry_at(const struct site *s, const struct target *t)
{
	uintptr_t at = (uintptr_t)t - (uintptr_t)s->set.entries;

	return at / sizeof(s->set.entries[0]);
}

/* It was asked what a configuration of before had to ask. */
static void
forget_round(struct monitor *m, uint32_t index)
{
	struct slot *slot = &m->slots[index];

	slot->flying = false;
	if (slot->scheduled)
		schedule_sooner(m->schedule, index, m->now_us);
}

static void
end_round(struct monitor *m, const struct entry *e)
{
	const struct portset *set = &m->site->set;
	uint32_t index = m->site->indexes[e - set->entries];
	const struct rounds *rounds = entry_ask(set, e)->rounds;
	const struct judge_conf conf = judge_conf(rounds);
	const struct judge_round round = record_judge_round(set, e);
	enum table_event_kind kinds[JUDGE_EVENTS_MAX];
	int64_t wall_us = clock_wall_us();
	struct slot *slot = &m->slots[index];
	struct table_record r, was;
	unsigned n;

	slot->flying = false;
	/* Whatever became of the file, it is this entry. */
	if (!table_read(m->conf.table, index, &r))
		record_configure(&r, set, e, rounds, TIMEOUT_US);
	was = r;
	count(m, &slot->judge, -1);
	n = judge_round(&slot->judge, &conf, &round, kinds);
	count(m, &slot->judge, 1);
	record_round(&r, set, e, &slot->judge, wall_us);
	take_events(m, kinds, n, &r, &was, wall_us);
	table_write(m->conf.table, index, &r);
	if (r.last_change_us != was.last_change_us)
		m->totals.last_change_us = r.last_change_us;
	if (judge_unsure(&slot->judge))
		schedule_sooner(m->schedule, index,
		    m->now_us + sooner_us(e, rounds));
}

/* Events are in the table before the record that says the same. */
static void
take_events(struct monitor *m, const enum table_event_kind *kinds, unsigned n,
    struct table_record *r, const struct table_record *was, int64_t wall_us)
{
	struct table_event e;
	unsigned i;

	for (i = 0; i < n; i++) {
		record_event(&e, kinds[i], r, was, wall_us);
		memcpy(e.name, r->name, sizeof(e.name));
		e.number = r->last_event = table_event(m->conf.table, &e);
		m->conf.event(m->conf.ctx, &e, r);
		m->had_events = true;
	}
}

/* One entry more, or one less, of what the judge says. */
static void
count(struct monitor *m, const struct judge *j, int by)
{
	struct table_totals *t = &m->totals;

	t->entries += (uint32_t)by;
	t->states[judge_state(j)] += (uint32_t)by;
	t->ports[j->port] += (uint32_t)by;
	if (j->lagged)
		t->lagged += (uint32_t)by;
	if (j->severe)
		t->severe += (uint32_t)by;
}

/* What the name service said is not asked again before that is done with. */
static int64_t
sooner_us(const struct entry *e, const struct rounds *rounds)
{
	int64_t us = rounds->interval_ms * CLOCK_MILLISECOND / SOONER_PART;
	int64_t min_us = e->outcome == OUTCOME_UNRESOLVED ||
		e->outcome == OUTCOME_LOOKUP_TIMEOUT
	    ? NAMES_FAILED_US
	    : SOONER_MIN_US;

	if (us < min_us)
		return min_us;
	return us < SOONER_MAX_US ? us : SOONER_MAX_US;
}

static struct judge_conf
judge_conf(const struct rounds *rounds)
{
	return (struct judge_conf){
		.retries = rounds->retries,
		.severe = rounds->severe,
		.lag_ms = rounds->lag_ms,
	};
}
