/* SPDX-License-Identifier: ISC */
#include "expect.h"

#include <string.h>

static enum judgement at_beginning(const struct bytes *, const void *, size_t);
static enum judgement anywhere(const struct bytes *, const char *, size_t,
    size_t);

enum judgement
expect_judge(const struct expect *e, struct expect_progress *progress,
    const void *answer, size_t len)
{
	size_t i, matched = 0, failed = 0;

	for (i = 0; i < e->n; i++) {
		uint64_t bit = UINT64_C(1) << i;
		enum judgement j = JUDGE_MATCH;

		if ((progress->found & bit) == 0)
			j = e->anywhere
			    ? anywhere(&e->strings[i], answer, len,
				  progress->seen)
			    : at_beginning(&e->strings[i], answer, len);
		if (j == JUDGE_MATCH) {
			progress->found |= bit;
			matched++;
		} else if (j == JUDGE_MISMATCH) {
			failed++;
		}
	}
	progress->seen = len;
	if (matched == e->n || (matched > 0 && !e->all))
		return JUDGE_MATCH;
	if (failed == e->n || (failed > 0 && e->all))
		return JUDGE_MISMATCH;
	return JUDGE_MORE;
}

static enum judgement
at_beginning(const struct bytes *s, const void *answer, size_t len)
{
	size_t n = len < s->len ? len : s->len;

	if (len == 0)
		return JUDGE_MORE;
	if (memcmp(answer, s->data, n) != 0)
		return JUDGE_MISMATCH;
	return n == s->len ? JUDGE_MATCH : JUDGE_MORE;
}

/*
 * The empty string is in any answer that has a byte.  What was searched before
 * is not searched again, but for a string that may have begun in it.
 */
static enum judgement
anywhere(const struct bytes *s, const char *answer, size_t len, size_t seen)
{
	size_t from = seen < s->len ? 0 : seen - s->len;

	if (len == 0)
		return JUDGE_MORE;
	return memmem(answer + from, len - from, s->data, s->len) != NULL
	    ? JUDGE_MATCH
	    : JUDGE_MORE;
}
