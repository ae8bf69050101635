/* SPDX-License-Identifier: ISC */
#include "config_set.h"

#include <stdlib.h>
#include <string.h>

#include "config_ask.h"
#include "xalloc.h"

#define NO_ASK UINT32_MAX

/* An entry as it counts at a host. */
struct spec {
	struct config_ports ports;
	struct config_layers layers;
	uint32_t ask;   /* of all its ports; NO_ASK: each has its own */
	bool contested; /* a later one may override some of its ports */
};

struct specs {
	struct spec *specs;
	size_t n;
	size_t size;
};

/* An ask of the set, and what it was made of; the names are its own. */
struct made {
	const struct config_recipe *recipe;
	uint32_t ask;
};

struct made_key {
	const struct config_recipe *recipe;
	const struct config_ports *ports; /* its names */
};

struct build {
	struct config *config;
	const struct config_selection *sel;
	struct portset *set;
	uint32_t *selected; /* port sets */
	struct made *made;
	size_t n_made;
	size_t made_size;
	struct index by_made;
	/* Those of the last host that has nothing but these port sets. */
	struct specs plain;
	const struct config_word *plain_portsets;
};

static bool find_selected(struct build *, struct text *);
static void check_portsets(struct build *);
static bool is_selected(const struct build *, const struct config_host *);
static bool has_selected(const struct build *, const struct config_host *);
static bool lists(const struct config_host *, const char *);
static void add_host(struct build *, const struct config_host *, bool);
static bool is_plain(const struct config_host *);
static void add_selected(struct build *, const struct config_host *, bool);
static bool add_others(struct build *, struct text *);
static void collect_portset(struct build *, struct specs *,
    const struct config_host *, uint32_t);
static void collect_own(struct build *, struct specs *,
    const struct config_host *);
static void collect(struct build *, struct specs *, struct config_layers *,
    const struct config_host *);
static const struct config_entry *own_entry(const struct build *,
    const struct config_host *, const char *);
static bool is_override(const struct build *, const struct config_host *,
    const char *);
static void put_layer(struct config_layers *, const struct config_layer *);
static void put_files(const struct build *, struct config_layers *, uint16_t);
static bool is_there(struct build *, const struct specs *, const struct spec *);
static bool overlap(const struct spec *, const struct spec *);
static void add_entries(struct build *, const struct config_host *,
    const struct specs *);
static bool is_overridden(const struct specs *, size_t, uint16_t);
static uint32_t ask_for(struct build *, const struct spec *, uint16_t);
static index_fn is_made;
static bool same(const char *, const char *);

bool
config_fill(struct config *c, const struct config_selection *sel,
    struct portset *set, struct text *error)
{
	struct build b = { .config = c, .sel = sel, .set = set };
	bool ok = c->n_errors == 0 && find_selected(&b, error);
	size_t i;

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

		add_host(&b, h, meant && sel->n_portsets == 0);
		if (meant && sel->n_portsets > 0)
			add_selected(&b, h, sel->hosts->n > 0);
	}
	ok = ok && add_others(&b, error);
	free(b.selected);
	free(b.made);
	free(b.plain.specs);
	index_free(&b.by_made);
	return ok && c->n_errors == 0;
}

static bool
find_selected(struct build *b, struct text *error)
{
	const struct config_selection *sel = b->sel;
	size_t i;

	b->selected = xcalloc(sel->n_portsets + 1, sizeof(b->selected[0]));
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

	for (i = 0; i < b->config->n_portsets; i++) {
		specs.n = 0;
		collect_portset(b, &specs, &nobody, i);
	}
	free(specs.specs);
}

/* Whether it is one of those that are meant. */
static bool
is_selected(const struct build *b, const struct config_host *h)
{
	const struct config_selection *sel = b->sel;

	if (sel->hosts->n > 0)
		return hostlist_has(sel->hosts, h->name);
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
		specs->n = 0;
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
	}
	if (plain)
		b->plain_portsets = h->portsets;
	if (meant && b->config->n_errors == 0)
		add_entries(b, h, specs);
	free(own.specs);
}

static bool
is_plain(const struct config_host *h)
{
	return h->defaults == NULL && h->n == 0 &&
	    h->first_loose == CONFIG_NONE;
}

/* The port sets that are meant; all, or those that the host has. */
static void
add_selected(struct build *b, const struct config_host *h, bool all)
{
	struct specs specs = { 0 };
	size_t i;

	for (i = 0; i < b->sel->n_portsets; i++)
		if (all || lists(h, b->sel->portsets[i]))
			collect_portset(b, &specs, h, b->selected[i]);
	if (b->config->n_errors == 0)
		add_entries(b, h, &specs);
	free(specs.specs);
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

		if (config_find_host(b->config, h.name) != INDEX_NONE)
			continue;
		if (b->sel->n_portsets == 0) {
			text_puts(error, "-H: ");
			text_escape_string(error, h.name);
			text_puts(error,
			    ": there is no host of that name in the "
			    "configuration");
			return false;
		}
		add_selected(b, &h, true);
	}
	return true;
}

static void
collect_portset(struct build *b, struct specs *specs,
    const struct config_host *h, uint32_t portset)
{
	const struct config_portset *p = &b->config->portsets[portset];
	uint32_t i;

	for (i = p->first; i < p->first + p->n; i++) {
		const struct config_entry *e = &b->config->entries[i];
		const struct config_entry *own = own_entry(b, h, e->name);
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
		collect(b, specs, &l, h);
	}
}

/* Those of the host itself, but for such as only change one of a port set. */
static void
collect_own(struct build *b, struct specs *specs, const struct config_host *h)
{
	uint32_t i = h->first, loose = h->first_loose;

	for (;;) {
		const struct config_entry *e;
		struct config_layers l = { 0 };

		if (i < h->first + h->n) {
			e = &b->config->entries[i++];
			if (is_override(b, h, e->name))
				continue;
		} else if (loose != CONFIG_NONE) {
			e = &b->config->entries[b->config->loose[loose].entry];
			loose = b->config->loose[loose].next;
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
	struct spec s = { .layers = *l };
	size_t i;

	if (!config_ports(b->config, l, &s.ports) || !s.ports.enabled)
		return;
	if (s.ports.host != NULL && strcmp(s.ports.host, h->name) != 0) {
		config_error(b->config, l->at, l->name,
		    "is of another host than the one in which it stands");
		return;
	}
	if (is_there(b, specs, &s))
		return;
	s.ask = ask_for(b, &s, s.ports.first);
	if (s.ask == NO_ASK)
		return;
	if (s.ports.udp && s.ports.first != s.ports.last)
		s.ask = NO_ASK;
	for (i = 0; i < specs->n; i++)
		specs->specs[i].contested |= overlap(&specs->specs[i], &s);
	specs->specs = xgrow(specs->specs, &specs->size, specs->n,
	    sizeof(specs->specs[0]));
	specs->specs[specs->n++] = s;
}

/* The host's own entry of that name, or NULL. */
static const struct config_entry *
own_entry(const struct build *b, const struct config_host *h, const char *name)
{
	uint32_t i;

	for (i = h->first; name != NULL && i < h->first + h->n; i++) {
		const struct config_entry *e = &b->config->entries[i];

		if (e->name != NULL && strcmp(e->name, name) == 0)
			return e;
	}
	return NULL;
}

static bool
is_override(const struct build *b, const struct config_host *h,
    const char *name)
{
	uint32_t i, portset;
	size_t j;

	for (j = 0; name != NULL && j < h->n_portsets; j++) {
		const struct config_portset *p;

		portset = config_find_portset(b->config, h->portsets[j].s);
		if (portset == INDEX_NONE)
			continue;
		p = &b->config->portsets[portset];
		for (i = p->first; i < p->first + p->n; i++)
			if (same(b->config->entries[i].name, name))
				return true;
	}
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
 * entry, but not two different ones.
 */
static bool
is_there(struct build *b, const struct specs *specs, const struct spec *s)
{
	size_t i;

	for (i = 0; s->ports.own_name && i < specs->n; i++) {
		const struct spec *other = &specs->specs[i];

		if (!other->ports.own_name ||
		    strcmp(other->ports.name, s->ports.name) != 0)
			continue;
		if (other->layers.n_own != s->layers.n_own ||
		    other->layers.layers[0] != s->layers.layers[0])
			config_clash(b->config, s->layers.at, s->ports.name,
			    "the host has one of that name already, from ",
			    other->layers.at);
		return true;
	}
	return false;
}

/* Whether ports that have no names but their numbers are in both. */
static bool
overlap(const struct spec *a, const struct spec *b)
{
	if (a->ports.own_name || b->ports.own_name ||
	    (a->ports.path == NULL) != (b->ports.path == NULL))
		return false;
	if (a->ports.path != NULL)
		return strcmp(a->ports.path, b->ports.path) == 0;
	return a->ports.udp == b->ports.udp &&
	    a->ports.first <= b->ports.last && b->ports.first <= a->ports.last;
}

static void
add_entries(struct build *b, const struct config_host *h,
    const struct specs *specs)
{
	uint32_t host = NO_HOST;
	size_t i;

	for (i = 0; i < specs->n; i++) {
		const struct spec *s = &specs->specs[i];
		bool alone = s->ports.path != NULL && !s->ports.own_name;
		uint32_t at = host, ask, port;

		if (s->ports.address != NULL)
			at = portset_add_host(b->set, h->name,
			    s->ports.address);
		else if (host == NO_HOST && !alone)
			at = host = portset_add_host(b->set, h->name,
			    h->address != NULL ? h->address : h->name);
		for (port = s->ports.first; port <= s->ports.last; port++) {
			if (s->contested &&
			    is_overridden(specs, i, (uint16_t)port))
				continue;
			ask = s->ask;
			if (ask == NO_ASK)
				ask = ask_for(b, s, (uint16_t)port);
			if (ask == NO_ASK)
				return;
			(void)portset_add(b->set, alone ? NO_HOST : at, ask,
			    (uint16_t)port);
		}
	}
}

static bool
is_overridden(const struct specs *specs, size_t i, uint16_t port)
{
	const struct spec *s = &specs->specs[i];
	size_t j;

	for (j = i + 1; j < specs->n; j++) {
		const struct spec *later = &specs->specs[j];

		if (overlap(s, later) && later->ports.first <= port &&
		    port <= later->ports.last)
			return true;
	}
	return false;
}

/* NO_ASK: there were errors. */
static uint32_t
ask_for(struct build *b, const struct spec *s, uint16_t port)
{
	const struct config_recipe *r = config_recipe(b->config, &s->layers,
	    &s->ports, port);
	const struct config_ports *ports = &s->ports;
	const struct made_key key = { r, ports };
	uint32_t hash, found;
	struct ask ask;

	if (r == NULL)
		return NO_ASK;
	hash = index_hash(&r, sizeof(r), INDEX_HASH);
	if (ports->name != NULL)
		hash = index_hash(ports->name, strlen(ports->name), hash);
	found = index_find(&b->by_made, hash, is_made, b, &key);
	if (found != INDEX_NONE)
		return b->made[found].ask;
	ask = *config_recipe_ask(r);
	ask.name = ports->name;
	ask.path = ports->path;
	ask.own_name = ports->own_name;
	ask.numbered = ports->own_name && ports->first != ports->last;
	b->made = xgrow(b->made, &b->made_size, b->n_made, sizeof(b->made[0]));
	b->made[b->n_made] = (struct made){ r, portset_add_ask(b->set, &ask) };
	index_add(&b->by_made, hash, (uint32_t)b->n_made);
	return b->made[b->n_made++].ask;
}

static bool
is_made(const void *ctx, uint32_t number, const void *p)
{
	const struct build *b = ctx;
	const struct made *made = &b->made[number];
	const struct made_key *key = p;
	const struct ask *ask = &b->set->asks[made->ask];
	const struct config_ports *ports = key->ports;

	return made->recipe == key->recipe && same(ask->name, ports->name) &&
	    same(ask->path, ports->path) && ask->own_name == ports->own_name &&
	    ask->numbered == (ports->own_name && ports->first != ports->last);
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
