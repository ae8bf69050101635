/* SPDX-License-Identifier: ISC */
/*
 * An event in words: the fields of a command that is run for it, and one line.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "table_format.h"
#include "text.h"

struct notice {
	const struct table_event *event; /* its strings end with NULs */
	const char *host; /* the path of a Unix socket where there is none */
	uint16_t port;
	uint8_t transport; /* as in struct table_record */
};

/* The longest line there is; a name and a reason fit. */
#define NOTICE_MESSAGE_MAX 1024

/* "down", "up", "lagged", "normal", "severe", "recovered". */
const char *notice_event(enum table_event_kind kind);

/* The kind of that name; false: there is none. */
bool notice_find_event(const char *name, enum table_event_kind *kind);

/*
 * Appends the line, of one kind for each kind of event:
 *
 *	mx1/smtp is down: Connection refused
 *	mx1/smtp is up again
 *	mx1/smtp is lagged: 612.000 ms, more than 500 ms
 *	mx1/smtp is back to normal: 80.125 ms
 *	mx1/smtp is still down after 12 rounds: Connection refused
 *	mx1/smtp is no longer severely down
 *
 * What is not known is left out, with what is in front of it.
 */
void notice_message(struct text *t, const struct notice *n);

/*
 * Whether the words of a command, as split() found them, can be run for events,
 * as call_check().  In them:
 *
 *	%h  host, or path of a Unix socket
 *	%t  when it was decided, in local time: "Mon Nov 23 14:00:00 2026"
 *	%m  the line
 *	%n  name of the entry
 *	%p  port; nothing with a path
 *	%P  transport: tcp, udp or unix
 *	%s  state of the port now: open, closed, filtered, open|filtered, unknown
 *	%S  what that is worth: OK, WARNING, CRITICAL, UNKNOWN
 *	%r  reason; nothing when all is well
 *	%l  latency in milliseconds with three decimals; nothing if there was none
 *	%i  number of the event
 *	%%  a percent sign
 */
bool notice_check(const char *const *words, struct text *error);

/*
 * What such a command is run with, as call_init().  The fields are in the
 * environment, too, as PORTSTATE_HOST, _MESSAGE, _NAME, _PORT, _TRANSPORT,
 * _STATE, _STATUS, _REASON, _LATENCY and _EVENT_ID; _TIME is UTC as of ISO 8601,
 * and _EVENT what happened: "down".
 *
 * A reason begins with no '-': it may be the peer's, and would be an option where
 * %r is a word of its own.
 */
bool notice_call_init(struct call *c, const char *const *words,
    const struct notice *n);

#endif
