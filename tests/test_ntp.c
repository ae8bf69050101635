/* SPDX-License-Identifier: ISC */
/*
 * Those that tell the time: NTP, and with it RFC 868 and Kerberos.
 */
#include "ntp.h"

#include "datagram_judged.h"

/* JUDGED_SENT_US is 2023-11-14 22:13:20.25: seconds since 1900, and half of
 * their fractions. */
#define SECOND "e8fe6f80"

/* The first four bytes, the rest of the header, our timestamp. */
#define NTP(first, reference) first " [8] " reference " [8] {40+8} "
#define ON_TIME SECOND " 40000000 " SECOND " 40000000"

#define KRB_ERROR(time, fraction, code)                                 \
	"7e 3f 30 3d a0 03 02 01 05 a1 03 02 01 1e a4 11 18 0f '" time  \
	"' a5 04 02 02 " fraction " a6 03 02 01 " code                  \
	" a9 03 1b 01 'X' aa 0e 30 0c a0 03 02 01 00 a1 05 30 03 1b 01" \
	" 'k'"

static const struct judged answers[] = {
	{ "ntp", 0, "a server", NTP("24 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MATCH },
	{ "ntp", 0, "version 3", NTP("1c 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MATCH },
	{ "ntp", 0, "a leap second", NTP("64 0f 06 e8", "'GPS' 00") ON_TIME,
	    JUDGE_MATCH },
	{ "ntp", 0, "with a MAC",
	    NTP("24 02 06 e8", "c0000201") ON_TIME " 00000001 [16]",
	    JUDGE_MATCH, NULL, true },
	{ "ntp", 0, "half a word more",
	    NTP("24 02 06 e8", "c0000201") ON_TIME " 0000", JUDGE_MISMATCH,
	    "malformed", true },
	{ "ntp", 0, "another timestamp",
	    "24 02 06 e8 [8] c0000201 [8] 0123456789abcdee " ON_TIME,
	    JUDGE_MORE },
	{ "ntp", 0, "no timestamp", "24 02 06 e8 [8] c0000201 [16] " ON_TIME,
	    JUDGE_MORE },
	{ "ntp", 0, "not synchronized", NTP("e4 00 06 e8", "[4]") ON_TIME,
	    JUDGE_MISMATCH, "not synchronized" },
	{ "ntp", 0, "leap 3", NTP("e4 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MISMATCH, "not synchronized" },
	{ "ntp", 0, "stratum 16", NTP("24 10 06 e8", "[4]") ON_TIME,
	    JUDGE_MISMATCH, "not synchronized" },
	{ "ntp", 0, "no time", NTP("24 02 06 e8", "[4]") "[16]", JUDGE_MISMATCH,
	    "not synchronized" },
	{ "ntp", 0, "RATE", NTP("e4 00 06 e8", "'RATE'") ON_TIME,
	    JUDGE_MISMATCH, "kiss-o'-death RATE: asked too often" },
	{ "ntp", 0, "DENY", NTP("e4 00 06 e8", "'DENY'") ON_TIME,
	    JUDGE_MISMATCH, "kiss-o'-death DENY: access denied" },
	{ "ntp", 0, "another kiss", NTP("e4 00 06 e8", "'XXXX'") ON_TIME,
	    JUDGE_MISMATCH, "kiss-o'-death" },
	{ "ntp", 0, "a client", NTP("23 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MISMATCH, "malformed" },
	{ "ntp", 0, "a broadcast", NTP("25 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MISMATCH, "malformed" },
	{ "ntp", 0, "version 5", NTP("2c 02 06 e8", "c0000201") ON_TIME,
	    JUDGE_MISMATCH, "malformed" },
	{ "ntp", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "ntp", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
	{ "time", 0, "the time", SECOND, JUDGE_MATCH },
	{ "time", 0, "one byte more", SECOND " 00", JUDGE_MISMATCH,
	    "not four bytes", true },
	{ "kerberos", 0, "an error", KRB_ERROR("20231114221320Z", "7530", "06"),
	    JUDGE_MATCH },
	{ "kerberos", 0, "a realm of others",
	    KRB_ERROR("20231114221320Z", "7530", "44"), JUDGE_MATCH },
	{ "kerberos", 0, "out of order",
	    KRB_ERROR("20231114221320Z", "7530", "1d"), JUDGE_MISMATCH,
	    "KDC_ERR_SVC_UNAVAILABLE" },
	{ "kerberos", 0, "generic", KRB_ERROR("20231114221320Z", "7530", "3c"),
	    JUDGE_MISMATCH, "KRB_ERR_GENERIC" },
	{ "kerberos", 0, "no date", KRB_ERROR("20231314221320Z", "7530", "06"),
	    JUDGE_MISMATCH, "malformed" },
	{ "kerberos", 0, "local time",
	    KRB_ERROR("202311142213200", "7530", "06"), JUDGE_MISMATCH,
	    "malformed" },
	{ "kerberos", 0, "before the second",
	    KRB_ERROR("20231114221320Z", "ffff", "06"), JUDGE_MISMATCH,
	    "malformed" },
	{ "kerberos", 0, "with our time",
	    "7e 41 30 3f a0 03 02 01 05 a1 03 02 01 1e a2 11 18 0f '20231114221300Z' a3 03 02 01 01 a4 11 18 0f '20231114221320Z' a5 03 02 01 01 a6 03 02 01 06",
	    JUDGE_MATCH },
	{ "kerberos", 0, "a ticket",
	    "6b 0c 30 0a a0 03 02 01 05 a1 03 02 01 0b", JUDGE_MATCH },
	{ "kerberos", 0, "version 4",
	    "6b 0c 30 0a a0 03 02 01 04 a1 03 02 01 0b", JUDGE_MISMATCH,
	    "malformed" },
	{ "kerberos", 0, "of two types",
	    "6b 0c 30 0a a0 03 02 01 05 a1 03 02 01 1e", JUDGE_MISMATCH,
	    "malformed" },
	{ "kerberos", 0, "an echo", "{0}", JUDGE_MISMATCH,
	    "the question came back" },
	{ "kerberos", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
};

/* By how much the peer is ahead; the way there and back is 20 ms in all. */
static const struct {
	const char *name;
	const char *answer;
	int64_t sent_us; /* later than 2023-11-14 22:13:20 */
	int64_t offset_us;
} offsets[] = {
	/* Received and answered 10 ms after it was sent: 0.26 s. */
	{ "ntp",
	    NTP("24 02 06 e8", "c0000201") SECOND " 428f5c29 " SECOND
						  " 428f5c29",
	    250000, 0 },
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "e8fe6f81 428f5c29 e8fe6f81 428f5c29",
	    250000, 1000000 },
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "e8fe6f7f 428f5c29 e8fe6f7f 428f5c29",
	    250000, -1000000 },
	/* The server took 10 ms: 0.255 s and 0.265 s. */
	{ "ntp",
	    NTP("24 02 06 e8", "c0000201") SECOND " 4147ae14 " SECOND
						  " 43d70a3d",
	    250000, 0 },
	/* Beyond 2036-02-07 06:28:16, when the seconds begin anew. */
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "00000000 00000000 00000000 00000000",
	    0, 0 },
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "00000001 00000001 00000001 00000001",
	    INT64_C(385978495990000), 1000000 },
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "ffffffff 00000001 ffffffff 00000001",
	    INT64_C(385978495990000), -1000000 },
	{ "ntp",
	    NTP("24 02 06 e8",
		"c0000201") "00000009 00000001 00000009 00000001",
	    INT64_C(385978494990000), 10000000 },
	{ "time", SECOND, 250000, 0 },
	{ "time", "e8fe6fff", 250000, 127000000 },
	{ "time", "00000000", INT64_C(385978495990000), 0 },
	{ "time", "00000001", INT64_C(385978494970000), 3000000 },
	{ "time", "ffffffff", INT64_C(385978496970000), -1000000 },
	{ "kerberos", KRB_ERROR("20231114221320Z", "7530", "06"), 10000, 0 },
	{ "kerberos", KRB_ERROR("20231114221319Z", "7530", "06"), 10000,
	    -1000000 },
	{ "kerberos", KRB_ERROR("20240229235959Z", "7530", "06"),
	    INT64_C(9251199) * 1000000 + 10000, 0 },
	{ "kerberos", KRB_ERROR("20240301000000Z", "7530", "06"),
	    INT64_C(9251199) * 1000000 + 10000, 1000000 },
};

START_TEST(answer)
{
	judged_check(&answers[_i], NULL);
	if (strcmp(answers[_i].name, "ntp") == 0)
		judged_other(&answers[_i], NULL);
}
END_TEST

START_TEST(offset)
{
	unsigned char bytes[JUDGED_ANSWER];
	struct exchange x;
	struct asked a;

	judged_ask(&a, offsets[_i].name, 0, NULL, 1);
	x = judged_exchange(&a);
	x.sent_us = INT64_C(1700000000000000) + offsets[_i].sent_us;
	x.wall_us = x.sent_us + JUDGED_TRIP_US;
	x.answer = bytes;
	x.len = judged_read(&a, offsets[_i].answer, bytes);
	if (offsets[_i].sent_us == 0 && x.len == 48) {
		ck_assert_int_eq(a.payload->judge(&x), JUDGE_MISMATCH);
		return;
	}
	ck_assert_int_eq(a.payload->judge(&x), JUDGE_MATCH);
	ck_assert(x.has_offset);
	ck_assert_int_le(llabs(x.offset_us - offsets[_i].offset_us), 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("ntp");

	unit_rows(tc, answer, answers);
	unit_rows(tc, offset, offsets);
	return unit_run("ntp", tc);
}
