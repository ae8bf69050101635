/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "clock.h"
#include "entry.h"
#include "result.h"

static const struct portset_policy no_policy;

static void put_string(char *, size_t, const char *);
static uint32_t round_up(double);
static uint32_t limit_ms(bool, const struct range *);
static void take_figures(struct table_record *, const struct portset *,
    const struct entry *);
static void take_one(struct entry_stats *, double);
static void take_latency(struct table_record *, const struct entry_stats *);
static void take_jitter(struct table_record *, int64_t);
static void take_reason(struct table_record *, const struct entry *);
static void take_address(struct table_record *, const struct entry *);

void
record_configure(struct table_record *r, const struct portset *s,
    const struct entry *e, const struct rounds *rounds, int64_t timeout_us)
{
	const struct ask *ask = entry_ask(s, e);
	const struct portset_host *host = entry_host(s, e);
	const struct policy *policy = ask->policy;

	if (e->target.terms != NULL)
		timeout_us = e->target.terms->timeout_us;
	r->flags |= TABLE_USED | TABLE_ENABLED;
	r->expected = (uint8_t)ask->expected;
	r->severity = (uint8_t)ask->severity;
	r->transport = ask->path != NULL ? TABLE_UNIX
	    : ask->udp                   ? TABLE_UDP
					 : TABLE_TCP;
	r->port = ask->path != NULL ? 0 : e->target.port;
	r->interval_ms = rounds->interval_ms;
	r->timeout_ms = (uint32_t)(timeout_us / CLOCK_MILLISECOND);
	r->lag_ms = round_up(rounds->lag_ms);
	r->warning_ms = limit_ms(policy->has_warning, &policy->warning);
	r->critical_ms = limit_ms(policy->has_critical, &policy->critical);
	put_string(r->host, sizeof(r->host),
	    host != NULL ? host->name : e->target.host);
	put_string(r->protocol, sizeof(r->protocol), ask->protocol);
	put_string(r->portset, sizeof(r->portset), ask->portset);
}

struct judge_round
record_judge_round(const struct portset *s, const struct entry *e)
{
	return (struct judge_round){
		.word = entry_unasked(e) ? JUDGE_UNASKED
		    : entry_met(e)       ? JUDGE_MET
					 : JUDGE_FAILED,
		.state = entry_state(s, e, &no_policy),
		.port = entry_port(e),
		.latency_ms = entry_latency(s, e) * 1e3,
	};
}

void
record_round(struct table_record *r, const struct portset *s,
    const struct entry *e, const struct judge *j, int64_t wall_us)
{
	const struct table_record was = *r;

	take_figures(r, s, e);
	if (!entry_unasked(e) && !entry_met(e))
		r->failures++;
	judge_store(j, r);
	if (entry_unasked(e) || !judge_unsure(j)) {
		r->outcome = e->finding;
		r->err = e->err;
		take_reason(r, e);
		take_address(r, e);
	}
	r->last_probe_us = wall_us;
	if ((was.flags & TABLE_KNOWN) == 0 && (r->flags & TABLE_KNOWN) != 0)
		r->last_change_us = wall_us;
	else if (r->port_state != was.port_state ||
	    ((r->flags ^ was.flags) & TABLE_DOWN) != 0) {
		r->last_change_us = wall_us;
		r->changes++;
	}
}

void
record_event(struct table_event *ev, enum table_event_kind kind,
    const struct table_record *r, const struct table_record *was,
    int64_t wall_us)
{
	*ev = (struct table_event){
		.at_us = wall_us,
		.index = r->index,
		.kind = (uint8_t)kind,
		.state = r->state,
		.old_state = was->state,
		.port_state = r->port_state,
		.old_port_state = was->port_state,
		.outcome = r->outcome,
		.rtt_us = outcome_answered((enum outcome)r->outcome)
		    ? r->rtt_us
		    : UINT32_MAX,
		.failed_rounds = r->failed_rounds,
		.lag_ms = r->lag_ms,
	};
	memcpy(ev->reason, r->reason, sizeof(ev->reason));
}

/* NULL: nothing.  Its NULs to the end are those of the record's pages. */
static void
put_string(char *to, size_t size, const char *s)
{
	size_t len = s != NULL ? strlen(s) : 0;

	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(to, s, len);
	memset(to + len, 0, size - len);
}

/* ceil(3) is in another library. */
static uint32_t
round_up(double x)
{
	uint32_t whole = x < UINT32_MAX ? (uint32_t)x : UINT32_MAX;

	return whole < x && whole < UINT32_MAX ? whole + 1 : whole;
}

/* What a range of seconds says of those that are slow. */
static uint32_t
limit_ms(bool has, const struct range *range)
{
	if (!has || range->inside || !(range->end < UINT32_MAX / 1e3))
		return 0;
	return round_up(range->end * 1e3);
}

static void
take_figures(struct table_record *r, const struct portset *s,
    const struct entry *e)
{
	const struct entry_stats *stats = entry_stats(s, e);
	struct entry_stats one = { 0 };

	if (stats == NULL) {
		one.probes = !entry_unasked(e);
		take_one(&one, entry_latency(s, e));
		stats = &one;
	}
	r->probes += stats->probes;
	if (stats->timed > 0)
		take_latency(r, stats);
}

/* What would be known of a single probe if it were one of many. */
static void
take_one(struct entry_stats *one, double latency)
{
	if (isnan(latency))
		return;
	one->timed = 1;
	one->min_us = one->max_us = (uint32_t)(latency * 1e6 + 0.5);
	one->sum_us = one->min_us;
	one->squares_us = one->sum_us * one->sum_us;
}

/* The sums wrap, as counters do. */
static void
take_latency(struct table_record *r, const struct entry_stats *stats)
{
	uint32_t us = (uint32_t)((stats->sum_us + stats->timed / 2) /
	    stats->timed);

	if (r->responses == 0) {
		r->rtt_min_us = stats->min_us;
		r->rtt_max_us = stats->max_us;
		r->jitter_us = r->jitter_rest = 0;
	} else {
		take_jitter(r, llabs((int64_t)us - (int64_t)r->rtt_us));
	}
	if (stats->min_us < r->rtt_min_us)
		r->rtt_min_us = stats->min_us;
	if (stats->max_us > r->rtt_max_us)
		r->rtt_max_us = stats->max_us;
	r->rtt_us = us;
	r->responses += stats->timed;
	r->rtt_sum_us += stats->sum_us;
	r->rtt_sum_squares += stats->squares_us;
	r->rtt_avg_us = (uint32_t)(r->rtt_sum_us / r->responses);
}

/* RFC 3550 A.8: in sixteenths, so that what is small is not lost. */
static void
take_jitter(struct table_record *r, int64_t change_us)
{
	int64_t jitter = (int64_t)r->jitter_us * 16 + r->jitter_rest;

	jitter += change_us - (jitter + 8) / 16;
	r->jitter_us = (uint32_t)(jitter / 16);
	r->jitter_rest = (uint32_t)(jitter % 16);
}

static void
take_reason(struct table_record *r, const struct entry *e)
{
	struct text t;

	text_init(&t, sizeof(r->reason) - 1);
	entry_reason(&t, e);
	put_string(r->reason, sizeof(r->reason), t.data);
	text_free(&t);
}

/* What was asked last: the literal address, or one of those of the name. */
static void
take_address(struct table_record *r, const struct entry *e)
{
	struct addr a = { .family = AF_UNSPEC };
	const char *why;

	if (e->extra != NULL && e->extra->addr.family != AF_UNSPEC)
		a = e->extra->addr;
	else if (addr_parse(e->target.host, AF_UNSPEC, &a, &why) !=
	    ADDR_LITERAL)
		a.family = AF_UNSPEC;
	r->addr_family = 0;
	r->addr_len = 0;
	r->addr_scope = 0;
	memset(r->addr, 0, sizeof(r->addr));
	if (a.family == AF_INET) {
		r->addr_family = 4;
		r->addr_len = sizeof(a.in.sin_addr);
		memcpy(r->addr, &a.in.sin_addr, sizeof(a.in.sin_addr));
	} else if (a.family == AF_INET6) {
		r->addr_family = 6;
		r->addr_len = sizeof(a.in6.sin6_addr);
		r->addr_scope = a.in6.sin6_scope_id;
		memcpy(r->addr, &a.in6.sin6_addr, sizeof(a.in6.sin6_addr));
	}
}
