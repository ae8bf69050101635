/* SPDX-License-Identifier: ISC */
/*
 * Threshold ranges of the Monitoring Plugins guidelines ("Threshold and
 * Ranges"): [@]start:end, where start 0 and the colon are optional, "~" is
 * minus infinity and a missing end is infinity.
 */
#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>

#include "text.h"

struct range {
	double start; /* -INFINITY and INFINITY included */
	double end;
	bool inside; /* '@': alert inside, ends included */
};

/* Reads s whole into *r; returns NULL or the reason as static text. */
const char *range_parse(const char *s, struct range *r);

/* Whether value is one to alert on. */
bool range_alerts(const struct range *r, double value);

/*
 * Writes r as performance data wants it: with six decimals, of a count with as
 * many as it has.
 */
void range_format(struct text *t, const struct range *r, bool count);

#endif
