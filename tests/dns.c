/* SPDX-License-Identifier: ISC */
#include "dns.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define CONNECTIONS_MAX 8
#define QUERY_MAX 512
#define HEADER 12

/* RFC 1035 4.1.1, RFC 1035 3.2.2, RFC 3596 2.1 */
enum { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };
enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28 };
enum { FLAG_RESPONSE = 0x80, FLAG_TC = 0x02 };

/* A question, to be answered when its time has come; port 0: by TCP. */
struct question {
	struct question *next;
	int64_t due_us;
	int fd;
	struct sockaddr_in from;
	size_t len;
	unsigned char data[QUERY_MAX];
};

struct server {
	int64_t delay_us;
	int stranger; /* a socket of another port */
	struct pollfd fds[2 + CONNECTIONS_MAX];
	struct question *first;
	struct question **last;
};

struct message {
	size_t len;
	unsigned char data[65535];
};

static void serve(struct server *);
static void hear(struct server *, int);
static void hear_tcp(struct server *, struct pollfd *);
static void enqueue(struct server *, const struct question *);
static void answer(const struct server *, const struct question *);
static void say(const struct question *, const struct message *);
static void send_junk(const struct question *, const struct message *);
static void forge(const struct server *, const struct question *);
static size_t question_end(const struct question *);
static void reply(struct message *, const struct question *, int);
static void add_a(struct message *, uint32_t);
static void add_aaaa(struct message *, uint32_t);
static void add_alias(struct message *);
static void set_ttl(struct message *, size_t, uint32_t);
static void add(struct message *, unsigned, const void *, size_t);

void
dns_start(struct dns *d, uint16_t port, unsigned delay_ms)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);
	struct server s = { .delay_us = delay_ms * CLOCK_MILLISECOND };
	int udp, tcp, tries, one = 1;
	size_t i;

	udp = -1;
	tcp = -1;
	/* What is free for one may not be so for the other. */
	for (tries = 0; tries < 100; tries++) {
		sin.sin_port = htons(port);
		udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
		tcp = socket(AF_INET,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one,
		    sizeof(one));
		if (bind(udp, (struct sockaddr *)&sin, sizeof(sin)) == 0 &&
		    getsockname(udp, (struct sockaddr *)&sin, &len) == 0 &&
		    bind(tcp, (struct sockaddr *)&sin, sizeof(sin)) == 0 &&
		    listen(tcp, CONNECTIONS_MAX) == 0)
			break;
		(void)close(udp);
		(void)close(tcp);
	}
	if (tries == 100)
		err(99, "dns_start");
	/* As far as the kernel lets us. */
	(void)setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &(int){ 1 << 22 },
	    sizeof(int));
	d->port = ntohs(sin.sin_port);
	(void)snprintf(d->servers, sizeof(d->servers), "127.0.0.1:%u", d->port);

	d->pid = fork();
	if (d->pid == -1)
		err(99, "fork");
	if (d->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		s.stranger = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		s.fds[0] = (struct pollfd){ udp, POLLIN, 0 };
		s.fds[1] = (struct pollfd){ tcp, POLLIN, 0 };
		for (i = 2; i < 2 + CONNECTIONS_MAX; i++)
			s.fds[i] = (struct pollfd){ -1, POLLIN, 0 };
		s.last = &s.first;
		serve(&s);
	}
	(void)close(udp);
	(void)close(tcp);
}

void
dns_stop(struct dns *d)
{
	(void)kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, NULL, 0);
}

static void
serve(struct server *s)
{
	struct question *q;
	int64_t left_us;
	int ms;
	size_t i;

	for (;;) {
		ms = -1;
		while ((q = s->first) != NULL) {
			left_us = q->due_us - clock_now_us();
			if (left_us > 0) {
				/* To the microsecond: the last one is spun. */
				ms = (int)(left_us / CLOCK_MILLISECOND);
				break;
			}
			answer(s, q);
			hear(s, s->fds[0].fd); /* before it overflows */
			if ((s->first = q->next) == NULL)
				s->last = &s->first;
			free(q);
		}
		(void)poll(s->fds, 2 + CONNECTIONS_MAX, ms);
		if (s->fds[0].revents != 0)
			hear(s, s->fds[0].fd);
		for (i = 2; i < 2 + CONNECTIONS_MAX; i++)
			if (s->fds[i].revents != 0)
				hear_tcp(s, &s->fds[i]);
			else if (s->fds[i].fd == -1 && s->fds[1].revents != 0)
				s->fds[i].fd = accept(s->fds[1].fd, NULL, NULL);
	}
}

static void
hear(struct server *s, int fd)
{
	struct question q = { .fd = fd };
	socklen_t len = sizeof(q.from);
	ssize_t n;

	while ((n = recvfrom(fd, q.data, sizeof(q.data), 0,
		    (struct sockaddr *)&q.from, &len)) > HEADER) {
		q.len = (size_t)n;
		enqueue(s, &q);
	}
}

/* A question comes in one piece here. */
static void
hear_tcp(struct server *s, struct pollfd *p)
{
	struct question q = { .fd = p->fd };
	unsigned char size[2];

	if (recv(p->fd, size, 2, MSG_WAITALL) == 2) {
		q.len = (size_t)(size[0] << 8 | size[1]);
		if (q.len <= sizeof(q.data) &&
		    recv(p->fd, q.data, q.len, MSG_WAITALL) == (ssize_t)q.len) {
			enqueue(s, &q);
			return;
		}
	}
	(void)close(p->fd);
	p->fd = -1;
}

static void
enqueue(struct server *s, const struct question *question)
{
	struct question *q = malloc(sizeof(*q));

	if (q == NULL)
		err(99, NULL);
	*q = *question;
	q->due_us = clock_now_us() + s->delay_us;
	q->next = NULL;
	*s->last = q;
	s->last = &q->next;
}

static void
answer(const struct server *s, const struct question *q)
{
	static struct message m;
	const unsigned char *type = q->data + question_end(q) - 4;
	bool a = type[1] == TYPE_A, aaaa = type[1] == TYPE_AAAA;
	bool tcp = q->from.sin_port == 0;
	size_t end = question_end(q);
	unsigned i, n = 0;
	char word[16] = "";

	(void)sscanf((const char *)q->data + HEADER + 1, "%15[a-z]-%u", word,
	    &n);
	reply(&m, q, NOERROR);
	if (strcmp(word, "mute") == 0)
		return;
	if (strcmp(word, "many") == 0) {
		if (!tcp)
			m.data[2] |= FLAG_TC;
		for (i = 1; tcp && i <= n; i++)
			a ? add_a(&m, i) : add_aaaa(&m, i);
	} else if (strcmp(word, "both") == 0) {
		a ? add_a(&m, n) : add_aaaa(&m, n);
	} else if (strcmp(word, "aaaa") == 0) {
		if (aaaa)
			add_aaaa(&m, n);
	} else if (strcmp(word, "ttl") == 0) {
		if (a) {
			add_a(&m, 1);
			set_ttl(&m, end, n);
		}
	} else if (strcmp(word, "alias") == 0) {
		if (a) {
			add_alias(&m);
			set_ttl(&m, end, n);
		}
	} else if (strcmp(word, "refuse") == 0) {
		reply(&m, q, REFUSED);
	} else if (strcmp(word, "fail") == 0) {
		reply(&m, q, SERVFAIL);
	} else if (strcmp(word, "a") == 0 || strcmp(word, "twice") == 0 ||
	    strcmp(word, "junk") == 0 || strcmp(word, "forge") == 0) {
		for (i = 0; a && i <= (word[0] == 't'); i++)
			add_a(&m, n);
		if (strcmp(word, "junk") == 0)
			send_junk(q, &m);
		else if (strcmp(word, "forge") == 0)
			forge(s, q);
	} else {
		reply(&m, q, NXDOMAIN);
	}
	say(q, &m);
}

static void
say(const struct question *q, const struct message *m)
{
	const unsigned char size[2] = {
		(unsigned char)(m->len >> 8),
		(unsigned char)m->len,
	};

	if (q->from.sin_port != 0) {
		(void)sendto(q->fd, m->data, m->len, 0,
		    (const struct sockaddr *)&q->from, sizeof(q->from));
	} else {
		/* In pieces, as a network may do. */
		(void)send(q->fd, size, 1, MSG_NOSIGNAL);
		(void)send(q->fd, size + 1, 1, MSG_NOSIGNAL);
		(void)send(q->fd, m->data, 5, MSG_NOSIGNAL);
		(void)send(q->fd, m->data + 5, m->len - 5, MSG_NOSIGNAL);
	}
}

static void
send_junk(const struct question *q, const struct message *good)
{
	struct message m = *good;
	size_t end = question_end(q);

	m.data[0] ^= 0xff; /* of no question that was asked */
	for (m.len = 1; m.len < good->len; m.len += 9)
		say(q, &m);
	memset(m.data, 0xff, 600);
	m.len = 600;
	say(q, &m);
	/* A name that points to itself. */
	m = *good;
	m.data[0] ^= 0xff;
	m.data[HEADER] = 0xc0;
	m.data[HEADER + 1] = HEADER;
	say(q, &m);
	/* The same in an answer to what was asked. */
	reply(&m, q, NOERROR);
	m.data[7] = 1;
	m.data[end] = 0xc0;
	m.data[end + 1] = (unsigned char)end;
	m.len = end + 2;
	m.data[0] ^= 0xff;
	say(q, &m);
}

static void
forge(const struct server *s, const struct question *q)
{
	struct question from_stranger = *q;
	struct message m;

	reply(&m, q, NOERROR);
	add_a(&m, 0x050606);
	from_stranger.fd = s->stranger;
	say(&from_stranger, &m);
	m.data[1] ^= 1;
	say(q, &m);
	m.data[1] ^= 1;
	m.data[HEADER + 1] ^= 1;
	say(q, &m);
}

/* Where the question section ends. */
static size_t
question_end(const struct question *q)
{
	size_t i = HEADER;

	while (i < q->len && q->data[i] != 0)
		i += q->data[i] + 1U;
	i += 1 + 4;
	if (i > q->len)
		errx(99, "dns: a question that ends early");
	return i;
}

static void
reply(struct message *m, const struct question *q, int code)
{
	m->len = question_end(q);
	memcpy(m->data, q->data, m->len);
	m->data[2] |= FLAG_RESPONSE;
	m->data[3] = (unsigned char)(0x80 | code);
	memset(m->data + 6, 0, 6);
}

static void
add_a(struct message *m, uint32_t n)
{
	const uint32_t a = htonl(0x7f010000 + n);

	add(m, TYPE_A, &a, 4);
}

static void
add_aaaa(struct message *m, uint32_t n)
{
	unsigned char a[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	n = htonl(n);
	memcpy(a + 12, &n, 4);
	add(m, TYPE_AAAA, a, 16);
}

/* To a name whose address follows. */
static void
add_alias(struct message *m)
{
	static const unsigned char name[] = { 1, 't', 0 };
	size_t at;

	add(m, TYPE_CNAME, name, sizeof(name));
	at = m->len;
	add_a(m, 1);
	m->data[at + 1] = (unsigned char)(at - sizeof(name));
}

/* Of the answer that begins at that byte. */
static void
set_ttl(struct message *m, size_t at, uint32_t ttl_s)
{
	ttl_s = htonl(ttl_s);
	memcpy(m->data + at + 6, &ttl_s, 4);
}

/* An answer about the name in question, for a minute. */
static void
add(struct message *m, unsigned type, const void *data, size_t len)
{
	const unsigned char head[12] = { 0xc0, HEADER, 0, (unsigned char)type,
		0, 1, 0, 0, 0, 60, 0, (unsigned char)len };

	memcpy(m->data + m->len, head, sizeof(head));
	memcpy(m->data + m->len + sizeof(head), data, len);
	m->len += sizeof(head) + len;
	m->data[7]++;
}
