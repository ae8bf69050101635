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

/* Small, since there are many; one without a family is no address. */
struct addr {
	union {
		sa_family_t family;
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct {
			sa_family_t family;
			const char *path;
		} __attribute__((packed, aligned(4))) un;
	};
};

/* What the system calls take. */
union addr_sockaddr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

enum addr_kind {
	ADDR_LITERAL, /* *a is it, its port 0; a path is borrowed */
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

/* Copies an Internet socket address; of any other family, none. */
void addr_set(struct addr *a, const struct sockaddr *sa, socklen_t len);

/* Fills *sa and returns its length. */
socklen_t addr_get(const struct addr *a, union addr_sockaddr *sa);

/* Sets the port, host byte order; does nothing to a Unix socket. */
void addr_set_port(struct addr *a, uint16_t port);

/* The same family, address, zone and port. */
bool addr_equal(const struct addr *a, const struct addr *b);

/* Writes the address without the port, or the path, escaped. */
void addr_format(struct text *t, const struct addr *a);

#endif
