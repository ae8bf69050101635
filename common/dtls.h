/* SPDX-License-Identifier: ISC */
/*
 * The first flight of DTLS (RFC 6347).
 */
#ifndef DTLS_H
#define DTLS_H

#include "dialogue.h"

/*
 * ClientHello of version 1.2, and HelloVerifyRequest, ServerHello or an alert,
 * but not that of a server that does not work.
 */
make_fn dtls_ask;
judge_fn dtls_answer;

#endif
