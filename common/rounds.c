/* SPDX-License-Identifier: ISC */
#include "rounds.h"

#include <string.h>

#include "num.h"

/* A record of the port table has room for more of both. */
#define SEVERE_MAX 1000000
#define LAG_MAX_MS 1e9

const char *
rounds_parse_interval(const char *s, struct rounds *r)
{
	int64_t us, ms;
	const char *why = num_seconds(s, strlen(s), &us);

	if (why != NULL)
		return why;
	ms = (us + 500) / 1000;
	if (ms < ROUNDS_INTERVAL_MIN_MS || ms > ROUNDS_INTERVAL_MAX_MS)
		return "not from 0.1 seconds to a week";
	r->interval_ms = (uint32_t)ms;
	return NULL;
}

const char *
rounds_parse_severe(const char *s, struct rounds *r)
{
	int64_t n;
	const char *why = num_int(s, 0, SEVERE_MAX, &n);

	if (why == NULL)
		r->severe = (unsigned)n;
	return why;
}

const char *
rounds_parse_lag(const char *s, struct rounds *r)
{
	double ms;
	const char *why = num_decimal(s, strlen(s), &ms);

	if (why != NULL)
		return why;
	if (ms < 0)
		return "is negative";
	if (ms > LAG_MAX_MS)
		return "too large";
	r->lag_ms = ms;
	return NULL;
}
