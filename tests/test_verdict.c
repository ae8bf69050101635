/* SPDX-License-Identifier: ISC */
#include "verdict.h"

#include <errno.h>

#include "unit.h"

#define OK STATE_OK
#define WARNING STATE_WARNING
#define CRITICAL STATE_CRITICAL
#define UNKNOWN STATE_UNKNOWN

/* How long the answer took. */
#define TIME_US INT64_C(1500000)

/* A state that is not the default. */
struct set {
	enum outcome outcome;
	enum state state;
};

static const struct {
	const char *name;
	enum outcome outcome;
	const char *warning;
	const char *critical;
	struct set set;
	enum state want, want_outcome, want_time;
} cases[] = {
	{ "in time", OUTCOME_OK, NULL, NULL, { 0 }, OK, OK, OK },
	{ "within both", OUTCOME_OK, "2", "3", { 0 }, OK, OK, OK },
	{ "at the limit", OUTCOME_OK, "1.5", "1.5", { 0 }, OK, OK, OK },
	{ "slow", OUTCOME_OK, "1", "2", { 0 }, WARNING, OK, WARNING },
	{ "very slow", OUTCOME_OK, "1", "1.2", { 0 }, CRITICAL, OK, CRITICAL },
	{ "critical below warning", OUTCOME_OK, "2", "1", { 0 }, CRITICAL, OK,
	    CRITICAL },
	{ "warning only", OUTCOME_OK, "1", NULL, { 0 }, WARNING, OK, WARNING },
	{ "critical only", OUTCOME_OK, NULL, "1", { 0 }, CRITICAL, OK,
	    CRITICAL },
	{ "too fast", OUTCOME_OK, "2:", NULL, { 0 }, WARNING, OK, WARNING },
	{ "inside", OUTCOME_OK, NULL, "@1:2", { 0 }, CRITICAL, OK, CRITICAL },
	{ "not inside", OUTCOME_OK, "@2:3", "@3:4", { 0 }, OK, OK, OK },

	{ "mismatch", OUTCOME_MISMATCH, NULL, NULL, { 0 }, WARNING, WARNING,
	    OK },
	{ "slow mismatch", OUTCOME_MISMATCH, "1", NULL, { 0 }, WARNING, WARNING,
	    WARNING },
	{ "very slow mismatch", OUTCOME_MISMATCH, NULL, "1", { 0 }, CRITICAL,
	    WARNING, CRITICAL },
	{ "-M ok", OUTCOME_MISMATCH, "2", "3", { OUTCOME_MISMATCH, OK }, OK, OK,
	    OK },
	{ "-M ok does not hide -w", OUTCOME_MISMATCH, "1", "3",
	    { OUTCOME_MISMATCH, OK }, WARNING, OK, WARNING },
	{ "-M ok does not hide -c", OUTCOME_MISMATCH, "1", "1",
	    { OUTCOME_MISMATCH, OK }, CRITICAL, OK, CRITICAL },
	{ "-M crit, slow", OUTCOME_MISMATCH, "1", "2",
	    { OUTCOME_MISMATCH, CRITICAL }, CRITICAL, CRITICAL, WARNING },
	{ "-M unknown, slow", OUTCOME_MISMATCH, "1", NULL,
	    { OUTCOME_MISMATCH, UNKNOWN }, UNKNOWN, UNKNOWN, WARNING },
	{ "-M unknown, very slow", OUTCOME_MISMATCH, NULL, "1",
	    { OUTCOME_MISMATCH, UNKNOWN }, CRITICAL, UNKNOWN, CRITICAL },

	/* No answer has no response time. */
	{ "refused", OUTCOME_REFUSED, "1", "1", { 0 }, CRITICAL, CRITICAL, OK },
	{ "-r ok", OUTCOME_REFUSED, "1", "1", { OUTCOME_REFUSED, OK }, OK, OK,
	    OK },
	{ "-r ok is of refused only", OUTCOME_TIMEOUT, "1", "1",
	    { OUTCOME_REFUSED, OK }, CRITICAL, CRITICAL, OK },
	{ "-t :ok", OUTCOME_TIMEOUT, "1", "1", { OUTCOME_TIMEOUT, OK }, OK, OK,
	    OK },
	{ "no data", OUTCOME_NO_DATA, "1", NULL, { 0 }, CRITICAL, CRITICAL,
	    OK },
	{ "reset", OUTCOME_RESET, NULL, NULL, { 0 }, CRITICAL, CRITICAL, OK },
	{ "stalled", OUTCOME_STALLED, "1", "1", { OUTCOME_STALLED, WARNING },
	    WARNING, WARNING, OK },
	{ "unresolved", OUTCOME_UNRESOLVED, "1", "1", { 0 }, CRITICAL, CRITICAL,
	    OK },
	{ "lookup timeout", OUTCOME_LOOKUP_TIMEOUT, "1", "1",
	    { OUTCOME_LOOKUP_TIMEOUT, OK }, OK, OK, OK },
	{ "own fault", OUTCOME_LOCAL_ERROR, "1", "1", { 0 }, UNKNOWN, UNKNOWN,
	    OK },
	{ "interrupted", OUTCOME_NOT_PROBED, "1", "1", { 0 }, UNKNOWN, UNKNOWN,
	    OK },
};

#define REFUSED                                        \
	{                                              \
		.outcome = OUTCOME_REFUSED, .cause = { \
			ECONNREFUSED,                  \
			.origin = ORIGIN_PEER          \
		}                                      \
	}
#define TIMEOUT                            \
	{                                  \
		.outcome = OUTCOME_TIMEOUT \
	}
#define NO_ROUTE                                           \
	{                                                  \
		.outcome = OUTCOME_UNREACHABLE, .cause = { \
			ENETUNREACH,                       \
			.origin = ORIGIN_LOCAL             \
		}                                          \
	}
#define BY_ICMP                                            \
	{                                                  \
		.outcome = OUTCOME_UNREACHABLE, .cause = { \
			EHOSTUNREACH,                      \
			.origin = ORIGIN_ICMP              \
		}                                          \
	}
#define NO_DESCRIPTOR                                      \
	{                                                  \
		.outcome = OUTCOME_LOCAL_ERROR, .cause = { \
			EMFILE,                            \
			.origin = ORIGIN_LOCAL             \
		}                                          \
	}
#define NOT_PROBED                            \
	{                                     \
		.outcome = OUTCOME_NOT_PROBED \
	}
#define CONNECTED                     \
	{                             \
		.outcome = OUTCOME_OK \
	}

/* Several addresses, what is told of them, and what they are worth. */
static const struct {
	const char *name;
	struct attempt attempts[3];
	size_t n;
	enum outcome outcome;
	struct set set;
	enum state want;
} several[] = {
	{ "-r ok, both refused", { REFUSED, REFUSED }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, OK }, OK },
	{ "-r ok, one timed out", { REFUSED, TIMEOUT }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, OK }, CRITICAL },
	{ "-r ok, the first timed out", { TIMEOUT, REFUSED }, 2,
	    OUTCOME_REFUSED, { OUTCOME_REFUSED, OK }, CRITICAL },
	{ "-r ok, one could not be asked", { NO_ROUTE, REFUSED }, 2,
	    OUTCOME_REFUSED, { OUTCOME_REFUSED, OK }, OK },
	{ "-r ok, a router said no", { BY_ICMP, REFUSED }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, OK }, CRITICAL },
	{ "-r ok, one was not probed", { REFUSED, NOT_PROBED }, 2,
	    OUTCOME_REFUSED, { OUTCOME_REFUSED, OK }, OK },
	{ "-r ok, own fault", { REFUSED, NO_DESCRIPTOR }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, OK }, UNKNOWN },
	{ "-r warn, own fault", { REFUSED, NO_DESCRIPTOR }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, WARNING }, UNKNOWN },
	{ "-r crit, own fault", { NO_DESCRIPTOR, REFUSED }, 2, OUTCOME_REFUSED,
	    { OUTCOME_REFUSED, CRITICAL }, CRITICAL },
	{ "the last of three", { REFUSED, REFUSED, TIMEOUT }, 3,
	    OUTCOME_REFUSED, { OUTCOME_REFUSED, OK }, CRITICAL },
	{ "-t :warn", { REFUSED, TIMEOUT }, 2, OUTCOME_REFUSED,
	    { OUTCOME_TIMEOUT, WARNING }, CRITICAL },
	{ "none could be asked", { NO_ROUTE, NO_ROUTE }, 2, OUTCOME_UNREACHABLE,
	    { OUTCOME_UNREACHABLE, WARNING }, WARNING },
	/* One that connected decides alone. */
	{ "connected after all", { TIMEOUT, REFUSED, CONNECTED }, 3, OUTCOME_OK,
	    { 0 }, OK },
	{ "mismatch", { REFUSED, CONNECTED }, 2, OUTCOME_MISMATCH, { 0 },
	    WARNING },
	{ "stalled", { REFUSED, CONNECTED }, 2, OUTCOME_STALLED,
	    { OUTCOME_STALLED, OK }, OK },
	{ "interrupted", { REFUSED, TIMEOUT }, 2, OUTCOME_NOT_PROBED, { 0 },
	    UNKNOWN },
};

static void
set_state(struct policy *p, const struct set *set)
{
	if (set->outcome != OUTCOME_OK)
		p->states[set->outcome] = set->state;
}

START_TEST(one)
{
	const char *w = cases[_i].warning, *c = cases[_i].critical;
	const struct result r = { .outcome = cases[_i].outcome,
		.time_us = TIME_US };
	struct verdict v;
	struct policy p;

	policy_init(&p);
	set_state(&p, &cases[_i].set);
	p.has_warning = w != NULL;
	ck_assert(w == NULL || range_parse(w, &p.warning) == NULL);
	p.has_critical = c != NULL;
	ck_assert(c == NULL || range_parse(c, &p.critical) == NULL);
	v = verdict_of(&p, &r);
	unit_str(cases[_i].name, state_name(v.state),
	    state_name(cases[_i].want));
	unit_str(cases[_i].name, state_name(v.outcome),
	    state_name(cases[_i].want_outcome));
	unit_str(cases[_i].name, state_name(v.time),
	    state_name(cases[_i].want_time));
}
END_TEST

START_TEST(of_several)
{
	const struct result r = { .outcome = several[_i].outcome,
		.attempts = several[_i].attempts,
		.n_attempts = several[_i].n };
	struct policy p;

	policy_init(&p);
	set_state(&p, &several[_i].set);
	unit_str(several[_i].name, state_name(verdict_of(&p, &r).state),
	    state_name(several[_i].want));
}
END_TEST

START_TEST(defaults)
{
	struct policy p;

	memset(&p, 0x55, sizeof(p));
	policy_init(&p);
	ck_assert_int_eq(p.states[_i], outcome_default_state((enum outcome)_i));
	ck_assert(!p.has_warning);
	ck_assert(!p.has_critical);
}
END_TEST

static const struct {
	enum expected expected;
	enum outcome outcome;
	enum state want;
} as_expected[] = {
	{ EXPECTED_OPEN, OUTCOME_OK, OK },
	{ EXPECTED_OPEN, OUTCOME_MISMATCH, WARNING },
	{ EXPECTED_OPEN, OUTCOME_REFUSED, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_REFUSED, OK },
	{ EXPECTED_CLOSED, OUTCOME_OK, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_MISMATCH, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_NO_DATA, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_REJECTED, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_TIMEOUT, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_UNRESOLVED, CRITICAL },
	{ EXPECTED_CLOSED, OUTCOME_LOCAL_ERROR, UNKNOWN },
	{ EXPECTED_CLOSED, OUTCOME_NOT_PROBED, UNKNOWN },
	{ EXPECTED_FILTERED, OUTCOME_TIMEOUT, OK },
	{ EXPECTED_FILTERED, OUTCOME_REJECTED, OK },
	{ EXPECTED_FILTERED, OUTCOME_PROHIBITED, OK },
	{ EXPECTED_FILTERED, OUTCOME_UNREACHABLE, OK },
	{ EXPECTED_FILTERED, OUTCOME_OK, CRITICAL },
	{ EXPECTED_FILTERED, OUTCOME_STALLED, CRITICAL },
	{ EXPECTED_FILTERED, OUTCOME_REFUSED, CRITICAL },
	{ EXPECTED_FILTERED, OUTCOME_LOOKUP_TIMEOUT, CRITICAL },
	{ EXPECTED_ANY, OUTCOME_OK, OK },
	{ EXPECTED_ANY, OUTCOME_MISMATCH, WARNING },
	{ EXPECTED_ANY, OUTCOME_REFUSED, OK },
	{ EXPECTED_ANY, OUTCOME_TIMEOUT, OK },
	{ EXPECTED_ANY, OUTCOME_UNRESOLVED, CRITICAL },
	{ EXPECTED_ANY, OUTCOME_LOCAL_ERROR, UNKNOWN },
	{ EXPECTED_ANY, OUTCOME_NOT_PROBED, UNKNOWN },
};

/* No route of ours is no firewall of theirs; but who says so may have it OK. */
START_TEST(local_is_not_told)
{
	struct result r = { .outcome = OUTCOME_UNREACHABLE,
		.cause = { ENETUNREACH, .origin = ORIGIN_LOCAL } };
	struct policy p;

	policy_init(&p);
	policy_expect(&p, EXPECTED_FILTERED);
	ck_assert_int_eq(verdict_of(&p, &r).state, CRITICAL);
	r.cause.origin = ORIGIN_ICMP;
	ck_assert_int_eq(verdict_of(&p, &r).state, OK);
	r.cause.origin = ORIGIN_LOCAL;
	p.given[OUTCOME_UNREACHABLE] = true;
	ck_assert_int_eq(verdict_of(&p, &r).state, OK);
}
END_TEST

START_TEST(expects)
{
	struct policy p;

	policy_init(&p);
	policy_expect(&p, as_expected[_i].expected);
	unit_str(outcome_name(as_expected[_i].outcome),
	    state_name(p.states[as_expected[_i].outcome]),
	    state_name(as_expected[_i].want));
	ck_assert_int_eq(p.expected, as_expected[_i].expected);
}
END_TEST

/* Certificates, to the second: a leaf and who issued it. */
#define DAY INT64_C(86400)
#define NOW INT64_C(1795000000)
#define LONG (1000 * DAY)

static const struct {
	const char *name;
	int64_t warning_days, critical_days; /* the first -1: not judged */
	int64_t from_s, to_s, issuer_from_s, issuer_to_s; /* from now on */
	enum outcome verified;
	enum outcome outcome; /* of the conversation */
	struct set set;
	enum outcome found, told;
	enum state dates, want;
} certs[] = {
#define GOOD OUTCOME_OK
#define EXPIRED OUTCOME_CERT_EXPIRED
#define EXPIRING OUTCOME_CERT_EXPIRING
#define EARLY OUTCOME_CERT_NOT_YET_VALID
#define ANSWER OUTCOME_MISMATCH
	{ "just long enough", 30, 10, 0, 30 * DAY, 0, LONG, GOOD, GOOD, { 0 },
	    GOOD, GOOD, OK, OK },
	{ "a second less", 30, 10, 0, 30 * DAY - 1, 0, LONG, GOOD, GOOD, { 0 },
	    EXPIRING, EXPIRING, WARNING, WARNING },
	{ "at the second number", 30, 10, 0, 10 * DAY, 0, LONG, GOOD, GOOD,
	    { 0 }, EXPIRING, EXPIRING, WARNING, WARNING },
	{ "a second less than that", 30, 10, 0, 10 * DAY - 1, 0, LONG, GOOD,
	    GOOD, { 0 }, EXPIRING, EXPIRING, CRITICAL, CRITICAL },
	{ "the numbers the other way round", 10, 30, 0, 20 * DAY, 0, LONG, GOOD,
	    GOOD, { 0 }, EXPIRING, EXPIRING, CRITICAL, CRITICAL },
	{ "the last day", 0, 0, 0, 1, 0, LONG, GOOD, GOOD, { 0 }, GOOD, GOOD,
	    OK, OK },
	{ "the last day, warned of", 30, 0, 0, 1, 0, LONG, GOOD, GOOD, { 0 },
	    EXPIRING, EXPIRING, WARNING, WARNING },
	{ "the last second", 0, 0, 0, 0, 0, LONG, GOOD, GOOD, { 0 }, GOOD, GOOD,
	    OK, OK },
	{ "after it", 0, 0, -DAY, -1, 0, LONG, GOOD, GOOD, { 0 }, EXPIRED,
	    EXPIRED, CRITICAL, CRITICAL },
	{ "the first second", 0, 0, 0, DAY, 0, LONG, GOOD, GOOD, { 0 }, GOOD,
	    GOOD, OK, OK },
	{ "before it", 0, 0, 1, DAY, 0, LONG, GOOD, GOOD, { 0 }, EARLY, EARLY,
	    CRITICAL, CRITICAL },
	{ "the issuer's", 30, 10, 0, LONG, 0, 20 * DAY, GOOD, GOOD, { 0 },
	    EXPIRING, EXPIRING, WARNING, WARNING },
	{ "the issuer's is over", 30, 10, 0, LONG, -LONG, -1, GOOD, GOOD, { 0 },
	    EXPIRED, EXPIRED, CRITICAL, CRITICAL },
	{ "the issuer's is to come", 30, 10, 0, LONG, 1, LONG, GOOD, GOOD,
	    { 0 }, EARLY, EARLY, CRITICAL, CRITICAL },
	{ "nobody asks", -1, 0, -DAY, -1, 1, DAY, GOOD, GOOD, { 0 }, GOOD, GOOD,
	    OK, OK },
	{ "by verification", -1, 0, -DAY, -1, 0, LONG, EXPIRED, GOOD, { 0 },
	    EXPIRED, EXPIRED, CRITICAL, CRITICAL },
	{ "early by verification", -1, 0, 1, DAY, 0, LONG, EARLY, GOOD, { 0 },
	    EARLY, EARLY, CRITICAL, CRITICAL },
	{ "what verification found is worse", 30, 0, 0, DAY, 0, LONG, EXPIRED,
	    GOOD, { 0 }, EXPIRED, EXPIRED, CRITICAL, CRITICAL },
	{ "what is presented, first", 30, 0, 1, DAY, 0, LONG, EXPIRED, GOOD,
	    { 0 }, EARLY, EARLY, CRITICAL, CRITICAL },
	{ "--state", 30, 0, 0, DAY, 0, LONG, GOOD, GOOD, { EXPIRING, OK },
	    EXPIRING, EXPIRING, OK, OK },
	{ "--state is of the first number", 30, 10, 0, DAY, 0, LONG, GOOD, GOOD,
	    { EXPIRING, OK }, EXPIRING, EXPIRING, CRITICAL, CRITICAL },
	{ "--state of another", 0, 0, -DAY, -1, 0, LONG, GOOD, GOOD,
	    { EXPIRED, WARNING }, EXPIRED, EXPIRED, WARNING, WARNING },
	{ "as bad as the answer", 30, 0, 0, DAY, 0, LONG, GOOD, ANSWER, { 0 },
	    EXPIRING, ANSWER, WARNING, WARNING },
	{ "worse than the answer", 30, 10, 0, DAY, 0, LONG, GOOD, ANSWER, { 0 },
	    EXPIRING, EXPIRING, CRITICAL, CRITICAL },
	{ "the answer is worse", 30, 0, 0, DAY, 0, LONG, GOOD, ANSWER,
	    { ANSWER, CRITICAL }, EXPIRING, ANSWER, WARNING, CRITICAL },
	{ "not trusted, and over", 0, 0, -DAY, -1, 0, LONG,
	    OUTCOME_CERT_UNTRUSTED, OUTCOME_CERT_UNTRUSTED, { 0 }, EXPIRED,
	    OUTCOME_CERT_UNTRUSTED, CRITICAL, CRITICAL },
};

static const struct {
	const char *s, *why;
	int64_t warning, critical;
} days[] = {
	{ "0", NULL, 0, 0 },
	{ "14", NULL, 14, 0 },
	{ "14,7", NULL, 14, 7 },
	{ "7,14", NULL, 7, 14 },
	{ "1000000,1000000", NULL, 1000000, 1000000 },
	{ "", "is empty", 0, 0 },
	{ ",", "is empty", 0, 0 },
	{ ",7", "is empty", 0, 0 },
	{ "14,", "is empty", 0, 0 },
	{ "14,7,1", "not a whole number", 0, 0 },
	{ "1.5", "not a whole number", 0, 0 },
	{ "14, 7", "not a whole number", 0, 0 },
	{ "-1", "too small", 0, 0 },
	{ "14,1000001", "too large", 0, 0 },
};

START_TEST(parse_days)
{
	struct policy p;

	policy_init(&p);
	p.critical_days = 99;
	unit_str(days[_i].s, policy_parse_days(&p, days[_i].s), days[_i].why);
	if (days[_i].why != NULL)
		return;
	ck_assert(p.has_days);
	ck_assert_int_eq(p.warning_days, days[_i].warning);
	ck_assert_int_eq(p.critical_days, days[_i].critical);
}
END_TEST

START_TEST(certificates)
{
	struct handshake *h = handshake_new(2);
	struct result r = { .outcome = certs[_i].outcome, .handshake = h };
	struct policy p;
	struct verdict v;

	h->at_s = NOW;
	h->verified = certs[_i].verified;
	h->certs[0].not_before_s = NOW + certs[_i].from_s;
	h->certs[0].not_after_s = NOW + certs[_i].to_s;
	h->certs[1].not_before_s = NOW + certs[_i].issuer_from_s;
	h->certs[1].not_after_s = NOW + certs[_i].issuer_to_s;
	policy_init(&p);
	p.has_days = certs[_i].warning_days >= 0;
	p.warning_days = certs[_i].warning_days;
	p.critical_days = certs[_i].critical_days;
	if (certs[_i].set.outcome != OUTCOME_OK)
		p.states[certs[_i].set.outcome] = certs[_i].set.state;
	v = verdict_of(&p, &r);
	unit_str(certs[_i].name, outcome_name(v.dates_outcome),
	    outcome_name(certs[_i].found));
	unit_str(certs[_i].name, outcome_name(v.told),
	    outcome_name(certs[_i].told));
	unit_str(certs[_i].name, state_name(v.dates),
	    state_name(certs[_i].dates));
	unit_str(certs[_i].name, state_name(v.state),
	    state_name(certs[_i].want));
	free(h);
}
END_TEST

/* How far the peer's clock is from ours, in seconds. */
static const struct {
	const char *name;
	bool told;
	double offset;
	const char *warning;
	const char *critical;
	enum state want;
} clocks[] = {
	{ "no limits", true, 1e9, NULL, NULL, OK },
	{ "within", true, 5, "5", "10", OK },
	{ "behind, within", true, -5, "5", "10", OK },
	{ "ahead", true, 6, "5", "10", WARNING },
	{ "behind", true, -6, "5", "10", WARNING },
	{ "far ahead", true, 10.000001, "5", "10", CRITICAL },
	{ "far behind", true, -11, "5", "10", CRITICAL },
	{ "critical only", true, -1, NULL, "0", CRITICAL },
	{ "warning only", true, 1, "0", NULL, WARNING },
	{ "right", true, 0, "0", "0", OK },
	{ "inside", true, -3, "@2:4", NULL, WARNING },
	{ "not told", false, 100, "5", "10", OK },
};

START_TEST(clock_offset)
{
	const struct result r = { .outcome = OUTCOME_OK,
		.time_us = TIME_US,
		.offset_us = (int64_t)(clocks[_i].offset * 1e6),
		.has_offset = clocks[_i].told };
	struct policy p;
	struct verdict v;

	policy_init(&p);
	p.has_offset_warning = clocks[_i].warning != NULL;
	p.has_offset_critical = clocks[_i].critical != NULL;
	if (p.has_offset_warning)
		ck_assert_ptr_null(range_parse(clocks[_i].warning,
		    &p.offset_warning));
	if (p.has_offset_critical)
		ck_assert_ptr_null(range_parse(clocks[_i].critical,
		    &p.offset_critical));
	v = verdict_of(&p, &r);
	ck_assert_msg(v.clock == clocks[_i].want, "%s: %s", clocks[_i].name,
	    state_name(v.clock));
	ck_assert_int_eq(v.state, v.clock);
	ck_assert_int_eq(v.outcome, OK);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("verdict");

	unit_rows(tc, one, cases);
	unit_rows(tc, of_several, several);
	tcase_add_loop_test(tc, defaults, 0, OUTCOME_COUNT);
	unit_rows(tc, expects, as_expected);
	tcase_add_test(tc, local_is_not_told);
	unit_rows(tc, parse_days, days);
	unit_rows(tc, certificates, certs);
	unit_rows(tc, clock_offset, clocks);
	return unit_run("verdict", tc);
}
