/* SPDX-License-Identifier: ISC */
#include "handler.h"

#include <sys/stat.h>

#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

#define NONE ": not one of %h, %a, %p, %P, %t, %n, %%"

static const struct {
	const char *words[4];
	const char *error; /* NULL: none */
} checks[] = {
	{ { "true" }, NULL },
	{ { "/bin/true", "-H", "%h" }, NULL },
	{ { "x", "%h%a%p%P%t%n%%", "" }, NULL },
	{ { "x", "%%h %", NULL }, "%" NONE },
	{ { NULL }, "there is no command" },
	{ { "" }, "the command is empty" },
	{ { "./x" }, "the command is neither an absolute path nor a name" },
	{ { "a/x" }, "the command is neither an absolute path nor a name" },
	{ { "%h" }, "there are no fields in the command itself" },
	{ { "/bin/%%" }, "there are no fields in the command itself" },
	{ { "x", "ok", "a%xb" }, "%x" NONE },
	{ { "x", "%" }, "%" NONE },
	{ { "x", "%H" }, "%H" NONE },
	{ { "x", "%%%" }, "%" NONE },
	{ { "x", "%\n" }, "%\\n" NONE },
	{ { "x", "%\"" }, "%\\\"" NONE },
	{ { "x", "%\xff" }, "%\\xff" NONE },
};

START_TEST(check)
{
	const struct handler h = { checks[_i].words };
	struct text error;
	bool ok;

	text_init(&error, 200);
	ok = handler_check(&h, &error);
	unit_str("error", error.data,
	    checks[_i].error != NULL ? checks[_i].error : "");
	ck_assert(ok == (checks[_i].error == NULL));
	text_free(&error);
}
END_TEST

static bool
check_many(size_t words, size_t bytes)
{
	const char *list[CALL_WORDS_MAX + 2] = { "x" };
	char *word = malloc(bytes + 1);
	struct handler h = { list };
	struct text error;
	bool ok;
	size_t i;

	memset(word, 'x', bytes);
	word[bytes] = '\0';
	for (i = 1; i < words; i++)
		list[i] = word;
	text_init(&error, 200);
	ok = handler_check(&h, &error);
	ck_assert_str_eq(error.data,
	    ok ? "" : "more than 64 words or 16384 bytes of them");
	text_free(&error);
	free(word);
	return ok;
}

START_TEST(check_bounds)
{
	ck_assert(check_many(CALL_WORDS_MAX, 1));
	ck_assert(!check_many(CALL_WORDS_MAX + 1, 1));
	ck_assert(check_many(2, CALL_BYTES_MAX - 3));
	ck_assert(!check_many(2, CALL_BYTES_MAX - 2));
}
END_TEST

/* What it is run with. */

static const struct dialogue dialogue;
static struct handler handler;
static struct terms terms = { .handler = &handler };
static struct target target;
static struct addr addr;
static struct call call;

static void
host_name(struct text *t, const void *ctx, const struct target *which)
{
	ck_assert_ptr_eq(ctx, &dialogue);
	ck_assert_ptr_eq(which, &target);
	text_puts(t, "db1");
}

static void
entry_name(struct text *t, const void *ctx, const struct target *which)
{
	ck_assert_ptr_eq(ctx, &dialogue);
	ck_assert_ptr_eq(which, &target);
	text_puts(t, "mx1/smtp");
}

static bool
init(const char *host, const char *address, const char *const *words,
    int64_t timeout_us)
{
	const struct handler_question q = { &target, &addr, timeout_us };
	const char *why;

	target = (struct target){ host, 25, AF_UNSPEC, &dialogue,
		.terms = &terms };
	handler.words = words;
	ck_assert_int_eq(addr_parse(address, AF_UNSPEC, &addr, &why),
	    ADDR_LITERAL);
	return handler_call_init(&call, &handler, &q);
}

static const char *const all[] = { "/bin/x", "%h", "%a", "%p", "%P", "%t", "%n",
	"%%", "", "-H%h:%p%%", "%%h", "$(x) %h;", NULL };

static const struct {
	const char *host, *address;
	int64_t timeout_us;
	const char *want[sizeof(all) / sizeof(all[0])];
	const char *variables[6];
} filled[] = {
	{ "mx1", "192.0.2.1", 10 * CLOCK_SECOND,
	    { "/bin/x", "mx1", "192.0.2.1", "25", "tcp", "10", "mx1/tcp/25",
		"%", "", "-Hmx1:25%", "%h", "$(x) mx1;" },
	    { "HOST=mx1", "ADDRESS=192.0.2.1", "PORT=25", "TRANSPORT=tcp",
		"TIMEOUT=10", "NAME=mx1/tcp/25" } },
	{ "[::1]", "::1", 9 * CLOCK_SECOND + 1,
	    { "/bin/x", "[::1]", "::1", "25", "tcp", "10", "[::1]/tcp/25", "%",
		"", "-H[::1]:25%", "%h", "$(x) [::1];" },
	    { "HOST=[::1]", "ADDRESS=::1", "PORT=25", "TRANSPORT=tcp",
		"TIMEOUT=10", "NAME=[::1]/tcp/25" } },
	{ "/run/a b", "/run/a b", 0,
	    { "/bin/x", "/run/a b", "/run/a b", "", "unix", "1", "/run/a b",
		"%", "", "-H/run/a b:%", "%h", "$(x) /run/a b;" },
	    { "HOST=/run/a b", "ADDRESS=/run/a b", "PORT=", "TRANSPORT=unix",
		"TIMEOUT=1", "NAME=/run/a b" } },
	{ "a\n'\"`%h", "192.0.2.1", 1,
	    { "/bin/x", "a\n'\"`%h", "192.0.2.1", "25", "tcp", "1",
		"a\n'\"`%h/tcp/25", "%", "", "-Ha\n'\"`%h:25%", "%h",
		"$(x) a\n'\"`%h;" },
	    { "HOST=a\n'\"`%h", "ADDRESS=192.0.2.1", "PORT=25", "TRANSPORT=tcp",
		"TIMEOUT=1", "NAME=a\n'\"`%h/tcp/25" } },
};

START_TEST(fills)
{
	size_t i, n = 0;

	unsetenv("TZ");
	if (_i == 1)
		setenv("TZ", "UTC", 1);
	ck_assert(init(filled[_i].host, filled[_i].address, all,
	    filled[_i].timeout_us));
	ck_assert_str_eq(call.path.data, "/bin/x");
	for (i = 0; all[i] != NULL; i++)
		unit_str(all[i], call.argv[i], filled[_i].want[i]);
	ck_assert_ptr_null(call.argv[i]);
	ck_assert_str_eq(call.envp[n++], "PATH=" CALL_PATH);
	ck_assert_str_eq(call.envp[n++], "LC_ALL=C");
	if (_i == 1)
		ck_assert_str_eq(call.envp[n++], "TZ=UTC");
	for (i = 0; i < ARRAY_SIZE(filled[0].variables); i++, n++) {
		ck_assert_mem_eq(call.envp[n], "PORTSTATE_", 10);
		ck_assert_str_eq(call.envp[n] + 10, filled[_i].variables[i]);
	}
	ck_assert_ptr_null(call.envp[n]);
	call_free(&call);
}
END_TEST

START_TEST(fills_name_and_transport)
{
	static const struct inquiry *const some = (const void *)&dialogue;
	static const char *const words[] = { "x", "%P %n", NULL };
	const struct handler_question q = { &target, &addr, 1 };

	ck_assert(init("mx1", "192.0.2.1", words, 1));
	call_free(&call);
	target.inquiry = some;
	ck_assert(handler_call_init(&call, &handler, &q));
	ck_assert_str_eq(call.argv[1], "udp mx1/udp/25");
	call_free(&call);
	handler.name = entry_name;
	handler.ctx = &dialogue;
	ck_assert(handler_call_init(&call, &handler, &q));
	ck_assert_str_eq(call.argv[1], "udp mx1/smtp");
	ck_assert_str_eq(call.path.data, "x");
	call_free(&call);
}
END_TEST

/* Of a path, too, and of a name that is not where it is asked. */
START_TEST(fills_host)
{
	static const char *const words[] = { "x", "%h %a", NULL };

	handler.host = host_name;
	handler.ctx = &dialogue;
	ck_assert(init("/run/x", "/run/x", words, 1));
	ck_assert_str_eq(call.argv[1], "db1 /run/x");
	ck_assert_str_eq(call.envp[2], "PORTSTATE_HOST=db1");
	call_free(&call);
	ck_assert(init("www.example.net", "192.0.2.1", words, 1));
	ck_assert_str_eq(call.argv[1], "db1 192.0.2.1");
	call_free(&call);
}
END_TEST

START_TEST(too_long)
{
	static char host[4000], word[2 * 40 + 1];
	static const char *const words[] = { "x", word, NULL };
	size_t i;

	memset(host, 'x', sizeof(host) - 1);
	for (i = 0; i < sizeof(word) - 1; i += 2)
		memcpy(word + i, "%h", 2);
	ck_assert(!init(host, "192.0.2.1", words, 1));
	call_free(&call);
	word[2] = '\0';
	ck_assert(init(host, "192.0.2.1", words, 1));
	call_free(&call);
}
END_TEST

/* Looked for in the directories that are told, wherever we are. */
START_TEST(finds_command)
{
	static const char *const sh[] = { "sh", NULL };
	static const char *const none[] = { "no-such-command", NULL };
	char *s;

	setenv("PATH", "/nowhere", 1);
	ck_assert(init("mx1", "192.0.2.1", sh, 1));
	ck_assert_int_eq(call.path.data[0], '/');
	ck_assert_int_eq(access(call.path.data, X_OK), 0);
	s = strrchr(call.path.data, '/');
	ck_assert_str_eq(s, "/sh");
	ck_assert_str_eq(call.argv[0], "sh");
	call_free(&call);
	ck_assert(init("mx1", "192.0.2.1", none, 1));
	ck_assert_str_eq(call.path.data, "no-such-command");
	call_free(&call);
}
END_TEST

/* What it wrote. */

static const struct {
	const char *out, *line, *perfdata;
} outputs[] = {
	{ "", "", "" },
	{ "\n", "", "" },
	{ "OK", "OK", "" },
	{ "OK - fine \t\r\n", "OK - fine", "" },
	{ " OK\nmore\n", " OK", "" },
	{ "OK|a=1", "OK", "a=1" },
	{ "OK | a=1 b=2s;1;2 \n", "OK", "a=1 b=2s;1;2" },
	{ "|a=1", "", "a=1" },
	{ "OK\n|a=1", "OK", "a=1" },
	{ "OK | a=1\nlong\nlong | b=2\nc=3\nd=4", "OK", "a=1 b=2 c=3 d=4" },
	{ "OK\nlong x=1\n|b=2\n", "OK", "b=2" },
	{ "OK | a=1\nlong x=1\n", "OK", "a=1" },
	{ "OK | a=1 | b=2\n", "OK", "a=1 b=2" },
	{ "OK\nlong | b=2\nmore | c=3", "OK", "b=2 c=3" },
	{ "OK | no data here, x=y a=1", "OK", "a=1" },
	/* What has the end of a line in it ends there. */
	{ "OK | a=1;1\n;2|b=1", "OK", "a=1;1 b=1" },
	{ "OK | 'a\nb'=1 | c=1", "OK", "c=1" },
};

START_TEST(reads)
{
	const char *out = outputs[_i].out;
	size_t len = handler_line(out, strlen(out));
	struct text t;

	ck_assert_uint_eq(len, strlen(outputs[_i].line));
	ck_assert_mem_eq(out, outputs[_i].line, len);
	text_init(&t, 1000);
	handler_perfdata(&t, out, strlen(out));
	unit_str(out, t.data, outputs[_i].perfdata);
	text_free(&t);
}
END_TEST

START_TEST(reads_nothing)
{
	struct text t;

	text_init(&t, 10);
	ck_assert_uint_eq(handler_line(NULL, 0), 0);
	handler_perfdata(&t, NULL, 0);
	ck_assert_uint_eq(t.len, 0);
	text_free(&t);
}
END_TEST

START_TEST(reads_so_many)
{
	struct text out, t;
	size_t i, n = 1;

	text_init(&out, 10000);
	text_puts(&out, "OK|");
	for (i = 0; i < HANDLER_VALUES_MAX + 5; i++)
		text_printf(&out, i == 9 ? "a=%zu\nx|" : "a=%zu ", i);
	text_init(&t, 10000);
	handler_perfdata(&t, out.data, out.len);
	for (i = 0; i < t.len; i++)
		n += t.data[i] == ' ';
	ck_assert_uint_eq(n, HANDLER_VALUES_MAX);
	text_free(&t);
	text_free(&out);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("handler");

	unit_rows(tc, check, checks);
	tcase_add_test(tc, check_bounds);
	unit_rows(tc, fills, filled);
	tcase_add_test(tc, fills_name_and_transport);
	tcase_add_test(tc, fills_host);
	tcase_add_test(tc, too_long);
	tcase_add_test(tc, finds_command);
	unit_rows(tc, reads, outputs);
	tcase_add_test(tc, reads_nothing);
	tcase_add_test(tc, reads_so_many);
	return unit_run("handler", tc);
}
