/* SPDX-License-Identifier: ISC */
/*
 * One port of one host in its set: what became of it, and the words for that.
 */
#ifndef ENTRY_H
#define ENTRY_H

#include "portset.h"
#include "portset_policy.h"

static inline const struct ask *
entry_ask(const struct portset *s, const struct entry *e)
{
	return &s->asks[e->ask];
}

/* NULL: it is a path. */
const struct portset_host *entry_host(const struct portset *s,
    const struct entry *e);
/* NULL: it is asked once. */
const struct entry_stats *entry_stats(const struct portset *s,
    const struct entry *e);
/*
 * The port state, which is unknown where filtered would do and only this
 * machine says so, which had no way to ask.
 */
enum port_state entry_port(const struct entry *e);

/* An entry is one of four: as expected ... */
static inline bool
entry_met(const struct entry *e)
{
	return e->worth == STATE_OK;
}

/*
 * ... could not be asked, by no fault of the host's: not-probed or local-error,
 * where these are worth what they are by default; or without a way to it, where
 * any state of the port would do ...
 */
static inline bool
entry_unasked(const struct entry *e)
{
	return e->worth == STATE_UNKNOWN &&
	    (e->outcome == OUTCOME_NOT_PROBED ||
		e->outcome == OUTCOME_LOCAL_ERROR || e->unheard);
}

/*
 * ... was asked and is worth UNKNOWN all the same: a handler said so, or the
 * outcome has that state ...
 */
static inline bool
entry_unknown(const struct entry *e)
{
	return e->worth == STATE_UNKNOWN && !entry_unasked(e);
}

/* ... or failed, which is all else; it may be that that is only a WARNING. */
static inline bool
entry_failed(const struct entry *e)
{
	return e->worth == STATE_CRITICAL || e->worth == STATE_WARNING;
}

static inline bool
entry_warned(const struct entry *e)
{
	return e->worth == STATE_WARNING;
}

/* Whether one as expected has certificates that will not be so for long. */
static inline bool
entry_expiring(const struct entry *e)
{
	return e->dates != STATE_OK && entry_met(e);
}

/* Whether the clock of one as expected is wrong. */
static inline bool
entry_astray(const struct entry *e)
{
	return e->clock != STATE_OK && entry_met(e);
}

/* What it is worth by itself, but for its times. */
static inline enum state
entry_worth(const struct entry *e)
{
	return entry_expiring(e) || entry_astray(e) ? STATE_WARNING
						    : (enum state)e->worth;
}
/* The same, and they are judged, too. */
enum state entry_state(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);

/* In how many days the first of its certificates expires, or NAN. */
double entry_cert_days(const struct entry *e);

/*
 * The latency of an open port that answered, be it wrongly, in seconds, of many
 * probes the average; or NAN.
 */
double entry_latency(const struct portset *s, const struct entry *e);
/* The same of the time to the answer, which the limits of the entry judge. */
double entry_response(const struct portset *s, const struct entry *e);
/*
 * Which of the two is told of: that which makes it slow, and of an entry that
 * is not, the one that has limits, the set's before its own; or the latency.
 */
double entry_judged(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);
/* What its times are worth: with a severity of WARNING never more than that. */
enum state entry_lag(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);

/* "mx1/tcp/25", "mx1/smtp", "mx1/web/8080" or "/run/x", escaped. */
void entry_name(struct text *t, const struct portset *s, const struct entry *e);
/* The same without the host: "tcp/25", "smtp", "web/8080" or "/run/x". */
void entry_port_name(struct text *t, const struct portset *s,
    const struct entry *e);
/* The same, and what is asked and expected there. */
void entry_describe(struct text *t, const struct portset *s,
    const struct entry *e);
/* Why it is not plainly open: nothing if it is. */
void entry_reason(struct text *t, const struct entry *e);
/* Whether that says the same of both. */
bool entry_same_reason(const struct entry *a, const struct entry *b);

#endif
