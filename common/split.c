/* SPDX-License-Identifier: ISC */
#include "split.h"

#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

#define SHELL_ANYWHERE "|&;<>()\n$`"
#define SHELL_FIRST "#~"
#define SHELL_QUOTED "$`"

/* Those before which a backslash is one in double quotes. */
#define ESCAPED_QUOTED "$`\"\\"

struct splitter {
	const char *line;
	const char *p; /* what is read next */
	char *out;     /* where the next byte of a word goes */
	const char *bad;
	const char *why;
};

static bool read_word(struct splitter *);
static bool read_single(struct splitter *);
static bool read_double(struct splitter *);
static bool read_backslash(struct splitter *);
static bool shell(struct splitter *);
static bool refuse(struct splitter *, const char *, const char *);
static void tell(const struct splitter *, struct text *);

/* A word and what parts it from the next are no longer than they were. */
char **
split(const char *line, struct text *error)
{
	size_t len = strlen(line), max = len / 2 + 1, n = 0;
	char **words = xmalloc((max + 1) * sizeof(words[0]) + len + 1);
	struct splitter s = { .line = line, .p = line };

	s.out = (char *)(words + max + 1);
	for (;;) {
		s.p += strspn(s.p, " \t");
		if (s.p[0] == '\\' && s.p[1] == '\n') {
			s.p += 2;
			continue;
		}
		if (*s.p == '\0')
			break;
		words[n++] = s.out;
		if (!read_word(&s)) {
			tell(&s, error);
			free(words);
			return NULL;
		}
		*s.out++ = '\0';
	}
	words[n] = NULL;
	return words;
}

static bool
read_word(struct splitter *s)
{
	bool ok = strchr(SHELL_FIRST, *s->p) == NULL || shell(s);

	while (ok && *s->p != '\0' && strchr(" \t", *s->p) == NULL)
		if (*s->p == '\'')
			ok = read_single(s);
		else if (*s->p == '"')
			ok = read_double(s);
		else if (*s->p == '\\')
			ok = read_backslash(s);
		else if (strchr(SHELL_ANYWHERE, *s->p) != NULL)
			ok = shell(s);
		else
			*s->out++ = *s->p++;
	return ok;
}

static bool
read_single(struct splitter *s)
{
	const char *from = s->p + 1, *end = strchr(from, '\'');

	if (end == NULL)
		return refuse(s, s->p, "has no end");
	memcpy(s->out, from, (size_t)(end - from));
	s->out += end - from;
	s->p = end + 1;
	return true;
}

static bool
read_double(struct splitter *s)
{
	const char *start = s->p++;

	for (; *s->p != '"'; s->p++) {
		if (*s->p == '\0')
			return refuse(s, start, "has no end");
		if (strchr(SHELL_QUOTED, *s->p) != NULL)
			return shell(s);
		if (s->p[0] == '\\' && s->p[1] == '\n') {
			s->p++;
			continue;
		}
		if (s->p[0] == '\\' && s->p[1] != '\0' &&
		    strchr(ESCAPED_QUOTED, s->p[1]) != NULL)
			s->p++;
		*s->out++ = *s->p;
	}
	s->p++;
	return true;
}

/* With the end of a line it is nothing: the line goes on. */
static bool
read_backslash(struct splitter *s)
{
	if (s->p[1] == '\0')
		return refuse(s, s->p, "has nothing behind it");
	if (s->p[1] != '\n')
		*s->out++ = s->p[1];
	s->p += 2;
	return true;
}

static bool
shell(struct splitter *s)
{
	return refuse(s, s->p, NULL);
}

/* why: NULL: it is for a shell. */
static bool
refuse(struct splitter *s, const char *bad, const char *why)
{
	s->bad = bad;
	s->why = why;
	return false;
}

static void
tell(const struct splitter *s, struct text *error)
{
	size_t place = (size_t)(s->bad - s->line) + 1;
	const char *what = *s->bad == '$' && s->bad[1] == '(' ? "$(" : NULL;

	if (*s->bad == '\n')
		text_puts(error, "the end of a line");
	else if (what != NULL)
		text_puts(error, what);
	else
		text_put(error, s->bad, 1);
	text_printf(error, " at character %zu ", place);
	text_puts(error,
	    s->why != NULL
		? s->why
		: "is for a shell, and there is none: put it in single quotes if "
		  "it is meant as it is, or what is to be done in a script");
}
