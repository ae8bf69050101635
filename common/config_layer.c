/* SPDX-License-Identifier: ISC */
#include "config_layer.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_reader.h"
#include "portlist.h"
#include "xalloc.h"

#define SPACES " \t\r\n\v\f"

/* Of one value. */
#define WORDS_MAX 1000

/* The keys of a layer, while they are gathered. */
struct draft {
	struct config *config;
	struct config_value values[CONFIG_KEYS];
	bool given[CONFIG_KEYS];
	struct pool_mark mark; /* where their words begin */
};

/* The words of a value, the same. */
struct words {
	struct config_word words[WORDS_MAX];
	uint16_t n;
};

static void begin(struct draft *, struct config *);
static enum config_key key_of(const char *);
static void read_value(struct reader *, struct draft *, enum config_key);
static void read_scalar(struct reader *, struct draft *, enum config_key);
static void read_words(struct reader *, struct draft *, enum config_key);
static void read_pairs(struct reader *, struct draft *, enum config_key);
static bool is_given(const struct words *, const char *);
static void add_word(struct reader *, struct words *, const char *,
    struct config_place);
static void give_word(struct draft *, enum config_key, const char *, size_t,
    struct config_place);
static void give(struct draft *, enum config_key, const struct config_word *,
    uint16_t, unsigned);
static const struct config_layer *keep(struct draft *, struct config_place);
static uint32_t hash_of(const struct config_layer *);
static index_fn is_layer;

const struct config_layer *
config_layer_read(struct reader *r, unsigned level, const char *what)
{
	struct config_place at = reader_here(r);
	size_t errors = r->config->n_errors;
	enum config_key key;
	const char *why;
	struct draft d;

	if (!reader_enter_map(r, what, "not a map of keys"))
		return NULL;
	begin(&d, r->config);
	while (reader_next_key(r)) {
		key = key_of(r->item.value);
		if (key == CONFIG_KEYS)
			why = "there is no such key";
		else if ((config_rows[key].levels & level) != level)
			why = "is for a port, and not for defaults";
		else
			why = d.given[key] ? "is given twice" : NULL;
		if (why == NULL) {
			read_value(r, &d, key);
			continue;
		}
		reader_error(r, r->item.value, why);
		if (!reader_next(r))
			return NULL;
		reader_skip(r);
	}
	if (r->item.kind == YAMLFILE_BAD || r->config->n_errors > errors)
		return NULL;
	return keep(&d, at);
}

const struct config_layer *
config_layer_portsets(struct reader *r)
{
	struct config_place at = reader_here(r);
	struct draft d;

	begin(&d, r->config);
	read_words(r, &d, CONFIG_PORTSETS);
	return d.given[CONFIG_PORTSETS] ? keep(&d, at) : NULL;
}

const struct config_layer *
config_layer_item(struct config *c, const char *s, size_t len,
    struct config_place at)
{
	static const enum config_key keys[] = { [ITEM_TCP] = CONFIG_TCP,
		[ITEM_UDP] = CONFIG_UDP,
		[ITEM_UNIX] = CONFIG_UNIX };
	struct item_words w;
	struct draft d;

	while (len > 0 && strchr(SPACES, s[0]) != NULL) {
		s++;
		len--;
	}
	portlist_split(s, text_trimmed(s, len), &w);
	if (w.ports.len == 0) {
		config_error(c, at, NULL, "an item is empty");
		return NULL;
	}
	begin(&d, c);
	if (w.expected.data != NULL)
		give_word(&d, CONFIG_EXPECTED, w.expected.data, w.expected.len,
		    at);
	if (w.protocol.data != NULL)
		give_word(&d, CONFIG_PROTOCOL, w.protocol.data, w.protocol.len,
		    at);
	give_word(&d, keys[w.transport], w.ports.data, w.ports.len, at);
	return keep(&d, at);
}

static void
begin(struct draft *d, struct config *c)
{
	d->config = c;
	memset(d->given, 0, sizeof(d->given));
	d->mark = pool_mark(&c->pool);
}

/* CONFIG_KEYS: there is none of that name. */
static enum config_key
key_of(const char *name)
{
	enum config_key key;

	for (key = 0; key < CONFIG_KEYS; key++)
		if (config_rows[key].levels != CONFIG_AT_NONE &&
		    strcmp(config_rows[key].name, name) == 0)
			break;
	return key;
}

/* The key is the item that was read last. */
static void
read_value(struct reader *r, struct draft *d, enum config_key key)
{
	if (!reader_next(r))
		return;
	switch (config_rows[key].type) {
	case CONFIG_TYPE_LIST:
		read_words(r, d, key);
		break;
	case CONFIG_TYPE_PAIRS:
		read_pairs(r, d, key);
		break;
	case CONFIG_TYPE_SCALAR:
	case CONFIG_TYPE_FILE:
	case CONFIG_TYPE_FLAG:
		read_scalar(r, d, key);
		break;
	}
}

static void
read_scalar(struct reader *r, struct draft *d, enum config_key key)
{
	const struct config_row *row = &config_rows[key];
	const struct config_place at = reader_here(r);
	const struct config_word word = { "", at };
	char *path;
	bool yes;

	if (reader_is_null(r)) {
		reader_error(r, row->name, "has no value");
	} else if (r->item.kind != YAMLFILE_SCALAR) {
		reader_refuse(r, row->name, "not a single value");
	} else if (row->type == CONFIG_TYPE_FLAG) {
		if (reader_is_flag(r, &yes))
			give(d, key, &word, yes ? 1 : 0, at.line);
		else
			reader_error(r, row->name, "neither yes nor no");
	} else if (row->type != CONFIG_TYPE_FILE) {
		give_word(d, key, r->item.value, r->item.len, at);
	} else if (r->item.len == 0 || strcmp(r->item.value, "-") == 0) {
		reader_error(r, row->name, "not a file");
	} else {
		path = reader_path(r);
		give_word(d, key, path, strlen(path), at);
		free(path);
	}
}

static void
read_words(struct reader *r, struct draft *d, enum config_key key)
{
	const char *name = config_rows[key].name;
	const unsigned line = r->item.line;
	size_t errors = r->config->n_errors;
	struct words w;

	w.n = 0;
	if (reader_is_null(r)) {
		reader_error(r, name, "has no value");
	} else if (r->item.kind == YAMLFILE_SCALAR) {
		add_word(r, &w, r->item.value, reader_here(r));
	} else if (r->item.kind != YAMLFILE_LIST) {
		reader_refuse(r, name, "neither a value nor a list of values");
	} else {
		while (reader_next(r) && r->item.kind != YAMLFILE_LIST_END) {
			if (reader_is_null(r))
				reader_error(r, name, "a value is missing");
			else if (w.n == WORDS_MAX)
				reader_refuse(r, name, "too many values");
			else if (r->item.kind != YAMLFILE_SCALAR)
				reader_refuse(r, name, "not a single value");
			else
				add_word(r, &w, r->item.value, reader_here(r));
		}
		if (w.n == 0 && r->config->n_errors == errors)
			reader_error(r, name, "the list is empty");
	}
	if (w.n > 0)
		give(d, key, w.words, w.n, line);
}

static void
read_pairs(struct reader *r, struct draft *d, enum config_key key)
{
	const char *name = config_rows[key].name;
	const unsigned line = r->item.line;
	struct config_place at;
	struct text pair;
	struct words w;

	if (reader_is_null(r)) {
		reader_error(r, name, "has no value");
		return;
	}
	if (!reader_enter_map(r, name, "not a map"))
		return;
	w.n = 0;
	while (reader_next_key(r)) {
		text_init(&pair, 2 * TEXT_WORD);
		text_puts(&pair, r->item.value);
		at = reader_here(r);
		if (is_given(&w, r->item.value))
			reader_error(r, r->item.value, "is given twice");
		if (!reader_next(r)) {
			text_free(&pair);
			return;
		}
		if (w.n == WORDS_MAX) {
			reader_refuse(r, name, "too many values");
		} else if (r->item.kind != YAMLFILE_SCALAR) {
			reader_refuse(r, name, "not a single value");
		} else {
			text_printf(&pair, "=%s", r->item.value);
			add_word(r, &w, pair.data, at);
		}
		text_free(&pair);
	}
	give(d, key, w.words, w.n, line);
}

/* Whether one of the pairs has that key. */
static bool
is_given(const struct words *w, const char *key)
{
	size_t len = strlen(key), i;

	for (i = 0; i < w->n; i++)
		if (strncmp(w->words[i].s, key, len) == 0 &&
		    w->words[i].s[len] == '=')
			return true;
	return false;
}

static void
add_word(struct reader *r, struct words *w, const char *s,
    struct config_place at)
{
	w->words[w->n++] = (struct config_word){
		pool_string(&r->config->pool, s, strlen(s)), at
	};
}

static void
give_word(struct draft *d, enum config_key key, const char *s, size_t len,
    struct config_place at)
{
	const struct config_word word = { pool_string(&d->config->pool, s, len),
		at };

	give(d, key, &word, 1, at.line);
}

/* The words are copied, what they point to is not. */
static void
give(struct draft *d, enum config_key key, const struct config_word *words,
    uint16_t n, unsigned line)
{
	struct config_word *copy = pool_alloc(&d->config->pool,
	    n * sizeof(words[0]));

	memcpy(copy, words, n * sizeof(words[0]));
	d->values[key] = (struct config_value){ copy, n, (uint8_t)key, line };
	d->given[key] = true;
}

/*
 * The layer of the keys that are given, which is checked where it stands, unless
 * the same has been found good before.
 */
static const struct config_layer *
keep(struct draft *d, struct config_place at)
{
	struct config *c = d->config;
	struct config_value values[CONFIG_KEYS], *copies;
	struct config_layer layer = { values, 0, at }, *copy;
	uint32_t found, hash;
	size_t i;

	for (i = 0; i < CONFIG_KEYS; i++)
		if (d->given[i])
			values[layer.n++] = d->values[i];
	hash = hash_of(&layer);
	found = index_find(&c->by_layer, hash, is_layer, c, &layer);
	if (found != INDEX_NONE) {
		pool_back(&c->pool, d->mark);
		return c->layers[found];
	}
	if (!config_check(c, &layer))
		return NULL;
	copies = pool_alloc(&c->pool, layer.n * sizeof(values[0]));
	memcpy(copies, values, layer.n * sizeof(values[0]));
	copy = pool_alloc(&c->pool, sizeof(*copy));
	*copy = (struct config_layer){ copies, layer.n, at };
	c->layers = xgrow(c->layers, &c->sizes.layers, c->n_layers,
	    sizeof(c->layers[0]));
	c->layers[c->n_layers] = copy;
	index_add(&c->by_layer, hash, (uint32_t)c->n_layers++);
	return copy;
}

static uint32_t
hash_of(const struct config_layer *l)
{
	uint32_t hash = INDEX_HASH;
	size_t i;

	for (i = 0; i < l->n; i++)
		hash = config_value_hash(&l->values[i], hash);
	return hash;
}

static bool
is_layer(const void *ctx, uint32_t number, const void *key)
{
	const struct config *c = ctx;
	const struct config_layer *a = c->layers[number], *b = key;
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!config_value_same(&a->values[i], &b->values[i]))
			return false;
	return true;
}
