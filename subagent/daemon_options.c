/* SPDX-License-Identifier: ISC */
#include "daemon_options.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "clock.h"
#include "notice.h"
#include "num.h"
#include "split.h"
#include "table_file.h"

/* Why a value cannot be taken. */
#define REASON_MAX 2048

#define RATE_MAX 1000000
#define TIMEOUT_MAX_US (3600 * CLOCK_SECOND)

static option_fn set_check_config, set_config, set_hosts, set_interval,
    set_ipv4, set_ipv6, set_parallel, set_pidfile, set_rate, set_retries,
    set_table;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

static const struct option_row rows[] = {
	{ 'c', "config", YES, "FILE", set_config,
	    "Read the configuration from FILE, see portstate.yaml(5)\n"
	    "(default, without --hosts: " CONFIG_USUAL ")" },
	{ 0, "hosts", YES, "FILE", set_hosts,
	    "Read targets from FILE: HOST PORT [NAME] in a line" },
	{ 0, "check-config", NO, "", set_check_config,
	    "Print what would be asked, or what is wrong, and end" },
	{ 'd', "daemon", NO, "", daemon_options_set_daemon,
	    "Go on in the background when all is well" },
	{ 0, "pidfile", YES, "FILE", set_pidfile,
	    "Put the number of the process into FILE" },
	{ 0, "table", YES, "FILE", set_table,
	    "Keep the port table in FILE (default:\n" TABLE_USUAL ")" },
	{ 'e', "exec", YES, "COMMAND", daemon_options_set_exec,
	    "Run COMMAND for each event; its fields are %h %t %m %n %p\n"
	    "%P %s %S %r %l %i" },
	{ 'n', "interval", YES, "SECONDS", set_interval,
	    "From one round of an entry to the next (default: 60)" },
	{ 't', "timeout", YES, "SECONDS", daemon_options_set_timeout,
	    "How long to wait for one port (default: 2)" },
	{ 0, "retries", YES, "NUMBER", set_retries,
	    "Further rounds that confirm a change (default: 2)" },
	{ 'g', "lag", YES, "MILLISECONDS", daemon_options_set_lag,
	    "Ports whose latency is above that are lagged (default: 0,\n"
	    "none is)" },
	{ 's', "severe", YES, "NUMBER", daemon_options_set_severe,
	    "Failed rounds in a row that are severe (default: 12; 0: none\n"
	    "is)" },
	{ 0, "parallel", YES, "NUMBER", set_parallel,
	    "Ports asked at the same time (default: by descriptors)" },
	{ 0, "rate", YES, "NUMBER", set_rate,
	    "Ports asked in a second (default: no limit)" },
	{ '4', "use-ipv4", NO, "", set_ipv4, "Use IPv4 addresses only" },
	{ '6', "use-ipv6", NO, "", set_ipv6, "Use IPv6 addresses only" },
	{ 'l', "log", YES, "FILE", daemon_options_set_log,
	    "Append what happens to FILE" },
	{ 'v', "verbose", NO, "", daemon_options_set_verbose,
	    "Say more; twice: each command that is run, too" },
	{ 'V', "version", NO, "", daemon_options_set_version,
	    "Print the version", NULL, true },
	{ 'h', "help", NO, "", daemon_options_set_help, "Print this", NULL,
	    true },
};

struct options
daemon_options_table(struct daemon_options *o)
{
	return (struct options){ rows, sizeof(rows) / sizeof(rows[0]), NULL,
		o };
}

bool
daemon_options_parse(struct daemon_options *o, int argc, char **argv,
    struct text *error)
{
	const struct options options = daemon_options_table(o);

	o->files = (struct site_files){
		.lists = o->lists,
		.rounds = { ROUNDS_INTERVAL_MS, ROUNDS_RETRIES, ROUNDS_SEVERE,
		    0 },
		.family = AF_UNSPEC,
	};
	if (!options_parse(&options, argc, argv, error))
		return false;
	o->files.command = o->conf.command;
	if (o->files.config == NULL && o->files.n_lists == 0)
		o->files.config = CONFIG_USUAL;
	return true;
}

struct daemon_conf
daemon_options_settle(const struct daemon_options *o,
    const struct daemon_conf *file)
{
	const struct daemon_conf usual = {
		.table = TABLE_USUAL,
		.events = DAEMON_EVENTS,
		.names_us = DAEMON_NAMES_US,
		.notify_parallel = DAEMON_NOTIFY_PARALLEL,
		.notify_timeout_us = DAEMON_NOTIFY_TIMEOUT_US,
		.notify_retries = DAEMON_NOTIFY_RETRIES,
		.notify_backoff_us = DAEMON_NOTIFY_BACKOFF_US,
		.notify_events = UINT_MAX,
	};
	const struct daemon_conf *by[] = { &o->conf, file, &usual };
	struct daemon_conf c = { 0 };
	size_t i;

#define TAKE(member)       \
	if (c.member == 0) \
	c.member = by[i]->member
	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		TAKE(table);
		TAKE(events);
		TAKE(parallel);
		TAKE(rate);
		TAKE(names_us);
		TAKE(log);
		TAKE(syslog);
		TAKE(command);
		TAKE(notify_parallel);
		TAKE(notify_timeout_us);
		TAKE(notify_retries);
		TAKE(notify_backoff_us);
		TAKE(notify_events);
	}
#undef TAKE
	if (o->no_table)
		c.table = NULL;
	if (c.notify_retries == DAEMON_NOTIFY_NO_RETRIES)
		c.notify_retries = 0;
	return c;
}

static const char *
set_check_config(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->only_check = true;
	return NULL;
}

static const char *
set_config(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->files.config = value;
	return NULL;
}

const char *
daemon_options_set_daemon(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->detach = true;
	return NULL;
}

const char *
daemon_options_set_exec(void *ctx, const char *value)
{
	static struct text why;
	static char **taken; /* of several, the last counts */
	struct daemon_options *o = ctx;
	char **words;

	text_free(&why);
	text_init(&why, REASON_MAX);
	words = split(value, &why);
	if (words == NULL)
		return why.data;
	if (!notice_check((const char *const *)words, &why)) {
		free(words);
		return why.data;
	}
	if (!call_found(words[0])) {
		free(words);
		return "there is no such command";
	}
	free(taken);
	taken = words;
	o->conf.command = (const char *const *)words;
	return NULL;
}

const char *
daemon_options_set_help(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->help = true;
	return NULL;
}

static const char *
set_hosts(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	if (o->files.n_lists == DAEMON_LISTS_MAX)
		return "more than 64 of them";
	o->lists[o->files.n_lists++] = value;
	return NULL;
}

static const char *
set_interval(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	return rounds_parse_interval(value, &o->files.rounds);
}

static const char *
set_ipv4(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->files.family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->files.family = AF_INET6;
	return NULL;
}

const char *
daemon_options_set_lag(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	return rounds_parse_lag(value, &o->files.rounds);
}

const char *
daemon_options_set_log(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->conf.log = value;
	return NULL;
}

static const char *
set_parallel(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t n = 0;
	const char *why = num_int(value, 1, INT32_MAX, &n);

	o->conf.parallel = (unsigned)n;
	return why;
}

static const char *
set_pidfile(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->pidfile = value;
	return NULL;
}

static const char *
set_rate(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t n = 0;
	const char *why = num_int(value, 1, RATE_MAX, &n);

	o->conf.rate = (unsigned)n;
	return why;
}

static const char *
set_retries(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t n = 0;
	const char *why = num_int(value, 0, 100, &n);

	o->files.rounds.retries = (unsigned)n;
	return why;
}

const char *
daemon_options_set_severe(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	return rounds_parse_severe(value, &o->files.rounds);
}

static const char *
set_table(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->conf.table = value;
	return NULL;
}

const char *
daemon_options_set_timeout(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t us;
	const char *why = num_seconds(value, strlen(value), &us);

	if (why != NULL)
		return why;
	if (us == 0 || us > TIMEOUT_MAX_US)
		return "not more than 0 and at most 3600 seconds";
	o->files.timeout_us = us;
	return NULL;
}

const char *
daemon_options_set_verbose(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->verbosity++;
	return NULL;
}

const char *
daemon_options_set_version(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	(void)value;
	o->version = true;
	return NULL;
}
