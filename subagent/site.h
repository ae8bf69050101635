/* SPDX-License-Identifier: ISC */
/*
 * A configuration as the daemon has it: its files, what is probed, and which entry
 * of the port table each of it is.  A reload makes another one.
 */
#ifndef SITE_H
#define SITE_H

#include "config.h"
#include "portset.h"

struct site {
	struct config config;
	struct portset set;
	/* The monitor's: index in the table by entry; probes not told yet. */
	uint32_t *indexes;
	size_t flying;
	struct site *next;
};

/* Where it comes from. */
struct site_files {
	const char *config;       /* NULL: none */
	const char *const *lists; /* of targets */
	size_t n_lists;
	const char *const *command; /* for events, that counts; or NULL */
	/* For ports that say nothing. */
	struct rounds rounds;
	int64_t timeout_us; /* 0: 2 seconds */
	unsigned probes;    /* 0: one */
	int family;
};

/*
 * Reads the files.  NULL: they cannot be used, and errors has a line for each reason.
 */
struct site *site_read(const struct site_files *files, struct text *errors);
void site_free(struct site *s);

#endif
