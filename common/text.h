/* SPDX-License-Identifier: ISC */
/*
 * The one writer of output: text of a bounded length in memory, into which
 * foreign bytes come escaped.
 *
 * What does not fit is left out, and the text remembers that.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define TEXT_WORD 255

struct text {
	char *data; /* always ends with a NUL */
	size_t len;
	size_t size;
	size_t max; /* the most that len may become */
	bool cut;   /* something did not fit */
};

/* An empty text of at most max bytes; text_free() frees it. */
void text_init(struct text *t, size_t max);
void text_free(struct text *t);

/* Keeps the first len bytes, which is no more than there are. */
void text_truncate(struct text *t, size_t len);

/* Whether two strings are the same, each of which may be NULL. */
bool text_same(const char *a, const char *b);

/* How many of len bytes there are without the white space at their end. */
size_t text_trimmed(const void *bytes, size_t len);

void text_puts(struct text *t, const char *s);
/* The first n bytes of s, as they are. */
void text_put(struct text *t, const char *s, size_t n);
void text_printf(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Appends bytes so that they cannot end a line, a quotation or the text part
 * of a plugin's output, nor steer a terminal: printable ASCII as it is but for
 * backslash, double quote and '|', the others as \n, \r, \t, \\, \" or \xHH.
 * At most max bytes are written; what is left out is shown as "...".
 */
void text_escape(struct text *t, const void *bytes, size_t len, size_t max);

/* The same for a word in a line, a name say: TEXT_WORD bytes of it. */
void text_escape_string(struct text *t, const char *s);

#endif
