/* SPDX-License-Identifier: ISC */
/*
 * What a port is expected to be.
 */
#ifndef EXPECTED_H
#define EXPECTED_H

#include <stdbool.h>
#include <stddef.h>

#include "outcome.h"

enum expected {
	EXPECTED_OPEN,
	EXPECTED_CLOSED,
	EXPECTED_FILTERED,
	EXPECTED_ANY, /* whatever it is, if it can be told */
};

#define EXPECTED_NAMES "open, closed, filtered, any"

const char *expected_name(enum expected x);

/* Reads the first len bytes of s. */
bool expected_parse(const char *s, size_t len, enum expected *out);

/*
 * Whether the outcome is as expected.  Open is more than an open port: what
 * answered must be what should.  What could not be told never is.
 */
bool expected_met(enum expected x, enum outcome o);

#endif
