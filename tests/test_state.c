/* SPDX-License-Identifier: ISC */
#include "state.h"

#include "unit.h"

#define NONE (-1)

static const struct {
	const char *s;
	int state;
} parsed[] = {
	{ "0", STATE_OK },
	{ "1", STATE_WARNING },
	{ "2", STATE_CRITICAL },
	{ "3", STATE_UNKNOWN },
	{ "ok", STATE_OK },
	{ "OK", STATE_OK },
	{ "warning", STATE_WARNING },
	{ "WARNING", STATE_WARNING },
	{ "warn", STATE_WARNING },
	{ "WARN", STATE_WARNING },
	{ "critical", STATE_CRITICAL },
	{ "CRITICAL", STATE_CRITICAL },
	{ "crit", STATE_CRITICAL },
	{ "CRIT", STATE_CRITICAL },
	{ "unknown", STATE_UNKNOWN },
	{ "UNKNOWN", STATE_UNKNOWN },
	{ "", NONE },
	{ "4", NONE },
	{ "-1", NONE },
	{ "00", NONE },
	{ "1 ", NONE },
	{ " ok", NONE },
	{ "o", NONE },
	{ "okay", NONE },
	{ "warni", NONE },
	{ "criticals", NONE },
	{ "unkn", NONE },
	{ "ok,warning", NONE },
};

/* From the best to the worst. */
static const enum state ranked[] = { STATE_OK, STATE_WARNING, STATE_UNKNOWN,
	STATE_CRITICAL };

/* The guidelines' numbers, which are exit codes, and names. */
static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

START_TEST(parses)
{
	const enum state untouched = (enum state)4711;
	enum state s = untouched;

	ck_assert_msg(state_parse(parsed[_i].s, &s) ==
		(parsed[_i].state != NONE),
	    "%s", parsed[_i].s);
	ck_assert_int_eq((int)s,
	    parsed[_i].state != NONE ? parsed[_i].state : (int)untouched);
}
END_TEST

START_TEST(worst)
{
	int j;

	for (j = 0; j < (int)ARRAY_SIZE(ranked); j++)
		ck_assert_int_eq(state_worst(ranked[_i], ranked[j]),
		    ranked[_i > j ? _i : j]);
}
END_TEST

START_TEST(named)
{
	char list[] = STATE_NAMES, *name = list, *rest = list;
	enum state s;
	int i;

	ck_assert_str_eq(state_name((enum state)_i), names[_i]);
	/* The list for people has them in the order of the numbers. */
	for (i = 0; i <= _i; i++)
		name = strsep(&rest, ",");
	ck_assert_ptr_nonnull(name);
	ck_assert(state_parse(name + strspn(name, " "), &s));
	ck_assert_int_eq((int)s, _i);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("state");

	unit_rows(tc, parses, parsed);
	unit_rows(tc, worst, ranked);
	unit_rows(tc, named, names);
	return unit_run("state", tc);
}
