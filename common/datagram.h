/* SPDX-License-Identifier: ISC */
/*
 * The protocols of datagrams that are known by name: what is sent to them, and
 * what they should answer.
 */
#ifndef DATAGRAM_H
#define DATAGRAM_H

#include "dialogue.h"

/*
 * One datagram to send, and the judge of a whole one that comes back: match is
 * the right answer, mismatch an error or what is none in that protocol, and more
 * means that it is no answer to ours.
 */
struct payload {
	struct bytes send;
	make_fn *make;     /* NULL: those bytes */
	judge_fn *judge;   /* NULL: any answer will do */
	const char *arg;   /* of either */
	const char *words; /* what the answer should be, for people */
};

/* Whether an answer can be demanded of whoever speaks the protocol. */
enum demand {
	DEMAND_ANSWER,
	DEMAND_NONE,       /* it may be silent for good reasons */
	DEMAND_IMPOSSIBLE, /* there are no answers */
};

struct datagram {
	char name[20];
	uint16_t ports[4];              /* 0: no more */
	const struct payload *payloads; /* all are sent at once */
	size_t n;
	enum demand demand;
	const char *why; /* no answer can be demanded */
	bool clock;      /* the answer tells the time */
	bool other_port; /* it comes from another port */
	bool once;       /* not to be asked again: answers are large */
};

/* All of them, in the order of the table. */
#define DATAGRAM_NAMES                                                       \
	"echo, daytime, chargen, time, domain, dns, dhcp, tftp,\n"           \
	"kerberos, rpcbind, portmap, ntp, netbios-ns, snmp, cldap, quic,\n"  \
	"isakmp, ipsec-nat-t, rip, ipmi, openvpn, ms-sql-m, l2tp, radius,\n" \
	"ssdp, nfs, stun, sip, nat-pmp, mdns, coap, dtls, memcached,\n"      \
	"wireguard, syslog, snmptrap, netflow, ipfix, sflow, vxlan,\n"       \
	"statsd, collectd"

/* The protocol of that name, in any case, or NULL. */
const struct datagram *datagram_find(const char *name);

/* The protocol that is at that port, or NULL. */
const struct datagram *datagram_of_port(uint16_t port);

/* The rows in the order of the table: i from 0; NULL after the last. */
const struct datagram *datagram_row(size_t i);

#endif
