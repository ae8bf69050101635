/* SPDX-License-Identifier: ISC */
#include "packet.h"

#include <string.h>

#include "clock.h"
#include "nrpe.h"

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

/* CLIENT_SSL of MySQL's capabilities. */
#define MYSQL_TLS 0x0800

/* Bytes of an answer that are still to be read. */
struct cursor {
	const unsigned char *at;
	size_t left;
};

static enum judgement ldap_result(struct exchange *, unsigned char, unsigned *);
static bool ber(struct cursor *, unsigned char, struct cursor *);
static enum judgement ber_length(const struct exchange *, size_t *);
static enum judgement judge_mysql(struct exchange *, bool);
static enum judgement begins(const struct exchange *, const void *, size_t);
static uint32_t big(const unsigned char *, size_t);
static uint32_t little(const unsigned char *, size_t);
static bool is_hex(const unsigned char *, size_t);
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
		if (*field == 'C' && end - field > 2)
			return memcmp(field + 1, "53", 2) == 0 ||
				memcmp(field + 1, "57", 2) == 0
			    ? JUDGE_MISMATCH
			    : JUDGE_MATCH;
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

/* A method on channel 0, of class 10 and number 10. */
enum judgement
packet_amqp(struct exchange *x)
{
	static const unsigned char frame[] = { 1, 0, 0 },
				   start[] = { 0, 10, 0, 10 };
	enum judgement j = begins(x, "AMQP", 4);

	if (j == JUDGE_MATCH)
		return whole(x, 8);
	if (j == JUDGE_MORE)
		return j;
	j = begins(x, frame, sizeof(frame));
	if (j != JUDGE_MATCH || x->len < 11)
		return j == JUDGE_MATCH ? JUDGE_MORE : j;
	return memcmp(x->answer + 7, start, sizeof(start)) == 0
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

enum judgement
packet_mqtt(struct exchange *x)
{
	static const unsigned char head[] = { 0x20, 0x02 };
	enum judgement j = begins(x, head, sizeof(head));

	if (j == JUDGE_MATCH)
		j = whole(x, 4);
	if (j != JUDGE_MATCH)
		return j;
	/* 1 to 3: version, name, server unavailable; 4, 5: not authorized. */
	return x->answer[2] <= 1 &&
		(x->answer[3] == 0 || x->answer[3] == 4 || x->answer[3] == 5)
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
}

enum judgement
packet_git(struct exchange *x)
{
	const unsigned char *payload = x->answer + 4;

	if (!is_hex(x->answer, x->len < 4 ? x->len : 4))
		return JUDGE_MISMATCH;
	if (x->len < 8)
		return JUDGE_MORE;
	if (memcmp(payload, "ERR ", 4) == 0)
		return JUDGE_MATCH;
	if (!is_hex(payload, x->len - 4 < 40 ? x->len - 4 : 40))
		return JUDGE_MISMATCH;
	if (x->len < 45)
		return JUDGE_MORE;
	return payload[40] == ' ' ? JUDGE_MATCH : JUDGE_MISMATCH;
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
 * ... } }.  The number of an answer is that of the question, which is not 0.
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
	all = (struct cursor){ x->answer, len };
	if (!ber(&all, 0x30, &message) || !ber(&message, 0x02, &id) ||
	    !ber(&message, type, &response) || !ber(&response, 0x0a, &code) ||
	    id.left != 1 || id.at[0] == 0 || code.left != 1)
		return JUDGE_MISMATCH;
	*result = code.at[0];
	return JUDGE_MATCH;
}

/* One element of that tag; *value is what it holds. */
static bool
ber(struct cursor *c, unsigned char tag, struct cursor *value)
{
	size_t len, size = 0;

	if (c->left < 2 || c->at[0] != tag)
		return false;
	len = c->at[1];
	if (len >= 0x80) {
		size = len - 0x80;
		if (size == 0 || size > 4 || c->left < 2 + size)
			return false;
		len = big(c->at + 2, size);
	}
	if (len > c->left - 2 - size)
		return false;
	*value = (struct cursor){ c->at + 2 + size, len };
	c->at += 2 + size + len;
	c->left -= 2 + size + len;
	return true;
}

/* How long the sequence is with which an answer begins. */
static enum judgement
ber_length(const struct exchange *x, size_t *len)
{
	size_t size;

	if (x->answer[0] != 0x30)
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
		*len = 2 + size + big(x->answer + 2, size);
	}
	return *len <= PACKET_MAX ? JUDGE_MATCH : JUDGE_MISMATCH;
}

/*
 * A packet has its length, its number and what it is for: a greeting with the
 * version as a string, the thread, the seed and a filler byte, and what the
 * server can; an error has 0xff in place of that.
 */
static enum judgement
judge_mysql(struct exchange *x, bool tls)
{
	const unsigned char *at = x->answer + 4, *end;
	enum judgement j;
	size_t len;

	if (x->len < 5)
		return x->len == 4 && x->answer[3] != 0 ? JUDGE_MISMATCH
							: JUDGE_MORE;
	len = little(x->answer, 3);
	if (len > PACKET_MAX || x->answer[3] != 0 || (*at != 9 && *at != 10))
		return JUDGE_MISMATCH;
	j = whole(x, len + 4);
	if (j != JUDGE_MATCH)
		return j;
	end = memchr(at, '\0', len);
	if (end == NULL || end == at + 1)
		return JUDGE_MISMATCH;
	if (!tls)
		return JUDGE_MATCH;
	end += 1 + 4 + 8 + 1;
	return *at == 10 && x->answer + x->end - end >= 2 &&
		(little(end, 2) & MYSQL_TLS) != 0
	    ? JUDGE_MATCH
	    : JUDGE_MISMATCH;
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
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | *p++;
	return value;
}

static uint32_t
little(const unsigned char *p, size_t n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
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

static enum judgement
whole(struct exchange *x, size_t len)
{
	x->end = len;
	return x->len < len ? JUDGE_MORE : JUDGE_MATCH;
}
