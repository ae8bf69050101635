/* SPDX-License-Identifier: ISC */
#include "plugin.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "xalloc.h"

/* What the options are told in. */
#define HELP_MAX 16384

bool plugin_interrupted;

/* Those that ask a program to end. */
static const struct {
	int signal;
	char name[8];
} ending[] = {
	{ SIGTERM, "SIGTERM" },
	{ SIGINT, "SIGINT" },
	{ SIGHUP, "SIGHUP" },
	{ SIGQUIT, "SIGQUIT" },
};

/* Those that come from a mistake of the program's own, and job control. */
static const int let_in[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT,
	SIGSYS };

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char interrupted[] =
    " UNKNOWN - interrupted before anything was probed\n";
static const char unreported[] =
    " UNKNOWN - interrupted before the report was written\n";
static const char no_input[] =
    " UNKNOWN - no end of what is to be read before the deadline\n";

static int64_t await_until_us = CLOCK_NEVER;

static const char *the_service;
static const char *the_signal;
static bool unwritten;
static volatile sig_atomic_t printing;
static const char *ending_words = interrupted;
static sigset_t blocked;

static void out_of_memory(void);
static void end_at_once(int);
static _Noreturn void last_words(const char *);
static void signal_came(struct watch *, int64_t);
static bool write_all(const char *, size_t);

/*
 * Signals are blocked, not caught: nothing is interrupted, and what writes to
 * a closed pipe gets EPIPE.
 */
void
plugin_start(const char *service)
{
	size_t i;

	the_service = service;
	xalloc_set_hook(out_of_memory);
	(void)sigfillset(&blocked);
	for (i = 0; i < ARRAY_SIZE(let_in); i++)
		(void)sigdelset(&blocked, let_in[i]);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
}

void
plugin_let_signals_end(bool yes)
{
	const struct sigaction sa = { .sa_handler = end_at_once };
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(ending); i++) {
		(void)sigaddset(&set, ending[i].signal);
		if (yes)
			(void)sigaction(ending[i].signal, &sa, NULL);
	}
	(void)sigprocmask(yes ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

void
plugin_start_report(void)
{
	ending_words = unreported;
	plugin_let_signals_end(true);
}

void
plugin_await_until(int64_t until_us)
{
	await_until_us = until_us;
}

void
plugin_await_input(int fd)
{
	struct watch *signals = plugin_signals();
	struct pollfd fds[] = { { fd, POLLIN, 0 },
		{ signals != NULL ? signals->fd : -1, POLLIN, 0 } };

	while (!plugin_interrupted) {
		int64_t left_us = await_until_us - clock_now_us();
		const struct timespec left = { left_us / CLOCK_SECOND,
			left_us % CLOCK_SECOND * 1000 };

		if (left_us <= 0)
			last_words(no_input);
		if (ppoll(fds, ARRAY_SIZE(fds), &left, NULL) == -1)
			return;
		if (fds[1].revents != 0)
			signal_came(signals, 0);
		else if (fds[0].revents != 0)
			return;
	}
	last_words(interrupted);
}

struct watch *
plugin_signals(void)
{
	static struct watch watch = { signal_came, -1, WANT_READ };

	if (watch.fd == -1)
		watch.fd = fd_above_standard(signalfd(-1, &blocked,
		    SFD_CLOEXEC | SFD_NONBLOCK));
	return watch.fd != -1 ? &watch : NULL;
}

const char *
plugin_interruption(void)
{
	static struct text words;

	text_free(&words);
	text_init(&words, 40);
	text_printf(&words, "interrupted by %s", the_signal);
	return words.data;
}

void
plugin_print(const struct text *t)
{
	printing = 1;
	unwritten |= !unwritten && !write_all(t->data, t->len);
}

_Noreturn void
plugin_exit(enum state s, const struct text *t)
{
	plugin_print(t);
	exit(unwritten ? (int)STATE_UNKNOWN : (int)s);
}

_Noreturn void
plugin_help(const struct plugin_words *w, const struct options *options)
{
	struct text t;

	text_init(&t, HELP_MAX);
	text_printf(&t, "%s v" PACKAGE_VERSION " (portstate)\n\n%s\n%s",
	    w->program, w->purpose, w->usage);
	text_puts(&t, "\nOptions:\n");
	options_help(options, &t);
	text_printf(&t,
	    "\n%sExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n",
	    w->notes);
	plugin_exit(STATE_UNKNOWN, &t);
}

_Noreturn void
plugin_version(const struct plugin_words *w)
{
	struct text t;

	text_init(&t, HELP_MAX);
	text_printf(&t, "%s v" PACKAGE_VERSION " (portstate)\n", w->program);
	plugin_exit(STATE_UNKNOWN, &t);
}

_Noreturn void
plugin_usage_error(const struct plugin_words *w, const char *service,
    const struct text *error)
{
	struct text t;

	text_init(&t, HELP_MAX);
	text_printf(&t, "%s UNKNOWN - %s\n%s", service, error->data, w->usage);
	plugin_exit(STATE_UNKNOWN, &t);
}

static void
out_of_memory(void)
{
	last_words(" UNKNOWN - out of memory\n");
}

static void
end_at_once(int signal)
{
	(void)signal;
	/* Who does not read what is written does not read this. */
	if (printing)
		_exit(STATE_UNKNOWN);
	last_words(ending_words);
}

/* Without allocating anything, and safe in a signal handler. */
static _Noreturn void
last_words(const char *words)
{
	(void)write_all(the_service, strlen(the_service));
	(void)write_all(words, strlen(words));
	_exit(STATE_UNKNOWN);
}

static void
signal_came(struct watch *w, int64_t now_us)
{
	struct signalfd_siginfo info;
	size_t i;

	(void)now_us;
	while (read(w->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		for (i = 0; i < ARRAY_SIZE(ending); i++) {
			if (info.ssi_signo != (uint32_t)ending[i].signal)
				continue;
			the_signal = ending[i].name;
			plugin_interrupted = true;
		}
	}
}

/* A pipe may be shared with somebody who made it non-blocking. */
static bool
write_all(const char *s, size_t n)
{
	static const struct timespec second = { 1, 0 };
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };

	while (n > 0) {
		ssize_t written = write(STDOUT_FILENO, s, n);

		if (written >= 0) {
			s += written;
			n -= (size_t)written;
		} else if (errno == EAGAIN) {
			if (ppoll(&out, 1, &second, NULL) <= 0)
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}
