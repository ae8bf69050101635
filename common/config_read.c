/* SPDX-License-Identifier: ISC */
/* From the files to the configuration. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "addr.h"
#include "config.h"
#include "config_ask.h"
#include "portlist.h"
#include "xalloc.h"
#include "yamlfile.h"

#define FILES_MAX 1000
#define WORDS_MAX 1000

/* What editors may put in front of UTF-8. */
#define BOM "\xef\xbb\xbf"

#define SPACES " \t\r\n\v\f"

/* Of one file, while it is read. */
struct reader {
	struct config *config;
	struct yamlfile *yaml;
	struct yamlfile_item item;
	uint16_t file;
	unsigned depth;
	/* The layer that is being read. */
	struct config_value values[CONFIG_KEYS];
	bool given[CONFIG_KEYS];
	struct pool_mark mark; /* where its words begin */
};

/* Of a host or a port set, while it is read. */
struct owner {
	const char *name;
	const struct config_layer *defaults;
	/* Its entries, which go to the configuration's together at the end. */
	struct config_entry *entries;
	size_t n;
	size_t size;
	struct index by_name;
	/* Of a host only. */
	struct config_host *host;
};

/* A member of a map: what its key is, and who reads its value. */
struct member {
	const char *key;
	void (*read)(struct reader *, void *, struct config_place);
};

static void read_line(struct reader *, char *);
static void read_file(struct config *, const char *, uint16_t,
    struct config_place, unsigned);
static uint16_t add_file(struct config *, const char *, uint16_t);
static void read_document(struct reader *);
static bool next(struct reader *);
static void skip(struct reader *);
static struct config_place here(const struct reader *);
static void error(struct reader *, const char *, const char *);
static bool enter_map(struct reader *, const char *, const char *);
static bool next_key(struct reader *);
static const char *take_key(struct reader *, struct config_place *);
static void read_members(struct reader *, const struct member *, size_t,
    void *);
static void read_include(struct reader *, void *, struct config_place);
static void include(struct reader *, struct config_place);
static void include_directory(struct reader *, const char *,
    struct config_place);
static int is_included(const struct dirent *);
static char *beside(const struct reader *, const char *);
static void read_file_defaults(struct reader *, void *, struct config_place);
static void read_portsets(struct reader *, void *, struct config_place);
static void read_portset(struct reader *, const char *, struct config_place);
static void read_hosts(struct reader *, void *, struct config_place);
static void read_host(struct reader *, const char *, struct config_place);
static void read_address(struct reader *, void *, struct config_place);
static void read_host_portsets(struct reader *, void *, struct config_place);
static void read_host_ports(struct reader *, void *, struct config_place);
static void read_defaults(struct reader *, void *, struct config_place);
static void read_enabled(struct reader *, void *, struct config_place);
static void read_loose(struct reader *, void *, struct config_place);
static void read_entries(struct reader *, struct owner *, bool);
static void read_entry(struct reader *, struct owner *, const char *,
    struct config_place);
static void read_list(struct reader *, struct owner *);
static void add_items(struct reader *, struct owner *, const char *,
    const char *, struct config_place);
static const struct config_layer *item_layer(struct reader *, const char *,
    size_t, struct config_place);
static void add_entry(struct reader *, struct owner *, const char *,
    const struct config_layer *, struct config_place);
static uint32_t keep_entries(struct reader *, struct owner *);
static index_fn is_entry, is_layer;
static const struct config_layer *read_layer(struct reader *, unsigned,
    const char *);
static void begin_layer(struct reader *);
static void read_value(struct reader *, enum config_key);
static bool is_null(const struct yamlfile_item *);
static void read_words(struct reader *, enum config_key);
static void read_pairs(struct reader *, enum config_key);
static bool is_given(const struct config_value *, const struct config_word *,
    const char *);
static void add_word(struct reader *, struct config_value *,
    struct config_word *, const char *, struct config_place);
static void give(struct reader *, enum config_key, const char *, size_t,
    struct config_place);
static const struct config_layer *keep_layer(struct reader *,
    struct config_place);
static uint32_t layer_hash(const struct config_layer *);
static bool check_name(struct reader *, const char *, struct config_place);
static bool flag_parse(const char *, bool *);

void
config_read(struct config *c, const char *file)
{
	read_file(c, file, CONFIG_NO_FILE, (struct config_place){ 0 }, 0);
}

/* In pieces, so that the list may be as long as it likes. */
void
config_read_list(struct config *c, const char *file)
{
	struct reader r = { .config = c };
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	r.file = add_file(c, file, CONFIG_NO_FILE);
	errno = f != NULL ? 0 : errno;
	while (f != NULL && (len = getline(&line, &size, f)) != -1) {
		r.item.line++;
		if (r.item.line == 1 &&
		    strncmp(line, BOM, sizeof(BOM) - 1) == 0)
			memset(line, ' ', sizeof(BOM) - 1);
		if (strlen(line) != (size_t)len)
			error(&r, NULL, "a NUL byte");
		else
			read_line(&r, line);
		errno = 0;
	}
	if (errno != 0)
		config_error(c, (struct config_place){ 0, r.file }, NULL,
		    strerror(errno));
	free(line);
	if (f != NULL && f != stdin)
		(void)fclose(f);
}

/* "host port-item [name]", and a comment. */
static void
read_line(struct reader *r, char *line)
{
	const struct config_place at = here(r);
	struct config_entry e = { .at = at };
	char *words[3], *s = line;
	const char *why, *host;
	size_t n = 0;

	line[strcspn(line, "#")] = '\0';
	for (s += strspn(s, SPACES); *s != '\0'; s += strspn(s, SPACES)) {
		if (n++ < sizeof(words) / sizeof(words[0]))
			words[n - 1] = s;
		s += strcspn(s, SPACES);
		if (*s != '\0')
			*s++ = '\0';
	}
	if (n == 0)
		return;
	if (n == 1 || n > sizeof(words) / sizeof(words[0])) {
		error(r, words[0], "not a host, a port and perhaps a name");
		return;
	}
	why = config_check_name(words[0]);
	if (why == NULL)
		why = config_check_address(words[0]);
	if (why != NULL) {
		error(r, words[0], why);
		return;
	}
	if (strchr(words[1], ',') != NULL) {
		error(r, words[1], "one port or range in a line");
		return;
	}
	if (n == 3 && !check_name(r, words[2], at))
		return;
	e.layer = item_layer(r, words[1], strlen(words[1]), at);
	if (e.layer == NULL)
		return;
	if (n == 3)
		e.name = pool_string(&r->config->pool, words[2],
		    strlen(words[2]));
	host = words[0];
	if (config_find_host(r->config, host) == INDEX_NONE)
		host = pool_string(&r->config->pool, host, strlen(host));
	config_add_loose(r->config, host, &e);
}

static void
read_file(struct config *c, const char *name, uint16_t parent,
    struct config_place from, unsigned depth)
{
	struct reader r = { .config = c, .depth = depth };
	size_t before = c->n_files;
	struct config_place first;
	const char *why;

	r.file = add_file(c, name, parent);
	first = (struct config_place){ .line = 0, .file = r.file };
	if (r.file < before) {
		config_clash(c, from, name, "this file is read already, as ",
		    (struct config_place){ 1, r.file });
		return;
	}
	why = yamlfile_missing();
	if (why == NULL)
		r.yaml = yamlfile_open(c->files[r.file].name, &why);
	if (r.yaml == NULL) {
		config_error(c, parent != CONFIG_NO_FILE ? from : first,
		    parent != CONFIG_NO_FILE ? name : NULL, why);
		return;
	}
	read_document(&r);
	yamlfile_close(r.yaml);
}

/* Its number; that of one that is there already, if it is the same. */
static uint16_t
add_file(struct config *c, const char *name, uint16_t parent)
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

static void
read_document(struct reader *r)
{
	static const struct member members[] = {
		{ "include", read_include },
		{ "defaults", read_file_defaults },
		{ "portsets", read_portsets },
		{ "hosts", read_hosts },
		{ "ports", read_loose },
	};

	if (!next(r) || r->item.kind == YAMLFILE_END)
		return;
	if (!enter_map(r, NULL,
		"not a map of include, defaults, portsets, hosts and ports"))
		return;
	read_members(r, members, sizeof(members) / sizeof(members[0]), NULL);
	(void)next(r);
}

/* False: nothing more can be read, and it was said why. */
static bool
next(struct reader *r)
{
	if (r->item.kind == YAMLFILE_BAD)
		return false;
	yamlfile_next(r->yaml, &r->item);
	if (r->item.kind != YAMLFILE_BAD)
		return true;
	error(r, NULL, r->item.value);
	return false;
}

/* Reads over the value that has begun. */
static void
skip(struct reader *r)
{
	if (r->item.kind != YAMLFILE_BAD && !yamlfile_skip(r->yaml, &r->item))
		error(r, NULL, r->item.value);
}

static struct config_place
here(const struct reader *r)
{
	return (struct config_place){ r->item.line, r->file };
}

static void
error(struct reader *r, const char *what, const char *why)
{
	config_error(r->config, here(r), what, why);
}

/* Whether the value that has begun is a map; else it is read over. */
static bool
enter_map(struct reader *r, const char *what, const char *why)
{
	if (r->item.kind == YAMLFILE_MAP)
		return true;
	if (r->item.kind != YAMLFILE_BAD)
		error(r, what, why);
	skip(r);
	return false;
}

/* Goes on to the next key of a map; false: it ends. */
static bool
next_key(struct reader *r)
{
	return next(r) && r->item.kind != YAMLFILE_MAP_END;
}

/* Keeps the key and goes on to its value; NULL: nothing more can be read. */
static const char *
take_key(struct reader *r, struct config_place *at)
{
	const char *key = pool_string(&r->config->pool, r->item.value,
	    r->item.len);

	*at = here(r);
	return next(r) ? key : NULL;
}

static void
read_members(struct reader *r, const struct member *members, size_t n,
    void *ctx)
{
	struct config_place at, first[8] = { { 0 } };
	size_t i;

	while (next_key(r)) {
		for (i = 0; i < n; i++)
			if (strcmp(r->item.value, members[i].key) == 0)
				break;
		at = here(r);
		if (i == n)
			error(r, r->item.value, "no key that can stand here");
		else if (first[i].line > 0)
			config_clash(r->config, at, members[i].key,
			    "this key was given already at ", first[i]);
		if (!next(r))
			return;
		if (i == n || first[i].line > 0) {
			skip(r);
			continue;
		}
		first[i] = at;
		members[i].read(r, ctx, at);
	}
}

static void
read_include(struct reader *r, void *ctx, struct config_place at)
{
	(void)ctx;
	(void)at;
	if (r->item.kind == YAMLFILE_SCALAR) {
		include(r, here(r));
		return;
	}
	if (r->item.kind != YAMLFILE_LIST) {
		error(r, "include", "neither a file nor a list of files");
		skip(r);
		return;
	}
	while (next(r) && r->item.kind != YAMLFILE_LIST_END) {
		if (r->item.kind == YAMLFILE_SCALAR) {
			include(r, here(r));
			continue;
		}
		error(r, "include", "not a file");
		skip(r);
	}
}

static void
include(struct reader *r, struct config_place at)
{
	char *path = beside(r, r->item.value);
	struct stat st;

	if (r->item.len == 0)
		error(r, "include", "is empty");
	else if (r->depth == CONFIG_DEPTH_MAX ||
	    r->config->n_files >= FILES_MAX)
		error(r, r->item.value, "too many files");
	else if (stat(path, &st) == -1)
		error(r, path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		include_directory(r, path, at);
	else
		read_file(r->config, path, r->file, at, r->depth + 1);
	free(path);
}

/* Its files, by name. */
static void
include_directory(struct reader *r, const char *path, struct config_place at)
{
	struct dirent **found;
	int n = scandir(path, &found, is_included, alphasort), i;
	struct text name;

	if (n == -1) {
		error(r, path, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		text_init(&name, PATH_MAX);
		text_printf(&name, "%s/%s", path, found[i]->d_name);
		if (r->config->n_files < FILES_MAX)
			read_file(r->config, name.data, r->file, at,
			    r->depth + 1);
		else
			error(r, name.data, "too many files");
		text_free(&name);
		free(found[i]);
	}
	free(found);
}

static int
is_included(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot != NULL &&
	    (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* A path of a file's; the caller frees it. */
static char *
beside(const struct reader *r, const char *path)
{
	const char *file = r->config->files[r->file].name;
	const char *slash = strrchr(file, '/');
	struct text t;

	text_init(&t, 2 * PATH_MAX);
	if (path[0] != '/' && slash != NULL)
		text_put(&t, file, (size_t)(slash + 1 - file));
	text_puts(&t, path);
	return t.data;
}

static void
read_file_defaults(struct reader *r, void *ctx, struct config_place at)
{
	const struct config_layer *defaults;

	(void)ctx;
	(void)at;
	defaults = read_layer(r, CONFIG_AT_DEFAULTS, "defaults");
	r->config->files[r->file].defaults = defaults;
}

static void
read_portsets(struct reader *r, void *ctx, struct config_place at)
{
	const char *name;

	(void)ctx;
	if (!enter_map(r, "portsets", "not a map of port sets"))
		return;
	while (next_key(r)) {
		name = take_key(r, &at);
		if (name == NULL)
			return;
		read_portset(r, name, at);
	}
}

static void
read_portset(struct reader *r, const char *name, struct config_place at)
{
	struct config *c = r->config;
	struct config_portset set = { .name = name, .at = at };
	struct owner owner = { .name = name };
	uint32_t other = config_find_portset(c, name);

	if (!check_name(r, name, at) || other != INDEX_NONE) {
		if (other != INDEX_NONE)
			config_clash(c, at, name,
			    "there is a port set of that name already, at ",
			    c->portsets[other].at);
		skip(r);
		return;
	}
	if (r->item.kind == YAMLFILE_MAP)
		read_entries(r, &owner, true);
	else
		read_list(r, &owner);
	set.defaults = owner.defaults;
	set.n = (uint32_t)owner.n;
	set.first = keep_entries(r, &owner);
	c->portsets = xgrow(c->portsets, &c->sizes.portsets, c->n_portsets,
	    sizeof(c->portsets[0]));
	c->portsets[c->n_portsets] = set;
	index_add(&c->by_portset, index_hash(name, strlen(name), INDEX_HASH),
	    (uint32_t)c->n_portsets++);
}

static void
read_hosts(struct reader *r, void *ctx, struct config_place at)
{
	const char *name;

	(void)ctx;
	if (!enter_map(r, "hosts", "not a map of hosts"))
		return;
	while (next_key(r)) {
		name = take_key(r, &at);
		if (name == NULL)
			return;
		read_host(r, name, at);
	}
}

static void
read_host(struct reader *r, const char *name, struct config_place at)
{
	static const struct member members[] = {
		{ "address", read_address },
		{ "portsets", read_host_portsets },
		{ "ports", read_host_ports },
		{ "defaults", read_defaults },
		{ "enabled", read_enabled },
	};
	struct config *c = r->config;
	struct config_host host = { .name = name,
		.at = at,
		.enabled = true,
		.first_loose = CONFIG_NONE };
	struct owner owner = { .name = name, .host = &host };
	uint32_t other = config_find_host(c, name);
	const char *why;

	if (!check_name(r, name, at) ||
	    (other != INDEX_NONE && !c->hosts[other].implied)) {
		if (other != INDEX_NONE)
			config_clash(c, at, name,
			    "there is a host of that name already, at ",
			    c->hosts[other].at);
		skip(r);
		return;
	}
	if (r->item.kind == YAMLFILE_MAP)
		read_members(r, members, sizeof(members) / sizeof(members[0]),
		    &owner);
	else if (!is_null(&r->item))
		read_list(r, &owner);
	why = host.address == NULL ? config_check_address(name) : NULL;
	if (why != NULL)
		config_error(c, at, name, why);
	host.defaults = owner.defaults;
	host.n = (uint32_t)owner.n;
	host.first = keep_entries(r, &owner);
	other = config_find_host(c, name);
	if (other == INDEX_NONE) {
		(void)config_add_host(c, &host);
	} else {
		host.first_loose = c->hosts[other].first_loose;
		host.last_loose = c->hosts[other].last_loose;
		c->hosts[other] = host;
	}
}

static void
read_address(struct reader *r, void *ctx, struct config_place at)
{
	struct owner *owner = ctx;
	const char *why = r->item.kind == YAMLFILE_SCALAR
	    ? config_check_address(r->item.value)
	    : "not a single value";

	(void)at;
	if (why != NULL) {
		error(r, "address", why);
		skip(r);
		return;
	}
	owner->host->address = pool_string(&r->config->pool, r->item.value,
	    r->item.len);
}

/* Most hosts have the list of the host before them. */
static void
read_host_portsets(struct reader *r, void *ctx, struct config_place at)
{
	struct owner *owner = ctx;
	const struct config_layer *layer;

	begin_layer(r);
	read_words(r, CONFIG_PORTSETS);
	if (r->values[CONFIG_PORTSETS].n == 0)
		return;
	r->given[CONFIG_PORTSETS] = true;
	layer = keep_layer(r, at);
	owner->host->portsets = layer->values[0].words;
	owner->host->n_portsets = layer->values[0].n;
}

static void
read_host_ports(struct reader *r, void *ctx, struct config_place at)
{
	(void)at;
	if (r->item.kind == YAMLFILE_MAP)
		read_entries(r, ctx, false);
	else
		read_list(r, ctx);
}

static void
read_defaults(struct reader *r, void *ctx, struct config_place at)
{
	struct owner *owner = ctx;

	(void)at;
	owner->defaults = read_layer(r, CONFIG_AT_DEFAULTS, "defaults");
}

static void
read_enabled(struct reader *r, void *ctx, struct config_place at)
{
	struct owner *owner = ctx;

	(void)at;
	if (r->item.kind == YAMLFILE_SCALAR &&
	    flag_parse(r->item.value, &owner->host->enabled))
		return;
	error(r, "enabled", "neither yes nor no");
	skip(r);
}

/* Those of no host: each says of which one it is. */
static void
read_loose(struct reader *r, void *ctx, struct config_place at)
{
	struct owner owner = { .name = "ports" };
	size_t i;

	(void)ctx;
	(void)at;
	if (!enter_map(r, "ports", "not a map of ports"))
		return;
	read_entries(r, &owner, false);
	for (i = 0; i < owner.n; i++) {
		const struct config_entry *e = &owner.entries[i];
		const struct config_value *host = config_value(e->layer,
		    CONFIG_HOST);

		if (host != NULL)
			config_add_loose(r->config, host->words[0].s, e);
		else
			config_error(r->config, e->at, e->name,
			    "no host: it stands in none, and names none");
	}
	owner.n = 0;
	(void)keep_entries(r, &owner);
}

/* Of a map; a port set has its defaults among them. */
static void
read_entries(struct reader *r, struct owner *owner, bool with_defaults)
{
	struct config_place at;
	const char *name;
	bool any = false;

	while (next_key(r)) {
		name = take_key(r, &at);
		if (name == NULL)
			return;
		any |= !with_defaults || strcmp(name, "defaults") != 0;
		if (!with_defaults || strcmp(name, "defaults") != 0)
			read_entry(r, owner, name, at);
		else if (owner->defaults == NULL)
			read_defaults(r, owner, at);
		else {
			config_error(r->config, at, name, "is given twice");
			skip(r);
		}
	}
	if (!any && r->item.kind != YAMLFILE_BAD)
		error(r, owner->name, "there is no port in it");
}

static void
read_entry(struct reader *r, struct owner *owner, const char *name,
    struct config_place at)
{
	const struct config_layer *layer;

	if (!check_name(r, name, at)) {
		skip(r);
	} else if (r->item.kind == YAMLFILE_SCALAR && !is_null(&r->item)) {
		add_items(r, owner, name, r->item.value, here(r));
	} else if (enter_map(r, name, "neither a map nor a port")) {
		layer = read_layer(r, CONFIG_AT_PORT, name);
		if (layer != NULL)
			add_entry(r, owner, name, layer, at);
	}
}

/* A list of ports as on the command line, or many of such. */
static void
read_list(struct reader *r, struct owner *owner)
{
	bool any = false;

	if (r->item.kind == YAMLFILE_SCALAR && !is_null(&r->item)) {
		add_items(r, owner, NULL, r->item.value, here(r));
		return;
	}
	if (r->item.kind != YAMLFILE_LIST) {
		error(r, owner->name, "neither a map nor a list of ports");
		skip(r);
		return;
	}
	while (next(r) && r->item.kind != YAMLFILE_LIST_END) {
		any = true;
		if (r->item.kind == YAMLFILE_SCALAR) {
			add_items(r, owner, NULL, r->item.value, here(r));
			continue;
		}
		error(r, owner->name, "not a port");
		skip(r);
	}
	if (!any && r->item.kind != YAMLFILE_BAD)
		error(r, owner->name, "the list of ports is empty");
}

/* Of that name only one. */
static void
add_items(struct reader *r, struct owner *owner, const char *name,
    const char *s, struct config_place at)
{
	size_t len = strcspn(s, ",");
	const struct config_layer *layer;

	if (name != NULL && s[len] != '\0') {
		config_error(r->config, at, name,
		    "one port has a name, and not a list of them");
		return;
	}
	for (;; s += len + 1) {
		len = strcspn(s, ",");
		layer = item_layer(r, s, len, at);
		if (layer != NULL)
			add_entry(r, owner, name, layer, at);
		if (s[len] == '\0')
			return;
	}
}

/* [tcp:|udp:]ports[/protocol][=expected] or unix:path[=expected] as keys. */
static const struct config_layer *
item_layer(struct reader *r, const char *s, size_t len, struct config_place at)
{
	static const enum config_key keys[] = { [ITEM_TCP] = CONFIG_TCP,
		[ITEM_UDP] = CONFIG_UDP,
		[ITEM_UNIX] = CONFIG_UNIX };
	struct item_words w;

	begin_layer(r);
	while (len > 0 && strchr(SPACES, s[0]) != NULL) {
		s++;
		len--;
	}
	portlist_split(s, text_trimmed(s, len), &w);
	if (w.ports.len == 0) {
		config_error(r->config, at, NULL, "an item is empty");
		return NULL;
	}
	if (w.expected.data != NULL)
		give(r, CONFIG_EXPECTED, w.expected.data, w.expected.len, at);
	if (w.protocol.data != NULL)
		give(r, CONFIG_PROTOCOL, w.protocol.data, w.protocol.len, at);
	give(r, keys[w.transport], w.ports.data, w.ports.len, at);
	return keep_layer(r, at);
}

static void
add_entry(struct reader *r, struct owner *owner, const char *name,
    const struct config_layer *layer, struct config_place at)
{
	uint32_t hash, other;

	if (name != NULL) {
		hash = index_hash(name, strlen(name), INDEX_HASH);
		other = index_find(&owner->by_name, hash, is_entry, owner,
		    name);
		if (other != INDEX_NONE) {
			config_clash(r->config, at, name,
			    "there is one of that name already, at ",
			    owner->entries[other].at);
			return;
		}
		index_add(&owner->by_name, hash, (uint32_t)owner->n);
	}
	owner->entries = xgrow(owner->entries, &owner->size, owner->n,
	    sizeof(owner->entries[0]));
	owner->entries[owner->n++] = (struct config_entry){ name, layer, at };
}

static bool
is_entry(const void *ctx, uint32_t i, const void *name)
{
	const struct owner *owner = ctx;

	return strcmp(owner->entries[i].name, name) == 0;
}

/* Returns the number of the first. */
static uint32_t
keep_entries(struct reader *r, struct owner *owner)
{
	struct config *c = r->config;
	uint32_t first = (uint32_t)c->n_entries;
	size_t i;

	for (i = 0; i < owner->n; i++) {
		c->entries = xgrow(c->entries, &c->sizes.entries, c->n_entries,
		    sizeof(c->entries[0]));
		c->entries[c->n_entries++] = owner->entries[i];
	}
	free(owner->entries);
	index_free(&owner->by_name);
	return first;
}

/* NULL: there is none, or what it has was refused. */
static const struct config_layer *
read_layer(struct reader *r, unsigned level, const char *what)
{
	struct config_place at = here(r);
	size_t errors = r->config->n_errors, i;

	if (!enter_map(r, what, "not a map of keys"))
		return NULL;
	begin_layer(r);
	while (next_key(r)) {
		for (i = 0; i < CONFIG_KEYS; i++)
			if (config_rows[i].levels != CONFIG_AT_NONE &&
			    strcmp(config_rows[i].name, r->item.value) == 0)
				break;
		if (i == CONFIG_KEYS)
			error(r, r->item.value, "there is no such key");
		else if (level == CONFIG_AT_DEFAULTS &&
		    (config_rows[i].levels & CONFIG_AT_DEFAULTS) !=
			CONFIG_AT_DEFAULTS)
			error(r, r->item.value,
			    "is for a port, and not for defaults");
		else if (r->given[i])
			error(r, r->item.value, "is given twice");
		else {
			read_value(r, (enum config_key)i);
			continue;
		}
		if (!next(r))
			return NULL;
		skip(r);
	}
	if (r->item.kind == YAMLFILE_BAD || r->config->n_errors > errors)
		return NULL;
	return keep_layer(r, at);
}

static void
begin_layer(struct reader *r)
{
	memset(r->given, 0, sizeof(r->given));
	r->mark = pool_mark(&r->config->pool);
}

/* The key is the item that was read last. */
static void
read_value(struct reader *r, enum config_key key)
{
	const struct config_row *row = &config_rows[key];
	struct config_place at;
	bool yes;

	r->values[key] = (struct config_value){ .key = (uint8_t)key,
		.line = r->item.line };
	if (!next(r))
		return;
	at = here(r);
	if (is_null(&r->item)) {
		error(r, row->name, "has no value");
		return;
	}
	switch (row->type) {
	case CONFIG_TYPE_LIST:
		read_words(r, key);
		break;
	case CONFIG_TYPE_PAIRS:
		read_pairs(r, key);
		break;
	case CONFIG_TYPE_SCALAR:
	case CONFIG_TYPE_FILE:
	case CONFIG_TYPE_FLAG:
		if (r->item.kind != YAMLFILE_SCALAR) {
			error(r, row->name, "not a single value");
			skip(r);
			return;
		}
		if (row->type == CONFIG_TYPE_FILE &&
		    (r->item.len == 0 || strcmp(r->item.value, "-") == 0))
			error(r, row->name, "not a file");
		else if (row->type != CONFIG_TYPE_FLAG)
			give(r, key, r->item.value, r->item.len, at);
		else if (!flag_parse(r->item.value, &yes))
			error(r, row->name, "neither yes nor no");
		else if (yes)
			give(r, key, "", 0, at);
		break;
	}
	r->given[key] = true;
}

/* Nothing, as YAML has it: not even an empty string. */
static bool
is_null(const struct yamlfile_item *item)
{
	return item->kind == YAMLFILE_SCALAR && !item->quoted &&
	    (item->len == 0 || strcmp(item->value, "~") == 0 ||
		strcasecmp(item->value, "null") == 0);
}

static void
read_words(struct reader *r, enum config_key key)
{
	struct config_word words[WORDS_MAX];
	struct config_value *v = &r->values[key];
	const char *name = config_rows[key].name;
	size_t errors = r->config->n_errors;

	*v = (struct config_value){ .key = (uint8_t)key, .line = r->item.line };
	if (is_null(&r->item)) {
		error(r, name, "has no value");
	} else if (r->item.kind == YAMLFILE_SCALAR) {
		add_word(r, v, words, r->item.value, here(r));
	} else if (r->item.kind != YAMLFILE_LIST) {
		error(r, name, "neither a value nor a list of values");
		skip(r);
	} else {
		while (next(r) && r->item.kind != YAMLFILE_LIST_END) {
			if (r->item.kind == YAMLFILE_SCALAR &&
			    !is_null(&r->item) && v->n < WORDS_MAX) {
				add_word(r, v, words, r->item.value, here(r));
				continue;
			}
			error(r, name,
			    v->n == WORDS_MAX       ? "too many values"
				: is_null(&r->item) ? "a value is missing"
						    : "not a single value");
			skip(r);
		}
		if (v->n == 0 && r->config->n_errors == errors)
			error(r, name, "the list is empty");
	}
	v->words = pool_alloc(&r->config->pool, v->n * sizeof(words[0]));
	memcpy((struct config_word *)(uintptr_t)v->words, words,
	    v->n * sizeof(words[0]));
}

static void
read_pairs(struct reader *r, enum config_key key)
{
	struct config_word words[CONFIG_KEYS];
	struct config_value *v = &r->values[key];
	struct config_place at;
	struct text pair;

	if (!enter_map(r, config_rows[key].name, "not a map"))
		return;
	while (next_key(r)) {
		text_init(&pair, 2 * TEXT_WORD);
		text_puts(&pair, r->item.value);
		at = here(r);
		if (is_given(v, words, r->item.value))
			error(r, r->item.value, "is given twice");
		if (!next(r)) {
			text_free(&pair);
			return;
		}
		if (r->item.kind != YAMLFILE_SCALAR || v->n == CONFIG_KEYS) {
			error(r, config_rows[key].name, "not a single value");
			skip(r);
		} else {
			text_printf(&pair, "=%s", r->item.value);
			add_word(r, v, words, pair.data, at);
		}
		text_free(&pair);
	}
	v->words = pool_alloc(&r->config->pool, v->n * sizeof(words[0]));
	memcpy((struct config_word *)(uintptr_t)v->words, words,
	    v->n * sizeof(words[0]));
}

/* Whether one of the pairs has that key. */
static bool
is_given(const struct config_value *v, const struct config_word *words,
    const char *key)
{
	size_t len = strlen(key), i;

	for (i = 0; i < v->n; i++)
		if (strncmp(words[i].s, key, len) == 0 &&
		    words[i].s[len] == '=')
			return true;
	return false;
}

static void
add_word(struct reader *r, struct config_value *v, struct config_word *words,
    const char *s, struct config_place at)
{
	words[v->n++] = (struct config_word){
		pool_string(&r->config->pool, s, strlen(s)), at
	};
}

static void
give(struct reader *r, enum config_key key, const char *s, size_t len,
    struct config_place at)
{
	struct config_word *word = pool_alloc(&r->config->pool, sizeof(*word));
	bool file = config_rows[key].type == CONFIG_TYPE_FILE;
	char *path = file ? beside(r, s) : NULL;

	*word = (struct config_word){ file
		    ? pool_string(&r->config->pool, path, strlen(path))
		    : pool_string(&r->config->pool, s, len),
		at };
	free(path);
	r->values[key] = (struct config_value){ word, 1, (uint8_t)key,
		at.line };
	r->given[key] = true;
}

/*
 * The layer of the keys that are given, which is checked where it stands, unless
 * the same has been found good before.  NULL: it has errors.
 */
static const struct config_layer *
keep_layer(struct reader *r, struct config_place at)
{
	struct config *c = r->config;
	struct config_value values[CONFIG_KEYS];
	struct config_layer layer = { values, 0, at }, *copy;
	uint32_t found, hash;
	size_t i;

	for (i = 0; i < CONFIG_KEYS; i++)
		if (r->given[i])
			values[layer.n++] = r->values[i];
	hash = layer_hash(&layer);
	found = index_find(&c->by_layer, hash, is_layer, c, &layer);
	if (found != INDEX_NONE) {
		pool_back(&c->pool, r->mark);
		return c->layers[found];
	}
	if (!config_check(c, &layer))
		return NULL;
	copy = pool_alloc(&c->pool, sizeof(*copy));
	*copy = layer;
	copy->values = pool_alloc(&c->pool, layer.n * sizeof(values[0]));
	memcpy((struct config_value *)(uintptr_t)copy->values, values,
	    layer.n * sizeof(values[0]));
	c->layers = xgrow(c->layers, &c->sizes.layers, c->n_layers,
	    sizeof(c->layers[0]));
	c->layers[c->n_layers] = copy;
	index_add(&c->by_layer, hash, (uint32_t)c->n_layers++);
	return copy;
}

static uint32_t
layer_hash(const struct config_layer *l)
{
	uint32_t hash = INDEX_HASH;
	size_t i, j;

	for (i = 0; i < l->n; i++) {
		const struct config_value *v = &l->values[i];

		hash = index_hash(&v->key, sizeof(v->key), hash);
		for (j = 0; j < v->n; j++)
			hash = index_hash(v->words[j].s,
			    strlen(v->words[j].s) + 1, hash);
	}
	return hash;
}

static bool
is_layer(const void *ctx, uint32_t number, const void *key)
{
	const struct config *c = ctx;
	const struct config_layer *a = c->layers[number], *b = key;
	size_t i, j;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		const struct config_value *v = &a->values[i],
					  *w = &b->values[i];

		if (v->key != w->key || v->n != w->n)
			return false;
		for (j = 0; j < v->n; j++)
			if (strcmp(v->words[j].s, w->words[j].s) != 0)
				return false;
	}
	return true;
}

static bool
check_name(struct reader *r, const char *name, struct config_place at)
{
	const char *why = config_check_name(name);

	if (why != NULL)
		config_error(r->config, at, name, why);
	return why == NULL;
}

/* As YAML 1.1 has them, but for y and n. */
static bool
flag_parse(const char *s, bool *out)
{
	*out = strcasecmp(s, "yes") == 0 || strcasecmp(s, "true") == 0 ||
	    strcasecmp(s, "on") == 0;
	return *out || strcasecmp(s, "no") == 0 ||
	    strcasecmp(s, "false") == 0 || strcasecmp(s, "off") == 0;
}
