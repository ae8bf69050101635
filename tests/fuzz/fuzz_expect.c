/* SPDX-License-Identifier: ISC */
/*
 * Expectations: however an answer comes in pieces, it is judged as in one, and
 * as a simple search would.
 *
 * Input: a byte of flags, a byte for the sizes of the pieces, the expected
 * strings with '|' between them, a newline, the answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static size_t split(const char *, size_t, struct bytes *, size_t);
static void check(const struct expect *, const char *, size_t, unsigned);
static enum judgement naive(const struct expect *, const char *, size_t);
static enum judgement naive_one(const struct bytes *, bool, const char *,
    size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes strings[EXPECT_MAX];
	struct expect e = { .strings = strings };
	const char *s, *answer;
	size_t len;

	if (size < 2)
		return 0;
	s = (const char *)data + 2;
	len = size - 2;
	answer = memchr(s, '\n', len);
	if (answer == NULL)
		return 0;
	e.anywhere = (data[0] & 1) != 0;
	e.all = (data[0] & 2) != 0;
	e.n = split(s, (size_t)(answer - s), strings, EXPECT_MAX);
	len -= (size_t)(++answer - s);
	check(&e, answer, len, data[1]);
	return 0;
}

static size_t
split(const char *s, size_t len, struct bytes *out, size_t max)
{
	const char *end = s + len, *bar;
	size_t n = 0;

	do {
		bar = memchr(s, '|', (size_t)(end - s));
		if (bar == NULL)
			bar = end;
		out[n++] = (struct bytes){ s, (size_t)(bar - s) };
		s = bar + 1;
	} while (bar < end && n < max);
	return n;
}

static void
check(const struct expect *e, const char *answer, size_t len, unsigned seed)
{
	struct expect_progress pieces = { 0 }, whole = { 0 };
	enum judgement j = JUDGE_MORE, now;
	size_t n = 0;

	assert(expect_judge(e, &whole, answer, len) == naive(e, answer, len));
	while (n < len) {
		char *grown;

		seed = seed * 1103515245 + 12345;
		n += 1 + (seed >> 16) % 9;
		if (n > len)
			n = len;
		/* It moves as it grows, and nothing follows it. */
		grown = malloc(n);
		memcpy(grown, answer, n);
		now = expect_judge(e, &pieces, grown, n);
		assert(now == naive(e, grown, n));
		assert(j == JUDGE_MORE || now == j);
		free(grown);
		j = now;
	}
	assert(j == naive(e, answer, len));
}

static enum judgement
naive(const struct expect *e, const char *answer, size_t len)
{
	size_t i, match = 0, mismatch = 0;

	for (i = 0; i < e->n; i++) {
		enum judgement j = naive_one(&e->strings[i], e->anywhere,
		    answer, len);

		match += j == JUDGE_MATCH;
		mismatch += j == JUDGE_MISMATCH;
	}
	if (e->all ? match == e->n : match > 0)
		return JUDGE_MATCH;
	if (e->all ? mismatch > 0 : mismatch == e->n)
		return JUDGE_MISMATCH;
	return JUDGE_MORE;
}

static enum judgement
naive_one(const struct bytes *s, bool anywhere, const char *answer, size_t len)
{
	size_t at, i;

	for (at = 0; at < len && (anywhere || at == 0); at++) {
		for (i = 0; i < s->len && at + i < len; i++)
			if (answer[at + i] != s->data[i])
				break;
		if (i == s->len)
			return JUDGE_MATCH;
		if (!anywhere && at + i < len)
			return JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}
