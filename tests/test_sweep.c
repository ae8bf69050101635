/* SPDX-License-Identifier: ISC */
/*
 * Ports of the loopback: one that listens, and one that does not any more.
 */
#include "sweep.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "entry.h"
#include "unit.h"

/* More than are added at a time. */
#define MANY 150

static struct portset set;

static uint16_t
listen_on(int *fd)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ne(*fd, -1);
	ck_assert_int_eq(bind(*fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	ck_assert_int_eq(listen(*fd, SOMAXCONN), 0);
	ck_assert_int_eq(getsockname(*fd, (struct sockaddr *)&sin, &len), 0);
	return ntohs(sin.sin_port);
}

/* Bound, so that nobody else gets it, and not listening. */
static uint16_t
closed_port(int *fd)
{
	uint16_t port = listen_on(fd);

	ck_assert_int_eq(shutdown(*fd, SHUT_RDWR), 0);
	return port;
}

static void
sweep_all(struct sweep *s)
{
	const struct plan_wishes wishes = {
		.probe_timeout_us = 20 * CLOCK_SECOND,
	};
	bool never = false;

	sweep_begin(s, &set, &wishes, NULL);
	engine_run(s->engine, &never);
	sweep_end(s);
}

START_TEST(asks_each_as_often_as_it_wants)
{
	static const struct dialogue only_connect;
	static const unsigned probes[] = { 1, 3 };
	struct policy policy;
	struct ask ask = {
		.expected = EXPECTED_OPEN,
		.dialogue = &only_connect,
		.policy = &policy,
	};
	uint32_t host;
	struct sweep s;
	int fds[2], i;
	uint16_t ports[] = { listen_on(&fds[0]), closed_port(&fds[1]) };

	policy_init(&policy);
	ask.probes = probes[_i];
	host = portset_add_host(&set, "a", "127.0.0.1");
	(void)portset_add_ask(&set, &ask);
	for (i = 0; i < MANY; i++)
		(void)portset_add(&set, host, 0, ports[i % 2]);
	sweep_all(&s);
	ck_assert_uint_eq(s.told, MANY);
	for (i = 0; i < MANY; i++) {
		const struct entry *e = &set.entries[i];
		const struct entry_stats *stats = entry_stats(&set, e);

		ck_assert_int_eq(entry_port(e),
		    i % 2 == 0 ? PORT_OPEN : PORT_CLOSED);
		if (probes[_i] > 1)
			ck_assert_uint_eq(stats->ended, probes[_i]);
	}
	portset_free(&set);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(nothing)
{
	struct sweep s;

	sweep_all(&s);
	ck_assert_uint_eq(s.told, 0);
	portset_free(&set);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("sweep");

	tcase_add_loop_test(tc, asks_each_as_often_as_it_wants, 0, 2);
	tcase_add_test(tc, nothing);
	return unit_run("sweep", tc);
}
