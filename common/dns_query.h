/* SPDX-License-Identifier: ISC */
/*
 * A question to a server of names (RFC 1035) and the judging of its answer; the
 * same for multicast DNS (RFC 6762).
 */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "addr.h"
#include "dialogue.h"

/*
 * What to ask for and what to expect, to begin with zeroed: then it is the name
 * servers of the root, and each well-formed answer is right that says NOERROR,
 * NXDOMAIN or REFUSED.  The last is what a server says that answers for its own
 * names only; SERVFAIL is what it says that fails.
 *
 * Of a name, NOERROR and a record of the type are required, unless an rcode is
 * expected, which is enough then.
 */
struct dns_want {
	const char
	    *name; /* NULL: none was given; a length too that is checked */
	size_t name_len;
	uint16_t type; /* 0: NS of the root; else A, or AAAA for its address */
	bool has_rcode;
	uint8_t rcode;
	struct addr address; /* one that has to be in the answer; or none */
};

/* The longest name in text, without a dot at its end (RFC 1035 2.3.4). */
#define DNS_NAME_MAX 253

/*
 * Each reads what a person wrote, and returns NULL or the reason as static text:
 * NAME or NAME/TYPE, which is kept by reference; the name of an rcode, or its
 * number; an address.
 */
const char *dns_want_query(struct dns_want *w, const char *s);
const char *dns_want_rcode(struct dns_want *w, const char *s);
const char *dns_want_address(struct dns_want *w, const char *s);

/* Whether all that fits together. */
const char *dns_want_check(const struct dns_want *w);

/* By the dialogue's struct dns_want. */
make_fn dns_query_ask;
judge_fn dns_query_answer;

/*
 * Which services there are (RFC 6763 9), asked of one host, and answered to us
 * alone (RFC 6762 6.7).
 */
make_fn dns_query_ask_services;
judge_fn dns_query_services;

#endif
