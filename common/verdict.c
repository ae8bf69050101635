/* SPDX-License-Identifier: ISC */
#include "verdict.h"

static enum state outcome_state(const struct policy *, const struct result *);
static enum state time_state(const struct policy *, const struct result *);

void
policy_init(struct policy *p)
{
	size_t i;

	*p = (struct policy){ 0 };
	for (i = 0; i < OUTCOME_COUNT; i++)
		p->states[i] = outcome_default_state((enum outcome)i);
}

struct verdict
verdict_of(const struct policy *p, const struct result *r)
{
	struct verdict v = {
		.outcome = outcome_state(p, r),
		.time = time_state(p, r),
	};

	v.state = state_worst(v.outcome, v.time);
	return v;
}

static enum state
outcome_state(const struct policy *p, const struct result *r)
{
	enum state s = p->states[r->outcome];
	size_t i;

	if (outcome_port(r->outcome) == PORT_OPEN ||
	    outcome_port(r->outcome) == PORT_UNKNOWN)
		return s;
	for (i = 0; i < r->n_attempts; i++)
		if (attempt_asked(&r->attempts[i]))
			s = state_worst(s, p->states[r->attempts[i].outcome]);
	return s;
}

static enum state
time_state(const struct policy *p, const struct result *r)
{
	double seconds = (double)r->time_us / 1e6;

	if (!result_answered(r))
		return STATE_OK;
	if (p->has_critical && range_alerts(&p->critical, seconds))
		return STATE_CRITICAL;
	if (p->has_warning && range_alerts(&p->warning, seconds))
		return STATE_WARNING;
	return STATE_OK;
}
