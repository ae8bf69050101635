/* SPDX-License-Identifier: ISC */
/*
 * One run through a set of ports: each entry is asked, as often as it wants, and
 * what comes back is told to the set.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "engine.h"
#include "plan.h"
#include "portset.h"

struct sweep {
	struct portset *set;
	struct plan plan;
	int64_t start_us;      /* all is over plan.timeout_us after it */
	struct engine *engine; /* in whose loop others may watch, too */
	size_t added;
	size_t told; /* entries of which all is known */
};

/*
 * Plans it, for as many descriptors as there may be, and makes the engine, which
 * sweep_end() frees.  s and the set stay where they are; sock may be NULL.  What is
 * begun is run by engine_run().
 */
void sweep_begin(struct sweep *s, struct portset *set,
    const struct plan_wishes *wishes, const struct sock_conf *sock);
void sweep_end(struct sweep *s);

#endif
