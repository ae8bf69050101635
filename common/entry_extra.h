/* SPDX-License-Identifier: ISC */
/*
 * What is kept of a result that has more than an errno to tell, as few have.
 */
#ifndef ENTRY_EXTRA_H
#define ENTRY_EXTRA_H

#include "target.h"
#include "verdict.h"

/* What a handshake told. */
struct entry_tls {
	char version[16]; /* "TLSv1.3" */
	int64_t at_s;     /* the time, by the wall clock */
	bool has_first;
	struct cert first; /* the certificate that expires first */
};

struct entry_extra {
	struct addr addr; /* of a name */
	struct addr from; /* who sent the ICMP message */
	char *note;
	char *reply; /* what the peer sent, escaped and bounded */
	char *why;   /* the reason, where the peer has a part in it; or NULL */
	char *perfdata;        /* of a handler, as it wrote them; or NULL */
	struct entry_tls *tls; /* NULL: there was no handshake */
};

/* NULL: there is nothing to keep.  It points to nothing of theirs. */
struct entry_extra *entry_extra_of(const struct target *t,
    const struct result *r, const struct verdict *v);
void entry_extra_free(struct entry_extra *x);

/*
 * Exchanges its handshake for that of other, if a certificate of that expires
 * before its own.  Either may be NULL; *x is made if need be.
 */
void entry_extra_take_first(struct entry_extra **x, struct entry_extra *other);

#endif
