/* SPDX-License-Identifier: ISC */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char dir[] = "/tmp/test_pidfile.XXXXXX";
static char own[32];

static void
setup(void)
{
	strcpy(strchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	(void)snprintf(own, sizeof(own), "%ld\n", (long)getpid());
}

static void
teardown(void)
{
	(void)unlink("x");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
put(const char *bytes)
{
	FILE *f = fopen("x", "w");

	fputs(bytes, f);
	fclose(f);
}

static const char *
got(void)
{
	static char bytes[64];
	FILE *f = fopen("x", "r");
	size_t n;

	if (f == NULL)
		return NULL;
	n = fread(bytes, 1, sizeof(bytes) - 1, f);
	bytes[n] = '\0';
	fclose(f);
	return bytes;
}

START_TEST(written)
{
	ck_assert_ptr_null(pidfile_write("x"));
	ck_assert_str_eq(got(), own);
	pidfile_remove("x");
	ck_assert_ptr_null(got());
	pidfile_remove("x");
	/* It takes the place of what somebody left. */
	put("123456789012\n");
	ck_assert_ptr_null(pidfile_write("x"));
	ck_assert_str_eq(got(), own);
}
END_TEST

START_TEST(refused)
{
	ck_assert_str_eq(pidfile_write("d/x"), strerror(ENOENT));
	ck_assert_str_eq(pidfile_write("."), strerror(EISDIR));
}
END_TEST

/* That of another process, or no number at all. */
START_TEST(stays)
{
	static const char *const others[] = { "", "1\n", "x\n" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		put(others[i]);
		pidfile_remove("x");
		unit_str(others[i], got(), others[i]);
	}
	strcat(own, "\n");
	put(own);
	pidfile_remove("x");
	ck_assert_str_eq(got(), own);
	/* Nobody has to write to it for us to go on. */
	ck_assert_int_eq(unlink("x"), 0);
	ck_assert_int_eq(mkfifo("x", 0600), 0);
	pidfile_remove("x");
	ck_assert_int_eq(access("x", F_OK), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("pidfile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, written);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, stays);
	return unit_run("pidfile", tc);
}
