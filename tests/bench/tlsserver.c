/* SPDX-License-Identifier: ISC */

/*
 * A TLS server for the benches: one process that does handshakes with whoever
 * connects, as many at once as there are, and says nothing more.  Its key is on
 * P-256, its certificate signed by itself; both are made at its start.
 *
 *	tlsserver ADDRESS FIRST LAST
 *
 * listens on the ports FIRST to LAST, or with 0 0 on one that the kernel
 * chooses.  Prints the ports, one in a line, and "ready"; for each line read
 * closes all connections and prints "drained".  Ends at the end of its input.
 */

#define _GNU_SOURCE

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BACKLOG = 65535, EVENTS = 256, DAY_S = 24 * 60 * 60 };

/* A socket that listens, and standard input, have no ssl. */
struct peer {
	struct peer *next, *before; /* of the connections */
	SSL *ssl;
	int fd;
	bool shaken;
};

static SSL_CTX *ctx;
static int epoll_fd;
static struct peer connections = { &connections, &connections, NULL, -1,
	false };

static void
fail(const char *what)
{
	ERR_print_errors_fp(stderr);
	errx(1, "%s", what);
}

static X509 *
make_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name;

	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), 365L * DAY_S) == NULL ||
	    X509_set_pubkey(x, key) != 1)
		fail("certificate");
	name = X509_get_subject_name(x);
	if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"bench.test", -1, -1, 0) != 1 ||
	    X509_set_issuer_name(x, name) != 1 ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		fail("certificate");
	return x;
}

static void
make_context(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x;

	ctx = SSL_CTX_new(TLS_server_method());
	if (key == NULL || ctx == NULL)
		fail("key or context");
	x = make_certificate(key);
	if (SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		fail("context");
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
watch(struct peer *p, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = p };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, p->fd, &event) == -1)
		err(1, "epoll_ctl");
}

static struct peer *
new_peer(int fd)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		err(1, "calloc");
	p->fd = fd;
	return p;
}

static void
listen_on(struct in_addr address, long port)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_addr = address };
	socklen_t size = sizeof(in4);
	int fd, yes = 1;

	in4.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == -1 ||
	    bind(fd, (struct sockaddr *)&in4, sizeof(in4)) == -1 ||
	    listen(fd, BACKLOG) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in4, &size) == -1)
		err(1, "port %ld", port);
	watch(new_peer(fd), EPOLLIN);
	printf("%d\n", ntohs(in4.sin_port));
}

static void
close_peer(struct peer *p)
{
	p->next->before = p->before;
	p->before->next = p->next;
	SSL_free(p->ssl);
	close(p->fd);
	free(p);
}

/* After the handshake whatever comes is dropped, until the peer closes. */
static void
serve(struct peer *p)
{
	char dropped[4096];
	int n;

	ERR_clear_error();
	n = p->shaken ? 1 : SSL_do_handshake(p->ssl);
	while (n > 0) {
		p->shaken = true;
		n = SSL_read(p->ssl, dropped, sizeof(dropped));
	}
	n = SSL_get_error(p->ssl, n);
	if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
		close_peer(p);
}

static void
accept_all(const struct peer *listener)
{
	struct peer *p;
	int fd;

	while ((fd = accept4(listener->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		p = new_peer(fd);
		p->next = connections.next;
		p->before = &connections;
		p->next->before = p;
		connections.next = p;
		p->ssl = SSL_new(ctx);
		if (p->ssl == NULL || SSL_set_fd(p->ssl, fd) != 1)
			fail("connection");
		SSL_set_accept_state(p->ssl);
		watch(p, EPOLLIN | EPOLLOUT | EPOLLET);
	}
	if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		err(1, "accept4");
}

/* False at the end of the input. */
static bool
obey(void)
{
	char text[80];
	ssize_t i, n = read(STDIN_FILENO, text, sizeof(text));

	for (i = 0; i < n; i++) {
		if (text[i] != '\n')
			continue;
		while (connections.next != &connections)
			close_peer(connections.next);
		printf("drained\n");
	}
	fflush(stdout);
	return n > 0;
}

/* The orders are for the last: they may close what there are events of. */
static void
run(void)
{
	struct epoll_event events[EVENTS];
	struct peer *p;
	bool orders;
	int i, n;

	do {
		n = epoll_wait(epoll_fd, events, EVENTS, -1);
		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		orders = false;
		for (i = 0; i < n; i++) {
			p = events[i].data.ptr;
			if (p->fd == STDIN_FILENO)
				orders = true;
			else if (p->ssl != NULL)
				serve(p);
			else
				accept_all(p);
		}
	} while (!orders || obey());
}

static long
parse_port(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 0 || number > 65535)
		errx(1, "%s: not a number from 0 to 65535", text);
	return number;
}

int
main(int argc, char *argv[])
{
	struct in_addr address;
	struct rlimit limit;
	long last, port;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &address) != 1)
		errx(1, "usage: tlsserver ADDRESS FIRST LAST");
	port = parse_port(argv[2]);
	last = parse_port(argv[3]);
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		err(1, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		err(1, "limits");
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd == -1)
		err(1, "epoll_create1");
	make_context();
	watch(new_peer(STDIN_FILENO), EPOLLIN);
	for (; port <= last; port++)
		listen_on(address, port);
	printf("ready\n");
	fflush(stdout);
	run();
	return 0;
}
