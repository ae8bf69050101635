/* SPDX-License-Identifier: ISC */
/*
 * TLS on a connection that stands, seen as five answers.
 *
 * It never blocks, raises no signal, prints nothing and heeds no environment.
 */
#ifndef TLS_H
#define TLS_H

#include <stddef.h>

#include "handshake.h"
#include "tls_conf.h"

/* What the connections of a run share. */
struct tls_context;

/* Why there is no TLS in this build, or NULL. */
const char *tls_missing(void);

/* Whether that can be a list of names for ALPN: NULL or the reason. */
const char *tls_alpn_check(const char *names);

/* conf outlives it.  Costs next to nothing. */
struct tls_context *tls_context_new(const struct tls_conf *conf);
void tls_context_free(struct tls_context *c);

/*
 * Gets ready, which takes milliseconds: better done while something is waited
 * for.  Only the first call does.  NULL or the reason, which lives as long as
 * the context.
 */
const char *tls_context_open(struct tls_context *c);

struct tls;

/*
 * TLS on the connected socket fd with the host of that name, address or path.
 * Opens the context if it is not; NULL: it cannot be opened.
 */
struct tls *tls_start(struct tls_context *c, int fd, const char *host);
/* The socket is not closed.  t may be NULL. */
void tls_free(struct tls *t);

/* To be called until it is neither TLS_READ nor TLS_WRITE. */
enum tls_status tls_handshake(struct tls *t);

/*
 * After it: to be called until it is not TLS_READ, or for as long as there is
 * patience, by who expects nothing.  A peer that wants a certificate may refuse
 * it only then.
 */
enum tls_status tls_settle(struct tls *t);

/* Why the handshake failed, in words; TLS_CLOSED is a failure here, too. */
const char *tls_why(const struct tls *t);

/* What the peer said that was not TLS, if that is why; else *len is 0. */
const void *tls_heard(const struct tls *t, size_t *len);

/* What it told, once it is done; else NULL. */
const struct handshake *tls_told(const struct tls *t);

/*
 * After the handshake.  What was received already is not seen by who waits for
 * the socket: receive until it is TLS_READ.  Of a failure that is TLS's own,
 * and not the socket's, tls_why() has the words; else it is empty.
 */
enum tls_status tls_recv(struct tls *t, void *to, size_t room, size_t *n);
enum tls_status tls_send(struct tls *t, const void *p, size_t len, size_t *n);

/* Says that we send no more. */
void tls_end(struct tls *t);

#endif
