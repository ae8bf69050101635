/* SPDX-License-Identifier: ISC */
/*
 * A result as text: what a plugin prints about one target.
 */
#ifndef REPORT_H
#define REPORT_H

#include "perfdata.h"
#include "result.h"
#include "target.h"
#include "verdict.h"

/* The most that a plugin prints: older Nagios and NRPE take 8 KiB. */
#define REPORT_MAX 8192

struct report {
	const char *service; /* "TCP" */
	const struct target *target;
	const struct result *result;
	const struct policy *policy;
	struct verdict verdict;
	int64_t timeout_us; /* as it was given */
	bool jail;          /* keep the peer's bytes back */
	unsigned verbosity;
};

/* Appends all lines, each ended by a newline. */
typedef void report_fn(struct text *t, const struct report *r);

/* The format of that name, or NULL; REPORT_NAMES lists them for people. */
report_fn *report_find(const char *name);

#define REPORT_NAMES "one-line, multi-line"

/* The formats. */
report_fn report_one_line, report_multi_line;

/*
 * The words of a format, then the performance data and a newline, whole and in
 * their place however long the words are.
 */
void report_bounded(struct text *t, const struct report *r, report_fn *words);

/* "on mx1 port 25 (192.0.2.1)", or "on socket /run/x" */
void report_where(struct text *t, const struct report *r);

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

/* The outcome in words, and where, of a target that did not answer. */
void report_failure(struct text *t, const struct report *r);

/* The peer's bytes, bounded, without the white space at their end. */
void report_answer(struct text *t, const struct report *r);

/* The strings of the last expectation, quoted: "a" or "b". */
void report_expected(struct text *t, const struct report *r);

/* Why no more was read of an answer that did not match. */
void report_ending(struct text *t, const struct report *r);

/* The performance data of the response time. */
void report_time(struct text *t, const struct report *r);

/* The lines of -v. */
void report_details(struct text *t, const struct report *r);

#endif
