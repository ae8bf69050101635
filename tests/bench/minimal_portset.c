/* SPDX-License-Identifier: ISC */

/*
 * The limit that the bench "portset" measures against: what asking many TCP
 * ports cannot do without, and nothing else.  One thread; it asks connect() a
 * second time at once, uses a refused socket again, and enters epoll only when
 * an answer is not there yet.
 *
 *	minimal_portset [-hr] [-p PARALLEL] [-t MILLISECONDS]
 *	    ADDRESS COUNT FIRST LAST
 *
 * asks the ports FIRST to LAST of ADDRESS and the COUNT - 1 that follow it.
 * -h: ask what has not answered after 150 ms on a second socket too; -r: tell
 * the round trip (TCP_INFO) in microseconds; -t: time for one port (2000).
 * Prints what is open, "ADDRESS PORT [RTT]", and at last the counts.
 */

#define _GNU_SOURCE

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	PARALLEL_MAX = 1000000,
	SPARE_DESCRIPTORS = 16,
	HEDGE_US = 150000,
	EVENTS = 256
};

enum state { ASKED, OPEN, CLOSED, FILTERED, STATES };

struct target {
	int64_t asked_us;
	int fd[2]; /* -1: none; the second is the hedge's */
	uint32_t rtt_us;
	enum state state;
};

static struct target *targets; /* in the order in which they are asked */
static long n_targets, n_ports, first_port, n_asked, n_expired, n_hedged;
static long in_flight, counts[STATES];
static uint32_t *target_of; /* by descriptor */
static struct sockaddr_in base;
static long parallel = PARALLEL_MAX;
static int64_t timeout_us = 2000000;
static int with_hedge, with_rtt, epoll_fd = -1, spare_fd = -1;

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static struct sockaddr_in
address_of(const struct target *target)
{
	struct sockaddr_in in4 = base;
	long i = target - targets;

	in4.sin_addr.s_addr = htonl(ntohl(base.sin_addr.s_addr) + i / n_ports);
	in4.sin_port = htons(first_port + i % n_ports);
	return in4;
}

static int
is_self(int fd, const struct sockaddr_in *peer)
{
	struct sockaddr_in self;
	socklen_t size = sizeof(self);

	return getsockname(fd, (struct sockaddr *)&self, &size) == 0 &&
	    self.sin_port == peer->sin_port &&
	    self.sin_addr.s_addr == peer->sin_addr.s_addr;
}

static void
close_socket(struct target *target, int which)
{
	if (target->fd[which] == -1)
		return;
	close(target->fd[which]);
	target->fd[which] = -1;
	in_flight--;
}

static void
finish(struct target *target, enum state state)
{
	target->state = state;
	counts[state]++;
	close_socket(target, 0);
	close_socket(target, 1);
}

/* Calls connect(), which is the question the first time, then its answer. */
static int
ask(struct target *target, int which)
{
	struct sockaddr_in in4 = address_of(target);

	if (connect(target->fd[which], (struct sockaddr *)&in4, sizeof(in4)) ==
	    0)
		return EISCONN;
	return errno;
}

static void
found(struct target *target, int which)
{
	struct sockaddr_in in4 = address_of(target);
	struct tcp_info info;
	socklen_t size = sizeof(info);

	if (is_self(target->fd[which], &in4)) {
		finish(target, CLOSED);
		return;
	}
	if (with_rtt &&
	    getsockopt(target->fd[which], IPPROTO_TCP, TCP_INFO, &info,
		&size) == 0 &&
	    info.tcpi_total_retrans == 0)
		target->rtt_us = info.tcpi_rtt;
	finish(target, OPEN);
}

static void
judge(struct target *target, int which, int error)
{
	switch (error) {
	case EISCONN:
		found(target, which);
		break;
	case ECONNREFUSED:
		if (spare_fd == -1 && epoll_fd == -1) {
			spare_fd = target->fd[which];
			target->fd[which] = -1;
			in_flight--;
		}
		finish(target, CLOSED);
		break;
	case EINPROGRESS:
	case EALREADY:
		break;
	default:
		finish(target, FILTERED);
	}
}

static void
watch(int fd, struct target *target)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };

	if (epoll_fd == -1)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	event.data.fd = fd;
	target_of[fd] = target - targets;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
}

static void
begin(struct target *target, int which)
{
	int error, fd = spare_fd;

	spare_fd = -1;
	if (fd == -1)
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd == -1)
		err(1, "socket");
	target->fd[which] = fd;
	in_flight++;
	error = ask(target, which);
	if (error == EINPROGRESS)
		error = ask(target, which);
	if (error == EALREADY)
		watch(fd, target);
	else
		judge(target, which, error);
}

/* Hedges and gives up what is due; returns when the next is, or -1. */
static int64_t
expire(int64_t now)
{
	struct target *target;
	int64_t hedge_us, next_us = -1;

	for (; n_expired < n_asked; n_expired++) {
		target = &targets[n_expired];
		if (target->state == ASKED) {
			next_us = target->asked_us + timeout_us;
			if (next_us > now)
				break;
			finish(target, FILTERED);
			next_us = -1;
		}
	}
	for (; with_hedge && n_hedged < n_asked; n_hedged++) {
		target = &targets[n_hedged];
		if (target->state != ASKED)
			continue;
		hedge_us = target->asked_us + HEDGE_US;
		if (hedge_us > now)
			return hedge_us < next_us ? hedge_us : next_us;
		begin(target, 1);
	}
	return next_us;
}

static void
wait_for_answers(int64_t next_us)
{
	struct epoll_event events[EVENTS];
	struct timespec timeout = { 0 };
	struct target *target;
	int64_t left_us = next_us - now_us();
	int i, n, which;

	if (left_us > 0) {
		timeout.tv_sec = left_us / 1000000;
		timeout.tv_nsec = left_us % 1000000 * 1000;
	}
	n = epoll_pwait2(epoll_fd, events, EVENTS, &timeout, NULL);
	if (n == -1)
		err(1, "epoll_pwait2");
	for (i = 0; i < n; i++) {
		target = &targets[target_of[events[i].data.fd]];
		which = target->fd[1] == events[i].data.fd;
		if (target->fd[which] == events[i].data.fd)
			judge(target, which, ask(target, which));
	}
}

static void
run(void)
{
	int64_t next_us;

	for (;;) {
		while (n_asked < n_targets && in_flight < parallel) {
			targets[n_asked].asked_us = now_us();
			begin(&targets[n_asked++], 0);
		}
		if (in_flight == 0 && n_asked == n_targets)
			return;
		next_us = expire(now_us());
		if (next_us != -1)
			wait_for_answers(next_us);
	}
}

static void
report(void)
{
	struct sockaddr_in in4;
	char text[INET_ADDRSTRLEN];
	long i;

	for (i = 0; i < n_targets; i++) {
		if (targets[i].state != OPEN)
			continue;
		in4 = address_of(&targets[i]);
		inet_ntop(AF_INET, &in4.sin_addr, text, sizeof(text));
		printf("%s %d", text, ntohs(in4.sin_port));
		if (with_rtt)
			printf(" %u", targets[i].rtt_us);
		printf("\n");
	}
	printf("open=%ld closed=%ld filtered=%ld\n", counts[OPEN],
	    counts[CLOSED], counts[FILTERED]);
}

static long
parse_number(const char *text, long max)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 1 || number > max)
		errx(1, "%s: not a number from 1 to %ld", text, max);
	return number;
}

static void
parse_arguments(int argc, char *argv[])
{
	int letter;

	while ((letter = getopt(argc, argv, "hp:rt:")) != -1) {
		switch (letter) {
		case 'h':
			with_hedge = 1;
			break;
		case 'p':
			parallel = parse_number(optarg, PARALLEL_MAX);
			break;
		case 'r':
			with_rtt = 1;
			break;
		case 't':
			timeout_us = parse_number(optarg, 3600000) * 1000;
			break;
		default:
			exit(1);
		}
	}
	base.sin_family = AF_INET;
	if (argc - optind != 4 ||
	    inet_pton(AF_INET, argv[optind], &base.sin_addr) != 1)
		errx(1,
		    "usage: minimal_portset [-hr] [-p PARALLEL] "
		    "[-t MILLISECONDS] ADDRESS COUNT FIRST LAST");
	first_port = parse_number(argv[optind + 2], 65535);
	n_ports = parse_number(argv[optind + 3], 65535) - first_port + 1;
	if (n_ports < 1)
		errx(1, "LAST is before FIRST");
	n_targets = parse_number(argv[optind + 1], 65536) * n_ports;
}

/* The soft limit becomes the hard one. */
static void
make_room(void)
{
	struct rlimit limit;
	long i, room;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(1, "getrlimit");
	if (n_targets > (long)limit.rlim_cur - SPARE_DESCRIPTORS) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
			err(1, "setrlimit");
	}
	room = limit.rlim_cur - SPARE_DESCRIPTORS;
	if (with_hedge)
		room /= 2;
	if (parallel > room)
		parallel = room;
	target_of = calloc(limit.rlim_cur, sizeof(*target_of));
	targets = calloc(n_targets, sizeof(*targets));
	if (target_of == NULL || targets == NULL)
		err(1, "calloc");
	for (i = 0; i < n_targets; i++)
		targets[i].fd[0] = targets[i].fd[1] = -1;
}

int
main(int argc, char *argv[])
{
	parse_arguments(argc, argv);
	make_room();
	run();
	report();
	return 0;
}
