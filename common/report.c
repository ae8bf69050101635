/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "icmp.h"
#include "inquiry.h"

/* Of the peer's bytes, escaped: on the first line, with -v, with -vv. */
#define ANSWER_BYTES 200
#define DETAIL_BYTES 200
#define DETAIL_BYTES_MORE 4096

/* Of a string sent or expected, and of all that are expected about. */
#define EXPECTED_BYTES 60
#define EXPECTED_BYTES_ALL 200

/*
 * The performance data: a limit of the time has up to 309 digits and six
 * decimals.  Some figures and the steps may follow, " step100=" with 10 digits and
 * six decimals of seconds each; those of a clock and of certificates, with their
 * limits, take the room of some more.  All that leaves room for words.
 */
#define TIME_MAX 2048
#define FIGURE_MAX 42
#define FIGURES_MAX (DIALOGUE_STEPS_MAX + 20)
#define TAIL_MAX (TIME_MAX + FIGURES_MAX * FIGURE_MAX)
_Static_assert(TAIL_MAX < REPORT_MAX - 512, "no room for words");

static const struct {
	const char *name;
	report_fn *fn;
} reports[] = {
	{ "one-line", report_one_line },
	{ "multi-line", report_multi_line },
	{ "json", report_json },
};

typedef void step_fn(struct text *, const struct step *);
static step_fn step_send, step_wait, step_expect;

/* By enum step_kind; what has no more words has no function. */
static const struct {
	const char *name;
	step_fn *words;
} step_kinds[] = {
	[STEP_SEND] = { "send", step_send },
	[STEP_WAIT] = { "wait", step_wait },
	[STEP_EXPECT] = { "expect", step_expect },
	[STEP_CLOSE] = { "close", NULL },
	[STEP_TLS] = { "tls", NULL },
};

/* How a pattern is told. */
static const struct {
	const char *before;
	const char *after;
} quotes[] = {
	[PATTERN_ANYWHERE] = { "\"", "\"" },
	[PATTERN_PREFIX] = { "\"", "\"" },
	[PATTERN_REGEX] = { "/", "/" },
	[PATTERN_NOT] = { "not \"", "\"" },
};

static const char *silence(const struct report *);
static void handler_end(struct text *, const struct result *);
static void tls_failure(struct text *, const struct report *);
static bool cert_left(const struct report *, int64_t *);
static void clock_offset(struct text *, const struct report *);
static const struct step *step_told(const struct report *, size_t *);
static bool is_judged(const struct report *);
static bool is_datagram(const struct report *);
static bool has_unwanted(const struct report *);
static void step_words(struct text *, const struct step *);
static void expected(struct text *, const struct expect *);
static void figures(struct text *, const struct report *);
static void figure(struct text *, const char *, int64_t);
static void figure_count(struct text *, const char *, unsigned);
static void detail_reply(struct text *, const struct report *);
static void detail_attempt(struct text *, const struct attempt *, bool);
static void detail_time(struct text *, const char *, int64_t);
static void detail_step(struct text *, const struct report *, size_t);
static const char *errno_words(const struct cause *);

report_fn *
report_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (word_equal(reports[i].name, name, strlen(name)))
			return reports[i].fn;
	return NULL;
}

void
report_bounded(struct text *t, const struct report *r, report_fn *words)
{
	struct text tail;

	text_init(&tail, TAIL_MAX);
	text_puts(&tail, "|");
	report_perfdata(&tail, r);
	text_puts(&tail, "\n");
	t->max -= tail.len;
	words(t, r);
	t->max += tail.len;
	text_puts(t, tail.data);
	text_free(&tail);
}

void
report_where(struct text *t, const struct report *r)
{
	const struct target *target = r->target;
	struct text address;

	if (target->host[0] == '/') {
		text_puts(t, "on socket ");
		text_escape_string(t, target->host);
		return;
	}
	text_puts(t, "on ");
	text_escape_string(t, target->host);
	text_printf(t, " port %u", target->port);
	text_init(&address, REPORT_MAX);
	report_address(&address, r);
	/* A name, or an address in other words than brackets around it. */
	if (address.len > 0 && target->host[0] != '[' &&
	    strcmp(address.data, target->host) != 0)
		text_printf(t, " (%s)", address.data);
	text_free(&address);
}

void
report_address(struct text *t, const struct report *r)
{
	if (r->result->addr.family != AF_UNIX)
		addr_format(t, &r->result->addr);
}

void
report_cause(struct text *t, enum outcome o, const struct cause *c,
    const struct text *where)
{
	const char *what = errno_words(c);

	if (o == OUTCOME_LOCAL_ERROR && c->err == EINVAL)
		what = "Not reachable from the source address";
	else if (o == OUTCOME_REJECTED)
		what = "Connection rejected";
	else if (o == OUTCOME_PROHIBITED)
		what = "Connection prohibited";
	else if (o == OUTCOME_TIMEOUT && c->err == 0)
		what = "Connection timed out";
	text_puts(t, what);
	if (where != NULL)
		text_printf(t, " %s", where->data);
	if (c->origin == ORIGIN_ICMP) {
		text_printf(t, ": ICMP %s",
		    icmp_find(c->icmp_v6, c->icmp_type, c->icmp_code)->name);
		if (c->from.family != AF_UNSPEC) {
			text_puts(t, " from ");
			addr_format(t, &c->from);
		}
	} else if (o == OUTCOME_REFUSED && c->origin == ORIGIN_LOCAL) {
		text_puts(t, ": it would connect to itself");
	} else if (o == OUTCOME_PROHIBITED) {
		text_puts(t, ": by a rule of this machine");
	}
}

void
report_reason(struct text *t, const struct result *r)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_OK] = "",
		[OUTCOME_TIMEOUT] = "no answer",
		[OUTCOME_NO_REPLY] = "no reply",
		[OUTCOME_SILENT] = "no reply",
		[OUTCOME_MISMATCH] = "unexpected answer",
		[OUTCOME_NO_DATA] = "connection closed without an answer",
		[OUTCOME_STALLED] = "connected, but no answer",
		[OUTCOME_TLS_FAILED] = "TLS failed",
		[OUTCOME_CERT_EXPIRED] = "certificate expired",
		[OUTCOME_CERT_EXPIRING] = "certificate expires soon",
		[OUTCOME_CERT_NOT_YET_VALID] = "certificate not valid yet",
		[OUTCOME_CERT_UNTRUSTED] = "certificate not trusted",
		[OUTCOME_CERT_MISMATCH] = "certificate for another name",
		[OUTCOME_LOOKUP_TIMEOUT] = "no answer from the name service",
		[OUTCOME_NOT_PROBED] = "not probed",
	};

	if (r->asked > 0 && r->outcome == OUTCOME_STALLED) {
		text_puts(t, "no reply");
		return;
	}
	if (r->asked > 0 && r->outcome == OUTCOME_NO_DATA) {
		text_puts(t, "an empty datagram");
		return;
	}
	if (outcome_of_handler(r->outcome)) {
		text_puts(t, "handler: ");
		handler_end(t, r);
		return;
	}
	if (r->note != NULL && r->outcome == OUTCOME_TLS_FAILED)
		text_printf(t, "%s: ", words[r->outcome]);
	if (r->note != NULL)
		text_escape_string(t, r->note);
	else if (words[r->outcome] != NULL)
		text_puts(t, words[r->outcome]);
	else
		report_cause(t, r->outcome, &r->cause, NULL);
}

void
report_failure(struct text *t, const struct report *r)
{
	const struct result *result = r->result;
	double timeout = (double)r->try_us / 1e6;
	struct text where;

	text_init(&where, REPORT_MAX);
	report_where(&where, r);

	switch (result->outcome) {
	case OUTCOME_TIMEOUT:
	case OUTCOME_STALLED:
	case OUTCOME_NO_REPLY:
	case OUTCOME_LOOKUP_TIMEOUT:
		if (result->outcome == OUTCOME_TIMEOUT &&
		    result->cause.err != 0)
			report_cause(t, OUTCOME_TIMEOUT, &result->cause,
			    &where);
		else
			text_printf(t, "Socket timeout after %g seconds %s: %s",
			    timeout, where.data, silence(r));
		break;
	case OUTCOME_SILENT:
		text_printf(t,
		    "No reply within %g seconds %s: open or filtered", timeout,
		    where.data);
		if (r->target->inquiry->why != NULL)
			text_printf(t, ", %s", r->target->inquiry->why);
		break;
	case OUTCOME_NO_DATA:
		text_printf(t, "No data received from host %s: %s", where.data,
		    is_datagram(r) ? "an empty datagram" : "connection closed");
		break;
	case OUTCOME_RESET:
		text_puts(t, "No data received from host: ");
		report_cause(t, OUTCOME_RESET, &result->cause, &where);
		break;
	case OUTCOME_LOCAL_ERROR:
		text_printf(t,
		    "Cannot probe %s: ", where.data + sizeof("on ") - 1);
		if (result->note != NULL)
			text_escape_string(t, result->note);
		else
			report_cause(t, OUTCOME_LOCAL_ERROR, &result->cause,
			    NULL);
		break;
	case OUTCOME_UNRESOLVED:
		if (result->note == NULL) {
			report_cause(t, OUTCOME_UNRESOLVED, &result->cause,
			    &where);
			break;
		}
		text_puts(t, "Invalid hostname, address or socket: ");
		text_escape_string(t, r->target->host);
		text_puts(t, ": ");
		text_escape_string(t, result->note);
		break;
	case OUTCOME_NOT_PROBED:
		text_printf(t, "Not probed: %s: %s",
		    where.data + sizeof("on ") - 1, result->note);
		break;
	case OUTCOME_REFUSED:
	case OUTCOME_REJECTED:
	case OUTCOME_PROHIBITED:
	case OUTCOME_UNREACHABLE:
		report_cause(t, result->outcome, &result->cause, &where);
		break;
	case OUTCOME_TLS_FAILED:
		text_printf(t, "TLS %sfailed %s: ",
		    report_in_handshake(r) ? "handshake " : "", where.data);
		tls_failure(t, r);
		break;
	case OUTCOME_CERT_UNTRUSTED:
		text_printf(t, "Certificate not trusted %s: ", where.data);
		report_distrust(t, result->handshake);
		break;
	case OUTCOME_CERT_MISMATCH:
		text_printf(t, "Certificate for another name %s: ", where.data);
		report_distrust(t, result->handshake);
		break;
	case OUTCOME_HANDLER_WARNING:
	case OUTCOME_HANDLER_CRITICAL:
	case OUTCOME_HANDLER_UNKNOWN:
		text_printf(t, "Handler %s: ", where.data);
		handler_end(t, result);
		if (result->reply.len > 0 && !r->jail) {
			text_puts(t, ": ");
			report_answer(t, r);
		}
		break;
	case OUTCOME_OK:
	case OUTCOME_MISMATCH:
	case OUTCOME_CERT_EXPIRED:
	case OUTCOME_CERT_EXPIRING:
	case OUTCOME_CERT_NOT_YET_VALID:
	case OUTCOME_COUNT:
		break;
	}
	text_free(&where);
}

/* What did not come. */
static const char *
silence(const struct report *r)
{
	switch (r->result->outcome) {
	case OUTCOME_TIMEOUT:
		return is_datagram(r) ? "it takes nothing"
				      : "no answer to the connection attempt";
	case OUTCOME_LOOKUP_TIMEOUT:
		return "no answer from the name service";
	case OUTCOME_NO_REPLY:
		return "no reply";
	default:
		return is_datagram(r) ? "no reply"
		    : report_in_handshake(r)
		    ? "connected, but no answer in the TLS handshake"
		    : "connected, but no answer";
	}
}

/* What it said in one word, or what else there is to be said of its end. */
static void
handler_end(struct text *t, const struct result *r)
{
	if (r->note != NULL)
		text_escape_string(t, r->note);
	else
		text_puts(t, state_name(outcome_default_state(r->outcome)));
}

/* What the peer said in place of TLS, or of the words that lead to it. */
static void
tls_failure(struct text *t, const struct report *r)
{
	const struct buf *reply = &r->result->reply;
	size_t at = r->result->answer_at;

	text_escape_string(t, r->result->note);
	if (r->result->handshake != NULL || reply->len <= at || r->jail)
		return;
	text_puts(t, ": \"");
	text_escape(t, reply->data + at,
	    text_trimmed(reply->data + at, reply->len - at), ANSWER_BYTES);
	text_puts(t, "\"");
}

void
report_answer(struct text *t, const struct report *r)
{
	const unsigned char *data = r->result->reply.data;
	size_t len = text_trimmed(data, r->result->reply.len);

	text_escape(t, data, len, ANSWER_BYTES);
}

void
report_expected(struct text *t, const struct report *r)
{
	size_t step;
	const struct step *s = step_told(r, &step);

	if (is_datagram(r)) {
		if (r->result->words != NULL)
			text_puts(t, r->result->words);
		else
			expected(t, &r->target->inquiry->expect);
		return;
	}
	if (step > 0)
		text_printf(t, "in step %zu ", step);
	if (s != NULL)
		step_words(t, s);
}

void
report_clock(struct text *t, const struct report *r)
{
	int64_t us = r->result->offset_us, ahead_us = us < 0 ? -us : us;

	text_printf(t, "clock %.*f second%s %s",
	    ahead_us % 1000000 == 0 ? 0 : 6, (double)ahead_us / 1e6,
	    ahead_us == 1000000 ? "" : "s", us < 0 ? "behind" : "ahead");
}

void
report_ending(struct text *t, const struct report *r)
{
	const struct dialogue *d = r->target->dialogue;
	int64_t quiet_us = is_datagram(r) ? r->target->inquiry->quiet_us
					  : d->quiet_us;

	switch (r->result->ending) {
	case ENDING_JUDGED:
		if (is_datagram(r) && r->result->note != NULL)
			text_escape_string(t, r->result->note);
		else
			text_puts(t,
			    has_unwanted(r)    ? "it has what must not be in it"
				: is_judged(r) ? "it is another"
					       : "it begins otherwise");
		break;
	case ENDING_CLOSED:
		text_puts(t, "the peer closed");
		break;
	case ENDING_RESET:
		text_puts(t, "the connection was reset");
		break;
	case ENDING_QUIET:
		text_printf(t, "nothing more came for %g s",
		    (double)quiet_us / 1e6);
		break;
	case ENDING_FULL:
		text_printf(t, "not in the first %zu bytes", d->max_bytes);
		break;
	case ENDING_DEADLINE:
		text_printf(t, "not within %g seconds",
		    (double)r->try_us / 1e6);
		break;
	}
}

void
report_step(struct text *t, const struct step *s)
{
	text_puts(t, step_kinds[s->kind].name);
	if (step_kinds[s->kind].words != NULL)
		step_kinds[s->kind].words(t, s);
}

void
report_perfdata(struct text *t, const struct report *r)
{
	const struct policy *p = r->policy;
	const struct perfdata time = {
		.label = "time",
		.unit = "s",
		.value = result_answered(r->result)
		    ? (double)r->result->time_us / 1e6
		    : (double)NAN,
		.warning = p->has_warning ? &p->warning : NULL,
		.critical = p->has_critical ? &p->critical : NULL,
		.min = 0,
		.max = (double)r->timeout_us / 1e6,
	};
	int64_t left_s;

	perfdata_format(t, &time);
	if ((p->has_days || r->full) && cert_left(r, &left_s))
		report_cert_days(t, p, (double)left_s / (double)CLOCK_DAY_S);
	if (r->result->has_offset)
		clock_offset(t, r);
	report_series_perfdata(t, r);
	if (r->full)
		figures(t, r);
}

static void
clock_offset(struct text *t, const struct report *r)
{
	const struct policy *p = r->policy;
	const struct perfdata offset = {
		.label = "offset",
		.unit = "s",
		.value = (double)r->result->offset_us / 1e6,
		.warning = p->has_offset_warning ? &p->offset_warning : NULL,
		.critical = p->has_offset_critical ? &p->offset_critical : NULL,
		.min = (double)NAN,
		.max = (double)NAN,
	};

	text_puts(t, " ");
	perfdata_format(t, &offset);
}

/* How long certificates are valid, of all who were asked. */
static bool
cert_left(const struct report *r, int64_t *left_s)
{
	const struct handshake *h = r->result->handshake;
	struct member sum = { .has_certs = false };

	if (r->series != NULL)
		sum = series_sum(r->series);
	if (sum.has_certs)
		*left_s = sum.cert_left_s;
	else if (h != NULL && h->n > 0)
		*left_s = handshake_left_s(h);
	else
		return false;
	return true;
}

void
report_details(struct text *t, const struct report *r)
{
	const struct result *result = r->result;
	size_t i, len = t->len;

	text_printf(t, "Outcome: %s: port ", outcome_name(r->verdict.told));
	text_puts(t, port_state_words(outcome_port(result->outcome)));
	text_printf(t, ": %s\n", outcome_meaning(r->verdict.told));
	for (i = 0; i < result->n_attempts; i++)
		detail_attempt(t, &result->attempts[i], is_datagram(r));
	detail_time(t, "Name resolution", result->resolve_us);
	detail_time(t, "Connection", result->connect_us);
	detail_time(t, "Round trip", result->rtt_us);
	if (result->handshake != NULL)
		detail_time(t, "TLS handshake", result->tls_us);
	if (result_answered(result))
		detail_time(t, "Response", result->time_us);
	if (result->syn_resent > 0)
		text_printf(t, "SYN resent: %u\n", result->syn_resent);
	if (is_datagram(r))
		text_printf(t, "Asked: %u, in vain: %u, ignored replies: %u\n",
		    result->asked, result->lost, result->ignored);
	if (result->handshake != NULL)
		report_tls_details(t, result->handshake);
	if (result->reply.len > 0)
		detail_reply(t, r);
	for (i = 0; r->verbosity > 1 && i < result->n_steps; i++)
		detail_step(t, r, i);
	/* No line by halves. */
	for (i = len; i < t->len; i++)
		if (t->data[i] == '\n')
			len = i + 1;
	text_truncate(t, len);
}

/*
 * The expectation that was not met, or NULL; *step is its number if there are
 * others.
 */
static const struct step *
step_told(const struct report *r, size_t *step)
{
	const struct dialogue *d = r->target->dialogue;
	size_t i, n = 0, told = 0;

	for (i = 0; i < d->n; i++) {
		if (d->steps[i].kind != STEP_EXPECT)
			continue;
		n++;
		if (r->result->n_steps == 0 || i < r->result->n_steps)
			told = i;
	}
	*step = n > 1 ? told + 1 : 0;
	return n > 0 ? &d->steps[told] : NULL;
}

/* Whether more than strings decided. */
static bool
is_judged(const struct report *r)
{
	size_t step;
	const struct step *s = step_told(r, &step);

	return is_datagram(r) || (s != NULL && s->judge != NULL);
}

static bool
is_datagram(const struct report *r)
{
	return r->target->inquiry != NULL;
}

/*
 * Whether what decided early was not the beginning.  Only what must not be there
 * can be it where no prefix is expected; else the answer tells, unless it is not
 * to be told.
 */
static bool
has_unwanted(const struct report *r)
{
	const struct buf *reply = &r->result->reply;
	bool nots = false, prefixes = false, found = false;
	const struct step *s;
	size_t i, step;

	s = step_told(r, &step);
	for (i = 0; s != NULL && i < s->expect.n; i++) {
		const struct pattern *p = &s->expect.patterns[i];

		prefixes |= p->kind == PATTERN_PREFIX;
		if (p->kind != PATTERN_NOT)
			continue;
		nots = true;
		found |= !r->jail && reply->len > 0 &&
		    memmem(reply->data, reply->len, p->text.data,
			p->text.len) != NULL;
	}
	return found || (nots && !prefixes && s->judge == NULL);
}

static void
step_send(struct text *t, const struct step *s)
{
	if (s->words != NULL) {
		text_printf(t, " %s", s->words);
		return;
	}
	text_puts(t, " \"");
	text_escape(t, s->send.data, s->send.len, EXPECTED_BYTES);
	text_puts(t, "\"");
}

static void
step_wait(struct text *t, const struct step *s)
{
	text_printf(t, " %g s", (double)s->wait_us / 1e6);
}

static void
step_expect(struct text *t, const struct step *s)
{
	if (s->words == NULL && s->expect.n == 0)
		return;
	text_puts(t, " ");
	step_words(t, s);
}

static void
step_words(struct text *t, const struct step *s)
{
	if (s->words != NULL)
		text_puts(t, s->words);
	if (s->words != NULL && s->expect.n > 0)
		text_puts(t, " and ");
	expected(t, &s->expect);
}

static void
expected(struct text *t, const struct expect *e)
{
	size_t i, start = t->len;

	for (i = 0; i < e->n; i++) {
		const struct pattern *p = &e->patterns[i];

		if (i > 0)
			text_puts(t,
			    e->all || p->kind == PATTERN_NOT ? " and "
							     : " or ");
		if (t->len - start > EXPECTED_BYTES_ALL) {
			text_printf(t, "%zu more", e->n - i);
			break;
		}
		text_puts(t, quotes[p->kind].before);
		text_escape(t, p->text.data, p->text.len, EXPECTED_BYTES);
		text_puts(t, quotes[p->kind].after);
	}
}

/* What was measured besides the response time. */
static void
figures(struct text *t, const struct report *r)
{
	const struct result *result = r->result;
	struct text label;
	size_t i;

	figure(t, "resolve", result->resolve_us);
	figure(t, "connect", result->connect_us);
	figure(t, "rtt", result->rtt_us);
	if (result->handshake != NULL)
		figure(t, "tls", result->tls_us);
	figure(t, "reply", result->reply_us);
	for (i = 0; r->target->dialogue->n > 1 && i < result->n_steps; i++) {
		text_init(&label, sizeof("step") + 20);
		text_printf(&label, "step%zu", i + 1);
		figure(t, label.data, result->step_us[i]);
		text_free(&label);
	}
	if (is_datagram(r)) {
		figure_count(t, "asked", result->asked);
		figure_count(t, "lost", result->lost);
		figure_count(t, "ignored", result->ignored);
	}
	/* Only of a connection the kernel tells it. */
	if (result->connect_us != RESULT_NONE && result->addr.family != AF_UNIX)
		figure_count(t, "syn_resent", result->syn_resent);
}

static void
figure_count(struct text *t, const char *label, unsigned count)
{
	const struct perfdata p = { label, "", count, .min = 0,
		.max = (double)NAN, .count = true };

	text_puts(t, " ");
	perfdata_format(t, &p);
}

static void
figure(struct text *t, const char *label, int64_t us)
{
	const struct perfdata p = { label, "s", (double)us / 1e6, .min = 0,
		.max = (double)NAN };

	if (us == RESULT_NONE)
		return;
	text_puts(t, " ");
	perfdata_format(t, &p);
}

static void
detail_reply(struct text *t, const struct report *r)
{
	const struct buf *reply = &r->result->reply;

	text_printf(t, "Received: %zu bytes", reply->len);
	if (!r->jail) {
		text_puts(t, ": \"");
		text_escape(t, reply->data, reply->len,
		    r->verbosity > 1 ? DETAIL_BYTES_MORE : DETAIL_BYTES);
		text_puts(t, "\"");
	}
	text_puts(t, "\n");
}

static void
detail_attempt(struct text *t, const struct attempt *a, bool datagram)
{
	text_puts(t, "Address ");
	addr_format(t, &a->addr);
	text_printf(t, ": %s",
	    a->outcome != OUTCOME_OK ? outcome_name(a->outcome)
		: datagram           ? "answered"
				     : "connected");
	if (a->cause.err != 0) {
		text_puts(t, ": ");
		report_cause(t, a->outcome, &a->cause, NULL);
	}
	text_puts(t, "\n");
}

static void
detail_time(struct text *t, const char *what, int64_t us)
{
	if (us != RESULT_NONE)
		text_printf(t, "%s: %.6f s\n", what, (double)us / 1e6);
}

/* With -j, too: what is said and expected is our own. */
static void
detail_step(struct text *t, const struct report *r, size_t i)
{
	struct text what;

	text_init(&what, REPORT_MAX);
	text_printf(&what, "Step %zu: ", i + 1);
	report_step(&what, &r->target->dialogue->steps[i]);
	detail_time(t, what.data, r->result->step_us[i]);
	text_free(&what);
}

/* Where the kernel's words would not be understood, others. */
static const char *
errno_words(const struct cause *c)
{
	switch (c->err) {
	case ENOTSOCK:
		return "Not a socket";
	case EPROTOTYPE:
		return "Not a stream socket";
	case ESOCKTNOSUPPORT:
		return "Not a socket of datagrams";
	case EINVAL:
		return "Blackhole route";
	case 0:
		return "No answer";
	default:
		return strerror(c->err);
	}
}
