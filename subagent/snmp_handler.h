/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB for net-snmp's agent, be it that of portstate-agentx or snmpd itself:
 * what mib_view.h answers, in the library's terms.
 *
 * It takes GETBULK as it comes.  With AgentX there is none, since the master makes
 * GETNEXTs of it; in snmpd it saves a round through the library for each value.
 */
#ifndef SNMP_HANDLER_H
#define SNMP_HANDLER_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
/* It needs the one above. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "mib_notice.h"
#include "mib_view.h"

struct snmp_handler {
	struct mib_view *view;
	uint32_t base[MIB_BASE_MAX];
	size_t base_len;
	uint32_t (*uptime_cs)(void); /* sysUpTime of the master agent */
	netsnmp_handler_registration *registration; /* NULL: none */
};

/* Registers it, which stays where it is.  Returns whether the library has done so. */
bool snmp_handler_register(struct snmp_handler *h);
void snmp_handler_unregister(struct snmp_handler *h);

/* As the library calls it, with the handler as info->my_reg_void. */
int snmp_handler_answer(netsnmp_mib_handler *handler,
    netsnmp_handler_registration *info, netsnmp_agent_request_info *request,
    netsnmp_request_info *requests);

/* The OID of a suffix, for which out has room for MAX_OID_LEN; returns its length. */
size_t snmp_handler_oid(const struct snmp_handler *h,
    const struct mib_oid *suffix, oid *out);

/* Appends a value under the base to a list, as in a notification. */
void snmp_handler_append(const struct snmp_handler *h,
    netsnmp_variable_list **list, const struct mib_varbind *v);

#endif
