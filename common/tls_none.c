/* SPDX-License-Identifier: ISC */
/* In place of tls.c where there is no OpenSSL. */
#include <stdlib.h>

#include "tls.h"

static const char missing[] = "this build has no TLS (OpenSSL)";

const char *
tls_missing(void)
{
	return missing;
}

const char *
tls_alpn_check(const char *names)
{
	(void)names;
	return missing;
}

struct tls_context *
tls_context_new(const struct tls_conf *conf)
{
	(void)conf;
	return NULL;
}

void
tls_context_free(struct tls_context *c)
{
	(void)c;
}

const char *
tls_context_open(struct tls_context *c)
{
	(void)c;
	return missing;
}

struct tls *
tls_start(struct tls_context *c, int fd, const char *host)
{
	(void)c;
	(void)fd;
	(void)host;
	return NULL;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

/* There is no connection to ask about. */

enum tls_status
tls_handshake(struct tls *t)
{
	(void)t;
	abort();
}

enum tls_status
tls_settle(struct tls *t)
{
	(void)t;
	abort();
}

const char *
tls_why(const struct tls *t)
{
	(void)t;
	abort();
}

const void *
tls_heard(const struct tls *t, size_t *len)
{
	(void)t;
	(void)len;
	abort();
}

const struct handshake *
tls_told(const struct tls *t)
{
	(void)t;
	abort();
}

enum tls_status
tls_recv(struct tls *t, void *to, size_t room, size_t *n)
{
	(void)t;
	(void)to;
	(void)room;
	(void)n;
	abort();
}

enum tls_status
tls_send(struct tls *t, const void *p, size_t len, size_t *n)
{
	(void)t;
	(void)p;
	(void)len;
	(void)n;
	abort();
}

void
tls_end(struct tls *t)
{
	(void)t;
	abort();
}
