/* SPDX-License-Identifier: ISC */
/*
 * The least that an agent of SNMP answers.
 */
#ifndef SNMP_HELLO_H
#define SNMP_HELLO_H

#include "dialogue.h"

/*
 * GET of sysUpTime.0 in the community that is the argument, in version 1 (RFC
 * 1157) or 2c (RFC 1901, RFC 3416).  A response that we may not see it, or that
 * it is not there, is one of an agent that works.
 */
make_fn snmp_hello_ask_v1;
make_fn snmp_hello_ask_v2c;
judge_fn snmp_hello_response;

/*
 * Discovery of the engine, which takes no name and no key, and the report of it
 * (RFC 3412, RFC 3414 4).
 */
make_fn snmp_hello_ask_v3;
judge_fn snmp_hello_report;

#endif
