/* SPDX-License-Identifier: ISC */
#include "config_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "config_daemon.h"
#include "config_recipe.h"
#include "entry.h"
#include "xalloc.h"

#define NO_ASK UINT32_MAX

/* Bytes of the name of an entry, that of its host included. */
#define NAME_MAX_BYTES 255

#define PORTS_MAX (UINT16_MAX + 1)

/* An entry as it counts at a host. */
struct spec {
	struct config_ports ports;
	struct config_layers layers;
	const struct config_recipe *recipe; /* of its first port */
	uint32_t ask;  /* the same, once it is needed; else NO_ASK */
	uint32_t list; /* it is from: in one, a later item overrides others */
	const char *portset; /* it is from; NULL: it is the host's own */
};

struct specs {
	struct spec *specs;
	size_t n;
	size_t size;
	struct index by_name; /* those that have one of their own, and paths */
	size_t numbered;      /* that have no names but their numbers */
	size_t longest_name;
};

/* An ask of the set, and what it was made of; the names are its own. */
struct made {
	const struct config_recipe *recipe;
	uint32_t ask;
};

struct made_key {
	const struct config_recipe *recipe;
	const struct config_ports *ports; /* its names */
	const char *portset;
};

struct build {
	struct config *config;
	const struct config_selection *sel;
	struct portset *set;
	uint32_t *selected; /* port sets */
	bool *bad;          /* port sets in which there are errors */
	/* Of the host that is looked at: its own entries that have names. */
	struct index own;
	bool
	    *is_override; /* of all its own: whether a port set has that name */
	/* By transport and port: the last that has it, from 1. */
	uint32_t (*last)[PORTS_MAX];
	uint32_t list;       /* that is being collected: a number for each */
	const char *portset; /* the same, by its name; NULL: a host's own */
	uint32_t own_list;   /* that of the host itself */
	bool asked;          /* something of it is enabled */
	bool *used;       /* selected port sets: something of them is asked */
	const char *idle; /* a host that was asked for, and has nothing */
	struct index by_path; /* entries that have no host */
	struct made *made;
	size_t n_made;
	size_t made_size;
	struct index by_made;
	/* Those of the last host that has nothing but these port sets. */
	struct specs plain;
	const struct config_word *plain_portsets;
};

static bool is_all_used(const struct build *, struct text *);
static bool find_selected(struct build *, struct text *);
static void check_portsets(struct build *);
static bool is_selected(const struct build *, const struct config_host *);
static bool has_selected(const struct build *, const struct config_host *);
static bool lists(const struct config_host *, const char *);
static void add_host(struct build *, const struct config_host *, bool);
static bool is_plain(const struct config_host *);
static void check_host(struct build *, const struct config_host *,
    const struct specs *);
static void add_selected(struct build *, const struct config_host *, bool);
static bool add_others(struct build *, struct text *);
static bool has_address(const struct config *, const char *);
static void begin_host(struct build *, const struct config_host *);
static index_fn is_own;
static void begin_specs(struct specs *);
static void free_specs(struct specs *);
static void collect_portset(struct build *, struct specs *,
    const struct config_host *, uint32_t);
static const struct config_entry *override_of(struct build *,
    const struct config_host *, const struct config_entry *);
static void collect_own(struct build *, struct specs *,
    const struct config_host *);
static void collect(struct build *, struct specs *, struct config_layers *,
    const struct config_host *);
static bool names_itself(struct build *, const struct spec *);
static void put_layer(struct config_layers *, const struct config_layer *);
static void put_files(const struct build *, struct config_layers *, uint16_t);
static bool is_there(struct build *, struct specs *, const struct spec *);
static index_fn has_name;
static bool same_spec(const struct spec *, const struct spec *);
static bool is_numbered(const struct spec *);
static void add_entries(struct build *, const struct config_host *,
    struct specs *);
static void check_contested(struct build *, const struct specs *);
static bool is_otherwise(struct build *, const struct spec *,
    const struct spec *, uint16_t);
static void add_path(struct build *, const struct spec *, uint32_t);
static index_fn is_path;
static void claim(struct build *, const struct specs *, bool);
static uint32_t ask_for(struct build *, struct spec *, uint16_t);
static index_fn is_made;

bool
config_fill(struct config *c, const struct config_selection *sel,
    struct portset *set, struct text *error)
{
	struct build b = { .config = c, .sel = sel, .set = set };
	bool ok;
	size_t i;

	if (c->n_errors == 0)
		config_daemon_check(c);
	ok = c->n_errors == 0 && find_selected(&b, error);
	c->set = set;
	/* Nothing more is read: there is room for the set. */
	index_free(&c->by_layer);
	free(c->layers);
	c->layers = NULL;
	c->n_layers = c->sizes.layers = 0;
	if (sel->hosts->n == 0)
		index_free(&c->by_host);

	if (ok)
		check_portsets(&b);
	for (i = 0; ok && i < c->n_hosts; i++) {
		const struct config_host *h = &c->hosts[i];
		bool meant = is_selected(&b, h);

		size_t before = set->n;

		add_host(&b, h, meant && sel->n_portsets == 0);
		if (meant && sel->n_portsets > 0)
			add_selected(&b, h, sel->hosts->n > 0);
		if (meant && sel->hosts->n > 0 && set->n == before)
			b.idle = h->name;
	}
	ok = ok && add_others(&b, error) &&
	    (c->n_errors > 0 || is_all_used(&b, error));
	free(b.used);
	free(b.selected);
	free(b.bad);
	free(b.is_override);
	free(b.last);
	free(b.made);
	free_specs(&b.plain);
	index_free(&b.own);
	index_free(&b.by_path);
	index_free(&b.by_made);
	return ok && c->n_errors == 0;
}

/* Whoever is named is meant to be asked something. */
static bool
is_all_used(const struct build *b, struct text *error)
{
	const char *what = b->idle, *why = ": nothing is asked of this host";
	size_t i;

	for (i = 0; i < b->sel->n_portsets && what == NULL; i++)
		if (!b->used[i]) {
			what = b->sel->portsets[i];
			why = ": nothing of it is asked of any host; "
			      "-H names hosts";
		}
	if (what == NULL)
		return true;
	text_puts(error, what == b->idle ? "-H: " : "--portset: ");
	text_escape_string(error, what);
	text_puts(error, why);
	return false;
}

static bool
find_selected(struct build *b, struct text *error)
{
	const struct config_selection *sel = b->sel;
	size_t i;

	b->selected = xcalloc(sel->n_portsets + 1, sizeof(b->selected[0]));
	b->used = xcalloc(sel->n_portsets + 1, sizeof(b->used[0]));
	for (i = 0; i < sel->n_portsets; i++) {
		b->selected[i] = config_find_portset(b->config,
		    sel->portsets[i]);
		if (b->selected[i] != INDEX_NONE)
			continue;
		text_puts(error, "--portset: ");
		text_escape_string(error, sel->portsets[i]);
		text_puts(error, ": there is no port set of that name");
		return false;
	}
	return true;
}

/* Each by itself, whoever has it. */
static void
check_portsets(struct build *b)
{
	static const struct config_host nobody = { .name = "",
		.first_loose = CONFIG_NONE };
	struct specs specs = { 0 };
	uint32_t i;

	b->bad = xcalloc(b->config->n_portsets + 1, sizeof(b->bad[0]));
	begin_host(b, &nobody);
	for (i = 0; i < b->config->n_portsets; i++) {
		size_t errors = b->config->n_errors;

		begin_specs(&specs);
		collect_portset(b, &specs, &nobody, i);
		b->bad[i] = b->config->n_errors > errors;
	}
	free_specs(&specs);
}

/* Whether it is one of those that are meant. */
static bool
is_selected(const struct build *b, const struct config_host *h)
{
	const struct config_selection *sel = b->sel;

	if (sel->hosts->n > 0)
		return hostlist_has(sel->hosts, h->name) ||
		    (h->address != NULL &&
			hostlist_has(sel->hosts, h->address));
	return h->enabled && (sel->n_portsets == 0 || has_selected(b, h));
}

static bool
has_selected(const struct build *b, const struct config_host *h)
{
	size_t i;

	for (i = 0; i < b->sel->n_portsets; i++)
		if (lists(h, b->sel->portsets[i]))
			return true;
	return false;
}

static bool
lists(const struct config_host *h, const char *portset)
{
	size_t i;

	for (i = 0; i < h->n_portsets; i++)
		if (strcmp(h->portsets[i].s, portset) == 0)
			return true;
	return false;
}

/*
 * All that a host has, or, if it is not meant, only what is wrong with it.  Most
 * hosts have what the one before them had.
 */
static void
add_host(struct build *b, const struct config_host *h, bool meant)
{
	bool plain = is_plain(h);
	struct specs own = { 0 }, *specs = plain ? &b->plain : &own;
	size_t i;
	uint32_t p;

	if (!plain || b->plain_portsets != h->portsets || h->portsets == NULL) {
		begin_host(b, h);
		begin_specs(specs);
		for (i = 0; i < h->n_portsets; i++) {
			p = config_find_portset(b->config, h->portsets[i].s);
			if (p != INDEX_NONE)
				collect_portset(b, specs, h, p);
			else
				config_error(b->config, h->portsets[i].at,
				    h->portsets[i].s,
				    "there is no port set of that name");
		}
		collect_own(b, specs, h);
		check_contested(b, specs);
	}
	if (plain)
		b->plain_portsets = h->portsets;
	check_host(b, h, specs);
	if (meant && b->config->n_errors == 0)
		add_entries(b, h, specs);
	free_specs(&own);
}

static bool
is_plain(const struct config_host *h)
{
	return h->defaults == NULL && h->n == 0 &&
	    h->first_loose == CONFIG_NONE;
}

/* What depends on how it is called. */
static void
check_host(struct build *b, const struct config_host *h,
    const struct specs *specs)
{
	const char *why = "not the name of a host";
	struct addr a;

	if (h->implied &&
	    (h->name[0] == '/' ||
		addr_parse(h->name, AF_UNSPEC, &a, &why) == ADDR_BAD))
		config_error(b->config, h->at, h->name, why);
	if (strlen(h->name) + 1 + specs->longest_name > NAME_MAX_BYTES)
		config_error(b->config, h->at, h->name,
		    "with that of an entry the name is longer than 255 bytes");
}

/* The port sets that are meant; all, or those that the host has. */
static void
add_selected(struct build *b, const struct config_host *h, bool all)
{
	struct specs specs = { 0 };
	size_t i;

	begin_host(b, h);
	for (i = 0; i < b->sel->n_portsets; i++)
		if (all || lists(h, b->sel->portsets[i])) {
			b->asked = false;
			collect_portset(b, &specs, h, b->selected[i]);
			b->used[i] |= b->asked;
		}
	check_host(b, h, &specs);
	check_contested(b, &specs);
	if (b->config->n_errors == 0)
		add_entries(b, h, &specs);
	free_specs(&specs);
}

/* Hosts that are asked for and are not in the configuration. */
static bool
add_others(struct build *b, struct text *error)
{
	const struct hostlist *hosts = b->sel->hosts;
	size_t i;

	for (i = 0; i < hosts->n; i++) {
		struct config_host h = { .name = hosts->hosts[i],
			.first_loose = CONFIG_NONE };

		if (config_find_host(b->config, h.name) != INDEX_NONE ||
		    has_address(b->config, h.name))
			continue;
		if (b->sel->n_portsets == 0 || h.name[0] == '-') {
			text_puts(error, "-H: ");
			text_escape_string(error, h.name);
			text_puts(error,
			    h.name[0] == '-'
				? ": the name begins with a dash"
				: ": there is no host of that name in the "
				  "configuration");
			return false;
		}
		add_selected(b, &h, true);
	}
	return true;
}

/* Whether a host of the configuration is at that address. */
static bool
has_address(const struct config *c, const char *address)
{
	size_t i;

	for (i = 0; i < c->n_hosts; i++)
		if (text_same(c->hosts[i].address, address))
			return true;
	return false;
}

static void
begin_host(struct build *b, const struct config_host *h)
{
	const struct config_entry *entries = b->config->entries;
	uint32_t i;

	index_free(&b->own);
	free(b->is_override);
	b->is_override = xcalloc(h->n + 1, sizeof(b->is_override[0]));
	for (i = h->first; i < h->first + h->n; i++)
		if (entries[i].name != NULL)
			index_add(&b->own,
			    index_hash(entries[i].name, strlen(entries[i].name),
				INDEX_HASH),
			    i);
}

static bool
is_own(const void *ctx, uint32_t i, const void *name)
{
	const struct config *c = ctx;

	return strcmp(c->entries[i].name, name) == 0;
}

static void
begin_specs(struct specs *s)
{
	index_free(&s->by_name);
	s->n = s->numbered = s->longest_name = 0;
}

static void
free_specs(struct specs *s)
{
	index_free(&s->by_name);
	free(s->specs);
}

static void
collect_portset(struct build *b, struct specs *specs,
    const struct config_host *h, uint32_t portset)
{
	const struct config_portset *p = &b->config->portsets[portset];
	bool has = lists(h, p->name);
	uint32_t i;

	b->list++;
	b->portset = p->name;
	for (i = p->first; i < p->first + p->n; i++) {
		const struct config_entry *e = &b->config->entries[i];
		const struct config_entry *own = has ? override_of(b, h, e)
						     : NULL;
		struct config_layers l = { .name = e->name, .at = e->at };

		if (own != NULL) {
			put_layer(&l, own->layer);
			l.at = own->at;
		}
		put_layer(&l, e->layer);
		l.n_own = l.n;
		put_layer(&l, h->defaults);
		put_layer(&l, p->defaults);
		put_files(b, &l, e->at.file);
		if (!b->bad[portset])
			collect(b, specs, &l, h);
	}
}

/* The host's own entry that has the name of one of a port set, or NULL. */
static const struct config_entry *
override_of(struct build *b, const struct config_host *h,
    const struct config_entry *e)
{
	uint32_t i;

	if (e->name == NULL)
		return NULL;
	i = index_find(&b->own,
	    index_hash(e->name, strlen(e->name), INDEX_HASH), is_own, b->config,
	    e->name);
	if (i == INDEX_NONE)
		return NULL;
	b->is_override[i - h->first] = true;
	return &b->config->entries[i];
}

/* Those of the host itself, but for such as only change one of a port set. */
static void
collect_own(struct build *b, struct specs *specs, const struct config_host *h)
{
	uint32_t i = h->first, loose = h->first_loose;

	b->own_list = ++b->list;
	b->portset = NULL;
	for (;;) {
		const struct config_entry *e;
		struct config_layers l = { 0 };

		if (i < h->first + h->n) {
			e = &b->config->entries[i++];
			if (b->is_override[i - 1 - h->first])
				continue;
		} else if (loose != CONFIG_NONE) {
			e = &b->config->entries[b->config->loose[loose].entry];
			loose = b->config->loose[loose].next;
			b->list++;
		} else {
			return;
		}
		l.name = e->name;
		l.at = e->at;
		put_layer(&l, e->layer);
		l.n_own = l.n;
		put_layer(&l, h->defaults);
		put_files(b, &l, e->at.file);
		collect(b, specs, &l, h);
	}
}

static void
collect(struct build *b, struct specs *specs, struct config_layers *l,
    const struct config_host *h)
{
	struct spec s = { .layers = *l,
		.ask = NO_ASK,
		.list = b->list,
		.portset = b->portset };

	if (!config_ports(b->config, l, &s.ports) || !s.ports.enabled)
		return;
	if (s.ports.host != NULL && strcmp(s.ports.host, h->name) != 0) {
		config_error(b->config, l->at, l->name,
		    "is of another host than the one in which it stands");
		return;
	}
	b->asked = true;
	s.recipe = config_recipe(b->config, l, &s.ports, s.ports.first);
	if (s.recipe == NULL || !names_itself(b, &s) || is_there(b, specs, &s))
		return;
	specs->numbered += is_numbered(&s);
	specs->specs = xgrow(specs->specs, &specs->size, specs->n,
	    sizeof(specs->specs[0]));
	specs->specs[specs->n++] = s;
}

/* A range that is called tcp has ports that are called as others. */
static bool
names_itself(struct build *b, const struct spec *s)
{
	if (!s->ports.own_name || s->ports.first == s->ports.last ||
	    (strcmp(s->ports.name, "tcp") != 0 &&
		strcmp(s->ports.name, "udp") != 0))
		return true;
	config_error(b->config, s->layers.at, s->ports.name,
	    "a range cannot have this name: its ports do without");
	return false;
}

static void
put_layer(struct config_layers *l, const struct config_layer *layer)
{
	if (layer != NULL)
		l->layers[l->n++] = layer;
}

/* The defaults of a file, then those of the ones that include it. */
static void
put_files(const struct build *b, struct config_layers *l, uint16_t file)
{
	for (; file != CONFIG_NO_FILE; file = b->config->files[file].parent)
		put_layer(l, b->config->files[file].defaults);
}

/*
 * Whether there is one of that name.  Two port sets of a host may have the same
 * entry, but not two different ones; of a path that has no name the last counts.
 */
static bool
is_there(struct build *b, struct specs *specs, const struct spec *s)
{
	struct spec *other;
	uint32_t hash, found;
	size_t len;

	/* That of a service is in front of its ports, but not of UDP's. */
	if (is_numbered(s) && (s->ports.name == NULL || s->ports.udp))
		return false;
	len = strlen(s->ports.name);
	hash = index_hash(s->ports.name, len, INDEX_HASH);
	found = index_find(&specs->by_name, hash, has_name, specs, s);
	if (found == INDEX_NONE) {
		index_add(&specs->by_name, hash, (uint32_t)specs->n);
		if (s->ports.first != s->ports.last)
			len += sizeof("/65535") - 1;
		if (s->ports.own_name && len > specs->longest_name)
			specs->longest_name = len;
		return false;
	}
	other = &specs->specs[found];
	if (is_numbered(s) && is_numbered(other))
		return false;
	if (s->ports.path != NULL && !s->ports.own_name)
		*other = *s;
	else if (!same_spec(other, s))
		config_clash(b->config, s->layers.at, s->ports.name,
		    "the host has another of that name already, from ",
		    other->layers.at);
	return true;
}

static bool
has_name(const void *ctx, uint32_t i, const void *key)
{
	const struct specs *specs = ctx;
	const struct config_ports *p = &specs->specs[i].ports;
	const struct spec *s = key;

	return strcmp(p->name, s->ports.name) == 0;
}

static bool
same_spec(const struct spec *a, const struct spec *b)
{
	return a->recipe == b->recipe &&
	    a->ports.own_name == b->ports.own_name &&
	    a->ports.first == b->ports.first &&
	    a->ports.last == b->ports.last &&
	    text_same(a->ports.path, b->ports.path) &&
	    text_same(a->ports.address, b->ports.address);
}

/* Whether its ports are called by their numbers. */
static bool
is_numbered(const struct spec *s)
{
	return !s->ports.own_name && s->ports.path == NULL;
}

static void
add_entries(struct build *b, const struct config_host *h, struct specs *specs)
{
	bool contested = specs->numbered > 1;
	uint32_t host = NO_HOST;
	size_t i;

	if (contested)
		claim(b, specs, true);
	for (i = 0; i < specs->n; i++) {
		struct spec *s = &specs->specs[i];
		uint32_t at = host, port;

		if (s->ports.path != NULL && !s->ports.own_name) {
			add_path(b, s, ask_for(b, s, 0));
			continue;
		}
		if (s->ports.address != NULL)
			at = portset_add_host(b->set, h->name,
			    s->ports.address);
		else if (host == NO_HOST)
			at = host = portset_add_host(b->set, h->name,
			    h->address != NULL ? h->address : h->name);
		for (port = s->ports.first; port <= s->ports.last; port++)
			if (!contested || !is_numbered(s) ||
			    b->last[s->ports.udp][port] == i + 1)
				(void)portset_add(b->set, at,
				    ask_for(b, s, (uint16_t)port),
				    (uint16_t)port);
	}
	if (contested)
		claim(b, specs, false);
}

/*
 * In a list a later item overrides another, and those of the host itself override
 * those of its port sets; but two lists that want a port asked in different ways
 * know nothing of each other.
 */
static void
check_contested(struct build *b, const struct specs *specs)
{
	size_t i, j;
	uint32_t port;

	if (specs->numbered < 2)
		return;
	claim(b, specs, false);
	for (i = 0; i < specs->n; i++) {
		const struct spec *s = &specs->specs[i];

		if (!is_numbered(s) || s->list == b->own_list)
			continue;
		for (port = s->ports.first; port <= s->ports.last; port++) {
			j = b->last[s->ports.udp][port];
			if (j > 0 && specs->specs[j - 1].list != s->list &&
			    is_otherwise(b, &specs->specs[j - 1], s,
				(uint16_t)port))
				break;
			b->last[s->ports.udp][port] = (uint32_t)i + 1;
		}
	}
	claim(b, specs, false);
}

/* Says so, if the port is not asked in the same way. */
static bool
is_otherwise(struct build *b, const struct spec *one, const struct spec *other,
    uint16_t port)
{
	char what[24];

	if (text_same(one->ports.name, other->ports.name) &&
	    config_recipe(b->config, &one->layers, &one->ports, port) ==
		config_recipe(b->config, &other->layers, &other->ports, port))
		return false;
	(void)snprintf(what, sizeof(what), "%s/%u",
	    one->ports.udp ? "udp" : "tcp", port);
	config_clash(b->config, other->layers.at, what,
	    "is in another list of the host, where it is asked otherwise, at ",
	    one->layers.at);
	return true;
}

/* It has no host, and may be with several of them. */
static void
add_path(struct build *b, const struct spec *s, uint32_t ask)
{
	const char *path = s->ports.path;
	uint32_t hash = index_hash(path, strlen(path), INDEX_HASH), found;

	found = index_find(&b->by_path, hash, is_path, b->set, path);
	if (found == INDEX_NONE) {
		index_add(&b->by_path, hash, (uint32_t)b->set->n);
		(void)portset_add(b->set, NO_HOST, ask, 0);
	} else if (b->set->entries[found].ask != ask) {
		config_error(b->config, s->layers.at, path,
		    "is asked for otherwise already; names tell them apart");
	}
}

static bool
is_path(const void *ctx, uint32_t i, const void *path)
{
	const struct portset *set = ctx;

	return strcmp(entry_ask(set, &set->entries[i])->path, path) == 0;
}

/* Of ports that are in more than one, the last has them; or nobody again. */
static void
claim(struct build *b, const struct specs *specs, bool yes)
{
	uint32_t port;
	size_t i;

	if (b->last == NULL)
		b->last = xcalloc(2, sizeof(b->last[0]));
	for (i = 0; i < specs->n; i++) {
		const struct config_ports *p = &specs->specs[i].ports;

		if (is_numbered(&specs->specs[i]))
			for (port = p->first; port <= p->last; port++)
				b->last[p->udp][port] = yes ? (uint32_t)i + 1
							    : 0;
	}
}

static uint32_t
ask_for(struct build *b, struct spec *s, uint16_t port)
{
	const struct config_ports *ports = &s->ports;
	const struct config_recipe *r = s->recipe;
	/* A path without a host is one entry, however many sets have it. */
	const char *portset = ports->path == NULL ? s->portset : NULL;
	struct made_key key = { NULL, ports, portset };
	uint32_t hash, found;
	struct ask ask;

	/* What is asked of datagrams depends on the port. */
	if (ports->udp && port != ports->first) {
		r = config_recipe(b->config, &s->layers, ports, port);
		if (r == NULL)
			r = s->recipe;
	} else if (s->ask != NO_ASK) {
		return s->ask;
	}
	key.recipe = r;
	hash = index_hash(&r, sizeof(r), INDEX_HASH);
	if (ports->name != NULL)
		hash = index_hash(ports->name, strlen(ports->name), hash);
	found = index_find(&b->by_made, hash, is_made, b, &key);
	if (found == INDEX_NONE) {
		ask = *config_recipe_ask(r);
		ask.name = ports->name;
		ask.path = ports->path;
		ask.portset = portset;
		ask.own_name = ports->own_name;
		ask.numbered = ports->own_name && ports->first != ports->last;
		found = (uint32_t)b->n_made;
		b->made = xgrow(b->made, &b->made_size, b->n_made,
		    sizeof(b->made[0]));
		b->made[b->n_made++] = (struct made){ r,
			portset_add_ask(b->set, &ask) };
		index_add(&b->by_made, hash, found);
	}
	if (port == ports->first)
		s->ask = b->made[found].ask;
	return b->made[found].ask;
}

static bool
is_made(const void *ctx, uint32_t number, const void *p)
{
	const struct build *b = ctx;
	const struct made *made = &b->made[number];
	const struct made_key *key = p;
	const struct ask *ask = &b->set->asks[made->ask];
	const struct config_ports *ports = key->ports;

	return made->recipe == key->recipe && ask->portset == key->portset &&
	    text_same(ask->name, ports->name) &&
	    text_same(ask->path, ports->path) &&
	    ask->own_name == ports->own_name &&
	    ask->numbered == (ports->own_name && ports->first != ports->last);
}
