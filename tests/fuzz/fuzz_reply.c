/* SPDX-License-Identifier: ISC */
/*
 * The judges, and a hostile peer: none reads what is not there, what matches is
 * in the answer, and the verdict is the same however the answer is cut; once it
 * is there it stays.
 *
 * Input: a byte for the step of the table, one for the sizes of the pieces, the
 * answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto.h"
#include "target.h"

/* As many as the table has, and more. */
#define STEPS_MAX 256

/* As much as a judge is shown. */
#define ANSWER_MAX 16384

#define WALL_US INT64_C(1795426999123456)

struct judged {
	const struct step *step;
	struct bytes sent; /* before it */
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static size_t collect(struct judged *);
static struct bytes said(const struct proto *, const struct step *);
static enum judgement judge(const struct judged *, const uint8_t *, size_t,
    bool, size_t *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct judged steps[STEPS_MAX];
	static size_t n_steps;
	const struct judged *s;
	enum judgement whole, now = JUDGE_MORE, ended;
	size_t len, end, whole_end, piece;
	unsigned seed;

	if (n_steps == 0)
		n_steps = collect(steps);
	if (size < 3 || size > ANSWER_MAX + 2)
		return 0;
	s = &steps[data[0] % n_steps];
	seed = data[1];
	data += 2;
	size -= 2;
	whole = judge(s, data, size, false, &whole_end);
	for (len = 0; len < size; len += piece) {
		seed = seed * 1103515245 + 12345;
		piece = 1 + (seed >> 16) % (1 + size / 4);
		if (piece > size - len)
			piece = size - len;
		if (now != JUDGE_MORE) {
			assert(judge(s, data, len + piece, false, &end) == now);
			continue;
		}
		now = judge(s, data, len + piece, false, &end);
		assert(now != JUDGE_MATCH || end <= len + piece);
	}
	assert(now == whole);
	if (whole == JUDGE_MATCH) {
		/* All of it was needed but for a peer that says no more. */
		assert(whole_end > 0 && whole_end <= size);
		assert(judge(s, data, whole_end, false, &end) == JUDGE_MATCH);
		assert(end == whole_end);
		assert(whole_end == 1 ||
		    judge(s, data, whole_end - 1, false, &end) == JUDGE_MORE);
	}
	ended = judge(s, data, size, true, &end);
	assert(whole == JUDGE_MORE || ended == whole);
	assert(ended != JUDGE_MATCH || end <= size);
	return 0;
}

/* The steps that are judged by more than strings. */
static size_t
collect(struct judged *to)
{
	const struct proto *p;
	size_t i, j, n = 0;

	for (i = 0; (p = proto_row(i)) != NULL; i++) {
		struct bytes sent = { NULL, 0 };

		for (j = 0; j < p->n; j++) {
			if (p->steps[j].kind == STEP_SEND)
				sent = said(p, &p->steps[j]);
			if (p->steps[j].judge == NULL)
				continue;
			assert(n < STEPS_MAX);
			to[n++] = (struct judged){ &p->steps[j], sent };
		}
	}
	assert(n > 0);
	return n;
}

/* What is made of it lives as long as the program. */
static struct bytes
said(const struct proto *p, const struct step *s)
{
	static unsigned char *made[STEPS_MAX];
	static size_t n;
	const struct dialogue d = { .steps = p->steps, .n = p->n };
	const struct target t = {
		.host = "x.test", .port = p->port, .dialogue = &d
	};
	struct question q = { .target = &t, .arg = s->arg };

	if (s->make == NULL)
		return s->send;
	assert(n < STEPS_MAX);
	q.to = made[n] = malloc(STEP_MADE_MAX);
	assert(q.to != NULL);
	return (struct bytes){ (const char *)made[n++], s->make(&q) };
}

/* With nothing behind it that could be read. */
static enum judgement
judge(const struct judged *s, const uint8_t *data, size_t len, bool ended,
    size_t *end)
{
	unsigned char *copy = malloc(len);
	struct exchange x = {
		.arg = s->step->arg,
		.sent = s->sent,
		.answer = copy,
		.len = len,
		.end = len,
		.ended = ended,
		.wall_us = WALL_US,
	};
	enum judgement j;

	assert(copy != NULL);
	memcpy(copy, data, len);
	j = s->step->judge(&x);
	free(copy);
	*end = x.end;
	return j;
}
