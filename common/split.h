/* SPDX-License-Identifier: ISC */
/*
 * A command that is one string, into words: quotes and backslashes are those of
 * sh(1), POSIX.1-2017 XCU 2.2, and there is no shell.
 *
 * What is taken means to sh what it means here, but for patterns (* ? [), which
 * are as they are to sh when no file matches.  All else of which a shell would
 * make something is refused, where it would: outside of quotes
 *
 *	| & ; < > ( ) and the end of a line; # and ~ at the beginning of a word;
 *
 * there and in double quotes $ and `.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include <stdbool.h>

#include "text.h"

/*
 * Splits a line.  Returns the words, of which there may be none, then NULL: one
 * piece of memory that the caller frees.  Or NULL, and the reason is appended to
 * error: it has the character and its place, counted in bytes from 1, in it.
 */
char **split(const char *line, struct text *error);

#endif
