/* SPDX-License-Identifier: ISC */
/*
 * tlsserver: a peer that speaks in the clear and then TLS, after a script.
 *
 *	tlsserver CERTIFICATE KEY WORD...
 *
 * It listens on a port of 127.0.0.1 that the kernel chooses and writes
 *
 *	port 43047
 *
 * then serves one connection after the other, each with the same words, until
 * EOF on its stdin or for 60 seconds.
 *
 *	say:BYTES	sends them, with the escapes \r \n \0 \xHH \\
 *	expect:BYTES	reads until exactly they have come
 *	tls		the handshake; what follows goes through it
 *	anonymous	the same with ciphers that need no certificate
 *	wait:MS		waits
 *	close		closes the connection, in TLS without its farewell
 *	hold		says nothing more, reads until the peer closes
 *
 * After the last word comes close.  Each connection writes what it read in each
 * of the two, once it is over:
 *
 *	clear "QUIT\r\n"
 *	tls "EHLO portstate\r\n"
 *	end
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEARD_MAX 65536
#define LIFE_S 60

static SSL_CTX *context;

struct heard {
	unsigned char data[HEARD_MAX];
	size_t len;
	size_t seen;
};

static struct {
	int fd;
	SSL *tls; /* NULL: in the clear */
	struct heard clear;
	struct heard through;
} peer;

static void serve(int, char **);
static bool obey(const char *);
static bool say(const char *);
static bool expect(const char *);
static bool shake(bool);
static ssize_t get(void *, size_t);
static struct heard *heard(void);
static void tell(const char *, const struct heard *);
static size_t decode(const char *, unsigned char *);
static void await(int);
static void fail(const char *);

int
main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (argc < 3)
		fail("usage: tlsserver CERTIFICATE KEY WORD...");
	(void)alarm(LIFE_S);
	(void)signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL ||
	    SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) !=
		1)
		fail("certificate or key");
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		fail("socket");
	printf("port %d\n", ntohs(sin.sin_port));
	for (;;) {
		await(fd);
		peer.fd = accept(fd, NULL, NULL);
		if (peer.fd != -1)
			serve(argc - 3, argv + 3);
	}
}

static void
serve(int n, char **words)
{
	int i, yes = 1;

	peer.clear.len = peer.clear.seen = 0;
	peer.through.len = peer.through.seen = 0;
	(void)setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	for (i = 0; i < n && obey(words[i]); i++)
		;
	tell("clear", &peer.clear);
	tell("tls", &peer.through);
	printf("end\n");
	if (peer.tls != NULL) {
		SSL_free(peer.tls);
		peer.tls = NULL;
	}
	(void)close(peer.fd);
	ERR_clear_error();
}

/* Whether to go on. */
static bool
obey(const char *word)
{
	const char *colon = strchr(word, ':');
	size_t len = colon != NULL ? (size_t)(colon - word) : strlen(word);
	unsigned char bytes[256];

	if (len == 3 && memcmp(word, "say", len) == 0)
		return say(colon + 1);
	if (len == 6 && memcmp(word, "expect", len) == 0)
		return expect(colon + 1);
	if (len == 4 && memcmp(word, "wait", len) == 0)
		return poll(NULL, 0, (int)strtol(colon + 1, NULL, 10)) == 0;
	if (strcmp(word, "tls") == 0)
		return shake(false);
	if (strcmp(word, "anonymous") == 0)
		return shake(true);
	if (strcmp(word, "close") == 0)
		return false;
	if (strcmp(word, "hold") != 0)
		fail(word);
	while (get(bytes, sizeof(bytes)) > 0)
		;
	return false;
}

static bool
say(const char *s)
{
	unsigned char *bytes = malloc(strlen(s) + 1);
	size_t len = decode(s, bytes);
	ssize_t n = peer.tls != NULL ? SSL_write(peer.tls, bytes, (int)len)
				     : send(peer.fd, bytes, len, 0);

	free(bytes);
	return n == (ssize_t)len;
}

/* Byte by byte: what comes after them is not ours yet. */
static bool
expect(const char *s)
{
	unsigned char *bytes = malloc(strlen(s) + 1), byte;
	size_t len = decode(s, bytes);
	struct heard *h = heard();
	bool found = false;

	while (!found && get(&byte, 1) == 1) {
		found = h->len - h->seen >= len &&
		    memcmp(h->data + h->len - len, bytes, len) == 0;
		if (found)
			h->seen = h->len;
	}
	free(bytes);
	return found;
}

static bool
shake(bool anonymous)
{
	peer.tls = SSL_new(context);
	if (anonymous) {
		(void)SSL_set_cipher_list(peer.tls, "aNULL:@SECLEVEL=0");
		(void)SSL_set_max_proto_version(peer.tls, TLS1_2_VERSION);
		(void)SSL_set_dh_auto(peer.tls, 1);
	}
	(void)SSL_set_fd(peer.tls, peer.fd);
	return SSL_accept(peer.tls) == 1;
}

static ssize_t
get(void *to, size_t room)
{
	struct heard *h = heard();
	ssize_t n = peer.tls != NULL ? SSL_read(peer.tls, to, (int)room)
				     : recv(peer.fd, to, room, 0);

	if (n > 0 && h->len + (size_t)n <= HEARD_MAX) {
		memcpy(h->data + h->len, to, (size_t)n);
		h->len += (size_t)n;
	}
	return n;
}

static struct heard *
heard(void)
{
	return peer.tls != NULL ? &peer.through : &peer.clear;
}

static void
tell(const char *name, const struct heard *h)
{
	size_t i;

	printf("%s \"", name);
	for (i = 0; i < h->len; i++) {
		unsigned char c = h->data[i];

		if (c == '\r' || c == '\n')
			printf("\\%c", c == '\r' ? 'r' : 'n');
		else if (c < ' ' || c > '~' || c == '"' || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("\"\n");
}

static size_t
decode(const char *s, unsigned char *to)
{
	unsigned char *at = to;
	char hex[3] = "";

	for (; *s != '\0'; s++) {
		if (*s != '\\') {
			*at++ = (unsigned char)*s;
			continue;
		}
		switch (*++s) {
		case 'r':
			*at++ = '\r';
			break;
		case 'n':
			*at++ = '\n';
			break;
		case '0':
			*at++ = '\0';
			break;
		case 'x':
			memcpy(hex, s + 1, 2);
			*at++ = (unsigned char)strtol(hex, NULL, 16);
			s += 2;
			break;
		default:
			*at++ = (unsigned char)*s;
		}
	}
	return (size_t)(at - to);
}

/* A connection; or the end, with that of who started us. */
static void
await(int fd)
{
	struct pollfd p[] = { { fd, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
	char byte;

	while (poll(p, 2, -1) > 0 && (p[0].revents & POLLIN) == 0)
		if (read(STDIN_FILENO, &byte, 1) <= 0)
			exit(EXIT_SUCCESS);
}

static void
fail(const char *why)
{
	fprintf(stderr, "tlsserver: %s\n", why);
	exit(2);
}
