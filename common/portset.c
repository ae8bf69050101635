/* SPDX-License-Identifier: ISC */
#include "portset.h"

#include <stdlib.h>

#include "sock.h"
#include "xalloc.h"

static const char *name_beside(const struct portset_host *);
static void keep(struct entry *, const struct result *, const struct verdict *);
static uint32_t saturate(int64_t);
static bool is_unheard(const struct ask *, const struct result *);
static enum state judge(const struct ask *, const struct entry *);
static bool given(const struct ask *, const struct entry *, enum state *);
static bool is_worse(const struct entry *, const struct entry *);
static void inherit(struct entry *, struct entry *);
static void count_probe(struct entry_stats *, const struct result *);
static bool answered(enum outcome);

void
portset_free(struct portset *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		entry_extra_free(s->entries[i].extra);
	free(s->entries);
	free(s->hosts);
	free(s->counts);
	free(s->asks);
	free(s->stats);
	free(s->asked_us);
	*s = (struct portset){ 0 };
}

uint32_t
portset_add_host(struct portset *s, const char *name, const char *address)
{
	s->hosts = xgrow(s->hosts, &s->size_hosts, s->n_hosts,
	    sizeof(s->hosts[0]));
	s->hosts[s->n_hosts] = (struct portset_host){ name, address };
	return (uint32_t)s->n_hosts++;
}

uint32_t
portset_add_ask(struct portset *s, const struct ask *a)
{
	s->asks = xgrow(s->asks, &s->size_asks, s->n_asks, sizeof(s->asks[0]));
	s->asks[s->n_asks] = *a;
	if (s->days == NULL && a->policy->has_days)
		s->days = a->policy;
	s->many_days |= a->policy->has_days &&
	    (a->policy->warning_days != s->days->warning_days ||
		a->policy->critical_days != s->days->critical_days);
	s->udp |= a->udp;
	return (uint32_t)s->n_asks++;
}

void
portset_room(struct portset *s, size_t n)
{
	if (s->n + n <= s->size_entries)
		return;
	/* More than one: xgrow() adds half of what there is. */
	s->size_entries = s->n + n > 1 ? s->n + n : 2;
	s->entries = xreallocarray(s->entries, s->size_entries,
	    sizeof(s->entries[0]));
}

struct entry *
portset_add(struct portset *s, uint32_t host, uint32_t ask, uint16_t port)
{
	const struct ask *a = &s->asks[ask];
	struct entry *e;

	s->entries = xgrow(s->entries, &s->size_entries, s->n,
	    sizeof(s->entries[0]));
	e = &s->entries[s->n++];
	*e = (struct entry){
		.target = { a->path != NULL ? a->path : s->hosts[host].address,
		    port, a->family, a->dialogue, a->inquiry, a->terms,
		    host != NO_HOST ? name_beside(&s->hosts[host]) : NULL },
		.host = host,
		.ask = ask,
	};
	portset_forget(s, e);
	return e;
}

size_t
portset_count_tls(const struct portset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += s->entries[i].target.dialogue->tls != NULL;
	return n;
}

size_t
portset_count_handlers(const struct portset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const struct terms *terms = s->entries[i].target.terms;

		n += terms != NULL && terms->handler != NULL;
	}
	return n;
}

size_t
portset_quorum(const struct portset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += s->asks[s->entries[i].ask].expected == EXPECTED_OPEN;
	return n > 0 ? n : s->n;
}

bool
portset_tell(struct portset *s, const struct target *t, const struct result *r)
{
	size_t i = (size_t)((const struct entry *)(const void *)t - s->entries);
	struct entry *e = &s->entries[i], fresh = *e;
	const struct ask *ask = &s->asks[e->ask];
	const struct verdict v = verdict_of(ask->policy, r);
	bool many = ask->probes > 1;

	if (many && s->stats == NULL)
		s->stats = xcalloc(s->n, sizeof(s->stats[0]));
	if (many && e->told && r->outcome == OUTCOME_NOT_PROBED)
		return false;
	keep(&fresh, r, &v);
	fresh.unheard = is_unheard(ask, r);
	fresh.worth = judge(ask, &fresh) & 3;
	if (!many || !e->told) {
		entry_extra_free(e->extra);
		*e = fresh;
	} else if (is_worse(&fresh, e)) {
		inherit(&fresh, e);
		*e = fresh;
	} else {
		inherit(e, &fresh);
	}
	e->worth = judge(ask, e) & 3;
	if (!many || r->outcome == OUTCOME_NOT_PROBED)
		return false;
	count_probe(&s->stats[i], r);
	return s->stats[i].ended < ask->probes;
}

void
portset_forget(struct portset *s, struct entry *e)
{
	entry_extra_free(e->extra);
	*e = (struct entry){
		.target = e->target,
		.host = e->host,
		.ask = e->ask,
		.time_us = ENTRY_NO_TIME,
		.rtt_us = ENTRY_NO_TIME,
		.outcome = OUTCOME_NOT_PROBED,
		.finding = OUTCOME_NOT_PROBED,
		.worth = STATE_UNKNOWN,
	};
	if (s->stats != NULL)
		s->stats[e - s->entries] = (struct entry_stats){ 0 };
}

/*
 * What a host is called that is asked by a mere address, if it can be the name
 * of one; else NULL.
 */
static const char *
name_beside(const struct portset_host *h)
{
	const char *why;
	struct addr a;

	return h->name != h->address &&
		addr_parse(h->address, AF_UNSPEC, &a, &why) == ADDR_LITERAL &&
		addr_parse(h->name, AF_UNSPEC, &a, &why) == ADDR_NAME
	    ? h->name
	    : NULL;
}

static void
keep(struct entry *e, const struct result *r, const struct verdict *v)
{
	e->told = true;
	e->outcome = (uint8_t)r->outcome;
	e->port = (unsigned char)outcome_port(r->outcome) & 7;
	e->err = (uint16_t)r->cause.err;
	e->origin = (unsigned char)r->cause.origin & 3;
	e->icmp_v6 = r->cause.icmp_v6;
	e->icmp_type = r->cause.icmp_type;
	e->icmp_code = r->cause.icmp_code;
	e->time_us = saturate(r->time_us);
	e->rtt_us = saturate(r->rtt_us);
	e->finding = (uint8_t)v->told;
	e->dates = (unsigned char)v->dates & 3;
	e->clock = (unsigned char)v->clock & 3;
	e->extra = entry_extra_of(&e->target, r, v);
}

static uint32_t
saturate(int64_t us)
{
	if (us == RESULT_NONE)
		return ENTRY_NO_TIME;
	return us < ENTRY_NO_TIME ? (uint32_t)us : ENTRY_NO_TIME - 1;
}

/*
 * Whether silence would do, and the only one to say that it is there is this
 * machine, which had no way to ask.
 */
static bool
is_unheard(const struct ask *ask, const struct result *r)
{
	return (ask->expected == EXPECTED_ANY ||
		   ask->expected == EXPECTED_FILTERED) &&
	    !result_told(r) && !sock_is_broadcast(&r->addr);
}

/* A state: of the port by itself, and not of its latency. */
static enum state
judge(const struct ask *ask, const struct entry *e)
{
	enum outcome o = (enum outcome)e->outcome;
	enum state state;

	if (e->told && given(ask, e, &state))
		return state == STATE_CRITICAL ? ask->severity : state;
	if (outcome_default_state(o) == STATE_UNKNOWN)
		return STATE_UNKNOWN;
	if (e->unheard)
		return ask->expected == EXPECTED_ANY ? STATE_UNKNOWN
						     : ask->severity;
	if (o == OUTCOME_HANDLER_WARNING &&
	    (ask->expected == EXPECTED_OPEN || ask->expected == EXPECTED_ANY))
		return STATE_WARNING;
	if (!e->told || !expected_met(ask->expected, o) ||
	    e->dates == STATE_CRITICAL || e->clock == STATE_CRITICAL ||
	    outcome_distrusts(o))
		return ask->severity;
	return STATE_OK;
}

/* Whether there is a state for the very outcome, as a configuration may say. */
static bool
given(const struct ask *ask, const struct entry *e, enum state *state)
{
	const struct policy *p = ask->policy;

	*state = p->states[e->finding];
	return p->given[e->finding];
}

static bool
is_worse(const struct entry *a, const struct entry *b)
{
	enum state x[] = { (enum state)a->worth, (enum state)a->dates,
		(enum state)a->clock };
	enum state y[] = { (enum state)b->worth, (enum state)b->dates,
		(enum state)b->clock };
	size_t i = 0;

	while (i < 2 && x[i] == y[i])
		i++;
	return state_worst(y[i], x[i]) != y[i];
}

/*
 * What is not to be lost of the better of two, which ends here: that its clock
 * is wrong, and its certificates, if they expire first.
 */
static void
inherit(struct entry *e, struct entry *better)
{
	e->clock = (unsigned char)state_worst((enum state)e->clock,
		       (enum state)better->clock) &
	    3;
	entry_extra_take_first(&e->extra, better->extra);
	entry_extra_free(better->extra);
}

/* One that could not ask the port says nothing of it. */
static void
count_probe(struct entry_stats *s, const struct result *r)
{
	uint32_t us = saturate(r->rtt_us != RESULT_NONE ? r->rtt_us
							: r->time_us);

	s->ended++;
	if (outcome_default_state(r->outcome) == STATE_UNKNOWN)
		return;
	s->probes++;
	if (!answered(r->outcome))
		s->lost++;
	if (!outcome_answered(r->outcome) || us == ENTRY_NO_TIME)
		return;
	if (s->timed == 0 || us < s->min_us)
		s->min_us = us;
	if (us > s->max_us)
		s->max_us = us;
	s->sum_us += us;
	s->squares_us += (uint64_t)us * us;
	s->response_us += r->time_us != RESULT_NONE ? saturate(r->time_us) : us;
	s->timed++;
}

/* Whether somebody said something, be it that the port is closed. */
static bool
answered(enum outcome o)
{
	return o != OUTCOME_STALLED && outcome_port(o) != PORT_FILTERED &&
	    outcome_port(o) != PORT_OPEN_FILTERED &&
	    outcome_port(o) != PORT_UNKNOWN;
}
