/* SPDX-License-Identifier: ISC */
#include "extraopts.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define NAME "check_x"

/* The file, and what comes of it; an error stands behind the file's name. */
static const struct {
	const char *name;
	const char *content;
	const char *section; /* NULL: that of the name */
	const char *log;
	const char *error;
} files[] = {
	{ "plain", "[check_x]\nhost=x\nall=\n", NULL, "host=x all " },
	{ "no newline at the end", "[check_x]\nhost=x", NULL, "host=x " },
	{ "lines of DOS", "[check_x]\r\nhost=x\r\nall=\r\n", NULL,
	    "host=x all " },
	{ "nothing in the section", "[check_x]\n", NULL, "" },
	{ "other sections", "[a]\nnope=1\n[check_x]\nhost=x\n[b]\nhost=y\n",
	    NULL, "host=x " },
	{ "section by name", "[check_x]\nhost=x\n[b]\nhost=y\n", "b",
	    "host=y " },
	{ "section with blanks in it", "[a b]\nhost=x\n", "a b", "host=x " },
	{ "section with a bracket", "[a]b]\nhost=x\n", "a]b", "host=x " },
	{ "section in blanks", "  [ check_x\t] \nhost=x\n", NULL, "host=x " },
	{ "section repeated",
	    "[check_x]\nhost=x\n[b]\nhost=y\n[check_x]\nhost=z\n", NULL,
	    "host=x host=z " },
	{ "keys repeated", "[check_x]\nhost=x\nhost=y\n", NULL,
	    "host=x host=y " },
	{ "lines before a section", "nope\nhost=x\n[check_x]\nall=\n", NULL,
	    "all " },
	{ "comments",
	    "# c\n; [check_x]\n[check_x]\n#host=x\n  ;host=y\n\thost=z\n", NULL,
	    "host=z " },
	{ "empty lines", "\n\n[check_x]\n\n \t \nhost=x\n\n", NULL, "host=x " },
	{ "white space", "[check_x]\n \thost \t=\t  a  b \t\n", NULL,
	    "host=a  b " },
	{ "value as it stands", "[check_x]\nhost='a=\"b\"' # c ; d\\n\n", NULL,
	    "host='a=\"b\"' # c ; d\\n " },
	{ "value like a section", "[check_x]\nhost=[b]\n", NULL, "host=[b] " },
	{ "letters", "[check_x]\nh=x\na=\n", NULL, "host=x all " },
	{ "abbreviated", "[check_x]\nho=x\n", NULL, "host=x " },

	{ "no '='", "[check_x]\nall=\nall\nhost=x\n", NULL, "all ",
	    ":3: all: there is no '='" },
	{ "no key", "[check_x]\n =x\n", NULL, "",
	    ":2: =x: there is no option before the '='" },
	{ "no such option", "[check_x]\nall=\n\n# c\nnope=1\nhost=x\n", NULL,
	    "all ", ":5: nope: no such option" },
	{ "hostile key", "[check_x]\nno\x1b|=1\n", NULL, "",
	    ":2: no\\x1b\\x7c: no such option" },
	{ "hostile line", "[check_x]\nno\x1b|\n", NULL, "",
	    ":2: no\\x1b\\x7c: there is no '='" },
	{ "takes no value", "[check_x]\nall=1\n", NULL, "",
	    ":2: all: takes no value" },
	{ "bad value", "[check_x]\nhost=bad\n", NULL, "",
	    ":2: -h: bad: is bad" },
	{ "an early option", "[check_x]\nload=x\n", NULL, "",
	    ":2: load: not in a file" },
	{ "dashes", "[check_x]\n--host=x\n", NULL, "",
	    ":2: --host: no such option" },
	{ "error in another section", "[a]\nnope\n[check_x]\nall=\n", NULL,
	    "all " },
	{ "bracket missing", "[check_x\nhost=x\n", NULL, "",
	    ":1: [check_x: the closing bracket is missing" },
	{ "bracket missing elsewhere", "[check_x]\nall=\n[b\nhost=x\n", NULL,
	    "all ", ":3: [b: the closing bracket is missing" },
	{ "bracket alone", "[\n", NULL, "",
	    ":1: [: the closing bracket is missing" },
	{ "section with a comment", "[check_x] # c\n", NULL, "",
	    ":1: [check_x] # c: the closing bracket is missing" },
	{ "empty", "", NULL, "", ": has no section [check_x]" },
	{ "no section", "host=x\n", NULL, "", ": has no section [check_x]" },
	{ "not that section", "[]\n[check]\n[check_xy]\n[CHECK_X]\n", NULL, "",
	    ": has no section [check_x]" },
	{ "hostile section", "[check_x]\nhost=x\n", "a|\n", "",
	    ": has no section [a\\x7c\\n]" },
};

/* The files that exist, and the variables: %s is the directory. */
static const struct {
	const char *name;
	const char *exist[3];
	const char *mp;
	const char *nagios;
	const char *where; /* after the section */
	const char *found; /* or the error, which does not end in .ini */
} searches[] = {
	{ "MP_CONFIG_FILE", { "mp.ini" }, "%s/mp.ini", NULL, NULL, "mp.ini" },
	{ "MP_CONFIG_FILE, '@' alone", { "mp.ini" }, "%s/mp.ini", NULL, "@",
	    "mp.ini" },
	{ "MP_CONFIG_FILE first", { "mp.ini", "plugins.ini" }, "%s/mp.ini",
	    "%s", NULL, "mp.ini" },
	{ "MP_CONFIG_FILE is empty", { "plugins.ini" }, "", "%s", NULL,
	    "plugins.ini" },
	{ "a file that is named", { "mp.ini", "a.ini" }, "%s/mp.ini", NULL,
	    "@%s/a.ini", "a.ini" },
	{ "a file with '@'", { "a@b.ini" }, NULL, NULL, "@%s/a@b.ini",
	    "a@b.ini" },
	{ "a name of the plugins", { "monitoring-plugins.ini" }, NULL, "%s",
	    NULL, "monitoring-plugins.ini" },
	{ "another name", { "plugins.ini" }, NULL, "%s", NULL, "plugins.ini" },
	{ "the last name", { "nagios-plugins.ini" }, NULL, "%s", NULL,
	    "nagios-plugins.ini" },
	{ "the first of two names", { "plugins.ini", "nagios-plugins.ini" },
	    NULL, "%s", NULL, "plugins.ini" },
	{ "the first of two directories",
	    { "1/nagios-plugins.ini", "2/monitoring-plugins.ini" }, NULL,
	    "%s/1:%s/2", NULL, "1/nagios-plugins.ini" },
	{ "the second directory", { "2/plugins.ini" }, NULL,
	    "%s/none:%s/1:%s/2", NULL, "2/plugins.ini" },
	{ "empty directories", { "1/plugins.ini" }, NULL, "::%s/1:", NULL,
	    "1/plugins.ini" },
	{ "slash at the end", { "1/plugins.ini" }, NULL, "%s/1/", NULL,
	    "1/plugins.ini" },
	{ "a named file does not exist", { "plugins.ini" }, NULL, "%s",
	    "@%s/none", "%s/none: No such file or directory" },
	{ "a directory", { NULL }, NULL, NULL, "@%s/1",
	    "%s/1: not a regular file" },
	{ "a FIFO", { NULL }, NULL, NULL, "@%s/fifo",
	    "%s/fifo: not a regular file" },
	{ "a FIFO by the environment", { NULL }, "%s/fifo", NULL, NULL,
	    "%s/fifo: not a regular file" },
	{ "a device", { NULL }, NULL, NULL, "@/dev/zero",
	    "/dev/zero: not a regular file" },
	{ "a dangling link", { NULL }, NULL, NULL, "@%s/dangling",
	    "%s/dangling: No such file or directory" },
	{ "a hostile name", { NULL }, NULL, NULL, "@%s/a|\n",
	    "%s/a\\x7c\\n: No such file or directory" },
};

static char dir[256];
static struct text the_log, the_error;
static const char *last_value;

static const char *
note(const char *name, const char *value)
{
	last_value = value;
	if (value != NULL && strcmp(value, "bad") == 0)
		return "is bad";
	text_printf(&the_log, "%s%s%s ", name, value != NULL ? "=" : "",
	    value != NULL ? value : "");
	return NULL;
}

static const char *
set_all(void *ctx, const char *value)
{
	(void)ctx;
	return note("all", value);
}

static const char *
set_host(void *ctx, const char *value)
{
	(void)ctx;
	return note("host", value);
}

static const struct option_row rows[] = {
	{ 'a', "all", OPTION_NO_VALUE, "", set_all, NULL },
	{ 'h', "host", OPTION_VALUE, "HOST", set_host, NULL },
	{ 0, "load", OPTION_MAY_HAVE_VALUE, "FILE", set_host, NULL, NULL,
	    true },
};
static const struct options options = { rows, ARRAY_SIZE(rows), set_host,
	NULL };

/* The format with the directory for each %s, in memory of its own. */
static char *
in_dir(const char *format)
{
	const char *at;
	struct text t;

	text_init(&t, 4096);
	while ((at = strstr(format, "%s")) != NULL) {
		text_printf(&t, "%.*s%s", (int)(at - format), format, dir);
		format = at + 2;
	}
	text_puts(&t, format);
	return t.data;
}

static char *
path_of(const char *name)
{
	struct text t;

	text_init(&t, 4096);
	text_printf(&t, "%s/%s", dir, name);
	return t.data;
}

static void
write_file(const char *name, const void *content, size_t len)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
	free(path);
}

/* Before all tests and after them, so that a test may die. */
static void
make_dir(void)
{
	static const char *const below[] = { "1", "2" };
	const char *tmp = getenv("TMPDIR");
	char *path;
	size_t i;

	snprintf(dir, sizeof(dir), "%s/test_extraopts.XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		abort();
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		path = path_of(below[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		free(path);
	}
	path = path_of("fifo");
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	free(path);
	path = path_of("dangling");
	ck_assert_int_eq(symlink("none", path), 0);
	free(path);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
remove_dir(void)
{
	(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
setup(void)
{
	unsetenv("MP_CONFIG_FILE");
	unsetenv("NAGIOS_CONFIG_PATH");
	text_init(&the_log, 200000);
	text_init(&the_error, 4096);
}

static void
teardown(void)
{
	text_free(&the_log);
	text_free(&the_error);
}

/* Of the section, NULL for none, of a file in the directory. */
static bool
set_from(const char *section, const char *name)
{
	struct text where;
	bool ok;

	text_init(&where, 4096);
	text_printf(&where, "%s@%s/%s", section != NULL ? section : "", dir,
	    name);
	ok = extraopts_set(&options, where.data, NAME, &the_error);
	text_free(&where);
	return ok;
}

START_TEST(file)
{
	const char *row = files[_i].name;
	struct text error;

	write_file("file.ini", files[_i].content, strlen(files[_i].content));
	ck_assert(set_from(files[_i].section, "file.ini") ==
	    (files[_i].error == NULL));
	unit_str(row, the_log.data, files[_i].log);
	text_init(&error, 4096);
	if (files[_i].error != NULL)
		text_printf(&error, "%s/file.ini%s", dir, files[_i].error);
	unit_str(row, the_error.data, error.data);
	text_free(&error);
}
END_TEST

/* Each file sets the host to its own name. */
static void
make_files(const char *const *names, size_t max)
{
	char content[128];
	size_t i;

	for (i = 0; i < max && names[i] != NULL; i++) {
		snprintf(content, sizeof(content), "[" NAME "]\nhost=%s\n",
		    names[i]);
		write_file(names[i], content, strlen(content));
	}
}

static void
remove_files(const char *const *names, size_t max)
{
	size_t i;

	for (i = 0; i < max && names[i] != NULL; i++) {
		char *path = path_of(names[i]);

		ck_assert_int_eq(unlink(path), 0);
		free(path);
	}
}

static void
set_variable(const char *name, const char *format)
{
	char *value = in_dir(format);

	ck_assert_int_eq(setenv(name, value, 1), 0);
	free(value);
}

START_TEST(search)
{
	const char *row = searches[_i].name;
	char *where = searches[_i].where != NULL ? in_dir(searches[_i].where)
						 : NULL;
	char *want = in_dir(searches[_i].found);
	bool ok;

	if (searches[_i].mp != NULL)
		set_variable("MP_CONFIG_FILE", searches[_i].mp);
	if (searches[_i].nagios != NULL)
		set_variable("NAGIOS_CONFIG_PATH", searches[_i].nagios);
	make_files(searches[_i].exist, ARRAY_SIZE(searches[_i].exist));
	ok = extraopts_set(&options, where, NAME, &the_error);
	remove_files(searches[_i].exist, ARRAY_SIZE(searches[_i].exist));
	if (ok)
		unit_str(row, last_value, want);
	else
		unit_str(row, the_error.data, want);
	free(where);
	free(want);
}
END_TEST

/* Unless this machine has one. */
START_TEST(no_file)
{
	set_variable("NAGIOS_CONFIG_PATH", "%s/1");
	if (!extraopts_set(&options, NULL, NAME, &the_error) &&
	    the_error.data[0] != '/')
		ck_assert_str_eq(the_error.data,
		    "none of the usual files exists");
}
END_TEST

START_TEST(nul_byte)
{
	static const char content[] = "[check_x]\nall=\nho\0st=x\n";
	char *want = in_dir("%s/nul.ini: the file has a NUL byte");

	write_file("nul.ini", content, sizeof(content) - 1);
	ck_assert(!set_from(NULL, "nul.ini"));
	ck_assert_str_eq(the_log.data, "");
	ck_assert_str_eq(the_error.data, want);
	free(want);
}
END_TEST

/* Comments up to a size, then an option; one byte more is too much. */
START_TEST(large)
{
	static char content[(1 << 20) + 1];
	static const char head[] = "[check_x]\nhost=x\n#";
	size_t len = sizeof(content) - (_i == 0);
	char *want = in_dir("%s/large.ini: larger than 1 MiB");

	memset(content, 'c', sizeof(content));
	memcpy(content, head, sizeof(head) - 1);
	write_file("large.ini", content, len);
	ck_assert(set_from(NULL, "large.ini") == (_i == 0));
	ck_assert_str_eq(the_log.data, _i == 0 ? "host=x " : "");
	ck_assert_str_eq(the_error.data, _i == 0 ? "" : want);
	free(want);
}
END_TEST

START_TEST(long_line)
{
	static char content[100000];
	static const char head[] = "[check_x]\nhost=";

	memset(content, 'x', sizeof(content));
	memcpy(content, head, sizeof(head) - 1);
	write_file("long.ini", content, sizeof(content));
	ck_assert(set_from(NULL, "long.ini"));
	ck_assert_uint_eq(strlen(last_value),
	    sizeof(content) - (sizeof(head) - 1));
}
END_TEST

/* A value lives on when there are others, and the file is gone. */
START_TEST(values_live)
{
	static const char content[] = "[a]\nhost=first\n[b]\nhost=second\n";
	const char *first;

	write_file("value.ini", content, sizeof(content) - 1);
	ck_assert(set_from("a", "value.ini"));
	first = last_value;
	ck_assert(set_from("b", "value.ini"));
	ck_assert_str_eq(first, "first");
	ck_assert_str_eq(last_value, "second");
}
END_TEST

START_TEST(no_permission)
{
	char *path = path_of("secret.ini");
	char *want = in_dir("%s/secret.ini: Permission denied");

	write_file("secret.ini", "[check_x]\n", 10);
	ck_assert_int_eq(chmod(path, 0), 0);
	/* Root reads it all the same. */
	if (access(path, R_OK) == -1) {
		ck_assert(!set_from(NULL, "secret.ini"));
		ck_assert_str_eq(the_error.data, want);
	}
	free(path);
	free(want);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("extraopts");

	tcase_add_unchecked_fixture(tc, make_dir, remove_dir);
	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, file, files);
	unit_rows(tc, search, searches);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, nul_byte);
	tcase_add_loop_test(tc, large, 0, 2);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, values_live);
	tcase_add_test(tc, no_permission);
	return unit_run("extraopts", tc);
}
