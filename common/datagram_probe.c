/* SPDX-License-Identifier: ISC */
#include "datagram_probe.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arbitrary.h"
#include "clock.h"
#include "xalloc.h"

/* How long a socket that has no room is left alone. */
#define BUSY_US (10 * CLOCK_MILLISECOND)

/* By how much the kernel's time of an arrival may differ from ours. */
#define CLOCK_SLACK_US CLOCK_MILLISECOND

/* Datagrams of one socket that are read in one turn, for the others' sake. */
#define READS_MAX 64

/* The questions that are put to one of the addresses. */
struct dial {
	struct watch watch; /* first: a watch is its dial */
	struct inquiry_probe *probe;
	int64_t ask_us; /* when to ask the next time */
	int64_t gap_us; /* and how long after that again */
	int64_t due_us; /* when to listen; or an event tells */
	uint8_t rounds; /* how often it was asked */
	bool ended;
};

/* A datagram that was sent, or a question in a round that had no room. */
struct question_sent {
	uint8_t dial;
	uint8_t payload;
	uint8_t round;
	bool made; /* the bytes are our own */
	int64_t at_us;
	int64_t wall_us;
	struct bytes bytes;
};

/* What came that does not end the probe, better ones last. */
enum heard {
	HEARD_NOTHING,
	HEARD_STRANGE, /* no answer to us */
	HEARD_WRONG,   /* an answer, but not as it should be */
};

struct inquiry_probe {
	struct probe probe; /* first: a probe of this kind is its inquiry's */
	int64_t deadline_us;
	int64_t start_us;
	int64_t next_us;  /* when the next address is asked */
	int64_t quiet_us; /* when there will be nothing better than was heard */
	int64_t stagger_us;
	bool running;

	/* One for each address, in the order to ask them in. */
	uint8_t n;
	uint8_t started;
	uint8_t failed;
	struct attempt *attempts;
	struct dial *dials;
	struct attempt one_attempt;
	struct dial one_dial;

	struct question_sent *sent;
	size_t n_sent;
	size_t size_sent;

	/* The best reply that was heard. */
	enum heard heard;
	struct buf reply;
	uint8_t heard_by; /* the dial */
	uint32_t wrong;   /* a bit for each payload that was answered so */
	int64_t heard_us;
	int64_t arrived_us;  /* of what was heard last */
	int64_t answered_us; /* the question was sent; or RESULT_NONE */
	const struct payload *payload; /* that was answered; or NULL */
	const char *why;               /* the answer is not right; or NULL */
	unsigned ignored;
	int64_t offset_us;
	bool has_offset;
};

static void start(struct probe *, const struct addr *, size_t, int64_t, int64_t,
    int64_t);
static void wake(struct probe *, int64_t);
static void stop(struct probe *, const char *, int64_t);
static void clear(struct probe *);
static struct inquiry_probe *of_probe(struct probe *);
static void set_addresses(struct inquiry_probe *, const struct addr *, size_t);
static struct addr answering(struct addr, uint16_t);
static void advance(struct inquiry_probe *, int64_t);
static void go_on(struct inquiry_probe *, int64_t);
static void dial_start(struct inquiry_probe *, int64_t);
static bool dial_open(struct dial *);
static bool dial_turned(const struct dial *);
static void dial_ready(struct watch *, int64_t);
static void dial_ask(struct dial *, int64_t);
static enum sock_status dial_send(struct dial *, size_t, int64_t);
static struct question_sent *question(struct dial *, size_t, int64_t);
static void dial_wait(struct dial *, int64_t);
static void dial_listen(struct dial *, int64_t);
static void hear(struct dial *, const unsigned char *,
    const struct sock_reply *, int64_t);
static struct dial *replier(struct dial *, const struct sock_reply *);
static bool is_from(const struct dial *, const struct sock_reply *);
static enum judgement judge(struct dial *, const unsigned char *,
    const struct sock_reply *, int64_t);
static enum judgement judge_bytes(const struct inquiry *, const unsigned char *,
    const struct sock_reply *);
static enum judgement judge_one(struct inquiry_probe *,
    const struct question_sent *, const unsigned char *,
    const struct sock_reply *);
static bool is_only(const struct inquiry_probe *, const struct question_sent *);
static void keep(struct dial *, enum heard, const unsigned char *, size_t);
static int64_t arrival_us(const struct dial *, const struct sock_reply *);
static void settle(struct inquiry_probe *, enum ending, int64_t);
static void dial_failed(struct dial *, int64_t);
static void dial_end(struct dial *);
static struct attempt *dial_attempt(const struct dial *);
static const struct inquiry *inquiry_of(const struct inquiry_probe *);
static void unanswered(struct inquiry_probe *, int64_t);
static void expire(struct inquiry_probe *, int64_t);
static void answered(struct dial *, struct result *, int64_t);
static void finish(struct inquiry_probe *, struct result *, int64_t);
static void count(const struct inquiry_probe *, struct result *);
static void hang_up(struct inquiry_probe *);
static void arm(struct inquiry_probe *);
static void earlier(int64_t *, int64_t);

const struct probe_kind datagram_probe = {
	.size = sizeof(struct inquiry_probe),
	.start = start,
	.wake = wake,
	.stop = stop,
	.clear = clear,
};

/* hedge_us is of no meaning: asking again is what this does anyway. */
static void
start(struct probe *probe, const struct addr *addrs, size_t n,
    int64_t deadline_us, int64_t hedge_us, int64_t now_us)
{
	struct inquiry_probe *p = of_probe(probe);

	(void)hedge_us;
	assert(!p->running && n > 0);
	assert(probe->target->inquiry->n <= INQUIRY_PAYLOADS_MAX);
	p->deadline_us = deadline_us;
	p->start_us = now_us;
	p->next_us = now_us;
	p->quiet_us = CLOCK_NEVER;
	p->running = true;
	p->heard = HEARD_NOTHING;
	p->heard_us = RESULT_NONE;
	p->answered_us = RESULT_NONE;
	p->payload = NULL;
	p->why = NULL;
	p->wrong = 0;
	p->ignored = 0;
	p->has_offset = false;
	set_addresses(p, addrs, n);
	p->stagger_us = probe_stagger_us(p->n, deadline_us - now_us);
	advance(p, now_us);
}

static void
wake(struct probe *p, int64_t now_us)
{
	advance(of_probe(p), now_us);
}

static void
stop(struct probe *probe, const char *note, int64_t now_us)
{
	struct result r = { .outcome = OUTCOME_NOT_PROBED, .note = note };
	struct inquiry_probe *p = of_probe(probe);

	if (p->running)
		finish(p, &r, now_us);
}

static void
clear(struct probe *probe)
{
	struct inquiry_probe *p = of_probe(probe);

	hang_up(p);
	free(p->sent);
}

static struct inquiry_probe *
of_probe(struct probe *p)
{
	return (struct inquiry_probe *)(void *)p;
}

static void
set_addresses(struct inquiry_probe *p, const struct addr *addrs, size_t n)
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
		p->attempts[i] = (struct attempt){ .addr = answering(addrs[i],
						       p->probe.target->port),
			.outcome = OUTCOME_NOT_PROBED };
		p->dials[i] = (struct dial){ { dial_ready, -1, WANT_READ }, p,
			.ask_us = CLOCK_NEVER, .due_us = CLOCK_NEVER };
	}
}

/* What is sent to no address, 0.0.0.0 or ::, is answered by this machine's own. */
static struct addr
answering(struct addr a, uint16_t port)
{
	if (a.family == AF_INET && a.in.sin_addr.s_addr == htonl(INADDR_ANY))
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (a.family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&a.in6.sin6_addr))
		a.in6.sin6_addr = in6addr_loopback;
	addr_set_port(&a, port);
	return a;
}

/* Does all that can be done at this time without waiting. */
static void
advance(struct inquiry_probe *p, int64_t now_us)
{
	go_on(p, now_us);
	if (p->running && now_us >= p->quiet_us)
		settle(p, ENDING_QUIET, now_us);
	if (p->running && now_us >= p->deadline_us)
		expire(p, now_us);
	if (p->running)
		arm(p);
}

static void
go_on(struct inquiry_probe *p, int64_t now_us)
{
	size_t i;

	/* At the deadline, a last look at all. */
	for (i = 0; i < p->started && p->running; i++) {
		struct dial *d = &p->dials[i];

		if (!d->ended &&
		    (d->due_us <= now_us || now_us >= p->deadline_us))
			dial_listen(d, now_us);
		if (p->running && !d->ended && d->ask_us <= now_us &&
		    now_us < p->deadline_us)
			dial_ask(d, now_us);
	}
	while (p->running && p->started < p->n && p->next_us <= now_us)
		dial_start(p, now_us);
	if (p->running && p->failed == p->n)
		unanswered(p, now_us);
}

static void
dial_start(struct inquiry_probe *p, int64_t now_us)
{
	const struct inquiry *q = inquiry_of(p);
	struct dial *d = &p->dials[p->started++];
	struct attempt *a = dial_attempt(d);
	int64_t left_us = p->deadline_us - now_us;

	p->next_us = now_us + p->stagger_us;
	d->gap_us = left_us / 3 < INQUIRY_AGAIN_US ? left_us / 3
						   : INQUIRY_AGAIN_US;
	if (!dial_open(d)) {
		a->cause = (struct cause){ errno, .origin = ORIGIN_LOCAL };
		dial_failed(d, now_us);
		/* Nothing was asked, whatever connect(2) says with this. */
		a->outcome = OUTCOME_LOCAL_ERROR;
		return;
	}
	if (dial_turned(d) && !sock_turn(d->watch.fd, &a->addr, &a->cause)) {
		dial_failed(d, now_us);
		return;
	}
	if (q->n > 0) {
		dial_ask(d, now_us);
	} else {
		struct result ok = { .outcome = OUTCOME_OK };

		answered(d, &ok, now_us);
	}
}

/*
 * A socket that was turned to an address has that of our own that belongs to it,
 * and can be turned to others of the peer's ports only.
 */
static bool
dial_open(struct dial *d)
{
	const struct sock_conf *conf = probe_sock(&d->probe->probe);
	struct probe_env *env = d->probe->probe.env;
	const struct addr *a = &dial_attempt(d)->addr;
	struct addr same = env->spare_datagram_peer;

	if (env->spare_datagram_fd != -1 && dial_turned(d) &&
	    env->spare_datagram_sock == conf) {
		addr_set_port(&same, d->probe->probe.target->port);
		if (addr_equal(&same, a)) {
			d->watch.fd = env->spare_datagram_fd;
			env->spare_datagram_fd = -1;
			return true;
		}
	}
	d->watch.fd = sock_open_datagram(a, conf);
	return d->watch.fd != -1;
}

/* Whether only one port of the peer's may answer. */
static bool
dial_turned(const struct dial *d)
{
	return dial_attempt(d)->addr.family == AF_UNIX ||
	    !inquiry_of(d->probe)->other_port;
}

static void
dial_ready(struct watch *w, int64_t now_us)
{
	struct dial *d = (struct dial *)(void *)w;

	d->due_us = now_us;
	advance(d->probe, now_us);
}

/*
 * Sends all payloads.  On loopback, and where a firewall answers at once, the
 * answer may be there already.
 */
static void
dial_ask(struct dial *d, int64_t now_us)
{
	struct inquiry_probe *p = d->probe;
	const struct inquiry *q = inquiry_of(p);
	bool local = dial_attempt(d)->addr.family == AF_UNIX;
	size_t i;

	d->ask_us = now_us + d->gap_us;
	for (i = 0; i < q->n; i++) {
		switch (dial_send(d, i, now_us)) {
		case SOCK_CONNECTED:
			break;
		case SOCK_FAILED:
			/* Who says so was asked. */
			d->rounds += i > 0 ||
			    (d->rounds == 0 &&
				dial_attempt(d)->cause.origin == ORIGIN_ICMP);
			dial_failed(d, now_us);
			return;
		default:
			/* The first has to be sent for others to be. */
			if (i == 0) {
				d->ask_us = now_us + BUSY_US;
				return;
			}
		}
	}
	d->gap_us *= 2;
	/* What a Unix socket has taken is not lost. */
	if (++d->rounds == DATAGRAM_PROBE_ROUNDS || local || q->once)
		d->ask_us = CLOCK_NEVER;
	if (local && q->demand != DEMAND_ANSWER && q->expect.n == 0) {
		struct result ok = { .outcome = OUTCOME_OK };

		answered(d, &ok, now_us);
		return;
	}
	dial_listen(d, now_us);
}

static enum sock_status
dial_send(struct dial *d, size_t payload, int64_t now_us)
{
	struct inquiry_probe *p = d->probe;
	struct attempt *a = dial_attempt(d);
	struct question_sent *s = question(d, payload, now_us);
	enum sock_status status;

	status = sock_ask(d->watch.fd, &a->addr, dial_turned(d), s->bytes.data,
	    s->bytes.len, &a->cause);
	if (status != SOCK_CONNECTED) {
		if (s->made)
			free((char *)(uintptr_t)s->bytes.data);
		p->n_sent--;
	}
	return status;
}

/* The next one; what is made is made anew each time, so that it can be told. */
static struct question_sent *
question(struct dial *d, size_t payload, int64_t now_us)
{
	static unsigned char made[STEP_MADE_MAX];
	struct inquiry_probe *p = d->probe;
	const struct payload *what = &inquiry_of(p)->payloads[payload];
	struct question_sent *s;
	struct addr self;

	if (p->n_sent == p->size_sent) {
		p->size_sent = p->size_sent == 0 ? 1 : p->size_sent * 2;
		p->sent = xreallocarray(p->sent, p->size_sent,
		    sizeof(p->sent[0]));
	}
	s = &p->sent[p->n_sent++];
	*s = (struct question_sent){
		.dial = (uint8_t)(d - p->dials),
		.payload = (uint8_t)payload,
		.round = d->rounds,
		.made = what->make != NULL,
		.at_us = now_us,
		.wall_us = clock_wall_us(),
		.bytes = what->send,
	};
	if (s->made) {
		s->bytes.len = what->make(&(struct question){
		    .target = p->probe.target,
		    .arg = what->arg,
		    .wall_us = s->wall_us,
		    .to = made,
		    .arbitrary = arbitrary_number(),
		    .from = sock_self(d->watch.fd, &self) ? &self : NULL });
		s->bytes.data = xmemdup(made, s->bytes.len);
	}
	return s;
}

static void
dial_wait(struct dial *d, int64_t now_us)
{
	struct attempt *a = dial_attempt(d);
	int err = d->watch.polled
	    ? 0
	    : poller_add(d->probe->probe.env->poller, &d->watch);

	if (err == 0)
		return;
	a->cause = (struct cause){ err, .origin = ORIGIN_LOCAL };
	dial_failed(d, now_us);
}

static void
dial_listen(struct dial *d, int64_t now_us)
{
	static unsigned char bytes[INQUIRY_MAX_BYTES];
	struct inquiry_probe *p = d->probe;
	struct attempt *a = dial_attempt(d);
	struct sock_reply reply;
	int i;

	d->due_us = CLOCK_NEVER;
	for (i = 0; i < READS_MAX; i++) {
		switch (sock_hear(d->watch.fd, &a->addr, bytes,
		    inquiry_of(p)->max_bytes, &reply, &a->cause)) {
		case SOCK_CONNECTED:
			hear(d, bytes, &reply, now_us);
			if (!p->running || d->ended)
				return;
			break;
		case SOCK_FAILED:
			dial_failed(d, now_us);
			return;
		default:
			dial_wait(d, now_us);
			return;
		}
	}
	d->due_us = now_us + 1;
}

static void
hear(struct dial *heard, const unsigned char *bytes,
    const struct sock_reply *reply, int64_t now_us)
{
	struct inquiry_probe *p = heard->probe;
	const struct inquiry *q = inquiry_of(p);
	struct result ok = { .outcome = OUTCOME_OK };
	struct dial *d = replier(heard, reply);
	struct attempt *a;
	struct addr self;

	if (d == NULL) {
		p->ignored += q->other_port;
		return;
	}
	a = dial_attempt(d);
	if (sock_self(d->watch.fd, &self) && addr_equal(&self, &reply->from)) {
		a->cause = (struct cause){ ECONNREFUSED,
			.origin = ORIGIN_LOCAL };
		dial_failed(d, now_us);
		return;
	}
	switch (judge(d, bytes, reply, now_us)) {
	case JUDGE_MATCH:
		keep(d, HEARD_WRONG, bytes, reply->len);
		answered(d, &ok, now_us);
		break;
	case JUDGE_MISMATCH:
		keep(d, HEARD_WRONG, bytes, reply->len);
		/* It has answered: there is no need to ask it again. */
		d->ask_us = CLOCK_NEVER;
		if (p->wrong == (1U << q->n) - 1)
			settle(p, ENDING_JUDGED, now_us);
		else if (p->quiet_us == CLOCK_NEVER && q->quiet_us != 0)
			p->quiet_us = now_us + q->quiet_us;
		break;
	case JUDGE_MORE:
		p->ignored++;
		keep(d, HEARD_STRANGE, bytes, reply->len);
		break;
	}
}

/*
 * Of sockets that are not turned and have the same port of ours, one hears what
 * is said to all.
 */
static struct dial *
replier(struct dial *heard, const struct sock_reply *reply)
{
	struct inquiry_probe *p = heard->probe;
	size_t i;

	if (is_from(heard, reply))
		return heard;
	for (i = 0; i < p->started; i++)
		if (!p->dials[i].ended && is_from(&p->dials[i], reply))
			return &p->dials[i];
	return NULL;
}

/* A socket that was turned may still have something from the port before. */
static bool
is_from(const struct dial *d, const struct sock_reply *reply)
{
	struct addr asked = dial_attempt(d)->addr, from = reply->from;

	if (asked.family == AF_UNIX)
		return true;
	if (inquiry_of(d->probe)->other_port) {
		addr_set_port(&asked, 0);
		addr_set_port(&from, 0);
	}
	return addr_equal(&asked, &from);
}

/* By the latest question first: of equal ones that is the more likely. */
static enum judgement
judge(struct dial *d, const unsigned char *bytes,
    const struct sock_reply *reply, int64_t now_us)
{
	struct inquiry_probe *p = d->probe;
	const struct inquiry *q = inquiry_of(p);
	enum judgement verdict = JUDGE_MORE, j;
	const struct payload *by;
	size_t i;

	p->arrived_us = arrival_us(d, reply);
	if (p->arrived_us == RESULT_NONE)
		p->arrived_us = now_us;
	for (i = p->n_sent; i-- > 0;) {
		const struct question_sent *s = &p->sent[i];

		if (s->dial != d - p->dials)
			continue;
		by = NULL;
		j = JUDGE_MATCH;
		if (q->expect.n == 0 || q->besides) {
			by = &q->payloads[s->payload];
			j = judge_one(p, s, bytes, reply);
		}
		if (j == JUDGE_MATCH && q->expect.n > 0) {
			j = judge_bytes(q, bytes, reply);
			if (j != JUDGE_MATCH) {
				by = NULL;
				p->why = NULL;
			}
		}
		if (j == JUDGE_MORE)
			continue;
		if (j == JUDGE_MATCH || verdict == JUDGE_MORE) {
			verdict = j;
			p->answered_us = is_only(p, s) ? s->at_us : RESULT_NONE;
			p->payload = by;
		}
		if (j == JUDGE_MATCH || (q->expect.n > 0 && !q->besides))
			break;
		if (by != NULL)
			p->wrong |= 1U << s->payload;
	}
	return verdict;
}

static enum judgement
judge_bytes(const struct inquiry *q, const unsigned char *bytes,
    const struct sock_reply *reply)
{
	struct expect_progress progress = { 0 };

	return expect_judge(&q->expect, &progress, bytes, reply->len,
	    reply->cut ? ANSWER_CUT : ANSWER_ENDED);
}

static enum judgement
judge_one(struct inquiry_probe *p, const struct question_sent *s,
    const unsigned char *bytes, const struct sock_reply *reply)
{
	const struct payload *what = &inquiry_of(p)->payloads[s->payload];
	struct exchange x = {
		.target = p->probe.target,
		.arg = what->arg,
		.sent = s->bytes,
		.answer = bytes,
		.len = reply->len,
		.end = reply->len,
		.ended = !reply->cut,
		.sent_us = s->wall_us,
		.wall_us = reply->wall_us != RESULT_NONE ? reply->wall_us
							 : clock_wall_us(),
	};
	enum judgement j;

	if (what->judge == NULL)
		return JUDGE_MATCH;
	/* None of the protocols has an answer of nothing. */
	if (reply->len == 0)
		return JUDGE_MORE;
	j = what->judge(&x);
	if (j == JUDGE_MISMATCH)
		p->why = x.why;
	if (j == JUDGE_MATCH) {
		p->offset_us = x.offset_us;
		p->has_offset = x.has_offset;
	}
	return j;
}

/* If others in other rounds were the same, it is not known which was answered. */
static bool
is_only(const struct inquiry_probe *p, const struct question_sent *s)
{
	size_t i;

	for (i = 0; i < p->n_sent; i++) {
		const struct question_sent *other = &p->sent[i];

		if (other->dial == s->dial && other->round != s->round &&
		    other->payload == s->payload &&
		    other->bytes.len == s->bytes.len &&
		    memcmp(other->bytes.data, s->bytes.data, s->bytes.len) == 0)
			return false;
	}
	return true;
}

static void
keep(struct dial *d, enum heard heard, const unsigned char *bytes, size_t len)
{
	struct inquiry_probe *p = d->probe;
	unsigned char *to;
	size_t room;

	if (heard < p->heard ||
	    (heard == p->heard && len == 0 && p->reply.len > 0))
		return;
	buf_clear(&p->reply);
	buf_init(&p->reply, INQUIRY_MAX_BYTES);
	while (p->reply.len < len) {
		to = buf_room(&p->reply, &room);
		if (room > len - p->reply.len)
			room = len - p->reply.len;
		memcpy(to, bytes + p->reply.len, room);
		buf_added(&p->reply, room);
	}
	p->heard = heard;
	p->heard_us = p->arrived_us;
	p->heard_by = (uint8_t)(d - p->dials);
}

/*
 * When it came, by our clock: as long after the last question as by the
 * kernel's, unless that one was set in the meantime.
 */
static int64_t
arrival_us(const struct dial *d, const struct sock_reply *reply)
{
	const struct inquiry_probe *p = d->probe;
	const struct question_sent *s = NULL;
	size_t i;
	int64_t us;

	for (i = 0; i < p->n_sent; i++)
		if (p->sent[i].dial == d - p->dials)
			s = &p->sent[i];
	if (reply->wall_us == RESULT_NONE || s == NULL)
		return RESULT_NONE;
	us = s->at_us + (reply->wall_us - s->wall_us);
	return us >= p->start_us && us <= clock_now_us() + CLOCK_SLACK_US
	    ? us
	    : RESULT_NONE;
}

/* There will be nothing better than what was heard. */
static void
settle(struct inquiry_probe *p, enum ending ending, int64_t now_us)
{
	struct result r = { .outcome = OUTCOME_MISMATCH, .ending = ending };

	if (p->reply.len == 0)
		r.outcome = OUTCOME_NO_DATA;
	else if (p->heard == HEARD_WRONG)
		r.note = p->why;
	answered(&p->dials[p->heard_by], &r, now_us);
}

static void
dial_failed(struct dial *d, int64_t now_us)
{
	struct inquiry_probe *p = d->probe;
	struct attempt *a = dial_attempt(d);

	probe_attempt_failed(&p->probe, a);
	/*
	 * That there is no such port is for the host to say, or for who has the
	 * same address; anybody else says it in its place.
	 */
	if (a->outcome == OUTCOME_REJECTED) {
		struct addr asked = a->addr;

		addr_set_port(&asked, 0);
		if (addr_equal(&asked, &a->cause.from))
			a->outcome = OUTCOME_REFUSED;
	}
	dial_end(d);
	p->failed++;
	p->next_us = now_us;
}

/* Keeps the socket for the next port, if there is not one yet. */
static void
dial_end(struct dial *d)
{
	struct probe_env *env = d->probe->probe.env;
	const struct addr *a = &dial_attempt(d)->addr;

	d->ended = true;
	d->ask_us = CLOCK_NEVER;
	d->due_us = CLOCK_NEVER;
	if (d->watch.fd == -1)
		return;
	if (env->spare_datagram_fd == -1 && !d->watch.polled &&
	    a->family != AF_UNIX && dial_turned(d)) {
		env->spare_datagram_fd = d->watch.fd;
		env->spare_datagram_peer = *a;
		env->spare_datagram_sock = probe_sock(&d->probe->probe);
		d->watch.fd = -1;
		return;
	}
	poller_close(env->poller, &d->watch);
}

static struct attempt *
dial_attempt(const struct dial *d)
{
	return &d->probe->attempts[d - d->probe->dials];
}

static const struct inquiry *
inquiry_of(const struct inquiry_probe *p)
{
	return p->probe.target->inquiry;
}

/* The end of a probe of which no address answered. */
static void
unanswered(struct inquiry_probe *p, int64_t now_us)
{
	const struct attempt *told = probe_most_telling(p->attempts,
	    p->started);
	struct result r = {
		.outcome = told->outcome,
		.cause = told->cause,
		.addr = told->addr,
	};

	/* What was closed later is told; what only said nothing more, not. */
	if (p->heard == HEARD_WRONG ||
	    (p->heard == HEARD_STRANGE && p->failed < p->started))
		settle(p, ENDING_DEADLINE, now_us);
	else
		finish(p, &r, now_us);
}

/* The deadline has come. */
static void
expire(struct inquiry_probe *p, int64_t now_us)
{
	enum outcome silence = inquiry_of(p)->demand == DEMAND_ANSWER
	    ? OUTCOME_NO_REPLY
	    : OUTCOME_SILENT;
	size_t i;

	for (i = 0; i < p->started; i++) {
		struct attempt *a = &p->attempts[i];
		bool local = a->addr.family == AF_UNIX;

		if (p->dials[i].ended)
			continue;
		if (p->dials[i].rounds > 0) {
			a->outcome = local ? OUTCOME_STALLED : silence;
			continue;
		}
		/* There was no room all the time. */
		a->outcome = local ? OUTCOME_TIMEOUT : OUTCOME_LOCAL_ERROR;
		if (!local)
			a->cause = (struct cause){ ENOBUFS,
				.origin = ORIGIN_LOCAL };
	}
	unanswered(p, now_us);
}

/* The first address that answers decides. */
static void
answered(struct dial *d, struct result *r, int64_t now_us)
{
	const struct bytes *quit = &inquiry_of(d->probe)->quit;
	struct attempt *a = dial_attempt(d);
	struct cause ignored;

	a->outcome = OUTCOME_OK;
	a->cause = (struct cause){ 0 };
	r->addr = a->addr;
	if (quit->len > 0 && d->watch.fd != -1)
		(void)sock_ask(d->watch.fd, &a->addr, dial_turned(d),
		    quit->data, quit->len, &ignored);
	finish(d->probe, r, now_us);
}

/* The one way out: adds to the result what any result has. */
static void
finish(struct inquiry_probe *p, struct result *r, int64_t now_us)
{
	const struct inquiry *q = inquiry_of(p);

	r->resolve_us = p->probe.tag.resolve_us;
	r->connect_us = RESULT_NONE;
	r->rtt_us = RESULT_NONE;
	r->tls_us = RESULT_NONE;
	r->reply_us = RESULT_NONE;
	r->time_us = now_us - p->start_us;
	/* Over in the turn that began it, it took less than can be told. */
	if (now_us == p->start_us)
		r->time_us = r->outcome == OUTCOME_OK ? 0 : RESULT_NONE;
	r->ignored = p->ignored;
	if (p->payload != NULL)
		r->words = p->payload->words;
	else if (q->expect.n == 0 && q->n > 0)
		r->words = q->payloads[0].words;
	if (p->heard != HEARD_NOTHING && result_answered(r)) {
		r->reply = p->reply;
		r->time_us = p->heard_us - p->start_us;
		if (r->outcome == OUTCOME_OK && p->answered_us != RESULT_NONE)
			r->rtt_us = p->heard_us - p->answered_us;
		r->offset_us = p->offset_us;
		r->has_offset = p->has_offset;
	}
	r->attempts = p->attempts;
	r->n_attempts = p->started;
	count(p, r);
	timers_unset(p->probe.env->timers, &p->probe.timer);
	p->probe.env->done(p->probe.env->ctx, &p->probe, r);
	hang_up(p);
}

/* How often the address that is told was asked, and how often in vain. */
static void
count(const struct inquiry_probe *p, struct result *r)
{
	size_t i;

	for (i = 0; i < p->started; i++) {
		const struct dial *d = &p->dials[i];
		const struct attempt *a = &p->attempts[i];

		if (!addr_equal(&a->addr, &r->addr))
			continue;
		r->asked = d->rounds;
		r->lost = d->rounds;
		if (d->rounds > 0 &&
		    (p->heard == HEARD_WRONG || a->outcome == OUTCOME_OK ||
			a->cause.origin == ORIGIN_ICMP))
			r->lost--;
		return;
	}
}

/* Forgets everything but the room for the next questions. */
static void
hang_up(struct inquiry_probe *p)
{
	size_t i;

	if (!p->running)
		return;
	for (i = 0; i < p->started; i++)
		if (!p->dials[i].ended)
			dial_end(&p->dials[i]);
	if (p->dials != &p->one_dial) {
		free(p->dials);
		free(p->attempts);
	}
	for (i = 0; i < p->n_sent; i++)
		if (p->sent[i].made)
			free((char *)(uintptr_t)p->sent[i].bytes.data);
	p->n_sent = 0;
	buf_clear(&p->reply);
	p->running = false;
}

/* Sets the timer to the first thing that does not come as an event. */
static void
arm(struct inquiry_probe *p)
{
	int64_t at_us = p->deadline_us;
	size_t i;

	if (p->started < p->n)
		earlier(&at_us, p->next_us);
	earlier(&at_us, p->quiet_us);
	for (i = 0; i < p->started; i++) {
		earlier(&at_us, p->dials[i].ask_us);
		earlier(&at_us, p->dials[i].due_us);
	}
	timers_set(p->probe.env->timers, &p->probe.timer, at_us);
}

static void
earlier(int64_t *at_us, int64_t other_us)
{
	if (other_us < *at_us)
		*at_us = other_us;
}
