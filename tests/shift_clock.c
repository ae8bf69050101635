/* SPDX-License-Identifier: ISC */
/*
 * A library to be preloaded: CLOCK_REALTIME is by so many seconds later as the file
 * $SHIFT_CLOCK says, which may change at any time.  CLOCK_MONOTONIC stays.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static time_t
shift_s(void)
{
	const char *path = getenv("SHIFT_CLOCK");
	char text[24] = "";
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd == -1)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return (time_t)strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	long ret = syscall(SYS_clock_gettime, clock, ts);

	if (ret == 0 && clock == CLOCK_REALTIME)
		ts->tv_sec += shift_s();
	return (int)ret;
}
