/* SPDX-License-Identifier: ISC */
#include "notice.h"

#include <stdio.h>
#include <time.h>

#include "outcome.h"
#include "state.h"
#include "unit.h"

#define NONE UINT32_MAX

#define NONE_OF ": not one of %h, %t, %m, %n, %p, %P, %s, %S, %r, %l, %i, %%"

/* Mon Nov 23 14:00:00 2026 UTC, and a bit. */
#define AT_US INT64_C(1795442400999999)

static struct table_event event = {
	.number = UINT64_C(18446744073709551615),
	.at_us = AT_US,
	.kind = TABLE_EVENT_DOWN,
	.state = STATE_CRITICAL,
	.port_state = PORT_CLOSED,
	.rtt_us = 612004,
	.failed_rounds = 12,
	.lag_ms = 500,
	.reason = "Connection refused",
	.name = "mx1/smtp",
};
static struct notice notice = { &event, "mx1", 25, 0 };
static struct call call;

static const struct {
	uint8_t kind;
	const char *reason;
	uint32_t rtt_us;
	const char *name, *message;
} messages[] = {
	{ TABLE_EVENT_DOWN, "Connection refused", NONE, "down",
	    "mx1/smtp is down: Connection refused" },
	{ TABLE_EVENT_DOWN, "", 5, "down",
	    "mx1/smtp is down: the port is closed" },
	{ TABLE_EVENT_UP, "", 612000, "up", "mx1/smtp is up again" },
	{ TABLE_EVENT_LAGGED, "", 612000, "lagged",
	    "mx1/smtp is lagged: 612.000 ms, more than 500 ms" },
	{ TABLE_EVENT_LAGGED, "", NONE, "lagged", "mx1/smtp is lagged" },
	{ TABLE_EVENT_NORMAL, "", 80125, "normal",
	    "mx1/smtp is back to normal: 80.125 ms" },
	{ TABLE_EVENT_NORMAL, "", NONE, "normal",
	    "mx1/smtp is back to normal" },
	{ TABLE_EVENT_SEVERE, "timed out", NONE, "severe",
	    "mx1/smtp is still down after 12 rounds: timed out" },
	{ TABLE_EVENT_RECOVERED, "timed out", 5, "recovered",
	    "mx1/smtp is no longer severely down" },
};

START_TEST(message)
{
	struct table_event e = event;
	struct notice n = notice;
	enum table_event_kind kind;
	struct text t;

	n.event = &e;
	e.kind = messages[_i].kind;
	e.rtt_us = messages[_i].rtt_us;
	strcpy(e.reason, messages[_i].reason);
	text_init(&t, NOTICE_MESSAGE_MAX);
	notice_message(&t, &n);
	unit_str("message", t.data, messages[_i].message);
	unit_str("name", notice_event(messages[_i].kind), messages[_i].name);
	ck_assert(notice_find_event(messages[_i].name, &kind));
	ck_assert_int_eq(kind, messages[_i].kind);
	ck_assert(!notice_find_event("Down", &kind));
	ck_assert(!notice_find_event("", &kind));
	text_free(&t);
}
END_TEST

/* The longest name and reason there may be. */
START_TEST(longest)
{
	struct table_event e = event;
	struct notice n = notice;
	struct text t;

	n.event = &e;
	memset(e.name, 'n', sizeof(e.name) - 1);
	memset(e.reason, 'r', sizeof(e.reason) - 1);
	e.kind = TABLE_EVENT_SEVERE;
	text_init(&t, NOTICE_MESSAGE_MAX);
	notice_message(&t, &n);
	ck_assert(!t.cut);
	text_free(&t);
}
END_TEST

static const struct {
	const char *words[3];
	const char *error;
} checks[] = {
	{ { "mail", "%h%t%m%n%p%P%s%S%r%l%i%%" }, "" },
	{ { "mail", "%T" }, "%T" NONE_OF },
	{ { "mail", "%E" }, "%E" NONE_OF },
	{ { "mail", "100%" }, "%" NONE_OF },
	{ { NULL }, "there is no command" },
	{ { "" }, "the command is empty" },
	{ { "bin/mail" },
	    "the command is neither an absolute path nor a name" },
	{ { "%h" }, "there are no fields in the command itself" },
};

START_TEST(check)
{
	struct text error;
	bool ok;

	text_init(&error, 200);
	ok = notice_check(checks[_i].words, &error);
	unit_str("error", error.data, checks[_i].error);
	ck_assert(ok == (error.len == 0));
	text_free(&error);
}
END_TEST

static const char *const all[] = { "/bin/x", "%h", "%t", "%m", "%n", "%p", "%P",
	"%s", "%S", "%r", "%l", "%i", "%%", "[%h:%p] 100%%", "", NULL };

/* The zone is what the daemon has; a command gets it, too. */
static const struct {
	const char *zone, *local;
} zones[] = {
	{ "UTC", "Mon Nov 23 14:00:00 2026" },
	{ "XXX-10", "Tue Nov 24 00:00:00 2026" },
};

START_TEST(fields)
{
	static const char *const want[] = { "/bin/x", "mx1", NULL,
		"mx1/smtp is down: Connection refused", "mx1/smtp", "25", "tcp",
		"closed", "CRITICAL", "Connection refused", "612.004",
		"18446744073709551615", "%", "[mx1:25] 100%", "" };
	static const char *const variables[] = { "HOST=mx1",
		"TIME=2026-11-23T14:00:00Z",
		"MESSAGE=mx1/smtp is down: Connection refused", "NAME=mx1/smtp",
		"PORT=25", "TRANSPORT=tcp", "STATE=closed", "STATUS=CRITICAL",
		"REASON=Connection refused", "LATENCY=612.004",
		"EVENT_ID=18446744073709551615", "EVENT=down" };
	size_t i;

	setenv("TZ", zones[_i].zone, 1);
	tzset();
	ck_assert(notice_call_init(&call, all, &notice));
	ck_assert_str_eq(call.path.data, "/bin/x");
	for (i = 0; i < ARRAY_SIZE(want); i++)
		unit_str(all[i], call.argv[i],
		    want[i] != NULL ? want[i] : zones[_i].local);
	ck_assert_ptr_null(call.argv[i]);
	ck_assert_str_eq(call.envp[0], "PATH=" CALL_PATH);
	ck_assert_str_eq(call.envp[1], "LC_ALL=C");
	ck_assert_mem_eq(call.envp[2], "TZ=", 3);
	ck_assert_str_eq(call.envp[2] + 3, zones[_i].zone);
	for (i = 0; i < ARRAY_SIZE(variables); i++) {
		ck_assert_mem_eq(call.envp[i + 3], "PORTSTATE_", 10);
		unit_str("variable", call.envp[i + 3] + 10, variables[i]);
	}
	ck_assert_ptr_null(call.envp[i + 3]);
	call_free(&call);
}
END_TEST

/* A path, without a port; nothing measured; and what a peer may say. */
START_TEST(others)
{
	static const char *const words[] = { "x", "%h,%p,%P,%s,%S,%l,%t", "%r",
		"%m", NULL };
	struct table_event e = event;
	struct notice n = { &e, "/run/a b", 0, 2 };

	e.rtt_us = NONE;
	e.state = STATE_WARNING;
	e.port_state = PORT_OPEN_FILTERED;
	e.at_us = INT64_C(5) * 1000000;
	strcpy(e.reason, "-f %h $(x)\\n");
	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert(notice_call_init(&call, words, &n));
	ck_assert_str_eq(call.argv[1],
	    "/run/a b,,unix,open|filtered,WARNING,,Thu Jan  1 00:00:05 1970");
	ck_assert_str_eq(call.argv[2], " -f %h $(x)\\n");
	ck_assert_str_eq(call.argv[3], "mx1/smtp is down: -f %h $(x)\\n");
	call_free(&call);
	n.transport = 1;
	n.port = 53;
	ck_assert(notice_call_init(&call, words, &n));
	ck_assert_mem_eq(call.argv[1], "/run/a b,53,udp,", 16);
	call_free(&call);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("notice");

	unit_rows(tc, message, messages);
	tcase_add_test(tc, longest);
	unit_rows(tc, check, checks);
	unit_rows(tc, fields, zones);
	tcase_add_test(tc, others);
	return unit_run("notice", tc);
}
