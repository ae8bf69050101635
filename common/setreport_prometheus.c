/* SPDX-License-Identifier: ISC */
/*
 * The text format of Prometheus (version 0.0.4), for the textfile collector of
 * node_exporter, described in portstate-formats(5).
 *
 * The lines of a family stand together, so that the entries are gone through
 * once for each.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report.h"
#include "setreport.h"

/* A value of an entry, or NAN: it has none, and no line. */
typedef double value_fn(const struct setreport *, const struct entry *);

static value_fn is_up, is_open, latency, least, longest, response, probes, lost,
    expiry;

/* Families of one value an entry; days are seconds here, as everywhere. */
static const struct family {
	const char *name;
	const char *help;
	value_fn *value;
	bool whole;  /* a whole number */
	bool probed; /* only where ports are asked many times */
} families[] = {
	{ "up", "Whether the port is as expected.", is_up, true, false },
	{ "open", "Whether the port is open.", is_open, true, false },
	{ "latency_seconds", "Latency of the port, of many probes the average.",
	    latency, false, false },
	{ "latency_min_seconds", "Least latency of the probes.", least, false,
	    true },
	{ "latency_max_seconds", "Longest latency of the probes.", longest,
	    false, true },
	{ "response_seconds", "Time until the port was judged.", response,
	    false, false },
	{ "probes", "How often the port was asked in this run.", probes, true,
	    true },
	{ "probes_lost", "How many of these probes had no answer.", lost, true,
	    true },
	{ "cert_expiry_timestamp_seconds",
	    "When the first of the certificates expires, in Unix time.", expiry,
	    true, false },
	{ "last_probe_timestamp_seconds",
	    "When the port was last asked, in Unix time.", setreport_asked,
	    false, false },
};

static const enum port_state states[] = { PORT_OPEN, PORT_CLOSED, PORT_FILTERED,
	PORT_OPEN_FILTERED, PORT_UNKNOWN };
#define N_STATES (sizeof(states) / sizeof(states[0]))

static void family(struct text *, const struct setreport *,
    const struct family *);
static void state_set(struct text *, const struct setreport *);
static void outcomes(struct text *, const struct setreport *);
static void run(struct text *, const struct setreport *);
static void of_run(struct text *, const struct setreport *, const char *,
    const char *);
static void run_label(struct text *, const struct setreport *, const char *);
static void head(struct text *, const char *, const char *);
static void labels(struct text *, const struct setreport *,
    const struct entry *);
static void quoted(struct text *, const char *);

void
setreport_prometheus(struct text *t, const struct setreport *r)
{
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!families[i].probed || r->set->stats != NULL)
			family(t, r, &families[i]);
	state_set(t, r);
	outcomes(t, r);
	run(t, r);
}

/* A family without a value is not named. */
static void
family(struct text *t, const struct setreport *r, const struct family *f)
{
	bool any = false;
	size_t i;

	for (i = 0; i < r->set->n; i++) {
		const struct entry *e = &r->set->entries[i];
		double value = f->value(r, e);

		if (isnan(value))
			continue;
		if (!any)
			head(t, f->name, f->help);
		any = true;
		text_printf(t, "portstate_port_%s{", f->name);
		labels(t, r, e);
		text_printf(t, f->whole ? "} %.0f\n" : "} %.6f\n", value);
		setreport_flush(t, r);
	}
}

/* One of its states is 1, the others are 0: none of them is ever missing. */
static void
state_set(struct text *t, const struct setreport *r)
{
	size_t i, j;

	head(t, "state", "State of the port: the one that is 1.");
	for (i = 0; i < r->set->n; i++) {
		const struct entry *e = &r->set->entries[i];
		struct text l;

		text_init(&l, SIZE_MAX / 2);
		labels(&l, r, e);
		for (j = 0; j < N_STATES; j++)
			text_printf(t,
			    "portstate_port_state{%s,state=\"%s\"} %d\n",
			    l.data, port_state_name(states[j]),
			    entry_port(e) == states[j]);
		text_free(&l);
		setreport_flush(t, r);
	}
}

/* There are too many outcomes for a set of them. */
static void
outcomes(struct text *t, const struct setreport *r)
{
	size_t i;

	head(t, "outcome_info", "What asking the port came to, as a label.");
	for (i = 0; i < r->set->n; i++) {
		const struct entry *e = &r->set->entries[i];

		text_puts(t, "portstate_port_outcome_info{");
		labels(t, r, e);
		text_printf(t, ",outcome=\"%s\",expected=\"%s\"} 1\n",
		    outcome_name((enum outcome)e->finding),
		    expected_name(entry_ask(r->set, e)->expected));
		setreport_flush(t, r);
	}
}

static void
run(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	size_t i;

	of_run(t, r, "run_state",
	    "State of the run: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
	text_printf(t, "%d\n", (int)s->state);
	of_run(t, r, "run_timestamp_seconds", "When the run ended.");
	text_printf(t, "%" PRId64 "\n", r->wall_s);
	of_run(t, r, "run_duration_seconds", "How long the run took.");
	text_printf(t, "%.6f\n", (double)r->took_us / 1e6);
	of_run(t, r, "entries_failed", "Ports that are not as expected.");
	text_printf(t, "%zu\n", s->failed);
	of_run(t, r, "entries_not_probed", "Ports that could not be asked.");
	text_printf(t, "%zu\n", s->unasked);
	of_run(t, r, "entries_worth_unknown",
	    "Ports that were asked and are worth UNKNOWN.");
	text_printf(t, "%zu\n", s->unknown);
	of_run(t, r, "hosts_down", "Hosts with nothing as expected.");
	text_printf(t, "%zu\n", s->down);
	text_puts(t,
	    "# HELP portstate_entries Ports in each state.\n"
	    "# TYPE portstate_entries gauge\n");
	for (i = 0; i < N_STATES; i++) {
		text_printf(t, "portstate_entries{state=\"%s\"",
		    port_state_name(states[i]));
		run_label(t, r, ",");
		text_printf(t, "} %zu\n", s->ports[states[i]]);
	}
	text_puts(t,
	    "# HELP portstate_build_info The program that made this.\n"
	    "# TYPE portstate_build_info gauge\n"
	    "portstate_build_info{version=\"" PACKAGE_VERSION "\"");
	run_label(t, r, ",");
	text_puts(t, "} 1\n");
}

/* The head of a family, and its only line up to the value. */
static void
of_run(struct text *t, const struct setreport *r, const char *name,
    const char *help)
{
	text_printf(t,
	    "# HELP portstate_%s %s\n# TYPE portstate_%s gauge\nportstate_%s",
	    name, help, name, name);
	if (r->run != NULL) {
		text_puts(t, "{");
		run_label(t, r, "");
		text_puts(t, "}");
	}
	text_puts(t, " ");
}

/* So that the files of many runs have no line in common. */
static void
run_label(struct text *t, const struct setreport *r, const char *before)
{
	struct text name;

	if (r->run == NULL)
		return;
	text_init(&name, REPORT_MAX);
	text_escape_string(&name, r->run);
	text_printf(t, "%srun=\"", before);
	quoted(t, name.data);
	text_puts(t, "\"");
	text_free(&name);
}

static void
head(struct text *t, const char *name, const char *help)
{
	text_printf(t,
	    "# HELP portstate_port_%s %s\n# TYPE portstate_port_%s gauge\n",
	    name, help, name);
}

/* Those that every line of an entry has. */
static void
labels(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_host *host = entry_host(r->set, e);
	const struct ask *ask = entry_ask(r->set, e);
	struct text name;

	text_init(&name, REPORT_MAX);
	entry_name(&name, r->set, e);
	text_puts(t, "name=\"");
	quoted(t, name.data);
	text_puts(t, "\",host=\"");
	text_truncate(&name, 0);
	if (host != NULL)
		text_escape(&name, host->name, strlen(host->name), REPORT_MAX);
	quoted(t, name.data);
	text_puts(t, "\",port=\"");
	if (!ask->path)
		text_printf(t, "%u", e->target.port);
	text_printf(t, "\",transport=\"%s\",protocol=\"%s\"",
	    setreport_transport(r, e),
	    ask->protocol != NULL ? ask->protocol : "");
	if (ask->path != NULL) {
		text_puts(t, ",path=\"");
		text_truncate(&name, 0);
		text_escape(&name, ask->path, strlen(ask->path), REPORT_MAX);
		quoted(t, name.data);
		text_puts(t, "\"");
	}
	text_free(&name);
}

/* Of a text that is escaped, only these two characters have to be once more. */
static void
quoted(struct text *t, const char *s)
{
	size_t plain;

	while (s[plain = strcspn(s, "\\\"")] != '\0') {
		text_put(t, s, plain);
		text_puts(t, "\\");
		text_put(t, s + plain, 1);
		s += plain + 1;
	}
	text_put(t, s, plain);
}

static double
is_up(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_met(e);
}

static double
is_open(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_port(e) == PORT_OPEN;
}

static double
latency(const struct setreport *r, const struct entry *e)
{
	return entry_latency(r->set, e);
}

static double
least(const struct setreport *r, const struct entry *e)
{
	return setreport_least(entry_stats(r->set, e));
}

static double
longest(const struct setreport *r, const struct entry *e)
{
	return setreport_longest(entry_stats(r->set, e));
}

static double
response(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return setreport_seconds(e->time_us);
}

static double
probes(const struct setreport *r, const struct entry *e)
{
	const struct entry_stats *s = entry_stats(r->set, e);

	return s != NULL ? s->probes : (double)NAN;
}

static double
lost(const struct setreport *r, const struct entry *e)
{
	const struct entry_stats *s = entry_stats(r->set, e);

	return s != NULL ? s->lost : (double)NAN;
}

static double
expiry(const struct setreport *r, const struct entry *e)
{
	const struct entry_tls *tls = e->extra != NULL ? e->extra->tls : NULL;

	(void)r;
	return tls != NULL && tls->has_first ? (double)tls->first.not_after_s
					     : (double)NAN;
}
