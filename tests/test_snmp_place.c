/* SPDX-License-Identifier: ISC */
#include "snmp_place.h"

#include <sys/socket.h>

#include "unit.h"

static const struct {
	const char *s;
	bool tcp;
	int family;
	const char *host;
	uint16_t port;
	const char *why; /* NULL: it is a place */
} places[] = {
	{ "mx1", false, AF_UNSPEC, "mx1", 161, NULL },
	{ "mx1:1161", false, AF_UNSPEC, "mx1", 1161, NULL },
	{ "192.0.2.1", false, AF_UNSPEC, "192.0.2.1", 161, NULL },
	{ "192.0.2.1:162", false, AF_UNSPEC, "192.0.2.1", 162, NULL },
	{ "2001:db8::1", false, AF_UNSPEC, "2001:db8::1", 161, NULL },
	{ "[2001:db8::1]", false, AF_UNSPEC, "[2001:db8::1]", 161, NULL },
	{ "[2001:db8::1]:162", false, AF_UNSPEC, "[2001:db8::1]", 162, NULL },
	{ "udp:mx1", false, AF_UNSPEC, "mx1", 161, NULL },
	{ "udp6:mx1:7", false, AF_INET6, "mx1", 7, NULL },
	{ "udp6:::1", false, AF_INET6, "::1", 161, NULL },
	{ "udp6:[::1]:65535", false, AF_INET6, "[::1]", 65535, NULL },
	{ "tcp:mx1", true, AF_UNSPEC, "mx1", 161, NULL },
	{ "tcp6:[::1]:9", true, AF_INET6, "[::1]", 9, NULL },
	{ "udp", false, AF_UNSPEC, "udp", 161, NULL },
	{ "", false, 0, NULL, 0, "has no host" },
	{ "udp:", false, 0, NULL, 0, "has no host" },
	{ ":161", false, 0, NULL, 0, "has no host" },
	{ "tcp::161", true, 0, NULL, 0, "has no host" },
	{ "mx1:", false, 0, NULL, 0, "has a port that is not from 1 to 65535" },
	{ "mx1:0", false, 0, NULL, 0,
	    "has a port that is not from 1 to 65535" },
	{ "mx1:65536", false, 0, NULL, 0,
	    "has a port that is not from 1 to 65535" },
	{ "mx1:snmp", false, 0, NULL, 0,
	    "has a port that is not from 1 to 65535" },
	{ "[::1", false, 0, NULL, 0, "has a bracket that is not closed" },
	{ "[::1]x", false, 0, NULL, 0,
	    "has a port that is not from 1 to 65535" },
	{ "/run/snmp", false, 0, NULL, 0, "is a path" },
};

START_TEST(test_place)
{
	struct snmp_place p;
	const char *why = snmp_place_parse(places[_i].s, &p);

	unit_str(places[_i].s, why, places[_i].why);
	if (why != NULL)
		return;
	unit_str(places[_i].s, p.host, places[_i].host);
	ck_assert_int_eq(p.tcp, places[_i].tcp);
	ck_assert_int_eq(p.family, places[_i].family);
	ck_assert_uint_eq(p.port, places[_i].port);
}
END_TEST

/* What is too long, or no name, has some reason. */
START_TEST(test_bad)
{
	char host[1000];
	struct snmp_place p;

	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	unit_str("long", snmp_place_parse(host, &p), "is too long");
	ck_assert_ptr_nonnull(snmp_place_parse("udp6:127.0.0.1", &p));
	ck_assert_ptr_nonnull(snmp_place_parse("1::2::3", &p));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("snmp_place");

	unit_rows(tc, test_place, places);
	tcase_add_test(tc, test_bad);
	return unit_run("snmp_place", tc);
}
