/* SPDX-License-Identifier: ISC */
/*
 * Whether somebody listens, and that waiting ends when somebody does.  Waits have far
 * deadlines: one that is not ended by what it waits for is a test that takes too long.
 */
#include "snmp_socket.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

static char top[] = "/tmp/test_snmp_socket.XXXXXX";
static char directory[64], path[80], place[96];
static int never[2]; /* a pipe: nothing comes */

static void
begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(top));
	(void)snprintf(directory, sizeof(directory), "%s/dir", top);
	(void)snprintf(path, sizeof(path), "%s/master", directory);
	(void)snprintf(place, sizeof(place), "unix:%s", path);
	ck_assert_int_eq(pipe(never), 0);
}

static void
end(void)
{
	(void)unlink(path);
	(void)rmdir(directory);
	(void)rmdir(top);
}

static int
listen_unix(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	(void)unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

static void
expect_no(struct snmp_socket *s, int err)
{
	const char *why = NULL;

	ck_assert(!snmp_socket_try(s, &why));
	ck_assert_str_eq(why, strerror(err));
}

static void
expect_yes(struct snmp_socket *s)
{
	const char *why = "";

	ck_assert(snmp_socket_try(s, &why));
	ck_assert_ptr_null(why);
}

/* As who waits for a master does. */
static void
expect_soon(struct snmp_socket *s)
{
	const char *why;

	while (!snmp_socket_try(s, &why))
		snmp_socket_wait(s, never[0], CLOCK_NEVER);
}

/* Does something a little later, while the test waits. */
static pid_t
later(void (*what)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)usleep(50000);
		what();
		(void)pause();
	}
	return pid;
}

static void
forget(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void
appear(void)
{
	(void)mkdir(directory, 0755);
	(void)listen_unix();
}

START_TEST(places)
{
	static const char *const right[] = { "unix:/a", "/a",
		"unix:/var/agentx/master", "tcp:127.0.0.1:705",
		"tcp:0.0.0.0:65535" };
	static const char *const wrong[] = { "", "unix:", "unix:a", "a",
		"unix:@a", "@a", "tcp:", "tcp:705", "tcp::705", "tcp:127.0.0.1",
		"tcp:127.0.0.1:", "tcp:127.0.0.1:0", "tcp:127.0.0.1:65536",
		"tcp:127.0.0.1:70a", "tcp:localhost:705", "tcp:1.2.3:705",
		"tcp6:[::1]:705", "tcp:[::1]:705", "udp:127.0.0.1:705",
		"TCP:127.0.0.1:705", "tcp:127.0.0.1:705 " };
	char longest[120];
	size_t i;

	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		ck_assert_msg(snmp_socket_check(right[i]) == NULL, "%s",
		    right[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(snmp_socket_check(wrong[i]) != NULL, "%s",
		    wrong[i]);
	memset(longest, '/', sizeof(longest));
	longest[107] = '\0';
	ck_assert_ptr_null(snmp_socket_check(longest));
	longest[107] = '/';
	longest[108] = '\0';
	ck_assert_ptr_nonnull(snmp_socket_check(longest));
}
END_TEST

START_TEST(a_path)
{
	struct snmp_socket *s = snmp_socket_new(place);
	int fd;

	ck_assert_int_eq(mkdir(directory, 0755), 0);
	expect_no(s, ENOENT);
	fd = listen_unix();
	expect_yes(s);
	expect_yes(s);
	(void)close(fd);
	expect_no(s, ECONNREFUSED);
	(void)unlink(path);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	(void)close(fd);
	expect_no(s, ECONNREFUSED);
	snmp_socket_free(s);
	snmp_socket_free(NULL);
}
END_TEST

START_TEST(it_comes_later)
{
	struct snmp_socket *s = snmp_socket_new(path);
	pid_t pid;

	/* With its directory. */
	expect_no(s, ENOENT);
	pid = later(appear);
	expect_soon(s);
	forget(pid);
	/* Its process was killed; in the same one. */
	expect_no(s, ECONNREFUSED);
	pid = later(appear);
	expect_soon(s);
	forget(pid);
	/* In another one of that name. */
	(void)unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
	expect_no(s, ENOENT);
	pid = later(appear);
	expect_soon(s);
	forget(pid);
	snmp_socket_free(s);
}
END_TEST

START_TEST(the_directory_is_moved)
{
	struct snmp_socket *s = snmp_socket_new(path);
	char old[80];
	pid_t pid;

	(void)snprintf(old, sizeof(old), "%s/old", top);
	ck_assert_int_eq(mkdir(directory, 0755), 0);
	expect_no(s, ENOENT);
	ck_assert_int_eq(rename(directory, old), 0);
	pid = later(appear);
	expect_soon(s);
	forget(pid);
	(void)rmdir(old);
	snmp_socket_free(s);
}
END_TEST

/* What the caller waits for, or a time, ends it, too. */
START_TEST(others)
{
	struct snmp_socket *s = snmp_socket_new(path);
	int64_t now_us = clock_now_us();

	snmp_socket_wait(s, never[0], now_us - 1);
	snmp_socket_wait(s, never[0], now_us + CLOCK_MILLISECOND);
	ck_assert_int_ge(clock_now_us(), now_us + CLOCK_MILLISECOND);
	ck_assert_int_eq(write(never[1], "", 1), 1);
	snmp_socket_wait(s, never[0], CLOCK_NEVER);
	snmp_socket_free(s);
}
END_TEST

START_TEST(not_permitted)
{
	struct snmp_socket *s;
	int fd;

	if (geteuid() == 0)
		ck_assert_int_eq(chmod(top, 0755), 0);
	ck_assert_int_eq(mkdir(directory, 0755), 0);
	fd = listen_unix();
	ck_assert_int_eq(chmod(path, 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	s = snmp_socket_new(path);
	expect_no(s, EACCES);
	snmp_socket_wait(s, never[0], 0);
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(chmod(path, 0777), 0);
	expect_soon(s);
	snmp_socket_free(s);
	(void)close(fd);
}
END_TEST

START_TEST(by_tcp)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(to);
	struct snmp_socket *s;

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&to, &len), 0);
	(void)snprintf(place, sizeof(place), "tcp:127.0.0.1:%u",
	    (unsigned)ntohs(to.sin_port));
	s = snmp_socket_new(place);
	expect_no(s, ECONNREFUSED);
	snmp_socket_wait(s, never[0], CLOCK_NEVER);
	ck_assert_int_eq(listen(fd, 5), 0);
	expect_yes(s);
	snmp_socket_free(s);
	(void)close(fd);
}
END_TEST

/* A queue that is full says so at once. */
START_TEST(a_full_queue)
{
	struct snmp_socket *s = snmp_socket_new(path);
	const char *why;
	unsigned i;
	int fd;

	ck_assert_int_eq(mkdir(directory, 0755), 0);
	fd = listen_unix();
	for (i = 0; i < 100 && snmp_socket_try(s, &why); i++)
		;
	ck_assert_uint_lt(i, 100);
	ck_assert_str_eq(why, strerror(EAGAIN));
	snmp_socket_free(s);
	(void)close(fd);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("snmp_socket");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, places);
	tcase_add_test(tc, a_path);
	tcase_add_test(tc, it_comes_later);
	tcase_add_test(tc, the_directory_is_moved);
	tcase_add_test(tc, others);
	tcase_add_test(tc, not_permitted);
	tcase_add_test(tc, by_tcp);
	tcase_add_test(tc, a_full_queue);
	return unit_run("snmp_socket", tc);
}
