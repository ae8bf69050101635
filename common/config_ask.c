/* SPDX-License-Identifier: ISC */
#include "config_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "clock.h"
#include "handler.h"
#include "portlist.h"
#include "settings.h"
#include "xalloc.h"

/* Of one asking, unless something else is said. */
#define TIMEOUT "2"

enum transport { TCP, UDP, UNIX };

/* The values that count, by key; NULL: none is given. */
struct merged {
	const struct config_value *values[CONFIG_KEYS];
	bool own[CONFIG_KEYS];      /* of the port itself, not inherited */
	uint8_t layer[CONFIG_KEYS]; /* from 0, the nearest */
};

/* One configuration of TLS, and what its connections share. */
struct config_tls {
	struct config_tls *next;
	struct tls_conf conf;
	struct tls_context *context;
};

struct config_recipe {
	/* What it was made of, by which it is found. */
	const struct config_value **values;
	size_t n_values;
	enum transport transport;
	bool any;                        /* is expected, of a range */
	const struct datagram *datagram; /* that of the port */

	struct ask ask;
	struct dialogue dialogue;
	struct inquiry inquiry;
	struct payload payload;
	struct dns_want dns;
	struct policy policy;
	struct terms terms;
	struct handler handler;
	struct sock_conf sock;
	struct step *steps;
	struct pattern *patterns;
	/* Of these, from the first on, such as were written by people. */
	size_t n_patterns;
	size_t n_script;      /* the same of the steps, from the last on */
	const char *bytes[3]; /* and what they send */
};

/* What a recipe is found by. */
struct recipe_key {
	const struct merged *merged;
	enum transport transport;
	bool any;
	const struct datagram *datagram;
};

typedef const char *check_fn(const char *value);

static check_fn check_ports, check_path, check_transport, check_severity,
    check_timeout, check_family;

/* Keys whose values no option takes. */
static const struct {
	enum config_key key;
	check_fn *check;
} checks[] = {
	{ CONFIG_TCP, check_ports },
	{ CONFIG_UDP, check_ports },
	{ CONFIG_PORT, check_ports },
	{ CONFIG_UNIX, check_path },
	{ CONFIG_TRANSPORT, check_transport },
	{ CONFIG_NAME, config_check_name },
	{ CONFIG_HOST, config_check_name },
	{ CONFIG_ADDRESS, config_check_address },
	{ CONFIG_SEVERITY, check_severity },
	{ CONFIG_TIMEOUT, check_timeout },
	{ CONFIG_FAMILY, check_family },
};

/* Keys that say where a port is, and not what is asked of it. */
static const enum config_key places[] = { CONFIG_PORTSETS, CONFIG_TCP,
	CONFIG_UDP, CONFIG_UNIX, CONFIG_TRANSPORT, CONFIG_PORT, CONFIG_NAME,
	CONFIG_HOST, CONFIG_ADDRESS, CONFIG_ENABLED };

/* Keys of conversations, where a handler is in the place of one. */
static const enum config_key conversation[] = { CONFIG_PROTOCOL,
	CONFIG_STARTTLS, CONFIG_SEND, CONFIG_SEND_HEX, CONFIG_EXPECT,
	CONFIG_EXPECT_PREFIX, CONFIG_EXPECT_REGEX, CONFIG_EXPECT_HEX,
	CONFIG_EXPECT_NOT, CONFIG_ALL, CONFIG_QUIT, CONFIG_ESCAPE,
	CONFIG_DIALOGUE, CONFIG_DIALOGUE_FILE, CONFIG_DNS_QUERY,
	CONFIG_DNS_RCODE, CONFIG_DNS_ADDRESS, CONFIG_ANY_SOURCE_PORT,
	CONFIG_OFFSET_WARNING, CONFIG_OFFSET_CRITICAL, CONFIG_MAXBYTES,
	CONFIG_DELAY, CONFIG_WAIT, CONFIG_TLS, CONFIG_CERT_DAYS, CONFIG_SNI,
	CONFIG_VERIFY, CONFIG_VERIFY_NAME, CONFIG_CA_FILE, CONFIG_TLS_MIN,
	CONFIG_CLIENT_CERT, CONFIG_CLIENT_KEY, CONFIG_ALPN };

/* Keys that say where a port is asked from. */
static const enum config_key sockets[] = { CONFIG_SOURCE, CONFIG_SOURCE_PORT,
	CONFIG_INTERFACE, CONFIG_DSCP, CONFIG_TOS, CONFIG_TTL };

static void check_handler(struct config *, const struct config_value *,
    const struct config_layer *);
static const char *const *words_of(struct pool *, const struct config_value *);
static handler_name_fn name_host, name_entry;
static struct settings *scratch(struct config *, enum transport);
static void check_value(struct config *, const struct config_layer *,
    const struct config_value *);
static size_t count_bad(struct config *, const struct config_value *,
    enum transport, bool);
static const struct option_row *option_of(struct settings *, const char *);
static void complain(struct config *, enum config_key, struct config_word,
    const char *);
static void merge(struct merged *, const struct config_layers *);
static void leave_out(struct merged *);
static bool has_tls(const struct merged *);
static enum config_key own_conversation(const struct merged *);
static bool has(const struct merged *, enum config_key);
static const char *word(const struct merged *, enum config_key);
static bool transport_of(struct config *, const struct merged *,
    const struct config_layers *, enum transport *, enum config_key *);
static bool numbers(struct config *, const struct merged *,
    const struct config_layers *, enum transport, enum config_key,
    struct config_ports *);
static uint16_t usual_port(const struct merged *, enum transport);
static bool is_place(enum config_key);
static uint32_t key_hash(const struct recipe_key *);
static index_fn is_recipe;
static bool go_together(struct config *, const struct config_layers *,
    const struct merged *);
static const struct config_recipe *make(struct config *,
    const struct config_layers *, const struct recipe_key *, uint16_t);
static bool apply(struct config *, struct settings *,
    const struct config_layers *, const struct recipe_key *);
static struct config_recipe *extract(struct config *, struct settings *,
    const struct recipe_key *);
static void extract_stream(struct config *, struct settings *,
    struct config_recipe *);
static void extract_datagram(struct settings *, struct config_recipe *);
static struct tls_context *context_for(struct config *,
    const struct tls_conf *);
static bool same_conf(const struct tls_conf *, const struct tls_conf *);
static void free_asks(struct config *);

bool
config_check(struct config *c, const struct config_layer *l)
{
	size_t errors = c->n_errors, i;

	for (i = 0; i < l->n; i++)
		check_value(c, l, &l->values[i]);
	return c->n_errors == errors;
}

/*
 * By the option that takes it.  Where the layer does not say of which transport
 * the port is, what is good for one of them is good.
 */
static void
check_value(struct config *c, const struct config_layer *l,
    const struct config_value *v)
{
	const struct config_row *row = &config_rows[v->key];
	const struct config_value *name = config_value(l, CONFIG_TRANSPORT);
	bool udp = config_value(l, CONFIG_UDP) != NULL ||
	    (name != NULL && strcmp(name->words[0].s, "udp") == 0);
	bool stream = config_value(l, CONFIG_TCP) != NULL ||
	    config_value(l, CONFIG_UNIX) != NULL || (name != NULL && !udp);
	const char *why;
	size_t i, j;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		for (j = 0; checks[i].key == v->key && j < v->n; j++) {
			why = checks[i].check(v->words[j].s);
			if (why != NULL)
				complain(c, v->key, v->words[j], why);
		}
	if (v->key == CONFIG_HANDLER)
		check_handler(c, v, l);
	for (j = 0; j < v->n; j++)
		if (row->type == CONFIG_TYPE_FILE &&
		    access(v->words[j].s, R_OK) == -1)
			complain(c, v->key, v->words[j], strerror(errno));
		else if (v->key >= CONFIG_EXPECT &&
		    v->key <= CONFIG_EXPECT_NOT && v->words[j].s[0] == '\0')
			complain(c, v->key, v->words[j], "is empty");
	if (row->option == NULL)
		return;
	if (option_of(scratch(c, udp ? UDP : TCP), row->option) == NULL &&
	    (udp || stream))
		config_error(c, (struct config_place){ v->line, l->at.file },
		    row->name, udp ? "is not for UDP" : "is for UDP only");
	else if (udp || stream)
		(void)count_bad(c, v, udp ? UDP : TCP, true);
	else if (count_bad(c, v, TCP, false) > 0 &&
	    count_bad(c, v, UDP, false) > 0)
		(void)count_bad(c, v,
		    option_of(scratch(c, TCP), row->option) != NULL ? TCP : UDP,
		    true);
}

/* Words that the option does not take; without such an option all of them. */
static size_t
count_bad(struct config *c, const struct config_value *v,
    enum transport transport, bool tell)
{
	struct settings *set = scratch(c, transport);
	const struct option_row *option = option_of(set,
	    config_rows[v->key].option);
	size_t n = option == NULL ? 1 : 0, i;
	const char *why;

	for (i = 0; option != NULL && i < v->n; i++) {
		why = option->set(set, v->words[i].s);
		if (why == NULL)
			continue;
		n++;
		if (tell)
			complain(c, v->key, v->words[i], why);
	}
	settings_clear(set);
	return n;
}

static void
check_handler(struct config *c, const struct config_value *v,
    const struct config_layer *l)
{
	struct pool words = { 0 };
	const struct handler h = { .words = words_of(&words, v) };
	struct text why;

	text_init(&why, REPORT_MAX);
	if (handler_check(&h, &why) && !handler_found(&h))
		text_printf(&why, "%s: there is no such command", h.words[0]);
	if (why.len > 0)
		config_error(c, (struct config_place){ v->line, l->at.file },
		    config_rows[v->key].name, why.data);
	text_free(&why);
	pool_free(&words);
}

/* As a list that ends with NULL. */
static const char *const *
words_of(struct pool *pool, const struct config_value *v)
{
	const char **words = pool_alloc(pool, (v->n + 1U) * sizeof(words[0]));
	size_t i;

	for (i = 0; i < v->n; i++)
		words[i] = v->words[i].s;
	return words;
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

static void
complain(struct config *c, enum config_key key, struct config_word w,
    const char *why)
{
	struct text what;

	text_init(&what, TEXT_WORD);
	text_puts(&what, config_rows[key].name);
	if (w.s[0] != '\0')
		text_printf(&what, ": %s", w.s);
	config_error(c, w.at, what.data, why);
	text_free(&what);
}

/* Settings as they are without any option. */
static struct settings *
scratch(struct config *c, enum transport transport)
{
	if (c->scratch == NULL)
		c->scratch = xmalloc(sizeof(*c->scratch));
	c->free_asks = free_asks;
	memset(c->scratch, 0, sizeof(*c->scratch));
	if (transport == UDP)
		settings_init_datagram(c->scratch, "check_udp");
	else
		settings_init(c->scratch, "check_tcp");
	return c->scratch;
}

static const struct option_row *
option_of(struct settings *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->options.n; i++)
		if (strcmp(set->options.rows[i].name, name) == 0)
			return &set->options.rows[i];
	return NULL;
}

static const char *
check_ports(const char *value)
{
	uint16_t first, last;

	return portlist_parse_range(value, &first, &last);
}

static const char *
check_path(const char *value)
{
	const char *why = NULL;
	struct addr a;

	if (value[0] != '/')
		return "the path does not begin with a slash";
	return addr_parse(value, AF_UNSPEC, &a, &why) == ADDR_LITERAL ? NULL
								      : why;
}

static const char *
check_transport(const char *value)
{
	return strcmp(value, "tcp") == 0 || strcmp(value, "udp") == 0
	    ? NULL
	    : "neither tcp nor udp";
}

static const char *
check_severity(const char *value)
{
	return strcasecmp(value, "warning") == 0 ||
		strcasecmp(value, "critical") == 0
	    ? NULL
	    : "neither warning nor critical";
}

/* The state that the option takes, too, is a matter of another key. */
static const char *
check_timeout(const char *value)
{
	return strchr(value, ':') == NULL ? NULL : "not a number of seconds";
}

static const char *
check_family(const char *value)
{
	return strcmp(value, "any") == 0 || strcmp(value, "ipv4") == 0 ||
		strcmp(value, "ipv6") == 0
	    ? NULL
	    : "not one of any, ipv4, ipv6";
}

bool
config_ports(struct config *c, const struct config_layers *l,
    struct config_ports *out)
{
	enum config_key key = CONFIG_TCP;
	enum transport transport = TCP;
	struct merged m;

	*out = (struct config_ports){ .enabled = true };
	merge(&m, l);
	out->enabled = m.values[CONFIG_ENABLED] == NULL ||
	    m.values[CONFIG_ENABLED]->n > 0;
	if (!transport_of(c, &m, l, &transport, &key) ||
	    !numbers(c, &m, l, transport, key, out))
		return false;
	out->host = word(&m, CONFIG_HOST);
	out->address = word(&m, CONFIG_ADDRESS);
	if (l->name != NULL || word(&m, CONFIG_NAME) != NULL) {
		out->own_name = true;
		out->name = word(&m, CONFIG_NAME) != NULL
		    ? word(&m, CONFIG_NAME)
		    : l->name;
	}
	return true;
}

static void
merge(struct merged *m, const struct config_layers *l)
{
	size_t i, j;

	*m = (struct merged){ 0 };
	for (i = 0; i < l->n; i++)
		for (j = 0; l->layers[i] != NULL && j < l->layers[i]->n; j++) {
			const struct config_value *v = &l->layers[i]->values[j];

			if (m->values[v->key] != NULL)
				continue;
			m->values[v->key] = v;
			m->own[v->key] = i < l->n_own;
			m->layer[v->key] = (uint8_t)i;
		}
	leave_out(m);
}

/* What is said farther off, and what is said nearer makes to be of no use. */
static void
leave_out(struct merged *m)
{
	static const enum config_key trust[] = { CONFIG_VERIFY_NAME,
		CONFIG_CA_FILE };
	bool tls = has_tls(m);
	size_t i;

	for (i = 0; i < CONFIG_KEYS; i++)
		if ((config_rows[i].levels & CONFIG_WITH_TLS) != 0 &&
		    !m->own[i] && !tls)
			m->values[i] = NULL;
	for (i = 0; i < sizeof(trust) / sizeof(trust[0]); i++)
		if (m->values[CONFIG_VERIFY] != NULL &&
		    m->values[CONFIG_VERIFY]->n == 0 &&
		    m->layer[trust[i]] > m->layer[CONFIG_VERIFY])
			m->values[trust[i]] = NULL;
	if (!m->own[CONFIG_HANDLER] && own_conversation(m) != CONFIG_KEYS)
		m->values[CONFIG_HANDLER] = NULL;
}

/* The first key that the port itself has of a conversation, or CONFIG_KEYS. */
static enum config_key
own_conversation(const struct merged *m)
{
	size_t i;

	for (i = 0; i < sizeof(conversation) / sizeof(conversation[0]); i++)
		if (m->own[conversation[i]] && has(m, conversation[i]))
			return conversation[i];
	return CONFIG_KEYS;
}

/* What is not inherited says whether there is TLS. */
static bool
has_tls(const struct merged *m)
{
	const char *name = word(m, CONFIG_PROTOCOL);
	const struct proto *p = name != NULL ? proto_find(name) : NULL;
	size_t i;

	if (has(m, CONFIG_UDP))
		return false;
	if (has(m, CONFIG_TLS) || has(m, CONFIG_STARTTLS) ||
	    (p != NULL && (p->tls || steps_to(p->steps, p->n, STEP_TLS) > 0)))
		return true;
	for (i = 0; i < CONFIG_KEYS; i++)
		if ((config_rows[i].levels & CONFIG_WITH_TLS) != 0 &&
		    m->own[i] && has(m, (enum config_key)i))
			return true;
	return false;
}

/* Whether there is a value, which is not no. */
static bool
has(const struct merged *m, enum config_key key)
{
	return m->values[key] != NULL && m->values[key]->n > 0;
}

static const char *
word(const struct merged *m, enum config_key key)
{
	return has(m, key) ? m->values[key]->words[0].s : NULL;
}

/* *key is the one that has the ports. */
static bool
transport_of(struct config *c, const struct merged *m,
    const struct config_layers *l, enum transport *transport,
    enum config_key *key)
{
	static const enum config_key keys[] = { CONFIG_TCP, CONFIG_UDP,
		CONFIG_UNIX };
	const char *name = word(m, CONFIG_TRANSPORT);
	size_t i, n = 0;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has(m, keys[i])) {
			*key = keys[i];
			*transport = (enum transport)i;
			n++;
		}
	if (n == 0) {
		*key = CONFIG_PORT;
		*transport = name != NULL && strcmp(name, "udp") == 0 ? UDP
								      : TCP;
	} else if (n > 1 || name != NULL || has(m, CONFIG_PORT)) {
		config_error(c, l->at, l->name,
		    "more than one of tcp, udp, unix, port");
		return false;
	}
	return true;
}

static bool
numbers(struct config *c, const struct merged *m, const struct config_layers *l,
    enum transport transport, enum config_key key, struct config_ports *out)
{
	const char *s = word(m, key);

	out->udp = transport == UDP;
	if (transport == UNIX && has(m, CONFIG_ADDRESS)) {
		config_error(c, l->at, l->name,
		    "address: cannot be used with unix");
		return false;
	}
	if (transport == UNIX) {
		out->path = s;
		out->name = s;
		return true;
	}
	if (s == NULL) {
		out->first = out->last = usual_port(m, transport);
		if (out->first == 0)
			config_error(c, l->at, l->name,
			    "no port: one of tcp, udp, unix, port is needed");
		return out->first != 0;
	}
	(void)portlist_parse_range(s, &out->first, &out->last);
	if (s[strspn(s, "0123456789-")] != '\0')
		out->name = s;
	return true;
}

/* That of its protocol; 0: it has none. */
static uint16_t
usual_port(const struct merged *m, enum transport transport)
{
	const char *name = word(m, CONFIG_PROTOCOL);
	const struct datagram *d;
	const struct proto *p;

	if (name == NULL)
		return 0;
	if (transport == UDP) {
		d = datagram_find(name);
		return d != NULL ? d->ports[0] : 0;
	}
	p = proto_find(name);
	return p != NULL ? p->port : 0;
}

const struct config_recipe *
config_recipe(struct config *c, const struct config_layers *l,
    const struct config_ports *ports, uint16_t port)
{
	struct recipe_key key = { .transport = ports->path != NULL ? UNIX
		    : ports->udp                                   ? UDP
								   : TCP };
	const struct config_recipe *made;
	struct merged m;
	uint32_t found, hash;

	merge(&m, l);
	key.merged = &m;
	key.any = ports->first != ports->last &&
	    m.values[CONFIG_EXPECTED] == NULL && !has(&m, CONFIG_HANDLER) &&
	    own_conversation(&m) == CONFIG_KEYS;
	if (ports->udp && !has(&m, CONFIG_PROTOCOL))
		key.datagram = datagram_of_port(port);
	hash = key_hash(&key);
	found = index_find(&c->by_recipe, hash, is_recipe, c, &key);
	if (found != INDEX_NONE)
		return c->recipes[found];
	made = make(c, l, &key, port);
	if (made != NULL)
		index_add(&c->by_recipe, hash, (uint32_t)(c->n_recipes - 1));
	return made;
}

const struct ask *
config_recipe_ask(const struct config_recipe *r)
{
	return &r->ask;
}

static bool
is_place(enum config_key key)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i] == key)
			return true;
	return false;
}

static uint32_t
key_hash(const struct recipe_key *key)
{
	uint32_t hash = index_hash(&key->transport, sizeof(key->transport),
	    INDEX_HASH);
	size_t i, j;

	hash = index_hash(&key->datagram, sizeof(key->datagram), hash);
	hash = index_hash(&key->any, sizeof(key->any), hash);
	for (i = 0; i < CONFIG_KEYS; i++) {
		const struct config_value *v = key->merged->values[i];

		if (v == NULL || is_place((enum config_key)i))
			continue;
		hash = index_hash(&v->key, sizeof(v->key), hash);
		for (j = 0; j < v->n; j++)
			hash = index_hash(v->words[j].s,
			    strlen(v->words[j].s) + 1, hash);
	}
	return hash;
}

static bool
is_recipe(const void *ctx, uint32_t number, const void *p)
{
	const struct config *c = ctx;
	const struct config_recipe *r = c->recipes[number];
	const struct recipe_key *key = p;
	size_t i, j, n = 0;

	if (r->transport != key->transport || r->datagram != key->datagram ||
	    r->any != key->any)
		return false;
	for (i = 0; i < CONFIG_KEYS; i++) {
		const struct config_value *v = key->merged->values[i], *w;

		if (v == NULL || is_place((enum config_key)i))
			continue;
		if (n == r->n_values)
			return false;
		w = r->values[n++];
		if (v->key != w->key || v->n != w->n)
			return false;
		for (j = 0; j < v->n; j++)
			if (strcmp(v->words[j].s, w->words[j].s) != 0)
				return false;
	}
	return n == r->n_values;
}

/* Whether it may have all that it has. */
static bool
go_together(struct config *c, const struct config_layers *l,
    const struct merged *m)
{
	enum config_key key = own_conversation(m);
	struct text why;

	if (m->values[CONFIG_TLS] != NULL && !has(m, CONFIG_TLS) && has_tls(m))
		config_error(c, l->at, l->name,
		    "tls: no, and there is TLS by another key");
	else if (has(m, CONFIG_HANDLER) && key != CONFIG_KEYS) {
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

static const struct config_recipe *
make(struct config *c, const struct config_layers *l,
    const struct recipe_key *key, uint16_t port)
{
	struct settings *set;
	struct config_recipe *r;
	struct text why;
	bool ok;

	if (!go_together(c, l, key->merged))
		return NULL;
	set = scratch(c, key->transport);
	if (key->any)
		set->expected = EXPECTED_ANY;
	set->host = key->transport == UNIX ? "/" : "host.invalid";
	set->port = port;
	set->series.retry_wait_us = 0;
	text_init(&why, REPORT_MAX);
	ok = apply(c, set, l, key);
	if (ok && key->transport == UDP)
		ok = settings_complete_datagram(set, clock_now_us(), &why);
	else if (ok)
		ok = settings_complete(set, clock_now_us(), &why);
	if (!ok && why.len > 0)
		config_error(c, l->at, l->name, why.data);
	text_free(&why);
	if (!ok) {
		settings_clear(set);
		return NULL;
	}
	r = extract(c, set, key);
	c->recipes = xgrow(c->recipes, &c->sizes.recipes, c->n_recipes,
	    sizeof(c->recipes[0]));
	c->recipes[c->n_recipes++] = r;
	return r;
}

/*
 * Sets the options of the keys.  What is inherited and cannot be used here is
 * left out; what is the port's own cannot be.
 */
static bool
apply(struct config *c, struct settings *set, const struct config_layers *l,
    const struct recipe_key *key)
{
	const struct option_row *option = option_of(set, "timeout");
	const char *why = option->set(set, TIMEOUT);
	size_t i, j;

	for (i = 0; i < CONFIG_KEYS; i++) {
		const struct config_value *v = key->merged->values[i];

		if (v == NULL || config_rows[i].option == NULL)
			continue;
		option = option_of(set, config_rows[i].option);
		if (option == NULL && key->merged->own[i]) {
			config_error(c,
			    (struct config_place){ v->line, l->at.file },
			    config_rows[i].name,
			    key->transport == UDP ? "is not for UDP"
						  : "is for UDP only");
			return false;
		}
		for (j = 0; option != NULL && j < v->n; j++) {
			why = option->set(set, v->words[j].s);
			if (why != NULL) {
				complain(c, (enum config_key)i, v->words[j],
				    why);
				return false;
			}
		}
	}
	return true;
}

/* What settings have come to, in less room and for longer. */
static struct config_recipe *
extract(struct config *c, struct settings *set, const struct recipe_key *key)
{
	struct config_recipe *r = pool_alloc(&c->pool, sizeof(*r));
	const char *family = word(key->merged, CONFIG_FAMILY);
	const char *severity = word(key->merged, CONFIG_SEVERITY);
	size_t i;

	r->transport = key->transport;
	r->any = key->any;
	r->datagram = key->datagram;
	r->values = pool_alloc(&c->pool, CONFIG_KEYS * sizeof(r->values[0]));
	for (i = 0; i < CONFIG_KEYS; i++)
		if (key->merged->values[i] != NULL &&
		    !is_place((enum config_key)i))
			r->values[r->n_values++] = key->merged->values[i];
	r->dialogue = set->dialogue;
	r->policy = set->policy;
	r->sock = set->sock;
	r->terms = (struct terms){ .timeout_us = set->timeout_us,
		.retries = set->series.retries };
	if (has(key->merged, CONFIG_HANDLER)) {
		r->handler.words = words_of(&c->pool,
		    key->merged->values[CONFIG_HANDLER]);
		r->handler.host = name_host;
		r->handler.name = name_entry;
		r->handler.ctx = c;
		r->terms.handler = &r->handler;
	}
	if (c->usual.timeout_us != 0 && !has(key->merged, CONFIG_TIMEOUT))
		r->terms.timeout_us = c->usual.timeout_us;
	if (!has(key->merged, CONFIG_RETRIES))
		r->terms.retries = c->usual.retries;
	for (i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if (has(key->merged, sockets[i]))
			r->terms.sock = &r->sock;
	r->ask = (struct ask){
		.udp = key->transport == UDP,
		.family = family == NULL          ? c->usual.family
		    : strcmp(family, "ipv4") == 0 ? AF_INET
		    : strcmp(family, "ipv6") == 0 ? AF_INET6
						  : AF_UNSPEC,
		.expected = set->expected,
		.severity = severity != NULL &&
			strcasecmp(severity, "warning") == 0
		    ? STATE_WARNING
		    : STATE_CRITICAL,
		.probes = has(key->merged, CONFIG_PROBES) ? set->series.probes
							  : c->usual.probes,
		.dialogue = &r->dialogue,
		.terms = &r->terms,
		.policy = &r->policy,
	};
	if (key->transport == UDP)
		extract_datagram(set, r);
	else
		extract_stream(c, set, r);
	if (set->quit != NULL)
		r->bytes[1] = key->transport == UDP ? r->inquiry.quit.data
						    : r->dialogue.quit.data;
	return r;
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
free_asks(struct config *c)
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
	free(c->scratch);
}
