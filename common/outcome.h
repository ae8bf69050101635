/* SPDX-License-Identifier: ISC */
/*
 * The ways a probe can end, and what each implies; outcome.def has the rows.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "state.h"

enum outcome {
#define OUTCOME(symbol, name, port, state, rank, meaning) OUTCOME_##symbol,
#include "outcome.def"
#undef OUTCOME
	OUTCOME_COUNT
};

/* Port states, by nmap's names. */
enum port_state {
	PORT_UNKNOWN,
	PORT_OPEN,
	PORT_CLOSED,
	PORT_FILTERED,
	PORT_OPEN_FILTERED,
};

/* "refused" */
const char *outcome_name(enum outcome o);
/* The outcome of that name, in any case: len bytes of it. */
bool outcome_find(const char *name, size_t len, enum outcome *o);
/* One line for people, without a capital or a full stop. */
const char *outcome_meaning(enum outcome o);
enum port_state outcome_port(enum outcome o);
enum state outcome_default_state(enum outcome o);

/* Whether a handler said it, in place of the port. */
bool outcome_of_handler(enum outcome o);

/* Whether it says that the peer is not trusted, or is somebody else. */
bool outcome_distrusts(enum outcome o);

/* Whether a tells more than b about why no address of a name connected. */
bool outcome_tells_more(enum outcome a, enum outcome b);

/* "open", "open|filtered" … */
const char *port_state_name(enum port_state p);
/* The same where a vertical bar would mean something: "open or filtered". */
const char *port_state_words(enum port_state p);

#endif
