/* SPDX-License-Identifier: ISC */
/*
 * What is wrong, as lists.
 */
#include <math.h>
#include <string.h>

#include "html.h"
#include "setreport_html.h"

/* Entries that are listed at the most; a table of them is for programs. */
#define LISTED 1000

/* Whether an entry belongs under a heading; it is listed under the first. */
struct heading {
	const char *title;
	setreport_kind_fn *belongs;
};

static setreport_kind_fn is_critical, is_warning;

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

static void hosts_down(struct text *, const struct setreport *, size_t *);
static void host_down(struct text *, const struct setreport *,
    const struct entry *);
static void listing(struct text *, const struct setreport *,
    const struct heading *, size_t *);
static void item(struct text *, const struct setreport *, const struct entry *);
static void reply_of(struct text *, const struct entry *, const char *);

void
setreport_html_wrong(struct text *t, const struct setreport *r)
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
		setreport_html_number(t, n - LISTED);
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
		if (!host_counts_down(&s->counts[i]) || (*n)++ >= LISTED)
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
	    setreport_html_class(counts->worst));
	html_escape_string(t, h->name);
	text_puts(t, "</b> none of ");
	setreport_html_number(t, counts->total);
	text_puts(t, counts->quiet > 0 ? " ports answers" : " ports");
	text_puts(t, "</p>\n<p class=\"reason\">");
	text_init(&words, SETREPORT_HTML_WORDS);
	entry_port_name(&words, r->set, e);
	text_printf(&words, " %s", port_state_words(entry_port(e)));
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
	    setreport_html_class(entry_state(r->set, e, r->policy)),
	    setreport_html_symbol(r, e));
	text_init(&words, SETREPORT_HTML_WORDS);
	entry_name(&words, r->set, e);
	html_puts(t, words.data);
	text_printf(t, "</b> %s", port_state_words(entry_port(e)));
	setreport_html_judgement(t, r, e);
	if (!isnan(entry_judged(r->set, e, r->policy))) {
		text_puts(t, ", ");
		setreport_html_time(t, entry_judged(r->set, e, r->policy));
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
