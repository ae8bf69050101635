/* SPDX-License-Identifier: ISC */
#include "outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

/*
 * In place of the C library's: what was written to disk, in this order, and what
 * a directory says.
 */
static char synced[16];
static int directory_error;

int
fsync(int fd)
{
	size_t n = strlen(synced);
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_lt(n, sizeof(synced) - 1);
	synced[n] = S_ISDIR(st.st_mode) ? 'd' : 'f';
	if (!S_ISDIR(st.st_mode) || directory_error == 0)
		return 0;
	errno = directory_error;
	return -1;
}

static char dir[] = "/tmp/test_outfile.XXXXXX";
static struct outfile file;

static void
setup(void)
{
	strcpy(strchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	(void)umask(022);
}

static void
remove_all(void)
{
	DIR *d = opendir(".");
	const struct dirent *e;

	while ((e = readdir(d)) != NULL)
		if (unlink(e->d_name) == -1)
			(void)rmdir(e->d_name);
	closedir(d);
}

static void
teardown(void)
{
	outfile_abandon(&file);
	remove_all();
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
put(const char *path, const char *bytes, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(write(fd, bytes, strlen(bytes)),
	    (ssize_t)strlen(bytes));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

/* What is in a file, and its mode. */
static void
assert_file(const char *path, const char *bytes, mode_t mode)
{
	struct stat st;
	char got[100];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	ck_assert_int_ge(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got, bytes);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, mode);
	close(fd);
}

/* How many names there are. */
static unsigned
names(void)
{
	DIR *d = opendir(".");
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static const char *
whole(const char *path, const char *bytes)
{
	const char *why = outfile_open(&file, path);

	if (why != NULL)
		return why;
	outfile_write(&file, bytes, strlen(bytes));
	return outfile_commit(&file);
}

START_TEST(new_file)
{
	ck_assert_ptr_null(outfile_open(&file, "x"));
	outfile_write(&file, "ab", 2);
	outfile_write(&file, "c", 1);
	outfile_write(&file, "", 0);
	/* It is not there before it is whole. */
	ck_assert_int_eq(access("x", F_OK), -1);
	ck_assert_uint_eq(names(), 1);
	ck_assert_ptr_null(outfile_commit(&file));
	assert_file("x", "abc", 0644);
	ck_assert_uint_eq(names(), 1);
	(void)umask(077);
	ck_assert_ptr_null(whole("./y", ""));
	assert_file("y", "", 0600);
}
END_TEST

START_TEST(old_file)
{
	struct stat before, after;
	int fd;

	put("x", "old", 0640);
	fd = open("x", O_RDONLY);
	ck_assert_int_eq(fstat(fd, &before), 0);
	ck_assert_ptr_null(outfile_open(&file, "x"));
	outfile_write(&file, "new", 3);
	assert_file("x", "old", 0640);
	ck_assert_ptr_null(outfile_commit(&file));
	assert_file("x", "new", 0640);
	/* Who reads the old one reads it to its end. */
	ck_assert_int_eq(stat("x", &after), 0);
	ck_assert_uint_ne(before.st_ino, after.st_ino);
	ck_assert_int_eq(fstat(fd, &after), 0);
	ck_assert_int_eq(after.st_size, 3);
	close(fd);
	ck_assert_uint_eq(names(), 1);
}
END_TEST

START_TEST(abandoned)
{
	put("x", "old", 0600);
	ck_assert_ptr_null(outfile_open(&file, "x"));
	outfile_write(&file, "new", 3);
	outfile_abandon(&file);
	outfile_abandon(&file);
	assert_file("x", "old", 0600);
	ck_assert_uint_eq(names(), 1);
}
END_TEST

/* A link stays, wherever it leads. */
START_TEST(links)
{
	char target[100];

	ck_assert_int_eq(mkdir("d", 0755), 0);
	put("d/x", "old", 0600);
	ck_assert_int_eq(symlink("d/x", "l"), 0);
	ck_assert_ptr_null(whole("l", "new"));
	assert_file("d/x", "new", 0600);
	ck_assert_int_eq(readlink("l", target, sizeof(target)), 3);
	ck_assert_int_eq(symlink("nowhere", "m"), 0);
	ck_assert_str_eq(whole("m", ""), "a symbolic link that leads nowhere");
	ck_assert_uint_eq(names(), 3);
	ck_assert_int_eq(unlink("d/x"), 0);
}
END_TEST

/* The name of the new one is on disk, too, wherever it is. */
START_TEST(is_on_disk)
{
	char path[64];

	ck_assert_ptr_null(whole("x", "1"));
	ck_assert_str_eq(synced, "fd");
	snprintf(path, sizeof(path), "%s/x", dir);
	ck_assert_ptr_null(whole(path, "2"));
	ck_assert_str_eq(synced, "fdfd");
	/* Of a file system that has nothing to do there. */
	directory_error = EINVAL;
	ck_assert_ptr_null(whole("x", "3"));
	directory_error = EIO;
	ck_assert_str_eq(whole("./x", "4"), strerror(EIO));
	ck_assert_uint_eq(names(), 1);
	ck_assert_ptr_null(file.path);
}
END_TEST

START_TEST(refused)
{
	ck_assert_str_eq(whole("", ""), strerror(ENOENT));
	ck_assert_str_eq(whole("d/x", ""), strerror(ENOENT));
	ck_assert_str_eq(whole(".", ""), strerror(EISDIR));
	ck_assert_str_eq(whole("x/", ""), strerror(EISDIR));
	ck_assert_str_eq(whole("/dev/null", ""), "not a regular file");
	ck_assert_int_eq(mkfifo("f", 0600), 0);
	ck_assert_str_eq(whole("f", ""), "not a regular file");
	put("x", "old", 0600);
	ck_assert_str_eq(whole("x/y", ""), strerror(ENOTDIR));
	ck_assert_uint_eq(names(), 2);
}
END_TEST

START_TEST(long_names)
{
	char name[257];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	ck_assert_ptr_null(whole(name, "x"));
	ck_assert_ptr_null(whole(name, "y"));
	assert_file(name, "y", 0644);
	name[255] = 'n';
	name[256] = '\0';
	ck_assert_str_eq(whole(name, "x"), strerror(ENAMETOOLONG));
	ck_assert_uint_eq(names(), 1);
}
END_TEST

/* A user who may not write to the directory. */
START_TEST(no_permission)
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return;
	put("x", "old", 0666);
	ck_assert_int_eq(chmod(".", 0755), 0);
	pid = fork();
	if (pid == 0) {
		const char *why = setuid(65534) == 0 ? whole("x", "new") : "?";

		_exit(why == NULL || strcmp(why, strerror(EACCES)) != 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	assert_file("x", "old", 0666);
	ck_assert_uint_eq(names(), 1);
}
END_TEST

/* An error is remembered, whatever is written after it. */
START_TEST(too_large)
{
	const struct rlimit limit = { 10, 10 };
	int status;
	pid_t pid;

	put("x", "old", 0600);
	pid = fork();
	if (pid == 0) {
		sigset_t set;

		(void)sigfillset(&set);
		(void)sigprocmask(SIG_BLOCK, &set, NULL);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		(void)outfile_open(&file, "x");
		outfile_write(&file, "0123456789a", 11);
		if (ftruncate(file.fd, 0) == -1)
			_exit(1);
		outfile_write(&file, "b", 1);
		_exit(strcmp(outfile_commit(&file), strerror(EFBIG)) != 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	assert_file("x", "old", 0600);
	ck_assert_uint_eq(names(), 1);
}
END_TEST

/* Returns 77 where nobody may mount anything. */
static int
fill_disk(void)
{
	char bytes[1000] = { 'x' };
	int i;

	if (unshare(CLONE_NEWNS) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", dir, "tmpfs", 0, "size=64k") == -1 ||
	    chdir(dir) == -1)
		return 77;
	put("x", "old", 0600);
	if (outfile_open(&file, "x") != NULL)
		return 1;
	for (i = 0; i < 100; i++)
		outfile_write(&file, bytes, sizeof(bytes));
	if (strcmp(outfile_commit(&file), strerror(ENOSPC)) != 0)
		return 2;
	assert_file("x", "old", 0600);
	return names() == 1 ? 0 : 3;
}

START_TEST(no_space)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fill_disk());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		fprintf(stderr, "# no_space: may not mount a file system\n");
	else
		ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("outfile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, new_file);
	tcase_add_test(tc, old_file);
	tcase_add_test(tc, abandoned);
	tcase_add_test(tc, links);
	tcase_add_test(tc, is_on_disk);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, no_permission);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, no_space);
	return unit_run("outfile", tc);
}
