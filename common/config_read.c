/* SPDX-License-Identifier: ISC */
/* From YAML files to the configuration: what stands where in them. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_daemon.h"
#include "config_layer.h"
#include "config_reader.h"
#include "xalloc.h"

#define FILES_MAX 1000

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
	void (*read)(struct reader *, void *);
};

/* Reads what has that name and stands there: a host say. */
typedef void named_fn(struct reader *, const char *, struct config_place);

static void read_file(struct config *, const char *, uint16_t,
    struct config_place, unsigned);
static void read_document(struct reader *);
static void read_members(struct reader *, const struct member *, size_t,
    void *);
static void read_include(struct reader *, void *);
static void include(struct reader *);
static void include_directory(struct reader *, const char *);
static int is_included(const struct dirent *);
static void read_file_defaults(struct reader *, void *);
static void read_portsets(struct reader *, void *);
static void read_hosts(struct reader *, void *);
static void read_named(struct reader *, const char *, const char *, named_fn *);
static named_fn read_portset, read_host;
static void read_address(struct reader *, void *);
static void read_host_portsets(struct reader *, void *);
static void read_host_ports(struct reader *, void *);
static void read_defaults(struct reader *, void *);
static void read_enabled(struct reader *, void *);
static void read_loose(struct reader *, void *);
static void read_daemon(struct reader *, void *);
static void read_notify(struct reader *, void *);
static void read_snmp(struct reader *, void *);
static void read_entries(struct reader *, struct owner *, bool);
static void read_entry(struct reader *, struct owner *, const char *,
    struct config_place);
static void read_list(struct reader *, struct owner *);
static void add_items(struct reader *, struct owner *, const char *);
static void add_entry(struct reader *, struct owner *, const char *,
    const struct config_layer *, struct config_place);
static index_fn is_entry;
static void free_owner(struct owner *);
static bool take_name(struct reader *, const char *, struct config_place);

void
config_read(struct config *c, const char *file)
{
	read_file(c, file, CONFIG_NO_FILE, (struct config_place){ 0 }, 0);
}

static void
read_file(struct config *c, const char *name, uint16_t parent,
    struct config_place from, unsigned depth)
{
	struct reader r = { .config = c, .depth = depth };
	size_t before = c->n_files;
	struct config_place first;
	const char *why;

	r.file = config_add_file(c, name, parent);
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

static void
read_document(struct reader *r)
{
	static const struct member members[] = {
		{ "include", read_include },
		{ "defaults", read_file_defaults },
		{ "portsets", read_portsets },
		{ "hosts", read_hosts },
		{ "ports", read_loose },
		{ "daemon", read_daemon },
		{ "notify", read_notify },
		{ "snmp", read_snmp },
	};

	if (!reader_next(r) || r->item.kind == YAMLFILE_END)
		return;
	if (!reader_enter_map(r, NULL,
		"not a map of include, defaults, portsets, hosts, ports, "
		"daemon, notify and snmp"))
		return;
	read_members(r, members, sizeof(members) / sizeof(members[0]), NULL);
	(void)reader_next(r);
}

static void
read_members(struct reader *r, const struct member *members, size_t n,
    void *ctx)
{
	struct config_place at, first[8] = { { 0 } };
	size_t i;

	while (reader_next_key(r)) {
		for (i = 0; i < n; i++)
			if (strcmp(r->item.value, members[i].key) == 0)
				break;
		at = reader_here(r);
		if (i == n)
			reader_error(r, r->item.value,
			    "no key that can stand here");
		else if (first[i].line > 0)
			config_clash(r->config, at, members[i].key,
			    "this key was given already at ", first[i]);
		if (!reader_next(r))
			return;
		if (i == n || first[i].line > 0) {
			reader_skip(r);
			continue;
		}
		first[i] = at;
		members[i].read(r, ctx);
	}
}

static void
read_include(struct reader *r, void *ctx)
{
	(void)ctx;
	if (r->item.kind == YAMLFILE_SCALAR) {
		include(r);
		return;
	}
	if (r->item.kind != YAMLFILE_LIST) {
		reader_refuse(r, "include",
		    "neither a file nor a list of files");
		return;
	}
	while (reader_next(r) && r->item.kind != YAMLFILE_LIST_END)
		if (r->item.kind == YAMLFILE_SCALAR)
			include(r);
		else
			reader_refuse(r, "include", "not a file");
}

static void
include(struct reader *r)
{
	char *path = reader_path(r);
	struct stat st;

	if (r->item.len == 0)
		reader_error(r, "include", "is empty");
	else if (r->depth == CONFIG_DEPTH_MAX ||
	    r->config->n_files >= FILES_MAX)
		reader_error(r, r->item.value, "too many files");
	else if (stat(path, &st) == -1)
		reader_error(r, path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		include_directory(r, path);
	else
		read_file(r->config, path, r->file, reader_here(r),
		    r->depth + 1);
	free(path);
}

/* Its files, by name. */
static void
include_directory(struct reader *r, const char *path)
{
	struct dirent **found;
	int n = scandir(path, &found, is_included, alphasort), i;
	struct text name;

	if (n == -1) {
		reader_error(r, path, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		text_init(&name, PATH_MAX);
		text_printf(&name, "%s/%s", path, found[i]->d_name);
		if (r->config->n_files < FILES_MAX)
			read_file(r->config, name.data, r->file, reader_here(r),
			    r->depth + 1);
		else
			reader_error(r, name.data, "too many files");
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

static void
read_file_defaults(struct reader *r, void *ctx)
{
	const struct config_layer *defaults = config_layer_read(r,
	    CONFIG_AT_DEFAULTS, "defaults");

	(void)ctx;
	r->config->files[r->file].defaults = defaults;
}

static void
read_portsets(struct reader *r, void *ctx)
{
	(void)ctx;
	read_named(r, "portsets", "not a map of port sets", read_portset);
}

static void
read_hosts(struct reader *r, void *ctx)
{
	(void)ctx;
	read_named(r, "hosts", "not a map of hosts", read_host);
}

/* A map, each key of which is the name of what its value is. */
static void
read_named(struct reader *r, const char *what, const char *why, named_fn *read)
{
	struct config_place at;
	const char *name;

	if (!reader_enter_map(r, what, why))
		return;
	while (reader_next_key(r)) {
		name = reader_take_key(r, &at);
		if (name == NULL)
			return;
		if (take_name(r, name, at))
			read(r, name, at);
	}
}

static void
read_portset(struct reader *r, const char *name, struct config_place at)
{
	struct config *c = r->config;
	struct owner owner = { .name = name };
	uint32_t other = config_find_portset(c, name);

	if (other != INDEX_NONE) {
		config_clash(c, at, name,
		    "there is a port set of that name already, at ",
		    c->portsets[other].at);
		reader_skip(r);
		return;
	}
	if (r->item.kind == YAMLFILE_MAP)
		read_entries(r, &owner, true);
	else
		read_list(r, &owner);
	(void)config_add_portset(c,
	    &(struct config_portset){ .name = name,
		.at = at,
		.defaults = owner.defaults,
		.first = config_add_entries(c, owner.entries, owner.n),
		.n = (uint32_t)owner.n });
	free_owner(&owner);
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

	if (other != INDEX_NONE && !c->hosts[other].implied) {
		config_clash(c, at, name,
		    "there is a host of that name already, at ",
		    c->hosts[other].at);
		reader_skip(r);
		return;
	}
	if (r->item.kind == YAMLFILE_MAP)
		read_members(r, members, sizeof(members) / sizeof(members[0]),
		    &owner);
	else if (!reader_is_null(r))
		read_list(r, &owner);
	why = host.address == NULL ? config_check_address(name) : NULL;
	if (why != NULL)
		config_error(c, at, name, why);
	host.defaults = owner.defaults;
	host.first = config_add_entries(c, owner.entries, owner.n);
	host.n = (uint32_t)owner.n;
	free_owner(&owner);
	if (other == INDEX_NONE) {
		(void)config_add_host(c, &host);
	} else {
		host.first_loose = c->hosts[other].first_loose;
		host.last_loose = c->hosts[other].last_loose;
		c->hosts[other] = host;
	}
}

static void
read_address(struct reader *r, void *ctx)
{
	struct owner *owner = ctx;
	const char *why = r->item.kind == YAMLFILE_SCALAR
	    ? config_check_address(r->item.value)
	    : "not a single value";

	if (why != NULL)
		reader_refuse(r, "address", why);
	else
		owner->host->address = pool_string(&r->config->pool,
		    r->item.value, r->item.len);
}

/* Most hosts have the list of the host before them. */
static void
read_host_portsets(struct reader *r, void *ctx)
{
	const struct config_layer *layer = config_layer_portsets(r);
	struct owner *owner = ctx;

	if (layer == NULL)
		return;
	owner->host->portsets = layer->values[0].words;
	owner->host->n_portsets = layer->values[0].n;
}

static void
read_host_ports(struct reader *r, void *ctx)
{
	if (r->item.kind == YAMLFILE_MAP)
		read_entries(r, ctx, false);
	else
		read_list(r, ctx);
}

static void
read_defaults(struct reader *r, void *ctx)
{
	struct owner *owner = ctx;

	owner->defaults = config_layer_read(r, CONFIG_AT_DEFAULTS, "defaults");
}

static void
read_enabled(struct reader *r, void *ctx)
{
	struct owner *owner = ctx;

	if (!reader_is_flag(r, &owner->host->enabled))
		reader_refuse(r, "enabled", "neither yes nor no");
}

/* Those of no host: each says of which one it is. */
static void
read_loose(struct reader *r, void *ctx)
{
	struct owner owner = { .name = "ports" };
	size_t i;

	(void)ctx;
	if (!reader_enter_map(r, "ports", "not a map of ports"))
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
	free_owner(&owner);
}

static void
read_daemon(struct reader *r, void *ctx)
{
	(void)ctx;
	config_daemon_read(r, "daemon");
}

static void
read_notify(struct reader *r, void *ctx)
{
	(void)ctx;
	config_daemon_read(r, "notify");
}

static void
read_snmp(struct reader *r, void *ctx)
{
	(void)ctx;
	config_daemon_read(r, "snmp");
}

/* Of a map; a port set has its defaults among them. */
static void
read_entries(struct reader *r, struct owner *owner, bool with_defaults)
{
	struct config_place at;
	const char *name;
	bool any = false;

	while (reader_next_key(r)) {
		name = reader_take_key(r, &at);
		if (name == NULL)
			return;
		if (!with_defaults || strcmp(name, "defaults") != 0) {
			any = true;
			read_entry(r, owner, name, at);
		} else if (owner->defaults == NULL) {
			read_defaults(r, owner);
		} else {
			config_error(r->config, at, name, "is given twice");
			reader_skip(r);
		}
	}
	if (!any && r->item.kind != YAMLFILE_BAD)
		reader_error(r, owner->name, "there is no port in it");
}

static void
read_entry(struct reader *r, struct owner *owner, const char *name,
    struct config_place at)
{
	const struct config_layer *layer = NULL;

	if (!take_name(r, name, at))
		return;
	if (r->item.kind != YAMLFILE_SCALAR || reader_is_null(r)) {
		if (reader_enter_map(r, name, "neither a map nor a port"))
			layer = config_layer_read(r, CONFIG_AT_PORT, name);
	} else if (strchr(r->item.value, ',') != NULL) {
		reader_error(r, name,
		    "one port has a name, and not a list of them");
	} else {
		at = reader_here(r);
		layer = config_layer_item(r->config, r->item.value, r->item.len,
		    at);
	}
	if (layer != NULL)
		add_entry(r, owner, name, layer, at);
}

/* A list of ports as on the command line, or many of such. */
static void
read_list(struct reader *r, struct owner *owner)
{
	bool any = false;

	if (r->item.kind == YAMLFILE_SCALAR && !reader_is_null(r)) {
		add_items(r, owner, r->item.value);
		return;
	}
	if (r->item.kind != YAMLFILE_LIST) {
		reader_refuse(r, owner->name,
		    "neither a map nor a list of ports");
		return;
	}
	while (reader_next(r) && r->item.kind != YAMLFILE_LIST_END) {
		any = true;
		if (r->item.kind == YAMLFILE_SCALAR)
			add_items(r, owner, r->item.value);
		else
			reader_refuse(r, owner->name, "not a port");
	}
	if (!any && r->item.kind != YAMLFILE_BAD)
		reader_error(r, owner->name, "the list of ports is empty");
}

/* Items with commas between them. */
static void
add_items(struct reader *r, struct owner *owner, const char *s)
{
	const struct config_place at = reader_here(r);
	const struct config_layer *layer;
	size_t len;

	for (;; s += len + 1) {
		len = strcspn(s, ",");
		layer = config_layer_item(r->config, s, len, at);
		if (layer != NULL)
			add_entry(r, owner, NULL, layer, at);
		if (s[len] == '\0')
			return;
	}
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

static void
free_owner(struct owner *owner)
{
	free(owner->entries);
	index_free(&owner->by_name);
}

/* Whether something can be called so; else its value is read over. */
static bool
take_name(struct reader *r, const char *name, struct config_place at)
{
	const char *why = config_check_name(name);

	if (why == NULL)
		return true;
	config_error(r->config, at, name, why);
	reader_skip(r);
	return false;
}
