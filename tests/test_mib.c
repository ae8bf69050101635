/* SPDX-License-Identifier: ISC */
#include "mib.h"

#include "unit.h"

static const struct {
	const char *s;
	const char *why; /* NULL: it is a base */
	size_t len;
	uint32_t last;
} bases[] = {
	{ "1.3.6.1.4.1.8072.9999.9999.7707", NULL, 10, 7707 },
	{ ".1.3.6.1.4.1.99999", NULL, 7, 99999 },
	{ "1.3", NULL, 2, 3 },
	{ "2.999", NULL, 2, 999 },
	{ "0.39.4294967295", NULL, 3, UINT32_MAX },
	{ "0.40", "is no object identifier", 0, 0 },
	{ "3.1", "is no object identifier", 0, 0 },
	{ "1", "is no object identifier", 0, 0 },
	{ "", "is not numbers with dots between them", 0, 0 },
	{ ".", "is not numbers with dots between them", 0, 0 },
	{ "..1.3", "is not numbers with dots between them", 0, 0 },
	{ "1.3.", "is not numbers with dots between them", 0, 0 },
	{ "1..3", "is not numbers with dots between them", 0, 0 },
	{ "1.-3", "is not numbers with dots between them", 0, 0 },
	{ "1.3.x", "is not numbers with dots between them", 0, 0 },
	{ "1.3.4294967296", "is not numbers with dots between them", 0, 0 },
	{ "1.3.00000000000000000001", "is not numbers with dots between them",
	    0, 0 },
};

static const struct {
	uint32_t a[4];
	size_t a_len;
	uint32_t b[4];
	size_t b_len;
	int is;
} pairs[] = {
	{ { 0 }, 0, { 0 }, 0, 0 },
	{ { 0 }, 0, { 0 }, 1, -1 },
	{ { 1, 2 }, 2, { 1, 2 }, 2, 0 },
	{ { 1, 2 }, 2, { 1, 2, 0 }, 3, -1 },
	{ { 1, 3 }, 2, { 1, 2, 9 }, 3, 1 },
	{ { UINT32_MAX }, 1, { 1 }, 1, 1 },
};

START_TEST(test_base)
{
	uint32_t ids[MIB_BASE_MAX];
	size_t len;

	unit_str(bases[_i].s, mib_base_parse(bases[_i].s, ids, &len),
	    bases[_i].why);
	if (bases[_i].why != NULL)
		return;
	ck_assert_uint_eq(len, bases[_i].len);
	ck_assert_uint_eq(ids[len - 1], bases[_i].last);
}
END_TEST

START_TEST(test_base_of_build)
{
	uint32_t ids[MIB_BASE_MAX];
	size_t len;

	ck_assert_ptr_null(mib_base_parse(MIB_BASE, ids, &len));
}
END_TEST

START_TEST(test_long_base)
{
	char s[2 * (MIB_BASE_MAX + 1)] = "1";
	uint32_t ids[MIB_BASE_MAX];
	size_t len, i;

	for (i = 1; i < MIB_BASE_MAX; i++)
		strcat(s, ".1");
	ck_assert_ptr_null(mib_base_parse(s, ids, &len));
	ck_assert_uint_eq(len, MIB_BASE_MAX);
	strcat(s, ".1");
	ck_assert_str_eq(mib_base_parse(s, ids, &len), "is too long");
}
END_TEST

START_TEST(test_compare)
{
	ck_assert_int_eq(mib_compare(pairs[_i].a, pairs[_i].a_len, pairs[_i].b,
			     pairs[_i].b_len),
	    pairs[_i].is);
	ck_assert_int_eq(mib_compare(pairs[_i].b, pairs[_i].b_len, pairs[_i].a,
			     pairs[_i].a_len),
	    -pairs[_i].is);
}
END_TEST

START_TEST(test_order)
{
	unsigned i;

	for (i = 1; i < MIB_OBJECTS; i++) {
		struct mib_oid before = mib_oid((enum mib_object)(i - 1));
		struct mib_oid oid = mib_oid((enum mib_object)i);

		ck_assert_msg(mib_compare(before.ids, before.len, oid.ids,
				  oid.len) < 0,
		    "%s is not in its place",
		    mib_row((enum mib_object)i)->name);
	}
}
END_TEST

START_TEST(test_find)
{
	unsigned i;

	ck_assert_int_eq(mib_find(NULL, 0), MIB_OBJECTS);
	ck_assert_int_eq(mib_find((uint32_t[]){ 1, 1 }, 2), MIB_OBJECTS);
	ck_assert_int_eq(mib_find((uint32_t[]){ 2 }, 1), MIB_OBJECTS - 1);
	for (i = 0; i < MIB_OBJECTS; i++) {
		struct mib_oid oid = mib_instance((enum mib_object)i, 5);

		ck_assert_uint_le(oid.len, MIB_SUFFIX_MAX);
		ck_assert_int_eq(mib_find(oid.ids, oid.len), i);
		ck_assert_int_eq(mib_find(oid.ids, oid.len - 1), i);
		oid.ids[oid.len - 2]--;
		ck_assert_int_eq(mib_find(oid.ids, oid.len - 1),
		    i > 0 ? i - 1 : MIB_OBJECTS);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("mib");

	unit_rows(tc, test_base, bases);
	tcase_add_test(tc, test_base_of_build);
	tcase_add_test(tc, test_long_base);
	unit_rows(tc, test_compare, pairs);
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_find);
	return unit_run("mib", tc);
}
