/* SPDX-License-Identifier: ISC */
/*
 * What a TLS handshake told: the terms, and who the peer says it is.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

#include "outcome.h"

/*
 * Of what the peer presents, so many are kept; if there are more, the last two
 * are the one that expires first and the one that is valid last of the rest.
 */
#define HANDSHAKE_CERTS_MAX 16

/*
 * Names are the common name, or else the first that tells something; bytes of
 * the peer, which may be any but NUL.
 */
struct cert {
	char subject[128];
	char issuer[128];
	int64_t not_before_s; /* since 1970, UTC */
	int64_t not_after_s;
};

struct handshake {
	char version[16]; /* "TLSv1.3" */
	char cipher[64];
	char alpn[64]; /* the peer's choice; "": none */
	int64_t at_s;  /* the time, by the wall clock */

	/*
	 * What verification found, if it was asked for: OUTCOME_OK or one of
	 * OUTCOME_CERT_*, and why.
	 */
	enum outcome verified;
	char why[128];
	char name[256]; /* for which it was verified */
	struct cert
	    culprit; /* whose dates that is about: maybe not presented */

	size_t n;
	struct cert certs[]; /* the peer's own first */
};

/* A new one with room for so many certificates; free(3) frees it. */
struct handshake *handshake_new(size_t n);
struct handshake *handshake_copy(const struct handshake *h);

/* The certificate that expires first, or NULL. */
const struct cert *handshake_first_end(const struct handshake *h);

/* In how many seconds that expires, of which there must be one. */
int64_t handshake_left_s(const struct handshake *h);

/* The one that is valid last, or NULL. */
const struct cert *handshake_last_begin(const struct handshake *h);

#endif
