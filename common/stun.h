/* SPDX-License-Identifier: ISC */
/*
 * STUN (RFC 8489).
 */
#ifndef STUN_H
#define STUN_H

#include "dialogue.h"

/*
 * Binding, and its response with our number: our address, or an error, but not
 * one of a server that does not work.
 */
make_fn stun_ask;
judge_fn stun_answer;

#endif
