/* SPDX-License-Identifier: ISC */
/*
 * What TLS is asked for, and its five answers.
 */
#ifndef TLS_CONF_H
#define TLS_CONF_H

#include <stdbool.h>

enum tls_status {
	TLS_DONE,
	TLS_READ,   /* goes on when the peer sends */
	TLS_WRITE,  /* goes on when the peer takes more */
	TLS_CLOSED, /* the peer sends no more */
	TLS_FAILED,
};

/* TLS versions, as they are on the wire (RFC 8446 4.2.1). */
#define TLS_1_0 0x0301
#define TLS_1_1 0x0302
#define TLS_1_2 0x0303
#define TLS_1_3 0x0304

/* Reads a version: "1.2".  NULL or the reason. */
const char *tls_version_parse(const char *s, int *version);

/* What is wanted; zeroed: TLS 1.2 or later with anybody. */
struct tls_conf {
	int min_version; /* 0: TLS_1_2 */
	bool verify;     /* the chain and the name */
	bool anonymous;  /* the peer may have no certificate */
	/* NULL each: as without it. */
	const char *sni;         /* in place of the host's name */
	const char *verify_name; /* in place of that */
	const char *ca_file;     /* in place of the system's */
	const char *client_cert;
	const char *client_key; /* in place of that file */
	const char *alpn;       /* names, with commas between them */
};

#endif
