/* SPDX-License-Identifier: ISC */
/*
 * The services that are known by name: where they are, what is said to them, and
 * what they should answer.
 */
#ifndef PROTO_H
#define PROTO_H

#include <stdint.h>

#include "dialogue.h"

struct proto {
	char name[20];
	uint16_t port;  /* 0: none of its own */
	bool tls;       /* from the first byte */
	bool anonymous; /* whose servers may have no certificate */
	bool hide;      /* the answer says nothing to people */
	bool clock;     /* the answer tells the time */
	const struct step *steps;
	size_t n;
	struct bytes quit;
};

/* All of them, in the order of the table. */
#define PROTO_NAMES                                                          \
	"tcp, tls, ftp, ftp+starttls, ftps, smtp,\n"                         \
	"smtp+starttls, smtps, ssmtp, submission, submission+starttls,\n"    \
	"submissions, lmtp, lmtp+starttls, pop, pop+starttls, spop, pop3,\n" \
	"pop3+starttls, pop3s, imap, imap+starttls, simap, imaps, sieve,\n"  \
	"sieve+starttls, nntp, nntp+starttls, nntps, jabber, xmpp,\n"        \
	"xmpp+starttls, xmpps, xmpp-server, irc, irc+starttls, ircs, ssh,\n" \
	"http, https, rtsp, rtsps, ldap, ldap+starttls, ldaps, mysql,\n"     \
	"mysql+starttls, postgres, postgres+starttls, redis, memcached,\n"   \
	"amqp, amqps, mqtt, mqtts, rsync, git, clamd, zabbix-agent, nrpe,\n" \
	"nrpe-plain, daytime, time, echo, finger"

/* The protocol of that name, in any case, or NULL. */
const struct proto *proto_find(const char *name);

/* The same protocol with TLS that begins in the clear, or NULL. */
const struct proto *proto_starttls(const struct proto *p);

/* The rows in the order of the manual: i from 0; NULL after the last. */
const struct proto *proto_row(size_t i);

#endif
