/* SPDX-License-Identifier: ISC */
/*
 * Lists of hosts: names, addresses and networks.
 */
#ifndef HOSTLIST_H
#define HOSTLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct hostlist {
	char **hosts;
	size_t n;
	size_t given; /* repeated ones, too, of which one is kept */
	size_t size;
	size_t max; /* more are an error */
	void *tree; /* tsearch(3): of hosts */
};

/* To begin with: zeroed but for max. */
void hostlist_free(struct hostlist *l);

/*
 * Adds hosts that are separated by commas or white space; a network in CIDR
 * notation (RFC 4632 3.1) adds all its addresses.  On an error *error says in
 * one line what and why.
 */
bool hostlist_add(struct hostlist *l, const char *s, struct text *error);

bool hostlist_has(const struct hostlist *l, const char *host);

/*
 * Adds the hosts of a file, "-" for standard input, in which # begins a
 * comment; an error names the file and the line.
 */
bool hostlist_read(struct hostlist *l, const char *file, struct text *error);

#endif
