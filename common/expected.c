/* SPDX-License-Identifier: ISC */
#include "expected.h"

#include "escape.h"

static const char *const names[] = {
	[EXPECTED_OPEN] = "open",
	[EXPECTED_CLOSED] = "closed",
	[EXPECTED_FILTERED] = "filtered",
	[EXPECTED_ANY] = "any",
};

const char *
expected_name(enum expected x)
{
	return names[x];
}

bool
expected_parse(const char *s, size_t len, enum expected *out)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (word_equal(names[i], s, len)) {
			*out = (enum expected)i;
			return true;
		}
	}
	return false;
}

bool
expected_met(enum expected x, enum outcome o)
{
	switch (x) {
	case EXPECTED_OPEN:
		return o == OUTCOME_OK;
	case EXPECTED_CLOSED:
		return outcome_port(o) == PORT_CLOSED;
	case EXPECTED_FILTERED:
		return outcome_port(o) == PORT_FILTERED;
	case EXPECTED_ANY:
		return outcome_port(o) != PORT_UNKNOWN;
	}
	return false;
}
