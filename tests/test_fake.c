/* SPDX-License-Identifier: ISC */
/* Each word of the fake server's scripts, seen from plain sockets. */

#include "fake.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define QUIET_MS 40
#define PENDING_MS 300

enum family {
	V4,
	V6,
	LOCAL,
};

enum ending {
	FIN, /* after which the peer reads EOF */
	RST,
	OPEN, /* nothing more comes */
};

static struct fake *fake;

static void
teardown(void)
{
	fake_stop(fake);
	fake = NULL;
}

/* Plain sockets. */

static int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static socklen_t
address(enum family family, unsigned listener, struct sockaddr_storage *storage)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
	struct sockaddr_un *un = (struct sockaddr_un *)storage;

	memset(storage, 0, sizeof(*storage));
	if (family == V4) {
		v4->sin_family = AF_INET;
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = htons(fake_port(fake, listener));
		return sizeof(*v4);
	}
	if (family == V6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = htons(fake_port(fake, listener));
		return sizeof(*v6);
	}
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s",
	    fake_path(fake, listener));
	return sizeof(*un);
}

/* A non-blocking connect; *err is 0, EINPROGRESS or what went wrong. */
static int
start_connect(enum family family, int type, unsigned listener, int *err)
{
	struct sockaddr_storage addr;
	socklen_t len = address(family, listener, &addr);
	int fd = socket(addr.ss_family, type | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	*err = connect(fd, (struct sockaddr *)&addr, len) == 0 ? 0 : errno;
	return fd;
}

static bool
wait_for(int fd, short events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, ms) > 0;
}

/* Waits for the end of the connect; returns its error. */
static int
finish_connect(int fd, int err)
{
	socklen_t len = sizeof(err);

	if (err != EINPROGRESS)
		return err;
	ck_assert(wait_for(fd, POLLOUT, PATIENCE_MS));
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len), 0);
	return err;
}

static int
connect_to(enum family family, int type, unsigned listener)
{
	int err, fd = start_connect(family, type, listener, &err);

	ck_assert_int_eq(finish_connect(fd, err), 0);
	return fd;
}

static int
connect_error(enum family family, int type, unsigned listener)
{
	int err, fd = start_connect(family, type, listener, &err);

	err = finish_connect(fd, err);
	close(fd);
	return err;
}

static void
send_text(int fd, const char *text)
{
	size_t len = strlen(text);

	if (len > 0)
		ck_assert_int_eq(send(fd, text, len, MSG_NOSIGNAL),
		    (ssize_t)len);
}

/* Exactly this text comes, in any pieces. */
static void
receive_text(int fd, const char *text)
{
	char buf[4096];
	size_t len = 0, wanted = strlen(text);

	while (len < wanted) {
		ssize_t n;

		ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
		n = recv(fd, buf + len, wanted - len, 0);
		ck_assert_int_gt(n, 0);
		len += (size_t)n;
	}
	ck_assert_mem_eq(buf, text, wanted);
}

static void
receive_end(int fd, enum ending ending)
{
	char byte;

	if (ending == OPEN) {
		ck_assert(!wait_for(fd, POLLIN, QUIET_MS));
		return;
	}
	ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
	if (ending == FIN) {
		ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
		return;
	}
	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
}

static void
check_log(const char *text)
{
	char *log;

	if (fake_wait_log(fake, text))
		return;
	log = fake_log(fake);
	ck_abort_msg("no '%s' in the log:\n%s", text, log);
}

/* What a connection gets. */

static const struct {
	const char *steps;
	const char *send;
	const char *receive;
	enum ending ending;
	const char *log;
} streams[] = {
	{ "", "", "", OPEN, "accept 0 #1 " },
	{ "accept silent", "hi", "", OPEN, "recv 0 #1 2 \"hi\"\n" },
	{ "say \"220 hello\\r\\n\"", "", "220 hello\r\n", OPEN,
	    "sent 0 #1 11\n" },
	{ "say 'a' say 'b'; close", "", "ab", FIN, "closed 0 #1\n" },
	{ "say '\\x41\\102\\\"\"\\'' close", "", "AB\"\"'", FIN, "" },
	{ "say 'raw\r\n' close", "", "raw\r\n", FIN, "" },
	{ "say '' close", "", "", FIN, "closed 0 #1\n" },
	{ "slow 2 1ms 'abcde' close", "", "abcde", FIN,
	    "sent 0 #1 2\nsent 0 #1 2\nsent 0 #1 1\nclosed 0 #1\n" },
	{ "wait 20ms say 'x' wait 1ms close", "", "x", FIN, "" },
	{ "expect 'QUIT' say 'bye' close", "...QUIT\r\n", "bye", FIN,
	    "matched 0 #1 \"QUIT\"\n" },
	{ "expect 'a' expect 'a' say 'two'", "a", "", OPEN, "matched" },
	{ "expect 'b' expect 'a' say 'x'", "ab", "", OPEN, "matched" },
	{ "read say 'got' close", "z", "got", FIN, "" },
	{ "read say 'got' close", "", "", OPEN, "" },
	{ "echo", "hello", "hello", OPEN, "sent 0 #1 5\n" },
	{ "expect '\\n' echo", "one\ntwo", "two", OPEN, "" },
	{ "shutdown", "", "", FIN, "shutdown 0 #1\n" },
	{ "shutdown expect 'x' close", "x", "", FIN,
	    "matched 0 #1 \"x\"\nclosed 0 #1\n" },
	{ "close", "", "", FIN, "closed 0 #1\n" },
	{ "repeat 3 ( say 'x' wait 1 ) close", "", "xxx", FIN, "" },
	{ "repeat 2 (repeat 2 (say 'a') say 'b') close", "", "aabaab", FIN,
	    "" },
	{ "repeat 0 ( expect '\\n' say '250 ok\n' )", "a\nb\n",
	    "250 ok\n250 ok\n", OPEN, "" },
	{ "once ( say 'first' ) say 'others'", "", "first", OPEN, "" },
};

static void
try_stream(const char *transport, enum family family, int i)
{
	char script[256];
	int fd;

	snprintf(script, sizeof(script), "%s %s", transport, streams[i].steps);
	fake = fake_start(script, NULL);
	fd = connect_to(family, SOCK_STREAM, 0);
	send_text(fd, streams[i].send);
	receive_text(fd, streams[i].receive);
	receive_end(fd, streams[i].ending);
	check_log(streams[i].log);
	close(fd);
	check_log("closed 0 #1\n");
	teardown();
}

START_TEST(stream)
{
	try_stream("tcp4", V4, _i);
	try_stream("tcp6", V6, _i);
	try_stream("unix", LOCAL, _i);
}
END_TEST

START_TEST(reset_is_rst)
{
	int fd;

	fake = fake_start("tcp4 read reset", "tcp6 read reset", NULL);
	for (unsigned i = 0; i < 2; i++) {
		fd = connect_to(i == 0 ? V4 : V6, SOCK_STREAM, i);
		send_text(fd, "x");
		receive_end(fd, RST);
		close(fd);
	}
	check_log("abort 0 #1\nclosed 0 #1\n");
	check_log("abort 1 #1\nclosed 1 #1\n");
}
END_TEST

START_TEST(eof_ends_silent_not_hold)
{
	int silent, hold, expect;

	fake = fake_start("tcp4 silent", "tcp4 hold", "tcp4 expect 'x'", NULL);
	silent = connect_to(V4, SOCK_STREAM, 0);
	hold = connect_to(V4, SOCK_STREAM, 1);
	expect = connect_to(V4, SOCK_STREAM, 2);
	shutdown(silent, SHUT_WR);
	shutdown(hold, SHUT_WR);
	shutdown(expect, SHUT_WR);
	receive_end(silent, FIN);
	receive_end(expect, FIN);
	check_log("eof 1 #1\n");
	receive_end(hold, OPEN);
	check_log("eof 2 #1\nunmatched 2 #1 \"x\"\nclosed 2 #1\n");
	close(silent);
	close(hold);
	close(expect);
}
END_TEST

START_TEST(peer_reset_is_logged)
{
	struct linger linger = { .l_onoff = 1 };
	int fd;

	fake = fake_start("tcp4 silent", NULL);
	fd = connect_to(V4, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
	check_log("reset 0 #1\nclosed 0 #1\n");
}
END_TEST

START_TEST(slow_takes_its_time)
{
	int64_t start_ms;
	int fd;

	fake = fake_start("tcp4 slow 1 30ms 'abcd' close", NULL);
	start_ms = clock_ms();
	fd = connect_to(V4, SOCK_STREAM, 0);
	receive_text(fd, "abcd");
	/* Three pauses; our clock and the server's may round apart. */
	ck_assert_int_ge(clock_ms() - start_ms, 85);
	receive_end(fd, FIN);
	close(fd);
}
END_TEST

START_TEST(wait_takes_its_time)
{
	int64_t start_ms;
	int fd;

	fake = fake_start("tcp4 wait 80ms close", NULL);
	start_ms = clock_ms();
	fd = connect_to(V4, SOCK_STREAM, 0);
	receive_end(fd, FIN);
	ck_assert_int_ge(clock_ms() - start_ms, 75);
	close(fd);
}
END_TEST

START_TEST(trickle_goes_on)
{
	int fd;

	fake = fake_start("tcp4 trickle 'ab' 5ms", NULL);
	fd = connect_to(V4, SOCK_STREAM, 0);
	receive_text(fd, "abababab");
	close(fd);
	check_log("closed 0 #1\n");
	ck_assert_uint_ge(fake_count(fake, "sent", 0), 4);
}
END_TEST

/* Whether buf is what "abc" for ever has at that offset. */
static bool
is_cycle(const char *buf, size_t len, size_t offset)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != "abc"[(offset + i) % 3])
			return false;
	return true;
}

START_TEST(endless_goes_on)
{
	static char buf[65536];
	size_t total = 0;
	int fd;

	fake = fake_start("tcp4 endless 'abc'", NULL);
	fd = connect_to(V4, SOCK_STREAM, 0);
	while (total < 16 * sizeof(buf)) {
		ssize_t n;

		ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
		n = recv(fd, buf, sizeof(buf), 0);
		ck_assert_int_gt(n, 0);
		ck_assert(is_cycle(buf, (size_t)n, total));
		total += (size_t)n;
	}
	close(fd);
	check_log("reset 0 #1\nclosed 0 #1\n");
	ck_assert_uint_eq(fake_count(fake, "sent", 0), 1);
}
END_TEST

/* Sends until nothing more is taken for a while; true if that happens. */
static bool
gets_stuck(int fd)
{
	static const char block[65536];

	for (size_t total = 0; total < 16 << 20; total += sizeof(block)) {
		if (!wait_for(fd, POLLOUT, PENDING_MS))
			return true;
		send(fd, block, sizeof(block), MSG_NOSIGNAL);
	}
	return false;
}

START_TEST(deaf_and_noaccept_do_not_read)
{
	int deaf, noaccept, silent;

	fake = fake_start("tcp4 deaf", "tcp4 noaccept", "tcp4", NULL);
	deaf = connect_to(V4, SOCK_STREAM, 0);
	noaccept = connect_to(V4, SOCK_STREAM, 1);
	silent = connect_to(V4, SOCK_STREAM, 2);
	ck_assert(gets_stuck(deaf));
	ck_assert(gets_stuck(noaccept));
	ck_assert(!gets_stuck(silent));
	ck_assert_uint_eq(fake_count(fake, "recv", 0), 0);
	ck_assert_uint_eq(fake_count(fake, "accept", 1), 0);
	ck_assert_uint_gt(fake_count(fake, "dropped", 2), 0);
	close(deaf);
	close(noaccept);
	close(silent);
}
END_TEST

START_TEST(loop_without_waits_starves_nobody)
{
	int loop, echo;

	fake = fake_start("tcp4 repeat 0 ( accept )", "tcp4 echo", NULL);
	loop = connect_to(V4, SOCK_STREAM, 0);
	check_log("accept 0 #1 ");
	echo = connect_to(V4, SOCK_STREAM, 1);
	send_text(echo, "hi");
	receive_text(echo, "hi");
	close(loop);
	close(echo);
}
END_TEST

/* Much more than the server's buffers, none of it lost. */
START_TEST(echo_of_much)
{
	static char out[1 << 20], in[1 << 20];
	size_t sent = 0, got = 0;
	int fd;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 251);
	fake = fake_start("tcp4 echo", NULL);
	fd = connect_to(V4, SOCK_STREAM, 0);
	while (got < sizeof(in)) {
		short events = sent < sizeof(out) ? POLLIN | POLLOUT : POLLIN;
		ssize_t n;

		ck_assert(wait_for(fd, events, PATIENCE_MS));
		n = send(fd, out + sent, sizeof(out) - sent, MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		n = recv(fd, in + got, sizeof(in) - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	ck_assert_mem_eq(in, out, sizeof(in));
	close(fd);
}
END_TEST

/* What the listener does. */

START_TEST(closed_refuses)
{
	fake = fake_start("tcp4 closed", "tcp6 closed", "unix closed", NULL);
	ck_assert_uint_ne(fake_port(fake, 0), 0);
	ck_assert_int_eq(connect_error(V4, SOCK_STREAM, 0), ECONNREFUSED);
	ck_assert_int_eq(connect_error(V6, SOCK_STREAM, 1), ECONNREFUSED);
	ck_assert_int_eq(connect_error(LOCAL, SOCK_STREAM, 2), ECONNREFUSED);
}
END_TEST

START_TEST(closed_keeps_its_port)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	fake = fake_start("tcp4 closed", NULL);
	len = address(V4, 0, &addr);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, len), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(fd);
}
END_TEST

START_TEST(closed_datagram_port)
{
	int fd;
	char byte;

	fake = fake_start("udp4 closed", "udp6 closed", "unixdgram closed",
	    NULL);
	for (unsigned i = 0; i < 2; i++) {
		fd = connect_to(i == 0 ? V4 : V6, SOCK_DGRAM, i);
		send_text(fd, "x");
		ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
		ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
		ck_assert_int_eq(errno, ECONNREFUSED);
		close(fd);
	}
	ck_assert_int_eq(connect_error(LOCAL, SOCK_DGRAM, 2), ECONNREFUSED);
}
END_TEST

START_TEST(full_does_not_answer)
{
	int err4, err6, fd4, fd6;

	fake = fake_start("tcp4 full", "tcp6 full", NULL);
	fd4 = start_connect(V4, SOCK_STREAM, 0, &err4);
	fd6 = start_connect(V6, SOCK_STREAM, 1, &err6);
	ck_assert_int_eq(err4, EINPROGRESS);
	ck_assert_int_eq(err6, EINPROGRESS);
	ck_assert(!wait_for(fd4, POLLOUT, PENDING_MS));
	ck_assert(!wait_for(fd6, POLLOUT, 0));
	close(fd4);
	close(fd6);
}
END_TEST

START_TEST(full_unix_gives_eagain)
{
	fake = fake_start("unix full", NULL);
	ck_assert_int_eq(connect_error(LOCAL, SOCK_STREAM, 0), EAGAIN);
}
END_TEST

START_TEST(refuse_after)
{
	int fd;

	fake = fake_start("tcp4 refuse-after 2 say 'x' close",
	    "unix refuse-after 1", NULL);
	for (int i = 0; i < 2; i++) {
		fd = connect_to(V4, SOCK_STREAM, 0);
		receive_text(fd, "x");
		close(fd);
	}
	fd = connect_to(LOCAL, SOCK_STREAM, 1);
	check_log("accept 1 #1 unix\n");
	ck_assert_int_eq(connect_error(V4, SOCK_STREAM, 0), ECONNREFUSED);
	ck_assert_int_eq(connect_error(LOCAL, SOCK_STREAM, 1), ECONNREFUSED);
	close(fd);
}
END_TEST

START_TEST(acts_by_number)
{
	static const char *const wanted[] = { "a", "a", "b", "c", "c" };

	fake = fake_start("tcp4 first 2 ( say 'a' close ) once (say 'b' close)"
			  " then ( say 'c' close )",
	    NULL);
	for (size_t i = 0; i < 5; i++) {
		int fd = connect_to(V4, SOCK_STREAM, 0);

		receive_text(fd, wanted[i]);
		receive_end(fd, FIN);
		close(fd);
	}
	check_log("closed 0 #5\n");
	ck_assert_uint_eq(fake_count(fake, "accept", 0), 5);
}
END_TEST

START_TEST(many_at_once)
{
	enum { MANY = 300 };
	int fds[MANY];

	fake = fake_start("tcp4 expect 'go' say 'x' close", NULL);
	for (int i = 0; i < MANY; i++)
		fds[i] = connect_to(V4, SOCK_STREAM, 0);
	for (int i = 0; i < MANY; i++)
		send_text(fds[i], "go");
	for (int i = MANY - 1; i >= 0; i--) {
		receive_text(fds[i], "x");
		receive_end(fds[i], FIN);
		close(fds[i]);
	}
	check_log("closed 0 #300\n");
	ck_assert_uint_eq(fake_count(fake, "closed", 0), MANY);
}
END_TEST

START_TEST(address_of_choice)
{
	uint16_t port;
	char script[64];

	fake = fake_start("tcp4 closed", NULL);
	port = fake_port(fake, 0);
	teardown();
	snprintf(script, sizeof(script), "tcp4@127.0.0.1:%u close", port);
	fake = fake_start(script, "tcp4@127.0.0.2", "tcp6@[::1]", NULL);
	ck_assert_uint_eq(fake_port(fake, 0), port);
	ck_assert_str_eq(fake_path(fake, 1), "127.0.0.2");
	ck_assert_str_eq(fake_path(fake, 2), "::1");
	ck_assert_int_eq(connect_error(V4, SOCK_STREAM, 0), 0);
}
END_TEST

/* What a datagram gets; each case may send twice. */

static const struct {
	const char *steps;
	const char *send[2];
	const char *receive[3];
	const char *log;
} datagrams[] = {
	{ "", { "a" }, { NULL }, "recv 0 #1 1 \"a\"\n" },
	{ "silent", { "a" }, { NULL }, "accept 0 #1 " },
	{ "reply 'pong'", { "ping" }, { "pong" }, "sent 0 #1 4\n" },
	{ "echo", { "ping", "more" }, { "ping", "more" }, "sent 0 #2 4\n" },
	{ "twice 'x'", { "a" }, { "x", "x" }, "sent 0 #1 1\nsent 0 #1 1\n" },
	{ "wait 20 reply 'x'; reply 'y'", { "a" }, { "x", "y" }, "" },
	{ "expect 'b' reply 'x'", { "abc" }, { "x" }, "matched 0 #1 \"b\"" },
	{ "expect 'b' reply 'x'", { "ac" }, { NULL }, "unmatched 0 #1 \"b\"" },
	{ "once ( silent ) reply '2nd'", { "a", "b" }, { "2nd" }, "" },
	{ "repeat 3 ( reply 'x' )", { "a" }, { "x", "x", "x" }, "" },
	{ "copy 0 2 1 reply '-__-'", { "ID+rest" }, { "-ID-" }, "" },
	{ "copy 0 2 1 copy 3 1 3 reply '-__-' reply '__'", { "ID+r" },
	    { "-IDr", "__" }, "" },
	{ "copy 2 9 0 reply '__'", { "abc" }, { "__" }, "" },
};

static void
receive_datagram(int fd, const char *text)
{
	char buf[256];
	ssize_t n;

	ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
	n = recv(fd, buf, sizeof(buf), 0);
	ck_assert_int_eq(n, (ssize_t)strlen(text));
	ck_assert_mem_eq(buf, text, strlen(text));
}

/* Both datagrams are sent before either reply is read, in their order. */
static void
try_datagram(const char *transport, enum family family, int i)
{
	char script[256];
	int fd;

	snprintf(script, sizeof(script), "%s %s", transport,
	    datagrams[i].steps);
	fake = fake_start(script, NULL);
	fd = connect_to(family, SOCK_DGRAM, 0);
	for (int k = 0; k < 2 && datagrams[i].send[k] != NULL; k++)
		send_text(fd, datagrams[i].send[k]);
	for (int k = 0; k < 3 && datagrams[i].receive[k] != NULL; k++)
		receive_datagram(fd, datagrams[i].receive[k]);
	check_log(datagrams[i].log);
	ck_assert(!wait_for(fd, POLLIN, QUIET_MS));
	close(fd);
	teardown();
}

START_TEST(datagram)
{
	try_datagram("udp4", V4, _i);
	try_datagram("udp6", V6, _i);
}
END_TEST

/* A connected socket would not see it, so this one is not. */
START_TEST(reply_from_other_port)
{
	struct sockaddr_storage to, from;
	socklen_t len = sizeof(from);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;

	fake = fake_start("udp4 reply-from-other 'x'", NULL);
	ck_assert_int_eq(sendto(fd, "a", 1, 0, (struct sockaddr *)&to,
			     address(V4, 0, &to)),
	    1);
	ck_assert(wait_for(fd, POLLIN, PATIENCE_MS));
	ck_assert_int_eq(recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from,
			     &len),
	    1);
	ck_assert_uint_ne(ntohs(((struct sockaddr_in *)&from)->sin_port),
	    fake_port(fake, 0));
	close(fd);
}
END_TEST

/* Only a sender with a name can be answered: binding to none makes one. */
START_TEST(unix_datagram)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_storage addr;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len;

	fake = fake_start("unixdgram reply 'pong'", NULL);
	len = address(LOCAL, 0, &addr);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(sa_family_t)),
	    0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, len), 0);
	send_text(fd, "ping");
	receive_datagram(fd, "pong");
	close(fd);
}
END_TEST

/* The program. */

static const struct {
	const char *script;
	const char *says;
} bad_scripts[] = {
	{ "tcp4 foo", "script 0: word 'foo': unknown" },
	{ "tcp4 say", "script 0: word 'say': bytes in quotes wanted" },
	{ "tcp4 say \"a", "script 0: word 'say': quote without end" },
	{ "tcp4 say \"\\q\"", "script 0: word 'say': unknown escape" },
	{ "tcp4 say \"\\x4\"", "script 0: word 'say': \\x wants two digits" },
	{ "tcp4 expect \"\"", "script 0: word 'expect': bytes must not be" },
	{ "tcp4 wait", "script 0: word 'wait': number wanted" },
	{ "tcp4 wait 1x", "script 0: word 'wait': bad number" },
	{ "tcp4 slow 0 1 \"\"", "script 0: word 'slow': must not be 0" },
	{ "tcp4 reply \"a\"", "script 0: word 'reply': not for this trans" },
	{ "udp4 full", "script 0: word 'full': not for this transport" },
	{ "tcp4 repeat 2 say", "script 0: word 'repeat': '(' wanted" },
	{ "tcp4 repeat 2 ( read", "script 0: word 'read': ')' wanted" },
	{ "tcp4 read )", "script 0: word ')': unexpected" },
	{ "tcp4 then ( )", "script 0: word 'then': no first or once before" },
	{ "tcp4 read once ( )", "script 0: word 'once': must come before" },
	{ "tcp5", "script 0: word 'tcp5': unknown transport" },
	{ "tcp4:65536", "script 0: word 'tcp4:65536': bad port" },
	{ "tcp4@1.2.3.4.5", "script 0: word 'tcp4@1.2.3.4.5': bad address" },
	{ "", "script 0: word '': transport wanted" },
};

/* Runs it with an empty stdin; returns its exit status and all output. */
static int
run_program(const char *script, char *output, size_t size)
{
	const char *program = getenv("FAKESERVER");
	char command[512];
	FILE *pipe;
	size_t n;
	int status;

	/* The scripts have no single quote. */
	snprintf(command, sizeof(command), ": | '%s' '%s' 2>&1",
	    program != NULL ? program : "tests/fakeserver", script);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	n = fread(output, 1, size - 1, pipe);
	output[n] = '\0';
	status = pclose(pipe);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(bad_script)
{
	char output[1024], wanted[128];

	int status = run_program(bad_scripts[_i].script, output,
	    sizeof(output));

	ck_assert_int_eq(status, 2);
	snprintf(wanted, sizeof(wanted), "fakeserver: %s",
	    bad_scripts[_i].says);
	ck_assert_msg(strncmp(output, wanted, strlen(wanted)) == 0,
	    "got '%s', not '%s'", output, wanted);
	ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
}
END_TEST

/* Also what it prints when all is well, and that its path goes away. */
START_TEST(end_of_input_ends_it)
{
	char output[1024], path[128];

	ck_assert_int_eq(run_program("unix", output, sizeof(output)), 0);
	ck_assert_int_eq(sscanf(output, "ready 0 unix %127s\n", path), 1);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

static Suite *
fake_suite(void)
{
	Suite *suite = suite_create("fake");
	TCase *tc = tcase_create("words");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, stream, 0, sizeof(streams) / sizeof(*streams));
	tcase_add_test(tc, reset_is_rst);
	tcase_add_test(tc, eof_ends_silent_not_hold);
	tcase_add_test(tc, peer_reset_is_logged);
	tcase_add_test(tc, slow_takes_its_time);
	tcase_add_test(tc, wait_takes_its_time);
	tcase_add_test(tc, trickle_goes_on);
	tcase_add_test(tc, endless_goes_on);
	tcase_add_test(tc, deaf_and_noaccept_do_not_read);
	tcase_add_test(tc, loop_without_waits_starves_nobody);
	tcase_add_test(tc, echo_of_much);
	tcase_add_test(tc, closed_refuses);
	tcase_add_test(tc, closed_keeps_its_port);
	tcase_add_test(tc, closed_datagram_port);
	tcase_add_test(tc, full_does_not_answer);
	tcase_add_test(tc, full_unix_gives_eagain);
	tcase_add_test(tc, refuse_after);
	tcase_add_test(tc, acts_by_number);
	tcase_add_test(tc, many_at_once);
	tcase_add_test(tc, address_of_choice);
	tcase_add_loop_test(tc, datagram, 0,
	    sizeof(datagrams) / sizeof(*datagrams));
	tcase_add_test(tc, reply_from_other_port);
	tcase_add_test(tc, unix_datagram);
	tcase_add_loop_test(tc, bad_script, 0,
	    sizeof(bad_scripts) / sizeof(*bad_scripts));
	tcase_add_test(tc, end_of_input_ends_it);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(fake_suite());
	int failed;

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
