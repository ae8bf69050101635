/* SPDX-License-Identifier: ISC */
/*
 * By what the results of many ports are judged together.
 */
#ifndef PORTSET_POLICY_H
#define PORTSET_POLICY_H

#include "outcome.h"
#include "share.h"

#define PORTSET_POLICY_PORTS (PORT_OPEN_FILTERED + 1)

struct portset_policy {
	/* How many may be not as expected. */
	struct share warning;
	struct share critical;
	/* Of portset_quorum(), in place of those two, unless it is 0. */
	size_t at_least;
	struct range lag_warning; /* milliseconds */
	struct range lag_critical;
	bool has_lag_warning;
	bool has_lag_critical;
	/* How many may be in a port state. */
	struct share_limits ports[PORTSET_POLICY_PORTS];
};

/*
 * Reads for how many ports may be in a state, "STATE=RANGE[%]" with
 * open_filtered for open|filtered as well, into the warning or the critical one
 * of that state.  NULL or the reason.
 */
const char *portset_policy_parse_limit(const char *s, bool critical,
    struct portset_policy *p);

/* What a latency is worth; NAN, which is none: OK. */
enum state portset_policy_lag(const struct portset_policy *p, double seconds);

#endif
