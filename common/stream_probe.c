/* SPDX-License-Identifier: ISC */
#include "stream_probe.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "tls.h"
#include "xalloc.h"

/* How long a Unix socket with a full queue is left alone. */
#define BUSY_US (10 * CLOCK_MILLISECOND)

/* How long a peer has time to refuse our certificate. */
#define SETTLE_US (1 * CLOCK_SECOND)

/* An answer that takes a judge is decided by then. */
#define JUDGED_MAX ((size_t)16 * 1024)

/* What is read of one answer in one turn, for the sake of the others. */
#define READ_MAX ((size_t)256 * 1024)

enum phase {
	PHASE_IDLE,
	PHASE_CONNECT,
	PHASE_TALK,
} __attribute__((packed));

/* The connection to one of the addresses, while it is tried and after. */
struct dial {
	struct watch watch; /* first: a watch is its dial */
	struct stream *probe;
	int64_t start_us;
	int64_t due_us; /* when to ask how it went; or an event tells */
};

/* The dialogue with the first that connected. */
struct talk {
	struct buf reply;
	size_t step;
	size_t sent;
	struct bytes send;   /* of the last such step that began */
	bool prepared;       /* the present one */
	unsigned char *made; /* for what is computed of it */
	int64_t sent_us;     /* when it was begun, by the wall clock */
	size_t mark;         /* where in the reply the present step begins */
	struct expect_progress progress;
	int64_t wait_start_us; /* RESULT_NONE: not waiting */
	int64_t waited_us;     /* in steps that wait */
	int64_t quiet_us;      /* when an undecided answer is at its end */
	int64_t begin_us;      /* of the present step */
	int64_t first_us;      /* byte of the answer, or RESULT_NONE */
	int64_t last_us;       /* and the last */
	int64_t wall_us;       /* the first of this step's, by the wall clock */
	int64_t offset_us;     /* what a judge found, if has_offset */
	bool has_offset;
	struct tls *tls;   /* NULL: in the clear */
	bool shaken;       /* its handshake is done */
	int64_t tls_us;    /* and took so long, or RESULT_NONE */
	int64_t step_us[]; /* how long each took */
};

/* There may be very many: what only some need is allocated apart. */
struct stream {
	struct probe probe; /* first: a probe of this kind is its stream */
	int64_t deadline_us;
	int64_t start_us;
	int64_t next_us; /* when the next address is tried */
	int64_t connect_us;
	int64_t rtt_us;
	uint32_t stagger_us;
	uint32_t syn_resent;
	enum phase phase;
	bool again;  /* there is more to do, but in the next turn */
	bool hedged; /* all attempts are of the same address */

	/* One for each address, in the order to try them in. */
	uint8_t n;
	uint8_t started;
	uint8_t failed;
	uint8_t peer; /* the one that connected */
	struct attempt *attempts;
	struct dial *dials;
	struct attempt one_attempt;
	struct dial one_dial;

	struct talk *talk; /* NULL: not connected, or nothing to say */
};

/* How far a step of the dialogue came. */
enum progress {
	PROGRESS_DONE,
	PROGRESS_READ,  /* goes on when the peer sends */
	PROGRESS_WRITE, /* goes on when the peer takes more */
	PROGRESS_TIMER,
	PROGRESS_ENDED, /* and so did the probe */
};

static void start(struct probe *, const struct addr *, size_t, int64_t, int64_t,
    int64_t);
static struct stream *stream_of(struct probe *);
static void wake(struct probe *, int64_t);
static void stop(struct probe *, const char *, int64_t);
static void clear(struct probe *);
static void prepare_tls(const struct target *);
static void set_addresses(struct stream *, const struct addr *, size_t);
static void advance(struct stream *, int64_t);
static void connect_on(struct stream *, int64_t);
static bool answered(const struct stream *);
static void dial_start(struct stream *, int64_t);
static int dial_open(struct stream *, const struct addr *);
static void dial_ready(struct watch *, int64_t);
static void dial_try(struct dial *, int64_t);
static bool begins_with_tls(const struct stream *);
static void dial_connected(struct dial *, int64_t);
static void dial_failed(struct dial *, int64_t);
static void dial_close(struct dial *);
static void dial_spare(struct dial *);
static int dial_watch(struct dial *);
static struct attempt *dial_attempt(const struct dial *);
static void unconnected(struct stream *, int64_t);
static void talk(struct stream *, int64_t);
static void own_time(struct stream *, int64_t);
static void talk_wait(struct stream *, enum progress, int64_t);
static enum progress talk_step(struct stream *, const struct step *, int64_t);
static enum progress shake_on(struct stream *, int64_t);
static bool verified(struct stream *, int64_t);
static enum progress settle(struct stream *, int64_t);
static bool before_tls(const struct stream *);
static void no_tls(struct stream *, const char *, int64_t);
static void tls_failed(struct stream *, int64_t);
static enum progress send_on(struct stream *, const struct step *, int64_t);
static void prepare(struct stream *, const struct step *);
static enum tls_status peer_send(const struct stream *, const void *, size_t,
    size_t *);
static enum tls_status peer_recv(const struct stream *, void *, size_t,
    size_t *);
static void send_failed(struct stream *, int64_t);
static enum progress wait_on(struct stream *, const struct step *, int64_t);
static enum progress read_on(struct stream *, const struct step *, int64_t);
static enum progress read_done(struct stream *, const struct step *,
    enum judgement, enum ending, int64_t);
static bool complete(struct stream *, const struct step *, enum answer_end,
    int64_t);
static enum judgement judge(struct stream *, const struct step *,
    enum answer_end);
static void step_done(struct talk *, const struct step *, int64_t);
static bool has_answer(const struct talk *);
static void answer_ended(struct stream *, enum ending, int64_t);
static void lost(struct stream *, enum outcome, int, enum origin, int64_t);
static void expire(struct stream *, int64_t);
static void talk_expired(struct stream *, int64_t);
static void finish(struct stream *, struct result *, int64_t);
static void add_talk(struct stream *, struct result *, int64_t);
static int64_t response_time(const struct stream *, int64_t);
static void hang_up(struct stream *);
static void say_goodbye(const struct stream *);
static void arm(struct stream *, int64_t);
static void earlier(int64_t *, int64_t);

const struct probe_kind stream_probe = {
	.size = sizeof(struct stream),
	.start = start,
	.wake = wake,
	.stop = stop,
	.clear = clear,
	.prepare = prepare_tls,
};

static void
start(struct probe *probe, const struct addr *addrs, size_t n,
    int64_t deadline_us, int64_t hedge_us, int64_t now_us)
{
	struct stream *p = stream_of(probe);
	const struct addr twice[] = { addrs[0], addrs[0] };

	assert(p->phase == PHASE_IDLE && n > 0);
	p->deadline_us = deadline_us;
	p->start_us = now_us;
	p->next_us = now_us;
	p->connect_us = RESULT_NONE;
	p->rtt_us = RESULT_NONE;
	p->syn_resent = 0;
	p->phase = PHASE_CONNECT;
	p->hedged = n == 1 && hedge_us > 0;
	if (p->hedged) {
		set_addresses(p, twice, 2);
		p->stagger_us = (uint32_t)hedge_us;
	} else {
		set_addresses(p, addrs, n);
		p->stagger_us = (uint32_t)probe_stagger_us(p->n,
		    deadline_us - now_us);
	}
	advance(p, now_us);
}

static struct stream *
stream_of(struct probe *p)
{
	return (struct stream *)(void *)p;
}

static void
wake(struct probe *p, int64_t now_us)
{
	advance(stream_of(p), now_us);
}

static void
stop(struct probe *probe, const char *note, int64_t now_us)
{
	struct result r = { .outcome = OUTCOME_NOT_PROBED, .note = note };
	struct stream *p = stream_of(probe);

	if (p->phase != PHASE_IDLE)
		finish(p, &r, now_us);
}

static void
clear(struct probe *p)
{
	hang_up(stream_of(p));
}

/* That it failed is for whoever needs it to say. */
static void
prepare_tls(const struct target *target)
{
	if (target->dialogue->tls != NULL)
		(void)tls_context_open(target->dialogue->tls);
}

static void
set_addresses(struct stream *p, const struct addr *addrs, size_t n)
{
	size_t i;

	if (n > PROBE_ADDRS_MAX)
		n = PROBE_ADDRS_MAX;
	p->n = (uint8_t)n;
	p->started = 0;
	p->failed = 0;
	p->attempts = &p->one_attempt;
	p->dials = &p->one_dial;
	if (n > 1) {
		p->attempts = xcalloc(n, sizeof(p->attempts[0]));
		p->dials = xcalloc(n, sizeof(p->dials[0]));
	}
	for (i = 0; i < n; i++) {
		p->attempts[i] = (struct attempt){ .addr = addrs[i],
			.outcome = OUTCOME_NOT_PROBED };
		addr_set_port(&p->attempts[i].addr, p->probe.target->port);
		p->dials[i] = (struct dial){ { dial_ready, -1, WANT_WRITE }, p,
			0, CLOCK_NEVER };
	}
}

/* Does all that can be done at this time without waiting. */
static void
advance(struct stream *p, int64_t now_us)
{
	if (p->phase == PHASE_CONNECT)
		connect_on(p, now_us);
	if (p->phase == PHASE_TALK && !p->again)
		talk(p, now_us);
	if (p->phase != PHASE_IDLE && now_us >= p->deadline_us)
		expire(p, now_us);
	if (p->phase != PHASE_IDLE)
		arm(p, now_us);
	p->again = false;
}

static void
connect_on(struct stream *p, int64_t now_us)
{
	size_t i;

	/* At the deadline, a last look at all. */
	for (i = 0; i < p->started && p->phase == PHASE_CONNECT; i++)
		if (p->dials[i].due_us <= now_us ||
		    (p->dials[i].watch.fd != -1 && now_us >= p->deadline_us))
			dial_try(&p->dials[i], now_us);
	while (p->phase == PHASE_CONNECT && p->started < p->n &&
	    p->next_us <= now_us && !answered(p))
		dial_start(p, now_us);
	if (p->phase == PHASE_CONNECT && answered(p))
		unconnected(p, now_us);
}

/* Whether a failure is the answer: of one address there is no second opinion. */
static bool
answered(const struct stream *p)
{
	return p->failed == p->n || (p->hedged && p->failed > 0);
}

static void
dial_start(struct stream *p, int64_t now_us)
{
	struct dial *d = &p->dials[p->started++];
	struct attempt *a = dial_attempt(d);

	p->next_us = now_us + p->stagger_us;
	d->start_us = now_us;
	d->watch.fd = dial_open(p, &a->addr);
	if (d->watch.fd == -1) {
		a->cause = (struct cause){ errno, .origin = ORIGIN_LOCAL };
		dial_failed(d, now_us);
		/* Nothing was asked, whatever connect(2) says with this. */
		a->outcome = OUTCOME_LOCAL_ERROR;
		return;
	}
	dial_try(d, now_us);
}

static int
dial_open(struct stream *p, const struct addr *a)
{
	const struct sock_conf *conf = probe_sock(&p->probe);
	struct probe_env *env = p->probe.env;
	int fd = env->spare_fd;

	if (fd == -1 || env->spare_family != a->family ||
	    env->spare_sock != conf)
		return sock_open(a, conf);
	env->spare_fd = -1;
	return fd;
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
		a->cause.err = dial_watch(d);
		if (a->cause.err != 0) {
			a->cause.origin = ORIGIN_LOCAL;
			dial_failed(d, now_us);
		}
		break;
	case SOCK_BUSY:
		d->due_us = now_us + BUSY_US;
		break;
	case SOCK_RESET:
		/*
		 * That it accepted is all that was asked of it; or there is to
		 * be a handshake, which will fail.
		 */
		if (d->probe->probe.target->dialogue->n == 0 ||
		    begins_with_tls(d->probe))
			dial_connected(d, now_us);
		else
			dial_failed(d, now_us);
		break;
	case SOCK_FAILED:
		if (!d->watch.polled && sock_reusable(&a->addr, &a->cause))
			dial_spare(d);
		dial_failed(d, now_us);
		break;
	}
}

static bool
begins_with_tls(const struct stream *p)
{
	const struct dialogue *d = p->probe.target->dialogue;

	return d->n > 0 && d->steps[0].kind == STEP_TLS;
}

/*
 * A dial that was answered in the turn that started it goes on in the next
 * one, whose time is later than the answer; unless the kernel knows the time.
 */
static void
dial_connected(struct dial *d, int64_t now_us)
{
	struct stream *p = d->probe;
	size_t i;

	dial_attempt(d)->outcome = OUTCOME_OK;
	dial_attempt(d)->cause = (struct cause){ 0 };
	p->peer = (uint8_t)(d - p->dials);
	p->phase = PHASE_TALK;
	p->rtt_us = sock_rtt_us(d->watch.fd, &p->syn_resent);
	p->again = d->start_us == now_us &&
	    (p->rtt_us == RESULT_NONE || p->probe.target->dialogue->n > 0);
	if (d->start_us != now_us)
		p->connect_us = now_us - p->start_us;
	else if (p->rtt_us != RESULT_NONE)
		p->connect_us = now_us - p->start_us + p->rtt_us;
	for (i = 0; i < p->started; i++)
		if (&p->dials[i] != d)
			dial_close(&p->dials[i]);
}

static void
dial_failed(struct dial *d, int64_t now_us)
{
	struct stream *p = d->probe;
	struct attempt *a = dial_attempt(d);

	probe_attempt_failed(&p->probe, a);
	dial_close(d);
	/* That there is no second socket says nothing of the first. */
	if (p->hedged && d != p->dials && a->cause.origin == ORIGIN_LOCAL)
		return;
	p->failed++;
	p->next_us = now_us;
}

static void
dial_close(struct dial *d)
{
	if (d->watch.fd != -1)
		poller_close(d->probe->probe.env->poller, &d->watch);
}

/* Keeps the refused socket for the next attempt, if there is not one yet. */
static void
dial_spare(struct dial *d)
{
	struct probe_env *env = d->probe->probe.env;

	if (env->spare_fd != -1)
		return;
	env->spare_fd = d->watch.fd;
	env->spare_family = dial_attempt(d)->addr.family;
	env->spare_sock = probe_sock(&d->probe->probe);
	d->watch.fd = -1;
}

/* Returns 0 or an errno. */
static int
dial_watch(struct dial *d)
{
	return d->watch.polled
	    ? 0
	    : poller_add(d->probe->probe.env->poller, &d->watch);
}

static struct attempt *
dial_attempt(const struct dial *d)
{
	return &d->probe->attempts[d - d->probe->dials];
}

/* The end of a probe of which no address connected. */
static void
unconnected(struct stream *p, int64_t now_us)
{
	const struct attempt *told = probe_most_telling(p->attempts,
	    p->started);
	struct result r = {
		.outcome = told->outcome,
		.cause = told->cause,
		.addr = told->addr,
	};

	finish(p, &r, now_us);
}

static void
talk(struct stream *p, int64_t now_us)
{
	const struct dialogue *dialogue = p->probe.target->dialogue;
	struct result ok = { .outcome = OUTCOME_OK };
	struct talk *t = p->talk;
	enum progress progress;

	if (p->connect_us == RESULT_NONE)
		p->connect_us = now_us - p->start_us;
	if (t == NULL && dialogue->n > 0) {
		t = p->talk = xcalloc(1,
		    sizeof(*t) + dialogue->n * sizeof(t->step_us[0]));
		t->wait_start_us = RESULT_NONE;
		t->quiet_us = CLOCK_NEVER;
		t->begin_us = now_us;
		t->first_us = RESULT_NONE;
		t->tls_us = RESULT_NONE;
		if (begins_with_tls(p))
			own_time(p, now_us);
		buf_init(&t->reply, dialogue->max_bytes);
	}
	for (; t != NULL && t->step < dialogue->n; t->step++) {
		progress = talk_step(p, &dialogue->steps[t->step], now_us);
		if (progress != PROGRESS_DONE) {
			talk_wait(p, progress, now_us);
			return;
		}
		step_done(t, &dialogue->steps[t->step], now_us);
	}
	finish(p, &ok, now_us);
}

/*
 * TLS was made ready while the answer came, and longer maybe: the peer has no
 * part in that.
 */
static void
own_time(struct stream *p, int64_t now_us)
{
	const struct dial *d = &p->dials[p->peer];
	int64_t connect_us = d->start_us - p->start_us + p->rtt_us;

	if (p->rtt_us == RESULT_NONE || connect_us >= now_us - p->start_us)
		return;
	p->connect_us = connect_us;
	p->talk->waited_us = now_us - p->start_us - connect_us;
}

static void
talk_wait(struct stream *p, enum progress progress, int64_t now_us)
{
	static const enum want wants[] = {
		[PROGRESS_READ] = WANT_READ,
		[PROGRESS_WRITE] = WANT_WRITE,
		[PROGRESS_TIMER] = WANT_NOTHING,
	};
	int err;

	if (progress == PROGRESS_ENDED)
		return;
	p->dials[p->peer].watch.want = wants[progress];
	err = dial_watch(&p->dials[p->peer]);
	if (err != 0)
		lost(p, OUTCOME_LOCAL_ERROR, err, ORIGIN_LOCAL, now_us);
}

static enum progress
talk_step(struct stream *p, const struct step *s, int64_t now_us)
{
	switch (s->kind) {
	case STEP_SEND:
		return send_on(p, s, now_us);
	case STEP_WAIT:
		return wait_on(p, s, now_us);
	case STEP_EXPECT:
		return read_on(p, s, now_us);
	case STEP_TLS:
		return shake_on(p, now_us);
	case STEP_CLOSE:
		if (p->talk->tls != NULL)
			tls_end(p->talk->tls);
		sock_end(p->dials[p->peer].watch.fd);
		return PROGRESS_DONE;
	}
	abort();
}

static enum progress
shake_on(struct stream *p, int64_t now_us)
{
	const struct target *target = p->probe.target;
	struct talk *t = p->talk;

	if (t->tls == NULL)
		t->tls = tls_start(target->dialogue->tls,
		    p->dials[p->peer].watch.fd, target_name(target));
	if (t->tls == NULL) {
		struct result r = {
			.outcome = OUTCOME_LOCAL_ERROR,
			.note = tls_context_open(target->dialogue->tls),
		};

		finish(p, &r, now_us);
		return PROGRESS_ENDED;
	}
	switch (tls_told(t->tls) != NULL ? TLS_DONE : tls_handshake(t->tls)) {
	case TLS_DONE:
		/* It took its time: the clock is read before that is told. */
		if (!t->shaken && now_us < p->deadline_us) {
			t->shaken = true;
			p->again = true;
			return PROGRESS_TIMER;
		}
		if (t->tls_us != RESULT_NONE)
			return settle(p, now_us);
		t->tls_us = now_us - t->begin_us;
		return verified(p, now_us) ? settle(p, now_us) : PROGRESS_ENDED;
	case TLS_READ:
		return PROGRESS_READ;
	case TLS_WRITE:
		return PROGRESS_WRITE;
	case TLS_CLOSED:
	case TLS_FAILED:
		tls_failed(p, now_us);
		return PROGRESS_ENDED;
	}
	abort();
}

/*
 * Nothing is said to a peer that is not the one it should be; dates are for
 * who judges the result.
 */
static bool
verified(struct stream *p, int64_t now_us)
{
	struct result r = { .outcome = tls_told(p->talk->tls)->verified };

	if (!outcome_distrusts(r.outcome))
		return true;
	finish(p, &r, now_us);
	return false;
}

/*
 * Where no answer is expected, a refusal of our certificate would not be seen:
 * it is waited for a while, which is no time of the peer's.
 */
static enum progress
settle(struct stream *p, int64_t now_us)
{
	const struct dialogue *d = p->probe.target->dialogue;
	struct talk *t = p->talk;
	enum tls_status got;
	size_t i;

	for (i = t->step + 1; i < d->n; i++)
		if (d->steps[i].kind == STEP_EXPECT)
			return PROGRESS_DONE;
	got = tls_settle(t->tls);
	if (got == TLS_FAILED && tls_why(t->tls)[0] != '\0') {
		tls_failed(p, now_us);
		return PROGRESS_ENDED;
	}
	if (got == TLS_FAILED) {
		lost(p, OUTCOME_RESET, ECONNRESET, ORIGIN_PEER, now_us);
		return PROGRESS_ENDED;
	}
	if (got == TLS_READ && t->quiet_us == CLOCK_NEVER) {
		int64_t wait_us = (p->deadline_us - now_us) / 2;

		if (wait_us > SETTLE_US)
			wait_us = SETTLE_US;
		t->quiet_us = now_us + wait_us;
	}
	if (got == TLS_READ && now_us < t->quiet_us)
		return PROGRESS_READ;
	t->waited_us += now_us - t->begin_us - t->tls_us;
	return PROGRESS_DONE;
}

/* Whether the present step is the last in the clear in which the peer speaks. */
static bool
before_tls(const struct stream *p)
{
	const struct dialogue *d = p->probe.target->dialogue;
	size_t next = p->talk->step + 1;

	while (next < d->n && d->steps[next].kind == STEP_SEND)
		next++;
	return next < d->n && d->steps[next].kind == STEP_TLS;
}

static void
no_tls(struct stream *p, const char *why, int64_t now_us)
{
	struct result r = { .outcome = OUTCOME_TLS_FAILED, .note = why };

	finish(p, &r, now_us);
}

/* What the peer said in place of TLS is its answer. */
static void
tls_failed(struct stream *p, int64_t now_us)
{
	struct talk *t = p->talk;
	struct result r = {
		.outcome = OUTCOME_TLS_FAILED,
		.note = tls_why(t->tls),
	};
	size_t len, room;
	const unsigned char *heard = tls_heard(t->tls, &len);
	unsigned char *to;

	while (len > 0 && (to = buf_room(&t->reply, &room)) != NULL) {
		if (room > len)
			room = len;
		memcpy(to, heard, room);
		buf_added(&t->reply, room);
		heard += room;
		len -= room;
	}
	finish(p, &r, now_us);
}

static enum progress
send_on(struct stream *p, const struct step *s, int64_t now_us)
{
	struct talk *t = p->talk;
	size_t n;

	if (!t->prepared)
		prepare(p, s);
	while (t->sent < t->send.len) {
		switch (peer_send(p, t->send.data + t->sent,
		    t->send.len - t->sent, &n)) {
		case TLS_DONE:
			t->sent += n;
			break;
		case TLS_READ:
			return PROGRESS_READ;
		case TLS_WRITE:
			return PROGRESS_WRITE;
		case TLS_CLOSED:
		case TLS_FAILED:
			send_failed(p, now_us);
			return PROGRESS_ENDED;
		}
	}
	return PROGRESS_DONE;
}

/* Once: TLS may have taken what is said though it is not sent yet. */
static void
prepare(struct stream *p, const struct step *s)
{
	struct talk *t = p->talk;

	t->prepared = true;
	t->send = s->send;
	t->sent_us = clock_wall_us();
	if (s->make == NULL)
		return;
	if (t->made == NULL)
		t->made = xmalloc(STEP_MADE_MAX);
	t->send = (struct bytes){
		(const char *)t->made,
		s->make(&(struct question){ .target = p->probe.target,
		    .arg = s->arg,
		    .wall_us = t->sent_us,
		    .to = t->made }),
	};
}

static enum tls_status
peer_send(const struct stream *p, const void *bytes, size_t len, size_t *n)
{
	ssize_t sent;

	if (p->talk->tls != NULL)
		return tls_send(p->talk->tls, bytes, len, n);
	sent = sock_send(p->dials[p->peer].watch.fd, bytes, len);
	if (sent == -1)
		return errno == EAGAIN ? TLS_WRITE : TLS_FAILED;
	*n = (size_t)sent;
	return TLS_DONE;
}

static enum tls_status
peer_recv(const struct stream *p, void *to, size_t room, size_t *n)
{
	ssize_t got;

	if (p->talk->tls != NULL)
		return tls_recv(p->talk->tls, to, room, n);
	got = sock_recv(p->dials[p->peer].watch.fd, to, room);
	if (got == -1)
		return errno == EAGAIN ? TLS_READ : TLS_FAILED;
	*n = (size_t)got;
	return got > 0 ? TLS_DONE : TLS_CLOSED;
}

/* What was to be sent cannot be. */
static void
send_failed(struct stream *p, int64_t now_us)
{
	if (p->talk->tls != NULL && tls_why(p->talk->tls)[0] != '\0')
		tls_failed(p, now_us);
	else
		lost(p, OUTCOME_RESET, p->talk->tls != NULL ? EPIPE : errno,
		    ORIGIN_PEER, now_us);
}

static enum progress
wait_on(struct stream *p, const struct step *s, int64_t now_us)
{
	struct talk *t = p->talk;

	if (t->wait_start_us == RESULT_NONE)
		t->wait_start_us = now_us;
	if (now_us < t->wait_start_us + s->wait_us)
		return PROGRESS_TIMER;
	t->waited_us += now_us - t->wait_start_us;
	return PROGRESS_DONE;
}

static enum progress
read_on(struct stream *p, const struct step *s, int64_t now_us)
{
	int64_t quiet_us = p->probe.target->dialogue->quiet_us;
	struct talk *t = p->talk;
	enum judgement verdict;
	enum tls_status got;
	enum ending ending = ENDING_FULL;
	size_t room, end = t->reply.len + READ_MAX;
	unsigned char *to;

	/* Some of it may have come together with what was expected before. */
	verdict = judge(p, s, ANSWER_OPEN);
	if (t->reply.len > t->mark && t->quiet_us == CLOCK_NEVER &&
	    quiet_us != 0)
		t->quiet_us = now_us + quiet_us;
	while (verdict == JUDGE_MORE &&
	    (to = buf_room(&t->reply, &room)) != NULL) {
		size_t n;

		if (room > end - t->reply.len)
			room = end - t->reply.len;
		got = peer_recv(p, to, room, &n);
		if (got == TLS_DONE) {
			buf_added(&t->reply, n);
			if (quiet_us != 0)
				t->quiet_us = now_us + quiet_us;
			if (t->first_us == RESULT_NONE)
				t->first_us = now_us;
			if (s->judge != NULL && t->reply.len - n == t->mark)
				t->wall_us = clock_wall_us();
			t->last_us = now_us;
			verdict = judge(p, s, ANSWER_OPEN);
			if (verdict == JUDGE_MORE && t->reply.len >= end) {
				p->again = true;
				return PROGRESS_TIMER;
			}
		} else if (got == TLS_READ || got == TLS_WRITE) {
			if (now_us < t->quiet_us)
				return got == TLS_READ ? PROGRESS_READ
						       : PROGRESS_WRITE;
			ending = ENDING_QUIET;
			break;
		} else {
			ending = got == TLS_CLOSED ? ENDING_CLOSED
						   : ENDING_RESET;
			break;
		}
	}
	return read_done(p, s, verdict, ending, now_us);
}

/* What comes of an answer of which no more is read. */
static enum progress
read_done(struct stream *p, const struct step *s, enum judgement verdict,
    enum ending ending, int64_t now_us)
{
	const struct talk *t = p->talk;

	if (verdict == JUDGE_MATCH) {
		/* Whoever put that there is not the one behind TLS. */
		if (s->judge == NULL || !before_tls(p) ||
		    t->mark + t->progress.end == t->reply.len)
			return PROGRESS_DONE;
		no_tls(p, "bytes in the clear follow the agreement on TLS",
		    now_us);
		return PROGRESS_ENDED;
	}
	if (verdict == JUDGE_MORE && ending != ENDING_RESET &&
	    complete(p, s, ending == ENDING_FULL ? ANSWER_CUT : ANSWER_ENDED,
		now_us))
		return PROGRESS_DONE;
	if (ending == ENDING_RESET && t->tls != NULL &&
	    tls_why(t->tls)[0] != '\0') {
		tls_failed(p, now_us);
		return PROGRESS_ENDED;
	}
	answer_ended(p, verdict == JUDGE_MISMATCH ? ENDING_JUDGED : ending,
	    now_us);
	return PROGRESS_ENDED;
}

/*
 * Whether an answer of which no more comes is the expected one.  It took until
 * its last byte, not until that was certain.
 */
static bool
complete(struct stream *p, const struct step *s, enum answer_end how,
    int64_t now_us)
{
	struct talk *t = p->talk;

	if (judge(p, s, how) != JUDGE_MATCH)
		return false;
	t->waited_us += now_us -
	    (t->last_us > t->begin_us ? t->last_us : t->begin_us);
	return true;
}

static enum judgement
judge(struct stream *p, const struct step *s, enum answer_end how)
{
	struct talk *t = p->talk;
	struct exchange x = {
		.target = p->probe.target,
		.arg = s->arg,
		.sent = t->send,
		.sent_us = t->sent_us,
		.len = t->reply.len - t->mark,
		.ended = how == ANSWER_ENDED,
		.wall_us = t->wall_us,
	};
	enum judgement j, strings = JUDGE_MATCH;

	if (x.len == 0)
		return JUDGE_MORE;
	x.answer = t->reply.data + t->mark;
	if (s->judge == NULL || s->expect.n > 0)
		strings = expect_judge(&s->expect, &t->progress, x.answer,
		    x.len, how);
	if (s->judge == NULL || strings == JUDGE_MISMATCH)
		return strings;
	if (x.len > JUDGED_MAX)
		x.len = JUDGED_MAX;
	x.end = x.len;
	j = s->judge(&x);
	if (j != JUDGE_MATCH)
		return x.len == JUDGED_MAX ? JUDGE_MISMATCH : j;
	if (strings == JUDGE_MATCH) {
		t->progress.end = x.end;
		t->offset_us = x.offset_us;
		t->has_offset = x.has_offset;
	}
	return strings;
}

/*
 * The next expectation begins where the last one was met, or with what comes
 * after the last send.
 */
static void
step_done(struct talk *t, const struct step *s, int64_t now_us)
{
	bool midline = t->progress.midline;

	t->step_us[t->step] = now_us - t->begin_us;
	t->begin_us = now_us;
	t->sent = 0;
	t->prepared = false;
	t->wait_start_us = RESULT_NONE;
	t->quiet_us = CLOCK_NEVER;
	if (s->kind == STEP_SEND || s->kind == STEP_TLS) {
		t->mark = t->reply.len;
		midline = false;
	} else if (s->kind == STEP_EXPECT) {
		t->mark += t->progress.end;
		midline = s->judge == NULL && t->mark > 0 &&
		    t->reply.data[t->mark - 1] != '\n';
	}
	t->progress = (struct expect_progress){ .midline = midline };
}

/* The rest of a line of which a part has met the last expectation is none. */
static bool
has_answer(const struct talk *t)
{
	const unsigned char *newline, *end = t->reply.data + t->reply.len;

	if (t->reply.len == t->mark || !t->progress.midline)
		return t->reply.len > t->mark;
	newline = memchr(t->reply.data + t->mark, '\n', t->reply.len - t->mark);
	return newline != NULL && newline + 1 < end;
}

/* No more comes of an answer that is not the expected one. */
static void
answer_ended(struct stream *p, enum ending ending, int64_t now_us)
{
	static const enum outcome without_answer[] = {
		[ENDING_JUDGED] = OUTCOME_MISMATCH,
		[ENDING_CLOSED] = OUTCOME_NO_DATA,
		[ENDING_RESET] = OUTCOME_RESET,
		[ENDING_QUIET] = OUTCOME_STALLED,
		[ENDING_FULL] = OUTCOME_MISMATCH,
		[ENDING_DEADLINE] = OUTCOME_STALLED,
	};
	const struct talk *t = p->talk;
	struct result r = { .outcome = OUTCOME_MISMATCH, .ending = ending };

	if (t == NULL || !has_answer(t) ||
	    p->probe.target->dialogue->steps[t->step].kind == STEP_TLS) {
		r.outcome = without_answer[ending];
	} else if (before_tls(p)) {
		r.outcome = OUTCOME_TLS_FAILED;
		r.note = "the peer does not agree to begin TLS";
	}
	if (ending == ENDING_RESET)
		r.cause = (struct cause){ ECONNRESET, .origin = ORIGIN_PEER };
	finish(p, &r, now_us);
}

/* A connection that can no longer be used. */
static void
lost(struct stream *p, enum outcome outcome, int err, enum origin origin,
    int64_t now_us)
{
	struct result r = {
		.outcome = outcome,
		.cause = { err, .origin = origin },
	};

	finish(p, &r, now_us);
}

/* The deadline has come. */
static void
expire(struct stream *p, int64_t now_us)
{
	size_t i;

	switch (p->phase) {
	case PHASE_CONNECT:
		for (i = 0; i < p->started; i++)
			if (p->dials[i].watch.fd != -1)
				p->attempts[i].outcome = OUTCOME_TIMEOUT;
		unconnected(p, now_us);
		break;
	case PHASE_TALK:
		talk_expired(p, now_us);
		break;
	case PHASE_IDLE:
		break;
	}
}

/*
 * The last expectation may have waited for nothing but the end, which without a
 * quiet time is this.
 */
static void
talk_expired(struct stream *p, int64_t now_us)
{
	const struct dialogue *d = p->probe.target->dialogue;
	const struct step *last = &d->steps[d->n - 1];
	struct result ok = { .outcome = OUTCOME_OK };
	struct talk *t = p->talk;

	if (t != NULL && t->step == d->n - 1 && last->kind == STEP_EXPECT &&
	    d->quiet_us == 0 && complete(p, last, ANSWER_ENDED, now_us)) {
		step_done(t, last, now_us);
		t->step++;
		finish(p, &ok, now_us);
	} else {
		answer_ended(p, ENDING_DEADLINE, now_us);
	}
}

/* The one way out: adds to the result what any result has. */
static void
finish(struct stream *p, struct result *r, int64_t now_us)
{
	r->time_us = response_time(p, now_us);
	r->resolve_us = p->probe.tag.resolve_us;
	r->connect_us = p->connect_us;
	r->rtt_us = p->rtt_us;
	r->syn_resent = p->syn_resent;
	r->attempts = p->attempts;
	r->n_attempts = p->started;
	if (p->phase == PHASE_TALK)
		r->addr = p->attempts[p->peer].addr;
	r->tls_us = RESULT_NONE;
	r->reply_us = RESULT_NONE;
	if (p->talk != NULL)
		add_talk(p, r, now_us);
	timers_unset(p->probe.env->timers, &p->probe.timer);
	p->probe.env->done(p->probe.env->ctx, &p->probe, r);
	hang_up(p);
}

static void
add_talk(struct stream *p, struct result *r, int64_t now_us)
{
	struct talk *t = p->talk;

	r->reply = t->reply;
	r->answer_at = t->mark;
	r->tls_us = t->tls_us;
	r->offset_us = t->offset_us;
	r->has_offset = t->has_offset;
	if (t->tls != NULL)
		r->handshake = tls_told(t->tls);
	if (t->first_us != RESULT_NONE)
		r->reply_us = t->first_us - p->start_us - p->connect_us;
	r->n_steps = t->step;
	r->step_us = t->step_us;
	if (t->step < p->probe.target->dialogue->n)
		t->step_us[r->n_steps++] = now_us - t->begin_us;
}

/*
 * The first attempt to now, less what was waited on purpose.  Of a mere
 * connection the kernel knows better how long it took than who was told late.
 */
static int64_t
response_time(const struct stream *p, int64_t now_us)
{
	int64_t waited_us = p->talk != NULL ? p->talk->waited_us : 0;

	if (p->phase == PHASE_TALK && p->probe.target->dialogue->n == 0 &&
	    p->rtt_us != RESULT_NONE)
		return p->dials[p->peer].start_us - p->start_us + p->rtt_us;
	/* Over in the turn that began it, it took less than can be told. */
	if (now_us == p->start_us)
		return RESULT_NONE;
	return now_us - p->start_us - waited_us;
}

/* Says good-bye where there is somebody to hear it, and forgets everything. */
static void
hang_up(struct stream *p)
{
	size_t i;

	if (p->phase == PHASE_IDLE)
		return;
	if (p->phase == PHASE_TALK)
		say_goodbye(p);
	for (i = 0; i < p->started; i++)
		dial_close(&p->dials[i]);
	if (p->dials != &p->one_dial) {
		free(p->dials);
		free(p->attempts);
	}
	if (p->talk != NULL) {
		tls_free(p->talk->tls);
		buf_clear(&p->talk->reply);
		free(p->talk->made);
		free(p->talk);
		p->talk = NULL;
	}
	p->phase = PHASE_IDLE;
}

/* Where there is to be TLS, only when that stands with who it should be. */
static void
say_goodbye(const struct stream *p)
{
	const struct bytes *quit = &p->probe.target->dialogue->quit;
	const struct handshake *h;
	struct tls *tls = p->talk != NULL ? p->talk->tls : NULL;
	size_t n;

	if (tls == NULL) {
		if (quit->len > 0 && p->probe.target->dialogue->tls == NULL)
			(void)sock_send(p->dials[p->peer].watch.fd, quit->data,
			    quit->len);
		return;
	}
	h = tls_told(tls);
	if (h == NULL)
		return;
	if (quit->len > 0 && !outcome_distrusts(h->verified))
		(void)tls_send(tls, quit->data, quit->len, &n);
	tls_end(tls);
}

/* Sets the timer to the first thing that does not come as an event. */
static void
arm(struct stream *p, int64_t now_us)
{
	const struct talk *t = p->talk;
	int64_t at_us = p->deadline_us;
	size_t i;

	if (p->phase == PHASE_CONNECT) {
		if (p->started < p->n)
			earlier(&at_us, p->next_us);
		for (i = 0; i < p->started; i++)
			earlier(&at_us, p->dials[i].due_us);
	} else if (p->again) {
		at_us = now_us + 1;
	} else if (t != NULL) {
		earlier(&at_us, t->quiet_us);
		if (t->wait_start_us != RESULT_NONE)
			earlier(&at_us,
			    t->wait_start_us +
				p->probe.target->dialogue->steps[t->step]
				    .wait_us);
	}
	timers_set(p->probe.env->timers, &p->probe.timer, at_us);
}

static void
earlier(int64_t *at_us, int64_t other_us)
{
	if (other_us < *at_us)
		*at_us = other_us;
}
