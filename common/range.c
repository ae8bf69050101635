/* SPDX-License-Identifier: ISC */
#include "range.h"

#include <math.h>
#include <string.h>

#include "num.h"

const char *
range_parse(const char *s, struct range *r)
{
	struct range got = { .start = 0, .end = INFINITY };
	const char *colon, *why;

	if (*s == '@') {
		got.inside = true;
		s++;
	}
	colon = strchr(s, ':');
	if (colon != NULL) {
		if (colon == s + 1 && *s == '~')
			got.start = -INFINITY;
		else if (colon != s) {
			why = num_decimal(s, (size_t)(colon - s), &got.start);
			if (why != NULL)
				return why;
		}
		s = colon + 1;
	}
	if (*s != '\0' || colon == NULL) {
		why = num_decimal(s, strlen(s), &got.end);
		if (why != NULL)
			return why;
	}
	if (got.start > got.end)
		return "the start is greater than the end";
	*r = got;
	return NULL;
}

bool
range_alerts(const struct range *r, double value)
{
	bool within = value >= r->start && value <= r->end;

	return within == r->inside;
}

void
range_format(struct text *t, const struct range *r, bool count)
{
	if (r->inside)
		text_puts(t, "@");
	if (r->start == -INFINITY)
		text_puts(t, "~:");
	else if (r->start != 0 || r->end == INFINITY)
		text_printf(t, count ? "%.15g:" : "%f:", r->start);
	if (r->end != INFINITY)
		text_printf(t, count ? "%.15g" : "%f", r->end);
}
