/* SPDX-License-Identifier: ISC */
/*
 * How far a long run is, on a terminal: a bar on standard error, which shows that
 * it is alive and is gone when it ends.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "poller.h"

struct engine;

struct progress {
	struct watch watch; /* first: the watch is its progress */
	const size_t *done; /* of total */
	size_t total;
	bool shown;
};

/* Shown from when a second has passed; p and *done stay where they are. */
void progress_start(struct progress *p, struct engine *e, const size_t *done,
    size_t total);
void progress_end(struct progress *p);

#endif
