/* SPDX-License-Identifier: ISC */
#include "reply.h"

#include "judged.h"

static const struct judged lines[] = {
	MATCH(reply_line, "+OK", "+OK\r\n"),
	MATCH(reply_line, "+OK", "+OK\n"),
	MATCH(reply_line, "+OK", "+OK POP3 ready <1@x>\r\n"),
	REST(reply_line, "+OK", "+OK\r\n", "USER\r\n.\r\n"),
	MATCH(reply_line, "+OK", "+OK a\0b\r\n"),
	MORE(reply_line, "+OK", "+OK"),
	MORE(reply_line, "+OK", "+OK and no end"),
	MISMATCH(reply_line, "+OK", "-ERR no\r\n"),
	MISMATCH(reply_line, "+OK", "-"),
	MISMATCH(reply_line, "+OK", "+O\r\n"),
	MISMATCH(reply_line, "+OK", "+O\n"),
	MISMATCH(reply_line, "+OK", "+ok\r\n"),
	MISMATCH(reply_line, "+OK", "\r\n+OK\r\n"),
	MISMATCH(reply_line, "+OK", " +OK\r\n"),
	MISMATCH(reply_line, "+OK", "\0+OK\r\n"),

	/* RFC 5321 4.2, RFC 959 4.2 */
	MATCH(reply_code, "220", "220 x\r\n"),
	MATCH(reply_code, "220", "220 x\n"),
	MATCH(reply_code, "220", "220\r\n"),
	MATCH(reply_code, "220", "220 \r\n"),
	MATCH(reply_code, "220", "220 a\0b\r\n"),
	REST(reply_code, "220", "220 x\r\n", "250 y\r\n"),
	REST(reply_code, "220", "220 x\r\n", "x"),
	MATCH(reply_code, "250", "250-x\r\n250-SIZE\r\n250 STARTTLS\r\n"),
	MATCH(reply_code, "250", "250-x\r\n250-SIZE\r\n250\r\n"),
	REST(reply_code, "250", "250-x\r\n250 HELP\r\n", "220 go\r\n"),
	MATCH(reply_code, "220", "220-x\r\n lines of\r\nany kind\r\n220 x\r\n"),
	MATCH(reply_code, "220", "220-x\r\n 220 x\r\n  220-\r\n220 x\r\n"),
	MATCH(reply_code, "220",
	    "220-x\r\n221 of others\r\n\r\n2\r\n220 x\r\n"),
	MATCH(reply_code, "220", "220-x\n\n220 x\n"),
	MORE(reply_code, "250", "250-x\r\n250-STARTTLS\r\n"),
	MORE(reply_code, "250", "250-x\r\n2500 x\r\n"),
	MORE(reply_code, "250", "250-x\r\n550 x\r\n"),
	MORE(reply_code, "250", "250-x\r\n250 no end"),
	MORE(reply_code, "250", "250-x\r\n250 no end\r"),
	MISMATCH(reply_code, "220", "221 x\r\n"),
	MISMATCH(reply_code, "220", "421"),
	MISMATCH(reply_code, "220", "554-x\r\n554 no\r\n"),
	MISMATCH(reply_code, "220", "220x\r\n"),
	MISMATCH(reply_code, "220", "2200\r\n"),
	MISMATCH(reply_code, "220", "220_x\r\n220 x\r\n"),
	MISMATCH(reply_code, "220", "22\r\n"),
	MISMATCH(reply_code, "220", "x"),
	MISMATCH(reply_code, "220", " 220 x\r\n"),
	MISMATCH(reply_code, "220", "\r\n220 x\r\n"),
	MISMATCH(reply_code, "220", "\0"),
	MATCH(reply_code, "200 201", "200 posting\r\n"),
	MATCH(reply_code, "200 201", "201 no posting\r\n"),
	MISMATCH(reply_code, "200 201", "202 x\r\n"),
	MISMATCH(reply_code, "200 201", "00 201"),

	/* RFC 9051 7 */
	MATCH(reply_tagged, "a1", "a1 OK\r\n"),
	MATCH(reply_tagged, "a1", "a1 OK Begin TLS\r\n"),
	MATCH(reply_tagged, "a1", "a1 ok\n"),
	MATCH(reply_tagged, "a1", "* CAPABILITY IMAP4rev1\r\na1 OK x\r\n"),
	MATCH(reply_tagged, "a1", "* OK x\r\n*\r\n+ go on\r\n+\r\na1 OK x\r\n"),
	REST(reply_tagged, "a1", "a1 OK x\r\n", "* OK y\r\n"),
	MORE(reply_tagged, "a1", "* OK a1 OK\r\n"),
	MORE(reply_tagged, "a1", "a1 OK"),
	MORE(reply_tagged, "a1", "a1 NO without an end"),
	MISMATCH(reply_tagged, "a1", "a1 NO x\r\n"),
	MISMATCH(reply_tagged, "a1", "a1 BAD x\r\n"),
	MISMATCH(reply_tagged, "a1", "a1 OKAY x\r\n"),
	MISMATCH(reply_tagged, "a1", "a1\r\n"),
	MISMATCH(reply_tagged, "a1", "a1 \r\n"),
	MISMATCH(reply_tagged, "a1", "a2 OK x\r\n"),
	MISMATCH(reply_tagged, "a1", "a11 OK x\r\n"),
	MISMATCH(reply_tagged, "a1", "a1 STARTTLS\r\n"),
	MISMATCH(reply_tagged, "a1", "* BYE x\r\na1 OK x\r\n"),
	MISMATCH(reply_tagged, "a1", "* bye\r\n"),
	MISMATCH(reply_tagged, "a1", "\r\na1 OK x\r\n"),
	MISMATCH(reply_tagged, "a1", "\0\r\n"),

	/* RFC 5804 1.2, 1.7, 4 */
	MATCH(reply_sieve, NULL, "OK\r\n"),
	MATCH(reply_sieve, NULL, "ok\n"),
	MATCH(reply_sieve, NULL, "OK \"Begin TLS\"\r\n"),
	MATCH(reply_sieve, NULL, "OK (TLS) \"go\"\r\n"),
	MATCH(reply_sieve, NULL, "\"SASL\" \"\"\r\nOK\r\n"),
	MATCH(reply_sieve, NULL, "OK {5}\r\nab\r\nc\r\n"),
	MATCH(reply_sieve, NULL, "OK {0}\r\n\r\n"),
	REST(reply_sieve, NULL, "OK\r\n", "x"),
	MORE(reply_sieve, NULL, "OK"),
	MORE(reply_sieve, NULL, "OK {9}\r\nab\r\n"),
	MORE(reply_sieve, NULL, "OK {99999999999999999999}\r\nab\r\n"),
	MISMATCH(reply_sieve, NULL, "NO\r\n"),
	MISMATCH(reply_sieve, NULL, "NO \"x\"\r\n"),
	MISMATCH(reply_sieve, NULL, "BYE \"x\"\r\n"),
	MISMATCH(reply_sieve, NULL, "OKAY\r\n"),
	MISMATCH(reply_sieve, NULL, "O\r\n"),
	MISMATCH(reply_sieve, NULL, "\r\nOK\r\n"),
	MISMATCH(reply_sieve, NULL, "+OK\r\n"),
	MATCH(reply_sieve, "\"IMPLEMENTATION\"",
	    "\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n"),
	MATCH(reply_sieve, "\"IMPLEMENTATION\"",
	    "\"SASL\" {7}\r\nA\r\nOK\r\n\r\n\"implementation\" \"x\"\r\n"
	    "OK \"x\"\r\n"),
	REST(reply_sieve, "\"IMPLEMENTATION\"",
	    "\"IMPLEMENTATION\" \"x\"\r\nOK\r\n", "OK\r\n"),
	MISMATCH(reply_sieve, "\"IMPLEMENTATION\"", "OK MPD 0.23.5\r\n"),
	MISMATCH(reply_sieve, "\"IMPLEMENTATION\"", "\"SASL\" \"\"\r\nOK\r\n"),
	MISMATCH(reply_sieve, "\"IMPLEMENTATION\"",
	    "\"IMPLEMENTATION\" \"x\"\r\nBYE\r\n"),

	/* RFC 1459 2.3, IRCv3 */
	MATCH(reply_irc, NULL, ":x.test CAP * LS :tls\r\n"),
	MATCH(reply_irc, NULL, ":x.test NOTICE * :*** Looking\r\n"),
	MATCH(reply_irc, NULL, "NOTICE AUTH :*** Looking\r\n"),
	MATCH(reply_irc, NULL, "PING :1234\r\n"),
	MATCH(reply_irc, NULL, ":x.test 421 * CAP :Unknown command\r\n"),
	MATCH(reply_irc, NULL, ":x.test 451 * :Not registered\n"),
	REST(reply_irc, NULL, "PING :1\r\n", "ERROR :x\r\n"),
	MORE(reply_irc, NULL, ":x.test CAP * LS"),
	MISMATCH(reply_irc, NULL, "CAP LS 302\r\n"),
	MISMATCH(reply_irc, NULL, "ERROR :Closing link\r\n"),
	MISMATCH(reply_irc, NULL, ":x.test ERROR :Closing link\r\n"),
	MISMATCH(reply_irc, NULL, "421 * CAP :x\r\n"),
	MISMATCH(reply_irc, NULL, ":x.test\r\n"),
	MISMATCH(reply_irc, NULL, ":x.test \r\n"),
	MISMATCH(reply_irc, NULL, ":x.test 42 x\r\n"),
	MISMATCH(reply_irc, NULL, ":x.test 4211 x\r\n"),
	MISMATCH(reply_irc, NULL, ":1\r\n"),
	MISMATCH(reply_irc, NULL, "220 x ESMTP\r\n"),
	MISMATCH(reply_irc, NULL, "NOTICED x\r\n"),
	MISMATCH(reply_irc, NULL, "\r\n"),
	MISMATCH(reply_irc, NULL, "\0\r\n"),
	MATCH(reply_irc, "670", ":x.test 670 * :STARTTLS successful\r\n"),
	MATCH(reply_irc, "670",
	    ":x.test NOTICE * :*** a\r\nNOTICE AUTH :b\r\nPING :1\r\n"
	    ":x.test 020 * :Please wait\r\n:x.test CAP * LS :tls\r\n"
	    ":x.test 670 * :go\r\n"),
	REST(reply_irc, "670", ":x.test 670 * :go\r\n", ":x NOTICE * :y\r\n"),
	MORE(reply_irc, "670", ":x.test NOTICE * :670\r\n"),
	MORE(reply_irc, "670", ":x.test 001 670 :x\r\n"),
	MISMATCH(reply_irc, "670", ":x.test 691 * :STARTTLS failed\r\n"),
	MISMATCH(reply_irc, "670", ":x.test 451 STARTTLS :Not yet\r\n"),
	MISMATCH(reply_irc, "670", ":x.test 421 x STARTTLS :Unknown\r\n"),
	MISMATCH(reply_irc, "670", "ERROR :Closing link\r\n"),
	MISMATCH(reply_irc, "670", "670 * :go\r\n"),
	MISMATCH(reply_irc, "670", "STARTTLS\r\n"),
};

/* A part of a line may be all that there is. */
#define TEXT(fn, literal)                                                     \
	{                                                                     \
		.judge = (fn), .answer = BYTES(literal), .open = JUDGE_MATCH, \
		.any_part = true,                                             \
	}

#define TEXT_AND(fn, literal, behind)                           \
	{                                                       \
		.judge = (fn), .answer = BYTES(literal behind), \
		.open = JUDGE_MATCH, .any_part = true,          \
		.rest = sizeof(behind) - 1,                     \
	}

static const struct judged others[] = {
	/* RFC 9112 4 */
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 200 OK\r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.0 200 OK\r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 200 \r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 200\r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 200\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 204 No Content\r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 301 Moved\r\n"),
	MATCH(reply_status, "HTTP/1.", "HTTP/1.1 399 x\r\n"),
	REST(reply_status, "HTTP/1.", "HTTP/1.1 200 OK\r\n", "A: b\r\n\r\n"),
	MATCH(reply_status, "HTTP/1.",
	    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"),
	MATCH(reply_status, "HTTP/1.",
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\n\r\n"
	    "HTTP/1.1 302 x\r\n"),
	MORE(reply_status, "HTTP/1.", "HTTP/1.1 200 OK"),
	MORE(reply_status, "HTTP/1.", "HTTP/1.1 100 Continue\r\n\r\n"),
	MORE(reply_status, "HTTP/1.",
	    "HTTP/1.1 100 Continue\r\nHTTP/1.1 200 OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.",
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 101 x\r\n\r\n\1\2"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 404 Not Found\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 503 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 99 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 20 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 2000 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 20\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 200OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1 000 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.1  200 x\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.x 200 OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/1.\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "HTTP/2 200\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "http/1.1 200 OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "ICY 200 OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "GET / HTTP/1.1\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "\r\nHTTP/1.1 200 OK\r\n"),
	MISMATCH(reply_status, "HTTP/1.", "<html>"),
	/* RFC 2326 7.1 */
	MATCH(reply_status, "RTSP/1.", "RTSP/1.0 200 OK\r\n"),
	MISMATCH(reply_status, "RTSP/1.", "RTSP/1.0 401 Unauthorized\r\n"),
	MISMATCH(reply_status, "RTSP/1.", "HTTP/1.1 200 OK\r\n"),

	/* RFC 4253 4.2, 5.1 */
	MATCH(reply_ssh, NULL, "SSH-2.0-OpenSSH_9.6\r\n"),
	MATCH(reply_ssh, NULL, "SSH-2.0-OpenSSH_9.6\n"),
	MATCH(reply_ssh, NULL, "SSH-2.0-x comments of theirs\r\n"),
	MATCH(reply_ssh, NULL, "SSH-1.99-x\r\n"),
	MATCH(reply_ssh, NULL, "Welcome\r\n\r\nSSH is here\r\nSSH-2.0-x\r\n"),
	MATCH(reply_ssh, NULL, "a\0b\r\nSSH-2.0-x\r\n"),
	REST(reply_ssh, NULL, "SSH-2.0-x\r\n", "\0\0\1"),
	MORE(reply_ssh, NULL, "SSH-2.0-x"),
	MORE(reply_ssh, NULL, "220 x ESMTP\r\n"),
	MORE(reply_ssh, NULL, " SSH-2.0-x\r\n"),
	MORE(reply_ssh, NULL, "ssh-2.0-x\r\n"),
	MORE(reply_ssh, NULL, "220 SSH-2.0-x\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-1.5-x\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-2.1-x\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-2.0\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-2.0-\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-1.99-\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-\r\nSSH-2.0-x\r\n"),
	MISMATCH(reply_ssh, NULL, "SSH-2.0-x\0\r\n"),
	MISMATCH(reply_ssh, NULL, "x\r\nSSH-1.5-x\r\nSSH-2.0-x\r\n"),

	/* RFC 1288 2: text of any kind, and what is none. */
	TEXT(reply_text, "No one logged on.\r\n"),
	TEXT(reply_text, "\r\n \r\nLogin\tName\f\n"),
	TEXT(reply_text, "J\xf6rg\r\n"),
	TEXT_AND(reply_text, "x\r\n", "\0\1"),
	AT_END(reply_text, NULL, "x"),
	AT_END(reply_text, NULL, "\r\nx"),
	MORE(reply_text, NULL, "\r\n"),
	MORE(reply_text, NULL, "\r\n\r\n \t\r\n"),
	MORE(reply_text, NULL, " "),
	MISMATCH(reply_text, NULL, "a\0b\r\n"),
	MISMATCH(reply_text, NULL, "\1"),
	MISMATCH(reply_text, NULL, "\x7f"),
	MISMATCH(reply_text, NULL, "\xff\xfd\x18"),
	MISMATCH(reply_text, NULL, "\r\nx\x1b"),

	/* RFC 867, and what is used. */
	TEXT(reply_daytime, "Tuesday, February 22, 1982 17:37:43-PST\r\n"),
	TEXT(reply_daytime, "02 FEB 82 07:59:01 PST\r\n"),
	TEXT(reply_daytime, "Mon Nov 23 09:43:35 2026\r\n"),
	TEXT(reply_daytime, "23 NOV 2026 09:43:35 UTC\r\n"),
	TEXT(reply_daytime,
	    "\n59881 22-10-29 12:34:56 16 0 0 420.3 UTC(NIST) * \n"),
	TEXT(reply_daytime, "9:43:35 AM 11/23/2026\n"),
	TEXT(reply_daytime, "9:43 AM 11/23/2026\n"),
	TEXT(reply_daytime, "2026-11-23T09:43:35Z\n"),
	TEXT(reply_daytime, " Mon Nov 23 09:43:35 2026\r\n"),
	AT_END(reply_daytime, NULL, "Mon Nov 23 09:43:35 2026"),
	MORE(reply_daytime, NULL, "\r\n"),
	MISMATCH(reply_daytime, NULL, "hello\r\n"),
	MISMATCH(reply_daytime, NULL, "x 1:2\r\n"),
	MISMATCH(reply_daytime, NULL, "Mon Nov 23 2026\r\n"),
	MISMATCH(reply_daytime, NULL,
	    "220 x ESMTP Sendmail; Mon, 23 Nov 2026 09:43:35 +0100\r\n"),
	MISMATCH(reply_daytime, NULL, "220-x at 09:43:35\r\n"),
	MISMATCH(reply_daytime, NULL, "* OK IMAP4rev1 at 09:43:35 +0100\r\n"),
	MISMATCH(reply_daytime, NULL, "+OK POP3 at 09:43:35 <1@x>\r\n"),
	MISMATCH(reply_daytime, NULL, "SSH-2.0-OpenSSH_9.6p1\r\n"),
	MISMATCH(reply_daytime, NULL,
	    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\r\n"),
	MISMATCH(reply_daytime, NULL, "0123456789:;<=>?@ABCDEFGH\r\n"),
	MISMATCH(reply_daytime, NULL, "Mon Nov 23 09:43:35\0\r\n"),
};

#define DECLARATION "<?xml version='1.0'?>"
#define HEADER                                                           \
	"<stream:stream xmlns='jabber:client' "                          \
	"xmlns:stream='http://etherx.jabber.org/streams' from='x.test' " \
	"id='1' version='1.0'>"
#define FEATURES                                     \
	"<stream:features><starttls xmlns='urn:x'/>" \
	"</stream:features>"
#define ERROR(condition)                               \
	"<stream:error><" condition " xmlns='urn:x'/>" \
	"</stream:error>"
#define UNKNOWN "<host-unknown"

/* RFC 6120 4, 5.4 */
static const struct judged streams[] = {
	MATCH(reply_stream, NULL, DECLARATION HEADER FEATURES),
	MATCH(reply_stream, NULL, HEADER FEATURES),
	MATCH(reply_stream, NULL, "\r\n " HEADER "\n" FEATURES),
	MATCH(reply_stream, NULL, HEADER "<stream:features/>"),
	MATCH(reply_stream, NULL, HEADER "<stream:features />"),
	MATCH(reply_stream, NULL, HEADER "<stream:features></stream:features>"),
	MATCH(reply_stream, NULL, "<stream:stream id='1'>"),
	REST(reply_stream, NULL, "<stream:stream id='1'>", ERROR("x")),
	REST(reply_stream, NULL, HEADER FEATURES, "<x/>"),
	REST(reply_stream, NULL, HEADER FEATURES, ERROR("system-shutdown")),
	MATCH(reply_stream, UNKNOWN, HEADER FEATURES),
	MATCH(reply_stream, UNKNOWN, HEADER ERROR("host-unknown")),
	REST(reply_stream, UNKNOWN, HEADER ERROR("host-unknown"),
	    "</stream:stream>"),
	MORE(reply_stream, NULL, DECLARATION),
	MORE(reply_stream, NULL, HEADER),
	MORE(reply_stream, NULL, HEADER "<stream:features><x/>"),
	MORE(reply_stream, NULL, HEADER "<stream:error><x/>"),
	MORE(reply_stream, NULL, " "),
	MISMATCH(reply_stream, NULL, HEADER ERROR("host-unknown")),
	MISMATCH(reply_stream, NULL, HEADER ERROR("system-shutdown") FEATURES),
	MISMATCH(reply_stream, UNKNOWN, HEADER ERROR("system-shutdown")),
	MISMATCH(reply_stream, UNKNOWN,
	    HEADER ERROR("system-shutdown") ERROR("host-unknown")),
	MISMATCH(reply_stream, NULL, HEADER "<stream:error/>"),
	MISMATCH(reply_stream, NULL, HEADER "</stream:stream>"),
	MISMATCH(reply_stream, NULL, HEADER "<message/>"),
	MISMATCH(reply_stream, NULL, HEADER "text"),
	/* What we say ourselves. */
	MISMATCH(reply_stream, NULL,
	    DECLARATION "<stream:stream to='x' xmlns='jabber:client' "
			"xmlns:stream='http://etherx.jabber.org/streams' "
			"version='1.0'>"),
	MISMATCH(reply_stream, NULL, "<stream:streams id='1'>"),
	MISMATCH(reply_stream, NULL, "<html id='1'>"),
	MISMATCH(reply_stream, NULL, "<!DOCTYPE html>"),
	MISMATCH(reply_stream, NULL, "HTTP/1.1 400 Bad Request\r\n"),
	MISMATCH(reply_stream, NULL, "\0"),
	MATCH(reply_proceed, NULL, "<proceed xmlns='urn:x'/>"),
	MATCH(reply_proceed, NULL, " \r\n<proceed/>"),
	MATCH(reply_proceed, NULL, "<proceed xmlns='urn:x'></proceed>"),
	REST(reply_proceed, NULL, "<proceed/>", "<x/>"),
	REST(reply_proceed, NULL, "<proceed/>", "</stream:stream>"),
	MORE(reply_proceed, NULL, "<proceed"),
	MORE(reply_proceed, NULL, "<proceed>"),
	MORE(reply_proceed, NULL, "<failure xmlns='urn:x'/>"),
	MORE(reply_proceed, NULL, "<failure/><proceed/>"),
	MORE(reply_proceed, NULL, "<starttls xmlns='urn:x'/>"),
	MISMATCH(reply_proceed, NULL, "<failure/></stream:stream>"),
	MISMATCH(reply_proceed, NULL, ERROR("x") "</stream:stream><proceed/>"),
	MISMATCH(reply_proceed, NULL, "</stream:stream>"),
	MISMATCH(reply_proceed, NULL, "<proceeds/></stream:stream>"),
	MISMATCH(reply_proceed, NULL, "proceed"),
};

START_TEST(line)
{
	judged_check(_i, &lines[_i]);
}
END_TEST

START_TEST(other)
{
	judged_check(_i, &others[_i]);
}
END_TEST

START_TEST(stream)
{
	judged_check(_i, &streams[_i]);
}
END_TEST

/* Whoever talks for ever says nothing. */
START_TEST(endless)
{
	static judge_fn *const judges[] = { reply_line, reply_code,
		reply_tagged, reply_sieve, reply_irc, reply_status, reply_ssh,
		reply_stream, reply_proceed };
	static const char *const lines_of_it[] = { "+OK", "250-x\r\n",
		"* OK x\r\n", "\"SASL\" \"\"\r\n", "NOTICE x :y\r\n",
		"HTTP/1.1 100 x\r\n\r\n", "x\r\n", "<?xml?>", "<x>" };
	static const char *const args[] = { "+OK", "250", "a1", NULL, "670",
		"HTTP/1.", NULL, NULL, NULL };
	char answer[20000];
	struct judged c = { judges[_i], args[_i], { answer, 0 } };
	size_t end, len = strlen(lines_of_it[_i]);

	while (c.answer.len + len <= sizeof(answer)) {
		memcpy(answer + c.answer.len, lines_of_it[_i], len);
		c.answer.len += len;
	}
	ck_assert_int_eq(judged_prefix(&c, c.answer.len, false, &end),
	    JUDGE_MORE);
	ck_assert_int_eq(judged_prefix(&c, c.answer.len, true, &end),
	    JUDGE_MORE);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("reply");

	unit_rows(tc, line, lines);
	unit_rows(tc, other, others);
	unit_rows(tc, stream, streams);
	tcase_add_loop_test(tc, endless, 0, 9);
	return unit_run("reply", tc);
}
