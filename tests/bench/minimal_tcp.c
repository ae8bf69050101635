/* SPDX-License-Identifier: ISC */

/*
 * The limit that one-check measures against: what a single TCP check cannot
 * do without, and nothing else.  No options, no names, no time-out beyond
 * poll's.  IPv4 or IPv6 in numbers.
 *
 *	minimal_tcp ADDRESS PORT [EXPECT]
 *
 * Exits 0 when the port is open (and its first bytes contain EXPECT), 2 when
 * it is not, 3 for bad arguments.
 */

#define _GNU_SOURCE

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, CRITICAL = 2, UNKNOWN = 3, TIMEOUT_MS = 10000 };

static socklen_t
address(struct sockaddr_storage *ss, const char *host, const char *port)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	unsigned long number = strtoul(port, NULL, 10);

	memset(ss, 0, sizeof(*ss));
	if (number < 1 || number > 65535)
		return 0;
	if (inet_pton(AF_INET, host, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(number);
		return sizeof(*in4);
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(number);
		return sizeof(*in6);
	}
	return 0;
}

/* Waits for the events; 0 or an errno. */
static int
wait_for(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	switch (poll(&pfd, 1, TIMEOUT_MS)) {
	case 0:
		return ETIMEDOUT;
	case 1:
		return 0;
	default:
		return errno;
	}
}

/* Connects; 0 or an errno. */
static int
open_port(int fd, const struct sockaddr_storage *ss, socklen_t length)
{
	int error;
	socklen_t size = sizeof(error);

	if (connect(fd, (const struct sockaddr *)ss, length) == -1 &&
	    errno != EINPROGRESS)
		return errno;
	error = wait_for(fd, POLLOUT);
	if (error != 0)
		return error;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		return errno;
	return error;
}

/* One piece of the reply is enough here: the servers of the bench send one. */
static int
expect_reply(int fd, const char *expect)
{
	char reply[1024];
	ssize_t n;
	int error = wait_for(fd, POLLIN);

	if (error != 0)
		return error;
	n = recv(fd, reply, sizeof(reply), 0);
	if (n == -1)
		return errno;
	return memmem(reply, n, expect, strlen(expect)) ? 0 : EBADMSG;
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int
main(int argc, char *argv[])
{
	static char out[1024]; /* else stdio asks malloc, and that brk */
	struct sockaddr_storage ss;
	socklen_t length;
	double start;
	int error, fd;

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	length = argc < 3 || argc > 4 ? 0 : address(&ss, argv[1], argv[2]);
	if (length == 0) {
		printf("usage: minimal_tcp ADDRESS PORT [EXPECT]\n");
		return UNKNOWN;
	}
	start = now();
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1) {
		printf("TCP UNKNOWN - socket: %s\n", strerror(errno));
		return UNKNOWN;
	}
	error = open_port(fd, &ss, length);
	if (error == 0 && argc == 4)
		error = expect_reply(fd, argv[3]);
	if (error != 0) {
		printf("TCP CRITICAL - %s port %s: %s\n", argv[1], argv[2],
		    strerror(error));
		return CRITICAL;
	}
	start = now() - start;
	printf("TCP OK - %.3f second response time on %s port %s|"
	       "time=%.6fs;;;0.000000;10.000000\n",
	    start, argv[1], argv[2], start);
	return OK;
}
