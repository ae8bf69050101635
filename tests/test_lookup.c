/* SPDX-License-Identifier: ISC */
#include "lookup.h"

#include "unit.h"

/*
 * Rows: addresses as they come and as they are to be tried.  '4' and '6' are
 * families, the letter makes one address.
 */
static const struct {
	const char *found;
	const char *tried;
} orders[] = {
	{ "", "" },
	{ "4a", "4a" },
	{ "4a4b4c", "4a4b4c" },
	{ "6a6b4a4b", "6a4a6b4b" },
	{ "4a6a6b6c", "4a6a6b6c" },
	{ "6a6b6c4a", "6a4a6b6c" },
	{ "4a4a6a6a4b", "4a6a4b" },
	{ "4a6a4a6a", "4a6a" },
	{ "?a4a?b6a", "4a6a" },
};

static void
add(struct lookup_found *f, char family, unsigned char n)
{
	union addr_sockaddr sa = { 0 };

	switch (family) {
	case '4':
		sa.in.sin_family = AF_INET;
		sa.in.sin_addr.s_addr = n;
		lookup_add(f, &sa.any, sizeof(sa.in));
		break;
	case '6':
		sa.in6.sin6_family = AF_INET6;
		sa.in6.sin6_addr.s6_addr[15] = n;
		lookup_add(f, &sa.any, sizeof(sa.in6));
		break;
	default:
		sa.any.sa_family = AF_UNIX;
		lookup_add(f, &sa.any, sizeof(sa.un));
		break;
	}
}

START_TEST(order)
{
	struct lookup_found f = { 0 };
	struct addr addrs[LOOKUP_ADDRS_MAX];
	char got[2 * LOOKUP_ADDRS_MAX + 1] = "";
	const char *p;
	size_t i, n;

	for (p = orders[_i].found; *p != '\0'; p += 2)
		add(&f, p[0], (unsigned char)p[1]);
	n = lookup_order(&f, addrs);
	for (i = 0; i < n; i++) {
		bool v4 = addrs[i].family == AF_INET;

		got[2 * i] = v4 ? '4' : '6';
		got[2 * i + 1] = (char)(v4
			? (unsigned char)addrs[i].in.sin_addr.s_addr
			: addrs[i].in6.sin6_addr.s6_addr[15]);
	}
	unit_str(orders[_i].found, got, orders[_i].tried);
}
END_TEST

/* Of too many, both families have their share. */
START_TEST(too_many)
{
	struct lookup_found f = { 0 };
	struct addr addrs[LOOKUP_ADDRS_MAX];
	unsigned i;

	for (i = 1; i <= 80; i++)
		add(&f, '6', (unsigned char)i);
	ck_assert_uint_eq(lookup_order(&f, addrs), LOOKUP_ADDRS_MAX);
	add(&f, '4', 1);
	ck_assert_uint_eq(lookup_order(&f, addrs), LOOKUP_ADDRS_MAX);
	ck_assert_int_eq(addrs[1].family, AF_INET);
	ck_assert_int_eq(addrs[2].family, AF_INET6);
}
END_TEST

START_TEST(queue)
{
	struct lookup_queue q;
	struct lookup l[3];
	unsigned i, round;

	lookup_queue_init(&q);
	for (round = 0; round < 2; round++) {
		ck_assert_ptr_null(lookup_queue_take(&q));
		for (i = 0; i < 3; i++)
			lookup_queue_put(&q, &l[i]);
		for (i = 0; i < 3; i++)
			ck_assert_ptr_eq(lookup_queue_take(&q), &l[i]);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("lookup");

	unit_rows(tc, order, orders);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, queue);
	return unit_run("lookup", tc);
}
