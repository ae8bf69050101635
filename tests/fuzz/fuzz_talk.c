/* SPDX-License-Identifier: ISC */
/*
 * A probe and a hostile peer at the other end of a Unix socket, turn by turn in
 * one thread and by a clock of our own: the outcome is what the bytes, and the
 * way they end, make it.
 *
 * Input: a byte of flags, a byte for the sizes of the pieces, one for the most
 * that is read, the expected string, a newline, what the peer sends.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "stream_probe.h"

#define FLAG_ANYWHERE 1
#define FLAG_CLOSE 2 /* the peer closes; else it falls silent */
#define FLAG_SEND 4
#define FLAG_PATIENT 8 /* no end but the deadline */
#define FLAG_SMALL 16  /* the third byte counts */
#define FLAG_DEAF 32   /* the peer does not read */

#define START_US (1000 * CLOCK_SECOND)
#define DEADLINE_US (START_US + 10 * CLOCK_SECOND)

static const struct bytes hello = BYTES("HELO\r\n"), quit = BYTES("QUIT\r\n");

static struct {
	unsigned flags;
	struct bytes data; /* to be sent yet */
	unsigned seed;
	int fd; /* -1: not yet */
	bool closed;
	char heard[64];
	size_t n_heard;
} peer;

static int64_t the_time_us;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static int open_listener(char *, size_t);
static void talk(const struct target *, int);
static bool peer_step(int);
static bool peer_send(void);
static void check_heard(void);
static void done(void *, const struct target *, const struct result *);
static enum outcome expected(const struct expect *, struct bytes, size_t,
    enum ending *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	static int listener = -1;
	struct pattern string = { 0 };
	struct step steps[2] = { { STEP_SEND, hello }, { STEP_EXPECT } };
	struct dialogue dialogue = { steps, 2, quit };
	struct target target = { path, .dialogue = &dialogue };
	const char *s = (const char *)data + 3,
		   *end = (const char *)data + size;
	const char *newline;

	if (size < 4 || (newline = memchr(s, '\n', size - 3)) == NULL)
		return 0;
	if (listener == -1)
		listener = open_listener(path, sizeof(path));
	memset(&peer, 0, sizeof(peer));
	peer.fd = -1;
	peer.flags = data[0];
	peer.seed = data[1];
	peer.data = (struct bytes){ newline + 1, (size_t)(end - newline) - 1 };
	string.text = (struct bytes){ s, (size_t)(newline - s) };
	string.kind = peer.flags & FLAG_ANYWHERE ? PATTERN_ANYWHERE
						 : PATTERN_PREFIX;
	steps[1].expect = (struct expect){ &string, 1, false };
	if ((peer.flags & FLAG_SEND) == 0) {
		dialogue.steps++;
		dialogue.n--;
	}
	dialogue.quiet_us = peer.flags & FLAG_PATIENT ? 0 : DIALOGUE_QUIET_US;
	dialogue.max_bytes = peer.flags & FLAG_SMALL ? 1 + (size_t)data[2]
						     : DIALOGUE_MAX_BYTES;
	talk(&target, listener);
	return 0;
}

/* In place of the real one. */
int64_t
clock_now_us(void)
{
	return the_time_us;
}

int64_t
clock_wall_us(void)
{
	return the_time_us;
}

/* A socket that has no name any more leaves none behind. */
static int
open_listener(char *path, size_t size)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/fuzz_talk.XXXXXX";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int name;

	assert(fd != -1 && mkdtemp(dir) != NULL);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/socket", dir);
	assert(bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0);
	assert(listen(fd, 8) == 0);
	name = open(un.sun_path, O_PATH | O_CLOEXEC);
	assert(name != -1);
	snprintf(path, size, "/proc/self/fd/%d", name);
	assert(unlink(un.sun_path) == 0 && rmdir(dir) == 0);
	return fd;
}

static void
talk(const struct target *target, int listener)
{
	struct bytes all = peer.data;
	const struct engine_conf conf = {
		.streams = &stream_probe,
		.parallel = 1,
		.done = done,
		.ctx = &all,
	};
	struct engine *e = engine_new(&conf);
	int64_t next_us;

	the_time_us = START_US;
	engine_add(e, target, DEADLINE_US);
	for (;;) {
		next_us = engine_turn(e, the_time_us);
		if (!engine_busy(e))
			break;
		assert(next_us <= DEADLINE_US);
		/* When nobody does anything time goes on. */
		the_time_us = peer_step(listener) ? the_time_us + 1 : next_us;
		engine_wait(e, the_time_us);
	}
	engine_free(e);
	assert(all.data == NULL && the_time_us <= DEADLINE_US);
	if (!peer.closed && (peer.flags & FLAG_DEAF) == 0)
		check_heard();
	if (!peer.closed)
		(void)close(peer.fd);
}

/* Whether the peer did anything. */
static bool
peer_step(int listener)
{
	ssize_t n = -1;

	if (peer.fd == -1) {
		peer.fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		assert(peer.fd != -1);
		return true;
	}
	if (peer.closed)
		return false;
	if ((peer.flags & FLAG_DEAF) == 0) {
		n = recv(peer.fd, peer.heard + peer.n_heard,
		    sizeof(peer.heard) - peer.n_heard, 0);
		if (n > 0)
			peer.n_heard += (size_t)n;
		if ((peer.flags & FLAG_SEND) && peer.n_heard < hello.len)
			return true;
	}
	return peer_send() || n > 0;
}

static bool
peer_send(void)
{
	size_t n;

	if (peer.data.len > 0) {
		peer.seed = peer.seed * 1103515245 + 12345;
		n = 1 + (peer.seed >> 16) % (1 + peer.data.len / 4);
		assert(send(peer.fd, peer.data.data, n, MSG_NOSIGNAL) ==
		    (ssize_t)n);
		peer.data.data += n;
		peer.data.len -= n;
		return true;
	}
	if (peer.flags & FLAG_CLOSE) {
		(void)close(peer.fd);
		peer.closed = true;
	}
	return peer.closed;
}

/* A peer that listens until the end hears all of ours, and no more. */
static void
check_heard(void)
{
	const char *at = peer.heard;
	ssize_t n;

	n = recv(peer.fd, peer.heard + peer.n_heard,
	    sizeof(peer.heard) - peer.n_heard, 0);
	if (n > 0)
		peer.n_heard += (size_t)n;
	if (peer.flags & FLAG_SEND) {
		assert(memcmp(at, hello.data, hello.len) == 0);
		at += hello.len;
	}
	assert(peer.n_heard == (size_t)(at - peer.heard) + quit.len);
	assert(memcmp(at, quit.data, quit.len) == 0);
}

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	const struct dialogue *d = t->dialogue;
	struct bytes *all = ctx;
	enum ending ending;
	enum outcome outcome = expected(&d->steps[d->n - 1].expect, *all,
	    d->max_bytes, &ending);

	/* Who closes on bytes that he did not read resets the connection. */
	if (peer.flags & FLAG_DEAF) {
		assert(r->outcome == outcome || r->outcome == OUTCOME_RESET);
	} else {
		assert(r->outcome == outcome);
		assert(outcome == OUTCOME_OK || r->ending == ending);
	}
	assert(r->reply.len <= all->len && r->reply.len <= d->max_bytes);
	assert(r->reply.len == 0 ||
	    memcmp(r->reply.data, all->data, r->reply.len) == 0);
	assert(r->time_us >= 0 && r->time_us <= DEADLINE_US - START_US);
	assert(r->n_attempts == 1 && r->attempts[0].outcome == OUTCOME_OK);
	all->data = NULL; /* it was told, once */
}

static enum outcome
expected(const struct expect *e, struct bytes all, size_t max,
    enum ending *ending)
{
	const struct bytes *s = &e->patterns[0].text;
	size_t len = all.len < max ? all.len : max;
	size_t common = len < s->len ? len : s->len;

	*ending = len == max                        ? ENDING_FULL
	    : peer.flags & FLAG_CLOSE               ? ENDING_CLOSED
	    : len == 0 || peer.flags & FLAG_PATIENT ? ENDING_DEADLINE
						    : ENDING_QUIET;
	if (len == 0)
		return peer.flags & FLAG_CLOSE ? OUTCOME_NO_DATA
					       : OUTCOME_STALLED;
	if (e->patterns[0].kind == PATTERN_ANYWHERE)
		return memmem(all.data, len, s->data, s->len) != NULL
		    ? OUTCOME_OK
		    : OUTCOME_MISMATCH;
	if (memcmp(all.data, s->data, common) == 0)
		return common == s->len ? OUTCOME_OK : OUTCOME_MISMATCH;
	*ending = ENDING_JUDGED;
	return OUTCOME_MISMATCH;
}
