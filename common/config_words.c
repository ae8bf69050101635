/* SPDX-License-Identifier: ISC */
#include "config_words.h"

#include <stdlib.h>
#include <string.h>

#include "config_reader.h"

static bool read_scalar(struct reader *, const char *, enum config_type,
    struct config_words *);
static bool read_list(struct reader *, const char *, struct config_words *);
static bool read_pairs(struct reader *, const char *, struct config_words *);
static bool is_given(const struct config_words *, const char *);
static void add(struct reader *, struct config_words *, const char *,
    struct config_place);

bool
config_words_read(struct reader *r, const char *name, enum config_type type,
    struct config_words *w)
{
	w->n = 0;
	w->line = r->item.line;
	if (reader_is_null(r)) {
		reader_error(r, name, "has no value");
		return false;
	}
	switch (type) {
	case CONFIG_TYPE_LIST:
		return read_list(r, name, w);
	case CONFIG_TYPE_PAIRS:
		return read_pairs(r, name, w);
	case CONFIG_TYPE_SCALAR:
	case CONFIG_TYPE_FILE:
	case CONFIG_TYPE_FLAG:
		break;
	}
	return read_scalar(r, name, type, w);
}

static bool
read_scalar(struct reader *r, const char *name, enum config_type type,
    struct config_words *w)
{
	const struct config_place at = reader_here(r);
	const char *why = NULL;
	bool yes = true;
	char *path;

	if (r->item.kind != YAMLFILE_SCALAR) {
		reader_refuse(r, name, "not a single value");
		return false;
	}
	if (type == CONFIG_TYPE_FLAG && !reader_is_flag(r, &yes))
		why = "neither yes nor no";
	else if (type == CONFIG_TYPE_FILE &&
	    (r->item.len == 0 || strcmp(r->item.value, "-") == 0))
		why = "not a file";
	if (why != NULL) {
		reader_error(r, name, why);
		return false;
	}
	if (type == CONFIG_TYPE_FILE) {
		path = reader_path(r);
		add(r, w, path, at);
		free(path);
	} else if (yes) {
		add(r, w, type == CONFIG_TYPE_FLAG ? "" : r->item.value, at);
	}
	return true;
}

static bool
read_list(struct reader *r, const char *name, struct config_words *w)
{
	const char *why;
	bool ok = true;

	if (r->item.kind == YAMLFILE_SCALAR) {
		add(r, w, r->item.value, reader_here(r));
		return true;
	}
	if (r->item.kind != YAMLFILE_LIST) {
		reader_refuse(r, name, "neither a value nor a list of values");
		return false;
	}
	while (reader_next(r) && r->item.kind != YAMLFILE_LIST_END) {
		why = reader_is_null(r)               ? "a value is missing"
		    : w->n == CONFIG_WORDS_MAX        ? "too many values"
		    : r->item.kind != YAMLFILE_SCALAR ? "not a single value"
						      : NULL;
		if (why == NULL)
			add(r, w, r->item.value, reader_here(r));
		else
			reader_refuse(r, name, why);
		ok = ok && why == NULL;
	}
	if (w->n == 0 && ok && r->item.kind != YAMLFILE_BAD)
		reader_error(r, name, "the list is empty");
	return ok && w->n > 0 && r->item.kind != YAMLFILE_BAD;
}

static bool
read_pairs(struct reader *r, const char *name, struct config_words *w)
{
	struct config_place at;
	struct text pair;
	const char *why;
	bool ok = true;

	if (!reader_enter_map(r, name, "not a map"))
		return false;
	while (reader_next_key(r)) {
		text_init(&pair, 2 * TEXT_WORD);
		text_puts(&pair, r->item.value);
		at = reader_here(r);
		if (is_given(w, r->item.value)) {
			reader_error(r, r->item.value, "is given twice");
			ok = false;
		}
		if (!reader_next(r)) {
			text_free(&pair);
			return false;
		}
		why = w->n == CONFIG_WORDS_MAX        ? "too many values"
		    : r->item.kind != YAMLFILE_SCALAR ? "not a single value"
						      : NULL;
		if (why == NULL) {
			text_printf(&pair, "=%s", r->item.value);
			add(r, w, pair.data, at);
		} else {
			reader_refuse(r, name, why);
			ok = false;
		}
		text_free(&pair);
	}
	return ok && r->item.kind != YAMLFILE_BAD;
}

/* Whether one of the pairs has that key. */
static bool
is_given(const struct config_words *w, const char *key)
{
	size_t len = strlen(key), i;

	for (i = 0; i < w->n; i++)
		if (strncmp(w->words[i].s, key, len) == 0 &&
		    w->words[i].s[len] == '=')
			return true;
	return false;
}

static void
add(struct reader *r, struct config_words *w, const char *s,
    struct config_place at)
{
	w->words[w->n++] = (struct config_word){
		pool_string(&r->config->pool, s, strlen(s)), at
	};
}
