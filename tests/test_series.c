/* SPDX-License-Identifier: ISC */
#include "series.h"

#include <errno.h>
#include <stdio.h>

#include "unit.h"

#define MS 1000

static struct policy policy;
static struct series series;

static void
begin(unsigned probes, unsigned retries, bool by_address)
{
	policy_init(&policy);
	series = (struct series){
		.probes = probes,
		.retries = retries,
		.retry_wait_us = 1000 * MS,
		.by_address = by_address,
		.policy = &policy,
	};
}

/* A result of the address 192.0.2.last; 0: of none. */
static void
tell(unsigned char last, enum outcome outcome, int64_t time_us)
{
	struct attempt attempt = { .outcome = outcome };
	struct result r = {
		.outcome = outcome,
		.time_us = time_us,
		.attempts = &attempt,
		.n_attempts = 1,
	};

	if (last != 0) {
		r.addr.in.sin_family = AF_INET;
		r.addr.in.sin_addr.s_addr = htonl(0xc0000200U + last);
		attempt.addr = r.addr;
	}
	series_tell(&series, &r, 5000 * MS);
	/* It was the caller's. */
	memset(&attempt, 0xff, sizeof(attempt));
}

/* Each letter is a try: o ok after 10 ms, s slow: 500 ms, r refused, m mismatch,
 * t timeout; '.' stands for the end, 'w' for a wait before the next try. */
static const struct {
	const char *name;
	unsigned probes;
	unsigned retries;
	const char *tries;
	const char *steps; /* a ask, r retry, d done */
	enum outcome told;
	enum state state;
	unsigned asked, ok, answered, retried;
	int64_t average_us;
} runs[] = {
	{ "one, ok", 1, 0, "o", "ad", OUTCOME_OK, STATE_OK, 1, 1, 1, 0,
	    10 * MS },
	{ "one, refused", 1, 0, "r", "ad", OUTCOME_REFUSED, STATE_CRITICAL, 1,
	    0, 0, 0, RESULT_NONE },
	{ "no retry is needed", 1, 3, "o", "ad", OUTCOME_OK, STATE_OK, 1, 1, 1,
	    0, 10 * MS },
	{ "the second try", 1, 3, "ro", "ard", OUTCOME_OK, STATE_OK, 1, 1, 1, 1,
	    10 * MS },
	{ "the last try", 1, 2, "rmo", "arrd", OUTCOME_OK, STATE_OK, 1, 1, 1, 2,
	    10 * MS },
	{ "too few tries", 1, 1, "rmo", "ard", OUTCOME_MISMATCH, STATE_WARNING,
	    1, 0, 1, 1, 10 * MS },
	{ "three, ok", 3, 0, "oso", "aaad", OUTCOME_OK, STATE_OK, 3, 3, 3, 0,
	    520 * MS / 3 },
	{ "three, the worst is told", 3, 0, "omr", "aaad", OUTCOME_REFUSED,
	    STATE_CRITICAL, 3, 1, 2, 0, RESULT_NONE },
	{ "the worst comes first", 3, 0, "roo", "aaad", OUTCOME_REFUSED,
	    STATE_CRITICAL, 3, 2, 2, 0, RESULT_NONE },
	{ "of equals the first", 2, 0, "tr", "aad", OUTCOME_TIMEOUT,
	    STATE_CRITICAL, 2, 0, 0, 0, RESULT_NONE },
	{ "a mismatch counts in the average", 2, 0, "sm", "aad",
	    OUTCOME_MISMATCH, STATE_WARNING, 2, 1, 2, 0, 255 * MS },
	{ "each may be tried again", 2, 1, "roro", "arard", OUTCOME_OK,
	    STATE_OK, 2, 2, 2, 2, 10 * MS },
};

START_TEST(run)
{
	const char *next = runs[_i].tries;
	const struct member *worst;
	char steps[16] = "";
	enum series_step step;
	struct member sum;
	size_t n = 0;

	begin(runs[_i].probes, runs[_i].retries, false);
	do {
		step = series_next(&series);
		ck_assert_uint_lt(n, sizeof(steps) - 1);
		steps[n++] = "ard"[step];
		if (step == SERIES_DONE)
			break;
		switch (*next++) {
		case 'o':
			tell(1, OUTCOME_OK, 10 * MS);
			break;
		case 's':
			tell(2, OUTCOME_OK, 500 * MS);
			break;
		case 'm':
			tell(1, OUTCOME_MISMATCH, 10 * MS);
			break;
		case 'r':
			tell(1, OUTCOME_REFUSED, MS);
			break;
		case 't':
			tell(1, OUTCOME_TIMEOUT, 5000 * MS);
			break;
		default:
			ck_abort_msg("%s: more tries", runs[_i].name);
		}
	} while (true);
	unit_str(runs[_i].name, steps, runs[_i].steps);
	worst = series_worst(&series);
	sum = series_sum(&series);
	ck_assert_uint_eq(series.n, 1);
	ck_assert_int_eq(worst->told.outcome, runs[_i].told);
	ck_assert_int_eq(worst->state, runs[_i].state);
	ck_assert_int_eq(worst->try_us, 5000 * MS);
	ck_assert_uint_eq(sum.asked, runs[_i].asked);
	ck_assert_uint_eq(sum.ok, runs[_i].ok);
	ck_assert_uint_eq(sum.answered, runs[_i].answered);
	ck_assert_uint_eq(series.retried, runs[_i].retried);
	if (runs[_i].average_us != RESULT_NONE)
		ck_assert_int_eq(worst->told.time_us, runs[_i].average_us);
	series_free(&series);
}
END_TEST

/* A response that took too long is a reason to ask again, too. */
START_TEST(slow_is_tried_again)
{
	begin(1, 1, false);
	policy.has_critical = true;
	ck_assert_ptr_null(range_parse("0.1", &policy.critical));
	ck_assert_int_eq(series_next(&series), SERIES_ASK);
	tell(1, OUTCOME_OK, 500 * MS);
	ck_assert_int_eq(series_next(&series), SERIES_RETRY);
	tell(1, OUTCOME_OK, 10 * MS);
	ck_assert_int_eq(series_next(&series), SERIES_DONE);
	ck_assert_int_eq(
	    verdict_of(&policy, &series_worst(&series)->told).state, STATE_OK);
	series_free(&series);
}
END_TEST

START_TEST(addresses_apart)
{
	const struct member *worst;
	struct member sum;

	begin(2, 0, true);
	ck_assert_int_eq(series_next(&series), SERIES_ASK);
	tell(1, OUTCOME_OK, 10 * MS);
	tell(2, OUTCOME_OK, 20 * MS);
	tell(3, OUTCOME_OK, 30 * MS);
	ck_assert_int_eq(series_next(&series), SERIES_ASK);
	tell(3, OUTCOME_OK, 10 * MS);
	tell(2, OUTCOME_OK, 40 * MS);
	tell(1, OUTCOME_OK, 12 * MS);
	ck_assert_int_eq(series_next(&series), SERIES_DONE);
	ck_assert_uint_eq(series.n, 3);
	ck_assert_uint_eq(series_ok(&series), 3);
	worst = series_worst(&series);
	/* The slowest on the average: the second. */
	ck_assert_int_eq(worst->told.time_us, 30 * MS);
	ck_assert_uint_eq(worst->told.n_attempts, 3);
	sum = series_sum(&series);
	ck_assert_uint_eq(sum.asked, 6);
	ck_assert_int_eq(sum.min_us, 10 * MS);
	ck_assert_int_eq(sum.max_us, 40 * MS);
	series_free(&series);
}
END_TEST

START_TEST(one_bad_address)
{
	const struct member *worst;

	begin(1, 0, true);
	(void)series_next(&series);
	tell(1, OUTCOME_OK, 900 * MS);
	tell(2, OUTCOME_MISMATCH, 20 * MS);
	tell(3, OUTCOME_OK, 30 * MS);
	ck_assert_int_eq(series_next(&series), SERIES_DONE);
	ck_assert_uint_eq(series_ok(&series), 2);
	worst = series_worst(&series);
	ck_assert_int_eq(worst->told.outcome, OUTCOME_MISMATCH);
	series_free(&series);
}
END_TEST

/* The average of each address is judged, not that of all. */
START_TEST(slow_address)
{
	const struct member *worst;

	begin(1, 0, true);
	policy.has_warning = true;
	ck_assert_ptr_null(range_parse("0.1", &policy.warning));
	(void)series_next(&series);
	tell(1, OUTCOME_OK, MS);
	tell(2, OUTCOME_OK, 150 * MS);
	tell(3, OUTCOME_OK, MS);
	(void)series_next(&series);
	worst = series_worst(&series);
	ck_assert_int_eq(verdict_of(&policy, &worst->told).state,
	    STATE_WARNING);
	series_free(&series);
}
END_TEST

/* The first of all certificates to expire, whoever presented it. */
START_TEST(certificates)
{
	static const int64_t days[] = { 30, 7, 99 };
	struct handshake *h = handshake_new(1);
	const struct attempt attempt = { .outcome = OUTCOME_OK };
	struct result r = { .outcome = OUTCOME_OK,
		.handshake = h,
		.attempts = &attempt,
		.n_attempts = 1 };
	struct member sum;
	size_t i;

	begin(3, 0, _i == 1);
	sum = series_sum(&series);
	ck_assert(!sum.has_certs);
	h->at_s = 1000;
	r.addr.in.sin_family = AF_INET;
	while (series_next(&series) == SERIES_ASK) {
		i = series.done;
		h->certs[0].not_after_s = h->at_s + days[i];
		r.addr.in.sin_addr.s_addr = htonl(0xc0000201U + (unsigned)i);
		r.time_us = (int64_t)i * MS;
		series_tell(&series, &r, 5000 * MS);
	}
	(void)series_worst(&series);
	sum = series_sum(&series);
	ck_assert(sum.has_certs);
	ck_assert_int_eq(sum.cert_left_s, 7);
	series_free(&series);
	free(h);
}
END_TEST

START_TEST(ended)
{
	begin(10, 5, false);
	(void)series_next(&series);
	tell(1, OUTCOME_OK, MS);
	(void)series_next(&series);
	tell(0, OUTCOME_NOT_PROBED, RESULT_NONE);
	series_end(&series);
	ck_assert_int_eq(series_next(&series), SERIES_DONE);
	ck_assert_uint_eq(series_sum(&series).asked, 2);
	ck_assert_int_eq(series_worst(&series)->told.outcome,
	    OUTCOME_NOT_PROBED);
	series_free(&series);
}
END_TEST

/* All tries that may come fit, with the waits between them. */
START_TEST(shares)
{
	const int64_t wait_us = 1000 * MS, end_us = 20000 * MS;
	int64_t now_us = 0, share_us;
	enum series_step step;
	unsigned n = 0;

	begin(3, 2, false);
	while ((step = series_next(&series)) != SERIES_DONE) {
		if (step == SERIES_RETRY)
			now_us += wait_us;
		share_us = series_share(&series, end_us - now_us);
		ck_assert_int_gt(share_us, 0);
		/* Equal parts of what the six waits leave. */
		ck_assert_int_ge(share_us, (end_us - 6 * wait_us) / 9);
		ck_assert_int_le(share_us, (end_us - 6 * wait_us) / 9 + 1);
		now_us += share_us;
		tell(1, OUTCOME_TIMEOUT, share_us);
		n++;
	}
	ck_assert_uint_eq(n, 9);
	ck_assert_int_le(now_us, end_us);
	ck_assert_int_gt(now_us, end_us - 9);
	series_free(&series);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("series");

	unit_rows(tc, run, runs);
	tcase_add_test(tc, slow_is_tried_again);
	tcase_add_test(tc, addresses_apart);
	tcase_add_test(tc, one_bad_address);
	tcase_add_test(tc, slow_address);
	tcase_add_loop_test(tc, certificates, 0, 2);
	tcase_add_test(tc, ended);
	tcase_add_test(tc, shares);
	return unit_run("series", tc);
}
