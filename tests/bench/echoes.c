/* SPDX-License-Identifier: ISC */

/*
 * Sends back what comes to many UDP ports, be it empty.
 *
 *	echoes ADDRESS FIRST LAST COUNT
 *
 * COUNT ports are spread from FIRST to LAST as those of listeners.c.  Prints the
 * ports, one in a line, and "ready".  Ends at the end of its input.
 */

#define _GNU_SOURCE

#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORTS_MAX = 1000, EVENTS = 64, BYTES = 65536 };

static long
parse_number(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 1 || number > 65535)
		errx(1, "%s: not a number from 1 to 65535", text);
	return number;
}

static int
open_port(struct in_addr address, long port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_addr = address };
	int fd;

	in4.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&in4, sizeof(in4)) == -1)
		err(1, "port %ld", port);
	return fd;
}

static void
watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
}

static void
echo(int fd)
{
	static char bytes[BYTES];
	struct sockaddr_in from;
	socklen_t size;
	ssize_t n;

	for (;;) {
		size = sizeof(from);
		n = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&from, &size);
		if (n == -1)
			return;
		(void)sendto(fd, bytes, n, 0, (struct sockaddr *)&from, size);
	}
}

int
main(int argc, char *argv[])
{
	struct epoll_event events[EVENTS];
	struct in_addr address;
	long count, first, i, last, port;
	int epoll_fd, n;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &address) != 1)
		errx(1, "usage: echoes ADDRESS FIRST LAST COUNT");
	first = parse_number(argv[2]);
	last = parse_number(argv[3]);
	count = parse_number(argv[4]);
	if (first > last || count > last - first + 1 || count > PORTS_MAX)
		errx(1, "%ld of %ld to %ld: cannot be", count, first, last);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd == -1)
		err(1, "epoll_create1");
	for (i = 0; i < count; i++) {
		port = first;
		if (count > 1)
			port += i * (last - first) / (count - 1);
		watch(epoll_fd, open_port(address, port));
		printf("%ld\n", port);
	}
	watch(epoll_fd, STDIN_FILENO);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		n = epoll_wait(epoll_fd, events, EVENTS, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.fd == STDIN_FILENO)
				return 0;
			echo(events[i].data.fd);
		}
	}
}
