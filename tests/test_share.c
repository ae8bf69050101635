/* SPDX-License-Identifier: ISC */
#include "share.h"

#include <math.h>

#include "unit.h"

static const struct {
	const char *s;
	bool percent;
	const char *why; /* NULL: it is one */
	double start, end;
} shares[] = {
	{ "0", false, NULL, 0, 0 },
	{ "5", false, NULL, 0, 5 },
	{ "5:10", false, NULL, 5, 10 },
	{ "0%", true, NULL, 0, 0 },
	{ "25%", true, NULL, 0, 25 },
	{ "2.5:10%", true, NULL, 2.5, 10 },
	{ "~:100%", true, NULL, -INFINITY, 100 },
	{ "", false, "is empty", 0, 0 },
	{ "%", true, "is empty", 0, 0 },
	{ "5%%", true, "not a number", 0, 0 },
	{ "%5", false, "not a number", 0, 0 },
	{ "5%:10%", true, "not a number", 0, 0 },
	{ "5 %", true, "not a number", 0, 0 },
	{ "x%", true, "not a number", 0, 0 },
	{ "10:5%", true, "the start is greater than the end", 0, 0 },
};

START_TEST(share)
{
	struct share s = { .percent = !shares[_i].percent };

	unit_str(shares[_i].s, share_parse(shares[_i].s, &s), shares[_i].why);
	ck_assert(s.set == (shares[_i].why == NULL));
	if (s.set) {
		ck_assert(s.percent == shares[_i].percent);
		ck_assert(s.range.start == shares[_i].start);
		ck_assert(s.range.end == shares[_i].end);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("share");

	unit_rows(tc, share, shares);
	return unit_run("share", tc);
}
