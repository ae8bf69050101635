/* SPDX-License-Identifier: ISC */

/*
 * The limit of TLS: what a program that is linked to OpenSSL in the usual way
 * cannot do without, and nothing else.  It verifies nothing, as check_tcp -S.
 *
 *	minimal_tls ADDRESS PORT
 *
 * is one check, one step after the other: connect, handshake, close.
 *
 *	minimal_tls ADDRESS FIRST LAST
 *
 * asks all these ports at once, in one thread and with one context; prints
 * those where the handshake was done, "ADDRESS PORT", and at last the counts.
 */

#define _GNU_SOURCE

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, CRITICAL = 2, UNKNOWN = 3, EVENTS = 256 };

enum state { ASKED, OPEN, FAILED, STATES };

struct target {
	SSL *ssl;
	int fd;
	enum state state;
};

static SSL_CTX *ctx;
static int epoll_fd;
static long counts[STATES];

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int
one(const char *host, const struct sockaddr_in *in4)
{
	double start = now();
	SSL *ssl;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)in4, sizeof(*in4)) == -1) {
		printf("TCP CRITICAL - %s\n", strerror(errno));
		return CRITICAL;
	}
	ctx = SSL_CTX_new(TLS_client_method());
	ssl = ctx != NULL ? SSL_new(ctx) : NULL;
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1) {
		printf("TCP CRITICAL - handshake failed\n");
		return CRITICAL;
	}
	SSL_shutdown(ssl);
	start = now() - start;
	SSL_free(ssl);
	close(fd);
	SSL_CTX_free(ctx);
	printf("TCP OK - %.3f second response time on %s port %d|"
	       "time=%.6fs;;;0.000000;10.000000\n",
	    start, host, ntohs(in4->sin_port), start);
	return OK;
}

static void
finish(struct target *t, enum state state)
{
	t->state = state;
	counts[state]++;
	if (state == OPEN)
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	close(t->fd);
}

static void
go_on(struct target *t)
{
	int n = SSL_do_handshake(t->ssl);

	if (n == 1) {
		finish(t, OPEN);
		return;
	}
	n = SSL_get_error(t->ssl, n);
	if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
		finish(t, FAILED);
}

/* The first events say that the connection stands. */
static void
begin(struct target *t, const struct sockaddr_in *in4)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
		.data.ptr = t };

	t->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	t->ssl = SSL_new(ctx);
	if (t->fd == -1 || t->ssl == NULL || SSL_set_fd(t->ssl, t->fd) != 1)
		err(UNKNOWN, "socket");
	SSL_set_connect_state(t->ssl);
	if (connect(t->fd, (const struct sockaddr *)in4, sizeof(*in4)) == -1 &&
	    errno != EINPROGRESS)
		finish(t, FAILED);
	else if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, t->fd, &event) == -1)
		err(UNKNOWN, "epoll_ctl");
}

static void
wait_for_answers(void)
{
	struct epoll_event events[EVENTS];
	int i, n = epoll_wait(epoll_fd, events, EVENTS, 10000);

	if (n <= 0)
		errx(UNKNOWN, "no answer in 10 seconds");
	for (i = 0; i < n; i++)
		go_on(events[i].data.ptr);
}

static int
many(const char *host, struct sockaddr_in in4, long first, long n)
{
	struct target *targets = calloc(n, sizeof(*targets));
	struct rlimit limit;
	long i;

	if (targets == NULL || getrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(UNKNOWN, "limits");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(UNKNOWN, "setrlimit");
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ctx = SSL_CTX_new(TLS_client_method());
	if (epoll_fd == -1 || ctx == NULL)
		errx(UNKNOWN, "epoll_create1 or SSL_CTX_new");
	for (i = 0; i < n; i++) {
		in4.sin_port = htons(first + i);
		begin(&targets[i], &in4);
	}
	while (counts[OPEN] + counts[FAILED] < n)
		wait_for_answers();
	for (i = 0; i < n; i++)
		if (targets[i].state == OPEN)
			printf("%s %ld\n", host, first + i);
	printf("open=%ld closed=%ld filtered=0\n", counts[OPEN],
	    counts[FAILED]);
	free(targets);
	SSL_CTX_free(ctx);
	return OK;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	long first = argc < 3 ? 0 : strtol(argv[2], NULL, 10);
	long last = argc < 4 ? first : strtol(argv[3], NULL, 10);

	if (argc < 3 || argc > 4 || first < 1 || last < first || last > 65535 ||
	    inet_pton(AF_INET, argv[1], &in4.sin_addr) != 1) {
		printf("usage: minimal_tls ADDRESS FIRST [LAST]\n");
		return UNKNOWN;
	}
	in4.sin_port = htons(first);
	if (argc == 3)
		return one(argv[1], &in4);
	return many(argv[1], in4, first, last - first + 1);
}
