/* SPDX-License-Identifier: ISC */
/*
 * How often a port is asked by who asks for ever, and what it takes to believe
 * the answers.
 */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <stdint.h>

struct rounds {
	uint32_t interval_ms; /* from one round to the next */
	unsigned retries;     /* confirmations that a change needs */
	unsigned severe;      /* failed rounds in a row; 0: never */
	double lag_ms;        /* of a round's probes on average; 0: no limit */
};

#define ROUNDS_INTERVAL_MS 60000
#define ROUNDS_RETRIES 2
#define ROUNDS_SEVERE 12

#define ROUNDS_INTERVAL_MIN_MS 100
#define ROUNDS_INTERVAL_MAX_MS (7 * 24 * 3600 * 1000)

/*
 * Read a number each, as the keys of portstate.yaml(5) have it: seconds, rounds,
 * milliseconds.  NULL or the reason.
 */
const char *rounds_parse_interval(const char *s, struct rounds *r);
const char *rounds_parse_severe(const char *s, struct rounds *r);
const char *rounds_parse_lag(const char *s, struct rounds *r);

#endif
