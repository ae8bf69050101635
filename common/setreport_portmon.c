/* SPDX-License-Identifier: ISC */
/*
 * A line for each entry as portmon writes them, or as the user words it: in
 * --report a percent sign and a letter stand for a part of it.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "escape.h"
#include "letters.h"
#include "report.h"
#include "setreport.h"
#include "xalloc.h"

static const char usual[] = "%s Service on %h:%p is %w (%lms)";

/* Those of check_tcp's --text are the same where portmon has no other. */
static const char letters[] = "hplswanPSxormt%";

/* What portmon calls a port: down whatever else was expected. */
static const struct condition {
	char sign;
	const char *word;
} down = { '!', "down" }, normal = { '-', "normal" },
  lagged = { '+', "lagged" };

static void write_line(struct text *, const struct setreport *,
    const struct entry *);
static void put(struct text *, char, const struct setreport *,
    const struct entry *);
static void put_latency(struct text *, double);
static const struct condition *condition(const struct setreport *,
    const struct entry *);

void
setreport_portmon(struct text *t, const struct setreport *r)
{
	size_t i;

	for (i = 0; i < r->set->n; i++) {
		write_line(t, r, &r->set->entries[i]);
		setreport_flush(t, r);
	}
}

const char *
setreport_line_parse(const char *s, char **line)
{
	const char *why;
	size_t len;

	*line = xstrdup(s);
	why = escape_decode(s, *line, &len);
	if (why != NULL)
		return why;
	(*line)[len] = '\0';
	return strlen(*line) == len ? letters_check(*line, letters)
				    : "a line ends at \\0";
}

/* What the user wrote is written as it is: it may be several lines. */
static void
write_line(struct text *t, const struct setreport *r, const struct entry *e)
{
	const char *s = r->line != NULL ? r->line : usual, *next;
	size_t plain;
	char letter;

	while ((next = letters_next(s, &plain, &letter)) != NULL) {
		text_put(t, s, plain);
		put(t, letter, r, e);
		s = next;
	}
	text_put(t, s, plain);
	text_puts(t, "\n");
}

static void
put(struct text *t, char letter, const struct setreport *r,
    const struct entry *e)
{
	const struct portset_host *host = entry_host(r->set, e);

	switch (letter) {
	case 'h':
		text_escape_string(t, host != NULL ? host->name : "localhost");
		break;
	case 'p':
		if (entry_ask(r->set, e)->path)
			text_escape_string(t, e->target.host);
		else
			text_printf(t, "%u", e->target.port);
		break;
	case 'l':
		put_latency(t, entry_judged(r->set, e, r->policy));
		break;
	case 's':
		text_put(t, &condition(r, e)->sign, 1);
		break;
	case 'w':
		text_puts(t, condition(r, e)->word);
		break;
	case 'a':
		setreport_address(t, e);
		break;
	case 'n':
		entry_name(t, r->set, e);
		break;
	case 'P':
		text_puts(t, setreport_transport(r, e));
		break;
	case 'S':
	case 'x':
		text_puts(t, port_state_name(entry_port(e)));
		break;
	case 'o':
		text_puts(t, outcome_name((enum outcome)e->finding));
		break;
	case 'r':
		entry_reason(t, e);
		break;
	case 'm':
		setreport_words(t, r, e);
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
put_latency(struct text *t, double seconds)
{
	text_printf(t, "%.0f", isnan(seconds) ? 0 : seconds * 1e3);
}

static const struct condition *
condition(const struct setreport *r, const struct entry *e)
{
	if (!entry_met(e))
		return &down;
	return setreport_slow(r, e) ? &lagged : &normal;
}
