/* SPDX-License-Identifier: ISC */
#include "icmp.h"

#include "unit.h"

#define UNREACHABLE OUTCOME_UNREACHABLE
#define PROHIBITED OUTCOME_PROHIBITED
#define REJECTED OUTCOME_REJECTED

#define V4 false
#define V6 true

/* As the registries of IANA have them. */
static const struct {
	bool v6;
	uint8_t type;
	uint8_t code;
	enum outcome outcome;
	const char *name;
} messages[] = {
	{ V4, 3, 0, UNREACHABLE, "network unreachable" },
	{ V4, 3, 1, UNREACHABLE, "host unreachable" },
	{ V4, 3, 2, UNREACHABLE, "protocol unreachable" },
	{ V4, 3, 3, REJECTED, "port unreachable" },
	{ V4, 3, 6, UNREACHABLE, "network unknown" },
	{ V4, 3, 7, UNREACHABLE, "host unknown" },
	{ V4, 3, 9, PROHIBITED, "network prohibited" },
	{ V4, 3, 10, PROHIBITED, "host prohibited" },
	{ V4, 3, 13, PROHIBITED, "administratively prohibited" },
	{ V4, 3, 15, PROHIBITED, "precedence cutoff" },
	{ V4, 11, 0, UNREACHABLE, "time to live exceeded" },
	{ V6, 1, 0, UNREACHABLE, "no route to destination" },
	{ V6, 1, 1, PROHIBITED, "administratively prohibited" },
	{ V6, 1, 2, UNREACHABLE, "beyond scope of source address" },
	{ V6, 1, 3, UNREACHABLE, "address unreachable" },
	{ V6, 1, 4, REJECTED, "port unreachable" },
	{ V6, 1, 5, PROHIBITED, "source address failed policy" },
	{ V6, 1, 6, PROHIBITED, "reject route" },
	{ V6, 3, 0, UNREACHABLE, "hop limit exceeded" },
	{ V6, 4, 1, UNREACHABLE, "unrecognized next header" },
	/* Those without a row, among them the other family's. */
	{ V4, 3, 16, UNREACHABLE, "unreachable" },
	{ V4, 3, 255, UNREACHABLE, "unreachable" },
	{ V4, 1, 4, UNREACHABLE, "unreachable" },
	{ V4, 1, 1, UNREACHABLE, "unreachable" },
	{ V6, 3, 3, UNREACHABLE, "unreachable" },
	{ V6, 3, 13, UNREACHABLE, "unreachable" },
	{ V6, 1, 7, UNREACHABLE, "unreachable" },
	{ V4, 255, 255, UNREACHABLE, "unreachable" },
	{ V6, 255, 255, UNREACHABLE, "unreachable" },
	{ V4, 0, 0, UNREACHABLE, "unreachable" },
};

START_TEST(find)
{
	const struct icmp *icmp = icmp_find(messages[_i].v6, messages[_i].type,
	    messages[_i].code);

	ck_assert_ptr_nonnull(icmp);
	ck_assert_str_eq(icmp->name, messages[_i].name);
	ck_assert_int_eq(icmp->outcome, messages[_i].outcome);
}
END_TEST

/* Whatever comes over the wire has words, which stand in the output as is. */
START_TEST(every_message)
{
	unsigned type, code;

	for (type = 0; type < 256; type++) {
		for (code = 0; code < 256; code++) {
			const struct icmp *icmp = icmp_find(_i != 0,
			    (uint8_t)type, (uint8_t)code);

			if (icmp->name[0] == '\0' ||
			    strpbrk(icmp->name, "|\n\"\\") != NULL ||
			    outcome_port(icmp->outcome) != PORT_FILTERED)
				ck_abort_msg("%u, %u", type, code);
		}
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("icmp");

	unit_rows(tc, find, messages);
	tcase_add_loop_test(tc, every_message, 0, 2);
	return unit_run("icmp", tc);
}
