/* SPDX-License-Identifier: ISC */
#include "request.h"

#include <string.h>

#include "nrpe.h"
#include "target.h"

/* RFC 1035 2.3.4 */
#define NAME_LENGTH 255

#define HEX "0123456789abcdef"

static char *put(char *, const char *);
static char *put_name(char *, const struct target *);
static char *put_number(char *, unsigned);

size_t
request_http(const struct question *q)
{
	const struct target *t = q->target;
	const struct dialogue *d = t->dialogue;
	uint16_t usual = steps_to(d->steps, d->n, STEP_TLS) > 0 ? 443 : 80;
	char *at = (char *)q->to;

	at = put(at, "GET / HTTP/1.1\r\nHost: ");
	at = put_name(at, t);
	if (t->port != 0 && t->port != usual && t->host[0] != '/') {
		at = put(at, ":");
		at = put_number(at, t->port);
	}
	at = put(at,
	    "\r\nUser-Agent: portstate/" PACKAGE_VERSION
	    "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
	return (size_t)(at - (char *)q->to);
}

size_t
request_xmpp(const struct question *q)
{
	char *at = (char *)q->to;

	at = put(at, "<?xml version='1.0'?><stream:stream to='");
	at = put_name(at, q->target);
	at = put(at, "' xmlns='");
	at = put(at, q->arg);
	at = put(at,
	    "' xmlns:stream='http://etherx.jabber.org/streams' "
	    "version='1.0'>");
	return (size_t)(at - (char *)q->to);
}

/* A pkt-line: its length in four hexadecimal digits, NUL after each word. */
size_t
request_git(const struct question *q)
{
	char *at = (char *)q->to;
	size_t len;
	int i;

	at = put(at, "0000git-upload-pack /");
	*at++ = '\0';
	at = put(at, "host=");
	at = put_name(at, q->target);
	*at++ = '\0';
	len = (size_t)(at - (char *)q->to);
	for (i = 0; i < 4; i++)
		q->to[i] = (unsigned char)HEX[len >> (12 - 4 * i) & 0xf];
	return len;
}

size_t
request_nrpe(const struct question *q)
{
	static const char command[] = "_NRPE_CHECK";
	unsigned char *to = q->to;
	uint32_t crc;
	int i;

	memset(to, 0, NRPE_SIZE);
	to[1] = NRPE_VERSION;
	to[3] = NRPE_QUERY;
	memcpy(to + NRPE_TEXT_AT, command, sizeof(command));
	crc = nrpe_crc(to);
	for (i = 0; i < 4; i++)
		to[NRPE_CRC_AT + i] = (unsigned char)(crc >> (24 - 8 * i));
	return NRPE_SIZE;
}

/* Each writes at that place, and returns the next one. */
static char *
put(char *at, const char *s)
{
	size_t len = strlen(s);

	memcpy(at, s, len);
	return at + len;
}

/*
 * The name of the host, of which nothing can be taken for more than a name, or
 * its address, of IPv6 in brackets; the zone of that is of no use to others.
 */
static char *
put_name(char *at, const struct target *t)
{
	const char *s = t->dialogue->name;
	bool brackets;
	size_t i;

	if (s == NULL)
		s = t->host[0] == '/' ? "localhost" : target_name(t);
	brackets = strchr(s, ':') != NULL;
	if (brackets)
		*at++ = '[';
	for (i = 0; s[i] != '\0' && s[i] != '%' && i < NAME_LENGTH; i++)
		if ((s[i] >= '-' && s[i] <= ':' && s[i] != '/') ||
		    (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
		    (s[i] >= 'a' && s[i] <= 'z') || (s[i] & 0x80) != 0)
			*at++ = s[i];
	if (brackets)
		*at++ = ']';
	return at;
}

static char *
put_number(char *at, unsigned n)
{
	if (n >= 10)
		at = put_number(at, n / 10);
	*at++ = (char)('0' + n % 10);
	return at;
}
