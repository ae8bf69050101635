/* SPDX-License-Identifier: ISC */
#include "printable.h"

#include "unit.h"

static const struct {
	const char *in;
	size_t size;
	const char *want;
} rows[] = {
	{ "", 4, "" },
	{ "abc", 4, "abc" },
	{ "abcd", 4, "..." },
	{ "a\\b \"c\" | d~", 99, "a\\b \"c\" | d~" },
	{ "a\nb\r\t\x1b[2J\x7f", 99, "a\\x0ab\\x0d\\x09\\x1b[2J\\x7f" },
	{ "m\xc3\xbc", 99, "m\\xc3\\xbc" },
	{ "1234567890", 11, "1234567890" },
	{ "1234567890", 10, "123456..." },
	/* Nothing is cut in its middle. */
	{ "123456\n", 11, "123456\\x0a" },
	{ "123456\n", 10, "123456..." },
	{ "12345\n7890", 10, "12345..." },
	{ "\n\n", 8, "\\x0a..." },
	{ "\n\n", 7, "..." },
};

START_TEST(table)
{
	char *to = malloc(rows[_i].size); /* for the sanitizer to see its end */
	size_t len = printable(to, rows[_i].size, rows[_i].in);

	unit_str(rows[_i].in, to, rows[_i].want);
	ck_assert_uint_eq(len, strlen(to));
	free(to);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("printable");

	unit_rows(tc, table, rows);
	return unit_run("printable", tc);
}
