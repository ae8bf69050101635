/* SPDX-License-Identifier: ISC */
/*
 * The options of portstated.
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
};

/* For --help. */
struct options daemon_options_table(struct daemon_options *o);

/* Fills o, which is zeroed.  False: *error says in one line what is wrong. */
bool daemon_options_parse(struct daemon_options *o, int argc, char **argv,
    struct text *error);

/*
 * What counts: the options, then the configuration, then the defaults.  Nothing is
 * left unsaid but for the limits of probing, files and the command.
 */
struct daemon_conf daemon_options_settle(const struct daemon_options *o,
    const struct daemon_conf *file);

#endif
