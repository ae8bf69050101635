/* SPDX-License-Identifier: ISC */
/*
 * All hosts and ports as a table, and all Unix sockets as another.
 */
#include <string.h>

#include "grid.h"
#include "html.h"
#include "setreport_html.h"

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
static void key(struct text *);
static void socket_row(struct text *, const struct setreport *, uint32_t);

void
setreport_html_table(struct text *t, const struct setreport *r)
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

void
setreport_html_sockets(struct text *t, const struct setreport *r)
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
	setreport_html_number(t, g->left_out);
	text_puts(t, " more port");
	text_puts(t, g->left_out == 1 ? " is" : "s are");
	text_puts(t, " left out here");
	for (i = 0; i <= PORT_OPEN_FILTERED; i++) {
		if (g->states[i] == 0)
			continue;
		text_puts(t, before);
		setreport_html_number(t, g->states[i]);
		text_printf(t, " %s", port_state_words((enum port_state)i));
		before = ", ";
	}
	if (g->bad > 0) {
		text_puts(t, "; ");
		setreport_html_number(t, g->bad);
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

	html_escape_string(t, h->name);
	if (strcmp(h->name, h->address) != 0) {
		text_puts(t, " <small>");
		html_escape_string(t, h->address);
		text_puts(t, "</small>");
	}
	if (host_counts_down(counts))
		text_puts(t, " <small>nothing as expected</small>");
	if (host_counts_limited(counts))
		text_printf(t, " <small>ICMP limited: %u of %u told</small>",
		    counts->told, counts->told + counts->silent);
}

static void
port_head(struct text *t, const struct setreport *r, uint32_t id)
{
	const struct entry *e = &r->set->entries[id];
	const struct ask *ask = entry_ask(r->set, e);
	struct text name;

	text_init(&name, SETREPORT_HTML_WORDS);
	entry_port_name(&name, r->set, e);
	html_puts(t, name.data);
	text_free(&name);
	if (ask->protocol == NULL ||
	    (ask->name != NULL && strcmp(ask->name, ask->protocol) == 0))
		return;
	text_puts(t, " <small>");
	html_escape_string(t, ask->protocol);
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
		setreport_html_content(t, r, e);
		text_puts(t, "</td>\n");
		return;
	}
	for (i = 0; i < n; i++)
		worst = state_worst(worst,
		    entry_state(r->set, &r->set->entries[g->cells[at + i]],
			r->policy));
	text_printf(t, "<td class=\"%s\">", setreport_html_class(worst));
	for (i = 0; i < n; i++) {
		text_puts(t, i > 0 ? "<br>\n" : "");
		setreport_html_content(t, r,
		    &r->set->entries[g->cells[at + i]]);
	}
	text_puts(t, "</td>\n");
}

/* The reason is what a pointer shows, and to a screen reader a description. */
static void
opening(struct text *t, const struct setreport *r, const struct entry *e)
{
	struct text reason;

	text_printf(t, "<td class=\"%s\"",
	    setreport_html_class(entry_state(r->set, e, r->policy)));
	text_init(&reason, SETREPORT_HTML_WORDS);
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
socket_row(struct text *t, const struct setreport *r, uint32_t i)
{
	const struct entry *e = &r->set->entries[i];
	struct text reason;

	text_puts(t, "<tr>\n<th scope=\"row\">");
	port_head(t, r, i);
	text_printf(t, "</th>\n<td class=\"%s\">",
	    setreport_html_class(entry_state(r->set, e, r->policy)));
	setreport_html_content(t, r, e);
	text_puts(t, "</td>\n<td class=\"text\">");
	text_init(&reason, SETREPORT_HTML_WORDS);
	entry_reason(&reason, e);
	html_puts(t, reason.data);
	text_free(&reason);
	text_puts(t, "</td>\n</tr>\n");
}
