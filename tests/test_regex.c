/* SPDX-License-Identifier: ISC */
#include "regex.h"

#include <stdio.h>

#include "expect.h"
#include "unit.h"

#define MIB ((size_t)1 << 20)

/* The pattern, the answer, whether it matches and whether once it has ended. */
static const struct {
	const char *pattern;
	struct bytes answer;
	bool open;
	bool ended;
} cases[] = {
	/* Lines. */
	{ "ready", BYTES("220 ready"), false, true },
	{ "^220 ", BYTES("220 ready"), false, true },
	{ "^ready", BYTES("220 ready"), false, false },
	{ "^ready", BYTES("220\nready"), false, true },
	{ "^ready", BYTES("220\r\nready"), false, true },
	{ "^ready", BYTES("220\rready"), false, false },
	{ "ready$", BYTES("220 ready"), false, true },
	{ "ready$", BYTES("220 ready\n"), true, true },
	{ "ready$", BYTES("220 ready\r\n"), true, true },
	{ "ready$", BYTES("220 ready\r"), false, true },
	{ "ready$", BYTES("220 ready\r\r\n"), false, false },
	{ "ready$", BYTES("220 ready \r\n"), false, false },
	{ "^ready$", BYTES("a\r\nready\r\nb"), true, true },
	{ "(^|,)b(,|$)", BYTES("a,b\n"), true, true },
	{ "(x|y$)", BYTES("y"), false, true },
	{ "(x|y$)", BYTES("yx"), false, true },
	{ "a.b", BYTES("a\nb"), false, false },
	{ "a[^x]b", BYTES("a\nb"), false, false },
	{ "a.b", BYTES("a\rb"), false, true },
	{ "a.", BYTES("a\r\n"), false, false },
	{ "a.", BYTES("a\r"), false, false },
	{ "a.", BYTES("a\r\r\n"), true, true },
	{ "\r", BYTES("a\r\n"), false, false },
	{ "\\r", BYTES("a\rb\r\n"), true, true },
	/* The empty. */
	{ "", BYTES(""), false, false },
	{ "", BYTES("x"), false, true },
	{ "", BYTES("\n"), true, true },
	{ "", BYTES("\r"), false, true },
	{ "x*", BYTES(""), false, false },
	{ "x*", BYTES("y"), false, true },
	{ "^", BYTES(""), false, false },
	{ "^$", BYTES(""), false, false },
	{ "^$", BYTES("\n"), true, true },
	{ "^$", BYTES("\r\n"), true, true },
	{ "^$", BYTES("\r"), false, true },
	{ "^$", BYTES("a\n"), false, false },
	{ "^$", BYTES("a\n\nb"), true, true },
	{ "a||b", BYTES("c"), false, true },
	{ "()", BYTES("c"), false, true },
	/* What the next byte decides. */
	{ "\\<foo\\>", BYTES("a foo"), false, true },
	{ "\\<foo\\>", BYTES("a foo\n"), true, true },
	{ "\\<foo\\>", BYTES("a foot\n"), false, false },
	/* All that grep -E has. */
	{ "^(ab|c)+$", BYTES("abcab\n"), true, true },
	{ "^(ab|c)+$", BYTES("abca\n"), false, false },
	{ "^a{2}$", BYTES("aa\n"), true, true },
	{ "^a{2}$", BYTES("aaa\n"), false, false },
	{ "^a{2,}$", BYTES("aaa\n"), true, true },
	{ "^a{1,2}$", BYTES("aa\n"), true, true },
	{ "^a{0}b$", BYTES("b\n"), true, true },
	{ "^(a{2}){2}$", BYTES("aaaa\n"), true, true },
	{ "^(a?){3}$", BYTES("aaaa\n"), false, false },
	{ "^[[:digit:]]{1,3}(\\.[0-9]{1,3}){3}$", BYTES("192.0.2.17\n"), true,
	    true },
	{ "^[]a]+$", BYTES("a]\n"), true, true },
	{ "^[^]a]+$", BYTES("b]\n"), false, false },
	{ "^[a-]+$", BYTES("a-\n"), true, true },
	{ "^[][:alpha:]]+$", BYTES("x]\n"), true, true },
	{ "^[\\n]+$", BYTES("\\n\n"), true, true },
	{ "^\\w+\\W\\w+$", BYTES("a_1 b\n"), true, true },
	{ "^\\S\\s\\d$", BYTES("a\t7\n"), true, true },
	{ "^\\(\\[\\{\\.\\*\\$\\^\\|\\\\$", BYTES("([{.*$^|\\\n"), true, true },
	{ "a", BYTES("A"), false, false },
	/* Bytes. */
	{ "^a.b$", BYTES("a\0b\n"), true, true },
	{ "b$", BYTES("a\0b\n"), true, true },
	{ "^a$", BYTES("a\0b\n"), false, false },
	{ "^a$", BYTES("a\0"), false, false },
	{ "a[^x]$", BYTES("a\0\n"), true, true },
	{ "\\W$", BYTES("a\0\n"), true, true },
	{ "^a\\>.", BYTES("a\0\n"), true, true },
	{ "[[:alnum:][:space:][:punct:]]$", BYTES("a\0\n"), false, false },
	{ "^a", BYTES("\0a"), false, false },
	{ "^\xe4.\xff$", BYTES("\xe4\x80\xff\n"), true, true },
	{ "^.$", BYTES("\xc3\xa4\n"), false, false },
	{ "^[\x80-\xff]{2}$", BYTES("\xc3\xa4\n"), true, true },
	{ "^[^a]$", BYTES("\xff\n"), true, true },
	{ "[[:alpha:]]", BYTES("\xe4"), false, false },
};

static const struct {
	const char *pattern;
	const char *why;
} refused[] = {
	{ "(a", "a closing parenthesis is missing" },
	{ "a)b", "an opening parenthesis is missing" },
	{ ")", "an opening parenthesis is missing" },
	{ "(a))", "an opening parenthesis is missing" },
	{ "(a)\\1", "back-references are not supported" },
	{ "\\1", "back-references are not supported" },
	{ "*a", "a repetition of nothing" },
	{ "a|+", "a repetition of nothing" },
	{ "(?i)a", "a repetition of nothing" },
	{ "{1}", "a repetition of nothing" },
	{ "a**", "a repetition of a repetition" },
	{ "a{", "a wrong repeat count; at most 255" },
	{ "a{}", "a wrong repeat count; at most 255" },
	{ "a{,2}", "a wrong repeat count; at most 255" },
	{ "a{,}", "a wrong repeat count; at most 255" },
	{ "a{2", "a wrong repeat count; at most 255" },
	{ "a{2,1}", "a wrong repeat count; at most 255" },
	{ "a{256}", "a wrong repeat count; at most 255" },
	{ "a{1,256}", "a wrong repeat count; at most 255" },
	{ "a{99999999999}", "a wrong repeat count; at most 255" },
	{ "(a{1000}){1000}", "a wrong repeat count; at most 255" },
	{ "a{~1}", "a wrong repeat count; at most 255" },
	{ "a{+1}", "a wrong repeat count; at most 255" },
	{ "a+?", "a repetition of a repetition" },
	{ "a{2}{2}", "a repetition of a repetition" },
	{ "(a{255}){255}", "too large" },
	{ "((){255}){255}", "too large" },
	{ "((((^){255}){255}){255}){255}", "too large" },
	{ "(a?){255}", "too large" },
	{ "\\<|$", "an anchor that need not hold" },
	{ "a(^|b*)", "an anchor that need not hold" },
	{ "(^)?a", "an anchor that need not hold" },
	{ "[a", "a closing bracket is missing" },
	{ "[]", "a closing bracket is missing" },
	{ "[^]", "a closing bracket is missing" },
	{ "[[:alpha:", "the end of a character class is missing" },
	{ "[[:alpha:x]]", "the end of a character class is missing" },
	{ "[[:nothing:]]", "unknown character class" },
	{ "[[.a.]]", "unknown collating element" },
	{ "[z-a]", "a range that ends before it begins" },
	{ "a\\", "a backslash at the end" },
	{ "a\\b", "\\b and \\B are not supported; \\< and \\> are" },
	{ "\\Qa\\E", "a backslash before what needs none" },
	{ "\\x{0000000000000000000000000000000000000041}",
	    "a backslash before what needs none" },
	{ "a\nb", "a newline, which no line has in it" },
};

/* What a peer would send, and an admin write, to keep us busy. */
static const char *const hostile[] = {
	"(a+)+$",
	"(a|aa)*b",
	"a.*a.*a.*a.*b",
	"[[:alpha:]]*x",
	"(a*)*$",
	"(a?){20}b",
	"\\<a+b",
};

static struct regex *
compiled(const char *pattern)
{
	const char *why = "?";
	struct regex *r = regex_new(pattern, &why);

	ck_assert_msg(r != NULL, "%s: %s", pattern, why);
	return r;
}

/* In memory that ends where the answer does, for the sanitizer. */
static bool
matches(const struct regex *r, struct regex_progress *progress,
    const char *answer, size_t len, bool ended)
{
	char *copy = len > 0 ? malloc(len) : NULL;
	bool matched;

	if (len > 0) {
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, answer, len);
	}
	matched = regex_matches(r, progress, copy, len, ended);
	free(copy);
	return matched;
}

START_TEST(whole)
{
	struct regex *r = compiled(cases[_i].pattern);
	const struct bytes *answer = &cases[_i].answer;
	struct regex_progress open = { 0 }, ended = { 0 };

	ck_assert_msg(matches(r, &open, answer->data, answer->len, false) ==
		cases[_i].open,
	    "%s: %s: open", cases[_i].pattern, answer->data);
	ck_assert_msg(matches(r, &ended, answer->data, answer->len, true) ==
		cases[_i].ended,
	    "%s: %s: ended", cases[_i].pattern, answer->data);
	regex_free(r);
}
END_TEST

START_TEST(byte_by_byte)
{
	struct regex *r = compiled(cases[_i].pattern);
	const struct bytes *answer = &cases[_i].answer;
	struct regex_progress progress = { 0 };
	bool matched = false;
	size_t len;

	for (len = 0; len <= answer->len && !matched; len++)
		matched = matches(r, &progress, answer->data, len, false);
	ck_assert_msg(matched == cases[_i].open, "%s: %s: open",
	    cases[_i].pattern, answer->data);
	if (!matched)
		matched = matches(r, &progress, answer->data, answer->len,
		    true);
	ck_assert_msg(matched == cases[_i].ended, "%s: %s: ended",
	    cases[_i].pattern, answer->data);
	regex_free(r);
}
END_TEST

START_TEST(is_refused)
{
	const char *why = NULL;

	ck_assert_msg(regex_new(refused[_i].pattern, &why) == NULL, "%s",
	    refused[_i].pattern);
	unit_str(refused[_i].pattern, why, refused[_i].why);
}
END_TEST

/* A pattern of n times what is given; the caller frees it. */
static char *
repeat(const char *s, size_t n)
{
	size_t len = strlen(s), i;
	char *pattern = malloc(len * n + 1);

	ck_assert_ptr_nonnull(pattern);
	for (i = 0; i < n; i++)
		memcpy(pattern + i * len, s, len);
	pattern[len * n] = '\0';
	return pattern;
}

static void
check_size(const char *s, size_t n, const char *want)
{
	char *pattern = repeat(s, n);
	const char *why = NULL;
	struct regex *r = regex_new(pattern, &why);

	unit_str(s, why, want);
	ck_assert((r == NULL) == (want != NULL));
	regex_free(r);
	free(pattern);
}

START_TEST(sizes)
{
	check_size("a", 2000, NULL);
	check_size("a", 4096, "too large");
	check_size("a", 4097, "longer than 4096 bytes");
	check_size("a?", 2000, "too large");
	check_size("a|", 200, NULL);
	check_size("a|", 2000, "too large");
	check_size("|", 4000, "too large");
	check_size("(", 4000, "too many parentheses within another");
	check_size("(a|", 200, "a closing parenthesis is missing");
}
END_TEST

/* A byte of each value is what its class says, and "." in any case. */
START_TEST(every_byte)
{
	struct regex *any = compiled("^a.b$"),
		     *high = compiled("^a[\x80-\xff]b$");
	int c;

	for (c = 0; c < 256; c++) {
		const char answer[] = { 'a', (char)c, 'b', '\n' };
		struct regex_progress one = { 0 }, other = { 0 };

		ck_assert(matches(any, &one, answer, sizeof(answer), false) ==
		    (c != '\n'));
		ck_assert(matches(high, &other, answer, sizeof(answer),
			      false) == (c >= 0x80));
	}
	regex_free(high);
	regex_free(any);
}
END_TEST

static void
check_hostile(const char *pattern, const char *answer, size_t piece)
{
	struct regex *r = compiled(pattern);
	struct regex_progress progress = { 0 };
	size_t len;

	for (len = piece; len <= MIB; len += piece)
		ck_assert(!regex_matches(r, &progress, answer, len, false));
	/* The line is too long to have an end. */
	ck_assert(!regex_matches(r, &progress, answer, MIB, true));
	regex_free(r);
}

START_TEST(hostile_answer)
{
	char *answer = malloc(MIB);

	ck_assert_ptr_nonnull(answer);
	memset(answer, 'a', MIB);
	check_hostile(hostile[_i], answer, MIB);
	check_hostile(hostile[_i], answer, 4096);
	free(answer);
}
END_TEST

/* Of a line that is too long, the beginning is searched. */
START_TEST(long_line)
{
	struct regex *r = compiled("b"), *end = compiled("a$");
	struct regex_progress progress = { 0 }, other = { 0 };
	const size_t len = MIB / 8;
	char *answer = malloc(len);

	ck_assert_ptr_nonnull(answer);
	memset(answer, 'a', len);
	answer[len - 1] = '\n';
	answer[65535] = 'b';
	ck_assert(regex_matches(r, &progress, answer, len, false));
	ck_assert(!regex_matches(end, &other, answer, len, false));
	progress = (struct regex_progress){ 0 };
	answer[65535] = 'a';
	answer[65536] = 'b';
	ck_assert(!regex_matches(r, &progress, answer, len, true));
	free(answer);
	regex_free(end);
	regex_free(r);
}
END_TEST

/* Lines that were searched are not searched again. */
START_TEST(line_by_line)
{
	struct regex *r = compiled("^b$");
	struct regex_progress progress = { 0 };
	char *answer = malloc(MIB);
	size_t len;

	ck_assert_ptr_nonnull(answer);
	for (len = 0; len < MIB; len += 2)
		memcpy(answer + len, "a\n", 2);
	for (len = 1; len < MIB; len++)
		ck_assert(!regex_matches(r, &progress, answer, len, false));
	answer[0] = 'b';
	ck_assert(!regex_matches(r, &progress, answer, MIB, true));
	progress = (struct regex_progress){ 0 };
	ck_assert(regex_matches(r, &progress, answer, MIB, true));
	free(answer);
	regex_free(r);
}
END_TEST

START_TEST(nothing_to_free)
{
	regex_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("regex");

	unit_rows(tc, whole, cases);
	unit_rows(tc, byte_by_byte, cases);
	unit_rows(tc, is_refused, refused);
	unit_rows(tc, hostile_answer, hostile);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, line_by_line);
	tcase_add_test(tc, nothing_to_free);
	return unit_run("regex", tc);
}
