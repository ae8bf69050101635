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
#include "target.h"
#include "timer.h"

/* The time between two attempts (RFC 8305 section 5). */
#define PROBE_STAGGER_US INT64_C(250000)

struct probe;

/* The result lives as long as the probe, which must not be freed in here. */
typedef void probe_fn(void *ctx, struct probe *p);

/* What probes of one engine share. */
struct probe_env {
	struct poller *poller;
	struct timers *timers;
	probe_fn *done;
	void *ctx;
};

/* The target and env outlive the probe.  deadline_us is absolute. */
struct probe *probe_new(const struct target *target, int64_t deadline_us,
    const struct probe_env *env);
void probe_free(struct probe *p);

/*
 * One of these two comes first: the addresses of the target, without ports, or
 * the reason why there are none, a text of which the probe keeps a copy.
 * Until then a probe ends at its deadline as lookup-timeout.
 */
void probe_start(struct probe *p, const struct addr *addrs, size_t n,
    int64_t now_us);
void probe_fail(struct probe *p, enum outcome outcome, const char *note,
    int64_t now_us);

/* What took place before probe_start(). */
void probe_set_resolve_us(struct probe *p, int64_t us);

/* The probe whose timer came due goes on. */
void probe_wake(struct timer *t, int64_t now_us);

/* Ends a probe that has not ended: not-probed. */
void probe_stop(struct probe *p, const char *note, int64_t now_us);

const struct target *probe_target(const struct probe *p);
const struct result *probe_result(const struct probe *p);

#endif
