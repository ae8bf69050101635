/* SPDX-License-Identifier: ISC */
#include "packet.h"

#include <string.h>

#include "clock.h"
#include "nrpe.h"
#include "wire.h"

/* No right answer is longer. */
#define PACKET_MAX 8192

/* From 1900 to 1970 (RFC 868). */
#define SECONDS_TO_1970 INT64_C(2208988800)

/* RFC 4511 4.1.9. */
enum ldap_result {
	LDAP_SUCCESS = 0,
	LDAP_AUTH_METHOD_NOT_SUPPORTED = 7,
	LDAP_STRONGER_AUTH_REQUIRED = 8,
	LDAP_CONFIDENTIALITY_REQUIRED = 13,
	LDAP_INAPPROPRIATE_AUTHENTICATION = 48,
	LDAP_INVALID_CREDENTIALS = 49,
	LDAP_INSUFFICIENT_ACCESS_RIGHTS = 50,
	LDAP_UNWILLING_TO_PERFORM = 53,
};

#define LDAP_BIND_RESPONSE 0x61
#define LDAP_EXTENDED_RESPONSE 0x78

/* Where a question to LDAP has its number. */
#define LDAP_ID_AT 4

/* CLIENT_SSL of MySQL's capabilities, the mark of an error, and one of them. */
#define MYSQL_TLS 0x0800
#define MYSQL_ERROR 0xff
#define MYSQL_HOST_NOT_PRIVILEGED 1130

/* Of a greeting, after the version: thread, seed, filler, and capabilities. */
#define MYSQL_ABILITIES_AT (4 + 8 + 1)

/* The end of a frame of AMQP. */
#define AMQP_END 0xce

/* Of object identifiers: SHA-1, SHA-256. */
#define GIT_SHORT 40
#define GIT_LONG 64

static enum judgement ldap_result(struct exchange *, unsigned char, unsigned *);
static unsigned char asked(const struct exchange *, unsigned char);
static enum judgement ber_length(const struct exchange *, size_t *);
static enum judgement judge_mysql(struct exchange *, bool);
static enum judgement judge_mysql_error(struct exchange *, size_t);
static bool is_trouble(const unsigned char *);
static bool is_amqp(const unsigned char *);
static bool is_reference(const unsigned char *, size_t);
static enum judgement begins(const struct exchange *, const void *, size_t);
static uint32_t big(const unsigned char *, size_t);
static uint32_t little(const unsigned char *, size_t);
static bool is_hex(const unsigned char *, size_t);
static size_t hex(const unsigned char *);
static enum judgement whole(struct exchange *, size_t);

enum judgement
packet_ldap_bind(struct exchange *x)
{
	unsigned result;
	enum judgement j = ldap_result(x, LDAP_BIND_RESPONSE, &result);

	if (j != JUDGE_MATCH)
		return j;
	switch (result) {
	case LDAP_SUCCESS:
	case LDAP_AUTH_METHOD_NOT_SUPPORTED:
	case LDAP_STRONGER_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_INAPPROPRIATE_AUTHENTICATION:
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INSUFFICIENT_ACCESS_RIGHTS:
	case LDAP_UNWILLING_TO_PERFORM:
		return JUDGE_MATCH;
	default:
		return JUDGE_MISMATCH;
	}
}

enum judgement
packet_ldap_extended(struct exchange *x)
{
	unsigned result;
	enum judgement j = ldap_result(x, LDAP_EXTENDED_RESPONSE, &result);

	return j == JUDGE_MATCH && result != LDAP_SUCCESS ? JUDGE_MISMATCH : j;
}

enum judgement
packet_mysql(struct exchange *x)
{
	return judge_mysql(x, false);
}

enum judgement
packet_mysql_tls(struct exchange *x)
{
	return judge_mysql(x, true);
}

/*
 * A type, a length that counts itself; an error is a list of fields, each a
 * letter and a string, 'C' with the SQLSTATE.
 */
enum judgement
packet_postgres(struct exchange *x)
{
	const unsigned char *type = x->answer, *field, *end;
	enum judgement j;

	if (*type != 'R' && *type != 'E' && *type != 'v')
		return JUDGE_MISMATCH;
	if (x->len < 5)
		return JUDGE_MORE;
	if (big(type + 1, 4) < 8 || big(type + 1, 4) > PACKET_MAX)
		return JUDGE_MISMATCH;
	j = whole(x, big(type + 1, 4) + 1);
	if (j != JUDGE_MATCH || *type != 'E')
		return j;
	end = type + x->end;
	for (field = type + 5; field < end && *field != '\0'; field++) {
		if (*field == 'C')
			return end - field > 6 && !is_trouble(field + 1)
			    ? JUDGE_MATCH
			    : JUDGE_MISMATCH;
		field = memchr(field, '\0', (size_t)(end - field));
		if (field == NULL)
			break;
	}
	return JUDGE_MISMATCH;
}

enum judgement
packet_postgres_tls(struct exchange *x)
{
	return x->answer[0] == 'S' ? whole(x, 1) : JUDGE_MISMATCH;
}

/*
 * A frame with a method on channel 0, of class 10 and number 10, that begins
 * with the version; or the header that a server of another one says.
 */
enum judgement
packet_amqp(struct exchange *x)
{
	static const unsigned char frame[] = { 1, 0, 0 },
				   start[] = { 0, 10, 0, 10, 0, 9 };
	enum judgement j;
	size_t len;

	if (x->answer[0] == 'A') {
		j = begins(x, "AMQP", 4);
		if (j == JUDGE_MATCH)
			j = whole(x, 8);
		return j != JUDGE_MATCH || is_amqp(x->answer) ? j
							      : JUDGE_MISMATCH;
	}
	j = begins(x, frame, sizeof(frame));
	if (j != JUDGE_MATCH || x->len < 7)
		return j == JUDGE_MATCH ? JUDGE_MORE : j;
	len = big(x->answer + 3, 4);
	if (len < sizeof(start) || len > PACKET_MAX)
		return JUDGE_MISMATCH;
	j = whole(x, 7 + len + 1);
	if (j != JUDGE_MATCH)
		return j;
	return memcmp(x->answer + 7, start, sizeof(start)) == 0 &&
		x->answer[7 + len] == AMQP_END
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

/* A session that is clean was not there before. */
enum judgement
packet_mqtt(struct exchange *x)
{
	static const unsigned char head[] = { 0x20, 0x02, 0x00 };
	enum judgement j = begins(x, head, sizeof(head));

	if (j == JUDGE_MATCH)
		j = whole(x, 4);
	if (j != JUDGE_MATCH)
		return j;
	/* Not our version, no name, not authorized; but 3: unavailable. */
	return x->answer[3] <= 5 && x->answer[3] != 3 ? JUDGE_MATCH
						      : JUDGE_MISMATCH;
}

enum judgement
packet_git(struct exchange *x)
{
	const unsigned char *payload = x->answer + 4;
	enum judgement j;
	size_t len;

	if (!is_hex(x->answer, x->len < 4 ? x->len : 4))
		return JUDGE_MISMATCH;
	if (x->len < 4)
		return JUDGE_MORE;
	len = hex(x->answer);
	if (len == 0)
		return whole(x, 4);
	if (len < 8 || len > PACKET_MAX)
		return JUDGE_MISMATCH;
	j = whole(x, len);
	if (j != JUDGE_MATCH)
		return j;
	return memcmp(payload, "ERR ", 4) == 0 || is_reference(payload, len - 4)
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

enum judgement
packet_zabbix(struct exchange *x)
{
	static const unsigned char answer[] = "ZBXD\x01\x01\0\0\0\0\0\0\0"
					      "1";
	enum judgement j = begins(x, answer, sizeof(answer) - 1);

	return j == JUDGE_MATCH ? whole(x, sizeof(answer) - 1) : j;
}

enum judgement
packet_nrpe(struct exchange *x)
{
	static const unsigned char head[] = { 0, NRPE_VERSION, 0,
		NRPE_RESPONSE };
	enum judgement j = begins(x, head, sizeof(head));

	if (j == JUDGE_MATCH)
		j = whole(x, NRPE_SIZE);
	if (j != JUDGE_MATCH)
		return j;
	return big(x->answer + NRPE_CRC_AT, 4) == nrpe_crc(x->answer) &&
		big(x->answer + NRPE_RESULT_AT, 2) == 0
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

/* Who says more than four bytes says something else. */
enum judgement
packet_time(struct exchange *x)
{
	int64_t ours_s = x->wall_us / CLOCK_SECOND + SECONDS_TO_1970;
	uint32_t ahead_s;

	if (x->len != 4 || !x->ended)
		return x->len > 4 ? JUDGE_MISMATCH : JUDGE_MORE;
	ahead_s = big(x->answer, 4) - (uint32_t)ours_s;
	x->offset_us = (int32_t)ahead_s * CLOCK_SECOND;
	x->has_offset = true;
	return JUDGE_MATCH;
}

/*
 * LDAPMessage: SEQUENCE { messageID, [APPLICATION n] { resultCode ENUMERATED,
 * matchedDN, diagnosticMessage, ... } }.  The number of an answer is that of the
 * question; what nobody asked for has 0.
 */
static enum judgement
ldap_result(struct exchange *x, unsigned char type, unsigned *result)
{
	struct cursor all, message, id, response, code;
	enum judgement j;
	size_t len;

	j = ber_length(x, &len);
	if (j == JUDGE_MATCH)
		j = whole(x, len);
	if (j != JUDGE_MATCH)
		return j;
	all = wire_cursor(x->answer, len);
	message = wire_ber(&all, BER_SEQUENCE);
	id = wire_ber(&message, BER_INTEGER);
	response = wire_ber(&message, type);
	code = wire_ber(&response, BER_ENUMERATED);
	(void)wire_ber(&response, BER_STRING);
	(void)wire_ber(&response, BER_STRING);
	/* Our numbers and its codes are of one byte each. */
	if (response.bad || id.left != 1 || code.left != 1 ||
	    id.at[0] != asked(x, id.at[0]))
		return JUDGE_MISMATCH;
	*result = code.at[0];
	return JUDGE_MATCH;
}

/* The number of the question; of one that is not ours, that of any answer. */
static unsigned char
asked(const struct exchange *x, unsigned char answered)
{
	if (x->sent.len > LDAP_ID_AT)
		return (unsigned char)x->sent.data[LDAP_ID_AT];
	return answered != 0 ? answered : 1;
}

/* How long the sequence is with which an answer begins. */
static enum judgement
ber_length(const struct exchange *x, size_t *len)
{
	size_t size;

	if (x->answer[0] != BER_SEQUENCE)
		return JUDGE_MISMATCH;
	if (x->len < 2)
		return JUDGE_MORE;
	*len = x->answer[1] + (size_t)2;
	if (x->answer[1] >= 0x80) {
		size = x->answer[1] - (size_t)0x80;
		if (size == 0 || size > 4)
			return JUDGE_MISMATCH;
		if (x->len < 2 + size)
			return JUDGE_MORE;
		*len = big(x->answer + 2, size);
		if (*len > PACKET_MAX)
			return JUDGE_MISMATCH;
		*len += 2 + size;
	}
	return JUDGE_MATCH;
}

/*
 * A packet has its length, its number and what it is for: a greeting with the
 * version as a string, the thread, the seed and, of version 10, a filler byte
 * and what the server can; an error has its mark in place of that.
 */
static enum judgement
judge_mysql(struct exchange *x, bool tls)
{
	const unsigned char *at = x->answer + 4, *end;
	enum judgement j;
	size_t len, left;

	if (x->len < 5)
		return x->len == 4 && x->answer[3] != 0 ? JUDGE_MISMATCH
							: JUDGE_MORE;
	len = little(x->answer, 3);
	if (len > PACKET_MAX || x->answer[3] != 0)
		return JUDGE_MISMATCH;
	if (*at == MYSQL_ERROR && !tls)
		return judge_mysql_error(x, len);
	if (*at != 9 && *at != 10)
		return JUDGE_MISMATCH;
	j = whole(x, len + 4);
	if (j != JUDGE_MATCH)
		return j;
	end = memchr(at, '\0', len);
	if (end == NULL || at[1] < '0' || at[1] > '9')
		return JUDGE_MISMATCH;
	left = len - (size_t)(end + 1 - at);
	if (left < MYSQL_ABILITIES_AT + (*at == 10 ? 2 : 0))
		return JUDGE_MISMATCH;
	return !tls ||
		(*at == 10 &&
		    (little(end + 1 + MYSQL_ABILITIES_AT, 2) & MYSQL_TLS) != 0)
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

/* That it is not for us is said by a server that works. */
static enum judgement
judge_mysql_error(struct exchange *x, size_t len)
{
	if (len < 3)
		return JUDGE_MISMATCH;
	if (x->len < 7)
		return JUDGE_MORE;
	return little(x->answer + 5, 2) == MYSQL_HOST_NOT_PRIVILEGED
	    ? whole(x, len + 4)
	    : JUDGE_MISMATCH;
}

/*
 * SQLSTATE, by its class: resources, operators (or not ready), the system, its
 * configuration, an internal error.
 */
static bool
is_trouble(const unsigned char *state)
{
	static const char classes[][3] = { "53", "57", "58", "F0", "XX" };
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (memcmp(state, classes[i], 2) == 0)
			return true;
	return false;
}

/* A header: a number of the protocol, and a version that is not ours. */
static bool
is_amqp(const unsigned char *header)
{
	static const unsigned char ours[] = { 0, 0, 9, 1 };
	size_t i;

	for (i = 4; i < 8; i++)
		if (header[i] >= ' ')
			return false;
	return memcmp(header + 4, ours, sizeof(ours)) != 0;
}

/* An object identifier and a name. */
static bool
is_reference(const unsigned char *s, size_t len)
{
	if (len > GIT_LONG && is_hex(s, GIT_LONG) && s[GIT_LONG] == ' ')
		return true;
	return len > GIT_SHORT && is_hex(s, GIT_SHORT) && s[GIT_SHORT] == ' ';
}

static enum judgement
begins(const struct exchange *x, const void *prefix, size_t len)
{
	if (memcmp(x->answer, prefix, x->len < len ? x->len : len) != 0)
		return JUDGE_MISMATCH;
	return x->len < len ? JUDGE_MORE : JUDGE_MATCH;
}

/* Numbers in network byte order, and in the other one. */
static uint32_t
big(const unsigned char *p, size_t n)
{
	struct cursor c = wire_cursor(p, n);

	return (uint32_t)wire_get(&c, n);
}

static uint32_t
little(const unsigned char *p, size_t n)
{
	struct cursor c = wire_cursor(p, n);

	return (uint32_t)wire_get_little(&c, n);
}

static bool
is_hex(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') ||
			(p[i] >= 'a' && p[i] <= 'f') ||
			(p[i] >= 'A' && p[i] <= 'F')))
			return false;
	return true;
}

/* Of four digits. */
static size_t
hex(const unsigned char *p)
{
	size_t i, value = 0;

	for (i = 0; i < 4; i++)
		value = value << 4 |
		    (p[i] <= '9' ? p[i] & 0xfU : (p[i] & 0x7U) + 9);
	return value;
}

static enum judgement
whole(struct exchange *x, size_t len)
{
	x->end = len;
	return x->len < len ? JUDGE_MORE : JUDGE_MATCH;
}
