/* SPDX-License-Identifier: ISC */
#include "packet.h"

#include "clock.h"
#include "judged.h"
#include "nrpe.h"

/* LDAPMessage of RFC 4511: its length, the response, and what is in that. */
#define LDAP(len, id, response_len, tag, result) \
	"\x30" len "\x02\x01" id tag response_len "\x0a\x01" result
#define NO_WORDS "\x04\x00\x04\x00"
#define BOUND(result) LDAP("\x0c", "\x01", "\x07", "\x61", result) NO_WORDS
#define EXTENDED(result) LDAP("\x0c", "\x01", "\x07", "\x78", result) NO_WORDS

static const struct judged ldap[] = {
	MATCH(packet_ldap_bind, NULL, BOUND("\0")),
	REST(packet_ldap_bind, NULL, BOUND("\0"), "\x30\x05"),
	MATCH(packet_ldap_bind, NULL, BOUND("\x07")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x08")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x0d")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x30")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x31")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x32")),
	MATCH(packet_ldap_bind, NULL, BOUND("\x35")),
	/* With words, and as Active Directory writes lengths. */
	MATCH(packet_ldap_bind, NULL,
	    LDAP("\x10", "\x01", "\x0b", "\x61",
		"\x30") "\x04\x00\x04\x04nope"),
	MATCH(packet_ldap_bind, NULL,
	    "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07"
	    "\x0a\x01\x00" NO_WORDS),
	MATCH(packet_ldap_bind, NULL,
	    "\x30\x81\x0d\x02\x01\x01\x61\x81\x07\x0a\x01\x00" NO_WORDS),
	/* And with credentials of the server's. */
	MATCH(packet_ldap_bind, NULL,
	    LDAP("\x0f", "\x01", "\x0a", "\x61", "\0") NO_WORDS "\x87\x01x"),
	MORE(packet_ldap_bind, NULL, "\x30"),
	MORE(packet_ldap_bind, NULL, "\x30\x84\x00\x00"),
	/* operationsError, protocolError, busy, unavailable, other */
	MISMATCH(packet_ldap_bind, NULL, BOUND("\x01")),
	MISMATCH(packet_ldap_bind, NULL, BOUND("\x02")),
	MISMATCH(packet_ldap_bind, NULL, BOUND("\x33")),
	MISMATCH(packet_ldap_bind, NULL, BOUND("\x34")),
	MISMATCH(packet_ldap_bind, NULL, BOUND("\x50")),
	/* Notice of Disconnection, and an answer to somebody else. */
	MISMATCH(packet_ldap_bind, NULL,
	    "\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x34\x04\x00\x04\x00\x8a\x16"
	    "1.3.6.1.4.1.1466.20036"),
	MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x0c", "\x00", "\x07", "\x61", "\0") NO_WORDS),
	MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x0c", "\x02", "\x07", "\x61", "\0") NO_WORDS),
	MISMATCH(packet_ldap_bind, NULL,
	    "\x30\x0d\x02\x02\x00\x01\x61\x07\x0a\x01\x00" NO_WORDS),
	/* Our own, of another kind, cut off inside, too long, no length. */
	MISMATCH(packet_ldap_bind, NULL,
	    "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"),
	MISMATCH(packet_ldap_bind, NULL, EXTENDED("\0")),
	MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x08", "\x01", "\x03", "\x61", "\0")),
	MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x0a", "\x01", "\x07", "\x61", "\0") "\x04\x00"),
	MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x0c", "\x01", "\x07", "\x61", "\0") "\x04\x00\x04\x01"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x00"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x02\x02\x01"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x80"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x82\x20\x01"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x84\xff\xff\xff\xff"),
	MISMATCH(packet_ldap_bind, NULL, "\x30\x85\x00\x00\x00\x00\x0c"),
	MISMATCH(packet_ldap_bind, NULL, "\x31"),
	MISMATCH(packet_ldap_bind, NULL, "HTTP/1.1"),
	MATCH(packet_ldap_extended, NULL, EXTENDED("\0")),
	MATCH(packet_ldap_extended, NULL,
	    LDAP("\x24", "\x01", "\x1f", "\x78", "\0") NO_WORDS
	    "\x8a\x16"
	    "1.3.6.1.4.1.1466.20037"),
	REST(packet_ldap_extended, NULL, EXTENDED("\0"), "x"),
	MISMATCH(packet_ldap_extended, NULL, EXTENDED("\x01")),
	MISMATCH(packet_ldap_extended, NULL, EXTENDED("\x02")),
	MISMATCH(packet_ldap_extended, NULL, EXTENDED("\x34")),
	MISMATCH(packet_ldap_extended, NULL, EXTENDED("\x35")),
	MISMATCH(packet_ldap_extended, NULL, BOUND("\0")),
	MISMATCH(packet_ldap_extended, NULL,
	    LDAP("\x0c", "\x00", "\x07", "\x78", "\0") NO_WORDS),
	MISMATCH(packet_ldap_extended, NULL,
	    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
	    "1.3.6.1.4.1.1466.20037"),
};

/* Thread, seed, filler. */
#define SEED "\1\0\0\0abcdefgh\0"
#define GREETING         \
	"\x18\0\0\0\x0a" \
	"8.0.36\0" SEED
#define WITH_TLS "\xff\xff\xff"
#define WITHOUT "\xff\xf7\xff"

#define ERROR(state, len) "E\0\0\0" len "SFATAL\0VFATAL\0C" state "\0Mwhy\0\0"

static const struct judged databases[] = {
	/* Protocol::Handshake V10, V9; a MariaDB's name; an error */
	MATCH(packet_mysql, NULL, GREETING WITH_TLS),
	MATCH(packet_mysql, NULL, GREETING WITHOUT),
	REST(packet_mysql, NULL, GREETING WITHOUT, "x"),
	MATCH(packet_mysql, NULL,
	    "\x28\0\0\0\x0a"
	    "5.5.5-10.11.6-MariaDB\0" SEED "\xfe\xf7\x21\2"),
	MATCH(packet_mysql, NULL,
	    "\x15\0\0\0\x09"
	    "3.21.0\0" SEED),
	MORE(packet_mysql, NULL, "\x18\0\0\0"),
	MISMATCH(packet_mysql, NULL,
	    "\x17\0\0\0\xff\x10\x04Too many connections"),
	MISMATCH(packet_mysql, NULL,
	    "\x45\0\0\0\xff\x69\x04Host 'x' is blocked"),
	MATCH(packet_mysql, NULL, "\x17\0\0\0\xff\x6a\x04Host 'x' not allowed"),
	MORE(packet_mysql, NULL, "\x17\0\0\0\xff\x6a"),
	MISMATCH(packet_mysql, NULL, "\2\0\0\0\xff\x6a\x04"),
	MISMATCH(packet_mysql_tls, NULL,
	    "\x17\0\0\0\xff\x6a\x04Host 'x' not allowed"),
	MISMATCH(packet_mysql, NULL, "\x18\0\0\1"),
	MISMATCH(packet_mysql, NULL, "\x18\0\0\0\x0b"),
	MISMATCH(packet_mysql, NULL, "\0\0\0\0\x0a"),
	MISMATCH(packet_mysql, NULL, "\1\0\0\0\x0a"),
	MISMATCH(packet_mysql, NULL, "\2\0\0\0\x0a\0"),
	MISMATCH(packet_mysql, NULL,
	    "\7\0\0\0\x0a"
	    "8.0.36"),
	MISMATCH(packet_mysql, NULL,
	    "\x16\0\0\0\x0a"
	    "8.0.36\0" SEED "\xff"),
	MISMATCH(packet_mysql, NULL,
	    "\x18\0\0\0\x0a\0"
	    "8.0.36" SEED WITH_TLS),
	MISMATCH(packet_mysql, NULL,
	    "\x18\0\0\0\x0a"
	    "x.0.36\0" SEED WITH_TLS),
	MISMATCH(packet_mysql, NULL, "\0\0\1\0\x0a"),
	MISMATCH(packet_mysql, NULL, "220 x\r\n"),
	MISMATCH(packet_mysql, NULL, "\x15\3\1\0\2\2\x28"),
	MATCH(packet_mysql_tls, NULL, GREETING WITH_TLS),
	REST(packet_mysql_tls, NULL, GREETING WITH_TLS, "x"),
	MISMATCH(packet_mysql_tls, NULL, GREETING WITHOUT),
	MISMATCH(packet_mysql_tls, NULL,
	    "\x17\0\0\0\x09"
	    "3.21.0\0" SEED "\xff\xff"),
	MISMATCH(packet_mysql_tls, NULL,
	    "\x17\0\0\0\xff\x10\x04Too many connections"),

	/* AuthenticationOk, MD5, SASL; NegotiateProtocolVersion; errors */
	MATCH(packet_postgres, NULL, "R\0\0\0\x08\0\0\0\0"),
	MATCH(packet_postgres, NULL, "R\0\0\0\x0c\0\0\0\5salt"),
	MATCH(packet_postgres, NULL, "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"),
	REST(packet_postgres, NULL, "R\0\0\0\x08\0\0\0\0", "S\0\0"),
	MATCH(packet_postgres, NULL, "v\0\0\0\x0c\0\3\0\0\0\0\0\0"),
	MATCH(packet_postgres, NULL, ERROR("28P01", "\x1f")),
	MATCH(packet_postgres, NULL, ERROR("28000", "\x1f")),
	MATCH(packet_postgres, NULL, ERROR("3D000", "\x1f")),
	MATCH(packet_postgres, NULL, ERROR("0A000", "\x1f")),
	REST(packet_postgres, NULL, ERROR("28P01", "\x1f"), "x"),
	MORE(packet_postgres, NULL, "E\0\0"),
	MORE(packet_postgres, NULL, "RTS"),
	MISMATCH(packet_postgres, NULL, ERROR("57P03", "\x1f")),
	MISMATCH(packet_postgres, NULL, ERROR("57P01", "\x1f")),
	MISMATCH(packet_postgres, NULL, ERROR("53300", "\x1f")),
	MISMATCH(packet_postgres, NULL, ERROR("58030", "\x1f")),
	MISMATCH(packet_postgres, NULL, ERROR("F0000", "\x1f")),
	MISMATCH(packet_postgres, NULL, ERROR("XX000", "\x1f")),
	/* Without a code, without its end, with too short a one. */
	MISMATCH(packet_postgres, NULL, "E\0\0\0\x0dSFATAL\0\0\0"),
	MISMATCH(packet_postgres, NULL, "E\0\0\0\x0bSFATAL\0"),
	MISMATCH(packet_postgres, NULL, "E\0\0\0\x0aSFATAL"),
	MISMATCH(packet_postgres, NULL,
	    "E\0\0\0\x0a"
	    "C28P01"),
	MISMATCH(packet_postgres, NULL,
	    "E\0\0\0\x08"
	    "C28\0"),
	MISMATCH(packet_postgres, NULL,
	    "E\0\0\0\x08\0"
	    "C28"),
	MISMATCH(packet_postgres, NULL, "R\0\0\0\x07\0\0\0"),
	MISMATCH(packet_postgres, NULL, "R\0\0\x20\1"),
	MISMATCH(packet_postgres, NULL, "R\xff\xff\xff\xff"),
	MISMATCH(packet_postgres, NULL, "ERROR :Closing link\r\n"),
	MISMATCH(packet_postgres, NULL, "RFB 003.008\n"),
	MISMATCH(packet_postgres, NULL, "S"),
	MISMATCH(packet_postgres, NULL, "N"),
	MISMATCH(packet_postgres, NULL, "\0\0\0\x45"),
	MATCH(packet_postgres_tls, NULL, "S"),
	REST(packet_postgres_tls, NULL, "S", "S"),
	MISMATCH(packet_postgres_tls, NULL, "N"),
	MISMATCH(packet_postgres_tls, NULL, ERROR("57P03", "\x1f")),
	MISMATCH(packet_postgres_tls, NULL, "\0"),
};

/* Of AMQP: a frame of that length whose method begins so. */
#define FRAME(len, method, end) "\1\0\0\0\0\0" len method "\0\0\0\0" end

static const struct judged others[] = {
	/* AMQP 0-9-1 4.2.2, 4.2.3, 1.4.2.1 */
	MATCH(packet_amqp, NULL, FRAME("\x0a", "\0\x0a\0\x0a\0\x09", "\xce")),
	REST(packet_amqp, NULL, FRAME("\x0a", "\0\x0a\0\x0a\0\x09", "\xce"),
	    "\1"),
	MATCH(packet_amqp, NULL, "AMQP\0\1\0\0"),
	MATCH(packet_amqp, NULL, "AMQP\3\1\0\0"),
	MATCH(packet_amqp, NULL, "AMQP\1\1\0\x0a"),
	MATCH(packet_amqp, NULL, "AMQP\1\1\x08\0"),
	REST(packet_amqp, NULL, "AMQP\0\1\0\0", "x"),
	MORE(packet_amqp, NULL, "AMQ"),
	MORE(packet_amqp, NULL, "\1\0\0\0\0\0"),
	MISMATCH(packet_amqp, NULL, "AMQP\0\0\x09\1"),
	MISMATCH(packet_amqp, NULL, "AMQP is a protocol"),
	MISMATCH(packet_amqp, NULL, "AMXP\0\1\0\0"),
	MISMATCH(packet_amqp, NULL,
	    FRAME("\x0a", "\0\x0a\0\x0b\0\x09", "\xce")),
	MISMATCH(packet_amqp, NULL,
	    FRAME("\x0a", "\0\x14\0\x0a\0\x09", "\xce")),
	MISMATCH(packet_amqp, NULL,
	    FRAME("\x0a", "\0\x0a\0\x0a\0\x08", "\xce")),
	MISMATCH(packet_amqp, NULL,
	    FRAME("\x0a", "\0\x0a\0\x0a\0\x09", "\xcd")),
	MISMATCH(packet_amqp, NULL, "\1\0\0\0\0\0\5"),
	MISMATCH(packet_amqp, NULL, "\1\0\0\0\0\x20\1"),
	MISMATCH(packet_amqp, NULL, "\1\0\0\xff\xff\xff\xff"),
	MISMATCH(packet_amqp, NULL, "\1\0\1"),
	MISMATCH(packet_amqp, NULL, "\2"),
	MISMATCH(packet_amqp, NULL, "HTTP/1.1"),

	/* MQTT 3.1.1 3.2.2.3: accepted, version, name, -, password, rights */
	MATCH(packet_mqtt, NULL, "\x20\2\0\0"),
	MATCH(packet_mqtt, NULL, "\x20\2\0\1"),
	MATCH(packet_mqtt, NULL, "\x20\2\0\2"),
	MATCH(packet_mqtt, NULL, "\x20\2\0\4"),
	MATCH(packet_mqtt, NULL, "\x20\2\0\5"),
	REST(packet_mqtt, NULL, "\x20\2\0\0", "\x30"),
	MORE(packet_mqtt, NULL, "\x20\2"),
	MISMATCH(packet_mqtt, NULL, "\x20\2\0\3"),
	MISMATCH(packet_mqtt, NULL, "\x20\2\0\6"),
	MISMATCH(packet_mqtt, NULL, "\x20\2\0\xff"),
	MISMATCH(packet_mqtt, NULL, "\x20\2\1\0"),
	MISMATCH(packet_mqtt, NULL, "\x20\3"),
	MISMATCH(packet_mqtt, NULL, "\x10\x0c"),
	MISMATCH(packet_mqtt, NULL, " HTTP"),

	/* gitprotocol-common(5), gitprotocol-pack(5) */
	MATCH(packet_git, NULL, "000bERR no\n"),
	MATCH(packet_git, NULL, "0008ERR "),
	MATCH(packet_git, NULL,
	    "0048ERR access denied or repository not "
	    "exported: / and some words more\n"),
	REST(packet_git, NULL, "000bERR no\n", "0000"),
	MATCH(packet_git, NULL,
	    "003b0123456789abcdef0123456789abcdef01234567 HEAD\0multi_ack"),
	MATCH(packet_git, NULL,
	    "00320123456789ABCDEF0123456789abcdef01234567 HEAD\n"),
	MATCH(packet_git, NULL,
	    "004a0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
	    "abcdef HEAD\n"),
	MORE(packet_git, NULL, "000"),
	MORE(packet_git, NULL, "0032"),
	MATCH(packet_git, NULL, "0000"),
	REST(packet_git, NULL, "0000", "x"),
	MISMATCH(packet_git, NULL, "0001"),
	MISMATCH(packet_git, NULL, "0007ERR"),
	MISMATCH(packet_git, NULL, "ffff"),
	MISMATCH(packet_git, NULL, "000bERROR\n\n"),
	MISMATCH(packet_git, NULL, "000e0123456789"),
	MISMATCH(packet_git, NULL,
	    "002c0123456789abcdef0123456789abcdef01234567"),
	MISMATCH(packet_git, NULL,
	    "00310123456789abcdef0123456789abcdef0123456 HEAD\n"),
	MISMATCH(packet_git, NULL,
	    "0031g123456789abcdef0123456789abcdef01234567 HEAD"),
	MISMATCH(packet_git, NULL,
	    "0031git-upload-pack /\0host=aaaaaaaaaaaaaaaa"
	    "aaaaaaa\0"),
	MISMATCH(packet_git, NULL, "HTTP/1.1 400 Bad Request\r\n"),
	MISMATCH(packet_git, NULL, "220 x\r\n"),
	MISMATCH(packet_git, NULL, "\0\0\0\0"),

	/* Zabbix: header, flags, length, 1. */
	MATCH(packet_zabbix, NULL,
	    "ZBXD\1\1\0\0\0\0\0\0\0"
	    "1"),
	REST(packet_zabbix, NULL,
	    "ZBXD\1\1\0\0\0\0\0\0\0"
	    "1",
	    "\n"),
	MISMATCH(packet_zabbix, NULL,
	    "ZBXD\1\1\0\0\0\0\0\0\0"
	    "0"),
	MISMATCH(packet_zabbix, NULL,
	    "ZBXD\1\2\0\0\0\0\0\0\0"
	    "1\n"),
	MISMATCH(packet_zabbix, NULL,
	    "ZBXD\1\x1b\0\0\0\0\0\0\0ZBX_NOTSUPPORTED\0Unknown x."),
	MISMATCH(packet_zabbix, NULL, "ZBXD\1\x0a\0\0\0\0\0\0\0agent.ping"),
	MISMATCH(packet_zabbix, NULL, "1"),
	MISMATCH(packet_zabbix, NULL, "\0"),
};

static struct judged
asked(struct judged c, const char *question, size_t len)
{
	c.sent = (struct bytes){ question, len };
	return c;
}

START_TEST(of_ldap)
{
	struct judged c = asked(ldap[_i], "\x30\x0c\x02\x01\x01\x60", 6);

	judged_check(_i, &c);
}
END_TEST

/* The second question has number 2, and one that is not ours any. */
START_TEST(number_of_ldap)
{
	static const struct judged first = MATCH(packet_ldap_bind, NULL,
	    BOUND("\0"));
	static const struct judged second = MATCH(packet_ldap_bind, NULL,
	    LDAP("\x0c", "\x02", "\x07", "\x61", "\0") NO_WORDS);
	static const struct judged none = MISMATCH(packet_ldap_bind, NULL,
	    LDAP("\x0c", "\x00", "\x07", "\x61", "\0") NO_WORDS);
	struct judged c = asked(second, "\x30\x0c\x02\x01\x02\x60", 6);

	judged_check(0, &c);
	judged_check(1, &second);
	judged_check(2, &first);
	judged_check(3, &none);
	c = asked(first, "\x30\x0c\x02\x01\x02\x60", 6);
	c.open = JUDGE_MISMATCH;
	judged_check(4, &c);
}
END_TEST

START_TEST(database)
{
	judged_check(_i, &databases[_i]);
}
END_TEST

START_TEST(other)
{
	judged_check(_i, &others[_i]);
}
END_TEST

/* By zlib's crc32() of the packet. */
static const struct {
	unsigned char type;
	unsigned char result;
	const char *pad;
	uint32_t crc;
	enum judgement judgement;
} responses[] = {
	{ 2, 0, "\0\0", 0x6a31177f, JUDGE_MATCH },
	{ 2, 0, "SR", 0x7ec22930, JUDGE_MATCH },
	{ 2, 0, "\0\0", 0x6a31177f ^ 1, JUDGE_MISMATCH },
	{ 2, 0, "\0\0", 0, JUDGE_MISMATCH },
	{ 2, 2, "\0\0", 0x2309eea8, JUDGE_MISMATCH },
	{ 2, 3, "\0\0", 0xea2d1163, JUDGE_MISMATCH },
	{ 1, 0, "\0\0", 0xd4673f00, JUDGE_MISMATCH },
};

START_TEST(of_nrpe)
{
	static const char *const texts[] = { "_NRPE_CHECK", "NRPE v4.1.0" };
	const char *text = texts[responses[_i].type - 1];
	unsigned char p[NRPE_SIZE + 3] = { 0, 2, 0, responses[_i].type };
	struct judged c = { .judge = packet_nrpe,
		.answer = { (char *)p, sizeof(p) },
		.open = responses[_i].judgement,
		.rest = 3 };
	int i;

	for (i = 0; i < 4; i++)
		p[NRPE_CRC_AT + i] = (unsigned char)(responses[_i].crc >>
		    (24 - 8 * i));
	p[NRPE_RESULT_AT + 1] = responses[_i].result;
	memcpy(p + NRPE_TEXT_AT, text, strlen(text));
	memcpy(p + NRPE_TEXT_AT + NRPE_TEXT_MAX, responses[_i].pad, 2);
	judged_check(_i, &c);
	if (responses[_i].judgement == JUDGE_MATCH)
		ck_assert_uint_eq(nrpe_crc(p), responses[_i].crc);
}
END_TEST

START_TEST(no_nrpe)
{
	static const struct judged cases[] = {
		MORE(packet_nrpe, NULL, "\0\2\0\2"),
		MISMATCH(packet_nrpe, NULL, "\0\3\0\2"),
		MISMATCH(packet_nrpe, NULL, "\0\2\0\3"),
		MISMATCH(packet_nrpe, NULL, "\x15\3\1\0\2\2\x28"),
		MISMATCH(packet_nrpe, NULL, "HTTP/1.1 400 x\r\n"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		judged_check((int)i, &cases[i]);
}
END_TEST

/* RFC 868: 2208988800 is 1970, and 2^32 is in 2036. */
static const struct {
	struct bytes answer;
	int64_t ours_s;
	int64_t offset_s;
} times[] = {
	{ BYTES("\x83\xaa\x7e\x80"), 0, 0 },
	{ BYTES("\x83\xaa\x7e\x81"), 0, 1 },
	{ BYTES("\x83\xaa\x7e\x7f"), 0, -1 },
	{ BYTES("\0\0\0\0"), INT64_C(2085978496), 0 },
	{ BYTES("\0\0\0\1"), INT64_C(2085978495), 2 },
	{ BYTES("\xff\xff\xff\xff"), INT64_C(2085978496), -1 },
	{ BYTES("\0\0\0\x0a"), INT64_C(2085978490), 16 },
	{ BYTES("\xff\xff\xff\xf0"), INT64_C(2085978500), -20 },
	{ BYTES("\xee\xae\x29\x37"), INT64_C(1795426999), -24576 },
	/* Half a turn is the most that can be told. */
	{ BYTES("\x03\xaa\x7e\x7f"), 0, INT32_MAX },
	{ BYTES("\x03\xaa\x7e\x80"), 0, INT32_MIN },
};

START_TEST(of_time)
{
	struct judged c = { .judge = packet_time,
		.answer = times[_i].answer,
		.ended = JUDGE_MATCH };
	struct exchange x = { .answer = (const unsigned char *)c.answer.data,
		.len = 4,
		.ended = true,
		.wall_us = times[_i].ours_s * CLOCK_SECOND + 999999 };

	judged_check(_i, &c);
	ck_assert_int_eq(packet_time(&x), JUDGE_MATCH);
	ck_assert(x.has_offset);
	ck_assert_int_eq(x.offset_us, times[_i].offset_s * CLOCK_SECOND);
}
END_TEST

START_TEST(no_time)
{
	static const struct judged cases[] = {
		MORE(packet_time, NULL, "\x83"),
		MORE(packet_time, NULL, "\x83\xaa\x7e"),
		MISMATCH(packet_time, NULL, "\x83\xaa\x7e\x80\0"),
		MISMATCH(packet_time, NULL, "220 x\r\n"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		judged_check((int)i, &cases[i]);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("packet");

	unit_rows(tc, of_ldap, ldap);
	tcase_add_test(tc, number_of_ldap);
	unit_rows(tc, database, databases);
	unit_rows(tc, other, others);
	unit_rows(tc, of_nrpe, responses);
	tcase_add_test(tc, no_nrpe);
	unit_rows(tc, of_time, times);
	tcase_add_test(tc, no_time);
	return unit_run("packet", tc);
}
