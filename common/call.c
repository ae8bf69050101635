/* SPDX-License-Identifier: ISC */
#include "call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "letters.h"

static const char *check_command(const char *);
static void find_command(struct text *, const char *);
static size_t put_standard(struct text *);
static void fill(struct text *, const char *, call_field_fn *, const void *);
static void put_end(struct text *);
static char *list(char *, char **, size_t);

bool
call_check(const char *const *words, const char *letters, struct text *error)
{
	const char *why = check_command(words[0]);
	size_t i, bytes = 0;

	for (i = 0; why == NULL && words[i] != NULL; i++) {
		bytes += strlen(words[i]) + 1;
		if (i >= CALL_WORDS_MAX || bytes > CALL_BYTES_MAX) {
			text_printf(error,
			    "more than %d words or %d bytes of them",
			    CALL_WORDS_MAX, CALL_BYTES_MAX);
			return false;
		}
		if (i > 0)
			why = letters_check(words[i], letters);
	}
	if (why != NULL)
		text_puts(error, why);
	return why == NULL;
}

bool
call_found(const char *command)
{
	struct text path;
	bool found;

	text_init(&path, CALL_BYTES_MAX);
	find_command(&path, command);
	found = access(path.data, X_OK) == 0;
	text_free(&path);
	return found;
}

bool
call_init(struct call *c, const char *const *words,
    const struct call_variable *variables, size_t n, call_field_fn *field,
    const void *ctx)
{
	size_t i, n_words, standard;
	char *p;

	assert(n <= CALL_VARIABLES_MAX);
	text_init(&c->path, CALL_BYTES_MAX);
	find_command(&c->path, words[0]);
	text_init(&c->bytes, CALL_FILLED_MAX);
	text_puts(&c->bytes, words[0]);
	put_end(&c->bytes);
	for (n_words = 1; words[n_words] != NULL; n_words++) {
		fill(&c->bytes, words[n_words], field, ctx);
		put_end(&c->bytes);
	}
	standard = put_standard(&c->bytes);
	for (i = 0; i < n; i++) {
		text_puts(&c->bytes, variables[i].name);
		field(&c->bytes, variables[i].letter, ctx);
		put_end(&c->bytes);
	}
	if (c->bytes.cut)
		return false;
	p = list(c->bytes.data, c->argv, n_words);
	(void)list(p, c->envp, standard + n);
	return true;
}

void
call_free(struct call *c)
{
	text_free(&c->path);
	text_free(&c->bytes);
}

/* What is relative would be to a directory that nobody knows. */
static const char *
check_command(const char *command)
{
	if (command == NULL)
		return "there is no command";
	if (command[0] == '\0')
		return "the command is empty";
	if (command[0] != '/' && strchr(command, '/') != NULL)
		return "the command is neither an absolute path nor a name";
	if (strchr(command, '%') != NULL)
		return "there are no fields in the command itself";
	return NULL;
}

static void
find_command(struct text *path, const char *command)
{
	const char *p = CALL_PATH;
	size_t len;

	for (; strchr(command, '/') == NULL && *p != '\0';
	     p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		text_put(path, p, len);
		text_puts(path, "/");
		text_puts(path, command);
		if (access(path->data, X_OK) == 0)
			return;
		text_truncate(path, 0);
	}
	text_puts(path, command);
}

/* The variables that each command has; returns how many they are. */
static size_t
put_standard(struct text *t)
{
	const char *zone = getenv("TZ");

	text_put(t, "PATH=" CALL_PATH "\0LC_ALL=C",
	    sizeof("PATH=" CALL_PATH "\0LC_ALL=C"));
	if (zone == NULL)
		return 2;
	text_puts(t, "TZ=");
	text_puts(t, zone);
	put_end(t);
	return 3;
}

static void
fill(struct text *t, const char *word, call_field_fn *field, const void *ctx)
{
	const char *next;
	size_t plain;
	char letter;

	while ((next = letters_next(word, &plain, &letter)) != NULL) {
		text_put(t, word, plain);
		if (letter == '%')
			text_puts(t, "%");
		else
			field(t, letter, ctx);
		word = next;
	}
	text_put(t, word, plain);
}

static void
put_end(struct text *t)
{
	text_put(t, "", 1);
}

/* Returns what follows the last of n strings. */
static char *
list(char *p, char **strings, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		strings[i] = p;
		p += strlen(p) + 1;
	}
	strings[n] = NULL;
	return p;
}
