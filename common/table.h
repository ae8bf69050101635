/* SPDX-License-Identifier: ISC */
/*
 * The port table as its one writer has it (table_format.h): portstated.
 *
 * What is told here is kept in memory until table_flush(), which writes it in an
 * order that survives a kill at any moment and a lost power:
 *
 *     1. the names of new indexes, and the events
 *     2. fdatasync(2), when there were any, or acknowledgements
 *     3. the records, without waiting for the disk, and the bits of what is enabled
 *     4. what readers are told of the whole: when indexes or events are new,
 *        and once a second
 *
 * So readers know an index, and the daemon may run what an event demands, only when
 * both are on disk.  A lost power costs what was not flushed, and what the records
 * said in the seconds before it (figures, not states: an event that a record lacks
 * is applied to it).
 *
 * A file that cannot be written, or was cut, removed or replaced, is said once in the
 * words that table_flush() gives; the table goes on in memory, and tries again: every
 * second what is there, or with a new file under the old name.  Events are kept as
 * far as the ring would have kept them, records while they are few (table.c).  The
 * file is never mapped: nobody who cuts it can kill us.
 *
 * All times are of the wall clock, in microseconds since 1970.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "table_format.h"
#include "text.h"

struct table;

struct table_conf {
	uint32_t capacity;   /* entries there should be room for at least; less
	                      * than 16 million */
	uint32_t ring;       /* events that are kept: a power of two */
	const char *program; /* "portstated 0.1.0" */
	int64_t now_us;
};

/*
 * Opens the table in a file, or makes it, and takes its lock.  What lacks is
 * repaired; what cannot be, or is no table of ours, gets a second name FILE.bad-N,
 * and a new table is begun.  Such things are said in words, a line each.
 * Returns NULL when it cannot be done: another daemon has it (with its pid), or the
 * system says no; words has the reason then.
 *
 * A table whose file is NULL is kept in memory alone: nobody reads it, nothing of it is
 * left, and all that is said here of the disk counts as done.
 */
struct table *table_open(const char *file, const struct table_conf *conf,
    struct text *words);

/* Writes what it can, says that the writer has ended, and gives up the lock. */
void table_close(struct table *t);

/*
 * The index of the entry of that name, 1 to 255 bytes: the one that it always had,
 * or the next that nobody had.  It is in the file after the next flush.
 */
uint32_t table_index(struct table *t, const char *name);

/* Indexes 1 to this have been given. */
uint32_t table_count(const struct table *t);

/*
 * What the record of an index says, or was last told to say.  When that cannot be
 * read it is false, and r that of an entry of which nothing is known.
 */
bool table_read(struct table *t, uint32_t index, struct table_record *r);

/*
 * Takes a record over the one of its index; index and name are filled in.  Every
 * string has NULs to its end.
 */
void table_write(struct table *t, uint32_t index, const struct table_record *r);

/*
 * Clears TABLE_ENABLED in all records but those of the indexes that are kept:
 * kept[index - 1], one for each of table_count().  Returns in how many.
 */
uint32_t table_retire(struct table *t, const bool *kept);

/*
 * Appends an event, whose number and name are filled in, and returns its number; its
 * reason has NULs to its end.
 * The record that says the same is to be written afterwards, with that number as its
 * last_event.
 */
uint64_t table_event(struct table *t, const struct table_event *e);

/*
 * The daemon has done what this event demands: it will not be asked for again by
 * this daemon, and after the next flush by none.  In any order.
 */
void table_done(struct table *t, uint64_t number);

/* The same of all events until now: for a daemon that has nothing to do for them. */
void table_done_all(struct table *t);

/*
 * The first event from *from that is not done; sets *from to the number after it.
 * Those that were overwritten before are left out, and counted in the table (missed).
 */
bool table_undone(struct table *t, uint64_t *from, struct table_event *e);

/* What readers are told of the whole. */
void table_tell(struct table *t, const struct table_totals *totals);

/*
 * Writes what there is to write; to be called a few times a second, and before what
 * an event demands is done: it may wait for the disk.  Returns whether all that was
 * told is in the file, and events on disk; when that begins to be false, or to be true
 * again, words says so.  An alarm is better given when it is false, too, and after a
 * restart perhaps again.
 */
bool table_flush(struct table *t, int64_t now_us, struct text *words);

/* What readers see of the whole, as far as it was written. */
const struct table_live *table_live(const struct table *t);

#endif
