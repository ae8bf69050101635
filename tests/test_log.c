/* SPDX-License-Identifier: ISC */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

/* In place of ours: the time, and a time of year with a difference. */
static int64_t wall_us = INT64_C(1795446507042999);

int64_t
clock_wall_us(void)
{
	return wall_us;
}

static char dir[] = "/tmp/test_log.XXXXXX";
static int errors; /* what came to standard error, and what it was before */
static int old_errors;
static int journald;
static struct log_conf conf;

static void
setup(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)setenv("TZ", "UTC-1:30", 1);
	tzset();
	(void)unsetenv("JOURNAL_STREAM");
	strcpy(strchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	errors = open("errors", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	old_errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_ne(dup2(errors, STDERR_FILENO), -1);
	journald = -1;
	conf = (struct log_conf){ .name = "portstated",
		.level = LOG_INFO,
		.journal_socket = "journal",
		.syslog_socket = "syslog" };
}

static void
teardown(void)
{
	static const char *const names[] = { "errors", "journal", "syslog", "x",
		"y" };
	size_t i;

	log_close();
	ck_assert_int_ne(dup2(old_errors, STDERR_FILENO), -1);
	close(old_errors);
	close(errors);
	if (journald != -1)
		close(journald);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		(void)unlink(names[i]);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* All of a file, or a datagram. */
static const char *
bytes_of(int fd)
{
	static char bytes[65536];
	ssize_t n = read(fd, bytes, sizeof(bytes) - 1);

	bytes[n > 0 ? n : 0] = '\0';
	return bytes;
}

static const char *
file(const char *path)
{
	int fd = open(path, O_RDONLY);
	const char *bytes;

	ck_assert_int_ne(fd, -1);
	bytes = bytes_of(fd);
	close(fd);
	return bytes;
}

static void
listen_at(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	strcpy(to.sun_path, path);
	ck_assert_int_eq(bind(journald, (struct sockaddr *)&to, sizeof(to)), 0);
}

#define STAMP "2026-11-23T16:38:27.042+01:30 "

START_TEST(before_it_is_open)
{
	errno = EXDEV;
	log_say(LOG_ERR, "no memory: %d", 1);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_str_eq(file("errors"), STAMP "error: no memory: 1\n");
}
END_TEST

START_TEST(nowhere)
{
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_ERR, "x");
	ck_assert(log_flush());
	ck_assert_str_eq(file("errors"), "");
}
END_TEST

static const struct {
	int level;
	const char *want;
} levels[] = {
	{ LOG_ERR, STAMP "error: a\n" },
	{ LOG_WARNING, STAMP "warning: a\n" },
	{ LOG_NOTICE, STAMP "notice: a\n" },
	{ LOG_INFO, STAMP "info: a\n" },
	{ LOG_DEBUG, "" },
};

START_TEST(level)
{
	conf.standard_error = true;
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(levels[_i].level, "a");
	ck_assert_str_eq(file("errors"), levels[_i].want);
	ck_assert_str_eq(file("x"), levels[_i].want);
}
END_TEST

static const struct {
	const char *zone;
	int64_t s;
	const char *want;
} times[] = {
	{ "UTC", 0, "1970-01-01T00:00:00.000+00:00 info: a\n" },
	{ "UTC3:30", 1795446507, "2026-11-23T11:38:27.000-03:30 info: a\n" },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1774745999,
	    "2026-03-29T01:59:59.000+01:00 info: a\n" },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1774746000,
	    "2026-03-29T03:00:00.000+02:00 info: a\n" },
	{ "UTC", INT64_C(253402300800),
	    "10000-01-01T00:00:00.000+00:00 info: a\n" },
};

START_TEST(time_stamp)
{
	(void)setenv("TZ", times[_i].zone, 1);
	tzset();
	wall_us = times[_i].s * CLOCK_SECOND;
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "a");
	ck_assert_str_eq(file("x"), times[_i].want);
}
END_TEST

/* What was escaped stays; nothing else ends a line. */
START_TEST(printable_text)
{
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "%s", "220 \\x1b\n\x1b[2J\xff|");
	ck_assert_str_eq(file("x"),
	    STAMP "info: 220 \\x1b\\x0a\\x1b[2J\\xff|\n");
}
END_TEST

START_TEST(longest)
{
	static char text[2 * LOG_TEXT_MAX];
	const char *got;

	memset(text, 'a', sizeof(text) - 1);
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "%s", text);
	text[LOG_TEXT_MAX] = '\0';
	log_say(LOG_INFO, "%s", text);
	got = strchr(file("x"), '\n');
	ck_assert(strncmp(got - 4, "a...\n" STAMP "info: a",
		      sizeof("a...\n" STAMP "info: a") - 1) == 0);
	ck_assert_str_eq(got + strlen(got) - 5, "aaaa\n");
	ck_assert_uint_eq(strlen(got), 1 + 36 + LOG_TEXT_MAX + 1);
}
END_TEST

static const struct log_field fields[] = {
	{ "PORTSTATE_EVENT", "down" },
	{ "PORTSTATE_PORT", NULL },
	{ "PORTSTATE_REASON", "not\nMESSAGE=this" },
};

START_TEST(to_the_journal)
{
	listen_at("journal");
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	log_event(LOG_WARNING, fields, ARRAY_SIZE(fields), "%s is down", "mx1");
	ck_assert_str_eq(bytes_of(journald),
	    "MESSAGE=mx1 is down\n"
	    "PRIORITY=4\n"
	    "SYSLOG_FACILITY=3\n"
	    "SYSLOG_IDENTIFIER=portstated\n"
	    "PORTSTATE_EVENT=down\n"
	    "PORTSTATE_REASON=not\\x0aMESSAGE=this\n");
	ck_assert_str_eq(file("errors"), "");
}
END_TEST

START_TEST(longest_entry)
{
	static char value[LOG_VALUE_MAX + 2];
	struct log_field long_fields[LOG_FIELDS_MAX];
	size_t i;

	memset(value, 'v', sizeof(value) - 1);
	for (i = 0; i < LOG_FIELDS_MAX; i++)
		long_fields[i] = (struct log_field){ "F", value };
	listen_at("journal");
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	log_event(LOG_INFO, long_fields, LOG_FIELDS_MAX, "a");
	ck_assert_uint_gt(strlen(bytes_of(journald)),
	    LOG_FIELDS_MAX * LOG_VALUE_MAX);
}
END_TEST

START_TEST(to_syslogd)
{
	char want[128];

	listen_at("syslog");
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	log_event(LOG_WARNING, fields, ARRAY_SIZE(fields), "mx1 is down");
	(void)snprintf(want, sizeof(want),
	    "<28>Nov 23 16:38:27 portstated[%ld]: mx1 is down", (long)getpid());
	ck_assert_str_eq(bytes_of(journald), want);
}
END_TEST

static void
errors_are_the_journal_s(void)
{
	char stream[64];
	struct stat st;

	ck_assert_int_eq(fstat(errors, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
}

START_TEST(read_by_the_journal)
{
	errors_are_the_journal_s();
	conf.standard_error = true;
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_WARNING, "a");
	ck_assert_str_eq(file("errors"), "<4>a\n");
	/* What has it with fields need not have it twice. */
	listen_at("journal");
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_WARNING, "b");
	ck_assert_str_eq(file("errors"), "<4>a\n");
	ck_assert_ptr_nonnull(strstr(bytes_of(journald), "MESSAGE=b\n"));
	(void)setenv("JOURNAL_STREAM", "1:1", 1);
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_WARNING, "c");
	ck_assert_str_eq(file("errors"), "<4>a\n" STAMP "warning: c\n");
}
END_TEST

START_TEST(reopened)
{
	ck_assert_ptr_null(log_reopen());
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "a");
	ck_assert_int_eq(rename("x", "y"), 0);
	log_say(LOG_INFO, "b");
	ck_assert_ptr_null(log_reopen());
	log_say(LOG_INFO, "c");
	ck_assert_str_eq(file("y"), STAMP "info: a\n" STAMP "info: b\n");
	ck_assert_str_eq(file("x"), STAMP "info: c\n");
	/* It cannot be opened: the old one goes on. */
	ck_assert_int_eq(rename("x", "y"), 0);
	ck_assert_int_eq(mkdir("x", 0700), 0);
	ck_assert_str_eq(log_reopen(), strerror(EISDIR));
	log_say(LOG_INFO, "d");
	ck_assert_str_eq(file("y"), STAMP "info: c\n" STAMP "info: d\n");
	ck_assert_int_eq(rmdir("x"), 0);
}
END_TEST

/* What is wrong with a new configuration changes nothing. */
START_TEST(configured_anew)
{
	char long_name[200] = "";

	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	conf.standard_error = true;
	conf.file = "d/x";
	ck_assert_str_eq(log_open(&conf), strerror(ENOENT));
	memset(long_name, 'n', sizeof(long_name) - 1);
	conf.system = true;
	conf.file = "y";
	conf.syslog_socket = long_name;
	ck_assert_str_eq(log_open(&conf), strerror(ENAMETOOLONG));
	log_say(LOG_INFO, "a");
	conf.system = false;
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "b");
	conf.file = NULL;
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "c");
	ck_assert_str_eq(file("x"), STAMP "info: a\n");
	ck_assert_str_eq(file("y"), STAMP "info: b\n");
	ck_assert_str_eq(file("errors"), STAMP "info: b\n" STAMP "info: c\n");
}
END_TEST

/* Nobody reads one of them for a while; the other has all. */
START_TEST(lost)
{
	int reader;

	ck_assert_int_eq(mkfifo("x", 0600), 0);
	reader = open("x", O_RDONLY | O_NONBLOCK);
	conf.standard_error = true;
	conf.file = "x";
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "a");
	ck_assert_str_eq(bytes_of(reader), STAMP "info: a\n");
	close(reader);
	log_say(LOG_INFO, "b");
	log_say(LOG_INFO, "c");
	ck_assert(log_flush());
	reader = open("x", O_RDONLY | O_NONBLOCK);
	log_say(LOG_INFO, "d");
	log_say(LOG_INFO, "e");
	ck_assert_str_eq(bytes_of(reader),
	    STAMP
	    "warning: 2 lines could not be written here: Broken pipe\n" STAMP
	    "info: d\n" STAMP "info: e\n");
	ck_assert_str_eq(file("errors"),
	    STAMP "info: a\n" STAMP "info: b\n" STAMP "info: c\n" STAMP
		  "info: d\n" STAMP "info: e\n");
	close(reader);
}
END_TEST

/* That something was lost is said without a further line. */
START_TEST(lost_and_idle)
{
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	log_say(LOG_INFO, "a");
	ck_assert(log_flush());
	listen_at("syslog");
	ck_assert(log_flush());
	ck_assert_ptr_nonnull(strstr(bytes_of(journald),
	    ": 1 line could not be written here: No such file or directory"));
	ck_assert(log_flush());
	ck_assert_str_eq(bytes_of(journald), "");
}
END_TEST

/* 10,000 entries change in one round. */
START_TEST(burst)
{
	int n, got = 0;

	listen_at("journal");
	conf.system = true;
	ck_assert_ptr_null(log_open(&conf));
	for (n = 0; n < 10000; n++)
		log_event(LOG_WARNING, fields, ARRAY_SIZE(fields),
		    "host-%d/smtp is down: Connection refused", n);
	ck_assert(!log_flush());
	while (got < n) {
		char want[64];

		(void)snprintf(want, sizeof(want), "MESSAGE=host-%d/smtp is",
		    got++);
		ck_assert_ptr_nonnull(strstr(bytes_of(journald), want));
		(void)log_flush();
	}
	ck_assert(log_flush());
	ck_assert_str_eq(bytes_of(journald), "");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, before_it_is_open);
	tcase_add_test(tc, nowhere);
	unit_rows(tc, level, levels);
	unit_rows(tc, time_stamp, times);
	tcase_add_test(tc, printable_text);
	tcase_add_test(tc, longest);
	tcase_add_test(tc, to_the_journal);
	tcase_add_test(tc, longest_entry);
	tcase_add_test(tc, to_syslogd);
	tcase_add_test(tc, read_by_the_journal);
	tcase_add_test(tc, reopened);
	tcase_add_test(tc, configured_anew);
	tcase_add_test(tc, lost);
	tcase_add_test(tc, lost_and_idle);
	tcase_add_test(tc, burst);
	return unit_run("log", tc);
}
