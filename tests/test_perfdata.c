/* SPDX-License-Identifier: ISC */
#include "perfdata.h"

#include <math.h>

#include "unit.h"

static const struct range ten = { 0, 10 }, inside = { 1, 2, true },
			  least = { 0.5, INFINITY },
			  million = { 0, 1000000, false },
			  none = { -INFINITY, INFINITY };

static const struct {
	struct perfdata perfdata;
	const char *want;
} cases[] = {
	{ { "time", "s", 0.25, NULL, NULL, NAN, NAN, false },
	    "time=0.250000s;;;;" },
	{ { "time", "s", 0.25, NULL, NULL, 0, 10, false },
	    "time=0.250000s;;;0.000000;10.000000" },
	{ { "time", "s", 0.25, &ten, NULL, 0, NAN, false },
	    "time=0.250000s;10.000000;;0.000000;" },
	{ { "time", "s", 0.25, NULL, &inside, NAN, 60, false },
	    "time=0.250000s;;@1.000000:2.000000;;60.000000" },
	{ { "time", "s", 0.25, &least, &none, NAN, NAN, false },
	    "time=0.250000s;0.500000:;~:;;" },
	/* Undetermined: no unit. */
	{ { "time", "s", NAN, &ten, &ten, 0, 10, false },
	    "time=U;10.000000;10.000000;0.000000;10.000000" },
	{ { "time", "s", -NAN, NULL, NULL, NAN, NAN, false }, "time=U;;;;" },
	/* Values. */
	{ { "x", "", 0, NULL, NULL, NAN, NAN, false }, "x=0.000000;;;;" },
	{ { "x", "", -1.5, NULL, NULL, -2, -1, false },
	    "x=-1.500000;;;-2.000000;-1.000000" },
	{ { "x", "", 0.0000004, NULL, NULL, NAN, NAN, false },
	    "x=0.000000;;;;" },
	{ { "x", "", 0.0000006, NULL, NULL, NAN, NAN, false },
	    "x=0.000001;;;;" },
	{ { "x", "B", 1e15, NULL, NULL, NAN, NAN, false },
	    "x=1000000000000000.000000B;;;;" },
	{ { "x", "%", 99.9, NULL, NULL, 0, 100, false },
	    "x=99.900000%;;;0.000000;100.000000" },
	/* Counts. */
	{ { "x", "", 7, &ten, &inside, 0, 14, true }, "x=7;10;@1:2;0;14" },
	{ { "x", "", 0, &least, &none, NAN, NAN, true }, "x=0;0.5:;~:;;" },
	{ { "x", "", 65535, &million, NULL, 0, 1e9, true },
	    "x=65535;1000000;;0;1000000000" },
	{ { "x", "", NAN, NULL, NULL, 0, 1, true }, "x=U;;;0;1" },
	/* Labels. */
	{ { "a_b-c.d/e:0", "", 1, NULL, NULL, NAN, NAN, false },
	    "a_b-c.d/e:0=1.000000;;;;" },
	{ { "two words", "", 1, NULL, NULL, NAN, NAN, false },
	    "'two words'=1.000000;;;;" },
	{ { "it's", "", 1, NULL, NULL, NAN, NAN, false },
	    "'it''s'=1.000000;;;;" },
	{ { "'", "", 1, NULL, NULL, NAN, NAN, false }, "''''=1.000000;;;;" },
	{ { "a=b", "", 1, NULL, NULL, NAN, NAN, false }, "'a_b'=1.000000;;;;" },
	{ { "a|b\n", "", 1, NULL, NULL, NAN, NAN, false },
	    "'a\\x7cb\\n'=1.000000;;;;" },
	{ { "a;b", "", 1, NULL, NULL, NAN, NAN, false }, "'a;b'=1.000000;;;;" },
	{ { "\xc3\xa4", "", 1, NULL, NULL, NAN, NAN, false },
	    "'\\xc3\\xa4'=1.000000;;;;" },
	{ { "\"$", "", 1, NULL, NULL, NAN, NAN, false },
	    "'\\\"$'=1.000000;;;;" },
};

START_TEST(formats)
{
	struct text t;

	text_init(&t, 1000);
	perfdata_format(&t, &cases[_i].perfdata);
	ck_assert_str_eq(t.data, cases[_i].want);
	text_free(&t);
}
END_TEST

/* Several values stand side by side. */
START_TEST(appends)
{
	struct text t;

	text_init(&t, 1000);
	text_puts(&t, "ok|");
	perfdata_format(&t, &cases[0].perfdata);
	text_puts(&t, " ");
	perfdata_format(&t, &cases[7].perfdata);
	ck_assert_str_eq(t.data, "ok|time=0.250000s;;;; x=0.000000;;;;");
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("perfdata");

	unit_rows(tc, formats, cases);
	tcase_add_test(tc, appends);
	return unit_run("perfdata", tc);
}
