/* SPDX-License-Identifier: ISC */
/* The poller with a few watches, and with so many that it takes to epoll. */
#include "poller.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

#define MS CLOCK_MILLISECOND
#define PATIENCE_US (5 * CLOCK_SECOND)
#define PATIENCE_MS 5000
#define QUIET_MS 20

#define MANY 40

/* A watch, the other end of its descriptor, and what it was told. */
struct end {
	struct watch watch; /* first: a watch is its end */
	int other;
	unsigned told;
	int64_t told_us;
	struct end *victim; /* what it closes when it is told */
};

static struct poller *poller;
static struct end ends[MANY];
static size_t n_ends;
static unsigned told;

static void
ready(struct watch *w, int64_t now_us)
{
	struct end *e = (struct end *)(void *)w;
	char bytes[16];

	ck_assert_int_ne(w->fd, -1);
	e->told++;
	e->told_us = now_us;
	told++;
	while (recv(w->fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		continue;
	if (e->victim != NULL && e->victim->watch.fd != -1)
		poller_close(poller, &e->victim->watch);
}

static struct end *
add(enum want want)
{
	struct end *e = &ends[n_ends++];
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     fds),
	    0);
	*e = (struct end){ { ready, fds[0], want }, fds[1] };
	ck_assert_int_eq(poller_add(poller, &e->watch), 0);
	return e;
}

static void
say(const struct end *e)
{
	ck_assert_int_eq(send(e->other, "x", 1, 0), 1);
}

/*
 * The modes: with few watches poll(2), with many epoll(7), and a few with
 * epoll because somebody wanted the descriptor.
 */
static const struct mode {
	size_t others;
	bool wants_fd;
} modes[] = { { 0, false }, { 6, false }, { 7, false }, { 30, false },
	{ 0, true } };

static void
setup(void)
{
	poller = poller_new();
}

static void
enter(const struct mode *m)
{
	size_t i;

	for (i = 0; i < m->others; i++)
		(void)add(WANT_READ);
	if (m->wants_fd)
		ck_assert_int_ne(poller_fd(poller), -1);
}

/* What epoll says of new descriptors is heard, and forgotten. */
static void
settle(void)
{
	size_t i;

	poller_wait(poller, 0);
	for (i = 0; i < n_ends; i++)
		ends[i].told = 0;
	told = 0;
}

static void
teardown(void)
{
	size_t i;

	for (i = 0; i < n_ends; i++) {
		if (ends[i].watch.fd != -1)
			poller_close(poller, &ends[i].watch);
		close(ends[i].other);
	}
	poller_free(poller);
}

START_TEST(tells_what_is_ready)
{
	struct end *a, *b;
	int64_t before_us;

	enter(&modes[_i]);
	a = add(WANT_READ);
	b = add(WANT_READ);
	settle();
	before_us = clock_now_us();
	say(b);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(a->told, 0);
	ck_assert_uint_eq(b->told, 1);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_ge(b->told_us, before_us);
	ck_assert_int_le(b->told_us, clock_now_us());
	say(a);
	say(b);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(a->told, 1);
	ck_assert_uint_eq(b->told, 2);
}
END_TEST

/* Also when it was before it was watched. */
START_TEST(tells_what_was_ready_before)
{
	struct end *e;
	int fds[2];

	enter(&modes[_i]);
	settle();
	e = &ends[n_ends++];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     fds),
	    0);
	*e = (struct end){ { ready, fds[0], WANT_READ }, fds[1] };
	say(e);
	ck_assert_int_eq(poller_add(poller, &e->watch), 0);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

START_TEST(tells_of_room_to_write)
{
	struct end *e;

	enter(&modes[_i]);
	e = add(WANT_WRITE);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

START_TEST(tells_of_the_end_of_the_peer)
{
	struct end *e;

	enter(&modes[_i]);
	e = add(WANT_READ);
	settle();
	ck_assert_int_eq(shutdown(e->other, SHUT_RDWR), 0);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_ge(e->told, 1);
}
END_TEST

/* It waits for the time, even if the peer is gone, and does not spin. */
START_TEST(wants_nothing)
{
	struct end *e;
	int64_t until_us;
	unsigned turns = 0;

	enter(&modes[_i]);
	e = add(WANT_NOTHING);
	settle();
	say(e);
	ck_assert_int_eq(shutdown(e->other, SHUT_RDWR), 0);
	until_us = clock_now_us() + QUIET_MS * MS;
	while (clock_now_us() < until_us) {
		poller_wait(poller, until_us);
		turns++;
	}
	ck_assert_uint_le(turns, 5);
	if (modes[_i].others < 8 && !modes[_i].wants_fd)
		ck_assert_uint_eq(e->told, 0);
}
END_TEST

/* What came in the meantime is told with poll(2); who asked has tried. */
START_TEST(wants_again)
{
	struct end *e;

	e = add(WANT_NOTHING);
	say(e);
	poller_wait(poller, 0);
	ck_assert_uint_eq(e->told, 0);
	e->watch.want = WANT_READ;
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(e->told, 1);
	e->watch.want = WANT_WRITE;
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(e->told, 2);
}
END_TEST

START_TEST(times_out)
{
	int64_t start_us, until_us;

	enter(&modes[_i]);
	(void)add(WANT_READ);
	settle();
	/* In the past: it only looks. */
	start_us = clock_now_us();
	poller_wait(poller, start_us - CLOCK_SECOND);
	poller_wait(poller, INT64_MIN / 2);
	poller_wait(poller, 0);
	ck_assert_int_lt(clock_now_us() - start_us, PATIENCE_US);
	/* Not earlier. */
	until_us = clock_now_us() + QUIET_MS * MS;
	poller_wait(poller, until_us);
	ck_assert_int_ge(clock_now_us(), until_us);
	ck_assert_uint_eq(told, 0);
}
END_TEST

START_TEST(past_time_still_tells)
{
	struct end *e;

	enter(&modes[_i]);
	e = add(WANT_READ);
	settle();
	say(e);
	poller_wait(poller, 0);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

START_TEST(waits_for_ever)
{
	struct end *e;

	enter(&modes[_i]);
	e = add(WANT_READ);
	settle();
	say(e);
	poller_wait(poller, CLOCK_NEVER);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

/* Closing. */

START_TEST(closed_is_not_told)
{
	struct end *a, *b;
	int fd;

	enter(&modes[_i]);
	a = add(WANT_READ);
	b = add(WANT_READ);
	settle();
	fd = a->watch.fd;
	say(a);
	say(b);
	poller_close(poller, &a->watch);
	ck_assert_int_eq(a->watch.fd, -1);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(a->told, 0);
	ck_assert_uint_eq(b->told, 1);
}
END_TEST

/* Each would close the other: whoever is first. */
START_TEST(closed_by_another_that_is_told)
{
	struct end *a, *b;

	enter(&modes[_i]);
	a = add(WANT_READ);
	b = add(WANT_READ);
	settle();
	a->victim = b;
	b->victim = a;
	say(a);
	say(b);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	poller_wait(poller, clock_now_us() + QUIET_MS * MS);
	ck_assert_uint_eq(a->told + b->told, 1);
	ck_assert_int_eq(a->told == 1 ? b->watch.fd : a->watch.fd, -1);
	ck_assert_int_ne(a->told == 1 ? a->watch.fd : b->watch.fd, -1);
}
END_TEST

START_TEST(closes_itself)
{
	struct end *e;

	enter(&modes[_i]);
	e = add(WANT_READ);
	settle();
	e->victim = e;
	say(e);
	poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(e->told, 1);
	ck_assert_int_eq(e->watch.fd, -1);
	poller_wait(poller, 0);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

/* All of them, a few at a time or all at once. */
START_TEST(many_come_and_go)
{
	size_t i;
	int round;

	for (i = 0; i < MANY; i++)
		(void)add(WANT_READ);
	settle();
	for (i = 0; i < MANY; i++)
		say(&ends[i]);
	for (round = 0; round < 10 && told < MANY; round++)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(told, MANY);
	for (i = 0; i < MANY; i++) {
		ck_assert_uint_eq(ends[i].told, 1);
		if (i % 2 == 0)
			poller_close(poller, &ends[i].watch);
	}
	for (i = 1; i < MANY; i += 2)
		say(&ends[i]);
	for (round = 0; round < 10 && told < MANY + MANY / 2; round++)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(told, MANY + MANY / 2);
}
END_TEST

/* A few that are replaced again and again stay a few. */
START_TEST(slots_are_used_again)
{
	struct end *e = add(WANT_READ);
	int fds[2], i;

	for (i = 0; i < 100; i++) {
		poller_close(poller, &e->watch);
		close(e->other);
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC,
				     0, fds),
		    0);
		*e = (struct end){ { ready, fds[0], WANT_READ }, fds[1] };
		ck_assert_int_eq(poller_add(poller, &e->watch), 0);
		say(e);
		poller_wait(poller, clock_now_us() + PATIENCE_US);
		ck_assert_uint_eq(e->told, 1);
	}
}
END_TEST

START_TEST(descriptor_that_cannot_be_watched)
{
	struct watch w = { ready, 1000000, WANT_READ };

	ck_assert_int_ne(poller_fd(poller), -1);
	ck_assert_int_ne(poller_add(poller, &w), 0);
}
END_TEST

/* Other loops. */

static bool
readable(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms) == 1;
}

START_TEST(descriptor_for_another_loop)
{
	struct end *e;
	int fd;

	enter(&modes[_i]);
	e = add(WANT_READ);
	fd = poller_fd(poller);
	ck_assert_int_ge(fd, 3);
	ck_assert_int_eq(poller_fd(poller), fd);
	settle();
	ck_assert(!readable(fd, QUIET_MS));
	say(e);
	ck_assert(readable(fd, PATIENCE_MS));
	poller_wait(poller, 0);
	ck_assert_uint_eq(e->told, 1);
	ck_assert(!readable(fd, 0));
}
END_TEST

/* What was ready before the descriptor was asked for is not missed. */
START_TEST(descriptor_asked_for_late)
{
	struct end *e = add(WANT_READ);

	say(e);
	ck_assert(readable(poller_fd(poller), PATIENCE_MS));
	poller_wait(poller, 0);
	ck_assert_uint_eq(e->told, 1);
}
END_TEST

START_TEST(free_takes_null)
{
	poller_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("poller");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, tells_what_is_ready, modes);
	unit_rows(tc, tells_what_was_ready_before, modes);
	unit_rows(tc, tells_of_room_to_write, modes);
	unit_rows(tc, tells_of_the_end_of_the_peer, modes);
	unit_rows(tc, wants_nothing, modes);
	tcase_add_test(tc, wants_again);
	unit_rows(tc, times_out, modes);
	unit_rows(tc, past_time_still_tells, modes);
	unit_rows(tc, waits_for_ever, modes);
	unit_rows(tc, closed_is_not_told, modes);
	unit_rows(tc, closed_by_another_that_is_told, modes);
	unit_rows(tc, closes_itself, modes);
	tcase_add_test(tc, many_come_and_go);
	tcase_add_test(tc, slots_are_used_again);
	tcase_add_test(tc, descriptor_that_cannot_be_watched);
	unit_rows(tc, descriptor_for_another_loop, modes);
	tcase_add_test(tc, descriptor_asked_for_late);
	tcase_add_test(tc, free_takes_null);
	return unit_run("poller", tc);
}
