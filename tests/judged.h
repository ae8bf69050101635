/* SPDX-License-Identifier: ISC */
/*
 * Cases of a judge: an answer, what is to be said of it, and that it is the same
 * however the answer is cut.
 */
#ifndef JUDGED_H
#define JUDGED_H

#include "target.h"
#include "unit.h"

struct judged {
	judge_fn *judge;
	const char *arg;
	struct bytes answer;
	enum judgement open;  /* while more may come */
	size_t rest;          /* bytes behind what matches */
	bool any_part;        /* of it may be all that there is */
	enum judgement ended; /* if more may come: when no more does */
	struct bytes sent;
	int64_t wall_us;
};

#define ROW(fn, argument, literal, ...)                                     \
	{                                                                   \
		.judge = (fn), .arg = (argument), .answer = BYTES(literal), \
		.open = (__VA_ARGS__),                                      \
	}
#define MATCH(fn, argument, literal) ROW(fn, argument, literal, JUDGE_MATCH)
#define MISMATCH(fn, argument, literal) \
	ROW(fn, argument, literal, JUDGE_MISMATCH)
#define MORE(fn, argument, literal) ROW(fn, argument, literal, JUDGE_MORE)

/* It matches, and there is something behind it. */
#define REST(fn, argument, literal, behind)                           \
	{                                                             \
		.judge = (fn), .arg = (argument),                     \
		.answer = BYTES(literal behind), .open = JUDGE_MATCH, \
		.rest = sizeof(behind) - 1,                           \
	}

/* Not before the peer says no more. */
#define AT_END(fn, argument, literal)                                       \
	{                                                                   \
		.judge = (fn), .arg = (argument), .answer = BYTES(literal), \
		.ended = JUDGE_MATCH,                                       \
	}

/* The first len bytes, with nothing behind them that could be read. */
static inline enum judgement
judged_prefix(const struct judged *c, size_t len, bool ended, size_t *end)
{
	unsigned char *copy = malloc(len);
	struct exchange x = {
		.arg = c->arg,
		.sent = c->sent,
		.answer = copy,
		.len = len,
		.end = len,
		.ended = ended,
		.wall_us = c->wall_us,
	};
	enum judgement j;

	memcpy(copy, c->answer.data, len);
	j = c->judge(&x);
	free(copy);
	*end = x.end;
	return j;
}

static inline void
judged_check(int row, const struct judged *c)
{
	enum judgement before = JUDGE_MORE, j = JUDGE_MORE;
	size_t len, end = 0, need = c->answer.len - c->rest;

	for (len = 1; len <= c->answer.len; len++) {
		j = judged_prefix(c, len, false, &end);
		ck_assert_msg(before == JUDGE_MORE || j == before,
		    "row %d: %d after %d at %zu", row, j, before, len);
		ck_assert_msg(j != JUDGE_MATCH || (end == need && end <= len),
		    "row %d: ends at %zu of %zu, not at %zu", row, end, len,
		    need);
		before = j;
		if (c->open == JUDGE_MATCH)
			ck_assert_msg(j ==
				(len < need ? JUDGE_MORE : JUDGE_MATCH),
			    "row %d: %d at %zu", row, j, len);
		/* Nor is a part of it right because it is all there is. */
		if (c->open == JUDGE_MATCH && !c->any_part && len < need)
			ck_assert_msg(judged_prefix(c, len, true, &end) !=
				JUDGE_MATCH,
			    "row %d: match of %zu", row, len);
	}
	ck_assert_msg(j == c->open, "row %d: %d", row, j);
	if (c->open != JUDGE_MORE)
		return;
	j = judged_prefix(c, c->answer.len, true, &end);
	ck_assert_msg(j == c->ended, "row %d: %d at the end", row, j);
}

#endif
