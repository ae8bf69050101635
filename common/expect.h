/* SPDX-License-Identifier: ISC */
/*
 * What is expected of an answer, and the judging of what has come of it.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regex.h"

/* What a judge says of an answer that may not be complete. */
enum judgement {
	JUDGE_MORE, /* undecided: more bytes would tell */
	JUDGE_MATCH,
	JUDGE_MISMATCH, /* whatever else comes */
};

/* Bytes of any value that live as long as what refers to them. */
struct bytes {
	const char *data;
	size_t len;
};

/* The bytes of a string literal; NUL may stand in it. */
#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* Where a pattern has to be met; expect.c and its tests have a row for each. */
enum pattern_kind {
	PATTERN_ANYWHERE,
	PATTERN_PREFIX, /* at the beginning of the answer */
	PATTERN_REGEX,  /* by a line of it */
	PATTERN_NOT,    /* nowhere in it, up to its end */
};

struct pattern {
	enum pattern_kind kind;
	struct bytes text;         /* the empty one is in any byte */
	const struct regex *regex; /* PATTERN_REGEX: of that text */
};

/* The most patterns that one expectation can have. */
#define EXPECT_MAX 64

struct expect {
	const struct pattern *patterns; /* 1 to EXPECT_MAX */
	size_t n;
	bool all; /* all must be met; else one, and each PATTERN_NOT */
};

/* What is known of the end of an answer. */
enum answer_end {
	ANSWER_OPEN,  /* more may come */
	ANSWER_CUT,   /* more may be there, but is not looked at */
	ANSWER_ENDED, /* nothing more will come */
};

/*
 * How far an answer has been judged; zero before the first byte.  midline, set
 * by the owner: the answer begins in the middle of a line.  Lines are those
 * after it then, and a prefix may stand in front of them, too.
 */
struct expect_progress {
	bool midline;
	size_t seen;                 /* bytes already searched */
	struct regex_progress lines; /* the same for regular expressions */
	uint64_t found;              /* a bit for each pattern */
	size_t end;                  /* of what was found last */
};

/*
 * Judges the first len bytes of an answer, which has only grown since the last
 * call with the same progress.  There is no JUDGE_MORE but of an open one.
 */
enum judgement expect_judge(const struct expect *e,
    struct expect_progress *progress, const void *answer, size_t len,
    enum answer_end how);

#endif
