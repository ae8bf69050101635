/* SPDX-License-Identifier: ISC */
/*
 * Judges of replies in lines of text.  All of them wait for the end of what they
 * judge, since what is said next must not meet the rest of it.
 */
#ifndef REPLY_H
#define REPLY_H

#include "dialogue.h"

/* A line that begins with the argument. */
judge_fn reply_line;

/*
 * A reply of one or several lines with one of the codes of three digits that
 * are the argument, with a blank between them (RFC 959 4.2, RFC 5321 4.2.1).
 */
judge_fn reply_code;

/* The OK to the command whose tag is the argument (RFC 9051 2.2.2). */
judge_fn reply_tagged;

/* Capabilities, if any, and OK (RFC 5804 1.2). */
judge_fn reply_sieve;

/*
 * Without an argument any message of a server that is no error; else the
 * numeric that it is, after whatever notices (RFC 1459 2.3).
 */
judge_fn reply_irc;

/*
 * A status line that begins with the argument, of the classes 2 and 3: success
 * and redirection (RFC 9112 4, RFC 2326 7.1).
 */
judge_fn reply_status;

/* SSH 2.0, maybe after other lines (RFC 4253 4.2). */
judge_fn reply_ssh;

/* The tag of XML that begins with the argument, and no error (RFC 6120 4). */
judge_fn reply_xmpp;

/* A line of text, or what the peer says before it closes. */
judge_fn reply_text;

/* The same, with a digit in it (RFC 867). */
judge_fn reply_daytime;

#endif
