/* SPDX-License-Identifier: ISC */
#include "config_daemon.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config_reader.h"
#include "config_words.h"
#include "notice.h"
#include "num.h"
#include "split.h"

/* Events in the ring of the port table. */
#define EVENTS_MIN 16
#define EVENTS_MAX (1 << 20)

#define RATE_MAX 1000000

#define TIME_MIN_US (CLOCK_SECOND / 10)
#define TIME_MAX_US (7 * 24 * 3600 * CLOCK_SECOND)
#define TIME_BOUNDS "not from 0.1 seconds to a week"

/* What is set, and to what. */
struct said {
	const char *key;
	bool single; /* not a list */
	struct config_words words;
};

/* Takes what is said, or adds an error. */
typedef void set_fn(struct config *, const struct said *);

static set_fn set_table, set_events, set_parallel, set_rate, set_names, set_log,
    set_syslog, set_command, set_notify_events, set_notify_parallel,
    set_notify_timeout, set_notify_retries, set_notify_backoff, set_snmp,
    set_snmp_rate, set_snmp_burst, set_snmp_seconds;

static const struct row {
	const char *section;
	const char *name;
	enum config_type type;
	set_fn *set;
} rows[] = {
#define DAEMON(section, name, type, set, fallback) \
	{ section, name, CONFIG_TYPE_##type, set },
#include "config_daemon.def"
#undef DAEMON
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static size_t find(const char *, const char *);
static void read_value(struct reader *, const struct row *);
static int64_t number(struct config *, const struct said *, int64_t, int64_t);
static int64_t duration(struct config *, const struct said *, int64_t,
    const char *);
static const char *const *words_of(struct config *, const struct said *,
    struct text *);
static const char *const *split_line(struct config *, const char *,
    struct text *);

void
config_daemon_read(struct reader *r, const char *section)
{
	struct config *c = r->config;
	struct config_place at;
	bool bad;
	size_t i;

	if (!reader_enter_map(r, section, "not a map of keys"))
		return;
	if (c->daemon_places == NULL)
		c->daemon_places = pool_alloc(&c->pool,
		    ROWS * sizeof(c->daemon_places[0]));
	while (reader_next_key(r)) {
		i = find(section, r->item.value);
		at = reader_here(r);
		bad = i == ROWS || c->daemon_places[i].line > 0;
		if (i == ROWS)
			reader_error(r, r->item.value, "there is no such key");
		else if (bad)
			config_clash(c, at, rows[i].name,
			    "this key was given already at ",
			    c->daemon_places[i]);
		if (!reader_next(r))
			return;
		if (bad) {
			reader_skip(r);
			continue;
		}
		c->daemon_places[i] = at;
		read_value(r, &rows[i]);
	}
}

void
config_daemon_check(struct config *c)
{
	size_t i;

	if (c->daemon_places == NULL || c->daemon.command != NULL)
		return;
	for (i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, "notify") == 0 &&
		    c->daemon_places[i].line > 0)
			config_error(c, c->daemon_places[i], rows[i].name,
			    "is of no use without command");
}

/* ROWS: there is none of that name. */
static size_t
find(const char *section, const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, section) == 0 &&
		    strcmp(rows[i].name, name) == 0)
			break;
	return i;
}

static void
read_value(struct reader *r, const struct row *row)
{
	struct said s;

	s.key = row->name;
	s.single = r->item.kind == YAMLFILE_SCALAR;
	if (config_words_read(r, row->name, row->type, &s.words))
		row->set(r->config, &s);
}

static void
set_table(struct config *c, const struct said *s)
{
	c->daemon.table = s->words.words[0].s;
}

static void
set_events(struct config *c, const struct said *s)
{
	int64_t n = number(c, s, EVENTS_MIN, EVENTS_MAX);

	if ((n & (n - 1)) != 0)
		config_word_error(c, s->key, s->words.words[0],
		    "not a power of two");
	c->daemon.events = (uint32_t)n;
}

static void
set_parallel(struct config *c, const struct said *s)
{
	c->daemon.parallel = (unsigned)number(c, s, 1, INT32_MAX);
}

static void
set_rate(struct config *c, const struct said *s)
{
	c->daemon.rate = (unsigned)number(c, s, 1, RATE_MAX);
}

static void
set_names(struct config *c, const struct said *s)
{
	c->daemon.names_us = duration(c, s, TIME_MAX_US, TIME_BOUNDS);
}

static void
set_log(struct config *c, const struct said *s)
{
	c->daemon.log = s->words.words[0].s;
}

static void
set_syslog(struct config *c, const struct said *s)
{
	c->daemon.syslog = s->words.n > 0 ? DAEMON_YES : DAEMON_NO;
}

static void
set_command(struct config *c, const struct said *s)
{
	struct config_word word = s->words.words[0];
	const char *const *words;
	struct text why;

	text_init(&why, 2 * TEXT_WORD);
	words = words_of(c, s, &why);
	if (words == NULL || !notice_check(words, &why)) {
		config_error(c, word.at, s->key, why.data);
	} else if (!call_found(words[0])) {
		word.s = words[0];
		config_word_error(c, s->key, word, "there is no such command");
	}
	c->daemon.command = words;
	text_free(&why);
}

static void
set_notify_events(struct config *c, const struct said *s)
{
	enum table_event_kind kind;
	size_t i;

	for (i = 0; i < s->words.n; i++)
		if (notice_find_event(s->words.words[i].s, &kind))
			c->daemon.notify_events |= 1U << kind;
		else
			config_word_error(c, s->key, s->words.words[i],
			    "not one of down, up, lagged, normal, severe, "
			    "recovered");
}

static void
set_notify_parallel(struct config *c, const struct said *s)
{
	c->daemon.notify_parallel = (unsigned)number(c, s, 1, 1000);
}

static void
set_notify_timeout(struct config *c, const struct said *s)
{
	c->daemon.notify_timeout_us = duration(c, s, TIME_MAX_US, TIME_BOUNDS);
}

static void
set_notify_retries(struct config *c, const struct said *s)
{
	unsigned n = (unsigned)number(c, s, 0, 100);

	c->daemon.notify_retries = n > 0 ? n : DAEMON_NOTIFY_NO_RETRIES;
}

static void
set_notify_backoff(struct config *c, const struct said *s)
{
	c->daemon.notify_backoff_us = duration(c, s,
	    DAEMON_NOTIFY_BACKOFF_MAX_US, "not from 0.1 to 300 seconds");
}

/* Kept as it stands: portstate-agentx knows what it means. */
static void
set_snmp(struct config *c, const struct said *s)
{
	/* Each key is said once at most. */
	if (c->snmp == NULL)
		c->snmp = pool_alloc(&c->pool, ROWS * sizeof(c->snmp[0]));
	c->snmp[c->n_snmp].key = s->key;
	c->snmp[c->n_snmp++].word = s->words.words[0];
}

static void
set_snmp_rate(struct config *c, const struct said *s)
{
	(void)number(c, s, 0, SNMP_RATE_MAX);
	set_snmp(c, s);
}

static void
set_snmp_burst(struct config *c, const struct said *s)
{
	(void)number(c, s, 1, SNMP_RATE_MAX);
	set_snmp(c, s);
}

static void
set_snmp_seconds(struct config *c, const struct said *s)
{
	(void)number(c, s, 0, SNMP_SECONDS_MAX);
	set_snmp(c, s);
}

/* The number that is said; 0, with an error: it is none from min to max. */
static int64_t
number(struct config *c, const struct said *s, int64_t min, int64_t max)
{
	int64_t n = 0;
	const char *why = num_int(s->words.words[0].s, min, max, &n);

	if (why != NULL)
		config_word_error(c, s->key, s->words.words[0], why);
	return n;
}

/* The same of seconds, in microseconds; bounds: the reason, if it is out of them. */
static int64_t
duration(struct config *c, const struct said *s, int64_t max,
    const char *bounds)
{
	const char *word = s->words.words[0].s;
	int64_t us = 0;
	const char *why = num_seconds(word, strlen(word), &us);

	if (why == NULL && (us < TIME_MIN_US || us > max))
		why = bounds;
	if (why != NULL)
		config_word_error(c, s->key, s->words.words[0], why);
	return us;
}

/* The words of a command: one string of them, or a list. */
static const char *const *
words_of(struct config *c, const struct said *s, struct text *why)
{
	const struct config_value list = { .words = s->words.words,
		.n = s->words.n };

	return s->single ? split_line(c, s->words.words[0].s, why)
			 : config_value_words(&c->pool, &list);
}

static const char *const *
split_line(struct config *c, const char *line, struct text *why)
{
	const char **copy;
	struct text error;
	char **words;
	size_t i, n = 0;

	text_init(&error, TEXT_WORD);
	words = split(line, &error);
	/* It has a character of the line in it. */
	text_escape(why, error.data, error.len, TEXT_WORD);
	text_free(&error);
	if (words == NULL)
		return NULL;
	while (words[n] != NULL)
		n++;
	copy = pool_alloc(&c->pool, (n + 1) * sizeof(copy[0]));
	for (i = 0; i < n; i++)
		copy[i] = pool_string(&c->pool, words[i], strlen(words[i]));
	free(words);
	return copy;
}
