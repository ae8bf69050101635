/* SPDX-License-Identifier: ISC */
/*
 * From results to states: what each outcome is worth, and how long an answer
 * may take.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "range.h"
#include "result.h"

struct policy {
	enum state states[OUTCOME_COUNT];
	struct range warning; /* of the response time in seconds */
	struct range critical;
	bool has_warning;
	bool has_critical;
};

struct verdict {
	enum state state;   /* the worse of the two */
	enum state outcome; /* what the outcome is worth */
	enum state time;    /* what the response time is worth */
};

/* The default state of every outcome, and no limits. */
void policy_init(struct policy *p);

/*
 * When no address of a name connected, the worst of those that could be asked
 * counts, not only the one that is told.
 */
struct verdict verdict_of(const struct policy *p, const struct result *r);

#endif
