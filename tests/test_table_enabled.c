/* SPDX-License-Identifier: ISC */
/*
 * Which records of a table are enabled, as a reader is told: by the bits, and by the
 * records where those cannot be used.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"
#include "table_layout.h"
#include "table_reader.h"
#include "unit.h"

#define FILE_NAME "table"
#define NOW INT64_C(1000000000)
#define MANY 20000 /* of three parts */
#define WORDS ((2 * MANY) / 64)

bool __real_table_pwrite(int fd, const void *from, size_t size, int64_t at);
bool __wrap_table_pwrite(int fd, const void *from, size_t size, int64_t at);

static char dir[] = "/tmp/test_table_enabled.XXXXXX";
static struct text words;
static struct table *table;
static bool enabled[2 * MANY + 1]; /* as it should be, by index */
static uint32_t n_told;
static unsigned writes_left; /* 0: there is no end */

/* The process ends in front of one of its writes. */
bool
__wrap_table_pwrite(int fd, const void *from, size_t size, int64_t at)
{
	if (writes_left > 0 && --writes_left == 0)
		_exit(7);
	return __real_table_pwrite(fd, from, size, at);
}

static void
open_table(void)
{
	static int64_t now_us = NOW;
	struct table_conf conf = { 64, 64, "test", ++now_us };

	text_truncate(&words, 0);
	table = table_open(FILE_NAME, &conf, &words);
	ck_assert_msg(table != NULL, "%s", words.data);
}

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	text_init(&words, 4096);
	memset(enabled, 0, sizeof(enabled));
	open_table();
}

static void
tear_down(void)
{
	table_close(table);
	text_free(&words);
	(void)unlink(FILE_NAME);
	(void)unlink(FILE_NAME ".new");
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
set(uint32_t index, bool on)
{
	struct table_record r;

	(void)table_read(table, index, &r);
	r.flags = TABLE_USED | (on ? TABLE_ENABLED : 0);
	table_write(table, index, &r);
	enabled[index] = on;
}

/* Indexes up to that, every third of the new ones not enabled. */
static void
grow(uint32_t n)
{
	char name[32];
	uint32_t i;

	for (i = table_count(table) + 1; i <= n; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		ck_assert_uint_eq(table_index(table, name), i);
		set(i, i % 3 != 0);
	}
}

static void
tell(uint32_t serial)
{
	table_tell(table, &(struct table_totals){ .config_serial = serial });
	ck_assert_msg(table_flush(table, NOW, &words), "%s", words.data);
}

/* How many of them a reader is told otherwise; the first that is wrong. */
static uint32_t
wrong_bits(uint32_t *first)
{
	static uint64_t told[WORDS + 1];
	struct table_reader *r = table_reader_open(FILE_NAME);
	uint32_t i, n, wrong = 0;

	ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
	n = table_reader_live(r)->n_records;
	ck_assert_uint_le(n, 64 * WORDS);
	memset(told, 0xff, sizeof(told));
	table_reader_enabled(r, told);
	for (i = n; i < (n + 63) / 64 * 64; i++)
		ck_assert_uint_eq(told[i / 64] >> i % 64 & 1, 0);
	ck_assert_uint_eq(told[(n + 63) / 64], UINT64_MAX);
	for (i = n; i >= 1; i--)
		if ((told[(i - 1) / 64] >> (i - 1) % 64 & 1) != enabled[i]) {
			wrong++;
			*first = i;
		}
	n_told = n;
	table_reader_close(r);
	return wrong;
}

static void
check(void)
{
	uint32_t first = 0, wrong = wrong_bits(&first);

	ck_assert_msg(wrong == 0, "%u wrong, the first is %u", wrong, first);
	ck_assert_uint_eq(n_told, table_count(table));
}

static struct table_head
head(void)
{
	struct table_head h;
	int fd = open(FILE_NAME, O_RDONLY);

	ck_assert(table_pread(fd, &h, sizeof(h), 0));
	close(fd);
	return h;
}

static struct table_bits
part(uint32_t number)
{
	const struct table_head h = head();
	struct table_bits b;
	int fd = open(FILE_NAME, O_RDONLY);

	ck_assert(table_pread(fd, &b, sizeof(b), table_bits_at(&h, number)));
	close(fd);
	return b;
}

static void
put_part(uint32_t number, const struct table_bits *b)
{
	const struct table_head h = head();
	int fd = open(FILE_NAME, O_WRONLY);

	ck_assert(table_pwrite(fd, b, sizeof(*b), table_bits_at(&h, number)));
	close(fd);
}

/* All parts are there, and right. */
static void
check_parts(void)
{
	uint32_t i;

	for (i = 0; i < table_bits_count(table_count(table)); i++) {
		const struct table_bits b = part(i);

		ck_assert(table_bits_right(&b, i,
		    table_live(table)->started_us));
	}
}

static void
retire_some(unsigned *seed)
{
	bool *kept = calloc(table_count(table), sizeof(*kept));
	uint32_t i, n = 0;

	ck_assert_ptr_nonnull(kept);
	for (i = 0; i < table_count(table); i++) {
		kept[i] = unit_random(seed, 4) != 0;
		n += enabled[i + 1] && !kept[i];
		enabled[i + 1] = enabled[i + 1] && kept[i];
	}
	ck_assert_uint_eq(table_retire(table, kept), n);
	free(kept);
}

/* Indexes are given, files made anew, entries come and go, daemons end and begin. */
START_TEST(test_model)
{
	unsigned seed = 11, i, k;

	for (i = 0; i < 60; i++) {
		switch (unit_random(&seed, 5)) {
		case 0:
			grow(table_count(table) + 1 + unit_random(&seed, 3000));
			break;
		case 1:
			table_close(table);
			open_table();
			break;
		case 2:
			retire_some(&seed);
			break;
		default:
			for (k = 0; table_count(table) > 0 && k < 300; k++)
				set(1 + unit_random(&seed, table_count(table)),
				    unit_random(&seed, 2) == 0);
			break;
		}
		tell(i);
		check();
		check_parts();
	}
	ck_assert_uint_gt(table_count(table), TABLE_BITS);
}
END_TEST

/* A part that is damaged, of another writer, or another's is not believed. */
START_TEST(test_damaged)
{
	uint32_t number;

	grow(MANY);
	tell(1);
	check();
	check_parts();
	for (number = 0; number < table_bits_count(MANY); number++) {
		const struct table_bits good = part(number);
		struct table_bits bad = good;

		bad.words[7] ^= 1;
		put_part(number, &bad);
		check();
		table_seal_bits(&bad);
		put_part(number, &bad);
		ck_assert_uint_eq(wrong_bits(&(uint32_t){ 0 }), 1);
		bad.started_us++;
		table_seal_bits(&bad);
		put_part(number, &bad);
		check();
		bad = good;
		bad.number = 2 - number;
		memset(bad.words, 0, sizeof(bad.words));
		table_seal_bits(&bad);
		put_part(number, &bad);
		if (number != 1)
			check();
		put_part(number, &good);
	}
	check();
}
END_TEST

/* A file that has none, as those of before: it is read as it is, and gets them. */
START_TEST(test_lacking)
{
	struct table_head h;

	grow(MANY);
	tell(1);
	table_close(table);
	h = head();
	ck_assert_int_eq(truncate(FILE_NAME, table_events_end(&h)), 0);
	ck_assert_uint_eq(wrong_bits(&(uint32_t){ 0 }), 0);
	open_table();
	unit_str("words", words.data, "");
	check();
	check_parts();
}
END_TEST

/* What is told of a change: all of it, since the serial says so. */
static void
change(uint32_t serial)
{
	uint32_t i;

	for (i = 1; i <= MANY; i += 1999)
		set(i, !enabled[i]);
	grow(MANY + serial * 100);
	tell(serial);
}

/* Whatever write is the last one. */
START_TEST(test_killed)
{
	uint32_t serial = 1, i, n, first = 0;
	struct table_reader *r;
	unsigned writes;
	int status = 1;

	grow(MANY);
	tell(serial);
	for (writes = 1; status != 0; writes++) {
		pid_t pid;

		n = table_count(table);
		table_close(table);
		pid = fork();
		ck_assert_int_ne(pid, -1);
		if (pid == 0) {
			writes_left = writes;
			open_table();
			change(serial + 1);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		r = table_reader_open(FILE_NAME);
		ck_assert_int_eq(table_reader_refresh(r, NOW), TABLE_OK);
		if (table_reader_live(r)->totals.config_serial > serial) {
			for (i = 1; i <= MANY; i += 1999)
				enabled[i] = !enabled[i];
			for (i = n + 1; i <= MANY + (serial + 1) * 100; i++)
				enabled[i] = i % 3 != 0;
			ck_assert_uint_eq(wrong_bits(&first), 0);
		}
		table_reader_close(r);
		/* Then it is as the records are. */
		open_table();
		for (i = 1; i <= table_count(table); i++) {
			struct table_record record;

			(void)table_read(table, i, &record);
			enabled[i] = (record.flags & TABLE_ENABLED) != 0;
		}
		serial = table_live(table)->totals.config_serial;
		check();
		check_parts();
	}
	ck_assert_uint_gt(writes, 10);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("table_enabled");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_model);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_lacking);
	tcase_add_test(tc, test_killed);
	return unit_run("table_enabled", tc);
}
