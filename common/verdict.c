/* SPDX-License-Identifier: ISC */
#include "verdict.h"

#include <string.h>

#include "clock.h"
#include "num.h"
#include "text.h"

static enum state clock_state(const struct policy *, const struct result *);
static enum state outcome_state(const struct policy *, const struct result *);
static enum outcome dates_outcome(const struct policy *, const struct result *);
static enum state dates_state(const struct policy *, const struct result *,
    enum outcome);

void
policy_init(struct policy *p)
{
	size_t i;

	*p = (struct policy){ 0 };
	for (i = 0; i < OUTCOME_COUNT; i++)
		p->states[i] = outcome_default_state((enum outcome)i);
}

void
policy_expect(struct policy *p, enum expected x)
{
	size_t i;

	p->expected = x;
	if (x == EXPECTED_OPEN)
		return;
	for (i = 0; i < OUTCOME_COUNT; i++) {
		enum outcome o = (enum outcome)i;

		/* Whatever the port is, what answers must be what should. */
		if (x == EXPECTED_ANY && outcome_port(o) == PORT_OPEN)
			continue;
		if (expected_met(x, o))
			p->states[i] = STATE_OK;
		else if (outcome_port(o) != PORT_UNKNOWN)
			p->states[i] = STATE_CRITICAL;
	}
}

const char *
policy_parse_days(struct policy *p, const char *s)
{
	size_t len = strcspn(s, ",");
	struct text first;
	const char *why;

	text_init(&first, TEXT_WORD);
	text_put(&first, s, len);
	why = num_int(first.data, 0, POLICY_DAYS_MAX, &p->warning_days);
	text_free(&first);
	p->critical_days = 0;
	if (why == NULL && s[len] == ',')
		why = num_int(s + len + 1, 0, POLICY_DAYS_MAX,
		    &p->critical_days);
	p->has_days = true;
	return why;
}

struct verdict
verdict_of(const struct policy *p, const struct result *r)
{
	struct verdict v = {
		.outcome = outcome_state(p, r),
		.time = result_answered(r)
		    ? verdict_time(p, (double)r->time_us / 1e6)
		    : STATE_OK,
		.dates_outcome = dates_outcome(p, r),
		.told = r->outcome,
	};

	v.dates = dates_state(p, r, v.dates_outcome);
	if (v.dates_outcome != OUTCOME_OK &&
	    (r->outcome == OUTCOME_OK ||
		state_worst(v.dates, v.outcome) != v.outcome))
		v.told = v.dates_outcome;
	v.clock = clock_state(p, r);
	v.state = verdict_state(&v);
	return v;
}

bool
policy_wants_cert(const struct policy *p, bool verified)
{
	return p->has_days || verified;
}

enum state
verdict_state(const struct verdict *v)
{
	return state_worst(state_worst(v->outcome, v->dates),
	    state_worst(v->time, v->clock));
}

enum state
verdict_time(const struct policy *p, double seconds)
{
	if (p->has_critical && range_alerts(&p->critical, seconds))
		return STATE_CRITICAL;
	if (p->has_warning && range_alerts(&p->warning, seconds))
		return STATE_WARNING;
	return STATE_OK;
}

static enum state
clock_state(const struct policy *p, const struct result *r)
{
	double seconds = (double)r->offset_us / 1e6;

	if (!r->has_offset)
		return STATE_OK;
	if (seconds < 0)
		seconds = -seconds;
	if (p->has_offset_critical &&
	    range_alerts(&p->offset_critical, seconds))
		return STATE_CRITICAL;
	if (p->has_offset_warning && range_alerts(&p->offset_warning, seconds))
		return STATE_WARNING;
	return STATE_OK;
}

static enum state
outcome_state(const struct policy *p, const struct result *r)
{
	enum state s = p->states[r->outcome];
	size_t i;

	if (!result_told(r) && !p->given[r->outcome])
		s = state_worst(s, outcome_default_state(r->outcome));
	if (outcome_port(r->outcome) == PORT_OPEN ||
	    outcome_port(r->outcome) == PORT_UNKNOWN)
		return s;
	for (i = 0; i < r->n_attempts; i++)
		if (attempt_asked(&r->attempts[i]))
			s = state_worst(s, p->states[r->attempts[i].outcome]);
	return s;
}

/*
 * Without a number of days, as verification found them, which does not mind
 * what it has no need of.
 */
static enum outcome
dates_outcome(const struct policy *p, const struct result *r)
{
	const struct handshake *h = r->handshake;
	bool judged = h != NULL && p->has_days && h->n > 0;
	int64_t left_s = 0;

	if (h == NULL)
		return OUTCOME_OK;
	if (judged) {
		left_s = handshake_left_s(h);
		if (left_s < 0)
			return OUTCOME_CERT_EXPIRED;
		if (handshake_last_begin(h)->not_before_s > h->at_s)
			return OUTCOME_CERT_NOT_YET_VALID;
	}
	if (h->verified == OUTCOME_CERT_EXPIRED ||
	    h->verified == OUTCOME_CERT_NOT_YET_VALID)
		return h->verified;
	return judged &&
		(left_s < p->warning_days * CLOCK_DAY_S ||
		    left_s < p->critical_days * CLOCK_DAY_S)
	    ? OUTCOME_CERT_EXPIRING
	    : OUTCOME_OK;
}

static enum state
dates_state(const struct policy *p, const struct result *r, enum outcome found)
{
	const struct handshake *h = r->handshake;
	enum state s = p->states[found];

	if (found == OUTCOME_OK)
		return STATE_OK;
	if (found == OUTCOME_CERT_EXPIRING &&
	    handshake_left_s(h) < p->critical_days * CLOCK_DAY_S)
		s = STATE_CRITICAL;
	return s;
}
