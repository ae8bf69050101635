/* SPDX-License-Identifier: ISC */
#include "range.h"

#include <math.h>

#include "unit.h"

#define EMPTY "is empty"
#define NOT_NUMBER "not a number"
#define TOO_LARGE "too large"
#define TOO_LONG "too long"
#define REVERSED "the start is greater than the end"

#define INF INFINITY

static const struct {
	const char *s;
	struct range range;
	const char *formatted;
} parsed[] = {
	/* The table of the guidelines. */
	{ "10", { 0, 10 }, "10.000000" },
	{ "10:", { 10, INF }, "10.000000:" },
	{ "~:10", { -INF, 10 }, "~:10.000000" },
	{ "10:20", { 10, 20 }, "10.000000:20.000000" },
	{ "@10:20", { 10, 20, true }, "@10.000000:20.000000" },
	/* Edges. */
	{ "0", { 0, 0 }, "0.000000" },
	{ ":10", { 0, 10 }, "10.000000" },
	{ "0:10", { 0, 10 }, "10.000000" },
	{ ":", { 0, INF }, "0.000000:" },
	{ "0:", { 0, INF }, "0.000000:" },
	{ "~:", { -INF, INF }, "~:" },
	{ "@~:", { -INF, INF, true }, "@~:" },
	{ "@10", { 0, 10, true }, "@10.000000" },
	{ "@10:", { 10, INF, true }, "@10.000000:" },
	{ "@:", { 0, INF, true }, "@0.000000:" },
	{ "@~:0", { -INF, 0, true }, "@~:0.000000" },
	{ "10:10", { 10, 10 }, "10.000000:10.000000" },
	{ "-10:-5", { -10, -5 }, "-10.000000:-5.000000" },
	{ "-10:", { -10, INF }, "-10.000000:" },
	{ "-1:1", { -1, 1 }, "-1.000000:1.000000" },
	{ "~:-1", { -INF, -1 }, "~:-1.000000" },
	{ "-0:5", { 0, 5 }, "5.000000" },
	{ "0.5", { 0, 0.5 }, "0.500000" },
	{ ".25:.5", { 0.25, 0.5 }, "0.250000:0.500000" },
	{ "1e-3:1e3", { 0.001, 1000 }, "0.001000:1000.000000" },
	{ "+1:+2", { 1, 2 }, "1.000000:2.000000" },
};

static const struct {
	const char *s;
	const char *why;
} refused[] = {
	{ "", EMPTY },
	{ "@", EMPTY },
	{ "~", NOT_NUMBER },
	{ "@~", NOT_NUMBER },
	{ "20:10", REVERSED },
	{ "@20:10", REVERSED },
	{ "-1", REVERSED },
	{ ":-1", REVERSED },
	{ "10:~", NOT_NUMBER },
	{ "~~:10", NOT_NUMBER },
	{ "~5:10", NOT_NUMBER },
	{ "@@10", NOT_NUMBER },
	{ "10@", NOT_NUMBER },
	{ "1:2:3", NOT_NUMBER },
	{ "::", NOT_NUMBER },
	{ "1::2", NOT_NUMBER },
	{ "10,20", NOT_NUMBER },
	{ "10-20", NOT_NUMBER },
	{ "10..20", NOT_NUMBER },
	{ " 10", NOT_NUMBER },
	{ "10 ", NOT_NUMBER },
	{ "10: 20", NOT_NUMBER },
	{ "10 :20", NOT_NUMBER },
	{ "ten", NOT_NUMBER },
	{ "10s", NOT_NUMBER },
	{ "5s:10", NOT_NUMBER },
	{ "0x10", NOT_NUMBER },
	{ "inf", NOT_NUMBER },
	{ "nan:nan", NOT_NUMBER },
	{ "1e999", TOO_LARGE },
	{ "-1e999:", TOO_LARGE },
	{ "1:1e999", TOO_LARGE },
	{ "00000000000000000000000000000000"
	  "00000000000000000000000000000000:1",
	    TOO_LONG },
};

static const struct {
	const char *s;
	double value;
	bool alerts;
} alerts[] = {
	/* "10": outside of 0 to 10. */
	{ "10", -0.000001, true },
	{ "10", 0, false },
	{ "10", -0.0, false },
	{ "10", 5, false },
	{ "10", 10, false },
	{ "10", 10.000001, true },
	/* "10:": less than 10. */
	{ "10:", 9.999999, true },
	{ "10:", 10, false },
	{ "10:", 1e300, false },
	{ "10:", INF, false },
	/* "~:10": more than 10. */
	{ "~:10", -1e300, false },
	{ "~:10", 10, false },
	{ "~:10", 10.1, true },
	/* "10:20": outside. */
	{ "10:20", 9.9, true },
	{ "10:20", 10, false },
	{ "10:20", 20, false },
	{ "10:20", 20.1, true },
	/* "@10:20": inside, ends included. */
	{ "@10:20", 9.9, false },
	{ "@10:20", 10, true },
	{ "@10:20", 15, true },
	{ "@10:20", 20, true },
	{ "@10:20", 20.1, false },
	{ "0", 0, false },
	{ "0", 0.000001, true },
	{ "@0", 0, true },
	{ "@0", 0.000001, false },
	{ "~:", -INF, false },
	{ "~:", 0, false },
	{ "@~:", 0, true },
	{ ":", -1, true },
	{ ":", 1, false },
};

/* Of a sign of zero nobody knows. */
static void
assert_same(const struct range *a, const struct range *b)
{
	ck_assert(a->start == b->start);
	ck_assert(a->end == b->end);
	ck_assert(a->inside == b->inside);
}

START_TEST(parses)
{
	struct range r = { 47, 11, true };

	unit_str(parsed[_i].s, range_parse(parsed[_i].s, &r), NULL);
	assert_same(&r, &parsed[_i].range);
}
END_TEST

START_TEST(round_trip)
{
	struct range back;
	struct text t;

	text_init(&t, 1000);
	range_format(&t, &parsed[_i].range, false);
	ck_assert_str_eq(t.data, parsed[_i].formatted);
	ck_assert_ptr_null(range_parse(t.data, &back));
	assert_same(&back, &parsed[_i].range);
	text_free(&t);
}
END_TEST

START_TEST(refuses)
{
	const struct range untouched = { 47, 11, true };
	struct range r = untouched;

	unit_str(refused[_i].s, range_parse(refused[_i].s, &r),
	    refused[_i].why);
	assert_same(&r, &untouched);
}
END_TEST

START_TEST(alert)
{
	struct range r;

	ck_assert_ptr_null(range_parse(alerts[_i].s, &r));
	ck_assert_msg(range_alerts(&r, alerts[_i].value) == alerts[_i].alerts,
	    "%s: %f", alerts[_i].s, alerts[_i].value);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("range");

	unit_rows(tc, parses, parsed);
	unit_rows(tc, round_trip, parsed);
	unit_rows(tc, refuses, refused);
	unit_rows(tc, alert, alerts);
	return unit_run("range", tc);
}
