/* SPDX-License-Identifier: ISC */
#include "entry.h"

#include <math.h>

#include "portset_summary.h"
#include "tls.h"
#include "told_set.h"
#include "unit.h"

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X250 X50 X50 X50 X50 X50

/* A result, and why the port is not plainly open. */
static const struct {
	const char *name;
	struct result result;
	struct bytes reply;
	const char *reason;
} reasons[] = {
	{ "ok", { OUTCOME_OK }, .reason = "" },
	{ "ok with an answer", { OUTCOME_OK }, BYTES("220 x\r\n"), "" },
	{ "refused", { OUTCOME_REFUSED, { ECONNREFUSED, ORIGIN_PEER } },
	    .reason = "Connection refused" },
	{ "to itself", { OUTCOME_REFUSED, { ECONNREFUSED, ORIGIN_LOCAL } },
	    .reason = "Connection refused: it would connect to itself" },
	{ "timeout", { OUTCOME_TIMEOUT }, .reason = "no answer" },
	{ "rejected",
	    { OUTCOME_REJECTED, { ECONNREFUSED, ORIGIN_ICMP, false, 3, 3 } },
	    .reason = "Connection rejected: ICMP port unreachable "
		      "from 192.0.2.254" },
	{ "prohibited",
	    { OUTCOME_PROHIBITED, { EACCES, ORIGIN_ICMP, true, 1, 1 } },
	    .reason = "Connection prohibited: ICMP administratively prohibited "
		      "from 2001:db8::fe" },
	{ "prohibited here", { OUTCOME_PROHIBITED, { EPERM, ORIGIN_LOCAL } },
	    .reason = "Connection prohibited: by a rule of this machine" },
	{ "unreachable",
	    { OUTCOME_UNREACHABLE, { EHOSTUNREACH, ORIGIN_LOCAL } },
	    .reason = "No route to host" },
	{ "no data", { OUTCOME_NO_DATA },
	    .reason = "connection closed without an answer" },
	{ "reset", { OUTCOME_RESET, { ECONNRESET, ORIGIN_PEER } },
	    .reason = "Connection reset by peer" },
	{ "stalled", { OUTCOME_STALLED },
	    .reason = "connected, but no answer" },
	{ "mismatch", { OUTCOME_MISMATCH }, BYTES("554 no\r\n \t\n"),
	    "unexpected answer: 554 no" },
	{ "mismatch of bytes", { OUTCOME_MISMATCH },
	    BYTES("\x00\xff|\x1b[31m\"\\\na\r\n"),
	    "unexpected answer: \\x00\\xff\\x7c\\x1b[31m\\\"\\\\\\na" },
	{ "mismatch, long", { OUTCOME_MISMATCH }, BYTES(X250),
	    "unexpected answer: " X50 X50 X50 X10 X10 X10 X10 "xxxxxxx..." },
	{ "mismatch of white space", { OUTCOME_MISMATCH }, BYTES("\r\n"),
	    "unexpected answer" },
	{ "handler, warning", { OUTCOME_HANDLER_WARNING }, BYTES("slow|\n"),
	    "handler: WARNING: slow\\x7c" },
	{ "handler, critical", { OUTCOME_HANDLER_CRITICAL }, BYTES("gone"),
	    "handler: CRITICAL: gone" },
	{ "handler, silent", { OUTCOME_HANDLER_UNKNOWN },
	    .reason = "handler: UNKNOWN" },
	{ "handler, killed", { OUTCOME_HANDLER_UNKNOWN, .note = "exit code 9" },
	    BYTES("why"), "handler: exit code 9: why" },
	{ "handler, none", { OUTCOME_LOCAL_ERROR, .note = "/x: No such file" },
	    .reason = "/x: No such file" },
	{ "unresolved", { OUTCOME_UNRESOLVED, .note = "no such |\nname" },
	    .reason = "no such \\x7c\\nname" },
	{ "unresolved path", { OUTCOME_UNRESOLVED, { ENOENT, ORIGIN_LOCAL } },
	    .reason = "No such file or directory" },
	{ "lookup timeout", { OUTCOME_LOOKUP_TIMEOUT },
	    .reason = "no answer from the name service" },
	{ "local error", { OUTCOME_LOCAL_ERROR, { EMFILE, ORIGIN_LOCAL } },
	    .reason = "Too many open files" },
	{ "not probed", { OUTCOME_NOT_PROBED, .note = "the run ended first" },
	    .reason = "the run ended first" },
};

#define ISSUED "certificate \"www.test\" of issuer \"Test CA\" "
#define GOOD_UNTIL "expires in 10 days (2026-11-28 11:06:40 UTC)"
#define EXPIRED ISSUED "expired 2 hours ago (2026-11-18 09:06:40 UTC)"

static const struct handshake found_expired = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_EXPIRED,
	.n = 1,
	.certs = { LEAF(0, NOW_S - 7200) } };
static const struct handshake untrusted = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_UNTRUSTED,
	.why = "self-signed certificate",
	.n = 1,
	.certs = { { "a|\n\"", "b\xff", 0, NOW_S } } };
static const struct handshake other = { .at_s = NOW_S,
	.verified = OUTCOME_CERT_MISMATCH,
	.why = "hostname mismatch",
	.name = "mail|.test",
	.n = 1,
	.certs = { LEAF(0, NOW_S + DAY_S) } };

/* An entry with TLS, and what becomes of it; the first days -1: not given. */
static const struct {
	const char *name;
	const struct handshake *handshake;
	enum outcome outcome;
	const char *expected;
	int64_t days, critical_days;
	bool met, expiring;
	enum state state;
	enum outcome finding;
	const char *reason;
} certificates[] = {
	{ "any will do", &expired, OUTCOME_OK, "open", -1, 0, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "good for long", &good, OUTCOME_OK, "open", 10, 5, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "a second less", &good, OUTCOME_OK, "open", 11, 10, true, true,
	    STATE_WARNING, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "too short", &good, OUTCOME_OK, "open", 60, 11, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "too short, first", &good, OUTCOME_OK, "open", 0, 11, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "expired", &expired, OUTCOME_OK, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expired, any answer", &expired, OUTCOME_OK, "any", 0, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expiring, any answer", &good, OUTCOME_OK, "any", 11, 0, true, true,
	    STATE_WARNING, OUTCOME_CERT_EXPIRING, ISSUED GOOD_UNTIL },
	{ "verified", &found_expired, OUTCOME_OK, "open", -1, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "verified, any answer", &found_expired, OUTCOME_MISMATCH, "any", -1,
	    0, false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED,
	    EXPIRED "; unexpected answer" },
	{ "early", &early, OUTCOME_OK, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_CERT_NOT_YET_VALID,
	    ISSUED "is not valid yet, but in 2 minutes "
		   "(2026-11-18 11:08:40 UTC)" },
	{ "mismatch, too", &good, OUTCOME_MISMATCH, "open", 11, 0, false, false,
	    STATE_CRITICAL, OUTCOME_MISMATCH,
	    "unexpected answer; " ISSUED GOOD_UNTIL },
	{ "mismatch, and expired", &expired, OUTCOME_MISMATCH, "open", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED,
	    EXPIRED "; unexpected answer" },
	{ "stalled, and expired", &expired, OUTCOME_STALLED, "open", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_STALLED,
	    "connected, but no answer; " EXPIRED },
	{ "expired, and should be closed", &expired, OUTCOME_OK, "closed", 0, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRED, EXPIRED },
	{ "expiring, and should be closed", &good, OUTCOME_OK, "closed", 11, 0,
	    false, false, STATE_CRITICAL, OUTCOME_CERT_EXPIRING,
	    ISSUED GOOD_UNTIL },
	{ "closed", NULL, OUTCOME_REFUSED, "closed", 11, 0, true, false,
	    STATE_OK, OUTCOME_REFUSED, "refused" },
	{ "untrusted", &untrusted, OUTCOME_CERT_UNTRUSTED, "open", -1, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_UNTRUSTED,
	    "certificate not trusted: self-signed certificate: subject "
	    "\"a\\x7c\\n\\\"\", issuer \"b\\xff\", "
	    "valid until 2026-11-18 11:06:40 UTC" },
	{ "untrusted, any answer", &untrusted, OUTCOME_CERT_UNTRUSTED, "any",
	    -1, 0, false, false, STATE_CRITICAL, OUTCOME_CERT_UNTRUSTED,
	    "certificate not trusted: self-signed certificate: subject "
	    "\"a\\x7c\\n\\\"\", issuer \"b\\xff\", "
	    "valid until 2026-11-18 11:06:40 UTC" },
	{ "somebody else", &other, OUTCOME_CERT_MISMATCH, "any", -1, 0, false,
	    false, STATE_CRITICAL, OUTCOME_CERT_MISMATCH,
	    "certificate for another name: hostname mismatch: "
	    "not for \"mail\\x7c.test\": subject \"www.test\", "
	    "issuer \"Test CA\", valid until 2026-11-19 11:06:40 UTC" },
	{ "without one", &nobody, OUTCOME_OK, "open", -1, 0, true, false,
	    STATE_OK, OUTCOME_OK, "" },
	{ "none", NULL, OUTCOME_TLS_FAILED, "open", 0, 0, false, false,
	    STATE_CRITICAL, OUTCOME_TLS_FAILED, "TLS failed" },
};

static const struct {
	const char *host, *ports, *name;
} names[] = {
	{ "mx1", "25", "mx1/tcp/25" },
	{ "mx1", "25/smtp=closed", "mx1/tcp/25" },
	{ "mx1", "1-2", "mx1/tcp/1" },
	{ "192.0.2.1", "65535", "192.0.2.1/tcp/65535" },
	{ "::1", "25", "::1/tcp/25" },
	{ "[::1]", "25", "[::1]/tcp/25" },
	{ "fe80::1%eth0", "25", "fe80::1%eth0/tcp/25" },
	{ "a|b\"\x1b\xff", "25", "a\\x7cb\\\"\\x1b\\xff/tcp/25" },
	{ "mx1", "unix:/run/x", "/run/x" },
	{ "mx1", "unix:/a|b\n", "/a\\x7cb\\n" },
};

static void
set_addr(struct addr *a, const char *s)
{
	const char *why;

	ck_assert_int_eq(addr_parse(s, AF_UNSPEC, a, &why), ADDR_LITERAL);
}

START_TEST(latency)
{
	struct result r = { OUTCOME_OK, .rtt_us = 2500, .time_us = 1000000 };

	prepare("a", "1-5", AF_UNSPEC);
	ck_assert(isnan(entry_latency(&set, &set.entries[0])));
	tell(0, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[0]) - 0.0025) < 1e-9);
	r.rtt_us = NONE;
	tell(1, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[1]) - 1) < 1e-9);
	r.time_us = INT64_C(1) << 40;
	tell(2, &r);
	ck_assert(entry_latency(&set, &set.entries[2]) > 4294);
	r.outcome = OUTCOME_MISMATCH;
	r.time_us = 7000;
	tell(3, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[3]) - 0.007) < 1e-9);
	r.outcome = OUTCOME_NO_DATA;
	tell(3, &r);
	ck_assert(isnan(entry_latency(&set, &set.entries[3])));
	ck_assert(isnan(entry_response(&set, &set.entries[3])));
	r = (struct result){ OUTCOME_OK, .rtt_us = 0, .time_us = 0 };
	tell(4, &r);
	ck_assert(fabs(entry_latency(&set, &set.entries[4])) < 1e-9);
}
END_TEST

/* The time to the answer by the limits of the entry, not the round trip. */
START_TEST(lag_of_many)
{
	struct result r = { OUTCOME_OK, .rtt_us = 100, .time_us = 90000 };
	const struct portset_policy policy = { .has_lag_critical = true,
		.lag_critical = { 0, 50 } };
	struct policy own;
	const struct entry *e;

	policy_init(&own);
	own.has_warning = true;
	ck_assert_ptr_null(range_parse("0.1", &own.warning));
	prepare_probes(3, &own);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, e, &policy), STATE_OK);
	r.time_us = 120000;
	r.rtt_us = 300;
	tell(0, &r);
	ck_assert(fabs(entry_latency(&set, e) - 0.0002) < 1e-9);
	ck_assert(fabs(entry_response(&set, e) - 0.105) < 1e-9);
	ck_assert_int_eq(entry_lag(&set, e, &policy), STATE_WARNING);
	/* Without an answer there is none. */
	r.outcome = OUTCOME_STALLED;
	r.time_us = 2000000;
	tell(0, &r);
	ck_assert(fabs(entry_response(&set, e) - 0.105) < 1e-9);
}
END_TEST

/* Which of the two times is judged; what is only worth a warning stays one. */
static const struct judged_row {
	const char *set,
	    *own; /* limits for a CRITICAL in seconds; NULL: none */
	enum state lag;
	double seconds;
} judged_rows[] = {
	{ NULL, NULL, STATE_OK, 0.01 },
	{ "1", NULL, STATE_OK, 0.01 },
	{ NULL, "1", STATE_OK, 0.4 },
	{ "1", "1", STATE_OK, 0.01 },
	{ "0.001", NULL, STATE_CRITICAL, 0.01 },
	{ NULL, "0.1", STATE_CRITICAL, 0.4 },
	{ "1", "0.1", STATE_CRITICAL, 0.4 },
	{ "0.001", "1", STATE_CRITICAL, 0.01 },
	{ "0.001", "0.1", STATE_CRITICAL, 0.01 },
};

START_TEST(judged)
{
	const struct judged_row *row = &judged_rows[_i];
	struct result r = { OUTCOME_OK, .rtt_us = 10000, .time_us = 400000 };
	struct portset_policy policy = { .has_lag_critical = row->set != NULL };
	struct policy own;
	const struct entry *e;

	policy_init(&own);
	own.has_critical = row->own != NULL;
	if (row->own != NULL)
		ck_assert_ptr_null(range_parse(row->own, &own.critical));
	if (row->set != NULL)
		ck_assert_ptr_null(range_parse(row->set, &policy.lag_critical));
	policy.lag_critical.end *= 1e3;
	prepare_probes(1, &own);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert_int_eq(entry_lag(&set, e, &policy), row->lag);
	ck_assert(fabs(entry_judged(&set, e, &policy) - row->seconds) < 1e-9);
	set.asks[0].severity = STATE_WARNING;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    row->lag == STATE_OK ? STATE_OK : STATE_WARNING);
	ck_assert(fabs(entry_judged(&set, e, &policy) - row->seconds) < 1e-9);
}
END_TEST

/* Good and bad back ends of one name, whichever of them comes first. */
START_TEST(dates_of_many)
{
	static const struct handshake later = { "TLSv1.3", .at_s = NOW_S,
		.n = 1, .certs = { LEAF(0, NOW_S + 90 * DAY_S) } };
	const struct portset_policy policy = { 0 };
	struct policy own;
	const struct entry *e;
	int i;

	policy_init(&own);
	own.has_days = true;
	own.warning_days = 14;
	prepare_probes(3, &own);
	e = &set.entries[0];
	for (i = 0; i < 3; i++) {
		struct result r = { .rtt_us = 1000,
			.time_us = 2000,
			.resolve_us = NONE,
			.handshake = i == _i ? &good : &later };

		tell(0, &r);
	}
	ck_assert(entry_expiring(e));
	ck_assert_int_eq(entry_state(&set, e, &policy), STATE_WARNING);
	ck_assert_int_eq((enum outcome)e->finding, OUTCOME_CERT_EXPIRING);
	ck_assert(fabs(entry_cert_days(e) - 10) < 1e-9);
}
END_TEST

/* A worse answer does not hide the certificate that expires first. */
START_TEST(cert_days_of_many)
{
	const struct handshake *const told[] = { &good, NULL, &early };
	const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_REFUSED,
		OUTCOME_OK };
	size_t i;

	prepare_probes(3, NULL);
	for (i = 0; i < 3; i++) {
		size_t j = (i + (size_t)_i) % 3;
		struct result r = { outcomes[j], .rtt_us = NONE,
			.time_us = NONE, .resolve_us = NONE,
			.handshake = told[j] };

		tell(0, &r);
	}
	ck_assert_int_eq((enum outcome)set.entries[0].outcome, OUTCOME_REFUSED);
	ck_assert(fabs(entry_cert_days(&set.entries[0]) - 1) < 1e-9);
}
END_TEST

START_TEST(clock_of_many)
{
	const struct handshake *const told[] = { &good, NULL };
	struct policy own;
	int i;

	policy_init(&own);
	own.has_days = own.has_offset_warning = true;
	own.warning_days = 14;
	ck_assert_ptr_null(range_parse("1", &own.offset_warning));
	prepare_probes(2, &own);
	for (i = 0; i < 2; i++) {
		struct result r = { .rtt_us = 1,
			.time_us = 1,
			.resolve_us = NONE,
			.has_offset = true,
			.handshake = told[i ^ _i],
			.offset_us = told[i ^ _i] == NULL ? 2000000 : 0 };

		tell(0, &r);
	}
	/* Of either what is wrong with it. */
	ck_assert(entry_astray(&set.entries[0]));
	ck_assert(entry_expiring(&set.entries[0]));
}
END_TEST

/* Whoever expects so few may still be told to look after them. */
START_TEST(certificate)
{
	struct result r = { .outcome = certificates[_i].outcome,
		.rtt_us = 1000,
		.time_us = 2000,
		.resolve_us = NONE,
		.handshake = certificates[_i].handshake };
	struct portset_policy policy = { 0 };
	struct listset_conf tls = { 0 };
	const struct entry *e;
	struct text t;

	policy_init(&tls.policy);
	tls.policy.has_days = certificates[_i].days >= 0;
	tls.policy.warning_days = certificates[_i].days;
	tls.policy.critical_days = certificates[_i].critical_days;
	if (r.outcome == OUTCOME_REFUSED)
		r.note = "refused";
	text_init(&t, 1000);
	text_printf(&t, "1=%s", certificates[_i].expected);
	prepare_tls("192.0.2.1", t.data, AF_UNSPEC, &tls);
	text_truncate(&t, 0);
	e = &set.entries[0];
	tell(0, &r);
	ck_assert(entry_met(e) == certificates[_i].met);
	ck_assert(entry_expiring(e) == certificates[_i].expiring);
	ck_assert_int_eq((enum outcome)e->finding, certificates[_i].finding);
	entry_reason(&t, e);
	unit_str(certificates[_i].name, t.data, certificates[_i].reason);
	text_free(&t);
	ck_assert_ptr_null(share_parse("0", &policy.critical));
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].state);
	/* However many may be not as expected. */
	ck_assert_ptr_null(share_parse("1", &policy.critical));
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].expiring ? STATE_WARNING : STATE_OK);
	policy.at_least = 1;
	ck_assert_int_eq(portset_summary_of(&set, &policy).state,
	    certificates[_i].expiring  ? STATE_WARNING
		: certificates[_i].met ? STATE_OK
				       : STATE_CRITICAL);
}
END_TEST

/* Of a conversation, the last answer; of silence, what it was at. */
START_TEST(conversation)
{
	static const char said[] = "220 mx\r\n454 no|\r\n";
	struct result r = { OUTCOME_TLS_FAILED, .rtt_us = NONE, .time_us = NONE,
		.resolve_us = NONE, .note = "no" };
	struct text t;

	if (tls_missing() != NULL)
		return;
	prepare("a", "1/smtp+starttls,2/imaps,3/imaps", AF_UNSPEC);
	r.reply.data = (unsigned char *)strdup(said);
	r.reply.len = sizeof(said) - 1;
	r.answer_at = 8;
	tell(0, &r);
	free(r.reply.data);
	r = (struct result){ OUTCOME_STALLED, .rtt_us = NONE, .time_us = NONE,
		.resolve_us = NONE, .n_steps = 1 };
	tell(1, &r);
	r.n_steps = 2;
	r.handshake = &good;
	tell(2, &r);
	text_init(&t, 1000);
	entry_reason(&t, &set.entries[0]);
	ck_assert_str_eq(t.data, "TLS failed: no: 454 no\\x7c");
	text_truncate(&t, 0);
	entry_reason(&t, &set.entries[1]);
	ck_assert_str_eq(t.data,
	    "connected, but no answer in the TLS handshake");
	text_truncate(&t, 0);
	entry_reason(&t, &set.entries[2]);
	ck_assert_str_eq(t.data, "connected, but no answer");
	text_free(&t);
	ck_assert_str_eq(set.entries[0].extra->reply,
	    "220 mx\\r\\n454 no\\x7c");
}
END_TEST

/* What a result points to does not outlive the telling. */
START_TEST(reason)
{
	struct result r = reasons[_i].result;
	char note[64] = "";
	struct text t;

	prepare("192.0.2.1", "1", AF_UNSPEC);
	set_addr(&r.addr, "192.0.2.1");
	if (r.cause.origin == ORIGIN_ICMP)
		set_addr(&r.cause.from,
		    r.cause.icmp_v6 ? "2001:db8::fe" : "192.0.2.254");
	r.rtt_us = r.time_us = NONE;
	if (r.note != NULL) {
		strcpy(note, r.note);
		r.note = note;
	}
	if (reasons[_i].reply.len > 0) {
		r.reply.len = reasons[_i].reply.len;
		r.reply.data = malloc(r.reply.len);
		memcpy(r.reply.data, reasons[_i].reply.data, r.reply.len);
	}
	tell(0, &r);
	free(r.reply.data);
	memset(&r, 0xff, sizeof(r));
	memset(note, 'x', sizeof(note) - 1);
	text_init(&t, 1000);
	entry_reason(&t, &set.entries[0]);
	unit_str(reasons[_i].name, t.data, reasons[_i].reason);
	text_free(&t);
}
END_TEST

START_TEST(name)
{
	struct text t;

	prepare(names[_i].host, names[_i].ports, AF_UNSPEC);
	text_init(&t, 1000);
	entry_name(&t, &set, &set.entries[0]);
	ck_assert_str_eq(t.data, names[_i].name);
	text_free(&t);
}
END_TEST

/* One of a service, where services(5) has it. */
START_TEST(name_of_service)
{
	struct listset_conf conf = { 0 };
	struct text t, error;

	text_init(&error, 1000);
	if (portlist_add(&ports, "smtp", &error)) {
		hosts = (struct hostlist){ .max = 1 };
		ck_assert(hostlist_add(&hosts, "mx1", &error));
		policy_init(&conf.policy);
		listset_init(&lists, &conf, &hosts, &ports, &set);
		text_init(&t, 1000);
		entry_name(&t, &set, &set.entries[0]);
		ck_assert_str_eq(t.data, "mx1/smtp");
		text_free(&t);
	}
	text_free(&error);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("entry");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, latency);
	tcase_add_test(tc, lag_of_many);
	unit_rows(tc, judged, judged_rows);
	tcase_add_loop_test(tc, dates_of_many, 0, 3);
	tcase_add_loop_test(tc, cert_days_of_many, 0, 3);
	tcase_add_loop_test(tc, clock_of_many, 0, 2);
	unit_rows(tc, certificate, certificates);
	tcase_add_test(tc, conversation);
	unit_rows(tc, reason, reasons);
	unit_rows(tc, name, names);
	tcase_add_test(tc, name_of_service);
	return unit_run("entry", tc);
}
