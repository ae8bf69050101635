/* SPDX-License-Identifier: ISC */
/*
 * A subagent that sends notifications as the library's manual has it, one after another,
 * and hears no answers meanwhile: what portstate-agentx must not be.
 *
 *	naive_agent SOCKET NUMBER
 *
 * It prints "sending", sends so many, prints "sent", and waits for its end.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
/* It needs the one above. */
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdio.h>
#include <stdlib.h>

static void
send_one(void)
{
	static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	static const oid name[] = { 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 7709, 0,
		1 };
	netsnmp_variable_list *list = NULL;

	(void)snmp_varlist_add_variable(&list, trap_oid, OID_LENGTH(trap_oid),
	    ASN_OBJECT_ID, name, sizeof(name));
	send_v2trap(list);
	snmp_free_varbind(list);
}

int
main(int argc, char **argv)
{
	long i, n = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (n <= 0)
		return 2;
	(void)setenv("MIBS", "", 1);
	(void)setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
	snmp_enable_stderrlog();
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_ROLE, 1);
	(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	if (init_agent("naive_agent") != 0)
		return 1;
	init_snmp("naive_agent");
	(void)puts("sending");
	(void)fflush(stdout);
	for (i = 0; i < n; i++)
		send_one();
	(void)puts("sent");
	(void)fflush(stdout);
	for (;;)
		(void)agent_check_and_process(1);
}
