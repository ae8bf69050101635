/* SPDX-License-Identifier: ISC */
/*
 * Many probes at once.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include "poller.h"
#include "result.h"
#include "sock.h"
#include "target.h"

struct engine;
struct lookup_bulk;
struct probe_kind;

/*
 * Told once for every target that was added, or for each of its addresses if
 * all are asked.  The result and what it points
 * to live until the call returns.
 */
typedef void engine_fn(void *ctx, const struct target *t,
    const struct result *r);

/*
 * Asked whenever all targets that were added are started, or waiting for a name
 * or for their own limit: adds some more, or returns false if there are no more.
 */
typedef bool engine_more_fn(void *ctx);

/* Zero means none for each but done and one of the kinds of probes. */
struct engine_conf {
	unsigned parallel; /* probes in flight at the most */
	/*
	 * Of those, such with TLS in their dialogue, and processes of handlers:
	 * who has to wait for these limits is passed by those who need not.
	 */
	unsigned parallel_tls;
	unsigned parallel_handlers;
	unsigned rate;    /* probes started in a second at the most */
	unsigned retries; /* of a probe that got no answer, after all others */
	int64_t timeout_us; /* of one probe, from when it is started */
	bool hedge; /* ask again on a second socket when an answer is late */
	/* Ask every address of a name, each by a probe of its own. */
	bool all_addresses;
	struct sock_conf sock;
	const struct lookup_bulk *bulk; /* for many names at once */
	/*
	 * How long the addresses of a name are good where its TTL is not known
	 * (names.h says more); 0: those of all names are for ever.
	 */
	int64_t names_us;
	/*
	 * How targets are probed, &stream_probe, &datagram_probe and
	 * &handler_probe; NULL: there are none of that kind.
	 */
	const struct probe_kind *streams;
	const struct probe_kind *datagrams;
	const struct probe_kind *handlers;
	engine_more_fn *more;
	engine_fn *done;
	void *ctx;
};

struct engine *engine_new(const struct engine_conf *conf);
/* Targets whose result was not told are forgotten. */
void engine_free(struct engine *e);

/*
 * Other limits from the next turn on, as in engine_conf.  What is in flight stays
 * so, be it more than that.
 */
void engine_limit(struct engine *e, unsigned parallel, unsigned parallel_tls,
    unsigned parallel_handlers, unsigned rate);

/*
 * Adds a target, which outlives the call in which its result is told.  It is
 * probed in its turn, and all of it, its name's resolution included, is over by
 * deadline_us, an absolute time other than CLOCK_NEVER.
 */
void engine_add(struct engine *e, const struct target *t, int64_t deadline_us);

/* There may be more to add again: conf->more is asked, in its turn. */
void engine_ask(struct engine *e);

/*
 * Does what can be done at now_us without waiting, or a part of it that takes
 * little time.  Returns the time at which there is more to do even if no
 * descriptor becomes ready, or CLOCK_NEVER.
 */
int64_t engine_turn(struct engine *e, int64_t now_us);

/*
 * Sockets that are kept for targets like those that ended are closed: to be
 * called before the terms of these are freed.
 */
void engine_forget_targets(struct engine *e);

/* Names that were resolved are resolved again by whoever asks next. */
void engine_forget_names(struct engine *e);

/* Whether there are targets whose result was not told, or may be more. */
bool engine_busy(const struct engine *e);

/* Probes, which have sockets or processes. */
size_t engine_in_flight(const struct engine *e);

/* Targets that are to be probed, be it once more, and wait for it or a name. */
size_t engine_waiting(const struct engine *e);

/*
 * A descriptor that another loop can wait on between turns: it is readable
 * when engine_wait() has something to tell.  -1 with errno: there can be none.
 */
int engine_fd(struct engine *e);

/* Watches something else in the same loop, until it is closed. */
int engine_watch(struct engine *e, struct watch *w);

/* The same, for what adds and closes its own watches. */
struct poller *engine_poller(struct engine *e);

/* Waits until something happens or until_us, and tells what happened. */
void engine_wait(struct engine *e, int64_t until_us);

/* Runs until all results are told, or a watch has set *stop. */
void engine_run(struct engine *e, const bool *stop);

/* Ends all that is not ended: not-probed, with that note. */
void engine_stop(struct engine *e, const char *note, int64_t now_us);

#endif
