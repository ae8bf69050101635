/* SPDX-License-Identifier: ISC */
/*
 * The file of a port table under its name: its lock, and how a new one takes its
 * place.
 *
 * The lock is one of the file, and the file of that name is always one that the
 * writer has locked: a new one is made beside it as FILE.new, locked, filled and
 * renamed over it while the lock of the old one is held.  Who opens FILE and gets its
 * lock looks whether it still has that name, and otherwise opens it again.  So nobody
 * writes beside another, nor to FILE.new.
 *
 * Where file is NULL, there is no name: the table is in memory (memfd_create(2)), and
 * nobody else has it.
 */
#ifndef TABLE_FILE_H
#define TABLE_FILE_H

#include <stdbool.h>

#include "table_format.h"
#include "text.h"

/*
 * Opens the file, which is made when it is not there, and locks it: its descriptor,
 * or -1 with the reason in words.
 */
int table_file_lock(const char *file, struct text *words);

/* Whether the open file has that name. */
bool table_file_named(int fd, const char *file);

/*
 * Gives the file FILE.bad-N for a second name, so that it outlives a new one, and
 * says so in words, or why it could not be done.  file is not NULL.
 */
bool table_file_keep(const char *file, struct text *words);

/*
 * Makes FILE.new with that head and room for all of it, locked; table_file_end() puts
 * it on disk under the name of FILE, and table_file_abandon() removes it, with its
 * descriptor.  -1 or false: errno says why.
 */
int table_file_begin(const char *file, const struct table_head *h);
bool table_file_end(int fd, const char *file);
void table_file_abandon(int fd, const char *file);

#endif
