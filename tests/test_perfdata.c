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

/* What others wrote, and the values in it, each with its label and data. */
static const struct {
	const char *s;
	const char *want;
} written[] = {
	{ "", "" },
	{ " \t\r\n", "" },
	{ "a=1", "a=1 <a> <1>\n" },
	{ "a=1 b=2", "a=1 <a> <1>\nb=2 <b> <2>\n" },
	{ "a=1\nb=2|c=3", "a=1 <a> <1>\nb=2 <b> <2>\nc=3 <c> <3>\n" },
	{ "  a=1  ", "a=1 <a> <1>\n" },
	{ "time=0.25s;1;2;0;10",
	    "time=0.25s;1;2;0;10 <time> <0.25s;1;2;0;10>\n" },
	{ "a=1;@1:2;~:5;;", "a=1;@1:2;~:5;; <a> <1;@1:2;~:5;;>\n" },
	{ "a=1;;;;", "a=1;;;; <a> <1;;;;>\n" },
	{ "a=1;;;;;", "" },
	{ "a=U", "a=U <a> <U>\n" },
	{ "a=U;;;0;1", "a=U;;;0;1 <a> <U;;;0;1>\n" },
	{ "a=Us", "" },
	{ "'a b'=1%", "'a b'=1% <a b> <1%>\n" },
	{ "'it''s'=1", "'it''s'=1 <it''s> <1>\n" },
	{ "'a'=1'b'=2", "" },
	{ "'C:\\ %'=5GB", "'C:\\ %'=5GB <C:\\ %> <5GB>\n" },
	{ "a=-1.5KiB/s", "a=-1.5KiB/s <a> <-1.5KiB/s>\n" },
	{ "a=5e", "a=5e <a> <5e>\n" },
	{ "a=5e+ b=.5 c=-.5",
	    "a=5e+ <a> <5e+>\nb=.5 <b> <.5>\nc=-.5 <c> <-.5>\n" },
	/* Of the guidelines' class alone, and with a digit. */
	{ "e=1e3 f=+3 h=-1.5e-3B i=5E3 j=. k=- a=1", "a=1 <a> <1>\n" },
	{ "e=1;1e3 f=1;+3 h=1;;;1e3 i=1;;;;+1 a=1", "a=1 <a> <1>\n" },
	/* What is none is left out, and the next is found. */
	{ "x a=1", "a=1 <a> <1>\n" },
	{ "=1 a=1", "a=1 <a> <1>\n" },
	{ "''=1 a=1", "a=1 <a> <1>\n" },
	{ "a= b=1", "b=1 <b> <1>\n" },
	{ "a=x b=1", "b=1 <b> <1>\n" },
	{ "a=1,5 b=1", "b=1 <b> <1>\n" },
	{ "a=1;x b=1", "b=1 <b> <1>\n" },
	{ "a=1;;;x b=1", "b=1 <b> <1>\n" },
	{ "a=1;;;1s b=1", "b=1 <b> <1>\n" },
	{ "a=1;5:1 b=1", "b=1 <b> <1>\n" },
	{ "a=1=2 b=1", "b=1 <b> <1>\n" },
	{ "a=1m2 b=1", "b=1 <b> <1>\n" },
	{ "a=inf a=nan a=0x1 a=1e999 b=1", "b=1 <b> <1>\n" },
	{ "'a b=1", "b=1 <b> <1>\n" },
	{ "'a b' =1 c=1", "c=1 <c> <1>\n" },
	{ "a'b=1 c=1", "c=1 <c> <1>\n" },
	{ "C: a=1", "a=1 <a> <1>\n" },
	{ "\xc3\xa4=1 a=1\xb0 b\x1b=1 c=1", "c=1 <c> <1>\n" },
	{ "'a\nb'=1", "" },
	{ "'a|b'=1", "" },
};

static void
put_part(struct text *t, const char *s, size_t len)
{
	text_puts(t, " <");
	text_put(t, s, len);
	text_puts(t, ">");
}

/* Not a byte behind the end is looked at. */
static void
assert_written(const char *s, size_t len, const char *want)
{
	char *copy = malloc(len + 1);
	const char *p = copy;
	struct perfdata_item item;
	struct text t;

	memcpy(copy, s, len);
	copy = realloc(copy, len > 0 ? len : 1);
	p = copy;
	text_init(&t, 4000);
	while (perfdata_next(&p, &len, &item)) {
		text_put(&t, item.bytes, item.len);
		put_part(&t, item.label, item.label_len);
		put_part(&t, item.data, item.data_len);
		text_puts(&t, "\n");
	}
	unit_str(s, t.data, want);
	ck_assert_uint_eq(len, 0);
	text_free(&t);
	free(copy);
}

START_TEST(finds)
{
	assert_written(written[_i].s, strlen(written[_i].s), written[_i].want);
}
END_TEST

START_TEST(finds_behind_nul)
{
	assert_written("a=\0b=1\0c=1;\0", 11, "b=1 <b> <1>\nc=1; <c> <1;>\n");
}
END_TEST

START_TEST(label_is_bounded)
{
	char s[PERFDATA_LABEL_MAX + 4];
	const char *p = s;
	struct perfdata_item item;
	size_t len = (size_t)(PERFDATA_LABEL_MAX + _i) + 2;

	memset(s, 'x', sizeof(s));
	memcpy(s + len - 2, "=1", 2);
	ck_assert(perfdata_next(&p, &len, &item) == (_i == 0));
	ck_assert_uint_eq(len, 0);
}
END_TEST

/* What is written here is found there. */
START_TEST(finds_own)
{
	struct perfdata_item item;
	struct text t;
	const char *p;
	size_t len;

	text_init(&t, 1000);
	perfdata_format(&t, &cases[_i].perfdata);
	p = t.data;
	len = t.len;
	if (strchr(t.data, '"') == NULL) {
		ck_assert(perfdata_next(&p, &len, &item));
		ck_assert_uint_eq(item.len, t.len);
	}
	text_free(&t);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("perfdata");

	unit_rows(tc, formats, cases);
	tcase_add_test(tc, appends);
	unit_rows(tc, finds, written);
	tcase_add_test(tc, finds_behind_nul);
	tcase_add_loop_test(tc, label_is_bounded, 0, 2);
	unit_rows(tc, finds_own, cases);
	return unit_run("perfdata", tc);
}
