/* SPDX-License-Identifier: ISC */
#include "text.h"

#include <ctype.h>

#include "escape.h"
#include "unit.h"

/* The longest string of these tests. */
#define LONG 2000

static const size_t maxima[] = { 0, 1, 2, 3, 10, 255, 256, 257, 510, 511, 512,
	513, 1023, 1024, 1025, LONG };

static const struct {
	const char *bytes;
	size_t len;
	size_t max;
	const char *want;
} escapes[] = {
	{ "", 0, 100, "" },
	{ "", 0, 0, "" },
	{ "plain ~!", 8, 100, "plain ~!" },
	{ "a\nb\rc\td", 7, 100, "a\\nb\\rc\\td" },
	{ "\\\"", 2, 100, "\\\\\\\"" },
	{ "'`$%", 4, 100, "'`$%" },
	{ "a|b", 3, 100, "a\\x7cb" },
	{ "\0", 1, 100, "\\x00" },
	{ "a\0b", 3, 100, "a\\x00b" },
	{ "\x1b[31m", 5, 100, "\\x1b[31m" },
	{ "\x01\x1f\x7f\x80\x9b\xff", 6, 100,
	    "\\x01\\x1f\\x7f\\x80\\x9b\\xff" },
	{ "\xc3\xa4", 2, 100, "\\xc3\\xa4" },
	{ "\a\b\v\f", 4, 100, "\\x07\\x08\\x0b\\x0c" },
	/* Bounds. */
	{ "abcdef", 6, 6, "abcdef" },
	{ "abcdef", 6, 5, "ab..." },
	{ "abcdef", 6, 4, "a..." },
	{ "abcdef", 6, 3, "..." },
	{ "abc", 3, 3, "abc" },
	{ "ab", 2, 2, "ab" },
	{ "a", 1, 1, "a" },
	{ "ab\n", 3, 4, "ab\\n" },
	{ "abc\n", 4, 4, "a..." },
	{ "a\xff", 2, 5, "a\\xff" },
	{ "a\xff", 2, 4, "a..." },
	{ "\xff\xff", 2, 7, "\\xff..." },
	{ "\xff\xff", 2, 6, "..." },
	{ "\n\n\n", 3, 6, "\\n\\n\\n" },
};

/* A string of n bytes that are not all the same. */
static const char *
string(size_t n)
{
	static char s[LONG + 1];
	size_t i;

	for (i = 0; i < n; i++)
		s[i] = (char)('a' + i % 26);
	s[n] = '\0';
	return s;
}

START_TEST(escaped)
{
	struct text t;

	text_init(&t, LONG);
	text_puts(&t, "<");
	text_escape(&t, escapes[_i].bytes, escapes[_i].len, escapes[_i].max);
	text_puts(&t, ">");
	ck_assert_uint_eq(t.len, strlen(t.data));
	ck_assert_uint_eq(t.data[t.len - 1], '>');
	t.data[t.len - 1] = '\0';
	unit_str(escapes[_i].want, t.data + 1, escapes[_i].want);
	ck_assert(!t.cut);
	text_free(&t);
}
END_TEST

/* Each byte comes back when it is decoded, and none is dangerous. */
START_TEST(each_byte)
{
	unsigned char byte = (unsigned char)_i;
	char back[8];
	struct text t;
	size_t i, len;

	text_init(&t, LONG);
	text_escape(&t, &byte, 1, 4);
	ck_assert_uint_ge(t.len, 1);
	ck_assert_uint_le(t.len, 4);
	for (i = 0; i < t.len; i++) {
		ck_assert(isprint((unsigned char)t.data[i]));
		ck_assert_int_ne(t.data[i], '|');
	}
	ck_assert(t.len > 1 || (t.data[0] != '"' && t.data[0] != '\\'));
	ck_assert_ptr_null(escape_decode(t.data, back, &len));
	ck_assert_uint_eq(len, 1);
	ck_assert_uint_eq((unsigned char)back[0], byte);
	text_free(&t);
}
END_TEST

/* At most max bytes, whole escapes only, dots where something is missing. */
START_TEST(escaped_within)
{
	static const char bytes[] = "ab\n\xff|c\\\0\"defg\x01";
	size_t max = (size_t)_i, dots = max < 3 ? max : 3, kept;
	struct text whole, t;

	text_init(&whole, LONG);
	text_escape(&whole, bytes, sizeof(bytes) - 1, LONG);
	text_init(&t, LONG);
	text_escape(&t, bytes, sizeof(bytes) - 1, max);
	ck_assert_uint_le(t.len, max);
	if (max >= whole.len) {
		ck_assert_str_eq(t.data, whole.data);
	} else {
		kept = t.len - dots;
		ck_assert_str_eq(t.data + kept, &"..."[3 - dots]);
		ck_assert_mem_eq(t.data, whole.data, kept);
		t.data[kept] = '\0';
		ck_assert_ptr_null(escape_decode(t.data, t.data, &kept));
		ck_assert_mem_eq(t.data, bytes, kept);
	}
	text_free(&t);
	text_free(&whole);
}
END_TEST

/* A word is bounded too. */
START_TEST(word)
{
	size_t n = (size_t)_i;
	struct text t;

	text_init(&t, LONG);
	text_escape_string(&t, string(n));
	text_puts(&t, "|");
	ck_assert(!t.cut);
	ck_assert_uint_eq(t.len, (n < TEXT_WORD ? n : TEXT_WORD) + 1);
	ck_assert_int_eq(t.data[t.len - 1], '|');
	n = n > TEXT_WORD ? TEXT_WORD - 3 : n;
	ck_assert_mem_eq(t.data, string(n), n);
	text_free(&t);
}
END_TEST

START_TEST(bounded)
{
	size_t n, max = maxima[_i];
	struct text t;

	for (n = 0; n <= LONG; n += n < 600 ? 1 : 97) {
		text_init(&t, max);
		text_puts(&t, string(n));
		ck_assert_msg(t.len == (n < max ? n : max) &&
			strlen(t.data) == t.len && t.cut == (n > max) &&
			memcmp(t.data, string(n), t.len) == 0,
		    "%zu bytes", n);
		text_free(&t);
	}
}
END_TEST

START_TEST(byte_by_byte)
{
	size_t i, max = maxima[_i];
	struct text t;

	text_init(&t, max);
	ck_assert_str_eq(t.data, "");
	for (i = 0; i < LONG + 1; i++) {
		if (t.cut != (i > max))
			ck_abort_msg("%zu bytes", i);
		text_puts(&t, (const char[]){ (char)('a' + i % 26), '\0' });
	}
	ck_assert(t.cut);
	ck_assert_str_eq(t.data, string(max));
	text_free(&t);
}
END_TEST

START_TEST(printed)
{
	size_t n = maxima[_i];
	struct text t;

	text_init(&t, LONG + 10);
	text_puts(&t, "<");
	text_printf(&t, "%s%c%d", string(n), '=', -5);
	ck_assert_uint_eq(t.len, n + 4);
	ck_assert_mem_eq(t.data + 1, string(n), n);
	ck_assert_str_eq(t.data + 1 + n, "=-5");
	ck_assert(!t.cut);
	text_free(&t);

	text_init(&t, n);
	text_printf(&t, "%s.", string(n));
	ck_assert_str_eq(t.data, string(n));
	ck_assert(t.cut);
	text_free(&t);
}
END_TEST

/* What is full stays full, also for what is short. */
START_TEST(full)
{
	struct text t;

	text_init(&t, 5);
	text_puts(&t, "1234");
	text_printf(&t, "%s", "56");
	ck_assert_str_eq(t.data, "12345");
	text_puts(&t, "");
	text_escape(&t, "7", 1, 10);
	ck_assert_str_eq(t.data, "12345");
	ck_assert_uint_eq(t.len, 5);
	ck_assert(t.cut);
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("text");

	unit_rows(tc, escaped, escapes);
	tcase_add_loop_test(tc, each_byte, 0, 256);
	tcase_add_loop_test(tc, escaped_within, 0, 40);
	tcase_add_loop_test(tc, word, TEXT_WORD - 5, TEXT_WORD + 5);
	tcase_add_loop_test(tc, word, LONG - 1, LONG + 1);
	unit_rows(tc, bounded, maxima);
	unit_rows(tc, byte_by_byte, maxima);
	unit_rows(tc, printed, maxima);
	tcase_add_test(tc, full);
	return unit_run("text", tc);
}
