/* SPDX-License-Identifier: ISC */
/*
 * What is expected of an answer, and the judging of what has come of it.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The most strings that one expectation can have. */
#define EXPECT_MAX 64

struct expect {
	/* 1 to EXPECT_MAX; the empty one is in any answer that has a byte. */
	const struct bytes *strings;
	size_t n;
	bool anywhere; /* in the answer; else at its beginning */
	bool all;      /* all strings; else any one of them */
};

/* How far an answer has been judged; zero before the first byte. */
struct expect_progress {
	size_t seen;    /* bytes already searched */
	uint64_t found; /* a bit for each string */
};

/*
 * Judges the first len bytes of an answer, which has only grown since the last
 * call with the same progress.
 */
enum judgement expect_judge(const struct expect *e,
    struct expect_progress *progress, const void *answer, size_t len);

#endif
