/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "addr.h"
#include "xalloc.h"

/* No more than so many lines of errors are kept. */
#define ERRORS_MAX 1000
#define ERRORS_BYTES ((size_t)1 << 20)

/* Of a name; those of an entry and its host are put together. */
#define NAME_BYTES 200

#define KEY(symbol, name, type, levels, option, fallback) \
	[CONFIG_##                                        \
	    symbol] = { name, CONFIG_TYPE_##type, levels, option, fallback },
#define NOWHERE CONFIG_AT_NONE
#define PORT_ONLY CONFIG_AT_PORT
#define DEFAULTS CONFIG_AT_DEFAULTS
#define WITH_TLS CONFIG_WITH_TLS
const struct config_row config_rows[CONFIG_KEYS] = {
#include "config.def"
};
#undef KEY
#undef NOWHERE
#undef PORT_ONLY
#undef DEFAULTS
#undef WITH_TLS

static bool begin(struct config *, struct config_place, const char *,
    const char *);
static void end(struct config *);
static index_fn is_host, is_portset;

void
config_free(struct config *c)
{
	if (c->free_recipes != NULL)
		c->free_recipes(c);
	free(c->scratch);
	free(c->files);
	free(c->portsets);
	free(c->hosts);
	free(c->entries);
	free(c->loose);
	free(c->layers);
	index_free(&c->by_layer);
	index_free(&c->by_host);
	index_free(&c->by_portset);
	pool_free(&c->pool);
	if (c->n_errors > 0)
		text_free(&c->errors);
	*c = (struct config){ 0 };
}

uint32_t
config_find_host(const struct config *c, const char *name)
{
	return index_find(&c->by_host,
	    index_hash(name, strlen(name), INDEX_HASH), is_host, c, name);
}

uint32_t
config_find_portset(const struct config *c, const char *name)
{
	return index_find(&c->by_portset,
	    index_hash(name, strlen(name), INDEX_HASH), is_portset, c, name);
}

static bool
is_host(const void *ctx, uint32_t i, const void *name)
{
	const struct config *c = ctx;

	return strcmp(c->hosts[i].name, name) == 0;
}

static bool
is_portset(const void *ctx, uint32_t i, const void *name)
{
	const struct config *c = ctx;

	return strcmp(c->portsets[i].name, name) == 0;
}

uint16_t
config_add_file(struct config *c, const char *name, uint16_t parent)
{
	struct config_file file = { .parent = parent };
	struct stat st;
	size_t i;

	if (stat(name, &st) == 0 && S_ISREG(st.st_mode)) {
		file.device = st.st_dev;
		file.inode = st.st_ino;
		for (i = 0; i < c->n_files; i++)
			if (c->files[i].device == file.device &&
			    c->files[i].inode == file.inode)
				return (uint16_t)i;
	}
	file.name = pool_string(&c->pool, name, strlen(name));
	c->files = xgrow(c->files, &c->sizes.files, c->n_files,
	    sizeof(c->files[0]));
	c->files[c->n_files] = file;
	return (uint16_t)c->n_files++;
}

uint32_t
config_add_host(struct config *c, const struct config_host *host)
{
	c->hosts = xgrow(c->hosts, &c->sizes.hosts, c->n_hosts,
	    sizeof(c->hosts[0]));
	c->hosts[c->n_hosts] = *host;
	index_add(&c->by_host,
	    index_hash(host->name, strlen(host->name), INDEX_HASH),
	    (uint32_t)c->n_hosts);
	return (uint32_t)c->n_hosts++;
}

uint32_t
config_add_portset(struct config *c, const struct config_portset *p)
{
	c->portsets = xgrow(c->portsets, &c->sizes.portsets, c->n_portsets,
	    sizeof(c->portsets[0]));
	c->portsets[c->n_portsets] = *p;
	index_add(&c->by_portset,
	    index_hash(p->name, strlen(p->name), INDEX_HASH),
	    (uint32_t)c->n_portsets);
	return (uint32_t)c->n_portsets++;
}

uint32_t
config_add_entries(struct config *c, const struct config_entry *e, size_t n)
{
	uint32_t first = (uint32_t)c->n_entries;
	size_t i;

	for (i = 0; i < n; i++) {
		c->entries = xgrow(c->entries, &c->sizes.entries, c->n_entries,
		    sizeof(c->entries[0]));
		c->entries[c->n_entries++] = e[i];
	}
	return first;
}

void
config_add_loose(struct config *c, const char *name,
    const struct config_entry *e)
{
	uint32_t number = (uint32_t)c->n_loose, found;
	struct config_host *host;

	found = config_find_host(c, name);
	if (found == INDEX_NONE)
		found = config_add_host(c,
		    &(struct config_host){ .name = name,
			.at = e->at,
			.enabled = true,
			.first_loose = CONFIG_NONE,
			.implied = true });
	host = &c->hosts[found];
	c->loose = xgrow(c->loose, &c->sizes.loose, c->n_loose,
	    sizeof(c->loose[0]));
	c->loose[c->n_loose++] = (struct config_loose){
		config_add_entries(c, e, 1), CONFIG_NONE
	};
	if (host->first_loose == CONFIG_NONE)
		host->first_loose = number;
	else
		c->loose[host->last_loose].next = number;
	host->last_loose = number;
}

void
config_error(struct config *c, struct config_place at, const char *what,
    const char *why)
{
	if (begin(c, at, what, why))
		end(c);
}

void
config_word_error(struct config *c, const char *key, struct config_word word,
    const char *why)
{
	struct text what;

	text_init(&what, TEXT_WORD);
	text_puts(&what, key);
	if (word.s[0] != '\0')
		text_printf(&what, ": %s", word.s);
	config_error(c, word.at, what.data, why);
	text_free(&what);
}

void
config_clash(struct config *c, struct config_place at, const char *what,
    const char *why, struct config_place other)
{
	if (!begin(c, at, what, why))
		return;
	text_escape_string(&c->errors, c->files[other.file].name);
	text_printf(&c->errors, ":%u", other.line);
	end(c);
}

/* All but the end of the line; false: there are too many already. */
static bool
begin(struct config *c, struct config_place at, const char *what,
    const char *why)
{
	if (c->n_errors++ == 0)
		text_init(&c->errors, ERRORS_BYTES);
	if (c->n_errors > ERRORS_MAX)
		return false;
	c->before_error = c->at_error;
	c->at_error = c->errors.len;
	text_escape_string(&c->errors, c->files[at.file].name);
	if (at.line > 0)
		text_printf(&c->errors, ":%u", at.line);
	text_puts(&c->errors, ": ");
	if (what != NULL) {
		text_escape_string(&c->errors, what);
		text_puts(&c->errors, ": ");
	}
	text_puts(&c->errors, why);
	return true;
}

/* What many hosts share may be found to be wrong again and again. */
static void
end(struct config *c)
{
	size_t len = c->at_error - c->before_error;
	const char *line;

	text_puts(&c->errors, "\n");
	line = c->errors.data + c->at_error;
	if (len > 0 && c->errors.len - c->at_error == len &&
	    memcmp(line - len, line, len) == 0) {
		text_truncate(&c->errors, c->at_error);
		c->at_error = c->before_error;
		c->n_errors--;
	}
}

const char *
config_check_name(const char *name)
{
	size_t i;

	if (name[0] == '\0')
		return "the name is empty";
	/* A handler would take it for an option. */
	if (name[0] == '-')
		return "the name begins with a dash";
	if (strcmp(name, "<<") == 0)
		return "a merge key; there are none here";
	if (strlen(name) > NAME_BYTES)
		return "the name is longer than 200 bytes";
	for (i = 0; name[i] != '\0'; i++) {
		if ((unsigned char)name[i] < ' ' || name[i] == '\x7f')
			return "a control character in the name";
		if (name[i] == '/')
			return "a slash in the name";
	}
	return NULL;
}

const char *
config_check_address(const char *address)
{
	const char *why = NULL;
	struct addr a;

	if (address[0] == '\0')
		return "is empty";
	if (address[0] == '-')
		return "begins with a dash";
	if (strpbrk(address, "/, \t") != NULL)
		return "not one address or name";
	return addr_parse(address, AF_UNSPEC, &a, &why) == ADDR_BAD ? why
								    : NULL;
}

const struct config_value *
config_value(const struct config_layer *layer, enum config_key key)
{
	size_t i;

	for (i = 0; layer != NULL && i < layer->n; i++)
		if (layer->values[i].key == key)
			return &layer->values[i];
	return NULL;
}

const char *const *
config_value_words(struct pool *pool, const struct config_value *v)
{
	const char **words = pool_alloc(pool, (v->n + 1U) * sizeof(words[0]));
	size_t i;

	for (i = 0; i < v->n; i++)
		words[i] = v->words[i].s;
	return words;
}

bool
config_value_same(const struct config_value *v, const struct config_value *w)
{
	size_t i;

	if (v->key != w->key || v->n != w->n)
		return false;
	for (i = 0; i < v->n; i++)
		if (strcmp(v->words[i].s, w->words[i].s) != 0)
			return false;
	return true;
}

uint32_t
config_value_hash(const struct config_value *v, uint32_t hash)
{
	size_t i;

	hash = index_hash(&v->key, sizeof(v->key), hash);
	for (i = 0; i < v->n; i++)
		hash = index_hash(v->words[i].s, strlen(v->words[i].s) + 1,
		    hash);
	return hash;
}
