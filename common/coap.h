/* SPDX-License-Identifier: ISC */
/*
 * CoAP (RFC 7252).
 */
#ifndef COAP_H
#define COAP_H

#include "dialogue.h"

/* An empty message, "CoAP ping" (4.3), and the reset that it gets. */
make_fn coap_ask_ping;
judge_fn coap_ping;

/*
 * GET /.well-known/core (RFC 6690), and any response of ours, but not one of a
 * server that does not work.
 */
make_fn coap_ask_core;
judge_fn coap_core;

#endif
