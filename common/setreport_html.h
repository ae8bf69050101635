/* SPDX-License-Identifier: ISC */
/*
 * One file of HTML to look at, to print or to mail: what is wrong, then all
 * hosts and ports as a table.  It needs nothing else, and it cannot load or run
 * anything.
 *
 * It is ASCII, whatever peers and users say: symbols are references.  Each line
 * is short enough for mail, unless somebody has very much to say.
 *
 * This is for the files of setreport_html() alone.
 */
#ifndef SETREPORT_HTML_H
#define SETREPORT_HTML_H

#include "setreport.h"

/* Of a line in a list, or of a reason. */
#define SETREPORT_HTML_WORDS 4096

/* All that is not OK: hosts of which nothing is, once, then entries. */
setreport_fn setreport_html_wrong;

/* The table of hosts and ports, and that of Unix sockets, if there are any. */
setreport_fn setreport_html_table, setreport_html_sockets;

/* The class of what is in that state. */
const char *setreport_html_class(enum state s);

/* With a comma for thousands. */
void setreport_html_number(struct text *t, size_t n);

/* Whole days, rounded down: of half a day 0, of minus half a day -1. */
int64_t setreport_html_days(double days);

/* A time with three digits or so that mean something. */
void setreport_html_time(struct text *t, double seconds);

/* Of what is as expected a tick, of what is not a cross, "!" or "?". */
const char *setreport_html_symbol(const struct setreport *r,
    const struct entry *e);

/* Why it is not simply right, in a few words, each with a comma before it. */
void setreport_html_judgement(struct text *t, const struct setreport *r,
    const struct entry *e);

/* What a cell of a table has of it. */
void setreport_html_content(struct text *t, const struct setreport *r,
    const struct entry *e);

#endif
