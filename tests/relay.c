/* SPDX-License-Identifier: ISC */
/*
 * relay: a line that is slow and loses datagrams, to a UDP port of loopback.
 *
 *	relay [-d MS] [-x N] [-L PERCENT] [-S SEED] PORT
 *
 * Its own port is on the line `ready PORT` of stdout.  What comes there goes to
 * PORT, and what comes back from there to who came last, both after MS.  The
 * first N from the client are lost, and of all others, either way, PERCENT, the
 * same ones for the same SEED.  The end comes with SIGTERM or after 60 seconds.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUEUE 1024
#define DATAGRAM 2048
#define SECONDS 60

struct datagram {
	int64_t due_us;
	bool back;
	size_t len;
	unsigned char bytes[DATAGRAM];
};

static struct {
	int client; /* who comes, comes here */
	int server; /* connected to PORT */
	struct sockaddr_in from;
	int64_t delay_us;
	unsigned lose_first;
	unsigned percent;
	uint32_t seed;
	/* The delay is the same for all, so they are in order. */
	struct datagram queue[QUEUE];
	size_t first;
	size_t n;
} line;

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static int
loopback(uint16_t port, bool to)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1 ||
	    (to ? connect(fd, (struct sockaddr *)&sa, sizeof(sa))
		: bind(fd, (struct sockaddr *)&sa, sizeof(sa))) == -1)
		fail("relay: socket");
	return fd;
}

static bool
is_lost(bool back)
{
	if (!back && line.lose_first > 0) {
		line.lose_first--;
		return true;
	}
	line.seed = line.seed * 1664525U + 1013904223U;
	return (line.seed >> 8) % 100 < line.percent;
}

static void
take(bool back)
{
	struct datagram *d = &line.queue[(line.first + line.n) % QUEUE];
	socklen_t len = sizeof(line.from);
	ssize_t got;

	got = back ? recv(line.server, d->bytes, DATAGRAM, 0)
		   : recvfrom(line.client, d->bytes, DATAGRAM, 0,
			 (struct sockaddr *)&line.from, &len);
	if (got == -1 || is_lost(back) || line.n == QUEUE)
		return;
	d->len = (size_t)got;
	d->back = back;
	d->due_us = now_us() + line.delay_us;
	line.n++;
}

/* Returns in how many milliseconds there is more to pass on; -1: none. */
static int
pass_on(void)
{
	for (; line.n > 0; line.n--) {
		const struct datagram *d = &line.queue[line.first];
		int64_t left_us = d->due_us - now_us();

		if (left_us > 0)
			return (int)((left_us + 999) / 1000);
		if (d->back)
			(void)sendto(line.client, d->bytes, d->len, 0,
			    (struct sockaddr *)&line.from, sizeof(line.from));
		else
			(void)send(line.server, d->bytes, d->len, 0);
		line.first = (line.first + 1) % QUEUE;
	}
	return -1;
}

int
main(int argc, char **argv)
{
	int64_t end_us = now_us() + SECONDS * INT64_C(1000000);
	struct sockaddr_in self;
	socklen_t len = sizeof(self);
	int c;

	while ((c = getopt(argc, argv, "d:x:L:S:")) != -1) {
		unsigned value = (unsigned)strtoul(optarg, NULL, 10);

		if (c == 'd')
			line.delay_us = (int64_t)value * 1000;
		else if (c == 'x')
			line.lose_first = value;
		else if (c == 'L')
			line.percent = value;
		else if (c == 'S')
			line.seed = value;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	line.client = loopback(0, false);
	line.server = loopback((uint16_t)strtoul(argv[optind], NULL, 10), true);
	if (getsockname(line.client, (struct sockaddr *)&self, &len) == -1)
		fail("relay: getsockname");
	printf("ready %u\n", ntohs(self.sin_port));
	(void)fflush(stdout);
	while (now_us() < end_us) {
		struct pollfd fds[2] = { { line.client, POLLIN, 0 },
			{ line.server, POLLIN, 0 } };
		int wait_ms = pass_on();

		(void)poll(fds, 2, wait_ms == -1 ? 1000 : wait_ms);
		if (fds[0].revents != 0)
			take(false);
		if (fds[1].revents != 0)
			take(true);
	}
	return 0;
}
