/* SPDX-License-Identifier: ISC */
/*
 * A first line as the user words it: in its format a percent sign and a letter
 * stand for a part of the report.
 */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "letters.h"
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

#define N_LETTERS (sizeof(letters) / sizeof(letters[0]))

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
	char known[N_LETTERS + 1];
	size_t i;

	for (i = 0; i < N_LETTERS; i++)
		known[i] = letters[i].letter;
	known[N_LETTERS] = '\0';
	return letters_check(format, known);
}

void
report_time(struct text *t, int64_t wall_s)
{
	const struct clock_date d = clock_date(wall_s);

	text_printf(t, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02uZ", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
}

/* NULL: none has that letter. */
static const struct letter *
find(char letter)
{
	size_t i;

	for (i = 0; i < N_LETTERS; i++)
		if (letters[i].letter == letter)
			return &letters[i];
	return NULL;
}

static void
words(struct text *t, const struct report *r)
{
	const char *s = r->text, *next;
	size_t plain;
	char letter;

	while ((next = letters_next(s, &plain, &letter)) != NULL) {
		text_escape(t, s, plain, REPORT_MAX);
		find(letter)->put(t, r);
		s = next;
	}
	text_escape(t, s, plain, REPORT_MAX);
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

static void
put_time(struct text *t, const struct report *r)
{
	report_time(t, r->wall_s);
}

static void
put_percent(struct text *t, const struct report *r)
{
	(void)r;
	text_puts(t, "%");
}
