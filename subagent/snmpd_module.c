/* SPDX-License-Identifier: ISC */
/*
 * portstate_snmpd.so: the port table inside snmpd itself, for managers that are many
 * or ask for a lot.  In snmpd.conf(5):
 *
 *	dlmod portstate_snmpd PKGLIBDIR/portstate_snmpd.so
 *	portstateTable FILE
 *	portstateOid OID
 *
 * It sends no notifications: portstate-agentx does, beside it if need be, under an OID
 * of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "snmp_handler.h"

/* snmpd looks for these by the name of the module. */
#define EXPORTED __attribute__((visibility("default")))

EXPORTED void init_portstate_snmpd(void);
EXPORTED void deinit_portstate_snmpd(void);

static void take_table(const char *, char *);
static void take_oid(const char *, char *);
static SNMPCallback begin;
static void stop(void);
static uint32_t uptime_cs(void);

static struct {
	unsigned loaded; /* by so many lines of snmpd.conf */
	struct snmp_handler handler;
	char *table;
	bool begun;
} module;

void
init_portstate_snmpd(void)
{
	if (module.loaded++ > 0)
		return;
	module.handler.uptime_cs = uptime_cs;
	(void)mib_base_parse(MIB_BASE, module.handler.base,
	    &module.handler.base_len);
	(void)register_app_config_handler("portstateTable", take_table, NULL,
	    "FILE");
	(void)register_app_config_handler("portstateOid", take_oid, NULL,
	    "OID");
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY,
	    SNMP_CALLBACK_POST_READ_CONFIG, begin, NULL);
}

void
deinit_portstate_snmpd(void)
{
	if (--module.loaded > 0)
		return;
	(void)snmp_unregister_callback(SNMP_CALLBACK_LIBRARY,
	    SNMP_CALLBACK_POST_READ_CONFIG, begin, NULL, 0);
	unregister_app_config_handler("portstateTable");
	unregister_app_config_handler("portstateOid");
	stop();
	free(module.table);
	module.table = NULL;
}

static void
take_table(const char *token, char *value)
{
	(void)token;
	free(module.table);
	module.table = NULL;
	if (value[0] != '/')
		netsnmp_config_error("%s: not an absolute path", value);
	else
		module.table = strdup(value);
}

static void
take_oid(const char *token, char *value)
{
	uint32_t base[MIB_BASE_MAX];
	const char *why;
	size_t len;

	(void)token;
	why = mib_base_parse(value, base, &len);
	if (why != NULL) {
		netsnmp_config_error("%s: %s", value, why);
		return;
	}
	memcpy(module.handler.base, base, len * sizeof(base[0]));
	module.handler.base_len = len;
}

/* After the configuration was read, the first time or anew. */
static int
begin(int major, int minor, void *argument, void *ctx)
{
	static const struct mib_notify nobody_sends;

	(void)major;
	(void)minor;
	(void)argument;
	(void)ctx;
	stop();
	module.handler.view = mib_view_new(module.table != NULL ? module.table
								: TABLE_USUAL,
	    &nobody_sends);
	module.begun = snmp_handler_register(&module.handler);
	if (!module.begun)
		snmp_log(LOG_ERR, "portstate_snmpd: its OID is taken\n");
	return 0;
}

static void
stop(void)
{
	if (module.begun)
		snmp_handler_unregister(&module.handler);
	module.begun = false;
	mib_view_free(module.handler.view);
	module.handler.view = NULL;
}

static uint32_t
uptime_cs(void)
{
	return (uint32_t)netsnmp_get_agent_uptime();
}
