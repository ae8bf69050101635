/* SPDX-License-Identifier: ISC */
/*
 * Comma-separated values (RFC 4180), a line for each entry, described in
 * portstate-formats(5).
 */
#include <math.h>
#include <string.h>

#include "report.h"
#include "setreport.h"

/* New columns are put at the end, where they break no reader. */
static const char header[] =
    "name,host,address,port,transport,protocol,expected,state,ok,severity,"
    "outcome,reason,time,rtt,probes,lost,min,avg,max,cert_days,perfdata,note,"
    "path\r\n";

/* What makes a cell a formula, by what others have found out. */
static const char formula[] = "=+-@\t\r";

static void row(struct text *, const struct setreport *, const struct entry *);
static void what(struct text *, const struct setreport *, const struct entry *);
static void figures(struct text *, const struct setreport *,
    const struct entry *);
static void path(struct text *, const char *);
static void cell(struct text *, const char *);
static void seconds(struct text *, double);

void
setreport_csv(struct text *t, const struct setreport *r)
{
	size_t i;

	text_puts(t, header);
	for (i = 0; i < r->set->n; i++) {
		row(t, r, &r->set->entries[i]);
		setreport_flush(t, r);
	}
}

static void
row(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct entry_extra *x = e->extra;
	struct text reason;

	what(t, r, e);
	text_printf(t, ",%s,%s,%s,%s,%s,",
	    expected_name(entry_ask(r->set, e)->expected),
	    port_state_name(entry_port(e)), entry_met(e) ? "true" : "false",
	    state_name(entry_state(r->set, e, r->policy)),
	    outcome_name((enum outcome)e->finding));
	text_init(&reason, REPORT_MAX);
	entry_reason(&reason, e);
	cell(t, reason.data);
	text_free(&reason);
	figures(t, r, e);
	text_puts(t, ",");
	cell(t, x != NULL ? x->perfdata : NULL);
	text_puts(t, ",");
	cell(t, x != NULL ? x->reply : NULL);
	text_puts(t, ",");
	path(t, entry_ask(r->set, e)->path);
	text_puts(t, "\r\n");
}

static void
what(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_host *host = entry_host(r->set, e);
	const struct ask *ask = entry_ask(r->set, e);
	struct text s;

	text_init(&s, REPORT_MAX);
	entry_name(&s, r->set, e);
	cell(t, s.data);
	text_puts(t, ",");
	text_truncate(&s, 0);
	if (host != NULL)
		text_escape_string(&s, host->name);
	cell(t, s.data);
	text_puts(t, ",");
	text_truncate(&s, 0);
	setreport_address(&s, e);
	cell(t, s.data);
	text_free(&s);
	text_puts(t, ",");
	if (!ask->path)
		text_printf(t, "%u", e->target.port);
	text_printf(t, ",%s,", setreport_transport(r, e));
	cell(t, ask->protocol);
}

static void
figures(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct entry_stats *stats = entry_stats(r->set, e);
	double days = entry_cert_days(e);

	seconds(t, setreport_seconds(e->time_us));
	seconds(t, setreport_seconds(e->rtt_us));
	if (stats != NULL)
		text_printf(t, ",%u,%u", stats->probes, stats->lost);
	else
		text_puts(t, ",,");
	seconds(t, setreport_least(stats));
	seconds(t, stats != NULL ? entry_latency(r->set, e) : (double)NAN);
	seconds(t, setreport_longest(stats));
	text_puts(t, ",");
	if (!isnan(days))
		text_printf(t, "%.6f", days);
}

/* Of a Unix socket, as the user wrote it; NULL: it is none. */
static void
path(struct text *t, const char *s)
{
	struct text escaped;

	if (s == NULL)
		return;
	text_init(&escaped, REPORT_MAX);
	text_escape_string(&escaped, s);
	cell(t, escaped.data);
	text_free(&escaped);
}

/* NULL is empty. */
static void
cell(struct text *t, const char *s)
{
	const char *quote;

	if (s == NULL)
		return;
	if (s[strcspn(s, ",\"\r\n")] == '\0') {
		if (s[0] != '\0' && strchr(formula, s[0]) != NULL)
			text_puts(t, "'");
		text_puts(t, s);
		return;
	}
	text_puts(t, "\"");
	if (strchr(formula, s[0]) != NULL)
		text_puts(t, "'");
	for (; (quote = strchr(s, '"')) != NULL; s = quote + 1) {
		text_put(t, s, (size_t)(quote - s));
		text_puts(t, "\"\"");
	}
	text_puts(t, s);
	text_puts(t, "\"");
}

static void
seconds(struct text *t, double s)
{
	text_puts(t, ",");
	if (!isnan(s))
		text_printf(t, "%.6f", s);
}
