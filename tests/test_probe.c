/* SPDX-License-Identifier: ISC */
/*
 * The probe: real peers, but the time is the test's own.  The program's
 * clock_now_us() takes the place of the library's, so nothing here is due
 * before the test says so, however slow the machine.
 */
#include "stream_probe.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
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

/* Of a result, so many steps are kept. */
#define STEPS_KEPT 200

/* What is read in one turn. */
#define READ_MAX ((size_t)256 * 1024)

/* What a judge is shown. */
#define JUDGED_MAX ((size_t)16 * 1024)

#define IN(literal)                                    \
	{                                              \
		PATTERN_ANYWHERE, BYTES(literal), NULL \
	}
#define EXPECT(...)                                                          \
	{                                                                    \
		.kind = STEP_EXPECT,                                         \
		.expect = {                                                  \
			.patterns = (const struct pattern[]){ __VA_ARGS__ }, \
			.n = ARRAY_SIZE(((const struct pattern[]){           \
			    __VA_ARGS__ })),                                 \
		},                                                           \
	}
#define BEGIN(literal)                                                      \
	{                                                                   \
		.kind = STEP_EXPECT,                                        \
		.expect = {                                                 \
			.patterns =                                         \
			    (const struct pattern[]){                       \
				{ PATTERN_PREFIX, BYTES(literal), NULL } }, \
			.n = 1,                                             \
		},                                                          \
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
static unsigned told;

/* What was told, or NULL before the end: it lives until it is freed. */
static const struct result *result;
static struct result kept;
static struct attempt kept_attempts[PROBE_ADDRS_MAX];
static int64_t kept_steps[STEPS_KEPT];

/* Each listens on an address of its own, all on the same port. */
static struct fake *fakes[ADDRS_MAX];
static struct addr addrs[ADDRS_MAX];
static size_t n_addrs;

int64_t
clock_now_us(void)
{
	return now;
}

int64_t
clock_wall_us(void)
{
	return now;
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

/* And one that takes nothing so many times. */

static unsigned blocked;

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	if (blocked == 0)
		return sendto(fd, p, n, flags, NULL, 0);
	blocked--;
	errno = EAGAIN;
	return -1;
}

static void
forget(void)
{
	free(kept.reply.data);
	kept = (struct result){ 0 };
	result = NULL;
}

static void
done(void *ctx, struct probe *p, const struct result *r)
{
	ck_assert_ptr_eq(ctx, &env);
	ck_assert_ptr_eq(p, probe);
	ck_assert_ptr_eq(p->target, &target);
	forget();
	kept = *r;
	if (r->reply.len > 0) {
		kept.reply.data = malloc(r->reply.len);
		memcpy(kept.reply.data, r->reply.data, r->reply.len);
	} else {
		kept.reply.data = NULL;
	}
	ck_assert_uint_le(r->n_attempts, PROBE_ADDRS_MAX);
	if (r->n_attempts > 0)
		memcpy(kept_attempts, r->attempts,
		    r->n_attempts * sizeof(r->attempts[0]));
	kept.attempts = kept_attempts;
	ck_assert_uint_le(r->n_steps, STEPS_KEPT);
	if (r->n_steps > 0)
		memcpy(kept_steps, r->step_us,
		    r->n_steps * sizeof(r->step_us[0]));
	kept.step_us = kept_steps;
	result = &kept;
	told++;
}

static void
setup(void)
{
	poller = poller_new();
	env = (struct probe_env){
		.poller = poller,
		.timers = &timers,
		.spare_fd = -1,
		.done = done,
		.ctx = &env,
	};
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
	if (env.spare_fd != -1)
		close(env.spare_fd);
	poller_free(poller);
	timers_free(&timers);
	forget();
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
	const struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int fd;
	bool has;

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	has = fd != -1 &&
	    bind(fd, (const struct sockaddr *)&in6, sizeof(in6)) == 0;
	if (fd != -1)
		close(fd);
	return has;
}

/* Time. */

/* A single address is asked once more after hedge_us. */
static void
start_hedged(int64_t deadline_us, int64_t hedge_us)
{
	now = START_US;
	probe = probe_new(&stream_probe, &env);
	probe_start(probe, &target, addrs, n_addrs, START_US + deadline_us,
	    hedge_us, now);
}

static void
start(int64_t deadline_us)
{
	start_hedged(deadline_us, 0);
}

/* The same probe once more, at the same addresses. */
static void
start_again(void)
{
	forget();
	told = 0;
	probe_start(probe, &target, addrs, n_addrs, now + DEADLINE_US, 0, now);
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

/* In real time. */
static bool
comes(int fd, short events, int ms)
{
	struct pollfd p = { fd, events, 0 };

	return poll(&p, 1, ms) == 1;
}

/* Time is now so many microseconds after the start. */
static void
at(int64_t us)
{
	struct timer *t;

	ck_assert_int_le(now, START_US + us);
	now = START_US + us;
	while ((t = timers_pop(&timers, now)) != NULL)
		probe_wake(probe_of(t), now);
}

/*
 * Lets events come until the probe has ended; time stands still, unless it is
 * the next turn that is waited for.
 */
static void
await_end(void)
{
	int i;

	for (i = 0; i < 100000 && result == NULL; i++) {
		if (timers_next(&timers) == now + 1)
			at(now + 1 - START_US);
		else
			poller_wait(poller, now + PATIENCE_US);
	}
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
	const struct pattern string = { PATTERN_ANYWHERE,
		{ row->expect, row->expect != NULL ? strlen(row->expect) : 0 },
		NULL };
	const struct step steps[] = { SEND("x"),
		{ .kind = STEP_EXPECT, .expect = { &string, 1, false } } };
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
		/* Of a long answer a part is read in each turn. */
		ck_assert_int_le(now,
		    START_US + 1 + (int64_t)(result->reply.len / READ_MAX));
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
	const struct step steps[] = { EXPECT(IN("c\0d")) };

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
	ck_assert(addr_equal(&result->addr, &result->attempts[0].addr));
	/* It took less time than can be told. */
	ck_assert_int_eq(result->time_us, RESULT_NONE);
	ck_assert_int_eq(result->connect_us, RESULT_NONE);
	ck_assert_int_eq(result->rtt_us, RESULT_NONE);
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
	ck_assert_int_eq(result->time_us, RESULT_NONE);
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
	await_end();
	ck_assert_int_eq(now, START_US + PROBE_STAGGER_US);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert(addr_equal(&result->addr, &result->attempts[1].addr));
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_NOT_PROBED);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_OK);
	ck_assert_int_eq(result->connect_us, result->time_us);
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
	union addr_sockaddr sa;
	socklen_t len;
	int fd;

	add_addr(addr);
	fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ne(fd, -1);
	len = addr_get(a, &sa);
	ck_assert_int_eq(bind(fd, &sa.any, len), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	if (a->family == AF_UNIX)
		return fd;
	len = sizeof(sa);
	ck_assert_int_eq(getsockname(fd, &sa.any, &len), 0);
	addr_set(a, &sa.any, len);
	target.port = ntohs(a->in.sin_port);
	return fd;
}

static int
connect_here(const struct addr *a)
{
	int fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(connect(fd, &sa.any, len), 0);
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

/* What those get who come too late. */
START_TEST(start_after_the_deadline)
{
	add_neighbour("full");
	add_neighbour("full");
	now = START_US + 5 * MS;
	probe = probe_new(&stream_probe, &env);
	probe_start(probe, &target, addrs, n_addrs, START_US, 0, now);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_TIMEOUT);
}
END_TEST

/* A listener of whose queue one place is taken: it drops the next SYN. */

#define RESENT_MS 10000 /* it is sent again after a second */

static int queue = -1, taken = -1, dialled;

static void
start_unheard(int64_t hedge_us)
{
	queue = listen_here("127.0.0.1", 0);
	taken = connect_here(&addrs[0]);
	dialled = next_fd();
	start_hedged(DEADLINE_US, hedge_us);
	at(1);
	ck_assert_ptr_null(result);
}

/* The next SYN is heard, and a place in the queue is for it. */
static void
hear(void)
{
	int fd = accept(queue, NULL, NULL);

	ck_assert_int_ne(fd, -1);
	close(fd);
}

/* The next SYN is refused. */
static void
refuse(void)
{
	close(queue);
	queue = -1;
}

static void
close_queue(void)
{
	if (queue != -1)
		close(queue);
	close(taken);
}

/* The last look: what the kernel knows but nobody told yet counts. */

START_TEST(connected_but_not_told_at_the_deadline)
{
	start_unheard(0);
	hear();
	ck_assert(comes(queue, POLLIN, RESENT_MS));
	at(DEADLINE_US);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(told, 1);
	close_queue();
}
END_TEST

START_TEST(refused_but_not_told_at_the_deadline)
{
	start_unheard(0);
	refuse();
	ck_assert(comes(dialled, POLLOUT, RESENT_MS));
	at(DEADLINE_US);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	close_queue();
}
END_TEST

START_TEST(room_in_a_unix_queue_at_the_deadline)
{
	char path[64];
	int accepted;

	snprintf(path, sizeof(path), "/tmp/test_probe.%ld", (long)getpid());
	queue = listen_here(path, 0);
	taken = connect_here(&addrs[0]);
	start(DEADLINE_US);
	at(DEADLINE_US - 1);
	ck_assert_ptr_null(result);
	accepted = accept(queue, NULL, NULL);
	at(DEADLINE_US);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, DEADLINE_US);
	unlink(path);
	close(accepted);
	close_queue();
}
END_TEST

/*
 * The peer accepts and resets before we look: that is a connection, if nothing
 * more is asked of it.
 */
static const struct {
	size_t n_steps;
	enum outcome outcome;
} resets[] = {
	{ 0, OUTCOME_OK },
	{ 1, OUTCOME_RESET },
};

START_TEST(reset_before_we_look)
{
	const struct linger linger = { 1, 0 };
	const struct step steps[] = { BEGIN("220") };
	int fd;

	set_steps(steps, resets[_i].n_steps);
	start_unheard(0);
	hear();
	ck_assert(comes(queue, POLLIN, RESENT_MS));
	fd = accept(queue, NULL, NULL);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)),
	    0);
	close(fd);
	at(5 * MS);
	await_end();
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(resets[_i].outcome));
	ck_assert_int_eq(result->time_us, 5 * MS);
	close_queue();
}
END_TEST

/* The second socket to the same address. */

START_TEST(hedge_after_the_delay)
{
	add_neighbour("full");
	start_hedged(DEADLINE_US, 150 * MS);
	ck_assert_int_eq(next(), 150 * MS);
	at(150 * MS - 1);
	ck_assert_int_eq(next(), 150 * MS);
	at(150 * MS);
	ck_assert_int_eq(next(), DEADLINE_US);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_TIMEOUT);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert(addr_equal(&result->attempts[0].addr,
	    &result->attempts[1].addr));
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_TIMEOUT);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_TIMEOUT);
}
END_TEST

START_TEST(second_socket_answers_first)
{
	int fd;

	start_unheard(150 * MS);
	hear();
	at(150 * MS);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_NOT_PROBED);
	ck_assert_int_eq(result->attempts[1].outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->syn_resent, 0);
	ck_assert_int_gt(result->rtt_us, 0);
	ck_assert_int_eq(result->time_us, 150 * MS + result->rtt_us);
	/* The first is given up: but one connection is made. */
	fd = accept(queue, NULL, NULL);
	ck_assert_int_ne(fd, -1);
	ck_assert(!comes(queue, POLLIN, 1200));
	ck_assert_uint_eq(told, 1);
	close(fd);
	close_queue();
}
END_TEST

/* Both are unheard, and the first is the first to be sent again. */
START_TEST(first_socket_answers_first)
{
	start_unheard(150 * MS);
	/* In real time, too. */
	ck_assert(!comes(dialled, POLLOUT, 150));
	at(150 * MS);
	ck_assert_ptr_null(result);
	hear();
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert_int_eq(result->attempts[0].outcome, OUTCOME_OK);
	ck_assert_uint_ge(result->syn_resent, 1);
	ck_assert_uint_eq(told, 1);
	close_queue();
}
END_TEST

START_TEST(refused_at_once_is_not_asked_twice)
{
	add_neighbour("closed");
	start_hedged(DEADLINE_US, 150 * MS);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(result->n_attempts, 1);
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
}
END_TEST

START_TEST(refused_late_is_not_asked_twice)
{
	start_unheard(150 * MS);
	refuse();
	ck_assert(comes(dialled, POLLOUT, RESENT_MS));
	at(100 * MS);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(result->cause.origin, ORIGIN_PEER);
	ck_assert_uint_eq(result->n_attempts, 1);
	ck_assert_int_eq(result->time_us, 100 * MS);
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
	close_queue();
}
END_TEST

/* It is an answer: what is to come of the first is not waited for. */
START_TEST(second_socket_is_refused)
{
	start_unheard(150 * MS);
	refuse();
	at(150 * MS);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert_int_eq(result->time_us, 150 * MS);
	ck_assert_uint_eq(told, 1);
	close_queue();
}
END_TEST

START_TEST(hedge_only_one_address)
{
	add_neighbour("full");
	add_neighbour("full");
	start_hedged(DEADLINE_US, 150 * MS);
	ck_assert_int_eq(next(), PROBE_STAGGER_US);
	at(PROBE_STAGGER_US);
	ck_assert_int_eq(next(), DEADLINE_US);
	ends_at(DEADLINE_US);
	ck_assert_uint_eq(result->n_attempts, 2);
	ck_assert(!addr_equal(&result->attempts[0].addr,
	    &result->attempts[1].addr));
}
END_TEST

/* That there is no second socket says nothing of the first. */
START_TEST(hedge_without_descriptors)
{
	struct rlimit before;

	add_neighbour("full");
	start_hedged(DEADLINE_US, 150 * MS);
	before = use_up_descriptors();
	at(150 * MS);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_ptr_null(result);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_TIMEOUT);
}
END_TEST

static const int64_t no_hedges[] = { 0, DEADLINE_US + 1 };

START_TEST(no_hedge)
{
	add_neighbour("full");
	start_hedged(DEADLINE_US, no_hedges[_i]);
	ck_assert_int_eq(next(), DEADLINE_US);
	ends_at(DEADLINE_US);
	ck_assert_uint_eq(result->n_attempts, 1);
}
END_TEST

/* A refused socket is used for the next. */

static void
assert_no_errors(int fd)
{
	struct msghdr msg = { 0 };

	ck_assert_int_eq(recvmsg(fd, &msg, MSG_ERRQUEUE), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static const char *const refusals[] = { "tcp4 closed", "tcp6 closed" };

START_TEST(refused_socket_is_used_again)
{
	const struct step steps[] = { BEGIN("220") };
	union addr_sockaddr peer;
	socklen_t len = sizeof(peer);
	char script[64];
	int fd, i;

	if (_i == 1 && !has_ipv6())
		return;
	STEPS(steps);
	add_peer(refusals[_i]);
	fd = next_fd();
	start(DEADLINE_US);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(told, 1);
		ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
		ck_assert_int_eq(env.spare_fd, fd);
		ck_assert_int_eq(env.spare_family, addrs[0].family);
		assert_no_errors(fd);
		start_again();
	}
	/* A peer that answers. */
	snprintf(script, sizeof(script), "%.4s silent", refusals[_i]);
	fakes[1] = fake_start(script, NULL);
	target.port = fake_port(fakes[1], 0);
	ck_assert_int_eq(env.spare_fd, fd);
	start_again();
	ck_assert_ptr_null(result);
	ck_assert_int_eq(env.spare_fd, -1);
	at(1);
	poller_wait(poller, now);
	ck_assert_int_eq(getpeername(fd, &peer.any, &len), 0);
	ck_assert_int_eq(ntohs(peer.in.sin_port), target.port);
	ck_assert(fake_wait_log(fakes[1], "accept 0 #1"));
	probe_stop(probe, "enough", now);
	ck_assert_int_eq(env.spare_fd, -1);
	ck_assert_int_eq(next_fd(), fd);
}
END_TEST

START_TEST(refused_socket_of_another_family)
{
	int fd;

	if (!has_ipv6())
		return;
	add_peer("tcp4 closed");
	start(DEADLINE_US);
	fd = env.spare_fd;
	ck_assert_int_ne(fd, -1);
	n_addrs = 0;
	fakes[1] = fake_start("tcp6 silent", NULL);
	target.port = fake_port(fakes[1], 0);
	add_addr("::1");
	start_again();
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(env.spare_fd, fd);
	ck_assert_int_eq(env.spare_family, AF_INET);
}
END_TEST

/* What is not as good as new is not kept. */
static const char *const spoilt[] = { "/nonexistent/socket", "/dev/null",
	"255.255.255.255" };

START_TEST(other_sockets_are_not_used_again)
{
	int fd = next_fd();

	target.port = 9;
	add_addr(spoilt[_i]);
	start(DEADLINE_US);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(env.spare_fd, -1);
	ck_assert_int_eq(next_fd(), fd);
}
END_TEST

START_TEST(refused_unix_socket_is_not_used_again)
{
	add_peer("unix closed");
	start(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(env.spare_fd, -1);
}
END_TEST

/* Nor one that the poller knows. */
START_TEST(socket_refused_late_is_not_used_again)
{
	start_unheard(0);
	poller_wait(poller, now);
	refuse();
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(env.spare_fd, -1);
	ck_assert_int_eq(fcntl(dialled, F_GETFD), -1);
	close_queue();
}
END_TEST

/* One is kept. */
START_TEST(one_refused_socket_is_kept)
{
	struct probe *first;
	int fd;

	add_peer("tcp4 closed");
	env.spare_fd = -1;
	start(DEADLINE_US);
	fd = env.spare_fd;
	first = probe;
	n_addrs = 0;
	target.port = 9;
	/* Of another family, so that this one needs a socket of its own. */
	if (has_ipv6()) {
		add_addr("::1");
		fakes[1] = fake_start("tcp6 closed", NULL);
		target.port = fake_port(fakes[1], 0);
		probe = probe_new(&stream_probe, &env);
		forget();
		told = 0;
		probe_start(probe, &target, addrs, 1, now + DEADLINE_US, 0,
		    now);
		ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
		ck_assert_int_eq(env.spare_fd, fd);
		ck_assert_int_eq(env.spare_family, AF_INET);
		probe_free(first);
	}
}
END_TEST

static void
write_file(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)!write(fd, s, strlen(s));
	close(fd);
}

/* A network of our own, where a firewall can be; false: not here. */
static bool
enter_network(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	char map[64];
	int fd;

	if (unshare(CLONE_NEWNET) == -1) {
		snprintf(map, sizeof(map), "0 %ld 1", (long)geteuid());
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
			return false;
		write_file("/proc/self/uid_map", map);
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	lo.ifr_flags = IFF_UP;
	if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &lo) == -1)
		return false;
	close(fd);
	return system("PATH=$PATH:/sbin:/usr/sbin; { "
		      "nft add table ip t && nft add chain ip t c "
		      "'{ type filter hook output priority 0; }' && "
		      "nft add rule ip t c tcp dport 9 "
		      "reject with icmp port-unreachable; } 2>/dev/null") == 0;
}

/* An ICMP message is no refusal: the socket is still about to connect. */
START_TEST(rejected_socket_is_not_used_again)
{
	int fd;

	if (!enter_network())
		return;
	add_peer("tcp4 closed");
	fd = next_fd();
	start(DEADLINE_US);
	ck_assert_int_eq(env.spare_fd, fd);
	target.port = 9;
	start_again();
	if (result == NULL) {
		at(1);
		await_end();
	}
	ck_assert_str_eq(outcome_name(result->outcome),
	    outcome_name(OUTCOME_REJECTED));
	ck_assert_int_eq(result->cause.origin, ORIGIN_ICMP);
	ck_assert_int_eq(env.spare_fd, -1);
	ck_assert_int_eq(next_fd(), fd);
	/* Nothing of it is told of the next. */
	target.port = fake_port(fakes[0], 0);
	start_again();
	ck_assert_int_eq(result->outcome, OUTCOME_REFUSED);
	ck_assert_int_eq(result->cause.origin, ORIGIN_PEER);
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
	struct sock_conf conf = from("127.0.0.2");

	env.sock = &conf;
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert(fake_wait_log(fakes[0], "accept 0 #1 127.0.0.2:"));
}
END_TEST

START_TEST(source_address_that_is_not_ours)
{
	struct sock_conf conf = from("198.51.100.7");
	int fd;

	env.sock = &conf;
	add_peer("tcp4 silent");
	fd = next_fd();
	start(DEADLINE_US);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_LOCAL_ERROR);
	ck_assert_int_eq(result->cause.err, EADDRNOTAVAIL);
	ck_assert_int_eq(result->cause.origin, ORIGIN_LOCAL);
	ck_assert_int_eq(result->time_us, RESULT_NONE);
	ck_assert_int_eq(env.spare_fd, -1);
	ck_assert_int_eq(next_fd(), fd);
}
END_TEST

/* A probe that has ended is as good as new. */
START_TEST(start_after_the_end)
{
	const struct step steps[] = { BEGIN("220") };
	size_t i;

	STEPS(steps);
	add_neighbour("say '500'");
	add_neighbour("say '220'");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	assert_reply("500", 3);
	for (i = 0; i < 3; i++) {
		addrs[0] = addrs[1];
		n_addrs = 1;
		at(now + CLOCK_SECOND - START_US);
		start_again();
		at(now + 1 - START_US);
		await_end();
		ck_assert_uint_eq(told, 1);
		ck_assert_int_eq(result->outcome, OUTCOME_OK);
		assert_reply("220", 3);
		ck_assert_uint_eq(result->n_attempts, 1);
		ck_assert_int_eq(result->time_us, 1);
		ck_assert_int_eq(result->connect_us, result->rtt_us);
	}
}
END_TEST

/* The dialogue. */

START_TEST(dialogue_of_several_steps)
{
	const struct step steps[] = { BEGIN("220"), SEND("EHLO\r\n"),
		BEGIN("250"), SEND("NOOP\r\n"), EXPECT(IN("done")) };

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
	const struct step steps[] = { EXPECT(IN("220")) };
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

/* Of what a peer sends without an end a part is read in each turn. */
START_TEST(reading_ends_with_the_turn)
{
	const struct step steps[] = { EXPECT(IN("220")) };
	int64_t turns = 0;
	size_t before;

	STEPS(steps);
	dialogue.max_bytes = 16 * READ_MAX + 1;
	add_peer("tcp4 silent");
	flooded = true;
	start(DEADLINE_US);
	while (result == NULL) {
		before = flood;
		ck_assert_int_eq(next(), now + 1 - START_US);
		at(now + 1 - START_US);
		turns++;
		ck_assert_uint_gt(flood, before);
		ck_assert_uint_le(flood - before, READ_MAX);
	}
	ck_assert_int_eq(turns, 17);
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_FULL);
	ck_assert_uint_eq(result->reply.len, dialogue.max_bytes);
}
END_TEST

START_TEST(deadline_ends_reading)
{
	const struct step steps[] = { EXPECT(IN("220")) };

	STEPS(steps);
	dialogue.max_bytes = (size_t)1 << 30;
	add_peer("tcp4 silent");
	flooded = true;
	start(DEADLINE_US);
	at(1);
	at(DEADLINE_US);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_DEADLINE);
	ck_assert_uint_le(flood, 2 * READ_MAX);
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

/* What must not be in the answer: it is read to its end. */

#define NOT(literal)                              \
	{                                         \
		PATTERN_NOT, BYTES(literal), NULL \
	}

static const struct {
	const char *script;
	enum outcome outcome;
	enum ending ending;
} nots[] = {
	{ "tcp4 say '220 fine' close", OUTCOME_OK, 0 },
	{ "tcp4 say '220 an error' close", OUTCOME_MISMATCH, ENDING_JUDGED },
	{ "tcp4 say '220 an err' slow 1 1 'or' close", OUTCOME_MISMATCH,
	    ENDING_JUDGED },
	{ "tcp4 say 'fine' close", OUTCOME_MISMATCH, ENDING_CLOSED },
	{ "tcp4 say '220 fine' reset", OUTCOME_MISMATCH, ENDING_RESET },
	{ "tcp4 close", OUTCOME_NO_DATA, ENDING_CLOSED },
};

START_TEST(not_in_the_answer)
{
	const struct step steps[] = { SEND("x"),
		EXPECT(IN("220"), NOT("error")) };

	STEPS(steps);
	add_peer(nots[_i].script);
	start(DEADLINE_US);
	at(1);
	await_end();
	/* A reset may take with it what came before. */
	if (nots[_i].ending == ENDING_RESET && result->outcome == OUTCOME_RESET)
		return;
	ck_assert_int_eq(result->outcome, nots[_i].outcome);
	if (nots[_i].outcome == OUTCOME_MISMATCH)
		ck_assert_int_eq(result->ending, nots[_i].ending);
}
END_TEST

/* It took until the last byte, not until it was sure to be the last. */
START_TEST(not_until_it_is_quiet)
{
	const struct step steps[] = { EXPECT(NOT("error")) };

	STEPS(steps);
	add_peer("tcp4 say '220'");
	start(DEADLINE_US);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 3"));
	at(5 * MS);
	poller_wait(poller, now);
	ck_assert_ptr_null(result);
	ends_at(5 * MS + DIALOGUE_QUIET_US);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 5 * MS);
	ck_assert_int_eq(result->reply_us, 5 * MS - result->connect_us);
}
END_TEST

START_TEST(not_until_the_deadline)
{
	const struct step steps[] = { EXPECT(IN("2"), NOT("error")) };

	STEPS(steps);
	dialogue.quiet_us = 0;
	add_peer("tcp4 say '220'");
	start(DEADLINE_US);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 3"));
	at(5 * MS);
	poller_wait(poller, now);
	ck_assert_ptr_null(result);
	ends_at(DEADLINE_US);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_int_eq(result->time_us, 5 * MS);
}
END_TEST

/* What comes together is taken apart, a line at a time. */
START_TEST(answers_that_come_together)
{
	const struct step steps[] = { EXPECT(IN("one")), EXPECT(IN("two")),
		BEGIN("three"), EXPECT(NOT("one")) };

	STEPS(steps);
	add_peer("tcp4 say 'a one b\r\nx two\r\nthree\r\nend' close");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_steps, 4);
}
END_TEST

/* What is met once is not met by the same bytes again; by others it is. */
START_TEST(an_answer_counts_once)
{
	const struct step steps[] = { EXPECT(IN("one")), EXPECT(IN("one")) };

	STEPS(steps);
	add_peer(_i == 0 ? "tcp4 say 'one\r\n' close"
			 : "tcp4 say 'one one\r\n' close");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome,
	    _i == 0 ? OUTCOME_NO_DATA : OUTCOME_OK);
	ck_assert_uint_eq(result->n_steps, 2);
}
END_TEST

/* What was said before we sent something is no answer to it. */
START_TEST(said_too_early)
{
	const struct step steps[] = { EXPECT(IN("220")), SEND("EHLO"),
		EXPECT(IN("250")) };

	STEPS(steps);
	add_peer("tcp4 say '220 hi\r\n250 early\r\n' expect 'EHLO' close");
	start(DEADLINE_US);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 "));
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_NO_DATA);
}
END_TEST

START_TEST(closes_its_side)
{
	const struct step steps[] = { SEND("hi"), { .kind = STEP_CLOSE },
		EXPECT(IN("bye")) };

	STEPS(steps);
	dialogue.quit = (struct bytes)BYTES("QUIT");
	add_peer("tcp4 expect 'hi' wait 20 say 'bye' close");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert(fake_wait_log(fakes[0], "eof 0 #1"));
}
END_TEST

START_TEST(how_long_steps_take)
{
	const struct step steps[] = { SEND("x"), WAIT(CLOCK_SECOND),
		BEGIN("220") };

	STEPS(steps);
	add_peer("tcp4 read wait 20 say '220'");
	start(DEADLINE_US);
	at(5 * MS);
	at(5 * MS + CLOCK_SECOND);
	ck_assert(fake_wait_log(fakes[0], "sent 0 #1 3"));
	now = START_US + 8 * MS + CLOCK_SECOND;
	poller_wait(poller, now);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(result->n_steps, 3);
	ck_assert_int_eq(result->step_us[1], CLOCK_SECOND);
	ck_assert_int_ge(result->step_us[2], 0);
}
END_TEST

/* A judge of the test's own, of lines. */

static struct exchange asked;
static char judged[64];

static enum judgement
judge_line(struct exchange *x)
{
	const char *s = (const char *)x->answer, *newline;

	ck_assert_uint_lt(x->len, sizeof(judged));
	ck_assert_uint_eq(x->end, x->len);
	ck_assert_ptr_eq(x->target, &target);
	asked = *x;
	memcpy(judged, s, x->len);
	judged[x->len] = '\0';
	newline = memchr(s, '\n', x->len);
	if (newline == NULL)
		return JUDGE_MORE;
	x->end = (size_t)(newline - s) + 1;
	x->offset_us = -7;
	x->has_offset = true;
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

START_TEST(exchange_of_a_judge)
{
	const struct step steps[] = {
		SEND("ask\n"),
		{ .kind = STEP_EXPECT, .judge = judge_line, .arg = "argument" },
	};
	int listener = listen_here("127.0.0.1", 8), fd;

	STEPS(steps);
	start(DEADLINE_US);
	fd = accept_here(listener);
	at(5);
	say(fd, "+");
	await_event();
	ck_assert_str_eq(asked.arg, "argument");
	ck_assert_uint_eq(asked.sent.len, 4);
	ck_assert_mem_eq(asked.sent.data, "ask\n", 4);
	ck_assert_int_eq(asked.wall_us, START_US + 5);
	ck_assert(!asked.ended);
	/* The time of the first byte stays that. */
	at(9);
	say(fd, "\n");
	poller_wait(poller, now + PATIENCE_US);
	ck_assert_int_eq(asked.wall_us, START_US + 5);
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert(result->has_offset);
	ck_assert_int_eq(result->offset_us, -7);
	close(fd);
	close(listener);
}
END_TEST

/* It is told that no more comes. */
START_TEST(end_for_a_judge)
{
	const struct step steps[] = {
		{ .kind = STEP_EXPECT, .judge = judge_line },
	};

	STEPS(steps);
	add_peer("tcp4 say '+a' close");
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert(asked.ended);
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_CLOSED);
	ck_assert(!result->has_offset);
}
END_TEST

/* What comes behind one answer begins the next, but for what is asked later. */
static const struct {
	bool sends;
	const char *script;
	const char *judged;
} following[] = {
	{ false, "tcp4 say '+a\n+b\n'", "+b\n" },
	{ false, "tcp4 say '+a\n+b' wait 20 say '\n'", "+b\n" },
	{ true, "tcp4 say '+a\n-b\n' expect 'ask' say '+c\n'", "+c\n" },
};

START_TEST(two_judges)
{
	const struct step all[] = {
		{ .kind = STEP_EXPECT, .judge = judge_line },
		SEND("ask\n"),
		{ .kind = STEP_EXPECT, .judge = judge_line },
	};
	const struct step steps[] = { all[0], all[2] };

	if (following[_i].sends)
		STEPS(all);
	else
		STEPS(steps);
	add_peer(following[_i].script);
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_str_eq(judged, following[_i].judged);
	ck_assert_uint_eq(result->answer_at, result->reply.len);
}
END_TEST

/* Undecided for so long, it is wrong; more than that is not looked at. */

static size_t most_judged;

static enum judgement
judge_never(struct exchange *x)
{
	if (x->len > most_judged)
		most_judged = x->len;
	return x->len > JUDGED_MAX ? JUDGE_MATCH : JUDGE_MORE;
}

/* So that buffers do not end where that much does. */
static enum judgement
judge_three(struct exchange *x)
{
	x->end = 3;
	return x->len < 3 ? JUDGE_MORE : JUDGE_MATCH;
}

START_TEST(judge_of_too_much)
{
	const struct step steps[] = {
		{ .kind = STEP_EXPECT, .judge = judge_three },
		{ .kind = STEP_EXPECT, .judge = judge_never },
	};

	STEPS(steps);
	add_peer("tcp4 silent");
	start(DEADLINE_US);
	flooded = true;
	at(1);
	await_end();
	flooded = false;
	ck_assert_uint_eq(most_judged, JUDGED_MAX);
	ck_assert_int_eq(result->outcome, OUTCOME_MISMATCH);
	ck_assert_int_eq(result->ending, ENDING_JUDGED);
}
END_TEST

/* What is made is made once, however often it is tried to send it. */

static unsigned times_made;

static size_t
make_line(const struct question *q)
{
	times_made++;
	ck_assert_ptr_eq(q->target, &target);
	ck_assert_str_eq(q->arg, "argument");
	memset(q->to, 'x', STEP_MADE_MAX);
	q->to[0] = (unsigned char)('0' + times_made);
	q->to[STEP_MADE_MAX - 1] = '\n';
	return STEP_MADE_MAX;
}

START_TEST(question_made)
{
	const struct step steps[] = {
		{ .kind = STEP_SEND, .make = make_line, .arg = "argument" },
		{ .kind = STEP_EXPECT, .judge = judge_line },
	};

	STEPS(steps);
	times_made = 0;
	add_peer("tcp4 expect '1xxx' expect 'x\n' say '+\n'");
	start(DEADLINE_US);
	blocked = 3;
	at(1);
	await_end();
	ck_assert_uint_eq(blocked, 0);
	ck_assert_int_eq(result->outcome, OUTCOME_OK);
	ck_assert_uint_eq(times_made, 1);
	ck_assert_uint_eq(asked.sent.len, STEP_MADE_MAX);
}
END_TEST

/* Nothing in the clear follows what agrees to begin TLS. */

static const struct {
	bool sends; /* before the handshake */
	const char *script;
	enum outcome outcome;
	const char *note;
} agreements[] = {
	{ false, "tcp4 say '+a\nb'", OUTCOME_TLS_FAILED,
	    "bytes in the clear follow the agreement on TLS" },
	{ true, "tcp4 say '+a\nb'", OUTCOME_TLS_FAILED,
	    "bytes in the clear follow the agreement on TLS" },
	{ false, "tcp4 say '-a\n'", OUTCOME_TLS_FAILED,
	    "the peer does not agree to begin TLS" },
	{ true, "tcp4 say '-a\n'", OUTCOME_TLS_FAILED,
	    "the peer does not agree to begin TLS" },
	{ false, "tcp4 say '+a' close", OUTCOME_TLS_FAILED,
	    "the peer does not agree to begin TLS" },
	{ false, "tcp4 close", OUTCOME_NO_DATA, NULL },
	{ true, "tcp4 close", OUTCOME_NO_DATA, NULL },
};

START_TEST(agreement_on_tls)
{
	const struct step all[] = {
		{ .kind = STEP_EXPECT, .judge = judge_line },
		SEND("ask\n"),
		{ .kind = STEP_TLS },
	};
	const struct step steps[] = { all[0], all[2] };

	if (agreements[_i].sends)
		STEPS(all);
	else
		STEPS(steps);
	add_peer(agreements[_i].script);
	start(DEADLINE_US);
	at(1);
	await_end();
	ck_assert_int_eq(result->outcome, agreements[_i].outcome);
	unit_str(agreements[_i].script, result->note, agreements[_i].note);
}
END_TEST

/* The figures. */

START_TEST(times_of_a_connection)
{
	const struct probe_tag tag = { START_US + 77, 1234, 3 };

	add_peer("tcp4 silent");
	now = START_US;
	probe = probe_new(&stream_probe, &env);
	probe->tag = tag;
	probe_start(probe, &target, addrs, 1, START_US + DEADLINE_US, 0, now);
	/* The kernel knows how long it took: no later turn is needed. */
	ck_assert_ptr_nonnull(result);
	ck_assert_int_eq(probe->tag.limit_us, tag.limit_us);
	ck_assert_uint_eq(probe->tag.tries, 3);
	ck_assert_int_eq(result->resolve_us, 1234);
	ck_assert_int_eq(result->connect_us, result->rtt_us);
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
	static const char note[] = "note";

	STEPS(steps);
	add_peer(anywhere[_i]);
	start(DEADLINE_US);
	at(1);
	poller_wait(poller, now + QUIET_US);
	probe_stop(probe, note, now);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result->outcome, OUTCOME_NOT_PROBED);
	ck_assert_ptr_eq(result->note, note);
	probe_stop(probe, "again", now);
	ck_assert_uint_eq(told, 1);
	ck_assert_ptr_eq(result->note, note);
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
	tcase_add_test(tc, connected_but_not_told_at_the_deadline);
	tcase_add_test(tc, refused_but_not_told_at_the_deadline);
	tcase_add_test(tc, room_in_a_unix_queue_at_the_deadline);
	unit_rows(tc, reset_before_we_look, resets);
	tcase_add_test(tc, hedge_after_the_delay);
	tcase_add_test(tc, second_socket_answers_first);
	tcase_add_test(tc, first_socket_answers_first);
	tcase_add_test(tc, refused_at_once_is_not_asked_twice);
	tcase_add_test(tc, refused_late_is_not_asked_twice);
	tcase_add_test(tc, second_socket_is_refused);
	tcase_add_test(tc, hedge_without_descriptors);
	tcase_add_test(tc, hedge_only_one_address);
	unit_rows(tc, no_hedge, no_hedges);
	unit_rows(tc, refused_socket_is_used_again, refusals);
	tcase_add_test(tc, refused_socket_of_another_family);
	unit_rows(tc, other_sockets_are_not_used_again, spoilt);
	tcase_add_test(tc, refused_unix_socket_is_not_used_again);
	tcase_add_test(tc, socket_refused_late_is_not_used_again);
	tcase_add_test(tc, one_refused_socket_is_kept);
	tcase_add_test(tc, rejected_socket_is_not_used_again);
	tcase_add_test(tc, source_address);
	tcase_add_test(tc, source_address_that_is_not_ours);
	tcase_add_test(tc, start_after_the_end);
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
	tcase_add_test(tc, reading_ends_with_the_turn);
	tcase_add_test(tc, deadline_ends_reading);
	tcase_add_test(tc, wait_does_not_count_as_time);
	tcase_add_test(tc, wait_that_is_told_late);
	tcase_add_test(tc, wait_beyond_the_deadline);
	unit_rows(tc, not_in_the_answer, nots);
	tcase_add_test(tc, not_until_it_is_quiet);
	tcase_add_test(tc, not_until_the_deadline);
	tcase_add_test(tc, answers_that_come_together);
	tcase_add_loop_test(tc, an_answer_counts_once, 0, 2);
	tcase_add_test(tc, said_too_early);
	tcase_add_test(tc, closes_its_side);
	tcase_add_test(tc, how_long_steps_take);
	unit_rows(tc, judge_of_a_step, judges);
	tcase_add_test(tc, exchange_of_a_judge);
	tcase_add_test(tc, end_for_a_judge);
	unit_rows(tc, two_judges, following);
	tcase_add_test(tc, judge_of_too_much);
	tcase_add_test(tc, question_made);
	unit_rows(tc, agreement_on_tls, agreements);
	tcase_add_test(tc, times_of_a_connection);
	tcase_add_test(tc, times_of_a_unix_socket);
	tcase_add_test(tc, times_of_an_answer);
	unit_rows(tc, stop, anywhere);
	unit_rows(tc, free_at_any_time, anywhere);
	return unit_run("probe", tc);
}
