/* SPDX-License-Identifier: ISC */
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

static xalloc_hook *the_hook;

void
xalloc_set_hook(xalloc_hook *hook)
{
	the_hook = hook;
}

/*
 * Where it is seen how much it allocates, copies of that size are checked by one
 * more symbol of libc, which costs at every start.
 */
__attribute__((noinline)) void *
xmalloc(size_t size)
{
	return xreallocarray(NULL, 1, size);
}

void *
xcalloc(size_t n, size_t size)
{
	return xcheck(calloc(n != 0 ? n : 1, size != 0 ? size : 1));
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return xcheck(NULL);
	return xcheck(realloc(p, bytes != 0 ? bytes : 1));
}

void *
xmemdup(const void *p, size_t n)
{
	char *copy = xmalloc(n);

	return n > 0 ? memcpy(copy, p, n) : copy;
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}

void *
xgrow(void *p, size_t *size, size_t n, size_t each)
{
	if (n < *size)
		return xcheck(p);
	*size = *size < 8 ? 8 : *size + *size / 2;
	return xreallocarray(p, *size, each);
}

void *
xcheck(void *p)
{
	if (p == NULL) {
		if (the_hook != NULL)
			the_hook();
		abort();
	}
	return p;
}
