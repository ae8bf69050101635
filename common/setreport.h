/* SPDX-License-Identifier: ISC */
/*
 * A portset as text.
 */
#ifndef SETREPORT_H
#define SETREPORT_H

#include "portset.h"

struct setreport {
	const struct portset *set;
	const struct portset_policy *policy;
	struct portset_summary summary;
	unsigned verbosity;
	size_t max;         /* bytes of a nagios report at the most */
	bool colour;        /* for a terminal */
	const char *limits; /* one line about the run, for -v */
	const char *from;   /* the machine that asked; NULL: it is not told */
	int64_t wall_s;     /* the time now; 0: the same */
	/* Takes what was written so far, and empties t. */
	void (*flush)(struct text *t);
};

typedef void setreport_fn(struct text *t, const struct setreport *r);

/* The format of that name, or NULL; SETREPORT_NAMES lists them for people. */
setreport_fn *setreport_find(const char *name);

#define SETREPORT_NAMES "nagios, table, json, html"

/* The formats. */
setreport_fn setreport_nagios, setreport_table, setreport_json, setreport_html;

/*
 * The first line of the nagios format, "PORTSET STATE - words", without
 * performance data or a newline; t is empty.
 */
setreport_fn setreport_first_line;

#endif
