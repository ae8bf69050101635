/* SPDX-License-Identifier: ISC */
#include "sweep.h"

#include <malloc.h>

#include "clock.h"
#include "datagram_probe.h"
#include "fd.h"
#include "handler_probe.h"
#include "resolver_cares.h"
#include "stream_probe.h"

/* Targets added to the engine at a time. */
#define MORE 64

static engine_more_fn more;
static engine_fn done;
static int64_t deadline_us(const struct sweep *);

void
sweep_begin(struct sweep *s, struct portset *set,
    const struct plan_wishes *wishes, const struct sock_conf *sock)
{
	struct engine_conf conf = {
		.rate = (unsigned)wishes->rate,
		.retries = (unsigned)wishes->retries,
		.hedge = wishes->hedge,
		.bulk = &resolver_cares,
		.streams = &stream_probe,
		.datagrams = &datagram_probe,
		.handlers = &handler_probe,
		.more = more,
		.done = done,
		.ctx = s,
	};

	*s = (struct sweep){ .set = set, .start_us = clock_now_us() };
	s->plan = plan_make(wishes, set, fd_raise_limit());
	/* Threads that hardly allocate need no heap of their own each. */
	(void)mallopt(M_ARENA_MAX, 1);
	conf.parallel = s->plan.parallel;
	conf.parallel_tls = s->plan.parallel_tls;
	conf.parallel_handlers = s->plan.parallel_handlers;
	conf.timeout_us = s->plan.probe_timeout_us;
	if (sock != NULL)
		conf.sock = *sock;
	s->engine = engine_new(&conf);
}

void
sweep_end(struct sweep *s)
{
	engine_free(s->engine);
	s->engine = NULL;
}

/* A few at a time, so that the engine need not keep a list of all. */
static bool
more(void *ctx)
{
	struct sweep *s = ctx;
	size_t i;

	for (i = 0; i < MORE && s->added < s->set->n; i++)
		engine_add(s->engine, &s->set->entries[s->added++].target,
		    deadline_us(s));
	return i > 0;
}

static void
done(void *ctx, const struct target *t, const struct result *result)
{
	struct sweep *s = ctx;

	if (portset_tell(s->set, t, result))
		engine_add(s->engine, t, deadline_us(s));
	else
		s->told++;
}

static int64_t
deadline_us(const struct sweep *s)
{
	return s->start_us + s->plan.timeout_us;
}
