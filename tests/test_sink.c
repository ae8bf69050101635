/* SPDX-License-Identifier: ISC */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "unit.h"

#define MAX 10000

/* In place of the C library's: a disk that has room for so many bytes. */
static size_t disk = SIZE_MAX;

ssize_t
write(int fd, const void *bytes, size_t n)
{
	if (n > disk)
		n = disk;
	if (n == 0) {
		errno = ENOSPC;
		return -1;
	}
	disk -= disk < SIZE_MAX ? n : 0;
	return syscall(SYS_write, fd, bytes, n);
}

static char dir[] = "/tmp/test_sink.XXXXXX";
static struct sink sink;

static void
setup(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	strcpy(strchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	(void)umask(022);
	sink = (struct sink){ .fd = -1, .max = MAX };
}

static void
teardown(void)
{
	sink_close(&sink);
	(void)unlink("x");
	(void)unlink("y");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static bool
put(const char *record)
{
	return sink_put(&sink, record, strlen(record));
}

/* What there is to read now. */
static const char *
got(int fd)
{
	static char bytes[65536];
	ssize_t n = read(fd, bytes, sizeof(bytes) - 1);

	bytes[n > 0 ? n : 0] = '\0';
	return bytes;
}

static void
assert_file(const char *path, const char *want)
{
	int fd = open(path, O_RDONLY);

	ck_assert_int_ne(fd, -1);
	ck_assert_str_eq(got(fd), want);
	close(fd);
}

/* The socket that sends to x, and who has it. */
static int
receiver(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	strcpy(to.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

START_TEST(none)
{
	ck_assert(put("a\n"));
	ck_assert(sink_flush(&sink));
	sink_close(&sink);
	ck_assert_uint_eq(sink.lost, 0);
}
END_TEST

START_TEST(appends)
{
	struct stat st;

	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	ck_assert_int_gt(sink.fd, STDERR_FILENO);
	ck_assert(fcntl(sink.fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(put("a\n"));
	sink_close(&sink);
	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	ck_assert(put("b\n"));
	assert_file("x", "a\nb\n");
	ck_assert_int_eq(stat("x", &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(follows_links)
{
	ck_assert_int_eq(symlink("y", "x"), 0);
	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	ck_assert(put("a\n"));
	assert_file("y", "a\n");
}
END_TEST

/* Nothing is changed by what cannot be opened. */
START_TEST(refused)
{
	char name[200];

	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	ck_assert_str_eq(sink_open_file(&sink, "."), strerror(EISDIR));
	ck_assert_str_eq(sink_open_file(&sink, "d/x"), strerror(ENOENT));
	/* Nobody reads it. */
	ck_assert_int_eq(mkfifo("y", 0600), 0);
	ck_assert_str_eq(sink_open_file(&sink, "y"), strerror(ENXIO));
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_str_eq(sink_open_socket(&sink, name), strerror(ENAMETOOLONG));
	ck_assert(put("a\n"));
	assert_file("x", "a\n");
}
END_TEST

START_TEST(full_disk)
{
	ck_assert_ptr_null(sink_open_file(&sink, "/dev/full"));
	ck_assert(!put("a\n"));
	ck_assert(!put("b\n"));
	ck_assert_uint_eq(sink.lost, 2);
	ck_assert_int_eq(sink.err, ENOSPC);
	ck_assert(sink_flush(&sink));
}
END_TEST

/* What is there of a line that did not fit ends before the next one. */
START_TEST(cut)
{
	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	disk = 5;
	ck_assert(put("aa\n"));
	ck_assert(!put("bbb\n"));
	ck_assert(!put("ccc\n"));
	ck_assert_uint_eq(sink.lost, 2);
	ck_assert_int_eq(sink.err, ENOSPC);
	disk = 1; /* for the end of that line, and no more */
	ck_assert(!put("ddd\n"));
	disk = SIZE_MAX;
	ck_assert(put("eee\n"));
	ck_assert(put("fff\n"));
	ck_assert_uint_eq(sink.lost, 3);
	assert_file("x", "aa\nbb\neee\nfff\n");
}
END_TEST

/* Lines for a FIFO that is full wait in their order; there is a limit to it. */
START_TEST(fifo)
{
	char line[101];
	unsigned n = 0, read_n = 0;
	int fd;

	ck_assert_int_eq(mkfifo("x", 0600), 0);
	fd = open("x", O_RDONLY | O_NONBLOCK);
	ck_assert_ptr_null(sink_open_file(&sink, "x"));
	do
		(void)snprintf(line, sizeof(line), "%099u\n", n++);
	while (put(line));
	ck_assert_uint_eq(sink.lost, 1);
	ck_assert_int_eq(sink.err, EAGAIN);
	ck_assert_uint_le(sink.end - sink.begin, MAX);
	n--;
	do {
		const char *bytes = got(fd);

		ck_assert_uint_eq(strlen(bytes) % 100, 0);
		for (; *bytes != '\0'; bytes += 100)
			ck_assert_uint_eq(strtoul(bytes, NULL, 10), read_n++);
	} while (!sink_flush(&sink));
	ck_assert(put("a\n"));
	for (const char *bytes = got(fd); *bytes != 'a'; bytes += 100)
		ck_assert_uint_eq(strtoul(bytes, NULL, 10), read_n++);
	ck_assert_uint_eq(read_n, n);
	/* Who read it goes. */
	close(fd);
	ck_assert(!put("b\n"));
	ck_assert_int_eq(sink.err, EPIPE);
	ck_assert_uint_eq(sink.lost, 2);
}
END_TEST

/* What waits is given up when its reader goes. */
START_TEST(given_up)
{
	static char line[SINK_RECORD_MAX];
	int fds[2], fd;

	memset(line, 'x', sizeof(line));
	sink.max = 3 * (sizeof(line) + 4);
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	sink.fd = fds[1];
	while (write(fds[1], line, 4096) > 0)
		;
	ck_assert(sink_put(&sink, line, sizeof(line)));
	ck_assert(sink_put(&sink, line, sizeof(line)));
	close(fds[0]);
	ck_assert(!put("a\n"));
	ck_assert_uint_eq(sink.lost, 3);
	ck_assert_int_eq(sink.err, EPIPE);
	/* Of nothing that is open nothing is left. */
	fd = sink.fd;
	sink.fd = -1;
	ck_assert(sink_flush(&sink));
	ck_assert_ptr_null(sink.waiting);
	close(fd);
}
END_TEST

START_TEST(datagrams)
{
	int fd;

	ck_assert_ptr_null(sink_open_socket(&sink, "x"));
	ck_assert(!put("a"));
	ck_assert_int_eq(sink.err, ENOENT);
	fd = receiver("x");
	ck_assert(put("b\nc"));
	ck_assert_str_eq(got(fd), "b\nc");
	/* Another one takes its place. */
	close(fd);
	ck_assert(!put("d"));
	ck_assert_int_eq(sink.err, ECONNREFUSED);
	ck_assert_int_eq(unlink("x"), 0);
	fd = receiver("x");
	ck_assert(put("e"));
	ck_assert_str_eq(got(fd), "e");
	close(fd);
	fd = receiver("y");
	ck_assert_ptr_null(sink_open_socket(&sink, "y"));
	ck_assert(put("f"));
	ck_assert_str_eq(got(fd), "f");
	ck_assert_uint_eq(sink.lost, 2);
	close(fd);
}
END_TEST

/* A receiver that is slow has all in the end, in the same order. */
START_TEST(slow_receiver)
{
	unsigned n, read_n = 0;
	int fd = receiver("x");

	ck_assert_ptr_null(sink_open_socket(&sink, "x"));
	for (n = 0; sink.end - sink.begin < MAX - 100; n++) {
		char record[64];

		(void)snprintf(record, sizeof(record), "%060u", n);
		ck_assert(put(record));
	}
	for (; read_n < n; read_n++) {
		const char *record = got(fd);

		ck_assert_uint_eq(strlen(record), 60);
		ck_assert_uint_eq(strtoul(record, NULL, 10), read_n);
		(void)sink_flush(&sink);
	}
	ck_assert_uint_eq(sink.lost, 0);
	ck_assert(sink_flush(&sink));
	ck_assert_ptr_null(sink.waiting);
	close(fd);
}
END_TEST

START_TEST(abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int n = snprintf(name, sizeof(name), "@portstate-test-%ld",
	    (long)getpid());

	memcpy(to.sun_path + 1, name + 1, (size_t)n - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to,
			     (socklen_t)(sizeof(to.sun_family) + (size_t)n)),
	    0);
	ck_assert_ptr_null(sink_open_socket(&sink, name));
	ck_assert(put("a"));
	ck_assert_str_eq(got(fd), "a");
	close(fd);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("sink");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, none);
	tcase_add_test(tc, appends);
	tcase_add_test(tc, follows_links);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, full_disk);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, fifo);
	tcase_add_test(tc, given_up);
	tcase_add_test(tc, datagrams);
	tcase_add_test(tc, slow_receiver);
	tcase_add_test(tc, abstract);
	return unit_run("sink", tc);
}
