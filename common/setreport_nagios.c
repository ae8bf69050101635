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

typedef void words_fn(struct text *, const struct setreport *,
    const struct entry *);

/* Whether an entry belongs to a list, and what it is listed as. */
struct listing {
	setreport_kind_fn *belongs;
	words_fn *words;
};

static void limited_states(struct text *, const struct setreport *);
static void counted(struct text *, const struct setreport *, size_t,
    const char *, const struct listing *);
static void list(struct text *, const struct setreport *, const char *,
    const struct listing *);
static setreport_kind_fn is_first_of_down, is_bad_down, is_warned_down, is_bad,
    is_less_bad, is_warned, is_any_open;
static words_fn words_down, words_name, words_why, words_slow;
static void counts(struct text *, const struct setreport *);
static void run_time(struct text *, const struct setreport *);
static void port_count(struct text *, const struct setreport *, const char *,
    enum port_state);
static void count(struct text *, const char *, size_t,
    const struct share_limits *, double);
static size_t latencies(struct text *, const struct setreport *, size_t);
static void latency(struct text *, const struct setreport *,
    const struct entry *);
static void loss(struct text *, const char *, const struct entry_stats *);
static void relabelled(struct text *, const char *, const char *);
static void limited_hosts(struct text *, const struct setreport *, size_t);
static struct range seconds(const struct range *);
static size_t lines(struct text *, const struct setreport *, size_t);
static size_t of_interest(const struct portset_rest *);
static setreport_kind_fn is_told;
static bool line(struct text *, const struct setreport *, size_t, size_t,
    size_t, words_fn *);
static words_fn line_entry;
static void words_probes(struct text *, const struct entry_stats *, double);
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
	if (r->with_time)
		run_time(t, r);
	room = r->max - (t->len < r->max ? t->len : r->max);
	room = room > RESERVE ? room - RESERVE : 0;
	text_init(&details, r->max);
	if (r->verbosity > 0)
		text_printf(&details, "%s\n", r->limits);
	if (s->limited > 1)
		limited_hosts(&details, r, room / 4);
	lines_cut = lines(&details, r, room / 2);
	if (r->set->rest != NULL)
		lines_cut += of_interest(r->set->rest);
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
	static const struct listing bad[] = { { is_bad_down, words_down },
		{ is_bad, setreport_words }, { is_less_bad, setreport_words },
		{ is_warned_down, words_down }, { is_warned, setreport_words },
		{ NULL, NULL } };
	static const struct listing expiring[] = {
		{ setreport_expiring, words_why }, { NULL, NULL }
	};
	static const struct listing astray[] = {
		{ setreport_astray, words_name }, { NULL, NULL }
	};
	static const struct listing slow[] = { { setreport_slow, words_slow },
		{ NULL, NULL } };
	static const struct listing unasked[] = {
		{ setreport_unasked, words_why }, { NULL, NULL }
	};
	static const struct listing unknown[] = {
		{ setreport_unknown, words_why }, { NULL, NULL }
	};
	static const struct listing open[] = { { is_any_open, words_name },
		{ NULL, NULL } };
	const struct portset_summary *s = &r->summary;

	text_printf(t, "PORTSET %s - ", state_name(s->state));
	if (s->failed > 0)
		text_printf(t, "%zu of %zu not as expected", s->failed,
		    s->total);
	else
		text_printf(t, "%zu of %zu as expected", s->met, s->total);
	if (s->warned > 0)
		text_printf(t, ", %zu only a warning", s->warned);
	if (s->failed > 0)
		list(t, r, ": ", bad);
	limited_states(t, r);
	counted(t, r, s->unasked, "not probed", unasked);
	counted(t, r, s->unknown, "unknown", unknown);
	counted(t, r, s->expiring, "expiring", expiring);
	counted(t, r, s->astray, s->astray == 1 ? "clock off" : "clocks off",
	    astray);
	counted(t, r, s->lagging, "slow", slow);
	if (s->limited > 0)
		text_printf(t, "; ICMP limited: %zu of %zu told", s->told,
		    s->told_of);
	list(t, r, "; open: ", open);
	if (r->age != NULL)
		text_printf(t, "; %s", r->age);
}

/* How many ports are in a state of which that is too many, or too few. */
static void
limited_states(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	size_t i;

	for (i = 0; i < sizeof(s->ports) / sizeof(s->ports[0]); i++)
		if (share_limits_state(&r->policy->ports[i], s->ports[i],
			s->total) != STATE_OK)
			text_printf(t, "; %zu %s", s->ports[i],
			    port_state_words((enum port_state)i));
}

/* How many there are, and which, if there are any: else nothing is looked at. */
static void
counted(struct text *t, const struct setreport *r, size_t n, const char *what,
    const struct listing *l)
{
	if (n == 0)
		return;
	text_printf(t, "; %zu %s", n, what);
	list(t, r, ": ", l);
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

/* Whether it stands for all of a host that is told as a whole. */
static bool
is_first_of_down(const struct setreport *r, const struct entry *e)
{
	return setreport_of_down(r, e) &&
	    e == &r->set->entries[r->set->counts[e->host].first];
}

static bool
is_bad_down(const struct setreport *r, const struct entry *e)
{
	return is_first_of_down(r, e) &&
	    r->set->counts[e->host].worst == STATE_CRITICAL;
}

static bool
is_warned_down(const struct setreport *r, const struct entry *e)
{
	return is_first_of_down(r, e) && !is_bad_down(r, e);
}

/* By itself, with an outcome that is CRITICAL by default. */
static bool
is_bad(const struct setreport *r, const struct entry *e)
{
	return entry_failed(e) && !entry_warned(e) &&
	    !setreport_of_down(r, e) &&
	    outcome_default_state((enum outcome)e->finding) == STATE_CRITICAL;
}

static bool
is_less_bad(const struct setreport *r, const struct entry *e)
{
	return entry_failed(e) && !entry_warned(e) &&
	    !setreport_of_down(r, e) && !is_bad(r, e);
}

static bool
is_warned(const struct setreport *r, const struct entry *e)
{
	return entry_warned(e) && !setreport_of_down(r, e);
}

static bool
is_any_open(const struct setreport *r, const struct entry *e)
{
	return entry_ask(r->set, e)->expected == EXPECTED_ANY &&
	    entry_port(e) == PORT_OPEN;
}

static void
words_name(struct text *t, const struct setreport *r, const struct entry *e)
{
	entry_name(t, r->set, e);
}

/* "mx1 (all 5 ports: filtered, no answer)": what they have in common. */
static void
words_down(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct host_counts *h = &r->set->counts[e->host];
	enum port_state port = entry_port(e);

	text_escape_string(t, entry_host(r->set, e)->name);
	text_printf(t, " (all %u ports", h->total);
	if (!h->same_port || (h->quiet_ports & ~(1U << port)) != 0) {
		text_puts(t,
		    h->quiet > 0 ? ": no answer)" : " not as expected)");
		return;
	}
	text_printf(t, ": %s", port_state_words(port));
	if (h->same)
		setreport_reason(t, ", ", e, "");
	text_puts(t, ")");
}

static void
words_why(struct text *t, const struct setreport *r, const struct entry *e)
{
	words_name(t, r, e);
	setreport_reason(t, " (", e, ")");
}

/* What was slow may have no time now, by a port table. */
static void
words_slow(struct text *t, const struct setreport *r, const struct entry *e)
{
	double seconds = entry_judged(r->set, e, r->policy);

	words_name(t, r, e);
	if (!isnan(seconds))
		text_printf(t, " %.0f ms", seconds * 1e3);
}

static void
counts(struct text *t, const struct setreport *r)
{
	const struct portset_summary *s = &r->summary;
	const struct portset_policy *p = r->policy;
	static const struct policy no_days;
	const struct share_limits none = { .warning = { .set = false } };
	/* Of no meaning beside a number that will do. */
	const struct share_limits failed = p->at_least > 0
	    ? none
	    : (struct share_limits){ p->warning, p->critical };

	count(t, "total", s->total, &none, (double)NAN);
	text_puts(t, " ");
	count(t, "failed", s->failed, &failed, (double)s->total);
	port_count(t, r, "open", PORT_OPEN);
	port_count(t, r, "closed", PORT_CLOSED);
	port_count(t, r, "filtered", PORT_FILTERED);
	if (r->set->udp || r->set->rest != NULL)
		port_count(t, r, "open_filtered", PORT_OPEN_FILTERED);
	port_count(t, r, "unknown", PORT_UNKNOWN);
	if (r->set->days != NULL)
		report_cert_days(t, s->days != NULL ? s->days : &no_days,
		    s->cert_days);
}

static void
run_time(struct text *t, const struct setreport *r)
{
	const struct perfdata data = {
		.label = "time",
		.unit = "s",
		.value = (double)r->took_us / 1e6,
		.min = 0,
		.max = (double)NAN,
	};

	text_puts(t, " ");
	perfdata_format(t, &data);
}

static void
port_count(struct text *t, const struct setreport *r, const char *label,
    enum port_state port)
{
	text_puts(t, " ");
	count(t, label, r->summary.ports[port], &r->policy->ports[port],
	    (double)NAN);
}

/* Limits that are shares are none of a number. */
static void
count(struct text *t, const char *label, size_t n, const struct share_limits *l,
    double max)
{
	const struct perfdata data = {
		.label = label,
		.unit = "",
		.value = (double)n,
		.warning = l->warning.set && !l->warning.percent
		    ? &l->warning.range
		    : NULL,
		.critical = l->critical.set && !l->critical.percent
		    ? &l->critical.range
		    : NULL,
		.min = 0,
		.max = max,
		.count = true,
	};

	perfdata_format(t, &data);
}

/*
 * Up to a length of end; returns how many were left out, from the first on.  Where not
 * all entries are there, there are none, since labels would come and go.
 */
static size_t
latencies(struct text *t, const struct setreport *r, size_t end)
{
	struct text one;
	bool fits = true;
	size_t i;

	if (r->set->rest != NULL)
		return 0;
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
	const struct policy *own = entry_ask(r->set, e)->policy;
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

	/* Limits stand beside what they judge, and nothing else. */
	if (data.warning == NULL && data.critical == NULL &&
	    (own->has_warning || own->has_critical)) {
		data.value = entry_response(r->set, e);
		data.warning = own->has_warning ? &own->warning : NULL;
		data.critical = own->has_critical ? &own->critical : NULL;
	}
	text_init(&name, r->max);
	entry_name(&name, r->set, e);
	data.label = name.data;
	perfdata_format(t, &data);
	if (e->extra != NULL && e->extra->perfdata != NULL)
		relabelled(t, name.data, e->extra->perfdata);
	loss(t, name.data, entry_stats(r->set, e));
	text_free(&name);
}

/* NULL: it is asked once. */
static void
loss(struct text *t, const char *name, const struct entry_stats *s)
{
	if (s == NULL || s->probes == 0)
		return;
	text_puts(t, " '");
	perfdata_label(t, name);
	text_printf(t, "_loss'=%.1f%%;;;0;100", 100.0 * s->lost / s->probes);
}

/* What a handler measured, with the name of its entry in front of each label. */
static void
relabelled(struct text *t, const char *name, const char *perfdata)
{
	size_t len = strlen(perfdata);
	struct perfdata_item item;

	while (perfdata_next(&perfdata, &len, &item)) {
		text_puts(t, " '");
		perfdata_label(t, name);
		text_puts(t, "::");
		text_put(t, item.label, item.label_len);
		text_puts(t, "'=");
		text_put(t, item.data, item.data_len);
	}
}

/* Which hosts they are, as many as there is room for. */
static void
limited_hosts(struct text *t, const struct setreport *r, size_t end)
{
	struct text one;
	bool fits = true;
	size_t i;

	for (i = 0; i < r->set->n_hosts && fits; i++) {
		const struct host_counts *h = &r->set->counts[i];

		if (!host_counts_limited(h))
			continue;
		text_init(&one, r->max);
		text_escape_string(&one, r->set->hosts[i].name);
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

/* The same for the lines of hosts, then of all entries or those of interest. */
static size_t
lines(struct text *t, const struct setreport *r, size_t end)
{
	size_t i, cut = 0;

	for (i = 0; i < r->set->n && r->summary.down > 0; i++)
		if (is_first_of_down(r, &r->set->entries[i]))
			cut += !line(t, r, i, end, cut, words_down);
	for (i = 0; i < r->set->n; i++)
		if (r->verbosity > 0 || is_told(r, &r->set->entries[i]))
			cut += !line(t, r, i, end, cut, line_entry);
	return cut;
}

/* How many of a rest have no line that should. */
static size_t
of_interest(const struct portset_rest *rest)
{
	return rest->states[STATE_WARNING] + rest->states[STATE_CRITICAL] +
	    rest->states[STATE_UNKNOWN] + rest->slow;
}

/* Whether it is of interest by itself. */
static bool
is_told(const struct setreport *r, const struct entry *e)
{
	return (entry_failed(e) && !setreport_of_down(r, e)) ||
	    entry_expiring(e) || entry_astray(e) || setreport_slow(r, e) ||
	    entry_unasked(e) || entry_unknown(e);
}

/* Whether it is there: after one that did not fit there is none. */
static bool
line(struct text *t, const struct setreport *r, size_t i, size_t end,
    size_t cut, words_fn *words)
{
	struct text one;
	bool fits = false;

	if (cut > 0)
		return false;
	text_init(&one, r->max);
	words(&one, r, &r->set->entries[i]);
	text_puts(&one, "\n");
	fits = append(t, &one, end);
	text_free(&one);
	return fits;
}

static void
line_entry(struct text *t, const struct setreport *r, const struct entry *e)
{
	enum expected expected = entry_ask(r->set, e)->expected;
	const struct entry_stats *stats = entry_stats(r->set, e);
	double judged = entry_judged(r->set, e, r->policy);

	words_name(t, r, e);
	text_printf(t, ": %s", port_state_words(entry_port(e)));
	if (entry_failed(e))
		text_printf(t, ", expected %s", expected_name(expected));
	if (entry_warned(e))
		text_puts(t, ", only a warning");
	if (stats != NULL)
		words_probes(t, stats, entry_latency(r->set, e));
	else if (!isnan(judged))
		text_printf(t, ", %.6f s", judged);
	if (entry_expiring(e))
		text_puts(t, ", expiring");
	if (entry_astray(e))
		text_puts(t, ", clock off");
	if (setreport_slow(r, e) && stats != NULL)
		text_printf(t, ", slow: %.3f ms", judged * 1e3);
	else if (setreport_slow(r, e))
		text_puts(t, ", slow");
	setreport_reason(t, ": ", e, "");
}

/* ", 3 probes, 0 lost, min 0.100 ms, avg 0.200 ms, max 0.300 ms" */
static void
words_probes(struct text *t, const struct entry_stats *s, double average)
{
	text_printf(t, ", %u %s, %u lost", s->probes,
	    s->probes == 1 ? "probe" : "probes", s->lost);
	if (s->timed > 0)
		text_printf(t, ", min %.3f ms, avg %.3f ms, max %.3f ms",
		    setreport_least(s) * 1e3, average * 1e3,
		    setreport_longest(s) * 1e3);
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
