/* SPDX-License-Identifier: ISC */
#include "hostlist.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#define MAX 1024

#define NOT_NETWORK ": not the address of a network"
#define NOT_PREFIX ": not the length of a network's prefix"
#define TOO_MANY ": the network has more addresses than --max-hosts allows"

#define A10 "aaaaaaaaaa"
#define A50 A10 A10 A10 A10 A10
#define A250 A50 A50 A50 A50 A50

/* A list, and its hosts with a blank after each. */
static const struct {
	const char *s;
	const char *want;
} lists[] = {
	{ "a", "a " },
	{ "a,b", "a b " },
	{ "a b", "a b " },
	{ "a, b ,\tc\n\nd\r\n", "a b c d " },
	{ ",a,,b,", "a b " },
	{ "  a\v\f", "a " },
	{ "", "" },
	{ " , ,\n", "" },
	{ "a,a", "a " },
	{ "a,b a,A,b", "a b A " },
	{ "www.example.org", "www.example.org " },
	{ "x_y-z.example.org.", "x_y-z.example.org. " },
	{ "127.0.0.1,192.0.2.1", "127.0.0.1 192.0.2.1 " },
	{ "::1,2001:db8::1", "::1 2001:db8::1 " },
	{ "[::1] [2001:db8::1]", "[::1] [2001:db8::1] " },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1 " },
	{ "fe80::1%1", "fe80::1%1 " },
	{ A250 "aaa", A250 "aaa " },
	/* Networks: all addresses, also the first and the last. */
	{ "192.0.2.0/30", "192.0.2.0 192.0.2.1 192.0.2.2 192.0.2.3 " },
	{ "192.0.2.0/31", "192.0.2.0 192.0.2.1 " },
	{ "192.0.2.7/32", "192.0.2.7 " },
	{ "192.0.2.255/31", "192.0.2.254 192.0.2.255 " },
	{ "255.255.255.255/31", "255.255.255.254 255.255.255.255 " },
	{ "a,192.0.2.0/31,b", "a 192.0.2.0 192.0.2.1 b " },
	{ "192.0.2.0/31,192.0.2.0/32", "192.0.2.0 192.0.2.1 " },
	{ "2001:db8::/126", "2001:db8:: 2001:db8::1 2001:db8::2 2001:db8::3 " },
	{ "2001:db8::/127", "2001:db8:: 2001:db8::1 " },
	{ "2001:db8::7/128", "2001:db8::7 " },
	{ "::/127", ":: ::1 " },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff " },
	/* The bits of a host in it are of no meaning. */
	{ "192.0.2.7/30", "192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 " },
	{ "2001:db8::ff/127", "2001:db8::fe 2001:db8::ff " },
};

/* A network of many addresses, the first ones and the last. */
static const struct {
	const char *s;
	size_t n;
	const char *first, *second, *last;
} networks[] = {
	{ "192.0.2.0/24", 256, "192.0.2.0", "192.0.2.1", "192.0.2.255" },
	{ "192.0.2.77/25", 128, "192.0.2.0", "192.0.2.1", "192.0.2.127" },
	{ "192.0.2.177/25", 128, "192.0.2.128", "192.0.2.129", "192.0.2.255" },
	{ "10.1.255.3/22", 1024, "10.1.252.0", "10.1.252.1", "10.1.255.255" },
	{ "10.1.2.3/23", 512, "10.1.2.0", "10.1.2.1", "10.1.3.255" },
	{ "2001:db8:1:2:3:4:5:6789/118", 1024, "2001:db8:1:2:3:4:5:6400",
	    "2001:db8:1:2:3:4:5:6401", "2001:db8:1:2:3:4:5:67ff" },
	{ "2001:db8::ffff/119", 512, "2001:db8::fe00", "2001:db8::fe01",
	    "2001:db8::ffff" },
	{ "2001:db8::/120", 256, "2001:db8::", "2001:db8::1", "2001:db8::ff" },
};

static const struct {
	const char *s;
	const char *why;
} refused[] = {
	{ "/run/x", "/run/x: a path goes into -p: unix:/path" },
	{ "/24", "/24: a path goes into -p: unix:/path" },
	{ "[::1", "[::1: the closing bracket is missing" },
	{ "a,[127.0.0.1],b",
	    "[127.0.0.1]: not an IPv6 address in the brackets" },
	{ "192.0.2.0/33", "33" NOT_PREFIX },
	{ "fe80::/126",
	    "fe80::: a link-local address needs a zone: fe80::1%eth0" },
	{ "192.0.2.0/", "" NOT_PREFIX },
	{ "192.0.2.0/-1", "-1" NOT_PREFIX },
	{ "192.0.2.0/x", "x" NOT_PREFIX },
	{ "192.0.2.0/24/24", "24/24" NOT_PREFIX },
	{ "192.0.2.0/255.255.255.0", "255.255.255.0" NOT_PREFIX },
	{ "2001:db8::/129", "129" NOT_PREFIX },
	{ "www/24", "www" NOT_NETWORK },
	{ "192.0.2/24", "192.0.2" NOT_NETWORK },
	{ "192.0.2.256/24", "192.0.2.256" NOT_NETWORK },
	{ "2001:db8::g/126", "2001:db8::g" NOT_NETWORK },
	{ "a:b/24", "a:b" NOT_NETWORK },
	{ "192.0.2.0/21", "192.0.2.0" TOO_MANY },
	{ "0.0.0.0/0", "0.0.0.0" TOO_MANY },
	{ "10.0.0.0/8", "10.0.0.0" TOO_MANY },
	{ "::/0", "::" TOO_MANY },
	{ "2001:db8::/64", "2001:db8::" TOO_MANY },
	{ "2001:db8::/117", "2001:db8::" TOO_MANY },
	{ "a,192.0.2.0/22", "192.0.2.0" TOO_MANY },
	{ "192.0.2.0/22,a", "more hosts than --max-hosts=1024 allows" },
	{ A250 "aaaaaa",
	    A50 A10 A10 A10 A10 "aaaaaaa...: longer than a name can be" },
};

/* The contents of a file, its hosts or the error after the file's name. */
static const struct file {
	const char *name;
	const char *data;
	const char *want;
	const char *error;
} files[] = {
	{ "one", "a\n", "a ", "" },
	{ "many", "a\nb\n", "a b ", "" },
	{ "no end of line", "a\nb", "a b ", "" },
	{ "more in a line", "a b,c\td\n", "a b c d ", "" },
	{ "CRLF", "a\r\nb\r\n", "a b ", "" },
	{ "empty", "", "", "" },
	{ "empty lines", "\n\n  \na\n\n", "a ", "" },
	{ "comments", "# x\na # b\n#c\nd#e\n  # f\n", "a d ", "" },
	{ "comments that end the file", "a\n# x", "a ", "" },
	{ "what a comment holds", "# [::1 /x 0.0.0.0/0\na\n", "a ", "" },
	{ "networks", "192.0.2.0/31\n::/127 # two\n",
	    "192.0.2.0 192.0.2.1 :: ::1 ", "" },
	{ "a bad one", "a\n\n# x\nb [::1 c\n", NULL,
	    ":4: [::1: the closing bracket is missing" },
	{ "a bad first one", "/x", NULL,
	    ":1: /x: a path goes into -p: unix:/path" },
	{ "a network", "10.0.0.0/8\n", NULL, ":1: 10.0.0.0" TOO_MANY },
	{ "bytes", "a\n\xff\x01\"|/5\n", NULL,
	    ":2: \\xff\\x01\\\"\\x7c" NOT_NETWORK },
};

static struct hostlist list;
static struct text error;

static void
setup(void)
{
	list = (struct hostlist){ .max = MAX };
	text_init(&error, 1000);
}

static void
teardown(void)
{
	hostlist_free(&list);
	text_free(&error);
}

static void
assert_hosts(const char *row, const char *want)
{
	struct text got;
	size_t i;

	text_init(&got, 10000);
	for (i = 0; i < list.n; i++)
		text_printf(&got, "%s ", list.hosts[i]);
	unit_str(row, got.data, want);
	text_free(&got);
}

START_TEST(reads)
{
	ck_assert_msg(hostlist_add(&list, lists[_i].s, &error), "%s: %s",
	    lists[_i].s, error.data);
	ck_assert_uint_eq(error.len, 0);
	assert_hosts(lists[_i].s, lists[_i].want);
}
END_TEST

START_TEST(network)
{
	ck_assert(hostlist_add(&list, networks[_i].s, &error));
	ck_assert_uint_eq(list.n, networks[_i].n);
	ck_assert_str_eq(list.hosts[0], networks[_i].first);
	ck_assert_str_eq(list.hosts[1], networks[_i].second);
	ck_assert_str_eq(list.hosts[list.n - 1], networks[_i].last);
}
END_TEST

START_TEST(refuses)
{
	ck_assert_msg(!hostlist_add(&list, refused[_i].s, &error), "%s",
	    refused[_i].s);
	unit_str(refused[_i].s, error.data, refused[_i].why);
}
END_TEST

START_TEST(added)
{
	ck_assert(hostlist_add(&list, "a", &error));
	ck_assert(hostlist_add(&list, "", &error));
	ck_assert(hostlist_add(&list, "b,192.0.2.0/31", &error));
	assert_hosts("added", "a b 192.0.2.0 192.0.2.1 ");
	hostlist_free(&list);
	ck_assert_uint_eq(list.n, 0);
	ck_assert_uint_eq(list.max, MAX);
	hostlist_free(&list);
}
END_TEST

START_TEST(limit)
{
	list.max = 3;
	ck_assert(hostlist_add(&list, "a,b,c", &error));
	ck_assert(!hostlist_add(&list, "d", &error));
	ck_assert_str_eq(error.data, "more hosts than --max-hosts=3 allows");
}
END_TEST

START_TEST(limit_of_networks)
{
	list.max = 4;
	ck_assert(hostlist_add(&list, "192.0.2.0/30", &error));
	ck_assert(!hostlist_add(&list, "192.0.2.0/32", &error));
	ck_assert_str_eq(error.data, "192.0.2.0" TOO_MANY);
	hostlist_free(&list);
	text_truncate(&error, 0);
	ck_assert(hostlist_add(&list, "a", &error));
	ck_assert(!hostlist_add(&list, "2001:db8::/126", &error));
	ck_assert_str_eq(error.data, "2001:db8::" TOO_MANY);
	/* Nothing of it was added. */
	ck_assert_uint_eq(list.n, 1);
}
END_TEST

START_TEST(many)
{
	char s[32];
	unsigned i;

	list.max = 100000;
	for (i = 0; i < 100000; i++) {
		(void)snprintf(s, sizeof(s), "host%u.example.org", i);
		ck_assert(hostlist_add(&list, s, &error));
	}
	ck_assert_uint_eq(list.n, 100000);
	ck_assert_str_eq(list.hosts[99999], "host99999.example.org");
	ck_assert(!hostlist_add(&list, "a", &error));
}
END_TEST

START_TEST(large_network)
{
	list.max = 1 << 20;
	ck_assert(hostlist_add(&list, "10.16.0.0/12", &error));
	ck_assert_uint_eq(list.n, 1 << 20);
	ck_assert_str_eq(list.hosts[0x10203], "10.17.2.3");
	ck_assert_str_eq(list.hosts[(1 << 20) - 1], "10.31.255.255");
}
END_TEST

/* A name in a directory that goes with the process. */
static const char *
file_of(const void *data, size_t len)
{
	static char path[40];
	int fd;

	strcpy(path, "/tmp/test_hostlist.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	(void)close(fd);
	return path;
}

START_TEST(reads_file)
{
	const struct file *f = &files[_i];
	const char *path = file_of(f->data, strlen(f->data));
	bool ok = hostlist_read(&list, path, &error);
	struct text want;

	(void)unlink(path);
	ck_assert_msg(ok == (f->want != NULL), "%s: %s", f->name, error.data);
	text_init(&want, 1000);
	if (ok)
		assert_hosts(f->name, f->want);
	else
		text_printf(&want, "%s%s", path, f->error);
	unit_str(f->name, error.data, want.data);
	text_free(&want);
}
END_TEST

START_TEST(reads_standard_input)
{
	const char *path = file_of("a\nb # c\n", 8);

	ck_assert_ptr_nonnull(freopen(path, "re", stdin));
	(void)unlink(path);
	ck_assert(hostlist_read(&list, "-", &error));
	assert_hosts("-", "a b ");
}
END_TEST

START_TEST(refuses_standard_input)
{
	const char *path = file_of("a\n/b\n", 5);

	ck_assert_ptr_nonnull(freopen(path, "re", stdin));
	(void)unlink(path);
	ck_assert(!hostlist_read(&list, "-", &error));
	ck_assert_str_eq(error.data,
	    "-:2: /b: a path goes into -p: unix:/path");
}
END_TEST

START_TEST(no_file)
{
	ck_assert(!hostlist_read(&list, "/no\n|such", &error));
	ck_assert_str_eq(error.data,
	    "/no\\n\\x7csuch: No such file or directory");
	text_truncate(&error, 0);
	ck_assert(!hostlist_read(&list, "", &error));
	ck_assert_str_eq(error.data, ": No such file or directory");
	text_truncate(&error, 0);
	ck_assert(!hostlist_read(&list, "/tmp", &error));
	ck_assert_str_eq(error.data, "/tmp: Is a directory");
}
END_TEST

START_TEST(long_line)
{
	static char data[200000];
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i % 2 == 0 ? 'a' : ' ';
	path = file_of(data, sizeof(data));
	list.max = 100000;
	ck_assert(hostlist_read(&list, path, &error));
	(void)unlink(path);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_uint_eq(list.given, 100000);
}
END_TEST

/* What follows a NUL would be left out, and nobody would know. */
START_TEST(nul_in_file)
{
	const char *path = file_of("a\nb\0c\nd\n", 8);
	bool ok = hostlist_read(&list, path, &error);

	(void)unlink(path);
	ck_assert(!ok);
	ck_assert_ptr_nonnull(strstr(error.data, ":2: "));
}
END_TEST

/* Anything gives hosts without separators, or a printable line. */
START_TEST(garbage)
{
	static const char bytes[] = "0123456789./:,[]%abf# \t\n\x01\xff";
	unsigned seed = (unsigned)_i + 1, i, j;
	char s[40];
	size_t k;

	for (i = 0; i < 2000; i++) {
		unsigned len = unit_random(&seed, sizeof(s));

		for (j = 0; j < len; j++)
			s[j] = bytes[unit_random(&seed, sizeof(bytes) - 1)];
		s[len] = '\0';
		text_truncate(&error, 0);
		if (hostlist_add(&list, s, &error)) {
			for (k = 0; k < list.n; k++) {
				ck_assert_ptr_null(strpbrk(list.hosts[k],
				    ", \t\n/"));
				ck_assert(list.hosts[k][0] != '\0');
			}
		} else {
			ck_assert_uint_gt(error.len, 0);
			for (k = 0; k < error.len; k++)
				ck_assert(error.data[k] >= ' ' &&
				    error.data[k] < 0x7f);
		}
		hostlist_free(&list);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("hostlist");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, reads, lists);
	unit_rows(tc, network, networks);
	unit_rows(tc, refuses, refused);
	tcase_add_test(tc, added);
	tcase_add_test(tc, limit);
	tcase_add_test(tc, limit_of_networks);
	tcase_add_test(tc, many);
	tcase_add_test(tc, large_network);
	unit_rows(tc, reads_file, files);
	tcase_add_test(tc, reads_standard_input);
	tcase_add_test(tc, refuses_standard_input);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, nul_in_file);
	tcase_add_loop_test(tc, garbage, 0, 5);
	return unit_run("hostlist", tc);
}
