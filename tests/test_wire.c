/* SPDX-License-Identifier: ISC */
#include "wire.h"

#include "unit.h"

static const unsigned char bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

/* Elements of BER: what they hold, if they are whole. */
static const struct {
	const char *bytes;
	size_t len;
	unsigned char tag;
	size_t holds; /* SIZE_MAX: bad */
	size_t left;
} elements[] = {
	{ "\x04\x00", 2, 0x04, 0, 0 },
	{ "\x04\x02xy", 4, 0x04, 2, 0 },
	{ "\x04\x02xyz", 5, 0x04, 2, 1 },
	{ "\x04\x81\x02xy", 5, 0x04, 2, 0 },
	{ "\x04\x84\x00\x00\x00\x02xy", 8, 0x04, 2, 0 },
	{ "\x04\x85\x00\x00\x00\x00\x02xy", 9, 0x04, SIZE_MAX, 0 },
	{ "\x04\x84\xff\xff\xff\xff", 6, 0x04, SIZE_MAX, 0 },
	{ "\x04\x80xy\0\0", 6, 0x04, SIZE_MAX, 0 },
	{ "\x04\x03xy", 4, 0x04, SIZE_MAX, 0 },
	{ "\x04\x82\x01", 3, 0x04, SIZE_MAX, 0 },
	{ "\x04", 1, 0x04, SIZE_MAX, 0 },
	{ "", 0, 0x00, SIZE_MAX, 0 },
	{ "\x05\x00", 2, 0x04, SIZE_MAX, 0 },
};

static const struct {
	const char *bytes;
	size_t len;
	int64_t number;
	bool bad;
} numbers[] = {
	{ "\x02\x01\x00", 3, 0 },
	{ "\x02\x01\x7f", 3, 127 },
	{ "\x02\x01\xff", 3, -1 },
	{ "\x02\x02\x00\xff", 4, 255 },
	{ "\x02\x02\xff\x7f", 4, -129 },
	{ "\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 10, INT64_MAX },
	{ "\x02\x08\x80\0\0\0\0\0\0\0", 10, INT64_MIN },
	{ "\x02\x09\0\0\0\0\0\0\0\0\0", 11, 0, true },
	{ "\x02\x00", 2, 0, true },
	{ "\x02\x02\x00", 3, 0, true },
	{ "\x0a\x01\x00", 3, 0, true },
};

static const struct {
	uint32_t number;
	const char *bytes;
	size_t len;
} written[] = {
	{ 0, "\x02\x01\x00", 3 },
	{ 127, "\x02\x01\x7f", 3 },
	{ 128, "\x02\x02\x00\x80", 4 },
	{ 65507, "\x02\x03\x00\xff\xe3", 5 },
	{ 0x7fffffff, "\x02\x04\x7f\xff\xff\xff", 6 },
	{ UINT32_MAX, "\x02\x05\x00\xff\xff\xff\xff", 7 },
};

/* How many bytes an element holds, and those in front of them. */
static const struct {
	size_t holds;
	const char *head;
	size_t len;
} opened[] = {
	{ 0, "\x30\x00", 2 },
	{ 127, "\x30\x7f", 2 },
	{ 128, "\x30\x81\x80", 3 },
	{ 255, "\x30\x81\xff", 3 },
	{ 256, "\x30\x82\x01\x00", 4 },
	{ 1000, "\x30\x82\x03\xe8", 4 },
};

START_TEST(reads)
{
	struct cursor c = wire_cursor(bytes, sizeof(bytes)), part;

	ck_assert_uint_eq(wire_get(&c, 0), 0);
	ck_assert_uint_eq(wire_get(&c, 1), 1);
	ck_assert_uint_eq(wire_get(&c, 2), 0x0203);
	ck_assert_uint_eq(wire_get_little(&c, 2), 0x0504);
	part = wire_part(&c, 2);
	ck_assert_uint_eq(wire_get(&part, 2), 0x0607);
	ck_assert(wire_done(&part));
	ck_assert(!wire_done(&c));
	ck_assert(!wire_same(&c, "\x08\x00", 2));
	ck_assert_ptr_eq(wire_take(&c, 1), bytes + 9);
	ck_assert(wire_done(&c));
	ck_assert(wire_same(&c, NULL, 0));
}
END_TEST

START_TEST(reads_no_more_than_there_is)
{
	struct cursor c = wire_cursor(bytes, 3), part;

	ck_assert_uint_eq(wire_get(&c, 4), 0);
	ck_assert(c.bad);
	ck_assert_uint_eq(wire_get(&c, 1), 0);
	ck_assert_ptr_null(wire_take(&c, 0));
	part = wire_part(&c, 0);
	ck_assert(part.bad && !wire_done(&part) && !wire_done(&c));
	c = wire_cursor(bytes, 3);
	part = wire_part(&c, SIZE_MAX);
	ck_assert(part.bad && c.bad);
	c = wire_cursor(bytes, 3);
	ck_assert(!wire_same(&c, bytes, 4));
	ck_assert(c.bad);
	c = wire_cursor(NULL, 0);
	ck_assert(wire_done(&c));
	ck_assert_uint_eq(wire_get_little(&c, 1), 0);
	ck_assert(!wire_done(&c));
}
END_TEST

START_TEST(element)
{
	struct cursor c = wire_cursor(elements[_i].bytes, elements[_i].len),
		      value = wire_ber(&c, elements[_i].tag);

	ck_assert(value.bad == (elements[_i].holds == SIZE_MAX));
	ck_assert(c.bad == value.bad);
	ck_assert_uint_eq(c.left, elements[_i].left);
	if (!value.bad)
		ck_assert_uint_eq(value.left, elements[_i].holds);
}
END_TEST

START_TEST(number)
{
	struct cursor c = wire_cursor(numbers[_i].bytes, numbers[_i].len);

	ck_assert_int_eq(wire_ber_number(&c, BER_INTEGER), numbers[_i].number);
	ck_assert(c.bad == numbers[_i].bad);
}
END_TEST

START_TEST(writes)
{
	unsigned char to[64];
	struct pen p = wire_pen(to, sizeof(to));

	wire_put(&p, 0x010203, 2);
	wire_put_bytes(&p, "\xff", 1);
	wire_put_bytes(&p, NULL, 0);
	wire_put_text(&p, "abc");
	wire_put_zeros(&p, 2);
	wire_put_hex(&p, 0xabcdef, 4);
	wire_put_decimal(&p, 0);
	wire_put_decimal(&p, 65535);
	ck_assert_uint_eq((size_t)(p.at - to), 18);
	ck_assert_uint_eq(p.left, sizeof(to) - 18);
	ck_assert_mem_eq(to,
	    "\x02\x03\xff"
	    "abc\0\0cdef065535",
	    18);
}
END_TEST

START_TEST(writes_number)
{
	unsigned char to[8];
	struct pen p = wire_pen(to, sizeof(to));

	wire_put_number(&p, BER_INTEGER, written[_i].number);
	ck_assert_uint_eq((size_t)(p.at - to), written[_i].len);
	ck_assert_mem_eq(to, written[_i].bytes, written[_i].len);
}
END_TEST

START_TEST(writes_element)
{
	unsigned char to[1024], *mark;
	struct pen p = wire_pen(to, sizeof(to));
	size_t i;

	mark = wire_open(&p, BER_SEQUENCE);
	for (i = 0; i < opened[_i].holds; i++)
		wire_put(&p, i, 1);
	wire_close(&p, mark);
	ck_assert_uint_eq((size_t)(p.at - to),
	    opened[_i].len + opened[_i].holds);
	ck_assert_mem_eq(to, opened[_i].head, opened[_i].len);
	for (i = 0; i < opened[_i].holds; i++)
		ck_assert_uint_eq(to[opened[_i].len + i], i & 0xff);
}
END_TEST

START_TEST(random_numbers)
{
	unsigned char one[13], two[13];
	uint64_t seed = 1, same = 1;
	struct pen p = wire_pen(one, sizeof(one));

	wire_put_random(&p, &seed, sizeof(one));
	ck_assert_uint_ne(seed, 1);
	p = wire_pen(two, sizeof(two));
	wire_put_random(&p, &same, sizeof(two));
	ck_assert_mem_eq(one, two, sizeof(one));
	p = wire_pen(two, sizeof(two));
	wire_put_random(&p, &same, sizeof(two));
	ck_assert_mem_ne(one, two, sizeof(one));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("wire");

	tcase_add_test(tc, reads);
	tcase_add_test(tc, reads_no_more_than_there_is);
	unit_rows(tc, element, elements);
	unit_rows(tc, number, numbers);
	tcase_add_test(tc, writes);
	unit_rows(tc, writes_number, written);
	unit_rows(tc, writes_element, opened);
	tcase_add_test(tc, random_numbers);
	return unit_run("wire", tc);
}
