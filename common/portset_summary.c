/* SPDX-License-Identifier: ISC */
#include "portset_summary.h"

#include <math.h>
#include <stdlib.h>

#include "xalloc.h"

/* Of the entries that count for at_least. */
struct quorum {
	bool all;
	size_t met;
	size_t open; /* they may yet be */
};

static void count_entry(struct portset_summary *, const struct portset *,
    const struct entry *);
static void count_rest(struct portset_summary *, const struct portset_rest *);
static void count_quorum(struct quorum *, const struct portset *,
    const struct entry *);
static void count_hosts(struct portset_summary *, const struct portset *);
static enum state judge_quorum(const struct quorum *, size_t);
static enum state judge_failed(const struct portset_summary *,
    const struct portset_policy *);
static enum state judge_ports(const struct portset_summary *,
    const struct portset_policy *);

struct portset_summary
portset_summary_of(struct portset *s, const struct portset_policy *p)
{
	struct portset_summary sum = { .total = s->n,
		.cert_days = (double)NAN,
		.days = s->many_days ? NULL : s->days };
	struct quorum quorum = { .all = portset_quorum(s) == s->n };
	enum state worst = STATE_OK;
	size_t i;

	free(s->counts);
	s->counts = xcalloc(s->n_hosts, sizeof(s->counts[0]));
	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		enum state lag = entry_lag(s, e, p);

		count_entry(&sum, s, e);
		count_quorum(&quorum, s, e);
		sum.lagging += lag != STATE_OK;
		worst = state_worst(worst, lag);
		if (e->host != NO_HOST && s->rest == NULL)
			host_counts_add(&s->counts[e->host], s, e, lag);
	}
	count_hosts(&sum, s);
	if (s->rest != NULL) {
		count_rest(&sum, s->rest);
		if (s->rest->slow > 0)
			worst = state_worst(worst, STATE_WARNING);
	}
	sum.state = p->at_least > 0 ? judge_quorum(&quorum, p->at_least)
				    : judge_failed(&sum, p);
	if (sum.expiring + sum.astray > 0)
		sum.state = state_worst(sum.state, STATE_WARNING);
	sum.state = state_worst(sum.state, judge_ports(&sum, p));
	sum.state = state_worst(sum.state, worst);
	return sum;
}

static void
count_entry(struct portset_summary *sum, const struct portset *s,
    const struct entry *e)
{
	double days = entry_cert_days(e);

	sum->ports[entry_port(e)]++;
	sum->met += entry_met(e);
	sum->unasked += entry_unasked(e);
	sum->unknown += entry_unknown(e);
	sum->failed += entry_failed(e);
	sum->warned += entry_warned(e);
	sum->expiring += entry_expiring(e);
	sum->astray += entry_astray(e);
	if (isnan(days))
		return;
	if (!entry_ask(s, e)->policy->has_days)
		sum->days = NULL;
	if (!(sum->cert_days <= days))
		sum->cert_days = days;
}

static void
count_rest(struct portset_summary *sum, const struct portset_rest *rest)
{
	const size_t *states = rest->states;
	size_t i;

	for (i = 0; i <= STATE_UNKNOWN; i++)
		sum->total += states[i];
	sum->met += states[STATE_OK];
	sum->failed += states[STATE_WARNING] + states[STATE_CRITICAL];
	sum->warned += states[STATE_WARNING];
	sum->unknown += states[STATE_UNKNOWN];
	sum->lagging += rest->slow;
	for (i = 0; i < PORTSET_POLICY_PORTS; i++)
		sum->ports[i] += rest->ports[i];
}

static void
count_quorum(struct quorum *q, const struct portset *s, const struct entry *e)
{
	if (!q->all && entry_ask(s, e)->expected != EXPECTED_OPEN)
		return;
	q->met += entry_met(e);
	q->open += e->worth == STATE_UNKNOWN;
}

static void
count_hosts(struct portset_summary *sum, const struct portset *s)
{
	size_t i;

	for (i = 0; i < s->n_hosts; i++) {
		const struct host_counts *h = &s->counts[i];

		if (host_counts_down(h)) {
			sum->down++;
			sum->down_worst = state_worst(sum->down_worst,
			    h->worst);
		}
		if (host_counts_limited(h)) {
			sum->limited++;
			sum->told += h->told;
			sum->told_of += h->told + h->silent;
		}
	}
}

static enum state
judge_quorum(const struct quorum *q, size_t at_least)
{
	return q->met >= at_least          ? STATE_OK
	    : q->met + q->open >= at_least ? STATE_UNKNOWN
					   : STATE_CRITICAL;
}

/* Without limits for it, what is only worth a WARNING is one. */
static enum state
judge_failed(const struct portset_summary *sum, const struct portset_policy *p)
{
	enum state state = STATE_OK;

	if (share_alerts(&p->critical, sum->failed - sum->warned, sum->total))
		state = STATE_CRITICAL;
	else if (share_alerts(&p->warning, sum->failed, sum->total) ||
	    (!p->warning.set && sum->warned > 0))
		state = STATE_WARNING;
	return sum->unasked + sum->unknown > 0
	    ? state_worst(state, STATE_UNKNOWN)
	    : state;
}

static enum state
judge_ports(const struct portset_summary *sum, const struct portset_policy *p)
{
	enum state state = STATE_OK;
	size_t i;

	for (i = 0; i < PORTSET_POLICY_PORTS; i++)
		state = state_worst(state,
		    share_limits_state(&p->ports[i], sum->ports[i],
			sum->total));
	return state;
}
