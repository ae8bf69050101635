/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "module.h"
#include "sock.h"
#include "tls_module.h"
#include "xalloc.h"

#define MODULE "tls_openssl.so"

/* The header of a record (RFC 8446 5.1), which is what is read first. */
#define HEADER 5

/* Of what is not TLS, this much is kept. */
#define HEARD_MAX 1024

/* No handshake is so long, but somebody may send for ever. */
#define HANDSHAKE_BYTES ((size_t)1 << 20)

/* RFC 1035 2.3.4, with a NUL. */
#define NAME_MAX_SIZE 256

struct tls_context {
	const struct tls_conf *conf;
	const struct tls_module *module; /* NULL: not open */
	struct tls_shared *shared;
	bool failed;
	char why[TLS_WHY_MAX];
};

struct tls {
	const struct tls_context *context;
	struct tls_session *session;
	struct tls_io io;
	struct tls_peer peer;
	int fd;
	int err;    /* of the socket */
	bool ended; /* the peer closed */
	bool lost;  /* what was sent came to nobody */
	bool done;  /* the handshake */
	struct handshake *told;
	size_t n_read; /* in the handshake */
	size_t n_heard;
	unsigned char heard[HEARD_MAX]; /* HEADER of it, while it is TLS */
	char why[TLS_WHY_MAX];
	char sni[NAME_MAX_SIZE];
	char name[NAME_MAX_SIZE];
};

static tls_recv_fn io_recv;
static void keep(struct tls *, const unsigned char *, size_t);
static tls_send_fn io_send;
static void name_peer(struct tls *, const char *);
static bool is_name(const char *, char *);
static bool is_tls(const struct tls *);
static void listen_on(struct tls *);
static void explain(struct tls *);
static void say(struct tls *, const char *);
static void tell(struct tls *);
static enum tls_status broken(struct tls *, enum tls_status);

const char *
tls_missing(void)
{
	return NULL;
}

/* RFC 7301 3.1: names have 1 to 255 bytes. */
const char *
tls_alpn_check(const char *names)
{
	size_t len;

	for (;; names += len + 1) {
		len = strcspn(names, ",");
		if (len == 0)
			return "a name is empty";
		if (len > UINT8_MAX)
			return "a name is longer than 255 bytes";
		if (names[len] == '\0')
			return NULL;
	}
}

struct tls_context *
tls_context_new(const struct tls_conf *conf)
{
	struct tls_context *c = xcalloc(1, sizeof(*c));

	c->conf = conf;
	return c;
}

void
tls_context_free(struct tls_context *c)
{
	if (c == NULL)
		return;
	if (c->shared != NULL)
		c->module->close(c->shared);
	free(c);
}

const char *
tls_context_open(struct tls_context *c)
{
	static const char absent[] = MODULE
	    " or its library, libssl, cannot be loaded";

	if (c->shared == NULL && !c->failed) {
		c->module = module_open(MODULE, TLS_MODULE_SYMBOL,
		    TLS_MODULE_VERSION);
		if (c->module == NULL)
			memcpy(c->why, absent, sizeof(absent));
		else
			c->shared = c->module->open(c->conf, c->why);
		c->failed = c->shared == NULL;
	}
	return c->failed ? c->why : NULL;
}

struct tls *
tls_start(struct tls_context *c, int fd, const char *host)
{
	struct tls *t;

	if (tls_context_open(c) != NULL)
		return NULL;
	t = xcalloc(1, sizeof(*t));
	t->context = c;
	t->fd = fd;
	t->io = (struct tls_io){ io_recv, io_send, t };
	name_peer(t, host);
	t->session = xcheck(c->module->start(c->shared, &t->io, &t->peer));
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	t->context->module->free(t->session);
	free(t->told);
	free(t);
}

enum tls_status
tls_handshake(struct tls *t)
{
	enum tls_status s;

	t->why[0] = '\0';
	s = t->context->module->handshake(t->session, t->why);
	/* Who says two bytes and waits will never say five. */
	if (s == TLS_READ && !is_tls(t))
		s = TLS_FAILED;
	if (s == TLS_DONE)
		tell(t);
	else if (s == TLS_CLOSED || s == TLS_FAILED)
		explain(t);
	return s;
}

enum tls_status
tls_settle(struct tls *t)
{
	t->why[0] = '\0';
	return broken(t, t->context->module->settle(t->session, t->why));
}

const char *
tls_why(const struct tls *t)
{
	return t->why;
}

const void *
tls_heard(const struct tls *t, size_t *len)
{
	*len = is_tls(t) ? 0 : t->n_heard;
	return t->heard;
}

const struct handshake *
tls_told(const struct tls *t)
{
	return t->told;
}

enum tls_status
tls_recv(struct tls *t, void *to, size_t room, size_t *n)
{
	t->why[0] = '\0';
	return broken(t,
	    t->context->module->recv(t->session, to, room, n, t->why));
}

enum tls_status
tls_send(struct tls *t, const void *p, size_t len, size_t *n)
{
	t->why[0] = '\0';
	return broken(t,
	    t->context->module->send(t->session, p, len, n, t->why));
}

void
tls_end(struct tls *t)
{
	if (t->done)
		t->context->module->end(t->session);
}

static ssize_t
io_recv(void *ctx, void *to, size_t room)
{
	struct tls *t = ctx;
	ssize_t n;

	if (!t->done && t->n_read > HANDSHAKE_BYTES) {
		errno = t->err = EMSGSIZE;
		return -1;
	}
	n = sock_recv(t->fd, to, room);
	if (n > 0 && !t->done)
		t->n_read += (size_t)n;
	if (n == 0)
		t->ended = true;
	if (n == -1 && errno != EAGAIN)
		t->err = errno;
	if (n > 0)
		keep(t, to, (size_t)n);
	return n;
}

/* OpenSSL reads more than a header at once, and drops what is no TLS. */
static void
keep(struct tls *t, const unsigned char *p, size_t n)
{
	while (n-- > 0 && t->n_heard < (is_tls(t) ? HEADER : HEARD_MAX))
		t->heard[t->n_heard++] = *p++;
}

static ssize_t
io_send(void *ctx, const void *p, size_t n)
{
	struct tls *t = ctx;
	ssize_t sent = sock_send(t->fd, p, n);

	if (sent != -1 || errno == EAGAIN)
		return sent;
	/* The peer may have said why before it went. */
	if (!t->done && (errno == EPIPE || errno == ECONNRESET)) {
		t->lost = true;
		return (ssize_t)n;
	}
	t->err = errno;
	return -1;
}

static void
name_peer(struct tls *t, const char *host)
{
	const struct tls_conf *conf = t->context->conf;
	const char *asked = conf->sni != NULL ? conf->sni : host;
	const char *name = conf->verify_name != NULL ? conf->verify_name
						     : asked;

	if (is_name(asked, t->sni))
		t->peer.sni = t->sni;
	if (is_name(name, t->name))
		t->peer.name = t->name;
	else if (t->name[0] != '\0')
		t->peer.address = t->name;
}

/*
 * Whether s is a name.  name[NAME_MAX_SIZE] becomes that without the dot at its
 * end (RFC 6066 3), or the address without its zone, or empty: s is a path.
 */
static bool
is_name(const char *s, char *name)
{
	size_t len = strlen(s);
	struct text text;
	struct addr a = { 0 };
	const char *why;
	bool is;

	is = addr_parse(s, AF_UNSPEC, &a, &why) == ADDR_NAME;
	text_init(&text, NAME_MAX_SIZE - 1);
	if (is) {
		if (len > 1 && s[len - 1] == '.')
			len--;
		text_put(&text, s, len);
	} else if (a.family == AF_INET || a.family == AF_INET6) {
		if (a.family == AF_INET6)
			a.in6.sin6_scope_id = 0;
		addr_format(&text, &a);
	}
	memcpy(name, text.data, text.len + 1);
	text_free(&text);
	return is;
}

/* Whether what has come so far can be the header of a record. */
static bool
is_tls(const struct tls *t)
{
	if (t->n_heard > 0 && (t->heard[0] < 20 || t->heard[0] > 23))
		return false;
	return t->n_heard < 2 || t->heard[1] == 3;
}

/* What else the peer has said in the clear: for people. */
static void
listen_on(struct tls *t)
{
	ssize_t n;

	while (t->n_heard < HEARD_MAX &&
	    (n = sock_recv(t->fd, t->heard + t->n_heard,
		 HEARD_MAX - t->n_heard)) > 0)
		t->n_heard += (size_t)n;
}

static void
explain(struct tls *t)
{
	const char *why = NULL;

	if (!is_tls(t)) {
		listen_on(t);
		why = "the peer does not speak TLS";
	} else if (t->err == ECONNRESET ||
	    (t->lost && (t->ended || t->err != 0))) {
		why = "the peer reset the connection";
	} else if (t->err == EMSGSIZE) {
		why = "it is longer than 1 MiB";
	} else if (t->err != 0) {
		why = strerror(t->err);
	} else if (t->ended) {
		why = "the peer closed the connection";
	} else if (t->why[0] == '\0') {
		why = "the peer closed it";
	}
	if (why != NULL)
		say(t, why);
}

static void
say(struct tls *t, const char *why)
{
	size_t len = strlen(why);

	if (len > sizeof(t->why) - 1)
		len = sizeof(t->why) - 1;
	memcpy(t->why, why, len);
	t->why[len] = '\0';
}

static void
tell(struct tls *t)
{
	const struct tls_module *m = t->context->module;

	t->done = true;
	t->told = handshake_new(m->certs(t->session));
	m->told(t->session, t->told);
	if (t->context->conf->verify)
		memcpy(t->told->name, t->name, sizeof(t->told->name));
}

/* After the handshake: a lost connection is as good as a reset one. */
static enum tls_status
broken(struct tls *t, enum tls_status s)
{
	if (s == TLS_FAILED && t->err != 0)
		t->why[0] = '\0';
	if (s == TLS_FAILED && t->err == 0 && t->ended)
		return TLS_CLOSED;
	return s;
}
