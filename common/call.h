/* SPDX-License-Identifier: ISC */
/*
 * What a command of the user's is run with: words and an environment.
 *
 * Its words are a list, never a line for a shell: a percent sign and a letter,
 * a field, is filled after the list was made, so that each stays one argument,
 * whatever is in it.
 */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Words, the command included, and bytes of them all. */
#define CALL_WORDS_MAX 64
#define CALL_BYTES_MAX 16384

/* Filled, environment included, they have no more bytes than this. */
#define CALL_FILLED_MAX 131072

/* Where commands are looked for; they get it as PATH. */
#define CALL_PATH                                                       \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" \
	"/usr/lib/nagios/plugins"

/*
 * Whether words, which NULL ends, can be called: the first is an absolute path,
 * or a name to be looked for in CALL_PATH, without fields, and the fields of the
 * others are of letters, of which '%' is one (letters.h).  False: the reason is
 * appended to error.
 */
bool call_check(const char *const *words, const char *letters,
    struct text *error);

/* Whether there is such a command, which may be run. */
bool call_found(const char *command);

/* Appends what a letter, which is not '%', stands for. */
typedef void call_field_fn(struct text *t, char letter, const void *ctx);

/* A variable of the environment, and what it is, as if it were a field. */
struct call_variable {
	const char *name; /* "PORTSTATE_HOST=" */
	char letter;
};

#define CALL_VARIABLES_MAX 16

struct call {
	struct text path;  /* of the command; as it is given if it is nowhere */
	struct text bytes; /* of the lists */
	char *argv[CALL_WORDS_MAX + 1];
	char *envp[CALL_VARIABLES_MAX + 4];
};

/*
 * Fills c, which call_free() frees, for words that were checked.  The environment
 * is made anew: PATH, LC_ALL=C, TZ as it is, and n variables.  False: it would be
 * too long.
 */
bool call_init(struct call *c, const char *const *words,
    const struct call_variable *variables, size_t n, call_field_fn *field,
    const void *ctx);
void call_free(struct call *c);

#endif
