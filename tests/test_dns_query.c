/* SPDX-License-Identifier: ISC */
#include "dns_query.h"

#include "datagram_judged.h"

/* A header of our number, flags and counts; the question as it was. */
#define HEADER(flags, counts) "{0+2} " flags " " counts " "
#define ROOT_NS "00 00 02 00 01 00 00 00 3c 00 04 01 'a' c0 0c "
#define A_RECORD(address) "c0 0c 00 01 00 01 00 00 00 3c 00 04 " address " "
#define CNAME_RECORD "c0 0c 00 05 00 01 00 00 00 3c 00 04 01 'b' c0 10 "

static const struct judged answers[] = {
	{ "domain", 0, "the root",
	    HEADER("8180", "0001 0001 0000 0000") "{12} " ROOT_NS,
	    JUDGE_MATCH },
	{ "dns", 0, "the root",
	    HEADER("8180", "0001 0001 0000 0000") "{12} " ROOT_NS,
	    JUDGE_MATCH },
	{ "domain", 0, "nothing", HEADER("8180", "0001 0000 0000 0000") "{12}",
	    JUDGE_MATCH },
	{ "domain", 0, "a referral",
	    HEADER("8100", "0001 0000 0001 0000") "{12} " ROOT_NS,
	    JUDGE_MATCH },
	{ "domain", 0, "NXDOMAIN", HEADER("8183", "0001 0000 0000 0000") "{12}",
	    JUDGE_MATCH },
	{ "domain", 0, "REFUSED", HEADER("8105", "0001 0000 0000 0000") "{12}",
	    JUDGE_MATCH },
	{ "domain", 0, "REFUSED without question",
	    HEADER("8105", "0000 0000 0000 0000"), JUDGE_MATCH },
	{ "domain", 0, "SERVFAIL", HEADER("8182", "0001 0000 0000 0000") "{12}",
	    JUDGE_MISMATCH, "SERVFAIL" },
	{ "domain", 0, "FORMERR", HEADER("8101", "0000 0000 0000 0000"),
	    JUDGE_MISMATCH, "FORMERR" },
	{ "domain", 0, "rcode 15", HEADER("818f", "0001 0000 0000 0000") "{12}",
	    JUDGE_MISMATCH, "rcode 15" },
	{ "domain", 0, "truncated",
	    HEADER("8380", "0001 0000 0000 0000") "{12}", JUDGE_MATCH },
	{ "domain", 0, "EDNS",
	    HEADER("8180",
		"0001 0000 0000 0001") "{12} 00 0029 04d0 00000000 0000",
	    JUDGE_MATCH },
	{ "domain", 0, "no question", HEADER("8180", "0000 0000 0000 0000"),
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "two questions",
	    HEADER("8180", "0002 0000 0000 0000") "{12} {12}", JUDGE_MISMATCH,
	    "malformed" },
	{ "domain", 0, "another id", "ffff 8180 0001 0000 0000 0000 {12}",
	    JUDGE_MORE },
	{ "domain", 0, "another name",
	    HEADER("8180", "0001 0000 0000 0000") "01 'a' {12}", JUDGE_MORE },
	{ "domain", 0, "another type",
	    HEADER("8180", "0001 0000 0000 0000") "00 0001 0001", JUDGE_MORE },
	{ "domain", 0, "another class",
	    HEADER("8180", "0001 0000 0000 0000") "00 0002 0003", JUDGE_MORE },
	{ "domain", 0, "an update",
	    HEADER("a980", "0001 0000 0000 0000") "{12}", JUDGE_MISMATCH,
	    "malformed" },
	{ "domain", 0, "bytes behind it",
	    HEADER("8180", "0001 0000 0000 0000") "{12} 00", JUDGE_MISMATCH,
	    "malformed", true },
	{ "domain", 0, "fewer records",
	    HEADER("8180", "0001 0002 0000 0000") "{12} " ROOT_NS,
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "a name that is itself",
	    HEADER("8180",
		"0001 0001 0000 0000") "{12} c0 11 0002 0001 [4] 0000",
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "a name ahead",
	    HEADER("8180",
		"0001 0001 0000 0000") "{12} c0 13 0002 0001 [4] 0000",
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "a name in the header",
	    HEADER("8180",
		"0001 0001 0000 0000") "{12} c0 04 0002 0001 [4] 0000",
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "a label of no kind",
	    HEADER("8180", "0001 0001 0000 0000") "{12} 41 [80]",
	    JUDGE_MISMATCH, "malformed" },
	{ "domain", 0, "nothing at all", "", JUDGE_MISMATCH, "too short" },
	{ "domain", 0, "not DNS", "'hello'", JUDGE_MISMATCH, "too short" },
	{ "mdns", 0, "one byte too many",
	    HEADER("8400",
		"0001 0001 0000 0000") "{12+32} 0001 c0 0c 000c 0001 0000000a 0007 05 '_http' c0 23",
	    JUDGE_MISMATCH, "malformed", true },
	{ "mdns", 0, "a service",
	    HEADER("8400",
		"0001 0001 0000 0000") "{12} c0 0c 000c 0001 0000000a 0008 05 '_http' c0 1f",
	    JUDGE_MATCH },
	{ "mdns", 0, "without the bit",
	    HEADER("8400",
		"0001 0001 0000 0000") "{12+32} 0001 c0 0c 000c 0001 0000000a 0008 05 '_http' c0 1f",
	    JUDGE_MATCH },
	{ "mdns", 0, "no question",
	    HEADER("8400",
		"0000 0001 0000 0000") "{12+30} 000c 8001 0000000a 0008 05 '_http' c0 1f",
	    JUDGE_MATCH },
	{ "mdns", 0, "other records",
	    HEADER("8400",
		"0001 0001 0000 0000") "{12} c0 16 000c 0001 0000000a 0008 05 '_http' c0 1f",
	    JUDGE_MISMATCH, "no services" },
	{ "mdns", 0, "nothing", HEADER("8400", "0001 0000 0000 0000") "{12}",
	    JUDGE_MISMATCH, "no services" },
	{ "mdns", 0, "REFUSED", HEADER("8405", "0001 0000 0000 0000") "{12}",
	    JUDGE_MISMATCH, "REFUSED" },
	{ "mdns", 0, "another id", "ffff 8400 0001 0000 0000 0000 {12}",
	    JUDGE_MORE },
};

/* What is asked for and expected, and answers to it. */
static const struct {
	const char *query, *rcode, *address;
	struct judged row;
} wanted[] = {
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "an address",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000201"),
		JUDGE_MATCH } },
	{ "www.example.com.", NULL, NULL,
	    { "domain", 0, "in capitals",
		HEADER("8180", "0001 0001 0000 0000") "03 'WWW' 07 'eXample' 03 'CoM' 00 0001 0001 " A_RECORD(
		    "c0000201"),
		JUDGE_MATCH } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "an alias first",
		HEADER("8180",
		    "0001 0002 0000 0000") "{12} " CNAME_RECORD
					   "c0 2d 0001 0001 [4] 0004 c0000201",
		JUDGE_MATCH } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "an alias",
		HEADER("8180", "0001 0001 0000 0000") "{12} " CNAME_RECORD,
		JUDGE_MISMATCH, "no such record" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "nothing",
		HEADER("8180", "0001 0000 0000 0000") "{12}", JUDGE_MISMATCH,
		"no such record" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "in another section",
		HEADER("8180",
		    "0001 0000 0000 0001") "{12} " A_RECORD("c0000201"),
		JUDGE_MISMATCH, "no such record" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "truncated",
		HEADER("8380", "0001 0000 0000 0000") "{12}", JUDGE_MISMATCH,
		"truncated" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "truncated behind it",
		HEADER("8380",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000201"),
		JUDGE_MATCH } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "NXDOMAIN",
		HEADER("8183", "0001 0000 0000 0000") "{12}", JUDGE_MISMATCH,
		"NXDOMAIN" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "REFUSED",
		HEADER("8185", "0001 0000 0000 0000") "{12}", JUDGE_MISMATCH,
		"REFUSED" } },
	{ "www.example.com", NULL, NULL,
	    { "domain", 0, "the root",
		HEADER("8180",
		    "0001 0001 0000 0000") "00 0001 0001 " A_RECORD("c0000201"),
		JUDGE_MORE } },
	{ "example.com/mx", NULL, NULL,
	    { "domain", 0, "MX",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} c0 0c 000f 0001 [4] 0004 000a c00c",
		JUDGE_MATCH } },
	{ "example.com/TYPE15", NULL, NULL,
	    { "domain", 0, "by number",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} c0 0c 000f 0001 [4] 0004 000a c00c",
		JUDGE_MATCH } },
	{ "example.com/MX", NULL, NULL,
	    { "domain", 0, "no MX",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000201"),
		JUDGE_MISMATCH, "no such record" } },
	{ "example.com/any", NULL, NULL,
	    { "domain", 0, "any",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000201"),
		JUDGE_MATCH } },
	{ "example.com", "nxdomain", NULL,
	    { "domain", 0, "NXDOMAIN expected",
		HEADER("8183", "0001 0000 0000 0000") "{12}", JUDGE_MATCH } },
	{ "example.com", "3", NULL,
	    { "domain", 0, "NXDOMAIN by number",
		HEADER("8183", "0001 0000 0000 0000") "{12}", JUDGE_MATCH } },
	{ "example.com", "NXDOMAIN", NULL,
	    { "domain", 0, "it is there",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000201"),
		JUDGE_MISMATCH, "NOERROR" } },
	{ "example.com", "NOERROR", NULL,
	    { "domain", 0, "an rcode is enough",
		HEADER("8180", "0001 0000 0000 0000") "{12}", JUDGE_MATCH } },
	{ NULL, "REFUSED", NULL,
	    { "domain", 0, "the root REFUSED",
		HEADER("8105", "0000 0000 0000 0000"), JUDGE_MATCH } },
	{ NULL, "NOERROR", NULL,
	    { "domain", 0, "the root not",
		HEADER("8105", "0000 0000 0000 0000"), JUDGE_MISMATCH,
		"REFUSED" } },
	{ "example.com", NULL, "192.0.2.1",
	    { "domain", 0, "that address",
		HEADER("8180",
		    "0001 0002 0000 0000") "{12} " A_RECORD("c0000202")
		    A_RECORD("c0000201"),
		JUDGE_MATCH } },
	{ "example.com", NULL, "192.0.2.3",
	    { "domain", 0, "others",
		HEADER("8180",
		    "0001 0002 0000 0000") "{12} " A_RECORD("c0000202")
		    A_RECORD("c0000201"),
		JUDGE_MISMATCH, "not that address" } },
	{ "example.com", "NOERROR", "192.0.2.3",
	    { "domain", 0, "others, NOERROR",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000202"),
		JUDGE_MISMATCH, "not that address" } },
	{ "example.com", NULL, "192.0.2.3",
	    { "domain", 0, "truncated",
		HEADER("8380",
		    "0001 0001 0000 0000") "{12} " A_RECORD("c0000202"),
		JUDGE_MISMATCH, "truncated" } },
	{ "example.com", NULL, "2001:db8::1",
	    { "domain", 0, "IPv6",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} c00c 001c 0001 [4] 0010 2001 0db8 [11] 01",
		JUDGE_MATCH } },
	{ "example.com", NULL, "2001:db8::1",
	    { "domain", 0, "too long",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} c00c 001c 0001 [4] 0011 2001 0db8 [11] 01 00",
		JUDGE_MISMATCH, "not that address" } },
	{ "example.com", NULL, "192.0.2.1",
	    { "domain", 0, "another class",
		HEADER("8180",
		    "0001 0001 0000 0000") "{12} c00c 0001 0003 [4] 0004 c0000201",
		JUDGE_MISMATCH, "not that address" } },
};

/* What people write. */
#define LABEL_63 \
	"012345678901234567890123456789012345678901234567890123456789012"
static const struct {
	const char *query;
	const char *why;
	size_t len;
	uint16_t type;
} queries[] = {
	{ "example.com", NULL, 11, 0 },
	{ "example.com.", NULL, 11, 0 },
	{ "example.com/AAAA", NULL, 11, 28 },
	{ "_sip._udp.example.com/srv", NULL, 21, 33 },
	{ "./NS", NULL, 0, 2 },
	{ "a/type65535", NULL, 1, 65535 },
	{ LABEL_63 ".x", NULL, 65, 0 },
	{ LABEL_63 "3.x", "a label has at most 63 characters" },
	{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63,
	    "a name has at most 253 characters" },
	{ "", "there is no name" },
	{ "/A", "there is no name" },
	{ ".example", "a label is empty" },
	{ "a..b", "a label is empty" },
	{ "..", "a label is empty" },
	{ "a b", "a name is of printable ASCII characters" },
	{ "caf\xc3\xa9", "a name is of printable ASCII characters" },
	{ "a/", "the type is none of DNS, nor TYPE and a number" },
	{ "a/B", "the type is none of DNS, nor TYPE and a number" },
	{ "a/TYPE", "the type is none of DNS, nor TYPE and a number" },
	{ "a/TYPE0", "the type is none of DNS, nor TYPE and a number" },
	{ "a/TYPE65536", "the type is none of DNS, nor TYPE and a number" },
	{ "a/A/A", "the type is none of DNS, nor TYPE and a number" },
};

static const struct {
	const char *query, *rcode, *address;
	const char *why;
} checks[] = {
	{ NULL, NULL, NULL, NULL },
	{ NULL, "REFUSED", NULL, NULL },
	{ "a", NULL, "192.0.2.1", NULL },
	{ "a/A", "NOERROR", "192.0.2.1", NULL },
	{ "a/ANY", NULL, "2001:db8::1", NULL },
	{ NULL, NULL, "192.0.2.1", "an address is expected, but of no name" },
	{ "a", "NXDOMAIN", "192.0.2.1",
	    "an address is expected, and an rcode that has none" },
	{ "a/MX", NULL, "192.0.2.1",
	    "an address is expected of a type that has none" },
	{ "a/A", NULL, "2001:db8::1",
	    "an address is expected of a type that has none" },
};

static void
read_want(struct dns_want *w, const char *query, const char *rcode,
    const char *address)
{
	*w = (struct dns_want){ 0 };
	if (query != NULL)
		unit_str(query, dns_want_query(w, query), NULL);
	if (rcode != NULL)
		unit_str(rcode, dns_want_rcode(w, rcode), NULL);
	if (address != NULL)
		unit_str(address, dns_want_address(w, address), NULL);
}

START_TEST(answer)
{
	judged_check(&answers[_i], NULL);
	judged_other(&answers[_i], NULL);
}
END_TEST

START_TEST(want)
{
	struct dns_want w;

	read_want(&w, wanted[_i].query, wanted[_i].rcode, wanted[_i].address);
	ck_assert_ptr_null(dns_want_check(&w));
	judged_check(&wanted[_i].row, &w);
	judged_other(&wanted[_i].row, &w);
}
END_TEST

START_TEST(query)
{
	struct dns_want w = { 0 };

	unit_str(queries[_i].query, dns_want_query(&w, queries[_i].query),
	    queries[_i].why);
	ck_assert_uint_eq(w.name_len, queries[_i].len);
	if (queries[_i].why == NULL)
		ck_assert_uint_eq(w.type, queries[_i].type);
}
END_TEST

START_TEST(check)
{
	struct dns_want w;

	read_want(&w, checks[_i].query, checks[_i].rcode, checks[_i].address);
	unit_str("check", dns_want_check(&w), checks[_i].why);
}
END_TEST

START_TEST(refused)
{
	struct dns_want w = { 0 };

	ck_assert_ptr_nonnull(dns_want_rcode(&w, ""));
	ck_assert_ptr_nonnull(dns_want_rcode(&w, "16"));
	ck_assert_ptr_nonnull(dns_want_rcode(&w, "NO"));
	ck_assert_ptr_nonnull(dns_want_rcode(&w, "rcode 11"));
	ck_assert(!w.has_rcode);
	ck_assert_ptr_nonnull(dns_want_address(&w, ""));
	ck_assert_ptr_nonnull(dns_want_address(&w, "example.com"));
	ck_assert_ptr_nonnull(dns_want_address(&w, "/tmp/socket"));
	ck_assert_int_eq(w.address.family, AF_UNSPEC);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("dns_query");

	unit_rows(tc, answer, answers);
	unit_rows(tc, want, wanted);
	unit_rows(tc, query, queries);
	unit_rows(tc, check, checks);
	tcase_add_test(tc, refused);
	return unit_run("dns_query", tc);
}
