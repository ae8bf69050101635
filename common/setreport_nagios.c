/* SPDX-License-Identifier: ISC */
/*
 * PORTSET STATE - what is not as expected|performance data, then a line for
 * each entry of interest.
 */
#include <math.h>
#include <string.h>

#include "perfdata.h"
#include "report.h"
#include "setreport.h"

/* What the guidelines want of a first line. */
#define FIRST_LINE 80

/* What is kept for saying what was left out. */
#define RESERVE 120

/* Whether an entry belongs to a list, and what it is listed as. */
struct listing {
	bool (*belongs)(const struct setreport *, const struct entry *);
	void (*words)(struct text *, const struct setreport *,
	    const struct entry *);
};

static void list(struct text *, const struct setreport *, const char *,
    const struct listing *);
static bool is_bad(const struct setreport *, const struct entry *);
static bool is_worse(const struct setreport *, const struct entry *);
static bool is_less_bad(const struct setreport *, const struct entry *);
static bool is_unasked(const struct setreport *, const struct entry *);
static bool is_expiring(const struct setreport *, const struct entry *);
static bool is_slow(const struct setreport *, const struct entry *);
static bool is_any_open(const struct setreport *, const struct entry *);
static void words_bad(struct text *, const struct setreport *,
    const struct entry *);
static void words_name(struct text *, const struct setreport *,
    const struct entry *);
static void words_why(struct text *, const struct setreport *,
    const struct entry *);
static void words_reason(struct text *, const struct setreport *,
    const struct entry *);
static void words_slow(struct text *, const struct setreport *,
    const struct entry *);
static void counts(struct text *, const struct setreport *);
static void count(struct text *, const char *, size_t);
static size_t latencies(struct text *, const struct setreport *, size_t);
static void latency(struct text *, const struct setreport *,
    const struct entry *);
static void limited_hosts(struct text *, const struct setreport *, size_t);
static struct range seconds(const struct range *);
static size_t lines(struct text *, const struct setreport *, size_t);
static void line(struct text *, const struct setreport *, const struct entry *);
static bool append(struct text *, const struct text *, size_t);

void
setreport_nagios(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	size_t room, lines_cut, latencies_cut;
	struct text details;

	setreport_first_line(t, r);
	text_puts(t, "|");
	counts(t, r);
	room = r->max - (t->len < r->max ? t->len : r->max);
	room = room > RESERVE ? room - RESERVE : 0;
	text_init(&details, r->max);
	if (r->verbosity > 0)
		text_printf(&details, "%s\n", r->limits);
	if (s->limited > 1)
		limited_hosts(&details, r, room / 4);
	lines_cut = lines(&details, r, room / 2);
	latencies_cut = latencies(t, r, t->len + room - details.len);
	text_puts(t, "\n");
	text_puts(t, details.data);
	text_free(&details);
	if (lines_cut > 0 || latencies_cut > 0)
		text_printf(t, "(left out: %zu lines, %zu latencies)\n",
		    lines_cut, latencies_cut);
}

void
setreport_first_line(struct text *t, const struct setreport *r)
{
	static const struct listing bad[] = { { is_worse, words_bad },
		{ is_less_bad, words_bad }, { NULL, NULL } };
	static const struct listing expiring[] = { { is_expiring, words_why },
		{ NULL, NULL } };
	static const struct listing slow[] = { { is_slow, words_slow },
		{ NULL, NULL } };
	static const struct listing unasked[] = { { is_unasked, words_why },
		{ NULL, NULL } };
	static const struct listing open[] = { { is_any_open, words_name },
		{ NULL, NULL } };
	const struct portset_summary *s = &r->summary;

	text_printf(t, "PORTSET %s - ", state_name(s->state));
	if (s->failed > 0)
		text_printf(t, "%zu of %zu not as expected", s->failed,
		    s->total);
	else
		text_printf(t, "%zu of %zu as expected", s->met, s->total);
	list(t, r, ": ", bad);
	if (s->unasked > 0)
		text_printf(t, "; %zu not probed", s->unasked);
	list(t, r, ": ", unasked);
	if (s->expiring > 0)
		text_printf(t, "; %zu expiring", s->expiring);
	list(t, r, ": ", expiring);
	if (s->lagging > 0)
		text_printf(t, "; %zu slow", s->lagging);
	list(t, r, ": ", slow);
	if (s->limited > 0)
		text_printf(t, "; ICMP limited: %zu of %zu told", s->told,
		    s->told_of);
	list(t, r, "; open: ", open);
}

/* As many as fit the first line, and at least one if there is any. */
static void
list(struct text *t, const struct setreport *r, const char *before,
    const struct listing *l)
{
	static const char dots[] = ", ...";
	size_t i, listed = 0, keep = 0;
	struct text words;

	for (; l->belongs != NULL; l++) {
		for (i = 0; i < r->set->n; i++) {
			const struct entry *e = &r->set->entries[i];

			if (!l->belongs(r, e))
				continue;
			text_init(&words, r->max);
			text_puts(&words, listed > 0 ? ", " : before);
			l->words(&words, r, e);
			if (listed > 0 && t->len + words.len > FIRST_LINE) {
				text_free(&words);
				text_truncate(t, keep);
				text_puts(t, dots);
				return;
			}
			text_puts(t, words.data);
			text_free(&words);
			/* The dots will fit behind what is kept. */
			if (listed++ == 0 ||
			    t->len + sizeof(dots) - 1 <= FIRST_LINE)
				keep = t->len;
		}
	}
}

static bool
is_bad(const struct setreport *r, const struct entry *e)
{
	return entry_failed(r->set, e);
}

static bool
is_worse(const struct setreport *r, const struct entry *e)
{
	return is_bad(r, e) &&
	    outcome_default_state((enum outcome)e->finding) == STATE_CRITICAL;
}

static bool
is_less_bad(const struct setreport *r, const struct entry *e)
{
	return is_bad(r, e) && !is_worse(r, e);
}

static bool
is_unasked(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_unasked(r->set, e);
}

static bool
is_expiring(const struct setreport *r, const struct entry *e)
{
	return entry_expiring(r->set, e);
}

static bool
is_slow(const struct setreport *r, const struct entry *e)
{
	return entry_lag(r->set, e, r->policy) != STATE_OK;
}

static bool
is_any_open(const struct setreport *r, const struct entry *e)
{
	return entry_ask(r->set, e)->expected == EXPECTED_ANY &&
	    outcome_port((enum outcome)e->outcome) == PORT_OPEN;
}

static void
words_name(struct text *t, const struct setreport *r, const struct entry *e)
{
	entry_name(t, r->set, e);
}

static void
words_bad(struct text *t, const struct setreport *r, const struct entry *e)
{
	words_name(t, r, e);
	text_printf(t, " %s",
	    port_state_words(outcome_port((enum outcome)e->outcome)));
	words_reason(t, r, e);
}

static void
words_why(struct text *t, const struct setreport *r, const struct entry *e)
{
	words_name(t, r, e);
	words_reason(t, r, e);
}

static void
words_reason(struct text *t, const struct setreport *r, const struct entry *e)
{
	struct text reason;

	text_init(&reason, r->max);
	entry_reason(&reason, e);
	if (reason.len > 0)
		text_printf(t, " (%s)", reason.data);
	text_free(&reason);
}

static void
words_slow(struct text *t, const struct setreport *r, const struct entry *e)
{
	words_name(t, r, e);
	text_printf(t, " %.0f ms", entry_latency(r->set, e) * 1e3);
}

static void
counts(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	const struct portset_policy *p = r->policy;
	const struct perfdata failed = {
		.label = "failed",
		.unit = "",
		.value = (double)s->failed,
		.warning = p->warning.set && !p->warning.percent
		    ? &p->warning.range
		    : NULL,
		.critical = p->critical.set && !p->critical.percent
		    ? &p->critical.range
		    : NULL,
		.min = 0,
		.max = (double)s->total,
		.count = true,
	};

	count(t, "total", s->total);
	perfdata_format(t, &failed);
	text_puts(t, " ");
	count(t, "open", s->ports[PORT_OPEN]);
	count(t, "closed", s->ports[PORT_CLOSED]);
	count(t, "filtered", s->ports[PORT_FILTERED]);
	if (r->set->udp)
		count(t, "open_filtered", s->ports[PORT_OPEN_FILTERED]);
	text_printf(t, "unknown=%zu;;;0;", s->ports[PORT_UNKNOWN]);
	if (r->set->days != NULL)
		report_cert_days(t, r->set->days, s->cert_days);
}

static void
count(struct text *t, const char *label, size_t n)
{
	text_printf(t, "%s=%zu;;;0; ", label, n);
}

/* Up to a length of end; returns how many were left out, from the first on. */
static size_t
latencies(struct text *t, const struct setreport *r, size_t end)
{
	struct text one;
	bool fits = true;
	size_t i;

	for (i = 0; i < r->set->n && fits; i++) {
		text_init(&one, r->max);
		text_puts(&one, " ");
		latency(&one, r, &r->set->entries[i]);
		fits = append(t, &one, end);
		text_free(&one);
	}
	return fits ? 0 : r->set->n - i + 1;
}

static void
latency(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_policy *p = r->policy;
	struct range warning = seconds(&p->lag_warning);
	struct range critical = seconds(&p->lag_critical);
	struct text name;
	struct perfdata data = {
		.unit = "s",
		.value = entry_latency(r->set, e),
		.warning = p->has_lag_warning ? &warning : NULL,
		.critical = p->has_lag_critical ? &critical : NULL,
		.min = 0,
		.max = (double)NAN,
	};

	text_init(&name, r->max);
	entry_name(&name, r->set, e);
	data.label = name.data;
	perfdata_format(t, &data);
	text_free(&name);
}

/* Which hosts they are, as many as there is room for. */
static void
limited_hosts(struct text *t, const struct setreport *r, size_t end)
{
	struct text one;
	bool fits = true;
	size_t i;

	for (i = 0; i < r->set->n_hosts && fits; i++) {
		const struct portset_host *h = &r->set->hosts[i];

		if (!portset_limited(h))
			continue;
		text_init(&one, r->max);
		text_escape_string(&one, h->name);
		text_printf(&one, ": ICMP limited: %u of %u told\n", h->told,
		    h->told + h->silent);
		fits = append(t, &one, end);
		text_free(&one);
	}
}

static struct range
seconds(const struct range *ms)
{
	return (struct range){ ms->start / 1e3, ms->end / 1e3, ms->inside };
}

/* The same for the lines of all entries, or those of interest. */
static size_t
lines(struct text *t, const struct setreport *r, size_t end)
{
	size_t i, cut = 0;
	struct text one;

	for (i = 0; i < r->set->n; i++) {
		const struct entry *e = &r->set->entries[i];

		if (r->verbosity == 0 && !is_bad(r, e) && !is_expiring(r, e) &&
		    !is_slow(r, e) && !entry_unasked(r->set, e))
			continue;
		if (cut > 0) {
			cut++;
			continue;
		}
		text_init(&one, r->max);
		line(&one, r, e);
		cut += !append(t, &one, end);
		text_free(&one);
	}
	return cut;
}

static void
line(struct text *t, const struct setreport *r, const struct entry *e)
{
	enum expected expected = entry_ask(r->set, e)->expected;
	struct text reason;

	words_name(t, r, e);
	text_printf(t, ": %s",
	    port_state_words(outcome_port((enum outcome)e->outcome)));
	if (is_bad(r, e))
		text_printf(t, ", expected %s", expected_name(expected));
	if (!isnan(entry_latency(r->set, e)))
		text_printf(t, ", %.6f s", entry_latency(r->set, e));
	if (is_expiring(r, e))
		text_puts(t, ", expiring");
	if (is_slow(r, e))
		text_puts(t, ", slow");
	text_init(&reason, r->max);
	entry_reason(&reason, e);
	if (reason.len > 0)
		text_printf(t, ": %s", reason.data);
	text_free(&reason);
	text_puts(t, "\n");
}

/* All of it or nothing. */
static bool
append(struct text *t, const struct text *one, size_t end)
{
	if (t->len + one->len > end)
		return false;
	text_puts(t, one->data);
	return true;
}
