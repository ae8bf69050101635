/* SPDX-License-Identifier: ISC */
/*
 * What the page says of an entry.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "setreport_html.h"

/*
 * Bars: how many lengths there are, five for each factor of ten, so that all of
 * them are four; each is by the fifth root of ten more than the one before it.
 */
#define BAR_STEPS 20
#define BAR_EMPTY_S 1e-4
#define BAR_STEP 1.5848931924611136

static int bar_of(double);
static void remarks(struct text *, const struct setreport *,
    const struct entry *);
static void probes(struct text *, const struct setreport *,
    const struct entry *);
static void certificate(struct text *, const struct entry *);

const char *
setreport_html_symbol(const struct setreport *r, const struct entry *e)
{
	if (entry_unasked(e) || entry_unknown(e))
		return "?";
	if (entry_failed(e))
		return "&#10007;";
	return entry_state(r->set, e, r->policy) == STATE_OK ? "&#10003;" : "!";
}

void
setreport_html_judgement(struct text *t, const struct setreport *r,
    const struct entry *e)
{
	enum port_state port = entry_port(e);
	const char *expected = expected_name(entry_ask(r->set, e)->expected);

	if (entry_failed(e) && strcmp(expected, port_state_name(port)) != 0)
		text_printf(t, ", expected %s", expected);
	else if (!entry_met(e))
		text_printf(t, ", %s", outcome_name((enum outcome)e->finding));
	if (entry_expiring(e))
		text_puts(t, ", expiring");
	if (entry_astray(e))
		text_puts(t, ", wrong clock");
	if (setreport_slow(r, e))
		text_puts(t, ", slow");
}

void
setreport_html_content(struct text *t, const struct setreport *r,
    const struct entry *e)
{
	double seconds = entry_judged(r->set, e, r->policy);

	if (isnan(seconds)) {
		text_printf(t, "<b>%s %s</b>", setreport_html_symbol(r, e),
		    port_state_words(entry_port(e)));
	} else {
		text_printf(t,
		    "<div class=\"b%d\"><b>%s %s</b> "
		    "<span class=\"time\">",
		    bar_of(seconds), setreport_html_symbol(r, e),
		    port_state_words(entry_port(e)));
		setreport_html_time(t, seconds);
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

	text_init(&words, SETREPORT_HTML_WORDS);
	setreport_html_judgement(&words, r, e);
	if (words.len > 0)
		text_printf(t, " <small>%s</small>", words.data + 2);
	text_free(&words);
	probes(t, r, e);
	certificate(t, e);
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
		setreport_html_time(t, setreport_least(s));
		text_puts(t, ", avg ");
		setreport_html_time(t, entry_latency(r->set, e));
		text_puts(t, ", max ");
		setreport_html_time(t, setreport_longest(s));
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
		    setreport_html_days(days),
		    setreport_html_days(days) == 1 ? "" : "s");
}
