/* SPDX-License-Identifier: ISC */
/*
 * From results to states: what each outcome is worth, and how long an answer
 * may take.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "expected.h"
#include "range.h"
#include "result.h"

/* For certificates, more than 2,700 years. */
#define POLICY_DAYS_MAX 1000000

struct policy {
	enum state states[OUTCOME_COUNT];
	bool given[OUTCOME_COUNT]; /* states that were given for themselves */
	enum expected expected;
	struct range warning; /* of the response time in seconds */
	struct range critical;
	bool has_warning;
	bool has_critical;
	/* For how many days all certificates should be valid. */
	bool has_days;
	int64_t warning_days;
	int64_t critical_days;
	/* Of the seconds by which the peer's clock differs, either way. */
	struct range offset_warning;
	struct range offset_critical;
	bool has_offset_warning;
	bool has_offset_critical;
};

struct verdict {
	enum state state;   /* the worst of the four */
	enum state outcome; /* what the outcome is worth */
	enum state dates;   /* what those of the certificates are worth */
	enum state time;    /* what the response time is worth */
	enum state clock;   /* what the peer's clock is worth */
	enum outcome dates_outcome; /* OUTCOME_OK or one of OUTCOME_CERT_* */
	enum outcome told; /* that, or the result's, whichever is worse */
};

/* The default state of every outcome, an open port, and no limits. */
void policy_init(struct policy *p);

/*
 * The state of every outcome by what the port is expected to be: OK as
 * expected, CRITICAL if it is in another state; what could not be told keeps its
 * default, and so does what only this machine says of it.
 */
void policy_expect(struct policy *p, enum expected x);

/*
 * Reads for how many days certificates should be valid not to be WARNING and
 * not to be CRITICAL, of which the second is 0 if it is not given: "14,7".  NULL
 * or the reason.
 */
const char *policy_parse_days(struct policy *p, const char *s);

/*
 * When no address of a name connected, the worst of those that could be asked
 * counts, not only the one that is told.
 */
struct verdict verdict_of(const struct policy *p, const struct result *r);

/*
 * Whether certificates are judged, by their dates or since they are verified, so
 * that the peer has to have one.
 */
bool policy_wants_cert(const struct policy *p, bool verified);

/* The worst of what v says. */
enum state verdict_state(const struct verdict *v);

/* What a response time in seconds is worth. */
enum state verdict_time(const struct policy *p, double seconds);

#endif
