/* SPDX-License-Identifier: ISC */
#include "buf.h"

#include <assert.h>
#include <stdlib.h>

#include "xalloc.h"

/* What one read of a banner asks for; the buffer doubles from there. */
#define BUF_FIRST 2048

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

unsigned char *
buf_room(struct buf *b, size_t *room)
{
	if (b->len == b->max)
		return NULL;
	if (b->len == b->size) {
		b->size = b->size == 0 ? BUF_FIRST : b->size * 2;
		if (b->size > b->max)
			b->size = b->max;
		b->data = xreallocarray(b->data, b->size, 1);
	}
	*room = b->size - b->len;
	return b->data + b->len;
}

void
buf_added(struct buf *b, size_t n)
{
	assert(n <= b->size - b->len);
	b->len += n;
}

void
buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}
