/* SPDX-License-Identifier: ISC */
/*
 * What is said over a connection: a list of steps, and how to end.
 *
 * An expectation is judged on what follows that which met the one before it, but
 * not on what was read before the last send.
 */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include "expect.h"
#include "text.h"

enum step_kind {
	STEP_SEND,
	STEP_WAIT,
	STEP_EXPECT,
	STEP_CLOSE, /* of our side: we send no more */
	STEP_TLS,   /* the handshake: what follows is said through TLS */
};

struct addr;
struct dns_want;
struct target;

/* What a question is made for, where its bytes have to be computed. */
struct question {
	const struct target *target;
	const char *arg;    /* the step's */
	int64_t wall_us;    /* the time, by the wall clock */
	unsigned char *to;  /* where to write it: STEP_MADE_MAX bytes */
	uint64_t arbitrary; /* for numbers that nobody is to guess */

	const struct addr *from; /* our own address; NULL: not known */
};

#define STEP_MADE_MAX 2048

/* Writes a question and returns its length. */
typedef size_t make_fn(const struct question *q);

/* What has come of the answer to a question. */
struct exchange {
	const struct target *target;
	const char *arg;   /* the step's */
	struct bytes sent; /* what was sent last */
	const unsigned char *answer;
	size_t len;
	bool ended;      /* nothing more will come */
	int64_t sent_us; /* when that was sent, by the wall clock */
	int64_t wall_us; /* when the first byte of the answer came */

	/* What a judge adds to a match. */
	size_t end;        /* where in the answer that ends; else all of it */
	int64_t offset_us; /* by how much the peer's clock is ahead of ours */
	bool has_offset;   /* if it told */

	const char *why; /* what it may add to a mismatch: static words */
};

/* JUDGE_MISMATCH for that reason. */
enum judgement exchange_mismatch(struct exchange *x, const char *why);

/*
 * Decides whether an answer is the right one, where that takes more than
 * strings.  It is asked after every piece that arrives, with all of it that has
 * come: 1 byte to 16 KiB, of which the undecided is a mismatch.
 */
typedef enum judgement judge_fn(struct exchange *x);

struct step {
	enum step_kind kind;
	struct bytes send;    /* STEP_SEND */
	make_fn *make;        /* STEP_SEND: NULL: those bytes */
	int64_t wait_us;      /* STEP_WAIT; does not count as response time */
	struct expect expect; /* STEP_EXPECT; with a judge, nots or nothing */
	judge_fn *judge;      /* STEP_EXPECT: NULL: by the strings above */
	const char *arg;      /* of either function */
	const char *words;    /* what it sends or expects, for people */
};

/* How many steps there are up to the first of that kind, with it; 0: none is. */
size_t steps_to(const struct step *steps, size_t n, enum step_kind kind);

struct tls_context;

struct dialogue {
	const struct step *steps;
	size_t n;
	struct bytes quit; /* said before closing, whatever the outcome */
	/*
	 * How long to wait for the next piece of an answer that has begun and
	 * is undecided; 0: until the deadline.
	 */
	int64_t quiet_us;
	size_t max_bytes;        /* of answer read at the most */
	struct tls_context *tls; /* STEP_TLS; outlives the connections */
	const char *name;        /* the peer is asked as; NULL: its host */

	const struct dns_want *dns; /* to ask a server of names; or NULL */
};

/* Steps that people write are at most so many. */
#define DIALOGUE_STEPS_MAX 100

/* A list of steps, to begin with zeroed. */
struct script {
	struct step steps[DIALOGUE_STEPS_MAX];
	size_t n;
};

/*
 * Adds one step, as check_tcp(1) describes them: "send:QUIT\r\n".  Returns NULL
 * or the reason as text that lives until the next call.
 */
const char *script_add(struct script *s, const char *step);

void script_clear(struct script *s);

/* The same of n steps that were copied out of one. */
void script_clear_steps(struct step *steps, size_t n);

/*
 * Adds the steps of a file, "-" for standard input, one a line; await is called
 * before each read(2).  On an error *error names the file and the line.
 */
bool script_read(struct script *s, const char *file, void (*await)(int fd),
    struct text *error);

#define DIALOGUE_QUIET_US INT64_C(2000000)
#define DIALOGUE_MAX_BYTES ((size_t)1 << 20)

#endif
