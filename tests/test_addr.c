/* SPDX-License-Identifier: ISC */
#include "addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stddef.h>

#include "unit.h"

#define ANY AF_UNSPEC
#define V4 AF_INET
#define V6 AF_INET6

#define NO_BRACKET "the closing bracket is missing"
#define NOT_IN_BRACKETS "not an IPv6 address in the brackets"
#define NOT_V4 "not an IPv4 address"
#define NOT_V6 "not an IPv6 address"
#define NEEDS_ZONE "a link-local address needs a zone: fe80::1%eth0"
#define NO_ZONE "the zone is not an interface of this machine"
#define OCTAL "a number with a leading zero, which may mean another address"
#define LONG_V6 "too long for an IPv6 address"
#define LONG_PATH "longer than the path of a socket can be (107 bytes)"

#define P10 "/123456789"
#define P100 P10 P10 P10 P10 P10 P10 P10 P10 P10 P10
#define H39 "1234:1234:1234:1234:1234:1234:1234:1234"

/* A literal is printed again as text. */
static const struct {
	const char *host;
	int family;
	enum addr_kind kind;
	const char *text; /* or the reason */
} parsed[] = {
	{ "192.0.2.1", ANY, ADDR_LITERAL, "192.0.2.1" },
	{ "192.0.2.1", V4, ADDR_LITERAL, "192.0.2.1" },
	{ "192.0.2.1", V6, ADDR_BAD, NOT_V6 },
	{ "0.0.0.0", ANY, ADDR_LITERAL, "0.0.0.0" },
	{ "255.255.255.255", ANY, ADDR_LITERAL, "255.255.255.255" },
	{ "256.0.0.1", ANY, ADDR_NAME },
	{ "192.0.2", ANY, ADDR_NAME },
	{ "192.0.2.1.", ANY, ADDR_NAME },
	{ "192.0.2.1 ", ANY, ADDR_NAME },
	{ "192.0.2.1%lo", ANY, ADDR_NAME },
	{ "3221225985", ANY, ADDR_NAME },
	{ "0xc0000201", ANY, ADDR_NAME },
	{ "127.1", ANY, ADDR_NAME },
	{ "0", ANY, ADDR_NAME },
	{ "10.0.1", ANY, ADDR_NAME },
	{ "01.example.org", ANY, ADDR_NAME },
	{ "127.0.0.010", ANY, ADDR_BAD, OCTAL },
	{ "0177.0.0.1", ANY, ADDR_BAD, OCTAL },
	{ "127.00.1", ANY, ADDR_BAD, OCTAL },
	{ "010", ANY, ADDR_BAD, OCTAL },
	{ "127.0.0.08", V6, ADDR_BAD, OCTAL },

	{ "2001:db8::1", ANY, ADDR_LITERAL, "2001:db8::1" },
	{ "2001:db8::1", V6, ADDR_LITERAL, "2001:db8::1" },
	{ "2001:db8::1", V4, ADDR_BAD, NOT_V4 },
	{ "2001:DB8:0:0:0:0:0:1", ANY, ADDR_LITERAL, "2001:db8::1" },
	{ H39, ANY, ADDR_LITERAL, H39 },
	{ "::", ANY, ADDR_LITERAL, "::" },
	{ "::1", ANY, ADDR_LITERAL, "::1" },
	{ "::ffff:192.0.2.1", ANY, ADDR_LITERAL, "::ffff:192.0.2.1" },
	{ "::ffff:192.0.2.1", V4, ADDR_BAD, NOT_V4 },
	{ "[::1]", ANY, ADDR_LITERAL, "::1" },
	{ "[::1]", V6, ADDR_LITERAL, "::1" },
	{ "[::1]", V4, ADDR_BAD, NOT_V4 },
	{ "1::2::3", ANY, ADDR_BAD, NOT_V6 },
	{ "1:2:3:4:5:6:7:8:9", ANY, ADDR_BAD, NOT_V6 },
	{ "::12345", ANY, ADDR_BAD, NOT_V6 },
	{ ":", ANY, ADDR_BAD, NOT_V6 },
	{ "localhost:25", ANY, ADDR_BAD, NOT_V6 },
	{ "192.0.2.1:25", ANY, ADDR_BAD, NOT_V6 },
	{ "::1 ", ANY, ADDR_BAD, NOT_V6 },
	{ "::1]", ANY, ADDR_BAD, NOT_V6 },
	{ "[", ANY, ADDR_BAD, NO_BRACKET },
	{ "[::1", ANY, ADDR_BAD, NO_BRACKET },
	{ "[::1]:25", ANY, ADDR_BAD, NO_BRACKET },
	{ "[]", ANY, ADDR_BAD, NOT_IN_BRACKETS },
	{ "[192.0.2.1]", ANY, ADDR_BAD, NOT_IN_BRACKETS },
	{ "[localhost]", ANY, ADDR_BAD, NOT_IN_BRACKETS },
	{ "[[::1]]", ANY, ADDR_BAD, NOT_V6 },
	{ H39 ":" H39, ANY, ADDR_BAD, LONG_V6 },
	{ "[" H39 ":" H39 "]", ANY, ADDR_BAD, LONG_V6 },

	{ "fe80::1%lo", ANY, ADDR_LITERAL, "fe80::1%lo" },
	{ "fe80::1%lo", V6, ADDR_LITERAL, "fe80::1%lo" },
	{ "[fe80::1%lo]", ANY, ADDR_LITERAL, "fe80::1%lo" },
	{ "fe80::1%lo", V4, ADDR_BAD, NOT_V4 },
	{ "::1%lo", ANY, ADDR_LITERAL, "::1%lo" },
	{ "fe80::1%2000000000", ANY, ADDR_LITERAL, "fe80::1%2000000000" },
	{ "fe80::1", ANY, ADDR_BAD, NEEDS_ZONE },
	{ "[fe80::1]", ANY, ADDR_BAD, NEEDS_ZONE },
	{ "febf:ffff::1", ANY, ADDR_BAD, NEEDS_ZONE },
	{ "fec0::1", ANY, ADDR_LITERAL, "fec0::1" },
	{ "fe80::1%", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%0", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%-1", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%99999999999", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%none0", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%lo%lo", ANY, ADDR_BAD, NO_ZONE },
	{ "fe80::1%lo ", ANY, ADDR_BAD, NO_ZONE },
	{ "%lo", ANY, ADDR_NAME },

	{ "/", ANY, ADDR_LITERAL, "/" },
	{ "/run/x.sock", ANY, ADDR_LITERAL, "/run/x.sock" },
	{ "/a:b", ANY, ADDR_LITERAL, "/a:b" },
	{ "/a|\n\xff", ANY, ADDR_LITERAL, "/a\\x7c\\n\\xff" },
	{ P100 "/123456", ANY, ADDR_LITERAL, P100 "/123456" },
	{ P100 "/1234567", ANY, ADDR_BAD, LONG_PATH },
	{ P100 P100, ANY, ADDR_BAD, LONG_PATH },

	{ "", ANY, ADDR_NAME },
	{ "localhost", ANY, ADDR_NAME },
	{ "localhost", V4, ADDR_NAME },
	{ "localhost", V6, ADDR_NAME },
	{ "mx1.example.org.", ANY, ADDR_NAME },
	{ "run/x.sock", ANY, ADDR_NAME },
	{ "]", ANY, ADDR_NAME },
	{ "dead", ANY, ADDR_NAME },
};

/* Of the same kind are those with the same number. */
static const struct {
	const char *host;
	uint16_t port;
	int same;
} compared[] = {
	{ "192.0.2.1", 25, 1 },
	{ "192.0.2.1", 26, 2 },
	{ "192.0.2.2", 25, 3 },
	{ "::ffff:192.0.2.1", 25, 4 },
	{ "::1", 25, 5 },
	{ "0:0::1", 25, 5 },
	{ "[::1]", 25, 5 },
	{ "::1", 26, 6 },
	{ "::2", 25, 7 },
	{ "::1%lo", 25, 8 },
	{ "::1%2000000000", 25, 9 },
	{ "/run/x", 25, 10 },
	{ "/run/x", 26, 10 },
	{ "/run/y", 25, 11 },
	{ "/run/xy", 25, 12 },
};

static struct addr
address(const char *host, uint16_t port)
{
	const char *why;
	struct addr a;

	ck_assert_int_eq(addr_parse(host, AF_UNSPEC, &a, &why), ADDR_LITERAL);
	addr_set_port(&a, port);
	return a;
}

START_TEST(parses)
{
	const char *host = parsed[_i].host, *why = NULL;
	struct addr a;
	struct text t;

	ck_assert_msg(addr_parse(host, parsed[_i].family, &a, &why) ==
		parsed[_i].kind,
	    "%s: %s", host, why != NULL ? why : "not that kind");
	if (parsed[_i].kind == ADDR_BAD)
		unit_str(host, why, parsed[_i].text);
	if (parsed[_i].kind != ADDR_LITERAL)
		return;
	text_init(&t, 1000);
	addr_format(&t, &a);
	unit_str(host, t.data, parsed[_i].text);
	text_free(&t);
}
END_TEST

/* What the kernel is given. */
START_TEST(ipv4)
{
	struct addr a = address("192.0.2.1", 0);
	union addr_sockaddr sa;

	ck_assert_int_eq(a.family, AF_INET);
	ck_assert_uint_eq(ntohl(a.in.sin_addr.s_addr), 0xc0000201);
	ck_assert_uint_eq(a.in.sin_port, 0);
	addr_set_port(&a, 258);
	ck_assert_uint_eq(addr_get(&a, &sa), sizeof(struct sockaddr_in));
	ck_assert_int_eq(sa.any.sa_family, AF_INET);
	ck_assert_uint_eq(ntohl(sa.in.sin_addr.s_addr), 0xc0000201);
	ck_assert_mem_eq(&sa.in.sin_port, "\1\2", 2);
}
END_TEST

START_TEST(ipv6)
{
	struct addr a = address("fe80::1%lo", 0);
	union addr_sockaddr sa;

	ck_assert_int_eq(a.family, AF_INET6);
	ck_assert_uint_eq(a.in6.sin6_scope_id, if_nametoindex("lo"));
	ck_assert_uint_eq(a.in6.sin6_flowinfo, 0);
	ck_assert_uint_eq(a.in6.sin6_port, 0);
	addr_set_port(&a, 258);
	ck_assert_uint_eq(addr_get(&a, &sa), sizeof(struct sockaddr_in6));
	ck_assert_int_eq(sa.any.sa_family, AF_INET6);
	ck_assert_mem_eq(&sa.in6.sin6_addr, &a.in6.sin6_addr, 16);
	ck_assert_uint_eq(sa.in6.sin6_scope_id, if_nametoindex("lo"));
	ck_assert_uint_eq(sa.in6.sin6_flowinfo, 0);
	ck_assert_mem_eq(&sa.in6.sin6_port, "\1\2", 2);
}
END_TEST

START_TEST(zone_by_number)
{
	struct addr a = address("fe80::1%7", 0);

	ck_assert_uint_eq(a.in6.sin6_scope_id, 7);
	a = address("2001:db8::1", 0);
	ck_assert_uint_eq(a.in6.sin6_scope_id, 0);
}
END_TEST

static const char *const paths[] = { "/run/x", "/", P100 "/123456" };

START_TEST(path)
{
	struct addr a = address(paths[_i], 0), before = a;
	union addr_sockaddr sa;

	memset(&sa, 0x55, sizeof(sa));
	ck_assert_uint_eq(addr_get(&a, &sa),
	    offsetof(struct sockaddr_un, sun_path) + strlen(paths[_i]) + 1);
	ck_assert_int_eq(sa.any.sa_family, AF_UNIX);
	ck_assert_str_eq(sa.un.sun_path, paths[_i]);
	/* It is borrowed. */
	ck_assert_int_eq(a.family, AF_UNIX);
	ck_assert_ptr_eq(a.un.path, paths[_i]);
	addr_set_port(&a, 258);
	ck_assert_mem_eq(&a, &before, sizeof(a));
}
END_TEST

START_TEST(small)
{
	ck_assert_uint_eq(sizeof(struct addr), sizeof(struct sockaddr_in6));
}
END_TEST

START_TEST(equal)
{
	struct addr a = address(compared[_i].host, compared[_i].port), b;
	size_t j;

	for (j = 0; j < ARRAY_SIZE(compared); j++) {
		b = address(compared[j].host, compared[j].port);
		ck_assert_msg(addr_equal(&a, &b) ==
			(compared[_i].same == compared[j].same),
		    "%s, %s", compared[_i].host, compared[j].host);
	}
	b = (struct addr){ 0 };
	ck_assert(!addr_equal(&a, &b));
	ck_assert(!addr_equal(&b, &a));
}
END_TEST

START_TEST(set)
{
	struct addr from = address(compared[_i].host, compared[_i].port), a;
	int family = from.family != AF_UNIX ? from.family : AF_UNSPEC;
	union addr_sockaddr sa;
	socklen_t len = addr_get(&from, &sa);

	memset(&a, 0x55, sizeof(a));
	addr_set(&a, &sa.any, len);
	ck_assert_int_eq(a.family, family);
	ck_assert(addr_equal(&a, &from) == (family != AF_UNSPEC));
	/* Room beyond the address, and not enough of it. */
	memset(&a, 0x55, sizeof(a));
	addr_set(&a, &sa.any, sizeof(struct sockaddr_storage));
	ck_assert_int_eq(a.family, family);
	ck_assert(addr_equal(&a, &from) == (family != AF_UNSPEC));
	addr_set(&a, &sa.any, len - 1);
	ck_assert_int_eq(a.family, AF_UNSPEC);
}
END_TEST

START_TEST(none)
{
	struct addr a = { 0 }, before = a;
	struct text t;

	ck_assert_int_eq(a.family, AF_UNSPEC);
	text_init(&t, 100);
	addr_format(&t, &a);
	ck_assert_str_eq(t.data, "");
	text_free(&t);
	addr_set_port(&a, 25);
	ck_assert_mem_eq(&a, &before, sizeof(a));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("addr");

	unit_rows(tc, parses, parsed);
	tcase_add_test(tc, ipv4);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, zone_by_number);
	unit_rows(tc, path, paths);
	tcase_add_test(tc, small);
	unit_rows(tc, equal, compared);
	unit_rows(tc, set, compared);
	tcase_add_test(tc, none);
	return unit_run("addr", tc);
}
