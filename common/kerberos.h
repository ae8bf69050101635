/* SPDX-License-Identifier: ISC */
/*
 * Kerberos version 5 over UDP (RFC 4120).
 */
#ifndef KERBEROS_H
#define KERBEROS_H

#include "dialogue.h"

/* AS-REQ for a principal of a realm that nobody has. */
make_fn kerberos_ask;

/*
 * KRB-ERROR, of whatever error but those of a server that does not work, or
 * AS-REP.  An error tells the time, by which tickets are judged.
 */
judge_fn kerberos_answer;

#endif
