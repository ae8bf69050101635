/* SPDX-License-Identifier: ISC */
/*
 * What is true of a case.
 *
 * The peer's acts become events, each with the earliest time at which it can
 * come.  Whatever is to happen at a time happens then or up to ample_ms later;
 * where that leaves the order of two things open, both orders are walked.
 */
#include "truth.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#define EVENTS_MAX 2048
#define STREAM_MAX 65536

/* What the program keeps of its time to print. */
#define PRINT_MS 20

enum event_kind {
	PIECE,
	FIN,
	RST,
	FOREVER, /* more and more of the same */
};

struct event {
	enum event_kind kind;
	long ms;
	size_t end; /* of the stream, after a piece */
};

struct model {
	const struct truth_case *c;
	long ample_ms;
	struct event events[EVENTS_MAX];
	size_t n;
	char stream[STREAM_MAX];
	size_t len;
	struct string sent; /* what the peer has not yet taken of it */
	unsigned long set;
	long end_ms;
};

#define BIT(o) (1UL << (o))

/* Where what begins in data, plain and slow; SIZE_MAX: nowhere. */
static size_t
find(const char *data, size_t len, const struct string *what)
{
	size_t i, j;

	for (i = 0; i + what->len <= len; i++) {
		for (j = 0; j < what->len && data[i + j] == what->data[j]; j++)
			continue;
		if (j == what->len)
			return i;
	}
	return SIZE_MAX;
}

/* What the peer does, as events. */

static void
add_event(struct model *m, enum event_kind kind, long ms)
{
	if (m->n < EVENTS_MAX)
		m->events[m->n++] = (struct event){ kind, ms, m->len };
}

static void
add_piece(struct model *m, const char *data, size_t len, long ms)
{
	if (len == 0 || m->len + len > STREAM_MAX)
		return;
	memcpy(m->stream + m->len, data, len);
	m->len += len;
	add_event(m, PIECE, ms);
}

static size_t
max_bytes(const struct truth_case *c)
{
	return c->options.max_bytes != 0 ? c->options.max_bytes : 1048576;
}

/* The last act; the others come before it. */
static void
add_ending(struct model *m, const struct act *a, long ms)
{
	size_t i;

	switch (a->kind) {
	case CLOSE:
	case SHUTDOWN:
		add_event(m, FIN, ms);
		break;
	case RESET:
		add_event(m, m->c->peer.transport == UNIX ? FIN : RST, ms);
		break;
	case ENDLESS:
		for (i = 0; i < 2 * BYTES_MAX; i += a->bytes.len)
			add_piece(m, a->bytes.data, a->bytes.len, ms);
		add_event(m, FOREVER, ms);
		break;
	case TRICKLE:
		for (i = 0; m->n + 1 < EVENTS_MAX && m->len < max_bytes(m->c);
		     i++)
			add_piece(m, a->bytes.data, a->bytes.len,
			    ms + (long)(i * a->ms));
		break;
	case ECHO:
		add_piece(m, m->sent.data, m->sent.len, ms);
		break;
	default:
		break;
	}
}

/* Forgets what was found, and what came before it. */
static bool
take(struct string *sent, const struct string *what)
{
	size_t at = find(sent->data, sent->len, what);

	if (at == SIZE_MAX)
		return false;
	sent->len -= at + what->len;
	memmove(sent->data, sent->data + at + what->len, sent->len);
	return true;
}

static void
add_events(struct model *m)
{
	const struct peer *p = &m->c->peer;
	long ms = 0;
	size_t i, j;

	for (i = 0; i < p->n; i++) {
		const struct act *a = &p->acts[i];
		size_t piece = a->kind == SLOW ? a->piece : a->bytes.len;

		switch (a->kind) {
		case WAIT:
			ms += a->ms;
			break;
		case EXPECT:
			if (!take(&m->sent, &a->bytes))
				return;
			break;
		case SAY:
		case SLOW:
			for (j = 0; j < a->bytes.len; j += piece) {
				size_t left = a->bytes.len - j;

				ms += j > 0 ? a->ms : 0;
				add_piece(m, a->bytes.data + j,
				    left < piece ? left : piece, ms);
			}
			break;
		default:
			add_ending(m, a, ms);
			return;
		}
	}
}

/* What is expected. */

static bool
expects(const struct truth_case *c)
{
	return c->options.n_expected > 0 || c->options.ftp;
}

static bool
matches(const struct truth_case *c, const char *data, size_t len)
{
	static const struct string ready = { "220", 3 };
	const struct options *o = &c->options;
	size_t i, found = 0, n = o->n_expected;

	if (len == 0)
		return false;
	if (n == 0)
		return find(data, len, &ready) == 0;
	for (i = 0; i < n; i++)
		found += find(data, len, &o->expected[i]) != SIZE_MAX;
	return o->all ? found == n : found > 0;
}

/* A wrong beginning decides at once. */
static bool
begins_wrong(const struct truth_case *c, const char *data, size_t len)
{
	return c->options.n_expected == 0 &&
	    memcmp(data, "220", len < 3 ? len : 3) != 0;
}

/* How it can end. */

static void
ends(struct model *m, enum outcome o, long ms)
{
	m->set |= BIT(o);
	if (ms > m->end_ms)
		m->end_ms = ms;
}

static long
later(long a, long b)
{
	return a > b ? a : b;
}

static long
earlier(long a, long b)
{
	return a < b ? a : b;
}

/* The outcome of an end of the stream after so many bytes. */
static void
stream_ends(struct model *m, enum event_kind kind, size_t len, long ms)
{
	const struct truth_case *c = m->c;

	if (len > 0) {
		ends(m, OUTCOME_MISMATCH, ms);
	} else if (kind == RST) {
		ends(m, OUTCOME_RESET, ms);
	} else {
		ends(m, OUTCOME_NO_DATA, ms);
		/* It may have closed on what was sent. */
		if (c->options.send.len > 0)
			ends(m, OUTCOME_RESET, ms);
	}
}

/* The peer may be gone before we are connected, or have sent. */
static void
early_end(struct model *m)
{
	const struct event *last = m->n > 0 ? &m->events[m->n - 1] : NULL;
	bool sends = m->c->options.send.len > 0;

	if (last == NULL || last->ms > m->ample_ms || m->ample_ms == 0)
		return;
	if (last->kind == RST ||
	    (last->kind == FIN && sends && m->c->peer.transport == UNIX))
		ends(m, OUTCOME_RESET, last->ms);
}

/* Without an expectation only -d can fail. */
static void
connection(struct model *m, long deadline_ms)
{
	long delay_ms = m->c->options.delay_ms;

	early_end(m);
	if (delay_ms <= deadline_ms + m->ample_ms)
		ends(m, OUTCOME_OK, delay_ms);
	if (delay_ms > 0 && deadline_ms <= delay_ms + m->ample_ms)
		ends(m, OUTCOME_STALLED, deadline_ms);
}

static void
dialogue(struct model *m, long deadline_ms)
{
	const struct options *o = &m->c->options;
	long ample_ms = m->ample_ms, from_ms = 0;
	long wait_ms = o->wait_ms == -1 ? 2000 : o->wait_ms;
	size_t k = 0, len = 0;

	early_end(m);
	for (;;) {
		const struct event *e = k < m->n ? &m->events[k] : NULL;
		long at_ms = e != NULL ? later(e->ms, o->delay_ms) : LONG_MAX;
		long quiet_ms = LONG_MAX;
		long event_last, quiet_last = LONG_MAX;
		long deadline_last = deadline_ms + ample_ms;

		event_last = e != NULL ? at_ms + ample_ms : LONG_MAX;
		if (len > 0 && wait_ms > 0) {
			quiet_ms = from_ms + wait_ms;
			quiet_last = quiet_ms + 2 * ample_ms;
		}
		if (quiet_ms <= earlier(event_last, deadline_last) &&
		    quiet_ms != LONG_MAX)
			ends(m, OUTCOME_MISMATCH, quiet_ms);
		if (deadline_ms <= earlier(event_last, quiet_last))
			ends(m, len > 0 ? OUTCOME_MISMATCH : OUTCOME_STALLED,
			    deadline_ms);
		if (e == NULL || at_ms > earlier(quiet_last, deadline_last))
			return;
		if (e->kind != PIECE) {
			if (e->kind == FOREVER)
				ends(m, OUTCOME_MISMATCH, at_ms);
			else
				stream_ends(m, e->kind, len, at_ms);
			return;
		}
		len = e->end < max_bytes(m->c) ? e->end : max_bytes(m->c);
		if (matches(m->c, m->stream, len)) {
			ends(m, OUTCOME_OK, at_ms);
			return;
		}
		if (len == max_bytes(m->c) ||
		    begins_wrong(m->c, m->stream, len)) {
			ends(m, OUTCOME_MISMATCH, at_ms);
			return;
		}
		from_ms = at_ms;
		k++;
	}
}

static void
served(struct model *m, long deadline_ms)
{
	/* Time may be up before it even began. */
	if (deadline_ms < m->ample_ms)
		ends(m, OUTCOME_TIMEOUT, deadline_ms);
	if (m->c->peer.listener == SERVES)
		add_events(m);
	if (expects(m->c))
		dialogue(m, deadline_ms);
	else
		connection(m, deadline_ms);
}

unsigned long
model_outcomes(const struct truth_case *c, long ample_ms, long *end_ms)
{
	static _Thread_local struct model m;
	long deadline_ms = c->options.timeout_ms - PRINT_MS;

	m.c = c;
	m.sent = c->options.send;
	m.ample_ms = ample_ms;
	m.n = m.len = 0;
	m.set = 0;
	m.end_ms = 0;
	switch (c->peer.listener) {
	case CLOSED:
		ends(&m, OUTCOME_REFUSED, 0);
		if (deadline_ms < ample_ms)
			ends(&m, OUTCOME_TIMEOUT, deadline_ms);
		break;
	case MISSING:
		ends(&m, OUTCOME_UNRESOLVED, 0);
		break;
	case FULL:
		ends(&m, OUTCOME_TIMEOUT, deadline_ms);
		break;
	case SERVES:
	case NOACCEPT:
		served(&m, deadline_ms);
		break;
	}
	if (c->options.by_name && deadline_ms < ample_ms)
		ends(&m, OUTCOME_LOOKUP_TIMEOUT, deadline_ms);
	*end_ms = m.end_ms;
	return m.set;
}

bool
model_timed(enum outcome o)
{
	return o == OUTCOME_OK || o == OUTCOME_MISMATCH;
}

enum state
model_state(const struct truth_case *c, enum outcome o)
{
	const struct options *opts = &c->options;
	enum state s, time = STATE_OK;

	switch (o) {
	case OUTCOME_OK:
		s = STATE_OK;
		break;
	case OUTCOME_REFUSED:
		s = opts->refused;
		break;
	case OUTCOME_MISMATCH:
		s = opts->mismatch;
		break;
	case OUTCOME_TIMEOUT:
	case OUTCOME_STALLED:
	case OUTCOME_LOOKUP_TIMEOUT:
		s = opts->timeout;
		break;
	default:
		s = STATE_CRITICAL;
		break;
	}
	if (model_timed(o) && opts->critical == ALWAYS)
		time = STATE_CRITICAL;
	else if (model_timed(o) && opts->warning == ALWAYS)
		time = STATE_WARNING;
	return time > s ? time : s;
}
