/* SPDX-License-Identifier: ISC */
#include "portset_told.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "clock.h"
#include "entry.h"
#include "escape.h"
#include "index.h"
#include "pool.h"
#include "xalloc.h"

/* The address of a host's first record, as bytes and in words. */
struct seen_addr {
	uint8_t family;
	uint32_t scope;
	unsigned char bytes[16];
	const char *words;
};

struct portset_told {
	struct portset *set;
	struct pool pool;
	struct index by_host, by_ask;
	struct seen_addr *addrs; /* one for each host */
	size_t size_addrs, size_asked;
	uint32_t host; /* of the last record */
	struct text words;
};

static struct entry *add(struct portset_told *, const struct table_record *);
static size_t host_len(const char *);
static void decode(char *, const char *, size_t);
static uint32_t host_of(struct portset_told *, const char *);
static index_fn is_host, is_ask;
static uint32_t ask_of(struct portset_told *, const char *, bool,
    const struct table_record *);
static bool is_word(const char *);
static void set_address(struct portset_told *, struct entry *,
    const struct table_record *);
static const char *address_words(struct portset_told *,
    const struct table_record *);
static void tell(struct portset_told *, struct entry *,
    const struct table_record *, int64_t);
static void tell_met(struct entry *, const struct table_record *);
static bool is_of_dates(enum outcome);
static void explain(struct portset_told *, const struct table_record *,
    int64_t);
static void put_reason(struct text *, const struct table_record *);
static void keep_words(const struct portset_told *, struct entry *);

/* Of entries that have no limits: who asked has judged their times. */
static const struct policy no_limits;

struct portset_told *
portset_told_new(struct portset *set)
{
	struct portset_told *p = xcalloc(1, sizeof(*p));

	p->set = set;
	p->host = NO_HOST;
	text_init(&p->words, TEXT_WORD * 8);
	return p;
}

void
portset_told_free(struct portset_told *p)
{
	if (p == NULL)
		return;
	text_free(&p->words);
	index_free(&p->by_host);
	index_free(&p->by_ask);
	free(p->addrs);
	pool_free(&p->pool);
	free(p);
}

void
portset_told_add(struct portset_told *p, const struct table_record *r,
    int64_t old_us)
{
	tell(p, add(p, r), r, old_us);
}

void
portset_told_add_unknown(struct portset_told *p, const struct table_record *r,
    const char *why)
{
	struct entry *e = add(p, r);

	text_truncate(&p->words, 0);
	text_puts(&p->words, why);
	keep_words(p, e);
}

/* Only now: beside a name, an address is a question to ask (portset_add()). */
void
portset_told_end(struct portset_told *p)
{
	size_t i;

	for (i = 0; i < p->set->n_hosts; i++)
		if (p->addrs[i].words != NULL)
			p->set->hosts[i].address = p->addrs[i].words;
	index_free(&p->by_host);
	index_free(&p->by_ask);
	free(p->addrs);
	p->addrs = NULL;
}

bool
portset_told_has(const struct portset_told *p, const char *host)
{
	return index_find(&p->by_host,
		   index_hash(host, strlen(host), INDEX_HASH), is_host, p->set,
		   host) != INDEX_NONE;
}

void
portset_told_host(char host[TABLE_NAME_SIZE], const char *name)
{
	decode(host, name, host_len(name));
}

void
portset_told_age(struct text *t, int64_t us)
{
	int64_t s = us / CLOCK_SECOND;

	if (s < 10)
		text_printf(t, "%.1f s", (double)us / 1e6);
	else if (s < 120)
		text_printf(t, "%" PRId64 " s", s);
	else if (s < 120 * 60)
		text_printf(t, "%" PRId64 " min", s / 60);
	else if (s < 48 * 3600)
		text_printf(t, "%" PRId64 " h", s / 3600);
	else
		text_printf(t, "%" PRId64 " days", s / CLOCK_DAY_S);
}

/* An entry of which nothing is known but its name. */
static struct entry *
add(struct portset_told *p, const struct table_record *r)
{
	size_t len = host_len(r->name);
	struct portset *s = p->set;
	char part[TABLE_NAME_SIZE];
	uint32_t host = NO_HOST;
	struct entry *e;

	if (len > 0) {
		decode(part, r->name, len);
		host = host_of(p, part);
		len++;
	}
	decode(part, r->name + len, strlen(r->name + len));
	e = portset_add(s, host, ask_of(p, part, host != NO_HOST, r), r->port);
	set_address(p, e, r);
	s->asked_us = xgrow(s->asked_us, &p->size_asked, s->n - 1,
	    sizeof(s->asked_us[0]));
	s->asked_us[s->n - 1] = r->last_probe_us;
	return e;
}

/* That of "mx1/tcp/25" is 3: there is no slash in one.  A path has no host. */
static size_t
host_len(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash != NULL && slash[1] != '\0' ? (size_t)(slash - name) : 0;
}

/* The bytes that were escaped; what cannot have been is taken as it is. */
static void
decode(char *out, const char *s, size_t len)
{
	size_t decoded = len;

	memcpy(out, s, len);
	out[len] = '\0';
	if (memchr(out, '\\', len) == NULL)
		return;
	if (escape_decode(out, out, &decoded) != NULL ||
	    memchr(out, '\0', decoded) != NULL) {
		memcpy(out, s, len);
		decoded = len;
	}
	out[decoded] = '\0';
}

/* Most are that of the record before. */
static uint32_t
host_of(struct portset_told *p, const char *name)
{
	struct portset *s = p->set;
	uint32_t hash;

	if (p->host != NO_HOST && strcmp(s->hosts[p->host].name, name) == 0)
		return p->host;
	hash = index_hash(name, strlen(name), INDEX_HASH);
	p->host = index_find(&p->by_host, hash, is_host, s, name);
	if (p->host != INDEX_NONE)
		return p->host;
	p->addrs = xgrow(p->addrs, &p->size_addrs, s->n_hosts,
	    sizeof(p->addrs[0]));
	p->addrs[s->n_hosts] = (struct seen_addr){ 0 };
	name = pool_string(&p->pool, name, strlen(name));
	p->host = portset_add_host(s, name, name);
	index_add(&p->by_host, hash, p->host);
	return p->host;
}

static bool
is_host(const void *ctx, uint32_t number, const void *key)
{
	const struct portset *s = ctx;

	return strcmp(s->hosts[number].name, key) == 0;
}

/*
 * The name is all that follows the host, so the number of a port is in it.  In place
 * of a host there is a path; of a socket in one, it is the name, or not known.
 */
static uint32_t
ask_of(struct portset_told *p, const char *name, bool of_host,
    const struct table_record *r)
{
	bool unix_socket = r->transport == TABLE_UNIX || !of_host;
	const char *path = of_host ? name : r->host;
	struct ask a = {
		.name = name,
		.protocol = is_word(r->protocol) ? r->protocol : NULL,
		.path = !unix_socket ? NULL
		    : path[0] == '/' ? path
				     : "",
		.udp = r->transport == TABLE_UDP,
		.own_name = true,
		.expected = (enum expected)r->expected,
		.severity = r->severity == STATE_WARNING ? STATE_WARNING
							 : STATE_CRITICAL,
		.probes = 1,
		.policy = &no_limits,
	};
	struct pool *pool = &p->pool;
	uint32_t hash = index_hash(name, strlen(name), INDEX_HASH), found;

	hash = index_hash(&r->expected, sizeof(r->expected), hash);
	found = index_find(&p->by_ask, hash, is_ask, p->set, &a);
	if (found != INDEX_NONE)
		return found;
	a.name = pool_string(pool, name, strlen(name));
	if (a.path != NULL)
		a.path = pool_string(pool, a.path, strlen(a.path));
	if (a.protocol != NULL)
		a.protocol = pool_string(pool, a.protocol, strlen(a.protocol));
	found = portset_add_ask(p->set, &a);
	index_add(&p->by_ask, hash, found);
	return found;
}

static bool
is_ask(const void *ctx, uint32_t number, const void *key)
{
	const struct portset *s = ctx;
	const struct ask *a = &s->asks[number], *b = key;

	return strcmp(a->name, b->name) == 0 &&
	    text_same(a->protocol, b->protocol) &&
	    text_same(a->path, b->path) && a->udp == b->udp &&
	    a->expected == b->expected && a->severity == b->severity;
}

/* Whether it can be the name of a protocol, which some reports do not escape. */
static bool
is_word(const char *s)
{
	static const char of[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._/";

	return s[0] != '\0' && s[strspn(s, of)] == '\0';
}

/* Where it was asked; without an address the name of its host, as it is added. */
static void
set_address(struct portset_told *p, struct entry *e,
    const struct table_record *r)
{
	struct seen_addr *seen;

	if (r->addr_family == 0 || e->host == NO_HOST)
		return;
	seen = &p->addrs[e->host];
	if (seen->words == NULL) {
		seen->family = r->addr_family;
		seen->scope = r->addr_scope;
		memcpy(seen->bytes, r->addr, sizeof(seen->bytes));
		seen->words = address_words(p, r);
	}
	e->target.host = seen->family == r->addr_family &&
		seen->scope == r->addr_scope &&
		memcmp(seen->bytes, r->addr, sizeof(seen->bytes)) == 0
	    ? seen->words
	    : address_words(p, r);
}

static const char *
address_words(struct portset_told *p, const struct table_record *r)
{
	struct addr a;

	if (r->addr_family == 4) {
		a.in = (struct sockaddr_in){ .sin_family = AF_INET };
		memcpy(&a.in.sin_addr, r->addr, sizeof(a.in.sin_addr));
	} else {
		a.in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_scope_id = r->addr_scope };
		memcpy(&a.in6.sin6_addr, r->addr, sizeof(a.in6.sin6_addr));
	}
	text_truncate(&p->words, 0);
	addr_format(&p->words, &a);
	return pool_string(&p->pool, p->words.data, p->words.len);
}

static void
tell(struct portset_told *p, struct entry *e, const struct table_record *r,
    int64_t old_us)
{
	bool old = old_us != 0;

	e->told = true;
	e->outcome = old ? OUTCOME_NOT_PROBED : r->outcome;
	e->finding = e->outcome;
	e->err = r->err;
	e->rtt_us = r->rtt_us;
	if (!old && (r->flags & TABLE_KNOWN) != 0) {
		e->worth = r->state & 3;
		if (!entry_unasked(e))
			e->port = r->port_state & 7;
		if ((r->flags & TABLE_DOWN) == 0)
			tell_met(e, r);
		else if (e->worth == STATE_OK)
			e->worth = STATE_WARNING;
	}
	explain(p, r, old_us);
	if (p->words.len > 0)
		keep_words(p, e);
}

/*
 * One as expected is worth less by its times, the dates of its certificates or its
 * clock: by the last two never CRITICAL.
 */
static void
tell_met(struct entry *e, const struct table_record *r)
{
	enum state state = (enum state)r->state;

	if (state == STATE_UNKNOWN)
		return;
	e->worth = STATE_OK;
	if ((r->flags & TABLE_LAGGED) != 0)
		e->lag = STATE_WARNING;
	if (state == STATE_OK)
		return;
	if (state == STATE_WARNING && is_of_dates((enum outcome)r->outcome)) {
		e->dates = STATE_WARNING;
	} else if (state == STATE_CRITICAL || r->warning_ms != 0 ||
	    r->critical_ms != 0) {
		e->lag = state & 3;
	} else {
		e->clock = STATE_WARNING;
	}
}

static bool
is_of_dates(enum outcome o)
{
	return o == OUTCOME_CERT_EXPIRED || o == OUTCOME_CERT_EXPIRING ||
	    o == OUTCOME_CERT_NOT_YET_VALID;
}

/* Why, as p->words: nothing if it is plainly so. */
static void
explain(struct portset_told *p, const struct table_record *r, int64_t old_us)
{
	struct text *t = &p->words;

	text_truncate(t, 0);
	if (old_us != 0) {
		text_puts(t, "last probed ");
		portset_told_age(t, old_us);
		text_puts(t, " ago");
		return;
	}
	if ((r->flags & TABLE_KNOWN) == 0)
		text_puts(t,
		    (r->flags & TABLE_UNSURE) != 0 ? "not decided yet"
						   : "not probed yet");
	else if ((r->flags & TABLE_UNSURE) != 0)
		text_puts(t, "unsure");
	put_reason(t, r);
	if ((r->flags & TABLE_SEVERE) != 0)
		text_printf(t, "%ssevere: %" PRIu32 " rounds failed",
		    t->len > 0 ? "; " : "", r->failed_rounds);
}

/* What is decided came of, behind what is there already. */
static void
put_reason(struct text *t, const struct table_record *r)
{
	const char *before = t->len > 0 ? ": " : "";
	char plain[TABLE_REASON_SIZE];

	decode(plain, r->reason, strlen(r->reason));
	if (plain[0] != '\0') {
		text_puts(t, before);
		text_escape(t, plain, strlen(plain), TEXT_WORD * 2);
	} else if (r->outcome != OUTCOME_OK &&
	    r->outcome != OUTCOME_NOT_PROBED) {
		text_printf(t, "%s%s", before,
		    outcome_meaning((enum outcome)r->outcome));
	}
}

/* As the reason. */
static void
keep_words(const struct portset_told *p, struct entry *e)
{
	e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->why = xmemdup(p->words.data, p->words.len + 1);
}
