/* SPDX-License-Identifier: ISC */
/*
 * A file that is replaced as a whole: it is written beside the old one and takes
 * its place when it is complete, so that nobody reads half of it, and the old
 * one stays when something fails.  Of a process that is killed meanwhile, a file
 * in the same directory is left, whose name begins with ".portstate.".
 */
#ifndef OUTFILE_H
#define OUTFILE_H

#include <stddef.h>

struct outfile {
	char *path; /* of the file itself: links are followed */
	char *temporary;
	int fd;
	int err; /* the first that writing met; 0: none */
};

/*
 * NULL, or the reason as static text.  path names a regular file or one that is
 * not there yet, in a directory that is; the new one has the mode of the old,
 * or what umask(2) leaves of 0666.
 */
const char *outfile_open(struct outfile *f, const char *path);

/* What goes wrong is told by outfile_commit(). */
void outfile_write(struct outfile *f, const char *bytes, size_t n);

/*
 * Each ends it, and leaves nothing beside the file; one that was ended, or is
 * zeroed, may be abandoned.  outfile_commit() returns
 * NULL, when the file is there and on disk, its name as well as far as the
 * directory can be opened, or the reason.
 */
const char *outfile_commit(struct outfile *f);
void outfile_abandon(struct outfile *f);

#endif
