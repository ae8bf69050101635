/* SPDX-License-Identifier: ISC */
/*
 * Memory that is there or ends the program.
 *
 * Every function returns memory that the caller frees with free(3).  When
 * there is none, the hook is called, which says so and ends the program;
 * without a hook, or when it returns, abort(3).
 */
#ifndef XALLOC_H
#define XALLOC_H

#include <stddef.h>

typedef void xalloc_hook(void);

void xalloc_set_hook(xalloc_hook *hook);

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* n * size bytes, overflow checked; p may be NULL. */
void *xreallocarray(void *p, size_t n, size_t size)
    __attribute__((returns_nonnull));
/* With room for one more than n; *size is for how many there is room, or 0. */
void *xgrow(void *p, size_t *size, size_t n, size_t each)
    __attribute__((returns_nonnull));
/* What a library allocated: returns p unless it is NULL. */
void *xcheck(void *p) __attribute__((returns_nonnull));
/* A copy of n bytes, which may be 0. */
void *xmemdup(const void *p, size_t n) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));

#endif
