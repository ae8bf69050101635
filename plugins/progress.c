/* SPDX-License-Identifier: ISC */
#include "progress.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "engine.h"
#include "fd.h"

/* When it is shown for the first time, and how often then. */
#define FIRST_S 1
#define EVERY_NS (200L * 1000 * 1000)
#define WIDTH 30

static void show(struct watch *, int64_t);
static bool takes_words(void);

void
progress_start(struct progress *p, struct engine *e, const size_t *done,
    size_t total)
{
	const struct itimerspec when = { { 0, EVERY_NS }, { FIRST_S, 0 } };

	*p = (struct progress){ { show, -1, WANT_READ }, done, total, false };
	if (!isatty(STDERR_FILENO))
		return;
	p->watch.fd = fd_above_standard(timerfd_create(CLOCK_MONOTONIC,
	    TFD_CLOEXEC | TFD_NONBLOCK));
	if (p->watch.fd == -1)
		return;
	(void)timerfd_settime(p->watch.fd, 0, &when, NULL);
	(void)engine_watch(e, &p->watch);
}

void
progress_end(struct progress *p)
{
	if (p->shown && takes_words())
		(void)dprintf(STDERR_FILENO, "\r\033[K");
	if (p->watch.fd != -1)
		(void)close(p->watch.fd);
}

static void
show(struct watch *w, int64_t now_us)
{
	struct progress *p = (struct progress *)(void *)w;
	size_t filled = *p->done * WIDTH / p->total;
	char bar[WIDTH + 1];
	uint64_t ticks;

	(void)now_us;
	(void)!read(w->fd, &ticks, sizeof(ticks));
	if (!takes_words())
		return;
	memset(bar, '.', WIDTH);
	memset(bar, '#', filled);
	bar[WIDTH] = '\0';
	(void)dprintf(STDERR_FILENO, "\r[%s] %zu of %zu", bar, *p->done,
	    p->total);
	p->shown = true;
}

/* A terminal that was stopped, by ^S say, would stop the run. */
static bool
takes_words(void)
{
	struct pollfd terminal = { STDERR_FILENO, POLLOUT, 0 };

	return poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT) != 0;
}
