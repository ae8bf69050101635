/* SPDX-License-Identifier: ISC */
/*
 * The module regex_tre.so: regular expressions by TRE, whose time is linear in
 * the length of the text.  Without setlocale(3) it compares bytes.
 */
#include "regex_module.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tre/tre.h>

#include "regex_pattern.h"

/*
 * TRE takes any NUL for the end of the line, of which it asks only $: it is told
 * of a character that is no byte, and in no class but those of [^…] and \W.
 */
#define NUL 0x100

struct regex_program {
	regex_t tre;
};

/* A line that TRE asks for byte by byte. */
struct bytes_left {
	const char *at;
	const char *end;
};

static struct regex_program *compile(const char *, bool *, const char **);
static int search(const struct regex_program *, const char *, size_t, bool);
static int next(tre_char_t *, unsigned *, void *);
static void no_rewind(size_t, void *);
static int no_compare(size_t, size_t, size_t, void *);
static void end(struct regex_program *);

static const char *const reasons[] = {
	[REG_ECOLLATE] = "unknown collating element",
	[REG_ECTYPE] = "unknown character class",
	[REG_EBRACE] = "a closing brace is missing",
	[REG_BADBR] = "a wrong repeat count; at most 255",
	[REG_ERANGE] = "a range that ends before it begins",
	[REG_ESPACE] = "out of memory",
	[REG_BADRPT] = "a repetition of a repetition",
};

const struct regex_module regex_module = {
	.version = REGEX_MODULE_VERSION,
	.compile = compile,
	.search = search,
	.free = end,
};

static struct regex_program *
compile(const char *pattern, bool *needs_next, const char **why)
{
	struct regex_program *p;
	unsigned error;

	*why = regex_pattern_check(pattern, needs_next);
	if (*why != NULL)
		return NULL;
	p = malloc(sizeof(*p));
	if (p == NULL) {
		*why = "out of memory";
		return NULL;
	}
	error = (unsigned)tre_regcomp(&p->tre, pattern,
	    REG_EXTENDED | REG_NOSUB);
	if (error == REG_OK) {
		/* Neither would be linear. */
		if (!tre_have_backrefs(&p->tre) && !tre_have_approx(&p->tre))
			return p;
		tre_regfree(&p->tre);
	}
	if (error < sizeof(reasons) / sizeof(reasons[0]))
		*why = reasons[error];
	if (*why == NULL)
		*why = "not an extended regular expression";
	free(p);
	return NULL;
}

static int
search(const struct regex_program *p, const char *line, size_t len,
    bool complete)
{
	const int flags = complete ? 0 : REG_NOTEOL;
	struct bytes_left left = { line, line + len };
	const tre_str_source source = {
		.get_next_char = next,
		.rewind = no_rewind,
		.compare = no_compare,
		.context = &left,
	};
	int error;

	assert(len <= INT_MAX); /* TRE counts in int */
	error = memchr(line, '\0', len) == NULL
	    ? tre_regnexec(&p->tre, line, len, 0, NULL, flags)
	    : tre_reguexec(&p->tre, &source, 0, NULL, flags);
	return error == REG_OK ? 1 : error == REG_NOMATCH ? 0 : -1;
}

static int
next(tre_char_t *c, unsigned *width, void *ctx)
{
	struct bytes_left *left = ctx;

	*width = 1;
	*c = '\0';
	if (left->at == left->end)
		return -1;
	*c = (unsigned char)*left->at++;
	if (*c == '\0')
		*c = NUL;
	return 0;
}

/* What only back-references need. */
static void
no_rewind(size_t position, void *ctx)
{
	(void)position;
	(void)ctx;
}

static int
no_compare(size_t a, size_t b, size_t len, void *ctx)
{
	(void)a;
	(void)b;
	(void)len;
	(void)ctx;
	return -1;
}

static void
end(struct regex_program *p)
{
	tre_regfree(&p->tre);
	free(p);
}
