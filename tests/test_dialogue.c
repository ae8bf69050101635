/* SPDX-License-Identifier: ISC */
#include "dialogue.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#define VERBS                                                      \
	"a step is one of send, send-hex, expect, expect-prefix, " \
	"expect-regex, expect-hex, expect-not, tls, wait, close"

static const struct {
	const char *s;
	enum step_kind kind;
	enum pattern_kind pattern;
	struct bytes bytes;
	int64_t wait_us;
} steps[] = {
	{ "send:QUIT", STEP_SEND, 0, BYTES("QUIT"), 0 },
	{ "send: QUIT\\r\\n", STEP_SEND, 0, BYTES("QUIT\r\n"), 0 },
	{ "send :x", STEP_SEND, 0, BYTES("x"), 0 },
	{ " \tsend:\t x ", STEP_SEND, 0, BYTES("x "), 0 },
	{ "send:a:b", STEP_SEND, 0, BYTES("a:b"), 0 },
	{ "send:\\x20\\0", STEP_SEND, 0, BYTES(" \0"), 0 },
	{ "send-hex:00ff 41", STEP_SEND, 0,
	    BYTES("\0\xff"
		  "A"),
	    0 },
	{ "expect:220", STEP_EXPECT, PATTERN_ANYWHERE, BYTES("220"), 0 },
	{ "expect:", STEP_EXPECT, PATTERN_ANYWHERE, BYTES(""), 0 },
	{ "expect", STEP_EXPECT, PATTERN_ANYWHERE, BYTES(""), 0 },
	{ "expect-prefix:\\t", STEP_EXPECT, PATTERN_PREFIX, BYTES("\t"), 0 },
	{ "expect-hex:0a", STEP_EXPECT, PATTERN_ANYWHERE, BYTES("\n"), 0 },
	{ "expect-not:no", STEP_EXPECT, PATTERN_NOT, BYTES("no"), 0 },
	{ "wait:0.5", STEP_WAIT, 0, { NULL, 0 }, 500000 },
	{ "wait: 0", STEP_WAIT, 0, { NULL, 0 }, 0 },
	{ "close", STEP_CLOSE, 0, { NULL, 0 }, 0 },
	{ "close:", STEP_CLOSE, 0, { NULL, 0 }, 0 },
};

START_TEST(step)
{
	static struct script script;
	const struct step *s = &script.steps[0];
	const struct bytes *got = &s->send;

	script.n = 0;
	unit_str(steps[_i].s, script_add(&script, steps[_i].s), NULL);
	ck_assert_uint_eq(script.n, 1);
	ck_assert_int_eq(s->kind, steps[_i].kind);
	ck_assert_int_eq(s->wait_us, steps[_i].wait_us);
	if (s->kind == STEP_EXPECT) {
		ck_assert_uint_eq(s->expect.n, 1);
		ck_assert_int_eq(s->expect.patterns[0].kind, steps[_i].pattern);
		got = &s->expect.patterns[0].text;
	}
	ck_assert_uint_eq(got->len, steps[_i].bytes.len);
	ck_assert(got->len == 0 ||
	    memcmp(got->data, steps[_i].bytes.data, got->len) == 0);
	script_clear(&script);
}
END_TEST

static const struct {
	const char *s;
	const char *why;
} refused[] = {
	{ "", VERBS },
	{ ":", VERBS },
	{ "sen:x", VERBS },
	{ "sends:x", VERBS },
	{ "Send:x", VERBS },
	{ "send", "there is no value" },
	{ "send:", "there is no value" },
	{ "send:  ", "there is no value" },
	{ "send x", "there is no colon after the kind of step" },
	{ "send:\\xg0", "\\x needs two hexadecimal digits" },
	{ "send-hex:0", "not hexadecimal bytes of two digits each" },
	{ "send-hex:0g", "not hexadecimal bytes of two digits each" },
	{ "send-hex:", "there is no value" },
	{ "expect-prefix:", "there is no value" },
	{ "expect-regex:", "there is no value" },
	{ "expect-not:", "there is no value" },
	{ "wait:", "not a number of seconds" },
	{ "wait:x", "not a number of seconds" },
	{ "wait:-1", "must not be negative" },
	{ "close:x", "takes no value" },
};

START_TEST(refuses)
{
	static struct script script;
	const char *why;

	script.n = 0;
	why = script_add(&script, refused[_i].s);
	ck_assert_ptr_nonnull(why);
	/* What num.c says of a number is its own. */
	if (strncmp(refused[_i].s, "wait", 4) != 0)
		unit_str(refused[_i].s, why, refused[_i].why);
	ck_assert_uint_eq(script.n, 0);
}
END_TEST

START_TEST(as_many_as_there_can_be)
{
	static struct script script;
	int i;

	for (i = 0; i < DIALOGUE_STEPS_MAX; i++)
		ck_assert_ptr_null(script_add(&script, "send:x"));
	unit_str("one more", script_add(&script, "send:x"),
	    "more steps than there can be (100)");
	ck_assert_uint_eq(script.n, DIALOGUE_STEPS_MAX);
	script_clear(&script);
}
END_TEST

static unsigned awaited;

static void
await(int fd)
{
	ck_assert_int_ge(fd, 0);
	awaited++;
}

static const struct {
	const char *text;
	size_t n;
	const char *error;
} files[] = {
	{ "", 0, NULL },
	{ "send:x\n", 1, NULL },
	{ "send:x", 1, NULL },
	{ "send:x\r\nexpect:y\r\n", 2, NULL },
	{ "# no step\n\n  \n\t# nor this\nclose\n", 1, NULL },
	{ "  send:x\n", 1, NULL },
	{ "close\nnope\n", 1, ":2: nope: " VERBS },
	{ "\n\n#\nwait:1:2\n", 0, ":4: wait:1:2: not a number" },
	{ "a\x1b|b\n", 0, ":1: a\\x1b\\x7cb: " VERBS },
};

static const char *
write_file(const char *data, size_t len)
{
	static char path[] = "/tmp/test_dialogue.XXXXXX";
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
	return path;
}

START_TEST(file)
{
	static struct script script;
	const char *path = write_file(files[_i].text, strlen(files[_i].text));
	struct text error;
	char want[400];
	bool ok;

	script.n = 0;
	text_init(&error, 1000);
	ok = script_read(&script, path, await, &error);
	unlink(path);
	ck_assert(ok == (files[_i].error == NULL));
	if (ok) {
		ck_assert_uint_eq(script.n, files[_i].n);
		unit_str(files[_i].text, error.data, "");
	} else {
		snprintf(want, sizeof(want), "%s%s", path, files[_i].error);
		ck_assert_msg(strncmp(error.data, want, strlen(want)) == 0,
		    "%s and not %s", error.data, want);
	}
	text_free(&error);
	script_clear(&script);
}
END_TEST

/* In pieces, and not more than can be a file of steps. */
START_TEST(standard_input)
{
	static struct script script;
	struct text error;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(write(fds[1], "send:x\ncl", 9), 9);
	ck_assert_int_eq(write(fds[1], "ose\n", 4), 4);
	close(fds[1]);
	text_init(&error, 1000);
	ck_assert(script_read(&script, "-", await, &error));
	ck_assert_uint_eq(script.n, 2);
	ck_assert_uint_ge(awaited, 1);
	text_free(&error);
	close(fds[0]);
}
END_TEST

START_TEST(bad_files)
{
	static char much[65537];
	static struct script script;
	struct text error;
	const char *path;

	text_init(&error, 1000);
	ck_assert(!script_read(&script, "/nonexistent/x|", await, &error));
	unit_str("missing", error.data,
	    "/nonexistent/x\\x7c: No such file or directory");
	text_free(&error);
	text_init(&error, 1000);
	ck_assert(!script_read(&script, "/", await, &error));
	unit_str("a directory", error.data, "/: Is a directory");
	text_free(&error);
	text_init(&error, 1000);
	ck_assert(!script_read(&script, "/dev/zero", await, &error));
	unit_str("endless", error.data,
	    "/dev/zero: more bytes than it can have (65536)");
	text_free(&error);
	memset(much, '\n', sizeof(much));
	path = write_file(much, sizeof(much) - 1);
	text_init(&error, 1000);
	ck_assert(script_read(&script, path, await, &error));
	unlink(path);
	path = write_file("send:a\0b\n", 9);
	ck_assert(!script_read(&script, path, await, &error));
	ck_assert_ptr_nonnull(strstr(error.data, ": a NUL byte"));
	unlink(path);
	text_free(&error);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("dialogue");

	unit_rows(tc, step, steps);
	unit_rows(tc, refuses, refused);
	tcase_add_test(tc, as_many_as_there_can_be);
	unit_rows(tc, file, files);
	tcase_add_test(tc, standard_input);
	tcase_add_test(tc, bad_files);
	return unit_run("dialogue", tc);
}
