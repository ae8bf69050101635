/* SPDX-License-Identifier: ISC */
#include "setreport_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "html.h"
#include "report.h"
#include "setreport_style.h"

static void begin(struct text *, const char *);
static void header(struct text *, const struct setreport *, const char *);
static void asked(struct text *, const struct setreport *);
static void counts(struct text *, const struct setreport *);
static void count(struct text *, const char *, const char *, size_t);
static void footer(struct text *, const struct setreport *);

void
setreport_html(struct text *t, const struct setreport *r)
{
	struct text line;

	text_init(&line, r->max);
	setreport_first_line(&line, r);
	begin(t, line.data);
	header(t, r, line.data);
	text_free(&line);
	text_puts(t, "<main>\n");
	counts(t, r);
	setreport_html_wrong(t, r);
	setreport_html_table(t, r);
	setreport_html_sockets(t, r);
	text_puts(t, "</main>\n");
	footer(t, r);
	text_puts(t, "</body>\n</html>\n");
}

static void
begin(struct text *t, const char *line)
{
	text_puts(t,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'; "
	    "base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<title>");
	html_puts(t, line);
	text_puts(t, "</title>\n<style>\n");
	text_puts(t, setreport_style);
	text_puts(t, "</style>\n</head>\n<body>\n");
}

/* The state, and the words of the first line behind it. */
static void
header(struct text *t, const struct setreport *r, const char *line)
{
	const char *state = state_name(r->summary.state);
	const char *words = strstr(line, " - ");

	text_printf(t,
	    "<header class=\"%s\">\n<h1>Port states: "
	    "<span class=\"verdict\">%s</span></h1>\n<p class=\"lead\">",
	    setreport_html_class(r->summary.state), state);
	html_puts(t, words != NULL ? words + 3 : line);
	text_puts(t, "</p>\n");
	asked(t, r);
	text_puts(t, "</header>\n");
}

/* When, and from where. */
static void
asked(struct text *t, const struct setreport *r)
{
	struct clock_date d = clock_date(r->wall_s);

	if (r->wall_s == 0 && r->from == NULL)
		return;
	text_puts(t, "<p class=\"quiet\">Asked");
	if (r->wall_s != 0) {
		text_puts(t, " on <time datetime=\"");
		report_time(t, r->wall_s);
		text_printf(t,
		    "\">%04" PRId64 "-%02u-%02u %02u:%02u:%02u UTC</time>",
		    d.year, d.month, d.day, d.hour, d.minute, d.second);
	}
	if (r->from != NULL) {
		text_puts(t, " from ");
		html_escape_string(t, r->from);
	}
	text_puts(t, "</p>\n");
}

/* Those of each port state that there can be, and of what is wrong if it is. */
static void
counts(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;

	text_puts(t,
	    "<section aria-label=\"Counts\">\n"
	    "<ul class=\"counts\" role=\"list\">\n<li><strong>");
	setreport_html_number(t, s->met);
	text_puts(t, " of ");
	setreport_html_number(t, s->total);
	text_puts(t, "</strong> as expected</li>\n");
	if (s->failed > 0)
		count(t, s->failed > s->warned ? "bad" : "warn",
		    "not as expected", s->failed);
	if (s->unasked > 0)
		count(t, "unk", "not probed", s->unasked);
	if (s->unknown > 0)
		count(t, "unk", "worth UNKNOWN", s->unknown);
	if (s->down > 0)
		count(t, setreport_html_class(s->down_worst),
		    setreport_hosts_down(s->down), s->down);
	if (s->expiring > 0)
		count(t, "warn", "expiring", s->expiring);
	if (s->astray > 0)
		count(t, "warn", "wrong clock", s->astray);
	if (s->lagging > 0)
		count(t, "warn", "slow", s->lagging);
	count(t, NULL, "open", s->ports[PORT_OPEN]);
	count(t, NULL, "closed", s->ports[PORT_CLOSED]);
	count(t, NULL, "filtered", s->ports[PORT_FILTERED]);
	if (s->ports[PORT_OPEN_FILTERED] > 0)
		count(t, NULL, "open or filtered",
		    s->ports[PORT_OPEN_FILTERED]);
	if (s->ports[PORT_UNKNOWN] > 0)
		count(t, NULL, "unknown", s->ports[PORT_UNKNOWN]);
	if (!isnan(s->cert_days))
		text_printf(t,
		    "<li><strong>%" PRId64 "</strong> days to the next "
		    "expiry</li>\n",
		    setreport_html_days(s->cert_days));
	text_puts(t, "</ul>\n</section>\n");
}

static void
count(struct text *t, const char *class, const char *name, size_t n)
{
	text_puts(t, "<li");
	if (class != NULL)
		text_printf(t, " class=\"%s\"", class);
	text_puts(t, "><strong>");
	setreport_html_number(t, n);
	text_printf(t, "</strong> %s</li>\n", name);
}

static void
footer(struct text *t, const struct setreport *r)
{
	text_puts(t, "<footer>\n");
	if (r->verbosity > 0) {
		text_puts(t, "<p>");
		html_puts(t, r->limits);
		text_puts(t, "</p>\n");
	}
	text_puts(t, "<p>Written by " PACKAGE_STRING "</p>\n</footer>\n");
}

const char *
setreport_html_class(enum state s)
{
	static const char *const classes[] = {
		[STATE_OK] = "ok",
		[STATE_WARNING] = "warn",
		[STATE_CRITICAL] = "bad",
		[STATE_UNKNOWN] = "unk",
	};

	return classes[s];
}

void
setreport_html_number(struct text *t, size_t n)
{
	char digits[24], *d = digits;
	int len = snprintf(digits, sizeof(digits), "%zu", n);

	for (; len > 0; len--, d++) {
		text_put(t, d, 1);
		if (len > 1 && len % 3 == 1)
			text_puts(t, ",");
	}
}

int64_t
setreport_html_days(double days)
{
	int64_t whole = (int64_t)days;

	return whole - (days < (double)whole);
}

void
setreport_html_time(struct text *t, double seconds)
{
	double ms = seconds * 1e3;

	if (ms < 9.995)
		text_printf(t, "%.2f ms", ms);
	else if (ms < 99.95)
		text_printf(t, "%.1f ms", ms);
	else if (ms < 9999.5)
		text_printf(t, "%.0f ms", ms);
	else
		text_printf(t, "%.0f s", seconds);
}
