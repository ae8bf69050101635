/* SPDX-License-Identifier: ISC */
/*
 * What is written in BER: SNMP, and with it CLDAP.
 */
#include "snmp_hello.h"

#include "datagram_judged.h"

/* The number that comes back is at byte 17, in version 3 at 9, in LDAP at 4. */
static const struct judged
    answers
	[] = {
		{ "snmp", 0, "the time it is up",
		    "30 2a 02 01 00 04 06 'public' a2 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MATCH },
		{ "snmp", 1, "the time it is up",
		    "30 2a 02 01 01 04 06 'public' a2 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MATCH },
		{ "snmp", 0, "long lengths",
		    "30 82 0030 02 01 00 04 06 'public' a2 82 0021 02 04 {17+4} 02 01 00 02 01 00 30 82 0011 30 82 000d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MATCH },
		{ "snmp", 1, "longer ones",
		    "30 84 00000036 02 01 01 04 06 'public' a2 84 00000025 02 04 {17+4} 02 01 00 02 01 00 30 84 00000013 30 84 0000000d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MATCH },
		{ "snmp", 1, "no such object",
		    "30 29 02 01 01 04 06 'public' a2 1c 02 04 {17+4} 02 01 00 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 80 00",
		    JUDGE_MATCH },
		{ "snmp", 1, "no such instance",
		    "30 29 02 01 01 04 06 'public' a2 1c 02 04 {17+4} 02 01 00 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 81 00",
		    JUDGE_MATCH },
		{ "snmp", 0, "noSuchName",
		    "30 29 02 01 00 04 06 'public' a2 1c 02 04 {17+4} 02 01 02 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00",
		    JUDGE_MATCH },
		{ "snmp", 1, "authorizationError",
		    "30 29 02 01 01 04 06 'public' a2 1c 02 04 {17+4} 02 01 10 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00",
		    JUDGE_MATCH },
		{ "snmp", 0, "genErr",
		    "30 29 02 01 00 04 06 'public' a2 1c 02 04 {17+4} 02 01 05 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00",
		    JUDGE_MISMATCH, "an error of the agent" },
		{ "snmp", 0, "no value",
		    "30 29 02 01 00 04 06 'public' a2 1c 02 04 {17+4} 02 01 00 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp", 0, "another version",
		    "30 2a 02 01 01 04 06 'public' a2 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MORE },
		{ "snmp", 2, "another version",
		    "30 2a 02 01 01 04 06 'public' a2 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MORE },
		{ "snmp", 1, "version 3",
		    "30 68 02 01 03 30 11 02 04 40000001 02 03 00 ff e3 04 01 00 02 01 03 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MORE },
		{ "snmp", 1, "a number of its own",
		    "30 2a 02 01 01 04 06 'public' a2 1d 02 04 40000001 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MORE },
		{ "snmp", 1, "another object",
		    "30 2a 02 01 01 04 06 'public' a2 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 02 00 43 01 2a",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp", 1, "a trap",
		    "30 2a 02 01 01 04 06 'public' a7 1d 02 04 {17+4} 02 01 00 02 01 00 30 0f 30 0d 06 08 2b 06 01 02 01 01 03 00 43 01 2a",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
		{ "snmp", 1, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
		{ "snmp", 2, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
		{ "snmp", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
		{ "snmp", 2, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
		{ "snmp", 2, "a report",
		    "30 68 02 01 03 30 11 02 04 {9+4} 02 03 00 ff e3 04 01 00 02 01 03 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MATCH },
		{ "snmp", 2, "another number",
		    "30 68 02 01 03 30 11 02 04 40000001 02 03 00 ff e3 04 01 00 02 01 03 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MORE },
		{ "snmp", 2, "of no engine",
		    "30 4e 02 01 03 30 11 02 04 {9+4} 02 03 00 ff e3 04 01 00 02 01 03 04 12 30 10 04 00 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 22 04 00 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp",
		    2, "another counter", "30 68 02 01 03 30 11 02 04 {9+4} 02 03 00 ff e3 04 01 00 02 01 03 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0b 02 01 01 00 41 01 05",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp", 2, "another security model",
		    "30 68 02 01 03 30 11 02 04 {9+4} 02 03 00 ff e3 04 01 00 02 01 02 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a8 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MISMATCH, "malformed" },
		{ "snmp", 2, "a response",
		    "30 68 02 01 03 30 11 02 04 {9+4} 02 03 00 ff e3 04 01 00 02 01 03 04 1f 30 1d 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 02 01 07 02 03 01 00 00 04 00 04 00 04 00 30 2f 04 0d 80 00 1f 88 80 01 02 03 04 05 06 07 08 04 00 a2 1c 02 01 00 02 01 00 02 01 00 30 11 30 0f 06 0a 2b 06 01 06 03 0f 01 01 04 00 41 01 05",
		    JUDGE_MISMATCH, "malformed" },
		{ "cldap", 0, "an entry and the end",
		    "30 29 02 04 {4+4} 64 21 04 00 30 1d 30 1b 04 14 'supportedLDAPVersion' 31 03 04 01 '3' 30 0f 02 04 {4+4} 65 07 0a 01 00 04 00 04 00",
		    JUDGE_MATCH, NULL, true },
		{ "cldap", 0, "Active Directory",
		    "30 84 00000039 02 04 {4+4} 64 84 0000002d 04 00 30 84 00000025 30 84 0000001f 04 14 'supportedLDAPVersion' 31 84 00000003 04 01 '3' 30 84 00000013 02 04 {4+4} 65 84 00000007 0a 01 00 04 00 04 00",
		    JUDGE_MATCH, NULL, true },
		{ "cldap", 0, "an entry",
		    "30 29 02 04 {4+4} 64 21 04 00 30 1d 30 1b 04 14 'supportedLDAPVersion' 31 03 04 01 '3'",
		    JUDGE_MATCH },
		{ "cldap", 0, "the end",
		    "30 0f 02 04 {4+4} 65 07 0a 01 00 04 00 04 00",
		    JUDGE_MATCH },
		{ "cldap", 0, "not for us",
		    "30 0f 02 04 {4+4} 65 07 0a 01 32 04 00 04 00",
		    JUDGE_MATCH },
		{ "cldap", 0, "busy",
		    "30 0f 02 04 {4+4} 65 07 0a 01 33 04 00 04 00",
		    JUDGE_MISMATCH, "an error of the server" },
		{ "cldap", 0, "another number",
		    "30 0f 02 04 40000001 65 07 0a 01 00 04 00 04 00",
		    JUDGE_MORE },
		{ "cldap", 0, "something behind it",
		    "30 0f 02 04 {4+4} 65 07 0a 01 00 04 00 04 00 00",
		    JUDGE_MISMATCH, "malformed", true },
		{ "cldap", 0, "another operation",
		    "30 0f 02 04 {4+4} 61 07 0a 01 00 04 00 04 00",
		    JUDGE_MISMATCH, "malformed" },
		{ "cldap", 0, "an echo", "{0}", JUDGE_MISMATCH,
		    "the question came back" },
		{ "cldap", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
	};

START_TEST(answer)
{
	judged_check(&answers[_i], NULL);
	judged_other(&answers[_i], NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("snmp_hello");

	unit_rows(tc, answer, answers);
	return unit_run("snmp_hello", tc);
}
