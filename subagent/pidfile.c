/* SPDX-License-Identifier: ISC */
#include "pidfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "fd.h"
#include "outfile.h"

#define LINE_SIZE 32

static size_t own(char *);

const char *
pidfile_write(const char *path)
{
	char line[LINE_SIZE];
	size_t len = own(line);
	struct outfile f;
	const char *why = outfile_open(&f, path);

	if (why != NULL)
		return why;
	outfile_write(&f, line, len);
	return outfile_commit(&f);
}

void
pidfile_remove(const char *path)
{
	char line[LINE_SIZE], found[LINE_SIZE];
	size_t len = own(line);
	int fd = fd_above_standard(open(path,
	    O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	ssize_t n;

	if (fd == -1)
		return;
	n = read(fd, found, sizeof(found));
	(void)close(fd);
	if (n == (ssize_t)len && memcmp(line, found, len) == 0)
		(void)unlink(path);
}

static size_t
own(char *line)
{
	return (size_t)snprintf(line, LINE_SIZE, "%ld\n", (long)getpid());
}
