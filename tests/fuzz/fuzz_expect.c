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
static size_t split(const char *, size_t, unsigned, struct pattern *);
static void check(const struct expect *, const char *, size_t, unsigned);
static enum judgement naive(const struct expect *, const char *, size_t, bool);
static enum judgement naive_one(const struct pattern *, const char *, size_t,
    bool);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pattern patterns[EXPECT_MAX];
	struct expect e = { .patterns = patterns };
	const char *s, *answer;
	size_t len;

	if (size < 2)
		return 0;
	s = (const char *)data + 2;
	len = size - 2;
	answer = memchr(s, '\n', len);
	if (answer == NULL)
		return 0;
	e.all = (data[0] & 2) != 0;
	e.n = split(s, (size_t)(answer - s), data[0], patterns);
	len -= (size_t)(++answer - s);
	check(&e, answer, len, data[1]);
	return 0;
}

/* The kinds follow each other in one of several orders. */
static size_t
split(const char *s, size_t len, unsigned order, struct pattern *out)
{
	static const enum pattern_kind kinds[] = { PATTERN_ANYWHERE,
		PATTERN_PREFIX, PATTERN_NOT };
	const char *end = s + len, *bar;
	size_t n = 0;

	do {
		bar = memchr(s, '|', (size_t)(end - s));
		if (bar == NULL)
			bar = end;
		out[n] = (struct pattern){ kinds[(order >> 2) % 3],
			{ s, (size_t)(bar - s) }, NULL };
		order = order & 1 ? order + (4U << n % 3) : order;
		n++;
		s = bar + 1;
	} while (bar < end && n < EXPECT_MAX);
	return n;
}

static void
check(const struct expect *e, const char *answer, size_t len, unsigned seed)
{
	struct expect_progress pieces = { 0 }, whole = { 0 };
	enum judgement j = JUDGE_MORE, now;
	size_t n = 0;

	assert(expect_judge(e, &whole, answer, len, ANSWER_ENDED) ==
	    naive(e, answer, len, true));
	while (n < len) {
		char *grown;

		seed = seed * 1103515245 + 12345;
		n += 1 + (seed >> 16) % 9;
		if (n > len)
			n = len;
		/* It moves as it grows, and nothing follows it. */
		grown = malloc(n);
		memcpy(grown, answer, n);
		now = expect_judge(e, &pieces, grown, n, ANSWER_OPEN);
		assert(now == naive(e, grown, n, false));
		assert(j == JUDGE_MORE || now == j);
		free(grown);
		j = now;
	}
	assert(j == naive(e, answer, len, false));
	if (j == JUDGE_MORE)
		assert(expect_judge(e, &pieces, answer, len, ANSWER_ENDED) ==
		    naive(e, answer, len, true));
}

static enum judgement
naive(const struct expect *e, const char *answer, size_t len, bool ended)
{
	size_t i, n = 0, match = 0, mismatch = 0, open_nots = 0;

	for (i = 0; i < e->n; i++) {
		enum judgement j = naive_one(&e->patterns[i], answer, len,
		    ended);

		if (e->patterns[i].kind != PATTERN_NOT) {
			n++;
			match += j == JUDGE_MATCH;
			mismatch += j == JUDGE_MISMATCH;
		} else if (j == JUDGE_MISMATCH) {
			return JUDGE_MISMATCH;
		} else {
			open_nots += j == JUDGE_MORE;
		}
	}
	if (n > 0 && (e->all ? mismatch > 0 : mismatch == n))
		return JUDGE_MISMATCH;
	if (open_nots == 0 && (e->all || n == 0 ? match == n : match > 0))
		return JUDGE_MATCH;
	return JUDGE_MORE;
}

static enum judgement
naive_one(const struct pattern *p, const char *answer, size_t len, bool ended)
{
	const struct bytes *s = &p->text;
	enum judgement open = ended ? JUDGE_MISMATCH : JUDGE_MORE;
	bool prefix = p->kind == PATTERN_PREFIX, not = p->kind == PATTERN_NOT;
	size_t at, i;

	for (at = 0; at < len && (!prefix || at == 0); at++) {
		for (i = 0; i < s->len && at + i < len; i++)
			if (answer[at + i] != s->data[i])
				break;
		if (i == s->len)
			return not ? JUDGE_MISMATCH : JUDGE_MATCH;
		if (prefix && at + i < len)
			return JUDGE_MISMATCH;
	}
	return not &&ended && len > 0 ? JUDGE_MATCH : open;
}
