/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

/* What getopt_long(3) returns for row i, and for an operand. */
#define CODE(i) (256 + (int)(i))
#define CODE_OPERAND 1

struct parse {
	const struct options *o;
	int argc;
	char **argv;
	struct text *error;
	bool early; /* which rows are set in this pass */
};

static bool one_pass(struct parse *, const char *, const struct option *);
static bool take(struct parse *, int);
static bool take_short(struct parse *, const struct option_row *, const char *);
static bool no_value(const struct parse *, const struct option_row *);
static bool take_row(struct parse *, const struct option_row *, const char *);
static bool operand(const struct parse *, const char *);
static bool unknown(const struct parse *, const char *);
static bool begins_some(const struct options *, const char *, size_t);
static const struct option_row *find_row(const struct options *, int);
static const struct option_row *find_key(const struct options *, const char *,
    size_t);
static bool apply(const struct options *, const struct option_row *,
    const char *, struct text *);
static void row_name(struct text *, const struct option_row *);

bool
options_parse(const struct options *o, int argc, char **argv,
    struct text *error)
{
	struct option longs[OPTIONS_MAX + 1] = { 0 };
	char shorts[OPTIONS_MAX * 3 + 3], *s = shorts;
	struct parse early = { o, argc, argv, error, true };
	struct parse rest = { o, argc, argv, error, false };
	size_t i;

	assert(o->n <= OPTIONS_MAX);
	*s++ = '-'; /* operands in their place */
	*s++ = ':'; /* a missing value is told from an unknown option */
	for (i = 0; i < o->n; i++) {
		const struct option_row *row = &o->rows[i];

		longs[i] = (struct option){ row->name, (int)row->has, NULL,
			CODE(i) };
		if (row->letter == 0)
			continue;
		*s++ = (char)row->letter;
		if (row->has != OPTION_NO_VALUE)
			*s++ = ':';
		if (row->has == OPTION_MAY_HAVE_VALUE)
			*s++ = ':';
	}
	*s = '\0';
	return one_pass(&early, shorts, longs) &&
	    one_pass(&rest, shorts, longs);
}

bool
options_set(const struct options *o, const char *key, const char *value,
    struct text *error)
{
	size_t len = strlen(key);
	const struct option_row *row = len == 1 ? find_row(o, key[0]) : NULL;

	if (row == NULL)
		row = find_key(o, key, len);
	if (row == NULL || row->early) {
		text_escape_string(error, key);
		text_puts(error,
		    row == NULL ? ": no such option" : ": not in a file");
		return false;
	}
	if (row->has == OPTION_NO_VALUE && value[0] != '\0') {
		text_escape_string(error, key);
		text_puts(error, ": takes no value");
		return false;
	}
	if (row->has != OPTION_VALUE && value[0] == '\0')
		value = NULL;
	return apply(o, row, value, error);
}

void
options_help(const struct options *o, struct text *t)
{
	size_t i;

	for (i = 0; i < o->n; i++) {
		const struct option_row *row = &o->rows[i];
		const char *line, *end;

		if (row->help == NULL)
			continue;
		text_puts(t, " ");
		if (row->letter != 0)
			text_printf(t, "-%c, ", row->letter);
		text_printf(t, "--%s", row->name);
		if (row->has == OPTION_VALUE)
			text_printf(t, "=%s", row->value);
		else if (row->has == OPTION_MAY_HAVE_VALUE)
			text_printf(t, "[=%s]", row->value);
		for (line = row->help; *line != '\0'; line = end) {
			end = line + strcspn(line, "\n");
			text_printf(t, "\n    %.*s", (int)(end - line), line);
			end += *end == '\n';
		}
		text_puts(t, "\n");
	}
}

static bool
one_pass(struct parse *p, const char *shorts, const struct option *longs)
{
	int code;

	opterr = 0;
	optind = 0;
	while ((code = getopt_long(p->argc, p->argv, shorts, longs, NULL)) !=
	    -1) {
		if (!take(p, code))
			return false;
	}
	for (; optind < p->argc; optind++)
		if (!operand(p, p->argv[optind]))
			return false;
	return true;
}

static bool
take(struct parse *p, int code)
{
	const char *word = p->argv[optind - 1];
	const struct option_row *row;
	const char *value = optarg;

	if (code == CODE_OPERAND)
		return operand(p, optarg);
	if (code == '?' && optopt == 0 &&
	    (row = find_key(p->o, word + 2, strcspn(word + 2, "="))) != NULL)
		return take_short(p, row, strchr(word, '='));
	if (code == '?')
		return unknown(p, word);
	row = find_row(p->o, code == ':' ? optopt : code);
	/* "-to 5": getopt(3) took the o for the value. */
	if (code != ':' && row->alias != NULL && optarg == word + 2 &&
	    strcmp(word + 1, row->alias) == 0) {
		if (optind < p->argc)
			value = p->argv[optind++];
		else
			code = ':';
	}
	return code != ':' ? take_row(p, row, value) : no_value(p, row);
}

/* Short for several, of which getopt(3) cannot choose one. */
static bool
take_short(struct parse *p, const struct option_row *row, const char *equals)
{
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (row->has == OPTION_NO_VALUE && value != NULL) {
		optopt = CODE(row - p->o->rows);
		return unknown(p, NULL);
	}
	if (row->has == OPTION_VALUE && value == NULL) {
		if (optind == p->argc)
			return no_value(p, row);
		value = p->argv[optind++];
	}
	return take_row(p, row, value);
}

static bool
no_value(const struct parse *p, const struct option_row *row)
{
	if (p->early)
		return true;
	row_name(p->error, row);
	text_puts(p->error, ": needs a value");
	return false;
}

static bool
take_row(struct parse *p, const struct option_row *row, const char *value)
{
	return row->early != p->early || apply(p->o, row, value, p->error);
}

static bool
operand(const struct parse *p, const char *word)
{
	const char *why;

	if (p->early)
		return true;
	why = p->o->operand != NULL ? p->o->operand(p->o->ctx, word)
				    : "not an option";
	if (why == NULL)
		return true;
	text_escape_string(p->error, word[0] != '\0' ? word : "''");
	text_printf(p->error, ": %s", why);
	return false;
}

/* A letter that does not exist, or a long option that is not one of ours. */
static bool
unknown(const struct parse *p, const char *word)
{
	const struct option_row *row;
	size_t len;

	if (p->early)
		return true;
	if (optopt >= CODE(0)) {
		row = find_row(p->o, optopt);
		row_name(p->error, row);
		text_puts(p->error, ": takes no value");
	} else if (optopt != 0) {
		text_puts(p->error, "-");
		text_escape(p->error, &(char){ (char)optopt }, 1, 4);
		text_puts(p->error, ": no such option");
	} else {
		len = strcspn(word, "=");
		text_escape(p->error, word, len, 64);
		text_puts(p->error,
		    begins_some(p->o, word + 2, len - 2)
			? ": short for several options"
			: ": no such option");
	}
	return false;
}

static bool
begins_some(const struct options *o, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (strncmp(o->rows[i].name, key, len) == 0)
			return true;
	return false;
}

static const struct option_row *
find_row(const struct options *o, int code)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (code == CODE(i) || code == o->rows[i].letter)
			return &o->rows[i];
	return NULL;
}

/* A name or the beginning of one: see options.h. */
static const struct option_row *
find_key(const struct options *o, const char *key, size_t len)
{
	const struct option_row *found[3] = { NULL };
	size_t i, rank, n[3] = { 0 };

	for (i = 0; i < o->n; i++) {
		const struct option_row *row = &o->rows[i];

		if (strncmp(row->name, key, len) != 0)
			continue;
		if (row->name[len] == '\0')
			return row;
		rank = row->letter != 0 ? 2 : row->elder ? 1 : 0;
		found[rank] = row;
		n[rank]++;
	}
	for (rank = 2; rank > 0 && n[rank] == 0; rank--)
		;
	return n[rank] == 1 ? found[rank] : NULL;
}

static bool
apply(const struct options *o, const struct option_row *row, const char *value,
    struct text *error)
{
	const char *why = row->set(o->ctx, value);
	struct text told;

	if (why == NULL)
		return true;
	row_name(error, row);
	text_init(&told, 256);
	if (value != NULL && value[0] != '\0') {
		text_escape(&told, value, strlen(value), 200);
		text_puts(&told, ": ");
	}
	/* Of a list, the reason names the item, which may be all of it. */
	text_printf(error, ": %s%s",
	    strncmp(why, told.data, told.len) == 0 ? "" : told.data, why);
	text_free(&told);
	return false;
}

static void
row_name(struct text *t, const struct option_row *row)
{
	if (row->letter != 0)
		text_printf(t, "-%c", row->letter);
	else
		text_printf(t, "--%s", row->name);
}
