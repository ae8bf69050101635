/* SPDX-License-Identifier: ISC */
/*
 * What a set amounts to.
 */
#ifndef PORTSET_SUMMARY_H
#define PORTSET_SUMMARY_H

#include "host_counts.h"

struct portset_summary {
	size_t total;
	size_t met;     /* as expected */
	size_t failed;  /* not as expected */
	size_t warned;  /* of these, such that are only worth a WARNING */
	size_t unasked; /* by our own fault, or since the run ended */
	size_t unknown; /* else UNKNOWN, by a handler or their states */
	size_t lagging;
	size_t expiring; /* certificates that will be no good soon */
	size_t astray;   /* as expected, but with a clock that is wrong */
	size_t down;     /* hosts of which nothing is, by host_counts_down() */
	enum state down_worst; /* what entries of these are worth */
	double cert_days;      /* until the first of all expires, or NAN */
	/* The numbers of days by which all of them are judged; NULL: none. */
	const struct policy *days;
	size_t ports[PORTSET_POLICY_PORTS]; /* by port state */
	/* Hosts that limit their ICMP messages, and what these told. */
	size_t limited;
	size_t told;
	size_t told_of;
	enum state state;
};

/*
 * Counts those of each host into s->counts on its way, unless s has a rest: then a host
 * may have others, and nothing is told of it as a whole.  The rest is in all numbers,
 * except that it does not count for p->at_least.
 */
struct portset_summary portset_summary_of(struct portset *s,
    const struct portset_policy *p);

#endif
