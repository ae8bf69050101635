/* SPDX-License-Identifier: ISC */
#include "service_manager.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "num.h"
#include "printable.h"
#include "sink.h"

/* Some hundred messages. */
#define WAITING_MAX 16384

#define STATUS_MAX 512

static struct sink manager = { .fd = -1, .max = WAITING_MAX };
static int64_t watchdog_us;

static int64_t read_watchdog(void);
static void say(const char *);

/* We are the main process, also if who was started has forked us. */
const char *
service_manager_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	const char *why = NULL;

	if (path != NULL)
		why = path[0] == '/' || path[0] == '@'
		    ? sink_open_socket(&manager, path)
		    : "neither a path nor an abstract name";
	watchdog_us = why == NULL && path != NULL ? read_watchdog() : 0;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	return why;
}

void
service_manager_close(void)
{
	sink_close(&manager);
	watchdog_us = 0;
}

void
service_manager_ready(void)
{
	char message[64];

	(void)snprintf(message, sizeof(message), "READY=1\nMAINPID=%ld",
	    (long)getpid());
	say(message);
}

void
service_manager_reloading(int64_t now_us)
{
	char message[64];

	(void)snprintf(message, sizeof(message),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_us);
	say(message);
}

void
service_manager_stopping(void)
{
	say("STOPPING=1");
}

void
service_manager_status(const char *fmt, ...)
{
	static const char before[] = "STATUS=";
	char message[sizeof(before) + STATUS_MAX];
	char raw[STATUS_MAX + 2];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	memcpy(message, before, sizeof(before) - 1);
	(void)printable(message + sizeof(before) - 1, STATUS_MAX + 1, raw);
	say(message);
}

int64_t
service_manager_watchdog_us(void)
{
	return watchdog_us;
}

/* One that waits says it as well as two. */
void
service_manager_alive(void)
{
	if (watchdog_us > 0 && sink_flush(&manager))
		say("WATCHDOG=1");
}

bool
service_manager_flush(void)
{
	return sink_flush(&manager);
}

/* As sd_watchdog_enabled(3): it may be meant for who started us. */
static int64_t
read_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t n;

	if (usec == NULL)
		return 0;
	if (pid != NULL &&
	    (num_int(pid, 1, INT32_MAX, &n) != NULL || n != getpid()))
		return 0;
	return num_int(usec, 2, INT64_MAX, &n) == NULL ? n / 2 : 0;
}

static void
say(const char *message)
{
	(void)sink_put(&manager, message, strlen(message));
}
