/* SPDX-License-Identifier: ISC */
#include "hosts.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

static const char text[] = "# comment\n"
			   "127.0.0.1\tlocalhost  loop.back # not.this\n"
			   "\n"
			   "  ::1 six.test Localhost\r\n"
			   "192.0.2.1\n"
			   "192.0.2.2#hidden\n"
			   "192.0.2.3 last.test";

static const struct {
	const char *name;
	bool listed;
} names[] = {
	{ "localhost", true },
	{ "LOCALHOST", true },
	{ "loop.back", true },
	{ "six.test", true },
	{ "last.test", true },
	{ "127.0.0.1", false },
	{ "192.0.2.1", false },
	{ "not.this", false },
	{ "hidden", false },
	{ "comment", false },
	{ "local", false },
	{ "localhost.", false },
	{ "", false },
};

START_TEST(listed)
{
	char path[] = "/tmp/test_hosts.XXXXXX";
	int fd = mkstemp(path);
	struct hosts *h;

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	(void)close(fd);
	h = hosts_read(path);
	(void)unlink(path);
	ck_assert_msg(hosts_list(h, names[_i].name) == names[_i].listed, "%s",
	    names[_i].name);
	hosts_free(h);
}
END_TEST

START_TEST(no_file)
{
	struct hosts *h = hosts_read("/nonexistent/hosts");

	ck_assert(!hosts_list(h, "localhost"));
	hosts_free(h);
	hosts_free(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("hosts");

	unit_rows(tc, listed, names);
	tcase_add_test(tc, no_file);
	return unit_run("hosts", tc);
}
