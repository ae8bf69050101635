/* SPDX-License-Identifier: ISC */
/*
 * The probe: real peers, but the time is the test's own.  The program's
 * clock_now_us() takes the place of the library's, so nothing here is due
 * before the test says so, however slow the machine.
 */
#include "probe.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "fake.h"
#include "unit.h"

#define MS CLOCK_MILLISECOND
#define START_US (1000 * CLOCK_SECOND)
#define DEADLINE_US (10 * CLOCK_SECOND)

/* In real time: what comes, comes before; what does not, did not. */
#define PATIENCE_US (5 * CLOCK_SECOND)
#define QUIET_US (20 * MS)

#define ADDRS_MAX 4

#define EXPECT(...)                                                       \
	{                                                                 \
		.kind = STEP_EXPECT,                                      \
		.expect = {                                               \
			.strings = (const struct bytes[]){ __VA_ARGS__ }, \
			.n = ARRAY_SIZE(((const struct bytes[]){          \
			    __VA_ARGS__ })),                              \
			.anywhere = true,                                 \
		},                                                        \
	}
#define BEGIN(literal)                                                       \
	{                                                                    \
		.kind = STEP_EXPECT,                                         \
		.expect = {                                                  \
			.strings = (const struct bytes[]){ BYTES(literal) }, \
			.n = 1,                                              \
		},                                                           \
	}
#define SEND(literal)                                     \
	{                                                 \
		.kind = STEP_SEND, .send = BYTES(literal) \
	}
#define WAIT(us)                                   \
	{                                          \
		.kind = STEP_WAIT, .wait_us = (us) \
	}

static int64_t now = START_US;

static struct poller *poller;
static struct timers timers;
static struct probe_env env;
static struct dialogue dialogue;
static struct target target;
static struct probe *probe;
static const struct result *result; /* NULL before the end */
static unsigned told;

/* Each listens on an address of its own, all on the same port. */
static struct fake *fakes[ADDRS_MAX];
static struct addr addrs[ADDRS_MAX];
static size_t n_addrs;

int64_t
clock_now_us(void)
{
	return now;
}

static void
done(void *ctx, struct probe *p)
{
	ck_assert_ptr_eq(ctx, &env);
	result = probe_result(p);
	told++;
}

static void
setup(void)
{
	poller = poller_new();
	env = (struct probe_env){ poller, &timers, done, &env };
	dialogue = (struct dialogue){
		.quiet_us = DIALOGUE_QUIET_US,
		.max_bytes = DIALOGUE_MAX_BYTES,
	};
	target = (struct target){ "host", 0, AF_UNSPEC, &dialogue };
}

static void
teardown(void)
{
	size_t i;

	probe_free(probe);
	poller_free(poller);
	timers_free(&timers);
	for (i = 0; i < ADDRS_MAX; i++)
		fake_stop(fakes[i]);
}

/* Addresses. */

static void
add_addr(const char *text)
{
	const char *why;

	ck_assert_int_eq(addr_parse(text, AF_UNSPEC, &addrs[n_addrs++], &why),
	    ADDR_LITERAL);
}

/* What the script begins with says the transport. */
static void
add_peer(const char *script)
{
	fakes[n_addrs] = fake_start(script, NULL);
	if (target.port == 0)
		target.port = fake_port(fakes[n_addrs], 0);
	add_addr(fake_path(fakes[n_addrs], 0));
}

/* One more, on the port of the first: 127.0.0.2 is the second. */
static void
add_neighbour(const char *words)
{
	char script[128];

	if (target.port == 0) {
		snprintf(script, sizeof(script), "tcp4@127.0.0.%zu %s",
		    n_addrs + 1, words);
	} else {
		snprintf(script, sizeof(script), "tcp4@127.0.0.%zu:%u %s",
		    n_addrs + 1, target.port, words);
	}
	add_peer(script);
}

static bool
has_ipv6(void)
{
	struct addr a;
	const char *why;
	int fd;
	bool has;

	addr_parse("::1", AF_UNSPEC, &a, &why);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	has = fd != -1 && bind(fd, &a.any, a.len) == 0;
	if (fd != -1)
		close(fd);
	return has;
}

/* Time. */

static void
start(int64_t deadline_us)
{
	now = START_US;
	probe = probe_new(&target, START_US + deadline_us, &env);
	probe_start(probe, addrs, n_addrs, now);
}

/* Time is now so many microseconds after the start. */
static void
at(int64_t us)
{
	struct timer *t;

	ck_assert_int_le(now, START_US + us);
	now = START_US + us;
	while ((t = timers_pop(&timers, now)) != NULL)
		probe_wake(t, now);
}

/* Lets events come until the probe has ended; time stands still. */
static void
await_end(void)
{
	int i;

	for (i = 0; i < 100000 && result == NULL; i++)
		poller_wait(poller, now + PATIENCE_US);
	ck_assert_ptr_nonnull(result);
}

/* Something ready is told, and does not end the probe. */
static void
await_event(void)
{
	poller_wait(poller, now + PATIENCE_US);
	ck_assert_ptr_null(result);
}

static int64_t
next(void)
{
	return timers_next(&timers) - START_US;
}

/* It ends at that very time, and no microsecond earlier. */
static void
ends_at(int64_t us)
{
	at(us - 1);
	poller_wait(poller, now);
	ck_assert_ptr_null(result);
	at(us);
	ck_assert_ptr_nonnull(result);
	ck_assert_uint_eq(told, 1);
}

static void
set_steps(const struct step *steps, size_t n)
{
	dialogue.steps = steps;
	dialogue.n = n;
}

#define STEPS(array) set_steps(array, ARRAY_SIZE(array))

static void
assert_reply(const char *bytes, size_t len)
{
	ck_assert_uint_eq(result->reply.len, len);
	if (len > 0)
		ck_assert_mem_eq(result->reply.data, bytes, len);
}

/*
 * One address, one expectation: each way to end.  A peer that reads is sent
 * something; one that resets does it after that, when we are connected for
 * sure.
 */
static const struct outcome_row {
	const char *script;
	const char *expect; /* NULL: only connect */
	const char *sent;   /* in the log: the peer has said all; NULL: ends */
	int64_t end_us;     /* and then this is the time of the end */
	enum outcome outcome;
	enum ending ending;
	const char *reply;
	size_t max_bytes; /* 0: the default */
	int64_t quiet_us; /* -1: none */
} outcomes[] = {
	{ "tcp4 silent", NULL, NULL, 0, OUTCOME_OK, 0, "" },
	{ "tcp6 silent", NULL, NULL, 0, OUTCOME_OK, 0, "" },
	{ "unix silent", NULL, NULL, 0, OUTCOME_OK, 0, "" },
	{ "tcp4 noaccept", NULL, NULL, 0, OUTCOME_OK, 0, "" },
	{ "tcp4 say '220 x'", "220", NULL, 0, OUTCOME_OK, 0, "220 x" },
	{ "tcp6 say '220 x'", "220", NULL, 0, OUTCOME_OK, 0, "220 x" },
	{ "unix say '220 x'", "220", NULL, 0, OUTCOME_OK, 0, "220 x" },
	{ "tcp4 say 'a\\0b220'", "220", NULL, 0, OUTCOME_OK, 0, NULL },
	{ "tcp4 slow 1 1 '220'", "220", NULL, 0, OUTCOME_OK, 0, "220" },
	{ "tcp4 say '220' read reset", "220", NULL, 0, OUTCOME_OK, 0, "220" },
	{ "tcp4 say '220' close", "220", NULL, 0, OUTCOME_OK, 0, "220" },

	{ "tcp4 closed", NULL, NULL, 0, OUTCOME_REFUSED, 0, "" },
	{ "tcp6 closed", "220", NULL, 0, OUTCOME_REFUSED, 0, "" },
	{ "unix closed", NULL, NULL, 0, OUTCOME_REFUSED, 0, "" },
	{ "tcp4 full", NULL, "", DEADLINE_US, OUTCOME_TIMEOUT, 0, "" },
	{ "tcp6 full", "220", "", DEADLINE_US, OUTCOME_TIMEOUT, 0, "" },
	{ "unix full", NULL, "", DEADLINE_US, OUTCOME_TIMEOUT, 0, "" },

	{ "tcp4 close", "220", NULL, 0, OUTCOME_NO_DATA, ENDING_CLOSED, "" },
	{ "tcp6 close", "220", NULL, 0, OUTCOME_NO_DATA, ENDING_CLOSED, "" },
	{ "unix close", "220", NULL, 0, OUTCOME_NO_DATA, ENDING_CLOSED, "" },
	{ "tcp4 shutdown", "220", NULL, 0, OUTCOME_NO_DATA, ENDING_CLOSED, "" },
	{ "tcp4 read reset", "220", NULL, 0, OUTCOME_RESET, ENDING_RESET, "" },
	{ "tcp6 read reset", "220", NULL, 0, OUTCOME_RESET, ENDING_RESET, "" },
	{ "tcp4 silent", "220", "accept 0 #1", DEADLINE_US, OUTCOME_STALLED,
	    ENDING_DEADLINE, "" },
	{ "unix silent", "220", "accept 0 #1", DEADLINE_US, OUTCOME_STALLED,
	    ENDING_DEADLINE, "" },
	{ "tcp4 noaccept", "220", "", DEADLINE_US, OUTCOME_STALLED,
	    ENDING_DEADLINE, "" },

	{ "tcp4 say '500 no' close", "220", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_CLOSED, "500 no" },
	{ "unix say '500 no' close", "220", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_CLOSED, "500 no" },
	{ "tcp4 say '500 no' read reset", "220", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_RESET, "500 no" },
	{ "tcp4 say '500 no'", "220", "sent 0 #1 6", 2 * CLOCK_SECOND + 1,
	    OUTCOME_MISMATCH, ENDING_QUIET, "500 no" },
	{ "tcp4 say '500 no'", "220", "sent 0 #1 6", 300 * MS + 1,
	    OUTCOME_MISMATCH, ENDING_QUIET, "500 no", 0, 300 * MS },
	{ "tcp4 say '500 no'", "220", "sent 0 #1 6", DEADLINE_US,
	    OUTCOME_MISMATCH, ENDING_DEADLINE, "500 no", 0, -1 },
	{ "tcp4 say '500 no'", "220", "sent 0 #1 6", DEADLINE_US,
	    OUTCOME_MISMATCH, ENDING_DEADLINE, "500 no", 0, 20 * CLOCK_SECOND },
	{ "tcp4 say '500 no'", "220", NULL, 0, OUTCOME_MISMATCH, ENDING_FULL,
	    "500", 3 },
	{ "tcp4 say '55220'", "220", NULL, 0, OUTCOME_MISMATCH, ENDING_FULL,
	    "5522", 4 },
	{ "tcp4 say '55220'", "220", NULL, 0, OUTCOME_OK, 0, "55220", 5 },
	{ "tcp4 endless 'wrong '", "220", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_FULL, NULL },
	{ "tcp4 trickle 'wrong ' 1", "220", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_FULL, "wrong wrong", 11 },
};

START_TEST(outcome)
{
	const struct outcome_row *row = &outcomes[_i];
	const struct bytes string = { row->expect,
		row->expect != NULL ? strlen(row->expect) : 0 };
	const struct step steps[] = { SEND("x"),
		{ .kind = STEP_EXPECT,
		    .expect = { &string, 1, true, false } } };
	bool sends = strstr(row->script, " read") != NULL;

	if (strncmp(row->script, "tcp6", 4) == 0 && !has_ipv6())
		return;
	set_steps(sends ? &steps[0] : &steps[1],
	    (size_t)sends + (row->expect != NULL));
	if (row->max_bytes != 0)
		dialogue.max_bytes = row->max_bytes;
	if (row->quiet_us != 0)
		dialogue.quiet_us = row->quiet_us > 0 ? row->quiet_us : 0;
	add_peer(row->script);
	start(DEADLINE_US);
	at(1);
	if (row->sent == NULL) {
		await_end();
		ck_assert_int_eq(now, START_US + 1);
	} else {
		ck_assert(fake_wait_log(fakes[0], row->sent));
		poller_wait(poller, now + QUIET_US);
		ends_at(row->end_us);
	}
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(row->outcome));
	ck_assert_int_eq(result->ending, row->ending);
	if (row->reply != NULL)
		assert_reply(row->reply, strlen(row->reply));
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(result->n_attempts, 1);
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
}
END_TEST

START_TEST(nul_bytes_are_kept)
{
	const struct step steps[] = { EXPECT(BYTES("c\0d")) };

	STEPS(steps);
	add_peer("tcp4 say 'a\\0b' say 'c\\0d'");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	assert_reply("a\0bc\0d", 6);
}
END_TEST

/* Failures that need no peer. */

START_TEST(resolution_lasts_until_the_deadline)
{
	probe = probe_new(&target, START_US + DEADLINE_US, &env);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_LOOKUP_TIMEOUT);
	ck_assert_int_eq(result->time_us, RESULT_NONE);
	ck_assert_uint_eq(result->n_attempts, 0);
}
END_TEST

START_TEST(failure_keeps_a_copy_of_the_note)
{
	char note[] = "why";

	probe = probe_new(&target, START_US + DEADLINE_US, &env);
	probe_fail(probe, OUTCOME_UNRESOLVED, note, now);
	note[0] = '\0';
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_UNRESOLVED);
	ck_assert_str_eq(result->note, "why");
	at(2 * DEADLINE_US);
	ck_assert_uint_eq(told, 1);
}
END_TEST

static const struct {
	const char *addr;
	enum outcome outcome;
	int err;
} immediate[] = {
	{ "/nonexistent/socket", OUTCOME_UNRESOLVED, ENOENT },
	{ "/dev/null", OUTCOME_UNRESOLVED, ENOTSOCK },
	{ "/dev/null/socket", OUTCOME_UNRESOLVED, ENOTDIR },
	{ "255.255.255.255", OUTCOME_UNREACHABLE, ENETUNREACH },
};

START_TEST(fails_at_once)
{
	target.port = 9;
	add_addr(immediate[_i].addr);
	start(DEADLINE_US);
	ck_assert_uint_eq(told, 1);
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(immediate[_i].outcome));
	ck_assert_int_eq(result->cause.err, immediate[_i].err);
	ck_assert_int_eq(result->cause.origin,
	    _i == 1 ? ORIGIN_PEER : ORIGIN_LOCAL);
	ck_assert(addr_equal(&result->addr, &result->attempts[0].addr) ||
	    addrs[0].any.sa_family == AF_UNIX);
}
END_TEST

/* Lowers the limit to what is in use; the caller sets it back. */
static struct rlimit
use_up_descriptors(void)
{
	struct rlimit before, limit;
	int lowest = fcntl(STDIN_FILENO, F_DUPFD, 0);

	ck_assert_int_ne(lowest, -1);
	close(lowest);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)lowest;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

START_TEST(no_descriptors_is_our_own_fault)
{
	struct rlimit before;

	add_peer("tcp4 silent");
	before = use_up_descriptors();
	start(DEADLINE_US);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_LOCAL_ERROR);
	ck_assert_int_eq(result->cause.err, EMFILE);
	ck_assert_int_eq(result->cause.origin, ORIGIN_LOCAL);
}
END_TEST

/* Several addresses. */

START_TEST(second_starts_250_ms_later)
{
	add_neighbour("full");
	add_neighbour("silent");
	start(DEADLINE_US);
	at(1);
	ck_assert_int_eq(next(), PROBE_STAGGER_US);
	at(PROBE_STAGGER_US - 1);
	ck_assert_ptr_null(result);
	ck_assert_uint_eq(fake_count(fakes[1], "accept", 0), 0);
	at(PROBE_STAGGER_US);
	ck_assert_ptr_null(result);
	at(PROBE_STAGGER_US + 1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert(addr_equal(&result->addr, &result->attempts[1].addr));
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_NOT_PROBED);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_OK);
	ck_assert_int_eq(result->connect_us, PROBE_STAGGER_US + 1);
	ck_assert_int_gt(result->rtt_us, 0);
	ck_assert_int_eq(result->time_us, PROBE_STAGGER_US + result->rtt_us);
}
END_TEST

/* Of 300 ms each of two gets 100 and the last as much once more. */
START_TEST(short_deadlines_are_shared)
{
	add_neighbour("full");
	add_neighbour("full");
	start(300 * MS);
	ck_assert_int_eq(next(), 100 * MS);
	at(100 * MS);
	ck_assert_int_eq(next(), 300 * MS);
	ends_at(300 * MS);
	ck_assert_int_eq(result->outcome, OUTCOME_TIMEOUT);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_TIMEOUT);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_TIMEOUT);
}
END_TEST

START_TEST(each_address_gets_its_turn)
{
	int i;

	for (i = 0; i < ADDRS_MAX; i++)
		add_neighbour("full");
	start(DEADLINE_US);
	for (i = 1; i < ADDRS_MAX; i++) {
		ck_assert_int_eq(next(), i * PROBE_STAGGER_US);
		at(i * PROBE_STAGGER_US);
	}
	ck_assert_int_eq(next(), DEADLINE_US);
	ends_at(DEADLINE_US);
	ck_assert_uint_eq(result->n_attempts, ADDRS_MAX);
}
END_TEST

START_TEST(next_one_at_once_after_a_failure)
{
	add_neighbour("closed");
	add_neighbour("closed");
	add_neighbour("silent");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_attempts, 3);
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(result->attempts[0].cause.err, ECONNREFUSED);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(result->time_us, result->rtt_us);
}
END_TEST

/* After the failure of one that was not the last, the wait starts anew. */
START_TEST(stagger_goes_on_after_a_failure)
{
	add_neighbour("closed");
	add_neighbour("full");
	add_neighbour("silent");
	start(DEADLINE_US);
	ck_assert_int_eq(next(), PROBE_STAGGER_US);
	at(PROBE_STAGGER_US - 1);
	ck_assert_ptr_null(result);
	at(PROBE_STAGGER_US);
	at(PROBE_STAGGER_US + 1);
	await_end();
	ck_assert_uint_eq(result->n_attempts, 3);
	ck_assert(addr_equal(&result->addr, &result->attempts[2].addr));
}
END_TEST

/* A listener of the test's own, whose queue holds so many connections. */
static int
listen_here(const char *addr, int backlog)
{
	struct addr *a = &addrs[n_addrs];
	int fd;

	add_addr(addr);
	fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(bind(fd, &a->any, a->len), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	ck_assert_int_eq(getsockname(fd, &a->any, &a->len), 0);
	if (a->any.sa_family != AF_UNIX)
		target.port = ntohs(a->in.sin_port);
	return fd;
}

static int
connect_here(const struct addr *a)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(connect(fd, &a->any, a->len), 0);
	return fd;
}

/*
 * The SYN that met a full queue is sent again after a second of real time; the
 * attempt that waits for it is not given up for the second address.
 */
START_TEST(first_may_still_win_and_syn_was_resent)
{
	int listener = listen_here("127.0.0.1", 0);
	int filler = connect_here(&addrs[0]);
	int accepted;

	add_neighbour("full");
	start(DEADLINE_US);
	at(PROBE_STAGGER_US);
	ck_assert_ptr_null(result);
	accepted = accept(listener, NULL, NULL);
	ck_assert_int_ne(accepted, -1);
	at(700 * MS);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert(addr_equal(&result->addr, &result->attempts[0].addr));
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert_uint_ge(result->syn_resent, 1);
	ck_assert_int_eq(result->rtt_us, RESULT_NONE);
	ck_assert_int_eq(result->time_us, 700 * MS);
	ck_assert_int_eq(result->connect_us, 700 * MS);
	close(accepted);
	close(filler);
	close(listener);
}
END_TEST

/* A Unix socket tells nobody that its queue has room: it is asked again. */
START_TEST(busy_socket_is_asked_again)
{
	char path[64];
	int listener, filler, accepted;

	snprintf(path, sizeof(path), "/tmp/test_probe.%ld", (long)getpid());
	listener = listen_here(path, 0);
	filler = connect_here(&addrs[0]);
	start(DEADLINE_US);
	ck_assert_int_eq(next(), 10 * MS);
	at(10 * MS);
	ck_assert_int_eq(next(), 20 * MS);
	accepted = accept(listener, NULL, NULL);
	at(20 * MS - 1);
	ck_assert_ptr_null(result);
	at(20 * MS);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 20 * MS);
	unlink(path);
	close(accepted);
	close(filler);
	close(listener);
}
END_TEST

#define FULL "full"
#define CLOSED "closed"
#define MISSING "/nonexistent/socket"
#define UNREACHABLE "255.255.255.255"

/* An address that could not be asked is told of only if none could. */
static const struct {
	const char *peers[ADDRS_MAX];
	size_t best;
	enum outcome outcome;
} bests[] = {
	{ { FULL, CLOSED }, 1, OUTCOME_REFUSED },
	{ { CLOSED, FULL }, 0, OUTCOME_REFUSED },
	{ { CLOSED, CLOSED }, 0, OUTCOME_REFUSED },
	{ { FULL, FULL, CLOSED }, 2, OUTCOME_REFUSED },
	{ { UNREACHABLE, FULL }, 1, OUTCOME_TIMEOUT },
	{ { UNREACHABLE, CLOSED }, 1, OUTCOME_REFUSED },
	{ { FULL, UNREACHABLE }, 0, OUTCOME_TIMEOUT },
	{ { UNREACHABLE, UNREACHABLE }, 0, OUTCOME_UNREACHABLE },
	{ { MISSING, FULL }, 1, OUTCOME_TIMEOUT },
	{ { FULL, MISSING }, 0, OUTCOME_TIMEOUT },
};

START_TEST(best_outcome_is_told)
{
	size_t i, n_full = 0;

	for (i = 0; i < ADDRS_MAX && bests[_i].peers[i] != NULL; i++) {
		const char *peer = bests[_i].peers[i];

		if (strcmp(peer, FULL) == 0 || strcmp(peer, CLOSED) == 0)
			add_neighbour(peer);
		else
			add_addr(peer);
		n_full += strcmp(peer, FULL) == 0;
	}
	if (target.port == 0)
		target.port = 9;
	start(DEADLINE_US);
	if (n_full > 0) {
		for (i = 1; i < n_addrs; i++)
			at((int64_t)i * PROBE_STAGGER_US);
		ends_at(DEADLINE_US);
	}
	ck_assert_uint_eq(told, 1);
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(bests[_i].outcome));
	ck_assert_uint_eq(result->n_attempts, n_addrs);
	ck_assert(addr_equal(&result->addr,
	    &result->attempts[bests[_i].best].addr));
	ck_assert_int_eq(result->cause.err,
	    result->attempts[bests[_i].best].cause.err);
}
END_TEST

/* The first that connects decides, though another might match. */
START_TEST(mismatch_decides)
{
	const struct step steps[] = { BEGIN("220") };

	STEPS(steps);
	add_neighbour("say '500'");
	add_neighbour("say '220'");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_JUDGED);
	ck_assert_uint_eq(result->n_attempts, 1);
	ck_assert_uint_eq(fake_count(fakes[1], "accept", 0), 0);
}
END_TEST

/* What those get whose resolution took all the time. */
START_TEST(start_after_the_deadline)
{
	add_neighbour("full");
	add_neighbour("full");
	now = START_US;
	probe = probe_new(&target, START_US, &env);
	probe_start(probe, addrs, n_addrs, START_US + 5 * MS);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_TIMEOUT);
}
END_TEST

/* The dialogue. */

START_TEST(dialogue_of_several_steps)
{
	const struct step steps[] = { BEGIN("220"), SEND("EHLO\r\n"),
		BEGIN("250"), SEND("NOOP\r\n"), EXPECT(BYTES("done")) };

	STEPS(steps);
	dialogue.quit = (struct bytes)BYTES("QUIT\r\n");
	add_peer("tcp4 say '220 hi\r\n' expect 'EHLO\r\n' slow 2 1 '250 ok\r\n'"
		 " expect 'NOOP\r\n' say '250 ' say 'done\r\n'"
		 " expect 'QUIT\r\n' close");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	assert_reply("220 hi\r\n250 ok\r\n250 done\r\n",
	    result->reply.len < 20 ? 0 : result->reply.len);
	ck_assert(fake_wait_log(fakes[0], "matched 0 #1 \"QUIT\\r\\n\""));
}
END_TEST

/* Each step has its own answer: nothing of the first counts for the second. */
static const struct {
	const char *script;
	const char *sent; /* NULL: ends without waiting */
	int64_t end_us;
	enum outcome outcome;
	enum ending ending;
	size_t max_bytes; /* 0: the default */
} seconds[] = {
	{ "tcp4 say '220' read say '250'", NULL, 0, OUTCOME_OK, 0 },
	{ "tcp4 say '220' read say '500'", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_JUDGED },
	{ "tcp4 say '220' read close", NULL, 0, OUTCOME_NO_DATA,
	    ENDING_CLOSED },
	{ "tcp4 say '220' read reset", NULL, 0, OUTCOME_RESET, ENDING_RESET },
	{ "tcp4 say '220' read say '2' reset", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_RESET },
	{ "tcp4 say '220' silent", "recv 0 #1", DEADLINE_US, OUTCOME_STALLED,
	    ENDING_DEADLINE },
	{ "tcp4 say '220' read say '2'", "sent 0 #1 1", 1 + 2 * CLOCK_SECOND,
	    OUTCOME_MISMATCH, ENDING_QUIET },
	/* Nothing more may be read: that is no silence until the deadline. */
	{ "tcp4 say '220' read say '250'", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_FULL, 3 },
	{ "tcp4 say '220' read say '250'", NULL, 0, OUTCOME_MISMATCH,
	    ENDING_FULL, 5 },
};

START_TEST(second_answer)
{
	const struct step steps[] = { BEGIN("220"), SEND("EHLO\r\n"),
		BEGIN("250") };
	int i;

	STEPS(steps);
	if (seconds[_i].max_bytes != 0)
		dialogue.max_bytes = seconds[_i].max_bytes;
	add_peer(seconds[_i].script);
	start(DEADLINE_US);
	at(1);
	if (seconds[_i].sent == NULL) {
		await_end();
	} else {
		for (i = 0; i < 100 && fake_count(fakes[0], "recv", 0) == 0;
		     i++)
			poller_wait(poller, now + QUIET_US);
		ck_assert(fake_wait_log(fakes[0], seconds[_i].sent));
		poller_wait(poller, now + QUIET_US);
		ends_at(seconds[_i].end_us);
	}
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(seconds[_i].outcome));
	ck_assert_int_eq(result->ending, seconds[_i].ending);
}
END_TEST

/* Whatever the outcome. */
static const struct {
	const char *script;
	const char *sent; /* NULL: ends without waiting */
	enum outcome outcome;
} quits[] = {
	{ "tcp4 say '220'", NULL, OUTCOME_OK },
	{ "tcp6 say '220'", NULL, OUTCOME_OK },
	{ "unix say '220'", NULL, OUTCOME_OK },
	{ "tcp4 say '500'", NULL, OUTCOME_MISMATCH },
	{ "tcp4 say '22'", "sent 0 #1 2", OUTCOME_MISMATCH },
	{ "tcp4 silent", "accept 0 #1", OUTCOME_STALLED },
	{ "tcp4 shutdown hold", NULL, OUTCOME_NO_DATA },
};

START_TEST(quit_is_sent)
{
	const struct step steps[] = { BEGIN("220") };

	if (strncmp(quits[_i].script, "tcp6", 4) == 0 && !has_ipv6())
		return;
	STEPS(steps);
	dialogue.quit = (struct bytes)BYTES("QUIT\r\n");
	dialogue.quiet_us = 0;
	add_peer(quits[_i].script);
	start(DEADLINE_US);
	at(1);
	if (quits[_i].sent != NULL) {
		ck_assert(fake_wait_log(fakes[0], quits[_i].sent));
		ends_at(DEADLINE_US);
	}
	await_end();
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(quits[_i].outcome));
	ck_assert(fake_wait_log(fakes[0], "recv 0 #1 6 \"QUIT\\r\\n\""));
}
END_TEST

START_TEST(quit_after_a_mere_connection)
{
	dialogue.quit = (struct bytes)BYTES("BYE");
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert(fake_wait_log(fakes[0], "recv 0 #1 3 \"BYE\""));
	ck_assert(fake_wait_log(fakes[0], "eof 0 #1"));
}
END_TEST

/* More than all buffers hold: goes out piece by piece. */
#define MUCH ((size_t)8 << 20)

START_TEST(long_string_is_sent_whole)
{
	struct step steps[] = { { .kind = STEP_SEND } };
	char *much = calloc(1, MUCH), *log, *line;
	size_t sent = 0, n;

	steps[0].send = (struct bytes){ much, MUCH };
	STEPS(steps);
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert(fake_wait_log(fakes[0], "closed 0 #1"));
	log = fake_log(fakes[0]);
	for (line = log; line != NULL; line = strchr(line + 1, '\n'))
		if (sscanf(line, "\nrecv 0 #1 %zu", &n) == 1)
			sent += n;
	ck_assert_uint_eq(sent, MUCH);
	free(log);
	free(much);
}
END_TEST

START_TEST(string_that_nobody_takes_stalls)
{
	struct step steps[] = { { .kind = STEP_SEND } };
	char *much = calloc(1, MUCH);

	steps[0].send = (struct bytes){ much, MUCH };
	STEPS(steps);
	add_peer("tcp4 noaccept");
	start(DEADLINE_US);
	at(1);
	poller_wait(poller, now + QUIET_US);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_STALLED);
	free(much);
}
END_TEST

START_TEST(string_that_cannot_be_sent_is_reset)
{
	struct step steps[] = { { .kind = STEP_SEND } };
	char *much = calloc(1, MUCH);

	steps[0].send = (struct bytes){ much, MUCH };
	STEPS(steps);
	add_peer("tcp4 read reset");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_RESET);
	ck_assert_int_eq(result->cause.origin, ORIGIN_PEER);
	ck_assert_int_ne(result->cause.err, 0);
	free(much);
}
END_TEST

/* Pieces from a peer of the test's own, told at times of its choice. */

static int
accept_here(int listener)
{
	int fd = accept(listener, NULL, NULL);

	ck_assert_int_ne(fd, -1);
	return fd;
}

static void
say(int fd, const char *s)
{
	ck_assert_int_eq(send(fd, s, strlen(s), 0), (ssize_t)strlen(s));
}

START_TEST(quiet_starts_anew_with_each_piece)
{
	const struct step steps[] = { EXPECT(BYTES("220")) };
	int listener = listen_here("127.0.0.1", 8), fd;

	STEPS(steps);
	start(60 * CLOCK_SECOND);
	fd = accept_here(listener);
	at(1);
	/* Before the first byte only the deadline counts. */
	at(30 * CLOCK_SECOND);
	ck_assert_int_eq(next(), 60 * CLOCK_SECOND);
	say(fd, "a");
	await_event();
	ck_assert_int_eq(next(), 32 * CLOCK_SECOND);
	at(32 * CLOCK_SECOND - 1);
	ck_assert_ptr_null(result);
	say(fd, "b");
	await_event();
	ck_assert_int_eq(next(), 34 * CLOCK_SECOND - 1);
	/* One that came in time but is told late counts. */
	say(fd, "c");
	at(40 * CLOCK_SECOND);
	ck_assert_ptr_null(result);
	ends_at(42 * CLOCK_SECOND);
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_QUIET);
	assert_reply("abc", 3);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(pieces_add_up_to_a_match)
{
	const struct step steps[] = { BEGIN("220") };
	int listener = listen_here("127.0.0.1", 8), fd;

	STEPS(steps);
	start(DEADLINE_US);
	fd = accept_here(listener);
	at(1);
	say(fd, "2");
	await_event();
	at(MS);
	say(fd, "2");
	await_event();
	at(2 * MS);
	say(fd, "0");
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 2 * MS);
	close(fd);
	close(listener);
}
END_TEST

/* An answer that is there at the deadline counts, and is read by then. */
START_TEST(answer_at_the_deadline)
{
	const struct step steps[] = { BEGIN("220") };
	int listener = listen_here("127.0.0.1", 8), fd;

	STEPS(steps);
	start(DEADLINE_US);
	fd = accept_here(listener);
	at(1);
	say(fd, "220");
	at(DEADLINE_US);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	close(fd);
	close(listener);
}
END_TEST

/* A wait. */

START_TEST(wait_does_not_count_as_time)
{
	const struct step steps[] = { SEND("x"), WAIT(2 * CLOCK_SECOND),
		BEGIN("220") };

	STEPS(steps);
	add_peer("tcp4 say '220'");
	start(DEADLINE_US);
	at(5 * MS);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 3"));
	ck_assert_int_eq(next(), 5 * MS + 2 * CLOCK_SECOND);
	poller_wait(poller, now);
	ends_at(5 * MS + 2 * CLOCK_SECOND);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 5 * MS);
}
END_TEST

/* Neither does the part of it by which the program was late. */
START_TEST(wait_that_is_told_late)
{
	const struct step steps[] = { WAIT(CLOCK_SECOND), WAIT(CLOCK_SECOND) };

	STEPS(steps);
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	at(5 * MS);
	at(3 * CLOCK_SECOND);
	ck_assert_ptr_null(result);
	ends_at(4 * CLOCK_SECOND);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 5 * MS);
}
END_TEST

START_TEST(wait_beyond_the_deadline)
{
	const struct step steps[] = { WAIT(20 * CLOCK_SECOND) };

	STEPS(steps);
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	at(1);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_STALLED);
}
END_TEST

/* A judge of the test's own. */

static char judged[64];

static enum judgement
judge_line(const void *answer, size_t len)
{
	const char *s = answer;

	ck_assert_uint_lt(len, sizeof(judged));
	memcpy(judged, s, len);
	judged[len] = '\0';
	if (s[len - 1] != '\n')
		return JUDGE_MORE;
	return s[0] == '+' ? JUDGE_MATCH : JUDGE_MISMATCH;
}

static const struct {
	const char *first;
	const char *second;
	enum outcome outcome;
	enum ending ending;
} judges[] = {
	{ "+a", "b\n", OUTCOME_OK, 0 },
	{ "-a", "b\n", OUTCOME_MISMATCH, ENDING_JUDGED },
	{ "+a", "b", OUTCOME_MISMATCH, ENDING_QUIET },
};

START_TEST(judge_of_a_step)
{
	const struct step steps[] = {
		BEGIN("hello\n"),
		{ .kind = STEP_EXPECT, .judge = judge_line },
	};
	int listener = listen_here("127.0.0.1", 8), fd;

	STEPS(steps);
	start(DEADLINE_US);
	fd = accept_here(listener);
	at(1);
	say(fd, "hello\n");
	await_event();
	say(fd, judges[_i].first);
	await_event();
	ck_assert_str_eq(judged, judges[_i].first);
	say(fd, judges[_i].second);
	poller_wait(poller, now + PATIENCE_US);
	/* All that came since the last expectation was met. */
	ck_assert(strncmp(judged, judges[_i].first, 2) == 0);
	ck_assert_str_eq(judged + 2, judges[_i].second);
	if (judges[_i].ending == ENDING_QUIET) {
		ck_assert_ptr_null(result);
		at(1 + DIALOGUE_QUIET_US);
	}
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, judges[_i].outcome);
	ck_assert_int_eq(result->ending, judges[_i].ending);
	close(fd);
	close(listener);
}
END_TEST

/* The figures. */

START_TEST(times_of_a_connection)
{
	probe = NULL;
	add_peer("tcp4 silent");
	now = START_US;
	probe = probe_new(&target, START_US + DEADLINE_US, &env);
	probe_set_resolve_us(probe, 1234);
	probe_start(probe, addrs, 1, START_US);
	ck_assert_ptr_null(result);
	at(7);
	await_end();
	ck_assert_int_eq(result->resolve_us, 1234);
	ck_assert_int_eq(result->connect_us, 7);
	ck_assert_int_gt(result->rtt_us, 0);
	ck_assert_int_eq(result->time_us, result->rtt_us);
	ck_assert_uint_eq(result->syn_resent, 0);
}
END_TEST

START_TEST(times_of_a_unix_socket)
{
	add_peer("unix silent");
	start(DEADLINE_US);
	at(7);
	await_end();
	ck_assert_int_eq(result->connect_us, 7);
	ck_assert_int_eq(result->rtt_us, RESULT_NONE);
	ck_assert_int_eq(result->time_us, 7);
}
END_TEST

START_TEST(times_of_an_answer)
{
	const struct step steps[] = { BEGIN("220") };

	STEPS(steps);
	add_peer("tcp4 say '220'");
	start(DEADLINE_US);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 3"));
	at(9);
	await_end();
	ck_assert_int_eq(result->time_us, 9);
	ck_assert_int_gt(result->rtt_us, 0);
}
END_TEST

/* Ends from outside. */

static const char *const anywhere[] = { "tcp4 full", "tcp4 silent", "unix full",
	"tcp4 say '22'" };

START_TEST(stop)
{
	const struct step steps[] = { BEGIN("220") };
	char note[] = "note";

	STEPS(steps);
	add_peer(anywhere[_i]);
	start(DEADLINE_US);
	at(1);
	poller_wait(poller, now + QUIET_US);
	probe_stop(probe, note, now);
	memset(note, 'x', 4);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_NOT_PROBED);
	ck_assert_str_eq(result->note, "note");
	probe_stop(probe, "again", now);
	ck_assert_uint_eq(told, 1);
	ck_assert_str_eq(result->note, "note");
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
	poller_wait(poller, now);
	ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(free_at_any_time)
{
	const struct step steps[] = { BEGIN("220") };
	int before, after;

	STEPS(steps);
	add_peer(anywhere[_i]);
	before = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(before);
	start(DEADLINE_US);
	at(1);
	poller_wait(poller, now + QUIET_US);
	probe_free(probe);
	probe = NULL;
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
	after = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(after);
	ck_assert_int_eq(before, after);
	probe_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("probe");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	unit_rows(tc, outcome, outcomes);
	tcase_add_test(tc, nul_bytes_are_kept);
	tcase_add_test(tc, resolution_lasts_until_the_deadline);
	tcase_add_test(tc, failure_keeps_a_copy_of_the_note);
	unit_rows(tc, fails_at_once, immediate);
	tcase_add_test(tc, no_descriptors_is_our_own_fault);
	tcase_add_test(tc, second_starts_250_ms_later);
	tcase_add_test(tc, short_deadlines_are_shared);
	tcase_add_test(tc, each_address_gets_its_turn);
	tcase_add_test(tc, next_one_at_once_after_a_failure);
	tcase_add_test(tc, stagger_goes_on_after_a_failure);
	tcase_add_test(tc, first_may_still_win_and_syn_was_resent);
	tcase_add_test(tc, busy_socket_is_asked_again);
	unit_rows(tc, best_outcome_is_told, bests);
	tcase_add_test(tc, mismatch_decides);
	tcase_add_test(tc, start_after_the_deadline);
	tcase_add_test(tc, dialogue_of_several_steps);
	unit_rows(tc, second_answer, seconds);
	unit_rows(tc, quit_is_sent, quits);
	tcase_add_test(tc, quit_after_a_mere_connection);
	tcase_add_test(tc, long_string_is_sent_whole);
	tcase_add_test(tc, string_that_nobody_takes_stalls);
	tcase_add_test(tc, string_that_cannot_be_sent_is_reset);
	tcase_add_test(tc, quiet_starts_anew_with_each_piece);
	tcase_add_test(tc, pieces_add_up_to_a_match);
	tcase_add_test(tc, answer_at_the_deadline);
	tcase_add_test(tc, wait_does_not_count_as_time);
	tcase_add_test(tc, wait_that_is_told_late);
	tcase_add_test(tc, wait_beyond_the_deadline);
	unit_rows(tc, judge_of_a_step, judges);
	tcase_add_test(tc, times_of_a_connection);
	tcase_add_test(tc, times_of_a_unix_socket);
	tcase_add_test(tc, times_of_an_answer);
	unit_rows(tc, stop, anywhere);
	unit_rows(tc, free_at_any_time, anywhere);
	return unit_run("probe", tc);
}
