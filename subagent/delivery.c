/* SPDX-License-Identifier: ISC */
#include "delivery.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "notice.h"
#include "timer.h"
#include "xalloc.h"

/* So much is done in one turn, for the others' sake. */
#define TAKEN_MAX 1024
#define STARTS_MAX 16

#define REASON_MAX 300
#define LINE_MAX 200

/* What is missed is said once in this time. */
#define MISSED_EVERY (60 * CLOCK_SECOND)

/* An event that is to be told. */
struct errand {
	/* First.  Unset: it runs, or one before it of its entry is not done. */
	struct timer place;
	struct timers *in; /* ready, by its turn, or failed, by its next try */
	struct errand *older, *newer; /* by their numbers */
	struct errand *before, *next; /* the same, of its entry */
	uint64_t number;
	struct run *run; /* NULL: it does not run */
	uint32_t index;
	unsigned tries;
};

struct run {
	struct timer deadline; /* first */
	int64_t timeout_us;
	struct command command;
	struct errand *errand;
	struct table_event event;
	struct run *next; /* that is over, or spare */
};

struct delivery {
	struct delivery_conf conf;
	struct delivery_counts counts;
	uint64_t cursor;  /* the first event that was not taken */
	uint64_t flushed; /* those before it may be */
	struct errand *oldest, *newest;
	struct errand **last; /* of each entry, by index */
	size_t last_size;
	struct timers ready; /* a heap orders numbers as well as times */
	struct timers failed;
	struct timers deadlines; /* of runs */
	struct run *over;        /* ended, and not judged */
	struct run *spare;
	uint64_t missed; /* so many have been told */
	int64_t missed_us;
};

static void end(struct delivery *, struct run *);
static void judge_ended(struct delivery *, int64_t);
static void judge(struct delivery *, struct run *, bool, int64_t);
static void stop_late(struct delivery *, int64_t);
static void forget_gone(struct delivery *);
static bool gone(const struct delivery *, const struct errand *);
static int64_t tell_missed(struct delivery *, int64_t);
static bool take(struct delivery *);
static bool wanted(const struct delivery *, const struct table_event *);
static void add(struct delivery *, const struct table_event *);
static void put(struct errand *, struct timers *, int64_t);
static struct errand **last_of(struct delivery *, uint32_t);
static void wake(struct delivery *, int64_t);
static bool start_ready(struct delivery *, int64_t);
static bool still_wanted(struct delivery *, const struct errand *,
    struct table_event *);
static void start(struct delivery *, struct errand *,
    const struct table_event *, int64_t);
static int run_command(struct delivery *, struct run *, struct text *);
static void look_up(const struct delivery *, const struct table_event *,
    struct table_record *);
static command_fn ended;
static void put_line(struct text *, const struct command *);
static bool put_first(struct text *, const struct buf *);
static void try_failed(struct delivery *, struct run *, const char *, int64_t);
static int64_t pause_after(const struct daemon_conf *, unsigned);
static void say(const struct delivery *, const struct run *, enum delivery_kind,
    int64_t, const char *);
static void leave(struct delivery *, struct run *);
static void drop(struct delivery *, struct errand *);
static int64_t sooner(int64_t, int64_t);

struct delivery *
delivery_new(const struct delivery_conf *conf)
{
	struct delivery *d = xcalloc(1, sizeof(*d));

	d->conf = *conf;
	d->cursor = 1;
	d->missed = table_live(conf->table)->missed;
	delivery_reconfigure(d, conf->daemon);
	delivery_flushed(d);
	return d;
}

void
delivery_free(struct delivery *d)
{
	struct errand *e;
	struct run *r;

	if (d == NULL)
		return;
	while ((e = d->oldest) != NULL) {
		d->oldest = e->newer;
		if (e->run != NULL)
			end(d, e->run);
		free(e);
	}
	while ((r = d->spare) != NULL) {
		d->spare = r->next;
		free(r);
	}
	timers_free(&d->ready);
	timers_free(&d->failed);
	timers_free(&d->deadlines);
	free(d->last);
	free(d);
}

void
delivery_reconfigure(struct delivery *d, const struct daemon_conf *conf)
{
	assert(conf->notify_parallel > 0 && conf->notify_timeout_us > 0 &&
	    conf->notify_backoff_us > 0);
	d->conf.daemon = conf;
}

void
delivery_flushed(struct delivery *d)
{
	d->flushed = table_live(d->conf.table)->next_event;
}

int64_t
delivery_turn(struct delivery *d, int64_t now_us)
{
	int64_t next_us;
	bool more;

	judge_ended(d, now_us);
	stop_late(d, now_us);
	if (d->conf.daemon->command == NULL)
		table_done_all(d->conf.table);
	forget_gone(d);
	next_us = tell_missed(d, now_us);
	more = take(d);
	wake(d, now_us);
	if (start_ready(d, now_us) || more)
		return now_us;
	next_us = sooner(next_us, timers_next(&d->failed));
	return sooner(next_us, timers_next(&d->deadlines));
}

bool
delivery_idle(const struct delivery *d)
{
	return d->oldest == NULL &&
	    d->cursor >= table_live(d->conf.table)->next_event;
}

const struct delivery_counts *
delivery_counts(const struct delivery *d)
{
	return &d->counts;
}

/* Of one that has ended by itself just now nobody has looked yet how. */
static void
end(struct delivery *d, struct run *r)
{
	if (command_stop(&r->command) && r->command.code == 0)
		table_done(d->conf.table, r->errand->number);
	command_clear(&r->command);
	free(r);
}

static void
judge_ended(struct delivery *d, int64_t now_us)
{
	struct run *r;

	while ((r = d->over) != NULL) {
		d->over = r->next;
		judge(d, r, false, now_us);
	}
}

/* late: it was stopped. */
static void
judge(struct delivery *d, struct run *r, bool late, int64_t now_us)
{
	struct errand *e = r->errand;
	struct text reason;

	if (!late && r->command.code == 0) {
		table_done(d->conf.table, e->number);
		d->counts.delivered++;
		say(d, r, DELIVERY_DONE, 0, NULL);
		leave(d, r);
		drop(d, e);
		return;
	}
	text_init(&reason, REASON_MAX);
	if (late)
		command_put_late(&reason, &r->command, r->timeout_us);
	else
		command_put_end(&reason, &r->command);
	put_line(&reason, &r->command);
	try_failed(d, r, reason.data, now_us);
	text_free(&reason);
}

static void
stop_late(struct delivery *d, int64_t now_us)
{
	struct timer *t;
	struct run *r;

	while ((t = timers_pop(&d->deadlines, now_us)) != NULL) {
		r = (struct run *)(void *)t;
		judge(d, r, !command_stop(&r->command), now_us);
	}
}

/* Of one that runs it will be seen when it has ended. */
static void
forget_gone(struct delivery *d)
{
	struct errand *e, *newer;

	for (e = d->oldest; e != NULL && gone(d, e); e = newer) {
		newer = e->newer;
		if (e->run == NULL)
			drop(d, e);
	}
}

/* Whether it was overwritten, or done with all others. */
static bool
gone(const struct delivery *d, const struct errand *e)
{
	return e->number < table_live(d->conf.table)->done_below;
}

/* Returns when there is more to tell. */
static int64_t
tell_missed(struct delivery *d, int64_t now_us)
{
	uint64_t missed = table_live(d->conf.table)->missed;
	struct delivery_word w = {
		.kind = DELIVERY_MISSED,
		.missed = missed - d->missed,
	};

	if (w.missed == 0)
		return CLOCK_NEVER;
	if (d->missed_us > now_us)
		return d->missed_us;
	d->missed = missed;
	d->missed_us = now_us + MISSED_EVERY;
	d->conf.log(d->conf.ctx, &w);
	return CLOCK_NEVER;
}

/* Returns whether there may be more. */
static bool
take(struct delivery *d)
{
	struct table_event e;
	unsigned n;

	for (n = 0; n < TAKEN_MAX; n++) {
		if (d->cursor >= d->flushed ||
		    !table_undone(d->conf.table, &d->cursor, &e))
			return false;
		if (e.number >= d->flushed) {
			d->cursor = e.number;
			return false;
		}
		if (wanted(d, &e))
			add(d, &e);
		else
			table_done(d->conf.table, e.number);
	}
	return true;
}

static bool
wanted(const struct delivery *d, const struct table_event *e)
{
	return (d->conf.daemon->notify_events & 1u << e->kind) != 0;
}

static void
add(struct delivery *d, const struct table_event *event)
{
	struct errand **last = last_of(d, event->index);
	struct errand *e = xcalloc(1, sizeof(*e));

	e->number = event->number;
	e->index = event->index;
	e->older = d->newest;
	*(d->newest != NULL ? &d->newest->newer : &d->oldest) = e;
	d->newest = e;
	e->before = *last;
	if (*last != NULL)
		(*last)->next = e;
	else
		put(e, &d->ready, (int64_t)e->number);
	*last = e;
	d->counts.waiting++;
}

static void
put(struct errand *e, struct timers *in, int64_t at)
{
	e->in = in;
	timers_set(in, &e->place, at);
}

static struct errand **
last_of(struct delivery *d, uint32_t index)
{
	size_t size = d->last_size;

	if (index >= size) {
		d->last_size = index + index / 2 + 1;
		d->last = xreallocarray(d->last, d->last_size,
		    sizeof(d->last[0]));
		memset(d->last + size, 0,
		    (d->last_size - size) * sizeof(d->last[0]));
	}
	return &d->last[index];
}

/* Behind all that is there now, so that what always fails is in nobody's way. */
static void
wake(struct delivery *d, int64_t now_us)
{
	uint64_t turn = table_live(d->conf.table)->next_event;
	struct timer *t;

	while ((t = timers_pop(&d->failed, now_us)) != NULL)
		put((struct errand *)(void *)t, &d->ready, (int64_t)turn);
}

/* Returns whether more could be started. */
static bool
start_ready(struct delivery *d, int64_t now_us)
{
	struct table_event event;
	struct errand *e;
	unsigned n;

	for (n = 0; d->counts.running < d->conf.daemon->notify_parallel; n++) {
		if (n == STARTS_MAX)
			return d->ready.n > 0;
		e = (struct errand *)(void *)timers_pop(&d->ready, CLOCK_NEVER);
		if (e == NULL)
			return false;
		if (still_wanted(d, e, &event))
			start(d, e, &event, now_us);
		else
			drop(d, e);
	}
	return false;
}

/* One that cannot be read is left to the next daemon. */
static bool
still_wanted(struct delivery *d, const struct errand *e,
    struct table_event *event)
{
	uint64_t from = e->number;

	if (!table_undone(d->conf.table, &from, event) ||
	    event->number != e->number)
		return false;
	if (wanted(d, event))
		return true;
	table_done(d->conf.table, e->number);
	return false;
}

static void
start(struct delivery *d, struct errand *e, const struct table_event *event,
    int64_t now_us)
{
	struct run *r = d->spare;
	struct text reason;

	if (r != NULL)
		d->spare = r->next;
	else
		r = xcalloc(1, sizeof(*r));
	r->errand = e;
	r->event = *event;
	r->timeout_us = d->conf.daemon->notify_timeout_us;
	e->run = r;
	e->tries++;
	d->counts.running++;
	d->counts.waiting--;
	text_init(&reason, REASON_MAX);
	if (run_command(d, r, &reason) == 0)
		timers_set(&d->deadlines, &r->deadline, now_us + r->timeout_us);
	else
		try_failed(d, r, reason.data, now_us);
	text_free(&reason);
}

/* Returns 0 or an errno, which reason says. */
static int
run_command(struct delivery *d, struct run *r, struct text *reason)
{
	struct table_record record;
	struct notice n = { &r->event, record.host, 0, 0 };
	struct call call;
	int err = E2BIG;

	look_up(d, &r->event, &record);
	n.port = record.port;
	n.transport = record.transport;
	r->command.poller = d->conf.poller;
	r->command.done = ended;
	r->command.ctx = d;
	if (notice_call_init(&call, d->conf.daemon->command, &n))
		err = command_start(&r->command, call.path.data, call.argv,
		    call.envp);
	if (err != 0)
		command_put_error(reason, call.path.data, err);
	call_free(&call);
	return err;
}

/* What an event does not say.  In a file that was damaged its entry may be lost. */
static void
look_up(const struct delivery *d, const struct table_event *event,
    struct table_record *r)
{
	if (event->index <= table_count(d->conf.table))
		(void)table_read(d->conf.table, event->index, r);
	else
		*r = (struct table_record){ 0 };
}

/* It is judged in a turn, whose time it is. */
static void
ended(struct command *c, int64_t now_us)
{
	struct run *r = (struct run *)(void *)((char *)c -
	    offsetof(struct run, command));
	struct delivery *d = c->ctx;

	(void)now_us;
	timers_unset(&d->deadlines, &r->deadline);
	r->next = d->over;
	d->over = r;
}

/* What it complains of, or else the first thing that it says. */
static void
put_line(struct text *reason, const struct command *c)
{
	if (!put_first(reason, &c->err.bytes))
		(void)put_first(reason, &c->out.bytes);
}

static bool
put_first(struct text *reason, const struct buf *b)
{
	const unsigned char *end;
	size_t len;

	if (b->len == 0)
		return false;
	end = memchr(b->data, '\n', b->len);
	len = text_trimmed(b->data,
	    end != NULL ? (size_t)(end - b->data) : b->len);
	if (len == 0)
		return false;
	text_puts(reason, ": \"");
	text_escape(reason, b->data, len, LINE_MAX);
	text_puts(reason, "\"");
	return true;
}

static void
try_failed(struct delivery *d, struct run *r, const char *reason,
    int64_t now_us)
{
	const struct daemon_conf *conf = d->conf.daemon;
	struct errand *e = r->errand;
	int64_t pause;

	if (e->tries > conf->notify_retries || gone(d, e)) {
		table_done(d->conf.table, e->number);
		d->counts.given_up++;
		say(d, r, DELIVERY_GIVEN_UP, 0, reason);
		leave(d, r);
		drop(d, e);
		return;
	}
	pause = pause_after(conf, e->tries);
	say(d, r, DELIVERY_FAILED, pause, reason);
	leave(d, r);
	put(e, &d->failed, now_us + pause);
}

static int64_t
pause_after(const struct daemon_conf *conf, unsigned tries)
{
	int64_t pause = conf->notify_backoff_us;

	while (--tries > 0 && pause < DAEMON_NOTIFY_BACKOFF_MAX_US)
		pause *= 2;
	return sooner(pause, DAEMON_NOTIFY_BACKOFF_MAX_US);
}

static void
say(const struct delivery *d, const struct run *r, enum delivery_kind kind,
    int64_t again_us, const char *reason)
{
	struct delivery_word w = { kind, &r->event, r->errand->tries, again_us,
		reason, 0 };

	d->conf.log(d->conf.ctx, &w);
}

/* The try is over; the errand waits, or is dropped. */
static void
leave(struct delivery *d, struct run *r)
{
	command_clear(&r->command);
	r->errand->run = NULL;
	r->next = d->spare;
	d->spare = r;
	d->counts.running--;
	d->counts.waiting++;
}

/* Nothing more is to be done for it here, and the next of its entry may go. */
static void
drop(struct delivery *d, struct errand *e)
{
	if (e->in != NULL)
		timers_unset(e->in, &e->place);
	*(e->older != NULL ? &e->older->newer : &d->oldest) = e->newer;
	*(e->newer != NULL ? &e->newer->older : &d->newest) = e->older;
	*(e->next != NULL ? &e->next->before : &d->last[e->index]) = e->before;
	if (e->before != NULL)
		e->before->next = e->next;
	else if (e->next != NULL)
		put(e->next, &d->ready, (int64_t)e->next->number);
	d->counts.waiting--;
	free(e);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}
