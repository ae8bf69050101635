/* SPDX-License-Identifier: ISC */
/*
 * The small services over UDP, of RFC 862 to RFC 868.
 */
#ifndef SMALL_H
#define SMALL_H

#include "dialogue.h"

/* Words that are new each time, and that they came back (RFC 862). */
make_fn small_echo_ask;
judge_fn small_echo_answer;

/* A line of printable characters with a digit in it (RFC 867). */
judge_fn small_daytime_answer;

/*
 * Printable characters, or none (RFC 864); more than the 512 that there should be
 * are what inetd sends.
 */
judge_fn small_chargen_answer;

/*
 * The time in seconds since 1900, modulo 2^32, and nothing else (RFC 868); the
 * offset is in whole seconds.
 */
judge_fn small_time_answer;

/* No answer is right. */
judge_fn small_nothing;

#endif
