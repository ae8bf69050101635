/* SPDX-License-Identifier: ISC */
/*
 * What is asked in a local network, RPC and databases.
 */
#include "lan.h"

#include "datagram_judged.h"

static const struct judged answers[] = {
	{ "netbios-ns", 0, "names",
	    "{0+2} 8400 0000 0001 0000 0000 {12+34} 0021 0001 00000000 0053 02 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MATCH },
	{ "netbios-ns", 0, "no names",
	    "{0+2} 8400 0000 0001 0000 0000 {12+34} 0021 0001 00000000 002f 00 [46]",
	    JUDGE_MATCH },
	{ "netbios-ns", 0, "more names than there are",
	    "{0+2} 8400 0000 0001 0000 0000 {12+34} 0021 0001 00000000 0053 ff 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MISMATCH, "malformed" },
	{ "netbios-ns", 0, "another id",
	    "ffff 8400 0000 0001 0000 0000 {12+34} 0021 0001 00000000 0053 02 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MORE },
	{ "netbios-ns", 0, "an error",
	    "{0+2} 8406 0000 0001 0000 0000 {12+34} 0021 0001 00000000 0053 02 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MISMATCH, "an error" },
	{ "netbios-ns", 0, "a registration",
	    "{0+2} ac00 0000 0001 0000 0000 {12+34} 0021 0001 00000000 0053 02 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MISMATCH, "malformed" },
	{ "netbios-ns", 0, "a question in it",
	    "{0+2} 8400 0001 0001 0000 0000 {12+34} 0021 0001 00000000 0053 02 'SERVER         ' 00 0400 'WORKGROUP      ' 00 8400 [46]",
	    JUDGE_MISMATCH, "malformed" },
	{ "netbios-ns", 0, "DNS", "{0+2} 8180 0001 0000 0000 0000 {12}",
	    JUDGE_MISMATCH, "malformed" },
	{ "netbios-ns", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "netbios-ns", 0, "text", "'hello'", JUDGE_MISMATCH, "too short" },
	{ "dhcp", 0, "DHCPACK",
	    "02 01 06 00 {4+4} [228] 63825363 350105 3604c0000201 00 ff",
	    JUDGE_MATCH },
	{ "dhcp", 0, "options of no interest",
	    "02 01 06 00 {4+4} [228] 63825363 0104ffffff00 0304c0000201 350105 ff [20]",
	    JUDGE_MATCH, NULL, true },
	{ "dhcp", 0, "DHCPNAK", "02 01 06 00 {4+4} [228] 63825363 350106 ff",
	    JUDGE_MISMATCH, "DHCPNAK" },
	{ "dhcp", 0, "DHCPOFFER", "02 01 06 00 {4+4} [228] 63825363 350102 ff",
	    JUDGE_MISMATCH, "malformed" },
	{ "dhcp", 0, "BOOTP",
	    "02 01 06 00 {4+4} [228] 63825363 0104ffffff00 ff", JUDGE_MISMATCH,
	    "malformed" },
	{ "dhcp", 0, "no cookie",
	    "02 01 06 00 {4+4} [228] [4] 350105 3604c0000201 00 ff",
	    JUDGE_MISMATCH, "malformed" },
	{ "dhcp", 0, "another id",
	    "02 01 06 00 ffffffff [228] 63825363 350105 3604c0000201 00 ff",
	    JUDGE_MORE },
	{ "dhcp", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "dhcp", 0, "text", "'hello'", JUDGE_MISMATCH, "too short" },
	{ "tftp", 0, "no file", "0005 0001 'File not found' 00", JUDGE_MATCH },
	{ "tftp", 0, "no access",
	    "0005 0002 'Only absolute filenames allowed' 00", JUDGE_MATCH },
	{ "tftp", 0, "no words", "0005 0000 00", JUDGE_MATCH },
	{ "tftp", 0, "a file", "0003 0001 [512]", JUDGE_MATCH, NULL, true },
	{ "tftp", 0, "too much of it", "0003 0001 [513]", JUDGE_MISMATCH,
	    "malformed", true },
	{ "tftp", 0, "another block", "0003 0002 [512]", JUDGE_MISMATCH,
	    "malformed" },
	{ "tftp", 0, "disk full", "0005 0003 'Disk full' 00", JUDGE_MISMATCH,
	    "an error of the server" },
	{ "tftp", 0, "words that do not end", "0005 0001 'File not found'",
	    JUDGE_MISMATCH, "malformed" },
	{ "tftp", 0, "two words", "0005 0001 'File' 00 'not' 00",
	    JUDGE_MISMATCH, "malformed", true },
	{ "tftp", 0, "an acknowledgement", "0004 0000", JUDGE_MISMATCH,
	    "malformed" },
	{ "tftp", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
	{ "rip", 0, "a route",
	    "02 02 0000 0002 0000 0a000000 ff000000 00000000 00000001",
	    JUDGE_MATCH },
	{ "rip", 0, "version 1",
	    "02 01 0000 0002 0000 0a000000 ff000000 00000000 00000010",
	    JUDGE_MATCH },
	{ "rip", 0, "two routes",
	    "02 02 0000 0002 0000 0a000000 ff000000 00000000 00000001 0002 0000 0a000000 ff000000 00000000 00000002",
	    JUDGE_MATCH, NULL, true },
	{ "rip", 0, "with a password",
	    "02 02 0000 ffff 0002 [16] 0002 0000 0a000000 ff000000 00000000 00000001",
	    JUDGE_MATCH, NULL, true },
	{ "rip", 0, "beyond infinity",
	    "02 02 0000 0002 0000 0a000000 ff000000 00000000 00000011",
	    JUDGE_MISMATCH, "malformed" },
	{ "rip", 0, "no route", "02 02 0000", JUDGE_MISMATCH, "malformed" },
	{ "rip", 0, "half a route",
	    "02 02 0000 0002 0000 0a000000 ff000000 00000000 00000001 0002",
	    JUDGE_MISMATCH, "malformed", true },
	{ "rip", 0, "version 3",
	    "02 03 0000 0002 0000 0a000000 ff000000 00000000 00000001",
	    JUDGE_MISMATCH, "malformed" },
	{ "rip", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
	{ "nat-pmp", 0, "an address", "00 80 0000 00000e10 c0000201",
	    JUDGE_MATCH },
	{ "nat-pmp", 0, "not authorized", "00 80 0002 00000e10 00000000",
	    JUDGE_MISMATCH, "not authorized" },
	{ "nat-pmp", 0, "PCP", "00 80 0001 00000e10", JUDGE_MISMATCH,
	    "unsupported version" },
	{ "nat-pmp", 0, "another result", "00 80 0006 00000e10 00000000",
	    JUDGE_MISMATCH, "malformed" },
	{ "nat-pmp", 0, "more", "00 80 0000 00000e10 c0000201 00",
	    JUDGE_MISMATCH, "malformed", true },
	{ "nat-pmp", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
	{ "rpcbind", 0, "done",
	    "{0+4} 00000001 00000000 00000000 00000000 00000000", JUDGE_MATCH },
	{ "portmap", 0, "done",
	    "{0+4} 00000001 00000000 00000000 00000000 00000000", JUDGE_MATCH },
	{ "nfs", 0, "done",
	    "{0+4} 00000001 00000000 00000000 00000000 00000000", JUDGE_MATCH },
	{ "nfs", 0, "with a verifier",
	    "{0+4} 00000001 00000000 00000002 00000005 [8] 00000000",
	    JUDGE_MATCH },
	{ "nfs", 0, "other versions",
	    "{0+4} 00000001 00000000 00000000 00000000 00000002 00000004 00000004",
	    JUDGE_MATCH },
	{ "nfs", 0, "no such program",
	    "{0+4} 00000001 00000000 00000000 00000000 00000001",
	    JUDGE_MISMATCH, "no such program" },
	{ "nfs", 0, "an error",
	    "{0+4} 00000001 00000000 00000000 00000000 00000005",
	    JUDGE_MISMATCH, "an error of the server" },
	{ "nfs", 0, "denied", "{0+4} 00000001 00000001 00000001 00000005",
	    JUDGE_MISMATCH, "denied" },
	{ "nfs", 0, "a verifier that is too long",
	    "{0+4} 00000001 00000000 00000000 ffffffff 00000000",
	    JUDGE_MISMATCH, "malformed" },
	{ "nfs", 0, "more",
	    "{0+4} 00000001 00000000 00000000 00000000 00000000 00000000",
	    JUDGE_MISMATCH, "malformed", true },
	{ "rpcbind", 0, "another id",
	    "ffffffff 00000001 00000000 00000000 00000000 00000000",
	    JUDGE_MORE },
	{ "rpcbind", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "nfs", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "rpcbind", 0, "text", "'hello'", JUDGE_MISMATCH, "too short" },
	{ "memcached", 0, "a version",
	    "{0+2} 0000 0001 0000 'VERSION 1.6.18' 0d0a", JUDGE_MATCH },
	{ "memcached", 0, "another id",
	    "ffff 0000 0001 0000 'VERSION 1.6.18' 0d0a", JUDGE_MORE },
	{ "memcached", 0, "an error", "{0+2} 0000 0001 0000 'ERROR' 0d0a",
	    JUDGE_MISMATCH, "not a version" },
	{ "memcached", 0, "one of two",
	    "{0+2} 0000 0002 0000 'VERSION 1.6.18' 0d0a", JUDGE_MISMATCH,
	    "not a version" },
	{ "memcached", 0, "an echo", "{0}", JUDGE_MISMATCH, "not a version" },
	{ "memcached", 0, "text", "'hello'", JUDGE_MISMATCH, "too short" },
	{ "ms-sql-m", 0, "an instance",
	    "05 2d00 'ServerName;DB;InstanceName;X;IsClustered;No;;'",
	    JUDGE_MATCH },
	{ "ms-sql-m", 0, "a wrong length",
	    "05 ff00 'ServerName;DB;InstanceName;X;;'", JUDGE_MISMATCH,
	    "malformed" },
	{ "ms-sql-m", 0, "other text", "05 0500 'hello'", JUDGE_MISMATCH,
	    "malformed" },
	{ "ms-sql-m", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
};

/* DHCPINFORM tells our own address, if it is known and one of IPv4. */
static const struct {
	const char *from;
	unsigned char ciaddr[4];
} clients[] = {
	{ NULL, { 0, 0, 0, 0 } },
	{ "192.0.2.9", { 192, 0, 2, 9 } },
	{ "2001:db8::9", { 0, 0, 0, 0 } },
};

START_TEST(client)
{
	const struct payload *p = datagram_find("dhcp")->payloads;
	unsigned char sent[STEP_MADE_MAX];
	struct addr from;
	const char *why;

	if (clients[_i].from != NULL)
		ck_assert_int_eq(addr_parse(clients[_i].from, AF_UNSPEC, &from,
				     &why),
		    ADDR_LITERAL);
	ck_assert_uint_eq(p->make(&(struct question){ .to = sent,
			      .from = clients[_i].from != NULL ? &from
							       : NULL }),
	    300);
	ck_assert_mem_eq(sent + 12, clients[_i].ciaddr, 4);
}
END_TEST

START_TEST(answer)
{
	judged_check(&answers[_i], NULL);
	judged_other(&answers[_i], NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("lan");

	unit_rows(tc, answer, answers);
	unit_rows(tc, client, clients);
	return unit_run("lan", tc);
}
