/* SPDX-License-Identifier: ISC */
/*
 * What a daemon says to whoever starts it, before it has a log: help, its version, what
 * is wrong.
 */
#ifndef STARTUP_H
#define STARTUP_H

#include "options.h"

/* Exit statuses. */
#define STARTUP_FAILURE 1
#define STARTUP_USAGE 2

struct startup {
	const char *program;
	const char *purpose; /* lines, each ended; and so the others */
	const char *usage;
	const char *signals;
};

/* Print, and end: with 0, if that could be printed. */
_Noreturn void startup_help(const struct startup *s,
    const struct options *options);
_Noreturn void startup_version(const struct startup *s);
_Noreturn void startup_print(const struct text *t);

/* On standard error: what is wrong with the options, with the usage. */
void startup_wrong_usage(const struct startup *s, const struct text *why);

/* The same of what is no mistake in these: a line for each. */
void startup_errors(const struct startup *s, const struct text *lines);

#endif
