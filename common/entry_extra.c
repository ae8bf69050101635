/* SPDX-License-Identifier: ISC */
#include "entry_extra.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "report.h"
#include "xalloc.h"

/* Of what a peer sent. */
#define REPLY_BYTES 200

#define REASON_BYTES 2000

static char *escaped(const struct buf *);
static char *why_of(const struct target *, const struct result *,
    const struct verdict *);
static bool is_told_by_peer(const struct report *);
static void failure(struct text *, const struct report *);
static struct entry_tls *tls_of(const struct handshake *);
static int64_t left_s(const struct entry_tls *);

struct entry_extra *
entry_extra_of(const struct target *t, const struct result *r,
    const struct verdict *v)
{
	bool named = r->resolve_us != RESULT_NONE;
	char *why = why_of(t, r, v);
	struct entry_extra *x;

	if (!named && r->cause.origin != ORIGIN_ICMP && r->note == NULL &&
	    r->reply.len == 0 && r->perfdata == NULL && r->handshake == NULL &&
	    why == NULL)
		return NULL;
	x = xcalloc(1, sizeof(*x));
	x->addr = r->addr;
	x->from = r->cause.from;
	if (r->note != NULL)
		x->note = xstrdup(r->note);
	if (r->reply.len > 0)
		x->reply = escaped(&r->reply);
	x->why = why;
	if (r->perfdata != NULL)
		x->perfdata = xstrdup(r->perfdata);
	if (r->handshake != NULL)
		x->tls = tls_of(r->handshake);
	return x;
}

void
entry_extra_free(struct entry_extra *x)
{
	if (x == NULL)
		return;
	free(x->note);
	free(x->reply);
	free(x->why);
	free(x->perfdata);
	free(x->tls);
	free(x);
}

void
entry_extra_take_first(struct entry_extra **x, struct entry_extra *other)
{
	struct entry_tls *theirs = other != NULL ? other->tls : NULL;

	if (theirs == NULL)
		return;
	if (*x == NULL)
		*x = xcalloc(1, sizeof(**x));
	if (left_s(theirs) < left_s((*x)->tls)) {
		other->tls = (*x)->tls;
		(*x)->tls = theirs;
	}
}

static char *
escaped(const struct buf *reply)
{
	struct text t;

	text_init(&t, REPLY_BYTES + 8);
	text_escape(&t, reply->data, text_trimmed(reply->data, reply->len),
	    REPLY_BYTES);
	return t.data;
}

/*
 * The reason, where more than what is kept of the result tells it: the worse of
 * the answer and the dates of certificates comes first.  Else NULL.
 */
static char *
why_of(const struct target *t, const struct result *r, const struct verdict *v)
{
	const struct report report = {
		.target = t, .result = r, .verdict = *v
	};
	bool dates = v->dates_outcome != OUTCOME_OK;
	struct text words;
	char *why;

	if (!dates && !is_told_by_peer(&report))
		return NULL;
	text_init(&words, REASON_BYTES);
	if (dates && v->told == v->dates_outcome)
		report_dates(&words, &report, false);
	if (dates && v->told == v->dates_outcome && r->outcome != OUTCOME_OK)
		text_puts(&words, "; ");
	failure(&words, &report);
	if (dates && v->told != v->dates_outcome) {
		text_puts(&words, "; ");
		report_dates(&words, &report, false);
	}
	why = xstrdup(words.data);
	text_free(&words);
	return why;
}

static bool
is_told_by_peer(const struct report *report)
{
	enum outcome o = report->result->outcome;

	return o == OUTCOME_MISMATCH || o == OUTCOME_TLS_FAILED ||
	    outcome_distrusts(o) || outcome_of_handler(o) ||
	    (o == OUTCOME_STALLED && report_in_handshake(report));
}

static void
failure(struct text *t, const struct report *report)
{
	const struct result *r = report->result;
	const struct buf *reply = &r->reply;
	size_t at = r->answer_at, len = 0;

	report_reason(t, r);
	report_tls_reason(t, report);
	if (r->outcome != OUTCOME_MISMATCH && !outcome_of_handler(r->outcome) &&
	    (r->outcome != OUTCOME_TLS_FAILED || r->handshake != NULL))
		return;
	if (reply->len > at)
		len = text_trimmed(reply->data + at, reply->len - at);
	if (len > 0) {
		text_puts(t, ": ");
		text_escape(t, reply->data + at, len, REPLY_BYTES);
	}
}

static struct entry_tls *
tls_of(const struct handshake *h)
{
	const struct cert *first = handshake_first_end(h);
	struct entry_tls *tls = xcalloc(1, sizeof(*tls));

	memcpy(tls->version, h->version, sizeof(tls->version));
	tls->at_s = h->at_s;
	if (first != NULL) {
		tls->has_first = true;
		tls->first = *first;
	}
	return tls;
}

/* Seconds until its first certificate expires; more than ever: it has none. */
static int64_t
left_s(const struct entry_tls *tls)
{
	return tls != NULL && tls->has_first
	    ? tls->first.not_after_s - tls->at_s
	    : INT64_MAX;
}
