/* SPDX-License-Identifier: ISC */
/*
 * A writer that is killed at random moments, again and again, while a reader looks on:
 * TABLE_KILL_ROUNDS times, TABLE_KILL_SEED repeats a run.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "table.h"
#include "table_layout.h"
#include "table_reader.h"
#include "unit.h"

#define FILE_NAME "table"
#define ROUNDS 20
#define NAMES 400
#define RING 8192

/* What the writer says on its pipe after a flush: what is on disk then. */
struct promise {
	uint32_t name;
	uint32_t index;
	uint64_t event;
};

/* What the reader knows. */
struct witness {
	struct table_reader *r;
	uint32_t index[NAMES];
	uint64_t event[NAMES]; /* the last that was promised */
	uint64_t promised;     /* the highest */
	uint64_t cursor, lost, got;
	unsigned long records;
};

static char dir[] = "/tmp/test_table_kill.XXXXXX";

static unsigned
number_of(const char *variable, unsigned otherwise)
{
	const char *s = getenv(variable);

	return s != NULL ? (unsigned)strtoul(s, NULL, 10) : otherwise;
}

static struct table *
opened(void)
{
	struct table_conf conf = { 64, RING, "test", clock_wall_us() };
	struct text words;
	struct table *t;

	text_init(&words, 4096);
	t = table_open(FILE_NAME, &conf, &words);
	ck_assert_msg(t != NULL, "%s", words.data);
	/* A kill leaves whole records. */
	ck_assert_msg(strstr(words.data, "records of") == NULL &&
		strstr(words.data, "lost") == NULL &&
		strstr(words.data, "new table") == NULL,
	    "%s", words.data);
	text_free(&words);
	return t;
}

/* All else of an event and of a record follows from the event's number. */
static uint64_t
tell_event(struct table *t, uint32_t index, uint64_t number)
{
	struct table_event e = { .at_us = (int64_t)number, .index = index };

	e.kind = TABLE_EVENT_DOWN + number % 2;
	e.state = (uint8_t)(number % 4);
	e.failed_rounds = (uint32_t)number;
	snprintf(e.reason, sizeof(e.reason), "event %llu",
	    (unsigned long long)number);
	return table_event(t, &e);
}

static void
tell_record(struct table *t, uint32_t index, uint64_t number)
{
	struct table_record r;

	(void)table_read(t, index, &r);
	r.flags = TABLE_USED | TABLE_ENABLED | TABLE_KNOWN;
	r.last_event = number;
	r.last_change_us = (int64_t)number;
	r.failed_rounds = (uint32_t)number;
	r.state = (uint8_t)(number % 4);
	memset(r.reason, 0, sizeof(r.reason));
	snprintf(r.reason, sizeof(r.reason), "event %llu",
	    (unsigned long long)number);
	memset(r.host, (int)('a' + number % 26), sizeof(r.host) - 1);
	table_write(t, index, &r);
}

/* Writes until it is killed. */
static void
write_on(int promises, unsigned seed)
{
	struct table *t = opened();
	struct promise made[16];
	struct text words;
	char name[32];
	unsigned i, n;

	text_init(&words, 4096);
	for (;;) {
		n = 1 + unit_random(&seed, 16);
		for (i = 0; i < n; i++) {
			made[i].name = unit_random(&seed, NAMES);
			snprintf(name, sizeof(name), "host%u", made[i].name);
			made[i].index = table_index(t, name);
			made[i].event = tell_event(t, made[i].index,
			    table_live(t)->next_event);
			tell_record(t, made[i].index, made[i].event);
		}
		if (!table_flush(t, clock_wall_us(), &words))
			_exit(1);
		if (write(promises, made, n * sizeof(made[0])) == -1)
			_exit(1);
	}
}

static void
hear_promises(struct witness *w, int promises)
{
	struct pollfd readable = { .fd = promises, .events = POLLIN };
	struct promise p;

	while (poll(&readable, 1, 0) == 1 &&
	    read(promises, &p, sizeof(p)) == sizeof(p)) {
		ck_assert(w->index[p.name] == 0 || w->index[p.name] == p.index);
		/* Numbers never repeat. */
		ck_assert_uint_gt(p.event, w->promised);
		w->index[p.name] = p.index;
		w->event[p.name] = w->promised = p.event;
	}
}

static void
check_record(struct witness *w, const struct table_record *r)
{
	unsigned name = (unsigned)atoi(r->name + 4);
	char reason[64];

	w->records++;
	snprintf(reason, sizeof(reason), "event %llu",
	    (unsigned long long)r->last_event);
	/* One assertion, since each is a system call. */
	ck_assert_msg(name < NAMES &&
		(w->index[name] == 0 || w->index[name] == r->index) &&
		(r->last_event == 0 ||
		    (strcmp(r->reason, reason) == 0 &&
			r->last_change_us == (int64_t)r->last_event &&
			r->failed_rounds == r->last_event &&
			r->state == r->last_event % 4)) &&
		memcmp(r->host, r->host + 1, sizeof(r->host) - 2) == 0,
	    "record %u, %s, event %llu: %s", r->index, r->name,
	    (unsigned long long)r->last_event, r->reason);
}

static void
check_event(struct witness *w, const struct table_event *e)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "event %llu",
	    (unsigned long long)e->number);
	w->got++;
	ck_assert_msg(e->number == w->got + w->lost &&
		strcmp(e->reason, reason) == 0 &&
		e->at_us == (int64_t)e->number,
	    "event %llu, %llu were read and %llu lost: %s",
	    (unsigned long long)e->number, (unsigned long long)w->got,
	    (unsigned long long)w->lost, e->reason);
}

/* Reads all once; a part may be busy, none may be damaged. */
static void
look(struct witness *w)
{
	struct table_record r;
	struct table_event e;
	enum table_answer answer;
	uint32_t index = 0;

	answer = table_reader_refresh(w->r, clock_wall_us());
	if (answer == TABLE_BUSY || answer == TABLE_MISSING ||
	    unit_same(table_reader_why(w->r), "is empty"))
		return;
	ck_assert_msg(answer == TABLE_OK, "%s", table_reader_why(w->r));
	while ((answer = table_reader_next(w->r, &index, &r)) != TABLE_NONE)
		if (answer == TABLE_OK)
			check_record(w, &r);
		else
			ck_assert_int_eq(answer, TABLE_BUSY);
	while (table_reader_event(w->r, &w->cursor, &e, &w->lost) == TABLE_OK)
		check_event(w, &e);
}

/* What was promised is there when a daemon is again. */
static void
check_promises(struct witness *w)
{
	struct table *t = opened();
	struct table_record r;
	uint64_t lost = w->lost;
	char name[32];
	unsigned i;

	ck_assert_uint_gt(table_live(t)->next_event, w->promised);
	look(w);
	ck_assert_uint_eq(w->cursor, table_live(t)->next_event);
	/* Of what was decided, if not promised, no record knows alone. */
	ck_assert_uint_eq(w->lost, lost);
	for (i = 0; i < NAMES; i++) {
		if (w->index[i] == 0)
			continue;
		snprintf(name, sizeof(name), "host%u", i);
		ck_assert_uint_eq(table_index(t, name), w->index[i]);
		ck_assert(table_read(t, w->index[i], &r));
		ck_assert_uint_ge(r.last_event, w->event[i]);
	}
	table_close(t);
}

static void
one_round(struct witness *w, unsigned *seed)
{
	int64_t until_us = clock_now_us() + unit_random(seed, 60000);
	int ends[2];
	pid_t writer;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	writer = fork();
	ck_assert_int_ne(writer, -1);
	if (writer == 0) {
		close(ends[0]);
		write_on(ends[1], *seed);
	}
	close(ends[1]);
	do {
		look(w);
		hear_promises(w, ends[0]);
	} while (clock_now_us() < until_us);
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
	hear_promises(w, ends[0]);
	close(ends[0]);
	look(w);
	check_promises(w);
}

START_TEST(test_kill)
{
	unsigned rounds = number_of("TABLE_KILL_ROUNDS", ROUNDS), i;
	unsigned seed = number_of("TABLE_KILL_SEED", (unsigned)getpid());
	struct witness *w = calloc(1, sizeof(*w));

	ck_assert_ptr_nonnull(w);
	fprintf(stderr, "# TABLE_KILL_SEED=%u\n", seed);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	w->r = table_reader_open(FILE_NAME);
	w->cursor = 1;
	for (i = 0; i < rounds; i++)
		one_round(w, &seed);
	fprintf(stderr, "# %lu records, %llu events, %llu lost to the reader\n",
	    w->records, (unsigned long long)w->got,
	    (unsigned long long)w->lost);
	ck_assert_uint_gt(w->got, 0);
	table_reader_close(w->r);
	free(w);
	ck_assert_int_eq(unlink(FILE_NAME), 0);
	(void)unlink(FILE_NAME ".new");
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("table_kill");

	/* Each round takes at most a tenth of a second. */
	tcase_set_timeout(tc, 30 + number_of("TABLE_KILL_ROUNDS", ROUNDS) / 4);
	tcase_add_test(tc, test_kill);
	return unit_run("table_kill", tc);
}
