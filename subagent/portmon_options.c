/* SPDX-License-Identifier: ISC */
#include "portmon_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "call.h"
#include "clock.h"
#include "module.h"
#include "num.h"
#include "setreport.h"

#define HOSTS_USUAL "./hosts"
#define INTERVAL_MS (60 * 60 * 1000)
#define TIMEOUT_US (2 * CLOCK_SECOND)
#define PROBES_MAX 1000
#define MINUTE 60

static option_fn set_config, set_probe, set_report, set_severe, set_sleep,
    take_operand;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE
#define MAY OPTION_MAY_HAVE_VALUE

static const struct option_row rows[] = {
	{ 'c', "config", YES, "FILE", set_config,
	    "Read hosts from FILE: HOST PORT in a line (default:\n" HOSTS_USUAL
	    ")" },
	{ 'd', "daemon", NO, "", daemon_options_set_daemon,
	    "Go on in the background when all is well" },
	{ 'e', "error", YES, "COMMAND", daemon_options_set_exec,
	    "Run COMMAND for each event; its fields are %h %t %m and\n"
	    "those of portstated (default: mail to root)" },
	{ 'g', "lag", YES, "MILLISECONDS", daemon_options_set_lag,
	    "Ports whose latency is above that are lagged (default: 0,\n"
	    "none is)" },
	{ 'l', "logfile", YES, "FILE", daemon_options_set_log,
	    "Append what happens to FILE (default: nothing is logged)" },
	{ 'n', "sleep", YES, "MINUTES", set_sleep,
	    "From one round to the next (default: 60)" },
	{ 'p', "probe", YES, "NUMBER", set_probe,
	    "How often each port is asked in a round (default: 1)" },
	{ 'r', "report", MAY, "FORMAT", set_report,
	    "Print what one round finds, a line like FORMAT for each\n"
	    "port, and end" },
	{ 's', "severe", YES, "NUMBER", set_severe,
	    "Failed rounds in a row that are severe (default: 12; 0: none\n"
	    "is)" },
	{ 't', "timeout", YES, "SECONDS", daemon_options_set_timeout,
	    "How long to wait for one port (default: 2)" },
	{ 'v', "verbose", NO, "", daemon_options_set_verbose,
	    "Log to standard error, too; twice: more" },
	{ 'V', "version", NO, "", daemon_options_set_version,
	    "Print the version", NULL, true },
	{ 'h', "help", NO, "", daemon_options_set_help, "Print this", NULL,
	    true },
};

static void mail_to_root(struct daemon_options *);

/* --program-prefix and its like may have added to it. */
bool
portmon_named(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	return strstr(slash != NULL ? slash : argv0, "portmon") != NULL;
}

struct options
portmon_options_table(struct daemon_options *o)
{
	return (struct options){ rows, sizeof(rows) / sizeof(rows[0]),
		take_operand, o };
}

bool
portmon_options_parse(struct daemon_options *o, int argc, char **argv,
    struct text *error)
{
	const struct options options = portmon_options_table(o);

	o->lists[0] = HOSTS_USUAL;
	o->files = (struct site_files){
		.lists = o->lists,
		.n_lists = 1,
		.rounds = { INTERVAL_MS, 0, ROUNDS_SEVERE, 0 },
		.timeout_us = TIMEOUT_US,
		.probes = 1,
		.family = AF_UNSPEC,
	};
	o->conf.syslog = DAEMON_NO;
	o->no_table = true;
	if (!options_parse(&options, argc, argv, error))
		return false;
	if (o->once && o->detach) {
		text_puts(error, "-d: cannot be used with -r");
		return false;
	}
	o->quiet = o->verbosity == 0;
	if (o->conf.command == NULL && !o->once)
		mail_to_root(o);
	o->files.command = o->conf.command;
	return true;
}

static void
mail_to_root(struct daemon_options *o)
{
	static const char *words[] = { NULL, "root", NULL };

	words[0] = module_in_build_tree() ? SRCDIR "/data/notify/mail"
					  : NOTIFYDIR "/mail";
	if (call_found(words[0]))
		o->conf.command = words;
	else
		o->no_command = words[0];
}

static const char *
set_config(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->lists[0] = value;
	return NULL;
}

static const char *
set_probe(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t n = 0;
	const char *why = num_int(value, 1, PROBES_MAX, &n);

	o->files.probes = (unsigned)n;
	return why;
}

static const char *
set_report(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	o->once = true;
	free(o->line);
	o->line = NULL;
	return value != NULL ? setreport_line_parse(value, &o->line) : NULL;
}

/* Its manual has "-s severe=N", and means "-s N". */
static const char *
set_severe(void *ctx, const char *value)
{
	static const char name[] = "severe=";

	if (strncmp(value, name, sizeof(name) - 1) == 0)
		value += sizeof(name) - 1;
	return daemon_options_set_severe(ctx, value);
}

static const char *
set_sleep(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;
	int64_t us, ms;
	const char *why = num_seconds(value, strlen(value), &us);

	if (why != NULL)
		return why;
	ms = (us * MINUTE + CLOCK_MILLISECOND / 2) / CLOCK_MILLISECOND;
	if (ms < ROUNDS_INTERVAL_MIN_MS || ms > ROUNDS_INTERVAL_MAX_MS)
		return "not from 0.1 seconds to a week";
	o->files.rounds.interval_ms = (uint32_t)ms;
	return NULL;
}

/* The format may be a word of its own: "-r '%h %w'". */
static const char *
take_operand(void *ctx, const char *value)
{
	struct daemon_options *o = ctx;

	if (!o->once || o->line != NULL || strchr(value, '%') == NULL)
		return "not an option";
	return setreport_line_parse(value, &o->line);
}
