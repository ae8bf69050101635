/* SPDX-License-Identifier: ISC */
/*
 * What is said over a connection: a list of steps, and how to end.
 */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include "expect.h"

enum step_kind {
	STEP_SEND,
	STEP_WAIT,
	STEP_EXPECT,
};

/*
 * Decides whether an answer is what makes the port "open": the handler of a
 * protocol whose right answer is computed.  It is asked after every piece that
 * arrives, with all that has come since the last expectation was met.
 */
typedef enum judgement judge_fn(const void *answer, size_t len);

struct step {
	enum step_kind kind;
	struct bytes send;    /* STEP_SEND */
	int64_t wait_us;      /* STEP_WAIT; does not count as response time */
	struct expect expect; /* STEP_EXPECT */
	judge_fn *judge;      /* STEP_EXPECT: NULL: by the strings above */
};

struct dialogue {
	const struct step *steps;
	size_t n;
	struct bytes quit; /* said before closing, whatever the outcome */
	/*
	 * How long to wait for the next piece of an answer that has begun and
	 * is undecided; 0: until the deadline.
	 */
	int64_t quiet_us;
	size_t max_bytes; /* of answer read at the most */
};

#define DIALOGUE_QUIET_US INT64_C(2000000)
#define DIALOGUE_MAX_BYTES ((size_t)1 << 20)

#endif
