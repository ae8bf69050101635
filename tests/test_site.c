/* SPDX-License-Identifier: ISC */
#include "entry.h"
#include "site_case.h"

/* Ten letters of two bytes, each of which is told by four. */
#define E10 E5 E5
#define E5 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"

#define NO_PORT "not a port from 1 to 65535, nor a service name\n"

static struct text text;

static void
set_up(void)
{
	site_directory();
	text_init(&text, 100000);
}

static void
tear_down(void)
{
	text_free(&text);
	site_remove();
}

/*
 * Files, and the names of the entries, a line each, or the errors.  list: NULL: there
 * is none.
 */
static const struct {
	const char *yaml, *list, *want;
} rows[] = {
	{ "hosts: {h: {ports: {p: 25, q: {udp: 53}}}}", NULL, "h/p\nh/q\n" },
	{ NULL, "h 25\nk 25 mail\n", "h/tcp/25\nk/mail\n" },
	{ "hosts: {h: 25}", "k 25\n", "h/tcp/25\nk/tcp/25\n" },
	{ "hosts: {h: {ports: {p: \"25-27\"}}}", NULL,
	    "h/p/25\nh/p/26\nh/p/27\n" },
	/* The same thing twice is one; another of that name is an error. */
	{ NULL, "h 25\nh 25\n", "h/tcp/25\n" },
	{ "hosts: {h: {ports: {p: 25}}}", "h 25 p\n", "h/p\n" },
	{ "hosts: {h: {ports: {p: 25}}}", "h 26 p\n",
	    "list:1: p: the host has another of that name already, from "
	    "yaml:1\n" },
	/* A set that comes with portstate is there without its file. */
	{ "hosts: {h: {portsets: [mail]}}", NULL,
	    "h/smtp\nh/submission\nh/submissions\nh/imaps\nh/telnet\n" },
	{ "hosts: {h: {portsets: [none-such]}}", NULL,
	    "yaml:1: none-such: there is no port set of that name\n" },
	/* Nothing to do is an error, whyever. */
	{ "hosts: {}", NULL, "the configuration has no port of any host\n" },
	{ "hosts: {h: {ports: {p: {tcp: 25, enabled: no}}}}", NULL,
	    "the configuration has no port of any host\n" },
	/* All that is wrong is said at once, and what is right does not count. */
	{ "hosts: {h: {ports: {p: 70000, q: {tcp: 1, timeout: -1}}}}",
	    "k 25\nk 0\n",
	    "yaml:1: tcp: 70000: " NO_PORT "yaml:1: timeout: -1: is negative\n"
	    "list:2: tcp: 0: " NO_PORT },
};

START_TEST(reads)
{
	static const char *const lists[] = { "list" };
	struct site *s;
	size_t i;

	if (rows[_i].yaml != NULL)
		site_put("yaml", rows[_i].yaml);
	if (rows[_i].list != NULL)
		site_put("list", rows[_i].list);
	s = site_of_files(rows[_i].yaml != NULL ? "yaml" : NULL, lists,
	    rows[_i].list != NULL, &text);
	ck_assert((s == NULL) == (text.len > 0));
	for (i = 0; s != NULL && i < s->set.n; i++) {
		entry_name(&text, &s->set, &s->set.entries[i]);
		text_puts(&text, "\n");
		ck_assert_ptr_nonnull(entry_ask(&s->set, &s->set.entries[i])
					  ->rounds);
	}
	ck_assert_str_eq(text.data, rows[_i].want);
	site_free(s);
}
END_TEST

START_TEST(no_file)
{
	static const char *const lists[] = { "no-list" };

	ck_assert_ptr_null(site_of_files("no-yaml", lists, 1, &text));
	ck_assert_str_eq(text.data,
	    "no-yaml: No such file or directory\n"
	    "no-list: No such file or directory\n");
}
END_TEST

/*
 * The table has room for 255 bytes of a name as it is told: escaped, and a word of it
 * cut after as many.
 */
START_TEST(long_names)
{
	static const struct {
		const char *before;
		bool twice; /* another one, which differs at its end */
		const char *why;
	} names[] = {
		{ "", false, "is longer than 255 bytes" },
		{ "12345", false, NULL },
		{ "12345", true, "is the name of two ports" },
	};
	struct text yaml;
	struct site *s;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		text_init(&yaml, 10000);
		text_puts(&yaml, "hosts: {h: {ports: {");
		for (n = 0; n <= names[i].twice; n++) {
			text_puts(&yaml, names[i].before);
			text_puts(&yaml, E10 E10 E10 E10 E10);
			text_printf(&yaml, "%zu: %zu,", n, n + 1);
		}
		text_puts(&yaml, "}}}\n");
		site_put("yaml", yaml.data);
		text_free(&yaml);
		text_truncate(&text, 0);
		s = site_of_files("yaml", NULL, 0, &text);
		ck_assert((s == NULL) == (names[i].why != NULL));
		ck_assert(s != NULL || strstr(text.data, names[i].why) != NULL);
		site_free(s);
	}
}
END_TEST

/* What no key says is as the options say. */
START_TEST(options_count)
{
	const struct site_files files = {
		.config = "yaml",
		.rounds = { 5000, 1, 7, 30 },
		.timeout_us = 300000,
		.probes = 4,
		.family = AF_INET6,
	};
	const struct ask *ask;
	struct site *s;

	site_put("yaml",
	    "hosts: {h: {ports: {p: 25, q: {tcp: 26, interval: 3, retries: 0, "
	    "severe: 0, lag: 1, timeout: 2, probes: 1, family: ipv4}}}}");
	s = site_read(&files, &text);
	ck_assert_msg(s != NULL, "%s", text.data);
	ask = entry_ask(&s->set, &s->set.entries[0]);
	ck_assert_mem_eq(ask->rounds, &files.rounds, sizeof(files.rounds));
	ck_assert_int_eq(ask->terms->timeout_us, 300000);
	ck_assert_uint_eq(ask->probes, 4);
	ck_assert_int_eq(s->set.entries[0].target.family, AF_INET6);
	ask = entry_ask(&s->set, &s->set.entries[1]);
	ck_assert_uint_eq(ask->rounds->interval_ms, 3000);
	ck_assert_uint_eq(ask->rounds->retries, 0);
	ck_assert_uint_eq(ask->rounds->severe, 0);
	ck_assert_double_eq(ask->rounds->lag_ms, 1);
	ck_assert_uint_eq(ask->probes, 1);
	ck_assert_int_eq(s->set.entries[1].target.family, AF_INET);
	/* They are not again what the engine does by itself. */
	ck_assert_uint_eq(ask->terms->retries, 0);
	site_free(s);
}
END_TEST

/* No site is a site. */
START_TEST(none)
{
	site_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("site");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	unit_rows(tc, reads, rows);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, options_count);
	tcase_add_test(tc, none);
	return unit_run("site", tc);
}
