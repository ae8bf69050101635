/* SPDX-License-Identifier: ISC */

/*
 * Listens on many TCP ports, and lets the kernel do the rest: a connection
 * stays in its backlog, so that no server competes with the program under
 * measurement, until a line on standard input says that it may go.
 *
 *	listeners ADDRESS FIRST LAST COUNT
 *
 * COUNT ports are spread evenly from FIRST to LAST, both included (the first is
 * FIRST, and with more than one the last is LAST).  Prints the ports, one in a
 * line, and "ready"; for each line read closes all connections and prints
 * "drained".  Ends at the end of its input.
 */

#define _GNU_SOURCE

#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 65535 }; /* the kernel takes net.core.somaxconn at the most */

static long
parse_number(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 1 || number > 65535)
		errx(1, "%s: not a number from 1 to 65535", text);
	return number;
}

static void
raise_limit(long descriptors)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(1, "getrlimit");
	if (limit.rlim_cur >= (rlim_t)descriptors)
		return;
	limit.rlim_cur = descriptors;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(1, "%ld descriptors", descriptors);
}

static int
open_listener(struct in_addr address, long port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_addr = address };
	int fd, yes = 1;

	in4.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == -1 ||
	    bind(fd, (struct sockaddr *)&in4, sizeof(in4)) == -1 ||
	    listen(fd, BACKLOG) == -1)
		err(1, "port %ld", port);
	return fd;
}

static void
drain(int fd)
{
	int connection;

	for (;;) {
		connection = accept(fd, NULL, NULL);
		if (connection != -1)
			close(connection);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR && errno != ECONNABORTED)
			err(1, "accept");
	}
}

int
main(int argc, char *argv[])
{
	struct in_addr address;
	char line[80];
	long count, first, i, last, port;
	int *fds;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &address) != 1)
		errx(1, "usage: listeners ADDRESS FIRST LAST COUNT");
	first = parse_number(argv[2]);
	last = parse_number(argv[3]);
	count = parse_number(argv[4]);
	if (first > last || count > last - first + 1)
		errx(1, "%ld to %ld: too few for %ld", first, last, count);
	raise_limit(count + 16);
	fds = calloc(count, sizeof(*fds));
	if (fds == NULL)
		err(1, "calloc");
	for (i = 0; i < count; i++) {
		port = first;
		if (count > 1)
			port += i * (last - first) / (count - 1);
		fds[i] = open_listener(address, port);
		printf("%ld\n", port);
	}
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		for (i = 0; i < count; i++)
			drain(fds[i]);
		printf("drained\n");
		fflush(stdout);
	}
	free(fds);
	return 0;
}
