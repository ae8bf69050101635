/* SPDX-License-Identifier: ISC */
/*
 * Deliveries: the processes are real, and so is the waiting for their ends; all
 * other time is told.
 */
#include "delivery.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "clock.h"
#include "outcome.h"
#include "unit.h"

/* In real time: what comes, comes before. */
#define PATIENCE_US (60 * CLOCK_SECOND)

#define WALL INT64_C(1795442400000000)
#define RING 16384

static char dir[] = "/tmp/test_delivery.XXXXXX";
static const char *words[] = { "/bin/sh", "./tell", "%i", "%n", "%s", NULL };
static struct daemon_conf conf;
static struct poller *poller;
static struct table *table;
static struct delivery *delivery;
static struct text said;
static int64_t now;

static void
write_file(const char *name, const char *content)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(content, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* What the commands have written, in order. */
static const char *
told(void)
{
	static char content[65536];
	FILE *f = fopen("told", "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(content, 1, sizeof(content) - 1, f);
		fclose(f);
	}
	content[n] = '\0';
	return content;
}

static void
log_word(void *ctx, const struct delivery_word *w)
{
	const char *reason = w->reason != NULL ? w->reason : "";

	ck_assert_ptr_eq(ctx, &said);
	ck_assert((w->event == NULL) == (w->kind == DELIVERY_MISSED));
	switch (w->kind) {
	case DELIVERY_DONE:
		ck_assert_ptr_null(w->reason);
		text_printf(&said, "%llu:%u done\n",
		    (unsigned long long)w->event->number, w->tries);
		break;
	case DELIVERY_FAILED:
		text_printf(&said, "%llu:%u failed, %lld ms: %s\n",
		    (unsigned long long)w->event->number, w->tries,
		    (long long)(w->again_us / CLOCK_MILLISECOND), reason);
		break;
	case DELIVERY_GIVEN_UP:
		text_printf(&said, "%llu:%u given up: %s\n",
		    (unsigned long long)w->event->number, w->tries, reason);
		break;
	case DELIVERY_MISSED:
		text_printf(&said, "missed %llu\n",
		    (unsigned long long)w->missed);
		break;
	}
}

static void
open_all(uint32_t ring)
{
	struct table_conf tc = { 64, ring, "test", WALL };
	struct delivery_conf dc = {
		.daemon = &conf, .log = log_word, .ctx = &said
	};
	struct text error;

	text_init(&error, 1000);
	table = table_open("table", &tc, &error);
	ck_assert_msg(table != NULL, "%s", error.data);
	text_free(&error);
	poller = poller_new();
	dc.table = table;
	dc.poller = poller;
	delivery = delivery_new(&dc);
}

static void
close_all(void)
{
	delivery_free(delivery);
	table_close(table);
	poller_free(poller);
	delivery = NULL;
	table = NULL;
	poller = NULL;
}

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	write_file("tell", "echo \"$1 $2\" >>told\n");
	text_init(&said, 4000000);
	conf = (struct daemon_conf){
		.command = words,
		.notify_parallel = 1,
		.notify_timeout_us = 30 * CLOCK_SECOND,
		.notify_retries = 5,
		.notify_backoff_us = CLOCK_SECOND,
		.notify_events = ~0u,
	};
	now = 1000 * CLOCK_SECOND;
	open_all(RING);
}

/* Nobody is left. */
static void
tear_down(void)
{
	char rm[64];

	close_all();
	text_free(&said);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	snprintf(rm, sizeof(rm), "rm -rf %s", dir);
	ck_assert_int_eq(system(rm), 0);
}

static const char *
entry(uint32_t i)
{
	static char name[32];

	snprintf(name, sizeof(name), "mx%u/smtp", i);
	return name;
}

static uint64_t
happens(uint32_t i, enum table_event_kind kind)
{
	struct table_event e = { .at_us = WALL };

	e.index = table_index(table, entry(i));
	e.kind = (uint8_t)kind;
	e.outcome = kind == TABLE_EVENT_DOWN ? OUTCOME_REFUSED : OUTCOME_OK;
	return table_event(table, &e);
}

static void
flush(void)
{
	struct text error;

	text_init(&error, 1000);
	ck_assert_msg(table_flush(table, WALL, &error), "%s", error.data);
	text_free(&error);
	if (delivery != NULL)
		delivery_flushed(delivery);
}

/* Until nothing runs and nothing can be started now; returns when something can. */
static int64_t
settle(void)
{
	int64_t until_us = clock_now_us() + PATIENCE_US, next;

	flush();
	for (;;) {
		next = delivery_turn(delivery, now);
		if (delivery_counts(delivery)->running == 0 && next > now)
			return next;
		ck_assert_int_lt(clock_now_us(), until_us);
		if (next > now)
			poller_wait(poller, until_us);
	}
}

/* The log since it was looked at. */
#define assert_said(want)                            \
	do {                                         \
		unit_str("said", said.data, (want)); \
		text_truncate(&said, 0);             \
	} while (0)

static void
assert_counts(uint64_t delivered, uint64_t given_up, size_t running,
    size_t waiting)
{
	const struct delivery_counts *c = delivery_counts(delivery);

	ck_assert_uint_eq(c->delivered, delivered);
	ck_assert_uint_eq(c->given_up, given_up);
	ck_assert_uint_eq(c->running, running);
	ck_assert_uint_eq(c->waiting, waiting);
}

START_TEST(nothing)
{
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert(delivery_idle(delivery));
	assert_counts(0, 0, 0, 0);
	assert_said("");
	delivery_free(NULL);
}
END_TEST

/* Not before it is on disk; what was told earlier goes on. */
START_TEST(unflushed)
{
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(delivery_turn(delivery, now), CLOCK_NEVER);
	assert_counts(0, 0, 0, 0);
	ck_assert(!delivery_idle(delivery));
	flush();
	happens(2, TABLE_EVENT_DOWN);
	(void)delivery_turn(delivery, now);
	assert_counts(0, 0, 1, 0);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:1 done\n2:1 done\n");
}
END_TEST

/* In the order of their numbers, each once, by this daemon and the next. */
START_TEST(delivered)
{
	happens(1, TABLE_EVENT_DOWN);
	happens(2, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_UP);
	happens(3, TABLE_EVENT_DOWN);
	ck_assert(!delivery_idle(delivery));
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert(delivery_idle(delivery));
	assert_said("1:1 done\n2:1 done\n3:1 done\n4:1 done\n");
	ck_assert_str_eq(told(),
	    "1 mx1/smtp\n2 mx2/smtp\n3 mx1/smtp\n"
	    "4 mx3/smtp\n");
	assert_counts(4, 0, 0, 0);
	flush();
	close_all();
	open_all(RING);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert(delivery_idle(delivery));
	assert_said("");
	happens(3, TABLE_EVENT_UP);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("5:1 done\n");
}
END_TEST

/* What the event does not say is in the record. */
START_TEST(fields)
{
	static const char *const all[] = { "/bin/sh", "-c",
		"echo \"$0\" \"$PORTSTATE_HOST $PORTSTATE_EVENT\" >told",
		"%h,%p,%P,%m", NULL };
	struct table_record r;

	conf.command = all;
	happens(1, TABLE_EVENT_DOWN);
	ck_assert(table_read(table, 1, &r) || r.index == 1);
	strcpy(r.host, "mx1.example");
	r.port = 25;
	table_write(table, 1, &r);
	(void)settle();
	ck_assert_str_eq(told(),
	    "mx1.example,25,tcp,mx1/smtp is down: the port is unknown "
	    "mx1.example down\n");
}
END_TEST

/* An event waits for the one before it of its entry, and for no other. */
START_TEST(order)
{
	int64_t pause = CLOCK_SECOND;
	unsigned i;
	char line[100];

	write_file("tell", "echo $1 >>told; [ $1 != 1 ]\n");
	happens(1, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_UP);
	happens(2, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), now + pause);
	assert_said("1:1 failed, 1000 ms: exit code 1\n3:1 done\n");
	assert_counts(1, 0, 0, 2);
	for (i = 2; i <= 5; i++) {
		now += pause - 1;
		ck_assert_int_eq(settle(), now + 1);
		assert_said("");
		now++;
		pause *= 2;
		ck_assert_int_eq(settle(), now + pause);
		snprintf(line, sizeof(line),
		    "1:%u failed, %u000 ms: exit code 1\n", i,
		    (unsigned)(pause / CLOCK_SECOND));
		assert_said(line);
	}
	now += pause;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:6 given up: exit code 1\n2:1 done\n");
	ck_assert_str_eq(told(), "1\n3\n1\n1\n1\n1\n1\n2\n");
	assert_counts(2, 1, 0, 0);
	ck_assert(delivery_idle(delivery));
	flush();
	close_all();
	open_all(RING);
	(void)settle();
	assert_said("");
}
END_TEST

/* The pauses are bounded, and a success ends them. */
START_TEST(pauses)
{
	static const int64_t seconds[] = { 100, 200, 300, 300, 300 };
	size_t i;

	conf.notify_backoff_us = 100 * CLOCK_SECOND;
	conf.notify_retries = 1000000;
	write_file("tell", "exit 3\n");
	happens(1, TABLE_EVENT_DOWN);
	for (i = 0; i < ARRAY_SIZE(seconds); i++) {
		ck_assert_int_eq(settle(), now + seconds[i] * CLOCK_SECOND);
		now += seconds[i] * CLOCK_SECOND;
	}
	text_truncate(&said, 0);
	write_file("tell", "exit 0\n");
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:6 done\n");
}
END_TEST

START_TEST(no_retries)
{
	conf.notify_retries = 0;
	write_file("tell", "exit 3\n");
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:1 given up: exit code 3\n");
}
END_TEST

/* A further try has its turn behind what is there when its time has come. */
START_TEST(behind)
{
	write_file("tell", "echo $1 >>told; [ $1 != 1 ]\n");
	conf.notify_retries = 1;
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), now + CLOCK_SECOND);
	happens(2, TABLE_EVENT_DOWN);
	happens(3, TABLE_EVENT_DOWN);
	now += CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert_str_eq(told(), "1\n2\n3\n1\n");
}
END_TEST

static const struct {
	const char *script, *reason;
} failures[] = {
	{ "exit 1", "exit code 1" },
	{ "echo out; exit 2", "exit code 2: \"out\"" },
	{ "echo out; echo err >&2; exit 2", "exit code 2: \"err\"" },
	{ "echo ' ' >&2; echo out; exit 2", "exit code 2: \"out\"" },
	{ "printf '<\\033[2J \"a|b\"\\001 \\t\\nno' >&2; exit 255",
	    "exit code 255: \"<\\x1b[2J \\\"a\\x7cb\\\"\\x01\"" },
	{ "kill -SEGV $$", "killed by signal 11 (SIGSEGV)" },
	{ "echo why >&2; kill -KILL $$",
	    "killed by signal 9 (SIGKILL): \"why\"" },
	/* It goes on without, and leaves somebody behind. */
	{ "exec >&- 2>&-; sleep 1000 & exit 7", "exit code 7" },
	{ "head -c 100000000 /dev/zero; exit 9",
	    "exit code 9: \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	    "\\x00\\x00\\x00\\x00...\"" },
};

START_TEST(reason)
{
	char line[1000];

	conf.notify_retries = 0;
	write_file("tell", failures[_i].script);
	happens(1, TABLE_EVENT_DOWN);
	(void)settle();
	snprintf(line, sizeof(line), "1:1 given up: %s\n", failures[_i].reason);
	assert_said(line);
}
END_TEST

/* Not to be started is a try that failed. */
static const struct {
	const char *command, *reason;
} missing[] = {
	{ "/nonexistent", "/nonexistent: No such file or directory" },
	{ "no-such-command", "no-such-command: No such file or directory" },
	{ "/", "/: Permission denied" },
};

START_TEST(not_started)
{
	const char *other[] = { missing[_i].command, "%i", NULL };
	char line[200];

	conf.command = other;
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), now + CLOCK_SECOND);
	snprintf(line, sizeof(line), "1:1 failed, 1000 ms: %s\n",
	    missing[_i].reason);
	assert_said(line);
	conf.command = words;
	now += CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:2 done\n");
}
END_TEST

START_TEST(too_long)
{
	char word[CALL_BYTES_MAX / 2];
	const char *long_words[] = { "/bin/true", word, word, NULL };
	size_t i;

	for (i = 0; i + 3 < sizeof(word); i += 2)
		memcpy(word + i, "%m", 3);
	conf.command = long_words;
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), now + CLOCK_SECOND);
	assert_said("1:1 failed, 1000 ms: /bin/true: Argument list too "
		    "long\n");
}
END_TEST

START_TEST(no_descriptors)
{
	struct rlimit limit, was;
	int next = dup(0);

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	happens(1, TABLE_EVENT_DOWN);
	flush();
	limit = was;
	limit.rlim_cur = (rlim_t)next + 2;
	close(next);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(delivery_turn(delivery, now), now + CLOCK_SECOND);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_said("1:1 failed, 1000 ms: /bin/sh: Too many open files\n");
	now += CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:2 done\n");
}
END_TEST

/* Waits for what the commands have written, without a turn. */
static void
await_told(const char *want)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (strcmp(told(), want) != 0 && clock_now_us() < until_us)
		poller_wait(poller, clock_now_us() + 1000);
	ck_assert_str_eq(told(), want);
}

/* It is killed in time, and whom it has started. */
START_TEST(late)
{
	conf.notify_timeout_us = 1500 * CLOCK_MILLISECOND;
	write_file("tell",
	    "trap '' TERM HUP INT; echo gone >&2; "
	    "echo $1 >>told; sleep 1000 & sleep 1000\n");
	happens(1, TABLE_EVENT_DOWN);
	flush();
	ck_assert_int_eq(delivery_turn(delivery, now), now + 1500000);
	await_told("1\n");
	ck_assert_int_eq(delivery_turn(delivery, now + 1499999), now + 1500000);
	assert_counts(0, 0, 1, 0);
	now += 1500000;
	ck_assert_int_eq(delivery_turn(delivery, now), now + CLOCK_SECOND);
	assert_said("1:1 failed, 1000 ms: did not end within 1.5 s and was "
		    "killed: \"gone\"\n");
	assert_counts(0, 0, 0, 1);
	write_file("tell", "exit 0\n");
	now += CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:2 done\n");
}
END_TEST

/* It has ended, and the daemon looks too late, having been told of it or not. */
START_TEST(late_to_see)
{
	siginfo_t info;

	happens(1, TABLE_EVENT_DOWN);
	flush();
	(void)delivery_turn(delivery, now);
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	if (_i > 0)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	now += 1000 * CLOCK_SECOND;
	ck_assert_int_eq(delivery_turn(delivery, now), CLOCK_NEVER);
	assert_said("1:1 done\n");
}
END_TEST

/* Who dies before the mark tells it again, under the same number. */
START_TEST(killed)
{
	pid_t pid;

	happens(1, TABLE_EVENT_DOWN);
	happens(2, TABLE_EVENT_DOWN);
	flush();
	close_all();
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		open_all(RING);
		(void)delivery_turn(delivery, now);
		poller_wait(poller, clock_now_us() + PATIENCE_US);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_str_eq(told(), "1 mx1/smtp\n");
	open_all(RING);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert_str_eq(told(), "1 mx1/smtp\n1 mx1/smtp\n2 mx2/smtp\n");
}
END_TEST

/* What has ended before the daemon does so in order is not told again. */
START_TEST(ended_first)
{
	siginfo_t info;

	happens(1, TABLE_EVENT_DOWN);
	flush();
	(void)delivery_turn(delivery, now);
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	if (_i > 0)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	close_all();
	open_all(RING);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert_str_eq(told(), "1 mx1/smtp\n");
}
END_TEST

/* What runs when it does so is ended, and not done. */
START_TEST(freed)
{
	write_file("tell", "echo $1 >>told; sleep 1000\n");
	happens(1, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_UP);
	flush();
	(void)delivery_turn(delivery, now);
	await_told("1\n");
	close_all();
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	write_file("tell", "echo $1 >>told\n");
	open_all(RING);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert_str_eq(told(), "1\n1\n2\n");
}
END_TEST

/* So many at once; with fewer or more, what runs goes on. */
START_TEST(parallel)
{
	struct daemon_conf other = conf;
	uint32_t i;

	conf.notify_parallel = 3;
	write_file("tell", "sleep 1000\n");
	for (i = 1; i <= 10; i++)
		happens(i, TABLE_EVENT_DOWN);
	flush();
	ck_assert_int_eq(delivery_turn(delivery, now),
	    now + conf.notify_timeout_us);
	assert_counts(0, 0, 3, 7);
	other.notify_parallel = 1;
	other.notify_timeout_us = 5 * CLOCK_SECOND;
	delivery_reconfigure(delivery, &other);
	now++;
	ck_assert_int_eq(delivery_turn(delivery, now),
	    now - 1 + conf.notify_timeout_us);
	assert_counts(0, 0, 3, 7);
	other.notify_parallel = 5;
	ck_assert_int_eq(delivery_turn(delivery, now), now + 5 * CLOCK_SECOND);
	assert_counts(0, 0, 5, 5);
	now += 5 * CLOCK_SECOND;
	(void)delivery_turn(delivery, now);
	assert_counts(0, 0, 5, 5);
	assert_said(
	    "4:1 failed, 1000 ms: did not end within 5 s and was killed\n"
	    "5:1 failed, 1000 ms: did not end within 5 s and was "
	    "killed\n");
}
END_TEST

/* Events that nobody wants are done, also those that wait already. */
START_TEST(unwanted)
{
	write_file("tell", "exit 1\n");
	conf.notify_events = 1u << TABLE_EVENT_DOWN | 1u << TABLE_EVENT_UP;
	happens(1, TABLE_EVENT_LAGGED);
	happens(1, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_NORMAL);
	ck_assert_int_eq(settle(), now + CLOCK_SECOND);
	assert_said("2:1 failed, 1000 ms: exit code 1\n");
	conf.notify_events = 1u << TABLE_EVENT_UP;
	write_file("tell", "exit 0\n");
	happens(1, TABLE_EVENT_UP);
	now += CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("4:1 done\n");
	ck_assert(delivery_idle(delivery));
	ck_assert_uint_eq(table_live(table)->done_below, 5);
	ck_assert_uint_eq(table_live(table)->missed, 0);
}
END_TEST

/* Without a command all is done; what still runs has no further try. */
START_TEST(no_command)
{
	struct daemon_conf none = conf;

	write_file("tell",
	    "echo $1 >>told; while [ ! -e end ]; do sleep 0.01; "
	    "done; exit 1\n");
	happens(1, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_UP);
	happens(2, TABLE_EVENT_DOWN);
	flush();
	(void)delivery_turn(delivery, now);
	await_told("1\n");
	none.command = NULL;
	delivery_reconfigure(delivery, &none);
	happens(3, TABLE_EVENT_DOWN);
	(void)delivery_turn(delivery, now);
	assert_counts(0, 0, 1, 0);
	ck_assert_uint_eq(table_live(table)->done_below, 5);
	write_file("end", "");
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("1:1 given up: exit code 1\n");
	happens(3, TABLE_EVENT_UP);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert(delivery_idle(delivery));
	delivery_reconfigure(delivery, &conf);
	write_file("tell", "echo $1 >>told\n");
	happens(3, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	ck_assert_str_eq(told(), "1\n6\n");
	ck_assert_uint_eq(table_live(table)->missed, 0);
}
END_TEST

/* What was overwritten is told in one line, at most one in a minute. */
START_TEST(missed)
{
	uint32_t i;

	close_all();
	ck_assert_int_eq(unlink("table"), 0);
	open_all(8);
	write_file("tell", "echo $1 >>told; sleep 1000\n");
	for (i = 0; i < 8; i++)
		happens(i / 4, TABLE_EVENT_DOWN);
	flush();
	(void)delivery_turn(delivery, now);
	await_told("1\n");
	assert_counts(0, 0, 1, 7);
	/* Of those of the entry that runs, and of others. */
	for (i = 0; i < 6; i++)
		happens(2, TABLE_EVENT_DOWN);
	flush();
	(void)delivery_turn(delivery, now);
	assert_said("missed 6\n");
	assert_counts(0, 0, 1, 8);
	for (i = 0; i < 100; i++)
		happens(0, TABLE_EVENT_UP);
	flush();
	write_file("tell", "echo $1 >>told\n");
	now += 30 * CLOCK_SECOND;
	(void)delivery_turn(delivery, now);
	assert_said("1:1 given up: did not end within 30 s and was killed\n");
	ck_assert_int_eq(settle(), now + 30 * CLOCK_SECOND);
	assert_said("107:1 done\n108:1 done\n109:1 done\n110:1 done\n"
		    "111:1 done\n112:1 done\n113:1 done\n114:1 done\n");
	now += 30 * CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_said("missed 100\n");
	ck_assert(delivery_idle(delivery));
}
END_TEST

/* 10,000 at once: of as many entries, or of one. */
START_TEST(many)
{
	static const char *const none[] = { "/nonexistent", NULL };
	int64_t until_us = clock_now_us() + PATIENCE_US;
	unsigned turns = 0;
	uint32_t i;

	conf.command = none;
	conf.notify_retries = 0;
	for (i = 0; i < 10000; i++)
		happens(_i == 0 ? i : 0, TABLE_EVENT_DOWN);
	flush();
	for (; !delivery_idle(delivery); turns++) {
		ck_assert_int_lt(clock_now_us(), until_us);
		ck_assert_int_eq(delivery_turn(delivery, now),
		    turns < 624 ? now : CLOCK_NEVER);
	}
	/* None of them took long. */
	ck_assert_uint_eq(turns, 625);
	assert_counts(0, 10000, 0, 0);
	ck_assert_uint_eq(table_live(table)->done_below, 10001);
}
END_TEST

/* All of one entry fails, for ever: that is in nobody's way. */
START_TEST(one_fails)
{
	char line[32];
	uint32_t i;

	write_file("tell", "[ $2 != mx0/smtp ] && echo $1 >>told\n");
	for (i = 0; i < 5000; i++)
		happens(0, TABLE_EVENT_DOWN);
	happens(1, TABLE_EVENT_DOWN);
	ck_assert_int_eq(settle(), now + CLOCK_SECOND);
	assert_said("1:1 failed, 1000 ms: exit code 1\n5001:1 done\n");
	for (i = 2; i < 20; i++) {
		happens(i, TABLE_EVENT_DOWN);
		(void)settle();
		text_truncate(&said, 0);
		snprintf(line, sizeof(line), "%u\n", 5000 + i);
		ck_assert_ptr_nonnull(strstr(told(), line));
		now += CLOCK_SECOND;
	}
}
END_TEST

/*
 * Whatever happens: each event is delivered, given up or missed, one of an entry
 * after the other, and the next daemon knows of it.
 */
#define ENTRIES 7

static struct {
	uint32_t entry[2048];
	bool over[2048];
	uint64_t last[ENTRIES];
	unsigned n_over;
	uint64_t missed;
} model;

static void
log_model(void *ctx, const struct delivery_word *w)
{
	uint32_t i;

	(void)ctx;
	if (w->kind == DELIVERY_MISSED) {
		model.missed += w->missed;
		return;
	}
	i = model.entry[w->event->number];
	ck_assert_str_eq(w->event->name, entry(i));
	ck_assert_uint_ge(w->event->number, model.last[i]);
	ck_assert(!model.over[w->event->number]);
	model.last[i] = w->event->number;
	ck_assert_uint_le(w->tries, conf.notify_retries + 1);
	if (w->kind != DELIVERY_FAILED) {
		model.over[w->event->number] = true;
		model.n_over++;
	}
}

START_TEST(anything)
{
	unsigned seed = (unsigned)_i + 1, step, i;
	struct delivery_conf dc = { .daemon = &conf, .log = log_model };
	uint64_t n = 0, floor;

	close_all();
	ck_assert_int_eq(unlink("table"), 0);
	open_all(32);
	delivery_free(delivery);
	dc.table = table;
	dc.poller = poller;
	delivery = delivery_new(&dc);
	write_file("tell", "exit $(($1 * 7 % 5 % 2))\n");
	conf.notify_retries = 2;
	for (step = 0; step < 150; step++) {
		conf.notify_parallel = 1 + unit_random(&seed, 4);
		i = unit_random(&seed, unit_random(&seed, 9) == 0 ? 40 : 4);
		while (i-- > 0 && n < ARRAY_SIZE(model.entry) - 1) {
			uint32_t which = unit_random(&seed, ENTRIES);

			model.entry[++n] = which;
			ck_assert_uint_eq(happens(which, TABLE_EVENT_DOWN), n);
		}
		now += unit_random(&seed, 2000000);
		flush();
		(void)delivery_turn(delivery, now);
		floor = delivery_counts(delivery)->running;
		ck_assert_uint_le(floor, 4);
		if (floor > 0 && unit_random(&seed, 3) > 0)
			poller_wait(poller, clock_now_us() + 10000);
	}
	while (!delivery_idle(delivery)) {
		int64_t next = settle();

		if (next != CLOCK_NEVER)
			now = next;
	}
	now += 60 * CLOCK_SECOND;
	ck_assert_int_eq(settle(), CLOCK_NEVER);
	assert_counts(delivery_counts(delivery)->delivered,
	    model.n_over - delivery_counts(delivery)->delivered, 0, 0);
	ck_assert_uint_eq(model.missed, table_live(table)->missed);
	/* One that was overwritten while it ran is both. */
	ck_assert_uint_ge(model.n_over + model.missed, n);
	ck_assert_uint_eq(table_live(table)->done_below, n + 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("delivery");

	tcase_set_timeout(tc, 2 * PATIENCE_US / CLOCK_SECOND);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, unflushed);
	tcase_add_test(tc, delivered);
	tcase_add_test(tc, fields);
	tcase_add_test(tc, order);
	tcase_add_test(tc, pauses);
	tcase_add_test(tc, no_retries);
	tcase_add_test(tc, behind);
	unit_rows(tc, reason, failures);
	unit_rows(tc, not_started, missing);
	tcase_add_test(tc, too_long);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, late);
	tcase_add_loop_test(tc, late_to_see, 0, 2);
	tcase_add_test(tc, killed);
	tcase_add_loop_test(tc, ended_first, 0, 2);
	tcase_add_test(tc, freed);
	tcase_add_test(tc, parallel);
	tcase_add_test(tc, unwanted);
	tcase_add_test(tc, no_command);
	tcase_add_test(tc, missed);
	tcase_add_loop_test(tc, many, 0, 2);
	tcase_add_test(tc, one_fails);
	tcase_add_loop_test(tc, anything, 0, 3);
	return unit_run("delivery", tc);
}
