/* SPDX-License-Identifier: ISC */
/*
 * The states of the Monitoring Plugins guidelines; their numbers are the exit
 * codes.
 */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>

enum state {
	STATE_OK,
	STATE_WARNING,
	STATE_CRITICAL,
	STATE_UNKNOWN,
};

#define STATE_NAMES "ok, warning, critical, unknown"

/* "OK", "WARNING" … */
const char *state_name(enum state s);

/*
 * Reads a state: its number, its name in upper or lower case, or "warn" or
 * "crit".
 */
bool state_parse(const char *s, enum state *out);

/* The worse of two: CRITICAL, UNKNOWN, WARNING, OK. */
enum state state_worst(enum state a, enum state b);

#endif
