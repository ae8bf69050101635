/* SPDX-License-Identifier: ISC */
/*
 * The options of portstate-agentx.
 */
#ifndef AGENTX_OPTIONS_H
#define AGENTX_OPTIONS_H

#include "mib.h"
#include "options.h"

#define AGENTX_SOCKET_USUAL "unix:/var/agentx/master"
#define AGENTX_STATE_USUAL LOCALSTATEDIR "/lib/portstate/agentx.state"

struct agentx_options {
	const char *config; /* NULL: none */
	const char *table;
	const char *socket;
	uint32_t base[MIB_BASE_MAX];
	size_t base_len;
	const char *state; /* file of what was sent */
	unsigned rate;     /* notifications a second; 0: none */
	unsigned burst;
	unsigned interval_s; /* between two of an entry and a kind */
	unsigned patience_s; /* how long an alarm may wait */
	const char *user;    /* NULL: who started it */
	const char *log;     /* NULL: none */
	const char *pidfile; /* NULL: none */
	bool detach;
	unsigned verbosity;
	bool help;
	bool version;
};

/* For --help. */
struct options agentx_options_table(struct agentx_options *o);

/* Fills o, which is zeroed.  False: *error says in one line what is wrong. */
bool agentx_options_parse(struct agentx_options *o, int argc, char **argv,
    struct text *error);

#endif
