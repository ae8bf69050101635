/* SPDX-License-Identifier: ISC */
#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "xalloc.h"

/* As many descriptors as poll(2) serves; with one more it is epoll's turn. */
#define FEW 8

#define EVENTS_MAX 64

struct poller {
	int epoll_fd; /* -1: the few are all */
	struct watch *few[FEW];
	size_t n;
};

static int switch_to_epoll(struct poller *);
static int epoll_add(const struct poller *, struct watch *);
static int epoll_set(const struct poller *, struct watch *, int);
static void wait_few(struct poller *, int64_t);
static void wait_many(struct poller *, int64_t);
static void tell(struct watch *, int64_t);
static int64_t time_left(int64_t);

struct poller *
poller_new(void)
{
	struct poller *p = xcalloc(1, sizeof(*p));

	p->epoll_fd = -1;
	return p;
}

void
poller_free(struct poller *p)
{
	if (p == NULL)
		return;
	if (p->epoll_fd != -1)
		(void)close(p->epoll_fd);
	free(p);
}

int
poller_add(struct poller *p, struct watch *w)
{
	int err = 0;

	if (p->epoll_fd == -1 && p->n < FEW)
		p->few[p->n++] = w;
	else if ((err = switch_to_epoll(p)) == 0)
		err = epoll_add(p, w);
	w->polled = err == 0;
	return err;
}

/* What is added to epoll anew is looked at anew; so is what is changed. */
void
poller_again(struct poller *p, struct watch *w)
{
	if (p->epoll_fd != -1)
		(void)epoll_set(p, w, EPOLL_CTL_MOD);
}

void
poller_close(struct poller *p, struct watch *w)
{
	size_t i;

	/* epoll forgets a descriptor by itself. */
	for (i = 0; i < p->n; i++)
		if (p->few[i] == w)
			p->few[i] = p->few[--p->n];
	(void)close(w->fd);
	w->fd = -1;
	w->polled = false;
}

void
poller_wait(struct poller *p, int64_t until_us)
{
	if (p->epoll_fd == -1)
		wait_few(p, until_us);
	else
		wait_many(p, until_us);
}

int
poller_fd(struct poller *p)
{
	errno = switch_to_epoll(p);
	return p->epoll_fd;
}

/* Returns 0 or an errno; then all stays as it was. */
static int
switch_to_epoll(struct poller *p)
{
	size_t i;
	int err;

	if (p->epoll_fd != -1)
		return 0;
	p->epoll_fd = fd_above_standard(epoll_create1(EPOLL_CLOEXEC));
	if (p->epoll_fd == -1)
		return errno;
	for (i = 0; i < p->n; i++) {
		err = epoll_add(p, p->few[i]);
		if (err != 0) {
			(void)close(p->epoll_fd);
			p->epoll_fd = -1;
			return err;
		}
	}
	p->n = 0;
	return 0;
}

static int
epoll_add(const struct poller *p, struct watch *w)
{
	return epoll_set(p, w, EPOLL_CTL_ADD);
}

static int
epoll_set(const struct poller *p, struct watch *w, int operation)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = w,
	};

	return epoll_ctl(p->epoll_fd, operation, w->fd, &ev) == -1 ? errno : 0;
}

static void
wait_few(struct poller *p, int64_t until_us)
{
	static const short events[] = {
		[WANT_READ] = POLLIN,
		[WANT_WRITE] = POLLOUT,
	};
	int64_t left_us = time_left(until_us);
	struct timespec ts = {
		.tv_sec = left_us / CLOCK_SECOND,
		.tv_nsec = left_us % CLOCK_SECOND * 1000,
	};
	struct pollfd fds[FEW];
	struct watch *told[FEW];
	size_t i, n = 0;
	int64_t now_us;
	int ready;

	for (i = 0; i < p->n; i++) {
		struct watch *w = p->few[i];

		if (w->want == WANT_NOTHING)
			continue;
		fds[n] = (struct pollfd){ w->fd, events[w->want], 0 };
		told[n++] = w;
	}
	ready = ppoll(fds, n, until_us == CLOCK_NEVER ? NULL : &ts, NULL);
	if (ready <= 0)
		return;
	now_us = clock_now_us();
	for (i = 0; i < n; i++)
		if (fds[i].revents != 0)
			tell(told[i], now_us);
}

static void
wait_many(struct poller *p, int64_t until_us)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t now_us, ms = -1;
	int i, n;

	/* Rounded up: woken early, the loop would only turn once more. */
	if (until_us != CLOCK_NEVER)
		ms = (time_left(until_us) + CLOCK_MILLISECOND - 1) /
		    CLOCK_MILLISECOND;
	n = epoll_wait(p->epoll_fd, events, EVENTS_MAX,
	    ms < INT_MAX ? (int)ms : INT_MAX);
	now_us = clock_now_us();
	for (i = 0; i < n; i++)
		tell(events[i].data.ptr, now_us);
}

/* A watch may have been closed by one that was told before it. */
static void
tell(struct watch *w, int64_t now_us)
{
	if (w->fd != -1)
		w->ready(w, now_us);
}

static int64_t
time_left(int64_t until_us)
{
	int64_t left = until_us - clock_now_us();

	return left > 0 ? left : 0;
}
