/* SPDX-License-Identifier: ISC */
#include "proto.h"

#include <string.h>

#include "escape.h"
#include "packet.h"
#include "reply.h"
#include "request.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Steps: the answer has to begin with one of these strings. */
#define PREFIX(literal)                                        \
	{                                                      \
		.kind = PATTERN_PREFIX, .text = BYTES(literal) \
	}
#define BEGINS(...)                                                          \
	{                                                                    \
		.kind = STEP_EXPECT,                                         \
		.expect = {                                                  \
			.patterns = (const struct pattern[]){ __VA_ARGS__ }, \
			.n = ARRAY_SIZE(((const struct pattern[]){           \
			    __VA_ARGS__ })),                                 \
		},                                                           \
	}
#define JUDGED(fn, argument, meaning)                                  \
	{                                                              \
		.kind = STEP_EXPECT, .judge = (fn), .arg = (argument), \
		.words = (meaning),                                    \
	}
#define CODE(code) JUDGED(reply_code, code, "reply " code)
#define LINE(begin) JUDGED(reply_line, begin, "\"" begin "\"")
#define TAGGED(tag) JUDGED(reply_tagged, tag, "\"" tag " OK\"")
#define SIEVE_OK JUDGED(reply_sieve, NULL, "\"OK\"")
#define SIEVE_READY \
	JUDGED(reply_sieve, "\"IMPLEMENTATION\"", "capabilities and \"OK\"")
#define SENDS(literal)                                    \
	{                                                 \
		.kind = STEP_SEND, .send = BYTES(literal) \
	}
#define MAKES(fn, argument, meaning)                                \
	{                                                           \
		.kind = STEP_SEND, .make = (fn), .arg = (argument), \
		.words = (meaning),                                 \
	}
#define XMPP_OPENS(space) MAKES(request_xmpp, space, "the opening of a stream")
#define XMPP_STREAM JUDGED(reply_stream, "<host-unknown", "a stream of XMPP")
#define XMPP_FEATURES \
	JUDGED(reply_stream, NULL, "a stream of XMPP and its features")
#define HANDSHAKE                 \
	{                         \
		.kind = STEP_TLS, \
	}

#define LDAP_UNBIND "\x30\x05\x02\x01\x03\x42\x00"
#define LDAP_BIND(id) \
	"\x30\x0c\x02\x01" id "\x60\x07\x02\x01\x03\x04\x00\x80\x00"
#define POSTGRES_TERMINATE "X\x00\x00\x00\x04"
#define POSTGRES_STARTUP                   \
	"\x00\x00\x00\x45\x00\x03\x00\x00" \
	"user\0portstate\0"                \
	"database\0postgres\0"             \
	"application_name\0portstate\0"    \
	"\0"
/*
 * The answer to the greeting, as nobody, without a password, and COM_QUIT in
 * case he may: from who says nothing many times MySQL takes no connections any
 * more (max_connect_errors).
 */
#define MYSQL_LOGIN(number, capabilities)                                 \
	"\x2b\x00\x00" number capabilities "\x00\x00\x00\x00\x00\x01\x21" \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                  \
	"portstate\0\0"                                                   \
	"\x01\x00\x00\x00\x01"
#define MQTT_DISCONNECT "\xe0\x00"

/* RFC 959 4.2, RFC 5321 4.2: the service is ready. */
static const struct step ready_220[] = { BEGINS(PREFIX("220")) };

/* RFC 4217 4. */
static const struct step ftp_starttls[] = {
	CODE("220"),
	SENDS("AUTH TLS\r\n"),
	CODE("234"),
	HANDSHAKE,
	SENDS("PBSZ 0\r\n"),
	CODE("200"),
};

/* RFC 3207 4. */
static const struct step smtp_starttls[] = {
	CODE("220"),
	SENDS("EHLO portstate\r\n"),
	CODE("250"),
	SENDS("STARTTLS\r\n"),
	CODE("220"),
	HANDSHAKE,
	SENDS("EHLO portstate\r\n"),
	CODE("250"),
};

/* RFC 2033 4.1. */
static const struct step lmtp_starttls[] = {
	CODE("220"),
	SENDS("LHLO portstate\r\n"),
	CODE("250"),
	SENDS("STARTTLS\r\n"),
	CODE("220"),
	HANDSHAKE,
	SENDS("LHLO portstate\r\n"),
	CODE("250"),
};

/* RFC 1939 4. */
static const struct step pop[] = { BEGINS(PREFIX("+OK")) };

/* RFC 2595 4; RFC 2449 5. */
static const struct step pop_starttls[] = {
	LINE("+OK"),
	SENDS("STLS\r\n"),
	LINE("+OK"),
	HANDSHAKE,
	SENDS("CAPA\r\n"),
	LINE("+OK"),
};

/* RFC 9051 7.1. */
static const struct step imap[] = { BEGINS(PREFIX("* OK")) };

/* RFC 9051 6.2.1. */
static const struct step imap_starttls[] = {
	LINE("* OK"),
	SENDS("a1 STARTTLS\r\n"),
	TAGGED("a1"),
	HANDSHAKE,
	SENDS("a2 CAPABILITY\r\n"),
	TAGGED("a2"),
};

/* RFC 5804 1.7: capabilities, and that it is ready. */
static const struct step sieve[] = { SIEVE_READY };

/* RFC 5804 2.2: the capabilities come once more. */
static const struct step sieve_starttls[] = {
	SIEVE_READY,
	SENDS("STARTTLS\r\n"),
	SIEVE_OK,
	HANDSHAKE,
	SIEVE_READY,
};

/* RFC 3977 5.1: posting allowed, posting prohibited. */
static const struct step nntp[] = { BEGINS(PREFIX("200"), PREFIX("201")) };

/* RFC 4642 2.2; RFC 3977 5.2. */
static const struct step nntp_starttls[] = {
	JUDGED(reply_code, "200 201", "reply 200 or 201"),
	SENDS("STARTTLS\r\n"),
	CODE("382"),
	HANDSHAKE,
	SENDS("CAPABILITIES\r\n"),
	CODE("101"),
};

/* What the Monitoring Plugins say and expect. */
static const struct step jabber[] = {
	SENDS("<stream:stream to='host' xmlns='jabber:client' "
	      "xmlns:stream='http://etherx.jabber.org/streams'>\n"),
	BEGINS(PREFIX("<?xml version='1.0'")),
};

/*
 * RFC 6120 4.2: the opening of a stream, which the server answers with its own.
 * That it is not the one of a domain of that name, which a host's rarely is, is
 * an answer, too.
 */
static const struct step xmpp[] = {
	XMPP_OPENS("jabber:client"),
	XMPP_STREAM,
};
static const struct step xmpp_server[] = {
	XMPP_OPENS("jabber:server"),
	XMPP_STREAM,
};

/* RFC 6120 5.4. */
static const struct step xmpp_starttls[] = {
	XMPP_OPENS("jabber:client"),
	XMPP_FEATURES,
	SENDS("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
	JUDGED(reply_proceed, NULL, "\"<proceed\""),
	HANDSHAKE,
	XMPP_OPENS("jabber:client"),
	XMPP_FEATURES,
};

/* IRCv3 capability negotiation, which needs no name and leaves no trace. */
static const struct step irc[] = {
	SENDS("CAP LS 302\r\n"),
	JUDGED(reply_irc, NULL, "a message of IRC"),
};

/* IRCv3 tls: numeric 670 is RPL_STARTTLS. */
static const struct step irc_starttls[] = {
	SENDS("STARTTLS\r\n"),
	JUDGED(reply_irc, "670", "numeric 670"),
	HANDSHAKE,
	SENDS("CAP LS 302\r\n"),
	JUDGED(reply_irc, NULL, "a message of IRC"),
};

/* RFC 4253 4.2. */
static const struct step ssh[] = { JUDGED(reply_ssh, NULL, "SSH 2.0") };

/* RFC 9112. */
static const struct step http[] = {
	MAKES(request_http, NULL, "GET /"),
	JUDGED(reply_status, "HTTP/1.", "HTTP status 2xx or 3xx"),
};

/* RFC 2326 10.1. */
static const struct step rtsp[] = {
	SENDS("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
	JUDGED(reply_status, "RTSP/1.", "RTSP status 2xx or 3xx"),
};

/* RFC 4511 4.2: an anonymous bind. */
static const struct step ldap[] = {
	SENDS(LDAP_BIND("\x01")),
	JUDGED(packet_ldap_bind, NULL, "a BindResponse"),
};

/* RFC 4511 4.14. */
static const struct step ldap_starttls[] = {
	SENDS("\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
	      "1.3.6.1.4.1.1466.20037"),
	JUDGED(packet_ldap_extended, NULL, "an ExtendedResponse: success"),
	HANDSHAKE,
	SENDS(LDAP_BIND("\x02")),
	JUDGED(packet_ldap_bind, NULL, "a BindResponse"),
};

/* MySQL internals, "Connection Phase": the server speaks first. */
static const struct step mysql[] = { JUDGED(packet_mysql, NULL,
    "a greeting of MySQL") };

/* The same, "SSLRequest": protocol 4.1, TLS, packets of 16 MiB, UTF-8. */
static const struct step mysql_starttls[] = {
	JUDGED(packet_mysql_tls, NULL, "a greeting of MySQL with TLS"),
	SENDS("\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x21"
	      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	HANDSHAKE,
};

/* PostgreSQL, "Frontend/Backend Protocol", 55.7. */
static const struct step postgres[] = {
	SENDS(POSTGRES_STARTUP),
	JUDGED(packet_postgres, NULL, "a server of PostgreSQL that is ready"),
};
static const struct step postgres_starttls[] = {
	SENDS("\x00\x00\x00\x08\x04\xd2\x16\x2f"),
	JUDGED(packet_postgres_tls, NULL, "\"S\""),
	HANDSHAKE,
	SENDS(POSTGRES_STARTUP),
	JUDGED(packet_postgres, NULL, "a server of PostgreSQL that is ready"),
};

/* Redis commands, PING; a server that wants a password works, too. */
static const struct step redis[] = {
	SENDS("PING\r\n"),
	BEGINS(PREFIX("+PONG\r\n"), PREFIX("-NOAUTH "), PREFIX("-NOPERM ")),
};

/* memcached, doc/protocol.txt. */
static const struct step memcached[] = {
	SENDS("version\r\n"),
	BEGINS(PREFIX("VERSION ")),
};

/* AMQP 0-9-1 4.2.2. */
static const struct step amqp[] = {
	SENDS("AMQP\x00\x00\x09\x01"),
	JUDGED(packet_amqp, NULL, "Connection.Start of AMQP"),
};

/* MQTT 3.1.1 3.1: a clean session of no name, kept alive for 60 seconds. */
static const struct step mqtt[] = {
	SENDS("\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"),
	JUDGED(packet_mqtt, NULL, "CONNACK of MQTT"),
};

/* rsync: the server speaks first. */
static const struct step rsync[] = { BEGINS(PREFIX("@RSYNCD: ")) };

/* gitprotocol-pack(5). */
static const struct step git[] = {
	MAKES(request_git, NULL, "git-upload-pack /"),
	JUDGED(packet_git, NULL, "references of git, or an error"),
};

/* clamd(8). */
static const struct step clamd[] = {
	SENDS("PING"),
	BEGINS(PREFIX("PONG")),
};

/* Zabbix, "Passive and active agent checks". */
static const struct step zabbix_agent[] = {
	SENDS("ZBXD\x01\x0a\0\0\0\0\0\0\0"
	      "agent.ping"),
	JUDGED(packet_zabbix, NULL, "1 from a Zabbix agent"),
};

/* NRPE packets of version 2, which servers of all versions know. */
static const struct step nrpe[] = {
	MAKES(request_nrpe, NULL, "_NRPE_CHECK"),
	JUDGED(packet_nrpe, NULL, "a response of NRPE"),
};

/* RFC 867. */
static const struct step daytime[] = { JUDGED(reply_daytime, NULL,
    "a date and time") };

/* RFC 868. */
static const struct step time_clock[] = { JUDGED(packet_time, NULL,
    "the time in four bytes") };

/* RFC 862. */
static const struct step echo[] = {
	SENDS("portstate\r\n"),
	BEGINS(PREFIX("portstate\r\n")),
};

/* RFC 1288 2.3: who is logged in, which may be nobody. */
static const struct step finger[] = {
	SENDS("\r\n"),
	JUDGED(reply_text, NULL, "text"),
};

enum {
	TLS = 1 << 0,
	ANONYMOUS = 1 << 1,
	HIDE = 1 << 2,
	CLOCK = 1 << 3,
	LINK = 1 << 4,
};

#define PROTO(row_name, row_port, flags, row_steps, row_quit) \
	{ .name = row_name,                                   \
		.port = (row_port),                           \
		.tls = ((flags)&TLS) != 0,                    \
		.anonymous = ((flags)&ANONYMOUS) != 0,        \
		.hide = ((flags)&HIDE) != 0,                  \
		.clock = ((flags)&CLOCK) != 0,                \
		.steps = (row_steps),                         \
		.n = ARRAY_SIZE(row_steps),                   \
		.quit = BYTES(row_quit) },

static const struct proto protos[] = {
	{ .name = "tcp" },
	{ .name = "tls", .tls = true },
#include "proto.def"
};

const struct proto *
proto_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (word_equal(protos[i].name, name, strlen(name)))
			return &protos[i];
	return NULL;
}

const struct proto *
proto_starttls(const struct proto *p)
{
	size_t i, len = strlen(p->name);

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (strncmp(protos[i].name, p->name, len) == 0 &&
		    strcmp(protos[i].name + len, "+starttls") == 0)
			return &protos[i];
	return NULL;
}

const struct proto *
proto_row(size_t i)
{
	return i < ARRAY_SIZE(protos) ? &protos[i] : NULL;
}
