/* SPDX-License-Identifier: ISC */
#include "sink.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"

#define MODE 0640

#define WAITING_FIRST 4096

static int open_file(const char *);
static bool address(struct sockaddr_un *, socklen_t *, const char *);
static bool put_now(struct sink *, const char *, size_t);
static bool room(int);
static bool write_all(struct sink *, const char *, size_t);
static bool may_wait(int);
static bool wait_for_room(struct sink *, const char *, size_t);
static bool make_room(struct sink *, size_t);
static void forget(struct sink *);

const char *
sink_open_file(struct sink *s, const char *path)
{
	int fd = open_file(path);

	if (fd == -1)
		return strerror(errno);
	*s = (struct sink){ .fd = fd, .max = s->max };
	return NULL;
}

const char *
sink_open_socket(struct sink *s, const char *path)
{
	struct sockaddr_un to;
	socklen_t len;

	if (!address(&to, &len, path))
		return strerror(ENAMETOOLONG);
	if (s->fd == -1) {
		int fd = fd_above_standard(socket(AF_UNIX,
		    SOCK_DGRAM | SOCK_CLOEXEC, 0));

		if (fd == -1)
			return strerror(errno);
		*s = (struct sink){ .fd = fd, .max = s->max };
	}
	s->to = to;
	s->to_len = len;
	return NULL;
}

void
sink_close(struct sink *s)
{
	if (s->fd == -1)
		return;
	(void)sink_flush(s);
	forget(s);
	(void)close(s->fd);
	s->fd = -1;
}

bool
sink_put(struct sink *s, const char *record, size_t len)
{
	assert(len <= SINK_RECORD_MAX);
	if (s->fd == -1)
		return true;
	if (sink_flush(s)) {
		if (put_now(s, record, len))
			return true;
	} else {
		errno = EAGAIN;
	}
	s->err = errno;
	if (may_wait(s->err) && wait_for_room(s, record, len))
		return true;
	s->lost++;
	return false;
}

bool
sink_flush(struct sink *s)
{
	uint32_t len;

	while (s->begin < s->end && s->fd != -1) {
		const char *record = s->waiting + s->begin + sizeof(len);

		memcpy(&len, s->waiting + s->begin, sizeof(len));
		if (!put_now(s, record, len)) {
			if (may_wait(errno))
				return false;
			s->err = errno;
			s->lost++;
		}
		s->begin += sizeof(len) + len;
	}
	forget(s);
	return true;
}

/*
 * Of a FIFO neither opening nor writing is to wait for who reads it.  A block
 * device is nothing to append to.
 */
static int
open_file(const char *path)
{
	struct stat st;
	int fd = fd_above_standard(open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
	    MODE));

	if (fd != -1 && fstat(fd, &st) == 0 && S_ISBLK(st.st_mode)) {
		(void)close(fd);
		errno = ENOTSUP;
		return -1;
	}
	return fd;
}

static bool
address(struct sockaddr_un *to, socklen_t *len, const char *path)
{
	size_t n = strlen(path);

	if (n >= sizeof(to->sun_path))
		return false;
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path, path, n);
	if (path[0] == '@')
		to->sun_path[0] = '\0';
	/* The length counts in an abstract name: no byte is after it. */
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return true;
}

/* errno says why it was not. */
static bool
put_now(struct sink *s, const char *record, size_t len)
{
	if (s->to_len > 0)
		return sendto(s->fd, record, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const struct sockaddr *)(const void *)&s->to,
			   s->to_len) != -1;
	if (!room(s->fd))
		return false;
	if (s->cut) {
		if (!write_all(s, "\n", 1))
			return false;
		s->cut = false;
	}
	return write_all(s, record, len);
}

/*
 * Standard error is not ours alone, and O_NONBLOCK would be for all who have it;
 * but where there is room a pipe takes a whole PIPE_BUF.
 */
static bool
room(int fd)
{
	struct pollfd p = { fd, POLLOUT, 0 };

	if (poll(&p, 1, 0) == -1)
		return false;
	if ((p.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		errno = EPIPE;
	else if ((p.revents & POLLOUT) != 0)
		return true;
	else
		errno = EAGAIN;
	return false;
}

/* What fails in the middle of a record is no wait: a part of it is there. */
static bool
write_all(struct sink *s, const char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(s->fd, bytes + done, len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno != EINTR) {
			if (done > 0) {
				s->cut = true;
				errno = may_wait(errno) ? EIO : errno;
			}
			return false;
		}
	}
	return true;
}

/* A receiver's queue may be full, or all memory for sockets be used. */
static bool
may_wait(int err)
{
	return err == EAGAIN || err == ENOBUFS || err == ENOMEM;
}

static bool
wait_for_room(struct sink *s, const char *record, size_t len)
{
	uint32_t n = (uint32_t)len;

	if (!make_room(s, sizeof(n) + len))
		return false;
	memcpy(s->waiting + s->end, &n, sizeof(n));
	memcpy(s->waiting + s->end + sizeof(n), record, len);
	s->end += sizeof(n) + len;
	return true;
}

/* Without memory, nothing waits: the daemon has to say so, and not to end of it. */
static bool
make_room(struct sink *s, size_t more)
{
	size_t used = s->end - s->begin;
	size_t size = s->size > 0 ? s->size : WAITING_FIRST;
	char *p;

	if (used + more > s->max)
		return false;
	if (s->begin > 0 && s->end + more > s->size) {
		memmove(s->waiting, s->waiting + s->begin, used);
		s->begin = 0;
		s->end = used;
	}
	if (s->end + more <= s->size)
		return true;
	while (size < used + more)
		size *= 2;
	p = realloc(s->waiting, size);
	if (p == NULL)
		return false;
	s->waiting = p;
	s->size = size;
	return true;
}

static void
forget(struct sink *s)
{
	free(s->waiting);
	s->waiting = NULL;
	s->begin = s->end = s->size = 0;
}
