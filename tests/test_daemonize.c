/* SPDX-License-Identifier: ISC */
/*
 * Real daemons, each of which says over a socket what it is and ends then.
 */
#include "daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

/* What a daemon tells of itself. */
struct self {
	pid_t pid, session;
	ino_t directory;
	char why[64]; /* of daemonize_ready() */
	bool null[3]; /* a standard descriptor is /dev/null */
};

enum play {
	READY,
	FAILED,
	KILLED,
	ABANDONED,
};

static int told[2];   /* a daemon's end is the second */
static int errors[2]; /* its standard error, and that of who starts it */

/* Whom a daemon leaves, and the daemon, become children of the test. */
static void
setup(void)
{
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     told),
	    0);
	ck_assert_int_eq(pipe2(errors, O_CLOEXEC), 0);
}

static void
teardown(void)
{
	close(told[0]);
	close(told[1]);
	close(errors[0]);
	close(errors[1]);
	while (wait(NULL) != -1)
		;
}

static bool
is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 &&
	    S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev;
}

static void
tell(const char *why)
{
	struct self self = { .pid = getpid(), .session = getsid(0) };
	struct stat st;
	int fd;

	if (why != NULL)
		(void)snprintf(self.why, sizeof(self.why), "%s", why);
	(void)stat(".", &st);
	self.directory = st.st_ino;
	for (fd = 0; fd < 3; fd++)
		self.null[fd] = is_null(fd);
	(void)!write(told[1], &self, sizeof(self));
}

/* Never returns. */
static void
play(enum play what)
{
	const char *why;
	char byte;

	/* It ends when the test does. */
	close(told[0]);
	close(errors[0]);
	(void)dup2(errors[1], STDERR_FILENO);
	why = daemonize_begin();
	if (why != NULL) {
		dprintf(STDERR_FILENO, "%s", why);
		daemonize_failed(1);
		_exit(1);
	}
	switch (what) {
	case READY:
		break;
	case FAILED:
		dprintf(STDERR_FILENO, "x.yaml:1: no hosts\n");
		daemonize_failed(2);
		tell("failed");
		_exit(2);
	case KILLED:
		(void)kill(getpid(), SIGKILL);
		break;
	case ABANDONED:
		tell("not ready yet");
		(void)!read(told[1], &byte, 1);
	}
	tell(daemonize_ready());
	_exit(0);
}

static pid_t
start(enum play what)
{
	pid_t pid = fork();

	if (pid == 0)
		play(what);
	ck_assert_int_gt(pid, 0);
	return pid;
}

static int
ended(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static struct self
listen_to(void)
{
	struct self self;

	ck_assert_int_eq(read(told[0], &self, sizeof(self)), sizeof(self));
	return self;
}

/* What was said until all who could say something have ended. */
static const char *
said(void)
{
	static char bytes[256];
	size_t len = 0;
	ssize_t n;

	close(errors[1]);
	errors[1] = -1;
	while ((n = read(errors[0], bytes + len, sizeof(bytes) - 1 - len)) > 0)
		len += (size_t)n;
	bytes[len] = '\0';
	return bytes;
}

START_TEST(ready)
{
	pid_t pid = start(READY);
	struct self self = listen_to();
	struct stat st;

	ck_assert_int_eq(ended(pid), 0);
	ck_assert_str_eq(self.why, "");
	ck_assert_int_ne(self.pid, pid);
	ck_assert_int_ne(self.session, self.pid);
	ck_assert_int_ne(self.session, getsid(0));
	ck_assert(self.null[0] && self.null[1] && self.null[2]);
	ck_assert_int_eq(stat(".", &st), 0);
	ck_assert_uint_eq(self.directory, st.st_ino);
	ck_assert_str_eq(said(), "");
}
END_TEST

START_TEST(failed)
{
	ck_assert_int_eq(ended(start(FAILED)), 2);
	ck_assert_str_eq(said(), "x.yaml:1: no hosts\n");
}
END_TEST

START_TEST(killed)
{
	char want[64];

	(void)snprintf(want, sizeof(want), "%s: ended before it was ready\n",
	    program_invocation_short_name);
	ck_assert_int_eq(ended(start(KILLED)), 1);
	ck_assert_str_eq(said(), want);
}
END_TEST

/* Who started it does not want it any more: it hears of it. */
START_TEST(abandoned)
{
	pid_t pid = start(ABANDONED);
	struct self self = listen_to();

	ck_assert_str_eq(self.why, "not ready yet");
	(void)kill(pid, SIGKILL);
	ck_assert_int_eq(ended(pid), -SIGKILL);
	ck_assert_int_eq(write(told[0], "x", 1), 1);
	self = listen_to();
	ck_assert_str_eq(self.why, "who started it waits no longer");
}
END_TEST

START_TEST(no_descriptors)
{
	struct rlimit limit = { 3, 3 };
	pid_t pid = fork();

	if (pid == 0) {
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		play(READY);
	}
	ck_assert_int_eq(ended(pid), 1);
	ck_assert_str_eq(said(), strerror(EMFILE));
}
END_TEST

START_TEST(not_begun)
{
	ck_assert_ptr_null(daemonize_ready());
	daemonize_failed(1);
	ck_assert(!is_null(STDERR_FILENO) || is_null(STDOUT_FILENO));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("daemonize");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, ready);
	tcase_add_test(tc, failed);
	tcase_add_test(tc, killed);
	tcase_add_test(tc, abandoned);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, not_begun);
	return unit_run("daemonize", tc);
}
