/* SPDX-License-Identifier: ISC */
/*
 * LDAP without a connection, as servers of Active Directory answer it ([MS-ADTS]
 * 6.3.3), with messages of LDAP version 3 (RFC 4511).
 */
#ifndef CLDAP_H
#define CLDAP_H

#include "dialogue.h"

/* A search of the root, and that it was found, or that we may not see it. */
make_fn cldap_ask;
judge_fn cldap_answer;

#endif
