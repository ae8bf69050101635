/* SPDX-License-Identifier: ISC */
#include "lookup.h"

#include <stdlib.h>

static bool known(const struct addr *, size_t, const struct addr *);

void
lookup_free(struct lookup *l)
{
	free(l->host);
	free(l);
}

void
lookup_add(struct lookup_found *f, const struct sockaddr *sa, socklen_t len)
{
	struct addr a;
	int turn;

	addr_set(&a, sa, len);
	if (a.family == AF_UNSPEC)
		return;
	if (f->n[0] == 0)
		f->family = a.family;
	turn = a.family != f->family;
	if (f->n[turn] < LOOKUP_ADDRS_MAX &&
	    !known(f->addrs[turn], f->n[turn], &a))
		f->addrs[turn][f->n[turn]++] = a;
}

size_t
lookup_order(const struct lookup_found *f, struct addr addrs[LOOKUP_ADDRS_MAX])
{
	size_t used[2] = { 0, 0 }, n = 0;
	int turn = 0;

	while (n < LOOKUP_ADDRS_MAX && n < f->n[0] + f->n[1]) {
		if (used[turn] < f->n[turn])
			addrs[n++] = f->addrs[turn][used[turn]++];
		turn = !turn;
	}
	return n;
}

void
lookup_queue_init(struct lookup_queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

void
lookup_queue_put(struct lookup_queue *q, struct lookup *l)
{
	l->next = NULL;
	*q->last = l;
	q->last = &l->next;
}

struct lookup *
lookup_queue_take(struct lookup_queue *q)
{
	struct lookup *l = q->first;

	if (l != NULL && (q->first = l->next) == NULL)
		q->last = &q->first;
	return l;
}

static bool
known(const struct addr *addrs, size_t n, const struct addr *a)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (addr_equal(&addrs[i], a))
			return true;
	return false;
}
