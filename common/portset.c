/* SPDX-License-Identifier: ISC */
#include "portset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "handler.h"
#include "inquiry.h"
#include "report.h"
#include "sock.h"
#include "xalloc.h"

/* Of what a peer sent. */
#define REPLY_BYTES 200

#define REASON_BYTES 2000

#define N_PORT_STATES (PORT_OPEN_FILTERED + 1)

/*
 * Who told of fewer closed ports has not shown that it limits that, unless some
 * had to be asked again for it.
 */
#define TOLD_MIN 5

static const char *name_beside(const struct portset_host *);
static void keep(struct entry *, const struct result *, const struct verdict *);
static bool is_worse(const struct entry *, const struct entry *);
static void inherit(struct entry *, struct entry *);
static int64_t left_s(const struct entry_tls *);
static void count_probe(struct entry_stats *, const struct result *);
static bool answered(enum outcome);
static enum state worth(const struct entry *);
static bool is_unheard(const struct ask *, const struct result *);
static enum state judge(const struct ask *, const struct entry *);
static bool given(const struct ask *, const struct entry *, enum state *);
static enum state lag_of_set(const struct portset *, const struct entry *,
    const struct portset_policy *);
static enum state lag_of_own(const struct portset *, const struct entry *);
static void count_entry(const struct portset *, const struct entry *,
    const struct portset_policy *, struct host_counts *);
static bool is_silence(const struct entry *);
static void count_failed(const struct portset *, const struct entry *,
    struct host_counts *);
static bool same_reason(const struct entry *, const struct entry *);
static bool same_string(const char *, const char *);
static uint32_t saturate(int64_t);
static void keep_extra(struct entry *, const struct result *,
    const struct verdict *);
static char *escaped(const struct buf *);
static char *why_of(const struct entry *, const struct result *,
    const struct verdict *);
static bool is_told_by_peer(const struct report *);
static void failure(struct text *, const struct report *);
static struct entry_tls *tls_of(const struct handshake *);
static void restore(const struct entry *, struct result *);
static void clear_extra(struct entry *);
static enum state count_states(const struct portset_summary *,
    const struct portset_policy *);
static bool share_alerts(const struct share *, size_t, size_t);

void
portset_free(struct portset *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		clear_extra(&s->entries[i]);
	free(s->entries);
	free(s->hosts);
	free(s->counts);
	free(s->asks);
	free(s->stats);
	*s = (struct portset){ 0 };
}

uint32_t
portset_add_host(struct portset *s, const char *name, const char *address)
{
	s->hosts = xgrow(s->hosts, &s->sizes[0], s->n_hosts,
	    sizeof(s->hosts[0]));
	s->hosts[s->n_hosts] = (struct portset_host){ name, address };
	return (uint32_t)s->n_hosts++;
}

uint32_t
portset_add_ask(struct portset *s, const struct ask *a)
{
	s->asks = xgrow(s->asks, &s->sizes[1], s->n_asks, sizeof(s->asks[0]));
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
	if (s->n + n <= s->sizes[2])
		return;
	/* More than one: xgrow() adds half of what there is. */
	s->sizes[2] = s->n + n > 1 ? s->n + n : 2;
	s->entries = xreallocarray(s->entries, s->sizes[2],
	    sizeof(s->entries[0]));
}

struct entry *
portset_add(struct portset *s, uint32_t host, uint32_t ask, uint16_t port)
{
	const struct ask *a = &s->asks[ask];
	struct entry *e;

	s->entries = xgrow(s->entries, &s->sizes[2], s->n,
	    sizeof(s->entries[0]));
	e = &s->entries[s->n++];
	*e = (struct entry){
		.target = { a->path != NULL ? a->path : s->hosts[host].address,
		    port, a->family, a->dialogue, a->inquiry, a->terms,
		    host != NO_HOST ? name_beside(&s->hosts[host]) : NULL },
		.host = host,
		.ask = ask,
		.outcome = OUTCOME_NOT_PROBED,
		.finding = OUTCOME_NOT_PROBED,
		.worth = STATE_UNKNOWN,
		.time_us = ENTRY_NO_TIME,
		.rtt_us = ENTRY_NO_TIME,
	};
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

bool
portset_tell(struct portset *s, const struct target *t, const struct result *r)
{
	size_t i = (size_t)((const struct entry *)(const void *)t - s->entries);
	struct entry *e = &s->entries[i], fresh = *e;
	const struct ask *ask = entry_ask(s, e);
	const struct verdict v = verdict_of(ask->policy, r);
	bool many = ask->probes > 1;

	if (many && s->stats == NULL)
		s->stats = xcalloc(s->n, sizeof(s->stats[0]));
	if (many && e->told && r->outcome == OUTCOME_NOT_PROBED)
		return false;
	fresh.extra = NULL;
	keep(&fresh, r, &v);
	fresh.unheard = is_unheard(ask, r);
	fresh.worth = judge(ask, &fresh) & 3;
	if (!many || !e->told) {
		clear_extra(e);
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

const char *
share_parse(const char *s, struct share *out)
{
	size_t len = strlen(s);
	const char *why;
	char *number;

	if (len == 0 || s[len - 1] != '%') {
		why = range_parse(s, &out->range);
	} else {
		number = xstrdup(s);
		number[len - 1] = '\0';
		why = range_parse(number, &out->range);
		free(number);
	}
	out->percent = len > 0 && s[len - 1] == '%';
	out->set = why == NULL;
	return why;
}

const char *
count_limit_parse(const char *s, bool critical, struct portset_policy *p)
{
	size_t len = strcspn(s, "="), i;

	for (i = 0; s[len] != '\0' && i < N_PORT_STATES; i++) {
		const char *name = port_state_name((enum port_state)i);
		struct count_limits *l = &p->ports[i];

		if (word_equal(name, s, len) ||
		    (i == PORT_OPEN_FILTERED &&
			word_equal("open_filtered", s, len)))
			return share_parse(s + len + 1,
			    critical ? &l->critical : &l->warning);
	}
	return "not STATE=RANGE with a STATE of open, closed, filtered, "
	       "open|filtered, unknown";
}

size_t
portset_quorum(const struct portset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += entry_ask(s, &s->entries[i])->expected == EXPECTED_OPEN;
	return n > 0 ? n : s->n;
}

struct portset_summary
portset_summarize(struct portset *s, const struct portset_policy *p)
{
	struct portset_summary sum = { .total = s->n,
		.cert_days = (double)NAN,
		.days = s->many_days ? NULL : s->days };
	enum state lag = STATE_OK;
	/* Of those that count for at_least. */
	size_t counted = portset_quorum(s), met = 0, open = 0;
	size_t i;

	free(s->counts);
	s->counts = xcalloc(s->n_hosts, sizeof(s->counts[0]));
	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		enum state slow = entry_lag(s, e, p);
		double days = entry_cert_days(e);

		sum.ports[entry_port(e)]++;
		sum.met += entry_met(e);
		if (counted == s->n ||
		    entry_ask(s, e)->expected == EXPECTED_OPEN) {
			met += entry_met(e);
			open += worth(e) == STATE_UNKNOWN;
		}
		sum.unasked += entry_unasked(e);
		sum.unknown += entry_unknown(e);
		sum.failed += entry_failed(e);
		sum.warned += entry_warned(e);
		sum.expiring += entry_expiring(e);
		sum.astray += entry_astray(e);
		if (!isnan(days) && !entry_ask(s, e)->policy->has_days)
			sum.days = NULL;
		if (!isnan(days) && !(sum.cert_days <= days))
			sum.cert_days = days;
		sum.lagging += slow != STATE_OK;
		lag = state_worst(lag, slow);
		if (e->host != NO_HOST)
			count_entry(s, e, p, &s->counts[e->host]);
	}
	for (i = 0; i < s->n_hosts; i++) {
		const struct host_counts *h = &s->counts[i];

		if (portset_down(h)) {
			sum.down++;
			sum.down_worst = state_worst(sum.down_worst, h->worst);
		}
		if (portset_limited(h)) {
			sum.limited++;
			sum.told += h->told;
			sum.told_of += h->told + h->silent;
		}
	}
	if (p->at_least > 0)
		sum.state = met >= p->at_least  ? STATE_OK
		    : met + open >= p->at_least ? STATE_UNKNOWN
						: STATE_CRITICAL;
	else if (share_alerts(&p->critical, sum.failed - sum.warned, sum.total))
		sum.state = STATE_CRITICAL;
	else if (share_alerts(&p->warning, sum.failed, sum.total) ||
	    (!p->warning.set && sum.warned > 0))
		sum.state = STATE_WARNING;
	if (sum.unasked + sum.unknown > 0 && p->at_least == 0)
		sum.state = state_worst(sum.state, STATE_UNKNOWN);
	if (sum.expiring + sum.astray > 0)
		sum.state = state_worst(sum.state, STATE_WARNING);
	sum.state = state_worst(sum.state, count_states(&sum, p));
	sum.state = state_worst(sum.state, lag);
	return sum;
}

bool
count_limits_alert(const struct count_limits *l, size_t n, size_t total)
{
	return share_alerts(&l->warning, n, total) ||
	    share_alerts(&l->critical, n, total);
}

bool
portset_limited(const struct host_counts *h)
{
	return (h->told >= TOLD_MIN || h->late > 0) && h->silent >= h->told;
}

bool
portset_down(const struct host_counts *h)
{
	return h->total > 1 && h->failed > 0 &&
	    (h->failed == h->total ||
		(h->mute == h->failed && h->failed + h->quiet == h->total));
}

const struct ask *
entry_ask(const struct portset *s, const struct entry *e)
{
	return &s->asks[e->ask];
}

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
	return e->unheard ? PORT_UNKNOWN
			  : outcome_port((enum outcome)e->outcome);
}

bool
entry_met(const struct entry *e)
{
	return worth(e) == STATE_OK;
}

bool
entry_unasked(const struct entry *e)
{
	return worth(e) == STATE_UNKNOWN &&
	    (e->outcome == OUTCOME_NOT_PROBED ||
		e->outcome == OUTCOME_LOCAL_ERROR || e->unheard);
}

bool
entry_unknown(const struct entry *e)
{
	return worth(e) == STATE_UNKNOWN && !entry_unasked(e);
}

bool
entry_failed(const struct entry *e)
{
	return !entry_met(e) && worth(e) != STATE_UNKNOWN;
}

bool
entry_warned(const struct entry *e)
{
	return worth(e) == STATE_WARNING;
}

bool
entry_expiring(const struct entry *e)
{
	return e->dates != STATE_OK && entry_met(e);
}

bool
entry_astray(const struct entry *e)
{
	return e->clock != STATE_OK && entry_met(e);
}

enum state
entry_state(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	enum state state = worth(e);

	if (entry_expiring(e) || entry_astray(e))
		state = STATE_WARNING;
	return state_worst(state, entry_lag(s, e, p));
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

	return lag == STATE_CRITICAL ? entry_ask(s, e)->severity : lag;
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
	keep_extra(e, r, v);
}

static bool
is_worse(const struct entry *a, const struct entry *b)
{
	enum state x[] = { worth(a), (enum state)a->dates,
		(enum state)a->clock };
	enum state y[] = { worth(b), (enum state)b->dates,
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
	struct entry_tls *theirs = better->extra != NULL ? better->extra->tls
							 : NULL;
	struct entry_tls **ours;

	e->clock = (unsigned char)state_worst((enum state)e->clock,
		       (enum state)better->clock) &
	    3;
	if (theirs != NULL && e->extra == NULL)
		e->extra = xcalloc(1, sizeof(*e->extra));
	ours = e->extra != NULL ? &e->extra->tls : NULL;
	if (theirs != NULL && left_s(theirs) < left_s(*ours)) {
		better->extra->tls = *ours;
		*ours = theirs;
	}
	clear_extra(better);
}

/* Seconds until its first certificate expires; more than ever: it has none. */
static int64_t
left_s(const struct entry_tls *tls)
{
	return tls != NULL && tls->has_first
	    ? tls->first.not_after_s - tls->at_s
	    : INT64_MAX;
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

static enum state
worth(const struct entry *e)
{
	return (enum state)e->worth;
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

/* Whether there is a state for the very outcome, as a configuration may say. */
static bool
given(const struct ask *ask, const struct entry *e, enum state *state)
{
	const struct policy *p = ask->policy;

	*state = p->states[e->finding];
	return p->given[e->finding];
}

/* The latency by the limits of the set. */
static enum state
lag_of_set(const struct portset *s, const struct entry *e,
    const struct portset_policy *p)
{
	double ms = entry_latency(s, e) * 1e3;

	if (isnan(ms))
		return STATE_OK;
	if (p->has_lag_critical && range_alerts(&p->lag_critical, ms))
		return STATE_CRITICAL;
	return p->has_lag_warning && range_alerts(&p->lag_warning, ms)
	    ? STATE_WARNING
	    : STATE_OK;
}

/* The time to the answer by those of the entry. */
static enum state
lag_of_own(const struct portset *s, const struct entry *e)
{
	double seconds = entry_response(s, e);

	return isnan(seconds) ? STATE_OK
			      : verdict_time(entry_ask(s, e)->policy, seconds);
}

static void
count_entry(const struct portset *s, const struct entry *e,
    const struct portset_policy *p, struct host_counts *h)
{
	h->total++;
	h->worst = state_worst(h->worst, entry_state(s, e, p));
	if (entry_failed(e)) {
		count_failed(s, e, h);
		h->mute += is_silence(e);
	} else if (entry_met(e) && is_silence(e)) {
		h->quiet++;
		h->quiet_ports |= (unsigned char)(1U
		    << outcome_port((enum outcome)e->outcome));
	}
	h->silent += outcome_port((enum outcome)e->outcome) ==
	    PORT_OPEN_FILTERED;
	if (!entry_ask(s, e)->udp || e->outcome != OUTCOME_REFUSED ||
	    e->origin != ORIGIN_ICMP)
		return;
	h->told++;
	h->late += e->time_us != ENTRY_NO_TIME &&
	    e->time_us >= INQUIRY_AGAIN_US;
}

/* Whether a host that is dead would be the same: nothing of it was heard. */
static bool
is_silence(const struct entry *e)
{
	return outcome_port((enum outcome)e->outcome) == PORT_FILTERED ||
	    outcome_port((enum outcome)e->outcome) == PORT_OPEN_FILTERED;
}

/* Whether all that failed are alike: each is compared with the first. */
static void
count_failed(const struct portset *s, const struct entry *e,
    struct host_counts *h)
{
	const struct entry *first = &s->entries[h->first];

	if (h->failed++ == 0) {
		h->first = (uint32_t)(e - s->entries);
		h->same_port = h->same = true;
		return;
	}
	h->same_port = h->same_port && entry_port(e) == entry_port(first);
	h->same = h->same && h->same_port && same_reason(e, first);
}

/* By what entry_reason() makes words of. */
static bool
same_reason(const struct entry *a, const struct entry *b)
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

static bool
same_string(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static uint32_t
saturate(int64_t us)
{
	if (us == RESULT_NONE)
		return ENTRY_NO_TIME;
	return us < ENTRY_NO_TIME ? (uint32_t)us : ENTRY_NO_TIME - 1;
}

static void
keep_extra(struct entry *e, const struct result *r, const struct verdict *v)
{
	bool named = r->resolve_us != RESULT_NONE;
	char *why = why_of(e, r, v);

	if (!named && r->cause.origin != ORIGIN_ICMP && r->note == NULL &&
	    r->reply.len == 0 && r->perfdata == NULL && r->handshake == NULL &&
	    why == NULL)
		return;
	e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->addr = r->addr;
	e->extra->from = r->cause.from;
	if (r->note != NULL)
		e->extra->note = xstrdup(r->note);
	if (r->reply.len > 0)
		e->extra->reply = escaped(&r->reply);
	e->extra->why = why;
	if (r->perfdata != NULL)
		e->extra->perfdata = xstrdup(r->perfdata);
	if (r->handshake != NULL)
		e->extra->tls = tls_of(r->handshake);
}

static char *
escaped(const struct buf *reply)
{
	struct text t;

	text_init(&t, REPLY_BYTES + 8);
	text_escape(&t, reply->data, text_trimmed(reply->data, reply->len),
	    REPLY_BYTES);
	return t.data;
}

/*
 * The reason, where more than what is kept of the result tells it: the worse of
 * the answer and the dates of certificates comes first.  Else NULL.
 */
static char *
why_of(const struct entry *e, const struct result *r, const struct verdict *v)
{
	const struct report report = {
		.target = &e->target, .result = r, .verdict = *v
	};
	bool dates = v->dates_outcome != OUTCOME_OK;
	struct text t;
	char *why;

	if (!dates && !is_told_by_peer(&report))
		return NULL;
	text_init(&t, REASON_BYTES);
	if (dates && v->told == v->dates_outcome)
		report_dates(&t, &report, false);
	if (dates && v->told == v->dates_outcome && r->outcome != OUTCOME_OK)
		text_puts(&t, "; ");
	failure(&t, &report);
	if (dates && v->told != v->dates_outcome) {
		text_puts(&t, "; ");
		report_dates(&t, &report, false);
	}
	why = xstrdup(t.data);
	text_free(&t);
	return why;
}

static bool
is_told_by_peer(const struct report *report)
{
	enum outcome o = report->result->outcome;

	return o == OUTCOME_MISMATCH || o == OUTCOME_TLS_FAILED ||
	    outcome_distrusts(o) || outcome_of_handler(o) ||
	    (o == OUTCOME_STALLED && report_in_handshake(report));
}

static void
failure(struct text *t, const struct report *report)
{
	const struct result *r = report->result;
	const struct buf *reply = &r->reply;
	size_t at = r->answer_at, len = 0;

	report_reason(t, r);
	report_tls_reason(t, report);
	if (r->outcome != OUTCOME_MISMATCH && !outcome_of_handler(r->outcome) &&
	    (r->outcome != OUTCOME_TLS_FAILED || r->handshake != NULL))
		return;
	if (reply->len > at)
		len = text_trimmed(reply->data + at, reply->len - at);
	if (len > 0) {
		text_puts(t, ": ");
		text_escape(t, reply->data + at, len, REPLY_BYTES);
	}
}

static struct entry_tls *
tls_of(const struct handshake *h)
{
	const struct cert *first = handshake_first_end(h);
	struct entry_tls *tls = xcalloc(1, sizeof(*tls));

	memcpy(tls->version, h->version, sizeof(tls->version));
	tls->at_s = h->at_s;
	if (first != NULL) {
		tls->has_first = true;
		tls->first = *first;
	}
	return tls;
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

static void
clear_extra(struct entry *e)
{
	struct entry_extra *x = e->extra;

	if (x == NULL)
		return;
	free(x->note);
	free(x->reply);
	free(x->why);
	free(x->perfdata);
	free(x->tls);
	free(x);
	e->extra = NULL;
}

static enum state
count_states(const struct portset_summary *sum, const struct portset_policy *p)
{
	enum state state = STATE_OK;
	size_t i;

	for (i = 0; i < N_PORT_STATES; i++)
		if (share_alerts(&p->ports[i].critical, sum->ports[i],
			sum->total))
			state = STATE_CRITICAL;
		else if (share_alerts(&p->ports[i].warning, sum->ports[i],
			     sum->total))
			state = state_worst(state, STATE_WARNING);
	return state;
}

static bool
share_alerts(const struct share *s, size_t failed, size_t total)
{
	double value = (double)failed;

	if (s->percent)
		value = total > 0 ? value * 100 / (double)total : 0;
	return s->set && range_alerts(&s->range, value);
}
