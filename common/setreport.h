/* SPDX-License-Identifier: ISC */
/*
 * A portset as text.
 */
#ifndef SETREPORT_H
#define SETREPORT_H

#include "portset_summary.h"

/* What is long is written in pieces of about this size. */
#define SETREPORT_PIECE 32768

struct setreport {
	const struct portset *set;
	const struct portset_policy *policy;
	struct portset_summary summary;
	unsigned verbosity;
	size_t max;         /* bytes of a nagios report at the most */
	bool colour;        /* for a terminal */
	const char *limits; /* one line about the run, for -v */
	const char *age;    /* the end of the first line; NULL: it has none */
	const char *line;   /* of the portmon format; NULL: the usual one */
	const char *run;    /* a name for the run, or NULL */
	const char *from;   /* the machine that asked; NULL: it is not told */
	int64_t wall_s;     /* the time now; 0: it is not told */
	int64_t took_us;    /* that the run took */
	bool with_time;     /* a nagios report has that, too */
	/* Takes what was written so far, and empties t. */
	void (*flush)(void *sink, struct text *t);
	void *sink;
};

typedef void setreport_fn(struct text *t, const struct setreport *r);

/* The format of that name, or NULL; SETREPORT_NAMES lists them for people. */
setreport_fn *setreport_find(const char *name);

#define SETREPORT_NAMES "nagios, table, json, csv, prometheus, portmon, html"

/* The formats. */
setreport_fn setreport_nagios, setreport_table, setreport_json, setreport_csv,
    setreport_prometheus, setreport_portmon, setreport_html;

/*
 * Reads what r->line can be, with the escapes of escape.h.  *line is the caller's to
 * free, whatever is wrong.  NULL, or the reason until the next call.
 */
const char *setreport_line_parse(const char *s, char **line);

/*
 * What the formats share: flushes t, if there is enough in it.
 */
void setreport_flush(struct text *t, const struct setreport *r);

/* Whether an entry is of that kind. */
typedef bool setreport_kind_fn(const struct setreport *r,
    const struct entry *e);

/* entry_unasked() and the like. */
setreport_kind_fn setreport_unasked, setreport_unknown, setreport_expiring,
    setreport_astray;

/* Its times are not what they should be. */
setreport_kind_fn setreport_slow;

/* Its host is told as a whole, by host_counts_down(). */
setreport_kind_fn setreport_of_down;

/* "mx1/tcp/25 closed (Connection refused)" */
void setreport_words(struct text *t, const struct setreport *r,
    const struct entry *e);

/* Its entry_reason() between these two, or nothing. */
void setreport_reason(struct text *t, const char *before, const struct entry *e,
    const char *after);

/* "2 hosts with nothing as expected" is a number of them, and this. */
const char *setreport_hosts_down(size_t n);

/* "tcp", "udp" or "unix" */
const char *setreport_transport(const struct setreport *r,
    const struct entry *e);

/* The address that was asked, or nothing. */
void setreport_address(struct text *t, const struct entry *e);

/* A time of an entry in seconds; NAN: none. */
double setreport_seconds(uint32_t us);

/* When it was asked before the run, in seconds since 1970, or NAN. */
double setreport_asked(const struct setreport *r, const struct entry *e);

/* The least and the longest latency in seconds of many probes; NAN: none. */
double setreport_least(const struct entry_stats *s);
double setreport_longest(const struct entry_stats *s);

/*
 * The first line of the nagios format, "PORTSET STATE - words", without
 * performance data or a newline; t is empty.
 */
setreport_fn setreport_first_line;

#endif
