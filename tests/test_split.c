/* SPDX-License-Identifier: ISC */
#include "split.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#define SHELL                                                                \
	" is for a shell, and there is none: put it in single quotes if it " \
	"is meant as it is, or what is to be done in a script"

/* A line, and its words, each with a vertical bar behind it. */
static const struct {
	const char *line, *words;
} cases[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "a", "a|" },
	{ " /bin/mail  -s\t%h ", "/bin/mail|-s|%h|" },
	/* Quotes, of which one kind is plain in the other. */
	{ "'a b' \"c d\"", "a b|c d|" },
	{ "'a \"b' \"c 'd\"", "a \"b|c 'd|" },
	{ "a'b'\"c\"d", "abcd|" },
	{ "'' \"\" x''", "||x|" },
	{ "'a''b'", "ab|" },
	/* A backslash. */
	{ "a\\ b \\'\\\"\\\\", "a b|'\"\\|" },
	{ "'a\\b\\'", "a\\b\\|" },
	{ "\"\\\"\\\\\\$\\`\"", "\"\\$`|" },
	{ "\"\\a\\'\\ \"", "\\a\\'\\ |" },
	{ "\\n", "n|" },
	{ "a\\\nb \\\n c \"d\\\ne\"", "ab|c|de|" },
	{ "a \\\n", "a|" },
	{ "\\|\\>\\<\\;\\&\\`\\$\\(\\)\\#", "|><;&`$()#|" },
	/* What is for a shell is plain in quotes. */
	{ "'|><;&`$()\n#~'", "|><;&`$()\n#~|" },
	{ "\"|><;&()\n#~\"", "|><;&()\n#~|" },
	{ "a#b c~d", "a#b|c~d|" },
	{ "'#a' \\~b", "#a|~b|" },
	{ "* ? [a] {b,c} ! a=b %m %% ^", "*|?|[a]|{b,c}|!|a=b|%m|%%|^|" },
	{ "\r\v\xff\x01", "\r\v\xff\x01|" },
};

static void
join(struct text *t, char **words)
{
	for (; *words != NULL; words++) {
		text_puts(t, *words);
		text_puts(t, "|");
	}
}

START_TEST(words)
{
	struct text error, got;
	char **list;

	text_init(&error, 1000);
	text_init(&got, 1000);
	list = split(cases[_i].line, &error);
	unit_str(cases[_i].line, error.data, "");
	join(&got, list);
	unit_str(cases[_i].line, got.data, cases[_i].words);
	free(list);
	text_free(&got);
	text_free(&error);
}
END_TEST

static const struct {
	const char *line, *error;
} refused[] = {
	{ "a | b", "| at character 3" SHELL },
	{ "a>b", "> at character 2" SHELL },
	{ "a <b", "< at character 3" SHELL },
	{ "a;", "; at character 2" SHELL },
	{ "a 'b' &", "& at character 7" SHELL },
	{ "a && b", "& at character 3" SHELL },
	{ "`a`", "` at character 1" SHELL },
	{ "a $(b)", "$( at character 3" SHELL },
	{ "a $PORTSTATE_HOST", "$ at character 3" SHELL },
	{ "(a)", "( at character 1" SHELL },
	{ "a)", ") at character 2" SHELL },
	{ "a\nb", "the end of a line at character 2" SHELL },
	{ "a\n", "the end of a line at character 2" SHELL },
	{ "a # b", "# at character 3" SHELL },
	{ "~/a", "~ at character 1" SHELL },
	/* These a shell would see in double quotes, too. */
	{ "a \"b `c`\"", "` at character 6" SHELL },
	{ "a \"$(b)\"", "$( at character 4" SHELL },
	{ "a \"$b\"", "$ at character 4" SHELL },
	{ "a \"\\\\$b\"", "$ at character 6" SHELL },
	/* Quotes without an end, and where they begin. */
	{ "a 'b", "' at character 3 has no end" },
	{ "a \"b 'c'", "\" at character 3 has no end" },
	{ "'a' 'b' '", "' at character 9 has no end" },
	{ "\"a\\\"", "\" at character 1 has no end" },
	{ "\"a\\", "\" at character 1 has no end" },
	{ "'a\\'b'", "' at character 6 has no end" },
	{ "a \\", "\\ at character 3 has nothing behind it" },
	/* The first of several. */
	{ "a; b | 'c", "; at character 2" SHELL },
};

START_TEST(refuses)
{
	struct text error;

	text_init(&error, 1000);
	ck_assert_ptr_null(split(refused[_i].line, &error));
	unit_str(refused[_i].line, error.data, refused[_i].error);
	text_free(&error);
}
END_TEST

/*
 * Random lines of what quotes: those that are taken are given to sh(1), which
 * has to find the same words, and those of which quotes have no end as well,
 * which it has to refuse.
 */
static const char *const pieces[] = { "'", "\"", "\\", "\\\\", " ", "a", "%h",
	"\t", "\\$", "\\`", "\\\"", "\\\n", "=", "'b c'", "\"d 'e\"",
	"'\n;|'" };

static void
random_line(unsigned *seed, struct text *line)
{
	unsigned n = unit_random(seed, 12);

	text_truncate(line, 0);
	while (n-- > 0)
		text_puts(line, pieces[unit_random(seed, ARRAY_SIZE(pieces))]);
}

/* A script that writes the words of each line, and a line between. */
static void
write_script(const char *path, const struct text *script)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(script->data, 1, script->len, f), script->len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
read_all(const char *command, struct text *out)
{
	FILE *f = popen(command, "r");
	char bytes[4096];
	size_t n;

	ck_assert_ptr_nonnull(f);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		text_put(out, bytes, n);
	ck_assert_int_eq(pclose(f), 0);
}

START_TEST(as_sh)
{
	struct text line, error, script, want, got;
	unsigned seed = (unsigned)_i, n, taken = 0;
	char path[] = "/tmp/test_split.XXXXXX", command[64];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	text_init(&line, 1000);
	text_init(&error, 1000);
	text_init(&script, 10000000);
	text_init(&want, 10000000);
	text_init(&got, 10000000);
	for (n = 0; n < 10000; n++) {
		char **list;

		random_line(&seed, &line);
		list = split(line.data, &error);
		if (list == NULL)
			continue;
		text_puts(&script, "set -- ");
		text_puts(&script, line.data);
		text_puts(&script,
		    "\nfor w do printf '%s|' \"$w\"; done; "
		    "echo \"$#\"\n");
		for (taken++, fd = 0; list[fd] != NULL; fd++)
			;
		join(&want, list);
		text_printf(&want, "%d\n", fd);
		free(list);
	}
	ck_assert_uint_gt(taken, 2000);
	write_script(path, &script);
	(void)snprintf(command, sizeof(command), "sh %s", path);
	read_all(command, &got);
	(void)unlink(path);
	ck_assert(!script.cut && !want.cut);
	ck_assert_str_eq(got.data, want.data);
	text_free(&line);
	text_free(&error);
	text_free(&script);
	text_free(&want);
	text_free(&got);
}
END_TEST

/* `sh -n` refuses what has no end, and nothing else of these. */
START_TEST(refuses_as_sh)
{
	char path[] = "/tmp/test_split.XXXXXX", command[80];
	unsigned seed = (unsigned)_i + 100, n = 0;
	struct text line, error;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	(void)snprintf(command, sizeof(command), "sh -n %s 2>/dev/null", path);
	text_init(&line, 1000);
	text_init(&error, 1000);
	while (n < 100) {
		char **list;

		random_line(&seed, &line);
		text_truncate(&error, 0);
		list = split(line.data, &error);
		free(list);
		if (list == NULL && strstr(error.data, " no end") == NULL)
			continue;
		n++;
		write_script(path, &line);
		if ((system(command) == 0) != (list != NULL))
			ck_abort_msg("%s", line.data);
	}
	(void)unlink(path);
	text_free(&line);
	text_free(&error);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("split");

	unit_rows(tc, words, cases);
	unit_rows(tc, refuses, refused);
	tcase_add_loop_test(tc, as_sh, 0, 4);
	tcase_add_loop_test(tc, refuses_as_sh, 0, 4);
	return unit_run("split", tc);
}
