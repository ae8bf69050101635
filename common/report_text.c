/* SPDX-License-Identifier: ISC */
/*
 * A first line as the user words it: in its format a percent sign and a letter
 * stand for a part of the report.
 */
#include <assert.h>
#include <inttypes.h>

#include "clock.h"
#include "letters.h"
#include "report.h"

static const char letters[] = "hpansxomlrbt%";

static report_fn words;
static void put(struct text *, char, const struct report *);
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
	return letters_check(format, letters);
}

void
report_time(struct text *t, int64_t wall_s)
{
	const struct clock_date d = clock_date(wall_s);

	text_printf(t, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02uZ", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
}

static void
words(struct text *t, const struct report *r)
{
	const char *s = r->text, *next;
	size_t plain;
	char letter;

	while ((next = letters_next(s, &plain, &letter)) != NULL) {
		text_escape(t, s, plain, REPORT_MAX);
		put(t, letter, r);
		s = next;
	}
	text_escape(t, s, plain, REPORT_MAX);
}

static void
put(struct text *t, char letter, const struct report *r)
{
	bool path = r->target->host[0] == '/';

	switch (letter) {
	case 'h':
		text_escape_string(t, r->target->host);
		break;
	case 'p':
		text_printf(t, "%u", path ? 0U : r->target->port);
		break;
	case 'a':
		report_address(t, r);
		break;
	case 'n':
		text_puts(t, r->service);
		break;
	case 's':
		text_puts(t, state_name(r->verdict.state));
		break;
	case 'x':
		text_escape_string(t,
		    port_state_name(outcome_port(r->result->outcome)));
		break;
	case 'o':
		text_puts(t, outcome_name(r->verdict.told));
		break;
	case 'm':
		report_words(t, r);
		break;
	case 'l':
		put_seconds(t,
		    result_answered(r->result) ? r->result->time_us
					       : RESULT_NONE);
		break;
	case 'r':
		put_seconds(t, r->result->rtt_us);
		break;
	case 'b':
		if (!r->jail)
			report_answer(t, r);
		break;
	case 't':
		report_time(t, r->wall_s);
		break;
	default:
		assert(letter == '%');
		text_puts(t, "%");
	}
}

static void
put_seconds(struct text *t, int64_t us)
{
	if (us != RESULT_NONE)
		text_printf(t, "%.6f", (double)us / 1e6);
	else
		text_puts(t, "U");
}
