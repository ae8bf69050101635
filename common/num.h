/* SPDX-License-Identifier: ISC */
/*
 * The one parser for numbers.
 *
 * Each function takes the whole string or nothing, as strtonum(3) of OpenBSD:
 * no leading or trailing white space, no octal, no hexadecimal, no infinity.
 * Each returns NULL, or the reason as static text, and then leaves *out alone.
 */
#ifndef NUM_H
#define NUM_H

#include <stddef.h>
#include <stdint.h>

/* A whole number from min to max. */
const char *num_int(const char *s, int64_t min, int64_t max, int64_t *out);

/*
 * A decimal number with optional sign, fraction and exponent, of which the
 * first len bytes of s count.
 */
const char *num_decimal(const char *s, size_t len, double *out);

/*
 * A duration of 0 to 1,000,000,000 seconds, fractions allowed, as
 * microseconds.
 */
const char *num_seconds(const char *s, size_t len, int64_t *us);

#endif
