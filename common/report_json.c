/* SPDX-License-Identifier: ISC */
/*
 * One JSON object (RFC 8259) on one line, described in check_tcp(1).
 *
 * Cut off it would be none, so each part of it is bounded; of the two arrays
 * the last elements may be missing.
 */
#include "json.h"
#include "report.h"

/* Raised when a change may break a reader. */
#define FORMAT_VERSION 1

/* Of each part, quoted.  The peer's 200 bytes fit, whatever they are. */
#define NAME_BYTES 300
#define TEXT_BYTES 1500
#define NOTE_BYTES 1200
#define REASON_BYTES 400
#define STEP_BYTES 300
#define TLS_BYTES 100

/*
 * Where the arrays end at the latest; what stands in front of them ends before
 * the first of these, whatever it is.
 */
#define ATTEMPTS_END (REPORT_MAX - 2500)
#define STEPS_END (REPORT_MAX - 25)
#define STEPS_END_TLS (REPORT_MAX - 1200)
#define CERTS_END (REPORT_MAX - 10)

/* Writes one element of an array. */
typedef void element_fn(struct text *, const struct report *, size_t);

static report_fn tls, what, name, how, reason, closed_reason, note;
static const char *transport(const struct report *);
static element_fn attempt, step, certificate;

static void member(struct text *, const char *, const struct report *,
    report_fn *, size_t);
static void array(struct text *, const char *, const struct report *, size_t,
    element_fn *, size_t);

void
report_json(struct text *t, const struct report *r)
{
	text_printf(t, "{\"version\":%d", FORMAT_VERSION);
	json_member(t, ",\"service\":", r->service, NAME_BYTES);
	json_member(t, ",\"status\":", state_name(r->verdict.state), JSON_ALL);
	member(t, ",\"text\":", r, report_words, TEXT_BYTES);
	what(t, r);
	how(t, r);
	report_series_json(t, r);
	array(t, ",\"attempts\":[", r, r->result->n_attempts, attempt,
	    ATTEMPTS_END);
	array(t, ",\"steps\":[", r, r->result->n_steps, step,
	    r->result->handshake != NULL ? STEPS_END_TLS : STEPS_END);
	tls(t, r);
	text_puts(t, "}\n");
}

static void
tls(struct text *t, const struct report *r)
{
	const struct handshake *h = r->result->handshake;

	if (h == NULL) {
		text_puts(t, ",\"tls\":null");
		return;
	}
	json_member(t, ",\"tls\":{\"version\":", h->version, TLS_BYTES);
	json_member(t, ",\"cipher\":", h->cipher, TLS_BYTES);
	json_member(t, ",\"alpn\":", h->alpn[0] != '\0' ? h->alpn : NULL,
	    TLS_BYTES);
	array(t, ",\"certificates\":[", r, h->n, certificate, CERTS_END);
	text_puts(t, "}");
}

static void
what(struct text *t, const struct report *r)
{
	const struct target *target = r->target;
	bool path = target->host[0] == '/';

	member(t, ",\"name\":", r, name, NAME_BYTES);
	json_member(t, ",\"host\":", path ? NULL : target->host, NAME_BYTES);
	member(t, ",\"address\":", r, report_address, NAME_BYTES);
	if (path)
		text_puts(t, ",\"port\":null");
	else
		text_printf(t, ",\"port\":%u", target->port);
	json_member(t, ",\"transport\":", path ? "unix" : transport(r),
	    JSON_ALL);
	json_member(t, ",\"expected\":", expected_name(r->policy->expected),
	    JSON_ALL);
}

/* As in check_portset(1). */
static void
name(struct text *t, const struct report *r)
{
	text_escape_string(t, r->target->host);
	if (r->target->host[0] != '/')
		text_printf(t, "/%s/%u", transport(r), r->target->port);
}

static const char *
transport(const struct report *r)
{
	return r->target->inquiry != NULL ? "udp" : "tcp";
}

static void
how(struct text *t, const struct report *r)
{
	const struct result *result = r->result;
	enum port_state port = outcome_port(result->outcome);

	json_member(t, ",\"state\":", port_state_name(port), JSON_ALL);
	text_printf(t, ",\"open\":%s,\"ok\":%s",
	    port == PORT_OPEN ? "true" : "false",
	    r->verdict.state == STATE_OK ? "true" : "false");
	json_member(t, ",\"outcome\":", outcome_name(r->verdict.told),
	    JSON_ALL);
	member(t, ",\"reason\":", r, reason, REASON_BYTES);
	member(t, ",\"closed_reason\":", r, closed_reason, REASON_BYTES);
	member(t, ",\"note\":", r, note, NOTE_BYTES);
	json_seconds(t, ",\"time\":", result->time_us);
	json_seconds(t, ",\"rtt\":", result->rtt_us);
	json_seconds(t, ",\"resolve\":", result->resolve_us);
	json_seconds(t, ",\"connect\":", result->connect_us);
	text_printf(t, ",\"syn_resent\":%u", result->syn_resent);
	if (r->target->inquiry != NULL)
		text_printf(t, ",\"asked\":%u,\"lost\":%u,\"ignored\":%u",
		    result->asked, result->lost, result->ignored);
	if (result->has_offset)
		text_printf(t, ",\"offset\":%.6f",
		    (double)result->offset_us / 1e6);
	else
		text_puts(t, ",\"offset\":null");
}

static void
reason(struct text *t, const struct report *r)
{
	size_t len;

	if (r->verdict.told != r->result->outcome) {
		report_dates(t, r, false);
		return;
	}
	report_reason(t, r->result);
	report_tls_reason(t, r);
	if (r->result->outcome != OUTCOME_MISMATCH &&
	    !outcome_of_handler(r->result->outcome))
		return;
	text_puts(t, ": ");
	len = t->len;
	note(t, r);
	if (t->len == len)
		text_truncate(t, len - 2);
}

static void
closed_reason(struct text *t, const struct report *r)
{
	if (outcome_port(r->result->outcome) != PORT_OPEN)
		reason(t, r);
}

static void
note(struct text *t, const struct report *r)
{
	if (!r->jail)
		report_answer(t, r);
}

/* Nothing becomes null. */
static void
member(struct text *t, const char *key, const struct report *r,
    report_fn *value, size_t max)
{
	struct text v;

	text_init(&v, REPORT_MAX);
	value(&v, r);
	json_member(t, key, v.len > 0 ? v.data : NULL, max);
	text_free(&v);
}

/* As many elements as end in front of the byte end. */
static void
array(struct text *t, const char *key, const struct report *r, size_t n,
    element_fn *element, size_t end)
{
	size_t i, len;

	text_puts(t, key);
	for (i = 0; i < n; i++) {
		len = t->len;
		text_puts(t, i > 0 ? ",{" : "{");
		element(t, r, i);
		text_puts(t, "}");
		if (t->len > end) {
			text_truncate(t, len);
			break;
		}
	}
	text_puts(t, "]");
}

static void
attempt(struct text *t, const struct report *r, size_t i)
{
	const struct attempt *a = &r->result->attempts[i];
	const struct result result = {
		.outcome = a->outcome, .cause = a->cause, .addr = a->addr
	};
	const struct report one = { .result = &result,
		.verdict.told = a->outcome };

	member(t, "\"address\":", &one, report_address, NAME_BYTES);
	json_member(t, ",\"outcome\":", outcome_name(a->outcome), JSON_ALL);
	member(t, ",\"reason\":", &one, reason, REASON_BYTES);
}

static void
step(struct text *t, const struct report *r, size_t i)
{
	struct text words;

	text_init(&words, REPORT_MAX);
	report_step(&words, &r->target->dialogue->steps[i]);
	json_member(t, "\"step\":", words.data, STEP_BYTES);
	json_seconds(t, ",\"time\":", r->result->step_us[i]);
	text_free(&words);
}

static void
certificate(struct text *t, const struct report *r, size_t i)
{
	report_tls_json(t, &r->result->handshake->certs[i], NAME_BYTES);
}
