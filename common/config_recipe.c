/* SPDX-License-Identifier: ISC */
#include "config_recipe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "config_option.h"
#include "entry.h"
#include "handler.h"
#include "xalloc.h"

/* One configuration of TLS, and what its connections share. */
struct config_tls {
	struct config_tls *next;
	struct tls_conf conf;
	struct tls_context *context;
};

/* What a recipe is made of, and found by. */
struct recipe_key {
	const struct config_value *const *values;
	size_t n;
	enum item_transport transport;
	bool any;                        /* is expected, of a range */
	const struct datagram *datagram; /* that of the port; or NULL */
};

struct config_recipe {
	struct recipe_key key;
	struct ask ask;
	struct dialogue dialogue;
	struct inquiry inquiry;
	struct payload payload;
	struct dns_want dns;
	struct policy policy;
	struct terms terms;
	struct rounds rounds;
	struct handler handler;
	struct sock_conf sock;
	struct step *steps;
	struct pattern *patterns;
	/* Of these, from the first on, such as were written by people. */
	size_t n_patterns;
	size_t n_script;      /* the same of the steps, from the last on */
	const char *bytes[3]; /* and what they send */
};

/* Keys that say where a port is, and not what is asked of it. */
static const bool places[CONFIG_KEYS] = {
	[CONFIG_PORTSETS] = true,
	[CONFIG_TCP] = true,
	[CONFIG_UDP] = true,
	[CONFIG_UNIX] = true,
	[CONFIG_TRANSPORT] = true,
	[CONFIG_PORT] = true,
	[CONFIG_NAME] = true,
	[CONFIG_HOST] = true,
	[CONFIG_ADDRESS] = true,
	[CONFIG_ENABLED] = true,
};

/* Keys that say where a port is asked from. */
static const enum config_key sockets[] = { CONFIG_SOURCE, CONFIG_SOURCE_PORT,
	CONFIG_INTERFACE, CONFIG_DSCP, CONFIG_TOS, CONFIG_TTL };

static uint32_t key_hash(const struct recipe_key *);
static index_fn is_recipe;
static bool go_together(struct config *, const struct config_layers *,
    const struct merged *);
static struct config_recipe *make(struct config *, const struct config_layers *,
    const struct merged *, const struct recipe_key *, uint16_t);
static bool apply(struct config *, struct settings *,
    const struct config_layers *, const struct merged *, enum item_transport);
static struct config_recipe *extract(struct config *, struct settings *,
    const struct merged *, const struct recipe_key *);
static void extract_rounds(const struct config *, const struct merged *,
    struct config_recipe *);
static void extract_handler(struct config *, const struct config_value *,
    struct config_recipe *);
static void extract_stream(struct config *, struct settings *,
    struct config_recipe *);
static void extract_datagram(struct settings *, struct config_recipe *);
static handler_name_fn name_host, name_entry;
static struct tls_context *context_for(struct config *,
    const struct tls_conf *);
static bool same_conf(const struct tls_conf *, const struct tls_conf *);
static void free_recipes(struct config *);

const struct config_recipe *
config_recipe(struct config *c, const struct config_layers *l,
    const struct config_ports *ports, uint16_t port)
{
	const struct config_value *values[CONFIG_KEYS];
	struct recipe_key key = { .values = values };
	struct config_recipe *made;
	struct merged m;
	uint32_t found, hash;
	size_t i;

	merged_init(&m, l);
	for (i = 0; i < CONFIG_KEYS; i++)
		if (m.values[i] != NULL && !places[i])
			values[key.n++] = m.values[i];
	key.transport = ports->path != NULL ? ITEM_UNIX
	    : ports->udp                    ? ITEM_UDP
					    : ITEM_TCP;
	key.any = ports->first != ports->last &&
	    m.values[CONFIG_EXPECTED] == NULL &&
	    !merged_has(&m, CONFIG_HANDLER) &&
	    merged_conversation(&m) == CONFIG_KEYS;
	if (ports->udp && !merged_has(&m, CONFIG_PROTOCOL))
		key.datagram = datagram_of_port(port);
	hash = key_hash(&key);
	found = index_find(&c->by_recipe, hash, is_recipe, c, &key);
	if (found != INDEX_NONE)
		return c->recipes[found];
	made = make(c, l, &m, &key, port);
	if (made == NULL)
		return NULL;
	c->free_recipes = free_recipes;
	c->recipes = xgrow(c->recipes, &c->sizes.recipes, c->n_recipes,
	    sizeof(c->recipes[0]));
	c->recipes[c->n_recipes] = made;
	index_add(&c->by_recipe, hash, (uint32_t)c->n_recipes++);
	return made;
}

const struct ask *
config_recipe_ask(const struct config_recipe *r)
{
	return &r->ask;
}

static uint32_t
key_hash(const struct recipe_key *key)
{
	uint32_t hash = index_hash(&key->transport, sizeof(key->transport),
	    INDEX_HASH);
	size_t i;

	hash = index_hash(&key->datagram, sizeof(key->datagram), hash);
	hash = index_hash(&key->any, sizeof(key->any), hash);
	for (i = 0; i < key->n; i++)
		hash = config_value_hash(key->values[i], hash);
	return hash;
}

static bool
is_recipe(const void *ctx, uint32_t number, const void *p)
{
	const struct config *c = ctx;
	const struct recipe_key *a = &c->recipes[number]->key, *b = p;
	size_t i;

	if (a->transport != b->transport || a->datagram != b->datagram ||
	    a->any != b->any || a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!config_value_same(a->values[i], b->values[i]))
			return false;
	return true;
}

/* Whether it may have all that it has. */
static bool
go_together(struct config *c, const struct config_layers *l,
    const struct merged *m)
{
	enum config_key key = merged_conversation(m);
	struct text why;

	if (m->values[CONFIG_TLS] != NULL && !merged_has(m, CONFIG_TLS) &&
	    merged_has_tls(m))
		config_error(c, l->at, l->name,
		    "tls: no, and there is TLS by another key");
	else if (merged_has(m, CONFIG_HANDLER) && key != CONFIG_KEYS) {
		text_init(&why, TEXT_WORD);
		text_printf(&why, "%s: cannot be used with handler",
		    config_rows[key].name);
		config_error(c, l->at, l->name, why.data);
		text_free(&why);
	} else {
		return true;
	}
	return false;
}

/* NULL, with errors: it cannot be made. */
static struct config_recipe *
make(struct config *c, const struct config_layers *l, const struct merged *m,
    const struct recipe_key *key, uint16_t port)
{
	struct config_recipe *r = NULL;
	struct settings *set;
	struct text why;
	bool ok;

	if (!go_together(c, l, m))
		return NULL;
	set = config_settings(c, key->transport);
	if (key->any)
		set->expected = EXPECTED_ANY;
	set->host = key->transport == ITEM_UNIX ? "/" : "host.invalid";
	set->port = port;
	set->series.retry_wait_us = 0;
	text_init(&why, REPORT_MAX);
	ok = apply(c, set, l, m, key->transport);
	if (ok && key->transport == ITEM_UDP)
		ok = settings_complete_datagram(set, clock_now_us(), &why);
	else if (ok)
		ok = settings_complete(set, clock_now_us(), &why);
	if (ok) {
		r = extract(c, set, m, key);
	} else {
		if (why.len > 0)
			config_error(c, l->at, l->name, why.data);
		settings_clear(set);
	}
	text_free(&why);
	return r;
}

/*
 * Sets the options of the keys.  What is inherited and cannot be used here is
 * left out; what is the port's own cannot be.
 */
static bool
apply(struct config *c, struct settings *set, const struct config_layers *l,
    const struct merged *m, enum item_transport transport)
{
	const struct option_row *option = config_option(set, CONFIG_TIMEOUT);
	const char *why = option->set(set,
	    config_rows[CONFIG_TIMEOUT].fallback);
	enum config_key key;
	size_t i;

	for (key = 0; key < CONFIG_KEYS; key++) {
		const struct config_value *v = m->values[key];

		if (v == NULL || config_rows[key].option == NULL)
			continue;
		option = config_option(set, key);
		if (option == NULL && m->own[key]) {
			config_option_none(c, key,
			    (struct config_place){ v->line, l->at.file },
			    transport);
			return false;
		}
		for (i = 0; option != NULL && i < v->n; i++) {
			why = option->set(set, v->words[i].s);
			if (why != NULL) {
				config_word_error(c, config_rows[key].name,
				    v->words[i], why);
				return false;
			}
		}
	}
	return true;
}

/* What settings have come to, in less room and for longer. */
static struct config_recipe *
extract(struct config *c, struct settings *set, const struct merged *m,
    const struct recipe_key *key)
{
	struct config_recipe *r = pool_alloc(&c->pool, sizeof(*r));
	const char *family = merged_word(m, CONFIG_FAMILY);
	const char *severity = merged_word(m, CONFIG_SEVERITY);
	const struct config_value **values = pool_alloc(&c->pool,
	    key->n * sizeof(values[0]));
	bool udp = key->transport == ITEM_UDP;
	size_t i;

	memcpy(values, key->values, key->n * sizeof(values[0]));
	r->key = *key;
	r->key.values = values;
	r->dialogue = set->dialogue;
	r->policy = set->policy;
	r->sock = set->sock;
	r->terms = (struct terms){ .timeout_us = set->timeout_us,
		.retries = set->series.retries };
	if (c->usual.timeout_us != 0 && !merged_has(m, CONFIG_TIMEOUT))
		r->terms.timeout_us = c->usual.timeout_us;
	if (!merged_has(m, CONFIG_RETRIES))
		r->terms.retries = c->usual.retries;
	extract_rounds(c, m, r);
	for (i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if (merged_has(m, sockets[i]))
			r->terms.sock = &r->sock;
	if (merged_has(m, CONFIG_HANDLER))
		extract_handler(c, m->values[CONFIG_HANDLER], r);
	r->ask = (struct ask){
		.udp = udp,
		.family = family == NULL          ? c->usual.family
		    : strcmp(family, "ipv4") == 0 ? AF_INET
		    : strcmp(family, "ipv6") == 0 ? AF_INET6
						  : AF_UNSPEC,
		.expected = set->expected,
		.severity = severity != NULL &&
			strcasecmp(severity, "warning") == 0
		    ? STATE_WARNING
		    : STATE_CRITICAL,
		.probes = merged_has(m, CONFIG_PROBES) ? set->series.probes
						       : c->usual.probes,
		.dialogue = &r->dialogue,
		.terms = &r->terms,
		.policy = &r->policy,
		.rounds = &r->rounds,
	};
	if (udp)
		extract_datagram(set, r);
	else
		extract_stream(c, set, r);
	if (set->quit != NULL)
		r->bytes[1] = udp ? r->inquiry.quit.data
				  : r->dialogue.quit.data;
	return r;
}

/* The values were checked where they stand. */
static void
extract_rounds(const struct config *c, const struct merged *m,
    struct config_recipe *r)
{
	r->rounds = c->usual.rounds;
	if (merged_has(m, CONFIG_INTERVAL))
		(void)rounds_parse_interval(merged_word(m, CONFIG_INTERVAL),
		    &r->rounds);
	if (merged_has(m, CONFIG_LAG))
		(void)rounds_parse_lag(merged_word(m, CONFIG_LAG), &r->rounds);
	if (merged_has(m, CONFIG_SEVERE))
		(void)rounds_parse_severe(merged_word(m, CONFIG_SEVERE),
		    &r->rounds);
	if (!c->usual.confirm)
		return;
	if (merged_has(m, CONFIG_RETRIES))
		r->rounds.retries = r->terms.retries;
	r->terms.retries = 0;
}

static void
extract_handler(struct config *c, const struct config_value *v,
    struct config_recipe *r)
{
	r->handler = (struct handler){
		.words = config_value_words(&c->pool, v),
		.host = name_host,
		.name = name_entry,
		.ctx = c,
	};
	r->terms.handler = &r->handler;
}

static void
extract_stream(struct config *c, struct settings *set, struct config_recipe *r)
{
	size_t i, n = set->dialogue.n;

	r->n_patterns = set->n_patterns;
	r->n_script = set->script.n;
	r->bytes[0] = set->sent.data;
	if (n > 0) {
		r->steps = xmemdup(set->steps, n * sizeof(r->steps[0]));
		r->dialogue.steps = r->steps;
	}
	for (i = 0; i < n; i++) {
		struct expect *e = &r->steps[i].expect;

		if (e->patterns != set->expected_patterns)
			continue;
		r->patterns = xmemdup(e->patterns,
		    e->n * sizeof(r->patterns[0]));
		e->patterns = r->patterns;
	}
	if (set->dialogue.tls != NULL) {
		tls_context_free(set->dialogue.tls);
		r->dialogue.tls = context_for(c, &set->tls);
	}
	if (set->proto != proto_find("tcp"))
		r->ask.protocol = set->proto->name;
}

static void
extract_datagram(struct settings *set, struct config_recipe *r)
{
	r->inquiry = set->inquiry;
	r->ask.inquiry = &r->inquiry;
	r->dns = set->dns;
	r->dialogue.dns = &r->dns;
	r->n_patterns = set->n_patterns;
	if (set->n_patterns > 0) {
		r->patterns = xmemdup(set->patterns,
		    set->n_patterns * sizeof(r->patterns[0]));
		r->inquiry.expect.patterns = r->patterns;
	}
	if (set->inquiry.payloads == &set->payload) {
		r->payload = set->payload;
		r->inquiry.payloads = &r->payload;
		r->bytes[0] = set->payload.send.data;
	}
	if (set->datagram != NULL)
		r->ask.protocol = set->datagram->name;
}

static void
name_host(struct text *t, const void *ctx, const struct target *target)
{
	const struct config *c = ctx;
	const struct portset_host *host = entry_host(c->set,
	    (const struct entry *)(const void *)target);

	text_puts(t, host != NULL ? host->name : target->host);
}

static void
name_entry(struct text *t, const void *ctx, const struct target *target)
{
	const struct config *c = ctx;

	entry_name(t, c->set, (const struct entry *)(const void *)target);
}

/* One for all that want the same: it takes milliseconds to make. */
static struct tls_context *
context_for(struct config *c, const struct tls_conf *conf)
{
	struct config_tls *t;

	for (t = c->contexts; t != NULL; t = t->next)
		if (same_conf(&t->conf, conf))
			return t->context;
	t = pool_alloc(&c->pool, sizeof(*t));
	t->next = c->contexts;
	t->conf = *conf;
	t->context = tls_context_new(&t->conf);
	c->contexts = t;
	return t->context;
}

static bool
same_conf(const struct tls_conf *a, const struct tls_conf *b)
{
	return a->min_version == b->min_version && a->verify == b->verify &&
	    a->anonymous == b->anonymous && text_same(a->sni, b->sni) &&
	    text_same(a->verify_name, b->verify_name) &&
	    text_same(a->ca_file, b->ca_file) &&
	    text_same(a->client_cert, b->client_cert) &&
	    text_same(a->client_key, b->client_key) &&
	    text_same(a->alpn, b->alpn);
}

static void
free_recipes(struct config *c)
{
	struct config_tls *t;
	size_t i, j;

	for (i = 0; i < c->n_recipes; i++) {
		struct config_recipe *r = c->recipes[i];

		for (j = 0; j < r->n_patterns; j++) {
			free((char *)(uintptr_t)r->patterns[j].text.data);
			regex_free((struct regex *)(uintptr_t)r->patterns[j]
				       .regex);
		}
		if (r->n_script > 0)
			script_clear_steps(r->steps + r->dialogue.n -
				r->n_script,
			    r->n_script);
		for (j = 0; j < sizeof(r->bytes) / sizeof(r->bytes[0]); j++)
			free((char *)(uintptr_t)r->bytes[j]);
		free(r->patterns);
		free(r->steps);
	}
	for (t = c->contexts; t != NULL; t = t->next)
		tls_context_free(t->context);
	free(c->recipes);
	index_free(&c->by_recipe);
}
