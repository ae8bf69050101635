/* SPDX-License-Identifier: ISC */
/*
 * Remote management by RMCP (Alert Standard Format 2.0; IPMI 2.0, 13).
 */
#ifndef IPMI_H
#define IPMI_H

#include "dialogue.h"

/* Presence Ping and Pong of ASF (3.2.4.2, 3.2.4.3). */
make_fn ipmi_ask_presence;
judge_fn ipmi_presence;

/* Get Channel Authentication Capabilities (IPMI 22.13), for which none is needed. */
make_fn ipmi_ask_capabilities;
judge_fn ipmi_capabilities;

#endif
