/* SPDX-License-Identifier: ISC */
/*
 * How many of all there may be: a number, or a share of them.
 */
#ifndef SHARE_H
#define SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "range.h"
#include "state.h"

struct share {
	struct range range;
	bool percent;
	bool set;
};

struct share_limits {
	struct share warning;
	struct share critical;
};

/* Reads a range, with '%' at its end a share.  NULL or the reason. */
const char *share_parse(const char *s, struct share *out);

/* Whether n of total are what it alerts for; one that is not set never does. */
bool share_alerts(const struct share *s, size_t n, size_t total);

/* What n of total are worth: OK, WARNING or CRITICAL. */
enum state share_limits_state(const struct share_limits *l, size_t n,
    size_t total);

#endif
