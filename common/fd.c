/* SPDX-License-Identifier: ISC */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
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
