/* SPDX-License-Identifier: ISC */
/*
 * The first packets of tunnels: IKE, OpenVPN, L2TP.  None is answered who is not
 * known, by servers that are configured so.
 */
#ifndef TUNNEL_H
#define TUNNEL_H

#include "dialogue.h"

/*
 * A proposal in main mode (RFC 2409 5): of 3DES and AES with SHA-1, MODP 1024
 * and 2048, and a shared key.  An answer of that mode is right, and a
 * notification.
 */
make_fn tunnel_ask_ike1;
judge_fn tunnel_ike1;

/*
 * IKE_SA_INIT (RFC 7296 1.2) with a group that is too small to be taken
 * (MODP 768), so that nothing is computed or kept for us.  Right are a
 * notification, and a proposal.  "natt" as the argument: as on port 4500, after
 * four zeros (RFC 3948 2.2).
 */
make_fn tunnel_ask_ike2;
judge_fn tunnel_ike2;

/*
 * P_CONTROL_HARD_RESET_CLIENT_V2 and the same of the server with our session in
 * it ("OpenVPN Wire Protocol", 2.2; draft).
 */
make_fn tunnel_ask_openvpn;
judge_fn tunnel_openvpn;

/* Start-Control-Connection-Request (RFC 2661 6.1), and what belongs to it. */
make_fn tunnel_ask_l2tp;
judge_fn tunnel_l2tp;

#endif
