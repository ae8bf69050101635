/* SPDX-License-Identifier: ISC */
#include "portset_policy.h"

#include <math.h>
#include <string.h>

#include "escape.h"

const char *
portset_policy_parse_limit(const char *s, bool critical,
    struct portset_policy *p)
{
	size_t len = strcspn(s, "="), i;

	for (i = 0; s[len] != '\0' && i < PORTSET_POLICY_PORTS; i++) {
		const char *name = port_state_name((enum port_state)i);
		struct share_limits *l = &p->ports[i];

		if (word_equal(name, s, len) ||
		    (i == PORT_OPEN_FILTERED &&
			word_equal("open_filtered", s, len)))
			return share_parse(s + len + 1,
			    critical ? &l->critical : &l->warning);
	}
	return "not STATE=RANGE with a STATE of open, closed, filtered, "
	       "open|filtered, unknown";
}

enum state
portset_policy_lag(const struct portset_policy *p, double seconds)
{
	double ms = seconds * 1e3;

	if (isnan(ms))
		return STATE_OK;
	if (p->has_lag_critical && range_alerts(&p->lag_critical, ms))
		return STATE_CRITICAL;
	return p->has_lag_warning && range_alerts(&p->lag_warning, ms)
	    ? STATE_WARNING
	    : STATE_OK;
}
