/* SPDX-License-Identifier: ISC */
/*
 * Handlers through the engine: they are real scripts, and the time is real.
 * What does not end is killed after a short time.
 */
#include "handler_probe.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "handler.h"
#include "stream_probe.h"
#include "unit.h"

#define MS CLOCK_MILLISECOND

/* More than anything takes that ends. */
#define PATIENCE_US (25 * CLOCK_SECOND)

/* What is known not to end has so much time. */
#define SHORT_US (100 * MS)
#define TARGETS_MAX 200

static struct engine *engine;
static char dir[] = "/tmp/handlerXXXXXX";
static const struct dialogue dialogue = { .max_bytes = 1000 };
static struct handler handler;
static struct terms terms = { .handler = &handler };
static struct target targets[TARGETS_MAX];
static size_t n_targets;

/* The last result, all others counted. */
static struct result result;
static size_t told;
static size_t outcomes[OUTCOME_COUNT];

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	ck_assert_ptr_eq(ctx, &engine);
	ck_assert(t >= targets && t < targets + n_targets);
	result_clear(&result);
	result_copy(&result, r);
	outcomes[r->outcome]++;
	told++;
}

static void
setup(void)
{
	const struct engine_conf conf = {
		.parallel_handlers = 4,
		.streams = &stream_probe,
		.handlers = &handler_probe,
		.done = done,
		.ctx = &engine,
	};

	engine = engine_new(&conf);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	terms.timeout_us = PATIENCE_US;
}

/* Nobody is left. */
static void
teardown(void)
{
	char rm[64];

	engine_free(engine);
	result_clear(&result);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
	snprintf(rm, sizeof(rm), "rm -rf %s", dir);
	ck_assert_int_eq(system(rm), 0);
}

static void
add(const char *host, const char *const *words)
{
	struct target *t = &targets[n_targets++];

	*t = (struct target){ host, 25, AF_UNSPEC, &dialogue, .terms = &terms };
	handler.words = words;
	engine_add(engine, t, clock_now_us() + PATIENCE_US);
}

static void
run(const char *const *words)
{
	bool never = false;

	add("192.0.2.1", words);
	engine_run(engine, &never);
	ck_assert_uint_eq(told, 1);
}

static void
run_script(const char *script)
{
	const char *const words[] = { "sh", "-c", script, NULL };

	run(words);
}

static void
make_file(const char *name, const char *bytes, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, mode);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, bytes, strlen(bytes)),
	    (ssize_t)strlen(bytes));
	close(fd);
}

static void
assert_reply(const char *want, size_t len)
{
	ck_assert_uint_eq(result.reply.len, len);
	if (len > 0)
		ck_assert_mem_eq(result.reply.data, want, len);
}

static const struct {
	const char *script;
	enum outcome outcome;
	const char *reply, *note, *perfdata;
} ends[] = {
	{ "echo 'OK - fine'", OUTCOME_OK, "OK - fine", NULL, NULL },
	{ "echo 'WARNING - slow | time=1s;1;2'; exit 1",
	    OUTCOME_HANDLER_WARNING, "WARNING - slow", NULL, "time=1s;1;2" },
	{ "echo no; echo err >&2; exit 2", OUTCOME_HANDLER_CRITICAL, "no", NULL,
	    NULL },
	{ "exit 3", OUTCOME_HANDLER_UNKNOWN, "", NULL, NULL },
	{ "printf 'cut'; exit 2", OUTCOME_HANDLER_CRITICAL, "cut", NULL, NULL },
	{ "echo 'one: two' >&2; echo more >&2; exit 3", OUTCOME_HANDLER_UNKNOWN,
	    "one: two", NULL, NULL },
	{ "echo '|a=1'; echo why >&2", OUTCOME_OK, "why", NULL, "a=1" },
	{ "echo what; exit 4", OUTCOME_HANDLER_UNKNOWN, "what", "exit code 4",
	    NULL },
	{ "no-such-command 2>/dev/null", OUTCOME_HANDLER_UNKNOWN, "",
	    "exit code 127", NULL },
	{ "exit 255", OUTCOME_HANDLER_UNKNOWN, "", "exit code 255", NULL },
	{ "kill -SEGV $$", OUTCOME_HANDLER_UNKNOWN, "",
	    "killed by signal 11 (SIGSEGV)", NULL },
	{ "echo x; kill -TERM $$", OUTCOME_HANDLER_UNKNOWN, "x",
	    "killed by signal 15 (SIGTERM)", NULL },
	{ "kill -40 $$", OUTCOME_HANDLER_UNKNOWN, "", "killed by signal 40",
	    NULL },
	{ "printf 'OK | a=1 nonsense\\nlong\\nlong | b=2\\nc=3\\n'", OUTCOME_OK,
	    "OK", NULL, "a=1 b=2 c=3" },
	{ "printf '\\377\\033[0m \\n'", OUTCOME_OK, "\xff\x1b[0m", NULL, NULL },
	{ "echo OK; head -c 1000000 /dev/zero", OUTCOME_OK, "OK", NULL, NULL },
	{ "echo OK; sleep 1000 & echo $! >pid", OUTCOME_OK, "OK", NULL, NULL },
};

/* Not even a zombie, which nobody may be there to reap in a container. */
static bool
is_alive(int pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(f);
	return state != 'Z';
}

START_TEST(end)
{
	FILE *f;
	int pid;

	run_script(ends[_i].script);
	ck_assert_str_eq(outcome_name(result.outcome),
	    outcome_name(ends[_i].outcome));
	assert_reply(ends[_i].reply, strlen(ends[_i].reply));
	unit_str(ends[_i].script, result.note, ends[_i].note);
	unit_str(ends[_i].script, result.perfdata, ends[_i].perfdata);
	ck_assert_int_gt(result.time_us, 0);
	ck_assert_int_lt(result.time_us, PATIENCE_US);
	ck_assert_int_eq(result.rtt_us, RESULT_NONE);
	ck_assert_int_eq(result.cause.origin, ORIGIN_PEER);
	ck_assert_int_eq(result.cause.err, 0);
	ck_assert_int_eq(result.addr.family, AF_INET);
	ck_assert_uint_eq(result.n_attempts, 1);
	ck_assert_int_eq(result.attempts[0].outcome, result.outcome);
	f = fopen("pid", "r");
	if (f != NULL) {
		ck_assert_int_eq(fscanf(f, "%d", &pid), 1);
		/* It is killed with the group. */
		while (is_alive(pid))
			usleep(1000);
		fclose(f);
	}
}
END_TEST

START_TEST(binary)
{
	run_script("printf 'a\\000b\\n'");
	ck_assert_int_eq(result.outcome, OUTCOME_OK);
	assert_reply("a\0b", 3);
}
END_TEST

static const char *const endless[] = {
	"echo begun; exec sleep 1000",
	"echo begun; sleep 1000",
	"trap '' TERM INT HUP; echo begun; while :; do sleep 1000; done",
	"echo begun; exec >&- 2>&-; sleep 1000",
	"echo begun; sleep 1000 & sleep 1000 & wait",
	"echo begun; exec yes",
};

START_TEST(killed)
{
	int64_t start_us = clock_now_us();

	terms.timeout_us = SHORT_US;
	run_script(endless[_i]);
	ck_assert_int_eq(result.outcome, OUTCOME_HANDLER_UNKNOWN);
	ck_assert_str_eq(result.note,
	    "did not end within 0.1 s and was killed");
	if (result.reply.len > 0)
		assert_reply("begun", 5);
	ck_assert_int_ge(result.time_us, SHORT_US);
	ck_assert_int_ge(clock_now_us() - start_us, SHORT_US);
	ck_assert_int_lt(clock_now_us() - start_us, 10 * CLOCK_SECOND);
}
END_TEST

/* Not its own time was over, but that of the run. */
START_TEST(run_ended)
{
	const char *const words[] = { "sleep", "1000", NULL };

	targets[n_targets++] = (struct target){ "192.0.2.1", 25, AF_UNSPEC,
		&dialogue, .terms = &terms };
	handler.words = words;
	engine_add(engine, &targets[0], clock_now_us() + SHORT_US);
	engine_run(engine, &(bool){ false });
	ck_assert_int_eq(result.outcome, OUTCOME_NOT_PROBED);
	ck_assert_str_eq(result.note, "the run ended first");
}
END_TEST

/* It can be started again. */
START_TEST(one_after_another)
{
	const char *const words[] = { "sh", "-c",
		"echo \"$PORTSTATE_HOST\"; exit ${PORTSTATE_HOST##*.}", NULL };
	bool never = false;

	add("192.0.2.1", words);
	add("192.0.2.0", words);
	add("192.0.2.2", words);
	add("192.0.2.2", words);
	add("192.0.2.3", words);
	add("192.0.2.3", words);
	add("192.0.2.0", words);
	engine_run(engine, &never);
	ck_assert_uint_eq(outcomes[OUTCOME_OK], 2);
	ck_assert_uint_eq(outcomes[OUTCOME_HANDLER_WARNING], 1);
	ck_assert_uint_eq(outcomes[OUTCOME_HANDLER_CRITICAL], 2);
	ck_assert_uint_eq(outcomes[OUTCOME_HANDLER_UNKNOWN], 2);
	ck_assert_uint_eq(told, n_targets);
}
END_TEST

START_TEST(cannot_run)
{
	static char path[64];
	const char *const words[] = { path, NULL };
	char note[200];

	make_file("text", "#!/bin/sh\n", 0600);
	snprintf(path, sizeof(path), "%s%s", dir,
	    _i == 0       ? "/missing"
		: _i == 1 ? "/text"
			  : "");
	snprintf(note, sizeof(note), "%s: %s", path,
	    _i == 0 ? "No such file or directory" : "Permission denied");
	run(words);
	ck_assert_int_eq(result.outcome, OUTCOME_LOCAL_ERROR);
	ck_assert_str_eq(result.note, note);
	ck_assert_int_eq(result.cause.err, _i == 0 ? ENOENT : EACCES);
	ck_assert_int_eq(result.cause.origin, ORIGIN_LOCAL);
	ck_assert_int_eq(result.time_us, RESULT_NONE);
}
END_TEST

START_TEST(too_long)
{
	static char word[2 * 8000 + 1], host[64];
	const char *const words[] = { "/bin/true", word, NULL };
	size_t i;

	memset(host, 'x', sizeof(host) - 1);
	host[0] = '/';
	for (i = 0; i < sizeof(word) - 1; i += 2)
		memcpy(word + i, "%h", 2);
	add(host, words);
	engine_run(engine, &(bool){ false });
	ck_assert_int_eq(result.outcome, OUTCOME_LOCAL_ERROR);
	ck_assert_str_eq(result.note, "/bin/true: Argument list too long");
}
END_TEST

/* Whole, and as they are. */
START_TEST(arguments)
{
	const char *const words[] = { "sh", "-c", "printf '[%%s]' \"$@\"; echo",
		"zero", "%h %a", "$(touch x)", "`touch x`", "; touch x", "'\"",
		"a\tb", "%p/%P/%t", "", NULL };
	static const char want[] =
	    "[192.0.2.1 192.0.2.1][$(touch x)][`touch x`][; touch x]['\"]"
	    "[a\tb][25/tcp/25][]";

	run(words);
	ck_assert_int_eq(result.outcome, OUTCOME_OK);
	assert_reply(want, sizeof(want) - 1);
	ck_assert_int_eq(access("x", F_OK), -1);
}
END_TEST

START_TEST(environment)
{
	const char *const words[] = { "sh", "-c", "exec env >env", NULL };
	char got[1000] = "";
	FILE *f;

	setenv("LD_PRELOAD_NOT", "x", 1);
	setenv("TZ", "UTC", 1);
	run(words);
	f = fopen("env", "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(got, 1, sizeof(got) - 1, f), 0);
	fclose(f);
	ck_assert_ptr_null(strstr(got, "LD_PRELOAD_NOT"));
	ck_assert_ptr_null(strstr(got, "HOME"));
	ck_assert_ptr_null(strstr(got, "USER"));
	ck_assert_ptr_nonnull(strstr(got, "PATH=" CALL_PATH "\n"));
	ck_assert_ptr_nonnull(strstr(got, "LC_ALL=C\n"));
	ck_assert_ptr_nonnull(strstr(got, "TZ=UTC\n"));
	ck_assert_ptr_nonnull(strstr(got, "PORTSTATE_HOST=192.0.2.1\n"));
	ck_assert_ptr_nonnull(strstr(got, "PORTSTATE_TIMEOUT=25\n"));
}
END_TEST

/*
 * Each makes a directory of its own and counts them; while one more ran than may
 * be, it would say so.
 */
START_TEST(bounded)
{
	const char *const words[] = { "sh", "-c",
		"mkdir run.$$; set -- run.*; n=$#; rmdir run.$$; echo $n; "
		"[ $n -le 4 ]",
		NULL };
	bool never = false;
	int i;

	for (i = 0; i < TARGETS_MAX; i++)
		add("192.0.2.1", words);
	engine_run(engine, &never);
	ck_assert_uint_eq(told, TARGETS_MAX);
	ck_assert_uint_eq(outcomes[OUTCOME_OK], TARGETS_MAX);
}
END_TEST

static void
start_four(void)
{
	const char *const words[] = { "sh", "-c", "exec sleep 1000", NULL };
	int i;

	for (i = 0; i < 6; i++)
		add("192.0.2.1", words);
	(void)engine_turn(engine, clock_now_us());
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), 0);
}

START_TEST(stopped)
{
	start_four();
	engine_stop(engine, "enough", clock_now_us());
	ck_assert_uint_eq(told, 6);
	ck_assert_uint_eq(outcomes[OUTCOME_NOT_PROBED], 6);
	ck_assert_str_eq(result.note, "enough");
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* The fixture looks for those that are left. */
START_TEST(freed)
{
	start_four();
}
END_TEST

/* It had ended when its time was up, and nobody had looked. */
START_TEST(ended_at_the_deadline)
{
	const char *const words[] = { "sh", "-c", "echo said; exit 2", NULL };
	int64_t now_us = clock_now_us();
	siginfo_t info;

	terms.timeout_us = CLOCK_SECOND;
	add("192.0.2.1", words);
	(void)engine_turn(engine, now_us);
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	(void)engine_turn(engine, now_us + CLOCK_SECOND);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(result.outcome, OUTCOME_HANDLER_CRITICAL);
	assert_reply("said", 4);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("handler_probe");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, end, ends);
	tcase_add_test(tc, binary);
	unit_rows(tc, killed, endless);
	tcase_add_test(tc, run_ended);
	tcase_add_test(tc, one_after_another);
	tcase_add_loop_test(tc, cannot_run, 0, 3);
	tcase_add_test(tc, too_long);
	tcase_add_test(tc, arguments);
	tcase_add_test(tc, environment);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, stopped);
	tcase_add_test(tc, freed);
	tcase_add_test(tc, ended_at_the_deadline);
	return unit_run("handler_probe", tc);
}
