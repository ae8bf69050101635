/* SPDX-License-Identifier: ISC */
#include "plan.h"

#include <stdio.h>

#include "addr.h"
#include "clock.h"

/* What a run without -t gets on top of what its probes need. */
#define SLACK_US (1 * CLOCK_SECOND)
#define LOOKUP_US (10 * CLOCK_SECOND)

/* No run takes longer: the most that -t can be. */
#define RUN_MAX_US (INT64_C(1000000000) * CLOCK_SECOND)

/* Entries with TLS at a time: a second of processor time is too much for them. */
#define TLS_PARALLEL 256

/* Handlers at a time: each is a program. */
#define HANDLERS 16
#define HANDLER_FDS 4

/* Descriptors kept for other things than probes. */
#define OTHER_FDS 48

/* A set, and how much of it has a limit of its own, counted once. */
struct load {
	const struct portset *set;
	int64_t n;
	int64_t with_tls;
	int64_t handlers;
};

static int64_t parallel(const struct plan_wishes *, const struct load *,
    int64_t);
static double needed_us(const struct plan_wishes *, const struct load *,
    int64_t);
static int64_t waves(const struct load *, int64_t);
static double longest_us(const struct plan_wishes *, const struct portset *);
static double asked(const struct plan_wishes *, const struct portset *);
static double times_asked(const struct plan_wishes *, const struct ask *);
static bool has_name(const struct portset *);
static void describe(struct plan *, const struct load *);

struct plan
plan_make(const struct plan_wishes *w, const struct portset *set,
    int64_t descriptors)
{
	const struct load load = {
		.set = set,
		.n = (int64_t)set->n,
		.with_tls = (int64_t)portset_count_tls(set),
		.handlers = (int64_t)portset_count_handlers(set),
	};
	struct plan p = {
		.parallel = (unsigned)parallel(w, &load, descriptors),
		.parallel_tls = TLS_PARALLEL,
		.parallel_handlers = HANDLERS,
		.probe_timeout_us = w->probe_timeout_us,
		.timeout_us = w->timeout_us,
	};

	if (p.timeout_us == 0) {
		double us = needed_us(w, &load, p.parallel);

		p.timeout_us = us < (double)RUN_MAX_US ? (int64_t)us
						       : RUN_MAX_US;
	} else if (!w->keep_probe_timeout &&
	    p.probe_timeout_us > p.timeout_us) {
		p.probe_timeout_us = p.timeout_us;
	}
	describe(&p, &load);
	return p;
}

static int64_t
parallel(const struct plan_wishes *w, const struct load *l, int64_t descriptors)
{
	int64_t each = w->hedge ? 2 : 1;
	int64_t fds = descriptors - OTHER_FDS -
	    (l->handlers < HANDLERS ? l->handlers : HANDLERS) * HANDLER_FDS;

	if (w->parallel != 0 && w->parallel * each <= fds)
		return w->parallel;
	return fds > each ? fds / each : 1;
}

static double
needed_us(const struct plan_wishes *w, const struct load *l, int64_t at_a_time)
{
	double us = (double)waves(l, at_a_time) * longest_us(w, l->set);

	if (w->rate > 0)
		us += asked(w, l->set) * 1e6 / (double)w->rate;
	if (has_name(l->set))
		us += (double)LOOKUP_US;
	return us + (double)SLACK_US;
}

/* Of those with a limit of their own the last may be the last of all. */
static int64_t
waves(const struct load *l, int64_t at_a_time)
{
	int64_t n = (l->n + at_a_time - 1) / at_a_time;

	if (at_a_time > TLS_PARALLEL)
		n += l->with_tls / TLS_PARALLEL;
	return n + l->handlers / HANDLERS;
}

/* What the slowest port may take, asked as often as it is. */
static double
longest_us(const struct plan_wishes *w, const struct portset *set)
{
	double most = 0;
	size_t i;

	for (i = 0; i < set->n_asks; i++) {
		const struct ask *a = &set->asks[i];
		double us = times_asked(w, a) *
		    (double)(a->terms != NULL ? a->terms->timeout_us
					      : w->probe_timeout_us);

		if (us > most)
			most = us;
	}
	return most;
}

/* How many probes there may be. */
static double
asked(const struct plan_wishes *w, const struct portset *set)
{
	double n = 0;
	size_t i;

	for (i = 0; i < set->n; i++)
		n += times_asked(w, entry_ask(set, &set->entries[i]));
	return n;
}

/* Each of its probes may be retried. */
static double
times_asked(const struct plan_wishes *w, const struct ask *a)
{
	double retries = a->terms != NULL ? (double)a->terms->retries
					  : (double)w->retries;

	return (retries + 1) * (a->probes > 1 ? a->probes : 1);
}

static bool
has_name(const struct portset *set)
{
	struct addr a;
	const char *why;
	size_t i;

	for (i = 0; i < set->n_hosts; i++)
		if (addr_parse(set->hosts[i].address, AF_UNSPEC, &a, &why) ==
		    ADDR_NAME)
			return true;
	return false;
}

static void
describe(struct plan *p, const struct load *l)
{
	char tls[32] = "";

	if (l->with_tls > TLS_PARALLEL)
		(void)snprintf(tls, sizeof(tls), ", %d with TLS", TLS_PARALLEL);
	(void)snprintf(p->words, sizeof(p->words),
	    "Limits: %lld %s, %u at a time%s, %g s each, %g s in all",
	    (long long)l->n, l->n == 1 ? "entry" : "entries", p->parallel, tls,
	    (double)p->probe_timeout_us / 1e6, (double)p->timeout_us / 1e6);
}
