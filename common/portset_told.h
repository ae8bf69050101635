/* SPDX-License-Identifier: ISC */
/*
 * Records of a port table as a set of ports that are told already: what portstated
 * decided of each, for the same reports and policies as a run.
 *
 * Records are somebody else's bytes, whoever brought them.  Their names and reasons,
 * which portstated has escaped, are taken apart and escaped anew, and come out as they
 * were.
 */
#ifndef PORTSET_TOLD_H
#define PORTSET_TOLD_H

#include "portset.h"
#include "table_format.h"

struct portset_told;

/* Fills the set, which is empty and borrows from what is returned. */
struct portset_told *portset_told_new(struct portset *set);

/* After the set. */
void portset_told_free(struct portset_told *p);

/*
 * Adds an entry.  old_us: its last probe is so long ago that it tells nothing, and the
 * entry is worth UNKNOWN; 0: it does.
 */
void portset_told_add(struct portset_told *p, const struct table_record *r,
    int64_t old_us);

/* One of that name, of which nothing is known, for a reason: worth UNKNOWN. */
void portset_told_add_unknown(struct portset_told *p,
    const struct table_record *r, const char *why);

/* All are added: their hosts get addresses. */
void portset_told_end(struct portset_told *p);

/* Whether an entry of that host was added. */
bool portset_told_has(const struct portset_told *p, const char *host);

/* The host in the name of an entry; empty: there is none. */
void portset_told_host(char host[TABLE_NAME_SIZE], const char *name);

/* Appends a time that has passed: "0.4 s", "5 min". */
void portset_told_age(struct text *t, int64_t us);

#endif
