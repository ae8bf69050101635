/* SPDX-License-Identifier: ISC */

/*
 * The limit for many UDP ports of one host that portset measures against: one
 * socket for all of them, asked and heard in batches, and the errors of its
 * queue (IP_RECVERR).  No options, no names, no protocols: empty datagrams, each
 * sent once.  IPv4 in numbers.
 *
 *	minimal_udp ADDRESS FIRST LAST TIMEOUT_MS
 *
 * Prints the address and port of what replied, and "open=N closed=N
 * filtered=0 open_filtered=N".
 */

#define _GNU_SOURCE

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	BATCH = 50,
	BYTES = 64,
	CONTROL = 256,
	ROOM = 4 << 20, /* of the socket */
	PORTS = 65536,
};

enum state { SILENT, OPEN, CLOSED, STATES };

static unsigned char states[PORTS];
static int counts[STATES];
static struct sockaddr_in addresses[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];
static char bytes[BATCH][BYTES], control[BATCH][CONTROL];

static int
open_socket(void)
{
	int fd, size = ROOM, yes = 1;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == -1)
		err(1, "socket");
	return fd;
}

static void
clear_messages(size_t size, bool with_control)
{
	int i;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ bytes[i], size };
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &addresses[i],
			.msg_namelen = sizeof(addresses[i]),
			.msg_iov = &pieces[i],
			.msg_iovlen = 1,
		};
		if (with_control) {
			messages[i].msg_hdr.msg_control = control[i];
			messages[i].msg_hdr.msg_controllen = CONTROL;
		}
	}
}

/* A pending error of an earlier datagram is told once, in place of sending. */
static int
ask(int fd, struct in_addr address, int first, int n)
{
	int i, sent, tries = 0;

	clear_messages(0, false);
	for (i = 0; i < n; i++) {
		addresses[i] = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = htons(first + i),
			.sin_addr = address };
	}
	do
		sent = sendmmsg(fd, messages, n, 0);
	while (sent == -1 && errno == ECONNREFUSED && tries++ < 2 * PORTS);
	if (sent == -1 && errno != EAGAIN && errno != ENOBUFS)
		err(1, "sendmmsg");
	return sent == -1 ? 0 : sent;
}

static void
hear(int fd, int flags, enum state state)
{
	int i, n, port;

	do {
		clear_messages(BYTES, flags == MSG_ERRQUEUE);
		n = recvmmsg(fd, messages, BATCH, flags, NULL);
		for (i = 0; i < n; i++) {
			port = ntohs(addresses[i].sin_port);
			if (states[port] == SILENT) {
				states[port] = state;
				counts[state]++;
			}
		}
	} while (n == BATCH || (n == -1 && errno == ECONNREFUSED));
}

static int
parse_number(const char *text, int max)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 1 || number > max)
		errx(1, "%s: not a number from 1 to %d", text, max);
	return (int)number;
}

static int
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int)(ts.tv_sec % 1000000 * 1000 + ts.tv_nsec / 1000000);
}

/* Until all have said something, or nothing since the last was asked. */
static void
ask_all(struct in_addr address, int first, int last, int timeout_ms)
{
	struct pollfd pfd = { .fd = open_socket(), .events = POLLIN };
	int all = last - first + 1, next = first, n, until_ms = 0;

	while (counts[OPEN] + counts[CLOSED] < all) {
		if (next <= last) {
			n = last - next + 1;
			next += ask(pfd.fd, address, next,
			    n < BATCH ? n : BATCH);
			until_ms = now_ms() + timeout_ms;
		} else {
			n = until_ms - now_ms();
			if (poll(&pfd, 1, n > 0 ? n : 0) == 0)
				return;
		}
		hear(pfd.fd, 0, OPEN);
		hear(pfd.fd, MSG_ERRQUEUE, CLOSED);
	}
}

int
main(int argc, char *argv[])
{
	struct in_addr address;
	int first, last, port, timeout_ms;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &address) != 1)
		errx(1, "usage: minimal_udp ADDRESS FIRST LAST TIMEOUT_MS");
	first = parse_number(argv[2], PORTS - 1);
	last = parse_number(argv[3], PORTS - 1);
	timeout_ms = parse_number(argv[4], 3600 * 1000);
	if (first > last)
		errx(1, "%d to %d: no ports", first, last);
	ask_all(address, first, last, timeout_ms);
	for (port = first; port <= last; port++)
		if (states[port] == OPEN)
			printf("%s %d\n", argv[1], port);
	printf("open=%d closed=%d filtered=0 open_filtered=%d\n", counts[OPEN],
	    counts[CLOSED], last - first + 1 - counts[OPEN] - counts[CLOSED]);
	return 0;
}
