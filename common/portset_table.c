/* SPDX-License-Identifier: ISC */
#include "portset_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "clock.h"
#include "entry.h"
#include "escape.h"
#include "index.h"
#include "pool.h"
#include "table_layout.h"
#include "table_reader.h"
#include "xalloc.h"

/* Records that are told one by one when they cannot be read; more are too many. */
#define UNREADABLE_MAX 100

/* After so many of its intervals and timeouts, the last probe is too long ago. */
#define INTERVALS 3

/* A table that was written later than now, by more than clocks are corrected. */
#define FUTURE_US (60 * CLOCK_SECOND)

/* After how many records the clock is read. */
#define BETWEEN 64

struct portset_table {
	struct table_reader *reader;
	struct pool pool;
};

/* The address of a host's first record, as bytes and in words. */
struct seen_addr {
	uint8_t family;
	uint32_t scope;
	unsigned char bytes[16];
	const char *words;
};

struct build {
	struct portset_table *table;
	const struct portset_selection *sel;
	int64_t wall_us;
	struct portset *set;
	struct index by_host, by_ask;
	struct seen_addr *addrs; /* one for each host */
	size_t size_addrs, size_asked;
	uint32_t host; /* of the last record */
	bool *used;    /* one for each of sel->portsets */
	unsigned unreadable;
	struct text words;
};

static bool is_usable(const struct build *, enum table_answer, struct text *);
static bool read_records(struct build *, struct text *);
static bool is_meant(struct build *, const struct table_record *);
static bool add_unreadable(struct build *, uint32_t,
    const struct table_record *, enum table_answer);
static bool is_host_meant(const struct build *, const char *);
static struct entry *add(struct build *, const struct table_record *);
static size_t host_len(const char *);
static void decode(char *, const char *, size_t);
static uint32_t host_of(struct build *, const char *);
static index_fn is_host, is_ask;
static uint32_t ask_of(struct build *, const char *, bool,
    const struct table_record *);
static bool is_word(const char *);
static void set_address(struct build *, struct entry *,
    const struct table_record *);
static const char *address_words(struct build *, const struct table_record *);
static void tell(struct build *, struct entry *, const struct table_record *);
static bool is_old(const struct build *, const struct table_record *);
static void tell_met(struct entry *, const struct table_record *);
static bool is_of_dates(enum outcome);
static void explain(struct build *, const struct table_record *, bool);
static void put_reason(struct text *, const struct table_record *);
static void keep_words(const struct build *, struct entry *);
static bool is_all_used(const struct build *, struct text *);
static void name_hosts(const struct build *);

/* Of entries that have no limits: who asked has judged their times. */
static const struct policy no_limits;

struct portset_table *
portset_table_read(const char *file, const struct portset_selection *sel,
    int64_t wall_us, struct portset *set, struct text *error)
{
	struct portset_table *t = xcalloc(1, sizeof(*t));
	struct build b = { .table = t,
		.sel = sel,
		.wall_us = wall_us,
		.set = set,
		.host = NO_HOST,
		.used = xcalloc(sel->n_portsets + 1, sizeof(bool)) };
	bool ok;

	text_init(&b.words, TEXT_WORD * 8);
	t->reader = table_reader_open(file);
	text_escape_string(error, file);
	text_puts(error, ": ");
	ok = is_usable(&b, table_reader_refresh(t->reader, wall_us), error) &&
	    read_records(&b, error) && is_all_used(&b, error);
	if (ok)
		name_hosts(&b);
	text_free(&b.words);
	index_free(&b.by_host);
	index_free(&b.by_ask);
	free(b.addrs);
	free(b.used);
	if (ok) {
		text_truncate(error, 0);
		return t;
	}
	portset_free(set);
	portset_table_free(t);
	return NULL;
}

void
portset_table_free(struct portset_table *t)
{
	if (t == NULL)
		return;
	table_reader_close(t->reader);
	pool_free(&t->pool);
	free(t);
}

const struct table_live *
portset_table_live(const struct portset_table *t)
{
	return table_reader_live(t->reader);
}

void
portset_table_age(struct text *t, int64_t us)
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

static bool
is_usable(const struct build *b, enum table_answer answer, struct text *error)
{
	const struct table_reader *r = b->table->reader;
	const struct table_live *live = table_reader_live(r);
	int64_t age_us;

	if (answer != TABLE_OK) {
		text_puts(error, table_reader_why(r));
		return false;
	}
	age_us = b->wall_us - live->written_us;
	if (age_us < -FUTURE_US) {
		text_puts(error, "was written ");
		portset_table_age(error, -age_us);
		text_puts(error, " from now: a clock was set");
		return false;
	}
	if (!table_reader_stale(r, b->wall_us))
		return true;
	text_puts(error, "is stale: written ");
	portset_table_age(error, age_us);
	text_puts(error,
	    live->pid != 0 ? " ago" : " ago, when portstated ended");
	return false;
}

static bool
read_records(struct build *b, struct text *error)
{
	struct table_reader *reader = b->table->reader;
	enum table_answer answer;
	struct table_record r = { 0 };
	uint32_t index = 0;

	while ((answer = table_reader_next(reader, &index, &r)) != TABLE_NONE) {
		if (index % BETWEEN == 0 && clock_now_us() > b->sel->until_us) {
			text_puts(error, "takes too long to read");
			return false;
		}
		if (answer != TABLE_OK) {
			if (add_unreadable(b, index, &r, answer))
				continue;
			text_printf(error,
			    "is damaged: more than %u of its records",
			    UNREADABLE_MAX);
			return false;
		}
		if ((r.flags & TABLE_ENABLED) != 0 && is_meant(b, &r))
			tell(b, add(b, &r), &r);
	}
	return true;
}

static bool
is_meant(struct build *b, const struct table_record *r)
{
	const struct portset_selection *sel = b->sel;
	size_t i;

	if (sel->hosts->n > 0 && !hostlist_has(sel->hosts, r->host))
		return false;
	for (i = 0; i < sel->n_portsets; i++)
		if (strcmp(sel->portsets[i], r->portset) == 0)
			return b->used[i] = true;
	return sel->n_portsets == 0;
}

/* Its name may be right, even if nothing else is.  False: it is one too many. */
static bool
add_unreadable(struct build *b, uint32_t index, const struct table_record *r,
    enum table_answer answer)
{
	bool named = table_name_right(r, index);
	struct table_record as;
	struct entry *e;

	if (b->unreadable++ == UNREADABLE_MAX)
		return false;
	if (named && !is_host_meant(b, r->name))
		return true;
	text_truncate(&b->words, 0);
	text_printf(&b->words, "?/record %" PRIu32, index);
	table_record_new(&as, index, named ? r->name : b->words.data);
	e = add(b, &as);
	text_truncate(&b->words, 0);
	text_puts(&b->words,
	    answer == TABLE_BUSY ? "its record is being written all the time"
				 : "its record is damaged");
	keep_words(b, e);
	return true;
}

/* By the name of an entry. */
static bool
is_host_meant(const struct build *b, const char *name)
{
	char host[TABLE_NAME_SIZE];

	decode(host, name, host_len(name));
	return b->sel->hosts->n == 0 || hostlist_has(b->sel->hosts, host);
}

/* An entry of which nothing is known but its name. */
static struct entry *
add(struct build *b, const struct table_record *r)
{
	size_t len = host_len(r->name);
	struct portset *s = b->set;
	char part[TABLE_NAME_SIZE];
	uint32_t host = NO_HOST;
	struct entry *e;

	if (len > 0) {
		decode(part, r->name, len);
		host = host_of(b, part);
		len++;
	}
	decode(part, r->name + len, strlen(r->name + len));
	e = portset_add(s, host, ask_of(b, part, host != NO_HOST, r), r->port);
	set_address(b, e, r);
	s->asked_us = xgrow(s->asked_us, &b->size_asked, s->n - 1,
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
host_of(struct build *b, const char *name)
{
	struct portset *s = b->set;
	uint32_t hash;

	if (b->host != NO_HOST && strcmp(s->hosts[b->host].name, name) == 0)
		return b->host;
	hash = index_hash(name, strlen(name), INDEX_HASH);
	b->host = index_find(&b->by_host, hash, is_host, s, name);
	if (b->host != INDEX_NONE)
		return b->host;
	b->addrs = xgrow(b->addrs, &b->size_addrs, s->n_hosts,
	    sizeof(b->addrs[0]));
	b->addrs[s->n_hosts] = (struct seen_addr){ 0 };
	name = pool_string(&b->table->pool, name, strlen(name));
	b->host = portset_add_host(s, name, name);
	index_add(&b->by_host, hash, b->host);
	return b->host;
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
ask_of(struct build *b, const char *name, bool of_host,
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
	struct pool *pool = &b->table->pool;
	uint32_t hash = index_hash(name, strlen(name), INDEX_HASH), found;

	hash = index_hash(&r->expected, sizeof(r->expected), hash);
	found = index_find(&b->by_ask, hash, is_ask, b->set, &a);
	if (found != INDEX_NONE)
		return found;
	a.name = pool_string(pool, name, strlen(name));
	if (a.path != NULL)
		a.path = pool_string(pool, a.path, strlen(a.path));
	if (a.protocol != NULL)
		a.protocol = pool_string(pool, a.protocol, strlen(a.protocol));
	found = portset_add_ask(b->set, &a);
	index_add(&b->by_ask, hash, found);
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
set_address(struct build *b, struct entry *e, const struct table_record *r)
{
	struct seen_addr *seen;

	if (r->addr_family == 0 || e->host == NO_HOST)
		return;
	seen = &b->addrs[e->host];
	if (seen->words == NULL) {
		seen->family = r->addr_family;
		seen->scope = r->addr_scope;
		memcpy(seen->bytes, r->addr, sizeof(seen->bytes));
		seen->words = address_words(b, r);
	}
	e->target.host = seen->family == r->addr_family &&
		seen->scope == r->addr_scope &&
		memcmp(seen->bytes, r->addr, sizeof(seen->bytes)) == 0
	    ? seen->words
	    : address_words(b, r);
}

static const char *
address_words(struct build *b, const struct table_record *r)
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
	text_truncate(&b->words, 0);
	addr_format(&b->words, &a);
	return pool_string(&b->table->pool, b->words.data, b->words.len);
}

static void
tell(struct build *b, struct entry *e, const struct table_record *r)
{
	bool old = is_old(b, r);

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
	explain(b, r, old);
	if (b->words.len > 0)
		keep_words(b, e);
}

/* The daemon may live and yet be late, or have just begun again. */
static bool
is_old(const struct build *b, const struct table_record *r)
{
	int64_t round_ms = (int64_t)r->interval_ms + r->timeout_ms;

	return r->interval_ms > 0 && (r->flags & TABLE_KNOWN) != 0 &&
	    b->wall_us - r->last_probe_us >
	    INTERVALS * round_ms * CLOCK_MILLISECOND;
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

/* Why, as b->words: nothing if it is plainly so. */
static void
explain(struct build *b, const struct table_record *r, bool old)
{
	struct text *t = &b->words;

	text_truncate(t, 0);
	if (old) {
		text_puts(t, "last probed ");
		portset_table_age(t, b->wall_us - r->last_probe_us);
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
keep_words(const struct build *b, struct entry *e)
{
	e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->why = xmemdup(b->words.data, b->words.len + 1);
}

/* Whoever is named is meant to be told of. */
static bool
is_all_used(const struct build *b, struct text *error)
{
	const struct portset_selection *sel = b->sel;
	size_t i;

	for (i = 0; i < sel->hosts->n; i++) {
		const char *host = sel->hosts->hosts[i];

		if (index_find(&b->by_host,
			index_hash(host, strlen(host), INDEX_HASH), is_host,
			b->set, host) != INDEX_NONE)
			continue;
		text_puts(error, "has nothing of host ");
		text_escape_string(error, host);
		if (sel->n_portsets > 0)
			text_puts(error, " in these port sets");
		return false;
	}
	for (i = 0; i < sel->n_portsets; i++)
		if (!b->used[i]) {
			text_puts(error, "has nothing of port set ");
			text_escape_string(error, sel->portsets[i]);
			return false;
		}
	if (b->set->n == 0)
		text_puts(error, "has no entry");
	return b->set->n > 0;
}

/* Only now: beside a name, an address is a question to ask (portset_add()). */
static void
name_hosts(const struct build *b)
{
	size_t i;

	for (i = 0; i < b->set->n_hosts; i++)
		if (b->addrs[i].words != NULL)
			b->set->hosts[i].address = b->addrs[i].words;
}
