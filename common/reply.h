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

/*
 * Capabilities, among which is the argument, and OK; without an argument they
 * may be missing (RFC 5804 1.2, 1.7).
 */
judge_fn reply_sieve;

/*
 * Without an argument any message of a server that is no error; else the
 * numeric that it is, after whatever notices (RFC 1459 2.3).
 */
judge_fn reply_irc;

/*
 * A status line that begins with the argument, of the classes 2 and 3: success
 * and redirection; those of class 1 come before another (RFC 9110 15.2, RFC 9112
 * 4, RFC 2326 7.1).
 */
judge_fn reply_status;

/* SSH 2.0, maybe after other lines (RFC 4253 4.2). */
judge_fn reply_ssh;

/*
 * The stream of a server and its features; or, if there is an argument, an error
 * that has it in it (RFC 6120 4.3, 4.7, 4.9).
 */
judge_fn reply_stream;

/* That TLS may begin (RFC 6120 5.4.2). */
judge_fn reply_proceed;

/*
 * A line of text that is not blank, or what the peer says before it closes: to
 * tell whose text it is is for people.
 */
judge_fn reply_text;

/* The same, with the time of day in it (RFC 867). */
judge_fn reply_daytime;

#endif
