/* SPDX-License-Identifier: ISC */
/*
 * Plans of sets that are made by hand; nothing is asked, and no time passes.
 */
#include "plan.h"

#include "clock.h"
#include "tls_conf.h"
#include "unit.h"

#define DESCRIPTORS 1048

static const struct dialogue connects = { .max_bytes = 1000 };
/* Its context is looked at by nobody. */
static const struct dialogue with_tls = {
	.max_bytes = 1000,
	.tls = (struct tls_context *)(uintptr_t)&connects,
};
static const struct terms handled = {
	.timeout_us = 3 * CLOCK_SECOND,
	.retries = 1,
	.handler = (const struct handler *)(const void *)&connects,
};
static const struct terms patient = { .timeout_us = 60 * CLOCK_SECOND };

static const struct policy no_policy;

static struct portset set;

/* So many entries that are asked so. */
static void
add(size_t n, struct ask ask)
{
	uint32_t host = portset_add_host(&set, "h", "192.0.2.1"), a;

	ask.policy = &no_policy;
	if (ask.dialogue == NULL)
		ask.dialogue = &connects;
	a = portset_add_ask(&set, &ask);
	while (n-- > 0)
		(void)portset_add(&set, host, a, 1);
}

static void
teardown(void)
{
	portset_free(&set);
}

static void
assert_seconds(int64_t us, double seconds)
{
	ck_assert_double_eq_tol((double)us / 1e6, seconds, 1e-6);
}

/* How long ports that are all alike may take. */
static const struct {
	size_t n;
	unsigned probes;
	struct plan_wishes wishes; /* seconds, not microseconds */
	unsigned parallel;
	double seconds; /* with one to spare */
} alike[] = {
	{ 1, 1, { 0, 2, 0, 0, 0, false, false }, 1000, 3 },
	{ 1000, 1, { 0, 2, 0, 0, 0, false, false }, 1000, 3 },
	{ 1001, 1, { 0, 2, 0, 0, 0, false, false }, 1000, 5 },
	{ 1000, 1, { 0, 2, 0, 0, 0, true }, 500, 5 },
	{ 10, 1, { 0, 2, 3, 0, 0, false, false }, 3, 9 },
	{ 10, 1, { 0, 2, 2000, 0, 0, false, false }, 1000, 3 },
	{ 10, 1, { 0, 2, 0, 0, 2, false, false }, 1000, 7 },
	{ 10, 3, { 0, 2, 0, 0, 0, false, false }, 1000, 7 },
	{ 10, 3, { 0, 2, 0, 0, 1, false, false }, 1000, 13 },
	/* All that is asked counts for the rate. */
	{ 200, 1, { 0, 1, 0, 50, 0, false, false }, 1000, 6 },
	{ 200, 1, { 0, 1, 0, 50, 3, false, false }, 1000, 21 },
	{ 200, 2, { 0, 1, 0, 50, 0, false, false }, 1000, 11 },
	{ 200, 2, { 0, 1, 0, 50, 3, false, false }, 1000, 41 },
	/* No longer than -t can be. */
	{ 2, 1, { 0, 1000000000, 1, 0, 100, false, false }, 1, 1000000000 },
	{ 1, 1, { 7, 2, 5, 0, 0, false, false }, 5, 7 },
};

START_TEST(time_of_all)
{
	struct plan_wishes w = alike[_i].wishes;
	struct plan p;

	w.timeout_us *= CLOCK_SECOND;
	w.probe_timeout_us *= CLOCK_SECOND;
	add(alike[_i].n, (struct ask){ .probes = alike[_i].probes });
	p = plan_make(&w, &set, DESCRIPTORS);
	ck_assert_uint_eq(p.parallel, alike[_i].parallel);
	assert_seconds(p.timeout_us, alike[_i].seconds);
	ck_assert_int_eq(p.probe_timeout_us, w.probe_timeout_us);
}
END_TEST

START_TEST(no_probe_longer_than_the_run)
{
	const struct plan_wishes w = {
		.timeout_us = CLOCK_SECOND,
		.probe_timeout_us = 2 * CLOCK_SECOND,
	};

	add(1, (struct ask){ .probes = 1 });
	ck_assert_int_eq(plan_make(&w, &set, DESCRIPTORS).probe_timeout_us,
	    CLOCK_SECOND);
}
END_TEST

/* Who asked for it means how long silence is none. */
START_TEST(own_time_of_probes)
{
	const struct plan_wishes w = {
		.timeout_us = CLOCK_SECOND,
		.probe_timeout_us = 2 * CLOCK_SECOND,
		.keep_probe_timeout = true,
	};
	struct plan p;

	add(1, (struct ask){ .probes = 1 });
	p = plan_make(&w, &set, DESCRIPTORS);
	ck_assert_int_eq(p.probe_timeout_us, 2 * CLOCK_SECOND);
	ck_assert_int_eq(p.timeout_us, CLOCK_SECOND);
}
END_TEST

/* By its own terms, if it has some; and the slowest counts. */
START_TEST(own_terms)
{
	const struct plan_wishes w = {
		.probe_timeout_us = 2 * CLOCK_SECOND,
		.retries = 9,
	};

	add(1, (struct ask){ .probes = 2, .terms = &patient });
	assert_seconds(plan_make(&w, &set, DESCRIPTORS).timeout_us, 121);
}
END_TEST

START_TEST(names_take_time)
{
	const struct plan_wishes w = { .probe_timeout_us = 2 * CLOCK_SECOND };

	add(1, (struct ask){ .probes = 1 });
	(void)portset_add_host(&set, "n", "name.test");
	assert_seconds(plan_make(&w, &set, DESCRIPTORS).timeout_us, 13);
}
END_TEST

START_TEST(lanes_take_time)
{
	const struct plan_wishes w = { .probe_timeout_us = 2 * CLOCK_SECOND };
	struct plan p;

	add(600, (struct ask){ .probes = 1, .dialogue = &with_tls });
	p = plan_make(&w, &set, DESCRIPTORS);
	ck_assert_uint_eq(p.parallel_tls, 256);
	assert_seconds(p.timeout_us, 7);
	ck_assert_str_eq(p.words,
	    "Limits: 600 entries, 1000 at a time, 256 with TLS, 2 s each, 7 s in all");
	add(40, (struct ask){ .probes = 1, .terms = &handled });
	p = plan_make(&w, &set, DESCRIPTORS);
	ck_assert_uint_eq(p.parallel_handlers, 16);
	/* Each may have four descriptors. */
	ck_assert_uint_eq(p.parallel, 936);
	assert_seconds(p.timeout_us, 31);
}
END_TEST

/* However few there are, one is asked at a time. */
START_TEST(few_descriptors)
{
	const struct plan_wishes w = { .probe_timeout_us = 2 * CLOCK_SECOND };
	struct plan p;

	add(3, (struct ask){ .probes = 1 });
	p = plan_make(&w, &set, 20);
	ck_assert_uint_eq(p.parallel, 1);
	ck_assert_str_eq(p.words,
	    "Limits: 3 entries, 1 at a time, 2 s each, 7 s in all");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, NULL, teardown);
	unit_rows(tc, time_of_all, alike);
	tcase_add_test(tc, no_probe_longer_than_the_run);
	tcase_add_test(tc, own_time_of_probes);
	tcase_add_test(tc, own_terms);
	tcase_add_test(tc, names_take_time);
	tcase_add_test(tc, lanes_take_time);
	tcase_add_test(tc, few_descriptors);
	return unit_run("plan", tc);
}
