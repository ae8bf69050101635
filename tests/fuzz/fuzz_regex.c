/* SPDX-License-Identifier: ISC */
/*
 * Regular expressions: however an answer comes in pieces, it matches as in
 * one; what matches before the end matches at the end too, and whatever else
 * comes; a reason for what is refused.
 *
 * Input: a byte for the sizes of the pieces, the pattern, a NUL, the answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check(const struct regex *, const char *, size_t, unsigned);
static bool matches(const struct regex *, const char *, size_t, bool);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *pattern = (const char *)data + 1, *answer, *why = NULL;
	struct regex *r;

	if (size < 2)
		return 0;
	answer = memchr(pattern, '\0', size - 1);
	if (answer == NULL)
		return 0;
	answer++;
	r = regex_new(pattern, &why);
	assert((r == NULL) == (why != NULL));
	if (r == NULL)
		return 0;
	check(r, answer, size - (size_t)(answer - (const char *)data), data[0]);
	regex_free(r);
	return 0;
}

static void
check(const struct regex *r, const char *answer, size_t len, unsigned seed)
{
	struct regex_progress progress = { 0 };
	bool ended = matches(r, answer, len, true), matched = false;
	size_t n = 0;
	char *grown;

	while (n < len && !matched) {
		seed = seed * 1103515245 + 12345;
		n += 1 + (seed >> 16) % 9;
		if (n > len)
			n = len;
		/* It moves as it grows, and nothing follows it. */
		grown = malloc(n);
		memcpy(grown, answer, n);
		matched = regex_matches(r, &progress, grown, n, false);
		free(grown);
		if (matched)
			assert(matches(r, answer, n, false));
		if (matches(r, answer, n, false))
			assert(ended && matches(r, answer, n, true));
	}
	if (!matched)
		matched = regex_matches(r, &progress, answer, len, true);
	assert(matched == ended);
}

static bool
matches(const struct regex *r, const char *answer, size_t len, bool ended)
{
	struct regex_progress progress = { 0 };

	return regex_matches(r, &progress, answer, len, ended);
}
