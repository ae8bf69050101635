/* SPDX-License-Identifier: ISC */

/*
 * What a subagent is with net-snmp's table_container and nothing of one's own: a table of
 * the columns and types of psCheckTable, all of it in memory, by the chain of helpers that
 * mib2c.container.conf gives, in the library's loop.
 *
 *	container_agent SOCKET OID <NAMES
 *
 * The OID is that of the table; rows have the indexes 1, 2 …, and the values that
 * tests/bench/snmp writes into its port tables.  Prints "ready".
 */

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
/* They need those above. */
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/table_container.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_COLUMN = 2, LAST_COLUMN = 23, NAME_MAX_LEN = 255 };

enum {
	NAME = 2,
	HOST = 6,
	PORT = 8,
	ADDRESS_TYPE = 9,
	ADDRESS = 10,
	SET = 11,
	MESSAGE = 12,
	LAST_CHANGE = 22,
	LAST_PROBE = 23,
};

struct row {
	netsnmp_index index; /* has to be the first */
	oid id;
	char *name;
	size_t host_len; /* of the name */
	unsigned char address[4];
	char set[16];
	char message[48];
	unsigned char probed[11];
	u_long numbers[LAST_COLUMN + 1]; /* by column */
};

static u_char
type_of(unsigned column)
{
	switch (column) {
	case NAME:
	case HOST:
	case ADDRESS:
	case SET:
	case MESSAGE:
	case LAST_PROBE:
		return ASN_OCTET_STR;
	case PORT:
	case 14: /* psCheckInterval to psCheckLagLimit */
	case 15:
	case 16:
	case 17:
	case 18:
	case 21: /* psCheckInState */
		return ASN_UNSIGNED;
	case LAST_CHANGE:
		return ASN_TIMETICKS;
	default:
		return ASN_INTEGER;
	}
}

static void
set_string(netsnmp_variable_list *v, const void *bytes, size_t len)
{
	(void)snmp_set_var_typed_value(v, ASN_OCTET_STR, bytes, len);
}

static int
set_column(netsnmp_variable_list *v, const struct row *row, unsigned column)
{
	switch (column) {
	case NAME:
		set_string(v, row->name, strlen(row->name));
		break;
	case HOST:
		set_string(v, row->name, row->host_len);
		break;
	case ADDRESS:
		set_string(v, row->address, sizeof(row->address));
		break;
	case SET:
		set_string(v, row->set, strlen(row->set));
		break;
	case MESSAGE:
		set_string(v, row->message, strlen(row->message));
		break;
	case LAST_PROBE:
		set_string(v, row->probed, sizeof(row->probed));
		break;
	default:
		if (column < FIRST_COLUMN || column > LAST_COLUMN)
			return SNMP_NOSUCHOBJECT;
		(void)snmp_set_var_typed_integer(v, type_of(column),
		    (long)row->numbers[column]);
		break;
	}
	return SNMP_ERR_NOERROR;
}

static int
answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *info,
    netsnmp_agent_request_info *request_info, netsnmp_request_info *requests)
{
	netsnmp_request_info *r;

	(void)handler;
	(void)info;
	if (request_info->mode != MODE_GET)
		return SNMP_ERR_GENERR;
	for (r = requests; r != NULL; r = r->next) {
		const struct row *row;
		netsnmp_table_request_info *table;
		int error;

		if (r->processed != 0)
			continue;
		row = (struct row *)netsnmp_container_table_row_extract(r);
		table = netsnmp_extract_table_info(r);
		if (row == NULL || table == NULL) {
			(void)netsnmp_set_request_error(request_info, r,
			    SNMP_NOSUCHINSTANCE);
			continue;
		}
		error = set_column(r->requestvb, row, table->colnum);
		if (error != SNMP_ERR_NOERROR)
			(void)netsnmp_set_request_error(request_info, r, error);
	}
	return SNMP_ERR_NOERROR;
}

static netsnmp_container *
register_table(const oid *name, size_t len)
{
	netsnmp_handler_registration *reg = netsnmp_create_handler_registration(
	    "bench", answer, name, len, HANDLER_CAN_RONLY);
	netsnmp_container
	    *container = netsnmp_container_find("bench:table_container");
	netsnmp_table_registration_info
	    *table = SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
	netsnmp_mib_handler *handler;

	if (reg == NULL || container == NULL || table == NULL)
		errx(1, "out of memory");
	netsnmp_table_helper_add_indexes(table, ASN_UNSIGNED, 0);
	table->min_column = FIRST_COLUMN;
	table->max_column = LAST_COLUMN;
	handler = netsnmp_container_table_handler_get(table, container,
	    TABLE_CONTAINER_KEY_NETSNMP_INDEX);
	if (handler == NULL ||
	    netsnmp_inject_handler(reg, handler) != SNMPERR_SUCCESS ||
	    netsnmp_register_table(reg, table) != SNMPERR_SUCCESS)
		errx(1, "the table cannot be registered");
	return container;
}

static void
add_row(netsnmp_container *container, oid id, const char *name)
{
	static const unsigned char address[4] = { 10, 0, 0, 1 };
	struct row *row = calloc(1, sizeof(*row));

	if (row == NULL || (row->name = strdup(name)) == NULL)
		err(1, "calloc");
	row->id = id;
	row->index.len = 1;
	row->index.oids = &row->id;
	row->host_len = strcspn(name, "/");
	memcpy(row->address, address, sizeof(address));
	strcpy(row->set, "web");
	row->numbers[3] = 0; /* ok */
	row->numbers[4] = 1;
	row->numbers[5] = 1;
	row->numbers[7] = 1;
	row->numbers[PORT] = 443;
	row->numbers[ADDRESS_TYPE] = 1;
	row->numbers[13] = 1;
	row->numbers[14] = 60000;
	row->numbers[19] = row->numbers[20] = 2;
	row->numbers[21] = 600;
	if (CONTAINER_INSERT(container, row) != 0)
		errx(1, "%s: is not inserted", name);
}

int
main(int argc, char *argv[])
{
	oid name[MAX_OID_LEN], id = 0;
	size_t len = MAX_OID_LEN;
	netsnmp_container *container;
	char line[NAME_MAX_LEN + 2];

	if (argc != 3)
		errx(1, "usage: container_agent SOCKET OID <NAMES");
	snmp_enable_stderrlog();
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_ROLE, 1);
	(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
	if (init_agent("container_agent") != 0)
		errx(1, "init_agent");
	if (read_objid(argv[2], name, &len) == 0)
		errx(1, "%s: not an OID", argv[2]);
	container = register_table(name, len);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add_row(container, ++id, line);
	}
	init_snmp("container_agent");
	(void)puts("ready");
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	for (;;)
		(void)agent_check_and_process(1);
}
