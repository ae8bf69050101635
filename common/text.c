/* SPDX-License-Identifier: ISC */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

/* One check's line fits. */
#define TEXT_FIRST 512

/* The longest form of one escaped byte, and its NUL. */
#define ESCAPED_SIZE 5

static size_t reserve(struct text *, size_t);
static size_t escape_byte(unsigned char, char *);

void
text_init(struct text *t, size_t max)
{
	size_t size = max < TEXT_FIRST ? max + 1 : TEXT_FIRST;

	*t = (struct text){ .data = xmalloc(size), .size = size, .max = max };
	t->data[0] = '\0';
}

void
text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

void
text_truncate(struct text *t, size_t len)
{
	t->len = len;
	t->data[len] = '\0';
}

bool
text_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

size_t
text_trimmed(const void *bytes, size_t len)
{
	static const char white_space[] = { ' ', '\t', '\r', '\n', '\v', '\f' };
	const char *s = bytes;

	while (len > 0 &&
	    memchr(white_space, s[len - 1], sizeof(white_space)) != NULL)
		len--;
	return len;
}

void
text_puts(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

void
text_put(struct text *t, const char *s, size_t n)
{
	n = reserve(t, n);
	memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->data + t->len, room, fmt, ap);
	va_end(ap);
	if (n < 0) {
		t->data[t->len] = '\0';
		return;
	}
	if ((size_t)n >= room || (size_t)n > t->max - t->len) {
		n = (int)reserve(t, (size_t)n);
		va_start(ap, fmt);
		(void)vsnprintf(t->data + t->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	t->len += (size_t)n;
}

void
text_escape(struct text *t, const void *bytes, size_t len, size_t max)
{
	static const char ellipsis[] = "...";
	const size_t dots = sizeof(ellipsis) - 1, start = t->len;
	const unsigned char *p = bytes;
	size_t i, n, written = 0, keep = start;
	char one[ESCAPED_SIZE];

	for (i = 0; i < len; i++) {
		n = escape_byte(p[i], one);
		if (written + n > max) {
			text_truncate(t, keep);
			text_put(t, ellipsis, max < dots ? max : dots);
			return;
		}
		text_put(t, one, n);
		written += n;
		/* The dots will fit behind what is kept. */
		if (written + dots <= max)
			keep = t->len;
	}
}

void
text_escape_string(struct text *t, const char *s)
{
	text_escape(t, s, strlen(s), TEXT_WORD);
}

/* Makes room for n more bytes and a NUL; returns how many of them fit. */
static size_t
reserve(struct text *t, size_t n)
{
	if (n > t->max - t->len) {
		n = t->max - t->len;
		t->cut = true;
	}
	if (t->size - t->len <= n) {
		while (t->size - t->len <= n)
			t->size *= 2;
		t->data = xreallocarray(t->data, t->size, 1);
	}
	return n;
}

static size_t
escape_byte(unsigned char c, char *out)
{
	static const char plain[] = "\n\r\t\\\"", letter[] = "nrt\\\"";
	static const char hex[] = "0123456789abcdef";
	const char *p;

	p = c != '\0' ? strchr(plain, c) : NULL;
	if (p != NULL) {
		out[0] = '\\';
		out[1] = letter[p - plain];
		return 2;
	}
	if (c >= ' ' && c < 0x7f && c != '|') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}
