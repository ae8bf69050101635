/* SPDX-License-Identifier: ISC */
/*
 * Many probes at once.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include "poller.h"
#include "result.h"
#include "target.h"

struct engine;

/*
 * Told once for every target that was added.  The result and what it points
 * to live until the call returns.
 */
typedef void engine_fn(void *ctx, const struct target *t,
    const struct result *r);

struct engine_conf {
	unsigned parallel; /* probes in flight at the most; 0: no limit */
	engine_fn *done;
	void *ctx;
};

struct engine *engine_new(const struct engine_conf *conf);
/* Targets whose result was not told are forgotten. */
void engine_free(struct engine *e);

/*
 * Adds a target, which outlives its result.  It is probed in its turn, and has
 * until the absolute time deadline_us.
 */
void engine_add(struct engine *e, const struct target *t, int64_t deadline_us);

/*
 * Does all that can be done at now_us without waiting.  Returns the time at
 * which there is more to do even if no descriptor becomes ready, or
 * CLOCK_NEVER.
 */
int64_t engine_turn(struct engine *e, int64_t now_us);

/* Whether there are targets whose result was not told. */
bool engine_busy(const struct engine *e);

/*
 * A descriptor that another loop can wait on between turns: it is readable
 * when engine_wait() has something to tell.  -1 with errno: there can be none.
 */
int engine_fd(struct engine *e);

/* Watches something else in the same loop, until it is closed. */
int engine_watch(struct engine *e, struct watch *w);

/* Waits until something happens or until_us, and tells what happened. */
void engine_wait(struct engine *e, int64_t until_us);

/* Runs until all results are told, or a watch has set *stop. */
void engine_run(struct engine *e, const bool *stop);

/* Ends all that is not ended: not-probed, with that note. */
void engine_stop(struct engine *e, const char *note, int64_t now_us);

#endif
