/* SPDX-License-Identifier: ISC */
/*
 * The engine: real peers, but the time and the name service are the test's own.
 * The program's clock_now_us() and getaddrinfo() take the place of the
 * library's and the system's.
 */
#include "engine.h"
#include "names.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "fake.h"
#include "probe.h"
#include "stream_probe.h"
#include "tls.h"
#include "unit.h"

#define MS CLOCK_MILLISECOND
#define START_US (1000 * CLOCK_SECOND)
#define DEADLINE_US (10 * CLOCK_SECOND)
#define STAGGER_US (250 * MS)

/* In real time: what comes, comes before; what does not, did not. */
#define PATIENCE_MS 5000
#define QUIET_MS 20

#define TARGETS_MAX 300

/* Time. */

static int64_t now = START_US;
static int64_t tick; /* by which it goes on when it is looked at */

int64_t
clock_now_us(void)
{
	return now += tick;
}

int64_t
clock_wall_us(void)
{
	return now;
}

/* The name service. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static bool hang = true;
static unsigned lookups; /* answered or not */

static struct addrinfo *
add_info(struct addrinfo *next, const char *text)
{
	struct addrinfo *ai = calloc(1, sizeof(*ai));
	union addr_sockaddr *sa = calloc(1, sizeof(*sa));
	struct addr a;
	const char *why;

	(void)addr_parse(text, AF_UNSPEC, &a, &why);
	ai->ai_family = a.family;
	ai->ai_addrlen = addr_get(&a, sa);
	ai->ai_addr = &sa->any;
	ai->ai_next = next;
	return ai;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	(void)port;
	(void)hints;
	*list = NULL;
	(void)pthread_mutex_lock(&mutex);
	lookups++;
	while (hang &&
	    (strcmp(host, "hang.test") == 0 || strcmp(host, "late.test") == 0))
		(void)pthread_cond_wait(&released, &mutex);
	(void)pthread_mutex_unlock(&mutex);
	if (strcmp(host, "two.test") == 0) {
		*list = add_info(add_info(NULL, "127.0.0.2"), "127.0.0.1");
	} else if (strcmp(host, "one.test") == 0 ||
	    strcmp(host, "late.test") == 0) {
		*list = add_info(NULL, "127.0.0.1");
	}
	return *list != NULL ? 0 : EAI_NONAME;
}

void
freeaddrinfo(struct addrinfo *ai)
{
	while (ai != NULL) {
		struct addrinfo *next = ai->ai_next;

		free(ai->ai_addr);
		free(ai);
		ai = next;
	}
}

static void
hold_names(void)
{
	(void)pthread_mutex_lock(&mutex);
	hang = true;
	(void)pthread_mutex_unlock(&mutex);
}

static void
release_names(void)
{
	(void)pthread_mutex_lock(&mutex);
	hang = false;
	(void)pthread_cond_broadcast(&released);
	(void)pthread_mutex_unlock(&mutex);
}

static unsigned
count_lookups(void)
{
	unsigned n;

	(void)pthread_mutex_lock(&mutex);
	n = lookups;
	(void)pthread_mutex_unlock(&mutex);
	return n;
}

/* So many, and no more a little later. */
static void
assert_lookups(unsigned n)
{
	int i;

	for (i = 0; i < PATIENCE_MS && count_lookups() < n; i++)
		(void)usleep(1000);
	(void)usleep(QUIET_MS * 1000);
	ck_assert_uint_eq(count_lookups(), n);
}

/*
 * In place of the C library's: a peer that sends more at once than anybody can
 * read, if that is wanted.
 */

static bool flooded;
static size_t flood; /* bytes that were taken of it */

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	if (!flooded)
		return recvfrom(fd, p, n, flags, NULL, NULL);
	memset(p, 'x', n);
	flood += n;
	return (ssize_t)n;
}

/* The engine, its targets and what was told of them. */

static struct engine *engine;
static struct fake *fake;
static const struct pattern greeting = { PATTERN_PREFIX, BYTES("220"), NULL };
static const struct step steps[] = {
	{ .kind = STEP_SEND, .send = BYTES("x") },
	{ .kind = STEP_EXPECT, .expect = { &greeting, 1, false } },
};
static const struct dialogue connects = { .max_bytes = 1000 };
static const struct dialogue expects = { &steps[1], 1, .max_bytes = 1000 };
static const struct dialogue talks = { &steps[0], 2, .max_bytes = 1000 };

static struct target targets[TARGETS_MAX];
static size_t n_targets;

static struct told {
	const struct target *target;
	enum outcome outcome;
	size_t n_attempts;
	int64_t resolve_us;
	int64_t time_us;
	int64_t at_us; /* after the start */
	char note[64];
} told[TARGETS_MAX];
static size_t n_told;

/* What else happens when a result is told. */
static void (*also)(void);

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	struct told *to = &told[n_told];

	ck_assert_ptr_eq(ctx, &engine);
	ck_assert_uint_lt(n_told, TARGETS_MAX);
	*to = (struct told){ t, r->outcome, r->n_attempts, r->resolve_us,
		r->time_us, now - START_US };
	snprintf(to->note, sizeof(to->note), "%s",
	    r->note != NULL ? r->note : "");
	n_told++;
	if (also != NULL)
		also();
}

static void
new_engine_of(struct engine_conf conf)
{
	conf.streams = &stream_probe;
	conf.done = done;
	conf.ctx = &engine;
	engine = engine_new(&conf);
}

static void
new_engine(unsigned parallel)
{
	new_engine_of((struct engine_conf){ .parallel = parallel });
}

static void
teardown(void)
{
	engine_free(engine);
	release_names();
	fake_stop(fake);
}

static void
add_until(const char *host, uint16_t port, const struct dialogue *dialogue,
    int64_t us)
{
	struct target *t = &targets[n_targets++];

	*t = (struct target){ host, port, AF_UNSPEC, dialogue };
	engine_add(engine, t, START_US + us);
}

static void
add_host(const char *host, uint16_t port, const struct dialogue *dialogue)
{
	add_until(host, port, dialogue, DEADLINE_US);
}

static void
add(unsigned listener, const struct dialogue *dialogue)
{
	add_host(fake_path(fake, listener), fake_port(fake, listener),
	    dialogue);
}

/* Time is now so many microseconds after the start. */
static int64_t
turn(int64_t us)
{
	int64_t next_us;

	ck_assert_int_le(now, START_US + us);
	now = START_US + us;
	next_us = engine_turn(engine, now);
	return next_us == CLOCK_NEVER ? CLOCK_NEVER : next_us - START_US;
}

/* Waits for descriptors only, then lets pass the microsecond of a dial. */
static void
events(int64_t ms)
{
	engine_wait(engine, now + ms * MS);
	now++;
	(void)engine_turn(engine, now);
}

/* Until so many results are told; time all but stands still. */
static void
await_told(size_t n)
{
	int64_t next_us;
	int i;

	for (i = 0; i < 100000 && n_told < n; i++) {
		next_us = engine_turn(engine, now);
		if (next_us <= now + 1)
			now = next_us;
		else if (n_told < n)
			engine_wait(engine, now + PATIENCE_MS * MS);
	}
	(void)engine_turn(engine, now);
	ck_assert_uint_eq(n_told, n);
	ck_assert_int_lt(now, START_US + DEADLINE_US);
}

static size_t
count_told(enum outcome o)
{
	size_t i, n = 0;

	for (i = 0; i < n_told; i++)
		n += told[i].outcome == o;
	return n;
}

static void
assert_told(size_t i, size_t target, enum outcome o)
{
	ck_assert_uint_lt(i, n_told);
	ck_assert_ptr_eq(told[i].target, &targets[target]);
	ck_assert_str_eq(outcome_name(told[i].outcome), outcome_name(o));
}

/* A listener of the test's own; it accepts when told to. */

static int listener = -1;
static uint16_t listener_port;

static void
listen_here(void)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(in);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	ck_assert_int_ne(listener, -1);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(listen(listener, 64), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&in, &len),
	    0);
	listener_port = ntohs(in.sin_port);
}

/* Accepts all that wait; returns how many, and the first in *first. */
static size_t
accept_all(int *first)
{
	size_t n = 0;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1)
		if (n++ == 0)
			*first = fd;
	return n;
}

/* The descriptor that the next socket gets. */
static int
next_fd(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD, 3);

	ck_assert_int_ge(fd, 3);
	close(fd);
	return fd;
}

/* Nothing to do. */

START_TEST(idle)
{
	new_engine(0);
	ck_assert(!engine_busy(engine));
	ck_assert_int_eq(turn(0), CLOCK_NEVER);
	engine_stop(engine, "note", now);
	ck_assert_uint_eq(n_told, 0);
	engine_free(NULL);
}
END_TEST

/* One target: what there is to be told of it. */

static const struct {
	const char *script;
	const struct dialogue *dialogue;
	enum outcome outcome;
	bool waits; /* until the deadline */
} ones[] = {
	{ "tcp4 silent", &connects, OUTCOME_OK },
	{ "unix silent", &connects, OUTCOME_OK },
	{ "tcp4 say '220'", &expects, OUTCOME_OK },
	{ "unix say '220'", &expects, OUTCOME_OK },
	{ "tcp4 closed", &connects, OUTCOME_REFUSED },
	{ "tcp4 say '500'", &expects, OUTCOME_MISMATCH },
	{ "tcp4 close", &expects, OUTCOME_NO_DATA },
	{ "tcp4 read reset", &talks, OUTCOME_RESET },
	{ "tcp4 silent", &expects, OUTCOME_STALLED, true },
	{ "tcp4 full", &connects, OUTCOME_TIMEOUT, true },
};

START_TEST(one_target)
{
	new_engine(0);
	fake = fake_start(ones[_i].script, NULL);
	add(0, ones[_i].dialogue);
	ck_assert(engine_busy(engine));
	(void)turn(0);
	if (ones[_i].waits) {
		ck_assert_int_le(turn(1), DEADLINE_US);
		events(QUIET_MS);
		ck_assert_int_eq(turn(DEADLINE_US - 1), DEADLINE_US);
		ck_assert_uint_eq(n_told, 0);
		(void)turn(DEADLINE_US);
	} else {
		await_told(1);
	}
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 0, ones[_i].outcome);
	ck_assert(!engine_busy(engine));
	ck_assert_int_eq(engine_turn(engine, now), CLOCK_NEVER);
	ck_assert_int_eq(told[0].resolve_us, RESULT_NONE);
}
END_TEST

static const struct {
	const char *host;
	int family;
	enum outcome outcome;
} literals[] = {
	{ "[127.0.0.1]", AF_UNSPEC, OUTCOME_UNRESOLVED },
	{ "[::1", AF_UNSPEC, OUTCOME_UNRESOLVED },
	{ "::1", AF_INET, OUTCOME_UNRESOLVED },
	{ "127.0.0.1", AF_INET6, OUTCOME_UNRESOLVED },
	{ "/nonexistent/socket", AF_UNSPEC, OUTCOME_UNRESOLVED },
	{ "255.255.255.255", AF_UNSPEC, OUTCOME_UNREACHABLE },
};

START_TEST(told_at_once)
{
	new_engine(0);
	add_host(literals[_i].host, 9, &connects);
	targets[0].family = literals[_i].family;
	ck_assert_int_eq(turn(0), CLOCK_NEVER);
	assert_told(0, 0, literals[_i].outcome);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Names. */

START_TEST(name_is_resolved)
{
	new_engine(0);
	fake = fake_start("tcp4 say '220'", NULL);
	add_host("one.test", fake_port(fake, 0), &expects);
	(void)turn(0);
	now += 70 * MS;
	await_told(1);
	assert_told(0, 0, OUTCOME_OK);
	ck_assert_int_eq(told[0].resolve_us, 70 * MS);
}
END_TEST

/* 127.0.0.1 is silent; 127.0.0.2 answers, a quarter of a second later. */
START_TEST(addresses_of_a_name_are_tried_in_turn)
{
	struct fake *other;
	char script[64];
	int i;

	new_engine(0);
	fake = fake_start("tcp4 full", NULL);
	snprintf(script, sizeof(script), "tcp4@127.0.0.2:%u silent",
	    fake_port(fake, 0));
	other = fake_start(script, NULL);
	add_host("two.test", fake_port(fake, 0), &connects);
	(void)turn(0);
	for (i = 0; i < 1000 && engine_turn(engine, now) != now + STAGGER_US;
	     i++)
		engine_wait(engine, now + PATIENCE_MS / 10 * MS);
	ck_assert_int_eq(turn(STAGGER_US - 1), STAGGER_US);
	(void)turn(STAGGER_US);
	await_told(1);
	assert_told(0, 0, OUTCOME_OK);
	ck_assert_uint_eq(told[0].n_attempts, 2);
	fake_stop(other);
}
END_TEST

START_TEST(name_that_does_not_exist)
{
	new_engine(0);
	add_host("none.test", 9, &connects);
	await_told(1);
	assert_told(0, 0, OUTCOME_UNRESOLVED);
	ck_assert_str_eq(told[0].note, gai_strerror(EAI_NONAME));
}
END_TEST

START_TEST(name_service_that_hangs)
{
	new_engine(0);
	add_host("hang.test", 9, &connects);
	ck_assert_int_eq(turn(0), DEADLINE_US);
	events(QUIET_MS);
	ck_assert_int_eq(turn(DEADLINE_US - 1), DEADLINE_US);
	ck_assert_uint_eq(n_told, 0);
	(void)turn(DEADLINE_US);
	assert_told(0, 0, OUTCOME_LOOKUP_TIMEOUT);
	/* What comes after that is not told. */
	release_names();
	engine_wait(engine, now + QUIET_MS * MS);
	(void)engine_turn(engine, now);
	ck_assert_uint_eq(n_told, 1);
}
END_TEST

START_TEST(one_lookup_for_many_targets)
{
	size_t i;

	new_engine(_i == 0 ? 0 : 3);
	fake = fake_start("tcp4 say '220'", NULL);
	for (i = 0; i < 20; i++)
		add_host("one.test", fake_port(fake, 0), &expects);
	(void)turn(0);
	now += 70 * MS;
	await_told(20);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 20);
	assert_lookups(1);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(told[i].resolve_us, 70 * MS);
	/* Neither is it asked for again later. */
	add_host("one.test", fake_port(fake, 0), &expects);
	await_told(21);
	assert_told(20, 20, OUTCOME_OK);
	ck_assert_int_eq(told[20].resolve_us, 70 * MS);
	assert_lookups(1);
}
END_TEST

START_TEST(one_lookup_that_fails_for_many)
{
	size_t i;

	new_engine(0);
	for (i = 0; i < 20; i++)
		add_host("none.test", (uint16_t)(i + 1), &connects);
	await_told(20);
	add_host("none.test", 9, &connects);
	await_told(21);
	ck_assert_uint_eq(count_told(OUTCOME_UNRESOLVED), 21);
	assert_lookups(1);
	for (i = 0; i < 21; i++)
		ck_assert_str_eq(told[i].note, gai_strerror(EAI_NONAME));
}
END_TEST

/* The same name is another one in another family. */
START_TEST(one_lookup_for_each_family)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	size_t i;

	new_engine(0);
	for (i = 0; i < 9; i++) {
		add_host(i < 6 ? "none.test" : "None.test", 9, &connects);
		targets[i].family = families[i % 3];
	}
	await_told(9);
	assert_lookups(6);
}
END_TEST

/* Each waits as long as it may, and no longer. */
START_TEST(lookup_times_out_for_each)
{
	static const int64_t seconds[] = { 5, 2, 8, 2, 3 };
	static const struct {
		int64_t second;
		size_t told;
	} moments[] = { { 2, 2 }, { 3, 3 }, { 5, 4 }, { 8, 5 } };
	size_t i;

	new_engine(0);
	for (i = 0; i < ARRAY_SIZE(seconds); i++)
		add_until("late.test", 9, &connects, seconds[i] * CLOCK_SECOND);
	ck_assert_int_eq(turn(0), 2 * CLOCK_SECOND);
	for (i = 0; i < ARRAY_SIZE(moments); i++) {
		int64_t us = moments[i].second * CLOCK_SECOND;

		ck_assert_int_eq(turn(us - 1), us);
		ck_assert_uint_eq(n_told, i == 0 ? 0 : moments[i - 1].told);
		ck_assert(engine_busy(engine));
		(void)turn(us);
		ck_assert_uint_eq(n_told, moments[i].told);
	}
	ck_assert_uint_eq(count_told(OUTCOME_LOOKUP_TIMEOUT), n_told);
	for (i = 0; i < n_told; i++) {
		size_t target = (size_t)(told[i].target - targets);

		ck_assert_int_eq(told[i].at_us, seconds[target] * CLOCK_SECOND);
		ck_assert_int_eq(told[i].resolve_us, told[i].at_us);
		ck_assert_int_eq(told[i].time_us, RESULT_NONE);
		ck_assert_uint_eq(told[i].n_attempts, 0);
	}
	ck_assert(!engine_busy(engine));
	assert_lookups(1);
}
END_TEST

/* For those who still wait it is in time. */
START_TEST(lookup_that_is_late_for_some)
{
	new_engine(0);
	fake = fake_start("tcp4 silent", NULL);
	add_until("late.test", fake_port(fake, 0), &connects, CLOCK_SECOND);
	add_until("late.test", fake_port(fake, 0), &connects, 9 * CLOCK_SECOND);
	(void)turn(0);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 0, OUTCOME_LOOKUP_TIMEOUT);
	(void)turn(4 * CLOCK_SECOND);
	release_names();
	await_told(2);
	assert_told(1, 1, OUTCOME_OK);
	ck_assert_int_eq(told[1].resolve_us, 4 * CLOCK_SECOND);
	assert_lookups(1);
}
END_TEST

/* One that comes when nobody waits is there for the next. */
START_TEST(lookup_that_nobody_waits_for)
{
	new_engine(0);
	fake = fake_start("tcp4 silent", NULL);
	add_until("late.test", fake_port(fake, 0), &connects, CLOCK_SECOND);
	(void)turn(0);
	(void)turn(CLOCK_SECOND);
	assert_told(0, 0, OUTCOME_LOOKUP_TIMEOUT);
	release_names();
	engine_wait(engine, now + PATIENCE_MS * MS);
	ck_assert_uint_eq(n_told, 1);
	add_host("late.test", fake_port(fake, 0), &connects);
	await_told(2);
	assert_told(1, 1, OUTCOME_OK);
	assert_lookups(1);
}
END_TEST

/* A probe may take its time only from when it is started. */
START_TEST(resolution_is_no_part_of_the_timeout)
{
	new_engine_of((struct engine_conf){ .timeout_us = CLOCK_SECOND });
	fake = fake_start("tcp4 full", NULL);
	add_host("late.test", fake_port(fake, 0), &connects);
	(void)turn(0);
	ck_assert_int_eq(turn(3 * CLOCK_SECOND), DEADLINE_US);
	release_names();
	engine_wait(engine, now + PATIENCE_MS * MS);
	ck_assert_int_eq(turn(3 * CLOCK_SECOND), 4 * CLOCK_SECOND);
	(void)turn(4 * CLOCK_SECOND - 1);
	ck_assert_uint_eq(n_told, 0);
	(void)turn(4 * CLOCK_SECOND);
	assert_told(0, 0, OUTCOME_TIMEOUT);
	ck_assert_int_eq(told[0].time_us, CLOCK_SECOND);
	ck_assert_int_eq(told[0].resolve_us, 3 * CLOCK_SECOND);
}
END_TEST

/* What is too old is used all the same, and renewed meanwhile. */
START_TEST(names_that_age)
{
	const int64_t age_us = 5 * CLOCK_SECOND;

	new_engine_of((struct engine_conf){ .names_us = age_us });
	fake = fake_start("tcp4 say '220'", NULL);
	release_names();
	add_host("late.test", fake_port(fake, 0), &expects);
	await_told(1);
	hold_names();
	(void)turn(age_us - 1);
	add_host("late.test", fake_port(fake, 0), &expects);
	await_told(2);
	assert_lookups(1);
	(void)turn(age_us + MS);
	add_host("late.test", fake_port(fake, 0), &expects);
	add_host("late.test", fake_port(fake, 0), &expects);
	await_told(4);
	assert_lookups(2);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 4);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* A name that was not found is asked for again, once for all who wait then. */
START_TEST(names_that_are_not_found)
{
	const int64_t age_us = NAMES_FAILED_US;
	size_t i;

	new_engine_of((struct engine_conf){ .names_us = 5 * age_us });
	add_host("none.test", 9, &connects);
	await_told(1);
	(void)turn(age_us - 1);
	for (i = 1; i < 20; i++)
		add_host("none.test", 9, &connects);
	(void)turn(age_us - 1);
	ck_assert_uint_eq(n_told, 20);
	assert_lookups(1);
	(void)turn(age_us + MS);
	for (; i < 40; i++)
		add_host("none.test", 9, &connects);
	(void)turn(age_us + MS);
	ck_assert_uint_eq(n_told, 20);
	ck_assert_uint_eq(engine_waiting(engine), 20);
	await_told(40);
	assert_lookups(2);
	ck_assert_uint_eq(count_told(OUTCOME_UNRESOLVED), 40);
}
END_TEST

START_TEST(no_descriptors_to_resolve)
{
	struct rlimit before, limit;
	int lowest;

	new_engine(0);
	add_host("one.test", 9, &connects);
	lowest = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(lowest);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)lowest;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	(void)turn(0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_told(0, 0, OUTCOME_LOCAL_ERROR);
	ck_assert_str_eq(told[0].note, strerror(EMFILE));
	/* It works again for the next one. */
	add_host("none.test", 9, &connects);
	await_told(2);
	assert_told(1, 1, OUTCOME_UNRESOLVED);
}
END_TEST

/* Many targets. */

START_TEST(one_at_a_time_in_order)
{
	size_t i;

	new_engine(1);
	fake = fake_start("tcp4 say '220'", "tcp4 close", "tcp4 closed",
	    "unix say '500'", NULL);
	for (i = 0; i < 40; i++)
		add((unsigned)i % 4, &expects);
	await_told(40);
	for (i = 0; i < 40; i += 4) {
		assert_told(i, i, OUTCOME_OK);
		assert_told(i + 1, i + 1, OUTCOME_NO_DATA);
		assert_told(i + 2, i + 2, OUTCOME_REFUSED);
		assert_told(i + 3, i + 3, OUTCOME_MISMATCH);
	}
	ck_assert(fake_wait_log(fake, "closed 0 #10"));
	ck_assert_uint_eq(fake_count(fake, "accept", 0), 10);
}
END_TEST

static const unsigned parallels[] = { 1, 2, 7 };

/* The next one begins when one has ended, not earlier. */
START_TEST(never_more_than_parallel)
{
	unsigned parallel = parallels[_i];
	size_t i;
	int fd = -1;

	listen_here();
	new_engine(parallel);
	for (i = 0; i < 20; i++)
		add_host("127.0.0.1", listener_port, &expects);
	(void)turn(0);
	(void)turn(1);
	ck_assert_uint_eq(accept_all(&fd), parallel);
	for (i = 1; i + parallel <= 20; i++) {
		events(0);
		ck_assert_uint_eq(accept_all(&fd), 0);
		ck_assert_int_eq(send(fd, "220", 3, 0), 3);
		await_told(i);
		ck_assert_uint_eq(accept_all(&fd), 1);
	}
	ck_assert_uint_eq(count_told(OUTCOME_OK), n_told);
	(void)turn(DEADLINE_US);
	ck_assert_uint_eq(n_told, 20);
	ck_assert_uint_eq(accept_all(&fd), 0);
}
END_TEST

/* What waits for a name, for its turn or for its second turn is not in flight. */
START_TEST(counts)
{
	new_engine_of((struct engine_conf){
	    .parallel = 1,
	    .timeout_us = CLOCK_SECOND,
	    .retries = 1,
	});
	fake = fake_start("tcp4 full", NULL);
	ck_assert_uint_eq(engine_in_flight(engine), 0);
	ck_assert_uint_eq(engine_waiting(engine), 0);
	add_host("hang.test", 9, &connects);
	add(0, &connects);
	add(0, &connects);
	ck_assert_uint_eq(engine_in_flight(engine), 0);
	ck_assert_uint_eq(engine_waiting(engine), 3);
	(void)turn(0);
	ck_assert_uint_eq(engine_in_flight(engine), 1);
	ck_assert_uint_eq(engine_waiting(engine), 2);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(engine_in_flight(engine), 1);
	ck_assert_uint_eq(engine_waiting(engine), 2);
	(void)turn(3 * CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 0);
	ck_assert_uint_eq(engine_in_flight(engine), 1);
	(void)turn(DEADLINE_US);
	ck_assert_uint_eq(engine_waiting(engine), 0);
	ck_assert_uint_eq(engine_in_flight(engine), 0);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* More at once or fewer, from then on; nothing is broken off. */
START_TEST(other_limits)
{
	int fd = -1;
	size_t i;

	listen_here();
	new_engine(2);
	for (i = 0; i < 12; i++)
		add_host("127.0.0.1", listener_port, &expects);
	(void)turn(0);
	ck_assert_uint_eq(accept_all(&fd), 2);
	engine_limit(engine, 5, 0, 0, 0);
	(void)turn(1);
	ck_assert_uint_eq(accept_all(&fd), 3);
	ck_assert_uint_eq(engine_in_flight(engine), 5);
	engine_limit(engine, 4, 0, 0, 0);
	ck_assert_int_eq(send(fd, "220", 3, 0), 3);
	await_told(1);
	ck_assert_uint_eq(engine_in_flight(engine), 4);
	engine_limit(engine, 0, 0, 0, 0);
	(void)engine_turn(engine, now);
	ck_assert_uint_eq(engine_in_flight(engine), 11);
	ck_assert_uint_eq(n_told, 1);
}
END_TEST

/* Handshakes take processor time; the others do not wait behind them. */
START_TEST(never_more_with_tls)
{
	const struct tls_conf conf = { 0 };
	struct dialogue with_tls = expects;
	int fd = -1;

	with_tls.tls = tls_context_new(&conf);
	if (with_tls.tls == NULL)
		return; /* a build without TLS */
	listen_here();
	new_engine_of((struct engine_conf){ .parallel_tls = 2 });
	add_host("127.0.0.1", listener_port, &with_tls);
	add_host("127.0.0.1", listener_port, &with_tls);
	add_host("127.0.0.1", listener_port, &with_tls);
	add_host("127.0.0.1", listener_port, &with_tls);
	add_host("127.0.0.1", listener_port, &expects);
	add_host("/nonexistent/socket", 0, &expects);
	(void)turn(0);
	(void)turn(1);
	assert_told(0, 5, OUTCOME_UNRESOLVED);
	ck_assert_uint_eq(accept_all(&fd), 3);
	events(0);
	ck_assert_uint_eq(accept_all(&fd), 0);
	/* One of the two ends, and the next is the one that was there first. */
	ck_assert_int_eq(send(fd, "220", 3, 0), 3);
	await_told(2);
	assert_told(1, 0, OUTCOME_OK);
	ck_assert_uint_eq(accept_all(&fd), 1);
	ck_assert_int_eq(send(fd, "220", 3, 0), 3);
	await_told(3);
	assert_told(2, 2, OUTCOME_OK);
	ck_assert_uint_eq(accept_all(&fd), 1);
	(void)turn(DEADLINE_US);
	ck_assert_uint_eq(n_told, 6);
	tls_context_free(with_tls.tls);
}
END_TEST

/* Handlers, in place of which something ends when it is woken. */

static size_t started, most_at_once, at_once;

static void
stub_start(struct probe *p, const struct addr *addrs, size_t n,
    int64_t deadline_us, int64_t hedge_us, int64_t now_us)
{
	(void)addrs;
	(void)n;
	(void)hedge_us;
	(void)now_us;
	started++;
	if (++at_once > most_at_once)
		most_at_once = at_once;
	timers_set(p->env->timers, &p->timer, deadline_us);
}

static void
stub_end(struct probe *p, enum outcome outcome, const char *note)
{
	const struct result r = { .outcome = outcome,
		.note = note,
		.time_us = CLOCK_SECOND,
		.rtt_us = RESULT_NONE };

	at_once--;
	timers_unset(p->env->timers, &p->timer);
	p->env->done(p->env->ctx, p, &r);
}

static void
stub_wake(struct probe *p, int64_t now_us)
{
	(void)now_us;
	stub_end(p, OUTCOME_HANDLER_CRITICAL, NULL);
}

static void
stub_stop(struct probe *p, const char *note, int64_t now_us)
{
	(void)now_us;
	stub_end(p, OUTCOME_NOT_PROBED, note);
}

static void
stub_clear(struct probe *p)
{
	(void)p;
}

static const struct probe_kind stub = { sizeof(struct probe), stub_start,
	stub_wake, stub_stop, stub_clear, NULL };

static const struct handler *some_handler = (const void *)&stub;

static void
add_handled(struct terms *terms)
{
	*terms = (struct terms){ .timeout_us = CLOCK_SECOND,
		.handler = some_handler };
	targets[n_targets].terms = terms;
	targets[n_targets].host = "127.0.0.1";
	targets[n_targets].dialogue = &connects;
	engine_add(engine, &targets[n_targets++], START_US + DEADLINE_US);
}

/* Those that wait for their own limit hold nobody else up. */
START_TEST(never_more_handlers)
{
	struct terms terms;
	size_t i;

	new_engine_of((struct engine_conf){
	    .parallel_handlers = 2, .handlers = &stub });
	for (i = 0; i < 5; i++)
		add_handled(&terms);
	add_host("/nonexistent/socket", 0, &connects);
	(void)turn(0);
	ck_assert_uint_eq(started, 2);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 5, OUTCOME_UNRESOLVED);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(started, 4);
	(void)turn(2 * CLOCK_SECOND);
	(void)turn(3 * CLOCK_SECOND);
	ck_assert_uint_eq(most_at_once, 2);
	for (i = 0; i < 5; i++)
		assert_told(i + 1, i, OUTCOME_HANDLER_CRITICAL);
	ck_assert(!engine_busy(engine));
}
END_TEST

START_TEST(other_limit_of_handlers)
{
	struct terms terms;
	size_t i;

	new_engine_of((struct engine_conf){
	    .parallel_handlers = 1, .handlers = &stub });
	for (i = 0; i < 5; i++)
		add_handled(&terms);
	(void)turn(0);
	engine_limit(engine, 0, 0, 3, 0);
	(void)turn(1);
	ck_assert_uint_eq(started, 3);
	engine_limit(engine, 0, 0, 0, 0);
	(void)turn(2);
	ck_assert_uint_eq(started, 5);
	/* All the same that of all counts. */
	add_handled(&terms);
	engine_limit(engine, 5, 0, 0, 0);
	(void)turn(3);
	ck_assert_uint_eq(started, 5);
}
END_TEST

/* Those that were put aside are told of a stop, too. */
START_TEST(stop_of_those_aside)
{
	struct terms terms;
	size_t i;

	new_engine_of((struct engine_conf){
	    .parallel_handlers = 1, .handlers = &stub });
	for (i = 0; i < 5; i++)
		add_handled(&terms);
	(void)turn(0);
	engine_stop(engine, "note", now);
	ck_assert_uint_eq(count_told(OUTCOME_NOT_PROBED), 5);
	ck_assert(!engine_busy(engine));
}
END_TEST

static struct terms endless_terms;
static struct target endless_target;
static size_t endless_added;

/* Handlers without end, all the same target. */
static bool
more_handlers(void *ctx)
{
	(void)ctx;
	endless_terms = (struct terms){ .timeout_us = CLOCK_SECOND,
		.handler = some_handler };
	endless_target = (struct target){ "127.0.0.1", 1, AF_UNSPEC, &connects,
		.terms = &endless_terms };
	ck_assert_uint_lt(endless_added, 1000000);
	endless_added++;
	engine_add(engine, &endless_target, START_US + DEADLINE_US);
	return true;
}

/* Nobody is asked for more without end, to find one that need not wait. */
START_TEST(few_are_put_aside)
{
	size_t before;

	new_engine_of((struct engine_conf){
	    .parallel_handlers = 1, .handlers = &stub, .more = more_handlers });
	(void)turn(0);
	ck_assert_uint_eq(started, 1);
	before = endless_added;
	ck_assert_uint_le(before, 70000);
	(void)turn(1);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(started, 2);
	ck_assert_uint_le(endless_added, before + 2);
}
END_TEST

START_TEST(three_hundred_at_once)
{
	size_t i;

	new_engine(0);
	fake = fake_start("tcp4 say '220'", "tcp4 closed", "tcp4 silent",
	    "unix say '500'", NULL);
	for (i = 0; i < 300; i++)
		add((unsigned)i % 4, &expects);
	await_told(225);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 75);
	ck_assert_uint_eq(count_told(OUTCOME_REFUSED), 75);
	ck_assert_uint_eq(count_told(OUTCOME_MISMATCH), 75);
	(void)turn(DEADLINE_US - 1);
	ck_assert_uint_eq(n_told, 225);
	(void)turn(DEADLINE_US);
	ck_assert_uint_eq(n_told, 300);
	ck_assert_uint_eq(count_told(OUTCOME_STALLED), 75);
	for (i = 0; i < 300; i++)
		ck_assert_uint_eq((size_t)(told[i].target - targets) % 4,
		    told[i].outcome == OUTCOME_OK            ? 0
			: told[i].outcome == OUTCOME_REFUSED ? 1
			: told[i].outcome == OUTCOME_STALLED ? 2
							     : 3);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* One that answers is not held up by those that do not. */
START_TEST(silent_ones_hold_nobody_up)
{
	size_t i;

	new_engine(0);
	fake = fake_start("tcp4 full", "tcp4 silent", "tcp4 say '220'", NULL);
	for (i = 0; i < 40; i++)
		add((unsigned)i % 2, &expects);
	add_host("hang.test", 9, &expects);
	add(2, &expects);
	await_told(1);
	assert_told(0, 41, OUTCOME_OK);
}
END_TEST

/*
 * A target whose time was over before its turn came was not asked: nothing can
 * be said of it, and no connection is made.
 */
START_TEST(turn_after_the_deadline)
{
	new_engine(1);
	fake = fake_start("tcp4 full", "tcp4 silent", "tcp4 closed", NULL);
	add(0, &connects);
	add(1, &connects);
	add(2, &connects);
	(void)turn(0);
	(void)turn(DEADLINE_US);
	(void)turn(DEADLINE_US + 1);
	ck_assert_uint_eq(n_told, 3);
	assert_told(0, 0, OUTCOME_TIMEOUT);
	assert_told(1, 1, OUTCOME_NOT_PROBED);
	assert_told(2, 2, OUTCOME_NOT_PROBED);
	ck_assert_uint_eq(fake_count(fake, "accept", 1), 0);
}
END_TEST

/* The time of each. */

START_TEST(timeout_of_each)
{
	new_engine_of((struct engine_conf){ .timeout_us = 2 * CLOCK_SECOND });
	fake = fake_start("tcp4 full", "tcp4 silent", NULL);
	add(0, &connects);
	(void)turn(0);
	add(1, &expects);
	(void)turn(CLOCK_SECOND);
	ck_assert_int_eq(turn(2 * CLOCK_SECOND - 1), 2 * CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 0);
	ck_assert_int_eq(turn(2 * CLOCK_SECOND), 3 * CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 0, OUTCOME_TIMEOUT);
	ck_assert_int_eq(told[0].time_us, 2 * CLOCK_SECOND);
	(void)turn(3 * CLOCK_SECOND - 1);
	ck_assert_uint_eq(n_told, 1);
	ck_assert_int_eq(turn(3 * CLOCK_SECOND), CLOCK_NEVER);
	assert_told(1, 1, OUTCOME_STALLED);
	ck_assert_int_eq(told[1].time_us, 2 * CLOCK_SECOND);
}
END_TEST

/*
 * One that had less than half of its time when the run ended was not probed,
 * unless it answered.
 */
static const struct {
	const char *script;
	const struct dialogue *dialogue;
	int64_t start_us;
	enum outcome outcome;
} cuts[] = {
	{ "tcp4 full", &connects, 8 * CLOCK_SECOND, OUTCOME_TIMEOUT },
	{ "tcp4 full", &connects, 8500 * MS, OUTCOME_TIMEOUT },
	{ "tcp4 full", &connects, 9 * CLOCK_SECOND, OUTCOME_TIMEOUT },
	{ "tcp4 full", &connects, 9 * CLOCK_SECOND + 1, OUTCOME_NOT_PROBED },
	{ "tcp4 full", &connects, DEADLINE_US - 1, OUTCOME_NOT_PROBED },
	{ "tcp4 full", &connects, DEADLINE_US, OUTCOME_NOT_PROBED },
	{ "tcp4 silent", &expects, 9 * CLOCK_SECOND, OUTCOME_STALLED },
	{ "tcp4 silent", &expects, 9 * CLOCK_SECOND + 1, OUTCOME_NOT_PROBED },
	{ "tcp4 silent", &connects, DEADLINE_US - 1, OUTCOME_OK },
	{ "tcp4 closed", &connects, DEADLINE_US - 1, OUTCOME_REFUSED },
	{ "tcp4 say '500'", &expects, 9500 * MS, OUTCOME_MISMATCH },
	{ "tcp4 close", &expects, 9500 * MS, OUTCOME_NO_DATA },
};

START_TEST(cut_short)
{
	new_engine_of((struct engine_conf){ .timeout_us = 2 * CLOCK_SECOND });
	fake = fake_start(cuts[_i].script, NULL);
	add(0, cuts[_i].dialogue);
	now = START_US + cuts[_i].start_us;
	if (cuts[_i].outcome == OUTCOME_MISMATCH ||
	    cuts[_i].outcome == OUTCOME_NO_DATA) {
		await_told(1);
	} else {
		(void)turn(cuts[_i].start_us);
		(void)turn(DEADLINE_US);
	}
	assert_told(0, 0, cuts[_i].outcome);
	if (cuts[_i].outcome == OUTCOME_NOT_PROBED)
		ck_assert_str_eq(told[0].note, "the run ended first");
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Without a time of its own a probe has what there is. */
START_TEST(not_cut_short_without_a_timeout)
{
	new_engine(0);
	fake = fake_start("tcp4 full", NULL);
	add(0, &connects);
	(void)turn(DEADLINE_US - 1);
	(void)turn(DEADLINE_US);
	assert_told(0, 0, OUTCOME_TIMEOUT);
}
END_TEST

/* Once more. */

static const struct {
	const char *script;
	const struct dialogue *dialogue;
	unsigned retries;
	enum outcome outcome;
	unsigned accepts; /* connections that were made */
	int64_t seconds;  /* until it is told */
} retries[] = {
	{ "tcp4 silent", &expects, 0, OUTCOME_STALLED, 1, 1 },
	{ "tcp4 silent", &expects, 1, OUTCOME_STALLED, 2, 2 },
	{ "tcp4 silent", &expects, 3, OUTCOME_STALLED, 4, 4 },
	{ "unix silent", &expects, 2, OUTCOME_STALLED, 3, 3 },
	{ "tcp4 full", &connects, 0, OUTCOME_TIMEOUT, 0, 1 },
	{ "tcp4 full", &connects, 2, OUTCOME_TIMEOUT, 0, 3 },
	{ "tcp4 once ( silent ) say '220'", &expects, 3, OUTCOME_OK, 2, 1 },
	{ "tcp4 first 2 ( silent ) then ( close )", &expects, 3,
	    OUTCOME_NO_DATA, 3, 2 },
	{ "tcp4 once ( silent ) say '500'", &expects, 3, OUTCOME_MISMATCH, 2,
	    1 },
	/* Whatever it is, it is an answer. */
	{ "tcp4 silent", &connects, 3, OUTCOME_OK, 1, 0 },
	{ "tcp4 closed", &connects, 3, OUTCOME_REFUSED, 0, 0 },
	{ "tcp4 say '500'", &expects, 3, OUTCOME_MISMATCH, 1, 0 },
	{ "tcp4 close", &expects, 3, OUTCOME_NO_DATA, 1, 0 },
	{ "tcp4 read reset", &talks, 3, OUTCOME_RESET, 1, 0 },
};

START_TEST(retry)
{
	int64_t us;
	unsigned i;

	new_engine_of((struct engine_conf){
	    .timeout_us = CLOCK_SECOND,
	    .retries = retries[_i].retries,
	});
	fake = fake_start(retries[_i].script, NULL);
	add(0, retries[_i].dialogue);
	(void)turn(0);
	for (us = CLOCK_SECOND; us <= retries[_i].seconds * CLOCK_SECOND;
	     us += CLOCK_SECOND) {
		(void)turn(us - CLOCK_SECOND + 1);
		events(QUIET_MS);
		(void)turn(us - 1);
		ck_assert_uint_eq(n_told, 0);
		(void)turn(us);
	}
	await_told(1);
	assert_told(0, 0, retries[_i].outcome);
	ck_assert_int_le(told[0].at_us,
	    retries[_i].seconds * CLOCK_SECOND + 1 * MS);
	ck_assert(!engine_busy(engine));
	/* The time is that of the last try. */
	ck_assert_int_le(told[0].time_us, CLOCK_SECOND);
	for (i = 0;
	     i < 100 && fake_count(fake, "accept", 0) < retries[_i].accepts;
	     i++)
		(void)usleep(10000);
	(void)usleep(QUIET_MS * 1000);
	ck_assert_uint_eq(fake_count(fake, "accept", 0), retries[_i].accepts);
}
END_TEST

/* One try had all its time: that the next has less, or none, changes nothing. */
START_TEST(retry_without_time)
{
	static const int64_t timeouts[] = { DEADLINE_US, 7 * CLOCK_SECOND };

	new_engine_of((struct engine_conf){
	    .timeout_us = timeouts[_i],
	    .retries = 1,
	});
	fake = fake_start("tcp4 full", NULL);
	add(0, &connects);
	(void)turn(0);
	(void)turn(timeouts[_i]);
	(void)turn(DEADLINE_US);
	assert_told(0, 0, OUTCOME_TIMEOUT);
}
END_TEST

/* Those that were not asked yet come first. */
START_TEST(retry_comes_last)
{
	new_engine_of((struct engine_conf){
	    .parallel = 1,
	    .timeout_us = CLOCK_SECOND,
	    .retries = 1,
	});
	fake = fake_start("tcp4 full", "tcp4 closed", NULL);
	add(0, &connects);
	add(1, &connects);
	add(0, &connects);
	(void)turn(0);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 1, OUTCOME_REFUSED);
	(void)turn(2 * CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 1);
	(void)turn(3 * CLOCK_SECOND);
	assert_told(1, 0, OUTCOME_TIMEOUT);
	(void)turn(4 * CLOCK_SECOND);
	assert_told(2, 2, OUTCOME_TIMEOUT);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Unless its time is over before that of those that were not asked yet. */
START_TEST(retry_that_hurries)
{
	new_engine_of((struct engine_conf){
	    .parallel = 1,
	    .timeout_us = CLOCK_SECOND,
	    .retries = 1,
	});
	fake = fake_start("tcp4 full", "tcp4 closed", NULL);
	add_until(fake_path(fake, 0), fake_port(fake, 0), &connects,
	    3 * CLOCK_SECOND);
	add(0, &connects);
	add(1, &connects);
	(void)turn(0);
	(void)turn(CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 0);
	(void)turn(2 * CLOCK_SECOND);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 0, OUTCOME_TIMEOUT);
	(void)turn(3 * CLOCK_SECOND);
	assert_told(1, 2, OUTCOME_REFUSED);
	(void)turn(4 * CLOCK_SECOND);
	assert_told(2, 1, OUTCOME_TIMEOUT);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* A second socket. */

START_TEST(hedge)
{
	new_engine_of((struct engine_conf){ .hedge = _i == 1 });
	fake = fake_start("tcp4 full", "tcp4 silent", NULL);
	/* Of the least round trip three times are less than that. */
	add(1, &connects);
	await_told(1);
	add(0, &connects);
	(void)turn(10 * MS);
	if (_i == 1) {
		ck_assert_int_eq(turn(11 * MS), 160 * MS);
		ck_assert_int_eq(turn(160 * MS), DEADLINE_US);
	} else {
		ck_assert_int_eq(turn(11 * MS), DEADLINE_US);
	}
	(void)turn(DEADLINE_US);
	assert_told(1, 1, OUTCOME_TIMEOUT);
	ck_assert_uint_eq(told[1].n_attempts, _i == 1 ? 2 : 1);
}
END_TEST

/* So many in a second. */

START_TEST(rate)
{
	int fd = -1;
	size_t i;

	listen_here();
	new_engine_of((struct engine_conf){ .rate = 10 });
	for (i = 0; i < 6; i++)
		add_host("127.0.0.1", listener_port, &expects);
	(void)turn(0);
	for (i = 0; i < 3; i++) {
		int64_t us = (int64_t)i * 100 * MS;

		ck_assert_uint_eq(accept_all(&fd), 1);
		ck_assert_int_eq(turn(us + 1), us + 100 * MS);
		ck_assert_int_eq(turn(us + 100 * MS - 1), us + 100 * MS);
		ck_assert_uint_eq(accept_all(&fd), 0);
		(void)turn(us + 100 * MS);
	}
	ck_assert_uint_eq(accept_all(&fd), 1);
	/* Time that went unused is not made up for. */
	(void)turn(750 * MS);
	ck_assert_uint_eq(accept_all(&fd), 1);
	ck_assert_int_eq(turn(750 * MS + 1), 850 * MS);
	(void)turn(850 * MS - 1);
	ck_assert_uint_eq(accept_all(&fd), 0);
	(void)turn(850 * MS);
	ck_assert_uint_eq(accept_all(&fd), 1);
	ck_assert_int_eq(turn(850 * MS + 1), DEADLINE_US);
	ck_assert_uint_eq(n_told, 0);
}
END_TEST

/*
 * A loop that can only wait for whole milliseconds, and that long, starts as many
 * as it is late for.
 */
START_TEST(rate_of_a_late_loop)
{
	int64_t ms;
	size_t i;

	new_engine_of((struct engine_conf){ .rate = 5000 });
	fake = fake_start("tcp4 full", NULL);
	for (i = 0; i < TARGETS_MAX; i++)
		add(0, &connects);
	for (ms = 0; ms <= 50; ms++) {
		(void)turn(ms * MS);
		ck_assert_uint_eq(engine_in_flight(engine), (size_t)ms * 5 + 1);
	}
	/* It did not run, or had nothing to do. */
	(void)turn(100 * MS);
	ck_assert_uint_eq(engine_in_flight(engine), 50 * 5 + 2);
}
END_TEST

/* A rate that was low does not hold up what comes after it. */
START_TEST(other_rate)
{
	size_t i;

	new_engine_of((struct engine_conf){ .rate = 1 });
	fake = fake_start("tcp4 full", NULL);
	for (i = 0; i < 20; i++)
		add(0, &connects);
	ck_assert_int_eq(turn(0), CLOCK_SECOND);
	engine_limit(engine, 0, 0, 0, 1);
	ck_assert_int_eq(turn(1), CLOCK_SECOND);
	engine_limit(engine, 0, 0, 0, 10);
	ck_assert_int_eq(turn(2), 2 + 100 * MS);
	ck_assert_uint_eq(engine_in_flight(engine), 2);
	engine_limit(engine, 0, 0, 0, 0);
	(void)turn(3);
	ck_assert_uint_eq(engine_in_flight(engine), 20);
}
END_TEST

/* Both limits hold, and one more try is one more probe. */
START_TEST(rate_of_retries)
{
	new_engine_of((struct engine_conf){
	    .rate = 2,
	    .retries = 1,
	    .timeout_us = 100 * MS,
	});
	fake = fake_start("tcp4 full", NULL);
	add(0, &connects);
	add(0, &connects);
	ck_assert_int_eq(turn(0), 100 * MS);
	ck_assert_int_eq(turn(100 * MS), 500 * MS);
	ck_assert_int_eq(turn(500 * MS), 600 * MS);
	ck_assert_int_eq(turn(600 * MS), CLOCK_SECOND);
	ck_assert_int_eq(turn(CLOCK_SECOND), 1100 * MS);
	ck_assert_uint_eq(n_told, 0);
	ck_assert_int_eq(turn(1100 * MS), 1500 * MS);
	ck_assert_uint_eq(n_told, 1);
	(void)turn(1500 * MS);
	(void)turn(1600 * MS);
	ck_assert_uint_eq(n_told, 2);
	ck_assert_uint_eq(count_told(OUTCOME_TIMEOUT), 2);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Who is not asked in time is told in time, and does not wait for the rate. */
START_TEST(rate_and_deadline)
{
	size_t i;

	new_engine_of((struct engine_conf){ .rate = 1 });
	fake = fake_start("tcp4 closed", NULL);
	for (i = 0; i < 3; i++)
		add_until(fake_path(fake, 0), fake_port(fake, 0), &connects,
		    200 * MS);
	ck_assert_int_eq(turn(0), 200 * MS);
	(void)turn(1);
	ck_assert_uint_eq(n_told, 1);
	ck_assert_int_eq(turn(200 * MS), CLOCK_NEVER);
	ck_assert_uint_eq(n_told, 3);
	assert_told(1, 1, OUTCOME_NOT_PROBED);
	assert_told(2, 2, OUTCOME_NOT_PROBED);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Where connections come from. */

static struct sock_conf
from(const char *source)
{
	struct sock_conf conf = { .interface = NULL };
	const char *why;

	ck_assert_int_eq(addr_parse(source, AF_UNSPEC, &conf.source, &why),
	    ADDR_LITERAL);
	return conf;
}

START_TEST(source_address)
{
	new_engine_of((struct engine_conf){ .sock = from("127.0.0.2") });
	fake = fake_start("tcp4 silent", "unix silent", NULL);
	add(0, &connects);
	add(1, &connects);
	await_told(2);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 2);
	ck_assert(fake_wait_log(fake, "accept 0 #1 127.0.0.2:"));
}
END_TEST

START_TEST(source_address_that_is_not_ours)
{
	new_engine_of((struct engine_conf){ .sock = from("198.51.100.7") });
	fake = fake_start("tcp4 silent", NULL);
	add(0, &connects);
	ck_assert_int_eq(turn(0), CLOCK_NEVER);
	assert_told(0, 0, OUTCOME_LOCAL_ERROR);
	ck_assert_int_eq(told[0].time_us, RESULT_NONE);
}
END_TEST

/* What is left of a refused connection does not outlive the engine. */
START_TEST(refused_socket_is_used_again)
{
	int fd, other;
	size_t i;

	new_engine(1);
	fake = fake_start("tcp4 closed", "tcp4 silent", NULL);
	fd = next_fd();
	other = fcntl(STDIN_FILENO, F_DUPFD, fd + 1);
	close(other);
	for (i = 0; i < 50; i++)
		add(0, &connects);
	await_told(50);
	ck_assert_uint_eq(count_told(OUTCOME_REFUSED), 50);
	/* It was one all the time. */
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	ck_assert_int_eq(next_fd(), other);
	add(1, &connects);
	await_told(51);
	assert_told(50, 50, OUTCOME_OK);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	/* Nor the targets that it was made for, if they are forgotten. */
	add(0, &connects);
	await_told(52);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	engine_forget_targets(engine);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	engine_forget_targets(engine);
	add(0, &connects);
	await_told(53);
	ck_assert_uint_eq(count_told(OUTCOME_REFUSED), 52);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	engine_free(engine);
	engine = NULL;
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

/* Targets that are added as they are needed. */

static size_t more_calls, more_left, more_each;

static bool
more(void *ctx)
{
	size_t i;

	ck_assert_ptr_eq(ctx, &engine);
	more_calls++;
	if (more_left == 0)
		return false;
	for (i = 0; i < more_each && more_left > 0; i++, more_left--)
		add(0, &expects);
	return true;
}

static void
new_engine_with_more(unsigned parallel, size_t n, size_t each)
{
	more_left = n;
	more_each = each;
	new_engine_of((struct engine_conf){
	    .parallel = parallel, .more = more });
}

START_TEST(more_when_needed)
{
	size_t i, calls;

	new_engine_with_more(3, 40, 2);
	fake = fake_start("tcp4 silent", NULL);
	ck_assert(engine_busy(engine));
	ck_assert_uint_eq(more_calls, 0);
	/* Three are started: the first two, and one of the next two. */
	(void)turn(0);
	ck_assert_uint_eq(more_calls, 2);
	for (i = 1; i < 10; i++) {
		(void)turn((int64_t)i);
		events(0);
	}
	ck_assert_uint_eq(more_calls, 2);
	ck_assert_uint_eq(n_targets, 4);
	/* The three end: three more are started, and never one too many. */
	(void)turn(DEADLINE_US);
	calls = more_calls;
	ck_assert_uint_ge(n_told, 3);
	ck_assert_uint_le(n_targets, n_told + 3 + 2);
	while (engine_busy(engine))
		(void)turn(DEADLINE_US);
	ck_assert_uint_ge(more_calls, calls);
	ck_assert_uint_eq(n_told, 40);
	ck_assert_uint_eq(more_calls, 21);
}
END_TEST

START_TEST(more_until_there_are_none)
{
	new_engine_with_more(2, 40, 1);
	fake = fake_start("tcp4 say '220'", NULL);
	await_told(40);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 40);
	ck_assert(!engine_busy(engine));
	ck_assert_uint_eq(more_calls, 41);
	/* It is not asked again. */
	more_left = 1;
	add(0, &expects);
	await_told(41);
	ck_assert_uint_eq(more_calls, 41);
	ck_assert(!engine_busy(engine));
}
END_TEST

START_TEST(no_more_from_the_beginning)
{
	new_engine_with_more(0, 0, 1);
	ck_assert(engine_busy(engine));
	ck_assert_int_eq(turn(0), CLOCK_NEVER);
	ck_assert(!engine_busy(engine));
	ck_assert_uint_eq(more_calls, 1);
}
END_TEST

/* Nor are those asked again before the others were asked once. */
START_TEST(more_comes_before_a_retry)
{
	size_t i;

	more_left = 4;
	more_each = 1;
	new_engine_of((struct engine_conf){
	    .parallel = 1,
	    .timeout_us = CLOCK_SECOND,
	    .retries = 1,
	    .more = more,
	});
	fake = fake_start("tcp4 silent", NULL);
	for (i = 0; i < 4; i++) {
		(void)turn((int64_t)i * CLOCK_SECOND);
		ck_assert_uint_eq(n_targets, i + 1);
	}
	for (; i < 8; i++) {
		(void)turn((int64_t)i * CLOCK_SECOND);
		ck_assert_uint_eq(n_told, i - 4);
	}
	(void)turn(8 * CLOCK_SECOND);
	for (i = 0; i < 4; i++)
		assert_told(i, i, OUTCOME_STALLED);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Who adds none now may add some when asked again at once. */
static bool
more_in_the_end(void *ctx)
{
	if (++more_calls % 5 != 0)
		return true;
	more_calls--;
	if (!more(ctx))
		return false;
	return true;
}

START_TEST(more_that_adds_nothing_is_asked_again)
{
	more_left = 3;
	more_each = 1;
	new_engine_of((struct engine_conf){ .more = more_in_the_end });
	fake = fake_start("tcp4 say '220'", NULL);
	await_told(3);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 3);
	ck_assert(!engine_busy(engine));
	ck_assert_uint_eq(more_calls, 20);
}
END_TEST

START_TEST(more_is_told_of_a_stop)
{
	size_t i;

	new_engine_with_more(2, 100, 7);
	fake = fake_start("tcp4 silent", NULL);
	(void)turn(0);
	ck_assert_uint_eq(more_calls, 1);
	engine_stop(engine, "interrupted", now);
	ck_assert_uint_eq(n_told, 100);
	ck_assert_uint_eq(count_told(OUTCOME_NOT_PROBED), 100);
	for (i = 0; i < 100; i++)
		ck_assert_str_eq(told[i].note, "interrupted");
	ck_assert(!engine_busy(engine));
	ck_assert_uint_eq(more_left, 0);
	ck_assert(fake_wait_log(fake, "closed 0 #2"));
	ck_assert_uint_eq(fake_count(fake, "accept", 0), 2);
}
END_TEST

START_TEST(more_is_not_asked_by_free)
{
	new_engine_with_more(2, 100, 7);
	fake = fake_start("tcp4 silent", NULL);
	(void)turn(0);
	engine_free(engine);
	engine = NULL;
	ck_assert_uint_eq(more_calls, 1);
	ck_assert_uint_eq(n_told, 0);
}
END_TEST

/* Few are started in one turn, which says that there are more. */
START_TEST(turn_is_short)
{
	size_t before, turns = 0;

	new_engine(0);
	fake = fake_start("tcp4 closed", NULL);
	while (n_targets < TARGETS_MAX)
		add(0, &connects);
	while (engine_busy(engine)) {
		before = n_told;
		ck_assert_int_eq(turn(0),
		    n_told < TARGETS_MAX ? 0 : CLOCK_NEVER);
		ck_assert_uint_gt(n_told, before);
		ck_assert_uint_le(n_told - before, 64);
		turns++;
	}
	ck_assert_uint_ge(turns, 5);
	ck_assert_uint_eq(count_told(OUTCOME_REFUSED), TARGETS_MAX);
}
END_TEST

/* A peer without an end keeps neither a turn from its end nor the others. */
START_TEST(endless_peer_holds_nobody_up)
{
	static const struct dialogue much = {
		&steps[1],
		1,
		.max_bytes = (size_t)1 << 30,
	};
	static const struct pattern x = { PATTERN_ANYWHERE, BYTES("nothing"),
		NULL };
	static const struct step wants_more = {
		.kind = STEP_EXPECT,
		.expect = { &x, 1, false },
	};
	struct dialogue patient = much;
	int64_t us;
	size_t before;

	patient.steps = &wants_more;
	new_engine(0);
	fake = fake_start("tcp4 silent", "tcp4 closed", NULL);
	add(0, &patient);
	flooded = true;
	(void)turn(0);
	for (us = 1; us < 20; us++) {
		before = flood;
		ck_assert_int_eq(turn(us), us + 1);
		ck_assert_uint_gt(flood, before);
		ck_assert_uint_le(flood - before, 256 * 1024);
	}
	add(1, &connects);
	(void)turn(us);
	ck_assert_uint_eq(n_told, 1);
	assert_told(0, 1, OUTCOME_REFUSED);
	(void)turn(DEADLINE_US);
	assert_told(1, 0, OUTCOME_MISMATCH);
}
END_TEST

/* Adding from within a result. */

static void
add_another(void)
{
	if (n_targets < 50)
		add(0, &expects);
}

START_TEST(add_when_told)
{
	new_engine(1);
	also = add_another;
	fake = fake_start("tcp4 say '220'", NULL);
	add(0, &expects);
	await_told(50);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 50);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* Of targets that end at once, while the queue is walked, moves and grows. */
static void
add_two(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (n_targets < TARGETS_MAX)
			add_host("/nonexistent/socket", 0, &connects);
}

START_TEST(add_many_when_told)
{
	size_t i;

	new_engine((unsigned)_i);
	also = add_two;
	add_host("/nonexistent/socket", 0, &connects);
	/* A turn that has more to do says so. */
	while (turn(0) != CLOCK_NEVER)
		ck_assert(engine_busy(engine));
	ck_assert_uint_eq(n_told, TARGETS_MAX);
	for (i = 0; i < TARGETS_MAX; i++)
		assert_told(i, i, OUTCOME_UNRESOLVED);
	ck_assert(!engine_busy(engine));
}
END_TEST

/* The end before the end. */

START_TEST(stop)
{
	size_t i;

	new_engine(2);
	fake = fake_start("tcp4 silent", NULL);
	for (i = 0; i < 10; i++)
		add(0, &expects);
	(void)turn(0);
	(void)turn(1);
	events(QUIET_MS);
	engine_stop(engine, "interrupted", now);
	ck_assert_uint_eq(n_told, 10);
	ck_assert_uint_eq(count_told(OUTCOME_NOT_PROBED), 10);
	for (i = 0; i < 10; i++)
		ck_assert_str_eq(told[i].note, "interrupted");
	ck_assert(!engine_busy(engine));
	ck_assert(fake_wait_log(fake, "closed 0 #1\n"));
	ck_assert(fake_wait_log(fake, "closed 0 #2\n"));
	ck_assert_uint_eq(fake_count(fake, "accept", 0), 2);
	engine_stop(engine, "again", now);
	ck_assert_uint_eq(n_told, 10);
	/* It can go on. */
	add_host("/nonexistent/socket", 0, &connects);
	(void)engine_turn(engine, now);
	assert_told(10, 10, OUTCOME_UNRESOLVED);
}
END_TEST

START_TEST(stop_of_all_kinds)
{
	new_engine(0);
	fake = fake_start("tcp4 silent", "tcp4 full", "unix full",
	    "tcp4 say '22'", NULL);
	add(0, &expects);
	add(1, &expects);
	add(2, &expects);
	add(3, &expects);
	add_host("hang.test", 9, &connects);
	(void)turn(0);
	(void)turn(1);
	events(QUIET_MS);
	add(0, &expects);
	engine_stop(engine, "note", now);
	ck_assert_uint_eq(n_told, 6);
	ck_assert_uint_eq(count_told(OUTCOME_NOT_PROBED), 6);
	ck_assert_int_eq(engine_turn(engine, now), CLOCK_NEVER);
}
END_TEST

/* Nobody is told, and nothing stays open; ASan sees what is not freed. */
START_TEST(free_with_all_kinds_in_flight)
{
	int before, after;
	size_t i;

	new_engine((unsigned)_i * 6);
	fake = fake_start("tcp4 silent", "tcp4 full", "unix full",
	    "tcp4 say '22'", NULL);
	before = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(before);
	add_host("hang.test", 9, &connects);
	for (i = 0; i < 20; i++)
		add((unsigned)i % 4, &expects);
	(void)turn(0);
	(void)turn(1);
	events(QUIET_MS);
	engine_free(engine);
	engine = NULL;
	ck_assert_uint_eq(n_told, 0);
	after = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(after);
	ck_assert_int_eq(before, after);
}
END_TEST

/* Other loops. */

static bool
readable(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms) == 1;
}

START_TEST(nested_in_another_loop)
{
	int outer, fd = -1;

	listen_here();
	new_engine(0);
	outer = engine_fd(engine);
	ck_assert_int_ge(outer, 3);
	add_host("127.0.0.1", listener_port, &expects);
	(void)turn(0);
	(void)turn(1);
	ck_assert_uint_eq(accept_all(&fd), 1);
	while (readable(outer, 0))
		events(0);
	ck_assert(!readable(outer, QUIET_MS));
	ck_assert_int_eq(send(fd, "22", 2, 0), 2);
	ck_assert(readable(outer, PATIENCE_MS));
	events(0);
	ck_assert(!readable(outer, 0));
	ck_assert_uint_eq(n_told, 0);
	ck_assert_int_eq(send(fd, "0", 1, 0), 1);
	ck_assert(readable(outer, PATIENCE_MS));
	events(0);
	assert_told(0, 0, OUTCOME_OK);
	ck_assert(!readable(outer, 0));
	ck_assert_int_eq(engine_fd(engine), outer);
}
END_TEST

/* The descriptor may be asked for when there is something to wait for. */
START_TEST(nested_later)
{
	int outer, fd = -1;

	listen_here();
	new_engine(0);
	add_host("127.0.0.1", listener_port, &expects);
	(void)turn(0);
	(void)turn(1);
	ck_assert_uint_eq(accept_all(&fd), 1);
	events(0);
	ck_assert_int_eq(send(fd, "220", 3, 0), 3);
	outer = engine_fd(engine);
	ck_assert(readable(outer, PATIENCE_MS));
	events(0);
	assert_told(0, 0, OUTCOME_OK);
}
END_TEST

static bool stopped;

static void
stop_now(struct watch *w, int64_t now_us)
{
	uint64_t count;

	ck_assert_int_ge(now_us, START_US);
	ck_assert_int_eq(read(w->fd, &count, sizeof(count)),
	    (ssize_t)sizeof(count));
	stopped = true;
}

START_TEST(run_to_the_end)
{
	size_t i;

	tick = 1;
	new_engine(3);
	fake = fake_start("tcp4 say '220'", "tcp4 closed", "unix close",
	    "tcp4 slow 1 1 '220'", NULL);
	for (i = 0; i < 20; i++)
		add((unsigned)i % 4, &expects);
	engine_run(engine, &stopped);
	ck_assert_uint_eq(n_told, 20);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 10);
	ck_assert_uint_eq(count_told(OUTCOME_REFUSED), 5);
	ck_assert(!engine_busy(engine));
}
END_TEST

START_TEST(run_until_a_watch_says_stop)
{
	struct watch w = { stop_now, eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK),
		WANT_READ };

	tick = 1;
	new_engine(0);
	fake = fake_start("tcp4 silent", NULL);
	add(0, &expects);
	ck_assert_int_eq(engine_watch(engine, &w), 0);
	engine_run(engine, &stopped);
	ck_assert(stopped);
	ck_assert(engine_busy(engine));
	ck_assert_uint_eq(n_told, 0);
	engine_stop(engine, "stopped", now);
	assert_told(0, 0, OUTCOME_NOT_PROBED);
	close(w.fd);
}
END_TEST

/* Among the watches of that very wait: those of the probes have news, too. */

static void
stop_engine(struct watch *w, int64_t now_us)
{
	(void)w;
	engine_stop(engine, "in the middle", now_us);
	stopped = true;
}

START_TEST(stop_within_a_wait)
{
	struct watch w = { stop_engine, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		WANT_READ };
	const uint64_t one = 1;
	size_t i;

	new_engine(0);
	fake = fake_start("tcp4 read say '22' silent", NULL);
	for (i = 0; i < 20; i++) {
		if (i == 10)
			ck_assert_int_eq(engine_watch(engine, &w), 0);
		add(0, &talks);
		(void)engine_turn(engine, now++);
		(void)engine_turn(engine, now);
	}
	ck_assert(fake_wait_log(fake, "sent 0 #20 2"));
	ck_assert_int_eq(write(w.fd, &one, sizeof(one)), sizeof(one));
	for (i = 0; i < 100 && !stopped; i++)
		engine_wait(engine, now + PATIENCE_MS * MS);
	ck_assert(stopped);
	ck_assert_uint_eq(count_told(OUTCOME_NOT_PROBED), 20);
	ck_assert(!engine_busy(engine));
	/* It can go on, and what ended is cleared up. */
	add_host("/nonexistent/socket", 0, &connects);
	(void)engine_turn(engine, now);
	assert_told(20, 20, OUTCOME_UNRESOLVED);
	close(w.fd);
}
END_TEST

/* Several results and nothing after them; ASan sees what is not freed. */
START_TEST(free_after_a_stop)
{
	size_t i;

	new_engine(0);
	fake = fake_start("tcp4 silent", NULL);
	for (i = 0; i < 20; i++)
		add(0, &expects);
	add_host("hang.test", 9, &connects);
	(void)turn(0);
	(void)turn(1);
	engine_stop(engine, "note", now);
	ck_assert_uint_eq(n_told, 21);
	engine_free(engine);
	engine = NULL;
}
END_TEST

START_TEST(run_with_more)
{
	tick = 1;
	new_engine_with_more(3, 50, 4);
	fake = fake_start("tcp4 say '220'", NULL);
	engine_run(engine, &stopped);
	ck_assert_uint_eq(n_told, 50);
	ck_assert_uint_eq(count_told(OUTCOME_OK), 50);
	ck_assert(!engine_busy(engine));
}
END_TEST

START_TEST(run_that_is_stopped_before)
{
	stopped = true;
	new_engine(0);
	add_host("/nonexistent/socket", 0, &connects);
	engine_run(engine, &stopped);
	ck_assert_uint_eq(n_told, 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("engine");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, idle);
	unit_rows(tc, one_target, ones);
	unit_rows(tc, told_at_once, literals);
	tcase_add_test(tc, name_is_resolved);
	tcase_add_test(tc, addresses_of_a_name_are_tried_in_turn);
	tcase_add_test(tc, name_that_does_not_exist);
	tcase_add_test(tc, name_service_that_hangs);
	tcase_add_loop_test(tc, one_lookup_for_many_targets, 0, 2);
	tcase_add_test(tc, one_lookup_that_fails_for_many);
	tcase_add_test(tc, one_lookup_for_each_family);
	tcase_add_test(tc, lookup_times_out_for_each);
	tcase_add_test(tc, lookup_that_is_late_for_some);
	tcase_add_test(tc, lookup_that_nobody_waits_for);
	tcase_add_test(tc, resolution_is_no_part_of_the_timeout);
	tcase_add_test(tc, names_that_age);
	tcase_add_test(tc, names_that_are_not_found);
	tcase_add_test(tc, no_descriptors_to_resolve);
	tcase_add_test(tc, one_at_a_time_in_order);
	unit_rows(tc, never_more_than_parallel, parallels);
	tcase_add_test(tc, counts);
	tcase_add_test(tc, other_limits);
	tcase_add_test(tc, never_more_with_tls);
	tcase_add_test(tc, never_more_handlers);
	tcase_add_test(tc, other_limit_of_handlers);
	tcase_add_test(tc, stop_of_those_aside);
	tcase_add_test(tc, few_are_put_aside);
	tcase_add_test(tc, three_hundred_at_once);
	tcase_add_test(tc, silent_ones_hold_nobody_up);
	tcase_add_test(tc, turn_after_the_deadline);
	tcase_add_test(tc, timeout_of_each);
	unit_rows(tc, cut_short, cuts);
	tcase_add_test(tc, not_cut_short_without_a_timeout);
	unit_rows(tc, retry, retries);
	tcase_add_loop_test(tc, retry_without_time, 0, 2);
	tcase_add_test(tc, retry_comes_last);
	tcase_add_test(tc, retry_that_hurries);
	tcase_add_loop_test(tc, hedge, 0, 2);
	tcase_add_test(tc, rate);
	tcase_add_test(tc, rate_of_a_late_loop);
	tcase_add_test(tc, other_rate);
	tcase_add_test(tc, rate_of_retries);
	tcase_add_test(tc, rate_and_deadline);
	tcase_add_test(tc, source_address);
	tcase_add_test(tc, source_address_that_is_not_ours);
	tcase_add_test(tc, refused_socket_is_used_again);
	tcase_add_test(tc, more_when_needed);
	tcase_add_test(tc, more_until_there_are_none);
	tcase_add_test(tc, more_comes_before_a_retry);
	tcase_add_test(tc, no_more_from_the_beginning);
	tcase_add_test(tc, more_that_adds_nothing_is_asked_again);
	tcase_add_test(tc, more_is_told_of_a_stop);
	tcase_add_test(tc, more_is_not_asked_by_free);
	tcase_add_test(tc, turn_is_short);
	tcase_add_test(tc, endless_peer_holds_nobody_up);
	tcase_add_test(tc, add_when_told);
	tcase_add_loop_test(tc, add_many_when_told, 0, 3);
	tcase_add_test(tc, stop);
	tcase_add_test(tc, stop_of_all_kinds);
	tcase_add_loop_test(tc, free_with_all_kinds_in_flight, 0, 2);
	tcase_add_test(tc, nested_in_another_loop);
	tcase_add_test(tc, nested_later);
	tcase_add_test(tc, run_to_the_end);
	tcase_add_test(tc, run_until_a_watch_says_stop);
	tcase_add_test(tc, stop_within_a_wait);
	tcase_add_test(tc, free_after_a_stop);
	tcase_add_test(tc, run_with_more);
	tcase_add_test(tc, run_that_is_stopped_before);
	return unit_run("engine", tc);
}
