/* SPDX-License-Identifier: ISC */
/*
 * RADIUS (RFC 2865).
 */
#ifndef RADIUS_H
#define RADIUS_H

#include "dialogue.h"

/*
 * Access-Request of nobody, with CHAP, which takes no shared secret, and any
 * answer with our number.  Without the secret nobody can tell who answered: the
 * Response Authenticator is not judged.  A server is silent to clients that it
 * does not know, and may be to those that do not sign.
 */
make_fn radius_ask;
judge_fn radius_answer;

#endif
