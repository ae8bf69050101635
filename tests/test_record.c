/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <errno.h>
#include <math.h>

#include "clock.h"
#include "entry.h"
#include "outcome.h"
#include "site_case.h"
#include "table_layout.h"

#define WALL INT64_C(1795442400000000)
#define TIMEOUT_US (2 * CLOCK_SECOND)

/* For what is asserted a million times: ck_assert() tells each time. */
#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

static struct site *site;
static struct table_record record;
static struct judge judge;
static int64_t wall;

static void
prepare(const char *yaml)
{
	site = site_of(yaml);
	table_record_new(&record, 7, "name");
	judge = (struct judge){ 0 };
	wall = WALL;
}

static void
set_up(void)
{
	site_directory();
}

static void
tear_down(void)
{
	site_free(site);
	site = NULL;
	site_remove();
}

static const struct entry *
configure(void)
{
	const struct entry *e = &site->set.entries[0];

	record_configure(&record, &site->set, e,
	    entry_ask(&site->set, e)->rounds, TIMEOUT_US);
	return e;
}

static void
describe(struct text *t, const struct table_record *r)
{
	static const char *const transports[] = { "tcp", "udp", "unix" };

	text_printf(t, "%s %s:%u %s %s", transports[r->transport], r->host,
	    r->port, expected_name((enum expected)r->expected),
	    state_name((enum state)r->severity));
	text_printf(t, " every %u in %u", r->interval_ms, r->timeout_ms);
	text_printf(t, " limits %u %u %u", r->warning_ms, r->critical_ms,
	    r->lag_ms);
	if (r->protocol[0] != '\0')
		text_printf(t, " protocol %s", r->protocol);
	if (r->portset[0] != '\0')
		text_printf(t, " portset %s", r->portset);
}

#define USUAL "open CRITICAL every 60000 in 2000 limits 0 0 0"

/* Keys of a port of the host h, and what its record says then. */
static const struct {
	const char *keys, *want;
} configured[] = {
	{ "tcp: 25", "tcp h:25 " USUAL },
	{ "udp: 53, protocol: dns", "udp h:53 " USUAL " protocol dns" },
	{ "tcp: 25, protocol: smtp", "tcp h:25 " USUAL " protocol smtp" },
	{ "tcp: 1, expected: filtered",
	    "tcp h:1 filtered CRITICAL every 60000 in 2000 limits 0 0 0" },
	{ "tcp: 1, severity: warning",
	    "tcp h:1 open WARNING every 60000 in 2000 limits 0 0 0" },
	{ "tcp: 1, interval: 0.25, timeout: 0.5",
	    "tcp h:1 open CRITICAL every 250 in 500 limits 0 0 0" },
	/* A limit of less than a millisecond is not none. */
	{ "tcp: 1, lag: 0.5",
	    "tcp h:1 open CRITICAL every 60000 in 2000 limits 0 0 1" },
	{ "tcp: 1, lag: 20, warning: 0.1, critical: 0.2001",
	    "tcp h:1 open CRITICAL every 60000 in 2000 limits 100 201 20" },
	/* Such as say nothing of what is slow, or more than there are numbers. */
	{ "tcp: 1, warning: \"@0:1\", critical: \"1:\"", "tcp h:1 " USUAL },
	{ "tcp: 1, warning: 5000000", "tcp h:1 " USUAL },
};

START_TEST(configures)
{
	struct text yaml, got;

	text_init(&yaml, 1000);
	text_init(&got, 1000);
	text_printf(&yaml, "hosts: {h: {ports: {p: {%s}}}}\n",
	    configured[_i].keys);
	prepare(yaml.data);
	(void)configure();
	describe(&got, &record);
	unit_str(configured[_i].keys, got.data, configured[_i].want);
	ck_assert_uint_eq(record.flags, TABLE_USED | TABLE_ENABLED);
	table_seal_record(&record);
	ck_assert(table_record_right(&record, 7));
	text_free(&yaml);
	text_free(&got);
}
END_TEST

START_TEST(configures_others)
{
	struct text got;

	text_init(&got, 1000);
	prepare("portsets: {web: {http: {tcp: 80}}}\n"
		"hosts: {h: {address: 192.0.2.1, portsets: [web]}}\n");
	(void)configure();
	describe(&got, &record);
	ck_assert_str_eq(got.data, "tcp h:80 " USUAL " portset web");
	site_free(site);
	/* A path has no port, and what it was before is forgotten. */
	site = site_of("hosts: {h: {ports: {x: {unix: /run/x}}}}\n");
	(void)configure();
	text_truncate(&got, 0);
	describe(&got, &record);
	ck_assert_str_eq(got.data, "unix h:0 " USUAL);
	text_free(&got);
}
END_TEST

/* What is known of it stays; strings have NULs to their end. */
START_TEST(configures_again)
{
	static const char zeros[sizeof(record.host)];
	struct table_record was;

	prepare("hosts: {a-name-that-is-long: {ports: {p: 25}}}\n");
	(void)configure();
	record.probes = 5;
	record.flags |= TABLE_KNOWN | TABLE_DOWN;
	record.last_change_us = WALL;
	strcpy(record.reason, "because");
	was = record;
	(void)configure();
	ck_assert_mem_eq(&record, &was, sizeof(record));
	site_free(site);
	site = site_of("hosts: {h: {ports: {p: 26}}}\n");
	(void)configure();
	ck_assert_str_eq(record.host, "h");
	ck_assert_mem_eq(record.host + 1, zeros, sizeof(record.host) - 1);
	ck_assert_uint_eq(record.port, 26);
	ck_assert_uint_eq(record.probes, 5);
	ck_assert_str_eq(record.reason, "because");
	ck_assert_uint_eq(record.flags,
	    TABLE_USED | TABLE_ENABLED | TABLE_KNOWN | TABLE_DOWN);
}
END_TEST

/* What one probe came to; the first ones are those of random rounds. */
static const struct probe_of {
	char letter;
	enum outcome outcome;
	int err;
	enum origin origin;
} probes[] = {
	{ 'o', OUTCOME_OK, 0, ORIGIN_NOBODY },
	{ 'r', OUTCOME_REFUSED, ECONNREFUSED, ORIGIN_PEER },
	{ 't', OUTCOME_TIMEOUT, 0, ORIGIN_NOBODY },
	{ 'm', OUTCOME_MISMATCH, 0, ORIGIN_PEER },
	{ 'l', OUTCOME_LOCAL_ERROR, EMFILE, ORIGIN_LOCAL },
	{ 'p', OUTCOME_NOT_PROBED, 0, ORIGIN_NOBODY },
	{ 'u', OUTCOME_UNRESOLVED, 0, ORIGIN_NOBODY },
};

#define RANDOM 5

static bool
tell(const struct probe_of *p, int64_t us, const struct addr *a)
{
	struct result r = {
		.outcome = p->outcome,
		.cause = { .err = p->err, .origin = p->origin },
		.time_us = us,
		.rtt_us = RESULT_NONE,
		.resolve_us = RESULT_NONE,
		.note = p->outcome == OUTCOME_UNRESOLVED ? "no such name"
							 : NULL,
	};

	if (a != NULL) {
		r.addr = *a;
		r.resolve_us = 10;
	}
	return portset_tell(&site->set, &site->set.entries[0].target, &r);
}

/* The round's end. */
static void
take(void)
{
	struct entry *e = &site->set.entries[0];
	const struct rounds *rounds = entry_ask(&site->set, e)->rounds;
	const struct judge_conf conf = { rounds->retries, rounds->severe,
		rounds->lag_ms };
	const struct judge_round round = record_judge_round(&site->set, e);
	enum table_event_kind kinds[JUDGE_EVENTS_MAX];

	wall += CLOCK_SECOND;
	(void)judge_round(&judge, &conf, &round, kinds);
	record_round(&record, &site->set, e, &judge, wall);
	portset_forget(&site->set, e);
}

/* One of a single probe. */
static void
take_letter(char letter)
{
	size_t i = 0;

	while (probes[i].letter != letter)
		i++;
	(void)tell(&probes[i], 1000, NULL);
	take();
}

START_TEST(judge_is_told)
{
	static const struct {
		char letter;
		enum judge_word word;
		enum state state;
		enum port_state port;
		double latency_ms;
	} rows[] = {
		{ 'o', JUDGE_MET, STATE_OK, PORT_OPEN, 1.5 },
		{ 'r', JUDGE_FAILED, STATE_CRITICAL, PORT_CLOSED, NAN },
		{ 't', JUDGE_FAILED, STATE_CRITICAL, PORT_FILTERED, NAN },
		{ 'm', JUDGE_FAILED, STATE_WARNING, PORT_OPEN, 1.5 },
		{ 'l', JUDGE_UNASKED, STATE_UNKNOWN, PORT_UNKNOWN, NAN },
		{ 'p', JUDGE_UNASKED, STATE_UNKNOWN, PORT_UNKNOWN, NAN },
		{ 'u', JUDGE_FAILED, STATE_CRITICAL, PORT_UNKNOWN, NAN },
	};
	struct judge_round r;
	size_t i, n;

	prepare("hosts: {h: {ports: {p: {tcp: 25, state: "
		"{mismatch: warning}}}}}\n");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (n = 0; probes[n].letter != rows[i].letter;)
			n++;
		(void)tell(&probes[n], 1500, NULL);
		r = record_judge_round(&site->set, &site->set.entries[0]);
		portset_forget(&site->set, &site->set.entries[0]);
		ck_assert_int_eq(r.word, rows[i].word);
		ck_assert_int_eq(r.state, rows[i].state);
		ck_assert_int_eq(r.port, rows[i].port);
		if (isnan(rows[i].latency_ms))
			ck_assert(isnan(r.latency_ms));
		else
			ck_assert_double_eq_tol(r.latency_ms,
			    rows[i].latency_ms, 1e-9);
	}
}
END_TEST

/* Of all rounds so far, told in the simplest way. */
struct model {
	uint64_t probes, responses, failures;
	uint64_t sum, squares;
	uint32_t min, max, last;
	double jitter;
};

/* Takes a round of random probes. */
static void
model_round(struct model *m, unsigned n, unsigned *seed)
{
	uint32_t us, answered = 0;
	uint64_t sum = 0;
	bool failed = false, more = true;
	double average;
	unsigned i;

	for (i = 0; i < n; i++) {
		const struct probe_of *p = &probes[unit_random(seed, RANDOM)];

		must(more);
		us = unit_random(seed, 3) == 0 ? unit_random(seed, 40)
					       : unit_random(seed, 2000000);
		more = tell(p, us, NULL);
		if (p->outcome == OUTCOME_LOCAL_ERROR)
			continue;
		m->probes++;
		failed |= p->outcome != OUTCOME_OK;
		if (p->outcome != OUTCOME_OK && p->outcome != OUTCOME_MISMATCH)
			continue;
		if (m->responses == 0 || us < m->min)
			m->min = us;
		if (us > m->max)
			m->max = us;
		m->responses++;
		m->sum += us;
		m->squares += (uint64_t)us * us;
		sum += us;
		answered++;
	}
	must(!more);
	m->failures += failed;
	if (answered == 0)
		return;
	average = floor((double)sum / answered + 0.5);
	if (m->responses > answered)
		m->jitter += (fabs(average - m->last) - m->jitter) / 16;
	m->last = (uint32_t)average;
}

static const unsigned numbers_of_probes[] = { 1, 2, 5 };

START_TEST(figures)
{
	unsigned n = numbers_of_probes[_i], seed = n, i;
	struct model m = { 0 };
	struct text yaml;

	text_init(&yaml, 1000);
	text_printf(&yaml, "hosts: {h: {ports: {p: {tcp: 25, probes: %u}}}}\n",
	    n);
	prepare(yaml.data);
	text_free(&yaml);
	for (i = 0; i < 5000; i++) {
		model_round(&m, n, &seed);
		take();
		must(record.probes == m.probes);
		must(record.responses == m.responses);
		must(record.failures == m.failures);
		must(record.rtt_sum_us == m.sum);
		must(record.rtt_sum_squares == m.squares);
		must(record.last_probe_us == wall);
		if (m.responses == 0) {
			must(record.rtt_us == UINT32_MAX);
			must(record.rtt_avg_us == UINT32_MAX);
			continue;
		}
		must(record.rtt_us == m.last);
		must(record.rtt_min_us == m.min);
		must(record.rtt_max_us == m.max);
		must(record.rtt_avg_us == m.sum / m.responses);
		must(fabs(record.jitter_us + record.jitter_rest / 16.0 -
			 m.jitter) <= 0.6);
		must(record.jitter_rest < 16);
	}
}
END_TEST

/* RFC 3550 A.8: it comes to what the changes are, be they small. */
START_TEST(small_jitter)
{
	unsigned i;

	prepare("hosts: {h: {ports: {p: 25}}}\n");
	for (i = 0; i < 1000; i++) {
		(void)tell(&probes[0], 100 + i % 2 * 5, NULL);
		take();
	}
	ck_assert_uint_ge(record.jitter_us, 4);
	ck_assert_uint_le(record.jitter_us, 5);
}
END_TEST

/* The longest of all times is one, too. */
START_TEST(longest)
{
	prepare("hosts: {h: {ports: {p: 25}}}\n");
	(void)tell(&probes[0], INT64_MAX, NULL);
	take();
	ck_assert_uint_eq(record.rtt_us, UINT32_MAX - 1);
	(void)tell(&probes[0], 0, NULL);
	take();
	ck_assert_uint_eq(record.rtt_min_us, 0);
	ck_assert_uint_eq(record.rtt_max_us, UINT32_MAX - 1);
	ck_assert_uint_eq(record.jitter_us, (UINT32_MAX - 1) / 16);
}
END_TEST

/* Of an entry that wants so many confirmations. */
static void
prepare_retries(unsigned retries)
{
	struct text yaml;

	text_init(&yaml, 1000);
	text_printf(&yaml, "hosts: {h: {ports: {p: {tcp: 25, retries: %u}}}}\n",
	    retries);
	prepare(yaml.data);
	text_free(&yaml);
}

/* Rounds, and the outcomes that the record names after each. */
static const struct {
	unsigned retries;
	const char *rounds, *told;
} evidence[] = {
	{ 0, "ortmo", "ortmo" },
	/* What is not decided is no evidence. */
	{ 2, "rrro", "pprr" },
	{ 2, "rrrt", "pprt" },
	{ 2, "orro", "oooo" },
	{ 2, "orrrttooto", "ooortttttt" },
	/* That nobody could ask is told at once, and until more is known. */
	{ 0, "olo", "olo" },
	{ 1, "olrr", "ollr" },
	{ 2, "lrro", "lllo" },
};

START_TEST(keeps_evidence)
{
	size_t i, n;

	prepare_retries(evidence[_i].retries);
	for (i = 0; evidence[_i].rounds[i] != '\0'; i++) {
		take_letter(evidence[_i].rounds[i]);
		for (n = 0; probes[n].outcome != record.outcome;)
			n++;
		ck_assert_msg(probes[n].letter == evidence[_i].told[i],
		    "%s: %c after %zu", evidence[_i].rounds, probes[n].letter,
		    i + 1);
		ck_assert_int_eq(record.err, probes[n].err);
	}
}
END_TEST

/* Rounds; how many changes there were; after which the last one was, from 1. */
static const struct {
	unsigned retries;
	const char *rounds;
	unsigned changes, last;
} changed[] = {
	{ 0, "l", 0, 0 },
	{ 0, "loooo", 0, 2 },
	{ 0, "rrrr", 0, 1 },
	{ 0, "oroooo", 2, 3 },
	/* From closed to filtered; without any way to ask in between. */
	{ 0, "rrtt", 1, 3 },
	{ 0, "rlr", 0, 1 },
	/* It is as expected or not, though open for all the time. */
	{ 0, "omo", 2, 3 },
	/* When it is decided. */
	{ 2, "oorrrr", 1, 5 },
	{ 2, "oorror", 0, 1 },
	{ 2, "rrr", 0, 3 },
};

START_TEST(changes)
{
	unsigned i;

	prepare_retries(changed[_i].retries);
	for (i = 0; changed[_i].rounds[i] != '\0'; i++)
		take_letter(changed[_i].rounds[i]);
	ck_assert_uint_eq(record.changes, changed[_i].changes);
	ck_assert_int_eq(record.last_change_us,
	    changed[_i].last > 0 ? WALL + changed[_i].last * CLOCK_SECOND : 0);
	ck_assert_int_eq(record.last_probe_us, WALL + i * CLOCK_SECOND);
}
END_TEST

/* A clock that is set back is what it says. */
START_TEST(clock_set_back)
{
	prepare_retries(0);
	take_letter('o');
	wall -= 1000 * CLOCK_SECOND;
	take_letter('r');
	ck_assert_int_eq(record.last_change_us, WALL - 998 * CLOCK_SECOND);
	ck_assert_int_eq(record.last_probe_us, WALL - 998 * CLOCK_SECOND);
}
END_TEST

START_TEST(reasons)
{
	static const char zeros[TABLE_REASON_SIZE];

	prepare_retries(0);
	take_letter('o');
	ck_assert_mem_eq(record.reason, zeros, sizeof(zeros));
	take_letter('r');
	ck_assert_str_eq(record.reason, "Connection refused");
	take_letter('u');
	ck_assert_str_eq(record.reason, "no such name");
	ck_assert_mem_eq(record.reason + 12, zeros, sizeof(zeros) - 12);
}
END_TEST

/* A reason of any length, with what no terminal should see. */
START_TEST(long_reason)
{
	char note[1000];
	struct result r = { .outcome = OUTCOME_UNRESOLVED,
		.note = note,
		.time_us = RESULT_NONE,
		.rtt_us = RESULT_NONE };

	memset(note, '\033', sizeof(note));
	note[sizeof(note) - 1] = '\0';
	prepare_retries(0);
	(void)configure();
	(void)portset_tell(&site->set, &site->set.entries[0].target, &r);
	take();
	ck_assert_uint_lt(strlen(record.reason), TABLE_REASON_SIZE);
	ck_assert_uint_gt(strlen(record.reason), TABLE_REASON_SIZE - 10);
	ck_assert_ptr_null(strchr(record.reason, '\033'));
	table_seal_record(&record);
	ck_assert(table_record_right(&record, 7));
}
END_TEST

static struct addr
address(const char *s)
{
	struct addr a;
	const char *why;

	ck_assert_int_eq(addr_parse(s, AF_UNSPEC, &a, &why), ADDR_LITERAL);
	return a;
}

/* The literal that was asked, or one of those of the name; or none. */
START_TEST(addresses)
{
	static const unsigned char four[16] = { 192, 0, 2, 9 };
	static const unsigned char six[16] = { 0x20, 0x01, 0x0d,
		0xb8, [15] = 5 };
	static const unsigned char none[16];
	struct addr a = address("2001:db8::5");

	prepare("hosts: {h: {address: 192.0.2.9, ports: {p: 25}}}\n");
	take_letter('o');
	ck_assert_uint_eq(record.addr_family, 4);
	ck_assert_uint_eq(record.addr_len, 4);
	ck_assert_mem_eq(record.addr, four, 16);
	site_free(site);
	site = site_of("hosts: {h.test: {ports: {p: "
		       "{tcp: 25, retries: 0}}}}\n");
	(void)tell(&probes[0], 1000, &a);
	take();
	ck_assert_uint_eq(record.addr_family, 6);
	ck_assert_uint_eq(record.addr_len, 16);
	ck_assert_mem_eq(record.addr, six, 16);
	take_letter('u');
	ck_assert_uint_eq(record.addr_family, 0);
	ck_assert_uint_eq(record.addr_len, 0);
	ck_assert_mem_eq(record.addr, none, 16);
	site_free(site);
	site = site_of("hosts: {h: {ports: {x: {unix: /run/x}}}}\n");
	take_letter('o');
	ck_assert_uint_eq(record.addr_family, 0);
}
END_TEST

START_TEST(events)
{
	struct table_record was;
	struct table_event e;

	prepare("hosts: {h: {ports: {p: {tcp: 25, retries: 0, lag: 7}}}}\n");
	(void)configure();
	take_letter('o');
	was = record;
	take_letter('r');
	record_event(&e, TABLE_EVENT_DOWN, &record, &was, wall);
	ck_assert_uint_eq(e.kind, TABLE_EVENT_DOWN);
	ck_assert_uint_eq(e.index, 7);
	ck_assert_int_eq(e.at_us, wall);
	ck_assert_int_eq(e.state, STATE_CRITICAL);
	ck_assert_int_eq(e.old_state, STATE_OK);
	ck_assert_int_eq(e.port_state, PORT_CLOSED);
	ck_assert_int_eq(e.old_port_state, PORT_OPEN);
	ck_assert_int_eq(e.outcome, OUTCOME_REFUSED);
	ck_assert_uint_eq(e.rtt_us, UINT32_MAX);
	ck_assert_uint_eq(e.failed_rounds, 1);
	ck_assert_uint_eq(e.lag_ms, 7);
	ck_assert_str_eq(e.reason, "Connection refused");
	was = record;
	take_letter('o');
	record_event(&e, TABLE_EVENT_UP, &record, &was, wall);
	ck_assert_uint_eq(e.rtt_us, 1000);
	ck_assert_str_eq(e.reason, "");
	/* The table fills in the rest. */
	e.number = 1;
	strcpy(e.name, "name");
	table_seal_event(&e);
	ck_assert(table_event_right(&e));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("record");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	unit_rows(tc, configures, configured);
	tcase_add_test(tc, configures_others);
	tcase_add_test(tc, configures_again);
	tcase_add_test(tc, judge_is_told);
	unit_rows(tc, figures, numbers_of_probes);
	tcase_add_test(tc, small_jitter);
	tcase_add_test(tc, longest);
	unit_rows(tc, keeps_evidence, evidence);
	unit_rows(tc, changes, changed);
	tcase_add_test(tc, clock_set_back);
	tcase_add_test(tc, reasons);
	tcase_add_test(tc, long_reason);
	tcase_add_test(tc, addresses);
	tcase_add_test(tc, events);
	return unit_run("record", tc);
}
