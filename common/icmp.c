/* SPDX-License-Identifier: ISC */
#include "icmp.h"

#include <stddef.h>

#define UNREACHABLE OUTCOME_UNREACHABLE
#define PROHIBITED OUTCOME_PROHIBITED
#define REJECTED OUTCOME_REJECTED

static const struct icmp icmps[] = {
	{ false, 3, 0, UNREACHABLE, "network unreachable" },
	{ false, 3, 1, UNREACHABLE, "host unreachable" },
	{ false, 3, 2, UNREACHABLE, "protocol unreachable" },
	{ false, 3, 3, REJECTED, "port unreachable" },
	{ false, 3, 4, UNREACHABLE, "fragmentation needed" },
	{ false, 3, 5, UNREACHABLE, "source route failed" },
	{ false, 3, 6, UNREACHABLE, "network unknown" },
	{ false, 3, 7, UNREACHABLE, "host unknown" },
	{ false, 3, 8, UNREACHABLE, "source host isolated" },
	{ false, 3, 9, PROHIBITED, "network prohibited" },
	{ false, 3, 10, PROHIBITED, "host prohibited" },
	{ false, 3, 11, UNREACHABLE, "network unreachable for this service" },
	{ false, 3, 12, UNREACHABLE, "host unreachable for this service" },
	{ false, 3, 13, PROHIBITED, "administratively prohibited" },
	{ false, 3, 14, PROHIBITED, "host precedence violation" },
	{ false, 3, 15, PROHIBITED, "precedence cutoff" },
	{ false, 11, 0, UNREACHABLE, "time to live exceeded" },
	{ false, 12, 0, UNREACHABLE, "parameter problem" },
	{ true, 1, 0, UNREACHABLE, "no route to destination" },
	{ true, 1, 1, PROHIBITED, "administratively prohibited" },
	{ true, 1, 2, UNREACHABLE, "beyond scope of source address" },
	{ true, 1, 3, UNREACHABLE, "address unreachable" },
	{ true, 1, 4, REJECTED, "port unreachable" },
	{ true, 1, 5, PROHIBITED, "source address failed policy" },
	{ true, 1, 6, PROHIBITED, "reject route" },
	{ true, 3, 0, UNREACHABLE, "hop limit exceeded" },
	{ true, 4, 1, UNREACHABLE, "unrecognized next header" },
};

const struct icmp *
icmp_find(bool v6, uint8_t type, uint8_t code)
{
	static const struct icmp other = { false, 0, 0, UNREACHABLE,
		"unreachable" };
	size_t i;

	for (i = 0; i < sizeof(icmps) / sizeof(icmps[0]); i++)
		if (icmps[i].v6 == v6 && icmps[i].type == type &&
		    icmps[i].code == code)
			return &icmps[i];
	return &other;
}
