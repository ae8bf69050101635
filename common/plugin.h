/* SPDX-License-Identifier: ISC */
/*
 * What all plugins have in common: how they begin, how they are interrupted,
 * and how they end, which is always with a line and a state.
 */
#ifndef PLUGIN_H
#define PLUGIN_H

#include "options.h"
#include "poller.h"
#include "state.h"
#include "text.h"

/*
 * To be called first: no signal kills the program from here on, and running
 * out of memory ends it with a line that begins with service.
 */
void plugin_start(const char *service);

/*
 * While something is read that may never come, the signals that ask for it end
 * the program at once, with a line; else a watch has to look for them.
 */
void plugin_let_signals_end(bool yes);

/*
 * All that is left is to print: from now on signals end the program at once, with
 * STATE_UNKNOWN, also while nobody reads what it writes.
 */
void plugin_start_report(void);

/*
 * Waits until there is something to read, or ends the program in the same
 * manner: for a single read(2).  It also ends when it is until_us.
 */
void plugin_await_input(int fd);
void plugin_await_until(int64_t until_us);

/* A watch that is told when a signal asks the program to end. */
struct watch *plugin_signals(void);

/* Set by that watch: whether one has come. */
extern bool plugin_interrupted;
/* "interrupted by SIGTERM" */
const char *plugin_interruption(void);

/*
 * Prints a part of the output; what cannot be written makes plugin_exit() say
 * UNKNOWN.
 */
void plugin_print(const struct text *t);

/* What a program says of itself. */
struct plugin_words {
	const char *program;
	const char *purpose; /* lines */
	const char *usage;   /* lines */
	const char *notes;   /* lines, after the options */
};

/* The answers to --help, to --version and to an error in the options. */
_Noreturn void plugin_help(const struct plugin_words *w,
    const struct options *options);
_Noreturn void plugin_version(const struct plugin_words *w);
_Noreturn void plugin_usage_error(const struct plugin_words *w,
    const char *service, const struct text *error);

/*
 * Prints the text, which ends with a newline, and ends the program with the
 * state, or with UNKNOWN when the text cannot be written.
 */
_Noreturn void plugin_exit(enum state s, const struct text *t);

#endif
