/* SPDX-License-Identifier: ISC */
/*
 * The ICMP messages that end a connection attempt: RFC 792, RFC 1122 3.2.2.1,
 * RFC 1812 5.2.7.1 and RFC 4443.
 */
#ifndef ICMP_H
#define ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "outcome.h"

struct icmp {
	bool v6;
	uint8_t type;
	uint8_t code;
	enum outcome outcome;
	const char *name; /* "host unreachable" */
};

/* Its row; of a message that has none, one that says unreachable. */
const struct icmp *icmp_find(bool v6, uint8_t type, uint8_t code);

#endif
