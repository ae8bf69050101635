/* SPDX-License-Identifier: ISC */
/*
 * The protocols that are known by name.
 */
#ifndef PROTO_H
#define PROTO_H

#include <stdint.h>

#include "dialogue.h"

struct proto {
	const char *name;
	uint16_t port; /* 0: none of its own */
	const struct step *steps;
	size_t n;
	struct bytes quit;
	bool hide; /* the answer says nothing to people */
};

/* The protocol of that name, in any case, or NULL. */
const struct proto *proto_find(const char *name);

/* The rows in the order of the manual: i from 0; NULL after the last. */
const struct proto *proto_row(size_t i);

#endif
