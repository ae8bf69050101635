/* SPDX-License-Identifier: ISC */
/*
 * From the results of rounds to what is so, and to events.
 *
 * A round is the probes of one entry at one time.  A change counts when it was
 * confirmed by as many further rounds, which come sooner; until then the entry is
 * unsure.  After an alarm there is an all-clear, and no all-clear without an alarm.
 * Nothing here reads a clock or a file: time is an argument.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "outcome.h"
#include "state.h"
#include "table_format.h"

struct judge_conf {
	unsigned retries;  /* confirmations that a change needs */
	unsigned severe;   /* failed rounds in a row; 0: never */
	double lag_ms;     /* of a round's probes on average; 0: no limit */
};

/* What is known of an entry; zeroed: nothing is. */
struct judge {
	bool known;        /* a state was decided */
	bool down;         /* decided: not as expected */
	bool lagged;       /* decided */
	bool severe;
	unsigned against;  /* rounds that speak for a change of down */
	unsigned lag_against; /* the same, of lagged */
	uint32_t failed_rounds; /* in a row */
	enum state state;
	enum port_state port;
};

/* What a round came to. */
struct judge_round {
	enum state state;      /* what the worst probe was worth */
	enum outcome outcome;
	enum port_state port;
	double latency_ms;     /* on average; NAN: there was none */
};

#define JUDGE_EVENTS_MAX 4

/*
 * Takes a round, and writes the kinds of the events that follow from it, in their
 * order, of which there may be none; returns how many.  A round that could not
 * be asked (STATE_UNKNOWN by our own fault) decides nothing.
 */
unsigned judge_round(struct judge *j, const struct judge_conf *conf,
    const struct judge_round *r, enum table_event_kind *events);

/* Whether the next round should come sooner, to confirm what this one said. */
bool judge_unsure(const struct judge *j);

#endif
