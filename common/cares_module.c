/* SPDX-License-Identifier: ISC */
/*
 * The module resolver_cares.so: many names at once by c-ares, which only big
 * runs load.
 */
#include "cares_module.h"

#include <ares.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fd.h"

/*
 * A name server is asked again after this time and then twice and four times
 * as long: what is lost in our own burst shall not cost a second.
 */
#define QUERY_MS 250
#define TRIES 3

/* How often is looked for what is late. */
#define TICK_US 25000

/* Hundreds of answers may come while we are busy. */
#define RECEIVE_BUFFER (1 << 20)

/* Datagrams read in one turn of the loop. */
#define TURN_MAX 128

/* Queries that are sent by one call, and room for as many as is usual. */
#define BATCH_MAX 64
#define BATCH_SIZE 4096

/* Datagrams that are still to be sent. */
struct batch {
	int fd; /* -1: none */
	bool datagrams;
	int err; /* why it could not be sent, or 0 */
	unsigned n;
	size_t size;
	struct iovec parts[BATCH_MAX];
	unsigned char bytes[BATCH_SIZE];
};

struct cares_session {
	struct cares_host host;
	ares_channel channel;
	int timer_fd;
	bool ticking;
	unsigned asked;
	int fd;          /* the socket that is being read; -1: closed */
	unsigned budget; /* datagrams it may still read */
	int unread_fd;   /* one that had more than that, or -1 */

	/*
	 * c-ares opens a socket for each address that it sorts, only to hear
	 * where it would be asked from: one for IPv4 and one for IPv6 serve
	 * them all.  -1: none.
	 */
	int spare_fds[2];
	int opened_fd; /* the last socket, unless it is one to ask by */
	int opened_family;

	struct batch batch;
	int fault; /* errno of the next receive(), or 0 */
};

static struct cares_session *start(const struct cares_host *, const char *);
static bool start_channel(struct cares_session *, const char *);
static void end(struct cares_session *);
static void ask(struct cares_session *, const char *, int, void *);
static void answered(void *, int, int, struct ares_addrinfo *);
static uint32_t least_ttl(const struct ares_addrinfo *);
static void ready(struct cares_session *, int);
static void flush(struct cares_session *);
static void tick(struct cares_session *);
static void drain(struct cares_session *, int);
static void set_timer(struct cares_session *, int64_t);

static ares_socket_t open_socket(int, int, int, void *);
static int close_socket(ares_socket_t, void *);
static bool disconnect(int);
static int connect_socket(ares_socket_t, const struct sockaddr *,
    ares_socklen_t, void *);
static ares_ssize_t receive(ares_socket_t, void *, size_t, int,
    struct sockaddr *, ares_socklen_t *, void *);
static ares_ssize_t transmit(ares_socket_t, const struct iovec *, int, void *);
static void new_batch(struct batch *, int);
static void put(struct batch *, const struct iovec *, int, size_t);
static void send_batch(struct batch *);
static int enlarge(ares_socket_t, int, void *);
static void watch(void *, ares_socket_t, int, int);

/* Ours, since c-ares knows no MSG_NOSIGNAL and the poller closes them. */
static const struct ares_socket_functions sockets = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive,
	.asendv = transmit,
};

const struct cares_module cares_module = {
	.version = CARES_MODULE_VERSION,
	.start = start,
	.end = end,
	.ask = ask,
	.ready = ready,
	.flush = flush,
	.wake = set_timer,
};

static struct cares_session *
start(const struct cares_host *host, const char *servers)
{
	struct cares_session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->host = *host;
	s->fd = -1;
	s->unread_fd = -1;
	s->spare_fds[0] = -1;
	s->spare_fds[1] = -1;
	s->opened_fd = -1;
	s->batch.fd = -1;
	s->timer_fd = fd_above_standard(timerfd_create(CLOCK_MONOTONIC,
	    TFD_CLOEXEC | TFD_NONBLOCK));
	if (s->timer_fd == -1 || !start_channel(s, servers)) {
		if (s->timer_fd != -1)
			(void)close(s->timer_fd);
		free(s);
		return NULL;
	}
	s->host.watch(s->host.ctx, s->timer_fd, false);
	return s;
}

static bool
start_channel(struct cares_session *s, const char *servers)
{
	char lookups[] = "b"; /* of DNS, not of files */
	struct ares_options options = {
		.flags = ARES_FLAG_STAYOPEN,
		.timeout = QUERY_MS,
		.tries = TRIES,
		.lookups = lookups,
		.sock_state_cb = watch,
		.sock_state_cb_data = s,
	};

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return false;
	if (ares_init_options(&s->channel, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		    ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS)
		goto no_channel;
	ares_set_socket_functions(s->channel, &sockets, s);
	ares_set_socket_configure_callback(s->channel, enlarge, s);
	if (servers == NULL ||
	    ares_set_servers_ports_csv(s->channel, servers) == ARES_SUCCESS)
		return true;
	ares_destroy(s->channel);
no_channel:
	ares_library_cleanup();
	return false;
}

static void
end(struct cares_session *s)
{
	int i;

	ares_destroy(s->channel);
	ares_library_cleanup();
	for (i = 0; i < 2; i++)
		if (s->spare_fds[i] != -1)
			(void)close(s->spare_fds[i]);
	s->host.close(s->host.ctx, s->timer_fd);
	free(s);
}

/* What of a name its answer needs. */
struct question {
	struct cares_session *session;
	void *name;
};

static void
ask(struct cares_session *s, const char *host, int family, void *name)
{
	const struct ares_addrinfo_hints hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
	};
	struct question *q = malloc(sizeof(*q));

	if (q == NULL) {
		s->host.done(s->host.ctx, name, 0, false);
		return;
	}
	*q = (struct question){ s, name };
	s->asked++;
	if (!s->ticking)
		set_timer(s, TICK_US);
	ares_getaddrinfo(s->channel, host, NULL, &hints, answered, q);
}

static void
answered(void *ctx, int status, int timeouts, struct ares_addrinfo *list)
{
	struct question q = *(struct question *)ctx;
	const struct cares_host *host = &q.session->host;
	const struct ares_addrinfo_node *node;
	uint32_t ttl_s = 0;

	free(ctx);
	q.session->asked--;
	if (status == ARES_SUCCESS) {
		for (node = list->nodes; node != NULL; node = node->ai_next)
			host->found(host->ctx, node->ai_addr, node->ai_addrlen);
		ttl_s = least_ttl(list);
		ares_freeaddrinfo(list);
	}
	host->done(host->ctx, q.name, ttl_s, timeouts > 0);
}

/* Of the addresses, and of the names that led to them. */
static uint32_t
least_ttl(const struct ares_addrinfo *list)
{
	const struct ares_addrinfo_cname *cname;
	const struct ares_addrinfo_node *node;
	int ttl = INT_MAX;

	for (node = list->nodes; node != NULL; node = node->ai_next)
		if (node->ai_ttl < ttl)
			ttl = node->ai_ttl;
	for (cname = list->cnames; cname != NULL; cname = cname->next)
		if (cname->ttl < ttl)
			ttl = cname->ttl;
	/* RFC 2181 8: what looks negative is zero. */
	return ttl > 0 ? (uint32_t)ttl : 0;
}

static void
ready(struct cares_session *s, int fd)
{
	if (fd == s->timer_fd)
		tick(s);
	else
		drain(s, fd);
}

/*
 * c-ares took all for sent: an error is told as one of receiving, after which
 * it asks again, of the next server if there is one, no more than TRIES times.
 */
static void
flush(struct cares_session *s)
{
	struct batch *b = &s->batch;

	send_batch(b);
	while (b->err != 0) {
		s->fault = b->err;
		b->err = 0;
		ares_process_fd(s->channel, b->fd, ARES_SOCKET_BAD);
		s->fault = 0;
		send_batch(b);
	}
}

static void
tick(struct cares_session *s)
{
	uint64_t count;
	int fd = s->unread_fd;

	(void)!read(s->timer_fd, &count, sizeof(count));
	if (s->asked == 0 && fd == -1)
		set_timer(s, 0);
	if (fd != -1)
		drain(s, fd);
	else
		ares_process_fd(s->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/* Edges are told once; c-ares reads a part of what there is. */
static void
drain(struct cares_session *s, int fd)
{
	struct pollfd more = { .fd = fd, .events = POLLIN };

	s->fd = fd;
	s->unread_fd = -1;
	s->budget = TURN_MAX;
	do {
		ares_process_fd(s->channel, fd, fd);
	} while (s->fd != -1 && s->budget > 0 && poll(&more, 1, 0) > 0);
	if (s->fd != -1 && s->budget == 0) {
		s->unread_fd = fd;
		set_timer(s, 1);
	}
	s->fd = -1;
}

/* The next tick; 0: none any more. */
static void
set_timer(struct cares_session *s, int64_t time_us)
{
	const struct itimerspec at = {
		.it_value.tv_nsec = (long)time_us * 1000,
		.it_interval.tv_nsec = TICK_US * 1000,
	};

	s->ticking = time_us != 0;
	(void)timerfd_settime(s->timer_fd, 0, &at, NULL);
}

static ares_socket_t
open_socket(int family, int type, int protocol, void *ctx)
{
	struct cares_session *s = ctx;
	int *spare_fd = &s->spare_fds[family == AF_INET6];
	int fd = *spare_fd;

	if (type == SOCK_DGRAM && fd != -1)
		*spare_fd = -1;
	else
		fd = fd_above_standard(socket(family,
		    type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
	s->opened_fd = type == SOCK_DGRAM ? fd : -1;
	s->opened_family = family;
	return fd;
}

static int
close_socket(ares_socket_t fd, void *ctx)
{
	struct cares_session *s = ctx;
	int *spare_fd = &s->spare_fds[s->opened_family == AF_INET6];

	if (fd == s->opened_fd && *spare_fd == -1 && disconnect(fd)) {
		*spare_fd = fd;
		s->opened_fd = -1;
		return 0;
	}
	if (fd == s->fd)
		s->fd = -1;
	if (fd == s->unread_fd)
		s->unread_fd = -1;
	if (fd == s->batch.fd)
		new_batch(&s->batch, -1);
	s->host.close(s->host.ctx, fd);
	return 0;
}

/* Takes away the local address and port, too. */
static bool
disconnect(int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(fd, &none, sizeof(none)) == 0;
}

static int
connect_socket(ares_socket_t fd, const struct sockaddr *sa, ares_socklen_t len,
    void *ctx)
{
	(void)ctx;
	return connect(fd, sa, len);
}

static ares_ssize_t
receive(ares_socket_t fd, void *data, size_t size, int flags,
    struct sockaddr *from, ares_socklen_t *from_len, void *ctx)
{
	struct cares_session *s = ctx;

	if (s->fault != 0) {
		errno = s->fault;
		s->fault = 0;
		return -1;
	}
	if (s->budget == 0) {
		errno = EAGAIN;
		return -1;
	}
	s->budget--;
	return recvfrom(fd, data, size, flags, from, from_len);
}

/* Datagrams wait for flush(): sent one by one, each wakes the name server. */
static ares_ssize_t
transmit(ares_socket_t fd, const struct iovec *data, int n, void *ctx)
{
	const struct msghdr message = {
		/* sendmsg(2) writes to neither. */
		.msg_iov = (struct iovec *)(uintptr_t)data,
		.msg_iovlen = (size_t)n,
	};
	struct cares_session *s = ctx;
	struct batch *b = &s->batch;
	size_t size = 0;
	int i;

	for (i = 0; i < n; i++)
		size += data[i].iov_len;
	if (fd != b->fd) {
		send_batch(b);
		new_batch(b, fd);
	}
	if (b->datagrams && size <= BATCH_SIZE) {
		if (b->n == BATCH_MAX || b->size + size > BATCH_SIZE)
			send_batch(b);
		put(b, data, n, size);
		return (ares_ssize_t)size;
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* Without what the last one had. */
static void
new_batch(struct batch *b, int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	b->fd = fd;
	b->datagrams = fd != -1 &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	    type == SOCK_DGRAM;
	b->err = 0;
	b->n = 0;
	b->size = 0;
}

static void
put(struct batch *b, const struct iovec *data, int n, size_t size)
{
	int i;

	b->parts[b->n++] = (struct iovec){ b->bytes + b->size, size };
	for (i = 0; i < n; i++) {
		memcpy(b->bytes + b->size, data[i].iov_base, data[i].iov_len);
		b->size += data[i].iov_len;
	}
}

/* What finds no room is lost, as it may be anywhere on its way. */
static void
send_batch(struct batch *b)
{
	struct mmsghdr messages[BATCH_MAX];
	unsigned i, sent = 0;
	int n;

	memset(messages, 0, b->n * sizeof(messages[0]));
	for (i = 0; i < b->n; i++) {
		messages[i].msg_hdr.msg_iov = &b->parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < b->n) {
		n = sendmmsg(b->fd, messages + sent, b->n - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			if (errno != EAGAIN && errno != ENOBUFS)
				b->err = errno;
			break;
		}
		sent += (unsigned)n;
	}
	b->n = 0;
	b->size = 0;
}

/* As far as the kernel lets us. */
static int
enlarge(ares_socket_t fd, int type, void *ctx)
{
	const int size = RECEIVE_BUFFER;
	struct cares_session *s = ctx;

	s->opened_fd = -1;
	if (type == SOCK_DGRAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof(size));
	return 0;
}

/* Of a socket that is neither read nor written we hear by close_socket(). */
static void
watch(void *ctx, ares_socket_t fd, int read, int write)
{
	struct cares_session *s = ctx;

	if (read || write)
		s->host.watch(s->host.ctx, fd, write);
}
