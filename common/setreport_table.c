/* SPDX-License-Identifier: ISC */
/*
 * One aligned line an entry, for people.
 */
#include <math.h>
#include <stdio.h>

#include "report.h"
#include "setreport.h"

static void summary(struct text *, const struct portset_summary *);
static int name_width(const struct setreport *);
static void row(struct text *, const struct setreport *, const struct entry *,
    int);
static void probes(struct text *, const struct entry_stats *);
static void milliseconds(char *, size_t, double);
static const char *colour(const struct setreport *, const struct entry *);

void
setreport_table(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	int width = name_width(r);
	size_t i;

	text_printf(t, "%-*s  %-8s  %-8s  %11s", width, "NAME", "STATE",
	    "EXPECTED", "TIME");
	if (r->set->stats != NULL)
		text_printf(t, "  %6s  %11s  %11s", "LOSS", "MIN", "MAX");
	text_puts(t, "  REASON\n");
	for (i = 0; i < r->set->n; i++) {
		row(t, r, &r->set->entries[i], width);
		setreport_flush(t, r);
	}
	summary(t, s);
	text_puts(t, "\n");
	if (r->verbosity > 0)
		text_printf(t, "%s\n", r->limits);
}

static void
summary(struct text *t, const struct portset_summary *s)
{
	text_printf(t,
	    "%s: %zu of %zu as expected; %zu open, %zu closed, "
	    "%zu filtered, %zu unknown",
	    state_name(s->state), s->met, s->total, s->ports[PORT_OPEN],
	    s->ports[PORT_CLOSED], s->ports[PORT_FILTERED],
	    s->ports[PORT_UNKNOWN]);
	if (s->ports[PORT_OPEN_FILTERED] > 0)
		text_printf(t, ", %zu open|filtered",
		    s->ports[PORT_OPEN_FILTERED]);
	if (s->warned > 0)
		text_printf(t, "; %zu only a warning", s->warned);
	if (s->unasked > 0)
		text_printf(t, "; %zu not probed", s->unasked);
	if (s->unknown > 0)
		text_printf(t, "; %zu worth UNKNOWN", s->unknown);
	if (s->limited > 0)
		text_printf(t, "; ICMP limited: %zu of %zu told", s->told,
		    s->told_of);
	if (s->expiring > 0)
		text_printf(t, "; %zu expiring", s->expiring);
	if (s->astray > 0)
		text_printf(t, "; %zu clock off", s->astray);
	if (s->down > 0)
		text_printf(t, "; %zu %s", s->down,
		    setreport_hosts_down(s->down));
}

static int
name_width(const struct setreport *r)
{
	size_t i, width = sizeof("NAME") - 1;
	struct text name;

	for (i = 0; i < r->set->n; i++) {
		text_init(&name, REPORT_MAX);
		entry_name(&name, r->set, &r->set->entries[i]);
		if (name.len > width)
			width = name.len;
		text_free(&name);
	}
	return (int)width;
}

static void
row(struct text *t, const struct setreport *r, const struct entry *e, int width)
{
	const char *state = port_state_name(entry_port(e));
	const char *on = colour(r, e);
	struct text name;
	char time[24];

	milliseconds(time, sizeof(time), entry_judged(r->set, e, r->policy));
	text_init(&name, REPORT_MAX);
	entry_name(&name, r->set, e);
	text_printf(t, "%-*s  %s%-8s%s  %-8s  %11s", width, name.data, on,
	    state, on[0] != '\0' ? "\033[0m" : "",
	    expected_name(entry_ask(r->set, e)->expected), time);
	text_free(&name);
	if (r->set->stats != NULL)
		probes(t, entry_stats(r->set, e));
	setreport_reason(t, "  ", e, "");
	text_puts(t, "\n");
}

/* NULL: it is asked once. */
static void
probes(struct text *t, const struct entry_stats *s)
{
	char min[24], max[24], loss[24] = "-";

	milliseconds(min, sizeof(min), setreport_least(s));
	milliseconds(max, sizeof(max), setreport_longest(s));
	if (s != NULL && s->probes > 0)
		(void)snprintf(loss, sizeof(loss), "%.1f%%",
		    100.0 * s->lost / s->probes);
	text_printf(t, "  %6s  %11s  %11s", loss, min, max);
}

static void
milliseconds(char *out, size_t size, double seconds)
{
	if (isnan(seconds))
		(void)snprintf(out, size, "-");
	else
		(void)snprintf(out, size, "%.3f ms", seconds * 1e3);
}

/* Green as expected, red not, yellow where it is told or worth only half. */
static const char *
colour(const struct setreport *r, const struct entry *e)
{
	if (!r->colour)
		return "";
	if (entry_state(r->set, e, r->policy) == STATE_OK)
		return "\033[32m";
	return entry_failed(e) && !entry_warned(e) ? "\033[31m" : "\033[33m";
}
