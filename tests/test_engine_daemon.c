/* SPDX-License-Identifier: ISC */
/*
 * The engine as a daemon has it, which runs for ever: it does not grow, does
 * nothing when there is nothing to do, and has many sockets in flight.  Real
 * peers and real time, of which nothing is asserted.
 */
#include "engine.h"

#include <malloc.h>
#include <poll.h>
#include <stdio.h>

#include "clock.h"
#include "datagram_probe.h"
#include "fake.h"
#include "fd.h"
#include "inquiry.h"
#include "stream_probe.h"
#include "unit.h"

/* Targets in all, and after how many of them the engine has all it needs. */
#define MANY 200000
#define WARM 50000

#define BATCH 1000

/* Sockets of the goal, and descriptors for what else there is. */
#define SOCKETS 15000
#define OTHERS 100

/* Of the heap, for what has nothing to do with their number. */
#define SLACK_BYTES ((size_t)64 * 1024)

/* More for one socket than this would be a mistake. */
#define SOCKET_BYTES 2048

static const struct dialogue connects = { .max_bytes = 1000 };
static struct inquiry inquiry;
static struct engine *engine;
static struct fake *fake;
static size_t added, wanted, told, ok, failed;
static size_t most_in_flight;

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	ck_assert_ptr_eq(ctx, &told);
	(void)t;
	told++;
	ok += r->outcome == OUTCOME_OK;
	failed += r->outcome == OUTCOME_REFUSED;
}

static void
start(struct engine_conf conf)
{
	conf.streams = &stream_probe;
	conf.datagrams = &datagram_probe;
	conf.ctx = &told;
	if (conf.done == NULL)
		conf.done = done;
	engine = engine_new(&conf);
}

static void
teardown(void)
{
	engine_free(engine);
	fake_stop(fake);
}

static size_t
heap(void)
{
	const struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
turn(void)
{
	int64_t next_us = engine_turn(engine, clock_now_us());

	if (engine_in_flight(engine) > most_in_flight)
		most_in_flight = engine_in_flight(engine);
	if (engine_busy(engine))
		engine_wait(engine, next_us);
}

/* Of all kinds of targets in turn. */

static struct target targets[4];

static void
make_targets(void)
{
	uint16_t closed = fake_port(fake, 0);
	uint16_t open = fake_port(fake, 1);
	uint16_t datagrams = fake_port(fake, 2);

	inquiry_init(&inquiry, NULL);
	targets[0] = (struct target){ "127.0.0.1", closed, AF_UNSPEC,
		&connects };
	targets[1] = (struct target){ "127.0.0.1", datagrams, AF_UNSPEC,
		&connects, &inquiry };
	targets[2] = (struct target){ "localhost", closed, AF_INET, &connects };
	targets[3] = (struct target){ "127.0.0.1", open, AF_UNSPEC, &connects };
}

static void
add_some(size_t n)
{
	int64_t deadline_us = clock_now_us() + 60 * CLOCK_SECOND;

	for (; n > 0 && added < wanted; n--)
		engine_add(engine, &targets[added++ % ARRAY_SIZE(targets)],
		    deadline_us);
}

/* As a daemon does it, whose next round may begin where one has ended. */
static void
done_and_more(void *ctx, const struct target *t, const struct result *r)
{
	done(ctx, t, r);
	if (told % BATCH == BATCH / 2)
		add_some(BATCH);
}

/* Until so many are told; some more come while others are in flight. */
static void
run(size_t n)
{
	wanted = n;
	while (told < n) {
		if (added < told + BATCH / 4)
			add_some(7);
		turn();
	}
}

START_TEST(does_not_grow)
{
	size_t before;

	fake = fake_start("tcp4 closed", "tcp4 close", "udp4 closed", NULL);
	make_targets();
	start((struct engine_conf){
	    .parallel = 64,
	    .retries = 1,
	    .timeout_us = CLOCK_SECOND,
	    .names_us = CLOCK_SECOND,
	    .done = done_and_more,
	});
	run(WARM);
	before = heap();
	run(MANY);
	ck_assert_uint_le(heap(), before + SLACK_BYTES);
	ck_assert_uint_eq(told, MANY);
	ck_assert_uint_eq(ok, MANY / 4);
	ck_assert_uint_eq(ok + failed, MANY);
	ck_assert_uint_le(most_in_flight, 64);
	ck_assert(!engine_busy(engine));
	ck_assert_uint_eq(engine_in_flight(engine), 0);
	ck_assert_uint_eq(engine_waiting(engine), 0);
}
END_TEST

/* It waits as long as it is told to, be it by ppoll(2) or by epoll(7). */
START_TEST(does_nothing)
{
	struct pollfd p = { .events = POLLIN };
	int64_t end_us;

	fake = fake_start("tcp4 closed", "tcp4 close", "udp4 closed", NULL);
	make_targets();
	start((struct engine_conf){ .parallel = 2 });
	if (_i == 1)
		ck_assert_int_ne(engine_fd(engine), -1);
	run(BATCH);
	ck_assert(!engine_busy(engine));
	ck_assert_int_eq(engine_turn(engine, clock_now_us()), CLOCK_NEVER);
	/* What is ready by now is told once, though it says nothing. */
	engine_wait(engine, clock_now_us());
	end_us = clock_now_us() + 100 * CLOCK_MILLISECOND;
	engine_wait(engine, end_us);
	ck_assert_int_ge(clock_now_us(), end_us);
	ck_assert_int_eq(engine_turn(engine, clock_now_us()), CLOCK_NEVER);
	if (_i == 1) {
		p.fd = engine_fd(engine);
		ck_assert_int_eq(poll(&p, 1, 0), 0);
	}
}
END_TEST

/*
 * To ports whose backlog is full, which are silent; to many addresses, so that
 * the kernel finds source ports soon.
 */
START_TEST(many_in_flight)
{
	static struct target silent[SOCKETS / BATCH];
	static char hosts[SOCKETS / BATCH][16];
	size_t i, before;

	if (fd_raise_limit() < SOCKETS + OTHERS) {
		printf("# no more than %lld descriptors: skipped\n",
		    (long long)fd_raise_limit());
		return;
	}
	fake = fake_start("tcp4@0.0.0.0 full", NULL);
	for (i = 0; i < ARRAY_SIZE(silent); i++) {
		(void)snprintf(hosts[i], sizeof(hosts[i]), "127.0.0.%zu",
		    i + 1);
		silent[i] = (struct target){ hosts[i], fake_port(fake, 0),
			AF_UNSPEC, &connects };
	}
	start((struct engine_conf){ .parallel = SOCKETS });
	before = heap();
	for (i = 0; i < SOCKETS + BATCH; i++)
		engine_add(engine, &silent[i % ARRAY_SIZE(silent)],
		    clock_now_us() + 600 * CLOCK_SECOND);
	while (engine_in_flight(engine) < SOCKETS && told == 0)
		(void)engine_turn(engine, clock_now_us());
	engine_wait(engine, 0);
	(void)engine_turn(engine, clock_now_us());
	ck_assert_uint_eq(told, 0);
	ck_assert_uint_eq(engine_in_flight(engine), SOCKETS);
	ck_assert_uint_eq(engine_waiting(engine), BATCH);
	ck_assert_uint_le(heap(), before + SOCKETS * SOCKET_BYTES);
	engine_stop(engine, "note", clock_now_us());
	ck_assert_uint_eq(told, SOCKETS + BATCH);
	(void)engine_turn(engine, clock_now_us());
	ck_assert(!engine_busy(engine));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("engine_daemon");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, does_not_grow);
	tcase_add_loop_test(tc, does_nothing, 0, 2);
	tcase_add_test(tc, many_in_flight);
	return unit_run("engine_daemon", tc);
}
