/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

#define BLOCK ((size_t)32 * 1024)

/* More than this gets a block of its own. */
#define LARGE (BLOCK / 8)

#define ALIGNMENT sizeof(int64_t)

struct pool_block {
	struct pool_block *next;
	size_t size;
	int64_t data[];
};

static void *take(struct pool *, size_t);
static struct pool_block *new_block(size_t);

void
pool_free(struct pool *p)
{
	struct pool_block *b;

	while ((b = p->blocks) != NULL) {
		p->blocks = b->next;
		free(b);
	}
	*p = (struct pool){ 0 };
}

struct pool_mark
pool_mark(const struct pool *p)
{
	return (struct pool_mark){ p->blocks, p->left };
}

void
pool_back(struct pool *p, struct pool_mark m)
{
	if (p->blocks == NULL || p->blocks != m.block)
		return;
	memset((char *)p->blocks->data + p->left, 0, m.left - p->left);
	p->left = m.left;
}

void *
pool_alloc(struct pool *p, size_t size)
{
	/* The end of a block may be out of line by a string. */
	p->left -= p->left % ALIGNMENT;
	return take(p, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

char *
pool_string(struct pool *p, const char *s, size_t len)
{
	char *copy = take(p, len + 1);

	memcpy(copy, s, len);
	return copy;
}

/* From the end of what is left, which stays where it is. */
static void *
take(struct pool *p, size_t size)
{
	struct pool_block *b;

	if (size > p->left && size > LARGE && p->blocks != NULL) {
		b = new_block(size);
		b->next = p->blocks->next;
		p->blocks->next = b;
		return b->data;
	}
	if (size > p->left) {
		b = new_block(size > BLOCK ? size : BLOCK);
		b->next = p->blocks;
		p->blocks = b;
		p->left = b->size;
	}
	p->left -= size;
	return (char *)p->blocks->data + p->left;
}

static struct pool_block *
new_block(size_t size)
{
	struct pool_block *b;

	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	b = xcalloc(1, sizeof(*b) + size);
	b->size = size;
	return b;
}
