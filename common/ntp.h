/* SPDX-License-Identifier: ISC */
/*
 * NTP version 4 as a client (RFC 5905), which tells nothing of itself: the
 * transmit timestamp is an arbitrary number.
 */
#ifndef NTP_H
#define NTP_H

#include "dialogue.h"

make_fn ntp_ask;

/*
 * An answer to our timestamp by a server that is synchronized.  The offset is
 * that of RFC 5905 8, by the wall clock at sending and receiving.
 */
judge_fn ntp_answer;

#endif
