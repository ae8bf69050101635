/* SPDX-License-Identifier: ISC */

/*
 * The limit for one UDP port that one-check measures against: what a single
 * check cannot do without, and nothing else.  An empty datagram, sent once.
 * IPv4 or IPv6 in numbers.
 *
 *	minimal_datagram ADDRESS PORT
 *
 * Exits 0 when something came back, 2 when not, 3 for bad arguments.
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

/* Asks, and waits for the reply; 0 or an errno. */
static int
ask(int fd, const struct sockaddr_storage *ss, socklen_t length)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char reply[1024];

	if (connect(fd, (const struct sockaddr *)ss, length) == -1 ||
	    send(fd, "", 0, 0) == -1)
		return errno;
	switch (poll(&pfd, 1, TIMEOUT_MS)) {
	case 0:
		return ETIMEDOUT;
	case 1:
		return recv(fd, reply, sizeof(reply), 0) == -1 ? errno : 0;
	default:
		return errno;
	}
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
	length = argc != 3 ? 0 : address(&ss, argv[1], argv[2]);
	if (length == 0) {
		printf("usage: minimal_datagram ADDRESS PORT\n");
		return UNKNOWN;
	}
	start = now();
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		printf("UDP UNKNOWN - socket: %s\n", strerror(errno));
		return UNKNOWN;
	}
	error = ask(fd, &ss, length);
	if (error != 0) {
		printf("UDP CRITICAL - %s port %s: %s\n", argv[1], argv[2],
		    strerror(error));
		return CRITICAL;
	}
	start = now() - start;
	printf("UDP OK - %.3f second response time on %s port %s|"
	       "time=%.6fs;;;0.000000;10.000000\n",
	    start, argv[1], argv[2], start);
	return OK;
}
