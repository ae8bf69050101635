/* SPDX-License-Identifier: ISC */
#include "request.h"

#include "nrpe.h"
#include "target.h"
#include "unit.h"

#define HTTP(host)                                   \
	"GET / HTTP/1.1\r\nHost: " host              \
	"\r\nUser-Agent: portstate/" PACKAGE_VERSION \
	"\r\nAccept: */*\r\nConnection: close\r\n\r\n"
#define XMPP(host, space)                                                 \
	"<?xml version='1.0'?><stream:stream to='" host "' xmlns='" space \
	"' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
#define GIT(len, host) len "git-upload-pack /\0host=" host "\0"

#define LONG                                                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa." \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa." \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa." \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	make_fn *make;
	const char *arg;
	const char *host;
	const char *name;
	uint16_t port;
	bool tls;
	struct bytes made;
} requests[] = {
	{ request_http, NULL, "www.test", NULL, 80, false,
	    BYTES(HTTP("www.test")) },
	{ request_http, NULL, "www.test", NULL, 443, true,
	    BYTES(HTTP("www.test")) },
	{ request_http, NULL, "www.test", NULL, 443, false,
	    BYTES(HTTP("www.test:443")) },
	{ request_http, NULL, "www.test", NULL, 80, true,
	    BYTES(HTTP("www.test:80")) },
	{ request_http, NULL, "www.test", NULL, 65535, false,
	    BYTES(HTTP("www.test:65535")) },
	{ request_http, NULL, "192.0.2.1", "x.test", 8080, false,
	    BYTES(HTTP("x.test:8080")) },
	{ request_http, NULL, "2001:db8::1", NULL, 80, false,
	    BYTES(HTTP("[2001:db8::1]")) },
	{ request_http, NULL, "fe80::1%eth0", NULL, 8080, false,
	    BYTES(HTTP("[fe80::1]:8080")) },
	{ request_http, NULL, "2001:db8::1", "x.test", 80, false,
	    BYTES(HTTP("x.test")) },
	{ request_http, NULL, "/run/a:b", NULL, 80, false,
	    BYTES(HTTP("localhost")) },
	{ request_http, NULL, "/run/x", "x.test", 8080, false,
	    BYTES(HTTP("x.test")) },
	/* Nothing gets out of a name. */
	{ request_http, NULL, "a\r\nB: c", NULL, 80, false,
	    BYTES(HTTP("[aB:c]")) },
	{ request_http, NULL, "a b/c@d'e\"f<g>h&i\x7f", NULL, 80, false,
	    BYTES(HTTP("abcdefghi")) },
	{ request_http, NULL,
	    "B\xc3\xbc"
	    "cher_1-2.test.",
	    NULL, 80, false,
	    BYTES(HTTP("B\xc3\xbc"
		       "cher_1-2.test.")) },
	{ request_http, NULL, LONG "bbb", NULL, 80, false, BYTES(HTTP(LONG)) },
	{ request_xmpp, "jabber:client", "x.test", NULL, 5222, false,
	    BYTES(XMPP("x.test", "jabber:client")) },
	{ request_xmpp, "jabber:server", "192.0.2.1", "x.test", 5269, false,
	    BYTES(XMPP("x.test", "jabber:server")) },
	{ request_xmpp, "jabber:client", "x'/><y a='", NULL, 5222, false,
	    BYTES(XMPP("xya", "jabber:client")) },
	{ request_xmpp, "jabber:client", "::1", NULL, 5222, false,
	    BYTES(XMPP("[::1]", "jabber:client")) },
	{ request_git, NULL, "x.test", NULL, 9418, false,
	    BYTES(GIT("0022", "x.test")) },
	{ request_git, NULL, "/run/x", NULL, 9418, false,
	    BYTES(GIT("0025", "localhost")) },
	{ request_git, NULL, "::1", NULL, 9418, false,
	    BYTES(GIT("0021", "[::1]")) },
	{ request_git, NULL, LONG, NULL, 9418, false,
	    BYTES(GIT("011b", LONG)) },
};

START_TEST(request)
{
	static const struct step tls = { .kind = STEP_TLS };
	struct dialogue d = {
		.steps = &tls, .n = requests[_i].tls, .name = requests[_i].name
	};
	struct target t = { .host = requests[_i].host,
		.port = requests[_i].port,
		.dialogue = &d };
	unsigned char *to = malloc(STEP_MADE_MAX);
	struct question q = { .target = &t, .arg = requests[_i].arg, .to = to };
	size_t len = requests[_i].make(&q);

	ck_assert_msg(len == requests[_i].made.len &&
		memcmp(to, requests[_i].made.data, len) == 0,
	    "%d: %.*s", _i, (int)len, (char *)to);
	free(to);
}
END_TEST

/* Its checksum is zlib's crc32(). */
START_TEST(nrpe)
{
	static const unsigned char head[] = { 0, 2, 0, 1, 0xd4, 0x67, 0x3f,
		0x00, 0, 0, '_' };
	unsigned char *to = malloc(STEP_MADE_MAX);
	struct question q = { .to = to };
	size_t i;

	memset(to, 'x', STEP_MADE_MAX);
	ck_assert_uint_eq(request_nrpe(&q), 1036);
	ck_assert_mem_eq(to, head, sizeof(head));
	ck_assert_str_eq((char *)to + NRPE_TEXT_AT, "_NRPE_CHECK");
	for (i = NRPE_TEXT_AT + strlen("_NRPE_CHECK"); i < NRPE_SIZE; i++)
		ck_assert_uint_eq(to[i], 0);
	ck_assert_uint_eq(to[NRPE_SIZE], 'x');
	free(to);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("request");

	unit_rows(tc, request, requests);
	tcase_add_test(tc, nrpe);
	return unit_run("request", tc);
}
