/* SPDX-License-Identifier: ISC */
/* Sockets against real peers. */
#include "sock.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "unit.h"

#define PATIENCE_MS 5000
#define QUIET_MS 20

static struct fake *fake;
static struct addr addr;
static struct cause cause;

static void
teardown(void)
{
	fake_stop(fake);
	fake = NULL;
}

static void
parse(const char *text, unsigned port)
{
	const char *why;

	ck_assert_int_eq(addr_parse(text, AF_UNSPEC, &addr, &why),
	    ADDR_LITERAL);
	addr_set_port(&addr, (uint16_t)port);
}

static void
start(const char *script)
{
	fake = fake_start(script, NULL);
	parse(fake_path(fake, 0), fake_port(fake, 0));
}

static int
bind_to(int fd, const struct addr *a)
{
	union addr_sockaddr sa;
	socklen_t len = addr_get(a, &sa);

	return bind(fd, &sa.any, len);
}

/* Where it is bound. */
static struct addr
name_of(int fd)
{
	union addr_sockaddr sa;
	socklen_t len = sizeof(sa);
	struct addr a;

	ck_assert_int_eq(getsockname(fd, &sa.any, &len), 0);
	addr_set(&a, &sa.any, len);
	return a;
}

static bool
has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has;

	parse("::1", 0);
	has = fd != -1 && bind_to(fd, &addr) == 0;
	if (fd != -1)
		close(fd);
	return has;
}

static bool
wait_for(int fd, short events, int ms)
{
	struct pollfd p = { fd, events, 0 };

	return poll(&p, 1, ms) == 1;
}

/* Connects, waiting for what is pending. */
static enum sock_status
connect_on(int fd)
{
	enum sock_status s = sock_connect(fd, &addr, &cause);

	if (s == SOCK_PENDING && wait_for(fd, POLLOUT, PATIENCE_MS))
		s = sock_connect(fd, &addr, &cause);
	return s;
}

static int
connected(const char *script)
{
	int fd;

	start(script);
	fd = sock_open(&addr, NULL);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	return fd;
}

/* sock_open */

START_TEST(descriptor_is_non_blocking_and_closed_on_exec)
{
	static const char *const texts[] = { "127.0.0.1", "::1", "/run/x" };
	int fd;

	if (_i == 1 && !has_ipv6())
		return;
	parse(texts[_i], 1);
	fd = sock_open(&addr, NULL);
	ck_assert_int_ge(fd, 3);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	close(fd);
}
END_TEST

START_TEST(descriptor_is_no_standard_one)
{
	int saved[3], fd, fd2, i, flags;

	parse("127.0.0.1", 1);
	for (i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
		close(i);
	}
	fd = sock_open(&addr, NULL);
	fd2 = sock_open(&addr, NULL);
	flags = fcntl(fd, F_GETFD);
	for (i = 0; i < 3; i++) {
		/* Nothing was left behind there either. */
		ck_assert_int_eq(fcntl(i, F_GETFD), -1);
		dup2(saved[i], i);
		close(saved[i]);
	}
	ck_assert_int_ge(fd, 3);
	ck_assert_int_ge(fd2, 3);
	ck_assert_int_ne(fd, fd2);
	ck_assert_int_ne(flags & FD_CLOEXEC, 0);
	close(fd);
	close(fd2);
}
END_TEST

START_TEST(no_descriptors)
{
	struct rlimit before, limit;
	int lowest = fcntl(STDIN_FILENO, F_DUPFD, 0), fd, err;

	close(lowest);
	parse("127.0.0.1", 1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)lowest;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = sock_open(&addr, NULL);
	err = errno;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(err, EMFILE);
}
END_TEST

/* sock_connect */

static const struct {
	const char *script;
	enum sock_status status;
	int err;
	enum origin origin;
} connects[] = {
	{ "tcp4 silent", SOCK_CONNECTED },
	{ "tcp6 silent", SOCK_CONNECTED },
	{ "unix silent", SOCK_CONNECTED },
	{ "tcp4 noaccept", SOCK_CONNECTED },
	{ "unix noaccept", SOCK_CONNECTED },
	{ "tcp4 closed", SOCK_FAILED, ECONNREFUSED, ORIGIN_PEER },
	{ "tcp6 closed", SOCK_FAILED, ECONNREFUSED, ORIGIN_PEER },
	{ "unix closed", SOCK_FAILED, ECONNREFUSED, ORIGIN_PEER },
	{ "unixdgram", SOCK_FAILED, EPROTOTYPE, ORIGIN_LOCAL },
};

START_TEST(connect_to)
{
	int fd;

	if (strncmp(connects[_i].script, "tcp6", 4) == 0 && !has_ipv6())
		return;
	start(connects[_i].script);
	fd = sock_open(&addr, NULL);
	ck_assert_int_eq(connect_on(fd), connects[_i].status);
	ck_assert_int_eq(cause.err, connects[_i].err);
	ck_assert_int_eq(cause.origin, connects[_i].origin);
	/* It may be asked once more. */
	if (connects[_i].status == SOCK_CONNECTED)
		ck_assert_int_eq(sock_connect(fd, &addr, &cause),
		    SOCK_CONNECTED);
	close(fd);
}
END_TEST

START_TEST(full_backlog)
{
	static const char *const scripts[] = { "tcp4 full", "tcp6 full" };
	int fd, i;

	if (_i == 1 && !has_ipv6())
		return;
	start(scripts[_i]);
	fd = sock_open(&addr, NULL);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(sock_connect(fd, &addr, &cause), SOCK_PENDING);
	ck_assert(!wait_for(fd, POLLOUT, QUIET_MS));
	ck_assert_int_eq(sock_connect(fd, &addr, &cause), SOCK_PENDING);
	close(fd);
}
END_TEST

START_TEST(full_unix_backlog)
{
	int fd, i;

	start("unix full");
	fd = sock_open(&addr, NULL);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(sock_connect(fd, &addr, &cause), SOCK_BUSY);
	close(fd);
}
END_TEST

static const struct {
	const char *path;
	int err;
} paths[] = {
	{ "/nonexistent/socket", ENOENT },
	{ "/dev/null/socket", ENOTDIR },
	{ "/dev/null", ENOTSOCK },
	{ "/etc/passwd", ENOTSOCK },
};

START_TEST(path_that_is_no_socket)
{
	int fd;

	parse(paths[_i].path, 0);
	fd = sock_open(&addr, NULL);
	ck_assert_int_eq(sock_connect(fd, &addr, &cause), SOCK_FAILED);
	ck_assert_int_eq(cause.err, paths[_i].err);
	ck_assert_int_eq(cause_outcome(&cause, AF_UNIX), OUTCOME_UNRESOLVED);
	close(fd);
}
END_TEST

START_TEST(no_route)
{
	int fd;

	parse("255.255.255.255", 9);
	fd = sock_open(&addr, NULL);
	ck_assert_int_eq(sock_connect(fd, &addr, &cause), SOCK_FAILED);
	ck_assert_int_eq(cause.err, ENETUNREACH);
	ck_assert_int_eq(cause.origin, ORIGIN_LOCAL);
	close(fd);
}
END_TEST

/*
 * The kernel takes as source port the very port that is asked for, and both
 * ends are one: what that looks like when it does so by chance.
 */
START_TEST(connection_to_itself_is_refused)
{
	static const char *const texts[] = { "127.0.0.1", "::1" };
	int fd;

	if (_i == 1 && !has_ipv6())
		return;
	parse(texts[_i], 0);
	fd = sock_open(&addr, NULL);
	ck_assert_int_eq(bind_to(fd, &addr), 0);
	addr = name_of(fd);
	ck_assert_int_eq(connect_on(fd), SOCK_FAILED);
	ck_assert_int_eq(cause.err, ECONNREFUSED);
	ck_assert_int_eq(cause.origin, ORIGIN_LOCAL);
	ck_assert_int_eq(cause_outcome(&cause, AF_INET), OUTCOME_REFUSED);
	close(fd);
}
END_TEST

/* The same address and another port, or the other way round, are others. */
START_TEST(neighbours_are_not_itself)
{
	struct addr self;
	const char *why;
	int fd;

	start("tcp4 silent");
	fd = sock_open(&addr, NULL);
	(void)addr_parse("127.0.0.2", AF_INET, &self, &why);
	addr_set_port(&self, fake_port(fake, 0));
	ck_assert_int_eq(bind_to(fd, &self), 0);
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	close(fd);
}
END_TEST

/* sock_reusable */

static const char *const refusing[] = { "tcp4 closed", "tcp6 closed" };

/* What is in its error queue, or in SO_ERROR, would be told of the next. */
static void
assert_clean(int fd)
{
	struct msghdr msg = { 0 };
	socklen_t len = sizeof(int);
	int err = -1;

	ck_assert_int_eq(recvmsg(fd, &msg, MSG_ERRQUEUE), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len), 0);
	ck_assert_int_eq(err, 0);
}

START_TEST(refused_socket_connects_again)
{
	char script[64];
	struct addr none;
	int fd, i;

	if (_i == 1 && !has_ipv6())
		return;
	snprintf(script, sizeof(script), "%.4s silent", refusing[_i]);
	fake = fake_start(refusing[_i], script, NULL);
	parse(fake_path(fake, 0), fake_port(fake, 0));
	none = addr;
	fd = sock_open(&addr, NULL);
	for (i = 0; i < 3; i++) {
		addr = none;
		ck_assert_int_eq(connect_on(fd), SOCK_FAILED);
		ck_assert_int_eq(cause.err, ECONNREFUSED);
		ck_assert_int_eq(cause.origin, ORIGIN_PEER);
		ck_assert(sock_reusable(&addr, &cause));
		assert_clean(fd);
	}
	addr_set_port(&addr, fake_port(fake, 1));
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	ck_assert(fake_wait_log(fake, "accept 1 #1"));
	close(fd);
}
END_TEST

static const struct {
	const char *addr;
	struct cause cause;
	bool reusable;
} reuses[] = {
	{ "127.0.0.1", { ECONNREFUSED, .origin = ORIGIN_PEER }, true },
	{ "::1", { ECONNREFUSED, .origin = ORIGIN_PEER }, true },
	{ "/run/x", { ECONNREFUSED, .origin = ORIGIN_PEER }, false },
	/* It stays bound to the interface. */
	{ "fe80::1%lo", { ECONNREFUSED, .origin = ORIGIN_PEER }, false },
	/* A firewall said it; itself was connected. */
	{ "127.0.0.1", { ECONNREFUSED, .origin = ORIGIN_ICMP }, false },
	{ "127.0.0.1", { ECONNREFUSED, .origin = ORIGIN_LOCAL }, false },
	{ "127.0.0.1", { ETIMEDOUT, .origin = ORIGIN_NOBODY }, false },
	{ "127.0.0.1", { EHOSTUNREACH, .origin = ORIGIN_ICMP }, false },
	{ "127.0.0.1", { ENETUNREACH, .origin = ORIGIN_LOCAL }, false },
	{ "127.0.0.1", { ECONNRESET, .origin = ORIGIN_PEER }, false },
};

START_TEST(reusable_when_refused)
{
	parse(reuses[_i].addr, 1);
	ck_assert(sock_reusable(&addr, &reuses[_i].cause) ==
	    reuses[_i].reusable);
}
END_TEST

/* Where connections come from. */

static struct sock_conf
from(const char *source)
{
	struct sock_conf conf = { .interface = NULL };
	const char *why;

	ck_assert_int_eq(addr_parse(source, AF_UNSPEC, &conf.source, &why),
	    ADDR_LITERAL);
	return conf;
}

static const struct {
	const char *script;
	const char *source;
	const char *log;
} sources[] = {
	{ "tcp4 silent", "127.0.0.2", "accept 0 #1 127.0.0.2:" },
	{ "tcp6 silent", "::1", "accept 0 #1 [::1]:" },
	/* It is nothing to a path. */
	{ "unix silent", "127.0.0.2", "accept 0 #1 unix" },
};

START_TEST(source_address)
{
	struct sock_conf conf = from(sources[_i].source);
	struct addr self;
	int fd;

	if (_i == 1 && !has_ipv6())
		return;
	start(sources[_i].script);
	fd = sock_open(&addr, &conf);
	ck_assert_int_ge(fd, 3);
	if (addr.family != AF_UNIX) {
		self = name_of(fd);
		addr_set_port(&self, 0);
		ck_assert(addr_equal(&self, &conf.source));
	}
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	ck_assert(fake_wait_log(fake, sources[_i].log));
	close(fd);
}
END_TEST

/* The address stays when it is used again. */
START_TEST(source_address_of_a_refused_socket)
{
	struct sock_conf conf = from("127.0.0.2");
	int fd;

	fake = fake_start("tcp4 closed", "tcp4 silent", NULL);
	parse("127.0.0.1", fake_port(fake, 0));
	fd = sock_open(&addr, &conf);
	ck_assert_int_eq(connect_on(fd), SOCK_FAILED);
	ck_assert(sock_reusable(&addr, &cause));
	addr_set_port(&addr, fake_port(fake, 1));
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	ck_assert(fake_wait_log(fake, "accept 1 #1 127.0.0.2:"));
	close(fd);
}
END_TEST

/* RFC 5737: nobody's. */
static const struct {
	const char *addr;
	const char *source;
	const char *interface;
	int err; /* 0: any */
} bad_sources[] = {
	{ "127.0.0.1", "198.51.100.7", NULL, EADDRNOTAVAIL },
	{ "::1", "2001:db8::7", NULL, EADDRNOTAVAIL },
	{ "::1", "127.0.0.2", NULL, 0 },
	{ "127.0.0.1", NULL, "none0", ENODEV },
};

START_TEST(bad_source)
{
	struct sock_conf conf = { .interface = bad_sources[_i].interface };
	int lowest = fcntl(STDIN_FILENO, F_DUPFD, 0), fd;

	close(lowest);
	parse(bad_sources[_i].addr, 1);
	if (addr.family == AF_INET6 && !has_ipv6())
		return;
	parse(bad_sources[_i].addr, 1);
	if (bad_sources[_i].source != NULL)
		conf.source = from(bad_sources[_i].source).source;
	ck_assert_int_eq(sock_open(&addr, &conf), -1);
	if (bad_sources[_i].err != 0)
		ck_assert_int_eq(errno, bad_sources[_i].err);
	cause = (struct cause){ errno, .origin = ORIGIN_LOCAL };
	if (bad_sources[_i].err == EADDRNOTAVAIL)
		ck_assert_int_eq(cause_outcome(&cause, addr.family),
		    OUTCOME_LOCAL_ERROR);
	/* Nothing was left behind. */
	fd = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(fd);
	ck_assert_int_eq(fd, lowest);
}
END_TEST

START_TEST(interface)
{
	const struct sock_conf conf = { .interface = "lo" };
	char name[16] = "";
	socklen_t len = sizeof(name);
	int fd;

	start("tcp4 silent");
	fd = sock_open(&addr, &conf);
	/* Before Linux 5.7 that takes a privilege. */
	if (fd == -1 && errno == EPERM)
		return;
	ck_assert_int_ge(fd, 3);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			     &len),
	    0);
	ck_assert_str_eq(name, "lo");
	ck_assert_int_eq(connect_on(fd), SOCK_CONNECTED);
	close(fd);
}
END_TEST

/* sock_rtt_us */

static const struct {
	const char *script;
	bool told;
} rtts[] = {
	{ "tcp4 silent", true },
	{ "tcp6 silent", true },
	{ "unix silent", false },
};

START_TEST(round_trip)
{
	unsigned resent = 99;
	int64_t us;
	int fd;

	if (strncmp(rtts[_i].script, "tcp6", 4) == 0 && !has_ipv6())
		return;
	fd = connected(rtts[_i].script);
	us = sock_rtt_us(fd, &resent);
	ck_assert_uint_eq(resent, 0);
	if (rtts[_i].told) {
		ck_assert_int_gt(us, 0);
		ck_assert_int_lt(us, 60000000);
	} else {
		ck_assert_int_eq(us, RESULT_NONE);
	}
	close(fd);
}
END_TEST

/* sock_recv, sock_send */

static const char *const echoes[] = { "tcp4 echo", "tcp6 echo", "unix echo" };

START_TEST(send_and_receive)
{
	char bytes[16];
	int fd;

	if (strncmp(echoes[_i], "tcp6", 4) == 0 && !has_ipv6())
		return;
	fd = connected(echoes[_i]);
	ck_assert_int_eq(sock_recv(fd, bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(sock_send(fd, "a\0b", 3), 3);
	ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
	ck_assert_int_eq(sock_recv(fd, bytes, sizeof(bytes)), 3);
	ck_assert_mem_eq(bytes, "a\0b", 3);
	ck_assert_int_eq(sock_recv(fd, bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close(fd);
}
END_TEST

static const struct {
	const char *script;
	ssize_t end; /* of the answer: 0, or -1 and ECONNRESET */
} endings[] = {
	{ "tcp4 say 'x' close", 0 },
	{ "unix say 'x' close", 0 },
	{ "tcp4 say 'x' read reset", -1 },
};

/* What came before the end is not lost. */
START_TEST(receive_to_the_end)
{
	char bytes[16];
	ssize_t n;
	int fd = connected(endings[_i].script);

	if (endings[_i].end == -1)
		ck_assert_int_eq(sock_send(fd, "x", 1), 1);
	ck_assert(fake_wait_log(fake, "closed 0 #1"));
	ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
	ck_assert_int_eq(sock_recv(fd, bytes, sizeof(bytes)), 1);
	n = sock_recv(fd, bytes, sizeof(bytes));
	ck_assert_int_eq(n, endings[_i].end);
	if (n == -1)
		ck_assert_int_eq(errno, ECONNRESET);
	close(fd);
}
END_TEST

static const char *const gone[] = { "tcp4 read reset", "unix close" };

/* No SIGPIPE, which would end this test. */
START_TEST(send_to_nobody)
{
	char byte;
	ssize_t n = 0;
	int fd = connected(gone[_i]), i;

	(void)sock_send(fd, "x", 1);
	ck_assert(fake_wait_log(fake, "closed 0 #1"));
	for (i = 0; i < 3; i++)
		n = sock_send(fd, "x", 1);
	ck_assert_int_eq(n, -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_le(sock_recv(fd, &byte, 1), 0);
	close(fd);
}
END_TEST

START_TEST(send_until_nothing_fits)
{
	static char bytes[65536];
	size_t sent = 0;
	ssize_t n;
	int fd = connected("tcp4 noaccept");

	while ((n = sock_send(fd, bytes, sizeof(bytes))) > 0)
		sent += (size_t)n;
	ck_assert_int_eq(n, -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_gt(sent, 0);
	close(fd);
}
END_TEST

/* sock_open_datagram, sock_turn, sock_ask, sock_hear, sock_self */

static void
ask(int fd, bool turned, const char *s)
{
	ck_assert_int_eq(sock_ask(fd, &addr, turned, s, strlen(s), &cause),
	    SOCK_CONNECTED);
}

static enum sock_status
hear(int fd, char *to, size_t room, struct sock_reply *r)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	(void)poll(&pfd, 1, PATIENCE_MS);
	return sock_hear(fd, &addr, to, room, r, &cause);
}

static const struct {
	const char *script;
	bool turned;
	const char *said;
	size_t room;
	const char *heard;
	bool cut;
} talks[] = {
	{ "udp4 echo", true, "abc", 8, "abc", false },
	{ "udp4 echo", false, "abc", 8, "abc", false },
	{ "udp6 echo", true, "abc", 8, "abc", false },
	{ "udp6 echo", false, "abc", 8, "abc", false },
	{ "udp4 echo", true, "", 8, "", false },
	{ "udp4 echo", true, "abc", 3, "abc", false },
	{ "udp4 echo", true, "abc", 2, "ab", true },
	{ "udp4 reply-from-other 'abc'", false, "x", 8, "abc", false },
};

START_TEST(ask_and_hear)
{
	bool turned = talks[_i].turned,
	     other = strstr(talks[_i].script, "other") != NULL;
	struct sock_reply reply;
	struct addr self;
	char bytes[8];
	int fd;

	start(talks[_i].script);
	fd = sock_open_datagram(&addr, NULL);
	ck_assert_int_gt(fd, STDERR_FILENO);
	if (turned)
		ck_assert(sock_turn(fd, &addr, &cause));
	ck_assert_int_eq(sock_hear(fd, &addr, bytes, sizeof(bytes), &reply,
			     &cause),
	    SOCK_PENDING);
	ask(fd, turned, talks[_i].said);
	ck_assert_int_eq(hear(fd, bytes, talks[_i].room, &reply),
	    SOCK_CONNECTED);
	ck_assert_uint_eq(reply.len, strlen(talks[_i].heard));
	ck_assert_mem_eq(bytes, talks[_i].heard, reply.len);
	ck_assert(reply.cut == talks[_i].cut);
	ck_assert(addr_equal(&reply.from, &addr) == !other);
	ck_assert(sock_self(fd, &self));
	ck_assert(!addr_equal(&self, &addr));
	close(fd);
}
END_TEST

/* Who has been turned hears of no other port. */
START_TEST(turned_is_deaf_to_others)
{
	struct pollfd pfd = { .events = POLLIN };
	struct sock_reply reply;
	char bytes[8];
	int fd;

	start("udp4 reply-from-other 'abc'");
	fd = pfd.fd = sock_open_datagram(&addr, NULL);
	ck_assert(sock_turn(fd, &addr, &cause));
	ask(fd, true, "x");
	ck_assert(fake_wait_log(fake, "sent 0 #1"));
	ck_assert_int_eq(poll(&pfd, 1, QUIET_MS), 0);
	ck_assert_int_eq(sock_hear(fd, &addr, bytes, sizeof(bytes), &reply,
			     &cause),
	    SOCK_PENDING);
	close(fd);
}
END_TEST

static const char *const closed[] = { "udp4 closed", "udp6 closed" };

/* Even twice on one socket, and of the right one of two ports. */
START_TEST(closed_port_is_told)
{
	struct sock_reply reply;
	struct addr from;
	char bytes[8];
	int fd, i;

	fake = fake_start(closed[_i % 2],
	    _i % 2 == 0 ? "udp4 echo" : "udp6 echo", NULL);
	parse(fake_path(fake, 0), fake_port(fake, 0));
	fd = sock_open_datagram(&addr, NULL);
	for (i = 0; i < 2; i++) {
		if (_i < 2)
			ck_assert(sock_turn(fd, &addr, &cause));
		ask(fd, _i < 2, "x");
		ck_assert_int_eq(hear(fd, bytes, sizeof(bytes), &reply),
		    SOCK_FAILED);
		ck_assert_int_eq(cause.err, ECONNREFUSED);
		ck_assert_int_eq(cause.origin, ORIGIN_ICMP);
		from = addr;
		addr_set_port(&from, 0);
		ck_assert(addr_equal(&cause.from, &from));
	}
	addr_set_port(&addr, fake_port(fake, 1));
	if (_i < 2)
		ck_assert(sock_turn(fd, &addr, &cause));
	ask(fd, _i < 2, "abc");
	ck_assert_int_eq(hear(fd, bytes, sizeof(bytes), &reply),
	    SOCK_CONNECTED);
	ck_assert_uint_eq(reply.len, 3);
	close(fd);
}
END_TEST

START_TEST(path_of_datagrams)
{
	int fd;

	start("unixdgram silent");
	fd = sock_open_datagram(&addr, NULL);
	ck_assert(sock_turn(fd, &addr, &cause));
	ask(fd, true, "abc");
	ck_assert(fake_wait_log(fake, "recv 0 #1 3 \"abc\""));
	close(fd);
	parse("/nonexistent/socket", 0);
	fd = sock_open_datagram(&addr, NULL);
	ck_assert(!sock_turn(fd, &addr, &cause));
	ck_assert_int_eq(cause.err, ENOENT);
	close(fd);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("sock");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, descriptor_is_non_blocking_and_closed_on_exec,
	    0, 3);
	tcase_add_test(tc, descriptor_is_no_standard_one);
	tcase_add_test(tc, no_descriptors);
	unit_rows(tc, connect_to, connects);
	tcase_add_loop_test(tc, full_backlog, 0, 2);
	tcase_add_test(tc, full_unix_backlog);
	unit_rows(tc, path_that_is_no_socket, paths);
	tcase_add_test(tc, no_route);
	tcase_add_loop_test(tc, connection_to_itself_is_refused, 0, 2);
	tcase_add_test(tc, neighbours_are_not_itself);
	unit_rows(tc, refused_socket_connects_again, refusing);
	unit_rows(tc, reusable_when_refused, reuses);
	unit_rows(tc, source_address, sources);
	tcase_add_test(tc, source_address_of_a_refused_socket);
	unit_rows(tc, bad_source, bad_sources);
	tcase_add_test(tc, interface);
	unit_rows(tc, round_trip, rtts);
	unit_rows(tc, send_and_receive, echoes);
	unit_rows(tc, receive_to_the_end, endings);
	unit_rows(tc, send_to_nobody, gone);
	tcase_add_test(tc, send_until_nothing_fits);
	unit_rows(tc, ask_and_hear, talks);
	tcase_add_test(tc, turned_is_deaf_to_others);
	tcase_add_loop_test(tc, closed_port_is_told, 0, 4);
	tcase_add_test(tc, path_of_datagrams);
	return unit_run("sock", tc);
}
