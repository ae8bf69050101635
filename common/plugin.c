/* SPDX-License-Identifier: ISC */
#include "plugin.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fd.h"
#include "xalloc.h"

bool plugin_interrupted;

/* Those that ask a program to end. */
static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

/* Those that come from a mistake of the program's own, and job control. */
static const int let_in[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT,
	SIGSYS };

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *the_service;
static int the_signal;
static bool unwritten;
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
		(void)sigaddset(&set, ending[i]);
		if (yes)
			(void)sigaction(ending[i], &sa, NULL);
	}
	(void)sigprocmask(yes ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

struct watch *
plugin_signals(void)
{
	static struct watch watch = { signal_came, -1, WANT_READ };

	watch.fd = fd_above_standard(signalfd(-1, &blocked,
	    SFD_CLOEXEC | SFD_NONBLOCK));
	return watch.fd != -1 ? &watch : NULL;
}

const char *
plugin_interruption(void)
{
	static char words[40];
	const char *name = sigabbrev_np(the_signal);

	(void)snprintf(words, sizeof(words), "interrupted by SIG%s",
	    name != NULL ? name : "?");
	return words;
}

void
plugin_print(const struct text *t)
{
	unwritten |= !unwritten && !write_all(t->data, t->len);
}

_Noreturn void
plugin_exit(enum state s, const struct text *t)
{
	plugin_print(t);
	exit(unwritten ? (int)STATE_UNKNOWN : (int)s);
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
	last_words(" UNKNOWN - interrupted before anything was probed\n");
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
			if (info.ssi_signo != (uint32_t)ending[i])
				continue;
			the_signal = ending[i];
			plugin_interrupted = true;
		}
	}
}

/* A pipe may be shared with somebody who made it non-blocking. */
static bool
write_all(const char *s, size_t n)
{
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };

	while (n > 0) {
		ssize_t written = write(STDOUT_FILENO, s, n);

		if (written >= 0) {
			s += written;
			n -= (size_t)written;
		} else if (errno == EAGAIN) {
			if (poll(&out, 1, 1000) <= 0)
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}
