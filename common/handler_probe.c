/* SPDX-License-Identifier: ISC */
#include "handler_probe.h"

#include <assert.h>
#include <errno.h>

#include "clock.h"
#include "command.h"
#include "handler.h"

#define NOTE_MAX 300

#define PERFDATA_MAX 65536

struct handler_run {
	struct probe probe; /* first: a probe of this kind is its run's */
	struct command command;
	struct attempt attempt;
	int64_t start_us;
	int64_t deadline_us;
	bool running;
	struct text note;
	struct text perfdata;
};

static void start(struct probe *, const struct addr *, size_t, int64_t, int64_t,
    int64_t);
static void wake(struct probe *, int64_t);
static void stop(struct probe *, const char *, int64_t);
static void clear(struct probe *);
static struct handler_run *of_probe(struct probe *);
static int run(struct handler_run *);
static void not_run(struct handler_run *, int, int64_t);
static void ended(struct command *, int64_t);
static void judge(struct handler_run *, int64_t);
static void expired(struct handler_run *, int64_t);
static void tell(struct handler_run *, enum outcome, int64_t);
static struct buf first_line(const struct command *);
static void finish(struct handler_run *, struct result *, int64_t);
static void forget(struct handler_run *);

const struct probe_kind handler_probe = {
	.size = sizeof(struct handler_run),
	.start = start,
	.wake = wake,
	.stop = stop,
	.clear = clear,
};

/* Of several addresses it gets the first; hedge_us is of no meaning. */
static void
start(struct probe *probe, const struct addr *addrs, size_t n,
    int64_t deadline_us, int64_t hedge_us, int64_t now_us)
{
	struct handler_run *r = of_probe(probe);
	int err;

	(void)hedge_us;
	assert(!r->running && n > 0);
	r->running = true;
	r->start_us = now_us;
	r->deadline_us = deadline_us;
	r->attempt = (struct attempt){ .addr = addrs[0] };
	addr_set_port(&r->attempt.addr, probe->target->port);
	text_init(&r->note, NOTE_MAX);
	text_init(&r->perfdata, PERFDATA_MAX);
	err = run(r);
	if (err != 0)
		not_run(r, err, now_us);
	else
		timers_set(probe->env->timers, &probe->timer, deadline_us);
}

static void
wake(struct probe *probe, int64_t now_us)
{
	struct handler_run *r = of_probe(probe);

	if (command_stop(&r->command))
		judge(r, now_us);
	else
		expired(r, now_us);
}

static void
stop(struct probe *probe, const char *note, int64_t now_us)
{
	struct result result = { .outcome = OUTCOME_NOT_PROBED, .note = note };
	struct handler_run *r = of_probe(probe);

	if (!r->running)
		return;
	(void)command_stop(&r->command);
	finish(r, &result, now_us);
}

static void
clear(struct probe *probe)
{
	forget(of_probe(probe));
}

static struct handler_run *
of_probe(struct probe *p)
{
	return (struct handler_run *)(void *)p;
}

/* Returns 0 or an errno. */
static int
run(struct handler_run *r)
{
	const struct target *target = r->probe.target;
	const struct handler_question q = { target, &r->attempt.addr,
		r->deadline_us - r->start_us };
	struct call call;
	int err = E2BIG;

	r->command.poller = r->probe.env->poller;
	r->command.done = ended;
	r->command.ctx = r;
	if (handler_call_init(&call, target->terms->handler, &q))
		err = command_start(&r->command, call.path.data, call.argv,
		    call.envp);
	if (err != 0)
		command_put_error(&r->note, call.path.data, err);
	call_free(&call);
	return err;
}

static void
not_run(struct handler_run *r, int err, int64_t now_us)
{
	struct result result = {
		.outcome = OUTCOME_LOCAL_ERROR,
		.cause = { err, .origin = ORIGIN_LOCAL },
		.note = r->note.data,
	};

	r->attempt.cause = result.cause;
	finish(r, &result, now_us);
}

static void
ended(struct command *c, int64_t now_us)
{
	judge(c->ctx, now_us);
}

static void
judge(struct handler_run *r, int64_t now_us)
{
	static const enum outcome outcomes[] = { OUTCOME_OK,
		OUTCOME_HANDLER_WARNING, OUTCOME_HANDLER_CRITICAL,
		OUTCOME_HANDLER_UNKNOWN };
	int code = r->command.code;

	if (code >= 0 &&
	    (size_t)code < sizeof(outcomes) / sizeof(outcomes[0])) {
		tell(r, outcomes[code], now_us);
		return;
	}
	command_put_end(&r->note, &r->command);
	tell(r, OUTCOME_HANDLER_UNKNOWN, now_us);
}

static void
expired(struct handler_run *r, int64_t now_us)
{
	if (r->deadline_us - r->start_us < r->probe.target->terms->timeout_us) {
		text_puts(&r->note, "the run ended first");
		finish(r,
		    &(struct result){
			.outcome = OUTCOME_NOT_PROBED, .note = r->note.data },
		    now_us);
		return;
	}
	command_put_late(&r->note, &r->command, r->deadline_us - r->start_us);
	tell(r, OUTCOME_HANDLER_UNKNOWN, now_us);
}

/* What it says is as if the port had said it. */
static void
tell(struct handler_run *r, enum outcome outcome, int64_t now_us)
{
	const struct buf *out = &r->command.out.bytes;
	struct result result = {
		.outcome = outcome,
		.cause.origin = ORIGIN_PEER,
		.note = r->note.len > 0 ? r->note.data : NULL,
		.reply = first_line(&r->command),
	};

	handler_perfdata(&r->perfdata, out->data, out->len);
	if (r->perfdata.len > 0)
		result.perfdata = r->perfdata.data;
	r->attempt.cause = result.cause;
	finish(r, &result, now_us);
}

/* Of its output, or where there is no text, of what it complains of. */
static struct buf
first_line(const struct command *c)
{
	struct buf line = c->out.bytes;

	line.len = handler_line(line.data, line.len);
	if (line.len == 0) {
		line = c->err.bytes;
		line.len = handler_line(line.data, line.len);
	}
	return line;
}

/* The one way out: adds to the result what any result has. */
static void
finish(struct handler_run *r, struct result *result, int64_t now_us)
{
	bool began = result->outcome != OUTCOME_LOCAL_ERROR;

	result->addr = r->attempt.addr;
	result->time_us = began ? now_us - r->start_us : RESULT_NONE;
	result->resolve_us = r->probe.tag.resolve_us;
	result->connect_us = RESULT_NONE;
	result->rtt_us = RESULT_NONE;
	result->tls_us = RESULT_NONE;
	result->reply_us = RESULT_NONE;
	r->attempt.outcome = result->outcome;
	result->attempts = &r->attempt;
	result->n_attempts = 1;
	timers_unset(r->probe.env->timers, &r->probe.timer);
	r->probe.env->done(r->probe.env->ctx, &r->probe, result);
	forget(r);
}

static void
forget(struct handler_run *r)
{
	if (!r->running)
		return;
	r->running = false;
	command_clear(&r->command);
	text_free(&r->note);
	text_free(&r->perfdata);
}
