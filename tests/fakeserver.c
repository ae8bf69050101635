/* SPDX-License-Identifier: ISC */
/*
 * fakeserver: plays every kind of peer for the tests, after a script.
 *
 *	fakeserver [-n] [-l LOGFILE] [-T SECONDS] SCRIPT...
 *
 * Each SCRIPT is one listener.  Once all of them listen, stdout gets a line
 * each and a last one, then they are served, all at once, by this process:
 *
 *	ready 0 tcp4 127.0.0.1 43047
 *	ready 1 unix /tmp/fakeserver.Yw2kQz/1
 *	ready
 *
 * The end comes with EOF on stdin (not with -n), SIGTERM, SIGINT or SIGHUP, or
 * after SECONDS (300), so that a dead test leaves nothing behind.  The exit
 * status is 0, 1 after a failure or the end of its time, 2 for a bad script.
 *
 * SCRIPT is a transport and words, separated by blanks, newlines or `;`:
 *
 *	tcp4, tcp6, udp4, udp6	loopback, a port that the kernel chooses
 *	tcp4:53			that port
 *	tcp4@10.9.0.2:25	that address and port; tcp6@[fd00::2]:25
 *	unix, unixdgram		a path in a directory of our own
 *	unix:/run/x		that path, which must not exist
 *
 * Arguments: "bytes" or 'bytes' take C's escapes, \xHH having two digits, and
 * bytes as they are (at most 4096 for expect, endless and trickle); MS is a
 * time: 100, 100ms or 2s; N is a number.
 *
 * Words about the listener (full, noaccept and refuse-after: not of datagrams):
 *
 *	closed			refuses, yet keeps its port from others
 *	full			its backlog is full: a connect gets no answer
 *				(unix: EAGAIN)
 *	noaccept		the kernel accepts, nobody ever reads or writes
 *	refuse-after N		refuses all connections after the Nth
 *	first N ( ... )		what the first N connections (or datagrams) get;
 *				again for the next N, and so on
 *	once ( ... )		first 1 ( ... )
 *	then ( ... )		what the others get; the same as the bare words
 *				without then and its brackets
 *
 * Words for a connection.  After the last one comes `silent`:
 *
 *	accept			does nothing, reads well
 *	say "bytes"		sends them
 *	slow N MS "bytes"	sends them N at a time, one piece every MS
 *	endless "bytes"		sends them as fast as the peer takes them, for
 *				ever
 *	trickle "bytes" MS	sends them every MS, for ever
 *	expect "bytes"		waits until they have come; forgets them and
 *				what came before
 *	read			waits for a byte, forgets all that has come
 *	wait MS			waits
 *	echo			sends back what has come and comes, for ever
 *	deaf			stops reading: the peer's window fills up
 *	shutdown		sends FIN, goes on reading
 *	close			reads what is there, then closes: FIN
 *	reset			closes: RST (unix: as close)
 *	relay N			goes on as port N of 127.0.0.1, which gets what
 *				came and was not forgotten; the last of the log
 *	silent			says nothing more, closes when the peer does
 *	hold			the same, but keeps open after the peer's FIN
 *	repeat N ( ... )	N times; for ever if N is 0
 *
 * Words for a datagram, each of which runs the script from its start:
 *
 *	reply "bytes"		sends them back
 *	twice "bytes"		sends them back two times
 *	reply-from-other "b"	sends them from another port
 *	copy FROM N TO		the next reply has N bytes of the datagram, from
 *				offset FROM, at its offset TO (an id, say)
 *	echo			sends the datagram back
 *	expect "bytes"		ends here unless the datagram contains them
 *	wait MS, silent, accept, repeat N ( ... )
 *
 * The log (-l; `-` is stderr) gets a line an event, written at once: the event,
 * the listener, the connection or datagram of that listener, counted from 1:
 *
 *	accept 0 #1 127.0.0.1:40022	also for a datagram; [::1]:40022, unix
 *	recv 0 #1 6 "QUIT\r\n"		at most 1024 bytes are shown, then ...
 *	sent 0 #1 18			a whole say, piece, echo or reply
 *	matched 0 #1 "QUIT"		expect has seen it
 *	unmatched 0 #1 "QUIT"		expect will never see it
 *	eof 0 #1			FIN from the peer
 *	reset 0 #1			RST from the peer, or it is gone
 *	shutdown 0 #1			we sent FIN
 *	abort 0 #1			we sent RST
 *	dropped 0 #1 12			bytes of input or of a reply, lost
 *	closed 0 #1			last line of a connection
 *
 * To add a word, add a row to words[] and its function.
 */

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LISTENERS_MAX 64
#define SESSIONS_MAX 65536
#define STEPS_MAX 4096
#define ACTS_MAX 16
#define LOOPS_MAX 8
#define COPIES_MAX 4
#define FILLERS_MAX 8
#define EXPECT_MAX 4096
#define LOG_BYTES_MAX 1024
#define INPUT_SIZE 16384
#define DATAGRAM_SIZE 65536
#define ENDLESS_SIZE 16384
#define BACKLOG 4096
#define TIMEOUT_MAX_US 60000000
/* How much one session or listener may do before the others get a turn. */
#define TURN_STEPS 256
#define TURN_ACCEPTS 64
#define TURN_SENDS 64
#define TURN_READS 64

enum where {
	ON_STREAM = 1,
	ON_DGRAM = 2,
	ON_BOTH = ON_STREAM | ON_DGRAM,
};

enum flow {
	FLOW_NEXT, /* the step is done */
	FLOW_WAIT, /* for input, output or the timer */
	FLOW_END,  /* the session is over */
};

enum mode {
	MODE_SERVE,
	MODE_CLOSED,
	MODE_FULL,
	MODE_NOACCEPT,
};

struct bytes {
	unsigned char *data;
	size_t len;
};

/* What epoll points to. */
struct watch {
	int fd;
	void (*ready)(struct watch *, uint32_t events);
};

struct session;

struct step {
	enum flow (*run)(struct session *, const struct step *);
	struct bytes text;
	unsigned number[3];
};

/* Steps for some of the connections. */
struct act {
	unsigned times;
	size_t start;
	size_t end;
};

struct transport {
	const char *name;
	int family;
	int type;
	enum where where;
	const char *host;
};

struct listener {
	struct watch watch;
	const struct transport *transport;
	unsigned index;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	bool bound;
	enum mode mode;
	unsigned limit; /* refuse-after, or 0 */
	int guard;      /* keeps the port when watch.fd is closed, or -1 */
	int filler[FILLERS_MAX];
	unsigned nfillers;
	bool paused; /* out of descriptors */
	unsigned nsessions;
	struct step *steps;
	size_t nsteps;
	struct act acts[ACTS_MAX];
	size_t nacts;
	size_t rest; /* first of the steps that are in no act */
	unsigned nloops;
};

/* A connection, or a datagram and what it gets; that one has no descriptor. */
struct session {
	struct watch watch;
	LIST_ENTRY(session) all;
	TAILQ_ENTRY(session) timers;
	struct listener *listener;
	unsigned number;
	struct sockaddr_storage peer;
	socklen_t peer_len;
	size_t pc;
	size_t end;
	unsigned count[LOOPS_MAX];

	/* Progress within a step. */
	size_t offset;
	bool resting;
	bool want_output;
	bool no_input;

	int64_t deadline_us; /* or 0 */
	bool queued;
	bool yielded;

	bool watched;
	uint32_t interest;
	bool deaf;
	bool eof;
	bool gone;
	size_t unlogged; /* bytes sent and not yet logged */

	const struct step *copies[COPIES_MAX];
	size_t ncopies;

	size_t size;
	size_t len;
	unsigned char in[];
};

struct parser {
	struct listener *listener;
	const char *at;
	unsigned depth;
	char word[32]; /* for the error message */
};

/*
 * A word and its arguments: s bytes, S at least one byte, n a number, N one
 * above 0, t a time, T one above 0.  With compile the word does its work while
 * the script is parsed; otherwise it becomes a step.  compile returns NULL or
 * what is wrong; step->text is then still the caller's.
 */
struct word {
	const char *name;
	enum where where;
	const char *args;
	const char *(*compile)(struct parser *, struct step *);
	enum flow (*run)(struct session *, const struct step *);
};

static struct {
	int epoll;
	int log; /* or -1 */
	int64_t now_us;
	int64_t end_us;
	bool stop;
	struct listener listeners[LISTENERS_MAX];
	unsigned nlisteners;
	unsigned nsessions;
	unsigned npaused;
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path) - 8];
	LIST_HEAD(, session) sessions;
	TAILQ_HEAD(timers, session) timers; /* by deadline */
} server;

static const char *compile_closed(struct parser *, struct step *);
static const char *compile_full(struct parser *, struct step *);
static const char *compile_noaccept(struct parser *, struct step *);
static const char *compile_refuse_after(struct parser *, struct step *);
static const char *compile_first(struct parser *, struct step *);
static const char *compile_once(struct parser *, struct step *);
static const char *compile_then(struct parser *, struct step *);
static const char *compile_repeat(struct parser *, struct step *);
static const char *compile_endless(struct parser *, struct step *);
static enum flow run_accept(struct session *, const struct step *);
static enum flow run_say(struct session *, const struct step *);
static enum flow run_slow(struct session *, const struct step *);
static enum flow run_endless(struct session *, const struct step *);
static enum flow run_trickle(struct session *, const struct step *);
static enum flow run_expect(struct session *, const struct step *);
static enum flow run_read(struct session *, const struct step *);
static enum flow run_wait(struct session *, const struct step *);
static enum flow run_echo(struct session *, const struct step *);
static enum flow run_deaf(struct session *, const struct step *);
static enum flow run_shutdown(struct session *, const struct step *);
static enum flow run_close(struct session *, const struct step *);
static enum flow run_reset(struct session *, const struct step *);
static enum flow run_relay(struct session *, const struct step *);
static enum flow run_silent(struct session *, const struct step *);
static enum flow run_hold(struct session *, const struct step *);
static enum flow run_again(struct session *, const struct step *);
static enum flow run_reply(struct session *, const struct step *);
static enum flow run_twice(struct session *, const struct step *);
static enum flow run_from_other(struct session *, const struct step *);
static enum flow run_copy(struct session *, const struct step *);
static enum flow run_echo_dgram(struct session *, const struct step *);
static enum flow run_expect_dgram(struct session *, const struct step *);
static enum flow run_silent_dgram(struct session *, const struct step *);

static const struct word words[] = {
	{ "closed", ON_BOTH, "", compile_closed, NULL },
	{ "full", ON_STREAM, "", compile_full, NULL },
	{ "noaccept", ON_STREAM, "", compile_noaccept, NULL },
	{ "refuse-after", ON_STREAM, "N", compile_refuse_after, NULL },
	{ "first", ON_BOTH, "N", compile_first, NULL },
	{ "once", ON_BOTH, "", compile_once, NULL },
	{ "then", ON_BOTH, "", compile_then, NULL },

	{ "accept", ON_BOTH, "", NULL, run_accept },
	{ "repeat", ON_BOTH, "n", compile_repeat, run_accept },
	{ "wait", ON_BOTH, "t", NULL, run_wait },

	{ "say", ON_STREAM, "s", NULL, run_say },
	{ "slow", ON_STREAM, "NTs", NULL, run_slow },
	{ "endless", ON_STREAM, "S", compile_endless, run_endless },
	{ "trickle", ON_STREAM, "ST", NULL, run_trickle },
	{ "expect", ON_STREAM, "S", NULL, run_expect },
	{ "read", ON_STREAM, "", NULL, run_read },
	{ "echo", ON_STREAM, "", NULL, run_echo },
	{ "deaf", ON_STREAM, "", NULL, run_deaf },
	{ "shutdown", ON_STREAM, "", NULL, run_shutdown },
	{ "close", ON_STREAM, "", NULL, run_close },
	{ "reset", ON_STREAM, "", NULL, run_reset },
	{ "relay", ON_STREAM, "N", NULL, run_relay },
	{ "silent", ON_STREAM, "", NULL, run_silent },
	{ "hold", ON_STREAM, "", NULL, run_hold },

	{ "reply", ON_DGRAM, "s", NULL, run_reply },
	{ "twice", ON_DGRAM, "s", NULL, run_twice },
	{ "reply-from-other", ON_DGRAM, "s", NULL, run_from_other },
	{ "copy", ON_DGRAM, "nNn", NULL, run_copy },
	{ "echo", ON_DGRAM, "", NULL, run_echo_dgram },
	{ "expect", ON_DGRAM, "S", NULL, run_expect_dgram },
	{ "silent", ON_DGRAM, "", NULL, run_silent_dgram },
};

static const struct transport transports[] = {
	{ "tcp4", AF_INET, SOCK_STREAM, ON_STREAM, "127.0.0.1" },
	{ "tcp6", AF_INET6, SOCK_STREAM, ON_STREAM, "::1" },
	{ "udp4", AF_INET, SOCK_DGRAM, ON_DGRAM, "127.0.0.1" },
	{ "udp6", AF_INET6, SOCK_DGRAM, ON_DGRAM, "::1" },
	{ "unix", AF_UNIX, SOCK_STREAM, ON_STREAM, NULL },
	{ "unixdgram", AF_UNIX, SOCK_DGRAM, ON_DGRAM, NULL },
};

/* Helpers. */

static void *
need(void *memory)
{
	if (memory == NULL) {
		fputs("fakeserver: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

static void
close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int64_t
clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static bool
is_inet(const struct listener *l)
{
	return l->transport->family != AF_UNIX;
}

static bool
is_stream(const struct listener *l)
{
	return l->transport->type == SOCK_STREAM;
}

static void
watch_set(struct watch *w, int op, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (epoll_ctl(server.epoll, op, w->fd, &ev) != 0) {
		perror("fakeserver: epoll_ctl");
		exit(1);
	}
}

/* The log. */

/* detail is appended after a blank, unless empty. */
static void
log_line(const struct session *s, const char *event, const char *detail)
{
	char line[LOG_BYTES_MAX * 4 + 256];
	int len;

	if (server.log < 0)
		return;
	len = snprintf(line, sizeof(line), "%s %u #%u%s%s\n", event,
	    s->listener->index, s->number, *detail != '\0' ? " " : "", detail);
	if (write(server.log, line, (size_t)len) != len)
		server.log = -1;
}

static void
log_size(const struct session *s, const char *event, size_t size)
{
	char text[32];

	snprintf(text, sizeof(text), "%zu", size);
	log_line(s, event, text);
}

/* Appends one byte as a script would have it; returns the new end. */
static char *
escape_byte(char *out, unsigned char c)
{
	static const char named[] = "\r\n\t\\\"";
	static const char letters[] = "rnt\\\"";
	static const char digits[] = "0123456789abcdef";
	const char *hit = c == '\0' ? NULL : strchr(named, c);

	if (hit == NULL && isprint(c)) {
		*out++ = (char)c;
		return out;
	}
	*out++ = '\\';
	if (hit != NULL) {
		*out++ = letters[hit - named];
		return out;
	}
	*out++ = 'x';
	*out++ = digits[c >> 4];
	*out++ = digits[c & 15];
	return out;
}

/* out must have room for 4 * LOG_BYTES_MAX + 8. */
static void
escape(char *out, const unsigned char *data, size_t len)
{
	size_t shown = len > LOG_BYTES_MAX ? LOG_BYTES_MAX : len;

	*out++ = '"';
	for (size_t i = 0; i < shown; i++)
		out = escape_byte(out, data[i]);
	*out++ = '"';
	snprintf(out, 4, "%s", shown < len ? "..." : "");
}

/* count: with how many they are. */
static void
log_bytes(const struct session *s, const char *event, bool count,
    const unsigned char *data, size_t len)
{
	char text[LOG_BYTES_MAX * 4 + 40];
	int at = 0;

	if (server.log < 0)
		return;
	if (count)
		at = snprintf(text, 32, "%zu ", len);
	escape(text + at, data, len);
	log_line(s, event, text);
}

static void
log_sent(struct session *s)
{
	if (s->unlogged > 0)
		log_size(s, "sent", s->unlogged);
	s->unlogged = 0;
}

static void
log_accept(const struct session *s)
{
	const struct sockaddr *peer = (const struct sockaddr *)&s->peer;
	char host[INET6_ADDRSTRLEN + 32], port[8], text[128] = "unix";
	bool six = peer->sa_family == AF_INET6;

	if (server.log < 0)
		return;
	if (is_inet(s->listener) &&
	    getnameinfo(peer, s->peer_len, host, sizeof(host), port,
		sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(text, sizeof(text), six ? "[%s]:%s" : "%s:%s", host,
		    port);
	log_line(s, "accept", text);
}

/* Timers: a list by deadline, to which most are added at its end. */

static void
timer_clear(struct session *s)
{
	if (s->queued)
		TAILQ_REMOVE(&server.timers, s, timers);
	s->queued = false;
	s->deadline_us = 0;
}

static void
timer_set(struct session *s, int64_t deadline_us)
{
	struct session *before;

	timer_clear(s);
	s->deadline_us = deadline_us;
	s->queued = true;
	TAILQ_FOREACH_REVERSE(before, &server.timers, timers, timers)
	if (before->deadline_us <= deadline_us)
		break;
	if (before == NULL)
		TAILQ_INSERT_HEAD(&server.timers, s, timers);
	else
		TAILQ_INSERT_AFTER(&server.timers, before, s, timers);
}

/* Starts a pause, or tells whether the started one is over. */
static bool
timer_passed(struct session *s, unsigned pause_ms)
{
	if (s->deadline_us == 0)
		timer_set(s, server.now_us + (int64_t)pause_ms * 1000);
	if (server.now_us < s->deadline_us)
		return false;
	timer_clear(s);
	return true;
}

/* Sessions. */

/* Chooses the steps for the session of this number. */
static void
session_cast(struct session *s)
{
	const struct listener *l = s->listener;
	unsigned number = s->number;

	for (size_t i = 0; i < l->nacts; i++) {
		if (number <= l->acts[i].times) {
			s->pc = l->acts[i].start;
			s->end = l->acts[i].end;
			return;
		}
		number -= l->acts[i].times;
	}
	s->pc = l->rest;
	s->end = l->nsteps;
}

/* fd is -1 for a datagram; size is room for input.  Logs nothing. */
static struct session *
session_new(struct listener *l, int fd, size_t size)
{
	struct session *s = need(malloc(sizeof(*s) + size));

	memset(s, 0, sizeof(*s));
	s->watch.fd = fd;
	s->listener = l;
	s->number = ++l->nsessions;
	s->size = size;
	session_cast(s);
	LIST_INSERT_HEAD(&server.sessions, s, all);
	server.nsessions++;
	return s;
}

/* Now that a descriptor is free, listeners that had none may go on. */
static void
resume_listeners(void)
{
	for (unsigned i = 0; server.npaused > 0 && i < server.nlisteners; i++) {
		struct listener *l = &server.listeners[i];

		if (!l->paused)
			continue;
		l->paused = false;
		server.npaused--;
		watch_set(&l->watch, EPOLL_CTL_MOD, EPOLLIN);
	}
}

static void
session_free(struct session *s)
{
	log_sent(s);
	timer_clear(s);
	LIST_REMOVE(s, all);
	server.nsessions--;
	if (s->watch.fd >= 0) {
		/* A relay may have it, too. */
		if (s->watched)
			watch_set(&s->watch, EPOLL_CTL_DEL, 0);
		close(s->watch.fd);
		log_line(s, "closed", "");
	}
	free(s);
	resume_listeners();
}

/* Tells epoll what the step waits for. */
static void
session_arm(struct session *s)
{
	uint32_t interest = 0;

	if (s->watch.fd < 0)
		return;
	if (!s->eof && !s->deaf && !s->no_input)
		interest |= EPOLLIN;
	if (s->want_output)
		interest |= EPOLLOUT;
	if (!s->watched)
		watch_set(&s->watch, EPOLL_CTL_ADD, interest);
	else if (interest != s->interest)
		watch_set(&s->watch, EPOLL_CTL_MOD, interest);
	s->watched = true;
	s->interest = interest;
}

static void
session_advance(struct session *s)
{
	s->pc++;
	s->offset = 0;
	s->resting = false;
	timer_clear(s);
}

static enum flow
session_step(struct session *s)
{
	const struct step *steps = s->listener->steps;

	s->want_output = s->no_input = false;
	if (s->pc < s->end)
		return steps[s->pc].run(s, &steps[s->pc]);
	return is_stream(s->listener) ? run_silent(s, NULL) : FLOW_END;
}

/* Does what can be done without waiting; may free the session. */
static void
session_run(struct session *s)
{
	if (s->yielded) {
		s->yielded = false;
		timer_clear(s);
	}
	for (unsigned i = 0; i < TURN_STEPS; i++) {
		enum flow flow = session_step(s);

		if (flow == FLOW_END || (flow == FLOW_WAIT && s->gone)) {
			session_free(s);
			return;
		}
		if (flow == FLOW_WAIT) {
			session_arm(s);
			return;
		}
		session_advance(s);
	}
	/* A script that never waits must not spin: it sleeps a little. */
	s->yielded = true;
	timer_set(s, server.now_us + 1000);
	session_arm(s);
}

static void
session_lost(struct session *s)
{
	log_sent(s);
	if (!s->gone)
		log_line(s, "reset", "");
	s->gone = s->eof = true;
}

/* The older half of the input goes when nobody has asked for it. */
static void
session_make_room(struct session *s)
{
	size_t half = s->len / 2;

	if (s->len < s->size)
		return;
	log_size(s, "dropped", half);
	memmove(s->in, s->in + half, s->len - half);
	s->len -= half;
}

/* True while there may be more to read. */
static bool
session_read(struct session *s)
{
	ssize_t n;

	session_make_room(s);
	n = recv(s->watch.fd, s->in + s->len, s->size - s->len, MSG_DONTWAIT);
	if (n > 0) {
		log_bytes(s, "recv", true, s->in + s->len, (size_t)n);
		s->len += (size_t)n;
		return true;
	}
	if (n == 0) {
		s->eof = true;
		log_line(s, "eof", "");
	} else if (errno != EAGAIN && errno != EINTR) {
		session_lost(s);
	}
	return false;
}

static void
session_drain(struct session *s)
{
	unsigned turns = 0;

	while (!s->eof && !s->deaf && turns++ < TURN_READS)
		if (!session_read(s))
			return;
}

/* Once the peer's FIN is in, recv no longer tells of its RST. */
static void
session_hangup(struct session *s)
{
	int err = 0;
	socklen_t len = sizeof(err);

	session_drain(s);
	getsockopt(s->watch.fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err != 0)
		session_lost(s);
	s->gone = s->eof = true;
}

static void
session_ready(struct watch *w, uint32_t events)
{
	struct session *s = (struct session *)w;

	if (events & (EPOLLERR | EPOLLHUP))
		session_hangup(s);
	else if (events & EPOLLIN)
		session_read(s);
	session_run(s);
}

/* FLOW_NEXT once all up to offset `end` is out. */
static enum flow
session_send(struct session *s, const unsigned char *data, size_t end)
{
	while (s->offset < end) {
		ssize_t n = send(s->watch.fd, data + s->offset, end - s->offset,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			s->want_output = true;
			return FLOW_WAIT;
		}
		if (n < 0) {
			session_lost(s);
			return FLOW_END;
		}
		s->offset += (size_t)n;
		s->unlogged += (size_t)n;
	}
	return FLOW_NEXT;
}

/* Sends piece by piece, with a pause before each but the first. */
static enum flow
session_send_paced(struct session *s, const struct bytes *text, size_t piece,
    unsigned pause_ms)
{
	while (s->offset < text->len) {
		size_t end = (s->offset / piece + 1) * piece;
		enum flow flow;

		if (s->resting && !timer_passed(s, pause_ms))
			return FLOW_WAIT;
		s->resting = false;
		flow = session_send(s, text->data,
		    end < text->len ? end : text->len);
		if (flow != FLOW_NEXT)
			return flow;
		log_sent(s);
		s->resting = true;
	}
	return FLOW_NEXT;
}

/* Steps of a connection. */

static enum flow
run_accept(struct session *s, const struct step *step)
{
	(void)s;
	(void)step;
	return FLOW_NEXT;
}

static enum flow
run_say(struct session *s, const struct step *step)
{
	enum flow flow = session_send(s, step->text.data, step->text.len);

	if (flow == FLOW_NEXT)
		log_sent(s);
	return flow;
}

static enum flow
run_slow(struct session *s, const struct step *step)
{
	return session_send_paced(s, &step->text, step->number[0],
	    step->number[1]);
}

static enum flow
run_endless(struct session *s, const struct step *step)
{
	for (unsigned i = 0; i < TURN_SENDS; i++) {
		enum flow flow = session_send(s, step->text.data,
		    step->text.len);

		if (flow != FLOW_NEXT)
			return flow;
		s->offset = 0;
	}
	s->want_output = true;
	return FLOW_WAIT;
}

static enum flow
run_trickle(struct session *s, const struct step *step)
{
	enum flow flow;

	do {
		if (s->offset == step->text.len)
			s->offset = 0;
		flow = session_send_paced(s, &step->text, step->text.len,
		    step->number[0]);
	} while (flow == FLOW_NEXT);
	return flow;
}

static enum flow
run_expect(struct session *s, const struct step *step)
{
	const struct bytes *text = &step->text;
	unsigned char *hit = memmem(s->in, s->len, text->data, text->len);

	if (hit == NULL && s->eof) {
		log_bytes(s, "unmatched", false, text->data, text->len);
		return FLOW_END;
	}
	if (hit == NULL)
		return FLOW_WAIT;
	hit += text->len;
	s->len -= (size_t)(hit - s->in);
	memmove(s->in, hit, s->len);
	log_bytes(s, "matched", false, text->data, text->len);
	return FLOW_NEXT;
}

static enum flow
run_read(struct session *s, const struct step *step)
{
	(void)step;
	if (s->len == 0)
		return s->eof ? FLOW_END : FLOW_WAIT;
	s->len = 0;
	return FLOW_NEXT;
}

static enum flow
run_wait(struct session *s, const struct step *step)
{
	return timer_passed(s, step->number[0]) ? FLOW_NEXT : FLOW_WAIT;
}

/* While output is stuck no input is read, so that none is dropped. */
static enum flow
run_echo(struct session *s, const struct step *step)
{
	enum flow flow = session_send(s, s->in, s->len);

	(void)step;
	if (flow != FLOW_NEXT) {
		s->no_input = true;
		return flow;
	}
	log_sent(s);
	s->len = s->offset = 0;
	return s->eof ? FLOW_END : FLOW_WAIT;
}

static enum flow
run_deaf(struct session *s, const struct step *step)
{
	(void)step;
	s->deaf = true;
	return FLOW_NEXT;
}

static enum flow
run_shutdown(struct session *s, const struct step *step)
{
	(void)step;
	shutdown(s->watch.fd, SHUT_WR);
	log_line(s, "shutdown", "");
	return FLOW_NEXT;
}

/* With input left unread the kernel would send RST instead of FIN. */
static enum flow
run_close(struct session *s, const struct step *step)
{
	(void)step;
	session_drain(s);
	return FLOW_END;
}

static enum flow
run_reset(struct session *s, const struct step *step)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)step;
	setsockopt(s->watch.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	log_line(s, "abort", "");
	return FLOW_END;
}

/* True while there may be more. */
static bool
relay_some(int from, int to)
{
	char bytes[INPUT_SIZE];
	ssize_t n = recv(from, bytes, sizeof(bytes), 0);

	if (n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n)
		return true;
	shutdown(to, SHUT_WR);
	return false;
}

/* A process, which keeps nothing that is another's, and ends with this one. */
static void
relay(const struct session *s, int fd)
{
	struct pollfd p[2] = { { s->watch.fd, POLLIN, 0 }, { fd, POLLIN, 0 } };
	const struct session *other;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	LIST_FOREACH(other, &server.sessions, all)
		if (other != s)
			close_if(other->watch.fd);
	for (unsigned i = 0; i < server.nlisteners; i++)
		close_if(server.listeners[i].watch.fd);
	fcntl(s->watch.fd, F_SETFL, 0);
	if (send(fd, s->in, s->len, MSG_NOSIGNAL) != (ssize_t)s->len)
		return;
	while ((p[0].fd >= 0 || p[1].fd >= 0) && poll(p, 2, -1) > 0)
		for (unsigned i = 0; i < 2; i++)
			if (p[i].revents != 0 &&
			    !relay_some(p[i].fd, i == 0 ? fd : s->watch.fd))
				p[i].fd = -1;
}

static enum flow
run_relay(struct session *s, const struct step *step)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)step->number[0]),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	signal(SIGCHLD, SIG_IGN);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
	    fork() == 0) {
		relay(s, fd);
		_exit(0);
	}
	close_if(fd);
	return FLOW_END;
}

static enum flow
run_silent(struct session *s, const struct step *step)
{
	(void)step;
	return s->eof ? FLOW_END : FLOW_WAIT;
}

static enum flow
run_hold(struct session *s, const struct step *step)
{
	(void)s;
	(void)step;
	return FLOW_WAIT;
}

/* The end of a loop: number is how often, its first step, its counter. */
static enum flow
run_again(struct session *s, const struct step *step)
{
	unsigned *count = &s->count[step->number[2]];

	if (step->number[0] == 0 || ++*count < step->number[0])
		s->pc = step->number[1];
	else
		*count = 0;
	return FLOW_NEXT;
}

/* Steps of a datagram. */

static void
dgram_send(struct session *s, int fd, const unsigned char *data, size_t len)
{
	ssize_t n = sendto(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&s->peer, s->peer_len);

	log_size(s, n < 0 ? "dropped" : "sent", len);
}

/* Sends the text, with what `copy` has asked for in it. */
static void
dgram_reply(struct session *s, int fd, const struct bytes *text)
{
	static unsigned char out[DATAGRAM_SIZE];
	size_t len = text->len < sizeof(out) ? text->len : sizeof(out);

	if (len > 0)
		memcpy(out, text->data, len);
	for (size_t i = 0; i < s->ncopies; i++) {
		size_t from = s->copies[i]->number[0];
		size_t n = s->copies[i]->number[1];
		size_t to = s->copies[i]->number[2];

		if (from + n <= s->len && to + n <= len)
			memcpy(out + to, s->in + from, n);
	}
	dgram_send(s, fd, out, len);
}

static enum flow
run_reply(struct session *s, const struct step *step)
{
	dgram_reply(s, s->listener->watch.fd, &step->text);
	s->ncopies = 0;
	return FLOW_NEXT;
}

static enum flow
run_twice(struct session *s, const struct step *step)
{
	dgram_reply(s, s->listener->watch.fd, &step->text);
	return run_reply(s, step);
}

static enum flow
run_from_other(struct session *s, const struct step *step)
{
	const struct listener *l = s->listener;
	struct sockaddr_storage addr = l->addr;
	int fd = socket(l->transport->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* The port is at the same place in both kinds of address. */
	if (is_inet(l)) {
		((struct sockaddr_in *)&addr)->sin_port = 0;
		bind(fd, (struct sockaddr *)&addr, l->addr_len);
	}
	dgram_reply(s, fd, &step->text);
	s->ncopies = 0;
	if (fd >= 0)
		close(fd);
	return FLOW_NEXT;
}

static enum flow
run_copy(struct session *s, const struct step *step)
{
	if (s->ncopies < COPIES_MAX)
		s->copies[s->ncopies++] = step;
	return FLOW_NEXT;
}

static enum flow
run_echo_dgram(struct session *s, const struct step *step)
{
	(void)step;
	dgram_send(s, s->listener->watch.fd, s->in, s->len);
	return FLOW_NEXT;
}

static enum flow
run_expect_dgram(struct session *s, const struct step *step)
{
	const struct bytes *text = &step->text;
	bool hit = memmem(s->in, s->len, text->data, text->len) != NULL;

	log_bytes(s, hit ? "matched" : "unmatched", false, text->data,
	    text->len);
	return hit ? FLOW_NEXT : FLOW_END;
}

static enum flow
run_silent_dgram(struct session *s, const struct step *step)
{
	(void)s;
	(void)step;
	return FLOW_END;
}

/* Listeners at work. */

/* A listener that cannot accept would be ready for ever: it rests. */
static void
listener_pause(struct listener *l)
{
	l->paused = true;
	server.npaused++;
	watch_set(&l->watch, EPOLL_CTL_MOD, 0);
}

static bool
listener_spent(const struct listener *l)
{
	return l->limit != 0 && l->nsessions >= l->limit;
}

/* Each piece is to go out on its own. */
static void
set_nodelay(const struct listener *l, int fd)
{
	int on = 1;

	if (is_inet(l))
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* False when there is nothing more to accept for now. */
static bool
listener_accept(struct listener *l)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t len = sizeof(peer);
	struct session *s;
	int fd;

	fd = accept4(l->watch.fd, (struct sockaddr *)&peer, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			listener_pause(l);
		return errno == ECONNABORTED;
	}
	set_nodelay(l, fd);
	s = session_new(l, fd, INPUT_SIZE);
	s->watch.ready = session_ready;
	s->peer = peer;
	s->peer_len = len;
	log_accept(s);
	session_run(s);
	return true;
}

static void
listener_ready(struct watch *w, uint32_t events)
{
	struct listener *l = (struct listener *)w;
	unsigned i;

	(void)events;
	for (i = 0; i < TURN_ACCEPTS && !listener_spent(l); i++) {
		if (server.nsessions >= SESSIONS_MAX) {
			listener_pause(l);
			return;
		}
		if (!listener_accept(l))
			return;
	}
	if (listener_spent(l)) {
		close(l->watch.fd);
		l->watch.fd = -1;
	}
}

static void
dgram_ready(struct watch *w, uint32_t events)
{
	static unsigned char in[DATAGRAM_SIZE];
	struct listener *l = (struct listener *)w;

	(void)events;
	for (unsigned i = 0; i < TURN_ACCEPTS; i++) {
		struct sockaddr_storage peer = { 0 };
		socklen_t peer_len = sizeof(peer);
		struct session *s;
		ssize_t n = recvfrom(w->fd, in, sizeof(in), MSG_DONTWAIT,
		    (struct sockaddr *)&peer, &peer_len);

		if (n < 0)
			return;
		if (server.nsessions >= SESSIONS_MAX)
			continue;
		s = session_new(l, -1, (size_t)n);
		s->len = (size_t)n;
		memcpy(s->in, in, s->len);
		s->peer = peer;
		s->peer_len = peer_len;
		log_accept(s);
		log_bytes(s, "recv", true, s->in, s->len);
		session_run(s);
	}
}

/* Listeners, from address to readiness.  These return NULL or the reason. */

static const char *
listener_socket(const struct listener *l, int *fd)
{
	const struct transport *t = l->transport;
	const struct sockaddr_in *sin = (const struct sockaddr_in *)&l->addr;
	int on = 1;

	*fd = socket(t->family, t->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return strerror(errno);
	if (t->family == AF_INET6)
		setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	/* A chosen port is better without: nobody else then gets it. */
	if (is_inet(l) && is_stream(l) && (sin->sin_port != 0 || l->limit != 0))
		setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return NULL;
}

/* On success l->addr has the port. */
static const char *
listener_bind(struct listener *l, int *fd)
{
	const char *reason = listener_socket(l, fd);
	struct sockaddr *addr = (struct sockaddr *)&l->addr;
	socklen_t len = sizeof(l->addr);

	if (reason != NULL)
		return reason;
	if (bind(*fd, addr, l->addr_len) != 0)
		return strerror(errno);
	l->bound = true;
	if (is_inet(l) && getsockname(*fd, addr, &len) != 0)
		return strerror(errno);
	return NULL;
}

/*
 * A stream socket that does not listen refuses.  A datagram socket does not,
 * but one that is connected, to itself, is no match for any other sender, so
 * that the kernel answers as if nobody had the port.
 */
static const char *
listener_close(struct listener *l)
{
	if (is_stream(l))
		return NULL;
	if (!is_inet(l)) {
		close(l->watch.fd);
		l->watch.fd = -1;
		return NULL;
	}
	if (connect(l->watch.fd, (struct sockaddr *)&l->addr, l->addr_len) != 0)
		return strerror(errno);
	return NULL;
}

/* Adds a connection of our own; true if there was no room for it. */
static bool
listener_add_filler(struct listener *l)
{
	int fd = socket(l->transport->family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return false;
	l->filler[l->nfillers++] = fd;
	rc = connect(fd, (struct sockaddr *)&l->addr, l->addr_len);
	return rc != 0 && errno == EAGAIN;
}

/* For a listener Linux reports its queue in these two fields. */
static bool
listener_queue_full(const struct listener *l)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(l->watch.fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	return info.tcpi_unacked > info.tcpi_sacked;
}

static const char *
listener_fill(struct listener *l)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (l->nfillers < FILLERS_MAX) {
		if (listener_add_filler(l))
			return NULL;
		for (unsigned i = 0; is_inet(l) && i < 200; i++) {
			if (listener_queue_full(l))
				return NULL;
			nanosleep(&pause, NULL);
		}
	}
	return "the backlog does not fill up";
}

static const char *
listener_listen(struct listener *l)
{
	bool full = l->mode == MODE_FULL;

	if (is_stream(l) && listen(l->watch.fd, full ? 0 : BACKLOG) != 0)
		return strerror(errno);
	if (full)
		return listener_fill(l);
	if (l->mode == MODE_NOACCEPT)
		return NULL;
	l->watch.ready = is_stream(l) ? listener_ready : dgram_ready;
	watch_set(&l->watch, EPOLL_CTL_ADD, EPOLLIN);
	return NULL;
}

/* A path for a unix listener that was given none. */
static const char *
listener_make_path(struct listener *l)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&l->addr;
	const char *tmp = getenv("TMPDIR");
	int len;

	if (server.dir[0] == '\0') {
		len = snprintf(server.dir, sizeof(server.dir),
		    "%s/fakeserver.XXXXXX", tmp != NULL ? tmp : "/tmp");
		if (len >= (int)sizeof(server.dir))
			snprintf(server.dir, sizeof(server.dir),
			    "/tmp/fakeserver.XXXXXX");
		if (mkdtemp(server.dir) == NULL) {
			server.dir[0] = '\0';
			return strerror(errno);
		}
	}
	snprintf(un->sun_path, sizeof(un->sun_path), "%s/%u", server.dir,
	    l->index);
	return NULL;
}

static const char *
listener_open(struct listener *l)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&l->addr;
	const char *reason = NULL;

	if (!is_inet(l) && un->sun_path[0] == '\0')
		reason = listener_make_path(l);
	if (reason == NULL && l->limit != 0 && is_inet(l))
		reason = listener_bind(l, &l->guard);
	if (reason == NULL)
		reason = listener_bind(l, &l->watch.fd);
	if (reason != NULL)
		return reason;
	return l->mode == MODE_CLOSED ? listener_close(l) : listener_listen(l);
}

static void
listener_report(const struct listener *l)
{
	char host[INET6_ADDRSTRLEN + 32], port[8];

	printf("ready %u %s ", l->index, l->transport->name);
	if (is_inet(l) &&
	    getnameinfo((const struct sockaddr *)&l->addr, l->addr_len, host,
		sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		printf("%s %s\n", host, port);
	else
		puts(((const struct sockaddr_un *)&l->addr)->sun_path);
}

static void
listener_free(struct listener *l)
{
	close_if(l->watch.fd);
	close_if(l->guard);
	for (unsigned i = 0; i < l->nfillers; i++)
		close(l->filler[i]);
	if (l->bound && !is_inet(l))
		unlink(((const struct sockaddr_un *)&l->addr)->sun_path);
	for (size_t i = 0; i < l->nsteps; i++)
		free(l->steps[i].text.data);
	free(l->steps);
}

/* The parser.  Its functions return NULL or what is wrong. */

static bool
is_separator(char c)
{
	return c != '\0' && strchr(" \t\r\n;", c) != NULL;
}

static void
skip_separators(struct parser *p)
{
	while (is_separator(*p->at))
		p->at++;
}

/* Takes all up to a blank, bracket or quote. */
static const char *
parse_name(struct parser *p, char *name, size_t size)
{
	size_t len = strcspn(p->at, " \t\r\n;()\"'");

	snprintf(name, size, "%.*s", (int)len, p->at);
	if (len == 0)
		snprintf(name, size, "%.1s", p->at);
	p->at += len;
	if (len == 0)
		return "unexpected";
	return len < size ? NULL : "too long";
}

static const char *
parse_number(struct parser *p, unsigned *number)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*p->at))
		return "number wanted";
	value = strtoul(p->at, &end, 10);
	if (value > 1000000000)
		return "number too large";
	p->at = end;
	*number = (unsigned)value;
	return NULL;
}

/* Milliseconds. */
static const char *
parse_time(struct parser *p, unsigned *ms)
{
	const char *reason = parse_number(p, ms);

	if (reason != NULL)
		return reason;
	if (strncmp(p->at, "ms", 2) == 0) {
		p->at += 2;
	} else if (*p->at == 's') {
		p->at++;
		if (*ms > 1000000)
			return "time too long";
		*ms *= 1000;
	}
	return NULL;
}

static unsigned
hex_value(char c)
{
	return isdigit((unsigned char)c)
	    ? (unsigned)(c - '0')
	    : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* What follows a backslash. */
static const char *
parse_escape(struct parser *p, unsigned char *byte)
{
	static const char letters[] = "abefnrtv\\\"'?";
	static const char bytes[] = "\a\b\033\f\n\r\t\v\\\"'?";
	const char *hit;
	unsigned value = 0;

	if (*p->at == 'x') {
		if (!isxdigit((unsigned char)p->at[1]) ||
		    !isxdigit((unsigned char)p->at[2]))
			return "\\x wants two digits";
		*byte = (unsigned char)(hex_value(p->at[1]) << 4 |
		    hex_value(p->at[2]));
		p->at += 3;
		return NULL;
	}
	if (*p->at >= '0' && *p->at <= '7') {
		for (int i = 0; i < 3 && *p->at >= '0' && *p->at <= '7'; i++)
			value = value << 3 | (unsigned)(*p->at++ - '0');
		*byte = (unsigned char)value;
		return NULL;
	}
	hit = *p->at == '\0' ? NULL : strchr(letters, *p->at);
	if (hit == NULL)
		return "unknown escape";
	*byte = (unsigned char)bytes[hit - letters];
	p->at++;
	return NULL;
}

/* *text is the caller's even after a failure. */
static const char *
parse_bytes(struct parser *p, struct bytes *text)
{
	const char quote = *p->at;
	const char *reason;

	if (quote != '"' && quote != '\'')
		return "bytes in quotes wanted";
	text->data = need(malloc(strlen(p->at)));
	for (p->at++; *p->at != quote;) {
		unsigned char byte = (unsigned char)*p->at;

		if (byte == '\0')
			return "quote without end";
		p->at++;
		if (byte == '\\' && (reason = parse_escape(p, &byte)) != NULL)
			return reason;
		text->data[text->len++] = byte;
	}
	p->at++;
	return NULL;
}

static const char *
parse_text(struct parser *p, char kind, struct bytes *text)
{
	const char *reason = parse_bytes(p, text);

	if (reason == NULL && kind == 'S' && text->len == 0)
		return "bytes must not be empty";
	if (reason == NULL && kind == 'S' && text->len > EXPECT_MAX)
		return "too many bytes";
	return reason;
}

static const char *
parse_count(struct parser *p, char kind, unsigned *number)
{
	const char *reason = tolower((unsigned char)kind) == 't'
	    ? parse_time(p, number)
	    : parse_number(p, number);

	if (reason != NULL)
		return reason;
	if (isupper((unsigned char)kind) && *number == 0)
		return "must not be 0";
	if (*p->at != '\0' && !is_separator(*p->at) &&
	    strchr("()\"'", *p->at) == NULL)
		return "bad number";
	return NULL;
}

static const char *
parse_args(struct parser *p, const char *kinds, struct step *step)
{
	unsigned *number = step->number;
	const char *reason = NULL;

	for (; reason == NULL && *kinds != '\0'; kinds++) {
		skip_separators(p);
		if (tolower((unsigned char)*kinds) == 's')
			reason = parse_text(p, *kinds, &step->text);
		else
			reason = parse_count(p, *kinds, number++);
	}
	return reason;
}

static const char *
find_word(const struct parser *p, const struct word **word)
{
	const char *reason = "unknown";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].name, p->word) != 0)
			continue;
		*word = &words[i];
		if (words[i].where & p->listener->transport->where)
			return NULL;
		reason = "not for this transport";
	}
	return reason;
}

/* On success the listener owns the text. */
static const char *
add_step(struct listener *l, const struct step *step)
{
	if (l->nsteps == STEPS_MAX)
		return "too many steps";
	l->steps = need(reallocarray(l->steps, l->nsteps + 1,
	    sizeof(*l->steps)));
	l->steps[l->nsteps++] = *step;
	return NULL;
}

static const char *
parse_word(struct parser *p)
{
	const struct word *word;
	struct step step = { 0 };
	const char *reason;

	reason = parse_name(p, p->word, sizeof(p->word));
	if (reason == NULL)
		reason = find_word(p, &word);
	if (reason != NULL)
		return reason;
	step.run = word->run;
	reason = parse_args(p, word->args, &step);
	if (reason == NULL)
		reason = word->compile != NULL ? word->compile(p, &step)
					       : add_step(p->listener, &step);
	if (reason != NULL)
		free(step.text.data);
	return reason;
}

/* The words up to `)` or the end of the script. */
static const char *
parse_words(struct parser *p)
{
	const char *reason;

	for (;;) {
		skip_separators(p);
		if (*p->at == '\0' || (*p->at == ')' && p->depth > 0))
			return NULL;
		if ((reason = parse_word(p)) != NULL)
			return reason;
	}
}

static const char *
parse_block(struct parser *p)
{
	const char *reason;

	skip_separators(p);
	if (*p->at != '(')
		return "'(' wanted";
	p->at++;
	if (++p->depth > LOOPS_MAX)
		return "nested too deep";
	if ((reason = parse_words(p)) != NULL)
		return reason;
	if (*p->at != ')')
		return "')' wanted";
	p->at++;
	p->depth--;
	return NULL;
}

/* Words that work while the script is parsed. */

static const char *
set_mode(struct parser *p, enum mode mode)
{
	if (p->listener->mode != MODE_SERVE)
		return "listener has another such word";
	p->listener->mode = mode;
	return NULL;
}

static const char *
compile_closed(struct parser *p, struct step *step)
{
	(void)step;
	return set_mode(p, MODE_CLOSED);
}

static const char *
compile_full(struct parser *p, struct step *step)
{
	(void)step;
	return set_mode(p, MODE_FULL);
}

static const char *
compile_noaccept(struct parser *p, struct step *step)
{
	(void)step;
	return set_mode(p, MODE_NOACCEPT);
}

static const char *
compile_refuse_after(struct parser *p, struct step *step)
{
	p->listener->limit = step->number[0];
	return NULL;
}

static const char *
compile_first(struct parser *p, struct step *step)
{
	struct listener *l = p->listener;
	struct act *act = &l->acts[l->nacts];
	const char *reason;

	if (p->depth > 0)
		return "not within brackets";
	if (l->nsteps != l->rest)
		return "must come before other steps";
	if (l->nacts == ACTS_MAX)
		return "too many acts";
	act->times = step->number[0];
	act->start = l->nsteps;
	if ((reason = parse_block(p)) != NULL)
		return reason;
	act->end = l->rest = l->nsteps;
	l->nacts++;
	return NULL;
}

static const char *
compile_once(struct parser *p, struct step *step)
{
	step->number[0] = 1;
	return compile_first(p, step);
}

static const char *
compile_then(struct parser *p, struct step *step)
{
	(void)step;
	if (p->depth > 0 || p->listener->nacts == 0)
		return "no first or once before";
	return parse_block(p);
}

/* A step that does nothing, the body, and run_again to go back. */
static const char *
compile_repeat(struct parser *p, struct step *step)
{
	struct listener *l = p->listener;
	struct step again = { .run = run_again };
	const char *reason;

	if (l->nloops == LOOPS_MAX)
		return "too many loops";
	again.number[0] = step->number[0];
	again.number[1] = (unsigned)l->nsteps;
	again.number[2] = l->nloops++;
	reason = add_step(l, step);
	if (reason == NULL)
		reason = parse_block(p);
	return reason != NULL ? reason : add_step(l, &again);
}

/* Few bytes would make many small sends. */
static const char *
compile_endless(struct parser *p, struct step *step)
{
	size_t times = ENDLESS_SIZE / step->text.len + 1;
	struct step block = { .run = step->run };
	const char *reason;

	block.text.data = need(reallocarray(NULL, times, step->text.len));
	for (size_t i = 0; i < times; i++, block.text.len += step->text.len)
		memcpy(block.text.data + block.text.len, step->text.data,
		    step->text.len);
	reason = add_step(p->listener, &block);
	if (reason != NULL)
		free(block.text.data);
	else
		free(step->text.data);
	return reason;
}

/* The first word: a transport, perhaps with an address. */

static const char *
parse_inet(struct listener *l, const char *host, const char *port)
{
	struct addrinfo hints = {
		.ai_family = l->transport->family,
		.ai_socktype = l->transport->type,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *ai;
	struct parser p = { .at = port };
	unsigned number;

	/* getaddrinfo takes 65536 for 0. */
	if (parse_number(&p, &number) != NULL || *p.at != '\0' ||
	    number > UINT16_MAX)
		return "bad port";
	if (getaddrinfo(host, port, &hints, &ai) != 0)
		return "bad address";
	memcpy(&l->addr, ai->ai_addr, ai->ai_addrlen);
	l->addr_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	return NULL;
}

/* Splits `10.9.0.2:25` or `[fd00::2]:25` in place; the port may be missing. */
static const char *
parse_host_port(struct listener *l, char *text)
{
	char *port = strrchr(text, ':');
	char *end = *text == '[' ? strchr(text, ']') : NULL;

	if (end != NULL) {
		*end++ = '\0';
		text++;
		if (*end != '\0' && *end != ':')
			return "bad address";
		port = *end == ':' ? end : NULL;
	}
	if (port != NULL)
		*port++ = '\0';
	return parse_inet(l, text, port != NULL ? port : "0");
}

static const char *
parse_unix(struct listener *l, const char *path)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&l->addr;

	un->sun_family = AF_UNIX;
	l->addr_len = sizeof(*un);
	if (strlen(path) >= sizeof(un->sun_path))
		return "path too long";
	memcpy(un->sun_path, path, strlen(path) + 1);
	return NULL;
}

static const char *
parse_where(struct listener *l, char *where)
{
	char kind = *where;

	if (!is_inet(l))
		return kind == '@'
		    ? "path follows ':'"
		    : parse_unix(l, kind == ':' ? where + 1 : "");
	if (kind == '@')
		return parse_host_port(l, where + 1);
	return parse_inet(l, l->transport->host, kind == ':' ? where + 1 : "0");
}

static const char *
parse_transport(struct parser *p)
{
	char name[256];
	const char *reason;
	size_t len;

	skip_separators(p);
	reason = parse_name(p, name, sizeof(name));
	snprintf(p->word, sizeof(p->word), "%.31s", name);
	if (reason != NULL)
		return *name == '\0' ? "transport wanted" : reason;
	len = strcspn(name, ":@");
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (strlen(transports[i].name) != len ||
		    strncmp(transports[i].name, name, len) != 0)
			continue;
		p->listener->transport = &transports[i];
		return parse_where(p->listener, name + len);
	}
	return "unknown transport";
}

/* The server. */

static bool
parse_script(const char *script)
{
	struct listener *l = &server.listeners[server.nlisteners];
	struct parser p = { .listener = l, .at = script };
	const char *reason;

	l->index = server.nlisteners;
	l->watch.fd = l->guard = -1;
	/* Freeing a listener asks for its transport. */
	l->transport = &transports[0];
	server.nlisteners++;
	reason = parse_transport(&p);
	if (reason == NULL)
		reason = parse_words(&p);
	if (reason != NULL)
		fprintf(stderr, "fakeserver: script %u: word '%s': %s\n",
		    l->index, p.word, reason);
	return reason == NULL;
}

static void
stop_ready(struct watch *w, uint32_t events)
{
	(void)w;
	(void)events;
	server.stop = true;
}

/* Whatever comes on stdin is thrown away; its end is ours. */
static void
stdin_ready(struct watch *w, uint32_t events)
{
	char buf[512];

	(void)events;
	if (read(w->fd, buf, sizeof(buf)) <= 0)
		server.stop = true;
}

static bool
watch_ends(bool with_stdin)
{
	static struct watch input = { STDIN_FILENO, stdin_ready };
	static struct watch signals = { -1, stop_ready };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = &input };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	watch_set(&signals, EPOLL_CTL_ADD, EPOLLIN);
	if (!with_stdin ||
	    epoll_ctl(server.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) == 0)
		return true;
	fputs("fakeserver: stdin is no pipe or terminal: use -n\n", stderr);
	return false;
}

static bool
open_log(const char *path)
{
	if (path == NULL)
		return true;
	server.log = strcmp(path, "-") == 0
	    ? dup(STDERR_FILENO)
	    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		  0666);
	if (server.log < 0)
		fprintf(stderr, "fakeserver: %s: %s\n", path, strerror(errno));
	return server.log >= 0;
}

/* As many connections as the system lets us. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool
open_listeners(void)
{
	for (unsigned i = 0; i < server.nlisteners; i++) {
		const char *reason = listener_open(&server.listeners[i]);

		if (reason == NULL)
			continue;
		fprintf(stderr, "fakeserver: script %u: %s\n", i, reason);
		return false;
	}
	for (unsigned i = 0; i < server.nlisteners; i++)
		listener_report(&server.listeners[i]);
	puts("ready");
	return fflush(stdout) == 0;
}

static int
next_timeout_ms(void)
{
	const struct session *first = TAILQ_FIRST(&server.timers);
	int64_t until_us = server.end_us;
	int64_t left_us;

	if (first != NULL && first->deadline_us < until_us)
		until_us = first->deadline_us;
	left_us = until_us - clock_us();
	if (left_us > TIMEOUT_MAX_US)
		left_us = TIMEOUT_MAX_US;
	return left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
}

/* What runs here sets its next deadline later than now, so this ends. */
static void
run_timers(void)
{
	struct session *s;

	while ((s = TAILQ_FIRST(&server.timers)) != NULL &&
	    s->deadline_us <= server.now_us) {
		TAILQ_REMOVE(&server.timers, s, timers);
		s->queued = false;
		session_run(s);
	}
}

static int
serve(void)
{
	struct epoll_event events[64];

	while (!server.stop) {
		int n = epoll_wait(server.epoll, events, 64, next_timeout_ms());

		server.now_us = clock_us();
		for (int i = 0; i < n; i++) {
			struct watch *w = events[i].data.ptr;

			w->ready(w, events[i].events);
		}
		run_timers();
		if (server.now_us >= server.end_us) {
			fputs("fakeserver: its time is over\n", stderr);
			return 1;
		}
	}
	return 0;
}

static void
clean_up(void)
{
	while (!LIST_EMPTY(&server.sessions))
		session_free(LIST_FIRST(&server.sessions));
	for (unsigned i = 0; i < server.nlisteners; i++)
		listener_free(&server.listeners[i]);
	if (server.dir[0] != '\0')
		rmdir(server.dir);
}

static int
usage(void)
{
	fputs("usage: fakeserver [-n] [-l LOGFILE] [-T SECONDS] SCRIPT...\n",
	    stderr);
	return 2;
}

static int
run(const char *log_path, unsigned lifetime_s, bool with_stdin)
{
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	server.now_us = clock_us();
	server.end_us = server.now_us + (int64_t)lifetime_s * 1000000;
	raise_limits();
	if (!open_log(log_path) || !watch_ends(with_stdin) || !open_listeners())
		return 1;
	return serve();
}

int
main(int argc, char **argv)
{
	const char *log_path = NULL;
	unsigned lifetime_s = 300;
	bool with_stdin = true;
	int opt, rc = 0;

	server.log = -1;
	LIST_INIT(&server.sessions);
	TAILQ_INIT(&server.timers);
	while ((opt = getopt(argc, argv, "l:nT:")) != -1) {
		struct parser p = { .at = optarg };

		if (opt == 'l')
			log_path = optarg;
		else if (opt == 'n')
			with_stdin = false;
		else if (opt != 'T' || parse_number(&p, &lifetime_s) != NULL ||
		    *p.at != '\0')
			return usage();
	}
	if (optind == argc || argc - optind > LISTENERS_MAX)
		return usage();
	for (int i = optind; rc == 0 && i < argc; i++)
		rc = parse_script(argv[i]) ? 0 : 2;
	if (rc == 0)
		rc = run(log_path, lifetime_s, with_stdin);
	clean_up();
	return rc;
}
