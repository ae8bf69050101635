/* SPDX-License-Identifier: ISC */
/*
 * QUIC, as all of its versions have it (RFC 8999).
 */
#ifndef QUIC_H
#define QUIC_H

#include "dialogue.h"

/*
 * A packet of a version that nobody has, large enough to be the first one (RFC
 * 9000 14.1, 15), and Version Negotiation for it (RFC 8999 6).
 */
make_fn quic_ask;
judge_fn quic_answer;

#endif
