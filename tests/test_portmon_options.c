/* SPDX-License-Identifier: ISC */
#include "portmon_options.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#define WORDS 7

static struct daemon_options o;
static struct text error;

/* Parses words behind the program's name. */
static bool
parse(const char *const *words)
{
	static char copies[WORDS][256];
	char *argv[WORDS + 2] = { copies[0] };
	int argc;

	strcpy(copies[0], "portmon");
	for (argc = 1; argc <= WORDS && words[argc - 1] != NULL; argc++) {
		ck_assert_uint_lt(argc, WORDS);
		strcpy(copies[argc], words[argc - 1]);
		argv[argc] = copies[argc];
	}
	memset(&o, 0, sizeof(o));
	text_init(&error, 4096);
	return portmon_options_parse(&o, argc, argv, &error);
}

static void
print(struct text *t)
{
	const struct rounds *r = &o.files.rounds;

	text_printf(t, "%s every %u ms, %u times, %g s, lag %g, severe %u",
	    o.files.lists[0], r->interval_ms, o.files.probes,
	    (double)o.files.timeout_us / 1e6, r->lag_ms, r->severe);
	if (o.detach)
		text_puts(t, ", detached");
	if (o.conf.log != NULL)
		text_printf(t, ", log %s", o.conf.log);
	if (!o.quiet)
		text_printf(t, ", verbose %u", o.verbosity);
	if (o.once)
		text_printf(t, ", once %s", o.line != NULL ? o.line : "");
	if (o.help)
		text_puts(t, ", help");
	if (o.version)
		text_puts(t, ", version");
}

#define USUAL "./hosts every 3600000 ms, 1 times, 2 s, lag 0, severe 12"

static const struct {
	const char *words[WORDS];
	const char *want;
} right[] = {
	{ { NULL }, USUAL },
	{ { "-c", "x" }, "x every 3600000 ms, 1 times, 2 s, lag 0, severe 12" },
	{ { "-c", "x", "--config=y" },
	    "y every 3600000 ms, 1 times, 2 s, lag 0, severe 12" },
	{ { "-n", "0.5", "-p3", "-t", "0.25" },
	    "./hosts every 30000 ms, 3 times, 0.25 s, lag 0, severe 12" },
	{ { "--sleep=10080", "--probe=1000", "--timeout", "3600" },
	    "./hosts every 604800000 ms, 1000 times, 3600 s, lag 0, severe "
	    "12" },
	{ { "-n", "0.00166", "-g", "0.5", "-s", "0" },
	    "./hosts every 100 ms, 1 times, 2 s, lag 0.5, severe 0" },
	{ { "--lag=500", "--severe=3" },
	    "./hosts every 3600000 ms, 1 times, 2 s, lag 500, severe 3" },
	{ { "-s", "severe=5" },
	    "./hosts every 3600000 ms, 1 times, 2 s, lag 0, severe 5" },
	{ { "-dl", "x" }, USUAL ", detached, log x" },
	{ { "--daemon", "--logfile=x", "-v" },
	    USUAL ", detached, log x, verbose 1" },
	{ { "-vv", "--verbose" }, USUAL ", verbose 3" },
	{ { "-r" }, USUAL ", once " },
	{ { "-r%h" }, USUAL ", once %h" },
	{ { "-r", "%h" }, USUAL ", once %h" },
	{ { "-vr", "%h\\t%p" }, USUAL ", verbose 1, once %h\t%p" },
	{ { "--report" }, USUAL ", once " },
	{ { "--report=x" }, USUAL ", once x" },
	{ { "-rx", "-r" }, USUAL ", once " },
	{ { "-h" }, USUAL ", help" },
	{ { "-V" }, USUAL ", version" },
	{ { "--help", "--version" }, USUAL ", help, version" },
};

START_TEST(taken)
{
	struct text t;

	ck_assert_msg(parse(right[_i].words), "%s", error.data);
	text_init(&t, 1024);
	print(&t);
	unit_str("options", t.data, right[_i].want);
	text_free(&t);
	text_free(&error);
	free(o.line);
}
END_TEST

static const struct {
	const char *words[WORDS];
	const char *error;
} wrong[] = {
	{ { "-n", "0" }, "-n: 0: not from 0.1 seconds to a week" },
	{ { "-n", "10081" }, "-n: 10081: not from 0.1 seconds to a week" },
	{ { "-n", "1h" }, "-n: 1h: not a number" },
	{ { "-p", "0" }, "-p: 0: too small" },
	{ { "-p", "1001" }, "-p: 1001: too large" },
	{ { "-s", "severe=" }, "-s: severe=: is empty" },
	{ { "-s", "severe=x" }, "-s: severe=x: not a whole number" },
	{ { "-g", "-1" }, "-g: -1: is negative" },
	{ { "-t", "0" }, "-t: 0: not more than 0 and at most 3600 seconds" },
	{ { "-e", "mail root | more" },
	    "-e: mail root \\x7c more: | at character 11 is for a shell" },
	{ { "-e", "/nonexistent" },
	    "-e: /nonexistent: there is no such command" },
	{ { "-e" }, "-e: needs a value" },
	{ { "-r%z" }, "-r: %z: not one of %h" },
	{ { "-rx\\0" }, "-r: x\\\\0: a line ends at \\0" },
	{ { "-r", "hosts" }, "hosts: not an option" },
	{ { "%h" }, "%h: not an option" },
	{ { "%h", "-r" }, "%h: not an option" },
	{ { "-rx", "%h" }, "%h: not an option" },
	{ { "-r", "-d" }, "-d: cannot be used with -r" },
	{ { "-f" }, "-f: no such option" },
	{ { "--hosts=x" }, "--hosts: no such option" },
	{ { "--table=x" }, "--table: no such option" },
};

START_TEST(refused)
{
	size_t len = strlen(wrong[_i].error);

	ck_assert(!parse(wrong[_i].words));
	ck_assert_msg(strncmp(error.data, wrong[_i].error, len) == 0,
	    "\"%s\" and not \"%s\"", error.data, wrong[_i].error);
	text_free(&error);
	free(o.line);
}
END_TEST

/* Nothing that is told by portstated's defaults; mail, where there is no other. */
START_TEST(what_it_is)
{
	const struct daemon_conf nothing = { 0 };
	struct daemon_conf c;
	struct text t;

	ck_assert(parse((const char *const[]){ NULL }));
	text_free(&error);
	c = daemon_options_settle(&o, &nothing);
	ck_assert(o.no_table);
	ck_assert_ptr_null(c.table);
	ck_assert_ptr_null(c.log);
	ck_assert_int_eq(c.syslog, DAEMON_NO);
	ck_assert_uint_eq(o.files.rounds.retries, 0);
	ck_assert_ptr_null(o.files.config);
	ck_assert_uint_eq(o.files.n_lists, 1);
	ck_assert_ptr_eq(o.files.command, o.conf.command);
	ck_assert_ptr_null(o.no_command);
	text_init(&t, 4096);
	text_printf(&t, "%s/data/notify/mail", SRCDIR);
	ck_assert_str_eq(c.command[0], t.data);
	ck_assert_str_eq(c.command[1], "root");
	ck_assert_ptr_null(c.command[2]);
	text_free(&t);
}
END_TEST

START_TEST(own_command)
{
	ck_assert(parse((const char *const[]){
	    "-e", "/bin/sh -c '%h'", NULL }));
	ck_assert_str_eq(o.conf.command[0], "/bin/sh");
	ck_assert_str_eq(o.files.command[2], "%h");
	text_free(&error);
	free((void *)(uintptr_t)o.conf.command);
}
END_TEST

/* Who prints once tells nobody. */
START_TEST(no_command)
{
	ck_assert(parse((const char *const[]){ "-r", NULL }));
	ck_assert_ptr_null(o.conf.command);
	ck_assert_ptr_null(o.no_command);
	text_free(&error);
}
END_TEST

static const struct {
	const char *argv0;
	bool is;
} names[] = {
	{ "portmon", true },
	{ "./portmon", true },
	{ "/usr/sbin/portmon", true },
	{ "/usr/sbin/my-portmon2", true },
	{ "/opt/portmon/portstated", false },
	{ "portstated", false },
	{ "PORTMON", false },
	{ "", false },
};

START_TEST(named)
{
	ck_assert_msg(portmon_named(names[_i].argv0) == names[_i].is, "%s",
	    names[_i].argv0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portmon_options");

	unit_rows(tc, taken, right);
	unit_rows(tc, refused, wrong);
	tcase_add_test(tc, what_it_is);
	tcase_add_test(tc, own_command);
	tcase_add_test(tc, no_command);
	unit_rows(tc, named, names);
	return unit_run("portmon_options", tc);
}
