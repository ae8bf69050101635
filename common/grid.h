/* SPDX-License-Identifier: ISC */
/*
 * The entries of a set as a table of hosts and ports, of a size that people can
 * look at.
 *
 * Entries of the same port name and protocol are in one row or column, whatever
 * hosts and lists they are from.  Of many ports only those are in the table of
 * which something is open, or not as it should be.
 */
#ifndef GRID_H
#define GRID_H

#include "portset.h"
#include "portset_policy.h"

/* Of more ports than this, not all are of interest. */
#define GRID_PORTS 60
/* So many ports are rows at the most, whatever they are. */
#define GRID_ROWS 1000

struct grid {
	const struct portset *set;
	bool ports_down; /* ports are the rows, hosts the columns */
	/* Of hosts the index, of ports that of an entry; in the set's order. */
	uint32_t *rows;
	uint32_t *columns;
	size_t n_rows;
	size_t n_columns;
	uint32_t *cells; /* indices of entries, by row, then by column */
	size_t n;
	/* What is not in the table: ports, and of the entries of these ... */
	size_t left_out;
	size_t states[PORT_OPEN_FILTERED + 1]; /* how many by port state */
	size_t bad; /* how many are not OK by themselves */
	/* Where a host, and the port of an entry, are. */
	uint32_t *host_rank;
	uint32_t *port_of;
	uint32_t *port_rank;
};

/* The set was summarized.  Takes time and memory in proportion to it. */
void grid_init(struct grid *g, const struct portset *s,
    const struct portset_policy *p);
void grid_free(struct grid *g);

/*
 * How many entries from g->cells[at] on are in that cell; at is behind the cell
 * before it, and 0 for the first.
 */
size_t grid_count(const struct grid *g, size_t at, size_t row, size_t column);

#endif
