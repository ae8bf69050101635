/* SPDX-License-Identifier: ISC */
#include "listset.h"

#include "entry.h"
#include "inquiry.h"
#include "tls.h"
#include "told_set.h"
#include "unit.h"

/* Hosts change fastest; a path is asked once. */
START_TEST(entries)
{
	static const char *const want[] = { "a/tcp/22", "b/tcp/22", "a/tcp/25",
		"b/tcp/25", "/x", "/y" };
	size_t i;

	prepare("a,b", "25/smtp=closed,22,unix:/x,unix:/y", AF_INET6);
	ck_assert_uint_eq(set.n, ARRAY_SIZE(want));
	for (i = 0; i < set.n; i++) {
		const struct entry *e = &set.entries[i];
		struct text name;

		text_init(&name, 100);
		entry_name(&name, &set, e);
		ck_assert_str_eq(name.data, want[i]);
		text_free(&name);
		ck_assert(entry_unasked(e));
		ck_assert(!entry_met(e));
		ck_assert_int_eq(e->target.family,
		    i < 4 ? AF_INET6 : AF_UNSPEC);
		ck_assert_uint_eq(e->target.dialogue->n, i / 2 == 1);
		ck_assert_int_eq(entry_ask(&set, e)->expected,
		    i / 2 == 1 ? EXPECTED_CLOSED : EXPECTED_OPEN);
	}
	ck_assert_uint_eq(set.entries[0].target.port, 22);
	ck_assert_uint_eq(set.entries[3].target.port, 25);
	ck_assert_uint_gt(set.entries[3].target.dialogue->quit.len, 0);
	ck_assert_uint_gt(set.entries[3].target.dialogue->max_bytes, 0);
}
END_TEST

/* Room for one is not all that there can be. */
START_TEST(more_than_room)
{
	prepare("a", "1", AF_UNSPEC);
	ck_assert_uint_eq(set.n, 1);
	while (set.n < 20)
		(void)portset_add(&set, 0, 0, (uint16_t)set.n);
	ck_assert_uint_ge(set.size_entries, set.n);
}
END_TEST

/* Memory: there may be millions. */
START_TEST(small)
{
	ck_assert_uint_le(sizeof(struct entry), 80);
	prepare("a", "1-65535", AF_UNSPEC);
	ck_assert_uint_eq(set.n, 65535);
	ck_assert_uint_eq(set.entries[65534].target.port, 65535);
}
END_TEST

/* What each probe of an entry comes to. */
static const struct many_row {
	const char *outcomes; /* by their letters */
	unsigned probes;
	enum outcome outcome;
	unsigned told, lost;
	bool more; /* what the last of them returns */
} many[] = {
	{ "o", 3, OUTCOME_OK, 1, 0, true },
	{ "ooo", 3, OUTCOME_OK, 3, 0, false },
	{ "oro", 3, OUTCOME_REFUSED, 3, 0, false },
	{ "oto", 3, OUTCOME_TIMEOUT, 3, 1, false },
	{ "tr", 2, OUTCOME_TIMEOUT, 2, 1, false },
	/* Such as did not ask the port are worse than OK, and not counted. */
	{ "olo", 3, OUTCOME_LOCAL_ERROR, 2, 0, false },
	{ "lrl", 3, OUTCOME_REFUSED, 1, 0, false },
	{ "lll", 3, OUTCOME_LOCAL_ERROR, 0, 0, false },
	{ "ol", 3, OUTCOME_LOCAL_ERROR, 1, 0, true },
	{ "oh", 3, OUTCOME_HANDLER_UNKNOWN, 1, 0, true },
	/* When the run is over, what there is stays. */
	{ "oop", 1000, OUTCOME_OK, 2, 0, false },
	{ "otp", 1000, OUTCOME_TIMEOUT, 2, 1, false },
	{ "lp", 1000, OUTCOME_LOCAL_ERROR, 0, 0, false },
	{ "p", 1000, OUTCOME_NOT_PROBED, 0, 0, false },
	/* Of one, too. */
	{ "o", 1, OUTCOME_OK, 0, 0, false },
	{ "p", 1, OUTCOME_NOT_PROBED, 0, 0, false },
};

START_TEST(many_probes)
{
	const struct many_row *row = &many[_i];
	const struct entry_stats *stats;
	bool more = true;
	size_t i;

	prepare_probes(row->probes, NULL);
	for (i = 0; row->outcomes[i] != '\0'; i++) {
		struct result r = {
			.time_us = 1000, .rtt_us = NONE, .resolve_us = NONE
		};

		ck_assert(more);
		r.outcome = outcome_of(row->outcomes[i]);
		more = portset_tell(&set, &set.entries[0].target, &r);
	}
	ck_assert(more == row->more);
	ck_assert_int_eq((enum outcome)set.entries[0].outcome, row->outcome);
	stats = entry_stats(&set, &set.entries[0]);
	ck_assert((stats != NULL) == (row->probes > 1));
	if (stats != NULL) {
		ck_assert_uint_eq(stats->probes, row->told);
		ck_assert_uint_eq(stats->lost, row->lost);
	}
}
END_TEST

/* One context for all, and another for who may have no certificate. */
START_TEST(dialogues)
{
	struct listset_conf tls = { 0 };
	const struct dialogue *d[5];
	size_t i, n;

	if (tls_missing() != NULL)
		return;
	policy_init(&tls.policy);
	for (n = 0; n < 3; n++) {
		tls.policy.has_days = n == 1;
		tls.tls.verify = n == 2;
		prepare_tls("a", "1/imap,2/imaps,3/smtp+starttls,4/nrpe,5",
		    AF_UNSPEC, &tls);
		ck_assert_uint_eq(portset_count_tls(&set), 3);
		for (i = 0; i < ARRAY_SIZE(d); i++)
			d[i] = set.entries[i].target.dialogue;
		ck_assert_ptr_null(d[0]->tls);
		ck_assert_ptr_null(d[4]->tls);
		ck_assert_ptr_nonnull(d[1]->tls);
		ck_assert_ptr_eq(d[2]->tls, d[1]->tls);
		ck_assert_ptr_nonnull(d[3]->tls);
		ck_assert((d[3]->tls != d[1]->tls) == (n == 0));
		ck_assert_int_eq(d[1]->steps[0].kind, STEP_TLS);
		ck_assert_uint_eq(d[1]->n, d[0]->n + 1);
		ck_assert_int_eq(d[1]->steps[1].kind, d[0]->steps[0].kind);
		ck_assert_int_ne(d[2]->steps[0].kind, STEP_TLS);
		ck_assert_int_eq(d[3]->steps[0].kind, STEP_TLS);
		teardown();
	}
}
END_TEST

/* A port of UDP is asked as its item says, or as is usual at it, or as none. */
START_TEST(inquiries)
{
	static const struct {
		const char *name;
		const char *protocol; /* NULL: none; "": not of UDP */
	} want[] = { { "a/tcp/53", "" }, { "a/udp/1", NULL },
		{ "a/udp/53", "dns" }, { "a/udp/123", "echo" } };
	const struct datagram *d;
	struct text t;
	size_t i;

	prepare("a", "53,udp:53,udp:1,udp:123/echo", AF_UNSPEC);
	ck_assert_uint_eq(set.n, ARRAY_SIZE(want));
	for (i = 0; i < set.n; i++) {
		const struct inquiry *q = set.entries[i].target.inquiry;

		text_init(&t, 100);
		entry_name(&t, &set, &set.entries[i]);
		ck_assert_str_eq(t.data, want[i].name);
		text_free(&t);
		if (want[i].protocol != NULL && want[i].protocol[0] == '\0') {
			ck_assert_ptr_null(q);
			continue;
		}
		ck_assert_ptr_nonnull(q);
		ck_assert_uint_eq(q->n, 1);
		if (want[i].protocol == NULL) {
			ck_assert_uint_eq(q->payloads[0].send.len, 0);
			ck_assert_ptr_null(q->payloads[0].judge);
			ck_assert_int_eq(q->demand, DEMAND_NONE);
			continue;
		}
		d = datagram_find(want[i].protocol);
		ck_assert_ptr_eq(q->payloads, d->payloads);
		ck_assert_int_eq(q->demand, d->demand);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portset");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, entries);
	tcase_add_test(tc, more_than_room);
	tcase_add_test(tc, small);
	unit_rows(tc, many_probes, many);
	tcase_add_test(tc, dialogues);
	tcase_add_test(tc, inquiries);
	return unit_run("portset", tc);
}
