/* SPDX-License-Identifier: ISC */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int
fd_above_standard(int fd)
{
	int above, err;

	if (fd == -1 || fd > STDERR_FILENO)
		return fd;
	above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	/* Of a number beyond the limit the kernel says that it is invalid. */
	err = errno == EINVAL ? EMFILE : errno;
	(void)close(fd);
	errno = err;
	return above;
}

/* What it was before it was raised, unless rlim_max is 0: it was not. */
static struct rlimit limit_before;

int64_t
fd_raise_limit(void)
{
	struct rlimit limit;

	/* Cannot fail: the limit exists on every Linux. */
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < limit.rlim_max) {
		const struct rlimit before = limit;

		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
			return (int64_t)before.rlim_cur;
		limit_before = before;
	}
	return (int64_t)limit.rlim_cur;
}

void
fd_restore_limit(pid_t pid)
{
	if (limit_before.rlim_max > 0)
		(void)prlimit(pid, RLIMIT_NOFILE, &limit_before, NULL);
}

bool
fd_exhausted(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return true;
	(void)close(fd);
	return false;
}
