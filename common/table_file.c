/* SPDX-License-Identifier: ISC */
#include "table_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "table_layout.h"
#include "xalloc.h"

/* For everybody who may reach it. */
#define MODE 0644

/* How often a name may change hands while we look. */
#define TURNS 100

#define KEPT_MAX 1000

static int open_memory(void);
static int open_file(const char *, int);
static bool take(int, struct text *);
static int begin_in_memory(const struct table_head *);
static char *beside(const char *, const char *);
static bool fill(int, const struct table_head *);
static void sync_directory(const char *);

int
table_file_lock(const char *file, struct text *words)
{
	struct stat st;
	unsigned turn;
	int fd = -1;

	if (file == NULL) {
		fd = open_memory();
		if (fd == -1)
			text_puts(words, strerror(errno));
		return fd;
	}
	for (turn = 0; turn < TURNS; turn++) {
		fd = open_file(file, O_CREAT);
		if (fd == -1) {
			text_puts(words, strerror(errno));
			return -1;
		}
		if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
			text_puts(words, "is not a regular file");
			break;
		}
		if (!take(fd, words))
			break;
		if (table_file_named(fd, file))
			return fd;
		(void)close(fd);
	}
	if (turn == TURNS)
		text_puts(words, "is replaced all the time");
	else
		(void)close(fd);
	return -1;
}

bool
table_file_named(int fd, const char *file)
{
	struct stat ours, named;

	return file == NULL ||
	    (fstat(fd, &ours) == 0 && lstat(file, &named) == 0 &&
		ours.st_dev == named.st_dev && ours.st_ino == named.st_ino);
}

bool
table_file_keep(const char *file, struct text *words)
{
	char suffix[sizeof(".bad-1000")];
	unsigned n;

	for (n = 1; n < KEPT_MAX; n++) {
		struct text name;
		char *kept;
		int failed;

		text_init(&name, sizeof(suffix));
		text_printf(&name, ".bad-%u", n);
		kept = beside(file, name.data);
		text_free(&name);
		failed = link(file, kept);
		if (failed == 0)
			text_printf(words, "kept as %s\n", kept);
		free(kept);
		if (failed == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	text_printf(words, "cannot be kept under another name: %s\n",
	    strerror(errno));
	return false;
}

int
table_file_begin(const char *file, const struct table_head *h)
{
	char *name;
	int fd, err;

	if (file == NULL)
		return begin_in_memory(h);
	name = beside(file, ".new");
	/* Of one that was left behind, the space may be needed. */
	(void)unlink(name);
	fd = open_file(name, O_CREAT | O_EXCL);
	if (fd != -1 && !fill(fd, h)) {
		err = errno;
		table_file_abandon(fd, file);
		errno = err;
		fd = -1;
	}
	free(name);
	return fd;
}

bool
table_file_end(int fd, const char *file)
{
	char *name;
	bool done;

	if (file == NULL)
		return true;
	name = beside(file, ".new");
	done = fsync(fd) == 0 && rename(name, file) == 0;
	if (done)
		sync_directory(file);
	free(name);
	return done;
}

void
table_file_abandon(int fd, const char *file)
{
	char *name = file != NULL ? beside(file, ".new") : NULL;

	if (name != NULL)
		(void)unlink(name);
	(void)close(fd);
	free(name);
}

static int
open_memory(void)
{
	return fd_above_standard(memfd_create("port table", MFD_CLOEXEC));
}

static int
open_file(const char *name, int flags)
{
	flags |= O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	return fd_above_standard(open(name, flags, MODE));
}

/* The lock of an open file; who has it is told by the table in it. */
static bool
take(int fd, struct text *words)
{
	struct table_head h;
	struct table_live l;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK) {
		text_printf(words, "cannot be locked: %s", strerror(errno));
		return false;
	}
	text_puts(words, "is in use by another daemon");
	if (table_pread(fd, &h, sizeof(h), 0) && table_head_wrong(&h) == NULL &&
	    table_pread(fd, &l, sizeof(l), TABLE_LIVE_AT) &&
	    table_live_right(&l, &h) && l.pid != 0)
		text_printf(words, ", process %u", l.pid);
	return false;
}

/* As large as it has to be; it takes what is written. */
static int
begin_in_memory(const struct table_head *h)
{
	int fd = open_memory(), err;

	if (fd == -1 ||
	    (ftruncate(fd, table_size(h)) == 0 &&
		table_pwrite(fd, h, sizeof(*h), 0)))
		return fd;
	err = errno;
	(void)close(fd);
	errno = err;
	return -1;
}

static char *
beside(const char *file, const char *suffix)
{
	size_t len = strlen(file), more = strlen(suffix);
	char *name = xmalloc(len + more + 1);

	memcpy(name, file, len);
	memcpy(name + len, suffix, more + 1);
	return name;
}

static bool
fill(int fd, const struct table_head *h)
{
	int err;

	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		return false;
	err = posix_fallocate(fd, 0, table_size(h));
	if (err != 0) {
		errno = err;
		return false;
	}
	return table_pwrite(fd, h, sizeof(*h), 0);
}

/* So that the new name is there after a lost power; where that cannot be, the old
 * file is, which is a table too. */
static void
sync_directory(const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - file) + 1;
	char *directory = xmalloc(len + sizeof("."));
	int fd;

	memcpy(directory, file, len);
	memcpy(directory + len, ".", sizeof("."));
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(directory);
}
