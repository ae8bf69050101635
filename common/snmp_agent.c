/* SPDX-License-Identifier: ISC */
#include "snmp_agent.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "module.h"
#include "poller.h"
#include "resolver.h"
#include "sock.h"
#include "xalloc.h"

#define MODULE "snmp_netsnmp.so"

/* What was not answered by then is asked again, and after genErr sooner. */
#define AGAIN_US CLOCK_SECOND
#define BUSY_US (200 * CLOCK_MILLISECOND)

/* So many messages are taken at once before the clock is looked at. */
#define TAKEN_MAX 64

/* No message is longer, whatever it is sent by. */
#define MESSAGE_MAX 65535

/* What is under way. */
struct asked {
	struct query *query;
	uint32_t ticket;  /* 0: it was not sent to this address */
	int64_t again_us; /* to be sent again */
	bool busy;        /* genErr was said once */
};

struct snmp_agent {
	struct watch watch; /* first */
	const struct snmp_module *module;
	struct snmp_codec *codec;
	struct snmp_place place;
	struct poller *poller;
	int64_t start_us;
	int64_t until_us;

	struct addr addrs[RESOLVER_ADDRS_MAX];
	size_t n_addrs;
	size_t next;      /* address to try */
	int64_t leave_us; /* the present one, if it says nothing */
	bool resolved;
	bool connected;
	bool heard;    /* of an agent: there is no other address to try */
	bool junk;     /* something came that is none of it */
	bool answered; /* a question was */
	bool of_user;  /* version 3: nobody who is there is silent */

	struct asked asked[QUERIES_MAX];
	size_t n;
	struct asked hello; /* without a query */
	uint32_t tickets;
	int64_t now_us;
	struct text *why;

	/* Of TCP. */
	struct buf in, out;
};

static const struct snmp_module *load(void);
static bool resolve(struct snmp_agent *, struct text *);
static resolver_fn resolved;
static void ask(void *, struct query *, size_t, struct text *);
static bool is_done(const struct snmp_agent *);
static bool turn(struct snmp_agent *);
static bool try_next(struct snmp_agent *);
static void leave(struct snmp_agent *, const char *);
static bool go_on_connecting(struct snmp_agent *);
static void say_all(struct snmp_agent *);
static void say(struct snmp_agent *, struct asked *);
static void wait_for_more(struct snmp_agent *);
static void ready(struct watch *, int64_t);
static void send_message(void *, const void *, size_t);
static void flush(struct snmp_agent *);
static void hear(struct snmp_agent *);
static bool hear_datagram(struct snmp_agent *);
static bool hear_stream(struct snmp_agent *);
static bool take_frames(struct snmp_agent *);
static size_t frame_len(const struct buf *);
static void take_answer(void *, uint32_t, enum snmp_status,
    const struct query_varbind *, size_t, const char *);
static void end(struct snmp_agent *, struct asked *, enum query_end,
    const char *);
static void end_all(struct snmp_agent *, enum query_end, const char *);
static bool is_any_busy(const struct snmp_agent *);
static void end_silent(struct snmp_agent *);

static const char busy[] = "genErr: it, or its subagent, cannot answer now";
static const char missing[] = MODULE
    " or its library, libnetsnmp, cannot be loaded";

const char *
snmp_agent_missing(void)
{
	return load() != NULL ? NULL : missing;
}

const char *
snmp_agent_auth_wrong(const char *protocol)
{
	const struct snmp_module *module = load();

	return module != NULL ? module->auth_wrong(protocol) : missing;
}

const char *
snmp_agent_priv_wrong(const char *protocol)
{
	const struct snmp_module *module = load();

	return module != NULL ? module->priv_wrong(protocol) : missing;
}

struct snmp_agent *
snmp_agent_open(const struct snmp_place *place, const struct snmp_who *who,
    int64_t until_us, struct text *why)
{
	struct snmp_agent *a = xcalloc(1, sizeof(*a));
	const struct snmp_host host = { a, send_message, take_answer };
	const char *wrong = missing;

	a->watch = (struct watch){ .ready = ready, .fd = -1 };
	a->place = *place;
	a->of_user = who->user != NULL;
	a->start_us = clock_now_us();
	a->until_us = until_us;
	a->poller = poller_new();
	buf_init(&a->in, MESSAGE_MAX);
	buf_init(&a->out, QUERIES_MAX * MESSAGE_MAX);
	a->module = load();
	if (a->module != NULL)
		a->codec = a->module->open(who, &host, &wrong);
	if (a->codec == NULL)
		text_puts(why, wrong);
	else if (resolve(a, why))
		return a;
	snmp_agent_close(a);
	return NULL;
}

void
snmp_agent_close(struct snmp_agent *a)
{
	if (a == NULL)
		return;
	if (a->codec != NULL)
		a->module->close(a->codec);
	if (a->watch.fd != -1)
		poller_close(a->poller, &a->watch);
	poller_free(a->poller);
	buf_clear(&a->in);
	buf_clear(&a->out);
	free(a);
}

struct query_agent
snmp_agent_queries(struct snmp_agent *a)
{
	return (struct query_agent){ a, ask };
}

static const struct snmp_module *
load(void)
{
	return module_open(MODULE, SNMP_MODULE_SYMBOL, SNMP_MODULE_VERSION);
}

/* The wait for the name is bounded; a thread that hangs is left behind. */
static bool
resolve(struct snmp_agent *a, struct text *why)
{
	struct resolver_query *query;
	struct resolver *resolver;
	const char *wrong;

	if (addr_parse(a->place.host, a->place.family, &a->addrs[0], &wrong) ==
	    ADDR_LITERAL) {
		addr_set_port(&a->addrs[0], a->place.port);
		a->n_addrs = 1;
		return true;
	}
	a->why = why;
	resolver = resolver_new(a->poller, NULL);
	query = resolver_ask(resolver, a->place.host, a->place.family, resolved,
	    a);
	while (query != NULL && !a->resolved && clock_now_us() < a->until_us)
		poller_wait(a->poller, a->until_us);
	if (query != NULL && !a->resolved)
		resolver_cancel(query);
	resolver_free(resolver);
	if (a->n_addrs == 0 && why->len == 0)
		text_puts(why, "its name was not resolved in time");
	return a->n_addrs > 0;
}

static void
resolved(void *ctx, const struct resolver_answer *answer, int64_t now_us)
{
	struct snmp_agent *a = ctx;
	size_t i;

	(void)now_us;
	a->resolved = true;
	for (i = 0; i < answer->n; i++) {
		a->addrs[i] = answer->addrs[i];
		addr_set_port(&a->addrs[i], a->place.port);
	}
	a->n_addrs = answer->n;
	if (answer->n == 0) {
		text_puts(a->why, "cannot resolve its name: ");
		text_puts(a->why, answer->why);
	}
}

static void
ask(void *ctx, struct query *queries, size_t n, struct text *why)
{
	struct snmp_agent *a = ctx;
	size_t i;

	assert(n <= QUERIES_MAX);
	a->why = why;
	a->n = n;
	for (i = 0; i < n; i++) {
		queries[i].end = QUERY_PENDING;
		a->asked[i] = (struct asked){ .query = &queries[i] };
	}
	do
		a->now_us = clock_now_us();
	while (!is_done(a) && turn(a));
	a->n = 0;
}

static bool
is_done(const struct snmp_agent *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->asked[i].query->end == QUERY_PENDING)
			return false;
	return true;
}

/* Does what can be done now, then waits.  False: nothing can be done any more. */
static bool
turn(struct snmp_agent *a)
{
	if (a->now_us >= a->until_us) {
		end_silent(a);
		return false;
	}
	if (a->watch.fd != -1 && !a->heard && a->now_us >= a->leave_us)
		leave(a, NULL);
	if (a->watch.fd == -1)
		return try_next(a);
	if (!a->connected && !go_on_connecting(a))
		return true;
	if (a->connected) {
		say_all(a);
		flush(a);
	}
	wait_for_more(a);
	if (a->watch.fd != -1 && a->connected)
		hear(a);
	return true;
}

/* Silent addresses share the time; those that refuse leave theirs to the others. */
static bool
try_next(struct snmp_agent *a)
{
	struct cause cause = { 0 };
	const struct addr *addr;
	size_t i;

	if (a->heard || a->next == a->n_addrs) {
		end_all(a, QUERY_FAILED, "no address is left");
		return false;
	}
	addr = &a->addrs[a->next];
	a->leave_us = a->next + 1 == a->n_addrs ? a->until_us
						: a->now_us +
		(a->until_us - a->now_us) / (int64_t)(a->n_addrs - a->next);
	a->next++;
	a->hello = (struct asked){ 0 };
	for (i = 0; i < a->n; i++)
		a->asked[i].ticket = 0;
	buf_clear(&a->in);
	buf_clear(&a->out);
	a->connected = false;
	a->watch.fd = a->place.tcp ? sock_open(addr, NULL)
				   : sock_open_datagram(addr, NULL);
	if (a->watch.fd == -1) {
		leave(a, strerror(errno));
		return true;
	}
	a->watch.want = a->place.tcp ? WANT_WRITE : WANT_READ;
	cause.err = poller_add(a->poller, &a->watch);
	if (cause.err == 0 && !a->place.tcp)
		a->connected = sock_turn(a->watch.fd, addr, &cause);
	if (cause.err != 0)
		leave(a, strerror(cause.err));
	return true;
}

/* why: NULL: it was silent.  The words of the last address are those that are told. */
static void
leave(struct snmp_agent *a, const char *why)
{
	if (a->watch.fd != -1)
		poller_close(a->poller, &a->watch);
	a->watch.fd = -1;
	if (a->heard || a->next == a->n_addrs)
		end_all(a, QUERY_FAILED, why != NULL ? why : "no answer");
}

/* False: it failed. */
static bool
go_on_connecting(struct snmp_agent *a)
{
	struct cause cause = { 0 };

	switch (sock_connect(a->watch.fd, &a->addrs[a->next - 1], &cause)) {
	case SOCK_CONNECTED:
		a->connected = true;
		break;
	case SOCK_PENDING:
	case SOCK_BUSY:
		break;
	case SOCK_RESET:
	case SOCK_FAILED:
		leave(a, strerror(cause.err != 0 ? cause.err : ECONNREFUSED));
		return false;
	}
	return true;
}

/* What is new, and what was not answered in time; of a stream nothing is lost. */
static void
say_all(struct snmp_agent *a)
{
	size_t i;

	if (a->module->is_stranger(a->codec)) {
		say(a, &a->hello);
		return;
	}
	for (i = 0; i < a->n; i++)
		if (a->asked[i].query->end == QUERY_PENDING)
			say(a, &a->asked[i]);
}

static void
say(struct snmp_agent *a, struct asked *asked)
{
	bool again = asked->ticket != 0;
	bool made;

	if (again && a->now_us < asked->again_us)
		return;
	if (!again)
		asked->ticket = ++a->tickets;
	asked->again_us = a->place.tcp ? CLOCK_NEVER : a->now_us + AGAIN_US;
	made = asked == &a->hello
	    ? a->module->hello(a->codec, asked->ticket)
	    : a->module->ask(a->codec, asked->query, asked->ticket);
	if (!made)
		end_all(a, QUERY_FAILED,
		    "net-snmp cannot make the message: the user's protocols "
		    "or keys cannot be used");
}

static void
wait_for_more(struct snmp_agent *a)
{
	int64_t until_us = a->until_us;
	size_t i;

	if (is_done(a) || a->watch.fd == -1)
		return;
	if (!a->heard && a->leave_us < until_us)
		until_us = a->leave_us;
	if (a->hello.ticket != 0 && a->module->is_stranger(a->codec) &&
	    a->hello.again_us < until_us)
		until_us = a->hello.again_us;
	for (i = 0; i < a->n; i++)
		if (a->asked[i].ticket != 0 &&
		    a->asked[i].query->end == QUERY_PENDING &&
		    a->asked[i].again_us < until_us)
			until_us = a->asked[i].again_us;
	a->watch.want = !a->connected || a->out.len > 0 ? WANT_WRITE
							: WANT_READ;
	poller_wait(a->poller, until_us);
	a->now_us = clock_now_us();
}

/* Whatever it is, it is looked for after the wait. */
static void
ready(struct watch *w, int64_t now_us)
{
	(void)w;
	(void)now_us;
}

/* A datagram that cannot be sent is one that was lost. */
static void
send_message(void *ctx, const void *message, size_t len)
{
	struct snmp_agent *a = ctx;
	const unsigned char *from = message;
	struct cause cause = { 0 };
	unsigned char *to;
	size_t room;

	if (a->watch.fd == -1 || !a->connected)
		return;
	if (!a->place.tcp) {
		(void)sock_ask(a->watch.fd, &a->addrs[a->next - 1], true,
		    message, len, &cause);
		return;
	}
	while (len > 0 && (to = buf_room(&a->out, &room)) != NULL) {
		if (room > len)
			room = len;
		memcpy(to, from, room);
		buf_added(&a->out, room);
		from += room;
		len -= room;
	}
}

static void
flush(struct snmp_agent *a)
{
	ssize_t n = 0;

	if (a->watch.fd == -1 || a->out.len == 0)
		return;
	n = sock_send(a->watch.fd, a->out.data, a->out.len);
	if (n > 0) {
		memmove(a->out.data, a->out.data + n, a->out.len - (size_t)n);
		a->out.len -= (size_t)n;
	} else if (n == -1 && errno != EAGAIN) {
		leave(a, strerror(errno));
	}
}

static void
hear(struct snmp_agent *a)
{
	unsigned i;

	for (i = 0; i < TAKEN_MAX && a->watch.fd != -1; i++)
		if (!(a->place.tcp ? hear_stream(a) : hear_datagram(a)))
			return;
	if (a->watch.fd != -1)
		poller_again(a->poller, &a->watch);
}

/* Whether there may be more. */
static bool
hear_datagram(struct snmp_agent *a)
{
	unsigned char message[MESSAGE_MAX];
	struct cause cause = { 0 };
	struct sock_reply reply;

	switch (sock_hear(a->watch.fd, &a->addrs[a->next - 1], message,
	    sizeof(message), &reply, &cause)) {
	case SOCK_CONNECTED:
		a->junk = true;
		a->module->take(a->codec, message, reply.len);
		return true;
	case SOCK_FAILED:
		leave(a, strerror(cause.err != 0 ? cause.err : ECONNREFUSED));
		return false;
	default:
		return false;
	}
}

static bool
hear_stream(struct snmp_agent *a)
{
	unsigned char *to;
	size_t room;
	ssize_t n;

	to = buf_room(&a->in, &room);
	n = to != NULL ? sock_recv(a->watch.fd, to, room) : 0;
	if (n == -1 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		leave(a, n == 0 ? "it closed the connection" : strerror(errno));
		return false;
	}
	sock_acknowledge(a->watch.fd);
	buf_added(&a->in, (size_t)n);
	a->junk = true;
	return take_frames(a);
}

/* Whether there may be more. */
static bool
take_frames(struct snmp_agent *a)
{
	size_t len;

	while (a->watch.fd != -1 && (len = frame_len(&a->in)) <= a->in.len) {
		if (len == 0) {
			leave(a, "what it sends is not SNMP");
			return false;
		}
		a->module->take(a->codec, a->in.data, len);
		a->in.len -= len;
		memmove(a->in.data, a->in.data + len, a->in.len);
	}
	return a->watch.fd != -1;
}

/*
 * Of the first message (RFC 3430 2.1), a SEQUENCE of BER with its header; 0: it is
 * none, or is too long; SIZE_MAX: not known yet.
 */
static size_t
frame_len(const struct buf *b)
{
	size_t len, bytes, i;

	if (b->len < 1)
		return SIZE_MAX;
	if (b->data[0] != 0x30)
		return 0;
	if (b->len < 2)
		return SIZE_MAX;
	if (b->data[1] < 0x80)
		return 2 + (size_t)b->data[1];
	bytes = b->data[1] & 0x7fU;
	if (bytes == 0 || bytes > 4)
		return 0;
	if (b->len < 2 + bytes)
		return SIZE_MAX;
	for (len = 0, i = 0; i < bytes; i++)
		len = len << 8 | b->data[2 + i];
	return len <= MESSAGE_MAX - 2 - bytes ? 2 + bytes + len : 0;
}

static void
take_answer(void *ctx, uint32_t ticket, enum snmp_status status,
    const struct query_varbind *v, size_t n, const char *why)
{
	struct snmp_agent *a = ctx;
	struct asked *asked = NULL;
	size_t i;

	if (ticket == a->hello.ticket) {
		a->heard = true;
		if (status != SNMP_STATUS_OK)
			end_all(a, QUERY_FAILED, why);
		return;
	}
	for (i = 0; i < a->n; i++)
		if (a->asked[i].ticket == ticket &&
		    a->asked[i].query->end == QUERY_PENDING)
			asked = &a->asked[i];
	if (asked == NULL)
		return;
	a->heard = true;
	a->answered = true;
	switch (status) {
	case SNMP_STATUS_OK:
		asked->query->answered(asked->query->ctx, v, n);
		asked->query->end = QUERY_ANSWERED;
		break;
	case SNMP_STATUS_TOO_BIG:
		end(a, asked, QUERY_TOO_BIG, "tooBig");
		break;
	case SNMP_STATUS_GEN_ERR:
		if (asked->busy)
			end(a, asked, QUERY_FAILED, busy);
		asked->busy = true;
		/* Not for what was said twice of what was asked twice. */
		asked->ticket = ++a->tickets;
		asked->again_us = a->now_us + BUSY_US;
		break;
	case SNMP_STATUS_REFUSED:
		end(a, asked, QUERY_FAILED, why);
		break;
	}
}

/* The first reason is told. */
static void
end(struct snmp_agent *a, struct asked *asked, enum query_end how,
    const char *why)
{
	asked->query->end = how;
	if (a->why->len == 0)
		text_puts(a->why, why);
}

static void
end_all(struct snmp_agent *a, enum query_end how, const char *why)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->asked[i].query->end == QUERY_PENDING)
			end(a, &a->asked[i], how, why);
}

static bool
is_any_busy(const struct snmp_agent *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->asked[i].busy && a->asked[i].query->end == QUERY_PENDING)
			return true;
	return false;
}

static void
end_silent(struct snmp_agent *a)
{
	struct text why;

	text_init(&why, TEXT_WORD);
	if (is_any_busy(a)) {
		text_puts(&why, busy);
	} else if (a->answered) {
		text_puts(&why, "no further answer before the deadline");
	} else if (a->heard) {
		text_puts(&why,
		    "no answer but to who it is: it has no such context, or the "
		    "privacy secret or protocol is another there");
	} else {
		text_puts(&why,
		    a->connected ? "no answer in " : "no connection in ");
		text_printf(&why, "%.1f s",
		    (double)(a->until_us - a->start_us) / 1e6);
		if (a->junk)
			text_puts(&why, ": what it sends is none");
		else if (a->connected && !a->of_user)
			text_puts(&why,
			    ": it is not there, or the community is wrong");
	}
	end_all(a, QUERY_SILENT, why.data);
	text_free(&why);
}
