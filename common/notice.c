/* SPDX-License-Identifier: ISC */
#include "notice.h"

#include <assert.h>
#include <time.h>

#include "clock.h"
#include "outcome.h"
#include "state.h"

static const char fields[] = "htmnpPsSrli%";

/* Two have no letter that may be written: T and E. */
static const struct call_variable variables[] = {
	{ "PORTSTATE_HOST=", 'h' },
	{ "PORTSTATE_TIME=", 'T' },
	{ "PORTSTATE_MESSAGE=", 'm' },
	{ "PORTSTATE_NAME=", 'n' },
	{ "PORTSTATE_PORT=", 'p' },
	{ "PORTSTATE_TRANSPORT=", 'P' },
	{ "PORTSTATE_STATE=", 's' },
	{ "PORTSTATE_STATUS=", 'S' },
	{ "PORTSTATE_REASON=", 'r' },
	{ "PORTSTATE_LATENCY=", 'l' },
	{ "PORTSTATE_EVENT_ID=", 'i' },
	{ "PORTSTATE_EVENT=", 'E' },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))
_Static_assert(VARIABLES <= CALL_VARIABLES_MAX, "no room for the environment");

static const char *const transports[] = { "tcp", "udp", "unix" };
#define UNIX 2

static const char *const event_names[] = {
	[TABLE_EVENT_DOWN] = "down",
	[TABLE_EVENT_UP] = "up",
	[TABLE_EVENT_LAGGED] = "lagged",
	[TABLE_EVENT_NORMAL] = "normal",
	[TABLE_EVENT_SEVERE] = "severe",
	[TABLE_EVENT_RECOVERED] = "recovered",
};

static void put_why(struct text *, const struct table_event *);
static void put_reason(struct text *, const struct table_event *, const char *);
static void put_latency(struct text *, const struct table_event *, const char *,
    const char *);
static call_field_fn field;
static void put_local(struct text *, int64_t);
static void put_utc(struct text *, int64_t);

const char *
notice_event(enum table_event_kind kind)
{
	return event_names[kind];
}

bool
notice_find_event(const char *name, enum table_event_kind *kind)
{
	size_t i;

	for (i = 0; i < sizeof(event_names) / sizeof(event_names[0]); i++)
		if (text_same(event_names[i], name)) {
			*kind = (enum table_event_kind)i;
			return true;
		}
	return false;
}

void
notice_message(struct text *t, const struct notice *n)
{
	const struct table_event *e = n->event;

	text_puts(t, e->name);
	switch ((enum table_event_kind)e->kind) {
	case TABLE_EVENT_DOWN:
		text_puts(t, " is down");
		put_why(t, e);
		break;
	case TABLE_EVENT_UP:
		text_puts(t, " is up again");
		break;
	case TABLE_EVENT_LAGGED:
		text_puts(t, " is lagged");
		put_latency(t, e, ": ", " ms");
		if (e->rtt_us != UINT32_MAX)
			text_printf(t, ", more than %u ms", e->lag_ms);
		break;
	case TABLE_EVENT_NORMAL:
		text_puts(t, " is back to normal");
		put_latency(t, e, ": ", " ms");
		break;
	case TABLE_EVENT_SEVERE:
		text_puts(t, " is still down");
		if (e->failed_rounds > 1)
			text_printf(t, " after %u rounds", e->failed_rounds);
		put_why(t, e);
		break;
	case TABLE_EVENT_RECOVERED:
		text_puts(t, " is no longer severely down");
		break;
	}
}

bool
notice_check(const char *const *words, struct text *error)
{
	return call_check(words, fields, error);
}

bool
notice_call_init(struct call *c, const char *const *words,
    const struct notice *n)
{
	return call_init(c, words, variables, VARIABLES, field, n);
}

/* Of these two nothing, if there is none, nor what stands beside it. */
/* A port that is open and should not be has no reason. */
static void
put_why(struct text *t, const struct table_event *e)
{
	if (e->reason[0] != '\0')
		text_printf(t, ": %s", e->reason);
	else
		text_printf(t, ": the port is %s",
		    port_state_name((enum port_state)e->port_state));
}

static void
put_reason(struct text *t, const struct table_event *e, const char *before)
{
	if (e->reason[0] == '\0')
		return;
	text_puts(t, before);
	text_puts(t, e->reason);
}

static void
put_latency(struct text *t, const struct table_event *e, const char *before,
    const char *after)
{
	if (e->rtt_us == UINT32_MAX)
		return;
	text_printf(t, "%s%u.%03u%s", before, e->rtt_us / 1000,
	    e->rtt_us % 1000, after);
}

static void
field(struct text *t, char letter, const void *ctx)
{
	const struct notice *n = ctx;
	const struct table_event *e = n->event;

	switch (letter) {
	case 'h':
		text_puts(t, n->host);
		break;
	case 't':
		put_local(t, e->at_us);
		break;
	case 'T':
		put_utc(t, e->at_us);
		break;
	case 'm':
		notice_message(t, n);
		break;
	case 'n':
		text_puts(t, e->name);
		break;
	case 'p':
		if (n->transport != UNIX)
			text_printf(t, "%u", n->port);
		break;
	case 'P':
		text_puts(t, transports[n->transport]);
		break;
	case 's':
		text_puts(t, port_state_name((enum port_state)e->port_state));
		break;
	case 'S':
		text_puts(t, state_name((enum state)e->state));
		break;
	case 'r':
		put_reason(t, e, e->reason[0] == '-' ? " " : "");
		break;
	case 'l':
		put_latency(t, e, "", "");
		break;
	case 'i':
		text_printf(t, "%llu", (unsigned long long)e->number);
		break;
	default:
		assert(letter == 'E');
		text_puts(t, notice_event((enum table_event_kind)e->kind));
	}
}

/* As ctime(3), which writes the end of a line, too. */
static void
put_local(struct text *t, int64_t at_us)
{
	time_t at = (time_t)(at_us / CLOCK_SECOND);
	char date[64];
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL &&
	    strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm) > 0)
		text_puts(t, date);
}

static void
put_utc(struct text *t, int64_t at_us)
{
	struct clock_date d = clock_date(at_us / CLOCK_SECOND);

	text_printf(t, "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
}
