/* SPDX-License-Identifier: ISC */
/*
 * A DNS server for tests and benches, in a process of its own, on UDP and TCP.
 * The first label of a name, WORD-N, says what it answers:
 *
 *	a-N      A 127.1.x.y, where x.y is N; no AAAA; TTL 60, as of all others
 *	ttl-N    A 127.1.0.1; TTL N
 *	alias-N  CNAME with TTL N, of what has A 127.1.0.1
 *	aaaa-N   AAAA 2001:db8::N; no A
 *	both-N   both
 *	many-N   N of each, by UDP truncated without any
 *	twice-N  A 127.1.x.y, two times
 *	refuse-N REFUSED
 *	fail-N   SERVFAIL
 *	mute-N   nothing
 *	junk-N   what is no DNS, ends early or runs in circles, then as a-N
 *	forge-N  A 127.6.6.6 with another id, for another name, by another port,
 *	         then as a-N
 *	nx-N and any other: NXDOMAIN
 */
#ifndef DNS_H
#define DNS_H

#include <stdint.h>
#include <sys/types.h>

struct dns {
	pid_t pid;
	uint16_t port;
	char servers[32]; /* "127.0.0.1:PORT" */
};

/*
 * Listens at 127.0.0.1 and a port, 0: any, and answers after delay_ms.  Ends
 * with its parent.  A failure ends the test.
 */
void dns_start(struct dns *d, uint16_t port, unsigned delay_ms);
void dns_stop(struct dns *d);

#endif
