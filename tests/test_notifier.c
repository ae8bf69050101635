/* SPDX-License-Identifier: ISC */
/*
 * The notifier between a port table and a master agent that is played here: it takes
 * notifications, refuses them, answers later, or is lost.  Both clocks are ours.
 */
#include "notifier.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "outcome.h"
#include "snmp_master.h"
#include "table.h"
#include "unit.h"

#define WINDOW 8
#define SENT_MAX 512

int64_t __wrap_clock_wall_us(void);

static char top[] = "/tmp/test_notifier.XXXXXX";
static char table_path[64], state_path[64];
static int64_t wall_us, now_us;
static struct table *table;
static struct mib_view *view;
static struct mib_notify figures;
static struct notifier *notifier, *dead; /* that was killed */

static struct {
	enum { TAKES, REFUSES, WAITS, LOST } does;
	struct mib_notice sent[SENT_MAX];
	unsigned n;
	struct {
		snmp_master_taken_fn *taken;
		void *ctx;
	} waiting[WINDOW + 1];
	unsigned n_waiting;
} master;

int64_t
__wrap_clock_wall_us(void)
{
	return wall_us;
}

uint32_t
snmp_master_uptime_cs(void)
{
	return 100;
}

bool
snmp_master_notify(const struct mib_notice *notice, snmp_master_taken_fn *taken,
    void *ctx)
{
	if (master.does == LOST)
		return false;
	ck_assert_uint_lt(master.n, SENT_MAX);
	master.sent[master.n++] = *notice;
	if (master.does == WAITS) {
		ck_assert_uint_lt(master.n_waiting, WINDOW);
		master.waiting[master.n_waiting].taken = taken;
		master.waiting[master.n_waiting++].ctx = ctx;
	} else {
		taken(ctx, master.does == TAKES);
	}
	return true;
}

static void
answer_all(bool ok)
{
	while (master.n_waiting > 0) {
		master.n_waiting--;
		master.waiting[master.n_waiting]
		    .taken(master.waiting[master.n_waiting].ctx, ok);
	}
}

static void
open_table(uint32_t ring)
{
	struct table_conf conf = { 64, ring, "test", wall_us };
	struct text words;

	text_init(&words, 1024);
	table = table_open(table_path, &conf, &words);
	ck_assert_msg(table != NULL, "%s", words.data);
	table_tell(table,
	    &(struct table_totals){
		.stale_us = wall_us + CLOCK_SECOND * 1000 });
	ck_assert(table_flush(table, wall_us, &words));
	text_free(&words);
}

static void
happen(unsigned entry, enum table_event_kind kind)
{
	static const uint32_t flags[] = { [TABLE_EVENT_DOWN] = TABLE_DOWN,
		[TABLE_EVENT_LAGGED] = TABLE_LAGGED,
		[TABLE_EVENT_SEVERE] = TABLE_SEVERE,
		[TABLE_EVENT_RECOVERED] = 0 };
	struct table_record r;
	struct text words;
	char name[16];
	uint32_t index;

	(void)snprintf(name, sizeof(name), "host/%u", entry);
	index = table_index(table, name);
	(void)table_read(table, index, &r);
	r.flags = TABLE_USED | TABLE_ENABLED | TABLE_KNOWN | flags[kind];
	r.last_event = table_event(table,
	    &(struct table_event){ .at_us = wall_us,
		.index = index,
		.kind = (uint8_t)kind,
		.port_state = PORT_OPEN });
	table_write(table, index, &r);
	text_init(&words, 1024);
	ck_assert(table_flush(table, wall_us, &words));
	text_free(&words);
}

static void
start(unsigned rate, unsigned burst)
{
	now_us += CLOCK_SECOND;
	wall_us += CLOCK_SECOND;
	if (view == NULL)
		view = mib_view_new(table_path, &figures);
	notifier = notifier_new(&(struct notifier_conf){ .file = state_path,
				    .alerts = { rate, burst, 3 * CLOCK_SECOND,
					CLOCK_SECOND },
				    .view = view,
				    .figures = &figures },
	    now_us);
}

/* So many seconds go by. */
static void
turns(unsigned seconds)
{
	int64_t until_us = now_us + seconds * CLOCK_SECOND;

	while (now_us < until_us) {
		(void)notifier_turn(notifier, now_us);
		now_us += 100 * CLOCK_MILLISECOND;
		wall_us += 100 * CLOCK_MILLISECOND;
	}
}

static void
stop(void)
{
	notifier_free(notifier);
	notifier = NULL;
	master.n_waiting = 0;
}

/* What it is about, or "storm". */
static const char *
sent(unsigned i)
{
	static char name[TABLE_NAME_SIZE];
	const struct mib_value *v = &master.sent[i].varbinds[0].value;

	ck_assert_uint_lt(i, master.n);
	if (master.sent[i].kind == MIB_STORM)
		return "storm";
	memcpy(name, v->octets, v->len);
	name[v->len] = '\0';
	return name;
}

static unsigned
storms(void)
{
	unsigned i, n = 0;

	for (i = 0; i < master.n; i++)
		n += master.sent[i].kind == MIB_STORM;
	return n;
}

static void
expect_counts(unsigned told, unsigned suppressed)
{
	(void)notifier_turn(notifier, now_us);
	ck_assert_uint_eq(figures.sent, told);
	ck_assert_uint_eq(figures.suppressed, suppressed);
}

static void
write_state(const char *text)
{
	FILE *f = fopen(state_path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(top));
	(void)snprintf(table_path, sizeof(table_path), "%s/table", top);
	(void)snprintf(state_path, sizeof(state_path), "%s/state", top);
	wall_us = INT64_C(1795000000) * CLOCK_SECOND;
	now_us = CLOCK_SECOND;
	open_table(64);
}

static void
end(void)
{
	char command[128];

	notifier_free(notifier);

	mib_view_free(view);
	table_close(table);
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(what_was_before_is_not_told)
{
	happen(1, TABLE_EVENT_DOWN);
	start(10, 10);
	turns(1);
	ck_assert_uint_eq(master.n, 0);
	happen(2, TABLE_EVENT_DOWN);
	happen(2, TABLE_EVENT_SEVERE);
	happen(3, TABLE_EVENT_LAGGED);
	turns(1);
	ck_assert_uint_eq(master.n, 3);
	ck_assert_int_eq(master.sent[0].kind, MIB_STATE_CHANGE);
	ck_assert_str_eq(sent(0), "host/2");
	ck_assert_int_eq(master.sent[1].kind, MIB_SEVERE);
	ck_assert_int_eq(master.sent[2].kind, MIB_LAGGED);
	expect_counts(3, 0);
	/* Of the first one nobody knew. */
	happen(1, TABLE_EVENT_UP);
	turns(1);
	expect_counts(3, 1);
	ck_assert_uint_eq(figures.max_rate, 10);
	ck_assert_int_gt(figures.began_us, 0);
}
END_TEST

START_TEST(few_are_on_their_way)
{
	unsigned i;

	start(1000, 1000);
	turns(1);
	for (i = 1; i <= 20; i++)
		happen(i, TABLE_EVENT_DOWN);
	master.does = WAITS;
	turns(5);
	ck_assert_uint_eq(master.n, WINDOW);
	expect_counts(0, 0);
	answer_all(true);
	turns(1);
	ck_assert_uint_eq(master.n, 2 * WINDOW);
	master.does = TAKES;
	answer_all(true);
	turns(1);
	ck_assert_uint_eq(master.n, 20);
	expect_counts(20, 0);
}
END_TEST

START_TEST(one_that_is_refused)
{
	start(10, 10);
	turns(1);
	master.does = REFUSES;
	happen(1, TABLE_EVENT_DOWN);
	turns(1);
	expect_counts(0, 1);
	ck_assert_uint_ge(storms(), 1);
	/* The storm is told when it can be. */
	master.does = TAKES;
	master.n = 0;
	turns(3);
	ck_assert_uint_eq(storms(), 1);
	/* So is an all-clear. */
	happen(1, TABLE_EVENT_UP);
	happen(2, TABLE_EVENT_DOWN);
	turns(2);
	master.does = REFUSES;
	happen(2, TABLE_EVENT_UP);
	turns(3);
	expect_counts(1, 2);
	master.does = TAKES;
	turns(3);
	expect_counts(2, 2);
	ck_assert_str_eq(sent(master.n - 1), "host/2");
}
END_TEST

START_TEST(events_that_were_overwritten)
{
	unsigned i;

	start(1000, 1000);
	turns(1);
	for (i = 1; i <= 60; i++)
		happen(i, TABLE_EVENT_DOWN);
	turns(1);
	expect_counts(60, 0);
	/* All-clears among them come from the records. */
	for (i = 1; i <= 60; i++)
		happen(i, TABLE_EVENT_UP);
	for (i = 0; i < 32; i++) {
		happen(61, TABLE_EVENT_DOWN);
		happen(61, TABLE_EVENT_UP);
	}
	master.n = 0;
	turns(2);
	ck_assert_uint_eq(storms(), 1);
	ck_assert_uint_eq(master.n, 61);
	expect_counts(60, 60 + 64);
}
END_TEST

START_TEST(the_table_is_begun_anew)
{
	start(10, 10);
	turns(1);
	happen(1, TABLE_EVENT_DOWN);
	happen(2, TABLE_EVENT_DOWN);
	turns(1);
	master.does = WAITS;
	happen(3, TABLE_EVENT_DOWN);
	happen(4, TABLE_EVENT_DOWN);
	turns(1);
	table_close(table);
	ck_assert_int_eq(unlink(table_path), 0);
	open_table(64);
	happen(1, TABLE_EVENT_DOWN);
	wall_us += 2000 * CLOCK_SECOND;
	turns(1);
	/* What is on its way counts, and is of no entry of the new one. */
	answer_all(false);
	master.does = TAKES;
	master.n = 0;
	turns(2);
	expect_counts(2 + 0, 3);
	happen(1, TABLE_EVENT_UP);
	turns(2);
	expect_counts(2 + 0, 4);
}
END_TEST

/* It goes on where it was; what was sent since the file was written comes again. */
START_TEST(killed)
{
	int64_t began_us;

	start(10, 10);
	turns(1);
	happen(1, TABLE_EVENT_DOWN);
	turns(2);
	began_us = figures.began_us;
	stop();
	start(10, 10);
	turns(1);
	expect_counts(1, 0);
	ck_assert_int_eq(figures.began_us, began_us);
	ck_assert_uint_eq(master.n, 1);
	/* The file is not written any more. */
	ck_assert_int_eq(chmod(top, 0555), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	happen(2, TABLE_EVENT_DOWN);
	turns(2);
	ck_assert_uint_eq(master.n, 2);
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(chmod(top, 0755), 0);
	dead = notifier;
	happen(2, TABLE_EVENT_UP);
	happen(1, TABLE_EVENT_UP);
	start(10, 10);
	turns(2);
	ck_assert_int_gt(figures.began_us, began_us);
	ck_assert_uint_eq(master.n, 4);
	expect_counts(3, 1);
}
END_TEST

START_TEST(the_session_is_lost)
{
	start(10, 10);
	turns(1);
	master.does = WAITS;
	happen(1, TABLE_EVENT_DOWN);
	turns(1);
	master.does = LOST;
	happen(2, TABLE_EVENT_DOWN);
	turns(1);
	ck_assert_uint_eq(master.n, 1);
	stop();
	/* Meanwhile the first is taken back, of which a manager may know. */
	happen(1, TABLE_EVENT_UP);
	master.does = TAKES;
	start(10, 10);
	turns(2);
	ck_assert_uint_eq(master.n, 3);
	expect_counts(2, 1);
}
END_TEST

START_TEST(files_of_others)
{
	static const char *const files[] = { "", "nonsense",
		"portstate-agentx 1\n",
		"portstate-agentx 1\ncomplete 1\ncomplete 1\n",
		"portstate-agentx 1\nalert 1 0 1 1 0 1 1\n" };

	write_state(files[_i]);
	happen(1, TABLE_EVENT_DOWN);
	start(10, 10);
	turns(1);
	ck_assert_uint_eq(master.n, 0);
	ck_assert_int_gt(figures.began_us, 0);
	happen(1, TABLE_EVENT_UP);
	happen(2, TABLE_EVENT_DOWN);
	turns(2);
	expect_counts(1, 1);
	stop();
	start(10, 10);
	turns(1);
	expect_counts(1, 1);
}
END_TEST

START_TEST(a_full_disk)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	struct rlimit all;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &all), 0);
	start(10, 10);
	turns(2);
	happen(1, TABLE_EVENT_DOWN);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE,
			     &(struct rlimit){ none.rlim_cur, all.rlim_max }),
	    0);
	turns(3);
	expect_counts(1, 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
	turns(2);
	stop();
	start(10, 10);
	turns(1);
	expect_counts(1, 0);
	ck_assert_uint_eq(master.n, 1);
}
END_TEST

/* The summary of an absent table is no reason to send anything. */
START_TEST(no_table)
{
	table_close(table);
	table = NULL;
	(void)unlink(table_path);
	start(10, 10);
	turns(2);
	stop();
	open_table(64);
	happen(1, TABLE_EVENT_DOWN);
	start(10, 10);
	turns(1);
	ck_assert_uint_eq(master.n, 0);
	happen(2, TABLE_EVENT_DOWN);
	turns(1);
	ck_assert_uint_eq(master.n, 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("notifier");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, what_was_before_is_not_told);
	tcase_add_test(tc, few_are_on_their_way);
	tcase_add_test(tc, one_that_is_refused);
	tcase_add_test(tc, events_that_were_overwritten);
	tcase_add_test(tc, the_table_is_begun_anew);
	tcase_add_test(tc, killed);
	tcase_add_test(tc, the_session_is_lost);
	tcase_add_loop_test(tc, files_of_others, 0, 5);
	tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, no_table);
	return unit_run("notifier", tc);
}
