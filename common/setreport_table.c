/* SPDX-License-Identifier: ISC */
/*
 * One aligned line an entry, for people.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "setreport.h"

/* Written in pieces of about this size. */
#define PIECE 32768

static int name_width(const struct setreport *);
static void row(struct text *, const struct setreport *, const struct entry *,
    int);
static const char *colour(const struct setreport *, const struct entry *);

void
setreport_table(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	int width = name_width(r);
	size_t i;

	text_printf(t, "%-*s  %-8s  %-8s  %11s  %s\n", width, "NAME", "STATE",
	    "EXPECTED", "TIME", "REASON");
	for (i = 0; i < r->set->n; i++) {
		row(t, r, &r->set->entries[i], width);
		if (t->len > PIECE)
			r->flush(t);
	}
	text_printf(t,
	    "%s: %zu of %zu as expected; %zu open, %zu closed, "
	    "%zu filtered, %zu unknown",
	    state_name(s->state), s->met, s->total, s->ports[PORT_OPEN],
	    s->ports[PORT_CLOSED], s->ports[PORT_FILTERED],
	    s->ports[PORT_UNKNOWN]);
	if (s->ports[PORT_OPEN_FILTERED] > 0)
		text_printf(t, ", %zu open|filtered",
		    s->ports[PORT_OPEN_FILTERED]);
	if (s->limited > 0)
		text_printf(t, "; ICMP limited: %zu of %zu told", s->told,
		    s->told_of);
	if (s->expiring > 0)
		text_printf(t, "; %zu expiring", s->expiring);
	text_puts(t, "\n");
	if (r->verbosity > 0)
		text_printf(t, "%s\n", r->limits);
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
	const char *state = port_state_name(outcome_port((enum outcome)
							     e->outcome));
	const char *on = colour(r, e);
	struct text name;
	char time[24] = "-";

	text_init(&name, REPORT_MAX);
	entry_name(&name, r->set, e);
	if (!isnan(entry_latency(r->set, e)))
		(void)snprintf(time, sizeof(time), "%.3f ms",
		    entry_latency(r->set, e) * 1e3);
	text_printf(t, "%-*s  %s%-8s%s  %-8s  %11s", width, name.data, on,
	    state, on[0] != '\0' ? "\033[0m" : "",
	    expected_name(entry_ask(r->set, e)->expected), time);
	text_free(&name);
	text_init(&name, REPORT_MAX);
	entry_reason(&name, e);
	if (name.len > 0)
		text_printf(t, "  %s", name.data);
	text_free(&name);
	text_puts(t, "\n");
}

/* Green as expected, red not, yellow where it could not be told. */
static const char *
colour(const struct setreport *r, const struct entry *e)
{
	if (!r->colour)
		return "";
	if (entry_unasked(r->set, e) || entry_expiring(r->set, e) ||
	    entry_lag(r->set, e, r->policy) != STATE_OK)
		return "\033[33m";
	return entry_met(r->set, e) ? "\033[32m" : "\033[31m";
}
