/* SPDX-License-Identifier: ISC */
/*
 * What the unit tests of the modules have in common.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Adds a test that is run once for each row of a table: _i is its index. */
#define unit_rows(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, (int)ARRAY_SIZE(table))

/* got is want, either may be NULL; row says which row is meant. */
#define unit_str(row, got, want)                           \
	do {                                               \
		const char *got_ = (got), *want_ = (want); \
                                                           \
		ck_assert_msg(unit_same(got_, want_),      \
		    "%s: \"%s\" and not \"%s\"", (row),    \
		    got_ != NULL ? got_ : "NULL",          \
		    want_ != NULL ? want_ : "NULL");       \
	} while (0)

static inline bool
unit_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Numbers that look random, and are the same in each run. */
static inline unsigned
unit_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (*seed >> 8) % below;
}

/*
 * Runs the tests of a module, each run of which is a line of TAP, and returns
 * what main returns.
 */
static inline int
unit_run(const char *module, TCase *tc)
{
	Suite *suite = suite_create(module);
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
