/* SPDX-License-Identifier: ISC */
#include "sock.h"

#include <errno.h>
/* linux/errqueue.h wants struct timespec. */
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"

/* More ICMP messages on one socket than this are not read. */
#define ERRORS_MAX 16

static int connect_error(const struct addr *, int);
static int open_socket(const struct addr *, int, const struct sock_conf *);
static void want_errors(int, const struct addr *);
static bool configure(int, int, const struct sock_conf *);
static bool bind_source(int, int, const struct sock_conf *);
static enum sock_status failed(int, const struct addr *, int, struct cause *);
static enum sock_status pending(int, struct cause *);
static enum sock_status verified(int, const struct addr *, struct cause *);
static void drain_errors(int, struct cause *);
static void read_error(struct msghdr *, struct cause *);
static bool survives(int, int);
static bool told_of(int, const struct addr *, struct cause *);
static int64_t arrival_us(struct msghdr *);

int
sock_open(const struct addr *a, const struct sock_conf *conf)
{
	return open_socket(a, SOCK_STREAM, conf);
}

/*
 * On loopback, and where a firewall answers at once, the second call already
 * has the answer; elsewhere it costs next to nothing.
 */
enum sock_status
sock_connect(int fd, const struct addr *a, struct cause *c)
{
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);
	bool again = false;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (connect(fd, &sa.any, len) == 0 || errno == EISCONN)
			return verified(fd, a, c);
		if (errno == EAGAIN && a->family == AF_UNIX)
			return SOCK_BUSY;
		if (errno != EINPROGRESS && errno != EALREADY && errno != EINTR)
			return failed(fd, a, errno, c);
		again |= tries == 0 && errno == EALREADY;
	}
	return again ? pending(fd, c) : SOCK_PENDING;
}

bool
sock_reusable(const struct addr *a, const struct cause *c)
{
	/* One that was given a zone stays bound to that interface. */
	if (a->family == AF_UNIX ||
	    (a->family == AF_INET6 && a->in6.sin6_scope_id != 0))
		return false;
	return c->err == ECONNREFUSED && c->origin == ORIGIN_PEER;
}

int64_t
sock_rtt_us(int fd, unsigned *resent)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	*resent = 0;
	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1)
		return RESULT_NONE;
	*resent = info.tcpi_total_retrans;
	if (info.tcpi_total_retrans != 0 || info.tcpi_rtt == 0)
		return RESULT_NONE;
	return info.tcpi_rtt;
}

ssize_t
sock_recv(int fd, void *p, size_t n)
{
	ssize_t got;
	int tries;

	for (tries = 0; tries < ERRORS_MAX; tries++) {
		got = recv(fd, p, n, 0);
		if (got != -1 || !survives(fd, errno))
			return got;
	}
	return -1;
}

void
sock_acknowledge(int fd)
{
	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 },
	    sizeof(int));
}

ssize_t
sock_send(int fd, const void *p, size_t n)
{
	ssize_t sent;
	int tries;

	for (tries = 0; tries < ERRORS_MAX; tries++) {
		sent = send(fd, p, n, MSG_NOSIGNAL);
		if (sent != -1 || !survives(fd, errno))
			return sent;
	}
	return -1;
}

void
sock_end(int fd)
{
	(void)shutdown(fd, SHUT_WR);
}

/*
 * ip(7), tcp(7): of such the kernel says EACCES to who has not asked for
 * SO_BROADCAST, and ENETUNREACH to a stream; of what it has no route to, or may
 * not go to, it says the same to both.
 */
bool
sock_is_broadcast(const struct addr *a)
{
	return a->family == AF_INET && connect_error(a, SOCK_DGRAM) == EACCES &&
	    connect_error(a, SOCK_STREAM) == ENETUNREACH;
}

/*
 * Who is to answer a datagram of a Unix socket needs a name to send it to: one
 * that the kernel makes up will do, unix(7).
 */
int
sock_open_datagram(const struct addr *a, const struct sock_conf *conf)
{
	const sa_family_t nameless = AF_UNIX;
	int fd = open_socket(a, SOCK_DGRAM, conf), on = 1, err;

	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (a->family == AF_UNIX &&
	    bind(fd, (const struct sockaddr *)(const void *)&nameless,
		sizeof(nameless)) == -1) {
		err = errno;
		(void)close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

bool
sock_turn(int fd, const struct addr *a, struct cause *c)
{
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);

	if (connect(fd, &sa.any, len) == 0)
		return true;
	(void)failed(fd, a, errno, c);
	/* Nobody was asked yet. */
	if (a->family != AF_UNIX)
		*c = (struct cause){ c->err, .origin = ORIGIN_LOCAL };
	if (c->err == EPROTOTYPE)
		c->err = ESOCKTNOSUPPORT;
	return false;
}

/* The first call may fail for an older message about another datagram. */
enum sock_status
sock_ask(int fd, const struct addr *a, bool turned, const void *p, size_t n,
    struct cause *c)
{
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);
	int tries, err = 0;

	for (tries = 0; tries < ERRORS_MAX; tries++) {
		if (sendto(fd, p, n, MSG_NOSIGNAL, turned ? NULL : &sa.any,
			turned ? 0 : len) != -1)
			return SOCK_CONNECTED;
		err = errno;
		if (err == EAGAIN || err == ENOBUFS)
			return SOCK_BUSY;
		if (a->family == AF_UNIX && err != EINTR) {
			(void)failed(fd, a, err, c);
			return SOCK_FAILED;
		}
		if (told_of(fd, a, c))
			return SOCK_FAILED;
		if (err != EINTR && err != ECONNREFUSED)
			break;
	}
	*c = (struct cause){ err, .origin = ORIGIN_LOCAL };
	return SOCK_FAILED;
}

enum sock_status
sock_hear(int fd, const struct addr *a, void *to, size_t room,
    struct sock_reply *r, struct cause *c)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	union addr_sockaddr sa;
	struct iovec iov = { to, room };
	int tries;

	sa.any.sa_family = AF_UNSPEC;
	for (tries = 0; tries < ERRORS_MAX; tries++) {
		struct msghdr msg = {
			.msg_name = &sa,
			.msg_namelen = sizeof(sa),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		ssize_t got = recvmsg(fd, &msg, 0);
		int err = errno;

		if (got != -1) {
			r->len = (size_t)got;
			r->cut = (msg.msg_flags & MSG_TRUNC) != 0;
			r->wall_us = arrival_us(&msg);
			addr_set(&r->from, &sa.any, msg.msg_namelen);
			return SOCK_CONNECTED;
		}
		if (a->family != AF_UNIX && told_of(fd, a, c))
			return SOCK_FAILED;
		if (err == EAGAIN)
			return SOCK_PENDING;
		if (a->family == AF_UNIX && err != EINTR) {
			(void)failed(fd, a, err, c);
			return SOCK_FAILED;
		}
	}
	return SOCK_PENDING;
}

bool
sock_self(int fd, struct addr *a)
{
	union addr_sockaddr sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, &sa.any, &len) == -1)
		return false;
	addr_set(a, &sa.any, len);
	return a->family != AF_UNSPEC;
}

/* What connect(2) says at once: 0 or an errno. */
static int
connect_error(const struct addr *a, int type)
{
	static const struct sock_conf conf;
	int fd = open_socket(a, type, &conf), err;
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);

	if (fd == -1)
		return errno;
	err = connect(fd, &sa.any, len) == -1 ? errno : 0;
	(void)close(fd);
	return err;
}

static int
open_socket(const struct addr *a, int type, const struct sock_conf *conf)
{
	int family = a->family, fd;

	fd = fd_above_standard(socket(family,
	    type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd == -1)
		return -1;
	want_errors(fd, a);
	if (conf != NULL && family != AF_UNIX && !configure(fd, family, conf)) {
		int err = errno;

		(void)close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

/*
 * Without it the sender of an ICMP message stays unknown; no harm.  What IPv4
 * says of ::ffff:192.0.2.1 has to be asked for as well.
 */
static void
want_errors(int fd, const struct addr *a)
{
	int on = 1;

	if (a->family == AF_INET ||
	    (a->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr)))
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	if (a->family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on,
		    sizeof(on));
}

static bool
configure(int fd, int family, const struct sock_conf *conf)
{
	bool v4 = family == AF_INET;
	int tos = conf->tos, ttl = conf->ttl;

	if (conf->interface != NULL &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, conf->interface,
		(socklen_t)strlen(conf->interface)) == -1)
		return false;
	if (tos != 0 &&
	    setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		v4 ? IP_TOS : IPV6_TCLASS, &tos, sizeof(tos)) == -1)
		return false;
	if (ttl != 0 &&
	    setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		v4 ? IP_TTL : IPV6_UNICAST_HOPS, &ttl, sizeof(ttl)) == -1)
		return false;
	return bind_source(fd, family, conf);
}

/*
 * A port that is not given is left to connect(2), which has more to choose
 * from; one that is may be that of a connection that has just ended.
 */
static bool
bind_source(int fd, int family, const struct sock_conf *conf)
{
	struct addr source = conf->source;
	union addr_sockaddr sa;
	socklen_t len;
	int on = 1;

	if (source.family == AF_UNSPEC && conf->source_port == 0)
		return true;
	if (source.family == AF_UNSPEC)
		source.family = (sa_family_t)family;
	if (conf->source_port == 0) {
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		    sizeof(on));
	} else {
		addr_set_port(&source, conf->source_port);
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	}
	len = addr_get(&source, &sa);
	return bind(fd, &sa.any, len) == 0;
}

static enum sock_status
failed(int fd, const struct addr *a, int err, struct cause *c)
{
	struct stat st;

	*c = (struct cause){ .err = err, .origin = ORIGIN_PEER };
	if (a->family == AF_UNIX) {
		/* The kernel says the same of a file that is no socket. */
		if (err == ECONNREFUSED && stat(a->un.path, &st) == 0 &&
		    !S_ISSOCK(st.st_mode))
			c->err = ENOTSOCK;
		if (err != ECONNREFUSED)
			c->origin = ORIGIN_LOCAL;
		return SOCK_FAILED;
	}
	if (err == ETIMEDOUT)
		c->origin = ORIGIN_NOBODY;
	else if (err != ECONNREFUSED && err != ECONNRESET)
		c->origin = ORIGIN_LOCAL;
	drain_errors(fd, c);
	/* RFC 9293 3.10.7: before the handshake is done a RST is a refusal. */
	return err == ECONNRESET ? SOCK_RESET : SOCK_FAILED;
}

/*
 * An ICMP message that comes while connect(2) has the socket is only queued:
 * the kernel goes on to wait for an answer to its next SYN, but poll(2) does
 * not wait any more.
 */
static enum sock_status
pending(int fd, struct cause *c)
{
	struct cause queued = { 0 };

	drain_errors(fd, &queued);
	if (queued.origin != ORIGIN_ICMP)
		return SOCK_PENDING;
	*c = queued;
	return SOCK_FAILED;
}

static enum sock_status
verified(int fd, const struct addr *a, struct cause *c)
{
	union addr_sockaddr sa;
	struct addr peer, self;
	socklen_t len = sizeof(sa);

	if (getpeername(fd, &sa.any, &len) == -1)
		return failed(fd, a, ECONNRESET, c);
	if (a->family == AF_UNIX)
		return SOCK_CONNECTED;
	addr_set(&peer, &sa.any, len);
	len = sizeof(sa);
	if (getsockname(fd, &sa.any, &len) == -1)
		return failed(fd, a, errno, c);
	addr_set(&self, &sa.any, len);
	if (addr_equal(&peer, &self)) {
		*c = (struct cause){ ECONNREFUSED, .origin = ORIGIN_LOCAL };
		return SOCK_FAILED;
	}
	return SOCK_CONNECTED;
}

/* Who said it: the messages that IP_RECVERR queued, the last one counts. */
static void
drain_errors(int fd, struct cause *c)
{
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	int i;

	for (i = 0; i < ERRORS_MAX; i++) {
		struct msghdr msg = {
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};

		if (recvmsg(fd, &msg, MSG_ERRQUEUE) == -1)
			return;
		read_error(&msg, c);
	}
}

/* ip(7), ipv6(7): IP_RECVERR. */
static void
read_error(struct msghdr *msg, struct cause *c)
{
	struct cmsghdr *cm;

	for (cm = CMSG_FIRSTHDR(msg); cm != NULL; cm = CMSG_NXTHDR(msg, cm)) {
		struct sock_extended_err *ee;

		if (!(cm->cmsg_level == IPPROTO_IP &&
			cm->cmsg_type == IP_RECVERR) &&
		    !(cm->cmsg_level == IPPROTO_IPV6 &&
			cm->cmsg_type == IPV6_RECVERR))
			continue;
		ee = (struct sock_extended_err *)(void *)CMSG_DATA(cm);
		if (ee->ee_origin != SO_EE_ORIGIN_ICMP &&
		    ee->ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		c->origin = ORIGIN_ICMP;
		if (c->err == 0)
			c->err = (int)ee->ee_errno;
		c->icmp_v6 = ee->ee_origin == SO_EE_ORIGIN_ICMP6;
		c->icmp_type = ee->ee_type;
		c->icmp_code = ee->ee_code;
		addr_set(&c->from, SO_EE_OFFENDER(ee),
		    sizeof(struct sockaddr_in6));
		addr_set_port(&c->from, 0);
	}
}

/*
 * Whether to try again after this error: an ICMP message on a connection that
 * stands is news of a route, not an end (RFC 1122 4.2.3.9).
 */
static bool
survives(int fd, int err)
{
	struct cause ignored = { 0 };

	switch (err) {
	case EINTR:
		return true;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ECONNREFUSED:
	case EACCES:
	case EPROTO:
	case ENOPROTOOPT:
	case EMSGSIZE:
	case EHOSTDOWN:
	case ENONET:
	case EOPNOTSUPP:
		drain_errors(fd, &ignored);
		return true;
	default:
		errno = err;
		return false;
	}
}

/*
 * Whether an ICMP message is queued about a datagram that was sent to a: a
 * socket that was turned may have some about others.  One that is too large for
 * the way is sent in pieces the next time.
 */
static bool
told_of(int fd, const struct addr *a, struct cause *c)
{
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	union addr_sockaddr sa;
	int i;

	for (i = 0; i < ERRORS_MAX; i++) {
		struct msghdr msg = {
			.msg_name = &sa,
			.msg_namelen = sizeof(sa),
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		struct cause told = { 0 };
		struct addr about;

		if (recvmsg(fd, &msg, MSG_ERRQUEUE) == -1)
			return false;
		read_error(&msg, &told);
		addr_set(&about, &sa.any, msg.msg_namelen);
		if (told.origin == ORIGIN_ICMP && told.err != EMSGSIZE &&
		    addr_equal(&about, a)) {
			*c = told;
			return true;
		}
	}
	return false;
}

static int64_t
arrival_us(struct msghdr *msg)
{
	struct cmsghdr *cm;
	struct timespec ts;

	for (cm = CMSG_FIRSTHDR(msg); cm != NULL; cm = CMSG_NXTHDR(msg, cm)) {
		if (cm->cmsg_level != SOL_SOCKET ||
		    cm->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(cm), sizeof(ts));
		return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
	}
	return RESULT_NONE;
}
