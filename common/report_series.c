/* SPDX-License-Identifier: ISC */
/*
 * What retries, several probes and several addresses add to a report.
 */
#include <math.h>

#include "json.h"
#include "report.h"

/* Of the addresses that are not OK, in words. */
#define FAILED_BYTES 300

static bool is_many(const struct series *);
static void failed(struct text *, const struct series *);
static void range(struct text *, const struct member *);
static double seconds(int64_t);

void
report_series_words(struct text *t, const struct report *r)
{
	const struct series *s = r->series;
	struct member sum;

	if (s == NULL)
		return;
	if (s->retried > 0)
		text_printf(t, ", after %u %s", s->retried,
		    s->retried == 1 ? "retry" : "retries");
	if (!is_many(s))
		return;
	sum = series_sum(s);
	if (s->by_address && s->n > 1)
		text_printf(t, ", %zu of %zu addresses OK", series_ok(s), s->n);
	failed(t, s);
	if (s->probes > 1)
		text_printf(t, ", %u of %u probes OK", sum.ok, sum.asked);
	range(t, &sum);
}

void
report_series_perfdata(struct text *t, const struct report *r)
{
	const struct series *s = r->series;
	struct perfdata p = { .unit = "s", .min = 0, .max = (double)NAN };
	struct member sum;

	if (s == NULL || !is_many(s))
		return;
	sum = series_sum(s);
	p.label = "time_min";
	p.value = sum.answered > 0 ? seconds(sum.min_us) : (double)NAN;
	text_puts(t, " ");
	perfdata_format(t, &p);
	p.label = "time_max";
	p.value = sum.answered > 0 ? seconds(sum.max_us) : (double)NAN;
	text_puts(t, " ");
	perfdata_format(t, &p);
	text_printf(t, " loss=%u%%;;;0;100",
	    (sum.asked - sum.answered) * 100 / sum.asked);
}

void
report_series_json(struct text *t, const struct report *r)
{
	const struct series *s = r->series;
	struct member sum;

	if (s == NULL)
		return;
	sum = series_sum(s);
	text_printf(t,
	    ",\"retries\":%u,\"probes\":{\"asked\":%u,\"ok\":%u,\"answered\":%u",
	    s->retried, sum.asked, sum.ok, sum.answered);
	json_seconds(t,
	    ",\"time_min\":", sum.answered > 0 ? sum.min_us : RESULT_NONE);
	json_seconds(t,
	    ",\"time_max\":", sum.answered > 0 ? sum.max_us : RESULT_NONE);
	text_puts(t, "}");
}

static bool
is_many(const struct series *s)
{
	return s->probes > 1 || s->by_address;
}

/* ", not 192.0.2.1 (Connection refused)" */
static void
failed(struct text *t, const struct series *s)
{
	const char *before = ", not ";
	size_t i, end = t->len + FAILED_BYTES;

	for (i = 0; i < s->n && s->n > 1; i++) {
		const struct member *m = &s->members[i];
		struct result told = m->told;
		struct text reason;

		if (m->state == STATE_OK)
			continue;
		if (t->len > end) {
			text_puts(t, ", ...");
			return;
		}
		text_puts(t, before);
		before = ", ";
		addr_format(t, &m->told.addr);
		text_init(&reason, REPORT_MAX);
		told.outcome = series_verdict(s, m).told;
		report_reason(&reason, &told);
		if (reason.len > 0)
			text_printf(t, " (%s)", reason.data);
		text_free(&reason);
	}
}

static void
range(struct text *t, const struct member *sum)
{
	if (sum->answered < 2)
		return;
	text_printf(t, ", %.3f/%.3f/%.3f s min/avg/max", seconds(sum->min_us),
	    seconds(sum->sum_us / sum->answered), seconds(sum->max_us));
}

static double
seconds(int64_t us)
{
	return (double)us / 1e6;
}
