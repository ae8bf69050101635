/* SPDX-License-Identifier: ISC */
#include "buf.h"

#include "unit.h"

/* A buffer of at most max bytes, filled piece bytes at a time. */
static const struct {
	size_t max;
	size_t piece;
} fills[] = {
	{ 0, 1 },
	{ 1, 1 },
	{ 1, 100 },
	{ 2, 1 },
	{ 2047, 2047 },
	{ 2048, 2048 },
	{ 2048, 7 },
	{ 2049, 2048 },
	{ 2049, 2049 },
	{ 4096, 4096 },
	{ 4097, 1000 },
	{ 5000, 1 },
	{ 5000, 4999 },
	{ 100000, 100000 },
};

static unsigned char
byte_at(size_t i)
{
	return (unsigned char)(i * 7 % 251);
}

static void
fill(struct buf *b, size_t piece)
{
	unsigned char *to;
	size_t i, room;

	while ((to = buf_room(b, &room)) != NULL) {
		ck_assert_uint_ge(room, 1);
		ck_assert_uint_le(room, b->max - b->len);
		ck_assert_ptr_eq(to, b->data + b->len);
		if (room > piece)
			room = piece;
		for (i = 0; i < room; i++)
			to[i] = byte_at(b->len + i);
		buf_added(b, room);
	}
}

START_TEST(filled_to_the_brim)
{
	size_t i, room = 4711;
	struct buf b;

	buf_init(&b, fills[_i].max);
	ck_assert_ptr_null(b.data);
	fill(&b, fills[_i].piece);
	ck_assert_uint_eq(b.len, fills[_i].max);
	ck_assert_uint_le(b.size, fills[_i].max);
	for (i = 0; i < b.len; i++)
		ck_assert_uint_eq(b.data[i], byte_at(i));
	ck_assert_ptr_null(buf_room(&b, &room));
	buf_clear(&b);
}
END_TEST

START_TEST(used_again)
{
	struct buf b;

	buf_init(&b, 3000);
	fill(&b, 1000);
	buf_clear(&b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_ptr_null(b.data);
	buf_clear(&b);
	fill(&b, 17);
	ck_assert_uint_eq(b.len, 3000);
	buf_clear(&b);
}
END_TEST

START_TEST(nothing_added)
{
	unsigned char *first, *second;
	struct buf b;
	size_t room;

	buf_init(&b, 10);
	first = buf_room(&b, &room);
	buf_added(&b, 0);
	second = buf_room(&b, &room);
	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(room, 10);
	buf_clear(&b);
}
END_TEST

/* A small answer takes little memory, whatever the limit. */
START_TEST(grows_as_needed)
{
	struct buf b;
	size_t room;

	buf_init(&b, (size_t)1 << 30);
	ck_assert_ptr_nonnull(buf_room(&b, &room));
	ck_assert_uint_le(b.size, 65536);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("buf");

	unit_rows(tc, filled_to_the_brim, fills);
	tcase_add_test(tc, used_again);
	tcase_add_test(tc, nothing_added);
	tcase_add_test(tc, grows_as_needed);
	return unit_run("buf", tc);
}
