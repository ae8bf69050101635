/* SPDX-License-Identifier: ISC */
#include "grid.h"

#include "html_sets.h"
#include "unit.h"

static struct html_set set;
static struct grid grid;

static void
teardown(void)
{
	grid_free(&grid);
	html_set_free(&set);
}

static void
build(const char *hosts, const char *ports, const char *letters)
{
	html_ask(&set, hosts, ports, 0);
	html_answer(&set, letters);
	(void)portset_summary_of(&set.set, &set.policy);
	grid_init(&grid, &set.set, &set.policy);
}

/* Its cells, a line for each row, blanks between columns, '-' for none. */
static const char *
cells(void)
{
	static char s[20000];
	size_t i, j, k, n, at = 0;
	char *p = s;

	for (i = 0; i < grid.n_rows; i++) {
		for (j = 0; j < grid.n_columns; j++) {
			n = grid_count(&grid, at, i, j);
			p += sprintf(p, j > 0 ? " " : "");
			if (n == 0)
				p += sprintf(p, "-");
			for (k = 0; k < n; k++)
				p += sprintf(p, k > 0 ? "+%u" : "%u",
				    grid.cells[at + k]);
			at += n;
		}
		p += sprintf(p, "\n");
	}
	ck_assert_uint_eq(at, grid.n);
	return s;
}

static const struct {
	const char *hosts, *ports, *letters, *want;
	bool ports_down;
} rows[] = {
	{ "a", "1", "o", "0\n" },
	{ "a,b,c", "1,2", "o", "0 3\n1 4\n2 5\n" },
	{ "a,b", "1-10", "o",
	    "0 2 4 6 8 10 12 14 16 18\n1 3 5 7 9 11 13 15 17 19\n" },
	/* More ports than ten, and few hosts. */
	{ "a,b", "1-11", "o",
	    "0 1\n2 3\n4 5\n6 7\n8 9\n10 11\n12 13\n14 15\n16 17\n18 19\n"
	    "20 21\n",
	    true },
	/* Paths are not in it. */
	{ "a,b", "1,unix:/x", "o", "0\n1\n" },
	{ "a", "1,udp:1", "o", "0 1\n" },
	/* A range has a name where it has one for all its ports. */
	{ "a", "ssh,22", "o", "0\n" },
};

START_TEST(places)
{
	build(rows[_i].hosts, rows[_i].ports, rows[_i].letters);
	unit_str(rows[_i].ports, cells(), rows[_i].want);
	ck_assert_int_eq(grid.ports_down, rows[_i].ports_down);
	ck_assert_uint_eq(grid.left_out, 0);
}
END_TEST

/* Of many hosts, each with ports of its own, and one that nothing is asked. */
START_TEST(sparse)
{
	const struct policy policy = { 0 };
	const struct dialogue dialogue = { 0 };
	struct ask ask = { .name = "web",
		.numbered = true,
		.dialogue = &dialogue,
		.policy = &policy,
		.probes = 1 };
	uint32_t a, b, web, dns;

	a = portset_add_host(&set.set, "a", "a");
	(void)portset_add_host(&set.set, "none", "none");
	b = portset_add_host(&set.set, "b", "b");
	web = portset_add_ask(&set.set, &ask);
	ask.name = NULL;
	ask.numbered = false;
	dns = portset_add_ask(&set.set, &ask);
	(void)portset_add(&set.set, b, web, 80);
	(void)portset_add(&set.set, a, dns, 53);
	(void)portset_add(&set.set, b, web, 8080);
	/* The same port and name of another list, and twice of one host. */
	ask.name = "web";
	ask.numbered = true;
	web = portset_add_ask(&set.set, &ask);
	(void)portset_add(&set.set, a, web, 80);
	(void)portset_add(&set.set, b, web, 80);
	/* The same name without numbers is another, and so is a protocol. */
	ask.numbered = false;
	web = portset_add_ask(&set.set, &ask);
	(void)portset_add(&set.set, a, web, 80);
	(void)portset_add(&set.set, a, web, 81);
	ask.protocol = "http";
	web = portset_add_ask(&set.set, &ask);
	(void)portset_add(&set.set, b, web, 80);
	(void)portset_summary_of(&set.set, &set.policy);
	grid_init(&grid, &set.set, &set.policy);
	ck_assert_uint_eq(grid.n_rows, 2);
	ck_assert_str_eq(cells(), "3 1 - 5+6 -\n0+4 - 2 - 7\n");
}
END_TEST

/* Of more than 60 ports, those that are open or not as expected. */
START_TEST(of_interest)
{
	build("a,b", "1-61=closed", "r");
	ck_assert_uint_eq(grid.n, 0);
	ck_assert_uint_eq(grid.left_out, 61);
	ck_assert_uint_eq(grid.states[PORT_CLOSED], 122);
	ck_assert_uint_eq(grid.bad, 0);
	grid_free(&grid);
	html_tell(&set, 5, 't', 1);
	html_tell(&set, 9, 'o', 1);
	(void)portset_summary_of(&set.set, &set.policy);
	grid_init(&grid, &set.set, &set.policy);
	ck_assert_str_eq(cells(), "4 5\n8 9\n");
	ck_assert_uint_eq(grid.left_out, 59);
	ck_assert_uint_eq(grid.states[PORT_CLOSED], 118);
}
END_TEST

START_TEST(just_few_enough)
{
	build("a", "1-60=closed", "r");
	ck_assert_uint_eq(grid.n, 60);
	ck_assert_uint_eq(grid.left_out, 0);
}
END_TEST

/* Of too many of interest, the bad ones come before those that are open. */
START_TEST(too_many)
{
	size_t i;

	build("10.0.0.0/27", "1-100", "o");
	ck_assert(!grid.ports_down);
	ck_assert_uint_eq(grid.n_columns, GRID_PORTS);
	ck_assert_uint_eq(grid.left_out, 40);
	ck_assert_uint_eq(grid.states[PORT_OPEN], 40 * 32);
	ck_assert_uint_eq(grid.bad, 0);
	grid_free(&grid);
	for (i = 32 * 30; i < 32 * 100; i += 32)
		html_tell(&set, i + i / 32 % 32, 'u', 1);
	(void)portset_summary_of(&set.set, &set.policy);
	grid_init(&grid, &set.set, &set.policy);
	ck_assert_uint_eq(grid.n_columns, GRID_PORTS);
	ck_assert_uint_eq(grid.columns[0], 32 * 30);
	ck_assert_uint_eq(grid.states[PORT_UNKNOWN], 10);
	ck_assert_uint_eq(grid.bad, 10);
}
END_TEST

START_TEST(rows_are_bounded)
{
	build("a", "1-65535=closed", "o");
	ck_assert(grid.ports_down);
	ck_assert_uint_eq(grid.n_rows, GRID_ROWS);
	ck_assert_uint_eq(grid.n, GRID_ROWS);
	ck_assert_uint_eq(grid.bad, 65535 - GRID_ROWS);
}
END_TEST

START_TEST(empty)
{
	grid_init(&grid, &set.set, &set.policy);
	ck_assert_uint_eq(grid.n, 0);
	ck_assert_str_eq(cells(), "");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("grid");

	tcase_add_checked_fixture(tc, NULL, teardown);
	unit_rows(tc, places, rows);
	tcase_add_test(tc, sparse);
	tcase_add_test(tc, of_interest);
	tcase_add_test(tc, just_few_enough);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, rows_are_bounded);
	tcase_add_test(tc, empty);
	return unit_run("grid", tc);
}
