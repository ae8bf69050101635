/* SPDX-License-Identifier: ISC */
#include "headers.h"

#include "datagram_judged.h"

static const struct judged
    answers[] = {
	    { "sip", 0, "OK",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "in small letters",
		"'SIP/2.0 200 OK' 0d0a 'via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'call-id: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "in one letter",
		"'SIP/2.0 200 OK' 0d0a 'v: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'i: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "not found",
		"'SIP/2.0 404 Not Found' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "unauthorized",
		"'SIP/2.0 401 Unauthorized' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "unavailable",
		"'SIP/2.0 503 Service Unavailable' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "a body",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 5' 0d0a 0d0a 'v=0' 0d0a",
		JUDGE_MATCH },
	    { "sip", 0, "a body that is cut",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 6' 0d0a 0d0a 'v=0' 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "a length of no number",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: -1' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "no length",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: ' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "a large length",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 99999999999999999999999999' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "another call",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' '0123456789abcdef' 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MORE },
	    { "sip", 0,
		"another branch", "'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' 'branch=z9hG4bK0000' 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MISMATCH, "another branch" },
	    { "sip", 0, "another method",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 INVITE' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "status 99",
		"'SIP/2.0 099 No' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "status 700",
		"'SIP/2.0 700 No' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "no status",
		"'SIP/2.0 2x0 No' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "an end of lines only",
		"'SIP/2.0 200 OK' 0d0a 'Via: SIP/2.0/UDP portstate.invalid;rport=4711;received=192.0.2.9;' {77+30} 0d0a 'To: <sip:server.example>;tag=1' 0d0a 'Call-ID: ' {216+16} 0d0a 'CSeq: 1 OPTIONS' 0d0a 'Content-Length: 0' 0d0a ",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "HTTP", "'HTTP/1.1 400 Bad Request' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "sip", 0, "an echo", "{0}", JUDGE_MISMATCH,
		"the question came back" },
	    { "sip", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
	    { "ssdp", 0, "a root device",
		"'HTTP/1.1 200 OK' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'ST: upnp:rootdevice' 0d0a 'USN: uuid:1::upnp:rootdevice' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "ssdp", 0, "in small letters",
		"'HTTP/1.1 200 OK' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'st:upnp:rootdevice' 0d0a 'usn:uuid:1' 0d0a 0d0a",
		JUDGE_MATCH },
	    { "ssdp", 0, "of another kind",
		"'HTTP/1.1 200 OK' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'ST: ssdp:other' 0d0a 'USN: uuid:1::upnp:rootdevice' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "ssdp", 0, "without a name",
		"'HTTP/1.1 200 OK' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'ST: upnp:rootdevice' 0d0a 'X: y' 0d0a 0d0a",
		JUDGE_MISMATCH, "malformed" },
	    { "ssdp", 0, "an error",
		"'HTTP/1.1 412 Precondition Failed' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'ST: upnp:rootdevice' 0d0a 'USN: uuid:1::upnp:rootdevice' 0d0a 0d0a",
		JUDGE_MISMATCH, "an error" },
	    { "ssdp", 0, "no end",
		"'HTTP/1.1 200 OK' 0d0a 'CACHE-CONTROL: max-age=1800' 0d0a 'EXT:' 0d0a 'SERVER: Linux UPnP/1.1 MiniUPnPd/2.3' 0d0a 'ST: upnp:rootdevice' 0d0a 'USN: uuid:1::upnp:rootdevice' 0d0a ",
		JUDGE_MISMATCH, "malformed" },
	    { "ssdp", 0, "news", "'NOTIFY * HTTP/1.1' 0d0a 0d0a", JUDGE_MORE },
	    { "ssdp", 0, "an echo", "{0}", JUDGE_MISMATCH, "malformed" },
	    { "ssdp", 0, "text", "'hello'", JUDGE_MISMATCH, "malformed" },
    };

/* How a peer is named in the first line: by what it is asked as, or its host. */
static const struct {
	const char *host, *name;
	const char *begins;
} hosts[] = {
	{ "192.0.2.1", NULL, "OPTIONS sip:192.0.2.1 SIP/2.0\r\n" },
	{ "server.example", NULL, "OPTIONS sip:server.example SIP/2.0\r\n" },
	{ "192.0.2.1", "a.example", "OPTIONS sip:a.example SIP/2.0\r\n" },
	{ "2001:db8::1", NULL, "OPTIONS sip:[2001:db8::1] SIP/2.0\r\n" },
	{ "fe80::1%eth0", NULL, "OPTIONS sip:[fe80::1] SIP/2.0\r\n" },
	{ "a b\r\nc", NULL, "OPTIONS sip:abc SIP/2.0\r\n" },
};

START_TEST(host)
{
	const struct payload *p = datagram_find("sip")->payloads;
	unsigned char sent[STEP_MADE_MAX];
	struct dialogue d = { .name = hosts[_i].name };
	struct target t = { .host = hosts[_i].host, .dialogue = &d };
	size_t len = strlen(hosts[_i].begins);

	ck_assert_uint_gt(p->make(&(struct question){
			      .target = &t, .to = sent }),
	    len);
	ck_assert_mem_eq(sent, hosts[_i].begins, len);
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
	TCase *tc = tcase_create("headers");

	unit_rows(tc, answer, answers);
	unit_rows(tc, host, hosts);
	return unit_run("headers", tc);
}
