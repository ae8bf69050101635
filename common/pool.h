/* SPDX-License-Identifier: ISC */
/*
 * Memory that is given out in small pieces and given back all at once.
 */
#ifndef POOL_H
#define POOL_H

#include <stddef.h>

struct pool_block;

/* A zeroed one is empty. */
struct pool {
	struct pool_block *blocks;
	size_t left; /* in the first */
};

void pool_free(struct pool *p);

/* Where a pool was, to go back to what it had given out then, where it can. */
struct pool_mark {
	const struct pool_block *block;
	size_t left;
};

struct pool_mark pool_mark(const struct pool *p);
void pool_back(struct pool *p, struct pool_mark m);

/* Zeroed, and aligned for a pointer or an int64_t. */
void *pool_alloc(struct pool *p, size_t size);

/* A copy of len bytes with a NUL after them. */
char *pool_string(struct pool *p, const char *s, size_t len);

#endif
