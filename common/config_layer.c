/* SPDX-License-Identifier: ISC */
#include "config_layer.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_reader.h"
#include "config_words.h"
#include "portlist.h"
#include "xalloc.h"

#define SPACES " \t\r\n\v\f"

/* The keys of a layer, while they are gathered. */
struct draft {
	struct config *config;
	struct config_value values[CONFIG_KEYS];
	bool given[CONFIG_KEYS];
	struct pool_mark mark; /* where their words begin */
};

static void begin(struct draft *, struct config *);
static enum config_key key_of(const char *);
static void read_value(struct reader *, struct draft *, enum config_key);
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
		if (why != NULL)
			reader_error(r, r->item.value, why);
		if (!reader_next(r))
			return NULL;
		if (why != NULL)
			reader_skip(r);
		else
			read_value(r, &d, key);
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
	read_value(r, &d, CONFIG_PORTSETS);
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

/* That has begun. */
static void
read_value(struct reader *r, struct draft *d, enum config_key key)
{
	const struct config_row *row = &config_rows[key];
	struct config_words w;

	if (config_words_read(r, row->name, row->type, &w))
		give(d, key, w.words, w.n, w.line);
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
