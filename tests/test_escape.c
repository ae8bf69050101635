/* SPDX-License-Identifier: ISC */
#include "escape.h"

#include "unit.h"

#define BAD_HEX "\\x needs two hexadecimal digits"

static const struct {
	const char *s;
	const char *want;
	size_t len;
} decoded[] = {
	{ "", "", 0 },
	{ "plain", "plain", 5 },
	{ "\\n", "\n", 1 },
	{ "\\r\\n", "\r\n", 2 },
	{ "\\t", "\t", 1 },
	{ "\\\\", "\\", 1 },
	{ "\\\\n", "\\n", 2 },
	{ "\\\\\\n", "\\\n", 2 },
	{ "\\0", "\0", 1 },
	{ "a\\0b", "a\0b", 3 },
	{ "\\012", "\00012", 3 },
	{ "\\x00", "\0", 1 },
	{ "\\x41", "A", 1 },
	{ "\\xff\\xFF\\xfF", "\xff\xff\xff", 3 },
	{ "\\xaBcd", "\xab\x63\x64", 3 },
	{ "\\x0a5", "\n5", 2 },
	{ "\\x5c\\x6e", "\\n", 2 },
	{ "\\q", "q", 1 },
	{ "\\\"", "\"", 1 },
	{ "\\N\\X41", "NX41", 4 },
	{ "\\ a", " a", 2 },
	{ "\\\xff", "\xff", 1 },
	{ "\\", "\\", 1 },
	{ "a\\", "a\\", 2 },
	{ "\\\\\\", "\\\\", 2 },
	{ "\xc3\xa4", "\xc3\xa4", 2 },
};

static const char *const refused[] = { "\\x", "\\x4", "\\xg0", "\\x0g", "\\x 1",
	"\\x\\x41", "a\\xq", "\\x41\\x", "\\x-1", "\\x\xc3\xa4" };

/* The room is exactly what the contract demands: the sanitizer looks on. */
static char *
room(const char *s)
{
	char *out = malloc(strlen(s) + (s[0] == '\0'));

	ck_assert_ptr_nonnull(out);
	return out;
}

START_TEST(decodes)
{
	const char *s = decoded[_i].s;
	char *out = room(s);
	size_t len = 4711;

	unit_str(s, escape_decode(s, out, &len), NULL);
	ck_assert_uint_eq(len, decoded[_i].len);
	ck_assert_mem_eq(out, decoded[_i].want, len);
	free(out);
}
END_TEST

START_TEST(refuses)
{
	char *out = room(refused[_i]);
	size_t len;

	unit_str(refused[_i], escape_decode(refused[_i], out, &len), BAD_HEX);
	free(out);
}
END_TEST

START_TEST(each_hex_byte)
{
	static const char digits[] = "0123456789abcdef";
	char s[] = { '\\', 'x', digits[_i >> 4], digits[_i & 15], '\0' };
	char out[4];
	size_t len;

	ck_assert_ptr_null(escape_decode(s, out, &len));
	ck_assert_uint_eq(len, 1);
	ck_assert_int_eq((unsigned char)out[0], _i);
}
END_TEST

static const struct {
	const char *s;
	const char *want; /* NULL: refused */
	size_t len;
} hex[] = {
	{ "", "", 0 },
	{ " ", "", 0 },
	{ "41", "A", 1 },
	{ "41 42 43", "ABC", 3 },
	{ "414243", "ABC", 3 },
	{ "  00  fF ", "\0\xff", 2 },
	{ "4", NULL, 0 },
	{ "4 1", NULL, 0 },
	{ "411", NULL, 0 },
	{ "0x41", NULL, 0 },
	{ "4g", NULL, 0 },
	{ "41,42", NULL, 0 },
	{ "-1", NULL, 0 },
};

START_TEST(decodes_hex)
{
	char out[32];
	size_t len = 99;
	const char *why = hex_decode(hex[_i].s, out, &len);

	ck_assert((why == NULL) == (hex[_i].want != NULL));
	if (why != NULL)
		return;
	ck_assert_uint_eq(len, hex[_i].len);
	ck_assert_int_eq(memcmp(out, hex[_i].want, len), 0);
}
END_TEST

START_TEST(words)
{
	ck_assert(word_equal("open", "open", 4));
	ck_assert(word_equal("open", "OPEN", 4));
	ck_assert(word_equal("WARN", "wArN", 4));
	ck_assert(word_equal("no-data", "No-Data", 7));
	ck_assert(word_equal("a", "abc", 1));
	ck_assert(word_equal("", "x", 0));
	ck_assert(!word_equal("open", "ope", 3));
	ck_assert(!word_equal("open", "opens", 5));
	ck_assert(!word_equal("open", "", 0));
	ck_assert(!word_equal("no-data", "no\rdata", 7));
	ck_assert(!word_equal("a", "\0", 1));
	ck_assert(!word_equal("[", "{", 1));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("escape");

	unit_rows(tc, decodes, decoded);
	unit_rows(tc, refuses, refused);
	tcase_add_loop_test(tc, each_hex_byte, 0, 256);
	unit_rows(tc, decodes_hex, hex);
	tcase_add_test(tc, words);
	return unit_run("escape", tc);
}
