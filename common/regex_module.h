/* SPDX-License-Identifier: ISC */
/*
 * What regex_tre.so and its only user, regex.c, agree on: the module knows TRE
 * and a line, the host the lines of an answer.
 */
#ifndef REGEX_MODULE_H
#define REGEX_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* To be raised with each change of what follows. */
#define REGEX_MODULE_VERSION 1

/* The one symbol: a struct regex_module. */
#define REGEX_MODULE_SYMBOL "regex_module"

struct regex_program;

struct regex_module {
	uint32_t version; /* first for ever */

	/*
	 * NULL with the reason in *why, a static text.  needs_next: whether a
	 * match can depend on the byte after it, other than by $.
	 */
	struct regex_program *(*compile)(const char *pattern, bool *needs_next,
	    const char **why);

	/* 1: matches; 0: does not; -1: no memory.  complete: $ is at its end. */
	int (*search)(const struct regex_program *p, const char *line,
	    size_t len, bool complete);

	void (*free)(struct regex_program *p);
};

extern const struct regex_module regex_module
    __attribute__((visibility("default")));

#endif
