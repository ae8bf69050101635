/* SPDX-License-Identifier: ISC */
/*
 * Where the parts of a port table are, their checks, and whether what is in them can
 * be: for its writer and its readers alike.  Nothing here changes a file.
 */
#ifndef TABLE_LAYOUT_H
#define TABLE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table_format.h"

/* The most of each that a table may say it has room for. */
#define TABLE_CAPACITY_MAX (UINT32_C(1) << 24)
#define TABLE_RING_MAX (UINT32_C(1) << 24)

/* Offsets in the file; index: from 1. */
int64_t table_record_at(uint32_t index);
int64_t table_event_at(const struct table_head *h, uint64_t number);
int64_t table_events_end(const struct table_head *h);
int64_t table_bits_at(const struct table_head *h, uint32_t part);
int64_t table_size(const struct table_head *h);

/* How many parts have the bits of n records. */
uint32_t table_bits_count(uint32_t n);

/* Set the check of a part, and of a record also that of its name. */
void table_seal_head(struct table_head *h);
void table_seal_live(struct table_live *l);
void table_seal_record(struct table_record *r);
void table_seal_event(struct table_event *e);
void table_seal_bits(struct table_bits *b);

/* NULL: it is the head of a table that we can read; or why not. */
const char *table_head_wrong(const struct table_head *h);

/*
 * Whether the check is right, each number in its range, and each string ended: a
 * part of which this is true can be trusted to be one.
 */
bool table_live_right(const struct table_live *l, const struct table_head *h);
bool table_record_right(const struct table_record *r, uint32_t index);
bool table_event_right(const struct table_event *e);
bool table_bits_right(const struct table_bits *b, uint32_t part,
    int64_t started_us);

/* Whether at least the name of a record is right. */
bool table_name_right(const struct table_record *r, uint32_t index);

/* Whether its index was given, and it is lost to whom. */
bool table_record_vacant(const struct table_record *r, uint32_t index);

/* A record of which nothing is known but whose it is. */
void table_record_new(struct table_record *r, uint32_t index, const char *name);
/* A vacant one. */
void table_record_vacate(struct table_record *r, uint32_t index);

/* The number of the first event that may still be there. */
uint64_t table_first_event(const struct table_head *h, uint64_t next);

/*
 * Reads or writes all of size bytes, going on after interruptions; errno is 0 when
 * the file ends too early.
 */
bool table_pread(int fd, void *to, size_t size, int64_t at);
bool table_pwrite(int fd, const void *from, size_t size, int64_t at);

#endif
