/* SPDX-License-Identifier: ISC */
/*
 * File descriptors that keep clear of the three standard ones.
 */
#ifndef FD_H
#define FD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Who starts us with a closed stdout shall not find our line in a socket:
 * returns fd, or when it is 0 to 2 a duplicate above, in its place and with
 * FD_CLOEXEC.  -1 stays -1, with errno kept.
 */
int fd_above_standard(int fd);

/*
 * Raises the soft limit of descriptors to the hard one (getrlimit(2)) and
 * returns it.
 */
int64_t fd_raise_limit(void);

/*
 * Sets the limits of a child back to what they were before that: programs that
 * close all that there may be, up to the limit, have to do so as often.
 */
void fd_restore_limit(pid_t pid);

/*
 * Whether there is no descriptor left, which some libraries report as
 * something else.  errno says why.
 */
bool fd_exhausted(void);

#endif
