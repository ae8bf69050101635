/* SPDX-License-Identifier: ISC */
/*
 * In place of snmp_agent.c in a build without net-snmp.
 */
#include "snmp_agent.h"

static const char missing[] = "this build is without net-snmp";

const char *
snmp_agent_missing(void)
{
	return missing;
}

const char *
snmp_agent_auth_wrong(const char *protocol)
{
	(void)protocol;
	return missing;
}

const char *
snmp_agent_priv_wrong(const char *protocol)
{
	(void)protocol;
	return missing;
}

struct snmp_agent *
snmp_agent_open(const struct snmp_place *place, const struct snmp_who *who,
    int64_t until_us, struct text *why)
{
	(void)place;
	(void)who;
	(void)until_us;
	text_puts(why, missing);
	return NULL;
}

void
snmp_agent_close(struct snmp_agent *a)
{
	(void)a;
}

struct query_agent
snmp_agent_queries(struct snmp_agent *a)
{
	return (struct query_agent){ a, NULL };
}
