/* SPDX-License-Identifier: ISC */
/*
 * A first line as the user words it: in its format a percent sign and a letter
 * stand for a part of the report.
 */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "report.h"

static report_fn words, put_address, put_answer, put_host, put_outcome,
    put_percent, put_port, put_port_state, put_response, put_round_trip,
    put_service, put_state, put_time;

static const struct letter {
	char letter;
	report_fn *put;
} letters[] = {
	{ 'h', put_host },
	{ 'p', put_port },
	{ 'a', put_address },
	{ 'n', put_service },
	{ 's', put_state },
	{ 'x', put_port_state },
	{ 'o', put_outcome },
	{ 'm', report_words },
	{ 'l', put_response },
	{ 'r', put_round_trip },
	{ 'b', put_answer },
	{ 't', put_time },
	{ '%', put_percent },
};

static const struct letter *find(char);
static void put_seconds(struct text *, int64_t);

void
report_text(struct text *t, const struct report *r)
{
	report_bounded(t, r, words);
	if (r->verbosity > 0)
		report_details(t, r);
}

const char *
report_text_check(const char *format)
{
	static char why[128];
	struct text t;
	size_t i;

	while ((format = strchr(format, '%')) != NULL && find(format[1]))
		format += 2;
	if (format == NULL)
		return NULL;
	text_init(&t, sizeof(why) - 1);
	text_escape(&t, format, format[1] != '\0' ? 2 : 1, TEXT_WORD);
	text_puts(&t, ": not one of ");
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		text_puts(&t, i > 0 ? ", %" : "%");
		text_put(&t, &letters[i].letter, 1);
	}
	for (i = 0; i <= t.len; i++)
		why[i] = t.data[i];
	text_free(&t);
	return why;
}

/* NULL: none has that letter. */
static const struct letter *
find(char letter)
{
	size_t i;

	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == letter)
			return &letters[i];
	return NULL;
}

static void
words(struct text *t, const struct report *r)
{
	const char *s = r->text;

	while (*s != '\0') {
		size_t plain = strcspn(s, "%");

		text_escape(t, s, plain, REPORT_MAX);
		s += plain;
		if (*s == '%') {
			find(s[1])->put(t, r);
			s += 2;
		}
	}
}

static void
put_host(struct text *t, const struct report *r)
{
	text_escape_string(t, r->target->host);
}

static void
put_port(struct text *t, const struct report *r)
{
	text_printf(t, "%u", r->target->host[0] != '/' ? r->target->port : 0U);
}

static void
put_address(struct text *t, const struct report *r)
{
	report_address(t, r);
}

static void
put_service(struct text *t, const struct report *r)
{
	text_puts(t, r->service);
}

static void
put_state(struct text *t, const struct report *r)
{
	text_puts(t, state_name(r->verdict.state));
}

static void
put_port_state(struct text *t, const struct report *r)
{
	text_escape_string(t,
	    port_state_name(outcome_port(r->result->outcome)));
}

static void
put_outcome(struct text *t, const struct report *r)
{
	text_puts(t, outcome_name(r->verdict.told));
}

static void
put_response(struct text *t, const struct report *r)
{
	put_seconds(t,
	    result_answered(r->result) ? r->result->time_us : RESULT_NONE);
}

static void
put_round_trip(struct text *t, const struct report *r)
{
	put_seconds(t, r->result->rtt_us);
}

static void
put_seconds(struct text *t, int64_t us)
{
	if (us != RESULT_NONE)
		text_printf(t, "%.6f", (double)us / 1e6);
	else
		text_puts(t, "U");
}

static void
put_answer(struct text *t, const struct report *r)
{
	if (!r->jail)
		report_answer(t, r);
}

/* ISO 8601 */
static void
put_time(struct text *t, const struct report *r)
{
	const struct clock_date d = clock_date(r->wall_s);

	text_printf(t, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02uZ", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
}

static void
put_percent(struct text *t, const struct report *r)
{
	(void)r;
	text_puts(t, "%");
}
