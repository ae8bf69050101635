/* SPDX-License-Identifier: ISC */
#include "small.h"

#include <string.h>

#include "clock.h"
#include "wire.h"

/* From 1900 to 1970 (RFC 868). */
#define SECONDS_TO_1970 INT64_C(2208988800)

static bool is_printable(const struct exchange *);

size_t
small_echo_ask(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put_text(&p, "portstate ");
	wire_put_hex(&p, q->arbitrary, 16);
	wire_put_text(&p, "\r\n");
	return (size_t)(p.at - q->to);
}

enum judgement
small_echo_answer(struct exchange *x)
{
	if (x->len != x->sent.len ||
	    memcmp(x->answer, x->sent.data, x->len) != 0)
		return exchange_mismatch(x, "other bytes came back");
	return JUDGE_MATCH;
}

enum judgement
small_daytime_answer(struct exchange *x)
{
	size_t i, lines = 0;
	bool digit = false, in_line = false;

	if (!is_printable(x))
		return exchange_mismatch(x, "not text");
	for (i = 0; i < x->len; i++) {
		bool ends = x->answer[i] == '\r' || x->answer[i] == '\n';

		lines += !ends && !in_line;
		in_line = !ends;
		digit |= x->answer[i] >= '0' && x->answer[i] <= '9';
	}
	if (lines > 1)
		return exchange_mismatch(x, "more than a line");
	return digit ? JUDGE_MATCH : exchange_mismatch(x, "no date");
}

/* What a server of echo sends back has nothing to see in it. */
enum judgement
small_chargen_answer(struct exchange *x)
{
	size_t i;

	if (!is_printable(x))
		return exchange_mismatch(x, "not text");
	for (i = 0; i < x->len; i++)
		if (x->answer[i] > ' ')
			return JUDGE_MATCH;
	return x->len == 0 ? JUDGE_MATCH
			   : exchange_mismatch(x, "not characters");
}

enum judgement
small_time_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len);
	int64_t ours_s = x->wall_us / CLOCK_SECOND + SECONDS_TO_1970;
	uint32_t ahead_s = (uint32_t)wire_get(&c, 4) - (uint32_t)ours_s;

	if (!wire_done(&c))
		return exchange_mismatch(x, "not four bytes");
	x->offset_us = (int32_t)ahead_s * CLOCK_SECOND;
	x->has_offset = true;
	return JUDGE_MATCH;
}

enum judgement
small_nothing(struct exchange *x)
{
	return exchange_mismatch(x, "such a service does not answer");
}

static bool
is_printable(const struct exchange *x)
{
	size_t i;

	for (i = 0; i < x->len; i++)
		if (x->answer[i] < '\t' || x->answer[i] >= 0x7f ||
		    (x->answer[i] < ' ' && x->answer[i] > '\r'))
			return false;
	return true;
}
