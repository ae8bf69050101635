/* SPDX-License-Identifier: ISC */
/*
 * A line for each entry as portmon writes them, or as the user words it: in
 * --report a percent sign and a letter stand for a part of it.
 */
#include <math.h>
#include <string.h>

#include "letters.h"
#include "report.h"
#include "setreport.h"

static const char usual[] = "%s Service on %h:%p is %w (%lms)";

typedef void put_fn(struct text *, const struct setreport *,
    const struct entry *);

static put_fn put_address, put_host, put_latency, put_name, put_outcome,
    put_percent, put_port, put_port_state, put_reason, put_sign, put_time,
    put_transport, put_word;

/* Those of check_tcp's --text are the same where portmon has no other. */
static const struct letter {
	char letter;
	put_fn *put;
} letters[] = {
	{ 'h', put_host },
	{ 'p', put_port },
	{ 'l', put_latency },
	{ 's', put_sign },
	{ 'w', put_word },
	{ 'a', put_address },
	{ 'n', put_name },
	{ 'P', put_transport },
	{ 'S', put_port_state },
	{ 'x', put_port_state },
	{ 'o', put_outcome },
	{ 'r', put_reason },
	{ 'm', setreport_words },
	{ 't', put_time },
	{ '%', put_percent },
};
#define N_LETTERS (sizeof(letters) / sizeof(letters[0]))

/* What portmon calls a port: down whatever else was expected. */
static const struct condition {
	char sign;
	const char *word;
} down = { '!', "down" }, normal = { '-', "normal" },
  lagged = { '+', "lagged" };

static void write_line(struct text *, const struct setreport *,
    const struct entry *);
static const struct letter *find(char);
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
setreport_line_check(const char *line)
{
	char known[N_LETTERS + 1];
	size_t i;

	for (i = 0; i < N_LETTERS; i++)
		known[i] = letters[i].letter;
	known[N_LETTERS] = '\0';
	return letters_check(line, known);
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
		find(letter)->put(t, r, e);
		s = next;
	}
	text_put(t, s, plain);
	text_puts(t, "\n");
}

static const struct letter *
find(char letter)
{
	size_t i = 0;

	while (letters[i].letter != letter)
		i++;
	return &letters[i];
}

static const struct condition *
condition(const struct setreport *r, const struct entry *e)
{
	if (!entry_met(e))
		return &down;
	return setreport_slow(r, e) ? &lagged : &normal;
}

static void
put_host(struct text *t, const struct setreport *r, const struct entry *e)
{
	const struct portset_host *host = entry_host(r->set, e);

	text_escape_string(t, host != NULL ? host->name : "localhost");
}

static void
put_port(struct text *t, const struct setreport *r, const struct entry *e)
{
	if (entry_ask(r->set, e)->path)
		text_escape_string(t, e->target.host);
	else
		text_printf(t, "%u", e->target.port);
}

static void
put_latency(struct text *t, const struct setreport *r, const struct entry *e)
{
	double seconds = entry_judged(r->set, e, r->policy);

	text_printf(t, "%.0f", isnan(seconds) ? 0 : seconds * 1e3);
}

static void
put_sign(struct text *t, const struct setreport *r, const struct entry *e)
{
	text_put(t, &condition(r, e)->sign, 1);
}

static void
put_word(struct text *t, const struct setreport *r, const struct entry *e)
{
	text_puts(t, condition(r, e)->word);
}

static void
put_address(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)r;
	setreport_address(t, e);
}

static void
put_name(struct text *t, const struct setreport *r, const struct entry *e)
{
	entry_name(t, r->set, e);
}

static void
put_transport(struct text *t, const struct setreport *r, const struct entry *e)
{
	text_puts(t, setreport_transport(r, e));
}

static void
put_port_state(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)r;
	text_puts(t, port_state_name(entry_port(e)));
}

static void
put_outcome(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)r;
	text_puts(t, outcome_name((enum outcome)e->finding));
}

static void
put_reason(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)r;
	entry_reason(t, e);
}

static void
put_time(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)e;
	report_time(t, r->wall_s);
}

static void
put_percent(struct text *t, const struct setreport *r, const struct entry *e)
{
	(void)r;
	(void)e;
	text_puts(t, "%");
}
