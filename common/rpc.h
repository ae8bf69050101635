/* SPDX-License-Identifier: ISC */
/*
 * Sun RPC (RFC 5531): the procedure that does nothing.
 */
#ifndef RPC_H
#define RPC_H

#include "dialogue.h"

/* Of program 100000, version 2 (RFC 1833 3), and 100003, version 3 (RFC 1813). */
make_fn rpc_portmap_ask;
make_fn rpc_nfs_ask;

/* It was done; or the program is there, though not in that version. */
judge_fn rpc_answer;

#endif
