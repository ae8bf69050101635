/* SPDX-License-Identifier: ISC */
#include "json.h"

#include "unit.h"

static const struct {
	const char *s;
	size_t max;
	const char *want;
} strings[] = {
	{ "", JSON_ALL, "\"\"" },
	{ "plain text, it's so/", JSON_ALL, "\"plain text, it's so/\"" },
	{ "a|b", JSON_ALL, "\"a\\u007cb\"" },
	{ "a\"b\\", JSON_ALL, "\"a\\u0022b\\u005c\"" },
	{ "\n\r\t\x01\x1f \x7e\x7f", JSON_ALL,
	    "\"\\u000a\\u000d\\u0009\\u0001\\u001f ~\\u007f\"" },
	{ "\x80\xc3\xa4\xff", JSON_ALL, "\"\\u0080\\u00c3\\u00a4\\u00ff\"" },
	/* Bounded. */
	{ "", 3, "\"\"" },
	{ "abcde", 5, "\"abcde\"" },
	{ "abcdef", 5, "\"ab...\"" },
	{ "abcdef", 3, "\"...\"" },
	{ "ab\n", 8, "\"ab\\u000a\"" },
	{ "ab\n", 7, "\"ab...\"" },
	{ "\n\n", 11, "\"\\u000a...\"" },
	{ "\n\n", 8, "\"...\"" },
	/* What fits after all is kept, though the dots would not have. */
	{ "\nabc", 9, "\"\\u000aabc\"" },
	{ "\nabcd", 9, "\"\\u000a...\"" },
};

static const struct {
	int64_t us;
	const char *want;
} durations[] = {
	{ 0, "\"t\":0.000000" },
	{ 1, "\"t\":0.000001" },
	{ 999999, "\"t\":0.999999" },
	{ 1000000, "\"t\":1.000000" },
	{ INT64_C(4294967295), "\"t\":4294.967295" },
	{ INT64_MAX, "\"t\":9223372036854.775807" },
	{ -1, "\"t\":null" },
};

START_TEST(string)
{
	struct text t;

	text_init(&t, 1000);
	json_string(&t, strings[_i].s, strings[_i].max);
	unit_str(strings[_i].want, t.data, strings[_i].want);
	text_free(&t);
}
END_TEST

/* What is bounded is no longer than that, and whole. */
START_TEST(bounded)
{
	char s[40];
	size_t i, max;
	struct text t;

	for (max = 3; max < 60; max++) {
		for (i = 0; i < sizeof(s) - 1; i++)
			s[i] = (int)i % (_i + 2) == 0 ? '\\' : 'x';
		s[i] = '\0';
		text_init(&t, 1000);
		json_string(&t, s, max);
		ck_assert_uint_le(t.len, max + 2);
		ck_assert_uint_ge(t.len, max + 2 - 5);
		ck_assert_str_eq(t.data + t.len - 4, "...\"");
		text_free(&t);
	}
}
END_TEST

START_TEST(member)
{
	struct text t;

	text_init(&t, 1000);
	json_member(&t, "\"a\":", "b\"", JSON_ALL);
	json_member(&t, ",\"c\":", NULL, JSON_ALL);
	json_member(&t, ",\"d\":", "", 3);
	json_member(&t, ",\"e\":", "fghi", 3);
	ck_assert_str_eq(t.data,
	    "\"a\":\"b\\u0022\",\"c\":null,\"d\":\"\",\"e\":\"...\"");
	text_free(&t);
}
END_TEST

START_TEST(duration)
{
	struct text t;

	text_init(&t, 1000);
	json_seconds(&t, "\"t\":", durations[_i].us);
	ck_assert_str_eq(t.data, durations[_i].want);
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("json");

	unit_rows(tc, string, strings);
	tcase_add_loop_test(tc, bounded, 0, 8);
	tcase_add_test(tc, member);
	unit_rows(tc, duration, durations);
	return unit_run("json", tc);
}
