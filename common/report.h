/* SPDX-License-Identifier: ISC */
/*
 * A result as text: what a plugin prints about one target.
 */
#ifndef REPORT_H
#define REPORT_H

#include "perfdata.h"
#include "result.h"
#include "series.h"
#include "target.h"
#include "verdict.h"

/* The most that a plugin prints: older Nagios and NRPE take 8 KiB. */
#define REPORT_MAX 8192

struct report {
	const char *service; /* "TCP" */
	const struct target *target;
	const struct result *result;
	const struct series *series; /* that it is of; NULL: none */
	const struct policy *policy;
	struct verdict verdict;
	int64_t timeout_us; /* as it was given */
	int64_t try_us;     /* what the result's try could take */
	bool jail;          /* keep the peer's bytes back */
	unsigned verbosity;
	bool full;        /* performance data of all that was measured */
	const char *text; /* the format of report_text() */
	int64_t wall_s;   /* the time now; for the same */
};

/* Appends all lines, each ended by a newline. */
typedef void report_fn(struct text *t, const struct report *r);

/* The format of that name, or NULL; REPORT_NAMES lists them for people. */
report_fn *report_find(const char *name);

#define REPORT_NAMES "one-line, multi-line, json"

/* The formats. */
report_fn report_one_line, report_multi_line, report_json;

/*
 * The format of r->text, performance data and the lines of -v; not among those
 * names.  report_text_check() returns NULL, or the reason why r->text cannot
 * be that as text that lives until the next call.
 */
report_fn report_text;
const char *report_text_check(const char *format);

/* A time in seconds since 1970 as ISO 8601 has it: 2026-12-22T02:06:37Z */
void report_time(struct text *t, int64_t wall_s);

/* The words of the usual first line, behind "SERVICE STATE - ". */
report_fn report_words;

/*
 * The words of a format, then the performance data and a newline, whole and in
 * their place however long the words are.
 */
void report_bounded(struct text *t, const struct report *r, report_fn *words);

/* "on mx1 port 25 (192.0.2.1)", or "on socket /run/x" */
void report_where(struct text *t, const struct report *r);

/* The address that decided; nothing if there is none, as of a Unix socket. */
void report_address(struct text *t, const struct report *r);

/*
 * What an attempt that failed met, and who said so: "Connection refused",
 * "No route to host: ICMP host unreachable from 192.0.2.1".  what is the words
 * for the failure; where, or NULL, is put after them.
 */
void report_cause(struct text *t, enum outcome o, const struct cause *c,
    const struct text *where);

/*
 * Why a target is not plainly open, in a few words; nothing if it is.  Needs of
 * the result the outcome, the cause and the note.
 */
void report_reason(struct text *t, const struct result *r);

/*
 * What belongs behind that where TLS is the reason: where it was stuck, or why
 * the peer is not trusted.
 */
void report_tls_reason(struct text *t, const struct report *r);

/* Whether the handshake was what the probe was at. */
bool report_in_handshake(const struct report *r);

/* The outcome in words, and where, of a target that did not answer. */
void report_failure(struct text *t, const struct report *r);

/*
 * Until when the first of the certificates to expire is valid, or what is wrong
 * with their dates: "certificate "x" expires in 29 days (2026-12-22 02:06:37
 * UTC)".  capital: it begins a line.
 */
void report_dates(struct text *t, const struct report *r, bool capital);

/*
 * The figure of performance data for the days until the first certificate
 * expires, with the limits of -D; NAN: there is none.
 */
void report_cert_days(struct text *t, const struct policy *p, double days);

/* Why the peer is not trusted or somebody else, and whose its certificate is. */
void report_distrust(struct text *t, const struct handshake *h);

/* The lines of -v about TLS. */
void report_tls_details(struct text *t, const struct handshake *h);

/* The members of a JSON object about one certificate. */
void report_tls_json(struct text *t, const struct cert *c, size_t max);

/* By how much the peer's clock differs: "clock 5 seconds ahead". */
void report_clock(struct text *t, const struct report *r);

/* Whose a certificate is: subject "x", issuer "y", expires 2026-12-22 … */
void report_cert(struct text *t, const struct cert *c);

/* The peer's bytes, bounded, without the white space at their end. */
void report_answer(struct text *t, const struct report *r);

/* The strings of the last expectation, quoted: "a" or "b". */
void report_expected(struct text *t, const struct report *r);

/* Why no more was read of an answer that did not match. */
void report_ending(struct text *t, const struct report *r);

/* A step of a dialogue: expect "220" */
void report_step(struct text *t, const struct step *s);

/* The performance data: of the response time, or in full. */
void report_perfdata(struct text *t, const struct report *r);

/* What a series adds to the words, the performance data and the JSON object. */
void report_series_words(struct text *t, const struct report *r);
void report_series_perfdata(struct text *t, const struct report *r);
void report_series_json(struct text *t, const struct report *r);

/* The lines of -v. */
void report_details(struct text *t, const struct report *r);

#endif
