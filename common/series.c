/* SPDX-License-Identifier: ISC */
#include "series.h"

#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

static enum state round_state(const struct series *);
static void forget_round(struct series *);
static void keep_round(struct series *);
static struct member *member_of(struct series *, const struct member *);
static void count(struct member *, const struct member *);
static void gather_attempts(const struct series *, struct result *);
static bool worse(const struct series *, const struct member *,
    const struct member *);

enum series_step
series_next(struct series *s)
{
	if (s->n_round == 0)
		return s->done < s->probes ? SERIES_ASK : SERIES_DONE;
	s->tries++;
	if (round_state(s) != STATE_OK && s->tries <= s->retries) {
		s->retried++;
		forget_round(s);
		return SERIES_RETRY;
	}
	keep_round(s);
	s->tries = 0;
	s->done++;
	return s->done < s->probes ? SERIES_ASK : SERIES_DONE;
}

void
series_end(struct series *s)
{
	s->retries = 0;
	s->probes = s->done + 1;
}

int64_t
series_share(const struct series *s, int64_t left_us)
{
	int64_t probes = s->probes - s->done;
	int64_t retries = probes * s->retries - s->tries;

	return (left_us - retries * s->retry_wait_us) / (probes + retries);
}

void
series_tell(struct series *s, const struct result *r, int64_t try_us)
{
	const struct verdict v = verdict_of(s->policy, r);
	struct member *m;

	s->round = xreallocarray(s->round, s->n_round + 1, sizeof(s->round[0]));
	m = &s->round[s->n_round++];
	*m = (struct member){
		.state = state_worst(state_worst(v.outcome, v.dates), v.clock),
		.try_us = try_us,
		.asked = 1,
	};
	m->ok = m->state == STATE_OK;
	if (result_answered(r)) {
		m->answered = 1;
		m->sum_us = m->min_us = m->max_us = r->time_us;
	}
	if (r->handshake != NULL && r->handshake->n > 0) {
		m->has_certs = true;
		m->cert_left_s = handshake_first_end(r->handshake)
				     ->not_after_s -
		    r->handshake->at_s;
	}
	result_copy(&m->told, r);
}

const struct member *
series_worst(struct series *s)
{
	struct member *worst = &s->members[0];
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct member *m = &s->members[i];

		if (result_answered(&m->told))
			m->told.time_us = m->sum_us / m->answered;
		if (i > 0 && worse(s, m, worst))
			worst = m;
	}
	if (s->n > 1)
		gather_attempts(s, &worst->told);
	return worst;
}

struct verdict
series_verdict(const struct series *s, const struct member *m)
{
	struct verdict v = verdict_of(s->policy, &m->told);

	v.time = STATE_OK;
	if (m->answered > 0)
		v.time = verdict_time(s->policy,
		    (double)(m->sum_us / m->answered) / 1e6);
	v.state = verdict_state(&v);
	return v;
}

size_t
series_ok(const struct series *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		n += s->members[i].state == STATE_OK;
	return n;
}

struct member
series_sum(const struct series *s)
{
	struct member sum = { .state = STATE_OK };
	size_t i;

	for (i = 0; i < s->n; i++)
		count(&sum, &s->members[i]);
	return sum;
}

void
series_free(struct series *s)
{
	size_t i;

	forget_round(s);
	free(s->round);
	for (i = 0; i < s->n; i++)
		result_clear(&s->members[i].told);
	free(s->members);
	s->round = NULL;
	s->members = NULL;
	s->n = 0;
}

/* How long it took counts, too. */
static enum state
round_state(const struct series *s)
{
	enum state worst = STATE_OK;
	size_t i;

	for (i = 0; i < s->n_round; i++)
		worst = state_worst(worst,
		    verdict_of(s->policy, &s->round[i].told).state);
	return worst;
}

static void
forget_round(struct series *s)
{
	while (s->n_round > 0)
		result_clear(&s->round[--s->n_round].told);
}

static void
keep_round(struct series *s)
{
	size_t i;

	for (i = 0; i < s->n_round; i++) {
		struct member *m = &s->round[i], *to = member_of(s, m);
		bool first = to->asked == 0;

		count(to, m);
		if (first ||
		    (m->state != to->state &&
			state_worst(m->state, to->state) == m->state)) {
			result_clear(&to->told);
			to->told = m->told;
			to->state = m->state;
			to->try_us = m->try_us;
		} else {
			result_clear(&m->told);
		}
	}
	s->n_round = 0;
}

/* The one with the same address, or a new one. */
static struct member *
member_of(struct series *s, const struct member *m)
{
	const struct addr *a = &m->told.addr;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!s->by_address || a->family == AF_UNSPEC ||
		    addr_equal(a, &s->members[i].told.addr))
			return &s->members[i];
	s->members = xreallocarray(s->members, s->n + 1, sizeof(s->members[0]));
	s->members[s->n] = (struct member){ 0 };
	return &s->members[s->n++];
}

static void
count(struct member *to, const struct member *m)
{
	if (m->answered > 0) {
		if (to->answered == 0 || m->min_us < to->min_us)
			to->min_us = m->min_us;
		if (to->answered == 0 || m->max_us > to->max_us)
			to->max_us = m->max_us;
		to->sum_us += m->sum_us;
		to->answered += m->answered;
	}
	if (m->has_certs &&
	    (!to->has_certs || m->cert_left_s < to->cert_left_s)) {
		to->has_certs = true;
		to->cert_left_s = m->cert_left_s;
	}
	to->asked += m->asked;
	to->ok += m->ok;
}

static void
gather_attempts(const struct series *s, struct result *to)
{
	struct attempt *all = NULL;
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const struct result *r = &s->members[i].told;

		all = xreallocarray(all, n + r->n_attempts, sizeof(all[0]));
		if (r->n_attempts > 0)
			memcpy(&all[n], r->attempts,
			    r->n_attempts * sizeof(all[0]));
		n += r->n_attempts;
	}
	free((struct attempt *)(uintptr_t)to->attempts);
	to->attempts = all;
	to->n_attempts = n;
}

static bool
worse(const struct series *s, const struct member *a, const struct member *b)
{
	enum state x = series_verdict(s, a).state;
	enum state y = series_verdict(s, b).state;

	if (x != y)
		return state_worst(x, y) == x;
	return result_answered(&a->told) && result_answered(&b->told) &&
	    a->told.time_us > b->told.time_us;
}
