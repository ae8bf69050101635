/* SPDX-License-Identifier: ISC */
/*
 * What a later process has to know of notifications: a text file, replaced as a whole.
 *
 *	portstate-agentx 1
 *	alert INDEX KIND TOLD WANTED UNSURE PORT-STATE EVENT
 *	...
 *	began TIME			to count
 *	table BORN			when the port table began, as it says
 *	next NUMBER			of the first event that was not taken
 *	sent NUMBER
 *	suppressed NUMBER
 *	storms NUMBER
 *	storm 0				or 1: one that nobody was told of
 *	complete 0			or 1: its process has ended as it should
 */
#ifndef ALERTS_FILE_H
#define ALERTS_FILE_H

#include "alerts.h"

struct alerts_file {
	bool complete;    /* more was sent since only if this is false */
	int64_t began_us; /* to count; of the wall clock; 0: it was not known */
	int64_t born_us;  /* of the table; 0: none was seen yet */
	uint64_t next;    /* event */
	uint64_t storms;  /* that were sent */
};

/*
 * NULL: read, or there is none, and then f is zeroed.  Else why it cannot be used, as
 * static text, and then nothing of it was.
 */
const char *alerts_file_read(const char *path, struct alerts_file *f,
    struct alerts *a, int64_t now_us);

/* NULL: it is on disk; or the reason, and then the old one is there. */
const char *alerts_file_write(const char *path, const struct alerts_file *f,
    const struct alerts *a);

#endif
