/* SPDX-License-Identifier: ISC */
#include "html.h"

#include "unit.h"

static const struct {
	const char *s, *want;
} rows[] = {
	{ "", "" },
	{ "mx1.example.org/tcp/25", "mx1.example.org/tcp/25" },
	{ "<b>", "&lt;b&gt;" },
	{ "a & b", "a &amp; b" },
	{ "&lt;", "&amp;lt;" },
	{ "\" onload=\"x", "&quot; onload=&quot;x" },
	{ "' onload='x", "&#39; onload=&#39;x" },
	{ "]]>-->", "]]&gt;--&gt;" },
	{ "\t\r\n\x1b\x7f", "\\x09\\x0d\\x0a\\x1b\\x7f" },
	{ "caf\xc3\xa9", "caf\\xc3\\xa9" },
	{ "\xe2\x80\xae"
	  "evil",
	    "\\xe2\\x80\\xaeevil" },
	{ "\xff\x80<\x01", "\\xff\\x80&lt;\\x01" },
	/* What was escaped before. */
	{ "\\n\\x7c\\\"", "\\n\\x7c\\&quot;" },
};

START_TEST(text_and_nothing_else)
{
	struct text t;

	text_init(&t, 1000);
	html_puts(&t, rows[_i].s);
	unit_str(rows[_i].s, t.data, rows[_i].want);
	text_free(&t);
}
END_TEST

START_TEST(escaped_before)
{
	struct text t;

	text_init(&t, 1000);
	html_escape_string(&t, "a\"<\n|\xff");
	ck_assert_str_eq(t.data, "a\\&quot;&lt;\\n\\x7c\\xff");
	text_free(&t);
}
END_TEST

START_TEST(any_byte)
{
	char s[2] = "";
	struct text t;
	size_t i;
	int c;

	for (c = 1; c < 256; c++) {
		s[0] = (char)c;
		text_init(&t, 100);
		html_puts(&t, s);
		for (i = 0; i < t.len; i++) {
			ck_assert(t.data[i] >= ' ' && t.data[i] < 0x7f);
			ck_assert_ptr_null(strchr("<>\"'", t.data[i]));
		}
		text_free(&t);
	}
}
END_TEST

START_TEST(bounded)
{
	struct text t;

	text_init(&t, 5);
	html_puts(&t, "<<<<<<");
	ck_assert_uint_eq(t.len, 5);
	ck_assert(t.cut);
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("html");

	unit_rows(tc, text_and_nothing_else, rows);
	tcase_add_test(tc, escaped_before);
	tcase_add_test(tc, any_byte);
	tcase_add_test(tc, bounded);
	return unit_run("html", tc);
}
