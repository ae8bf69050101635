/* SPDX-License-Identifier: ISC */
#include "portset_summary.h"

#include <math.h>
#include <stdio.h>

#include "told_set.h"
#include "unit.h"

static const struct {
	const char *outcomes;
	const char *expected; /* a letter each: open, closed, filtered, any */
	const char *warning, *critical;
	size_t at_least;
	enum state state;
	size_t met, failed, unasked;
} verdicts[] = {
	/* The default. */
	{ "o", "o", NULL, "0", 0, STATE_OK, 1, 0, 0 },
	{ "ooo", "ooo", NULL, "0", 0, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", NULL, "0", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "rtmdun", "oooooo", NULL, "0", 0, STATE_CRITICAL, 0, 6, 0 },
	/* What was not asked is never OK, but not a failure either. */
	{ "oo.", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "ool", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "oop", "ooo", NULL, "0", 0, STATE_UNKNOWN, 2, 0, 1 },
	{ "...", "ooo", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "...", "cfa", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "lll", "cfa", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "or.", "ooo", NULL, "0", 0, STATE_CRITICAL, 1, 1, 1 },
	{ "or.", "ooo", "0", "1", 0, STATE_UNKNOWN, 1, 1, 1 },
	{ "...", "ooo", NULL, "~:", 0, STATE_UNKNOWN, 0, 0, 3 },
	{ "ooo.", "oooo", "10%", "50%", 0, STATE_UNKNOWN, 3, 0, 1 },
	/* What is expected. */
	{ "orto", "ocfa", NULL, "0", 0, STATE_OK, 4, 0, 0 },
	{ "ortm", "aaaa", NULL, "0", 0, STATE_OK, 4, 0, 0 },
	{ "od", "aa", NULL, "0", 0, STATE_OK, 2, 0, 0 },
	{ "u", "a", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "un", "cc", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	{ "otmd", "cccc", NULL, "0", 0, STATE_CRITICAL, 0, 4, 0 },
	{ "or", "ff", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	{ "md", "oo", NULL, "0", 0, STATE_CRITICAL, 0, 2, 0 },
	/* What only this machine says is no silence. */
	{ "U", "a", NULL, "0", 0, STATE_UNKNOWN, 0, 0, 1 },
	{ "U", "f", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "U", "o", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "UU", "aa", NULL, "0", 1, STATE_UNKNOWN, 0, 0, 2 },
	/* A WARNING of a handler. */
	{ "w", "o", NULL, "0", 0, STATE_WARNING, 0, 1, 0 },
	{ "w", "a", NULL, "0", 0, STATE_WARNING, 0, 1, 0 },
	{ "w", "c", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	{ "w", "f", NULL, "0", 0, STATE_CRITICAL, 0, 1, 0 },
	/* Numbers. */
	{ "ooo", "ooo", "0", "1", 0, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", "0", "1", 0, STATE_WARNING, 2, 1, 0 },
	{ "orr", "ooo", "0", "1", 0, STATE_CRITICAL, 1, 2, 0 },
	{ "orr", "ooo", "0", NULL, 0, STATE_WARNING, 1, 2, 0 },
	{ "orr", "ooo", NULL, "2", 0, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "2", 0, STATE_CRITICAL, 0, 3, 0 },
	{ "rrr", "ooo", "~:", "~:", 0, STATE_OK, 0, 3, 0 },
	{ "orr", "ooo", NULL, "@2", 0, STATE_CRITICAL, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "@2", 0, STATE_OK, 0, 3, 0 },
	{ "ooo", "ooo", NULL, "@2", 0, STATE_CRITICAL, 3, 0, 0 },
	{ "oor", "ooo", NULL, "2:", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "orr", "ooo", NULL, "2:", 0, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, NULL, 0, STATE_OK, 0, 3, 0 },
	/* Shares, of all entries. */
	{ "oorr", "oooo", NULL, "50%", 0, STATE_OK, 2, 2, 0 },
	{ "orrr", "oooo", NULL, "50%", 0, STATE_CRITICAL, 1, 3, 0 },
	{ "ooor", "oooo", "24.9%", "50%", 0, STATE_WARNING, 3, 1, 0 },
	{ "ooor", "oooo", "25%", "50%", 0, STATE_OK, 3, 1, 0 },
	{ "oor", "ooo", NULL, "33.3%", 0, STATE_CRITICAL, 2, 1, 0 },
	{ "oor", "ooo", NULL, "33.4%", 0, STATE_OK, 2, 1, 0 },
	{ "rrrr", "oooo", NULL, "100%", 0, STATE_OK, 0, 4, 0 },
	{ "rrrr", "oooo", "@75:100%", "100%", 0, STATE_WARNING, 0, 4, 0 },
	{ "oorr", "oooo", "25%", "3", 0, STATE_WARNING, 2, 2, 0 },
	{ "ooorrrrrrr", "oooooooooo", NULL, "10", 0, STATE_OK, 3, 7, 0 },
	{ "ooorrrrrrr", "oooooooooo", NULL, "10%", 0, STATE_CRITICAL, 3, 7, 0 },
	/* So many will do, whatever else there is. */
	{ "orr", "ooo", NULL, "0", 1, STATE_OK, 1, 2, 0 },
	{ "rro", "ooo", NULL, "0", 1, STATE_OK, 1, 2, 0 },
	{ "rrr", "ooo", NULL, "0", 1, STATE_CRITICAL, 0, 3, 0 },
	{ "rrr", "ooo", "~:", "~:", 1, STATE_CRITICAL, 0, 3, 0 },
	{ "oor", "ooo", "0", "0", 2, STATE_OK, 2, 1, 0 },
	{ "orr", "ooo", "0", "0", 2, STATE_CRITICAL, 1, 2, 0 },
	{ "orr", "ccc", NULL, "0", 2, STATE_OK, 2, 1, 0 },
	/* Of those that should be open, if there are any. */
	{ "rr", "oc", NULL, "0", 1, STATE_CRITICAL, 1, 1, 0 },
	{ "rtr", "ofa", NULL, "0", 1, STATE_CRITICAL, 2, 1, 0 },
	{ "or", "oc", NULL, "0", 1, STATE_OK, 2, 0, 0 },
	{ "r.", "oc", NULL, "0", 1, STATE_CRITICAL, 0, 1, 1 },
	{ ".r", "oc", NULL, "0", 1, STATE_UNKNOWN, 1, 0, 1 },
	{ "rt", "af", NULL, "0", 2, STATE_OK, 2, 0, 0 },
	{ "ooo", "ooo", NULL, "0", 3, STATE_OK, 3, 0, 0 },
	{ "oor", "ooo", NULL, "0", 3, STATE_CRITICAL, 2, 1, 0 },
	/* Those that were not asked might have been. */
	{ "rr.", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 2, 1 },
	{ "...", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 0, 3 },
	{ "rrl", "ooo", NULL, "0", 1, STATE_UNKNOWN, 0, 2, 1 },
	{ "o..", "ooo", NULL, "0", 1, STATE_OK, 1, 0, 2 },
	{ "or.", "ooo", NULL, "0", 2, STATE_UNKNOWN, 1, 1, 1 },
	{ "rr.", "ooo", NULL, "0", 2, STATE_CRITICAL, 0, 2, 1 },
	{ "oo.", "ooo", NULL, "0", 2, STATE_OK, 2, 0, 1 },
	{ "oo.", "ooo", NULL, "0", 3, STATE_UNKNOWN, 2, 0, 1 },
};

/*
 * Two ports: the latency of the first, then that of the second, which is as
 * many seconds; -1: none.
 */
static const struct {
	enum outcome outcome;
	int64_t rtt_us, time_us;
	const char *warning, *critical;
	enum state lag;
	enum state state; /* of it alone, expected open */
} lags[] = {
	{ OUTCOME_OK, 10000, 99999, NULL, NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10000, 99999, "10", NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10001, 99999, "10", NULL, STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, 10000, 99999, NULL, "10", STATE_OK, STATE_OK },
	{ OUTCOME_OK, 10001, 99999, NULL, "10", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 15000, 99999, "10", "20", STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, 25000, 99999, "10", "20", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 25000, 99999, "30", "20", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 9000, 99999, "10:20", NULL, STATE_WARNING,
	    STATE_WARNING },
	{ OUTCOME_OK, 9000, 99999, NULL, "@5:9", STATE_CRITICAL,
	    STATE_CRITICAL },
	{ OUTCOME_OK, 0, 99999, "1", "2", STATE_OK, STATE_OK },
	/* Without a round trip, the time to the verdict. */
	{ OUTCOME_OK, NONE, 10001, "10", NULL, STATE_WARNING, STATE_WARNING },
	{ OUTCOME_OK, NONE, 10000, "10", NULL, STATE_OK, STATE_OK },
	{ OUTCOME_OK, NONE, NONE, "10", "10", STATE_OK, STATE_OK },
	/* Too long for 32 bits of microseconds. */
	{ OUTCOME_OK, NONE, INT64_C(1) << 40, "1", "2", STATE_CRITICAL,
	    STATE_CRITICAL },
	/* The latency of what is not open, or not what it should be. */
	{ OUTCOME_REFUSED, 50000, 50000, "1", "2", STATE_OK, STATE_CRITICAL },
	{ OUTCOME_TIMEOUT, NONE, 50000, "1", "2", STATE_OK, STATE_CRITICAL },
	{ OUTCOME_NOT_PROBED, NONE, 50000, "1", "2", STATE_OK, STATE_UNKNOWN },
};

START_TEST(verdict)
{
	struct portset_policy policy = { .at_least = verdicts[_i].at_least };
	struct portset_summary sum;
	struct text list;
	size_t i;

	text_init(&list, 1000);
	for (i = 0; verdicts[_i].expected[i] != '\0'; i++)
		text_printf(&list, "%s%zu=%s", i > 0 ? "," : "", i + 1,
		    verdicts[_i].expected[i] == 'o'       ? "open"
			: verdicts[_i].expected[i] == 'c' ? "closed"
			: verdicts[_i].expected[i] == 'f' ? "filtered"
							  : "any");
	prepare("a", list.data, AF_UNSPEC);
	text_free(&list);
	for (i = 0; i < set.n; i++)
		tell_letter(i, verdicts[_i].outcomes[i]);
	if (verdicts[_i].warning != NULL)
		ck_assert_ptr_null(share_parse(verdicts[_i].warning,
		    &policy.warning));
	if (verdicts[_i].critical != NULL)
		ck_assert_ptr_null(share_parse(verdicts[_i].critical,
		    &policy.critical));
	sum = portset_summary_of(&set, &policy);
	ck_assert_uint_eq(sum.total, set.n);
	ck_assert_uint_eq(sum.met, verdicts[_i].met);
	ck_assert_uint_eq(sum.failed, verdicts[_i].failed);
	ck_assert_uint_eq(sum.unasked, verdicts[_i].unasked);
	ck_assert_uint_eq(sum.lagging, 0);
	ck_assert_msg(sum.state == verdicts[_i].state,
	    "%s of %s, -w %s -c %s: %s", verdicts[_i].outcomes,
	    verdicts[_i].expected, verdicts[_i].warning, verdicts[_i].critical,
	    state_name(sum.state));
}
END_TEST

START_TEST(port_states)
{
	const struct portset_policy policy = { 0 };
	struct portset_summary sum;
	size_t i;

	prepare("a", "1-12", AF_UNSPEC);
	for (i = 0; i < ARRAY_SIZE(letters); i++)
		tell_letter(i, letters[i].letter);
	sum = portset_summary_of(&set, &policy);
	ck_assert_uint_eq(sum.ports[PORT_OPEN], 4);
	ck_assert_uint_eq(sum.ports[PORT_CLOSED], 1);
	ck_assert_uint_eq(sum.ports[PORT_FILTERED], 1);
	ck_assert_uint_eq(sum.ports[PORT_OPEN_FILTERED], 0);
	/* Of a range: any would do. */
	ck_assert_uint_eq(sum.ports[PORT_UNKNOWN], 6);
}
END_TEST

START_TEST(lag)
{
	struct result r = { .outcome = lags[_i].outcome,
		.rtt_us = lags[_i].rtt_us,
		.time_us = lags[_i].time_us };
	struct portset_policy policy = { 0 };
	struct portset_summary sum;

	ck_assert_ptr_null(share_parse("0", &policy.critical));
	if (lags[_i].warning != NULL) {
		policy.has_lag_warning = true;
		ck_assert_ptr_null(range_parse(lags[_i].warning,
		    &policy.lag_warning));
	}
	if (lags[_i].critical != NULL) {
		policy.has_lag_critical = true;
		ck_assert_ptr_null(range_parse(lags[_i].critical,
		    &policy.lag_critical));
	}
	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, &set.entries[0], &policy),
	    lags[_i].lag);
	r = (struct result){ OUTCOME_OK, .rtt_us = NONE, .time_us = NONE };
	tell(1, &r);
	sum = portset_summary_of(&set, &policy);
	ck_assert_int_eq(sum.state, lags[_i].state);
	ck_assert_uint_eq(sum.lagging, lags[_i].lag != STATE_OK);
}
END_TEST

/* The worse of the two verdicts. */
START_TEST(lag_and_others)
{
	struct portset_policy policy = {
		.has_lag_warning = true, .lag_warning = { 0, 1 }, .at_least = 1
	};
	struct result r = { OUTCOME_OK, .rtt_us = 2000, .time_us = 2000 };

	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	tell_letter(1, 'r');
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_WARNING);
	policy.has_lag_critical = true;
	policy.lag_critical = policy.lag_warning;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_CRITICAL);
	policy.has_lag_critical = false;
	policy.at_least = 2;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_CRITICAL);
}
END_TEST

START_TEST(lag_and_not_asked)
{
	const struct portset_policy policy = { .has_lag_warning = true,
		.lag_warning = { 0, 1 } };
	struct result r = { OUTCOME_OK, .rtt_us = 2000, .time_us = 2000 };

	prepare("a", "1,2", AF_UNSPEC);
	tell(0, &r);
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    STATE_UNKNOWN);
}
END_TEST

/* The first of all to expire; who has none does not count. */
START_TEST(cert_days)
{
	const struct handshake *const told[] = { NULL, &good, &nobody, &early,
		NULL, &expired, &good };
	const double want[] = { NAN, 10, 10, 1, 1, -1 / 12.0, -1 / 12.0 };
	const struct portset_policy policy = { 0 };
	size_t i;

	prepare("a", "1-7", AF_UNSPEC);
	ck_assert(isnan(portset_summary_of(&set, &policy).cert_days));
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		struct result r = { .rtt_us = NONE,
			.time_us = NONE,
			.resolve_us = NONE,
			.handshake = told[i] };
		double days;

		tell(i, &r);
		days = portset_summary_of(&set, &policy).cert_days;
		ck_assert(isnan(want[i]) ? isnan(days)
					 : fabs(days - want[i]) < 1e-9);
	}
	ck_assert_ptr_null(set.entries[0].extra);
	ck_assert_str_eq(set.entries[1].extra->tls->version, "TLSv1.3");
	ck_assert_str_eq(set.entries[1].extra->tls->first.subject, "www.test");
	ck_assert(!set.entries[2].extra->tls->has_first);
}
END_TEST

/*
 * Ports of UDP of two hosts: c closed, said at once, l late, s silent, o open;
 * and what the first has told of how many, 0: it does not limit that.
 */
static const struct {
	const char *told;
	size_t n;
	size_t of;
} limits[] = {
	{ "cccccsssss", 5, 10 },
	{ "cccccssssso", 5, 10 },
	{ "ccccccsssss", 0, 0 },
	{ "ccccsssss", 0, 0 },
	{ "cccccccccc", 0, 0 },
	{ "ssssssssss", 0, 0 },
	{ "lsss", 1, 4 },
	{ "clsss", 2, 5 },
	{ "cls", 0, 0 },
	{ "oooo", 0, 0 },
};

START_TEST(limited)
{
	const char *s = limits[_i].told;
	size_t i, n = strlen(s);
	struct portset_summary sum;
	char list[40];

	snprintf(list, sizeof(list), "udp:2001-%zu,80,unix:/x", 2000 + n);
	prepare("a,b", list, AF_UNSPEC);
	/* The first is TCP, of both hosts. */
	for (i = 0; i < n; i++) {
		const struct result r = {
			.outcome = s[i] == 's' ? OUTCOME_SILENT
			    : s[i] == 'o'      ? OUTCOME_OK
					       : OUTCOME_REFUSED,
			.cause.origin = s[i] == 'c' || s[i] == 'l'
			    ? ORIGIN_ICMP
			    : ORIGIN_NOBODY,
			.time_us = s[i] == 'l' ? 500100 : 100,
			.rtt_us = NONE,
			.resolve_us = NONE,
		};

		portset_tell(&set, &set.entries[2 + 2 * i].target, &r);
	}
	sum = portset_summary_of(&set, &(struct portset_policy){ 0 });
	ck_assert(host_counts_limited(&set.counts[0]) == (limits[_i].n > 0));
	if (limits[_i].n > 0) {
		ck_assert_uint_eq(set.counts[0].told, limits[_i].n);
		ck_assert_uint_eq(set.counts[0].told + set.counts[0].silent,
		    limits[_i].of);
	}
	ck_assert(!host_counts_limited(&set.counts[1]));
	ck_assert_uint_eq(sum.limited, limits[_i].n > 0);
	ck_assert_uint_eq(sum.told, limits[_i].n);
	ck_assert_uint_eq(sum.told_of, limits[_i].of);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portset_summary");

	tcase_add_checked_fixture(tc, NULL, teardown);
	unit_rows(tc, verdict, verdicts);
	tcase_add_test(tc, port_states);
	unit_rows(tc, lag, lags);
	tcase_add_test(tc, lag_and_others);
	tcase_add_test(tc, lag_and_not_asked);
	tcase_add_test(tc, cert_days);
	unit_rows(tc, limited, limits);
	return unit_run("portset_summary", tc);
}
