/* SPDX-License-Identifier: ISC */
/*
 * What tls_openssl.so and its only user, tls.c, agree on: the module knows
 * OpenSSL, the host the socket.
 */
#ifndef TLS_MODULE_H
#define TLS_MODULE_H

#include <stdint.h>
#include <sys/types.h>

#include "handshake.h"
#include "tls_conf.h"

/* To be raised with each change of what follows, of tls_conf.h or handshake.h. */
#define TLS_MODULE_VERSION 3

/* The one symbol: a struct tls_module. */
#define TLS_MODULE_SYMBOL "tls_module"

#define TLS_WHY_MAX 256

/* The module's. */
struct tls_shared;
struct tls_session;

/* The host's: recv(2) and send(2), with errno. */
typedef ssize_t tls_recv_fn(void *ctx, void *to, size_t room);
typedef ssize_t tls_send_fn(void *ctx, const void *p, size_t n);

struct tls_io {
	tls_recv_fn *recv;
	tls_send_fn *send;
	void *ctx;
};

/* Names are of the right kind and without what is not part of them. */
struct tls_peer {
	const char *sni;     /* NULL: none */
	const char *name;    /* to verify; NULL: none */
	const char *address; /* the same; at most one of the two */
};

struct tls_module {
	uint32_t version; /* first for ever */

	/* NULL with the reason in why[TLS_WHY_MAX]. */
	struct tls_shared *(*open)(const struct tls_conf *conf, char *why);
	void (*close)(struct tls_shared *s);

	/* NULL: no memory.  io and peer outlive it. */
	struct tls_session *(*start)(struct tls_shared *s,
	    const struct tls_io *io, const struct tls_peer *peer);
	void (*free)(struct tls_session *s);

	/* The reason of a failure that is TLS's own comes in why, or "". */
	enum tls_status (*handshake)(struct tls_session *s, char *why);
	enum tls_status (*settle)(struct tls_session *s, char *why);
	size_t (*certs)(const struct tls_session *s);
	/* h has room for so many certificates; all but name is set. */
	void (*told)(const struct tls_session *s, struct handshake *h);

	enum tls_status (*recv)(struct tls_session *s, void *to, size_t room,
	    size_t *n, char *why);
	enum tls_status (*send)(struct tls_session *s, const void *p,
	    size_t len, size_t *n, char *why);
	void (*end)(struct tls_session *s);
};

extern const struct tls_module tls_module
    __attribute__((visibility("default")));

#endif
