/* SPDX-License-Identifier: ISC */
/*
 * Bytes from outside, bounded: they may hold NUL and anything else.
 */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>

struct buf {
	unsigned char *data;
	size_t len;
	size_t size; /* allocated */
	size_t max;  /* len never grows beyond it */
};

/* Nothing is allocated before the first byte comes. */
void buf_init(struct buf *b, size_t max);

/*
 * Room for at least one more byte: returns where to write and sets *room, or
 * NULL when the buffer is full.  buf_added() says how much was written.
 */
unsigned char *buf_room(struct buf *b, size_t *room);
void buf_added(struct buf *b, size_t n);

/* Frees what b holds; b is empty then and may be used again. */
void buf_clear(struct buf *b);

#endif
