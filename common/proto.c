/* SPDX-License-Identifier: ISC */
#include "proto.h"

#include <string.h>

#include "escape.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Steps: the answer has to begin with one of these strings. */
#define PREFIX(literal)                                        \
	{                                                      \
		.kind = PATTERN_PREFIX, .text = BYTES(literal) \
	}
#define BEGINS(...)                                                          \
	{                                                                    \
		.kind = STEP_EXPECT,                                         \
		.expect = {                                                  \
			.patterns = (const struct pattern[]){ __VA_ARGS__ }, \
			.n = ARRAY_SIZE(((const struct pattern[]){           \
			    __VA_ARGS__ })),                                 \
		},                                                           \
	}
#define SENDS(literal)                                    \
	{                                                 \
		.kind = STEP_SEND, .send = BYTES(literal) \
	}

#define STEPS(array) .steps = (array), .n = ARRAY_SIZE(array)

/* RFC 959 4.2, RFC 5321 4.2: the service is ready. */
static const struct step ready_220[] = { BEGINS(PREFIX("220")) };

/* RFC 1939 4. */
static const struct step pop[] = { BEGINS(PREFIX("+OK")) };

/* RFC 9051 7.1. */
static const struct step imap[] = { BEGINS(PREFIX("* OK")) };

/* RFC 3977 5.1: posting allowed, posting prohibited. */
static const struct step nntp[] = { BEGINS(PREFIX("200"), PREFIX("201")) };

/* RFC 6120 4: the opening of a stream, which the server answers with its own. */
static const struct step jabber[] = {
	SENDS("<stream:stream to='host' xmlns='jabber:client' "
	      "xmlns:stream='http://etherx.jabber.org/streams'>\n"),
	BEGINS(PREFIX("<?xml version='1.0'")),
};

/* clamd(8). */
static const struct step clamd[] = {
	SENDS("PING"),
	BEGINS(PREFIX("PONG")),
};

static const struct proto protos[] = {
	{ .name = "tcp" },
	{ .name = "ftp",
	    .port = 21,
	    STEPS(ready_220),
	    .quit = BYTES("QUIT\r\n") },
	{ .name = "smtp",
	    .port = 25,
	    STEPS(ready_220),
	    .quit = BYTES("QUIT\r\n") },
	{ .name = "pop", .port = 110, STEPS(pop), .quit = BYTES("QUIT\r\n") },
	{ .name = "imap",
	    .port = 143,
	    STEPS(imap),
	    .quit = BYTES("a1 LOGOUT\r\n") },
	{ .name = "nntp", .port = 119, STEPS(nntp), .quit = BYTES("QUIT\r\n") },
	{ .name = "jabber",
	    .port = 5222,
	    STEPS(jabber),
	    .quit = BYTES("</stream:stream>\n"),
	    .hide = true },
	{ .name = "clamd", .port = 3310, STEPS(clamd) },
};

const struct proto *
proto_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (word_equal(protos[i].name, name, strlen(name)))
			return &protos[i];
	return NULL;
}

const struct proto *
proto_row(size_t i)
{
	return i < ARRAY_SIZE(protos) ? &protos[i] : NULL;
}
