/* SPDX-License-Identifier: ISC */
#include "pool.h"

#include <stdint.h>

#include "unit.h"

#define KIB ((size_t)1024)

static bool
is_zero(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

START_TEST(nothing)
{
	struct pool p = { 0 };

	ck_assert_ptr_nonnull(pool_alloc(&p, 0));
	ck_assert_str_eq(pool_string(&p, "abc", 0), "");
	pool_free(&p);
	ck_assert_ptr_null(p.blocks);
	pool_free(&p);
}
END_TEST

/* Pieces of all sizes, strings between them: none is in another. */
START_TEST(all_sizes)
{
	static unsigned char *pieces[4000];
	static size_t sizes[4000];
	struct pool p = { 0 };
	unsigned seed = 1;
	size_t i, j;
	char *s;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		sizes[i] = unit_random(&seed, i % 100 == 0 ? 100000 : 200);
		pieces[i] = pool_alloc(&p, sizes[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % sizeof(int64_t), 0);
		ck_assert(is_zero(pieces[i], sizes[i]));
		memset(pieces[i], (int)(i % 251), sizes[i]);
		s = pool_string(&p, "abcdefgh", i % 9);
		ck_assert_uint_eq(strlen(s), i % 9);
	}
	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		for (j = 0; j < sizes[i]; j++)
			ck_assert_uint_eq(pieces[i][j], i % 251);
	pool_free(&p);
}
END_TEST

/* Going back gives the same memory, zeroed, again. */
START_TEST(back)
{
	struct pool p = { 0 };
	struct pool_mark mark;
	unsigned char *first, *again;
	char *kept;

	kept = pool_string(&p, "kept", 4);
	mark = pool_mark(&p);
	first = pool_alloc(&p, 64);
	memset(first, 0xff, 64);
	pool_back(&p, mark);
	again = pool_alloc(&p, 64);
	ck_assert_ptr_eq(again, first);
	ck_assert(is_zero(again, 64));
	ck_assert_str_eq(kept, "kept");
	pool_free(&p);
}
END_TEST

/* A mark of a block that is full by now, and one of no block, do nothing. */
START_TEST(not_back)
{
	struct pool p = { 0 };
	const struct pool_mark none = pool_mark(&p);
	struct pool_mark mark;
	char *s, *t;
	size_t i;

	s = pool_string(&p, "abc", 3);
	pool_back(&p, none);
	mark = pool_mark(&p);
	for (i = 0; i < 100; i++)
		t = pool_alloc(&p, KIB);
	t = pool_string(&p, "def", 3);
	pool_back(&p, mark);
	ck_assert_str_eq(s, "abc");
	ck_assert_str_eq(t, "def");
	pool_free(&p);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("pool");

	tcase_add_test(tc, nothing);
	tcase_add_test(tc, all_sizes);
	tcase_add_test(tc, back);
	tcase_add_test(tc, not_back);
	return unit_run("pool", tc);
}
