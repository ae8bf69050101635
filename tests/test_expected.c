/* SPDX-License-Identifier: ISC */
#include "expected.h"

#include "unit.h"

static const struct {
	const char *s;
	enum expected x;
} names[] = {
	{ "open", EXPECTED_OPEN },
	{ "closed", EXPECTED_CLOSED },
	{ "filtered", EXPECTED_FILTERED },
	{ "any", EXPECTED_ANY },
};

static const char *const refused[] = {
	"",
	"o",
	"ope",
	"opens",
	"open ",
	" open",
	"close",
	"open|filtered",
	"unknown",
	"an",
	"anyx",
	"1",
};

/* One row an outcome: which expectations it meets. */
static const struct {
	enum outcome o;
	bool open, closed, filtered, any;
} met[] = {
	{ OUTCOME_OK, true, false, false, true },
	{ OUTCOME_REFUSED, false, true, false, true },
	{ OUTCOME_REJECTED, false, false, true, true },
	{ OUTCOME_TIMEOUT, false, false, true, true },
	{ OUTCOME_NO_REPLY, false, false, false, true },
	{ OUTCOME_SILENT, false, false, false, true },
	{ OUTCOME_PROHIBITED, false, false, true, true },
	{ OUTCOME_UNREACHABLE, false, false, true, true },
	/* Open, but not what should answer. */
	{ OUTCOME_MISMATCH, false, false, false, true },
	{ OUTCOME_NO_DATA, false, false, false, true },
	{ OUTCOME_RESET, false, false, false, true },
	{ OUTCOME_STALLED, false, false, false, true },
	{ OUTCOME_TLS_FAILED, false, false, false, true },
	{ OUTCOME_CERT_EXPIRED, false, false, false, true },
	{ OUTCOME_CERT_EXPIRING, false, false, false, true },
	{ OUTCOME_CERT_NOT_YET_VALID, false, false, false, true },
	{ OUTCOME_CERT_UNTRUSTED, false, false, false, true },
	{ OUTCOME_CERT_MISMATCH, false, false, false, true },
	/* Nothing is known of the port. */
	{ OUTCOME_UNRESOLVED, false, false, false, false },
	{ OUTCOME_LOOKUP_TIMEOUT, false, false, false, false },
	/* By the port state that a handler stands for. */
	{ OUTCOME_HANDLER_WARNING, false, false, false, true },
	{ OUTCOME_HANDLER_CRITICAL, false, true, false, true },
	{ OUTCOME_HANDLER_UNKNOWN, false, false, false, false },
	{ OUTCOME_LOCAL_ERROR, false, false, false, false },
	{ OUTCOME_NOT_PROBED, false, false, false, false },
};

START_TEST(name)
{
	ck_assert_str_eq(expected_name(names[_i].x), names[_i].s);
	ck_assert_ptr_nonnull(strstr(EXPECTED_NAMES, names[_i].s));
}
END_TEST

START_TEST(parses)
{
	enum expected x = (enum expected)((names[_i].x + 1) % 4);
	char upper[16];
	size_t i, len = strlen(names[_i].s);

	ck_assert(expected_parse(names[_i].s, len, &x));
	ck_assert_int_eq(x, names[_i].x);
	for (i = 0; i <= len; i++)
		upper[i] = (char)(names[_i].s[i] & ~' ');
	x = (enum expected)((names[_i].x + 1) % 4);
	ck_assert(expected_parse(upper, len, &x));
	ck_assert_int_eq(x, names[_i].x);
}
END_TEST

START_TEST(refuses)
{
	enum expected x = EXPECTED_FILTERED;

	ck_assert(!expected_parse(refused[_i], strlen(refused[_i]), &x));
	ck_assert_int_eq(x, EXPECTED_FILTERED);
}
END_TEST

/* What follows the given length is not looked at. */
START_TEST(length)
{
	enum expected x;

	ck_assert(expected_parse("opens", 4, &x));
	ck_assert(!expected_parse("open", 3, &x));
	ck_assert(!expected_parse("open", 0, &x));
}
END_TEST

START_TEST(meets)
{
	enum outcome o = met[_i].o;

	ck_assert_int_eq(o, _i);
	ck_assert(expected_met(EXPECTED_OPEN, o) == met[_i].open);
	ck_assert(expected_met(EXPECTED_CLOSED, o) == met[_i].closed);
	ck_assert(expected_met(EXPECTED_FILTERED, o) == met[_i].filtered);
	ck_assert(expected_met(EXPECTED_ANY, o) == met[_i].any);
}
END_TEST

/* A new outcome wants a row. */
START_TEST(all_outcomes)
{
	ck_assert_uint_eq(ARRAY_SIZE(met), OUTCOME_COUNT);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("expected");

	unit_rows(tc, name, names);
	unit_rows(tc, parses, names);
	unit_rows(tc, refuses, refused);
	tcase_add_test(tc, length);
	unit_rows(tc, meets, met);
	tcase_add_test(tc, all_outcomes);
	return unit_run("expected", tc);
}
