/* SPDX-License-Identifier: ISC */
/*
 * The port table as everybody but portstated has it: read with pread(2), while it is
 * written, grown, replaced, cut or damaged by whoever it is.
 *
 * A part that is not right is read again, for some milliseconds at most between two
 * refreshes; then it is busy, when it changes, or damaged.  What is given has been
 * checked: each number is in its range, each string ended (table_layout.h); it is
 * still text that others wrote, and reaches people through text_escape().
 */
#ifndef TABLE_READER_H
#define TABLE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "table_format.h"

struct table_reader;

enum table_answer {
	TABLE_OK,
	TABLE_NONE,    /* there is no such thing, or nothing more */
	TABLE_BUSY,    /* it is being written: ask again soon */
	TABLE_DAMAGED, /* it, or the whole table */
	TABLE_MISSING, /* no table can be opened */
};

/* Opens nothing yet: table_reader_refresh() does. */
struct table_reader *table_reader_open(const char *file);
void table_reader_close(struct table_reader *r);

/*
 * Reads what is told of the whole; opens the file when it is not open, or was replaced,
 * or looks as if nobody wrote it any more and another has its name.  Without a table,
 * that of before is closed.  To be called once for each question of somebody.
 */
enum table_answer table_reader_refresh(struct table_reader *r, int64_t wall_us);

/* Why the last refresh was not TABLE_OK, or NULL. */
const char *table_reader_why(const struct table_reader *r);

/* As of the last refresh that was TABLE_OK; NULL: there was none, or a worse after. */
const struct table_head *table_reader_head(const struct table_reader *r);
const struct table_live *table_reader_live(const struct table_reader *r);

/* Whether the daemon is late with saying that it lives. */
bool table_reader_stale(const struct table_reader *r, int64_t wall_us);

/*
 * All of these are of the table of the last refresh.  Records that are asked for in turn
 * are read ahead, none before that refresh.
 */

enum table_answer table_reader_record(struct table_reader *r, uint32_t index,
    struct table_record *out);

/* By an index of names in memory, which is made when this is first asked. */
enum table_answer table_reader_find(struct table_reader *r, const char *name,
    struct table_record *out);

/*
 * The first record of an index above *index, which is set to its own; 0 to begin with.
 * One that is busy or damaged is told so with its index, and the next call goes on after
 * it.
 */
enum table_answer table_reader_next(struct table_reader *r, uint32_t *index,
    struct table_record *out);

/*
 * Which records the configuration has: a bit for each index from 1 to n_records, the
 * lowest of words[0] first, in as many words as that takes.  100,000 are 13 KiB that
 * are read; of what lacks there, the records, which are not checked.  A bit may be set
 * of one that is gone, and of one that cannot be read.
 */
void table_reader_enabled(struct table_reader *r, uint64_t *words);

/*
 * The next event whose number is not below *cursor, which is set to the number after
 * it; 1 to begin with the oldest.  *lost grows by how many numbers were left out, which
 * is exact: they were overwritten before they were read, or damaged.  A cursor beyond
 * the end is one of another table, and begins anew; so should whoever keeps one when
 * born_us has changed.
 */
enum table_answer table_reader_event(struct table_reader *r, uint64_t *cursor,
    struct table_event *out, uint64_t *lost);

#endif
