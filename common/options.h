/* SPDX-License-Identifier: ISC */
/*
 * Command-line options as a table, which the parser, --help and the tests
 * read.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/*
 * Takes the value of an option, NULL when it has none; the value lives as long
 * as the program.  Returns NULL, or the reason why it cannot be taken as text
 * that lives until the next call.
 */
typedef const char *option_fn(void *ctx, const char *value);

enum option_value {
	OPTION_NO_VALUE,
	OPTION_VALUE,
	OPTION_MAY_HAVE_VALUE, /* --name or --name=value, -x or -xvalue */
};

/*
 * Strings in place, where they can be: each pointer costs at every start.
 */
struct option_row {
	int letter; /* 0: long form only */
	char name[20];
	enum option_value has;
	char value[20]; /* its name in --help; what it is completed by */
	option_fn *set;
	const char *help; /* lines; NULL: not in --help */
	/* "to": the word "-to" is read as the letter's option; or NULL. */
	const char *alias;
	bool early; /* set before all others, wherever it stands */
	bool elder; /* without a letter, but as old: see below */
};

struct options {
	const struct option_row *rows;
	size_t n;           /* at most OPTIONS_MAX */
	option_fn *operand; /* what is not an option; NULL: that is wrong */
	void *ctx;
};

#define OPTIONS_MAX 64

/*
 * A long option may be shortened to what is unique among those with a letter;
 * where none of these begins so, among the elder ones, which the program that we
 * stand in for has, too; and then among the rest.  So no option of ours makes a
 * shorter form ambiguous that people use.
 */

/*
 * Parses argv, options and operands in any order; "--" ends the options.  On
 * an error *error says in one line which option, what value and why.
 */
bool options_parse(const struct options *o, int argc, char **argv,
    struct text *error);

/*
 * Sets one option by its long name, the unique beginning of one, or its
 * letter, as from a file; an empty value is none.
 */
bool options_set(const struct options *o, const char *key, const char *value,
    struct text *error);

/* Writes the rows for --help, which data/completion.awk reads. */
void options_help(const struct options *o, struct text *t);

#endif
