/* SPDX-License-Identifier: ISC */
#include "entry.h"

#include <math.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "handler.h"
#include "report.h"

static enum state lag_of_set(const struct portset *, const struct entry *,
    const struct portset_policy *);
static enum state lag_of_own(const struct portset *, const struct entry *);
static void restore(const struct entry *, struct result *);
static bool same_string(const char *, const char *);

const struct portset_host *
entry_host(const struct portset *s, const struct entry *e)
{
	return e->host != NO_HOST ? &s->hosts[e->host] : NULL;
}

const struct entry_stats *
entry_stats(const struct portset *s, const struct entry *e)
{
	return s->stats != NULL && entry_ask(s, e)->probes > 1
	    ? &s->stats[e - s->entries]
	    : NULL;
}

enum port_state
entry_port(const struct entry *e)
{
	return e->unheard ? PORT_UNKNOWN : (enum port_state)e->port;
}

enum state
entry_state(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	return state_worst(entry_worth(e), entry_lag(s, e, p));
}

double
entry_cert_days(const struct entry *e)
{
	const struct entry_tls *tls = e->extra != NULL ? e->extra->tls : NULL;

	if (tls == NULL || !tls->has_first)
		return NAN;
	return (double)(tls->first.not_after_s - tls->at_s) /
	    (double)CLOCK_DAY_S;
}

double
entry_latency(const struct portset *s, const struct entry *e)
{
	const struct entry_stats *stats = entry_stats(s, e);

	if (stats != NULL)
		return stats->timed > 0
		    ? (double)stats->sum_us / stats->timed / 1e6
		    : (double)NAN;
	if (!outcome_answered((enum outcome)e->outcome))
		return NAN;
	if (e->rtt_us != ENTRY_NO_TIME)
		return e->rtt_us / 1e6;
	return e->time_us != ENTRY_NO_TIME ? e->time_us / 1e6 : (double)NAN;
}

double
entry_response(const struct portset *s, const struct entry *e)
{
	const struct entry_stats *stats = entry_stats(s, e);

	if (stats != NULL)
		return stats->timed > 0
		    ? (double)stats->response_us / stats->timed / 1e6
		    : (double)NAN;
	return outcome_answered((enum outcome)e->outcome) &&
		e->time_us != ENTRY_NO_TIME
	    ? e->time_us / 1e6
	    : entry_latency(s, e);
}

double
entry_judged(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	const struct policy *own = entry_ask(s, e)->policy;
	enum state by_set = lag_of_set(s, e, p), by_own = lag_of_own(s, e);
	bool limits = p->has_lag_warning || p->has_lag_critical;

	if (by_own == by_set)
		return limits || !(own->has_warning || own->has_critical)
		    ? entry_latency(s, e)
		    : entry_response(s, e);
	return state_worst(by_set, by_own) == by_own ? entry_response(s, e)
						     : entry_latency(s, e);
}

enum state
entry_lag(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	enum state lag = state_worst(lag_of_set(s, e, p), lag_of_own(s, e));

	if (lag == STATE_CRITICAL)
		lag = entry_ask(s, e)->severity;
	return state_worst(lag, (enum state)e->lag);
}

void
entry_name(struct text *t, const struct portset *s, const struct entry *e)
{
	const struct portset_host *host = entry_host(s, e);

	if (host != NULL) {
		text_escape_string(t, host->name);
		text_puts(t, "/");
	}
	entry_port_name(t, s, e);
}

void
entry_port_name(struct text *t, const struct portset *s, const struct entry *e)
{
	const struct ask *ask = entry_ask(s, e);

	if (ask->udp && !ask->own_name)
		text_puts(t, "udp/");
	if (ask->name != NULL)
		text_escape_string(t, ask->name);
	if (ask->name == NULL)
		text_printf(t, ask->udp ? "%u" : "tcp/%u", e->target.port);
	else if (ask->numbered)
		text_printf(t, "/%u", e->target.port);
}

void
entry_describe(struct text *t, const struct portset *s, const struct entry *e)
{
	const struct ask *ask = entry_ask(s, e);
	const struct terms *terms = e->target.terms;

	entry_name(t, s, e);
	text_puts(t, ": ");
	text_escape_string(t, e->target.host);
	if (ask->path == NULL)
		text_printf(t, " %s/%u", ask->udp ? "udp" : "tcp",
		    e->target.port);
	if (terms != NULL && terms->handler != NULL) {
		text_puts(t, ", handler ");
		text_escape_string(t, terms->handler->words[0]);
	} else if (ask->protocol != NULL) {
		text_printf(t, ", %s", ask->protocol);
	}
	if (e->target.dialogue->tls != NULL)
		text_puts(t, ", TLS");
	text_printf(t, ", expected %s", expected_name(ask->expected));
	if (ask->severity == STATE_WARNING)
		text_puts(t, ", or else a warning");
	if (terms != NULL)
		text_printf(t, ", within %g s",
		    (double)terms->timeout_us / 1e6);
	if (terms != NULL && terms->retries > 0)
		text_printf(t, ", retries %u", terms->retries);
	if (ask->probes > 1)
		text_printf(t, ", probes %u", ask->probes);
}

void
entry_reason(struct text *t, const struct entry *e)
{
	struct result r;

	if (e->extra != NULL && e->extra->why != NULL) {
		text_puts(t, e->extra->why);
		return;
	}
	restore(e, &r);
	report_reason(t, &r);
}

bool
entry_same_reason(const struct entry *a, const struct entry *b)
{
	const struct entry_extra none = { .why = NULL };
	const struct entry_extra *x = a->extra != NULL ? a->extra : &none;
	const struct entry_extra *y = b->extra != NULL ? b->extra : &none;

	return a->outcome == b->outcome && a->finding == b->finding &&
	    a->err == b->err && a->origin == b->origin &&
	    a->icmp_v6 == b->icmp_v6 && a->icmp_type == b->icmp_type &&
	    a->icmp_code == b->icmp_code &&
	    (a->origin != ORIGIN_ICMP || addr_equal(&x->from, &y->from)) &&
	    same_string(x->note, y->note) && same_string(x->why, y->why);
}

/* The latency by the limits of the set. */
static enum state
lag_of_set(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	return portset_policy_lag(p, entry_latency(s, e));
}

/* The time to the answer by those of the entry. */
static enum state
lag_of_own(const struct portset *s, const struct entry *e)
{
	double seconds = entry_response(s, e);

	return isnan(seconds) ? STATE_OK
			      : verdict_time(entry_ask(s, e)->policy, seconds);
}

/* As much of the result as was kept. */
static void
restore(const struct entry *e, struct result *r)
{
	*r = (struct result){
		.outcome = (enum outcome)e->outcome,
		.cause = { .err = e->err,
		    .origin = (enum origin)e->origin,
		    .icmp_v6 = e->icmp_v6,
		    .icmp_type = e->icmp_type,
		    .icmp_code = e->icmp_code },
	};
	if (e->extra != NULL) {
		r->addr = e->extra->addr;
		r->cause.from = e->extra->from;
		r->note = e->extra->note;
	}
}

static bool
same_string(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}
