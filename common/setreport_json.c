/* SPDX-License-Identifier: ISC */
/*
 * One JSON object (RFC 8259), described in portstate-formats(5).
 */
#include <math.h>

#include "json.h"
#include "report.h"
#include "setreport.h"

/* Raised when a change may break a reader. */
#define FORMAT_VERSION 1

static void entry(struct text *, const struct setreport *,
    const struct entry *);
static void member(struct text *, const char *, const char *);
static void member_tls(struct text *, const struct entry *);
static void member_address(struct text *, const struct entry *);
static void member_probes(struct text *, const struct setreport *,
    const struct entry *);
static void member_asked(struct text *, const struct setreport *,
    const struct entry *);
static void member_seconds(struct text *, const char *, double);

void
setreport_json(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	size_t i;

	text_printf(t, "{\"version\":%d,\"state\":\"%s\",\"summary\":{",
	    FORMAT_VERSION, state_name(s->state));
	text_printf(t,
	    "\"total\":%zu,\"as_expected\":%zu,\"failed\":%zu,\"open\":%zu,"
	    "\"closed\":%zu,\"filtered\":%zu,\"open_filtered\":%zu,"
	    "\"unknown\":%zu,\"expiring\":%zu,\"warned\":%zu,"
	    "\"not_probed\":%zu,\"worth_unknown\":%zu,\"slow\":%zu,\"clock_off\":%zu,"
	    "\"hosts_down\":%zu},\n\"entries\":[",
	    s->total, s->met, s->failed, s->ports[PORT_OPEN],
	    s->ports[PORT_CLOSED], s->ports[PORT_FILTERED],
	    s->ports[PORT_OPEN_FILTERED], s->ports[PORT_UNKNOWN], s->expiring,
	    s->warned, s->unasked, s->unknown, s->lagging, s->astray, s->down);
	for (i = 0; i < r->set->n; i++) {
		text_puts(t, i > 0 ? ",\n" : "\n");
		entry(t, r, &r->set->entries[i]);
		setreport_flush(t, r);
	}
	text_puts(t, "\n]}\n");
}

static void
entry(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_host *host = entry_host(r->set, e);
	const struct ask *ask = entry_ask(r->set, e);
	enum port_state port = entry_port(e);
	bool open = port == PORT_OPEN;
	struct text name, reason;

	text_init(&name, REPORT_MAX);
	entry_name(&name, r->set, e);
	text_init(&reason, REPORT_MAX);
	entry_reason(&reason, e);
	text_puts(t, "{");
	member(t, "\"name\":", name.data);
	member(t, ",\"host\":", host != NULL ? host->name : NULL);
	member_address(t, e);
	if (ask->path)
		text_puts(t, ",\"port\":null");
	else
		text_printf(t, ",\"port\":%u", e->target.port);
	member(t, ",\"transport\":", setreport_transport(r, e));
	member(t, ",\"protocol\":", ask->protocol);
	member(t, ",\"path\":", ask->path);
	member(t, ",\"expected\":", expected_name(ask->expected));
	member(t, ",\"state\":", port_state_name(port));
	text_printf(t, ",\"open\":%s,\"ok\":%s", open ? "true" : "false",
	    entry_met(e) ? "true" : "false");
	member(t,
	    ",\"severity\":", state_name(entry_state(r->set, e, r->policy)));
	member(t, ",\"outcome\":", outcome_name((enum outcome)e->finding));
	member(t, ",\"reason\":", reason.len > 0 ? reason.data : NULL);
	member(t, ",\"closed_reason\":",
	    reason.len > 0 && !open ? reason.data : NULL);
	member(t, ",\"note\":", e->extra != NULL ? e->extra->reply : NULL);
	member_seconds(t, "time", setreport_seconds(e->time_us));
	member_seconds(t, "rtt", setreport_seconds(e->rtt_us));
	member_probes(t, r, e);
	member(t,
	    ",\"perfdata\":", e->extra != NULL ? e->extra->perfdata : NULL);
	member_tls(t, e);
	member_asked(t, r, e);
	text_puts(t, "}");
	text_free(&reason);
	text_free(&name);
}

static void
member(struct text *t, const char *key, const char *value)
{
	json_member(t, key, value, JSON_ALL);
}

static void
member_tls(struct text *t, const struct entry *e)
{
	const struct entry_tls *tls = e->extra != NULL ? e->extra->tls : NULL;

	if (tls == NULL) {
		text_puts(t, ",\"tls\":null");
		return;
	}
	member(t, ",\"tls\":{\"version\":", tls->version);
	if (tls->has_first) {
		text_printf(t, ",\"cert_days\":%.6f,\"certificate\":{",
		    entry_cert_days(e));
		report_tls_json(t, &tls->first, JSON_ALL);
		text_puts(t, "}}");
	} else {
		text_puts(t, ",\"cert_days\":null,\"certificate\":null}");
	}
}

static void
member_address(struct text *t, const struct entry *e)
{
	struct text address;

	text_init(&address, REPORT_MAX);
	setreport_address(&address, e);
	member(t, ",\"address\":", address.len > 0 ? address.data : NULL);
	text_free(&address);
}

static void
member_probes(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct entry_stats *s = entry_stats(r->set, e);

	if (s == NULL) {
		text_puts(t, ",\"probes\":null");
		return;
	}
	text_printf(t, ",\"probes\":{\"sent\":%u,\"lost\":%u", s->probes,
	    s->lost);
	member_seconds(t, "min", setreport_least(s));
	member_seconds(t, "avg", entry_latency(r->set, e));
	member_seconds(t, "max", setreport_longest(s));
	text_puts(t, "}");
}

/* Of a run there is none: all of it is now. */
static void
member_asked(struct text *t, const struct setreport *r, const struct entry *e)
{
	if (r->set->asked_us != NULL)
		member_seconds(t, "last_probe", setreport_asked(r, e));
}

static void
member_seconds(struct text *t, const char *key, double seconds)
{
	if (isnan(seconds))
		text_printf(t, ",\"%s\":null", key);
	else
		text_printf(t, ",\"%s\":%.6f", key, seconds);
}
