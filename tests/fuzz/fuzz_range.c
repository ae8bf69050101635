/* SPDX-License-Identifier: ISC */
/*
 * Threshold ranges: what is written of a range is read as the same range, but
 * for what comes after six decimals, and alerts on the same values.
 *
 * Input: the string.
 */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "range.h"

/* Half of the last decimal that is written, and of a number's last bit. */
#define ROUNDING 5.01e-7
#define PRECISION 1e-15

/* Numbers from here on are written with more digits than are read. */
#define LARGE 1e50

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check(const struct range *);
static void read_back(const struct range *, struct range *);
static void check_around(const struct range *, const struct range *, double);
static bool near(double, double);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct range untouched = { 1, 2, true };
	char *s = strndup((const char *)data, size);
	struct range r = untouched;
	const char *why = range_parse(s, &r);

	if (why == NULL) {
		assert(r.inside == (s[0] == '@'));
		assert(r.start <= r.end);
		check(&r);
	} else {
		assert(why[0] != '\0');
		assert(r.start == 1 && r.end == 2 && r.inside);
	}
	free(s);
	return 0;
}

static void
check(const struct range *r)
{
	struct range again, third;

	if ((isfinite(r->start) && fabs(r->start) >= LARGE) ||
	    (isfinite(r->end) && fabs(r->end) >= LARGE))
		return;
	read_back(r, &again);
	assert(again.inside == r->inside);
	assert(near(again.start, r->start) && near(again.end, r->end));
	read_back(&again, &third);
	assert(third.start == again.start && third.end == again.end);
	check_around(r, &again, r->start);
	check_around(r, &again, r->end);
	check_around(r, &again, 0);
}

static void
read_back(const struct range *r, struct range *again)
{
	struct text t;

	text_init(&t, 1024);
	range_format(&t, r, false);
	assert(!t.cut);
	assert(strspn(t.data, "@~:-.0123456789") == t.len);
	assert(range_parse(t.data, again) == NULL);
	text_free(&t);
}

/* Values so near to an end that it was rounded over them do not count. */
static void
check_around(const struct range *a, const struct range *b, double value)
{
	static const double steps[] = { -1, -2e-6, 0, 2e-6, 1 };
	size_t i;

	if (!isfinite(value))
		return;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		double v = value + steps[i];
		bool outside = v < a->start || v > a->end;

		assert(range_alerts(a, v) == (outside != a->inside));
		if (!near(v, a->start) && !near(v, a->end))
			assert(range_alerts(b, v) == range_alerts(a, v));
	}
}

static bool
near(double a, double b)
{
	return a == b ||
	    fabs(a - b) <= ROUNDING + PRECISION * fmin(fabs(a), fabs(b));
}
