/* SPDX-License-Identifier: ISC */
#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "host_counts.h"
#include "index.h"
#include "xalloc.h"

#define NOWHERE UINT32_MAX

/* So many ports are columns even if there are few hosts, and no more hosts. */
#define ACROSS 10

/* A port, while the table is built. */
struct port_seen {
	uint32_t first; /* of its entries */
	bool of_interest;
	bool bad;
};

/* All of them. */
struct ports_seen {
	const struct portset *set;
	struct port_seen *ports;
	size_t n;
	size_t size;
	struct index index;
};

static void see_all(struct grid *, struct ports_seen *,
    const struct portset_policy *);
static uint32_t see(struct ports_seen *, uint32_t);
static bool has_number(const struct ask *);
static uint32_t hash(const struct ask *, const struct entry *);
static index_fn is_same_port;
static void rank_hosts(struct grid *, uint32_t **, size_t *);
static void rank_ports(struct grid *, const struct ports_seen *, uint32_t **,
    size_t *);
static void leave_out(struct grid *, const struct portset_policy *);
static void place(struct grid *);
static void sort(const struct grid *, const uint32_t *, uint32_t *, size_t,
    bool);
static uint32_t rank(const struct grid *, uint32_t, bool);

void
grid_init(struct grid *g, const struct portset *s,
    const struct portset_policy *p)
{
	struct ports_seen seen = { .set = s };
	uint32_t *hosts, *ports;
	size_t n_hosts, n_ports;

	*g = (struct grid){ .set = s };
	see_all(g, &seen, p);
	rank_hosts(g, &hosts, &n_hosts);
	g->ports_down = seen.n > ACROSS && n_hosts <= ACROSS;
	rank_ports(g, &seen, &ports, &n_ports);
	g->left_out = seen.n - n_ports;
	if (g->left_out > 0)
		leave_out(g, p);
	free(seen.ports);
	index_free(&seen.index);
	g->rows = g->ports_down ? ports : hosts;
	g->n_rows = g->ports_down ? n_ports : n_hosts;
	g->columns = g->ports_down ? hosts : ports;
	g->n_columns = g->ports_down ? n_hosts : n_ports;
	place(g);
}

void
grid_free(struct grid *g)
{
	free(g->rows);
	free(g->columns);
	free(g->cells);
	free(g->host_rank);
	free(g->port_of);
	free(g->port_rank);
	*g = (struct grid){ 0 };
}

size_t
grid_count(const struct grid *g, size_t at, size_t row, size_t column)
{
	size_t n = 0;

	while (at + n < g->n && rank(g, g->cells[at + n], true) == row &&
	    rank(g, g->cells[at + n], false) == column)
		n++;
	return n;
}

static void
see_all(struct grid *g, struct ports_seen *seen, const struct portset_policy *p)
{
	const struct portset *s = g->set;
	size_t i;

	g->port_of = xcalloc(s->n, sizeof(g->port_of[0]));
	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		bool bad = entry_state(s, e, p) != STATE_OK;
		struct port_seen *port;

		g->port_of[i] = NOWHERE;
		if (e->host == NO_HOST)
			continue;
		g->port_of[i] = see(seen, (uint32_t)i);
		port = &seen->ports[g->port_of[i]];
		port->bad |= bad;
		port->of_interest |= bad || e->port == PORT_OPEN;
	}
}

/* The number of the entry's port, which may be new. */
static uint32_t
see(struct ports_seen *seen, uint32_t i)
{
	const struct entry *e = &seen->set->entries[i];
	uint32_t h = hash(entry_ask(seen->set, e), e), found;

	found = index_find(&seen->index, h, is_same_port, seen, e);
	if (found != INDEX_NONE)
		return found;
	seen->ports = xgrow(seen->ports, &seen->size, seen->n,
	    sizeof(seen->ports[0]));
	seen->ports[seen->n] = (struct port_seen){ .first = i };
	index_add(&seen->index, h, (uint32_t)seen->n);
	return (uint32_t)seen->n++;
}

/* Whether its number is part of its name. */
static bool
has_number(const struct ask *a)
{
	return a->name == NULL || a->numbered;
}

static uint32_t
hash(const struct ask *a, const struct entry *e)
{
	uint16_t number = has_number(a) ? e->target.port : 0;
	uint32_t h = index_hash(&number, sizeof(number), INDEX_HASH);

	return a->name != NULL ? index_hash(a->name, strlen(a->name), h) : h;
}

static bool
is_same_port(const void *ctx, uint32_t number, const void *key)
{
	const struct ports_seen *seen = ctx;
	const struct entry *b = key;
	const struct entry *a = &seen->set->entries[seen->ports[number].first];
	const struct ask *x = entry_ask(seen->set, a);
	const struct ask *y = entry_ask(seen->set, b);

	if (has_number(x) && a->target.port != b->target.port)
		return false;
	return x == y ||
	    (x->udp == y->udp && x->own_name == y->own_name &&
		has_number(x) == has_number(y) && text_same(x->name, y->name) &&
		text_same(x->protocol, y->protocol));
}

/* Those of which something was asked. */
static void
rank_hosts(struct grid *g, uint32_t **ids, size_t *n)
{
	const struct portset *s = g->set;
	size_t i;

	*n = 0;
	*ids = xcalloc(s->n_hosts, sizeof((*ids)[0]));
	g->host_rank = xcalloc(s->n_hosts, sizeof(g->host_rank[0]));
	for (i = 0; i < s->n_hosts; i++) {
		g->host_rank[i] = NOWHERE;
		if (s->counts[i].total == 0)
			continue;
		g->host_rank[i] = (uint32_t)*n;
		(*ids)[(*n)++] = (uint32_t)i;
	}
}

/* All; or those of interest, and of too many the bad ones before the others. */
static void
rank_ports(struct grid *g, const struct ports_seen *seen, uint32_t **ids,
    size_t *n)
{
	size_t max = g->ports_down ? GRID_ROWS : GRID_PORTS;
	size_t i, bad = 0, room_of_bad = max, room;

	for (i = 0; i < seen->n; i++)
		bad += seen->ports[i].bad;
	room = bad < max ? max - bad : 0;
	*n = 0;
	*ids = xcalloc(seen->n, sizeof((*ids)[0]));
	g->port_rank = xcalloc(seen->n, sizeof(g->port_rank[0]));
	for (i = 0; i < seen->n; i++) {
		const struct port_seen *port = &seen->ports[i];
		size_t *left = port->bad ? &room_of_bad : &room;

		g->port_rank[i] = NOWHERE;
		if (seen->n > GRID_PORTS && (!port->of_interest || *left == 0))
			continue;
		(*left)--;
		g->port_rank[i] = (uint32_t)*n;
		(*ids)[(*n)++] = port->first;
	}
}

static void
leave_out(struct grid *g, const struct portset_policy *p)
{
	size_t i;

	for (i = 0; i < g->set->n; i++) {
		const struct entry *e = &g->set->entries[i];

		if (e->host == NO_HOST ||
		    g->port_rank[g->port_of[i]] != NOWHERE)
			continue;
		g->states[entry_port(e)]++;
		g->bad += entry_state(g->set, e, p) != STATE_OK;
	}
}

/* Sorts by column, then by row, each time keeping the order of equals. */
static void
place(struct grid *g)
{
	uint32_t *by_column;
	size_t i;

	g->cells = xcalloc(g->set->n, sizeof(g->cells[0]));
	by_column = xcalloc(g->set->n, sizeof(by_column[0]));
	for (i = 0; i < g->set->n; i++)
		if (g->port_of[i] != NOWHERE &&
		    g->port_rank[g->port_of[i]] != NOWHERE)
			g->cells[g->n++] = (uint32_t)i;
	sort(g, g->cells, by_column, g->n_columns, false);
	sort(g, by_column, g->cells, g->n_rows, true);
	free(by_column);
}

/* By counting. */
static void
sort(const struct grid *g, const uint32_t *from, uint32_t *to, size_t n_ranks,
    bool by_row)
{
	size_t *ends = xcalloc(n_ranks + 1, sizeof(ends[0])), i;

	for (i = 0; i < g->n; i++)
		ends[rank(g, from[i], by_row) + 1]++;
	for (i = 0; i < n_ranks; i++)
		ends[i + 1] += ends[i];
	for (i = 0; i < g->n; i++)
		to[ends[rank(g, from[i], by_row)]++] = from[i];
	free(ends);
}

/* The row or column of an entry that is in the table. */
static uint32_t
rank(const struct grid *g, uint32_t entry, bool row)
{
	return row == g->ports_down ? g->port_rank[g->port_of[entry]]
				    : g->host_rank[g->set->entries[entry].host];
}
