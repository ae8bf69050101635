/* SPDX-License-Identifier: ISC */
/*
 * A set of each host of a list times each port of another.
 */
#ifndef LISTSET_H
#define LISTSET_H

#include "hostlist.h"
#include "portlist.h"
#include "portset.h"
#include "tls_conf.h"

/* How all of them are asked; zeroed but for policy, by policy_init(). */
struct listset_conf {
	int family;           /* AF_UNSPEC, AF_INET or AF_INET6 */
	unsigned probes;      /* of each; 0: one */
	struct tls_conf tls;  /* of those that have TLS */
	struct policy policy; /* for how many days certificates are valid */
};

/* What the entries of such a set point to. */
struct listset {
	struct listset_conf conf;
	const struct portlist *ports;
	struct tls_conf anonymous; /* the same; a certificate is optional */
	/* For these two; NULL: no item needs it. */
	struct tls_context *context;
	struct tls_context *anonymous_context;
	struct dialogue *dialogues; /* one for each item of ports */
	/* One for each protocol of datagrams, and for none; NULL: no UDP. */
	struct inquiry *inquiries;
};

/*
 * Adds them to the set, hosts changing fastest, so that neighbours in the queue
 * are asked of different hosts.  The lists outlive l, which outlives the set
 * and stays where it is.
 */
void listset_init(struct listset *l, const struct listset_conf *conf,
    const struct hostlist *hosts, const struct portlist *ports,
    struct portset *set);
void listset_free(struct listset *l);

#endif
