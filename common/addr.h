/* SPDX-License-Identifier: ISC */
/*
 * A socket address: IPv4, IPv6 or the path of a Unix socket.
 */
#ifndef ADDR_H
#define ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "text.h"

struct addr {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	socklen_t len; /* 0: no address */
};

enum addr_kind {
	ADDR_LITERAL, /* *a is it, its port 0 */
	ADDR_NAME,    /* to be resolved */
	ADDR_BAD,     /* neither; *why says why */
};

/*
 * Reads host without asking anybody: a path that begins with '/', a dotted
 * IPv4 address, or an IPv6 address (RFC 4291, in brackets or not) with a zone
 * (RFC 4007) or not.  family, AF_INET or AF_INET6, restricts it; AF_UNSPEC
 * does not.
 */
enum addr_kind addr_parse(const char *host, int family, struct addr *a,
    const char **why);

/* Copies a socket address of the kernel's; of any other family, none. */
void addr_set(struct addr *a, const struct sockaddr *sa, socklen_t len);

/* Sets the port, host byte order; does nothing to a Unix socket. */
void addr_set_port(struct addr *a, uint16_t port);

/* The same family, address, zone and port. */
bool addr_equal(const struct addr *a, const struct addr *b);

/* Writes the address without the port, or the path, escaped. */
void addr_format(struct text *t, const struct addr *a);

#endif
