/* SPDX-License-Identifier: ISC */
#include "snmp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addr.h"
#include "clock.h"
#include "fd.h"
#include "num.h"
#include "xalloc.h"

/* Of a TCP connection, which a router may swallow. */
#define CONNECT_MS 200

/* When nothing tells us that there is news, and when there was some. */
#define TRY_US (250 * CLOCK_MILLISECOND)
#define TRY_WATCHED_US (2 * CLOCK_SECOND)
/* A socket has its name before somebody listens on it. */
#define TRY_SOON_US (20 * CLOCK_MILLISECOND)
#define SOON 25

#define HOST_MAX 64

struct snmp_socket {
	union addr_sockaddr to;
	socklen_t len;
	char *directory; /* NULL: not on this machine's disk */
	int inotify;     /* -1: none */
	int watch;       /* -1: the directory is not watched */
	unsigned soon;   /* tries that are left */
};

static const char *parse(const char *, union addr_sockaddr *, socklen_t *);
static const char *parse_path(const char *, union addr_sockaddr *, socklen_t *);
static const char *parse_tcp(const char *, union addr_sockaddr *, socklen_t *);
static void watch_directory(struct snmp_socket *);
static bool connected(int);
static bool drain(int);

const char *
snmp_socket_check(const char *place)
{
	union addr_sockaddr to;
	socklen_t len;

	return parse(place, &to, &len);
}

struct snmp_socket *
snmp_socket_new(const char *place)
{
	struct snmp_socket *s = xcalloc(1, sizeof(*s));
	char *slash;

	s->inotify = s->watch = -1;
	(void)parse(place, &s->to, &s->len);
	if (s->to.any.sa_family != AF_UNIX)
		return s;
	s->directory = xstrdup(s->to.un.sun_path);
	slash = strrchr(s->directory, '/');
	slash[slash == s->directory] = '\0';
	s->inotify = fd_above_standard(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	return s;
}

void
snmp_socket_free(struct snmp_socket *s)
{
	if (s == NULL)
		return;
	if (s->inotify != -1)
		(void)close(s->inotify);
	free(s->directory);
	free(s);
}

/* The directory is watched before, so that nothing happens in between. */
bool
snmp_socket_try(struct snmp_socket *s, const char **why)
{
	int fd, err;

	watch_directory(s);
	fd = fd_above_standard(socket(s->to.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd == -1) {
		*why = strerror(errno);
		return false;
	}
	err = connect(fd, &s->to.any, s->len) == 0 ? 0 : errno;
	if (err == EINPROGRESS)
		err = connected(fd) ? 0 : errno;
	(void)close(fd);
	*why = err == 0 ? NULL : strerror(err);
	if (err == ENOENT)
		s->soon = 0;
	return err == 0;
}

void
snmp_socket_wait(struct snmp_socket *s, int fd, int64_t until_us)
{
	int64_t now_us = clock_now_us(), again_us;
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
		{ .fd = s->inotify, .events = POLLIN } };
	int64_t left_us;

	if (s->soon > 0) {
		s->soon--;
		again_us = now_us + TRY_SOON_US;
	} else {
		again_us = now_us + (s->watch == -1 ? TRY_US : TRY_WATCHED_US);
	}
	if (again_us < until_us)
		until_us = again_us;
	left_us = until_us > now_us ? until_us - now_us : 0;
	(void)poll(fds, 2, (int)((left_us + 999) / 1000));
	if (s->inotify != -1 && drain(s->inotify))
		s->soon = SOON;
}

static const char *
parse(const char *place, union addr_sockaddr *to, socklen_t *len)
{
	memset(to, 0, sizeof(*to));
	if (strncmp(place, "unix:", 5) == 0)
		return parse_path(place + 5, to, len);
	if (strncmp(place, "tcp:", 4) == 0)
		return parse_tcp(place + 4, to, len);
	if (place[0] == '/')
		return parse_path(place, to, len);
	return "neither unix:PATH nor tcp:ADDRESS:PORT";
}

static const char *
parse_path(const char *path, union addr_sockaddr *to, socklen_t *len)
{
	size_t n = strlen(path);

	if (path[0] != '/')
		return "not an absolute path";
	if (n >= sizeof(to->un.sun_path))
		return "too long for the path of a socket";
	to->un.sun_family = AF_UNIX;
	memcpy(to->un.sun_path, path, n + 1);
	*len = sizeof(to->un);
	return NULL;
}

/* No names: to resolve one may take long, and each time. */
static const char *
parse_tcp(const char *s, union addr_sockaddr *to, socklen_t *len)
{
	const char *colon = strrchr(s, ':'), *why;
	char host[HOST_MAX];
	int64_t port = 0;
	size_t n = colon != NULL ? (size_t)(colon - s) : 0;

	if (n == 0 || n >= sizeof(host))
		return "not ADDRESS:PORT";
	why = num_int(colon + 1, 1, UINT16_MAX, &port);
	if (why != NULL)
		return "not a port";
	memcpy(host, s, n);
	host[n] = '\0';
	to->in.sin_family = AF_INET;
	to->in.sin_port = htons((uint16_t)port);
	*len = sizeof(to->in);
	return inet_pton(AF_INET, host, &to->in.sin_addr) == 1
	    ? NULL
	    : "not an IPv4 address";
}

/* It may not be there yet, or not any more; it may have been made anew. */
static void
watch_directory(struct snmp_socket *s)
{
	if (s->inotify == -1)
		return;
	s->watch = inotify_add_watch(s->inotify, s->directory,
	    IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MOVE_SELF | IN_ONLYDIR);
}

static bool
connected(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = ETIMEDOUT;

	if (poll(&p, 1, CONNECT_MS) == 1)
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	errno = err;
	return err == 0;
}

static bool
drain(int fd)
{
	char buf[4096] __attribute__((aligned(8)));
	bool some = false;

	while (read(fd, buf, sizeof(buf)) > 0)
		some = true;
	return some;
}
