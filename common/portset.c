/* SPDX-License-Identifier: ISC */
#include "portset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "datagram_probe.h"
#include "report.h"
#include "tls.h"
#include "xalloc.h"

/* Of what a peer sent. */
#define REPLY_BYTES 200

#define REASON_BYTES 2000

/*
 * Who told of fewer closed ports has not shown that it limits that, unless some
 * had to be asked again for it.
 */
#define TOLD_MIN 5

static void build_dialogue(struct portset *, size_t);
static void build_inquiries(struct portset *);
static const struct inquiry *inquiry_for(const struct portset *,
    const struct port *);
static struct tls_context *tls_for(struct portset *, const struct proto *);
static void add_entry(struct portset *, const char *, size_t, int);
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
static bool share_alerts(const struct share *, size_t, size_t);

/*
 * Hosts change fastest: neighbours in the queue are asked of different hosts.
 */
void
portset_init(struct portset *s, const struct hostlist *hosts,
    const struct portlist *ports, int family, const struct portset_tls *tls)
{
	size_t i, j, paths = 0;

	*s = (struct portset){ .hosts = hosts, .ports = ports };
	if (tls != NULL)
		s->tls = *tls;
	else
		policy_init(&s->tls.policy);
	s->anonymous = s->tls.conf;
	s->anonymous.anonymous = true;
	s->dialogues = xcalloc(ports->n_items, sizeof(s->dialogues[0]));
	for (i = 0; i < ports->n_items; i++)
		build_dialogue(s, i);
	build_inquiries(s);
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
			free(x->why);
			free(x->tls);
			free(x);
		}
	}
	free(s->entries);
	for (i = 0; s->ports != NULL && i < s->ports->n_items; i++)
		if (s->ports->items[i].proto->tls)
			free((struct step *)(uintptr_t)s->dialogues[i].steps);
	free(s->dialogues);
	free(s->inquiries);
	tls_context_free(s->context);
	tls_context_free(s->anonymous_context);
	*s = (struct portset){ 0 };
}

size_t
portset_count_tls(const struct portset *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += entry_item(s, &s->entries[i])->tls;
	return n;
}

void
portset_tell(struct portset *s, const struct target *t, const struct result *r)
{
	const struct verdict v = verdict_of(&s->tls.policy, r);
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
	e->finding = (uint8_t)v.told;
	e->dates = (uint8_t)v.dates;
	keep_extra(e, r, &v);
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
	struct portset_summary sum = { .total = s->n,
		.cert_days = (double)NAN };
	enum state lag = STATE_OK;
	size_t i, told, of;

	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		enum state slow = entry_lag(e, p);
		double days = entry_cert_days(e);

		sum.ports[outcome_port((enum outcome)e->outcome)]++;
		if (entry_met(s, e))
			sum.met++;
		else if (entry_unasked(e))
			sum.unasked++;
		else
			sum.failed++;
		sum.expiring += entry_expiring(s, e);
		if (!isnan(days) && !(sum.cert_days <= days))
			sum.cert_days = days;
		sum.lagging += slow != STATE_OK;
		lag = state_worst(lag, slow);
	}
	for (i = 0; i < s->hosts->n; i++)
		if (portset_limited(s, i, &told, &of)) {
			sum.limited++;
			sum.told += told;
			sum.told_of += of;
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
	if (sum.expiring > 0)
		sum.state = state_worst(sum.state, STATE_WARNING);
	sum.state = state_worst(sum.state, lag);
	return sum;
}

bool
portset_limited(const struct portset *s, size_t host, size_t *told, size_t *of)
{
	size_t i, late = 0, silent = 0;

	*told = 0;
	for (i = host; i < s->n && s->inquiries != NULL; i += s->hosts->n) {
		const struct entry *e = &s->entries[i];

		if (entry_item(s, e)->path)
			break;
		if (!entry_item(s, e)->udp)
			continue;
		silent += outcome_port((enum outcome)e->outcome) ==
		    PORT_OPEN_FILTERED;
		if (e->outcome != OUTCOME_REFUSED || e->origin != ORIGIN_ICMP)
			continue;
		(*told)++;
		late += e->time_us != ENTRY_NO_TIME &&
		    e->time_us >= DATAGRAM_PROBE_AGAIN_US;
	}
	*of = *told + silent;
	return (*told >= TOLD_MIN || late > 0) && silent >= *told;
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
	if (e->dates == STATE_CRITICAL || outcome_distrusts(r.outcome))
		return false;
	return e->told && expected_met(expected, r.outcome);
}

bool
entry_expiring(const struct portset *s, const struct entry *e)
{
	return e->dates != STATE_OK && entry_met(s, e);
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
	if (item->udp)
		text_puts(t, "udp/");
	if (item->name != NULL)
		text_escape_string(t, item->name);
	else
		text_printf(t, item->udp ? "%u" : "tcp/%u", e->target.port);
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

/* TLS from the first byte is a step in front of those of the protocol. */
static void
build_dialogue(struct portset *s, size_t i)
{
	const struct port_item *item = &s->ports->items[i];
	const struct proto *p = item->proto;
	struct dialogue *d = &s->dialogues[i];
	struct step *steps;
	size_t j;

	*d = (struct dialogue){ p->steps, p->n, p->quit, DIALOGUE_QUIET_US,
		DIALOGUE_MAX_BYTES };
	if (item->tls)
		d->tls = tls_for(s, p);
	if (p->tls) {
		steps = xcalloc(p->n + 1, sizeof(steps[0]));
		steps[0].kind = STEP_TLS;
		for (j = 0; j < p->n; j++)
			steps[j + 1] = p->steps[j];
		d->steps = steps;
		d->n++;
	}
}

static void
build_inquiries(struct portset *s)
{
	const struct datagram *d;
	size_t i, n = 0;

	if (s->ports->udp.item == NULL)
		return;
	while (datagram_row(n) != NULL)
		n++;
	s->inquiries = xcalloc(n + 1, sizeof(s->inquiries[0]));
	inquiry_init(&s->inquiries[0], NULL);
	for (i = 0; (d = datagram_row(i)) != NULL; i++)
		inquiry_init(&s->inquiries[i + 1], d);
}

/* Of a port of UDP; else NULL. */
static const struct inquiry *
inquiry_for(const struct portset *s, const struct port *p)
{
	const struct port_item *item = &s->ports->items[p->item];
	const struct datagram *d = item->datagram;

	if (!item->udp)
		return NULL;
	if (d == NULL)
		d = datagram_of_port(p->number);
	return &s->inquiries[d != NULL ? d - datagram_row(0) + 1 : 0];
}

static struct tls_context *
tls_for(struct portset *s, const struct proto *p)
{
	bool anonymous = p->anonymous &&
	    !policy_wants_cert(&s->tls.policy, s->tls.conf.verify);
	struct tls_context **c = anonymous ? &s->anonymous_context
					   : &s->context;

	if (*c == NULL)
		*c = tls_context_new(anonymous ? &s->anonymous : &s->tls.conf);
	return *c;
}

static void
add_entry(struct portset *s, const char *host, size_t port, int family)
{
	const struct port *p = &s->ports->ports[port];

	s->entries[s->n++] = (struct entry){
		.target = { host, p->number, family, &s->dialogues[p->item],
		    inquiry_for(s, p) },
		.port = (uint32_t)port,
		.outcome = OUTCOME_NOT_PROBED,
		.finding = OUTCOME_NOT_PROBED,
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
keep_extra(struct entry *e, const struct result *r, const struct verdict *v)
{
	bool named = r->resolve_us != RESULT_NONE;
	char *why = why_of(e, r, v);

	if (!named && r->cause.origin != ORIGIN_ICMP && r->note == NULL &&
	    r->reply.len == 0 && r->handshake == NULL && why == NULL)
		return;
	e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->addr = r->addr;
	e->extra->from = r->cause.from;
	if (r->note != NULL)
		e->extra->note = xstrdup(r->note);
	if (r->reply.len > 0)
		e->extra->reply = escaped(&r->reply);
	e->extra->why = why;
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
	    outcome_distrusts(o) ||
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
	if (r->outcome != OUTCOME_MISMATCH &&
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

static bool
share_alerts(const struct share *s, size_t failed, size_t total)
{
	double value = (double)failed;

	if (s->percent)
		value = total > 0 ? value * 100 / (double)total : 0;
	return s->set && range_alerts(&s->range, value);
}
