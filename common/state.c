/* SPDX-License-Identifier: ISC */
#include "state.h"

#include <stddef.h>
#include <string.h>

#include "escape.h"

static const struct {
	const char *name;
	const char *abbreviation;
	const char *number;
	int badness;
} states[] = {
	[STATE_OK] = { "OK", "OK", "0", 0 },
	[STATE_WARNING] = { "WARNING", "WARN", "1", 1 },
	[STATE_CRITICAL] = { "CRITICAL", "CRIT", "2", 3 },
	[STATE_UNKNOWN] = { "UNKNOWN", "UNKNOWN", "3", 2 },
};

#define STATE_COUNT (sizeof(states) / sizeof(states[0]))

const char *
state_name(enum state s)
{
	return states[s].name;
}

bool
state_parse(const char *s, enum state *out)
{
	size_t i, len = strlen(s);

	for (i = 0; i < STATE_COUNT; i++) {
		if (word_equal(states[i].name, s, len) ||
		    word_equal(states[i].abbreviation, s, len) ||
		    word_equal(states[i].number, s, len)) {
			*out = (enum state)i;
			return true;
		}
	}
	return false;
}

enum state
state_worst(enum state a, enum state b)
{
	return states[a].badness >= states[b].badness ? a : b;
}
