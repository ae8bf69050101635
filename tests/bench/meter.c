/* SPDX-License-Identifier: ISC */

/*
 * Runs a command the way a monitoring core starts its plugins (fork, exec, a
 * pipe read to its end, wait4) and says what that took.
 *
 *	meter SECONDS OUTPUT COMMAND [ARGUMENT ...]
 *
 * What the command says, on stdout and stderr, is in the file OUTPUT after the
 * clock was stopped.  Prints one line:
 *
 *	wall (us)  cpu (us, user and system)  most memory (KiB)  exit status
 *
 * The status is 128 + the signal that ended the command; after SECONDS that is
 * SIGKILL's, 137.  The memory is the kernel's ru_maxrss (it counts in steps of
 * up to 128 KiB for each processor).
 */

#define _GNU_SOURCE

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct output {
	char *text;
	size_t length, room;
};

static int64_t
now_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static int64_t
timeval_us(struct timeval tv)
{
	return tv.tv_sec * INT64_C(1000000) + tv.tv_usec;
}

/*
 * fork, not vfork: the child's ru_maxrss begins with what it had before exec,
 * which after fork is less than any program needs, after vfork all of ours.
 */
static pid_t
start(char *argv[], int *output_fd)
{
	pid_t pid;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		err(1, "pipe2");
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ||
		    dup2(fds[1], STDOUT_FILENO) == -1 ||
		    dup2(fds[1], STDERR_FILENO) == -1)
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	*output_fd = fds[0];
	return pid;
}

/* False if the deadline came first. */
static int
wait_until(int fd, int64_t deadline_us)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left_us = deadline_us - now_us();

	if (left_us < 0)
		left_us = 0;
	switch (poll(&pfd, 1, (left_us + 999) / 1000)) {
	case -1:
		err(1, "poll");
	case 0:
		return 0;
	default:
		return 1;
	}
}

/* False if the output did not end in time. */
static int
read_all(int fd, struct output *output, int64_t deadline_us)
{
	ssize_t n;

	while (wait_until(fd, deadline_us)) {
		if (output->room - output->length < 65536) {
			output->room = 2 * output->room + 131072;
			output->text = realloc(output->text, output->room);
			if (output->text == NULL)
				err(1, "realloc");
		}
		n = read(fd, output->text + output->length, 65536);
		if (n == -1)
			err(1, "read");
		if (n == 0)
			return 1;
		output->length += n;
	}
	return 0;
}

static void
save(const char *path, const struct output *output)
{
	FILE *file = fopen(path, "w");

	if (file == NULL ||
	    fwrite(output->text, 1, output->length, file) != output->length ||
	    fclose(file) != 0)
		err(1, "%s", path);
}

int
main(int argc, char *argv[])
{
	struct output output = { 0 };
	struct rusage usage;
	int64_t deadline_us, start_us, wall_us;
	long seconds = argc < 4 ? 0 : strtol(argv[1], NULL, 10);
	pid_t pid;
	int fd, pid_fd, status;

	if (seconds < 1 || seconds > 3600)
		errx(1, "usage: meter SECONDS OUTPUT COMMAND [ARGUMENT ...]");
	start_us = now_us();
	deadline_us = start_us + seconds * 1000000;
	pid = start(argv + 3, &fd);
	pid_fd = syscall(SYS_pidfd_open, pid, 0);
	if (pid_fd == -1)
		err(1, "pidfd_open");
	if (!read_all(fd, &output, deadline_us) ||
	    !wait_until(pid_fd, deadline_us))
		kill(pid, SIGKILL);
	if (wait4(pid, &status, 0, &usage) == -1)
		err(1, "wait4");
	wall_us = now_us() - start_us;
	save(argv[2], &output);
	printf("%jd %jd %ld %d\n", (intmax_t)wall_us,
	    (intmax_t)(timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime)),
	    usage.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	free(output.text);
	return 0;
}
