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

void *
xmalloc(size_t size)
{
	return xcheck(malloc(size != 0 ? size : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return xcheck(calloc(n != 0 ? n : 1, size != 0 ? size : 1));
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	return xcheck(reallocarray(p, n != 0 ? n : 1, size != 0 ? size : 1));
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
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
