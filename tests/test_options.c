/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <stdio.h>

#include "unit.h"

#define WORDS 6

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

/* Notes what is set, in the order in which it is. */
static const char *
note(struct text *log, const char *name, const char *value)
{
	if (value != NULL && value[0] == '\0')
		return "is empty";
	if (value != NULL && strncmp(value, "bad", 3) == 0)
		return "is bad";
	text_printf(log, "%s%s%s ", name, value != NULL ? "=" : "",
	    value != NULL ? value : "");
	return NULL;
}

#define SETTER(name)                                                \
	static const char *set_##name(void *ctx, const char *value) \
	{                                                           \
		return note(ctx, #name, value);                     \
	}

SETTER(all)
SETTER(host)
SETTER(load)
SETTER(maybe)
SETTER(operand)
SETTER(report)
SETTER(timeout)
SETTER(verbose)
SETTER(wait)
SETTER(warning)
SETTER(words)

static const char *
set_hidden(void *ctx, const char *value)
{
	(void)ctx;
	(void)value;
	return "is not there";
}

static const struct option_row rows[] = {
	{ 'a', "all", OPTION_NO_VALUE, "", set_all, "All of them" },
	{ 'h', "host", OPTION_VALUE, "HOST", set_host,
	    "The host,\n  or 100% of several" },
	{ 't', "timeout", OPTION_VALUE, "SECONDS", set_timeout, "Deadline",
	    "to" },
	{ 'v', "verbose", OPTION_NO_VALUE, "", set_verbose, "More\n" },
	{ 0, "wait", OPTION_VALUE, "SECONDS", set_wait, "" },
	{ 'w', "warning", OPTION_VALUE, "RANGE", set_warning, "Limit", "wt" },
	{ 'W', "words", OPTION_VALUE, "WORDS", set_words, "Words" },
	{ 0, "load", OPTION_MAY_HAVE_VALUE, "FILE", set_load, "From a file",
	    NULL, true },
	{ 0, "maybe", OPTION_MAY_HAVE_VALUE, "WHAT", set_maybe, "Or not" },
	{ 'r', "report", OPTION_MAY_HAVE_VALUE, "FORMAT", set_report, "Print" },
	{ 'x', "hidden", OPTION_NO_VALUE, "", set_hidden, NULL },
};

static const char help[] = " -a, --all\n"
			   "    All of them\n"
			   " -h, --host=HOST\n"
			   "    The host,\n"
			   "      or 100% of several\n"
			   " -t, --timeout=SECONDS\n"
			   "    Deadline\n"
			   " -v, --verbose\n"
			   "    More\n"
			   " --wait=SECONDS\n"
			   " -w, --warning=RANGE\n"
			   "    Limit\n"
			   " -W, --words=WORDS\n"
			   "    Words\n"
			   " --load[=FILE]\n"
			   "    From a file\n"
			   " --maybe[=WHAT]\n"
			   "    Or not\n"
			   " -r, --report[=FORMAT]\n"
			   "    Print\n";

/* The words, what is set by them, and the error that ends it. */
static const struct {
	const char *argv[WORDS];
	const char *log;
	const char *error;
} lines[] = {
	{ { NULL }, "" },
	/* Short. */
	{ { "-a" }, "all " },
	{ { "-h", "x" }, "host=x " },
	{ { "-hx" }, "host=x " },
	{ { "-h=x" }, "host==x " },
	{ { "-av" }, "all verbose " },
	{ { "-vvv" }, "verbose verbose verbose " },
	{ { "-avhx" }, "all verbose host=x " },
	{ { "-avh", "x" }, "all verbose host=x " },
	{ { "-hav" }, "host=av " },
	{ { "-h", "x", "-h", "y" }, "host=x host=y " },
	{ { "-Wfoo" }, "words=foo " },
	{ { "-W", "foo" }, "words=foo " },
	{ { "-r" }, "report " },
	{ { "-rx" }, "report=x " },
	{ { "-r", "x" }, "report operand=x " },
	{ { "-arx", "-v" }, "all report=x verbose " },
	{ { "-r=x" }, "report==x " },
	/* Long. */
	{ { "--all" }, "all " },
	{ { "--host", "x" }, "host=x " },
	{ { "--host=x" }, "host=x " },
	{ { "--host=x=y" }, "host=x=y " },
	{ { "--maybe" }, "maybe " },
	{ { "--report" }, "report " },
	{ { "--report=x" }, "report=x " },
	{ { "--maybe=x" }, "maybe=x " },
	{ { "--maybe", "x" }, "maybe operand=x " },
	{ { "--wait", "1" }, "wait=1 " },
	/* Abbreviated. */
	{ { "--ho", "x" }, "host=x " },
	{ { "--h=x" }, "", "--h: short for several options" },
	{ { "--verb" }, "verbose " },
	{ { "--to", "5" }, "", "--to: no such option" },
	{ { "--wai=1" }, "wait=1 " },
	{ { "--wa=1" }, "warning=1 " },
	{ { "--wa", "1" }, "warning=1 " },
	{ { "--wa" }, "", "-w: needs a value" },
	{ { "--w=1" }, "", "--w: short for several options" },
	/* A value is a value, whatever it looks like. */
	{ { "-h", "-a" }, "host=-a " },
	{ { "-h", "--" }, "host=-- " },
	{ { "--host", "--all" }, "host=--all " },
	{ { "-h", "-" }, "host=- " },
	/* Operands. */
	{ { "x" }, "operand=x " },
	{ { "x", "-a", "y" }, "operand=x all operand=y " },
	{ { "-a", "x", "-h", "y", "z" }, "all operand=x host=y operand=z " },
	{ { "-" }, "operand=- " },
	{ { "-a", "-", "-v" }, "all operand=- verbose " },
	{ { "--" }, "" },
	{ { "-a", "--", "-v" }, "all operand=-v " },
	{ { "x", "--", "-v", "y" }, "operand=x operand=-v operand=y " },
	{ { "--", "--", "--all" }, "operand=-- operand=--all " },
	{ { "--", "-to", "5" }, "operand=-to operand=5 " },
	/* Other spellings. */
	{ { "-to", "5" }, "timeout=5 " },
	{ { "-wt", "1:2" }, "warning=1:2 " },
	{ { "-to", "-5" }, "timeout=-5 " },
	{ { "x", "-to", "5", "y" }, "operand=x timeout=5 operand=y " },
	{ { "-to", "5", "-a", "-wt", "1" }, "timeout=5 all warning=1 " },
	{ { "-to5" }, "timeout=o5 " },
	{ { "-t", "o" }, "timeout=o " },
	{ { "-t", "to" }, "timeout=to " },
	{ { "-ato", "x" }, "all timeout=o operand=x " },
	{ { "-wto" }, "warning=to " },
	{ { "-h", "-to", "5" }, "host=-to operand=5 " },
	{ { "-t", "-to", "5" }, "timeout=-to operand=5 " },
	{ { "-to" }, "", "-t: needs a value" },
	{ { "-a", "-wt" }, "all ", "-w: needs a value" },
	/* Early. */
	{ { "-a", "--load=x", "-v" }, "load=x all verbose " },
	{ { "-a", "x", "--load" }, "load all operand=x " },
	{ { "--load=1", "-a", "--lo=2" }, "load=1 load=2 all " },
	{ { "-h", "--load" }, "host=--load " },
	{ { "--", "--load" }, "operand=--load " },
	{ { "-q", "--load=x" }, "load=x ", "-q: no such option" },
	{ { "-h", "bad", "--load=x" }, "load=x ", "-h: bad: is bad" },
	{ { "-a", "--load=bad", "-q" }, "", "--load: bad: is bad" },
	{ { "--load=x", "-h" }, "load=x ", "-h: needs a value" },
	/* Errors: what stands before has been set. */
	{ { "-a", "-h" }, "all ", "-h: needs a value" },
	{ { "-ah" }, "all ", "-h: needs a value" },
	{ { "-a", "--host" }, "all ", "-h: needs a value" },
	{ { "--wait" }, "", "--wait: needs a value" },
	{ { "-a", "-q", "-v" }, "all ", "-q: no such option" },
	{ { "-vqa" }, "verbose ", "-q: no such option" },
	{ { "-:" }, "", "-:: no such option" },
	{ { "-?" }, "", "-?: no such option" },
	{ { "-;" }, "", "-;: no such option" },
	{ { "-a-" }, "all ", "--: no such option" },
	{ { "-|" }, "", "-\\x7c: no such option" },
	{ { "-\xff" }, "", "-\\xff: no such option" },
	{ { "-\x01" }, "", "-\\x01: no such option" },
	{ { "--nope" }, "", "--nope: no such option" },
	{ { "--nope=1" }, "", "--nope: no such option" },
	{ { "--allx" }, "", "--allx: no such option" },
	{ { "--All" }, "", "--All: no such option" },
	{ { "--=1" }, "", "--: short for several options" },
	{ { "--no\n|" }, "", "--no\\n\\x7c: no such option" },
	{ { "--all=1" }, "", "-a: takes no value" },
	{ { "--all=" }, "", "-a: takes no value" },
	{ { "--verb=1" }, "", "-v: takes no value" },
	{ { "-h", "bad" }, "", "-h: bad: is bad" },
	{ { "--host=bad" }, "", "-h: bad: is bad" },
	{ { "--wait", "bad" }, "", "--wait: bad: is bad" },
	{ { "-h", "" }, "", "-h: is empty" },
	{ { "--host=" }, "", "-h: is empty" },
	{ { "-h", "bad\n|\xff" }, "", "-h: bad\\n\\x7c\\xff: is bad" },
	{ { "-h", "bad" A100 A100 }, "",
	    "-h: bad" A100 A10 A10 A10 A10 A10 A10 A10 A10 A10
	    "aaaa...: is bad" },
	{ { "-x" }, "", "-x: is not there" },
	{ { "--hidden" }, "", "-x: is not there" },
	{ { "-a", "bad", "-v" }, "all ", "bad: is bad" },
	{ { "--", "-a", "bad\t" }, "operand=-a ", "bad\\t: is bad" },
};

static const struct {
	const char *key;
	const char *value;
	const char *log;
	const char *error;
} sets[] = {
	{ "host", "x", "host=x " },
	{ "h", "x", "host=x " },
	{ "ho", "x", "host=x " },
	{ "host", "a b=c", "host=a b=c " },
	{ "all", "", "all " },
	{ "a", "", "all " },
	{ "al", "", "all " },
	{ "wait", "1", "wait=1 " },
	{ "wai", "1", "wait=1 " },
	{ "w", "1", "warning=1 " },
	{ "W", "x", "words=x " },
	{ "maybe", "x", "maybe=x " },
	{ "maybe", "", "maybe " },
	{ "mayb", "", "maybe " },
	{ "m", "x", "maybe=x " },
	{ "all", "1", "", "all: takes no value" },
	{ "a", "1", "", "a: takes no value" },
	{ "wa", "1", "warning=1 " },
	{ "w ", "1", "", "w : no such option" },
	{ "nope", "", "", "nope: no such option" },
	{ "q", "", "", "q: no such option" },
	{ "", "", "", ": no such option" },
	{ "host ", "x", "", "host : no such option" },
	{ "Host", "x", "", "Host: no such option" },
	{ "-h", "x", "", "-h: no such option" },
	{ "--host", "x", "", "--host: no such option" },
	{ "to", "5", "", "to: no such option" },
	{ "no\n|\x1b", "", "", "no\\n\\x7c\\x1b: no such option" },
	{ "load", "x", "", "load: not in a file" },
	{ "lo", "", "", "lo: not in a file" },
	{ "host", "bad", "", "-h: bad: is bad" },
	{ "wait", "bad", "", "--wait: bad: is bad" },
	{ "host", "", "", "-h: is empty" },
	{ "x", "", "", "-x: is not there" },
};

static struct text the_log, the_error;
static const struct options options = { rows, ARRAY_SIZE(rows), set_operand,
	&the_log };

static void
setup(void)
{
	unsetenv("POSIXLY_CORRECT");
	text_init(&the_log, 1000);
	text_init(&the_error, 1000);
}

static void
teardown(void)
{
	text_free(&the_log);
	text_free(&the_error);
}

/* The words are in memory that may be written, as main's are. */
static bool
parse(const struct options *o, const char *const *words)
{
	char *argv[WORDS + 2] = { strdup("check") };
	int i, argc = 1;
	bool ok;

	for (; argc <= WORDS && words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]);
	ok = options_parse(o, argc, argv, &the_error);
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return ok;
}

static void
assert_line(int i)
{
	const char *row = lines[i].argv[0] != NULL ? lines[i].argv[0] : "none";

	ck_assert(parse(&options, lines[i].argv) == (lines[i].error == NULL));
	unit_str(row, the_log.data, lines[i].log);
	unit_str(row, the_error.data,
	    lines[i].error != NULL ? lines[i].error : "");
}

START_TEST(line)
{
	assert_line(_i);
}
END_TEST

/* The environment does not change the order. */
START_TEST(line_posixly_correct)
{
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_line(_i);
}
END_TEST

/* Nothing of a line is left for the next one. */
START_TEST(line_after_another)
{
	static const char *const before[] = { "-vvqa", "x", NULL };

	ck_assert(!parse(&options, before));
	teardown();
	setup();
	assert_line(_i);
}
END_TEST

START_TEST(no_words_at_all)
{
	char *argv[] = { NULL };

	ck_assert(options_parse(&options, 0, argv, &the_error));
	ck_assert_str_eq(the_log.data, "");
}
END_TEST

START_TEST(set)
{
	ck_assert(options_set(&options, sets[_i].key, sets[_i].value,
		      &the_error) == (sets[_i].error == NULL));
	unit_str(sets[_i].key, the_log.data, sets[_i].log);
	unit_str(sets[_i].key, the_error.data,
	    sets[_i].error != NULL ? sets[_i].error : "");
}
END_TEST

START_TEST(helps)
{
	struct text t;

	text_init(&t, 10000);
	options_help(&options, &t);
	ck_assert_str_eq(t.data, help);
	text_free(&t);
}
END_TEST

/* The longest table, in which short names begin others. */
START_TEST(many)
{
	static struct option_row row[OPTIONS_MAX];
	const struct options o = { row, OPTIONS_MAX, set_operand, &the_log };
	const char *words[WORDS] = { "--option6=x" };
	int i;

	for (i = 0; i < OPTIONS_MAX; i++) {
		row[i] = (struct option_row){ 'A' + i, "", OPTION_VALUE, "X",
			i == _i ? set_host : set_wait, NULL };
		snprintf(row[i].name, sizeof(row[i].name), "option%d", i);
	}
	ck_assert(parse(&o, words));
	words[0] = (const char[]){ '-', (char)('A' + _i), 'y', '\0' };
	/* These two the syntax has for itself. */
	if (_i != '?' - 'A' && _i != ':' - 'A')
		ck_assert(parse(&o, words));
	ck_assert(options_set(&o, row[_i].name, "z", &the_error));
	ck_assert_str_eq(the_log.data,
	    _i == 6 ? "host=x host=y host=z " : "wait=x host=y host=z ");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, line, lines);
	unit_rows(tc, line_posixly_correct, lines);
	unit_rows(tc, line_after_another, lines);
	tcase_add_test(tc, no_words_at_all);
	unit_rows(tc, set, sets);
	tcase_add_test(tc, helps);
	tcase_add_loop_test(tc, many, 0, OPTIONS_MAX - 6);
	return unit_run("options", tc);
}
