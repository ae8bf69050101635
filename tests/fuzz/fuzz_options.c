/* SPDX-License-Identifier: ISC */
/*
 * The command line of check_tcp, by its own table: it is taken and nothing is
 * said, or it is not and one harmless line says why.
 *
 * Input: the words, argv[0] first, each ended by NUL or a newline.  In place of
 * a file --extra-opts has one setting, KEY=VALUE, and --dialogue one step.
 */
#include "settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "extraopts.h"

#define WORDS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static int split(const char *, size_t, char **);
static void check_options(int, char **);
static void check_taken(const struct settings *);
static void check_completed(struct settings *, struct text *);
static void check_error(const struct text *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1] = { NULL };
	int i, argc = split((const char *)data, size, argv);

	check_options(argc, argv);
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return 0;
}

bool
extraopts_set(const struct options *o, const char *where, const char *name,
    struct text *error)
{
	const char *equals = where != NULL ? strchr(where, '=') : NULL;
	char *key;
	bool ok;

	assert(name != NULL);
	if (equals == NULL) {
		text_puts(error, "there is no '='");
		return false;
	}
	key = strndup(where, (size_t)(equals - where));
	ok = options_set(o, key, equals + 1, error);
	assert(ok ? error->len == 0 : error->len > 0 && !error->cut);
	free(key);
	return ok;
}

/* In place of a file, one step. */
bool __wrap_script_read(struct script *, const char *, void (*)(int),
    struct text *);

bool
__wrap_script_read(struct script *s, const char *file, void (*await)(int),
    struct text *error)
{
	const char *why = script_add(s, file);

	(void)await;
	if (why != NULL)
		text_puts(error, why);
	return why == NULL;
}

/* Each word has memory of its own, so that reading beyond it shows. */
static int
split(const char *s, size_t size, char **argv)
{
	const char *end = s + size;
	int argc = 0;

	while (s < end && argc < WORDS_MAX) {
		size_t len = 0;

		while (s + len < end && s[len] != '\0' && s[len] != '\n')
			len++;
		argv[argc++] = strndup(s, len);
		s += len + 1;
	}
	return argc;
}

static void
check_options(int argc, char **argv)
{
	struct settings c = { 0 };
	struct text error;

	settings_init(&c, argc > 0 ? argv[0] : "check_tcp");
	text_init(&error, REPORT_MAX / 2);
	if (options_parse(&c.options, argc, argv, &error)) {
		assert(error.len == 0 && !error.cut);
		check_taken(&c);
		check_completed(&c, &error);
	} else {
		check_error(&error);
	}
	text_free(&error);
	settings_clear(&c);
}

/* What holds whatever was given. */
static void
check_taken(const struct settings *c)
{
	size_t i;

	assert(c->host == NULL || c->host[0] != '\0');
	assert(c->n_patterns <= EXPECT_MAX);
	for (i = 0; i < c->n_patterns; i++) {
		const struct pattern *p = &c->patterns[i];

		assert(p->text.len > 0 || p->kind == PATTERN_ANYWHERE);
		assert((p->kind == PATTERN_REGEX) == (p->regex != NULL));
	}
	assert(c->script.n <= DIALOGUE_STEPS_MAX);
	for (i = 0; i < OUTCOME_COUNT; i++)
		assert(!c->is_given[i] || c->given[i] <= STATE_UNKNOWN);
	assert(!c->is_given[OUTCOME_NOT_PROBED] ||
	    c->given[OUTCOME_NOT_PROBED] != STATE_OK);
	assert(!c->is_given[OUTCOME_LOCAL_ERROR] ||
	    c->given[OUTCOME_LOCAL_ERROR] != STATE_OK);
	assert(c->policy.warning.start <= c->policy.warning.end);
	assert(c->policy.critical.start <= c->policy.critical.end);
	assert(c->timeout_us > 0 && c->delay_us >= 0 && c->quiet_us >= 0);
	assert(c->max_bytes >= 1 && c->max_bytes <= SETTINGS_MAX_BYTES_MAX);
	assert(c->report != NULL);
}

/* Strings to send are decoded into memory that is never freed: not here. */
static void
check_completed(struct settings *c, struct text *error)
{
	if (c->send != NULL || c->send_hex != NULL || c->quit != NULL)
		return;
	if (!settings_complete(c, 0, error)) {
		check_error(error);
		return;
	}
	assert(error->len == 0);
	assert(c->dialogue.n <= SETTINGS_STEPS_MAX ||
	    c->dialogue.n == c->script.n);
	assert(c->target.host != NULL && c->target.host[0] != '\0');
	assert(c->target.port != 0 || c->target.host[0] == '/');
	assert(c->service[0] != '\0');
}

static void
check_error(const struct text *error)
{
	size_t i;

	assert(error->len > 0 && !error->cut);
	for (i = 0; i < error->len; i++)
		assert(error->data[i] >= ' ' && error->data[i] < 0x7f &&
		    error->data[i] != '|');
}
