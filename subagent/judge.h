/* SPDX-License-Identifier: ISC */
/*
 * From the results of rounds to what is so, and to events.
 *
 * A round is the probes of one entry at one time.  What it says against what was
 * decided counts when as many further rounds as conf->retries have said the same
 * in a row; until then the entry is unsure, and asked again sooner.  Nothing here
 * reads a clock or a file.
 *
 * Three things are decided, each of which alternates by construction:
 *
 * down	  The entry is not as expected, whatever its severity: that says what it
 *	  is worth, not whether it is so.  One that fails from the start is down
 *	  after its confirmations, with an event; one that does not is up at
 *	  once, without: there was no alarm.
 * severe  It is down, and failed in conf->severe rounds since it was last as
 *	  expected.  A round in between that was as expected, but was not
 *	  confirmed, is none that failed, and does not end the row.
 * lagged  The average round trip is more than conf->lag_ms.  What has none says
 *	  nothing of it, nor what failed: what was not confirmed is forgotten
 *	  then, and what was decided stays.  So who is lagged, goes down and comes
 *	  up is lagged still, until rounds say otherwise.
 *
 * A round that could not be asked by our own fault decides nothing, counts for
 * nothing and interrupts nothing.  Meanwhile the entry is worth UNKNOWN, and is
 * not asked sooner: what ails us may well be too much work.
 *
 * An entry that the configuration no longer has, or that is switched off, has no
 * all-clear: it would not be true, and Nagios and Icinga send none either.  What
 * is known of it is kept where it is stored; when it is asked again, an alarm
 * that is open goes on without a second one, or has its all-clear.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "outcome.h"
#include "state.h"
#include "table_format.h"

/* May be another for each round: see judge_reconfigure(). */
struct judge_conf {
	unsigned retries; /* confirmations that a change needs */
	unsigned severe;  /* failed rounds in a row; 0: never */
	double lag_ms;    /* of a round's probes on average; 0: no limit */
};

/* What is known of an entry; zeroed: nothing is. */
struct judge {
	bool known; /* it was decided whether it is down */
	bool down;
	bool lagged;
	bool severe;
	bool unasked;  /* the last round was */
	uint8_t state; /* enum state, of the last round that agreed with down */
	uint8_t port;  /* enum port_state, the same */
	unsigned against;       /* rounds in a row that spoke against down */
	unsigned lag_against;   /* the same, of lagged */
	uint32_t failed_rounds; /* in a row */
};

enum judge_word {
	JUDGE_UNASKED, /* it could not be asked: entry_unasked() */
	JUDGE_FAILED,  /* not as expected: entry_failed() */
	JUDGE_MET,
};

/* What a round came to. */
struct judge_round {
	enum judge_word word;
	enum state state; /* what the worst probe was worth */
	enum port_state port;
	double latency_ms; /* on average; NAN: there was none */
};

#define JUDGE_EVENTS_MAX 3

/*
 * Takes a round, writes the kinds of the events that follow from it, and returns
 * how many there are.  What was opened last is closed first: down, severe,
 * recovered, up; then lagged or normal.
 */
unsigned judge_round(struct judge *j, const struct judge_conf *conf,
    const struct judge_round *r, enum table_event_kind *events);

/*
 * The same for a configuration that has changed: of the limits that do not apply
 * any more, the all-clear; and the alarm where as many rounds have failed already
 * as are severe now.  A lag limit that is another needs rounds, of which those
 * that have begun to confirm count; so do retries.
 */
unsigned judge_reconfigure(struct judge *j, const struct judge_conf *conf,
    enum table_event_kind *events);

/* Whether the next round should come sooner, to confirm what this one said. */
bool judge_unsure(const struct judge *j);

/* What the entry is worth: UNKNOWN also while nothing is known. */
enum state judge_state(const struct judge *j);

/*
 * Stores what is known in those parts of a record that are the judge's: flags,
 * state, port_state and failed_rounds; and back.  What was not confirmed is not
 * stored, so that after a restart it takes all its rounds.
 */
void judge_store(const struct judge *j, struct table_record *r);
void judge_restore(struct judge *j, const struct table_record *r);

#endif
