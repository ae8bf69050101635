/* SPDX-License-Identifier: ISC */
/*
 * One file of HTML to look at, to print or to mail: what is wrong, then all
 * hosts and ports as a table.  It needs nothing else, and it cannot load or run
 * anything.
 *
 * It is ASCII, whatever peers and users say: symbols are references.  Each line
 * is short enough for mail, unless somebody has very much to say.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "grid.h"
#include "html.h"
#include "report.h"
#include "setreport.h"
#include "setreport_style.h"
#include "xalloc.h"

/* Entries that are listed at the most; a table of them is for programs. */
#define LISTED 1000

/* Of a line in a list, or of a reason. */
#define WORDS_MAX 4096

/*
 * Bars: how many lengths there are, five for each factor of ten, so that all of
 * them are four; each is by the fifth root of ten more than the one before it.
 */
#define BAR_STEPS 20
#define BAR_EMPTY_S 1e-4
#define BAR_STEP 1.5848931924611136

/* Whether an entry belongs under a heading; it is listed under the first. */
struct heading {
	const char *title;
	setreport_kind_fn *belongs;
};

static void begin(struct text *, const char *);
static void header(struct text *, const struct setreport *, const char *);
static void asked(struct text *, const struct setreport *);
static void counts(struct text *, const struct setreport *);
static void count(struct text *, const char *, const char *, size_t);
static void wrong(struct text *, const struct setreport *);
static void hosts_down(struct text *, const struct setreport *, size_t *);
static void host_down(struct text *, const struct setreport *,
    const struct entry *);
static void listing(struct text *, const struct setreport *,
    const struct heading *, size_t *);
static void item(struct text *, const struct setreport *, const struct entry *);
static void reply_of(struct text *, const struct entry *, const char *);
static setreport_kind_fn is_critical, is_warning;
static void matrix(struct text *, const struct setreport *);
static void caption(struct text *, const struct grid *);
static void left_out(struct text *, const struct grid *);
static void heads(struct text *, const struct setreport *, const struct grid *);
static void cells(struct text *, const struct setreport *, const struct grid *);
static void head(struct text *, const struct setreport *, bool, uint32_t);
static void host_head(struct text *, const struct portset *, uint32_t);
static void port_head(struct text *, const struct setreport *, uint32_t);
static void cell(struct text *, const struct setreport *, const struct grid *,
    size_t, size_t);
static void opening(struct text *, const struct setreport *,
    const struct entry *);
static void content(struct text *, const struct setreport *,
    const struct entry *);
static int bar_of(double);
static void remarks(struct text *, const struct setreport *,
    const struct entry *);
static void judgement(struct text *, const struct setreport *,
    const struct entry *);
static void probes(struct text *, const struct setreport *,
    const struct entry *);
static void certificate(struct text *, const struct entry *);
static int64_t whole_days(double);
static void key(struct text *);
static void sockets(struct text *, const struct setreport *);
static void socket_row(struct text *, const struct setreport *, uint32_t);
static void footer(struct text *, const struct setreport *);
static const char *class_of(enum state);
static const char *symbol_of(const struct setreport *, const struct entry *);
static const char *words_of(const struct entry *);
static void number(struct text *, size_t);
static void span(struct text *, double);
static void escaped(struct text *, const char *);

/* In the order of how much there is to do about them. */
static const struct heading headings[] = {
	{ "Not as expected", is_critical },
	{ "Not as expected, worth a warning", is_warning },
	{ "Not probed", setreport_unasked },
	{ "Worth UNKNOWN", setreport_unknown },
	{ "Certificates that expire soon", setreport_expiring },
	{ "Wrong clocks", setreport_astray },
	{ "Too slow or too fast", setreport_slow },
};

#define N_HEADINGS (sizeof(headings) / sizeof(headings[0]))

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
	wrong(t, r);
	matrix(t, r);
	sockets(t, r);
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
	    class_of(r->summary.state), state);
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
	if (r->wall_s != 0)
		text_printf(t,
		    " on <time datetime=\"%04" PRId64 "-%02u-%02uT%02u:%02u:"
		    "%02uZ\">%04" PRId64 "-%02u-%02u %02u:%02u:%02u "
		    "UTC</time>",
		    d.year, d.month, d.day, d.hour, d.minute, d.second, d.year,
		    d.month, d.day, d.hour, d.minute, d.second);
	if (r->from != NULL) {
		text_puts(t, " from ");
		escaped(t, r->from);
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
	number(t, s->met);
	text_puts(t, " of ");
	number(t, s->total);
	text_puts(t, "</strong> as expected</li>\n");
	if (s->failed > 0)
		count(t, s->failed > s->warned ? "bad" : "warn",
		    "not as expected", s->failed);
	if (s->unasked > 0)
		count(t, "unk", "not probed", s->unasked);
	if (s->unknown > 0)
		count(t, "unk", "worth UNKNOWN", s->unknown);
	if (s->down > 0)
		count(t, class_of(s->down_worst), setreport_hosts_down(s->down),
		    s->down);
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
		    whole_days(s->cert_days));
	text_puts(t, "</ul>\n</section>\n");
}

static void
count(struct text *t, const char *class, const char *name, size_t n)
{
	text_puts(t, "<li");
	if (class != NULL)
		text_printf(t, " class=\"%s\"", class);
	text_puts(t, "><strong>");
	number(t, n);
	text_printf(t, "</strong> %s</li>\n", name);
}

/* All that is not OK: hosts of which nothing is, once, then entries. */
static void
wrong(struct text *t, const struct setreport *r)
{
	size_t i, n = 0;

	text_puts(t,
	    "<section aria-labelledby=\"wrong\">\n"
	    "<h2 id=\"wrong\">What is wrong</h2>\n");
	hosts_down(t, r, &n);
	for (i = 0; i < N_HEADINGS; i++)
		listing(t, r, &headings[i], &n);
	if (n == 0)
		text_puts(t, "<p>Nothing: all is as it should be.</p>\n");
	if (n > LISTED) {
		text_puts(t, "<p class=\"more\">");
		number(t, n - LISTED);
		text_puts(t,
		    " more are not listed. The formats table and json have "
		    "all.</p>\n");
	}
	text_puts(t, "</section>\n");
}

static void
hosts_down(struct text *t, const struct setreport *r, size_t *n)
{
	const struct portset *s = r->set;
	size_t i;

	for (i = 0; i < s->n_hosts; i++) {
		if (!portset_down(&s->counts[i]) || (*n)++ >= LISTED)
			continue;
		if (*n == 1)
			text_puts(t,
			    "<h3>Hosts with nothing as expected</h3>\n"
			    "<ul class=\"list\" role=\"list\">\n");
		host_down(t, r, &s->entries[s->counts[i].first]);
		setreport_flush(t, r);
	}
	if (*n > 0)
		text_puts(t, "</ul>\n");
}

/* e: its first. */
static void
host_down(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_host *h = entry_host(r->set, e);
	const struct host_counts *counts = &r->set->counts[e->host];
	struct text words;

	text_printf(t, "<li class=\"%s\"><p><b>&#10007; ",
	    class_of(counts->worst));
	escaped(t, h->name);
	text_puts(t, "</b> none of ");
	number(t, counts->total);
	text_puts(t, counts->quiet > 0 ? " ports answers" : " ports");
	text_puts(t, "</p>\n<p class=\"reason\">");
	text_init(&words, WORDS_MAX);
	entry_port_name(&words, r->set, e);
	text_printf(&words, " %s", words_of(e));
	setreport_reason(&words, ": ", e, "");
	html_puts(t, words.data);
	text_free(&words);
	text_puts(t, "</p></li>\n");
}

/* Each entry that is not listed yet. */
static void
listing(struct text *t, const struct setreport *r, const struct heading *h,
    size_t *n)
{
	size_t i, before = *n;

	for (i = 0; i < r->set->n; i++) {
		const struct entry *e = &r->set->entries[i];
		const struct heading *first = headings;

		if (!h->belongs(r, e) || setreport_of_down(r, e))
			continue;
		while (!first->belongs(r, e))
			first++;
		if (first != h || (*n)++ >= LISTED)
			continue;
		if (*n == before + 1)
			text_printf(t,
			    "<h3>%s</h3>\n<ul class=\"list\" role=\"list\">\n",
			    h->title);
		item(t, r, e);
		setreport_flush(t, r);
	}
	if (*n > before && before < LISTED)
		text_puts(t, "</ul>\n");
}

static void
item(struct text *t, const struct setreport *r, const struct entry *e)
{
	struct text words;

	text_printf(t, "<li class=\"%s\"><p><b>%s ",
	    class_of(entry_state(r->set, e, r->policy)), symbol_of(r, e));
	text_init(&words, WORDS_MAX);
	entry_name(&words, r->set, e);
	html_puts(t, words.data);
	text_printf(t, "</b> %s", words_of(e));
	judgement(t, r, e);
	if (!isnan(entry_judged(r->set, e, r->policy))) {
		text_puts(t, ", ");
		span(t, entry_judged(r->set, e, r->policy));
	}
	text_puts(t, "</p>");
	text_truncate(&words, 0);
	entry_reason(&words, e);
	if (words.len > 0) {
		text_puts(t, "\n<p class=\"reason\">");
		html_puts(t, words.data);
		text_puts(t, "</p>");
	}
	reply_of(t, e, words.data);
	text_free(&words);
	text_puts(t, "</li>\n");
}

/* What the peer sent, unless the reason has it. */
static void
reply_of(struct text *t, const struct entry *e, const char *reason)
{
	const char *reply = e->extra != NULL ? e->extra->reply : NULL;

	if (reply == NULL || strstr(reason, reply) != NULL)
		return;
	text_puts(t, "\n<p class=\"reply\">It sent: <code>");
	html_puts(t, reply);
	text_puts(t, "</code></p>");
}

static bool
is_critical(const struct setreport *r, const struct entry *e)
{
	return entry_failed(e) && !is_warning(r, e);
}

static bool
is_warning(const struct setreport *r, const struct entry *e)
{
	return entry_failed(e) &&
	    entry_state(r->set, e, r->policy) == STATE_WARNING;
}

static void
matrix(struct text *t, const struct setreport *r)
{
	struct grid g;

	grid_init(&g, r->set, r->policy);
	if (g.n + g.left_out > 0)
		text_puts(t,
		    "<section aria-labelledby=\"ports\">\n"
		    "<h2 id=\"ports\">Hosts and ports</h2>\n");
	if (g.left_out > 0)
		left_out(t, &g);
	if (g.n > 0) {
		text_puts(t,
		    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		    "aria-label=\"Table of hosts and ports\">\n<table>\n");
		caption(t, &g);
		heads(t, r, &g);
		cells(t, r, &g);
		text_puts(t, "</table>\n</div>\n");
		key(t);
	}
	if (g.n + g.left_out > 0)
		text_puts(t, "</section>\n");
	grid_free(&g);
}

static void
caption(struct text *t, const struct grid *g)
{
	text_printf(t, "<caption><span>%s</span></caption>\n",
	    g->ports_down ? "A row for each port, a column for each host"
			  : "A row for each host, a column for each port");
}

/* "65,510 more ports are left out: 65,510 closed, all as expected." */
static void
left_out(struct text *t, const struct grid *g)
{
	const char *before = ": ";
	size_t i;

	text_puts(t, "<p>");
	number(t, g->left_out);
	text_puts(t, " more port");
	text_puts(t, g->left_out == 1 ? " is" : "s are");
	text_puts(t, " left out here");
	for (i = 0; i <= PORT_OPEN_FILTERED; i++) {
		if (g->states[i] == 0)
			continue;
		text_puts(t, before);
		number(t, g->states[i]);
		text_printf(t, " %s", port_state_words((enum port_state)i));
		before = ", ";
	}
	if (g->bad > 0) {
		text_puts(t, "; ");
		number(t, g->bad);
		text_puts(t, " of these are not OK.</p>\n");
	} else {
		text_puts(t, ", all as expected.</p>\n");
	}
}

static void
heads(struct text *t, const struct setreport *r, const struct grid *g)
{
	size_t i;

	text_printf(t, "<thead>\n<tr>\n<th scope=\"col\">%s</th>\n",
	    g->ports_down ? "Port" : "Host");
	for (i = 0; i < g->n_columns; i++) {
		text_puts(t, "<th scope=\"col\">");
		head(t, r, !g->ports_down, g->columns[i]);
		text_puts(t, "</th>\n");
	}
	text_puts(t, "</tr>\n</thead>\n");
}

static void
cells(struct text *t, const struct setreport *r, const struct grid *g)
{
	size_t i, j, n, at = 0;

	text_puts(t, "<tbody>\n");
	for (i = 0; i < g->n_rows; i++) {
		text_puts(t, "<tr>\n<th scope=\"row\">");
		head(t, r, g->ports_down, g->rows[i]);
		text_puts(t, "</th>\n");
		for (j = 0; j < g->n_columns; j++) {
			n = grid_count(g, at, i, j);
			cell(t, r, g, at, n);
			at += n;
			setreport_flush(t, r);
		}
		text_puts(t, "</tr>\n");
	}
	text_puts(t, "</tbody>\n");
}

static void
head(struct text *t, const struct setreport *r, bool port, uint32_t id)
{
	if (port)
		port_head(t, r, id);
	else
		host_head(t, r->set, id);
}

static void
host_head(struct text *t, const struct portset *s, uint32_t host)
{
	const struct portset_host *h = &s->hosts[host];
	const struct host_counts *counts = &s->counts[host];

	escaped(t, h->name);
	if (strcmp(h->name, h->address) != 0) {
		text_puts(t, " <small>");
		escaped(t, h->address);
		text_puts(t, "</small>");
	}
	if (portset_down(counts))
		text_puts(t, " <small>nothing as expected</small>");
	if (portset_limited(counts))
		text_printf(t, " <small>ICMP limited: %u of %u told</small>",
		    counts->told, counts->told + counts->silent);
}

static void
port_head(struct text *t, const struct setreport *r, uint32_t id)
{
	const struct entry *e = &r->set->entries[id];
	const struct ask *ask = entry_ask(r->set, e);
	struct text name;

	text_init(&name, WORDS_MAX);
	entry_port_name(&name, r->set, e);
	html_puts(t, name.data);
	text_free(&name);
	if (ask->protocol == NULL ||
	    (ask->name != NULL && strcmp(ask->name, ask->protocol) == 0))
		return;
	text_puts(t, " <small>");
	escaped(t, ask->protocol);
	text_puts(t, "</small>");
}

/* Of n entries, which is 0, 1, or seldom more. */
static void
cell(struct text *t, const struct setreport *r, const struct grid *g, size_t at,
    size_t n)
{
	enum state worst = STATE_OK;
	size_t i;

	if (n == 0) {
		text_puts(t, "<td class=\"none\">not asked</td>\n");
		return;
	}
	if (n == 1) {
		const struct entry *e = &r->set->entries[g->cells[at]];

		opening(t, r, e);
		content(t, r, e);
		text_puts(t, "</td>\n");
		return;
	}
	for (i = 0; i < n; i++)
		worst = state_worst(worst,
		    entry_state(r->set, &r->set->entries[g->cells[at + i]],
			r->policy));
	text_printf(t, "<td class=\"%s\">", class_of(worst));
	for (i = 0; i < n; i++) {
		text_puts(t, i > 0 ? "<br>\n" : "");
		content(t, r, &r->set->entries[g->cells[at + i]]);
	}
	text_puts(t, "</td>\n");
}

/* The reason is what a pointer shows, and to a screen reader a description. */
static void
opening(struct text *t, const struct setreport *r, const struct entry *e)
{
	struct text reason;

	text_printf(t, "<td class=\"%s\"",
	    class_of(entry_state(r->set, e, r->policy)));
	text_init(&reason, WORDS_MAX);
	entry_reason(&reason, e);
	if (reason.len > 0) {
		text_puts(t, " title=\"");
		html_puts(t, reason.data);
		text_puts(t, "\"");
	}
	text_free(&reason);
	text_puts(t, ">");
}

static void
content(struct text *t, const struct setreport *r, const struct entry *e)
{
	double seconds = entry_judged(r->set, e, r->policy);

	if (isnan(seconds)) {
		text_printf(t, "<b>%s %s</b>", symbol_of(r, e), words_of(e));
	} else {
		text_printf(t,
		    "<div class=\"b%d\"><b>%s %s</b> "
		    "<span class=\"time\">",
		    bar_of(seconds), symbol_of(r, e), words_of(e));
		span(t, seconds);
		text_puts(t, "</span></div>");
	}
	remarks(t, r, e);
}

/* The length of a bar, in steps. */
static int
bar_of(double seconds)
{
	double up_to = BAR_EMPTY_S * BAR_STEP;
	int steps = 1;

	for (; steps < BAR_STEPS && seconds > up_to; up_to *= BAR_STEP)
		steps++;
	return steps;
}

static void
remarks(struct text *t, const struct setreport *r, const struct entry *e)
{
	struct text words;

	text_init(&words, WORDS_MAX);
	judgement(&words, r, e);
	if (words.len > 0)
		text_printf(t, " <small>%s</small>", words.data + 2);
	text_free(&words);
	probes(t, r, e);
	certificate(t, e);
}

/* Why it is not simply right, in a few words, each with a comma before it. */
static void
judgement(struct text *t, const struct setreport *r, const struct entry *e)
{
	enum port_state port = entry_port(e);
	const char *expected = expected_name(entry_ask(r->set, e)->expected);

	if (entry_failed(e) && strcmp(expected, port_state_name(port)) != 0)
		text_printf(t, ", expected %s", expected);
	else if (entry_failed(e))
		text_printf(t, ", %s", outcome_name((enum outcome)e->finding));
	else if (entry_unasked(e) || entry_unknown(e))
		text_printf(t, ", %s", outcome_name((enum outcome)e->finding));
	if (entry_expiring(e))
		text_puts(t, ", expiring");
	if (entry_astray(e))
		text_puts(t, ", wrong clock");
	if (setreport_slow(r, e))
		text_puts(t, ", slow");
}

/* Of many probes of one port. */
static void
probes(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct entry_stats *s = entry_stats(r->set, e);

	if (s == NULL || s->probes == 0)
		return;
	text_puts(t, " <small>");
	if (s->timed > 0) {
		text_puts(t, "min ");
		span(t, setreport_least(s));
		text_puts(t, ", avg ");
		span(t, entry_latency(r->set, e));
		text_puts(t, ", max ");
		span(t, setreport_longest(s));
		text_puts(t, "</small> <small>");
	}
	text_printf(t, "%u of %u lost (%.0f %%)</small>", s->lost, s->probes,
	    100.0 * s->lost / s->probes);
}

static void
certificate(struct text *t, const struct entry *e)
{
	double days = entry_cert_days(e);

	if (isnan(days))
		return;
	if (days < 0)
		text_puts(t, " <small>certificate expired</small>");
	else
		text_printf(t, " <small>certificate: %" PRId64 " day%s</small>",
		    whole_days(days), whole_days(days) == 1 ? "" : "s");
}

/* Those that are over, downwards: of half a day 0, of minus half a day -1. */
static int64_t
whole_days(double days)
{
	int64_t whole = (int64_t)days;

	return whole - (days < (double)whole);
}

static void
key(struct text *t)
{
	text_puts(t,
	    "<ul class=\"key\" role=\"list\" aria-label=\"Key\">\n"
	    "<li>&#10003; as expected</li>\n"
	    "<li>&#10007; not as expected</li>\n"
	    "<li>! as expected, but not good</li>\n"
	    "<li>? not probed, or worth UNKNOWN</li>\n"
	    "<li>Bars are logarithmic: a quarter is 1 ms, half 10 ms, three "
	    "quarters 100 ms, all of it 1 s or more</li>\n</ul>\n");
}

static void
sockets(struct text *t, const struct setreport *r)
{
	bool any = false;
	size_t i;

	for (i = 0; i < r->set->n; i++) {
		if (r->set->entries[i].host != NO_HOST)
			continue;
		if (!any)
			text_puts(t,
			    "<section aria-labelledby=\"sockets\">\n"
			    "<h2 id=\"sockets\">Unix sockets</h2>\n"
			    "<div class=\"scroll\" role=\"region\" "
			    "tabindex=\"0\" aria-label=\"Table of Unix "
			    "sockets\">\n<table>\n"
			    "<caption><span>A row for each socket</span>"
			    "</caption>\n<thead>\n<tr>\n"
			    "<th scope=\"col\">Path</th>\n"
			    "<th scope=\"col\">State</th>\n"
			    "<th scope=\"col\">Reason</th>\n"
			    "</tr>\n</thead>\n<tbody>\n");
		any = true;
		socket_row(t, r, (uint32_t)i);
		setreport_flush(t, r);
	}
	if (any)
		text_puts(t, "</tbody>\n</table>\n</div>\n</section>\n");
}

static void
socket_row(struct text *t, const struct setreport *r, uint32_t i)
{
	const struct entry *e = &r->set->entries[i];
	struct text reason;

	text_puts(t, "<tr>\n<th scope=\"row\">");
	port_head(t, r, i);
	text_printf(t, "</th>\n<td class=\"%s\">",
	    class_of(entry_state(r->set, e, r->policy)));
	content(t, r, e);
	text_puts(t, "</td>\n<td class=\"text\">");
	text_init(&reason, WORDS_MAX);
	entry_reason(&reason, e);
	html_puts(t, reason.data);
	text_free(&reason);
	text_puts(t, "</td>\n</tr>\n");
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

static const char *
class_of(enum state s)
{
	static const char *const classes[] = {
		[STATE_OK] = "ok",
		[STATE_WARNING] = "warn",
		[STATE_CRITICAL] = "bad",
		[STATE_UNKNOWN] = "unk",
	};

	return classes[s];
}

static const char *
symbol_of(const struct setreport *r, const struct entry *e)
{
	if (entry_unasked(e) || entry_unknown(e))
		return "?";
	if (entry_failed(e))
		return "&#10007;";
	return entry_state(r->set, e, r->policy) == STATE_OK ? "&#10003;" : "!";
}

static const char *
words_of(const struct entry *e)
{
	return port_state_words(entry_port(e));
}

/* With a comma for thousands. */
static void
number(struct text *t, size_t n)
{
	char digits[24], *d = digits;
	int len = snprintf(digits, sizeof(digits), "%zu", n);

	for (; len > 0; len--, d++) {
		text_put(t, d, 1);
		if (len > 1 && len % 3 == 1)
			text_puts(t, ",");
	}
}

/* With three digits or so that mean something. */
static void
span(struct text *t, double seconds)
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

/* A name from outside. */
static void
escaped(struct text *t, const char *s)
{
	struct text name;

	text_init(&name, TEXT_WORD);
	text_escape_string(&name, s);
	html_puts(t, name.data);
	text_free(&name);
}
