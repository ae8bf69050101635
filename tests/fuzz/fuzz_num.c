/* SPDX-License-Identifier: ISC */
/*
 * Numbers: taken are those, and only those, that the C library reads whole and
 * that are written as people write numbers; what is refused changes nothing.
 *
 * Input: a byte that chooses the bounds, then the string.
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "num.h"

#define SENTINEL INT64_C(0x5a5a5a5a5a5a5a5a)

/* num_decimal() takes at the most 63 characters. */
#define DECIMAL_MAX 63

static const struct {
	int64_t min;
	int64_t max;
} bounds[] = {
	{ INT64_MIN, INT64_MAX },
	{ 1, 65535 },
	{ 0, 0 },
	{ -10, 10 },
	{ INT64_MAX, INT64_MAX },
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_int(const char *, int64_t, int64_t);
static bool check_decimal(const char *, size_t, double *);
static void check_seconds(const char *, size_t, bool, double);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t which, len;
	char *s, *bare;
	double d = 0;
	bool ok;

	if (size == 0)
		return 0;
	which = data[0] % (sizeof(bounds) / sizeof(bounds[0]));
	s = strndup((const char *)data + 1, size - 1);
	len = strlen(s);
	check_int(s, bounds[which].min, bounds[which].max);
	/* These read so many bytes and no NUL. */
	bare = malloc(len);
	memcpy(bare, s, len);
	ok = check_decimal(bare, len, &d);
	check_seconds(bare, len, ok, d);
	free(bare);
	free(s);
	return 0;
}

static void
check_int(const char *s, int64_t min, int64_t max)
{
	const char *digits = s + (*s == '-' || *s == '+');
	int64_t out = SENTINEL;
	long long n;
	char *end;
	bool ok;

	errno = 0;
	n = strtoll(s, &end, 10);
	ok = *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0' &&
	    *end == '\0' && errno == 0 && n >= min && n <= max;
	assert((num_int(s, min, max, &out) == NULL) == ok);
	assert(out == (ok ? n : SENTINEL));
}

static bool
check_decimal(const char *bare, size_t len, double *d)
{
	char *s = strndup(bare, len), *end;
	double expected = strtod(s, &end), out = -0.125;
	bool ok;

	ok = len > 0 && len <= DECIMAL_MAX &&
	    strspn(s, "0123456789+-.eE") == len && *end == '\0' &&
	    isfinite(expected);
	assert((num_decimal(bare, len, &out) == NULL) == ok);
	if (!ok)
		expected = -0.125;
	assert(memcmp(&out, &expected, sizeof(out)) == 0);
	free(s);
	*d = out;
	return ok;
}

static void
check_seconds(const char *bare, size_t len, bool ok, double d)
{
	int64_t us = SENTINEL;

	ok = ok && d >= 0 && d <= 1e9;
	assert((num_seconds(bare, len, &us) == NULL) == ok);
	if (ok)
		assert(us >= 0 && fabs((double)us - d * 1e6) <= 0.5625);
	else
		assert(us == SENTINEL);
}
