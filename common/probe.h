/* SPDX-License-Identifier: ISC */
/*
 * One asking: from the addresses of a target to its result.
 *
 * A probe never blocks.  It does what it can, waits for descriptors through
 * the poller and for times through the timers, and ends in exactly one call of
 * its probe_fn.
 */
#ifndef PROBE_H
#define PROBE_H

#include "poller.h"
#include "result.h"
#include "sock.h"
#include "target.h"
#include "timer.h"

/* The time between two attempts (RFC 8305 section 5). */
#define PROBE_STAGGER_US INT64_C(250000)

/* More addresses of one target than this are not tried. */
#define PROBE_ADDRS_MAX 32

struct probe;

/* What the owner knows of a probe, and wants to know again at the end. */
struct probe_tag {
	int64_t limit_us;   /* a later try may go on until then */
	int64_t resolve_us; /* for the result */
	unsigned tries;
};

/*
 * The result and what it points to live until this returns, as does the probe,
 * which must not be freed or used again in here.
 */
typedef void probe_fn(void *ctx, struct probe *p, const struct result *r);

/* What the probes of one engine share. */
struct probe_env {
	struct poller *poller;
	struct timers *timers;
	const struct sock_conf *sock; /* may be NULL */
	/* A refused socket for the next to use; -1: none. */
	int spare_fd;
	int spare_family;
	const struct sock_conf *spare_sock; /* as it was made */
	/* The same for datagrams, and only for that address. */
	int spare_datagram_fd;
	struct addr spare_datagram_peer;
	const struct sock_conf *spare_datagram_sock;
	probe_fn *done;
	void *ctx;
};

struct probe_kind;

/* What each probe has, whatever is asked, before what is its own. */
struct probe {
	struct timer timer; /* first: a timer is its probe */
	const struct probe_kind *kind;
	struct probe_env *env;
	const struct target *target;
	struct probe_tag tag;
};

/* How a kind of probe does it; who owns probes calls the functions below. */
struct probe_kind {
	size_t size; /* of one, that begins with a struct probe; zeroed */
	void (*start)(struct probe *p, const struct addr *addrs, size_t n,
	    int64_t deadline_us, int64_t hedge_us, int64_t now_us);
	void (*wake)(struct probe *p, int64_t now_us);
	void (*stop)(struct probe *p, const char *note, int64_t now_us);
	void (*clear)(struct probe *p); /* frees what it has, ended or not */
	/*
	 * What takes long, and is done while others are asked already, before a
	 * target needs it; NULL: nothing does.
	 */
	void (*prepare)(const struct target *target);
};

/* Nothing is asked before probe_start().  env outlives the probe. */
struct probe *probe_new(const struct probe_kind *kind, struct probe_env *env);
void probe_free(struct probe *p);

/*
 * Probes a target at its addresses, without ports, of which there is at least
 * one.  Both the target and deadline_us, an absolute time other than
 * CLOCK_NEVER, hold until the end; the addresses are copied.  hedge_us: after
 * what time a single address that has not answered is asked once more on
 * another socket; 0: never.  A probe that has ended may be started again.
 */
void probe_start(struct probe *p, const struct target *target,
    const struct addr *addrs, size_t n, int64_t deadline_us, int64_t hedge_us,
    int64_t now_us);

/* The probe whose timer this is; it goes on because the timer came due. */
struct probe *probe_of(struct timer *t);
void probe_wake(struct probe *p, int64_t now_us);

/* Ends a probe that has not ended: not-probed. */
void probe_stop(struct probe *p, const char *note, int64_t now_us);

/*
 * For the kinds: the time between the attempts at n addresses, each of which gets
 * its turn, however little time is left.
 */
int64_t probe_stagger_us(size_t n, int64_t left_us);

/* For the kinds: where the target is asked from; or NULL. */
const struct sock_conf *probe_sock(const struct probe *p);

/*
 * For the kinds: sets the outcome of an attempt that failed, by its cause.
 */
void probe_attempt_failed(const struct probe *p, struct attempt *a);

/*
 * For the kinds: of the addresses that were tried, the one that tells the most
 * of why none answered.
 */
const struct attempt *probe_most_telling(const struct attempt *attempts,
    size_t n);

#endif
