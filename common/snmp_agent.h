/* SPDX-License-Identifier: ISC */
/*
 * An SNMP agent on the other side of the network, until a deadline.
 *
 * net-snmp's library, which knows its messages, is in a module (snmp_module.h) that is
 * opened here and nowhere else; without it, or in a build without, there are reasons.
 */
#ifndef SNMP_AGENT_H
#define SNMP_AGENT_H

#include "snmp_module.h"
#include "snmp_place.h"

struct snmp_agent;

/* NULL: agents can be asked; or why not. */
const char *snmp_agent_missing(void);

/* NULL: the protocol can be used; or why not. */
const char *snmp_agent_auth_wrong(const char *protocol);
const char *snmp_agent_priv_wrong(const char *protocol);

/*
 * Resolves the name of the agent; it is asked until until_us of CLOCK_MONOTONIC.
 * Nothing of who is needed when it returns.  NULL: *why says why.
 */
struct snmp_agent *snmp_agent_open(const struct snmp_place *place,
    const struct snmp_who *who, int64_t until_us, struct text *why);
void snmp_agent_close(struct snmp_agent *a);

/* To ask it: what is lost is sent again after a second. */
struct query_agent snmp_agent_queries(struct snmp_agent *a);

#endif
