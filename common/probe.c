/* SPDX-License-Identifier: ISC */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>

#include "xalloc.h"

struct probe *
probe_new(const struct probe_kind *kind, struct probe_env *env)
{
	struct probe *p = xcalloc(1, kind->size);

	p->kind = kind;
	p->env = env;
	return p;
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	timers_unset(p->env->timers, &p->timer);
	p->kind->clear(p);
	free(p);
}

void
probe_start(struct probe *p, const struct target *target,
    const struct addr *addrs, size_t n, int64_t deadline_us, int64_t hedge_us,
    int64_t now_us)
{
	p->target = target;
	p->kind->start(p, addrs, n, deadline_us, hedge_us, now_us);
}

struct probe *
probe_of(struct timer *t)
{
	return (struct probe *)(void *)t;
}

void
probe_wake(struct probe *p, int64_t now_us)
{
	p->kind->wake(p, now_us);
}

void
probe_stop(struct probe *p, const char *note, int64_t now_us)
{
	p->kind->stop(p, note, now_us);
}

int64_t
probe_stagger_us(size_t n, int64_t left_us)
{
	int64_t share_us = left_us / (int64_t)(n + 1);

	return share_us < PROBE_STAGGER_US ? share_us : PROBE_STAGGER_US;
}

const struct sock_conf *
probe_sock(const struct probe *p)
{
	const struct terms *terms = p->target->terms;

	return terms != NULL && terms->sock != NULL ? terms->sock
						    : p->env->sock;
}

void
probe_attempt_failed(const struct probe *p, struct attempt *a)
{
	const struct sock_conf *conf = probe_sock(p);

	a->outcome = cause_outcome(&a->cause, a->addr.family);
	/* From there nobody can be reached: a fault of ours, not of a route. */
	if (a->cause.err == EINVAL && conf != NULL &&
	    conf->source.family != AF_UNSPEC)
		a->outcome = OUTCOME_LOCAL_ERROR;
}

const struct attempt *
probe_most_telling(const struct attempt *attempts, size_t n)
{
	const struct attempt *best = attempts, *a;
	size_t i;

	for (i = 1; i < n; i++) {
		a = &attempts[i];
		if (attempt_asked(a) != attempt_asked(best)
			? attempt_asked(a)
			: outcome_tells_more(a->outcome, best->outcome))
			best = a;
	}
	return best;
}
