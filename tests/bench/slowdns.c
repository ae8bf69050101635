/* SPDX-License-Identifier: ISC */

/*
 * A name server that thinks for a while.
 *
 *	slowdns ADDRESS PORT DELAY_US
 *
 * answers each query over UDP after DELAY_US: hN.DOMAIN, whatever the domain,
 * has one A record, 127.1.0.0 + N, and no AAAA record; other names do not
 * exist.  Prints "ready"; ends at the end of its input.
 */

#define _GNU_SOURCE

#include <sys/prctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	QUEUE_MAX = 1 << 14, /* a power of two */
	BATCH = 64,
	HEADER = 12,
	ANSWER_ROOM = 16,
	MESSAGE_MAX = 512,
	BUFFER = 32 << 20,
	TYPE_A = 1,
	CLASS_IN = 1,
	FLAGS_ANSWER = 0x8580, /* authoritative, recursion available */
	NXDOMAIN = 3
};

struct answer {
	int64_t due_ns;
	struct sockaddr_storage to;
	socklen_t to_size;
	size_t length;
	unsigned char bytes[MESSAGE_MAX];
};

static struct answer queue[QUEUE_MAX];
static uint32_t head, tail; /* sent from head, filled at tail */
static int64_t delay_ns;

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void
put16(unsigned char *at, unsigned value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* Where the question ends, or 0. */
static size_t
question_end(const unsigned char *bytes, size_t length)
{
	size_t at = HEADER;

	while (at < length && bytes[at] != 0) {
		if (bytes[at] > 63)
			return 0;
		at += bytes[at] + 1;
	}
	return at + 5 <= length ? at + 5 : 0;
}

/* The N of hN in the first label, or -1. */
static long
number_of(const unsigned char *label)
{
	char text[64], *end;
	long number;

	if (label[0] < 2 || (label[1] | 0x20) != 'h')
		return -1;
	memcpy(text, label + 2, label[0] - 1);
	text[label[0] - 1] = '\0';
	number = strtol(text, &end, 10);
	return *end == '\0' && number >= 0 && number < 65536 ? number : -1;
}

/* Turns the query into its answer; false if it is none. */
static int
make_answer(struct answer *answer)
{
	unsigned char *bytes = answer->bytes;
	size_t end;
	long number;
	int type;

	if (answer->length < HEADER || bytes[2] & 0x80)
		return 0;
	end = question_end(bytes, answer->length);
	if (end == 0 || end + ANSWER_ROOM > MESSAGE_MAX)
		return 0;
	number = number_of(bytes + HEADER);
	type = bytes[end - 4] << 8 | bytes[end - 3];
	put16(bytes + 2,
	    FLAGS_ANSWER | (bytes[2] & 1) << 8 | (number < 0 ? NXDOMAIN : 0));
	put16(bytes + 4, 1);
	put16(bytes + 6, number >= 0 && type == TYPE_A);
	put16(bytes + 8, 0);
	put16(bytes + 10, 0); /* also no EDNS */
	answer->length = end;
	if (number < 0 || type != TYPE_A)
		return 1;
	memcpy(bytes + end, "\xc0\x0c\0\1\0\1\0\0\0\74\0\4\177\1", 14);
	put16(bytes + end + 14, number);
	answer->length += ANSWER_ROOM;
	return 1;
}

static void
receive(int fd)
{
	struct answer *answer;
	ssize_t n;
	int i;

	for (i = 0; i < BATCH && tail - head < QUEUE_MAX; i++) {
		answer = &queue[tail % QUEUE_MAX];
		answer->to_size = sizeof(answer->to);
		n = recvfrom(fd, answer->bytes, MESSAGE_MAX, 0,
		    (struct sockaddr *)&answer->to, &answer->to_size);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1)
			continue; /* an ICMP error of a client that has gone */
		answer->due_ns = now_ns() + delay_ns;
		answer->length = n;
		if (make_answer(answer))
			tail++;
	}
}

static void
send_due(int fd)
{
	struct answer *answer;

	for (; head != tail; head++) {
		answer = &queue[head % QUEUE_MAX];
		if (answer->due_ns > now_ns())
			return;
		sendto(fd, answer->bytes, answer->length, 0,
		    (struct sockaddr *)&answer->to, answer->to_size);
	}
}

/* False at the end of the input. */
static int
wait_for_queries(struct pollfd *pfds)
{
	struct timespec timeout = { 0 };
	int64_t left_ns = 0;
	char line[80];

	if (head != tail)
		left_ns = queue[head % QUEUE_MAX].due_ns - now_ns();
	if (left_ns > 0) {
		timeout.tv_sec = left_ns / 1000000000;
		timeout.tv_nsec = left_ns % 1000000000;
	}
	if (ppoll(pfds, 2, head == tail ? NULL : &timeout, NULL) == -1 &&
	    errno != EINTR)
		err(1, "ppoll");
	return pfds[1].revents == 0 ||
	    read(STDIN_FILENO, line, sizeof(line)) > 0;
}

static int
open_socket(const char *address, const char *port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	int fd, size = BUFFER;

	in4.sin_port = htons(strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, address, &in4.sin_addr) != 1)
		errx(1, "%s: not an IPv4 address", address);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ==
		-1 ||
	    bind(fd, (struct sockaddr *)&in4, sizeof(in4)) == -1)
		err(1, "%s port %s", address, port);
	return fd;
}

int
main(int argc, char *argv[])
{
	struct pollfd pfds[2];
	int fd;

	if (argc != 4)
		errx(1, "usage: slowdns ADDRESS PORT DELAY_US");
	delay_ns = strtol(argv[3], NULL, 10) * INT64_C(1000);
	fd = open_socket(argv[1], argv[2]);
	if (prctl(PR_SET_TIMERSLACK, 1) == -1)
		err(1, "timer slack");
	printf("ready\n");
	fflush(stdout);
	pfds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	pfds[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	while (wait_for_queries(pfds)) {
		receive(fd);
		send_due(fd);
	}
	return 0;
}
