/* SPDX-License-Identifier: ISC */
/*
 * What a TLS handshake adds to a report.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "report.h"

/* Of a name in a certificate. */
#define NAME_BYTES 100

static const struct cert *found(const struct handshake *, enum outcome);
static void quoted(struct text *, const char *);
static void date(struct text *, int64_t);
static void span(struct text *, int64_t);
static void json_date(struct text *, const char *, int64_t);

bool
report_in_handshake(const struct report *r)
{
	size_t n = r->result->n_steps;

	return n > 0 && r->result->handshake == NULL &&
	    r->target->dialogue->steps[n - 1].kind == STEP_TLS;
}

void
report_tls_reason(struct text *t, const struct report *r)
{
	const struct result *result = r->result;

	if (result->outcome == OUTCOME_STALLED && report_in_handshake(r))
		text_puts(t, " in the TLS handshake");
	if (result->handshake == NULL || !outcome_distrusts(result->outcome))
		return;
	text_puts(t, ": ");
	report_distrust(t, result->handshake);
}

void
report_dates(struct text *t, const struct report *r, bool capital)
{
	const struct handshake *h = r->result->handshake;
	bool begins = r->verdict.dates_outcome == OUTCOME_CERT_NOT_YET_VALID;
	const struct cert *c = found(h, r->verdict.dates_outcome);
	int64_t left_s;

	if (c == NULL) {
		text_puts(t, capital ? "No certificate" : "no certificate");
		return;
	}
	left_s = (begins ? c->not_before_s : c->not_after_s) - h->at_s;
	text_puts(t, capital ? "Certificate " : "certificate ");
	quoted(t, c->subject);
	if (r->verdict.dates_outcome != OUTCOME_OK) {
		text_puts(t, " of issuer ");
		quoted(t, c->issuer);
	}
	text_puts(t,
	    begins           ? " is not valid yet, but in "
		: left_s < 0 ? " expired "
			     : " expires in ");
	span(t, left_s < 0 ? -left_s : left_s);
	text_puts(t, left_s < 0 ? " ago (" : " (");
	date(t, begins ? c->not_before_s : c->not_after_s);
	text_puts(t, ")");
}

/* Days are too few when they are less than the limits. */
void
report_cert_days(struct text *t, const struct policy *p, double days)
{
	const struct range warning = { .start = (double)p->warning_days,
		.end = (double)INFINITY };
	const struct range critical = { .start = (double)p->critical_days,
		.end = (double)INFINITY };
	const struct perfdata data = {
		.label = "cert_days",
		.unit = "",
		.value = days,
		.warning = p->has_days ? &warning : NULL,
		.critical = p->has_days ? &critical : NULL,
		.min = (double)NAN,
		.max = (double)NAN,
	};

	text_puts(t, " ");
	perfdata_format(t, &data);
}

/* The certificate that this is about; one of the authorities' may be, too. */
static const struct cert *
found(const struct handshake *h, enum outcome o)
{
	const struct cert *first = handshake_first_end(h);
	const struct cert *last = handshake_last_begin(h);
	const struct cert *c = o == OUTCOME_CERT_NOT_YET_VALID ? last : first;
	bool is = c != NULL &&
	    (o == OUTCOME_CERT_NOT_YET_VALID    ? c->not_before_s > h->at_s
		    : o == OUTCOME_CERT_EXPIRED ? c->not_after_s < h->at_s
						: true);

	return !is && o != OUTCOME_OK && h->verified == o ? &h->culprit : c;
}

void
report_cert(struct text *t, const struct cert *c)
{
	text_puts(t, "subject ");
	quoted(t, c->subject);
	text_puts(t, ", issuer ");
	quoted(t, c->issuer);
	text_puts(t, ", valid until ");
	date(t, c->not_after_s);
}

void
report_distrust(struct text *t, const struct handshake *h)
{
	text_puts(t, h->why);
	if (h->verified == OUTCOME_CERT_MISMATCH) {
		text_puts(t, ": not for \"");
		text_escape_string(t, h->name);
		text_puts(t, "\"");
	}
	if (h->n > 0) {
		text_puts(t, ": ");
		report_cert(t, &h->certs[0]);
	}
}

void
report_tls_details(struct text *t, const struct handshake *h)
{
	size_t i;

	text_printf(t, "TLS: %s, %s", h->version, h->cipher);
	if (h->alpn[0] != '\0') {
		text_puts(t, ", ALPN ");
		text_escape_string(t, h->alpn);
	}
	text_puts(t, "\n");
	if (h->verified != OUTCOME_OK) {
		text_puts(t, "Verification: ");
		text_escape_string(t, h->why);
		text_puts(t, "\n");
	}
	for (i = 0; i < h->n; i++) {
		text_printf(t, "Certificate %zu: ", i + 1);
		report_cert(t, &h->certs[i]);
		text_puts(t, ", from ");
		date(t, h->certs[i].not_before_s);
		text_puts(t, "\n");
	}
}

void
report_tls_json(struct text *t, const struct cert *c, size_t max)
{
	json_member(t, "\"subject\":", c->subject, max);
	json_member(t, ",\"issuer\":", c->issuer, max);
	json_date(t, ",\"not_before\":", c->not_before_s);
	json_date(t, ",\"not_after\":", c->not_after_s);
}

static void
quoted(struct text *t, const char *name)
{
	text_puts(t, "\"");
	text_escape(t, name, strlen(name), NAME_BYTES);
	text_puts(t, "\"");
}

/* RFC 3339, but with a blank. */
static void
date(struct text *t, int64_t s)
{
	const struct clock_date d = clock_date(s);

	text_printf(t, "%04" PRId64 "-%02u-%02u %02u:%02u:%02u UTC", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
}

/* In the greatest unit of which there are two. */
static void
span(struct text *t, int64_t s)
{
	static const struct {
		int64_t s;
		const char *name;
	} units[] = {
		{ CLOCK_DAY_S, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	size_t i = 0;

	while (units[i].s > 1 && s < 2 * units[i].s)
		i++;
	s /= units[i].s;
	text_printf(t, "%" PRId64 " %s%s", s, units[i].name, s == 1 ? "" : "s");
}

static void
json_date(struct text *t, const char *key, int64_t s)
{
	struct text value;

	text_init(&value, TEXT_WORD);
	date(&value, s);
	json_member(t, key, value.data, TEXT_WORD);
	text_free(&value);
}
