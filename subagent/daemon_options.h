/* SPDX-License-Identifier: ISC */
/*
 * The options of portstated, and what it is told by them, or by those of portmon
 * (portmon_options.h).
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "daemon_conf.h"
#include "options.h"
#include "site.h"

/* More lists of targets are not taken. */
#define DAEMON_LISTS_MAX 64

struct daemon_options {
	struct site_files files;
	const char *lists[DAEMON_LISTS_MAX];
	/* What is said here counts more than the configuration. */
	struct daemon_conf conf;
	const char *pidfile; /* NULL: none */
	bool detach;
	bool only_check; /* what would be asked */
	unsigned verbosity;
	bool help;
	bool version;

	/* By those of portmon alone: */
	bool no_table;          /* but one in memory */
	bool quiet;             /* nothing is logged to standard error */
	const char *no_command; /* is not there to be run for events */
	bool once;              /* one round, and a report: */
	char *line;             /* of each port; NULL: the usual one */
};

/* For --help. */
struct options daemon_options_table(struct daemon_options *o);

/* The options that are portmon's, too. */
option_fn daemon_options_set_daemon, daemon_options_set_exec,
    daemon_options_set_help, daemon_options_set_lag, daemon_options_set_log,
    daemon_options_set_severe, daemon_options_set_timeout,
    daemon_options_set_verbose, daemon_options_set_version;

/* Fills o, which is zeroed.  False: *error says in one line what is wrong. */
bool daemon_options_parse(struct daemon_options *o, int argc, char **argv,
    struct text *error);

/*
 * What counts: the options, then the configuration, then the defaults.  Nothing is
 * left unsaid but for the limits of probing, files and the command.  No table: NULL.
 */
struct daemon_conf daemon_options_settle(const struct daemon_options *o,
    const struct daemon_conf *file);

#endif
