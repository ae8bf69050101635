/* SPDX-License-Identifier: ISC */
#include "secret.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define LONG_255                                                           \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static char dir[] = "/tmp/test_secret.XXXXXX";

static const struct {
	const char *bytes;
	size_t len;
	mode_t mode;
	size_t min;
	const char *word; /* NULL: it is none, for this reason: */
	const char *why;
} files[] = {
	{ "public\n", 7, 0600, 1, "public", NULL },
	{ "public", 6, 0640, 1, "public", NULL },
	{ " a b ", 5, 0400, 1, " a b ", NULL },
	{ "12345678\n", 9, 0600, 8, "12345678", NULL },
	{ LONG_255 "\n", 256, 0600, 1, LONG_255, NULL },
	{ LONG_255 "f", 256, 0600, 1, NULL, "has more than 255 bytes" },
	{ LONG_255 "f\n", 257, 0600, 1, NULL, "has more than 255 bytes" },
	{ LONG_255 LONG_255, 510, 0600, 1, NULL, "has more than 255 bytes" },
	{ "", 0, 0600, 1, NULL, "is empty" },
	{ "\n", 1, 0600, 1, NULL, "is empty" },
	{ "a\0b", 3, 0600, 1, NULL, "has a NUL byte" },
	{ "a\nb\n", 4, 0600, 1, NULL, "has more than one line" },
	{ "1234567\n", 8, 0600, 8, NULL,
	    "has less than 8 bytes, which SNMPv3 does not allow" },
	{ "public\n", 7, 0604, 1, NULL,
	    "everybody may read it: its mode is 0604, and should be 0600 or "
	    "0640" },
	{ "public\n", 7, 0602, 1, NULL,
	    "everybody may write it: its mode is 0602, and should be 0600 or "
	    "0640" },
};

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void
tear_down(void)
{
	(void)unlink("a\n");
	ck_assert_int_eq(chdir("/"), 0);
	(void)rmdir(dir);
}

static void
is_wrong(const char *file, const char *why)
{
	static const struct secret none;
	struct secret s = { "old" };
	struct text error;
	char want[300];

	(void)snprintf(want, sizeof(want), "%s: %s", file, why);
	text_init(&error, 1000);
	ck_assert(!secret_read(&s, file[0] == 'a' ? "a\n" : file, 1, &error));
	ck_assert_str_eq(error.data, want);
	ck_assert_mem_eq(&s, &none, sizeof(s));
	text_free(&error);
}

START_TEST(test_file)
{
	FILE *f = fopen("a\n", "w");
	struct secret s = { 0 };
	struct text error;
	char want[300];

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(files[_i].bytes, 1, files[_i].len, f),
	    files[_i].len);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod("a\n", files[_i].mode), 0);
	text_init(&error, 1000);
	(void)snprintf(want, sizeof(want), "a\\n: %s",
	    files[_i].why != NULL ? files[_i].why : "");
	ck_assert_int_eq(secret_read(&s, "a\n", files[_i].min, &error),
	    files[_i].word != NULL);
	unit_str(files[_i].bytes, error.data,
	    files[_i].word != NULL ? "" : want);
	unit_str(files[_i].bytes, s.word,
	    files[_i].word != NULL ? files[_i].word : "");
	text_free(&error);
}
END_TEST

START_TEST(test_no_file)
{
	is_wrong("/nowhere/x", "No such file or directory");
	is_wrong("/", "is not a regular file");
	is_wrong("/dev/null", "is not a regular file");
	ck_assert_int_eq(mkfifo("a\n", 0600), 0);
	is_wrong("a\\n", "is not a regular file");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("secret");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	unit_rows(tc, test_file, files);
	tcase_add_test(tc, test_no_file);
	return unit_run("secret", tc);
}
