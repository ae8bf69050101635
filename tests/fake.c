/* SPDX-License-Identifier: ISC */

#include "fake.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Tests run where they were built. */
#ifndef FAKESERVER_PATH
#define FAKESERVER_PATH "tests/fakeserver"
#endif

#define LISTENERS_MAX 64
#define READY_SIZE 16384
#define START_MS 10000
#define LOG_MS 5000
#define POLL_MS 5

struct listener {
	const char *path;
	uint16_t port;
};

struct fake {
	pid_t pid;
	int input; /* closing it ends the server */
	int log;
	char log_path[64];
	char ready[READY_SIZE]; /* what it said; listeners point into it */
	struct listener listeners[LISTENERS_MAX];
	unsigned nlisteners;
};

__attribute__((noreturn)) static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "fake: %s: %s\n", what, why);
	abort();
}

static void
need(bool ok, const char *what)
{
	if (!ok)
		fail(what, strerror(errno));
}

static int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
open_log(struct fake *f)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL || strlen(tmp) > 32)
		tmp = "/tmp";
	snprintf(f->log_path, sizeof(f->log_path), "%s/fake.XXXXXX", tmp);
	f->log = mkostemp(f->log_path, O_CLOEXEC);
	need(f->log >= 0, f->log_path);
}

/*
 * Does not return.  In a group of its own the server is not killed with the
 * test by libcheck, so it can remove its files.
 */
static void
become_server(const char **argv, int input, int output)
{
	/* execv changes nothing, whatever its prototype says. */
	union {
		const char **mine;
		char *const *its;
	} args = { .mine = argv };

	setpgid(0, 0);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	execv(argv[0], args.its);
	fprintf(stderr, "fake: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Returns the descriptor of the server's stdout. */
static int
spawn(struct fake *f, const char **argv)
{
	int input[2], output[2];

	need(pipe2(input, O_CLOEXEC) == 0, "pipe");
	need(pipe2(output, O_CLOEXEC) == 0, "pipe");
	f->pid = fork();
	need(f->pid >= 0, "fork");
	if (f->pid == 0)
		become_server(argv, input[0], output[1]);
	close(input[0]);
	close(output[1]);
	f->input = input[1];
	return output[0];
}

static bool
is_complete(const char *ready)
{
	size_t len = strlen(ready);

	return len >= 7 && strcmp(ready + len - 7, "\nready\n") == 0;
}

/* Reads up to the last `ready` line; returns NULL or what went wrong. */
static const char *
read_ready(struct fake *f, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t end_ms = clock_ms() + START_MS;
	size_t len = 0;

	while (!is_complete(f->ready)) {
		int64_t left_ms = end_ms - clock_ms();
		ssize_t n;

		if (left_ms <= 0 || poll(&pfd, 1, (int)left_ms) == 0)
			return "did not become ready in time";
		n = read(fd, f->ready + len, READY_SIZE - 1 - len);
		if (n <= 0)
			return "did not start";
		len += (size_t)n;
	}
	return NULL;
}

/* `ready 0 tcp4 127.0.0.1 43047`, or a path that may have blanks. */
static bool
parse_line(struct listener *l, char *line)
{
	char transport[16], *port;
	int at = 0;

	if (sscanf(line, "ready %*u %15s %n", transport, &at) != 1)
		return false;
	l->path = line + at;
	if (strncmp(transport, "unix", 4) == 0)
		return true;
	port = strrchr(line, ' ');
	*port++ = '\0';
	l->port = (uint16_t)strtoul(port, NULL, 10);
	return true;
}

static void
parse_ready(struct fake *f)
{
	char *line = f->ready, *end;

	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		if (!parse_line(&f->listeners[f->nlisteners], line))
			return;
		f->nlisteners++;
		line = end + 1;
	}
}

struct fake *
fake_start(const char *script, ...)
{
	struct fake *f = calloc(1, sizeof(*f));
	const char *program = getenv("FAKESERVER");
	const char *argv[LISTENERS_MAX + 4] = { NULL };
	const char *reason;
	unsigned argc = 0;
	va_list ap;
	int output;

	need(f != NULL, "calloc");
	open_log(f);
	argv[argc++] = program != NULL ? program : FAKESERVER_PATH;
	argv[argc++] = "-l";
	argv[argc++] = f->log_path;
	va_start(ap, script);
	for (; script != NULL; script = va_arg(ap, const char *)) {
		if (argc == LISTENERS_MAX + 3)
			fail("fake_start", "too many scripts");
		argv[argc++] = script;
	}
	va_end(ap);

	output = spawn(f, argv);
	reason = read_ready(f, output);
	close(output);
	/* Both have it open; nothing is left behind now, whatever happens. */
	unlink(f->log_path);
	if (reason != NULL)
		fail(argv[0], reason);
	parse_ready(f);
	return f;
}

static const struct listener *
find_listener(const struct fake *f, unsigned listener)
{
	if (listener >= f->nlisteners)
		fail("fake", "no such listener");
	return &f->listeners[listener];
}

uint16_t
fake_port(const struct fake *f, unsigned listener)
{
	return find_listener(f, listener)->port;
}

const char *
fake_path(const struct fake *f, unsigned listener)
{
	return find_listener(f, listener)->path;
}

/* The server may be writing: what has come since fstat is for the next call. */
char *
fake_log(struct fake *f)
{
	struct stat st;
	char *text;
	ssize_t n;

	need(fstat(f->log, &st) == 0, "fstat");
	text = malloc((size_t)st.st_size + 1);
	need(text != NULL, "malloc");
	n = pread(f->log, text, (size_t)st.st_size, 0);
	need(n >= 0, "pread");
	text[n] = '\0';
	return text;
}

unsigned
fake_count(struct fake *f, const char *event, unsigned listener)
{
	char *log = fake_log(f);
	char start[64];
	unsigned count = 0;
	size_t len;

	len = (size_t)snprintf(start, sizeof(start), "%s %u ", event, listener);
	for (const char *line = log; line != NULL; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, start, len) == 0)
			count++;
	}
	free(log);
	return count;
}

bool
fake_wait_log(struct fake *f, const char *text)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	int64_t end_ms = clock_ms() + LOG_MS;

	for (;;) {
		/* After the time the log is read once more. */
		bool last = clock_ms() >= end_ms;
		char *log = fake_log(f);
		bool found = strstr(log, text) != NULL;

		free(log);
		if (found || last)
			return found;
		nanosleep(&pause, NULL);
	}
}

void
fake_stop(struct fake *f)
{
	if (f == NULL)
		return;
	close(f->input);
	kill(f->pid, SIGTERM);
	while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	close(f->log);
	free(f);
}
