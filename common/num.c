/* SPDX-License-Identifier: ISC */
#include "num.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The longest number that makes sense, and its NUL. */
#define NUM_SIZE 64

#define SECONDS_MAX 1e9

static size_t digits(const char *, size_t);
static bool is_decimal(const char *, size_t);

const char *
num_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	const char *p = s[0] == '-' || s[0] == '+' ? s + 1 : s;
	const char *beyond = s[0] == '-' ? "too small" : "too large";
	int64_t n = 0;

	if (s[0] == '\0')
		return "is empty";
	if (*p == '\0' || p[digits(p, strlen(p))] != '\0')
		return "not a whole number";
	/* Below 0, where there is one number more. */
	for (; *p != '\0'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, *p - '0', &n))
			return beyond;
	if (s[0] != '-' && __builtin_sub_overflow(0, n, &n))
		return beyond;
	if (n < min)
		return "too small";
	if (n > max)
		return "too large";
	*out = n;
	return NULL;
}

const char *
num_decimal(const char *s, size_t len, double *out)
{
	char copy[NUM_SIZE];
	double d;

	if (len == 0)
		return "is empty";
	if (!is_decimal(s, len))
		return "not a number";
	if (len >= sizeof(copy))
		return "too long";
	memcpy(copy, s, len);
	copy[len] = '\0';
	d = strtod(copy, NULL);
	if (!isfinite(d))
		return "too large";
	*out = d;
	return NULL;
}

const char *
num_seconds(const char *s, size_t len, int64_t *us)
{
	const char *why;
	double d;

	why = num_decimal(s, len, &d);
	if (why != NULL)
		return why;
	if (d < 0)
		return "is negative";
	if (d > SECONDS_MAX)
		return "too large";
	*us = (int64_t)(d * 1e6 + 0.5);
	return NULL;
}

/* How many digits s begins with. */
static size_t
digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* strtod(3) knows much more than people mean by a number. */
static bool
is_decimal(const char *s, size_t len)
{
	const char *p = s, *end = s + len;
	size_t whole, fraction = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	whole = digits(p, (size_t)(end - p));
	p += whole;
	if (p < end && *p == '.') {
		p++;
		fraction = digits(p, (size_t)(end - p));
		p += fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '-' || *p == '+'))
			p++;
		whole = digits(p, (size_t)(end - p));
		if (whole == 0)
			return false;
		p += whole;
	}
	return p == end;
}
