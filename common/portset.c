/* SPDX-License-Identifier: ISC */
#include "portset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "xalloc.h"

/* Of what a peer sent. */
#define REPLY_BYTES 200

static void add_entry(struct portset *, const char *, size_t, int);
static uint32_t saturate(int64_t);
static void keep_extra(struct entry *, const struct result *);
static char *escaped(const struct buf *);
static void restore(const struct entry *, struct result *);
static bool share_alerts(const struct share *, size_t, size_t);

/*
 * Hosts change fastest: neighbours in the queue are asked of different hosts.
 */
void
portset_init(struct portset *s, const struct hostlist *hosts,
    const struct portlist *ports, int family)
{
	size_t i, j, paths = 0;

	*s = (struct portset){ .hosts = hosts, .ports = ports };
	s->dialogues = xcalloc(ports->n_items, sizeof(s->dialogues[0]));
	for (i = 0; i < ports->n_items; i++) {
		const struct proto *p = ports->items[i].proto;

		s->dialogues[i] = (struct dialogue){ p->steps, p->n, p->quit,
			DIALOGUE_QUIET_US, DIALOGUE_MAX_BYTES };
	}
	for (i = 0; i < ports->n; i++)
		paths += ports->items[ports->ports[i].item].path;
	s->entries = xcalloc((ports->n - paths) * hosts->n + paths,
	    sizeof(s->entries[0]));
	for (i = 0; i < ports->n; i++) {
		const struct port_item
		    *item = &ports->items[ports->ports[i].item];

		if (item->path)
			add_entry(s, item->name, i, AF_UNSPEC);
		else
			for (j = 0; j < hosts->n; j++)
				add_entry(s, hosts->hosts[j], i, family);
	}
}

void
portset_free(struct portset *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct entry_extra *x = s->entries[i].extra;

		if (x != NULL) {
			free(x->note);
			free(x->reply);
			free(x);
		}
	}
	free(s->entries);
	free(s->dialogues);
	*s = (struct portset){ 0 };
}

void
portset_tell(struct portset *s, const struct target *t, const struct result *r)
{
	struct entry *e =
	    &s->entries[(const struct entry *)(const void *)t - s->entries];

	e->told = true;
	e->outcome = (uint8_t)r->outcome;
	e->err = (uint16_t)r->cause.err;
	e->origin = (uint8_t)r->cause.origin;
	e->icmp_v6 = r->cause.icmp_v6;
	e->icmp_type = r->cause.icmp_type;
	e->icmp_code = r->cause.icmp_code;
	e->time_us = saturate(r->time_us);
	e->rtt_us = saturate(r->rtt_us);
	keep_extra(e, r);
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

struct portset_summary
portset_summarize(const struct portset *s, const struct portset_policy *p)
{
	struct portset_summary sum = { .total = s->n };
	enum state lag = STATE_OK;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		enum state slow = entry_lag(e, p);

		sum.ports[outcome_port((enum outcome)e->outcome)]++;
		if (entry_met(s, e))
			sum.met++;
		else if (entry_unasked(e))
			sum.unasked++;
		else
			sum.failed++;
		sum.lagging += slow != STATE_OK;
		lag = state_worst(lag, slow);
	}
	if (p->at_least > 0)
		sum.state = sum.met >= p->at_least         ? STATE_OK
		    : sum.met + sum.unasked >= p->at_least ? STATE_UNKNOWN
							   : STATE_CRITICAL;
	else if (share_alerts(&p->critical, sum.failed, sum.total))
		sum.state = STATE_CRITICAL;
	else if (share_alerts(&p->warning, sum.failed, sum.total))
		sum.state = STATE_WARNING;
	if (sum.unasked > 0 && p->at_least == 0)
		sum.state = state_worst(sum.state, STATE_UNKNOWN);
	sum.state = state_worst(sum.state, lag);
	return sum;
}

const struct port_item *
entry_item(const struct portset *s, const struct entry *e)
{
	return &s->ports->items[s->ports->ports[e->port].item];
}

bool
entry_met(const struct portset *s, const struct entry *e)
{
	const struct result r = {
		.outcome = (enum outcome)e->outcome,
		.cause = { e->err, .origin = (enum origin)e->origin },
	};
	enum expected expected = entry_item(s, e)->expected;

	if (expected == EXPECTED_FILTERED && !result_told(&r))
		return false;
	return e->told && expected_met(expected, r.outcome);
}

bool
entry_unasked(const struct entry *e)
{
	return outcome_default_state((enum outcome)e->outcome) == STATE_UNKNOWN;
}

double
entry_latency(const struct entry *e)
{
	if (e->outcome != OUTCOME_OK)
		return NAN;
	if (e->rtt_us != ENTRY_NO_TIME)
		return e->rtt_us / 1e6;
	return e->time_us != ENTRY_NO_TIME ? e->time_us / 1e6 : (double)NAN;
}

enum state
entry_lag(const struct entry *e, const struct portset_policy *p)
{
	double ms = entry_latency(e) * 1e3;

	if (isnan(ms))
		return STATE_OK;
	if (p->has_lag_critical && range_alerts(&p->lag_critical, ms))
		return STATE_CRITICAL;
	if (p->has_lag_warning && range_alerts(&p->lag_warning, ms))
		return STATE_WARNING;
	return STATE_OK;
}

void
entry_name(struct text *t, const struct portset *s, const struct entry *e)
{
	const struct port_item *item = entry_item(s, e);

	if (!item->path) {
		text_escape_string(t, e->target.host);
		text_puts(t, "/");
	}
	if (item->name != NULL)
		text_escape_string(t, item->name);
	else
		text_printf(t, "tcp/%u", e->target.port);
}

void
entry_reason(struct text *t, const struct entry *e)
{
	struct result r;

	restore(e, &r);
	report_reason(t, &r);
	if (e->outcome == OUTCOME_MISMATCH && e->extra != NULL &&
	    e->extra->reply != NULL && e->extra->reply[0] != '\0')
		text_printf(t, ": %s", e->extra->reply);
}

static void
add_entry(struct portset *s, const char *host, size_t port, int family)
{
	const struct port *p = &s->ports->ports[port];

	s->entries[s->n++] = (struct entry){
		.target = { host, p->number, family, &s->dialogues[p->item] },
		.port = (uint32_t)port,
		.outcome = OUTCOME_NOT_PROBED,
		.time_us = ENTRY_NO_TIME,
		.rtt_us = ENTRY_NO_TIME,
	};
}

static uint32_t
saturate(int64_t us)
{
	if (us == RESULT_NONE)
		return ENTRY_NO_TIME;
	return us < ENTRY_NO_TIME ? (uint32_t)us : ENTRY_NO_TIME - 1;
}

static void
keep_extra(struct entry *e, const struct result *r)
{
	bool named = r->resolve_us != RESULT_NONE;

	if (!named && r->cause.origin != ORIGIN_ICMP && r->note == NULL &&
	    r->reply.len == 0)
		return;
	e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->addr = r->addr;
	e->extra->from = r->cause.from;
	if (r->note != NULL)
		e->extra->note = xstrdup(r->note);
	if (r->reply.len > 0)
		e->extra->reply = escaped(&r->reply);
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
share_alerts(const struct share *s, size_t failed, size_t total)
{
	double value = (double)failed;

	if (s->percent)
		value = total > 0 ? value * 100 / (double)total : 0;
	return s->set && range_alerts(&s->range, value);
}
