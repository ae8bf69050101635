/* SPDX-License-Identifier: ISC */
/*
 * Databases that answer over UDP: memcached, and Microsoft SQL Server's browser.
 */
#ifndef STORE_H
#define STORE_H

#include "dialogue.h"

/* "version" behind a header of UDP (memcached, doc/protocol.txt). */
make_fn store_ask_memcached;
judge_fn store_memcached;

/* SVR_RESP to CLNT_UCAST_EX: the instances ([MC-SQLR] 2.2.2, 2.2.5). */
judge_fn store_mssql;

#endif
