/* SPDX-License-Identifier: ISC */
#include "datagram.h"

#include <string.h>

#include "cldap.h"
#include "coap.h"
#include "dns_query.h"
#include "dtls.h"
#include "escape.h"
#include "headers.h"
#include "ipmi.h"
#include "kerberos.h"
#include "lan.h"
#include "ntp.h"
#include "quic.h"
#include "radius.h"
#include "rpc.h"
#include "small.h"
#include "snmp_hello.h"
#include "store.h"
#include "stun.h"
#include "tunnel.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define SENDS(literal, fn, meaning)                                       \
	{                                                                 \
		.send = BYTES(literal), .judge = (fn), .words = (meaning) \
	}
#define MAKES(question, fn, argument, meaning)                        \
	{                                                             \
		.make = (question), .judge = (fn), .arg = (argument), \
		.words = (meaning)                                    \
	}

static const struct payload echo[] = {
	MAKES(small_echo_ask, small_echo_answer, NULL, "the same"),
};

/* RFC 867, RFC 864: any datagram will do; some networks lose empty ones. */
static const struct payload daytime[] = {
	SENDS("\n", small_daytime_answer, "a date"),
};
static const struct payload chargen[] = {
	SENDS("\n", small_chargen_answer, "characters"),
};

/* RFC 868: an empty datagram. */
static const struct payload time_clock[] = {
	SENDS("", small_time_answer, "the time in four bytes"),
};

static const struct payload domain[] = {
	MAKES(dns_query_ask, dns_query_answer, NULL, "an answer of DNS"),
};

static const struct payload dhcp[] = {
	MAKES(lan_dhcp_ask, lan_dhcp_answer, NULL, "DHCPACK"),
};

static const struct payload tftp[] = {
	MAKES(lan_tftp_ask, lan_tftp_answer, NULL,
	    "that there is no such file"),
};

static const struct payload kerberos[] = {
	MAKES(kerberos_ask, kerberos_answer, NULL, "KRB-ERROR"),
};

static const struct payload rpcbind[] = {
	MAKES(rpc_portmap_ask, rpc_answer, NULL, "a reply of RPC"),
};

static const struct payload ntp[] = {
	MAKES(ntp_ask, ntp_answer, NULL, "the time of NTP"),
};

static const struct payload netbios_ns[] = {
	MAKES(lan_netbios_ask, lan_netbios_answer, NULL, "names of NetBIOS"),
};

static const struct payload snmp[] = {
	MAKES(snmp_hello_ask_v1, snmp_hello_response, "public",
	    "a response of SNMPv1"),
	MAKES(snmp_hello_ask_v2c, snmp_hello_response, "public",
	    "a response of SNMPv2c"),
	MAKES(snmp_hello_ask_v3, snmp_hello_report, NULL,
	    "the engine of SNMPv3"),
};

static const struct payload cldap[] = {
	MAKES(cldap_ask, cldap_answer, NULL, "an entry of LDAP"),
};

static const struct payload quic[] = {
	MAKES(quic_ask, quic_answer, NULL, "versions of QUIC"),
};

static const struct payload isakmp[] = {
	MAKES(tunnel_ask_ike2, tunnel_ike2, NULL, "an answer of IKEv2"),
	MAKES(tunnel_ask_ike1, tunnel_ike1, NULL, "an answer of IKEv1"),
};

static const struct payload ipsec_nat_t[] = {
	MAKES(tunnel_ask_ike2, tunnel_ike2, "natt", "an answer of IKEv2"),
};

/* RFC 2453 3.9.1: one entry of no family, with a metric of infinity. */
static const struct payload rip[] = {
	SENDS("\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10",
	    lan_rip_answer, "routes of RIP"),
};

static const struct payload ipmi[] = {
	MAKES(ipmi_ask_capabilities, ipmi_capabilities, NULL,
	    "capabilities of IPMI"),
	MAKES(ipmi_ask_presence, ipmi_presence, NULL, "a pong of ASF"),
};

static const struct payload openvpn[] = {
	MAKES(tunnel_ask_openvpn, tunnel_openvpn, NULL, "a reset of OpenVPN"),
};

/* CLNT_UCAST_EX ([MC-SQLR] 2.2.2). */
static const struct payload ms_sql_m[] = {
	SENDS("\x03", store_mssql, "instances of SQL Server"),
};

static const struct payload l2tp[] = {
	MAKES(tunnel_ask_l2tp, tunnel_l2tp, NULL, "an answer of L2TP"),
};

static const struct payload radius[] = {
	MAKES(radius_ask, radius_answer, NULL, "an answer of RADIUS"),
};

static const struct payload ssdp[] = {
	MAKES(headers_ask_ssdp, headers_ssdp, NULL, "a root device of UPnP"),
};

static const struct payload nfs[] = {
	MAKES(rpc_nfs_ask, rpc_answer, NULL, "a reply of NFS"),
};

static const struct payload stun[] = {
	MAKES(stun_ask, stun_answer, NULL, "a response of STUN"),
};

static const struct payload sip[] = {
	MAKES(headers_ask_sip, headers_sip, NULL, "a status of SIP"),
};

/* RFC 6886 3.2: version 0, operation 0. */
static const struct payload nat_pmp[] = {
	SENDS("\x00\x00", lan_nat_pmp_answer, "the external address"),
};

static const struct payload mdns[] = {
	MAKES(dns_query_ask_services, dns_query_services, NULL,
	    "services of DNS-SD"),
};

static const struct payload coap[] = {
	MAKES(coap_ask_ping, coap_ping, NULL, "a reset of CoAP"),
	MAKES(coap_ask_core, coap_core, NULL, "a response of CoAP"),
};

static const struct payload dtls[] = {
	MAKES(dtls_ask, dtls_answer, NULL, "an answer of DTLS"),
};

static const struct payload memcached[] = {
	MAKES(store_ask_memcached, store_memcached, NULL, "\"VERSION\""),
};

/* What nobody takes for more than a sign that the port is open or closed. */
static const struct payload nothing[] = {
	SENDS("", small_nothing, "no answer"),
};

enum {
	CLOCK = 1 << 0,
	OTHER_PORT = 1 << 1,
	ONCE = 1 << 2,
};

#define PORTS(...)          \
	{                   \
		__VA_ARGS__ \
	}

#define DATAGRAM(row_name, row_ports, row_payloads, flags, row_demand, \
    row_why)                                                           \
	{ .name = row_name,                                            \
		.ports = PORTS row_ports,                              \
		.payloads = (row_payloads),                            \
		.n = ARRAY_SIZE(row_payloads),                         \
		.demand = (row_demand),                                \
		.why = (row_why),                                      \
		.clock = ((flags)&CLOCK) != 0,                         \
		.other_port = ((flags)&OTHER_PORT) != 0,               \
		.once = ((flags)&ONCE) != 0 },

static const struct datagram datagrams[] = {
#include "datagram.def"
};

const struct datagram *
datagram_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(datagrams); i++)
		if (word_equal(datagrams[i].name, name, strlen(name)))
			return &datagrams[i];
	return NULL;
}

const struct datagram *
datagram_of_port(uint16_t port)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(datagrams) && port != 0; i++)
		for (k = 0; k < ARRAY_SIZE(datagrams[i].ports); k++)
			if (datagrams[i].ports[k] == port)
				return &datagrams[i];
	return NULL;
}

const struct datagram *
datagram_row(size_t i)
{
	return i < ARRAY_SIZE(datagrams) ? &datagrams[i] : NULL;
}
