/* SPDX-License-Identifier: ISC */
/*
 * Waiting for descriptors: a few with ppoll(2), which costs one call, many
 * with epoll(7), edge-triggered.  Either way, who is told tries all it can
 * until EAGAIN.
 */
#ifndef POLLER_H
#define POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum want {
	WANT_NOTHING, /* for the time being */
	WANT_READ,
	WANT_WRITE,
} __attribute__((packed));

/* Part of what waits. */
struct watch {
	void (*ready)(struct watch *w, int64_t now_us);
	int fd;
	enum want want; /* may change at any time; more may be told */
	bool polled;    /* the poller's: whether it was added */
};

struct poller;

/* Nothing is asked of the kernel before the first wait. */
struct poller *poller_new(void);
void poller_free(struct poller *p);

/*
 * Watches w, whose members are set.  What is ready already is told at the next
 * wait.  Returns 0 or an errno.
 */
int poller_add(struct poller *p, struct watch *w);

/*
 * For who did not try until EAGAIN: w is told once more at the next wait.
 */
void poller_again(struct poller *p, struct watch *w);

/* Ends that, and closes the descriptor; w->fd is -1 then. */
void poller_close(struct poller *p, struct watch *w);

/*
 * Waits until a descriptor is ready or until_us has come, then tells the
 * watches, with the time after the wait.  A watch that is told may close any
 * other, and is told nothing more if it was closed, but no watch may be freed
 * before poller_wait() returns.
 */
void poller_wait(struct poller *p, int64_t until_us);

/*
 * A descriptor that is readable when a watched one is ready, for another loop
 * to wait on; -1 with errno when there can be none.
 */
int poller_fd(struct poller *p);

#endif
