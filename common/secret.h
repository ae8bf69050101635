/* SPDX-License-Identifier: ISC */
/*
 * A secret in a file of its own, so that no list of processes has it.
 */
#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define SECRET_MAX 255

/* A zeroed one is none. */
struct secret {
	char word[SECRET_MAX + 1];
};

/*
 * Reads the one line of a regular file, without the newline at its end, which has at
 * least min bytes and none that is NUL; who is neither the file's owner nor of its
 * group may not read it.  False: *error says in one line which file and why, and has
 * nothing of what is in it.
 */
bool secret_read(struct secret *s, const char *file, size_t min,
    struct text *error);

/* Nothing of it is left in memory. */
void secret_wipe(struct secret *s);

#endif
