/* SPDX-License-Identifier: ISC */
#include "probe.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "clock.h"
#include "sock.h"
#include "xalloc.h"

/* How long a Unix socket with a full queue is left alone. */
#define BUSY_US (10 * CLOCK_MILLISECOND)

enum phase {
	PHASE_RESOLVE,
	PHASE_CONNECT,
	PHASE_TALK,
	PHASE_DONE,
};

/* The connection to one of the addresses, while it is tried and after. */
struct dial {
	struct watch watch; /* first: a watch is its dial */
	struct probe *probe;
	bool watched;
	int64_t start_us;
	int64_t due_us; /* when to ask how it went; or an event tells */
};

struct probe {
	struct timer timer; /* first: a timer is its probe */
	const struct target *target;
	const struct probe_env *env;
	struct result result;
	char *note;
	enum phase phase;
	int64_t deadline_us;
	int64_t start_us;

	/* One for each address, in the order to try them in. */
	struct attempt *attempts;
	struct dial *dials;
	size_t n;
	size_t started;
	size_t failed;
	int64_t stagger_us;
	int64_t next_us; /* when the next one is started */

	/* The dialogue with the first that connected. */
	struct dial *peer;
	bool fresh; /* connected in this very turn, see dial_connected() */
	size_t step;
	size_t sent;
	size_t mark; /* where in the reply the present step begins */
	struct expect_progress progress;
	int64_t wait_start_us; /* RESULT_NONE: not waiting */
	int64_t waited_us;     /* in steps that wait */
	int64_t quiet_us;      /* when an undecided answer is at its end */
};

/* How far a step of the dialogue came. */
enum progress {
	PROGRESS_DONE,
	PROGRESS_READ,  /* goes on when the peer sends */
	PROGRESS_WRITE, /* goes on when the peer takes more */
	PROGRESS_TIMER,
	PROGRESS_ENDED, /* and so did the probe */
};

static void advance(struct probe *, int64_t);
static void connect_on(struct probe *, int64_t);
static void dial_start(struct probe *, int64_t);
static void dial_ready(struct watch *, int64_t);
static void dial_try(struct dial *, int64_t);
static void dial_connected(struct dial *, int64_t);
static void dial_failed(struct dial *, int64_t);
static void dial_close(struct dial *);
static int watch_dial(struct dial *);
static struct attempt *dial_attempt(const struct dial *);
static void unconnected(struct probe *, int64_t);
static void talk(struct probe *, int64_t);
static void talk_wait(struct probe *, enum progress, int64_t);
static enum progress talk_step(struct probe *, const struct step *, int64_t);
static enum progress send_on(struct probe *, const struct step *, int64_t);
static enum progress wait_on(struct probe *, const struct step *, int64_t);
static enum progress read_on(struct probe *, const struct step *, int64_t);
static enum judgement judge(struct probe *, const struct step *);
static void answer_ended(struct probe *, enum ending, int64_t);
static void expire(struct probe *, int64_t);
static void finish(struct probe *, enum outcome, int64_t);
static int64_t response_time(const struct probe *, int64_t);
static void hang_up(struct probe *);
static void arm(struct probe *, int64_t);

struct probe *
probe_new(const struct target *target, int64_t deadline_us,
    const struct probe_env *env)
{
	struct probe *p = xcalloc(1, sizeof(*p));

	p->target = target;
	p->env = env;
	p->deadline_us = deadline_us;
	p->wait_start_us = RESULT_NONE;
	p->quiet_us = CLOCK_NEVER;
	p->result.outcome = OUTCOME_NOT_PROBED;
	p->result.time_us = RESULT_NONE;
	p->result.resolve_us = RESULT_NONE;
	p->result.connect_us = RESULT_NONE;
	p->result.rtt_us = RESULT_NONE;
	buf_init(&p->result.reply, target->dialogue->max_bytes);
	timers_set(env->timers, &p->timer, deadline_us);
	return p;
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	timers_unset(p->env->timers, &p->timer);
	hang_up(p);
	buf_clear(&p->result.reply);
	free(p->attempts);
	free(p->dials);
	free(p->note);
	free(p);
}

void
probe_start(struct probe *p, const struct addr *addrs, size_t n, int64_t now_us)
{
	size_t i;

	p->attempts = xcalloc(n, sizeof(p->attempts[0]));
	p->dials = xcalloc(n, sizeof(p->dials[0]));
	p->n = n;
	for (i = 0; i < n; i++) {
		p->attempts[i].addr = addrs[i];
		p->attempts[i].outcome = OUTCOME_NOT_PROBED;
		addr_set_port(&p->attempts[i].addr, p->target->port);
		p->dials[i].watch = (struct watch){ dial_ready, -1,
			WANT_WRITE };
		p->dials[i].probe = p;
		p->dials[i].due_us = CLOCK_NEVER;
	}
	p->result.attempts = p->attempts;
	p->phase = PHASE_CONNECT;
	p->start_us = now_us;
	p->next_us = now_us;
	/* Each address gets its turn, however short the time. */
	p->stagger_us = (p->deadline_us - now_us) / (int64_t)(n + 1);
	if (p->stagger_us > PROBE_STAGGER_US)
		p->stagger_us = PROBE_STAGGER_US;
	advance(p, now_us);
}

void
probe_fail(struct probe *p, enum outcome outcome, const char *note,
    int64_t now_us)
{
	p->note = xstrdup(note);
	p->result.note = p->note;
	finish(p, outcome, now_us);
}

void
probe_set_resolve_us(struct probe *p, int64_t us)
{
	p->result.resolve_us = us;
}

void
probe_wake(struct timer *t, int64_t now_us)
{
	advance((struct probe *)(void *)t, now_us);
}

void
probe_stop(struct probe *p, const char *note, int64_t now_us)
{
	if (p->phase != PHASE_DONE)
		probe_fail(p, OUTCOME_NOT_PROBED, note, now_us);
}

const struct target *
probe_target(const struct probe *p)
{
	return p->target;
}

const struct result *
probe_result(const struct probe *p)
{
	return &p->result;
}

/* Does all that can be done at this time without waiting. */
static void
advance(struct probe *p, int64_t now_us)
{
	if (p->phase == PHASE_CONNECT)
		connect_on(p, now_us);
	if (p->phase == PHASE_TALK && !p->fresh)
		talk(p, now_us);
	if (p->phase != PHASE_DONE && now_us >= p->deadline_us)
		expire(p, now_us);
	if (p->phase != PHASE_DONE)
		arm(p, now_us);
	p->fresh = false;
}

static void
connect_on(struct probe *p, int64_t now_us)
{
	size_t i;

	for (i = 0; i < p->started && p->phase == PHASE_CONNECT; i++)
		if (p->dials[i].due_us <= now_us)
			dial_try(&p->dials[i], now_us);
	while (p->phase == PHASE_CONNECT && p->started < p->n &&
	    p->next_us <= now_us)
		dial_start(p, now_us);
	if (p->phase == PHASE_CONNECT && p->failed == p->n)
		unconnected(p, now_us);
}

static void
dial_start(struct probe *p, int64_t now_us)
{
	struct dial *d = &p->dials[p->started++];
	struct attempt *a = dial_attempt(d);

	p->next_us = now_us + p->stagger_us;
	p->result.n_attempts = p->started;
	d->start_us = now_us;
	d->watch.fd = sock_open(&a->addr);
	if (d->watch.fd == -1) {
		a->cause = (struct cause){ errno, .origin = ORIGIN_LOCAL };
		dial_failed(d, now_us);
		return;
	}
	dial_try(d, now_us);
}

static void
dial_ready(struct watch *w, int64_t now_us)
{
	struct dial *d = (struct dial *)(void *)w;

	d->due_us = now_us;
	advance(d->probe, now_us);
}

static void
dial_try(struct dial *d, int64_t now_us)
{
	struct attempt *a = dial_attempt(d);

	d->due_us = CLOCK_NEVER;
	switch (sock_connect(d->watch.fd, &a->addr, &a->cause)) {
	case SOCK_CONNECTED:
		dial_connected(d, now_us);
		break;
	case SOCK_PENDING:
		a->cause.err = watch_dial(d);
		if (a->cause.err != 0) {
			a->cause.origin = ORIGIN_LOCAL;
			dial_failed(d, now_us);
		}
		break;
	case SOCK_BUSY:
		d->due_us = now_us + BUSY_US;
		break;
	case SOCK_RESET:
		/* That it accepted is all that was asked of it. */
		if (d->probe->target->dialogue->n == 0)
			dial_connected(d, now_us);
		else
			dial_failed(d, now_us);
		break;
	case SOCK_FAILED:
		dial_failed(d, now_us);
		break;
	}
}

/*
 * A dial that was answered in the turn that started it goes on in the next
 * one, whose time is later than the answer.
 */
static void
dial_connected(struct dial *d, int64_t now_us)
{
	struct probe *p = d->probe;
	size_t i;

	dial_attempt(d)->outcome = OUTCOME_OK;
	dial_attempt(d)->cause = (struct cause){ 0 };
	p->peer = d;
	p->phase = PHASE_TALK;
	p->fresh = d->start_us == now_us;
	p->result.addr = dial_attempt(d)->addr;
	for (i = 0; i < p->started; i++)
		if (&p->dials[i] != d)
			dial_close(&p->dials[i]);
}

static void
dial_failed(struct dial *d, int64_t now_us)
{
	struct probe *p = d->probe;
	struct attempt *a = dial_attempt(d);

	a->outcome = cause_outcome(&a->cause, a->addr.any.sa_family);
	dial_close(d);
	p->failed++;
	p->next_us = now_us;
}

static void
dial_close(struct dial *d)
{
	if (d->watch.fd != -1)
		poller_close(d->probe->env->poller, &d->watch);
}

/* Returns 0 or an errno. */
static int
watch_dial(struct dial *d)
{
	int err = 0;

	if (!d->watched)
		err = poller_add(d->probe->env->poller, &d->watch);
	d->watched = err == 0;
	return err;
}

static struct attempt *
dial_attempt(const struct dial *d)
{
	return &d->probe->attempts[d - d->probe->dials];
}

/* The end of a probe of which no address connected. */
static void
unconnected(struct probe *p, int64_t now_us)
{
	const struct attempt *best = &p->attempts[0], *a;
	size_t i;

	for (i = 1; i < p->started; i++) {
		a = &p->attempts[i];
		if (attempt_asked(a) != attempt_asked(best)
			? attempt_asked(a)
			: outcome_tells_more(a->outcome, best->outcome))
			best = a;
	}
	p->result.addr = best->addr;
	p->result.cause = best->cause;
	finish(p, best->outcome, now_us);
}

static void
talk(struct probe *p, int64_t now_us)
{
	const struct dialogue *dialogue = p->target->dialogue;
	enum progress progress;

	if (p->result.connect_us == RESULT_NONE) {
		p->result.connect_us = now_us - p->start_us;
		p->result.rtt_us = sock_rtt_us(p->peer->watch.fd,
		    &p->result.syn_resent);
	}
	for (; p->step < dialogue->n; p->step++) {
		progress = talk_step(p, &dialogue->steps[p->step], now_us);
		if (progress != PROGRESS_DONE) {
			talk_wait(p, progress, now_us);
			return;
		}
		p->sent = 0;
		p->mark = p->result.reply.len;
		p->progress = (struct expect_progress){ 0 };
		p->wait_start_us = RESULT_NONE;
		p->quiet_us = CLOCK_NEVER;
	}
	finish(p, OUTCOME_OK, now_us);
}

static void
talk_wait(struct probe *p, enum progress progress, int64_t now_us)
{
	static const enum want wants[] = {
		[PROGRESS_READ] = WANT_READ,
		[PROGRESS_WRITE] = WANT_WRITE,
		[PROGRESS_TIMER] = WANT_NOTHING,
	};
	int err;

	if (progress == PROGRESS_ENDED)
		return;
	p->peer->watch.want = wants[progress];
	err = watch_dial(p->peer);
	if (err != 0) {
		p->result.cause = (struct cause){ err, .origin = ORIGIN_LOCAL };
		finish(p, OUTCOME_LOCAL_ERROR, now_us);
	}
}

static enum progress
talk_step(struct probe *p, const struct step *s, int64_t now_us)
{
	switch (s->kind) {
	case STEP_SEND:
		return send_on(p, s, now_us);
	case STEP_WAIT:
		return wait_on(p, s, now_us);
	case STEP_EXPECT:
		return read_on(p, s, now_us);
	}
	abort();
}

static enum progress
send_on(struct probe *p, const struct step *s, int64_t now_us)
{
	ssize_t n;

	while (p->sent < s->send.len) {
		n = sock_send(p->peer->watch.fd, s->send.data + p->sent,
		    s->send.len - p->sent);
		if (n == -1 && errno == EAGAIN)
			return PROGRESS_WRITE;
		if (n == -1) {
			p->result.cause = (struct cause){ errno,
				.origin = ORIGIN_PEER };
			finish(p, OUTCOME_RESET, now_us);
			return PROGRESS_ENDED;
		}
		p->sent += (size_t)n;
	}
	return PROGRESS_DONE;
}

static enum progress
wait_on(struct probe *p, const struct step *s, int64_t now_us)
{
	if (p->wait_start_us == RESULT_NONE)
		p->wait_start_us = now_us;
	if (now_us < p->wait_start_us + s->wait_us)
		return PROGRESS_TIMER;
	p->waited_us += now_us - p->wait_start_us;
	return PROGRESS_DONE;
}

static enum progress
read_on(struct probe *p, const struct step *s, int64_t now_us)
{
	struct buf *reply = &p->result.reply;
	enum judgement verdict = JUDGE_MORE;
	enum ending ending = ENDING_FULL;
	unsigned char *to;
	size_t room;

	while (verdict == JUDGE_MORE && (to = buf_room(reply, &room)) != NULL) {
		ssize_t n = sock_recv(p->peer->watch.fd, to, room);

		if (n > 0) {
			buf_added(reply, (size_t)n);
			if (p->target->dialogue->quiet_us != 0)
				p->quiet_us = now_us +
				    p->target->dialogue->quiet_us;
			verdict = judge(p, s);
		} else if (n == -1 && errno == EAGAIN) {
			if (now_us < p->quiet_us)
				return PROGRESS_READ;
			ending = ENDING_QUIET;
			break;
		} else {
			ending = n == 0 ? ENDING_CLOSED : ENDING_RESET;
			break;
		}
	}
	if (verdict == JUDGE_MATCH)
		return PROGRESS_DONE;
	answer_ended(p, verdict == JUDGE_MISMATCH ? ENDING_JUDGED : ending,
	    now_us);
	return PROGRESS_ENDED;
}

static enum judgement
judge(struct probe *p, const struct step *s)
{
	const unsigned char *answer = p->result.reply.data + p->mark;
	size_t len = p->result.reply.len - p->mark;

	if (s->judge != NULL)
		return s->judge(answer, len);
	return expect_judge(&s->expect, &p->progress, answer, len);
}

/* No more comes of an answer that is not the expected one. */
static void
answer_ended(struct probe *p, enum ending ending, int64_t now_us)
{
	static const enum outcome without_answer[] = {
		[ENDING_JUDGED] = OUTCOME_MISMATCH,
		[ENDING_CLOSED] = OUTCOME_NO_DATA,
		[ENDING_RESET] = OUTCOME_RESET,
		[ENDING_QUIET] = OUTCOME_STALLED,
		[ENDING_FULL] = OUTCOME_MISMATCH,
		[ENDING_DEADLINE] = OUTCOME_STALLED,
	};
	bool answered = p->result.reply.len > p->mark;

	p->result.ending = ending;
	if (ending == ENDING_RESET)
		p->result.cause = (struct cause){ ECONNRESET,
			.origin = ORIGIN_PEER };
	finish(p, answered ? OUTCOME_MISMATCH : without_answer[ending], now_us);
}

/* The deadline has come. */
static void
expire(struct probe *p, int64_t now_us)
{
	size_t i;

	switch (p->phase) {
	case PHASE_RESOLVE:
		finish(p, OUTCOME_LOOKUP_TIMEOUT, now_us);
		break;
	case PHASE_CONNECT:
		for (i = 0; i < p->started; i++)
			if (p->dials[i].watch.fd != -1)
				p->attempts[i].outcome = OUTCOME_TIMEOUT;
		unconnected(p, now_us);
		break;
	case PHASE_TALK:
		answer_ended(p, ENDING_DEADLINE, now_us);
		break;
	case PHASE_DONE:
		break;
	}
}

/* The one way out. */
static void
finish(struct probe *p, enum outcome outcome, int64_t now_us)
{
	if (p->phase == PHASE_CONNECT || p->phase == PHASE_TALK)
		p->result.time_us = response_time(p, now_us);
	p->result.outcome = outcome;
	p->phase = PHASE_DONE;
	timers_unset(p->env->timers, &p->timer);
	hang_up(p);
	p->env->done(p->env->ctx, p);
}

/*
 * The first attempt to now, less what was waited on purpose.  Of a mere
 * connection the kernel knows better how long it took than who was told late.
 */
static int64_t
response_time(const struct probe *p, int64_t now_us)
{
	if (p->phase == PHASE_TALK && p->target->dialogue->n == 0 &&
	    p->result.rtt_us != RESULT_NONE)
		return p->peer->start_us - p->start_us + p->result.rtt_us;
	return now_us - p->start_us - p->waited_us;
}

static void
hang_up(struct probe *p)
{
	const struct bytes *quit = &p->target->dialogue->quit;
	size_t i;

	if (p->peer != NULL && p->peer->watch.fd != -1 && quit->len > 0)
		(void)sock_send(p->peer->watch.fd, quit->data, quit->len);
	for (i = 0; i < p->started; i++)
		dial_close(&p->dials[i]);
}

/* Sets the timer to the first thing that does not come as an event. */
static void
arm(struct probe *p, int64_t now_us)
{
	int64_t at = p->deadline_us;
	size_t i;

	if (p->phase == PHASE_CONNECT) {
		if (p->started < p->n && p->next_us < at)
			at = p->next_us;
		for (i = 0; i < p->started; i++)
			if (p->dials[i].due_us < at)
				at = p->dials[i].due_us;
	} else if (p->phase == PHASE_TALK) {
		if (p->quiet_us < at)
			at = p->quiet_us;
		if (p->wait_start_us != RESULT_NONE) {
			const struct step *s = &p->target->dialogue
						    ->steps[p->step];

			if (p->wait_start_us + s->wait_us < at)
				at = p->wait_start_us + s->wait_us;
		}
		if (p->fresh)
			at = now_us + 1;
	}
	timers_set(p->env->timers, &p->timer, at);
}
