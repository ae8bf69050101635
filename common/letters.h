/* SPDX-License-Identifier: ISC */
/*
 * Lines as the user words them: a percent sign and a letter stand for
 * something.
 */
#ifndef LETTERS_H
#define LETTERS_H

#include "text.h"

/*
 * NULL, or the reason why format cannot be one as text that lives until the
 * next call: the first letter in it that is none of letters.
 */
const char *letters_check(const char *format, const char *letters);

/*
 * Finds the first %-letter of a format: *plain is how many bytes there are in
 * front of it, and *letter which it is.  Returns what follows it, or NULL: there
 * is none, and all of format is plain.
 */
const char *letters_next(const char *format, size_t *plain, char *letter);

#endif
