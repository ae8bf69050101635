/* SPDX-License-Identifier: ISC */
/*
 * Commands: real processes, most of them shells.  What takes long is killed
 * or given up; nothing is waited for longer than needed.
 */
#include "command.h"

#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "unit.h"

/* In real time: what comes, comes before. */
#define PATIENCE_US (20 * CLOCK_SECOND)

static struct poller *poller;
static struct command command;
static unsigned told;
static char dir[] = "/tmp/commandXXXXXX";

/* In place of the C library's: a process that does not want to die. */
static unsigned undead;

pid_t
waitpid(pid_t pid, int *status, int options)
{
	if (undead > 0 && options == WNOHANG) {
		undead--;
		return 0;
	}
	return wait4(pid, status, options, NULL);
}

/* The same: a kernel without pidfd_open(2), of which no more is asked here. */
static bool old_kernel;

long
syscall(long number, ...)
{
	va_list ap;
	pid_t pid;

	ck_assert_int_eq(number, SYS_pidfd_open);
	va_start(ap, number);
	pid = va_arg(ap, pid_t);
	va_end(ap);
	errno = ENOSYS;
	return old_kernel ? -1 : pidfd_open(pid, 0);
}

static void
done(struct command *c, int64_t now_us)
{
	ck_assert_ptr_eq(c, &command);
	ck_assert_ptr_eq(c->ctx, &told);
	ck_assert_int_gt(now_us, 0);
	told++;
}

static void
setup(void)
{
	poller = poller_new();
	command = (struct command){ poller, done, &told };
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

/* Nobody is left, and no descriptor. */
static void
teardown(void)
{
	char rm[64];

	command_clear(&command);
	poller_free(poller);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
	snprintf(rm, sizeof(rm), "rm -rf %s", dir);
	ck_assert_int_eq(system(rm), 0);
}

static int
start_file(const char *path, const char *arg, const char *script)
{
	const char *argv[] = { path, arg, script, NULL };
	const char *envp[] = { "PATH=/bin:/usr/bin", NULL };

	return command_start(&command, path, (char *const *)(uintptr_t)argv,
	    (char *const *)(uintptr_t)envp);
}

static void
start(const char *script)
{
	ck_assert_int_eq(start_file("/bin/sh", "-c", script), 0);
}

static bool
turn_until(const unsigned *what, unsigned n)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (*what < n && clock_now_us() < until_us)
		poller_wait(poller, until_us);
	return *what == n;
}

static void
await_end(void)
{
	ck_assert(turn_until(&told, 1));
	ck_assert_int_eq(command.pid, 0);
	ck_assert_int_eq(command.out.watch.fd, -1);
	ck_assert_int_eq(command.err.watch.fd, -1);
	ck_assert_int_eq(command.end.fd, -1);
}

static void
assert_bytes(const struct buf *b, const char *want)
{
	ck_assert_uint_eq(b->len, strlen(want));
	ck_assert_mem_eq(b->len > 0 ? (char *)b->data : "", want, b->len);
}

static void
assert_out(const char *want)
{
	assert_bytes(&command.out.bytes, want);
}

/* Until it has written so much. */
static void
await_out(size_t len)
{
	int64_t until_us = clock_now_us() + PATIENCE_US;

	while (command.out.bytes.len < len && clock_now_us() < until_us)
		poller_wait(poller, until_us);
	ck_assert_uint_ge(command.out.bytes.len, len);
}

/* The number that it has written first. */
static pid_t
await_pid(void)
{
	await_out(2);
	return (pid_t)strtol((char *)command.out.bytes.data, NULL, 10);
}

/* Whoever it was, it is not there any more, or about to go. */
static void
assert_gone(pid_t pid)
{
	int i;

	ck_assert_int_gt(pid, 1);
	for (i = 0; i < 2000 && kill(pid, 0) == 0; i++) {
		char path[64], state = 'Z';
		FILE *f;

		/* Nobody may be there to reap it in a container. */
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		f = fopen(path, "r");
		if (f != NULL) {
			if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
				state = 'Z';
			fclose(f);
		}
		if (state == 'Z')
			return;
		usleep(1000);
	}
	ck_assert_int_lt(i, 2000);
}

static const struct {
	const char *script;
	int code, signal;
	const char *out, *err;
} ends[] = {
	{ "exit 0", 0, 0, "", "" },
	{ "exit 1", 1, 0, "", "" },
	{ "exit 3", 3, 0, "", "" },
	{ "exit 255", 255, 0, "", "" },
	{ "kill -SEGV $$", -1, SIGSEGV, "", "" },
	{ "kill -KILL $$", -1, SIGKILL, "", "" },
	{ "kill -PIPE $$", -1, SIGPIPE, "", "" },
	{ "echo out", 0, 0, "out\n", "" },
	{ "printf out", 0, 0, "out", "" },
	{ "echo err >&2; exit 2", 2, 0, "", "err\n" },
	{ "printf a; printf b >&2; printf c", 0, 0, "ac", "b" },
	/* It goes on without. */
	{ "exec >&-; exit 7", 7, 0, "", "" },
	{ "exec >&- 2>&-; exit 7", 7, 0, "", "" },
	/* Nothing to read. */
	{ "cat; echo end", 0, 0, "end\n", "" },
	/* Its own group, of which it is the first. */
	{ "read -r pid name state parent group rest </proc/self/stat; "
	  "test $pid = $group && echo leader",
	    0, 0, "leader\n", "" },
};

START_TEST(end)
{
	start(ends[_i].script);
	await_end();
	ck_assert_int_eq(command.code, ends[_i].code);
	ck_assert_int_eq(command.signal, ends[_i].signal);
	assert_out(ends[_i].out);
	assert_bytes(&command.err.bytes, ends[_i].err);
}
END_TEST

/* With few watches and with epoll. */
START_TEST(much_output)
{
	size_t i;

	if (_i > 0)
		ck_assert_int_ne(poller_fd(poller), -1);
	start("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; "
	      "exit 2");
	await_end();
	ck_assert_int_eq(command.code, 2);
	ck_assert_uint_eq(command.out.bytes.len, COMMAND_OUT_MAX);
	ck_assert_uint_eq(command.err.bytes.len, COMMAND_ERR_MAX);
	for (i = 0; i < COMMAND_OUT_MAX; i++)
		ck_assert_int_eq(command.out.bytes.data[i], 0);
}
END_TEST

/* It writes for ever, and is not all that is looked at. */
START_TEST(endless_output)
{
	int i;

	if (_i > 0)
		ck_assert_int_ne(poller_fd(poller), -1);
	start("exec yes");
	for (i = 0; i < 20; i++)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(command.out.bytes.len, COMMAND_OUT_MAX);
	ck_assert_uint_eq(told, 0);
	ck_assert(!command_stop(&command));
	ck_assert_int_eq(command.signal, SIGKILL);
}
END_TEST

START_TEST(binary_output)
{
	static const char want[] = { 0, (char)0xff, '\n', 0x1b, '|' };

	start("printf '\\000\\377\\n\\033|'");
	await_end();
	ck_assert_uint_eq(command.out.bytes.len, sizeof(want));
	ck_assert_mem_eq(command.out.bytes.data, want, sizeof(want));
}
END_TEST

/* Whoever has the pipe still does not keep us, and is killed. */
START_TEST(left_behind)
{
	start("sleep 1000 & echo $!");
	await_end();
	ck_assert_int_eq(command.code, 0);
	assert_gone(await_pid());
}
END_TEST

START_TEST(closes_and_lives)
{
	start("echo $$; exec >&- 2>&-; exec sleep 1000");
	await_out(2);
	while (command.out.watch.fd != -1)
		poller_wait(poller, clock_now_us() + PATIENCE_US);
	ck_assert_uint_eq(told, 0);
	ck_assert(!command_stop(&command));
	ck_assert_int_eq(command.signal, SIGKILL);
	ck_assert_int_eq(command.code, -1);
	ck_assert_uint_eq(told, 0);
}
END_TEST

/* Who ignores what can be ignored, and whom it has started. */
START_TEST(stop_group)
{
	pid_t pid;

	start("trap '' TERM INT HUP; sleep 1000 & echo $!; wait; wait");
	pid = await_pid();
	if (_i == 0)
		ck_assert(!command_stop(&command));
	else
		command_clear(&command);
	assert_gone(pid);
	ck_assert_int_eq(command.pid, 0);
}
END_TEST

/* What it has written is read, whether it has ended or is made to. */
START_TEST(stop_reads)
{
	siginfo_t info;

	start(_i == 0 ? "printf said; exit 3" : "printf said; exec sleep 1000");
	if (_i == 0)
		ck_assert_int_eq(waitid(P_PID, (id_t)command.pid, &info,
				     WEXITED | WNOWAIT),
		    0);
	else
		await_out(1);
	ck_assert(command_stop(&command) == (_i == 0));
	ck_assert_int_eq(command.code, _i == 0 ? 3 : -1);
	ck_assert_int_eq(command.signal, _i == 0 ? 0 : SIGKILL);
	assert_out("said");
	/* Once more is nothing. */
	ck_assert(command_stop(&command));
}
END_TEST

/* Between the look at it and its death by our hand it ended by itself. */
START_TEST(stop_that_is_late)
{
	siginfo_t info;

	start(_i == 0 ? "printf said; exit 3" : "printf said; kill -TERM $$");
	ck_assert_int_eq(waitid(P_PID, (id_t)command.pid, &info,
			     WEXITED | WNOWAIT),
	    0);
	undead = 1;
	ck_assert(command_stop(&command));
	ck_assert_uint_eq(undead, 0);
	ck_assert_int_eq(command.code, _i == 0 ? 3 : -1);
	ck_assert_int_eq(command.signal, _i == 0 ? 0 : SIGTERM);
	assert_out("said");
}
END_TEST

START_TEST(started_again)
{
	start("echo first; echo e >&2");
	await_end();
	start("exit 1");
	ck_assert(turn_until(&told, 2));
	assert_out("");
	assert_bytes(&command.err.bytes, "");
	ck_assert_int_eq(command.code, 1);
}
END_TEST

static const struct {
	const char *path;
	int error;
} missing[] = {
	{ "/no/such/file", ENOENT },
	{ "missing", ENOENT },
	{ "./text", EACCES },
	{ ".", EACCES },
	{ "./empty/x", ENOTDIR },
	/* No shell looks at it. */
	{ "./empty", ENOEXEC },
	{ "./interpreter", ENOENT },
};

static void
make_file(const char *name, const char *bytes, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, mode);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, bytes, strlen(bytes)),
	    (ssize_t)strlen(bytes));
	close(fd);
}

START_TEST(cannot_run)
{
	make_file("text", "#!/bin/sh\n", 0600);
	make_file("empty", "", 0700);
	make_file("interpreter", "#!/no/such\n", 0700);
	ck_assert_int_eq(start_file(missing[_i].path, NULL, NULL),
	    missing[_i].error);
	poller_wait(poller, clock_now_us());
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(command.pid, 0);
}
END_TEST

/* What was started already is not left. */
START_TEST(without_pidfd)
{
	old_kernel = true;
	ck_assert_int_eq(start_file("/bin/sh", "-c", "exec sleep 1000"),
	    ENOSYS);
	poller_wait(poller, clock_now_us());
	ck_assert_uint_eq(told, 0);
	ck_assert_int_eq(command.pid, 0);
	ck_assert_int_eq(command.out.watch.fd, -1);
	ck_assert_int_eq(command.end.fd, -1);
}
END_TEST

/* As many descriptors as it takes, less one each time. */
START_TEST(no_descriptors)
{
	struct rlimit limit;
	int i, low = dup(0), error = -1;

	close(low);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < 8 && error != 0; i++) {
		limit.rlim_cur = (rlim_t)(low + i);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		error = start_file("/bin/sh", "-c", "exit 4");
		ck_assert(error == EMFILE || error == 0);
		ck_assert(error == 0 || command.pid == 0);
	}
	ck_assert_int_ge(i, 5);
	await_end();
	ck_assert_int_eq(command.code, 4);
}
END_TEST

/* Those of ours, and one that somebody left open. */
START_TEST(descriptors)
{
	unsigned out, err;
	int fds[2], len;

	ck_assert_int_eq(pipe(fds), 0);
	start("for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done; fd=3; "
	      "while [ $fd -lt 100 ]; do "
	      "[ ! -e /proc/$$/fd/$fd ] || echo $fd; fd=$((fd + 1)); done");
	await_end();
	ck_assert_uint_ge(command.out.bytes.len, 12);
	command.out.bytes.data[command.out.bytes.len - 1] = '\0';
	ck_assert_int_eq(sscanf((char *)command.out.bytes.data,
			     "/dev/null pipe:[%u] pipe:[%u]%n", &out, &err,
			     &len),
	    2);
	ck_assert_uint_ne(out, err);
	ck_assert_int_eq(command.out.bytes.data[len], '\0');
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* Nor does it get a limit that was raised for our sake. */
START_TEST(limit_of_descriptors)
{
	struct rlimit limit, was;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	limit = was;
	limit.rlim_cur = 200;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(fd_raise_limit(), (int64_t)was.rlim_max);
	/* It is set when it runs already. */
	start("i=0; while [ $i -lt 100 ] && [ $(ulimit -Sn) != 200 ]; do "
	      "i=$((i + 1)); sleep 0.1; done; ulimit -Sn");
	await_end();
	assert_out("200\n");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, was.rlim_max);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
}
END_TEST

/* Without the standard ones of our own. */
START_TEST(standard_closed)
{
	int was[3], i;

	for (i = 0; i < 3; i++) {
		was[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	start("echo out; echo err >&2; cat");
	await_end();
	for (i = 0; i < 3; i++)
		if (was[i] != -1)
			dup2(was[i], i);
	assert_out("out\n");
	assert_bytes(&command.err.bytes, "err\n");
}
END_TEST

/* Those that are libc's own, with which it does as it likes. */
#define LIBC_OWN (3ULL << 31)

START_TEST(signals)
{
	unsigned long long blocked, ignored, caught;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t all, was;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &was);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGCHLD, &ignore, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
	ck_assert_int_eq(start_file("/bin/cat", "/proc/self/status", NULL), 0);
	await_end();
	ck_assert_int_eq(command.code, 0);
	command.out.bytes.data[command.out.bytes.len - 1] = '\0';
	ck_assert_int_eq(sscanf(strstr((char *)command.out.bytes.data,
				    "SigBlk"),
			     "SigBlk: %llx SigIgn: %llx SigCgt: %llx", &blocked,
			     &ignored, &caught),
	    3);
	ck_assert_uint_eq(blocked, 0);
	ck_assert_uint_eq(caught, 0);
	ck_assert_uint_eq(ignored & ~LIBC_OWN, 0);
	sigprocmask(SIG_SETMASK, &was, NULL);
}
END_TEST

START_TEST(arguments)
{
	const char *argv[] = { "the name", "-c",
		"for a; do echo \"[$a]\"; done; echo \"$0\"; env", "zero",
		"a b", "", "'\"", "$(touch x)", "a\nb", "; touch x", NULL };
	const char *envp[] = { "A=1", "B=x y", NULL };

	ck_assert_int_eq(command_start(&command, "/bin/sh",
			     (char *const *)(uintptr_t)argv,
			     (char *const *)(uintptr_t)envp),
	    0);
	await_end();
	ck_assert_uint_ge(command.out.bytes.len, 60);
	command.out.bytes.data[command.out.bytes.len - 1] = '\0';
	ck_assert_ptr_nonnull(strstr((char *)command.out.bytes.data,
	    "[a b]\n[]\n['\"]\n[$(touch x)]\n[a\nb]\n[; touch x]\nzero\n"));
	ck_assert_ptr_nonnull(strstr((char *)command.out.bytes.data, "A=1"));
	ck_assert_ptr_nonnull(strstr((char *)command.out.bytes.data, "B=x y"));
	ck_assert_ptr_null(strstr((char *)command.out.bytes.data, "HOME"));
	ck_assert_int_eq(access("x", F_OK), -1);
}
END_TEST

/* It is given up for now, and is no zombie for ever. */
START_TEST(cannot_be_killed)
{
	pid_t pid;

	start("exec sleep 1000");
	pid = command.pid;
	undead = 2;
	ck_assert(!command_stop(&command));
	ck_assert_int_eq(command.code, -1);
	ck_assert_int_eq(command.signal, 0);
	ck_assert_int_eq(kill(pid, 0), 0);
	undead = 1;
	start("exit 0");
	ck_assert_int_eq(kill(pid, 0), 0);
	await_end();
	start("exit 0");
	ck_assert_int_eq(kill(pid, 0), -1);
	ck_assert(turn_until(&told, 2));
}
END_TEST

START_TEST(freed_while_running)
{
	start("echo $$; exec sleep 1000");
	await_out(2);
}
END_TEST

START_TEST(never_started)
{
	ck_assert(command_stop(&command));
}
END_TEST

/* The whole of it: of many at once each has its own. */
#define MANY 100

static struct command commands[MANY];
static unsigned ended;

static void
one_done(struct command *c, int64_t now_us)
{
	(void)now_us;
	ck_assert_int_eq(c->code, (int)(c - commands));
	ck_assert_uint_eq(c->out.bytes.len, 5);
	command_clear(c);
	ended++;
}

START_TEST(many)
{
	char script[64];
	const char *argv[] = { "sh", "-c", script, NULL };
	const char *envp[] = { NULL };
	int i;

	for (i = 0; i < MANY; i++) {
		commands[i] = (struct command){ poller, one_done, NULL };
		snprintf(script, sizeof(script), "echo said; exit %d", i);
		ck_assert_int_eq(command_start(&commands[i], "/bin/sh",
				     (char *const *)(uintptr_t)argv,
				     (char *const *)(uintptr_t)envp),
		    0);
	}
	ck_assert(turn_until(&ended, MANY));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("command");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, end, ends);
	tcase_add_loop_test(tc, much_output, 0, 2);
	tcase_add_loop_test(tc, endless_output, 0, 2);
	tcase_add_test(tc, binary_output);
	tcase_add_test(tc, left_behind);
	tcase_add_test(tc, closes_and_lives);
	tcase_add_loop_test(tc, stop_group, 0, 2);
	tcase_add_loop_test(tc, stop_reads, 0, 2);
	tcase_add_loop_test(tc, stop_that_is_late, 0, 2);
	tcase_add_test(tc, started_again);
	unit_rows(tc, cannot_run, missing);
	tcase_add_test(tc, without_pidfd);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, descriptors);
	tcase_add_test(tc, limit_of_descriptors);
	tcase_add_test(tc, standard_closed);
	tcase_add_test(tc, signals);
	tcase_add_test(tc, arguments);
	tcase_add_test(tc, cannot_be_killed);
	tcase_add_test(tc, freed_while_running);
	tcase_add_test(tc, never_started);
	tcase_add_test(tc, many);
	return unit_run("command", tc);
}
