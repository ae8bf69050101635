/* SPDX-License-Identifier: ISC */
/*
 * What is asked of a pattern before TRE compiles it.
 *
 * TRE takes memory and time without bound for repetitions of repetitions and
 * for long rows of alternatives, forgets what follows an unmatched closing
 * parenthesis, reads beyond the end of "[[:alpha:" and writes beyond a buffer
 * with "\x{00…"; it has \b at either end of a line whatever stands there,
 * {,3} without end, and (^|$) for ^.  So the grammar is read here, and TRE gets what is sound.
 */
#ifndef REGEX_PATTERN_H
#define REGEX_PATTERN_H

#include <stdbool.h>

/* The longest pattern, in bytes. */
#define REGEX_PATTERN_MAX 4096

/*
 * NULL when TRE may compile it, else the reason, a static text.  needs_next:
 * whether there is \< or \> in it.
 */
const char *regex_pattern_check(const char *pattern, bool *needs_next);

#endif
