/* SPDX-License-Identifier: ISC */
/*
 * Services of a local network over UDP: NetBIOS names, DHCP, TFTP, RIP, NAT-PMP.
 */
#ifndef LAN_H
#define LAN_H

#include "dialogue.h"

/* NODE STATUS REQUEST for "*", and its response (RFC 1002 4.2.17, 4.2.18). */
make_fn lan_netbios_ask;
judge_fn lan_netbios_answer;

/*
 * DHCPINFORM, sent to one server, and DHCPACK (RFC 2131).  Many servers answer
 * to port 68 of our address only, where we do not listen.
 */
make_fn lan_dhcp_ask;
judge_fn lan_dhcp_answer;

/*
 * A request to read a file that is not there (RFC 1350), and that it is not; the
 * answer comes from another port.
 */
make_fn lan_tftp_ask;
judge_fn lan_tftp_answer;

/* A response to the request for the whole table (RFC 2453 3.9). */
judge_fn lan_rip_answer;

/* The external address (RFC 6886 3.2). */
judge_fn lan_nat_pmp_answer;

#endif
