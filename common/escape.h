/* SPDX-License-Identifier: ISC */
/*
 * Strings that a user gives: backslash escapes, hexadecimal bytes, words.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes \n \r \t \\ \0 \xHH of the string s into out, which must have room
 * for strlen(s) bytes, and sets *len; the result may hold NUL and is not
 * terminated.  A backslash before any other character stands for that
 * character, one at the end for itself.  Returns NULL or the reason as static
 * text.
 */
const char *escape_decode(const char *s, char *out, size_t *len);

/*
 * Decodes hexadecimal digits, two a byte, with blanks between the bytes, in the
 * same manner.
 */
const char *hex_decode(const char *s, char *out, size_t *len);

/* Whether the first len bytes of s are the word, in lower or upper case. */
bool word_equal(const char *word, const char *s, size_t len);

#endif
