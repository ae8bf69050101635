/* SPDX-License-Identifier: ISC */
#include "agentx_options.h"

#include "daemon_conf.h"
#include "num.h"
#include "snmp_socket.h"
#include "table_format.h"

#define RATE_USUAL 10
#define BURST_USUAL 50
#define INTERVAL_USUAL_S 10
#define PATIENCE_USUAL_S 30

static option_fn set_agentx, set_burst, set_config, set_daemon, set_help,
    set_interval, set_log, set_oid, set_patience, set_pidfile, set_rate,
    set_state, set_table, set_user, set_verbose, set_version;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

static const struct option_row rows[] = {
	{ 'c', "config", YES, "FILE", set_config,
	    "Take what the configuration FILE says of the table and of\n"
	    "SNMP; options count more" },
	{ 0, "table", YES, "FILE", set_table,
	    "Read the port table in FILE (default:\n" TABLE_USUAL ")" },
	{ 'x', "agentx", YES, "SOCKET", set_agentx,
	    "Where snmpd listens for subagents: unix:PATH or\n"
	    "tcp:ADDRESS:PORT (default: " AGENTX_SOCKET_USUAL ")" },
	{ 0, "oid", YES, "OID", set_oid,
	    "Publish under OID, which has to be that of the MIB" },
	{ 0, "state", YES, "FILE", set_state,
	    "Keep in FILE what managers were told (default:\n" AGENTX_STATE_USUAL
	    ")" },
	{ 0, "rate", YES, "NUMBER", set_rate,
	    "Notifications in a second (default: 10; 0: none is sent)" },
	{ 0, "burst", YES, "NUMBER", set_burst,
	    "So many more of them at once (default: 50)" },
	{ 0, "min-interval", YES, "SECONDS", set_interval,
	    "Between two notifications of a kind about an entry\n"
	    "(default: 10)" },
	{ 0, "patience", YES, "SECONDS", set_patience,
	    "How long an alarm may wait for its turn (default: 30)" },
	{ 'd', "daemon", NO, "", set_daemon,
	    "Go on in the background when all is well" },
	{ 0, "pidfile", YES, "FILE", set_pidfile,
	    "Put the number of the process into FILE" },
	{ 'u', "user", YES, "USER", set_user,
	    "Become USER, in the groups of that one" },
	{ 'l', "log", YES, "FILE", set_log, "Append what happens to FILE" },
	{ 'v', "verbose", NO, "", set_verbose,
	    "Say more; twice: what net-snmp says, too" },
	{ 'V', "version", NO, "", set_version, "Print the version", NULL,
	    true },
	{ 'h', "help", NO, "", set_help, "Print this", NULL, true },
};

static const char *take_number(const char *, int64_t, int64_t, unsigned *);

struct options
agentx_options_table(struct agentx_options *o)
{
	return (struct options){ rows, sizeof(rows) / sizeof(rows[0]), NULL,
		o };
}

bool
agentx_options_parse(struct agentx_options *o, int argc, char **argv,
    struct text *error)
{
	const struct options options = agentx_options_table(o);

	o->table = TABLE_USUAL;
	o->socket = AGENTX_SOCKET_USUAL;
	o->state = AGENTX_STATE_USUAL;
	o->rate = RATE_USUAL;
	o->burst = BURST_USUAL;
	o->interval_s = INTERVAL_USUAL_S;
	o->patience_s = PATIENCE_USUAL_S;
	(void)mib_base_parse(MIB_BASE, o->base, &o->base_len);
	return options_parse(&options, argc, argv, error);
}

static const char *
set_agentx(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->socket = value;
	return snmp_socket_check(value);
}

static const char *
set_burst(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	return take_number(value, 1, SNMP_RATE_MAX, &o->burst);
}

static const char *
set_config(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->config = value;
	return NULL;
}

static const char *
set_daemon(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	(void)value;
	o->detach = true;
	return NULL;
}

static const char *
set_help(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	(void)value;
	o->help = true;
	return NULL;
}

static const char *
set_interval(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	return take_number(value, 0, SNMP_SECONDS_MAX, &o->interval_s);
}

static const char *
set_log(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->log = value;
	return NULL;
}

static const char *
set_oid(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	return mib_base_parse(value, o->base, &o->base_len);
}

static const char *
set_patience(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	return take_number(value, 0, SNMP_SECONDS_MAX, &o->patience_s);
}

static const char *
set_pidfile(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->pidfile = value;
	return NULL;
}

static const char *
set_rate(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	return take_number(value, 0, SNMP_RATE_MAX, &o->rate);
}

static const char *
set_state(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->state = value;
	return NULL;
}

static const char *
set_table(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->table = value;
	return NULL;
}

static const char *
set_user(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	o->user = value;
	return NULL;
}

static const char *
set_verbose(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	(void)value;
	o->verbosity++;
	return NULL;
}

static const char *
set_version(void *ctx, const char *value)
{
	struct agentx_options *o = ctx;

	(void)value;
	o->version = true;
	return NULL;
}

static const char *
take_number(const char *value, int64_t min, int64_t max, unsigned *out)
{
	int64_t n = 0;
	const char *why = num_int(value, min, max, &n);

	if (why == NULL)
		*out = (unsigned)n;
	return why;
}
