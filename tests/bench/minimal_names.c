/* SPDX-License-Identifier: ISC */

/*
 * The limit that the bench "portset" measures against where names are asked:
 * all queries at once on one socket, A and AAAA for each name, then all
 * connections, to whatever is on this machine.
 *
 *	minimal_names SERVER COUNT PORT
 *
 * asks the name server at the IPv4 address SERVER for h1.test to hCOUNT.test,
 * and PORT at each address.  Prints the counts.
 */

#define _GNU_SOURCE

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	NAMES_MAX =
	    32768, /* two queries for each, 16 bits to tell them apart */
	BATCH = 64,
	QUERY_MAX = 64,
	ANSWER_MAX = 512,
	HEADER = 12,
	ANSWER_SIZE = 16, /* of an A record with a compressed name */
	TYPE_A = 1,
	TYPE_AAAA = 28,
	RECEIVE_BUFFER = 8 << 20,
	TIMEOUT_MS = 5000
};

static struct in_addr addresses[NAMES_MAX];
static unsigned char answered[2 * NAMES_MAX];

static size_t
make_query(unsigned char *query, unsigned id)
{
	static const unsigned char flags[] = { 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	int label, length = HEADER;

	query[0] = id >> 8;
	query[1] = id;
	memcpy(query + 2, flags, sizeof(flags));
	label = snprintf((char *)query + HEADER + 1, 16, "h%u", id / 2 + 1);
	query[length] = label;
	length += label + 1;
	memcpy(query + length, "\4test\0\0\1\0\1", 10);
	if (id % 2 == 1)
		query[length + 7] = TYPE_AAAA;
	return length + 10;
}

static void
send_queries(int fd, unsigned n)
{
	static unsigned char queries[BATCH][QUERY_MAX];
	struct mmsghdr messages[BATCH];
	struct iovec iovs[BATCH];
	unsigned i, id = 0;
	int sent;

	while (id < n) {
		memset(messages, 0, sizeof(messages));
		for (i = 0; i < BATCH && id + i < n; i++) {
			iovs[i].iov_base = queries[i];
			iovs[i].iov_len = make_query(queries[i], id + i);
			messages[i].msg_hdr.msg_iov = &iovs[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		sent = sendmmsg(fd, messages, i, 0);
		if (sent == -1)
			err(1, "sendmmsg");
		id += sent;
	}
}

/* True for the first good answer to one of n queries. */
static int
take_answer(const unsigned char *answer, size_t length, unsigned n)
{
	unsigned id;

	if (length < HEADER)
		return 0;
	id = answer[0] << 8 | answer[1];
	if (id >= n || answered[id] || (answer[3] & 0x0f) != 0)
		return 0;
	answered[id] = 1;
	if (id % 2 == 0 && answer[7] == 1 && length > HEADER + ANSWER_SIZE)
		memcpy(&addresses[id / 2], answer + length - 4, 4);
	return 1;
}

static unsigned
receive_answers(int fd, unsigned n)
{
	static unsigned char answers[BATCH][ANSWER_MAX];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct mmsghdr messages[BATCH];
	struct iovec iovs[BATCH];
	unsigned done = 0;
	int got, i;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		iovs[i].iov_base = answers[i];
		iovs[i].iov_len = ANSWER_MAX;
		messages[i].msg_hdr.msg_iov = &iovs[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n && poll(&pfd, 1, TIMEOUT_MS) == 1) {
		got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		if (got == -1)
			err(1, "recvmmsg");
		for (i = 0; i < got; i++)
			done += take_answer(answers[i], messages[i].msg_len, n);
	}
	return done;
}

/* On this machine the second connect() has the answer. */
static int
is_open(struct in_addr address, unsigned long port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_addr = address };
	socklen_t size = sizeof(in4);
	int fd, open;

	in4.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(1, "socket");
	open = connect(fd, (struct sockaddr *)&in4, sizeof(in4)) == 0 ||
	    (errno == EINPROGRESS &&
		connect(fd, (struct sockaddr *)&in4, sizeof(in4)) == 0);
	open = open && getsockname(fd, (struct sockaddr *)&in4, &size) == 0 &&
	    (in4.sin_addr.s_addr != address.s_addr ||
		in4.sin_port != htons(port));
	close(fd);
	return open;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in server = { .sin_family = AF_INET };
	unsigned long i, n, n_open = 0, port, unresolved = 0;
	int fd, size = RECEIVE_BUFFER;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		errx(1, "usage: minimal_names SERVER COUNT PORT");
	n = strtoul(argv[2], NULL, 10);
	port = strtoul(argv[3], NULL, 10);
	if (n < 1 || n > NAMES_MAX || port < 1 || port > 65535)
		errx(1, "COUNT or PORT: out of range");
	server.sin_port = htons(53);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ==
		-1 ||
	    connect(fd, (struct sockaddr *)&server, sizeof(server)) == -1)
		err(1, "%s", argv[1]);
	send_queries(fd, 2 * n);
	receive_answers(fd, 2 * n);
	for (i = 0; i < n; i++) {
		if (addresses[i].s_addr == 0)
			unresolved++;
		else if (is_open(addresses[i], port))
			n_open++;
	}
	printf("open=%lu closed=%lu unresolved=%lu\n", n_open,
	    n - n_open - unresolved, unresolved);
	return 0;
}
