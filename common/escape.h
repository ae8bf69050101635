/* SPDX-License-Identifier: ISC */
/*
 * Backslash escapes in strings that a user gives.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>

/*
 * Decodes \n \r \t \\ \0 \xHH of the string s into out, which must have room
 * for strlen(s) bytes, and sets *len; the result may hold NUL and is not
 * terminated.  A backslash before any other character stands for that
 * character, one at the end for itself.  Returns NULL or the reason as static
 * text.
 */
const char *escape_decode(const char *s, char *out, size_t *len);

#endif
