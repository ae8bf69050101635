/* SPDX-License-Identifier: ISC */
#include "daemon_options.h"

#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>

#include "clock.h"
#include "table_format.h"
#include "unit.h"

#define WORDS 7

static struct daemon_options o;
static struct text error;

/* Parses words behind the program's name. */
static bool
parse(const char *const *words)
{
	static char copies[WORDS + 1][256];
	char *argv[WORDS + 2] = { copies[0] };
	int argc;

	strcpy(copies[0], "portstated");
	for (argc = 1; argc <= WORDS && words[argc - 1] != NULL; argc++) {
		strcpy(copies[argc], words[argc - 1]);
		argv[argc] = copies[argc];
	}
	memset(&o, 0, sizeof(o));
	text_init(&error, 4096);
	return daemon_options_parse(&o, argc, argv, &error);
}

static void
print(struct text *t)
{
	const struct rounds *r = &o.files.rounds;
	const struct daemon_conf *c = &o.conf;
	size_t i;

	if (o.files.config != NULL)
		text_puts(t, o.files.config);
	for (i = 0; i < o.files.n_lists; i++)
		text_printf(t, " hosts %s", o.files.lists[i]);
	text_printf(t, " every %u, retries %u, severe %u, lag %g",
	    r->interval_ms, r->retries, r->severe, r->lag_ms);
	if (o.files.timeout_us != 0)
		text_printf(t, ", within %g s",
		    (double)o.files.timeout_us / 1e6);
	if (o.files.family != AF_UNSPEC)
		text_puts(t, o.files.family == AF_INET ? ", IPv4" : ", IPv6");
	if (c->table != NULL)
		text_printf(t, ", table %s", c->table);
	if (c->parallel != 0)
		text_printf(t, ", parallel %u", c->parallel);
	if (c->rate != 0)
		text_printf(t, ", rate %u", c->rate);
	if (c->log != NULL)
		text_printf(t, ", log %s", c->log);
	for (i = 0; c->command != NULL && c->command[i] != NULL; i++)
		text_printf(t, ", word %s", c->command[i]);
	if (o.pidfile != NULL)
		text_printf(t, ", pidfile %s", o.pidfile);
	if (o.detach)
		text_puts(t, ", detached");
	if (o.only_check)
		text_puts(t, ", only checked");
	if (o.verbosity > 0)
		text_printf(t, ", verbose %u", o.verbosity);
	if (o.help)
		text_puts(t, ", help");
	if (o.version)
		text_puts(t, ", version");
}

#define ROUNDS " every 60000, retries 2, severe 12, lag 0"
#define USUAL CONFIG_USUAL ROUNDS

static const struct {
	const char *words[WORDS];
	const char *want;
} right[] = {
	{ { NULL }, USUAL },
	{ { "-c", "x" }, "x" ROUNDS },
	{ { "--config=x", "-c", "y" }, "y" ROUNDS },
	/* Lists are in place of the usual configuration, or beside another. */
	{ { "--hosts=a", "--hosts", "b" }, " hosts a hosts b" ROUNDS },
	{ { "--hosts=a", "-cx" }, "x hosts a" ROUNDS },
	{ { "-n", "0.1", "--retries=0", "-s0", "-g", "0.5" },
	    CONFIG_USUAL " every 100, retries 0, severe 0, lag 0.5" },
	{ { "--interval=604800", "--retries=100", "--severe=1", "--lag=1000" },
	    CONFIG_USUAL " every 604800000, retries 100, severe 1, lag 1000" },
	{ { "-t", "0.25" }, USUAL ", within 0.25 s" },
	{ { "--timeout=3600" }, USUAL ", within 3600 s" },
	{ { "-4" }, USUAL ", IPv4" },
	{ { "-4", "--use-ipv6" }, USUAL ", IPv6" },
	{ { "--table=x", "--pidfile=y", "-lz" },
	    USUAL ", table x, log z, pidfile y" },
	{ { "--parallel=15000", "--rate", "1000000" },
	    USUAL ", parallel 15000, rate 1000000" },
	{ { "-e", "sh -c 'exit 1' %h" },
	    USUAL ", word sh, word -c, word exit 1, word %h" },
	{ { "-d", "--check-config", "-vv", "--verbose" },
	    USUAL ", detached, only checked, verbose 3" },
	{ { "-h" }, USUAL ", help" },
	{ { "--version" }, USUAL ", version" },
};

START_TEST(taken)
{
	struct text t;

	ck_assert_msg(parse(right[_i].words), "%s", error.data);
	ck_assert_uint_eq(error.len, 0);
	text_init(&t, 1024);
	print(&t);
	unit_str("options", t.data, right[_i].want);
	text_free(&t);
	text_free(&error);
	free((void *)(uintptr_t)o.conf.command);
}
END_TEST

static const struct {
	const char *words[WORDS];
	const char *error;
} wrong[] = {
	{ { "-n", "0" }, "-n: 0: not from 0.1 seconds to a week" },
	{ { "-n", "604801" }, "-n: 604801: not from 0.1 seconds to a week" },
	{ { "--interval=x" }, "-n: x: not a number" },
	{ { "--retries=-1" }, "--retries: -1: too small" },
	{ { "--retries=101" }, "--retries: 101: too large" },
	{ { "-s", "x" }, "-s: x: not a whole number" },
	{ { "-g", "-1" }, "-g: -1: is negative" },
	{ { "-t", "0" }, "-t: 0: not more than 0 and at most 3600 seconds" },
	{ { "-t", "3601" },
	    "-t: 3601: not more than 0 and at most 3600 seconds" },
	{ { "--parallel=0" }, "--parallel: 0: too small" },
	{ { "--rate=0" }, "--rate: 0: too small" },
	{ { "--rate=1000001" }, "--rate: 1000001: too large" },
	{ { "-e", "mail root | more" },
	    "-e: mail root \\x7c more: | at character 11 is for a shell" },
	{ { "-e", "true %z" }, "-e: true %z: " },
	{ { "-e", "/nonexistent" },
	    "-e: /nonexistent: there is no such command" },
	{ { "-e" }, "-e: needs a value" },
	{ { "x" }, "x: not an option" },
	{ { "-f" }, "-f: no such option" },
	{ { "--use-ipv5" }, "--use-ipv5: no such option" },
};

START_TEST(refused)
{
	const char *want = wrong[_i].error;

	ck_assert(!parse(wrong[_i].words));
	ck_assert_msg(strncmp(error.data, want, strlen(want)) == 0, "%s",
	    error.data);
	text_free(&error);
}
END_TEST

START_TEST(too_many_lists)
{
	static char program[] = "portstated", list[] = "--hosts=x";
	char *argv[DAEMON_LISTS_MAX + 2] = { program };
	int i;

	for (i = 1; i < (int)ARRAY_SIZE(argv); i++)
		argv[i] = list;
	text_init(&error, 4096);
	ck_assert(!daemon_options_parse(&o, i, argv, &error));
	ck_assert_str_eq(error.data, "--hosts: x: more than 64 of them");
	text_free(&error);
	memset(&o, 0, sizeof(o));
	text_init(&error, 4096);
	ck_assert(daemon_options_parse(&o, i - 1, argv, &error));
	ck_assert_uint_eq(o.files.n_lists, DAEMON_LISTS_MAX);
	text_free(&error);
}
END_TEST

/* What is said nowhere is as the manual says. */
START_TEST(defaults)
{
	const struct daemon_conf none = { 0 };
	struct daemon_conf c;
	const char *const words[] = { NULL };

	ck_assert(parse(words));
	c = daemon_options_settle(&o, &none);
	ck_assert_str_eq(c.table, TABLE_USUAL);
	ck_assert_uint_eq(c.events, 16384);
	ck_assert_uint_eq(c.parallel, 0);
	ck_assert_uint_eq(c.rate, 0);
	ck_assert_int_eq(c.names_us, 300 * CLOCK_SECOND);
	ck_assert_ptr_null(c.log);
	ck_assert_int_eq(c.syslog, DAEMON_UNSAID);
	ck_assert_ptr_null(c.command);
	ck_assert_uint_eq(c.notify_parallel, 4);
	ck_assert_int_eq(c.notify_timeout_us, 30 * CLOCK_SECOND);
	ck_assert_uint_eq(c.notify_retries, 5);
	ck_assert_int_eq(c.notify_backoff_us, CLOCK_SECOND);
	ck_assert_uint_eq(c.notify_events, UINT_MAX);
	text_free(&error);
}
END_TEST

/* The file before the defaults, and the options before the file. */
START_TEST(settled)
{
	static const char *const command[] = { "true", NULL };
	const struct daemon_conf file = {
		.table = "table",
		.events = 64,
		.parallel = 7,
		.rate = 8,
		.names_us = 9,
		.log = "log",
		.syslog = DAEMON_NO,
		.command = command,
		.notify_parallel = 10,
		.notify_timeout_us = 11,
		.notify_retries = DAEMON_NOTIFY_NO_RETRIES,
		.notify_backoff_us = 12,
		.notify_events = 13,
	};
	const char *const none[] = { NULL };
	const char *const words[] = { "--table=x", "--rate=100", "-e", "sh",
		NULL };
	struct daemon_conf c;

	ck_assert(parse(none));
	c = daemon_options_settle(&o, &file);
	ck_assert_ptr_eq(c.table, file.table);
	ck_assert_uint_eq(c.events, 64);
	ck_assert_uint_eq(c.parallel, 7);
	ck_assert_uint_eq(c.rate, 8);
	ck_assert_int_eq(c.names_us, 9);
	ck_assert_ptr_eq(c.log, file.log);
	ck_assert_int_eq(c.syslog, DAEMON_NO);
	ck_assert_ptr_eq(c.command, command);
	ck_assert_uint_eq(c.notify_parallel, 10);
	ck_assert_int_eq(c.notify_timeout_us, 11);
	ck_assert_uint_eq(c.notify_retries, 0);
	ck_assert_int_eq(c.notify_backoff_us, 12);
	ck_assert_uint_eq(c.notify_events, 13);
	text_free(&error);
	ck_assert(parse(words));
	c = daemon_options_settle(&o, &file);
	ck_assert_str_eq(c.table, "x");
	ck_assert_uint_eq(c.rate, 100);
	ck_assert_str_eq(c.command[0], "sh");
	ck_assert_uint_eq(c.parallel, 7);
	ck_assert_str_eq(c.log, "log");
	free((void *)(uintptr_t)o.conf.command);
	text_free(&error);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("daemon_options");

	unit_rows(tc, taken, right);
	unit_rows(tc, refused, wrong);
	tcase_add_test(tc, too_many_lists);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, settled);
	return unit_run("daemon_options", tc);
}
