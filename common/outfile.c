/* SPDX-License-Identifier: ISC */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arbitrary.h"
#include "fd.h"
#include "text.h"
#include "xalloc.h"

/* Names of temporary files that are tried. */
#define TRIES 100

static const char *find_target(struct outfile *, const char *, struct stat *);
static bool open_temporary(struct outfile *);
static int sync_directory(const char *);
static void end(struct outfile *);

const char *
outfile_open(struct outfile *f, const char *path)
{
	struct stat old = { 0 };
	const char *why;

	*f = (struct outfile){ .fd = -1 };
	why = find_target(f, path, &old);
	if (why == NULL && !open_temporary(f))
		why = strerror(errno);
	if (why == NULL && old.st_mode != 0 &&
	    fchmod(f->fd, old.st_mode & 0777) == -1)
		why = strerror(errno);
	if (why != NULL)
		outfile_abandon(f);
	return why;
}

void
outfile_write(struct outfile *f, const char *bytes, size_t n)
{
	while (n > 0 && f->err == 0) {
		ssize_t written = write(f->fd, bytes, n);

		if (written >= 0) {
			bytes += written;
			n -= (size_t)written;
		} else if (errno != EINTR) {
			f->err = errno;
		}
	}
}

const char *
outfile_commit(struct outfile *f)
{
	int err = f->err;

	if (err == 0 && fsync(f->fd) == -1)
		err = errno;
	if (close(f->fd) == -1 && err == 0)
		err = errno;
	f->fd = -1;
	if (err == 0 && rename(f->temporary, f->path) == -1)
		err = errno;
	if (err != 0)
		(void)unlink(f->temporary);
	else
		err = sync_directory(f->path);
	end(f);
	return err != 0 ? strerror(err) : NULL;
}

void
outfile_abandon(struct outfile *f)
{
	if (f->fd != -1 && f->temporary != NULL) {
		(void)close(f->fd);
		(void)unlink(f->temporary);
	}
	end(f);
}

/*
 * What is there may be a link, which stays, and then what it leads to is
 * replaced.  A device or a pipe is not: rename(2) would put a file in its place.
 */
static const char *
find_target(struct outfile *f, const char *path, struct stat *old)
{
	struct stat link;
	size_t len = strlen(path);

	if (len == 0 || path[len - 1] == '/')
		return strerror(len == 0 ? ENOENT : EISDIR);
	if (stat(path, old) == 0) {
		if (S_ISDIR(old->st_mode))
			return strerror(EISDIR);
		if (!S_ISREG(old->st_mode))
			return "not a regular file";
		f->path = realpath(path, NULL);
		return f->path == NULL ? strerror(errno) : NULL;
	}
	if (errno != ENOENT)
		return strerror(errno);
	if (lstat(path, &link) == 0)
		return "a symbolic link that leads nowhere";
	f->path = xstrdup(path);
	return NULL;
}

/*
 * In the same directory, since rename(2) works in one file system only.  The
 * name is short, however long that of the file is.
 */
static bool
open_temporary(struct outfile *f)
{
	const char *slash = strrchr(f->path, '/');
	size_t dir = slash != NULL ? (size_t)(slash - f->path) + 1 : 0;
	struct text t;
	int i;

	text_init(&t, PATH_MAX);
	text_put(&t, f->path, dir);
	for (i = 0; i < TRIES && f->fd == -1; i++) {
		text_truncate(&t, dir);
		text_printf(&t, ".portstate.%016" PRIx64, arbitrary_number());
		f->fd = fd_above_standard(open(t.data,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
		if (f->fd == -1 && errno != EEXIST)
			break;
	}
	f->temporary = t.data;
	return f->fd != -1;
}

/*
 * Returns 0 or an errno.  Who may write to a directory may not be allowed to open
 * it, and not every file system has what to do.
 */
static int
sync_directory(const char *path)
{
	char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');
	int fd, err = 0;

	if (slash != NULL)
		slash[slash == dir ? 1 : 0] = '\0';
	fd = fd_above_standard(open(slash != NULL ? dir : ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd != -1) {
		if (fsync(fd) == -1 && errno != EINVAL)
			err = errno;
		(void)close(fd);
	}
	free(dir);
	return err;
}

static void
end(struct outfile *f)
{
	free(f->path);
	free(f->temporary);
	*f = (struct outfile){ .fd = -1 };
}
