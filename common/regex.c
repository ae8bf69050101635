/* SPDX-License-Identifier: ISC */
#include "regex.h"

#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "regex_module.h"
#include "xalloc.h"

#define MODULE "regex_tre.so"

/* Of a line no more than this is searched. */
#define LINE_MAX (64 * 1024)

struct regex {
	const struct regex_module *module;
	struct regex_program *program;
	bool needs_next; /* the byte that follows decides */
};

static bool search(const struct regex *, const char *, size_t);

struct regex *
regex_new(const char *pattern, const char **why)
{
	struct regex r = { 0 }, *copy;

	r.module = module_open(MODULE, REGEX_MODULE_SYMBOL,
	    REGEX_MODULE_VERSION);
	if (r.module == NULL) {
		*why = MODULE " or its library, libtre, cannot be loaded";
		return NULL;
	}
	r.program = r.module->compile(pattern, &r.needs_next, why);
	if (r.program == NULL)
		return NULL;
	copy = xmalloc(sizeof(*copy));
	*copy = r;
	return copy;
}

void
regex_free(struct regex *r)
{
	if (r == NULL)
		return;
	r->module->free(r->program);
	free(r);
}

bool
regex_matches(const struct regex *r, struct regex_progress *progress,
    const void *answer, size_t len, bool ended)
{
	const char *s = answer, *newline;

	while (progress->seen < len) {
		newline = memchr(s + progress->seen, '\n',
		    len - progress->seen);
		if (newline == NULL)
			break;
		if (search(r, s + progress->line,
			(size_t)(newline - s) - progress->line))
			return true;
		progress->line = (size_t)(newline - s) + 1;
		progress->seen = progress->line;
	}
	progress->seen = len;
	return ended && progress->line < len &&
	    search(r, s + progress->line, len - progress->line);
}

static bool
search(const struct regex *r, const char *line, size_t len)
{
	bool complete = len <= LINE_MAX;
	int found;

	if (!complete && r->needs_next)
		return false;
	if (complete && len > 0 && line[len - 1] == '\r')
		len--;
	found = r->module->search(r->program, line, complete ? len : LINE_MAX,
	    complete);
	if (found == -1)
		(void)xcheck(NULL);
	return found == 1;
}
