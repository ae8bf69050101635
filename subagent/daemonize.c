/* SPDX-License-Identifier: ISC */
#include "daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"

/* To who waits: one byte, the status to exit with. */
static int starter = -1;

static pid_t fork_told(void);
static _Noreturn void wait_for_status(int);
static bool tell(int);

/*
 * Who leads a session gets a terminal with the next one that is opened: so it is
 * another process that goes on.
 */
const char *
daemonize_begin(void)
{
	pid_t pid = fork_told();

	if (pid == 0) {
		(void)setsid();
		pid = fork();
	}
	if (pid > 0)
		_exit(EXIT_SUCCESS);
	return pid == -1 ? strerror(errno) : NULL;
}

const char *
daemonize_ready(void)
{
	int fd;

	if (starter == -1)
		return NULL;
	fd = fd_above_standard(open("/dev/null", O_RDWR | O_CLOEXEC));
	if (fd == -1)
		return strerror(errno);
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
	return tell(EXIT_SUCCESS) ? NULL : "who started it waits no longer";
}

void
daemonize_failed(int status)
{
	if (starter != -1)
		(void)tell(status);
}

/*
 * fork(2), whose parent does not return unless that failed.  To a socket one can
 * write without being killed by SIGPIPE.
 */
static pid_t
fork_told(void)
{
	int fds[2], err;
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	fds[0] = fd_above_standard(fds[0]);
	fds[1] = fd_above_standard(fds[1]);
	if (fds[0] != -1 && fds[1] != -1)
		pid = fork();
	err = errno;
	if (pid != 0 && fds[1] != -1)
		(void)close(fds[1]);
	if (pid > 0)
		wait_for_status(fds[0]);
	if (fds[0] != -1)
		(void)close(fds[0]);
	if (pid == 0)
		starter = fds[1];
	errno = err;
	return pid;
}

static _Noreturn void
wait_for_status(int fd)
{
	unsigned char status;
	ssize_t n;

	do
		n = read(fd, &status, 1);
	while (n == -1 && errno == EINTR);
	if (n == 1)
		_exit(status);
	(void)fprintf(stderr, "%s: ended before it was ready\n",
	    program_invocation_short_name);
	_exit(EXIT_FAILURE);
}

static bool
tell(int status)
{
	unsigned char byte = (unsigned char)status;
	bool told = send(starter, &byte, 1, MSG_NOSIGNAL) == 1;

	(void)close(starter);
	starter = -1;
	return told;
}
