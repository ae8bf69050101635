/* SPDX-License-Identifier: ISC */
/*
 * Sends notifications of what happens in the port table to the master agent, as
 * alerts.h lets it, with few on their way at a time: a master that is told more than
 * it can hear stops in the middle of an answer, and then hears nobody.
 *
 * What it has done is in a file: a process that ends goes on where it was, and one
 * that is killed repeats at the most what was sent in the second before.
 */
#ifndef NOTIFIER_H
#define NOTIFIER_H

#include "alerts.h"
#include "mib_view.h"

struct notifier;

struct notifier_conf {
	const char *file;
	struct alerts_conf alerts;
	struct mib_view *view;
	struct mib_notify
	    *figures; /* what the MIB says of it: kept up to date */
};

/* What cannot be read is said in the log, and begun anew. */
struct notifier *notifier_new(const struct notifier_conf *conf, int64_t now_us);

/* Writes the file first. */
void notifier_free(struct notifier *n);

/*
 * Reads events and sends what may be sent, to a master that has registered us.
 * Returns when there is more to do, if no answer comes before.
 */
int64_t notifier_turn(struct notifier *n, int64_t now_us);

/* Writes the file, if anything is new. */
void notifier_save(struct notifier *n);

/* What the table's events of all have become: for the log. */
struct alerts_counts notifier_counts(const struct notifier *n);

#endif
