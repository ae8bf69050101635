/* SPDX-License-Identifier: ISC */
/*
 * A file with the number of the process, for who starts and stops it by that.  It
 * is no lock: that is the port table's.
 */
#ifndef PIDFILE_H
#define PIDFILE_H

/*
 * Puts our number there, in place of what a process that was killed has left.
 * Returns NULL or the reason as static text.
 */
const char *pidfile_write(const char *path);

/* Removes it, unless another process has put its own number there. */
void pidfile_remove(const char *path);

#endif
