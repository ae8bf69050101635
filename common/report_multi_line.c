/* SPDX-License-Identifier: ISC */
/*
 * A summary, then a line for each thing that was judged, in the manner of the
 * Monitoring Plugins 3.x.
 */
#include "report.h"

struct judged {
	enum state state;
	struct text words;
};

/*
 * The connection, the certificates, the answer, the time, the clock, what was
 * expected, the series.
 */
#define JUDGED_MAX 7

static report_fn words;
static size_t judge_all(struct judged *, const struct report *);
static struct text *add(struct judged *, size_t *, enum state);
static void words_time(struct text *, const struct report *);
static void words_answer(struct text *, const struct report *);
static void words_clock(struct text *, const struct report *);
static void words_connection(struct text *, const struct report *);
static void words_expected(struct text *, const struct report *);
static void words_series(struct judged *, size_t *, const struct report *);

void
report_multi_line(struct text *t, const struct report *r)
{
	report_bounded(t, r, words);
}

static void
words(struct text *t, const struct report *r)
{
	struct judged judged[JUDGED_MAX], *worst;
	size_t i, n = judge_all(judged, r);

	worst = &judged[0];
	for (i = 0; i < n; i++)
		if (judged[i].state != worst->state &&
		    state_worst(judged[i].state, worst->state) ==
			judged[i].state)
			worst = &judged[i];
	text_printf(t, "[%s] - %s", state_name(r->verdict.state),
	    worst->state == STATE_OK && result_answered(r->result)
		? "Connection succeeded"
		: worst->words.data);
	for (i = 0; i < n; i++) {
		text_printf(t, "\n\t\\_[%s] - %s", state_name(judged[i].state),
		    judged[i].words.data);
		text_free(&judged[i].words);
	}
	/* What follows performance data here is performance data, too. */
	if (r->verbosity > 0) {
		text_puts(t, "\n");
		report_details(t, r);
		text_truncate(t, t->len - 1);
	}
}

static size_t
judge_all(struct judged *judged, const struct report *r)
{
	bool ok = r->result->outcome == OUTCOME_OK;
	bool open_expected = r->policy->expected == EXPECTED_OPEN;
	size_t n = 0;

	if (result_answered(r->result))
		words_time(add(judged, &n, r->verdict.time), r);
	if (r->result->reply.len > 0 || !ok)
		words_answer(add(judged, &n,
				 ok ? STATE_OK : r->verdict.outcome),
		    r);
	if (r->result->has_offset)
		words_clock(add(judged, &n, r->verdict.clock), r);
	if (r->result->handshake != NULL &&
	    (r->policy->has_days || r->verdict.dates_outcome != OUTCOME_OK))
		report_dates(add(judged, &n, r->verdict.dates), r, true);
	if (outcome_port(r->result->outcome) == PORT_OPEN)
		words_connection(add(judged, &n,
				     ok && open_expected ? r->verdict.outcome
							 : STATE_OK),
		    r);
	if (!open_expected)
		words_expected(add(judged, &n, r->verdict.outcome), r);
	words_series(judged, &n, r);
	return n;
}

static struct text *
add(struct judged *judged, size_t *n, enum state s)
{
	struct judged *j = &judged[(*n)++];

	j->state = s;
	text_init(&j->words, REPORT_MAX);
	return &j->words;
}

static void
words_time(struct text *t, const struct report *r)
{
	const struct policy *p = r->policy;

	text_printf(t, "Connection time %fs", (double)r->result->time_us / 1e6);
	switch (r->verdict.time) {
	case STATE_CRITICAL:
		text_puts(t, " exceeded critical threshold (");
		range_format(t, &p->critical, false);
		text_puts(t, ")");
		break;
	case STATE_WARNING:
		text_puts(t, " exceeded warning threshold (");
		range_format(t, &p->warning, false);
		text_puts(t, ")");
		break;
	default:
		text_puts(t, " is within thresholds");
	}
}

static void
words_answer(struct text *t, const struct report *r)
{
	switch (r->result->outcome) {
	case OUTCOME_OK:
		text_puts(t,
		    "The answer of the server matched the expectation");
		break;
	case OUTCOME_MISMATCH:
		text_puts(t, "Answer failed to match expectation: expected ");
		report_expected(t, r);
		text_puts(t, "; ");
		report_ending(t, r);
		break;
	default:
		report_failure(t, r);
	}
}

static void
words_clock(struct text *t, const struct report *r)
{
	text_puts(t, "Its ");
	report_clock(t, r);
}

static void
words_connection(struct text *t, const struct report *r)
{
	text_puts(t, "Connection ");
	report_where(t, r);
	text_puts(t, " was a SUCCESS");
}

static void
words_expected(struct text *t, const struct report *r)
{
	text_puts(t, "Port is ");
	text_puts(t, port_state_words(outcome_port(r->result->outcome)));
	text_printf(t, ", expected %s", expected_name(r->policy->expected));
}

/* The words come as the rest of a sentence. */
static void
words_series(struct judged *judged, size_t *n, const struct report *r)
{
	static const char comma[] = ", ";
	struct text words;

	text_init(&words, REPORT_MAX);
	report_series_words(&words, r);
	if (words.len > 0)
		text_puts(add(judged, n, r->verdict.outcome),
		    words.data + sizeof(comma) - 1);
	text_free(&words);
}
