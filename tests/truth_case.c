/* SPDX-License-Identifier: ISC */
/*
 * Cases at random: a peer, and options for check_tcp.
 */
#include "truth.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PICK(r, array) ((array)[below(r, ARRAY_SIZE(array))])

/* A case whose end takes longer is made shorter. */
#define END_MS 900

/* xorshift*, seeded by splitmix64. */
struct random {
	uint64_t x;
};

static struct random
random_init(unsigned seed, unsigned number)
{
	uint64_t z = ((uint64_t)seed << 32 | number) + 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (struct random){ (z ^ z >> 31) | 1 };
}

static size_t
below(struct random *r, size_t n)
{
	r->x ^= r->x >> 12;
	r->x ^= r->x << 25;
	r->x ^= r->x >> 27;
	return (size_t)((r->x * 0x2545f4914f6cdd1dU) >> 33) % n;
}

static bool
one_in(struct random *r, size_t n)
{
	return below(r, n) == 0;
}

/* Strings of few letters: what is expected is often there, or nearly. */

static struct string
letters(struct random *r, size_t min, size_t max)
{
	static const char few[] = "ab|\\\"\n 2";
	struct string s = { .len = min + below(r, max - min + 1) };
	size_t i;

	for (i = 0; i < s.len; i++)
		s.data[i] = few[below(r, one_in(r, 4) ? sizeof(few) - 1 : 2)];
	return s;
}

static void
append(struct string *s, const char *data, size_t len)
{
	if (s->len + len > BYTES_MAX)
		return;
	memcpy(s->data + s->len, data, len);
	s->len += len;
}

/* What a peer says: foreign bytes among it, often what is wanted. */
static struct string
speech(struct random *r, const struct options *o, bool honest)
{
	static const char foreign[] = { '\0', '\x1b', '\xff', '\x7f', '\r' };
	struct string s = letters(r, 0, 12), more;
	size_t i;

	if (o->ftp && honest && one_in(r, 2))
		s = (struct string){ "220 ", 4 };
	if (one_in(r, 4))
		append(&s, &PICK(r, foreign), 1);
	if (o->jail)
		append(&s, SECRET, sizeof(SECRET) - 1);
	for (i = 0; i < o->n_expected; i++)
		if (honest && !one_in(r, 4))
			append(&s, o->expected[i].data, o->expected[i].len);
	more = letters(r, s.len == 0, 8);
	append(&s, more.data, more.len);
	return s;
}

/* Options. */

static long
choose_timeout(struct random *r)
{
	static const long longs[] = { 10000, 10000, 8000, 5500 };

	return one_in(r, 3) ? 300 + (long)below(r, 600) : PICK(r, longs);
}

static long
choose_wait(struct random *r)
{
	static const long longs[] = { -1, -1, 0, 3000, 5000 };

	return one_in(r, 2) ? 100 + (long)below(r, 300) : PICK(r, longs);
}

static void
make_expectation(struct random *r, struct options *o)
{
	static const size_t numbers[] = { 0, 1, 1, 1, 1, 2, 2, 3 };
	size_t i;

	o->n_expected = PICK(r, numbers);
	for (i = 0; i < o->n_expected; i++)
		o->expected[i] = letters(r, one_in(r, 20) ? 0 : 1, 5);
	o->all = one_in(r, 3);
	o->ftp = one_in(r, 6);
}

static void
make_options(struct random *r, struct options *o)
{
	static const enum state states[] = { STATE_OK, STATE_WARNING,
		STATE_CRITICAL };
	static const char *const quits[] = { NULL, NULL, "QUIT", "bye", "" };
	static const enum limit limits[] = { NO_LIMIT, NO_LIMIT, NEVER,
		ALWAYS };

	make_expectation(r, o);
	if (one_in(r, 2))
		o->send = letters(r, 1, 12);
	o->quit = PICK(r, quits);
	if (one_in(r, 5))
		o->delay_ms = one_in(r, 4) ? 20000 : 1 + (long)below(r, 300);
	if (one_in(r, 4))
		o->max_bytes = 1 + below(r, 40);
	o->refused = one_in(r, 3) ? PICK(r, states) : STATE_CRITICAL;
	o->mismatch = one_in(r, 3) ? PICK(r, states) : STATE_WARNING;
	o->timeout = one_in(r, 6) ? (enum state)below(r, 4) : STATE_CRITICAL;
	o->warning = PICK(r, limits);
	o->critical = one_in(r, 3) ? PICK(r, limits) : NO_LIMIT;
	o->jail = one_in(r, 5);
	o->verbose = one_in(r, 3) ? 1 + (unsigned)below(r, 2) : 0;
	o->multi_line = one_in(r, 6);
	o->timeout_ms = choose_timeout(r);
	o->wait_ms = choose_wait(r);
}

/* Peers. */

static enum listener
choose_listener(struct random *r, enum transport t)
{
	switch (below(r, 14)) {
	case 0:
		return CLOSED;
	case 1:
		return FULL;
	case 2:
		return NOACCEPT;
	case 3:
		return t == UNIX ? MISSING : CLOSED;
	default:
		return SERVES;
	}
}

static unsigned
choose_pause(struct random *r)
{
	static const unsigned pauses[] = { 0, 1, 5, 20, 50, 4500, 15000 };

	return PICK(r, pauses);
}

static struct act
make_act(struct random *r, const struct options *o, bool honest)
{
	struct act a = { .kind = (enum act_kind)below(r, EXPECT + 1) };

	switch (a.kind) {
	case WAIT:
		a.ms = choose_pause(r);
		break;
	case EXPECT:
		/* The right thing, or one that nobody sends. */
		a.bytes = letters(r, 1, 4);
		if (o->send.len > 0 && !one_in(r, 4))
			a.bytes = o->send;
		break;
	default:
		a.bytes = speech(r, o, honest);
		a.piece = 1 + (unsigned)below(r, 6);
		a.ms = a.kind == SLOW ? 1 + (unsigned)below(r, 30) : 0;
		break;
	}
	return a;
}

static struct act
make_last_act(struct random *r, const struct options *o)
{
	static const enum act_kind kinds[] = { SILENT, SILENT, HOLD, CLOSE,
		CLOSE, SHUTDOWN, RESET, RESET, ENDLESS, TRICKLE, ECHO };
	struct act a = { .kind = PICK(r, kinds) };

	if (a.kind == ENDLESS || a.kind == TRICKLE)
		a.bytes = speech(r, o, one_in(r, 3));
	if (a.kind == TRICKLE)
		a.ms = 5 + (unsigned)below(r, 40);
	return a;
}

static void
make_peer(struct random *r, struct peer *p, const struct options *o,
    const struct machine *machine)
{
	static const enum transport transports[] = { TCP4, TCP4, UNIX, TCP6 };
	bool honest = !one_in(r, 3);
	size_t n = below(r, 5);

	p->transport = transports[below(r, machine->ipv6 ? 4 : 3)];
	p->listener = choose_listener(r, p->transport);
	while (p->n < n)
		p->acts[p->n++] = make_act(r, o, honest);
	p->acts[p->n++] = make_last_act(r, o);
}

void
case_make(struct truth_case *c, unsigned seed, unsigned number,
    const struct machine *machine)
{
	struct random r = random_init(seed, number);
	struct options *o = &c->options;
	long end_ms;
	int tries;

	*c = (struct truth_case){ .seed = seed, .number = number };
	make_options(&r, o);
	make_peer(&r, &c->peer, o, machine);
	o->by_name = c->peer.transport == TCP4 && machine->localhost &&
	    one_in(&r, 3);
	for (tries = 0; tries < 50; tries++) {
		(void)model_outcomes(c, 0, &end_ms);
		if (end_ms <= END_MS)
			return;
		o->timeout_ms = choose_timeout(&r);
		o->wait_ms = choose_wait(&r);
	}
}

/* As fakeserver reads it. */

struct script {
	char *at;
	size_t left;
};

static void
put(struct script *s, const char *word)
{
	size_t n = strlen(word);

	if (n >= s->left)
		abort();
	memcpy(s->at, word, n + 1);
	s->at += n;
	s->left -= n;
}

static void
put_bytes(struct script *s, const struct string *bytes)
{
	char hex[8];
	size_t i;

	put(s, " '");
	for (i = 0; i < bytes->len; i++) {
		snprintf(hex, sizeof(hex), "\\x%02x",
		    (unsigned char)bytes->data[i]);
		put(s, hex);
	}
	put(s, "'");
}

static void
put_act(struct script *s, const struct act *a)
{
	static const char *const words[] = {
		[SAY] = "say",
		[SLOW] = "slow",
		[WAIT] = "wait",
		[EXPECT] = "expect",
		[SILENT] = "silent",
		[HOLD] = "hold",
		[CLOSE] = "close",
		[SHUTDOWN] = "shutdown",
		[RESET] = "reset",
		[ENDLESS] = "endless",
		[TRICKLE] = "trickle",
		[ECHO] = "echo",
	};
	char number[32];

	put(s, " ");
	put(s, words[a->kind]);
	if (a->kind == SLOW) {
		snprintf(number, sizeof(number), " %u %u", a->piece, a->ms);
		put(s, number);
	}
	if (a->bytes.len > 0 || a->kind == SAY || a->kind == SLOW)
		put_bytes(s, &a->bytes);
	if (a->kind == WAIT || a->kind == TRICKLE) {
		snprintf(number, sizeof(number), " %u", a->ms);
		put(s, number);
	}
}

void
case_script(const struct truth_case *c, char script[SCRIPT_MAX])
{
	static const char *const transports[] = { "tcp4", "tcp6", "unix" };
	static const char *const words[] = { "", " closed", " full",
		" noaccept", " closed" };
	struct script s = { script, SCRIPT_MAX };
	size_t i;

	put(&s, transports[c->peer.transport]);
	put(&s, words[c->peer.listener]);
	if (c->peer.listener == SERVES)
		for (i = 0; i < c->peer.n; i++)
			put_act(&s, &c->peer.acts[i]);
}

/* As check_tcp reads it. */

struct arguments {
	char (*args)[ARG_SIZE];
	char **argv;
	size_t n;
};

static void
add(struct arguments *a, const char *name, const char *value)
{
	if (a->n + 2 >= ARGS_MAX)
		abort();
	snprintf(a->args[a->n], ARG_SIZE, "%s", name);
	a->argv[a->n] = a->args[a->n];
	a->n++;
	if (value == NULL)
		return;
	snprintf(a->args[a->n], ARG_SIZE, "%s", value);
	a->argv[a->n] = a->args[a->n];
	a->n++;
}

static void
add_string(struct arguments *a, const char *name, const struct string *s)
{
	char value[BYTES_MAX + 1];

	memcpy(value, s->data, s->len);
	value[s->len] = '\0';
	add(a, name, value);
}

static void
add_seconds(struct arguments *a, const char *name, long ms, const char *end)
{
	char value[32];

	snprintf(value, sizeof(value), "%ld.%03ld%s", ms / 1000, ms % 1000,
	    end);
	add(a, name, value);
}

static void
add_number(struct arguments *a, const char *name, size_t n)
{
	char value[32];

	snprintf(value, sizeof(value), "%zu", n);
	add(a, name, value);
}

static void
add_limit(struct arguments *a, const char *name, enum limit limit)
{
	static const char *const ranges[] = { NULL, "1000", "@0:1000" };

	if (limit != NO_LIMIT)
		add(a, name, ranges[limit]);
}

static void
add_states(struct arguments *a, const struct options *o)
{
	static const char *const names[] = { "ok", "warn", "crit" };
	static const char *const ends[] = { ":ok", ":warning", "", ":3" };

	if (o->refused != STATE_CRITICAL)
		add(a, "-r", names[o->refused]);
	if (o->mismatch != STATE_WARNING)
		add(a, "--mismatch", names[o->mismatch]);
	if (o->timeout != STATE_CRITICAL || o->timeout_ms != 10000)
		add_seconds(a, "-t", o->timeout_ms, ends[o->timeout]);
}

void
case_argv(const struct truth_case *c, const char *program, const char *path,
    unsigned port, char args[ARGS_MAX][ARG_SIZE], char *argv[ARGS_MAX + 1])
{
	const struct options *o = &c->options;
	struct arguments a = { args, argv, 0 };
	size_t i;

	add(&a, program, NULL);
	if (o->ftp)
		add(&a, "--protocol", "ftp");
	if (o->by_name)
		add(&a, "-4", NULL);
	add(&a, "-H", o->by_name ? "localhost" : path);
	if (c->peer.transport != UNIX)
		add_number(&a, "-p", port);
	for (i = 0; i < o->n_expected; i++)
		add_string(&a, "-e", &o->expected[i]);
	if (o->all)
		add(&a, "-A", NULL);
	if (o->send.len > 0)
		add_string(&a, "-s", &o->send);
	if (o->quit != NULL)
		add(&a, "-q", o->quit);
	if (o->delay_ms > 0)
		add_seconds(&a, "-d", o->delay_ms, "");
	if (o->max_bytes > 0)
		add_number(&a, "-m", o->max_bytes);
	if (o->wait_ms >= 0)
		add_seconds(&a, "--wait", o->wait_ms, "");
	add_states(&a, o);
	add_limit(&a, "-w", o->warning);
	add_limit(&a, "-c", o->critical);
	if (o->jail)
		add(&a, "-j", NULL);
	for (i = 0; i < o->verbose; i++)
		add(&a, "-v", NULL);
	if (o->multi_line)
		add(&a, "--output-format", "multi-line");
	argv[a.n] = NULL;
}
