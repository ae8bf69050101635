/* SPDX-License-Identifier: ISC */
#include "num.h"

#include "unit.h"

#define EMPTY "is empty"
#define NOT_WHOLE "not a whole number"
#define NOT_NUMBER "not a number"
#define TOO_SMALL "too small"
#define TOO_LARGE "too large"
#define TOO_LONG "too long"
#define NEGATIVE "is negative"

/* What is left alone. */
#define UNTOUCHED 4711

#define ZEROS_10 "0000000000"
#define ZEROS_60 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10

static const struct {
	const char *s;
	int64_t min, max;
	const char *why;
	int64_t n;
} ints[] = {
	{ "0", 0, 0, NULL, 0 },
	{ "1", 1, 65535, NULL, 1 },
	{ "65535", 1, 65535, NULL, 65535 },
	{ "65536", 1, 65535, TOO_LARGE },
	{ "0", 1, 65535, TOO_SMALL },
	{ "-1", 0, 9, TOO_SMALL },
	{ "-1", -1, 9, NULL, -1 },
	{ "-2", -1, 9, TOO_SMALL },
	{ "-0", 0, 9, NULL, 0 },
	{ "+5", 0, 9, NULL, 5 },
	{ "007", 0, 9, NULL, 7 },
	{ "010", 0, 99, NULL, 10 },
	{ "9223372036854775807", 0, INT64_MAX, NULL, INT64_MAX },
	{ "9223372036854775808", 0, INT64_MAX, TOO_LARGE },
	{ "-9223372036854775808", INT64_MIN, 0, NULL, INT64_MIN },
	{ "-9223372036854775809", INT64_MIN, 0, TOO_SMALL },
	{ "18446744073709551617", 0, 9, TOO_LARGE },
	{ ZEROS_60 ZEROS_60 "1", 0, 9, NULL, 1 },
	{ "", 0, 9, EMPTY },
	{ "-", -9, 9, NOT_WHOLE },
	{ "+", -9, 9, NOT_WHOLE },
	{ "--1", -9, 9, NOT_WHOLE },
	{ "+-1", -9, 9, NOT_WHOLE },
	{ " 1", 0, 9, NOT_WHOLE },
	{ "1 ", 0, 9, NOT_WHOLE },
	{ "\t1", 0, 9, NOT_WHOLE },
	{ "1\n", 0, 9, NOT_WHOLE },
	{ "0x1", 0, 9, NOT_WHOLE },
	{ "1.0", 0, 9, NOT_WHOLE },
	{ "1e0", 0, 9, NOT_WHOLE },
	{ "1,000", 0, 9999, NOT_WHOLE },
	{ "\xd9\xa1", 0, 9, NOT_WHOLE },
	{ "one", 0, 9, NOT_WHOLE },
};

/* len 0: the whole string. */
static const struct {
	const char *s;
	size_t len;
	const char *why;
	double d;
} decimals[] = {
	{ "0", 0, NULL, 0 },
	{ "-0", 0, NULL, 0 },
	{ "+3", 0, NULL, 3 },
	{ "-3", 0, NULL, -3 },
	{ "10", 0, NULL, 10 },
	{ "010", 0, NULL, 10 },
	{ "0.5", 0, NULL, 0.5 },
	{ ".5", 0, NULL, 0.5 },
	{ "5.", 0, NULL, 5 },
	{ "-.5", 0, NULL, -0.5 },
	{ "2.5e2", 0, NULL, 250 },
	{ "25E-1", 0, NULL, 2.5 },
	{ "1e+3", 0, NULL, 1000 },
	{ ".1e1", 0, NULL, 1 },
	{ "1e308", 0, NULL, 1e308 },
	{ "1e309", 0, TOO_LARGE },
	{ "-1e309", 0, TOO_LARGE },
	{ "1e-999", 0, NULL, 0 },
	{ ZEROS_60 "123", 0, NULL, 123 },
	{ ZEROS_60 "0123", 0, TOO_LONG },
	{ "12345", 2, NULL, 12 },
	{ "12:34", 2, NULL, 12 },
	{ "12:34", 3, NOT_NUMBER },
	{ "1e5", 1, NULL, 1 },
	{ "1e5", 2, NOT_NUMBER },
	{ "1.5", 2, NULL, 1 },
	{ "-5", 1, NOT_NUMBER },
	{ "", 0, EMPTY },
	{ ".", 0, NOT_NUMBER },
	{ "-", 0, NOT_NUMBER },
	{ "-.", 0, NOT_NUMBER },
	{ "e5", 0, NOT_NUMBER },
	{ ".e5", 0, NOT_NUMBER },
	{ "1e", 0, NOT_NUMBER },
	{ "1e+", 0, NOT_NUMBER },
	{ "1e5.5", 0, NOT_NUMBER },
	{ "1.2.3", 0, NOT_NUMBER },
	{ "--1", 0, NOT_NUMBER },
	{ "1,5", 0, NOT_NUMBER },
	{ " 1", 0, NOT_NUMBER },
	{ "1 ", 0, NOT_NUMBER },
	{ "1s", 0, NOT_NUMBER },
	{ "0x10", 0, NOT_NUMBER },
	{ "0x1p3", 0, NOT_NUMBER },
	{ "inf", 0, NOT_NUMBER },
	{ "-INFINITY", 0, NOT_NUMBER },
	{ "nan", 0, NOT_NUMBER },
	{ "nan(1)", 0, NOT_NUMBER },
};

static const struct {
	const char *s;
	size_t len;
	const char *why;
	int64_t us;
} durations[] = {
	{ "0", 0, NULL, 0 },
	{ "-0", 0, NULL, 0 },
	{ "10", 0, NULL, 10000000 },
	{ "0.25", 0, NULL, 250000 },
	{ ".5", 0, NULL, 500000 },
	{ "1e-3", 0, NULL, 1000 },
	{ "0.000001", 0, NULL, 1 },
	{ "0.0000006", 0, NULL, 1 },
	{ "0.0000004", 0, NULL, 0 },
	{ "0.000007", 0, NULL, 7 },
	{ "4.35", 0, NULL, 4350000 },
	{ "1.000001", 0, NULL, 1000001 },
	{ "1000000000", 0, NULL, INT64_C(1000000000000000) },
	{ "1e9", 0, NULL, INT64_C(1000000000000000) },
	{ "1000000000.1", 0, TOO_LARGE },
	{ "1e300", 0, TOO_LARGE },
	{ "5:ok", 1, NULL, 5000000 },
	{ "5:ok", 0, NOT_NUMBER },
	{ "-1", 0, NEGATIVE },
	{ "-0.0000001", 0, NEGATIVE },
	{ "", 0, EMPTY },
	{ "5s", 0, NOT_NUMBER },
	{ "inf", 0, NOT_NUMBER },
};

START_TEST(whole_number)
{
	const char *s = ints[_i].s;
	int64_t n = UNTOUCHED;

	unit_str(s, num_int(s, ints[_i].min, ints[_i].max, &n), ints[_i].why);
	ck_assert_int_eq(n, ints[_i].why == NULL ? ints[_i].n : UNTOUCHED);
}
END_TEST

START_TEST(decimal)
{
	const char *s = decimals[_i].s;
	size_t len = decimals[_i].len != 0 ? decimals[_i].len : strlen(s);
	double d = UNTOUCHED;

	unit_str(s, num_decimal(s, len, &d), decimals[_i].why);
	ck_assert_double_eq(d,
	    decimals[_i].why == NULL ? decimals[_i].d : UNTOUCHED);
}
END_TEST

START_TEST(duration)
{
	const char *s = durations[_i].s;
	size_t len = durations[_i].len != 0 ? durations[_i].len : strlen(s);
	int64_t us = UNTOUCHED;

	unit_str(s, num_seconds(s, len, &us), durations[_i].why);
	ck_assert_int_eq(us,
	    durations[_i].why == NULL ? durations[_i].us : UNTOUCHED);
}
END_TEST

/* The bytes that count need not be followed by a NUL, nor by anything. */
START_TEST(unterminated)
{
	char *s = malloc(3);
	double d;

	ck_assert_ptr_nonnull(s);
	memcpy(s, "1.5", 3);
	ck_assert_ptr_null(num_decimal(s, 3, &d));
	ck_assert_double_eq(d, 1.5);
	free(s);
}
END_TEST

/* A NUL is a byte like any other that is not a digit. */
START_TEST(nul)
{
	double d = UNTOUCHED;

	ck_assert_str_eq(num_decimal("1\0002", 3, &d), NOT_NUMBER);
	ck_assert_double_eq(d, UNTOUCHED);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("num");

	unit_rows(tc, whole_number, ints);
	unit_rows(tc, decimal, decimals);
	unit_rows(tc, duration, durations);
	tcase_add_test(tc, unterminated);
	tcase_add_test(tc, nul);
	return unit_run("num", tc);
}
