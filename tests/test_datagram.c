/* SPDX-License-Identifier: ISC */
#include "datagram.h"

#include "datagram_judged.h"

/* Where each is, and what can be asked of it. */
static const struct {
	const char *name;
	uint16_t ports[4];
	size_t payloads;
	enum demand demand;
	bool clock, other_port, once;
} rows[] = {
	{ "echo", { 7 }, 1, DEMAND_ANSWER },
	{ "daytime", { 13 }, 1, DEMAND_ANSWER },
	{ "chargen", { 19 }, 1, DEMAND_ANSWER, .once = true },
	{ "time", { 37 }, 1, DEMAND_ANSWER, .clock = true },
	{ "domain", { 53 }, 1, DEMAND_ANSWER },
	{ "dns", { 53 }, 1, DEMAND_ANSWER },
	{ "dhcp", { 67 }, 1, DEMAND_NONE },
	{ "tftp", { 69 }, 1, DEMAND_ANSWER, .other_port = true },
	{ "kerberos", { 88 }, 1, DEMAND_ANSWER, .clock = true },
	{ "rpcbind", { 111 }, 1, DEMAND_ANSWER },
	{ "portmap", { 111 }, 1, DEMAND_ANSWER },
	{ "ntp", { 123 }, 1, DEMAND_ANSWER, .clock = true },
	{ "netbios-ns", { 137 }, 1, DEMAND_ANSWER },
	{ "snmp", { 161 }, 3, DEMAND_NONE },
	{ "cldap", { 389 }, 1, DEMAND_ANSWER },
	{ "quic", { 443, 853 }, 1, DEMAND_ANSWER },
	{ "isakmp", { 500 }, 2, DEMAND_NONE },
	{ "ipsec-nat-t", { 4500 }, 1, DEMAND_NONE },
	{ "rip", { 520 }, 1, DEMAND_NONE },
	{ "ipmi", { 623 }, 2, DEMAND_ANSWER },
	{ "openvpn", { 1194 }, 1, DEMAND_NONE },
	{ "ms-sql-m", { 1434 }, 1, DEMAND_ANSWER },
	{ "l2tp", { 1701 }, 1, DEMAND_NONE },
	{ "radius", { 1812, 1645 }, 1, DEMAND_NONE },
	{ "ssdp", { 1900 }, 1, DEMAND_NONE },
	{ "nfs", { 2049 }, 1, DEMAND_ANSWER },
	{ "stun", { 3478 }, 1, DEMAND_ANSWER },
	{ "sip", { 5060 }, 1, DEMAND_ANSWER },
	{ "nat-pmp", { 5351 }, 1, DEMAND_ANSWER },
	{ "mdns", { 5353 }, 1, DEMAND_NONE },
	{ "coap", { 5683 }, 2, DEMAND_ANSWER },
	{ "dtls", { 5684, 6514, 2083, 10161 }, 1, DEMAND_NONE },
	{ "memcached", { 11211 }, 1, DEMAND_ANSWER },
	{ "wireguard", { 51820 }, 1, DEMAND_IMPOSSIBLE },
	{ "syslog", { 514 }, 1, DEMAND_IMPOSSIBLE },
	{ "snmptrap", { 162 }, 1, DEMAND_IMPOSSIBLE },
	{ "netflow", { 2055 }, 1, DEMAND_IMPOSSIBLE },
	{ "ipfix", { 4739 }, 1, DEMAND_IMPOSSIBLE },
	{ "sflow", { 6343 }, 1, DEMAND_IMPOSSIBLE },
	{ "vxlan", { 4789 }, 1, DEMAND_IMPOSSIBLE },
	{ "statsd", { 8125 }, 1, DEMAND_IMPOSSIBLE },
	{ "collectd", { 25826 }, 1, DEMAND_IMPOSSIBLE },
};

/* Questions in full: those that the protocol fixes to the last byte. */
static const struct {
	const char *name;
	size_t payload;
	const char *bytes;
} questions[] = {
	{ "echo", 0, "'portstate 0123456789abcdef' 0d0a" },
	{ "domain", 0, "cdef 0100 0001 0000 0000 0000 00 0002 0001" },
	{ "mdns", 0,
	    "cdef 0000 0001 0000 0000 0000 09 '_services' 07 '_dns-sd' 04 "
	    "'_udp' 05 'local' 00 000c 8001" },
	{ "ntp", 0, "23 [39] 0123456789abcdef" },
	{ "rpcbind", 0, "89abcdef 00000000 00000002 000186a0 00000002 [20]" },
	{ "nfs", 0, "89abcdef 00000000 00000002 000186a3 00000003 [20]" },
	{ "tftp", 0, "0001 'portstate-0123456789abcdef' 00 'octet' 00" },
	{ "rip", 0, "01 02 [21] 10" },
	{ "ms-sql-m", 0, "03" },
	{ "nat-pmp", 0, "0000" },
	{ "coap", 0, "40 00 cdef" },
	{ "coap", 1, "44 01 cdef 456789ab bb '.well-known' 04 'core'" },
	{ "memcached", 0, "cdef 0000 0001 0000 'version' 0d0a" },
	{ "openvpn", 0, "38 0123456789abcdef [5]" },
	{ "ipmi", 0, "0600ff07 [9] 09 20 18 c8 81 bc 38 8e 04 f9" },
	{ "snmp", 0,
	    "30 29 02 01 00 04 06 'public' a0 1c 02 04 49abcdef 02 01 00 02 "
	    "01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00" },
	{ "time", 0, "" },
	{ "syslog", 0, "" },
};

static const struct {
	const char *name;
	const char *found;
} names[] = {
	{ "DNS", "dns" },
	{ "NetBIOS-NS", "netbios-ns" },
	{ "", NULL },
	{ "nt", NULL },
	{ "ntp ", NULL },
	{ "tcp", NULL },
	{ "udp", NULL },
};

static const struct {
	uint16_t port;
	const char *found;
} ports[] = {
	{ 53, "domain" },
	{ 111, "rpcbind" },
	{ 443, "quic" },
	{ 853, "quic" },
	{ 1645, "radius" },
	{ 10161, "dtls" },
	{ 0, NULL },
	{ 1, NULL },
	{ 65535, NULL },
};

START_TEST(row)
{
	const struct datagram *d = datagram_row((size_t)_i);
	size_t i;

	ck_assert_ptr_nonnull(d);
	ck_assert_str_eq(d->name, rows[_i].name);
	ck_assert_ptr_eq(d, datagram_find(rows[_i].name));
	for (i = 0; i < ARRAY_SIZE(d->ports); i++)
		ck_assert_uint_eq(d->ports[i], rows[_i].ports[i]);
	ck_assert_uint_eq(d->n, rows[_i].payloads);
	ck_assert_int_eq(d->demand, rows[_i].demand);
	ck_assert((d->why != NULL) == (d->demand != DEMAND_ANSWER));
	ck_assert(d->clock == rows[_i].clock);
	ck_assert(d->other_port == rows[_i].other_port);
	ck_assert(d->once == rows[_i].once);
	for (i = 0; i < d->n; i++) {
		ck_assert_ptr_nonnull(d->payloads[i].judge);
		ck_assert_ptr_nonnull(d->payloads[i].words);
	}
}
END_TEST

START_TEST(no_more_rows)
{
	ck_assert_ptr_null(datagram_row(ARRAY_SIZE(rows)));
	ck_assert_ptr_null(datagram_row(SIZE_MAX));
}
END_TEST

/* What people are told has all of them, in this order. */
START_TEST(names_are_all)
{
	const char *s = DATAGRAM_NAMES;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s += strspn(s, ", \n");
		len = strcspn(s, ",\n");
		ck_assert_uint_eq(len, strlen(rows[i].name));
		ck_assert_mem_eq(s, rows[i].name, len);
		s += len;
	}
	ck_assert_str_eq(s, "");
}
END_TEST

START_TEST(find)
{
	const struct datagram *d = datagram_find(names[_i].name);

	unit_str(names[_i].name, d != NULL ? d->name : NULL, names[_i].found);
}
END_TEST

START_TEST(of_port)
{
	const struct datagram *d = datagram_of_port(ports[_i].port);

	unit_str("port", d != NULL ? d->name : NULL, ports[_i].found);
}
END_TEST

START_TEST(question)
{
	unsigned char want[JUDGED_ANSWER];
	struct asked a;
	size_t len;

	judged_ask(&a, questions[_i].name, questions[_i].payload, NULL,
	    UINT64_C(0x0123456789abcdef));
	len = judged_read(&a, questions[_i].bytes, want);
	ck_assert_msg(len == a.sent_len, "%s", questions[_i].name);
	ck_assert_mem_eq(a.sent, want, len);
}
END_TEST

/* A server of echo is no other one; nothing random is right, or read beyond. */
START_TEST(echo_and_noise)
{
	unsigned char noise[600];
	struct exchange x;
	struct asked a;
	unsigned seed = (unsigned)_i;
	bool text = strcmp(rows[_i].name, "daytime") == 0 ||
	    strcmp(rows[_i].name, "chargen") == 0 ||
	    strcmp(rows[_i].name, "time") == 0;
	size_t i, k, n;

	for (i = 0; i < rows[_i].payloads; i++) {
		judged_ask(&a, rows[_i].name, i, NULL, UINT64_MAX / 3);
		n = (size_t)judged_bytes(&x, &a, a.sent, a.sent_len);
		if (strcmp(rows[_i].name, "echo") == 0)
			ck_assert_uint_eq(n, JUDGE_MATCH);
		else if (a.sent_len > 0 || strcmp(rows[_i].name, "chargen"))
			ck_assert_uint_eq(n, JUDGE_MISMATCH);
		for (n = 0; n < 2000; n++) {
			size_t len = unit_random(&seed, sizeof(noise));

			for (k = 0; k < len; k++)
				noise[k] = (unsigned char)unit_random(&seed,
				    256);
			if (judged_bytes(&x, &a, noise, len) == JUDGE_MATCH)
				ck_assert(text);
		}
	}
}
END_TEST

/* The questions of a row are told apart by their answers: no answer to one is a
 * match of another one. */
START_TEST(questions_differ)
{
	struct asked one, other;
	struct exchange x;
	size_t i, k;

	for (i = 0; i < rows[_i].payloads; i++)
		for (k = 0; k < rows[_i].payloads; k++) {
			judged_ask(&one, rows[_i].name, i, NULL, 1);
			judged_ask(&other, rows[_i].name, k, NULL, 2);
			if (i != k)
				ck_assert_int_ne(judged_bytes(&x, &one,
						     other.sent,
						     other.sent_len),
				    JUDGE_MATCH);
		}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("datagram");

	unit_rows(tc, row, rows);
	tcase_add_test(tc, no_more_rows);
	tcase_add_test(tc, names_are_all);
	unit_rows(tc, find, names);
	unit_rows(tc, of_port, ports);
	unit_rows(tc, question, questions);
	unit_rows(tc, echo_and_noise, rows);
	unit_rows(tc, questions_differ, rows);
	return unit_run("datagram", tc);
}
