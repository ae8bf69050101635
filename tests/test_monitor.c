/* SPDX-License-Identifier: ISC */
/*
 * The monitor asks Unix sockets in a directory of the test's own, in real time: what
 * is waited for comes, however late.
 */
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "clock.h"
#include "entry.h"
#include "outcome.h"
#include "site_case.h"
#include "table_layout.h"

#define PATIENCE_US (60 * CLOCK_SECOND)

#define WALL INT64_C(1795442400000000)

/* Sockets are a to h; what becomes of each: */
enum socket_of {
	MISSING,
	CLOSED, /* bound, and nobody listens */
	OPEN,
	FULL, /* connections are put off, until it is open */
};

#define SOCKETS 8
#define EVENTS 4096

/* Where they are; and entries that are asked often. */
#define UNIX "unix: /proc/self/cwd/"
#define DEFAULTS "defaults: {interval: 0.1, retries: 0}\n"

static int sockets[SOCKETS];
static int clients[SOCKETS]; /* what makes one full */
static bool taken[SOCKETS];  /* what comes is accepted */
static struct table *table;
static struct monitor *monitor;
static struct table_event events[EVENTS]; /* as they were told */
static size_t n_events;
static int64_t ahead_us; /* of the clock, is the monitor's */

static void
note(void *ctx, const struct table_event *e, const struct table_record *r)
{
	ck_assert_ptr_eq(ctx, &n_events);
	ck_assert_str_eq(e->name, r->name);
	ck_assert_uint_eq(e->number, r->last_event);
	ck_assert_uint_lt(n_events, EVENTS);
	events[n_events++] = *e;
}

static struct sockaddr_un
path_of(unsigned i)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	a.sun_path[0] = (char)('a' + i);
	return a;
}

static int
connect_to(unsigned i)
{
	struct sockaddr_un a = path_of(i);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void
drop(int *fd)
{
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}

static void
make(unsigned i, enum socket_of what)
{
	struct sockaddr_un a = path_of(i);

	drop(&sockets[i]);
	drop(&clients[i]);
	(void)unlink(a.sun_path);
	taken[i] = what == OPEN;
	if (what == MISSING)
		return;
	sockets[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	ck_assert_int_ge(sockets[i], 0);
	ck_assert_int_eq(bind(sockets[i], (struct sockaddr *)&a, sizeof(a)), 0);
	if (what != CLOSED)
		ck_assert_int_eq(listen(sockets[i], what == OPEN ? 64 : 0), 0);
	if (what == FULL)
		clients[i] = connect_to(i);
}

static void
accept_all(void)
{
	unsigned i;
	int fd;

	for (i = 0; i < SOCKETS; i++)
		while (taken[i] && (fd = accept(sockets[i], NULL, NULL)) != -1)
			(void)close(fd);
}

static void
adopt(const char *yaml)
{
	const struct monitor_limits limits = { .descriptors = 1000,
		.names_us = CLOCK_SECOND };

	monitor_adopt(monitor, site_of(yaml), &limits, WALL);
}

static void
turn(void)
{
	int64_t now_us = clock_now_us();
	int64_t next_us = monitor_turn(monitor, now_us + ahead_us);

	accept_all();
	if (next_us > now_us + 10 * CLOCK_MILLISECOND)
		next_us = now_us + 10 * CLOCK_MILLISECOND;
	monitor_wait(monitor, next_us);
}

static struct table_record
record_of(const char *name)
{
	struct table_record r;

	ck_assert(table_read(table, table_index(table, name), &r));
	return r;
}

/* Until so many of the entry's probes are in the table. */
static void
await_probes(const char *name, uint64_t n)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (record_of(name).probes < n) {
		ck_assert_msg(clock_now_us() < until_us, "%s is not asked",
		    name);
		turn();
	}
}

/* Some more. */
static void
await_more(const char *name, uint64_t n)
{
	await_probes(name, record_of(name).probes + n);
}

static void
await_events(size_t n)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (n_events < n) {
		ck_assert(clock_now_us() < until_us);
		turn();
	}
}

static void
await_in_flight(uint32_t n)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (monitor_totals(monitor, clock_now_us(), WALL).in_flight != n) {
		ck_assert(clock_now_us() < until_us);
		turn();
	}
}

/* Until a turn was missed. */
static void
await_missed(void)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (monitor_lateness(monitor).missed == 0) {
		ck_assert(clock_now_us() < until_us);
		turn();
	}
}

static void
flush(void)
{
	struct text words;

	text_init(&words, 1000);
	ck_assert(table_flush(table, clock_wall_us(), &words));
	ck_assert_str_eq(words.data, "");
	text_free(&words);
}

static void
open_all(void)
{
	const struct table_conf tc = { 4, 1024, "test", WALL };
	const struct monitor_conf mc = { .event = note, .ctx = &n_events };
	struct monitor_conf conf = mc;
	struct text words;

	text_init(&words, 1000);
	table = table_open("table", &tc, &words);
	ck_assert_msg(table != NULL, "%s", words.data);
	ck_assert_str_eq(words.data, "");
	text_free(&words);
	conf.table = table;
	monitor = monitor_new(&conf);
}

static void
close_all(void)
{
	monitor_free(monitor);
	table_close(table);
}

static void
set_up(void)
{
	unsigned i;

	site_directory();
	for (i = 0; i < SOCKETS; i++)
		sockets[i] = clients[i] = -1;
	open_all();
}

static void
tear_down(void)
{
	unsigned i;

	close_all();
	for (i = 0; i < SOCKETS; i++)
		make(i, MISSING);
	site_remove();
}

START_TEST(rounds)
{
	struct table_record a, b, c;

	make(0, OPEN);
	make(1, CLOSED);
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}, b: {" UNIX "b}, "
		       "c: {" UNIX "c, severity: warning}}}}\n");
	/* What is not known yet is in the table already. */
	ck_assert_uint_eq(record_of("h/a").flags, TABLE_USED | TABLE_ENABLED);
	ck_assert_int_eq(record_of("h/a").created_us, WALL);
	await_probes("h/a", 2);
	await_probes("h/b", 2);
	await_probes("h/c", 2);
	a = record_of("h/a");
	b = record_of("h/b");
	c = record_of("h/c");
	ck_assert_int_eq(a.state, STATE_OK);
	ck_assert_int_eq(a.outcome, OUTCOME_OK);
	ck_assert_int_eq(a.port_state, PORT_OPEN);
	ck_assert_uint_eq(a.responses, a.probes);
	ck_assert_uint_eq(a.last_event, 0);
	ck_assert_int_eq(b.state, STATE_CRITICAL);
	ck_assert_int_eq(b.outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(b.flags,
	    TABLE_USED | TABLE_ENABLED | TABLE_KNOWN | TABLE_DOWN);
	ck_assert_uint_eq(b.failed_rounds, b.failures);
	ck_assert_int_eq(c.state, STATE_WARNING);
	ck_assert_uint_eq(n_events, 2);
	ck_assert_uint_eq(b.last_event + c.last_event, 1 + 2);
	ck_assert(monitor_had_events(monitor));
	ck_assert(!monitor_had_events(monitor));
	ck_assert_int_gt(monitor_totals(monitor, 0, WALL).last_change_us, 0);
}
END_TEST

/* All probes of a round, one after another, then the next. */
START_TEST(many_probes)
{
	struct table_record r;

	make(0, OPEN);
	adopt("hosts: {h: {ports: {a: {" UNIX "a, interval: 0.1, "
	      "probes: 5}}}}\n");
	await_probes("h/a", 1);
	r = record_of("h/a");
	ck_assert_uint_eq(r.probes, 5);
	ck_assert_uint_eq(r.responses, 5);
	await_probes("h/a", 6);
	ck_assert_uint_eq(record_of("h/a").probes, 10);
}
END_TEST

/*
 * A change is asked about again before the next turn, which is in an hour; also when
 * the configuration was read meanwhile.
 */
START_TEST(confirms)
{
	static const char yaml[] = "hosts: {h: {ports: {a: {" UNIX
				   "a, interval: 3600, retries: 2}}}}\n";
	unsigned i;

	make(0, CLOSED);
	adopt(yaml);
	for (i = 1; i <= 2; i++) {
		await_probes("h/a", i);
		ck_assert_uint_eq(n_events, 0);
		ck_assert_uint_eq(record_of("h/a").flags,
		    TABLE_USED | TABLE_ENABLED | TABLE_UNSURE);
		adopt(yaml);
		ahead_us = 6 * CLOCK_SECOND;
	}
	await_events(1);
	ck_assert_uint_eq(record_of("h/a").probes, 3);
}
END_TEST

/* The same again changes nothing. */
START_TEST(adopts_again)
{
	static const char yaml[] = DEFAULTS "hosts: {h: {ports: {a: {" UNIX
					    "a}, b: {" UNIX "b}, c: {" UNIX
					    "a, interval: 3600}}}}\n";
	struct table_totals before, after;
	uint32_t index;

	make(0, OPEN);
	make(1, CLOSED);
	adopt(yaml);
	await_probes("h/a", 1);
	await_probes("h/c", 1);
	await_events(1);
	index = table_index(table, "h/b");
	before = monitor_totals(monitor, 0, WALL);
	adopt(yaml);
	after = monitor_totals(monitor, 0, WALL);
	ck_assert_mem_eq(&after, &before, sizeof(after));
	ck_assert_uint_eq(table_index(table, "h/b"), index);
	ck_assert_uint_eq(table_count(table), 3);
	await_more("h/a", 2);
	await_more("h/b", 2);
	ck_assert_uint_eq(record_of("h/c").probes, 1);
	ck_assert_uint_eq(n_events, 1);
	make(1, OPEN);
	await_events(2);
	ck_assert_uint_eq(events[1].kind, TABLE_EVENT_UP);
}
END_TEST

/* Who is removed is not asked, and is what it was when it is back. */
START_TEST(removed)
{
	struct table_record b;
	uint32_t index;

	make(0, OPEN);
	make(1, CLOSED);
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}, b: {" UNIX
		       "b}}}}\n");
	await_events(1);
	index = table_index(table, "h/b");
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}, c: {" UNIX
		       "a}}}}\n");
	b = record_of("h/b");
	ck_assert_uint_eq(b.flags, TABLE_USED | TABLE_KNOWN | TABLE_DOWN);
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).entries, 2);
	await_more("h/a", 4);
	await_probes("h/c", 1);
	ck_assert_uint_eq(record_of("h/b").probes, b.probes);
	ck_assert_uint_ne(table_index(table, "h/c"), index);
	adopt(DEFAULTS "hosts: {h: {ports: {b: {" UNIX "b}}}}\n");
	ck_assert_uint_eq(table_index(table, "h/b"), index);
	ck_assert_uint_eq(record_of("h/a").flags, TABLE_USED | TABLE_KNOWN);
	await_more("h/b", 2);
	ck_assert_uint_eq(n_events, 1);
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).entries, 1);
}
END_TEST

/* A limit that is no more is an all-clear, in the moment of the reload. */
START_TEST(reconfigured)
{
	make(0, CLOSED);
	adopt("hosts: {h: {ports: {a: {" UNIX "a, interval: 0.1, retries: 0, "
	      "severe: 2}}}}\n");
	await_events(2);
	ck_assert_uint_eq(events[1].kind, TABLE_EVENT_SEVERE);
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).severe, 1);
	(void)monitor_had_events(monitor);
	adopt("hosts: {h: {ports: {a: {" UNIX "a, interval: 0.1, retries: 0, "
	      "severe: 0}}}}\n");
	ck_assert_uint_eq(n_events, 3);
	ck_assert_uint_eq(events[2].kind, TABLE_EVENT_RECOVERED);
	ck_assert(monitor_had_events(monitor));
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).severe, 0);
	ck_assert_uint_eq(record_of("h/a").last_event, 3);
}
END_TEST

/* What was asked for a configuration of before is not told; it is asked again. */
START_TEST(in_flight)
{
	struct table_record r;
	unsigned i;

	make(0, FULL);
	make(1, OPEN);
	adopt("hosts: {h: {ports: {x: {" UNIX
	      "a, timeout: 50, interval: 3600}}}}\n");
	await_in_flight(1);
	/* Sites of before may be many, and removed meanwhile, too. */
	for (i = 0; i < 3; i++) {
		adopt("hosts: {h: {ports: {y: {" UNIX "b}}}}\n");
		await_more("h/y", i == 0);
		adopt("hosts: {h: {ports: {x: {" UNIX
		      "b, interval: 3600}, y: {" UNIX "b}}}}\n");
	}
	ck_assert_uint_eq(record_of("h/x").probes, 0);
	ck_assert_uint_eq(record_of("h/x").flags, TABLE_USED | TABLE_ENABLED);
	/* Its turn comes while it is asked still, where nobody listens then. */
	(void)monitor_lateness(monitor);
	await_missed();
	drop(&sockets[0]);
	await_probes("h/x", 1);
	r = record_of("h/x");
	ck_assert_uint_eq(r.probes, 1);
	ck_assert_uint_eq(r.failures, 0);
	ck_assert_int_eq(r.outcome, OUTCOME_OK);
	ck_assert_uint_eq(n_events, 0);
}
END_TEST

/* The same, when the daemon ends. */
START_TEST(freed_in_flight)
{
	make(0, FULL);
	adopt("hosts: {h: {ports: {x: {" UNIX "a, timeout: 50}}}}\n");
	await_in_flight(1);
	adopt("hosts: {h: {ports: {x: {" UNIX "a, timeout: 51}}}}\n");
	turn();
}
END_TEST

/* Without descriptors nobody is asked, and nobody is down. */
START_TEST(unasked)
{
	struct rlimit limit, none;
	struct table_record r;
	int64_t until_us = clock_now_us() + PATIENCE_US;

	make(0, OPEN);
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}}}}\n");
	await_probes("h/a", 1);
	taken[0] = false;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	while ((r = record_of("h/a")).outcome != OUTCOME_LOCAL_ERROR &&
	    clock_now_us() < until_us)
		turn();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(r.outcome, OUTCOME_LOCAL_ERROR);
	ck_assert_int_eq(r.err, EMFILE);
	ck_assert_int_eq(r.state, STATE_UNKNOWN);
	ck_assert_int_eq(r.port_state, PORT_OPEN);
	ck_assert_uint_eq(r.failures, 0);
	ck_assert_uint_eq(
	    monitor_totals(monitor, 0, WALL).states[STATE_UNKNOWN], 1);
	taken[0] = true;
	await_more("h/a", 1);
	r = record_of("h/a");
	ck_assert_int_eq(r.state, STATE_OK);
	ck_assert_uint_eq(r.changes, 0);
	ck_assert_uint_eq(n_events, 0);
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).states[STATE_OK], 1);
}
END_TEST

/* A new daemon knows what the last one knew. */
START_TEST(restarted)
{
	static const char yaml[] = DEFAULTS "hosts: {h: {ports: {a: {" UNIX
					    "a}, b: {" UNIX "b}, "
					    "c: {" UNIX "c}}}}\n";
	struct table_record b;

	make(0, OPEN);
	adopt(yaml);
	await_probes("h/a", 1);
	await_events(2);
	flush();
	b = record_of("h/b");
	close_all();
	make(1, OPEN);
	open_all();
	adopt(yaml);
	ck_assert_uint_eq(record_of("h/b").probes, b.probes);
	ck_assert_int_gt(monitor_totals(monitor, 0, WALL).last_change_us, 0);
	await_events(3);
	await_more("h/a", 1);
	await_more("h/c", 1);
	ck_assert_uint_eq(n_events, 3);
	ck_assert_uint_eq(events[2].kind, TABLE_EVENT_UP);
	ck_assert_str_eq(events[2].name, "h/b");
	ck_assert_uint_eq(events[2].number, 3);
	ck_assert_uint_eq(record_of("h/b").changes, b.changes + 1);
}
END_TEST

/* As the records have it. */
static struct table_totals
counted(void)
{
	struct table_totals t = { 0 };
	struct table_record r;
	uint32_t i;

	for (i = 1; i <= table_count(table); i++) {
		ck_assert(table_read(table, i, &r));
		if ((r.flags & TABLE_ENABLED) == 0)
			continue;
		t.entries++;
		t.states[r.state]++;
		t.ports[r.port_state]++;
		t.lagged += (r.flags & TABLE_LAGGED) != 0;
		t.severe += (r.flags & TABLE_SEVERE) != 0;
	}
	return t;
}

static void
check_totals(void)
{
	struct table_totals t = monitor_totals(monitor, 0, WALL),
			    want = counted();

	ck_assert_uint_eq(t.entries, want.entries);
	ck_assert_uint_eq(t.lagged, want.lagged);
	ck_assert_uint_eq(t.severe, want.severe);
	ck_assert_mem_eq(t.states, want.states, sizeof(t.states));
	ck_assert_mem_eq(t.ports, want.ports, sizeof(t.ports));
}

/* A record that somebody destroys is one again after the next round. */
START_TEST(damaged)
{
	static const char zeros[sizeof(struct table_record)];
	struct table_record r;
	int64_t until_us = clock_now_us() + PATIENCE_US;
	uint32_t index;
	int fd;

	make(0, OPEN);
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}, b: {" UNIX
		       "b}}}}\n");
	await_probes("h/a", 1);
	await_probes("h/b", 1);
	index = table_index(table, "h/a");
	flush();
	fd = open("table", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, zeros, sizeof(zeros),
			     table_record_at(index)),
	    sizeof(zeros));
	ck_assert_int_eq(close(fd), 0);
	ck_assert(!table_read(table, index, &r));
	while (!table_read(table, index, &r)) {
		ck_assert(clock_now_us() < until_us);
		turn();
	}
	ck_assert_uint_eq(r.flags, TABLE_USED | TABLE_ENABLED | TABLE_KNOWN);
	ck_assert_uint_eq(r.interval_ms, 100);
	ck_assert_str_eq(r.host, "h");
	check_totals();
}
END_TEST

/* Some of the entries, each at any of the sockets, but the first at the first. */
static void
adopt_random(unsigned *seed)
{
	struct text yaml;
	unsigned i;

	text_init(&yaml, 10000);
	text_puts(&yaml, "hosts: {h: {ports: {");
	for (i = 0; i < SOCKETS; i++)
		if (i == 0 || unit_random(seed, 3) > 0)
			text_printf(&yaml,
			    "e%u: {" UNIX "%c, interval: 0.1, retries: %u, "
			    "severe: %u, lag: %s, timeout: 50},",
			    i, i == 0 ? 'a' : 'a' + unit_random(seed, SOCKETS),
			    unit_random(seed, 2), unit_random(seed, 3),
			    unit_random(seed, 2) == 0 ? "0" : "0.000001");
	text_puts(&yaml, "}}}\n");
	adopt(yaml.data);
	text_free(&yaml);
}

/*
 * Whether what was told of an entry alternates, each word with its contrary, and is
 * all in the table, in the same order.
 */
static void
check_events(void)
{
	bool down[SOCKETS + 1] = { 0 }, severe[SOCKETS + 1] = { 0 };
	bool lagged[SOCKETS + 1] = { 0 };
	struct table_event e;
	uint64_t from = 1;
	size_t i;

	for (i = 0; i < n_events; i++) {
		uint32_t k = events[i].index;

		ck_assert(table_undone(table, &from, &e));
		ck_assert_uint_eq(e.number, i + 1);
		ck_assert_uint_eq(events[i].number, i + 1);
		ck_assert_uint_eq(e.kind, events[i].kind);
		ck_assert_uint_eq(e.index, k);
		ck_assert_uint_le(k, SOCKETS);
		switch ((enum table_event_kind)e.kind) {
		case TABLE_EVENT_DOWN:
		case TABLE_EVENT_UP:
			ck_assert(down[k] == (e.kind == TABLE_EVENT_UP));
			down[k] = !down[k];
			ck_assert(!severe[k]);
			break;
		case TABLE_EVENT_SEVERE:
		case TABLE_EVENT_RECOVERED:
			ck_assert(severe[k] ==
			    (e.kind == TABLE_EVENT_RECOVERED));
			severe[k] = !severe[k];
			ck_assert(down[k]);
			break;
		case TABLE_EVENT_LAGGED:
		case TABLE_EVENT_NORMAL:
			ck_assert(lagged[k] == (e.kind == TABLE_EVENT_NORMAL));
			lagged[k] = !lagged[k];
			break;
		}
	}
	ck_assert(!table_undone(table, &from, &e));
	for (i = 1; i <= table_count(table); i++) {
		struct table_record r;

		ck_assert(table_read(table, (uint32_t)i, &r));
		ck_assert(((r.flags & TABLE_DOWN) != 0) == down[i]);
		ck_assert(((r.flags & TABLE_SEVERE) != 0) == severe[i]);
		ck_assert(((r.flags & TABLE_LAGGED) != 0) == lagged[i]);
	}
}

/* Sockets come and go, configurations too, and so does the daemon. */
START_TEST(at_random)
{
	unsigned seed = (unsigned)_i, i;

	for (i = 0; i < SOCKETS; i++)
		make(i, unit_random(&seed, FULL));
	adopt_random(&seed);
	for (i = 0; i < 60; i++) {
		switch (unit_random(&seed, 8)) {
		case 0:
		case 1:
			adopt_random(&seed);
			break;
		case 2:
			await_more("h/e0", unit_random(&seed, 2));
			break;
		case 3:
			flush();
			break;
		case 4:
			close_all();
			open_all();
			adopt_random(&seed);
			break;
		default:
			make(unit_random(&seed, SOCKETS),
			    unit_random(&seed, FULL + 1));
			/* So it has an answer soon. */
			if (sockets[0] == -1 || clients[0] != -1)
				make(0, OPEN);
			break;
		}
		turn();
		check_totals();
	}
	check_events();
}
END_TEST

START_TEST(lateness)
{
	struct monitor_lateness l;

	make(0, OPEN);
	adopt(DEFAULTS "hosts: {h: {ports: {a: {" UNIX "a}}}}\n");
	await_probes("h/a", 3);
	l = monitor_lateness(monitor);
	ck_assert_uint_ge(l.rounds, 3);
	ck_assert_int_ge(l.most_us, 0);
	ck_assert_int_ge(l.p99_us + CLOCK_MILLISECOND, l.most_us);
	l = monitor_lateness(monitor);
	ck_assert_uint_eq(l.rounds, 0);
	ck_assert_uint_eq(l.missed, 0);
	ck_assert_int_eq(l.p99_us, 0);
	ck_assert_int_eq(l.most_us, 0);
}
END_TEST

/* The turns of who is asked still are missed, and that is counted. */
START_TEST(missed)
{
	make(0, FULL);
	adopt("hosts: {h: {ports: {x: {" UNIX "a, timeout: 50, "
	      "interval: 0.1}}}}\n");
	await_in_flight(1);
	(void)monitor_lateness(monitor);
	await_missed();
	ck_assert_uint_eq(monitor_totals(monitor, 0, WALL).in_flight, 1);
}
END_TEST

START_TEST(none)
{
	monitor_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("monitor");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, rounds);
	tcase_add_test(tc, many_probes);
	tcase_add_test(tc, confirms);
	tcase_add_test(tc, adopts_again);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, reconfigured);
	tcase_add_test(tc, in_flight);
	tcase_add_test(tc, freed_in_flight);
	tcase_add_test(tc, unasked);
	tcase_add_test(tc, restarted);
	tcase_add_test(tc, damaged);
	tcase_add_loop_test(tc, at_random, 0, 10);
	tcase_add_test(tc, lateness);
	tcase_add_test(tc, missed);
	tcase_add_test(tc, none);
	return unit_run("monitor", tc);
}
