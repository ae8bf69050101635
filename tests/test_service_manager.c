/* SPDX-License-Identifier: ISC */
#include "service_manager.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

static char dir[] = "/tmp/test_manager.XXXXXX";
static int manager;

static void
setup(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	strcpy(strchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s/x", dir);
	(void)setenv("NOTIFY_SOCKET", to.sun_path, 1);
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&to, sizeof(to)), 0);
}

static void
teardown(void)
{
	char path[64];

	service_manager_close();
	close(manager);
	(void)snprintf(path, sizeof(path), "%s/x", dir);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* The next message; "" if there is none. */
static const char *
got(void)
{
	static char bytes[4096];
	ssize_t n = recv(manager, bytes, sizeof(bytes) - 1, 0);

	bytes[n > 0 ? n : 0] = '\0';
	return bytes;
}

START_TEST(life)
{
	char ready[64];

	ck_assert_ptr_null(service_manager_open());
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	(void)snprintf(ready, sizeof(ready), "READY=1\nMAINPID=%ld",
	    (long)getpid());
	service_manager_ready();
	ck_assert_str_eq(got(), ready);
	service_manager_reloading(INT64_C(123456789012));
	ck_assert_str_eq(got(), "RELOADING=1\nMONOTONIC_USEC=123456789012");
	service_manager_ready();
	ck_assert_str_eq(got(), ready);
	service_manager_status("%d entries, %s", 3, "1 down");
	ck_assert_str_eq(got(), "STATUS=3 entries, 1 down");
	service_manager_stopping();
	ck_assert_str_eq(got(), "STOPPING=1");
	ck_assert(service_manager_flush());
	ck_assert_str_eq(got(), "");
}
END_TEST

/* A word in a status is no assignment. */
START_TEST(status)
{
	char text[1000];

	ck_assert_ptr_null(service_manager_open());
	service_manager_status("a\nREADY=1\xff");
	ck_assert_str_eq(got(), "STATUS=a\\x0aREADY=1\\xff");
	memset(text, 'a', sizeof(text));
	text[512] = '\0';
	service_manager_status("%s", text);
	ck_assert_uint_eq(strlen(got()), 7 + 512);
	text[512] = 'a';
	text[513] = '\0';
	service_manager_status("%s", text);
	ck_assert_str_eq(got() + 7 + 508, "a...");
}
END_TEST

START_TEST(no_manager)
{
	(void)unsetenv("NOTIFY_SOCKET");
	(void)setenv("WATCHDOG_USEC", "1000", 1);
	ck_assert_ptr_null(service_manager_open());
	ck_assert_int_eq(service_manager_watchdog_us(), 0);
	service_manager_ready();
	service_manager_alive();
	ck_assert(service_manager_flush());
	ck_assert_str_eq(got(), "");
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
}
END_TEST

START_TEST(strange_address)
{
	(void)setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	ck_assert_str_eq(service_manager_open(),
	    "neither a path nor an abstract name");
	service_manager_ready();
	ck_assert(service_manager_flush());
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
}
END_TEST

static const struct {
	const char *usec;
	const char *pid; /* "own" is ours */
	int64_t want_us;
} watchdogs[] = {
	{ NULL, NULL, 0 },
	{ "30000000", NULL, 15000000 },
	{ "30000000", "own", 15000000 },
	{ "30000000", "1", 0 },
	{ "30000000", "", 0 },
	{ "2", NULL, 1 },
	{ "1", NULL, 0 },
	{ "0", NULL, 0 },
	{ "", NULL, 0 },
	{ "-30000000", NULL, 0 },
	{ "18446744073709551615", NULL, 0 },
	{ "9223372036854775807", NULL, INT64_MAX / 2 },
};

START_TEST(watchdog)
{
	char pid[32];

	if (watchdogs[_i].usec != NULL)
		(void)setenv("WATCHDOG_USEC", watchdogs[_i].usec, 1);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (watchdogs[_i].pid != NULL)
		(void)setenv("WATCHDOG_PID",
		    strcmp(watchdogs[_i].pid, "own") == 0 ? pid
							  : watchdogs[_i].pid,
		    1);
	ck_assert_ptr_null(service_manager_open());
	ck_assert_int_eq(service_manager_watchdog_us(), watchdogs[_i].want_us);
	service_manager_alive();
	ck_assert_str_eq(got(), watchdogs[_i].want_us > 0 ? "WATCHDOG=1" : "");
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
}
END_TEST

/*
 * A manager that does not read for a while gets what counts, and signs of life
 * only until the first one that had to wait.
 */
START_TEST(busy_manager)
{
	int alive = 0, i;

	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	ck_assert_ptr_null(service_manager_open());
	for (i = 0; i < 10000; i++)
		service_manager_alive();
	ck_assert(!service_manager_flush());
	service_manager_stopping();
	while (strcmp(got(), "WATCHDOG=1") == 0) {
		alive++;
		(void)service_manager_flush();
	}
	ck_assert_int_gt(alive, 1);
	ck_assert_int_lt(alive, i);
	ck_assert(service_manager_flush());
	ck_assert_str_eq(got(), "");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("service_manager");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, life);
	tcase_add_test(tc, status);
	tcase_add_test(tc, no_manager);
	tcase_add_test(tc, strange_address);
	unit_rows(tc, watchdog, watchdogs);
	tcase_add_test(tc, busy_manager);
	return unit_run("service_manager", tc);
}
