/* SPDX-License-Identifier: ISC */
/*
 * Text that is put into a line as it is, except that nothing in it can end the
 * line or steer a terminal.  Foreign words in it were escaped by text_escape(),
 * which stays what it is; this is for the whole, and needs no memory, so that
 * it can also be said that there is none.
 */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * Writes s and a NUL to to, which has room for size bytes, 4 or more: printable
 * ASCII as it is, each other byte as \xHH.  What does not fit is left out and shown
 * as "...".  Returns how many bytes there are without the NUL.
 */
size_t printable(char *to, size_t size, const char *s);

#endif
