/* SPDX-License-Identifier: ISC */
#include "expect.h"

#include <stdio.h>

#include "unit.h"

#define MORE JUDGE_MORE
#define MATCH JUDGE_MATCH
#define MISMATCH JUDGE_MISMATCH

#define BEGINS false
#define ANYWHERE true
#define ANY false
#define ALL true

/*
 * The strings, which end with one that has no data; the answer; what becomes
 * of it and after how many bytes: no sooner, no later.
 */
static const struct {
	const char *name;
	struct bytes strings[4];
	bool anywhere;
	bool all;
	struct bytes answer;
	enum judgement want;
	size_t at;
} cases[] = {
	{ "begins", { BYTES("220") }, BEGINS, ANY, BYTES("220 mx1"), MATCH, 3 },
	{ "begins, no more", { BYTES("220") }, BEGINS, ANY, BYTES("220"), MATCH,
	    3 },
	{ "begins, too little", { BYTES("220") }, BEGINS, ANY, BYTES("22"),
	    MORE },
	{ "begins, nothing", { BYTES("220") }, BEGINS, ANY, BYTES(""), MORE },
	{ "begins otherwise at once", { BYTES("220") }, BEGINS, ANY,
	    BYTES("554 no"), MISMATCH, 1 },
	{ "begins otherwise at last", { BYTES("220") }, BEGINS, ANY,
	    BYTES("221 no"), MISMATCH, 3 },
	{ "begins later", { BYTES("220") }, BEGINS, ANY, BYTES("\r\n220"),
	    MISMATCH, 1 },
	{ "case counts", { BYTES("ok") }, BEGINS, ANY, BYTES("OK"), MISMATCH,
	    1 },
	{ "either, the first", { BYTES("200"), BYTES("201") }, BEGINS, ANY,
	    BYTES("200 ok"), MATCH, 3 },
	{ "either, the second", { BYTES("200"), BYTES("201") }, BEGINS, ANY,
	    BYTES("201 ok"), MATCH, 3 },
	{ "either, the shorter", { BYTES("+OK ready"), BYTES("+O") }, BEGINS,
	    ANY, BYTES("+OK"), MATCH, 2 },
	{ "neither", { BYTES("200"), BYTES("201") }, BEGINS, ANY,
	    BYTES("202 no"), MISMATCH, 3 },
	{ "one is still possible", { BYTES("x"), BYTES("abc") }, BEGINS, ANY,
	    BYTES("ab"), MORE },
	{ "the last possible one fails", { BYTES("x"), BYTES("abc") }, BEGINS,
	    ANY, BYTES("abd"), MISMATCH, 3 },
	{ "both begin", { BYTES("+OK"), BYTES("+OK ready") }, BEGINS, ALL,
	    BYTES("+OK ready."), MATCH, 9 },
	{ "one of both begins", { BYTES("+OK"), BYTES("+OK ready") }, BEGINS,
	    ALL, BYTES("+OK no"), MISMATCH, 5 },
	{ "both cannot begin", { BYTES("a"), BYTES("b") }, BEGINS, ALL,
	    BYTES("a"), MISMATCH, 1 },
	{ "empty begins", { BYTES("") }, BEGINS, ANY, BYTES("x"), MATCH, 1 },
	{ "empty begins nothing", { BYTES("") }, BEGINS, ANY, BYTES(""), MORE },
	{ "begins with NUL", { BYTES("\0b") }, BEGINS, ANY, BYTES("\0bc"),
	    MATCH, 2 },
	{ "NUL does not end it", { BYTES("a\0b") }, BEGINS, ANY, BYTES("a\0c"),
	    MISMATCH, 3 },
	{ "high bytes", { BYTES("\xff\x80") }, BEGINS, ANY, BYTES("\xff\x80"),
	    MATCH, 2 },

	{ "anywhere, in front", { BYTES("OK") }, ANYWHERE, ANY, BYTES("OK."),
	    MATCH, 2 },
	{ "anywhere, at the end", { BYTES("OK") }, ANYWHERE, ANY, BYTES("* OK"),
	    MATCH, 4 },
	{ "nowhere", { BYTES("OK") }, ANYWHERE, ANY, BYTES("* KO"), MORE },
	{ "anywhere, cut short", { BYTES("OK") }, ANYWHERE, ANY, BYTES("* O"),
	    MORE },
	{ "anywhere, after a false start", { BYTES("aab") }, ANYWHERE, ANY,
	    BYTES("aaaab"), MATCH, 5 },
	{ "anywhere, after most of it", { BYTES("abcabd") }, ANYWHERE, ANY,
	    BYTES("abcabcabd"), MATCH, 9 },
	{ "anywhere, a single byte", { BYTES("z") }, ANYWHERE, ANY,
	    BYTES("abcz"), MATCH, 4 },
	{ "anywhere, either", { BYTES("x"), BYTES("b") }, ANYWHERE, ANY,
	    BYTES("abx"), MATCH, 2 },
	{ "anywhere, all", { BYTES("x"), BYTES("b") }, ANYWHERE, ALL,
	    BYTES("abx"), MATCH, 3 },
	{ "anywhere, all, overlapping", { BYTES("ab"), BYTES("bc") }, ANYWHERE,
	    ALL, BYTES("abc"), MATCH, 3 },
	{ "anywhere, all, backwards", { BYTES("3"), BYTES("2"), BYTES("1") },
	    ANYWHERE, ALL, BYTES("1 2 3"), MATCH, 5 },
	{ "anywhere, all, the same twice", { BYTES("a"), BYTES("a") }, ANYWHERE,
	    ALL, BYTES("a"), MATCH, 1 },
	{ "anywhere, all but one", { BYTES("a"), BYTES("b"), BYTES("c") },
	    ANYWHERE, ALL, BYTES("aabbaabb"), MORE },
	{ "anywhere, empty", { BYTES("") }, ANYWHERE, ANY, BYTES("x"), MATCH,
	    1 },
	{ "anywhere, empty in nothing", { BYTES("") }, ANYWHERE, ANY, BYTES(""),
	    MORE },
	{ "anywhere, empty and another", { BYTES(""), BYTES("b") }, ANYWHERE,
	    ALL, BYTES("ab"), MATCH, 2 },
	{ "anywhere behind NUL", { BYTES("b") }, ANYWHERE, ANY, BYTES("\0b"),
	    MATCH, 2 },
	{ "anywhere with NUL", { BYTES("\0\0") }, ANYWHERE, ANY,
	    BYTES("\0a\0\0"), MATCH, 4 },
	{ "anywhere, longer than all", { BYTES("abcdef") }, ANYWHERE, ANY,
	    BYTES("abcde"), MORE },
};

static size_t
count(const struct bytes *strings, size_t max)
{
	size_t n = 0;

	while (n < max && strings[n].data != NULL)
		n++;
	return n;
}

/* In memory that ends where the answer does, for the sanitizer. */
static enum judgement
judge_end(const struct expect *e, struct expect_progress *progress,
    const char *answer, size_t len, bool ended)
{
	char *copy = len > 0 ? malloc(len) : NULL;
	enum judgement j;

	if (len > 0) {
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, answer, len);
	}
	j = expect_judge(e, progress, copy, len,
	    ended ? ANSWER_ENDED : ANSWER_OPEN);
	free(copy);
	return j;
}

static enum judgement
judge(const struct expect *e, struct expect_progress *progress,
    const char *answer, size_t len)
{
	return judge_end(e, progress, answer, len, false);
}

/* Of strings that are all expected in the same place. */
static struct expect
expect_of(const struct bytes *strings, size_t n, bool is_anywhere, bool all)
{
	static struct pattern patterns[EXPECT_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		patterns[i] = (struct pattern){
			is_anywhere ? PATTERN_ANYWHERE : PATTERN_PREFIX,
			strings[i],
			NULL,
		};
	return (struct expect){ patterns, n, all };
}

static struct expect
expectation(int i)
{
	return expect_of(cases[i].strings,
	    count(cases[i].strings, ARRAY_SIZE(cases[i].strings)),
	    cases[i].anywhere, cases[i].all);
}

/* At no other byte than the one that decides. */
START_TEST(byte_by_byte)
{
	const struct bytes *answer = &cases[_i].answer;
	const struct expect e = expectation(_i);
	struct expect_progress progress = { 0 };
	size_t len;

	for (len = 0; len <= answer->len; len++) {
		bool decided = cases[_i].want != MORE && len >= cases[_i].at;

		ck_assert_msg(judge(&e, &progress, answer->data, len) ==
			(decided ? cases[_i].want : MORE),
		    "%s: byte %zu", cases[_i].name, len);
		if (decided)
			break;
	}
}
END_TEST

START_TEST(any_two_pieces)
{
	const struct bytes *answer = &cases[_i].answer;
	const struct expect e = expectation(_i);
	size_t first;

	for (first = 0; first <= answer->len; first++) {
		struct expect_progress progress = { 0 };
		enum judgement j = judge(&e, &progress, answer->data, first);

		if (j == MORE)
			j = judge(&e, &progress, answer->data, answer->len);
		ck_assert_msg(j == cases[_i].want, "%s: %zu bytes and the rest",
		    cases[_i].name, first);
	}
}
END_TEST

/* What the header says, without memory of what was. */
static enum judgement
model(const struct expect *e, const char *answer, size_t len)
{
	size_t i, at, found = 0, impossible = 0;

	for (i = 0; i < e->n && len > 0; i++) {
		const struct bytes *s = &e->patterns[i].text;
		bool is_anywhere = e->patterns[i].kind == PATTERN_ANYWHERE;
		size_t shorter = len < s->len ? len : s->len;
		bool there = false;

		for (at = 0; at + s->len <= len && (is_anywhere || at == 0);
		     at++)
			there |= memcmp(answer + at, s->data, s->len) == 0;
		found += there;
		impossible += !is_anywhere &&
		    memcmp(answer, s->data, shorter) != 0;
	}
	if (e->all)
		return impossible > 0 ? MISMATCH : found == e->n ? MATCH : MORE;
	return found > 0 ? MATCH : impossible == e->n ? MISMATCH : MORE;
}

static void
random_bytes(unsigned *seed, char *s, size_t n)
{
	static const char alphabet[] = "ab\0";

	while (n-- > 0)
		*s++ = alphabet[unit_random(seed, 3)];
}

/* Random strings, answers and pieces. */
START_TEST(same_whatever_the_pieces)
{
	unsigned round, seed = (unsigned)_i;

	for (round = 0; round < 200; round++) {
		char data[4][6], answer[40];
		struct bytes strings[4];
		size_t n = 1 + unit_random(&seed, 4);
		struct expect e;
		struct expect_progress progress = { 0 };
		size_t i, len = 0;
		enum judgement j = MORE;

		for (i = 0; i < n; i++) {
			strings[i] = (struct bytes){ data[i],
				unit_random(&seed, sizeof(data[i])) };
			random_bytes(&seed, data[i], strings[i].len);
		}
		e = expect_of(strings, n, unit_random(&seed, 2),
		    unit_random(&seed, 2));
		random_bytes(&seed, answer, sizeof(answer));
		/* Most prefixes would fail at once. */
		if (unit_random(&seed, 2) == 0)
			memcpy(answer, data[0], strings[0].len);
		while (j == MORE && len < sizeof(answer)) {
			len += unit_random(&seed, 4);
			if (len > sizeof(answer))
				len = sizeof(answer);
			j = judge(&e, &progress, answer, len);
			ck_assert_int_eq(j, model(&e, answer, len));
		}
		/* More does not change a match, nor what cannot be. */
		if (j != MORE)
			ck_assert_int_eq(j, model(&e, answer, sizeof(answer)));
	}
}
END_TEST

static struct bytes *
many(struct bytes *strings, char (*data)[16])
{
	int i;

	for (i = 0; i < EXPECT_MAX; i++) {
		snprintf(data[i], sizeof(data[i]), "<%d>", i);
		strings[i] = (struct bytes){ data[i], strlen(data[i]) };
	}
	return strings;
}

/* Any of 64 is enough. */
START_TEST(any_of_many)
{
	struct bytes strings[EXPECT_MAX];
	char data[EXPECT_MAX][16];
	struct expect e = expect_of(many(strings, data), EXPECT_MAX, _i % 2,
	    ANY);
	struct expect_progress progress = { 0 };

	ck_assert_int_eq(judge(&e, &progress, data[_i], strings[_i].len - 1),
	    MORE);
	ck_assert_int_eq(judge(&e, &progress, data[_i], strings[_i].len),
	    MATCH);
}
END_TEST

/* All of 64, this one last and in two pieces. */
START_TEST(all_of_many)
{
	struct bytes strings[EXPECT_MAX];
	char data[EXPECT_MAX][16], answer[EXPECT_MAX * 16];
	struct expect e = expect_of(many(strings, data), EXPECT_MAX, ANYWHERE,
	    ALL);
	struct expect_progress progress = { 0 };
	size_t len = 0;
	int i;

	for (i = 0; i < EXPECT_MAX; i++) {
		if (i == _i)
			continue;
		memcpy(answer + len, data[i], strings[i].len);
		len += strings[i].len;
		ck_assert_int_eq(judge(&e, &progress, answer, len), MORE);
	}
	memcpy(answer + len, data[_i], strings[_i].len);
	len += strings[_i].len;
	ck_assert_int_eq(judge(&e, &progress, answer, len - 1), MORE);
	ck_assert_int_eq(judge(&e, &progress, answer, len), MATCH);
}
END_TEST

/* The same pieces with a progress that starts anew. */
START_TEST(progress_is_all_memory)
{
	const struct bytes strings[] = { BYTES("a"), BYTES("b") };
	const struct expect e = expect_of(strings, 2, ANYWHERE, ALL);
	struct expect_progress progress = { 0 };

	ck_assert_int_eq(judge(&e, &progress, "a", 1), MORE);
	ck_assert_int_eq(judge(&e, &progress, "ab", 2), MATCH);
	progress = (struct expect_progress){ 0 };
	ck_assert_int_eq(judge(&e, &progress, "b", 1), MORE);
	ck_assert_int_eq(judge(&e, &progress, "bb", 2), MORE);
	ck_assert_int_eq(judge(&e, &progress, "bba", 3), MATCH);
}
END_TEST

#define IN(literal)                              \
	{                                        \
		PATTERN_ANYWHERE, BYTES(literal) \
	}
#define AT(literal)                            \
	{                                      \
		PATTERN_PREFIX, BYTES(literal) \
	}
#define NOT(literal)                        \
	{                                   \
		PATTERN_NOT, BYTES(literal) \
	}

/* Patterns of several kinds; the answer; what becomes of it open and ended. */
static const struct {
	const char *name;
	struct pattern patterns[4];
	bool all;
	struct bytes answer;
	enum judgement open;
	enum judgement ended;
	size_t end;
} mixed[] = {
	{ "either place", { AT("220"), IN("ESMTP") }, ANY, BYTES("x ESMTP y"),
	    MATCH, MATCH, 7 },
	{ "either place, the prefix", { AT("220"), IN("ESMTP") }, ANY,
	    BYTES("220 x"), MATCH, MATCH, 3 },
	{ "neither yet", { AT("220"), IN("ESMTP") }, ANY, BYTES("554 x"), MORE,
	    MISMATCH, 0 },
	{ "both places", { AT("220"), IN("ESMTP") }, ALL, BYTES("220 x ESMTP."),
	    MATCH, MATCH, 11 },
	{ "one is missing", { AT("220"), IN("ESMTP") }, ALL, BYTES("220 x"),
	    MORE, MISMATCH, 3 },
	{ "one cannot be", { AT("220"), IN("ESMTP") }, ALL, BYTES("554 ESMTP"),
	    MISMATCH, MISMATCH, 9 },
	{ "a short prefix", { AT("220") }, ANY, BYTES("22"), MORE, MISMATCH,
	    0 },
	{ "only not", { NOT("error") }, ANY, BYTES("fine"), MORE, MATCH, 4 },
	{ "only not, there", { NOT("error") }, ANY, BYTES("an error."),
	    MISMATCH, MISMATCH, 0 },
	{ "only not, nothing", { NOT("error") }, ANY, BYTES(""), MORE, MISMATCH,
	    0 },
	{ "met, and not", { IN("ok"), NOT("error") }, ANY, BYTES("ok, fine"),
	    MORE, MATCH, 8 },
	{ "met, but not", { IN("ok"), NOT("error") }, ANY, BYTES("ok, error"),
	    MISMATCH, MISMATCH, 0 },
	{ "unmet, and not", { IN("ok"), NOT("error") }, ANY, BYTES("fine"),
	    MORE, MISMATCH, 4 },
	{ "each not counts", { IN("ok"), NOT("a"), NOT("b") }, ANY,
	    BYTES("ok b"), MISMATCH, MISMATCH, 0 },
	{ "all, and not", { IN("a"), AT("b"), NOT("c") }, ALL, BYTES("ba"),
	    MORE, MATCH, 2 },
	{ "all, but one, and not", { IN("a"), AT("b"), NOT("c") }, ALL,
	    BYTES("bx"), MORE, MISMATCH, 2 },
	{ "a prefix fails, and not", { AT("b"), NOT("c") }, ANY, BYTES("x"),
	    MISMATCH, MISMATCH, 0 },
};

START_TEST(mixed_kinds)
{
	const struct bytes *answer = &mixed[_i].answer;
	struct expect e = { mixed[_i].patterns, 0, mixed[_i].all };
	struct expect_progress open = { 0 }, ended = { 0 }, pieces = { 0 };
	enum judgement j = MORE;
	size_t len;

	while (e.n < 4 && e.patterns[e.n].text.data != NULL)
		e.n++;
	ck_assert_msg(judge(&e, &open, answer->data, answer->len) ==
		mixed[_i].open,
	    "%s: open", mixed[_i].name);
	ck_assert_msg(judge_end(&e, &ended, answer->data, answer->len, true) ==
		mixed[_i].ended,
	    "%s: ended", mixed[_i].name);
	if (mixed[_i].ended == MATCH)
		ck_assert_msg(ended.end == mixed[_i].end, "%s: end at %zu",
		    mixed[_i].name, ended.end);
	for (len = 0; len <= answer->len && j == MORE; len++)
		j = judge(&e, &pieces, answer->data, len);
	ck_assert_msg(j == mixed[_i].open, "%s: pieces", mixed[_i].name);
	if (j == MORE)
		ck_assert_msg(judge_end(&e, &pieces, answer->data, answer->len,
				  true) == mixed[_i].ended,
		    "%s: pieces, ended", mixed[_i].name);
}
END_TEST

/* An answer that begins in the middle of a line. */
static const struct {
	struct pattern pattern;
	struct bytes answer;
	enum judgement want;
	size_t end;
} midline[] = {
	{ AT("250"), BYTES("250 x"), MATCH, 3 },
	{ AT("250"), BYTES("25"), MORE, 0 },
	{ AT("250"), BYTES(" rest"), MORE, 0 },
	{ AT("250"), BYTES(" rest\r\n"), MORE, 0 },
	{ AT("250"), BYTES(" rest\r\n25"), MORE, 0 },
	{ AT("250"), BYTES(" rest\r\n250 x"), MATCH, 10 },
	{ AT("250"), BYTES(" rest\r\n500"), MISMATCH, 0 },
	{ AT("250"), BYTES(" rest\r\n500\r\n250"), MISMATCH, 0 },
	{ AT("250"), BYTES("\n250"), MATCH, 4 },
	{ IN("250"), BYTES(" 250"), MATCH, 4 },
};

START_TEST(begins_in_a_line)
{
	const struct expect e = { &midline[_i].pattern, 1, ANY };
	struct expect_progress progress = { .midline = true };

	ck_assert_int_eq(judge(&e, &progress, midline[_i].answer.data,
			     midline[_i].answer.len),
	    midline[_i].want);
	ck_assert_uint_eq(progress.end, midline[_i].end);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("expect");

	unit_rows(tc, byte_by_byte, cases);
	unit_rows(tc, any_two_pieces, cases);
	tcase_add_loop_test(tc, same_whatever_the_pieces, 0, 50);
	tcase_add_loop_test(tc, any_of_many, 0, EXPECT_MAX);
	tcase_add_loop_test(tc, all_of_many, 0, EXPECT_MAX);
	tcase_add_test(tc, progress_is_all_memory);
	unit_rows(tc, mixed_kinds, mixed);
	unit_rows(tc, begins_in_a_line, midline);
	return unit_run("expect", tc);
}
