/* SPDX-License-Identifier: ISC */
/*
 * How much of a set of ports is asked at a time, and how long that may take.
 */
#ifndef PLAN_H
#define PLAN_H

#include "entry.h"

/* What is wished for. */
struct plan_wishes {
	int64_t timeout_us; /* of the run; 0: what its probes need */
	int64_t probe_timeout_us;
	int64_t parallel; /* 0: as many as there are descriptors */
	int64_t rate;     /* probes in a second; 0: no limit */
	int64_t retries;
	bool hedge;              /* a probe may have two sockets */
	bool keep_probe_timeout; /* it was asked for */
};

/* For the engine, but for timeout_us, from the start of the run. */
struct plan {
	unsigned parallel;
	unsigned parallel_tls;
	unsigned parallel_handlers;
	int64_t probe_timeout_us;
	int64_t timeout_us;
	char words[160]; /* a line for people */
};

/*
 * Without a time for the run every probe gets its own, and names some to be
 * resolved: in as many waves as descriptors or the limits make it, and no faster
 * than the rate has it, each as often as it is asked.  With one, no probe needs to
 * wait for longer, unless that was asked for.  descriptors: how many there may be
 * in all.
 */
struct plan plan_make(const struct plan_wishes *w, const struct portset *set,
    int64_t descriptors);

#endif
