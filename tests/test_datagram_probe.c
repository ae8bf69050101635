/* SPDX-License-Identifier: ISC */
/*
 * The probe of datagrams: the peers are sockets of the test, and the time is its
 * own.  The program's clocks take the place of the library's.
 */
#include "datagram_probe.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

#define MS CLOCK_MILLISECOND
#define START_US (1000 * CLOCK_SECOND)

/* In real time: what comes, comes before; what does not, did not. */
#define PATIENCE_MS 5000
#define PATIENCE_US (5 * CLOCK_SECOND)
#define QUIET_US (20 * MS)

#define PEERS_MAX 4

static int64_t now = START_US;
static bool real_wall;

static struct poller *poller;
static struct timers timers;
static struct probe_env env;
static struct payload payloads[3];
static struct inquiry inquiry;
static struct dialogue dialogue;
static struct target target;
static struct probe *probe;
static unsigned told;

static struct result result;
static struct attempt attempts[PROBE_ADDRS_MAX];
static unsigned char reply[100];

/* The peers, and who asked them last; -1: nobody is there. */
static int peers[PEERS_MAX];
static struct addr addrs[PEERS_MAX];
static size_t n_peers;
static union addr_sockaddr asker;
static socklen_t asker_len;

int64_t
clock_now_us(void)
{
	return now;
}

/* Far from the kernel's, whose times are not looked at then. */
int64_t
clock_wall_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return real_wall ? (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000
			 : now;
}

static void
done(void *ctx, struct probe *p, const struct result *r)
{
	ck_assert_ptr_eq(ctx, &env);
	ck_assert_ptr_eq(p, probe);
	ck_assert_uint_le(r->reply.len, sizeof(reply));
	result = *r;
	if (r->reply.len > 0)
		memcpy(reply, r->reply.data, r->reply.len);
	result.reply.data = reply;
	memcpy(attempts, r->attempts, r->n_attempts * sizeof(attempts[0]));
	result.attempts = attempts;
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
		.spare_datagram_fd = -1,
		.done = done,
		.ctx = &env,
	};
	payloads[0] = (struct payload){ .send = BYTES("ask") };
	inquiry = (struct inquiry){
		.payloads = payloads,
		.n = 1,
		.demand = DEMAND_ANSWER,
		.quiet_us = 2 * CLOCK_SECOND,
		.max_bytes = INQUIRY_MAX_BYTES,
	};
	target = (struct target){ "host", 0, AF_UNSPEC, &dialogue, &inquiry };
}

static void
teardown(void)
{
	size_t i;

	probe_free(probe);
	if (env.spare_datagram_fd != -1)
		close(env.spare_datagram_fd);
	poller_free(poller);
	timers_free(&timers);
	for (i = 0; i < n_peers; i++)
		if (peers[i] != -1)
			close(peers[i]);
}

/* Peers. */

/* On the port of the first: the second is 127.0.0.2. */
static void
add_peer(void)
{
	union addr_sockaddr sa;
	socklen_t len;
	char text[20];
	const char *why;
	size_t i = n_peers++;

	snprintf(text, sizeof(text), "127.0.0.%zu", i + 1);
	ck_assert_int_eq(addr_parse(text, AF_INET, &addrs[i], &why),
	    ADDR_LITERAL);
	addr_set_port(&addrs[i], target.port);
	peers[i] = socket(AF_INET, SOCK_DGRAM, 0);
	len = addr_get(&addrs[i], &sa);
	ck_assert_int_eq(bind(peers[i], &sa.any, len), 0);
	ck_assert_int_eq(getsockname(peers[i], &sa.any, &len), 0);
	target.port = ntohs(sa.in.sin_port);
	addr_set_port(&addrs[i], 0);
}

/* Nobody listens there any more. */
static void
close_peer(size_t i)
{
	close(peers[i]);
	peers[i] = -1;
}

static bool
comes(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms) == 1;
}

/* What has come at that peer: how many, each of them this. */
static unsigned
asked(size_t i, const char *what)
{
	unsigned n = 0;
	char bytes[100];
	ssize_t got;

	while (comes(peers[i], 0)) {
		asker_len = sizeof(asker);
		got = recvfrom(peers[i], bytes, sizeof(bytes), 0, &asker.any,
		    &asker_len);
		ck_assert_int_eq(got, (ssize_t)strlen(what));
		ck_assert_mem_eq(bytes, what, (size_t)got);
		n++;
	}
	return n;
}

static void
say_from(int fd, const char *bytes)
{
	ck_assert_int_eq(sendto(fd, bytes, strlen(bytes), 0, &asker.any,
			     asker_len),
	    (ssize_t)strlen(bytes));
}

static void
say(size_t i, const char *bytes)
{
	say_from(peers[i], bytes);
}

/* Time. */

static void
start(int64_t deadline_us)
{
	now = START_US;
	probe = probe_new(&datagram_probe, &env);
	probe_start(probe, &target, addrs, n_peers, START_US + deadline_us, 0,
	    now);
}

static void
at(int64_t us)
{
	struct timer *t;

	ck_assert_int_le(now, START_US + us);
	now = START_US + us;
	while ((t = timers_pop(&timers, now)) != NULL)
		probe_wake(probe_of(t), now);
}

/* Something is ready: it is told, and time stands still. */
static void
await_event(void)
{
	poller_wait(poller, now + PATIENCE_US);
}

static int64_t
next_us(void)
{
	return timers_next(&timers) - START_US;
}

static void
assert_end(enum outcome o)
{
	ck_assert_uint_eq(told, 1);
	ck_assert_str_eq(outcome_name(result.outcome), outcome_name(o));
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
}

static void
assert_reply(const char *want)
{
	ck_assert_uint_eq(result.reply.len, strlen(want));
	ck_assert_mem_eq(result.reply.data, want, strlen(want));
}

/* Payloads that are made: "q1", "q2" ...; the answer to q1 is a1, an error e1. */

static unsigned made;

static size_t
make(const struct question *q)
{
	ck_assert_ptr_eq(q->target, &target);
	ck_assert_ptr_nonnull(q->from);
	q->to[0] = 'q';
	q->to[1] = (unsigned char)('1' + made++);
	return 2;
}

static enum judgement
judge(struct exchange *x)
{
	ck_assert_uint_eq(x->sent.len, 2);
	if (x->len != 2 || x->answer[1] != x->sent.data[1])
		return JUDGE_MORE;
	x->offset_us = 7;
	x->has_offset = true;
	x->why = "an error";
	return x->answer[0] == 'a' ? JUDGE_MATCH : JUDGE_MISMATCH;
}

static void
use_made(void)
{
	made = 0;
	payloads[0] = (struct payload){
		.make = make, .judge = judge, .words = "an answer"
	};
}

START_TEST(open_port)
{
	add_peer();
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	at(30 * MS);
	say(0, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	assert_reply("hello");
	ck_assert_int_eq(result.time_us, 30 * MS);
	ck_assert_int_eq(result.rtt_us, 30 * MS);
	ck_assert_uint_eq(result.asked, 1);
	ck_assert_uint_eq(result.lost, 0);
	ck_assert_uint_eq(result.n_attempts, 1);
	ck_assert_ptr_null(result.words);
	addr_set_port(&addrs[0], target.port);
	ck_assert(addr_equal(&result.addr, &addrs[0]));
}
END_TEST

START_TEST(closed_port)
{
	add_peer();
	close_peer(0);
	start(10 * CLOCK_SECOND);
	assert_end(OUTCOME_REFUSED);
	ck_assert_int_eq(result.cause.origin, ORIGIN_ICMP);
	ck_assert_int_eq(result.cause.icmp_type, 3);
	ck_assert_int_eq(result.cause.icmp_code, 3);
	ck_assert(addr_equal(&result.cause.from, &addrs[0]));
	ck_assert_int_eq(result.time_us, RESULT_NONE);
	ck_assert_uint_eq(result.asked, 1);
	ck_assert_uint_eq(result.lost, 0);
}
END_TEST

static const struct plan {
	int64_t deadline_us;
	bool once;
	size_t n;
	int64_t at_us[10];
} plans[] = {
	{ 10000 * MS, false, 5, { 0, 500, 1500, 3500, 7500 } },
	{ 3500 * MS, false, 3, { 0, 500, 1500 } },
	{ 1500 * MS, false, 2, { 0, 500 } },
	{ 300 * MS, false, 2, { 0, 100 } },
	{ 3600 * CLOCK_SECOND, false, 8,
	    { 0, 500, 1500, 3500, 7500, 15500, 31500, 63500 } },
	{ 10000 * MS, true, 1, { 0 } },
};

/* It is asked at these times, and at no others. */
START_TEST(asked_again)
{
	const struct plan *p = &plans[_i];
	size_t i;

	add_peer();
	inquiry.once = p->once;
	start(p->deadline_us);
	for (i = 1; i < p->n; i++) {
		ck_assert_uint_eq(asked(0, "ask"), 1);
		ck_assert_int_eq(next_us(), p->at_us[i] * MS);
		at(next_us());
	}
	ck_assert_uint_eq(asked(0, "ask"), 1);
	ck_assert_int_eq(next_us(), p->deadline_us);
	at(next_us());
	assert_end(OUTCOME_NO_REPLY);
	ck_assert_int_eq(asked(0, "ask"), 0);
	ck_assert_int_eq(result.cause.origin, ORIGIN_NOBODY);
	ck_assert_int_eq(result.time_us, p->deadline_us);
	ck_assert_uint_eq(result.asked, p->n);
	ck_assert_uint_eq(result.lost, p->n);
}
END_TEST

START_TEST(silent)
{
	add_peer();
	inquiry.demand = _i == 0 ? DEMAND_NONE : DEMAND_IMPOSSIBLE;
	start(CLOCK_SECOND);
	at(CLOCK_SECOND);
	assert_end(OUTCOME_SILENT);
}
END_TEST

/* Of equal questions it is not known which was answered. */
START_TEST(answer_to_one_of_two)
{
	add_peer();
	start(10 * CLOCK_SECOND);
	at(500 * MS);
	ck_assert_uint_eq(asked(0, "ask"), 2);
	at(600 * MS);
	say(0, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	ck_assert_int_eq(result.time_us, 600 * MS);
	ck_assert_int_eq(result.rtt_us, RESULT_NONE);
	ck_assert_uint_eq(result.asked, 2);
	ck_assert_uint_eq(result.lost, 1);
}
END_TEST

/* Of different ones it is; a late answer is one, too. */
START_TEST(answer_that_tells)
{
	add_peer();
	use_made();
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "q1"), 1);
	at(500 * MS);
	ck_assert_uint_eq(asked(0, "q2"), 1);
	at(600 * MS);
	say(0, _i == 0 ? "a1" : "a2");
	await_event();
	assert_end(OUTCOME_OK);
	assert_reply(_i == 0 ? "a1" : "a2");
	ck_assert_int_eq(result.time_us, 600 * MS);
	ck_assert_int_eq(result.rtt_us, (_i == 0 ? 600 : 100) * MS);
	ck_assert(result.has_offset);
	ck_assert_int_eq(result.offset_us, 7);
	ck_assert_str_eq(result.words, "an answer");
}
END_TEST

START_TEST(closed_at_last)
{
	add_peer();
	start(10 * CLOCK_SECOND);
	at(500 * MS);
	ck_assert_uint_eq(asked(0, "ask"), 2);
	close_peer(0);
	at(1500 * MS);
	assert_end(OUTCOME_REFUSED);
	ck_assert_uint_eq(result.asked, 3);
	ck_assert_uint_eq(result.lost, 2);
}
END_TEST

/* What is no answer is ignored, and asked again, but somebody is there. */
START_TEST(wrong_number)
{
	add_peer();
	use_made();
	start(CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "q1"), 1);
	at(10 * MS);
	say(0, "a9");
	say(0, "");
	await_event();
	ck_assert_uint_eq(told, 0);
	at(CLOCK_SECOND * 1 / 3);
	ck_assert_uint_eq(asked(0, "q2"), 1);
	if (_i == 0) {
		say(0, "a2");
		await_event();
		assert_end(OUTCOME_OK);
	} else {
		at(CLOCK_SECOND);
		assert_end(OUTCOME_MISMATCH);
		ck_assert_int_eq(result.ending, ENDING_DEADLINE);
		assert_reply("a9");
		ck_assert_int_eq(result.time_us, 10 * MS);
	}
	ck_assert_uint_eq(result.ignored, 2);
}
END_TEST

/* ... unless it is closed later. */
START_TEST(wrong_number_then_closed)
{
	add_peer();
	use_made();
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "q1"), 1);
	say(0, "a9");
	await_event();
	close_peer(0);
	at(500 * MS);
	assert_end(OUTCOME_REFUSED);
	ck_assert_uint_eq(result.reply.len, 0);
}
END_TEST

START_TEST(error_in_answer)
{
	add_peer();
	use_made();
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "q1"), 1);
	at(10 * MS);
	say(0, "e1");
	await_event();
	assert_end(OUTCOME_MISMATCH);
	ck_assert_int_eq(result.ending, ENDING_JUDGED);
	assert_reply("e1");
	ck_assert_str_eq(result.note, "an error");
	ck_assert(!result.has_offset);
	ck_assert_uint_eq(result.lost, 0);
}
END_TEST

/* Of two payloads, one may be answered by an error. */
START_TEST(several_payloads)
{
	add_peer();
	use_made();
	payloads[1] = payloads[0];
	payloads[1].words = "the other answer";
	inquiry.n = 2;
	start(10 * CLOCK_SECOND);
	while (comes(peers[0], 0)) {
		char bytes[2];

		asker_len = sizeof(asker);
		ck_assert_int_eq(recvfrom(peers[0], bytes, 2, 0, &asker.any,
				     &asker_len),
		    2);
	}
	ck_assert_uint_eq(made, 2);
	at(10 * MS);
	say(0, "e1");
	await_event();
	ck_assert_uint_eq(told, 0);
	/* It has answered: it is not asked again. */
	ck_assert_int_eq(next_us(), 2010 * MS);
	at(20 * MS);
	if (_i == 0) {
		say(0, "a2");
		await_event();
		assert_end(OUTCOME_OK);
		ck_assert_str_eq(result.words, "the other answer");
		ck_assert_int_eq(result.rtt_us, 20 * MS);
	} else if (_i == 1) {
		say(0, "e2");
		await_event();
		assert_end(OUTCOME_MISMATCH);
		ck_assert_int_eq(result.ending, ENDING_JUDGED);
	} else {
		at(2010 * MS);
		assert_end(OUTCOME_MISMATCH);
		ck_assert_int_eq(result.ending, ENDING_QUIET);
		assert_reply("e1");
		ck_assert_int_eq(result.time_us, 10 * MS);
	}
	ck_assert_uint_eq(result.asked, 1);
}
END_TEST

static const struct pattern hello = { PATTERN_ANYWHERE, BYTES("hello"), NULL };

START_TEST(expected)
{
	add_peer();
	inquiry.expect = (struct expect){ &hello, 1 };
	inquiry.quiet_us = _i == 2 ? 0 : 2 * CLOCK_SECOND;
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	at(10 * MS);
	say(0, "other");
	await_event();
	at(20 * MS);
	say(0, "");
	await_event();
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(next_us(), (_i == 2 ? 10000 : 2010) * MS);
	if (_i == 0) {
		say(0, "say hello");
		await_event();
		assert_end(OUTCOME_OK);
		assert_reply("say hello");
	} else {
		at(next_us());
		assert_end(OUTCOME_MISMATCH);
		ck_assert_int_eq(result.ending,
		    _i == 2 ? ENDING_DEADLINE : ENDING_QUIET);
		assert_reply("other");
	}
	ck_assert_uint_eq(result.ignored, 0);
}
END_TEST

START_TEST(expected_and_empty)
{
	add_peer();
	inquiry.expect = (struct expect){ &hello, 1 };
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	say(0, "");
	await_event();
	at(next_us());
	assert_end(OUTCOME_NO_DATA);
}
END_TEST

START_TEST(only_the_first_bytes)
{
	add_peer();
	inquiry.expect = (struct expect){ &hello, 1 };
	inquiry.max_bytes = 6;
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	say(0, "a hello");
	await_event();
	say(0, "ahello!");
	await_event();
	assert_end(OUTCOME_OK);
	assert_reply("ahello");
}
END_TEST

/* From another port, and from another address. */
START_TEST(another_port)
{
	int other = socket(AF_INET, SOCK_DGRAM, 0);

	add_peer();
	inquiry.other_port = _i == 1;
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	/* The kernel makes it 127.0.0.1. */
	say_from(other, "hello");
	if (_i == 1) {
		await_event();
		assert_end(OUTCOME_OK);
	} else {
		poller_wait(poller, now + QUIET_US);
		ck_assert_uint_eq(told, 0);
	}
	ck_assert_uint_eq(result.ignored, 0);
	close(other);
}
END_TEST

START_TEST(another_address)
{
	add_peer();
	add_peer();
	n_peers = 1;
	inquiry.other_port = true;
	start(CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	say(1, "hello");
	await_event();
	ck_assert_uint_eq(told, 0);
	at(CLOCK_SECOND);
	assert_end(OUTCOME_NO_REPLY);
	ck_assert_uint_eq(result.ignored, 1);
	n_peers = 2;
}
END_TEST

/* A closed port tells, wherever replies may come from. */
START_TEST(another_port_and_closed)
{
	add_peer();
	close_peer(0);
	inquiry.other_port = true;
	start(CLOCK_SECOND);
	assert_end(OUTCOME_REFUSED);
}
END_TEST

/* The kernel gives all that comes to a port to the last socket that has it. */
START_TEST(sockets_with_one_port)
{
	struct sock_conf conf = { .source_port = 0 };
	int free_port = socket(AF_INET, SOCK_DGRAM, 0);
	union addr_sockaddr sa = { .in = { .sin_family = AF_INET } };
	socklen_t len = sizeof(sa.in);

	ck_assert_int_eq(bind(free_port, &sa.any, len), 0);
	ck_assert_int_eq(getsockname(free_port, &sa.any, &len), 0);
	close(free_port);
	conf.source_port = ntohs(sa.in.sin_port);
	env.sock = &conf;
	add_peer();
	add_peer();
	inquiry.other_port = true;
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	at(250 * MS);
	ck_assert_uint_eq(asked(1, "ask"), 1);
	say(0, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	ck_assert_int_eq(attempts[0].outcome, OUTCOME_OK);
	ck_assert_int_eq(attempts[1].outcome, OUTCOME_NOT_PROBED);
	ck_assert_uint_eq(result.ignored, 0);
}
END_TEST

START_TEST(second_address_answers)
{
	add_peer();
	add_peer();
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	ck_assert_uint_eq(asked(1, "ask"), 0);
	at(250 * MS);
	ck_assert_uint_eq(asked(1, "ask"), 1);
	at(270 * MS);
	say(1, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	ck_assert_int_eq(result.time_us, 270 * MS);
	ck_assert_int_eq(result.rtt_us, 20 * MS);
	ck_assert_uint_eq(result.n_attempts, 2);
	ck_assert_int_eq(attempts[0].outcome, OUTCOME_NOT_PROBED);
	ck_assert_int_eq(attempts[1].outcome, OUTCOME_OK);
}
END_TEST

START_TEST(first_address_is_closed)
{
	add_peer();
	add_peer();
	close_peer(0);
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(told, 0);
	ck_assert_uint_eq(asked(1, "ask"), 1);
	if (_i == 0) {
		say(1, "hello");
		await_event();
		assert_end(OUTCOME_OK);
	} else {
		at(10 * CLOCK_SECOND);
		assert_end(OUTCOME_REFUSED);
		ck_assert_int_eq(attempts[1].outcome, OUTCOME_NO_REPLY);
	}
	ck_assert_int_eq(attempts[0].outcome, OUTCOME_REFUSED);
}
END_TEST

/* The kernel may give us the very port that is asked. */
START_TEST(asks_itself)
{
	struct sock_conf conf = { .source_port = 0 };

	add_peer();
	close_peer(0);
	conf.source_port = target.port;
	env.sock = &conf;
	start(CLOCK_SECOND);
	if (told == 0)
		await_event();
	assert_end(OUTCOME_REFUSED);
	ck_assert_int_eq(result.cause.origin, ORIGIN_LOCAL);
}
END_TEST

/* A socket that has found a closed port asks the next of the same host. */
START_TEST(socket_is_used_again)
{
	int fd;

	add_peer();
	close_peer(0);
	start(CLOCK_SECOND);
	assert_end(OUTCOME_REFUSED);
	fd = env.spare_datagram_fd;
	ck_assert_int_ge(fd, 3);
	told = 0;
	if (_i == 0) {
		target.port = 0;
		n_peers = 0;
		add_peer();
		probe_start(probe, &target, addrs, 1, now + CLOCK_SECOND, 0,
		    now);
		ck_assert_int_eq(env.spare_datagram_fd, -1);
		ck_assert_uint_eq(asked(0, "ask"), 1);
		say(0, "hello");
		await_event();
		assert_end(OUTCOME_OK);
	} else if (_i == 1) {
		probe_start(probe, &target, addrs, 1, now + CLOCK_SECOND, 0,
		    now);
		assert_end(OUTCOME_REFUSED);
		ck_assert_int_eq(env.spare_datagram_fd, fd);
	} else {
		add_peer();
		probe_start(probe, &target, addrs + 1, 1, now + CLOCK_SECOND, 0,
		    now);
		ck_assert_int_eq(env.spare_datagram_fd, fd);
		ck_assert_uint_eq(asked(1, "ask"), 1);
	}
}
END_TEST

/* What came before it was turned is not from there. */
START_TEST(old_reply_in_a_socket)
{
	add_peer();
	close_peer(0);
	start(CLOCK_SECOND);
	assert_end(OUTCOME_REFUSED);
	told = 0;
	/* Somebody comes to that port after all, and answers. */
	n_peers = 0;
	add_peer();
	asker_len = sizeof(asker);
	ck_assert_int_eq(getsockname(env.spare_datagram_fd, &asker.any,
			     &asker_len),
	    0);
	say(0, "late");
	target.port = 0;
	n_peers = 1;
	addrs[1] = addrs[0];
	peers[1] = socket(AF_INET, SOCK_DGRAM, 0);
	{
		union addr_sockaddr sa;
		socklen_t len = addr_get(&addrs[0], &sa);

		ck_assert_int_eq(bind(peers[1], &sa.any, len), 0);
		ck_assert_int_eq(getsockname(peers[1], &sa.any, &len), 0);
		target.port = ntohs(sa.in.sin_port);
	}
	n_peers = 2;
	probe_start(probe, &target, addrs, 1, now + CLOCK_SECOND, 0, now);
	ck_assert_uint_eq(told, 0);
	ck_assert_uint_eq(asked(1, "ask"), 1);
	say(1, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	assert_reply("hello");
	ck_assert_uint_eq(result.ignored, 0);
}
END_TEST

START_TEST(quit)
{
	add_peer();
	inquiry.quit = (struct bytes)BYTES("bye");
	start(CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	say(0, "hello");
	await_event();
	assert_end(OUTCOME_OK);
	ck_assert_uint_eq(asked(0, "bye"), 1);
}
END_TEST

/* The kernel's time of the arrival, not when we look. */
START_TEST(time_of_arrival)
{
	add_peer();
	real_wall = true;
	start(10 * CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), 1);
	say(0, "hello");
	now += 100 * MS;
	await_event();
	assert_end(OUTCOME_OK);
	ck_assert_int_ge(result.rtt_us, 0);
	ck_assert_int_lt(result.rtt_us, 100 * MS);
	ck_assert_int_eq(result.time_us, result.rtt_us);
}
END_TEST

START_TEST(stopped)
{
	static const char note[] = "enough";

	add_peer();
	start(CLOCK_SECOND);
	probe_stop(probe, note, now + 5);
	assert_end(OUTCOME_NOT_PROBED);
	ck_assert_str_eq(result.note, note);
	probe_stop(probe, "again", now + 6);
	ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(freed_in_the_middle)
{
	add_peer();
	use_made();
	start(CLOCK_SECOND);
	probe_free(probe);
	probe = NULL;
	ck_assert_int_eq(timers_next(&timers), CLOCK_NEVER);
	ck_assert_uint_eq(told, 0);
}
END_TEST

START_TEST(no_descriptor)
{
	struct rlimit none = { 0, 0 }, was;

	add_peer();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	none.rlim_max = was.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	start(CLOCK_SECOND);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_end(OUTCOME_LOCAL_ERROR);
	ck_assert_int_eq(result.cause.err, EMFILE);
}
END_TEST

/* Unix sockets. */

static void
set_path(const char *path)
{
	const char *why;

	ck_assert_int_eq(addr_parse(path, AF_UNSPEC, &addrs[0], &why),
	    ADDR_LITERAL);
	n_peers = 1;
}

static void
add_path(char *dir, char *path, size_t size)
{
	union addr_sockaddr sa;
	socklen_t len;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, size, "%s/s", dir);
	set_path(path);
	peers[0] = socket(AF_UNIX, SOCK_DGRAM, 0);
	len = addr_get(&addrs[0], &sa);
	ck_assert_int_eq(bind(peers[0], &sa.any, len), 0);
}

/* Nothing to ask, something to tell, something to ask. */
START_TEST(unix_socket)
{
	char dir[] = "/tmp/datagramXXXXXX", path[64];

	add_path(dir, path, sizeof(path));
	inquiry.n = _i == 0 ? 0 : 1;
	inquiry.demand = _i < 2 ? DEMAND_NONE : DEMAND_ANSWER;
	start(CLOCK_SECOND);
	ck_assert_uint_eq(asked(0, "ask"), _i == 0 ? 0 : 1);
	if (_i == 2) {
		say(0, "hello");
		await_event();
		assert_reply("hello");
	}
	if (_i == 3) {
		ck_assert_int_eq(next_us(), CLOCK_SECOND);
		at(CLOCK_SECOND);
	}
	assert_end(_i == 3 ? OUTCOME_STALLED : OUTCOME_OK);
	ck_assert_int_eq(result.addr.family, AF_UNIX);
	unlink(path);
	rmdir(dir);
}
END_TEST

/* One whose queue is full is asked again, and only when it has room. */
START_TEST(full_unix_socket)
{
	char dir[] = "/tmp/datagramXXXXXX", path[64];
	union addr_sockaddr sa;
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	add_path(dir, path, sizeof(path));
	len = addr_get(&addrs[0], &sa);
	while (sendto(fd, "ask", 3, 0, &sa.any, len) == 3)
		;
	inquiry.demand = DEMAND_NONE;
	start(CLOCK_SECOND);
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(next_us(), 10 * MS);
	at(10 * MS);
	ck_assert_uint_eq(told, 0);
	if (_i == 0) {
		ck_assert_uint_ge(asked(0, "ask"), 1);
		at(20 * MS);
		assert_end(OUTCOME_OK);
	} else {
		at(CLOCK_SECOND);
		assert_end(OUTCOME_TIMEOUT);
		ck_assert_uint_eq(result.asked, 0);
	}
	close(fd);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(no_unix_socket)
{
	char dir[] = "/tmp/datagramXXXXXX", path[64];

	add_path(dir, path, sizeof(path));
	if (_i == 0)
		close_peer(0);
	else
		unlink(path);
	start(CLOCK_SECOND);
	assert_end(_i == 0 ? OUTCOME_REFUSED : OUTCOME_UNRESOLVED);
	unlink(path);
	rmdir(dir);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("datagram_probe");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, open_port);
	tcase_add_test(tc, closed_port);
	unit_rows(tc, asked_again, plans);
	tcase_add_loop_test(tc, silent, 0, 2);
	tcase_add_test(tc, answer_to_one_of_two);
	tcase_add_loop_test(tc, answer_that_tells, 0, 2);
	tcase_add_test(tc, closed_at_last);
	tcase_add_loop_test(tc, wrong_number, 0, 2);
	tcase_add_test(tc, wrong_number_then_closed);
	tcase_add_test(tc, error_in_answer);
	tcase_add_loop_test(tc, several_payloads, 0, 3);
	tcase_add_loop_test(tc, expected, 0, 3);
	tcase_add_test(tc, expected_and_empty);
	tcase_add_test(tc, only_the_first_bytes);
	tcase_add_loop_test(tc, another_port, 0, 2);
	tcase_add_test(tc, another_address);
	tcase_add_test(tc, another_port_and_closed);
	tcase_add_test(tc, sockets_with_one_port);
	tcase_add_test(tc, second_address_answers);
	tcase_add_loop_test(tc, first_address_is_closed, 0, 2);
	tcase_add_test(tc, asks_itself);
	tcase_add_loop_test(tc, socket_is_used_again, 0, 3);
	tcase_add_test(tc, old_reply_in_a_socket);
	tcase_add_test(tc, quit);
	tcase_add_test(tc, time_of_arrival);
	tcase_add_test(tc, stopped);
	tcase_add_test(tc, freed_in_the_middle);
	tcase_add_test(tc, no_descriptor);
	tcase_add_loop_test(tc, unix_socket, 0, 4);
	tcase_add_loop_test(tc, full_unix_socket, 0, 2);
	tcase_add_loop_test(tc, no_unix_socket, 0, 2);
	return unit_run("datagram_probe", tc);
}
