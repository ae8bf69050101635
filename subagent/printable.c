/* SPDX-License-Identifier: ISC */
#include "printable.h"

#include <assert.h>
#include <string.h>

static size_t put(char *, unsigned char);

size_t
printable(char *to, size_t size, const char *s)
{
	static const char dots[] = "...";
	size_t len = 0, keep = 0;

	assert(size >= sizeof(dots));
	for (; *s != '\0'; s++) {
		char one[4];
		size_t n = put(one, (unsigned char)*s);

		if (len + n >= size) {
			memcpy(to + keep, dots, sizeof(dots));
			return keep + sizeof(dots) - 1;
		}
		memcpy(to + len, one, n);
		len += n;
		/* The dots will fit behind what is kept. */
		if (len + sizeof(dots) <= size)
			keep = len;
	}
	to[len] = '\0';
	return len;
}

static size_t
put(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	if (c >= ' ' && c <= '~') {
		*to = (char)c;
		return 1;
	}
	to[0] = '\\';
	to[1] = 'x';
	to[2] = digits[c >> 4];
	to[3] = digits[c & 0xf];
	return 4;
}
