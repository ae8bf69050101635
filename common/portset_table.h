/* SPDX-License-Identifier: ISC */
/*
 * A port table, a file, as a set of ports that are told already (portset_told.h).
 */
#ifndef PORTSET_TABLE_H
#define PORTSET_TABLE_H

#include "hostlist.h"
#include "portset.h"
#include "table_format.h"

/* What is meant of a table; each of its names has to be there. */
struct portset_selection {
	const struct hostlist *hosts; /* without any: all */
	const char *const *portsets;
	size_t n_portsets; /* 0: all, and what is in none */
	int64_t until_us;  /* of CLOCK_MONOTONIC: no longer */
};

struct portset_table;

/*
 * Adds to an empty set the enabled entries of a table that are meant, in the order of
 * their indexes; they borrow from what is returned.  NULL: *error says in one line why
 * the table cannot speak: it is missing, damaged or stale, or nothing in it is meant.
 * wall_us: now.
 *
 * Worth UNKNOWN are an entry that was not probed yet, one whose last probe is more than
 * three of its intervals and timeouts ago, and, under a name of its own if need be, a record that
 * cannot be read: whether it is meant cannot be known either.
 */
struct portset_table *portset_table_read(const char *file,
    const struct portset_selection *sel, int64_t wall_us, struct portset *set,
    struct text *error);

/* After the set. */
void portset_table_free(struct portset_table *t);

/* What the writer told of the whole. */
const struct table_live *portset_table_live(const struct portset_table *t);

#endif
