/* SPDX-License-Identifier: ISC */
/*
 * The agent of these tests is mib_view.c on a port table, asked without a message: so
 * what check_portset --snmp makes of it can be compared with what --table does.
 */
#include "portset_snmp.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "expected.h"
#include "mib_view.h"
#include "num.h"
#include "portset_summary.h"
#include "portset_table.h"
#include "table.h"
#include "unit.h"

#define FILE_NAME "table"
#define NOW (INT64_C(1000000) * CLOCK_SECOND)
#define ROWS_MAX 60
#define REPLY_MAX 400

#define KNOWN (TABLE_USED | TABLE_ENABLED | TABLE_KNOWN)
#define DOWN (KNOWN | TABLE_DOWN)

/* What becomes of an answer before it is told. */
typedef size_t bend_fn(struct query_varbind *v, size_t n);

static char dir[] = "/tmp/test_portset_snmp.XXXXXX";
static struct table *table;
static struct mib_view *view;
static struct query_oid base;
static struct portset set;
static struct portset_snmp *told;
static struct portset_policy policy;
static struct text error;
static int64_t now_us = NOW;
static unsigned seed;
static bend_fn *bend;
static unsigned asked;     /* questions */
static unsigned silent_at; /* from this one on there is no answer; 0: never */
static enum query_end how = QUERY_SILENT;
static size_t room; /* varbinds that an answer has at most */
static unsigned char octets[REPLY_MAX][TABLE_NAME_SIZE];

/* What entries are; the rest of their records is made up. */
static const struct {
	uint32_t flags;
	uint8_t state, outcome, port, expected;
	uint32_t failed, warning_ms;
	const char *reason;
} kinds[] = {
	{ KNOWN, STATE_OK, OUTCOME_OK, PORT_OPEN, EXPECTED_OPEN, 0, 0, "" },
	{ KNOWN, STATE_OK, OUTCOME_REFUSED, PORT_CLOSED, EXPECTED_CLOSED, 0, 0,
	    "no" },
	{ KNOWN, STATE_OK, OUTCOME_TIMEOUT, PORT_FILTERED, EXPECTED_ANY, 0, 0,
	    "none" },
	{ DOWN, STATE_CRITICAL, OUTCOME_REFUSED, PORT_CLOSED, EXPECTED_OPEN, 3,
	    0, "Connection refused" },
	{ DOWN, STATE_CRITICAL, OUTCOME_OK, PORT_OPEN, EXPECTED_CLOSED, 1, 0,
	    "" },
	{ DOWN, STATE_WARNING, OUTCOME_TIMEOUT, PORT_FILTERED, EXPECTED_OPEN, 2,
	    0, "none" },
	{ DOWN, STATE_WARNING, OUTCOME_MISMATCH, PORT_OPEN, EXPECTED_OPEN, 2, 0,
	    "\\\"500\\\"" },
	{ DOWN | TABLE_SEVERE, STATE_CRITICAL, OUTCOME_UNREACHABLE,
	    PORT_FILTERED, EXPECTED_OPEN, 9, 0, "No route to host" },
	{ KNOWN, STATE_UNKNOWN, OUTCOME_LOCAL_ERROR, PORT_OPEN, EXPECTED_OPEN,
	    0, 0, "files" },
	{ DOWN, STATE_UNKNOWN, OUTCOME_HANDLER_UNKNOWN, PORT_UNKNOWN,
	    EXPECTED_OPEN, 1, 0, "what?" },
	{ TABLE_USED | TABLE_ENABLED, STATE_UNKNOWN, OUTCOME_NOT_PROBED,
	    PORT_UNKNOWN, EXPECTED_OPEN, 0, 0, "" },
	{ KNOWN | TABLE_LAGGED, STATE_OK, OUTCOME_OK, PORT_OPEN, EXPECTED_OPEN,
	    0, 0, "" },
	{ KNOWN, STATE_WARNING, OUTCOME_OK, PORT_OPEN, EXPECTED_OPEN, 0, 10,
	    "" },
	{ KNOWN, STATE_CRITICAL, OUTCOME_OK, PORT_OPEN, EXPECTED_OPEN, 0, 10,
	    "" },
	{ KNOWN, STATE_WARNING, OUTCOME_OK, PORT_OPEN, EXPECTED_OPEN, 0, 0,
	    "" },
	{ KNOWN, STATE_WARNING, OUTCOME_CERT_EXPIRING, PORT_OPEN, EXPECTED_OPEN,
	    0, 0, "soon" },
	{ DOWN, STATE_CRITICAL, OUTCOME_CERT_EXPIRED, PORT_OPEN, EXPECTED_OPEN,
	    4, 0, "over" },
};

/* One more each: such as are OK are more likely. */
#define GOOD 3

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_ptr_null(mib_base_parse(MIB_BASE, base.ids, &base.len));
	text_init(&error, 1000);
	(void)share_parse("0", &policy.critical);
	room = REPLY_MAX;
}

static void
forget(void)
{
	portset_free(&set);
	portset_snmp_free(told);
	told = NULL;
	text_truncate(&error, 0);
	asked = 0;
}

static void
close_table(void)
{
	table_close(table);
	table = NULL;
	mib_view_free(view);
	view = NULL;
	(void)unlink(FILE_NAME);
}

static void
tear_down(void)
{
	forget();
	if (table != NULL)
		close_table();
	text_free(&error);
	ck_assert_int_eq(chdir("/"), 0);
	(void)rmdir(dir);
}

static void
open_table(void)
{
	const struct table_conf conf = { ROWS_MAX + 1, 16, "test 1", NOW };
	static const struct mib_notify notify;

	table = table_open(FILE_NAME, &conf, &error);
	ck_assert_msg(table != NULL, "%s", error.data);
	text_truncate(&error, 0);
	view = mib_view_new(FILE_NAME, &notify);
}

static void
add(struct table_totals *totals, unsigned number, size_t kind)
{
	struct table_record r;
	char name[32];
	uint32_t index;

	(void)snprintf(name, sizeof(name), "h%u/tcp/%u", number / 4, number);
	index = table_index(table, name);
	(void)table_read(table, index, &r);
	r.flags = kinds[kind].flags;
	r.state = kinds[kind].state;
	r.outcome = kinds[kind].outcome;
	r.port_state = kinds[kind].port;
	r.expected = kinds[kind].expected;
	r.severity = r.state == STATE_WARNING ? STATE_WARNING : STATE_CRITICAL;
	r.failed_rounds = kinds[kind].failed;
	r.warning_ms = kinds[kind].warning_ms;
	r.port = (uint16_t)number;
	r.interval_ms = 60000;
	r.addr_family = r.addr_len = 4;
	r.addr[0] = 127;
	r.addr[3] = (unsigned char)(number / 4);
	(void)snprintf(r.host, sizeof(r.host), "h%u", number / 4);
	(void)snprintf(r.reason, sizeof(r.reason), "%s", kinds[kind].reason);
	if ((r.flags & TABLE_KNOWN) != 0) {
		r.last_probe_us = NOW - CLOCK_SECOND * 5 / 2;
		r.last_change_us = NOW - 90 * CLOCK_SECOND;
		r.rtt_us = 1500;
	}
	table_write(table, index, &r);
	totals->entries++;
	totals->states[r.state]++;
	totals->ports[r.port_state]++;
	totals->lagged += (r.flags & TABLE_LAGGED) != 0;
}

/* The whole is written once a second. */
static void
flush(struct table_totals *totals)
{
	totals->stale_us = now_us + 180 * CLOCK_SECOND;
	table_tell(table, totals);
	ck_assert(table_flush(table, now_us, &error));
	mib_view_refresh(view, now_us, 0);
}

/* A random table; every few of them are all OK. */
static void
make_table(void)
{
	size_t of = unit_random(&seed, 4) == 0 ? GOOD : ARRAY_SIZE(kinds);
	unsigned n = 1 + unit_random(&seed, ROWS_MAX), i;
	struct table_totals totals = { .in_flight = 1 };

	open_table();
	for (i = 0; i < n; i++)
		add(&totals, i,
		    unit_random(&seed, 3) > 0
			? unit_random(&seed, GOOD)
			: unit_random(&seed, (unsigned)of));
	flush(&totals);
}

static void
set_value(struct query_varbind *v, size_t i, const struct mib_value *value)
{
	v->kind = QUERY_VALUE;
	v->type = value->type;
	v->number = value->number;
	v->len = value->len;
	memcpy(octets[i], value->octets, value->len);
	v->octets = octets[i];
}

/* Of GET, or the next one. */
static void
answer_one(struct query_varbind *v, size_t i, const struct query_oid *oid,
    bool next)
{
	const uint32_t *suffix = oid->ids + base.len;
	size_t len = oid->len - base.len, j;
	struct mib_value value;
	struct mib_oid found;
	enum mib_answer a;

	ck_assert_uint_le(oid->len, QUERY_OID_MAX);
	memset(v, 0, sizeof(*v));
	v->oid = *oid;
	a = next ? mib_view_next(view, suffix, len, &found, &value)
		 : mib_view_get(view, suffix, len, &value);
	if (a != MIB_OK) {
		v->kind = a == MIB_NO_OBJECT ? QUERY_NO_OBJECT
		    : a == MIB_END           ? QUERY_END
					     : QUERY_NO_INSTANCE;
		return;
	}
	if (next)
		for (v->oid.len = base.len, j = 0; j < found.len; j++)
			v->oid.ids[v->oid.len++] = found.ids[j];
	set_value(v, i, &value);
}

static void
answer(struct query *q)
{
	static struct query_varbind v[REPLY_MAX];
	size_t n = 0, i, r;

	q->end = QUERY_ANSWERED;
	if (q->repetitions == 0)
		for (; n < q->n; n++)
			answer_one(&v[n], n, &q->oids[n], false);
	for (r = 0; r < q->repetitions && n + q->n <= room; r++)
		for (i = 0; i < q->n; i++, n++)
			answer_one(&v[n], n,
			    r == 0 ? &q->oids[i] : &v[n - q->n].oid, true);
	if (n > room) {
		q->end = QUERY_TOO_BIG;
		return;
	}
	if (bend != NULL)
		n = bend(v, n);
	q->answered(q->ctx, v, n);
}

static void
ask(void *ctx, struct query *queries, size_t n, struct text *why)
{
	size_t i;

	(void)ctx;
	ck_assert_uint_le(n, QUERIES_MAX);
	for (i = 0; i < n; i++) {
		ck_assert_uint_lt(++asked, 1000);
		if (silent_at != 0 && asked >= silent_at)
			queries[i].end = how;
		else
			answer(&queries[i]);
		if (queries[i].end != QUERY_ANSWERED && why->len == 0)
			text_puts(why, "no answer");
	}
}

static const struct query_agent agent = { NULL, ask };

/* NULL, or why not. */
static const char *
read_agent(bool all, size_t rows_max)
{
	const struct portset_snmp_wishes wishes = { base, all, rows_max };

	forget();
	told = portset_snmp_read(&agent, &wishes, &set, &error);
	return told == NULL ? error.data : NULL;
}

static enum state
state_of(struct portset_summary *sum)
{
	*sum = portset_summary_of(&set, &policy);
	return state_worst(sum->state, told->floor);
}

static void
same_entries(const struct portset *a, const struct portset *b)
{
	struct text of_a, of_b;
	size_t i;

	ck_assert_uint_eq(a->n, b->n);
	text_init(&of_a, 1000);
	text_init(&of_b, 1000);
	for (i = 0; i < a->n; i++) {
		const struct entry *x = &a->entries[i], *y = &b->entries[i];

		text_truncate(&of_a, 0);
		text_truncate(&of_b, 0);
		entry_name(&of_a, a, x);
		entry_name(&of_b, b, y);
		text_puts(&of_a, ": ");
		text_puts(&of_b, ": ");
		entry_reason(&of_a, x);
		entry_reason(&of_b, y);
		ck_assert_str_eq(of_a.data, of_b.data);
		ck_assert_msg(x->worth == y->worth && x->port == y->port &&
			x->outcome == y->outcome && x->lag == y->lag &&
			x->dates == y->dates && x->clock == y->clock &&
			x->rtt_us == y->rtt_us,
		    "%s", of_a.data);
		ck_assert_str_eq(x->target.host, y->target.host);
		ck_assert_int_eq(a->asked_us[i], b->asked_us[i]);
	}
	text_free(&of_a);
	text_free(&of_b);
}

START_TEST(test_as_the_table)
{
	struct hostlist hosts = { .max = 1 };
	const struct portset_selection everything = { &hosts, NULL, 0,
		INT64_MAX };
	struct portset_summary want, got;
	struct portset of_file = { 0 };
	struct portset_table *file;

	seed = (unsigned)_i * 7919 + 1;
	make_table();
	file = portset_table_read(FILE_NAME, &everything, NOW, &of_file,
	    &error);
	ck_assert_msg(file != NULL, "%s", error.data);
	want = portset_summary_of(&of_file, &policy);

	ck_assert_ptr_null(read_agent(true, 0));
	ck_assert(told->complete);
	ck_assert_ptr_null(set.rest);
	same_entries(&set, &of_file);
	ck_assert_int_eq(state_of(&got), want.state);

	/* A summary, and what is not OK, amount to the same. */
	ck_assert_ptr_null(read_agent(false, ROWS_MAX));
	ck_assert_int_eq(state_of(&got), want.state);
	ck_assert_uint_eq(got.total, want.total);
	ck_assert_uint_eq(got.met, want.met);
	ck_assert_uint_eq(got.failed, want.failed);
	ck_assert_uint_eq(got.warned, want.warned);
	ck_assert_uint_eq(got.unasked, want.unasked);
	ck_assert_uint_eq(got.unknown, want.unknown);
	ck_assert_uint_eq(got.lagging, want.lagging);
	ck_assert_uint_eq(got.expiring, want.expiring);
	ck_assert_uint_eq(got.astray, want.astray);
	if (want.state == STATE_OK)
		ck_assert_uint_eq(asked, 1);

	/* So it is where not all of these have room, and in small answers. */
	room = 19;
	ck_assert_ptr_null(read_agent(false, unit_random(&seed, 3)));
	ck_assert_int_eq(state_of(&got), want.state);
	ck_assert_uint_eq(got.total, want.total);
	ck_assert_uint_le(set.n, 2);

	portset_free(&of_file);
	portset_table_free(file);
}
END_TEST

/* Whenever it falls silent, what the summary said stands. */
START_TEST(test_silence)
{
	struct portset_summary want, got;
	enum state state;
	unsigned questions;

	seed = (unsigned)_i * 104729 + 1;
	make_table();
	ck_assert_ptr_null(read_agent(false, ROWS_MAX));
	state = state_of(&want);
	questions = asked;
	for (silent_at = 2; silent_at <= questions; silent_at++) {
		ck_assert_ptr_null(read_agent(false, ROWS_MAX));
		ck_assert(!told->complete);
		ck_assert_int_eq(state_of(&got), state);
		ck_assert_uint_eq(got.total, want.total);
		ck_assert_ptr_nonnull(strstr(told->note.data, "no answer"));
	}
	silent_at = 1;
	unit_str("first", read_agent(false, ROWS_MAX), "no answer");
	silent_at = 0;
}
END_TEST

/* One of the answers is another: a number, a type, an OID, a kind, or fewer of them. */
static unsigned bent_at;

static size_t
bend_somehow(struct query_varbind *v, size_t n)
{
	static const uint64_t numbers[] = { 0, 1, 2, 3, 4, 5, 6, 255, 65536,
		UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX };
	size_t i = unit_random(&seed, (unsigned)n);

	if (asked != bent_at || n == 0)
		return n;
	switch (unit_random(&seed, 8)) {
	case 0:
		v[i].number = numbers[unit_random(&seed, ARRAY_SIZE(numbers))];
		break;
	case 1:
		v[i].type = (enum mib_type)unit_random(&seed, MIB_TICKS + 1);
		break;
	case 2:
		v[i].oid.ids[unit_random(&seed, (unsigned)v[i].oid.len)] =
		    unit_random(&seed, 3);
		break;
	case 3:
		v[i].oid.len = unit_random(&seed, QUERY_OID_MAX);
		break;
	case 4:
		v[i].kind = (enum query_kind)unit_random(&seed, QUERY_END + 1);
		break;
	case 5:
		return unit_random(&seed, (unsigned)n);
	case 6:
		memset(octets[i], (int)unit_random(&seed, 256),
		    sizeof(octets[i]));
		v[i].octets = octets[i];
		v[i].len = unit_random(&seed, sizeof(octets[i]));
		break;
	default:
		v[i] = v[unit_random(&seed, (unsigned)n)];
		break;
	}
	return n;
}

/* Of a table that is not OK, no single lie makes it so. */
START_TEST(test_lies)
{
	struct portset_summary sum;
	enum state state;
	unsigned questions, i;
	bool all;

	seed = (unsigned)_i * 15485863 + 1;
	make_table();
	ck_assert_ptr_null(read_agent(false, ROWS_MAX));
	state = state_of(&sum);
	bend = bend_somehow;
	for (i = 0; i < 50; i++) {
		all = unit_random(&seed, 2) == 0;
		bent_at = 0;
		ck_assert_ptr_null(read_agent(all, ROWS_MAX));
		questions = asked;
		bent_at = 1 + unit_random(&seed, questions);
		if (read_agent(all, ROWS_MAX) == NULL && bent_at == 1 &&
		    state != STATE_OK)
			ck_assert_int_ne(state_of(&sum), STATE_OK);
	}
	bend = NULL;
}
END_TEST

/* An agent that never ends, and one that goes in circles. */
static size_t
endless(struct query_varbind *v, size_t n)
{
	static uint32_t index;
	size_t i;

	if (asked == 1)
		index = 0;
	else
		for (i = 0; i < n; i++) {
			v[i].kind = QUERY_VALUE;
			v[i].type = MIB_INTEGER;
			v[i].number = STATE_OK;
			v[i].oid = base;
			v[i].oid.ids[v[i].oid.len++] = 1;
			v[i].oid.ids[v[i].oid.len++] = 3;
			v[i].oid.ids[v[i].oid.len++] = 1;
			v[i].oid.ids[v[i].oid.len++] = 3;
			v[i].oid.ids[v[i].oid.len++] = ++index;
		}
	return n;
}

static size_t
circle(struct query_varbind *v, size_t n)
{
	n = endless(v, n);
	if (asked > 1 && n > 2)
		v[2].oid = v[1].oid;
	return n;
}

static size_t
nothing(struct query_varbind *v, size_t n)
{
	(void)v;
	return asked > 1 ? 0 : n;
}

static const struct {
	bend_fn *bend;
	const char *note;
} ends[] = {
	{ endless,
	    "which ones is not known: psCheckStatus.1003 is one row too many "
	    "for its summary" },
	{ circle, "which ones is not known: psCheckStatus.2 does not ascend" },
	{ nothing, "which ones is not known: it answers nothing" },
};

START_TEST(test_ends)
{
	struct table_totals totals = { .in_flight = 1 };
	struct portset_summary sum;

	open_table();
	add(&totals, 0, 3);
	add(&totals, 1, 0);
	flush(&totals);
	bend = ends[_i].bend;
	ck_assert_ptr_null(read_agent(false, ROWS_MAX));
	unit_str("note", told->note.data, ends[_i].note);
	ck_assert_int_eq(state_of(&sum), STATE_CRITICAL);
	ck_assert_uint_eq(sum.failed, 1);
	bend = NULL;
}
END_TEST

static size_t
no_object(struct query_varbind *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		v[i].kind = QUERY_NO_OBJECT;
	return n;
}

/* Tables that tell nothing, no table, and a daemon that is late. */
START_TEST(test_whole)
{
	struct table_totals totals = { .in_flight = 1 };
	struct portset_summary sum;

	open_table();
	flush(&totals);
	unit_str("empty", read_agent(false, 9), "its port table has no entry");
	add(&totals, 0, 0);
	totals.behind_us = PORTSET_SNMP_BEHIND_S * CLOCK_SECOND;
	now_us += 2 * CLOCK_SECOND;
	flush(&totals);
	ck_assert_ptr_null(read_agent(false, 9));
	ck_assert_int_eq(state_of(&sum), STATE_OK);
	totals.behind_us++;
	now_us += 2 * CLOCK_SECOND;
	flush(&totals);
	ck_assert_ptr_null(read_agent(false, 9));
	ck_assert_int_eq(state_of(&sum), STATE_UNKNOWN);
	unit_str("late", told->note.data, "portstated is late by 3 min");
	totals.behind_us = 0;
	totals.states[STATE_OK]++;
	now_us += 2 * CLOCK_SECOND;
	flush(&totals);
	unit_str("sum", read_agent(false, 9),
	    "its summary contradicts itself: its numbers do not add up");
	ck_assert_uint_eq(asked, 2);
	mib_view_refresh(view, now_us + 600 * CLOCK_SECOND, 0);
	unit_str("stale", read_agent(false, 9),
	    "its port table is stale: written 10 min ago");
	(void)unlink(FILE_NAME);
	close_table();
	open_table();
	table_close(table);
	table = NULL;
	(void)unlink(FILE_NAME);
	mib_view_refresh(view, NOW, 0);
	unit_str("absent", read_agent(false, 9),
	    "it has no port table that it can read");
	bend = no_object;
	unit_str("elsewhere", read_agent(false, 9),
	    "there is no PORTSTATE-MIB at " MIB_BASE
	    ": portstate-agentx does not run there, or who asks may not see "
	    "it, or it has another OID");
	bend = NULL;
	mib_view_free(view);
	view = NULL;
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portset_snmp");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_as_the_table, 0, 60);
	tcase_add_loop_test(tc, test_silence, 0, 20);
	tcase_add_loop_test(tc, test_lies, 0, 60);
	unit_rows(tc, test_ends, ends);
	tcase_add_test(tc, test_whole);
	return unit_run("portset_snmp", tc);
}
