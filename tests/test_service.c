/* SPDX-License-Identifier: ISC */
#include "service.h"

#include <stdio.h>

#include "unit.h"

static const struct {
	const char *s;
	uint16_t port;
} numbers[] = {
	{ "1", 1 },
	{ "25", 25 },
	{ "080", 80 },
	{ "65535", 65535 },
	{ "0", 0 },
	{ "65536", 0 },
	{ "65561", 0 },
	{ "99999", 0 },
	{ "4294967321", 0 },
	{ "18446744073709551641", 0 },
	{ "-25", 0 },
	{ "", 0 },
	{ " ", 0 },
	{ " 25", 0 },
	{ "25 ", 0 },
	{ "25/tcp", 0 },
	{ "0x19", 0 },
	{ "25.0", 0 },
	{ "no-such-service", 0 },
	{ "no such service\n", 0 },
	{ "\xff", 0 },
	{ "*", 0 },
};

/* With the port that TCP has of that name in every services(5). */
static const struct {
	const char *name;
	uint16_t port;
} names[] = {
	{ "ssh", 22 },
	{ "smtp", 25 },
	{ "http", 80 },
	{ "https", 443 },
};

static bool
is_listed(const char *name)
{
	FILE *f = fopen("/etc/services", "re");
	char line[512], word[64];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line, "%63s", word) == 1 &&
		    strcmp(word, name) == 0 && strstr(line, "/tcp") != NULL;
	if (f != NULL)
		fclose(f);
	return found;
}

START_TEST(number)
{
	ck_assert_msg(service_port(numbers[_i].s) == numbers[_i].port, "%s",
	    numbers[_i].s);
}
END_TEST

START_TEST(name)
{
	ck_assert_uint_eq(service_port(names[_i].name),
	    is_listed(names[_i].name) ? names[_i].port : 0);
}
END_TEST

/* A service that TCP does not have. */
START_TEST(not_of_tcp)
{
	ck_assert(is_listed("tftp") || service_port("tftp") == 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("service");

	unit_rows(tc, number, numbers);
	unit_rows(tc, name, names);
	tcase_add_test(tc, not_of_tcp);
	return unit_run("service", tc);
}
