/* SPDX-License-Identifier: ISC */
/*
 * Where an SNMP agent is, as people write it.
 */
#ifndef SNMP_PLACE_H
#define SNMP_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#define SNMP_PORT 161

/* The longest name of a host (RFC 1035) with its NUL, or an address with a zone. */
#define SNMP_HOST_SIZE 256

struct snmp_place {
	bool tcp;
	int family; /* AF_UNSPEC, AF_INET or AF_INET6 */
	char host[SNMP_HOST_SIZE];
	uint16_t port; /* host order */
};

/*
 * Reads [udp:|udp6:|tcp:|tcp6:]HOST[:PORT]; an IPv6 address with a port stands in
 * brackets.  NULL or the reason.
 */
const char *snmp_place_parse(const char *s, struct snmp_place *place);

#endif
