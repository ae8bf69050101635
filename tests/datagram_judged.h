/* SPDX-License-Identifier: ISC */
/*
 * Judges of datagrams and answers to them, as rows of a table.
 *
 * An answer is written in hexadecimal bytes with blanks between them, and
 *
 *	'text'	these characters
 *	{a+n}	n bytes of the question from the byte a; {a} all that follow
 *	[n]	n bytes of zero
 */
#ifndef DATAGRAM_JUDGED_H
#define DATAGRAM_JUDGED_H

#include "datagram.h"
#include "dns_query.h"
#include "target.h"
#include "unit.h"

#define JUDGED_ANSWER 4096

/* The question goes out at this time, by the wall clock; the answer is there so
 * much later. */
#define JUDGED_SENT_US INT64_C(1700000000250000)
#define JUDGED_TRIP_US INT64_C(20000)

struct judged {
	const char *name; /* of the row, and which of its payloads */
	size_t payload;
	const char *what; /* is tried */
	const char *answer;
	enum judgement judgement;
	const char *why;
	bool cuts; /* a shorter one can be right, too */
};

/* A question and what belongs to it. */
struct asked {
	const struct payload *payload;
	struct dialogue dialogue;
	struct target target;
	unsigned char sent[STEP_MADE_MAX];
	size_t sent_len;
};

static inline void
judged_ask(struct asked *a, const char *name, size_t payload,
    const struct dns_want *want, uint64_t arbitrary)
{
	const struct datagram *d = datagram_find(name);

	ck_assert_msg(d != NULL && payload < d->n, "%s", name);
	a->payload = &d->payloads[payload];
	a->dialogue = (struct dialogue){ .dns = want };
	a->target = (struct target){ .host = "server.example",
		.port = d->ports[0],
		.dialogue = &a->dialogue };
	if (a->payload->make != NULL) {
		a->sent_len = a->payload->make(&(struct question){
		    .target = &a->target,
		    .arg = a->payload->arg,
		    .wall_us = JUDGED_SENT_US,
		    .to = a->sent,
		    .arbitrary = arbitrary });
	} else {
		a->sent_len = a->payload->send.len;
		memcpy(a->sent, a->payload->send.data, a->sent_len);
	}
	ck_assert_uint_le(a->sent_len, sizeof(a->sent));
}

static inline struct exchange
judged_exchange(const struct asked *a)
{
	return (struct exchange){ .target = &a->target,
		.arg = a->payload->arg,
		.sent = { (const char *)a->sent, a->sent_len },
		.ended = true,
		.sent_us = JUDGED_SENT_US,
		.wall_us = JUDGED_SENT_US + JUDGED_TRIP_US };
}

/* Judges bytes with nothing behind them. */
static inline enum judgement
judged_bytes(struct exchange *x, const struct asked *a,
    const unsigned char *answer, size_t len)
{
	unsigned char *alone = malloc(len > 0 ? len : 1);
	enum judgement j;

	ck_assert_ptr_nonnull(alone);
	memcpy(alone, answer, len);
	*x = judged_exchange(a);
	x->answer = alone;
	x->len = len;
	j = a->payload->judge(x);
	ck_assert(j == JUDGE_MISMATCH || x->why == NULL);
	x->answer = NULL;
	free(alone);
	return j;
}

static inline unsigned
judged_hex(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static inline size_t
judged_read(const struct asked *a, const char *s, unsigned char *to)
{
	size_t len = 0, at, n;
	char *end;

	while (*s != '\0') {
		if (*s == ' ') {
			s++;
		} else if (*s == '\'') {
			for (s++; *s != '\''; s++)
				to[len++] = (unsigned char)*s;
			s++;
		} else if (*s == '{') {
			at = strtoul(s + 1, &end, 10);
			n = *end == '+' ? strtoul(end + 1, &end, 10)
					: a->sent_len - at;
			ck_assert(*end == '}' && at + n <= a->sent_len);
			memcpy(to + len, a->sent + at, n);
			len += n;
			s = end + 1;
		} else if (*s == '[') {
			n = strtoul(s + 1, &end, 10);
			memset(to + len, 0, n);
			len += n;
			s = end + 1;
		} else {
			to[len++] = (unsigned char)(judged_hex(s[0]) << 4 |
			    judged_hex(s[1]));
			s += 2;
		}
		ck_assert_uint_lt(len, JUDGED_ANSWER);
	}
	return len;
}

/*
 * It is judged as the row says; a shorter one is never right, nor one to another
 * question if it has a number; none is read beyond its end, whatever it holds.
 */
static inline void
judged_check(const struct judged *row, const struct dns_want *want)
{
	static const char *const judgements[] = { "more", "match", "mismatch" };
	unsigned char answer[JUDGED_ANSWER];
	struct exchange x;
	struct asked a;
	unsigned seed = 1;
	enum judgement j;
	size_t len, n;
	int i;

	judged_ask(&a, row->name, row->payload, want,
	    UINT64_C(0x0123456789abcdef));
	len = judged_read(&a, row->answer, answer);
	j = judged_bytes(&x, &a, answer, len);
	ck_assert_msg(j == row->judgement, "%s: %s: %s (%s) and not %s",
	    row->name, row->what, judgements[j], x.why != NULL ? x.why : "",
	    judgements[row->judgement]);
	unit_str(row->what, x.why, row->why);
	for (n = 0; n < len; n++) {
		j = judged_bytes(&x, &a, answer, n);
		ck_assert_msg(row->cuts || j != JUDGE_MATCH,
		    "%s: %s: a match of %zu bytes", row->name, row->what, n);
	}
	for (i = 0; i < 2000 && len > 0; i++) {
		unsigned char other[JUDGED_ANSWER];
		unsigned flips = 1 + unit_random(&seed, 4);

		memcpy(other, answer, len);
		while (flips-- > 0)
			other[unit_random(&seed, (unsigned)len)] =
			    (unsigned char)unit_random(&seed, 256);
		(void)judged_bytes(&x, &a, other, len);
	}
}

/* What is a match is none if the question was another one. */
static inline void
judged_other(const struct judged *row, const struct dns_want *want)
{
	unsigned char answer[JUDGED_ANSWER];
	struct exchange x;
	struct asked a;
	size_t len;

	if (row->judgement != JUDGE_MATCH || strchr(row->answer, '{') == NULL)
		return;
	judged_ask(&a, row->name, row->payload, want,
	    UINT64_C(0x0123456789abcdef));
	len = judged_read(&a, row->answer, answer);
	judged_ask(&a, row->name, row->payload, want,
	    UINT64_C(0xfedcba9876543211));
	ck_assert_msg(judged_bytes(&x, &a, answer, len) != JUDGE_MATCH,
	    "%s: %s", row->name, row->what);
}

#endif
