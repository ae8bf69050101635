/* SPDX-License-Identifier: ISC */
#include "expect.h"

#include <string.h>

/* An answer as far as it has come, and where what was found in it ends. */
struct answer {
	const char *data;
	size_t len;
	enum answer_end how;
	bool midline;
	size_t seen;
	struct regex_progress lines; /* before this call, and after it */
	struct regex_progress lines_now;
	size_t end;
};

static enum judgement judge_one(const struct pattern *, struct answer *);
static enum judgement at_beginning(const struct bytes *, struct answer *);
static enum judgement at(const struct bytes *, struct answer *, size_t);
static enum judgement anywhere(const struct bytes *, struct answer *);
static enum judgement in_a_line(const struct regex *, struct answer *);
static enum judgement nowhere(const struct bytes *, struct answer *);

enum judgement
expect_judge(const struct expect *e, struct expect_progress *progress,
    const void *answer, size_t len, enum answer_end how)
{
	struct answer a = {
		.data = answer,
		.len = len,
		.how = how,
		.midline = progress->midline,
		.seen = progress->seen,
		.lines = progress->lines,
	};
	size_t i, met = 0, failed = 0, nots = 0, open_nots = 0;

	for (i = 0; i < e->n; i++) {
		uint64_t bit = UINT64_C(1) << i;
		bool not = e->patterns[i].kind == PATTERN_NOT;
		enum judgement j = JUDGE_MATCH;

		if ((progress->found & bit) == 0)
			j = judge_one(&e->patterns[i], &a);
		if (not &&j == JUDGE_MISMATCH)
			return JUDGE_MISMATCH;
		nots += not ;
		open_nots += not &&j == JUDGE_MORE;
		if (not )
			continue;
		if (j == JUDGE_MATCH) {
			progress->found |= bit;
			met++;
		} else if (j == JUDGE_MISMATCH) {
			failed++;
		}
	}
	progress->seen = len;
	progress->lines = a.lines_now;
	if (a.end > progress->end)
		progress->end = a.end;
	if (e->all ? failed > 0 : failed == e->n - nots && failed > 0)
		return JUDGE_MISMATCH;
	if (e->all ? met < e->n - nots : met == 0 && nots < e->n)
		return JUDGE_MORE;
	return open_nots > 0 ? JUDGE_MORE : JUDGE_MATCH;
}

static enum judgement
judge_one(const struct pattern *p, struct answer *a)
{
	enum judgement j = JUDGE_MORE;

	if (a->len > 0) {
		switch (p->kind) {
		case PATTERN_ANYWHERE:
			j = anywhere(&p->text, a);
			break;
		case PATTERN_PREFIX:
			j = at_beginning(&p->text, a);
			break;
		case PATTERN_REGEX:
			j = in_a_line(p->regex, a);
			break;
		case PATTERN_NOT:
			j = nowhere(&p->text, a);
			break;
		}
	}
	return j == JUDGE_MORE && a->how != ANSWER_OPEN ? JUDGE_MISMATCH : j;
}

static enum judgement
at_beginning(const struct bytes *s, struct answer *a)
{
	enum judgement j = at(s, a, 0);
	const char *newline;

	if (j != JUDGE_MISMATCH || !a->midline)
		return j;
	newline = memchr(a->data, '\n', a->len);
	return newline != NULL ? at(s, a, (size_t)(newline - a->data) + 1)
			       : JUDGE_MORE;
}

static enum judgement
at(const struct bytes *s, struct answer *a, size_t from)
{
	size_t n = a->len - from < s->len ? a->len - from : s->len;

	if (memcmp(a->data + from, s->data, n) != 0)
		return JUDGE_MISMATCH;
	if (n < s->len)
		return JUDGE_MORE;
	a->end = from + n > a->end ? from + n : a->end;
	return JUDGE_MATCH;
}

/*
 * What was searched before is not searched again, but for a string that may
 * have begun in it.
 */
static enum judgement
anywhere(const struct bytes *s, struct answer *a)
{
	size_t from = a->seen < s->len ? 0 : a->seen - s->len, end;
	const char *at = memmem(a->data + from, a->len - from, s->data, s->len);

	if (at == NULL)
		return JUDGE_MORE;
	end = (size_t)(at - a->data) + (s->len > 0 ? s->len : 1);
	a->end = end > a->end ? end : a->end;
	return JUDGE_MATCH;
}

/* All of an expectation search the same lines. */
static enum judgement
in_a_line(const struct regex *r, struct answer *a)
{
	const char *lines = a->data, *newline;
	size_t end, len = a->len;

	if (a->midline) {
		newline = memchr(a->data, '\n', a->len);
		if (newline == NULL)
			return JUDGE_MORE;
		lines = newline + 1;
		len -= (size_t)(lines - a->data);
	}
	a->lines_now = a->lines;
	if (!regex_matches(r, &a->lines_now, lines, len,
		a->how == ANSWER_ENDED))
		return JUDGE_MORE;
	newline = memchr(lines + a->lines_now.line, '\n',
	    len - a->lines_now.line);
	end = newline != NULL ? (size_t)(newline - a->data) + 1 : a->len;
	a->end = end > a->end ? end : a->end;
	return JUDGE_MATCH;
}

static enum judgement
nowhere(const struct bytes *s, struct answer *a)
{
	struct answer copy = *a;

	if (anywhere(s, &copy) == JUDGE_MATCH)
		return JUDGE_MISMATCH;
	if (a->how == ANSWER_OPEN)
		return JUDGE_MORE;
	a->end = a->len;
	return JUDGE_MATCH;
}
