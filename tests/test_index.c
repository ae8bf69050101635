/* SPDX-License-Identifier: ISC */
#include "index.h"

#include "unit.h"

#define MANY 5000

static index_fn is_number;

static bool
is_number(const void *ctx, uint32_t number, const void *key)
{
	const uint32_t *numbers = ctx, *wanted = key;

	return numbers[number] == *wanted;
}

/* As FNV's authors give them. */
START_TEST(hashes)
{
	ck_assert_uint_eq(index_hash("", 0, INDEX_HASH), 0x811c9dc5U);
	ck_assert_uint_eq(index_hash("a", 1, INDEX_HASH), 0xe40c292cU);
	ck_assert_uint_eq(index_hash("foobar", 6, INDEX_HASH), 0xbf9cf968U);
	ck_assert_uint_eq(index_hash("bar", 3,
			      index_hash("foo", 3, INDEX_HASH)),
	    0xbf9cf968U);
}
END_TEST

START_TEST(empty)
{
	struct index x = { 0 };
	const uint32_t key = 1;

	ck_assert_uint_eq(index_find(&x, 1, is_number, &key, &key), INDEX_NONE);
	index_free(&x);
}
END_TEST

/* _i: how many different hashes there are; 0: as many as there can be. */
START_TEST(many)
{
	static uint32_t numbers[MANY];
	struct index x = { 0 };
	uint32_t i, hash, wanted;

	for (i = 0; i < MANY; i++) {
		numbers[i] = i * 7;
		hash = index_hash(&numbers[i], sizeof(numbers[i]), INDEX_HASH);
		index_add(&x, _i == 0 ? hash : hash % (uint32_t)_i, i);
	}
	for (i = 0; i < 7 * MANY; i += 7 * MANY / 100 + 1) {
		wanted = i;
		hash = index_hash(&wanted, sizeof(wanted), INDEX_HASH);
		ck_assert_uint_eq(index_find(&x,
				      _i == 0 ? hash : hash % (uint32_t)_i,
				      is_number, numbers, &wanted),
		    i % 7 == 0 ? i / 7 : INDEX_NONE);
	}
	ck_assert(x.size <= 4 * MANY);
	index_free(&x);
	ck_assert_ptr_null(x.slots);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("index");

	tcase_add_test(tc, hashes);
	tcase_add_test(tc, empty);
	tcase_add_loop_test(tc, many, 0, 3);
	return unit_run("index", tc);
}
