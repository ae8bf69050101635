/* SPDX-License-Identifier: ISC */
#include "setreport.h"

#include <math.h>
#include <strings.h>

#include "report.h"

static const struct {
	const char *name;
	setreport_fn *fn;
} reports[] = {
	{ "nagios", setreport_nagios },
	{ "table", setreport_table },
	{ "json", setreport_json },
	{ "csv", setreport_csv },
	{ "prometheus", setreport_prometheus },
	{ "portmon", setreport_portmon },
	{ "html", setreport_html },
};

setreport_fn *
setreport_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (strcasecmp(name, reports[i].name) == 0)
			return reports[i].fn;
	return NULL;
}

void
setreport_flush(struct text *t, const struct setreport *r)
{
	if (t->len > SETREPORT_PIECE)
		r->flush(r->sink, t);
}

bool
setreport_unasked(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_unasked(e);
}

bool
setreport_unknown(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_unknown(e);
}

bool
setreport_expiring(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_expiring(e);
}

bool
setreport_astray(const struct setreport *r, const struct entry *e)
{
	(void)r;
	return entry_astray(e);
}

bool
setreport_slow(const struct setreport *r, const struct entry *e)
{
	return entry_lag(r->set, e, r->policy) != STATE_OK;
}

bool
setreport_of_down(const struct setreport *r, const struct entry *e)
{
	return e->host != NO_HOST && host_counts_down(&r->set->counts[e->host]);
}

void
setreport_words(struct text *t, const struct setreport *r,
    const struct entry *e)
{
	entry_name(t, r->set, e);
	text_printf(t, " %s", port_state_words(entry_port(e)));
	setreport_reason(t, " (", e, ")");
}

void
setreport_reason(struct text *t, const char *before, const struct entry *e,
    const char *after)
{
	struct text reason;

	text_init(&reason, REPORT_MAX);
	entry_reason(&reason, e);
	if (reason.len > 0)
		text_printf(t, "%s%s%s", before, reason.data, after);
	text_free(&reason);
}

const char *
setreport_hosts_down(size_t n)
{
	return n == 1 ? "host with nothing as expected"
		      : "hosts with nothing as expected";
}

const char *
setreport_transport(const struct setreport *r, const struct entry *e)
{
	const struct ask *ask = entry_ask(r->set, e);

	if (ask->path)
		return "unix";
	return ask->udp ? "udp" : "tcp";
}

void
setreport_address(struct text *t, const struct entry *e)
{
	struct addr literal;
	const char *why;

	if (e->extra != NULL && e->extra->addr.family != AF_UNSPEC)
		literal = e->extra->addr;
	else if (addr_parse(e->target.host, AF_UNSPEC, &literal, &why) !=
	    ADDR_LITERAL)
		literal.family = AF_UNSPEC;
	if (literal.family != AF_UNIX)
		addr_format(t, &literal);
}

double
setreport_seconds(uint32_t us)
{
	return us != ENTRY_NO_TIME ? us / 1e6 : (double)NAN;
}

double
setreport_asked(const struct setreport *r, const struct entry *e)
{
	const int64_t *us = r->set->asked_us;
	size_t i = (size_t)(e - r->set->entries);

	return us != NULL && us[i] != 0 ? (double)us[i] / 1e6 : (double)NAN;
}

double
setreport_least(const struct entry_stats *s)
{
	return s != NULL && s->timed > 0 ? s->min_us / 1e6 : (double)NAN;
}

double
setreport_longest(const struct entry_stats *s)
{
	return s != NULL && s->timed > 0 ? s->max_us / 1e6 : (double)NAN;
}
