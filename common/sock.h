/* SPDX-License-Identifier: ISC */
/*
 * Non-blocking sockets: streams, and the truth about whether they are connected;
 * datagrams, and who said what about those that were sent.
 */
#ifndef SOCK_H
#define SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "result.h"

enum sock_status {
	SOCK_CONNECTED,
	SOCK_PENDING, /* an event on the descriptor will tell */
	SOCK_BUSY,    /* a Unix socket whose queue is full: ask again later */
	SOCK_RESET,   /* the peer accepted, then reset the connection */
	SOCK_FAILED,
};

/* Where connections come from; zeroed: wherever the kernel likes. */
struct sock_conf {
	struct addr source;    /* AF_UNSPEC: any; else of this family only */
	uint16_t source_port;  /* host order; 0: any */
	const char *interface; /* NULL: any */
	/* Of what is sent; 0: as the system has it. */
	uint8_t tos; /* type of service (RFC 2474) or traffic class byte */
	uint8_t ttl; /* time to live or hop limit */
};

/*
 * A new non-blocking socket for a's family, never one of the three standard
 * descriptors; the caller closes it.  conf may be NULL.  Returns -1 with errno
 * set.
 */
int sock_open(const struct addr *a, const struct sock_conf *conf);

/*
 * Begins or goes on to connect fd to a; may be called as often as is liked
 * until it returns SOCK_CONNECTED, or SOCK_RESET or SOCK_FAILED, which fill *c.
 *
 * Connected means that getpeername(2) knows the peer and that the peer is not
 * the socket itself: a port in the range that the kernel takes source ports
 * from may be given to the very socket that asks for it.
 */
enum sock_status sock_connect(int fd, const struct addr *a, struct cause *c);

/*
 * Whether fd, of which sock_connect() has just said SOCK_FAILED with this
 * cause, is as good as new: the kernel lets a refused socket connect again.
 */
bool sock_reusable(const struct addr *a, const struct cause *c);

/*
 * The round trip of the handshake as the kernel saw it, in microseconds, or
 * RESULT_NONE where it cannot be told: not TCP, or a SYN was sent again, the
 * number of which is *resent.
 */
int64_t sock_rtt_us(int fd, unsigned *resent);

/*
 * What was received is acknowledged now, for a peer that sends its next answer only
 * then (Nagle); to be said again after each piece.
 */
void sock_acknowledge(int fd);

/*
 * recv(2) and send(2) that a signal or an ICMP message about a connection that
 * still stands does not disturb; -1 with errno, EAGAIN among them.
 */
ssize_t sock_recv(int fd, void *p, size_t n);
ssize_t sock_send(int fd, const void *p, size_t n);

/* Sends no more: the peer sees the end of what was sent. */
void sock_end(int fd);

/*
 * Whether it is the broadcast address of a network that this machine is in, at
 * which there is nobody to connect to.
 */
bool sock_is_broadcast(const struct addr *a);

/* A socket for datagrams; the same as sock_open() in all else. */
int sock_open_datagram(const struct addr *a, const struct sock_conf *conf);

/*
 * Makes a the only one that fd sends to and hears of; or fills *c.  An Internet
 * socket may be turned to another port of the same address.
 */
bool sock_turn(int fd, const struct addr *a, struct cause *c);

/*
 * Sends one datagram to a, which fd may have been turned to or not.  Returns
 * SOCK_CONNECTED when it is sent, SOCK_BUSY when there is no room for it at this
 * time, or SOCK_FAILED with *c.
 */
enum sock_status sock_ask(int fd, const struct addr *a, bool turned,
    const void *p, size_t n, struct cause *c);

/* A datagram that came. */
struct sock_reply {
	size_t len;       /* of it that was read */
	bool cut;         /* there was more of it */
	struct addr from; /* none: a Unix socket */
	int64_t wall_us;  /* when, by the kernel's wall clock; or RESULT_NONE */
};

/*
 * Reads one datagram.  Returns SOCK_CONNECTED when there was one, SOCK_PENDING
 * when there is nothing, or SOCK_FAILED when *c says why there will be none: an
 * ICMP message about what was sent to a.
 */
enum sock_status sock_hear(int fd, const struct addr *a, void *to, size_t room,
    struct sock_reply *r, struct cause *c);

/* The address that fd itself has, if it is one of the Internet. */
bool sock_self(int fd, struct addr *a);

#endif
