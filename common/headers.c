/* SPDX-License-Identifier: ISC */
#include "headers.h"

#include <string.h>

#include "escape.h"
#include "target.h"
#include "wire.h"

/* RFC 1035 2.3.4 */
#define NAME_LENGTH 255

#define CALL_ID "Call-ID: "
#define BRANCH "branch=z9hG4bK"
#define SSDP_TARGET "upnp:rootdevice"

/* Some text of a message. */
struct span {
	const char *data;
	size_t len;
};

static void put_host(struct pen *, const struct target *);
static bool find_header(const struct exchange *, const char *, const char *,
    struct span *);
static bool next_line(const char **, size_t *, struct span *);
static struct span trim(struct span);
static bool contains(struct span, struct span);
static struct span sent_after(const struct exchange *, const char *);
static int status_of(const struct exchange *, const char *);
static bool body_is_there(const struct exchange *);

size_t
headers_ask_sip(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put_text(&p, "OPTIONS sip:");
	put_host(&p, q->target);
	wire_put_text(&p,
	    " SIP/2.0\r\nVia: SIP/2.0/UDP portstate.invalid;rport;" BRANCH);
	wire_put_hex(&p, q->arbitrary, 16);
	wire_put_text(&p,
	    "\r\nMax-Forwards: 70\r\n"
	    "From: <sip:portstate@portstate.invalid>;tag=");
	wire_put_hex(&p, q->arbitrary >> 32, 8);
	wire_put_text(&p, "\r\nTo: <sip:");
	put_host(&p, q->target);
	wire_put_text(&p, ">\r\n" CALL_ID);
	wire_put_hex(&p, ~q->arbitrary, 16);
	wire_put_text(&p,
	    "\r\nCSeq: 1 OPTIONS\r\n"
	    "Contact: <sip:portstate@portstate.invalid>\r\n"
	    "Accept: application/sdp\r\n"
	    "User-Agent: portstate/" PACKAGE_VERSION "\r\n"
	    "Content-Length: 0\r\n\r\n");
	return (size_t)(p.at - q->to);
}

enum judgement
headers_sip(struct exchange *x)
{
	struct span value, ours = sent_after(x, CALL_ID);
	int status = status_of(x, "SIP/2.0 ");

	if (x->len == x->sent.len &&
	    memcmp(x->answer, x->sent.data, x->len) == 0)
		return exchange_mismatch(x, "the question came back");
	if (status < 100 || status > 699 || !body_is_there(x) ||
	    !find_header(x, "Call-ID", "i", &value))
		return exchange_mismatch(x, "malformed");
	if (value.len != ours.len ||
	    memcmp(value.data, ours.data, ours.len) != 0)
		return JUDGE_MORE;
	if (!find_header(x, "Via", "v", &value) ||
	    !contains(value, sent_after(x, ";rport;")))
		return exchange_mismatch(x, "another branch");
	if (!find_header(x, "CSeq", NULL, &value) ||
	    !contains(value, (struct span){ "OPTIONS", 7 }))
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/* Devices of version 1.0 want to know how long they may wait. */
size_t
headers_ask_ssdp(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put_text(&p, "M-SEARCH * HTTP/1.1\r\nHOST: ");
	put_host(&p, q->target);
	wire_put_text(&p, ":");
	wire_put_decimal(&p, q->target != NULL ? q->target->port : 1900);
	wire_put_text(&p,
	    "\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: " SSDP_TARGET
	    "\r\nUSER-AGENT: Unix/1.0 UPnP/1.1 portstate/" PACKAGE_VERSION
	    "\r\n\r\n");
	return (size_t)(p.at - q->to);
}

enum judgement
headers_ssdp(struct exchange *x)
{
	struct span value;
	int status = status_of(x, "HTTP/1.1 ");

	if (status < 0)
		status = status_of(x, "HTTP/1.0 ");
	if (x->len > 7 && memcmp(x->answer, "NOTIFY ", 7) == 0)
		return JUDGE_MORE;
	if (status < 0 || !body_is_there(x))
		return exchange_mismatch(x, "malformed");
	if (status != 200)
		return exchange_mismatch(x, "an error");
	if (!find_header(x, "ST", NULL, &value) ||
	    !contains(value,
		(struct span){ SSDP_TARGET, strlen(SSDP_TARGET) }) ||
	    !find_header(x, "USN", NULL, &value))
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/* The host by its name, of which nothing can be taken for more than a name. */
static void
put_host(struct pen *p, const struct target *t)
{
	const char *s = "portstate.invalid";
	bool v6;
	size_t i;

	if (t != NULL && t->dialogue != NULL && t->dialogue->name != NULL)
		s = t->dialogue->name;
	else if (t != NULL && t->host != NULL)
		s = target_name(t);
	v6 = strchr(s, ':') != NULL;
	if (v6)
		wire_put_text(p, "[");
	for (i = 0; s[i] != '\0' && s[i] != '%' && i < NAME_LENGTH; i++)
		if ((s[i] >= '-' && s[i] <= ':' && s[i] != '/') ||
		    (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
		    (s[i] >= 'a' && s[i] <= 'z'))
			wire_put_bytes(p, &s[i], 1);
	if (v6)
		wire_put_text(p, "]");
}

/* The value of the first header of that name, in any case, or of the other. */
static bool
find_header(const struct exchange *x, const char *name, const char *other,
    struct span *value)
{
	const char *at = (const char *)x->answer, *colon;
	size_t left = x->len;
	struct span line, key;

	if (!next_line(&at, &left, &line))
		return false;
	while (next_line(&at, &left, &line) && line.len > 0) {
		colon = memchr(line.data, ':', line.len);
		if (colon == NULL)
			continue;
		key = trim((struct span){
		    line.data, (size_t)(colon - line.data) });
		if (!word_equal(name, key.data, key.len) &&
		    (other == NULL || !word_equal(other, key.data, key.len)))
			continue;
		*value = trim((struct span){
		    colon + 1, line.len - (size_t)(colon + 1 - line.data) });
		return true;
	}
	return false;
}

/* Without what ends it; what does not end is none. */
static bool
next_line(const char **at, size_t *left, struct span *line)
{
	const char *end = *left > 0 ? memchr(*at, '\n', *left) : NULL;

	if (end == NULL)
		return false;
	*line = (struct span){ *at, (size_t)(end - *at) };
	*left -= line->len + 1;
	*at = end + 1;
	if (line->len > 0 && end[-1] == '\r')
		line->len--;
	return true;
}

static struct span
trim(struct span s)
{
	while (s.len > 0 && (*s.data == ' ' || *s.data == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 &&
	    (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static bool
contains(struct span s, struct span what)
{
	size_t i;

	for (i = 0; i + what.len <= s.len; i++)
		if (memcmp(s.data + i, what.data, what.len) == 0)
			return true;
	return false;
}

/* Of the question: from behind a text that is in it to the end of the line. */
static struct span
sent_after(const struct exchange *x, const char *text)
{
	size_t i, n = strlen(text);
	const char *s = x->sent.data, *end;

	for (i = 0; i + n <= x->sent.len; i++)
		if (memcmp(s + i, text, n) == 0) {
			end = memchr(s + i + n, '\r', x->sent.len - i - n);
			if (end != NULL)
				return (struct span){ s + i + n,
					(size_t)(end - s) - i - n };
		}
	return (struct span){ "", 0 };
}

/* Three digits after the version, or -1. */
static int
status_of(const struct exchange *x, const char *version)
{
	size_t n = strlen(version);
	int i, status = 0;

	if (x->len < n + 4 || !word_equal(version, (const char *)x->answer, n))
		return -1;
	for (i = 0; i < 3; i++) {
		unsigned char c = x->answer[n++];

		if (c < '0' || c > '9')
			return -1;
		status = status * 10 + (c - '0');
	}
	return x->answer[n] == ' ' || x->answer[n] == '\r' ? status : -1;
}

/* That the headers end, and that as much follows as one of them says. */
static bool
body_is_there(const struct exchange *x)
{
	const char *at = (const char *)x->answer;
	size_t left = x->len, length = 0, i;
	struct span line, value;

	do {
		if (!next_line(&at, &left, &line))
			return false;
	} while (line.len > 0);
	if (!find_header(x, "Content-Length", "l", &value))
		return true;
	for (i = 0; i < value.len && length <= x->len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		length = length * 10 + (size_t)(value.data[i] - '0');
	}
	return value.len > 0 && length <= left;
}
