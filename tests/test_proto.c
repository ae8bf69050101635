/* SPDX-License-Identifier: ISC */
#include "proto.h"

#include "packet.h"
#include "reply.h"
#include "target.h"
#include "unit.h"

#define STARTTLS "+starttls"

/*
 * Every row.  Steps: s sends bytes, m makes them, e expects strings, j judges,
 * t is the handshake.  sends: what it sends, one after the other.
 */
static const struct {
	const char *name;
	uint16_t port;
	const char *flags; /* t: TLS, a: anonymous, h: hide, c: clock */
	const char *steps;
	struct bytes sends;
	const char *expects; /* at the beginning; or one of them, by a | */
	struct bytes quit;
} rows[] = {
#define Q "QUIT\r\n"
#define NOTHING BYTES("")
#define EHLO "EHLO portstate\r\n"
#define LHLO "LHLO portstate\r\n"
#define MAIL EHLO "STARTTLS\r\n" EHLO
	{ "tcp", 0, "", "", NOTHING, "", NOTHING },
	{ "tls", 0, "t", "", NOTHING, "", NOTHING },
	{ "ftp", 21, "", "e", NOTHING, "220", BYTES(Q) },
	{ "ftp+starttls", 21, "", "jsjtsj", BYTES("AUTH TLS\r\nPBSZ 0\r\n"), "",
	    BYTES(Q) },
	{ "ftps", 990, "t", "e", NOTHING, "220", BYTES(Q) },
	{ "smtp", 25, "", "e", NOTHING, "220", BYTES(Q) },
	{ "smtp+starttls", 25, "", "jsjsjtsj", BYTES(MAIL), "", BYTES(Q) },
	{ "smtps", 465, "t", "e", NOTHING, "220", BYTES(Q) },
	{ "ssmtp", 465, "t", "e", NOTHING, "220", BYTES(Q) },
	{ "submission", 587, "", "e", NOTHING, "220", BYTES(Q) },
	{ "submission+starttls", 587, "", "jsjsjtsj", BYTES(MAIL), "",
	    BYTES(Q) },
	{ "submissions", 465, "t", "e", NOTHING, "220", BYTES(Q) },
	{ "lmtp", 24, "", "e", NOTHING, "220", BYTES(Q) },
	{ "lmtp+starttls", 24, "", "jsjsjtsj", BYTES(LHLO "STARTTLS\r\n" LHLO),
	    "", BYTES(Q) },
	{ "pop", 110, "", "e", NOTHING, "+OK", BYTES(Q) },
	{ "pop+starttls", 110, "", "jsjtsj", BYTES("STLS\r\nCAPA\r\n"), "",
	    BYTES(Q) },
	{ "spop", 995, "t", "e", NOTHING, "+OK", BYTES(Q) },
	{ "pop3", 110, "", "e", NOTHING, "+OK", BYTES(Q) },
	{ "pop3+starttls", 110, "", "jsjtsj", BYTES("STLS\r\nCAPA\r\n"), "",
	    BYTES(Q) },
	{ "pop3s", 995, "t", "e", NOTHING, "+OK", BYTES(Q) },
	{ "imap", 143, "", "e", NOTHING, "* OK", BYTES("a1 LOGOUT\r\n") },
	{ "imap+starttls", 143, "", "jsjtsj",
	    BYTES("a1 STARTTLS\r\na2 CAPABILITY\r\n"), "",
	    BYTES("a3 LOGOUT\r\n") },
	{ "simap", 993, "t", "e", NOTHING, "* OK", BYTES("a1 LOGOUT\r\n") },
	{ "imaps", 993, "t", "e", NOTHING, "* OK", BYTES("a1 LOGOUT\r\n") },
	{ "sieve", 4190, "", "j", NOTHING, "", BYTES("LOGOUT\r\n") },
	{ "sieve+starttls", 4190, "", "jsjtj", BYTES("STARTTLS\r\n"), "",
	    BYTES("LOGOUT\r\n") },
	{ "nntp", 119, "", "e", NOTHING, "200|201", BYTES(Q) },
	{ "nntp+starttls", 119, "", "jsjtsj",
	    BYTES("STARTTLS\r\nCAPABILITIES\r\n"), "", BYTES(Q) },
	{ "nntps", 563, "t", "e", NOTHING, "200|201", BYTES(Q) },
	{ "jabber", 5222, "h", "se",
	    BYTES("<stream:stream to='host' xmlns='jabber:client' "
		  "xmlns:stream='http://etherx.jabber.org/streams'>\n"),
	    "<?xml version='1.0'", BYTES("</stream:stream>\n") },
	{ "xmpp", 5222, "", "mj", NOTHING, "", BYTES("</stream:stream>") },
	{ "xmpp+starttls", 5222, "", "mjsjtmj",
	    BYTES("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), "",
	    BYTES("</stream:stream>") },
	{ "xmpps", 5223, "t", "mj", NOTHING, "", BYTES("</stream:stream>") },
	{ "xmpp-server", 5269, "", "mj", NOTHING, "",
	    BYTES("</stream:stream>") },
	{ "irc", 6667, "", "sj", BYTES("CAP LS 302\r\n"), "", BYTES(Q) },
	{ "irc+starttls", 6667, "", "sjtsj",
	    BYTES("STARTTLS\r\nCAP LS 302\r\n"), "", BYTES(Q) },
	{ "ircs", 6697, "t", "sj", BYTES("CAP LS 302\r\n"), "", BYTES(Q) },
	{ "ssh", 22, "", "j", NOTHING, "", BYTES("SSH-2.0-portstate\r\n") },
	{ "http", 80, "", "mj", NOTHING, "", NOTHING },
	{ "https", 443, "t", "mj", NOTHING, "", NOTHING },
	{ "rtsp", 554, "", "sj", BYTES("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
	    "", NOTHING },
	{ "rtsps", 322, "t", "sj",
	    BYTES("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"), "", NOTHING },
/* RFC 4511 4.2, 4.3, 4.14.1: BER, each length that of what follows. */
#define BIND(id)                 \
	"\x30\x0c"               \
	"\x02\x01" id "\x60\x07" \
	"\x02\x01\x03"           \
	"\x04\x00"               \
	"\x80\x00"
#define UNBIND "\x30\x05\x02\x01\x03\x42\x00"
	{ "ldap", 389, "", "sj", BYTES(BIND("\x01")), "", BYTES(UNBIND) },
	{ "ldap+starttls", 389, "", "sjtsj",
	    BYTES("\x30\x1d"
		  "\x02\x01\x01"
		  "\x77\x18"
		  "\x80\x16"
		  "1.3.6.1.4.1.1466.20037" BIND("\x02")),
	    "", BYTES(UNBIND) },
	{ "ldaps", 636, "t", "sj", BYTES(BIND("\x01")), "", BYTES(UNBIND) },
/* Its length, number and capabilities, 2^24, UTF-8, 23 of nothing; COM_QUIT. */
#define LOGIN(number, capabilities)                      \
	"\x2b\0\0" number capabilities "\0\0\0\1"        \
	"\x21"                                           \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	"portstate\0"                                    \
	"\0"                                             \
	"\1\0\0\0\1"
	{ "mysql", 3306, "", "j", NOTHING, "",
	    BYTES(LOGIN("\1", "\0\x82\0\0")) },
	/* Its length, 1; capabilities, 2^24, UTF-8, 23 of nothing. */
	{ "mysql+starttls", 3306, "", "jst",
	    BYTES("\x20\0\0\1"
		  "\0\x8a\0\0"
		  "\0\0\0\1"
		  "\x21"
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	    "", BYTES(LOGIN("\2", "\0\x8a\0\0")) },
#define STARTUP                         \
	"\0\0\0\x45"                    \
	"\0\3\0\0"                      \
	"user\0portstate\0"             \
	"database\0postgres\0"          \
	"application_name\0portstate\0" \
	"\0"
	{ "postgres", 5432, "", "sj", BYTES(STARTUP), "", BYTES("X\0\0\0\4") },
	{ "postgres+starttls", 5432, "", "sjtsj",
	    BYTES("\0\0\0\x08\x04\xd2\x16\x2f" STARTUP), "",
	    BYTES("X\0\0\0\4") },
	{ "redis", 6379, "", "se", BYTES("PING\r\n"),
	    "+PONG\r\n|-NOAUTH |-NOPERM ", BYTES(Q) },
	{ "memcached", 11211, "", "se", BYTES("version\r\n"), "VERSION ",
	    BYTES("quit\r\n") },
	{ "amqp", 5672, "", "sj", BYTES("AMQP\0\0\x09\1"), "", NOTHING },
	{ "amqps", 5671, "t", "sj", BYTES("AMQP\0\0\x09\1"), "", NOTHING },
/* CONNECT, its length; the name of the protocol, 4, clean, 60, "". */
#define CONNECT "\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"
	{ "mqtt", 1883, "", "sj", BYTES(CONNECT), "", BYTES("\xe0\0") },
	{ "mqtts", 8883, "t", "sj", BYTES(CONNECT), "", BYTES("\xe0\0") },
	{ "rsync", 873, "", "e", NOTHING, "@RSYNCD: ", NOTHING },
	{ "git", 9418, "", "mj", NOTHING, "", BYTES("0000") },
	{ "clamd", 3310, "", "se", BYTES("PING"), "PONG", NOTHING },
	{ "zabbix-agent", 10050, "", "sj",
	    BYTES("ZBXD\1"
		  "\x0a\0\0\0\0\0\0\0"
		  "agent.ping"),
	    "", NOTHING },
	{ "nrpe", 5666, "ta", "mj", NOTHING, "", NOTHING },
	{ "nrpe-plain", 5666, "", "mj", NOTHING, "", NOTHING },
	{ "daytime", 13, "", "j", NOTHING, "", NOTHING },
	{ "time", 37, "c", "j", NOTHING, "", NOTHING },
	{ "echo", 7, "", "se", BYTES("portstate\r\n"), "portstate\r\n",
	    NOTHING },
	{ "finger", 79, "", "sj", BYTES("\r\n"), "", NOTHING },
};

static const struct {
	const char *name;
	const char *found;
} names[] = {
	{ "smtp", "smtp" },
	{ "SMTP", "smtp" },
	{ "Imap", "imap" },
	{ "SMTP+STARTTLS", "smtp+starttls" },
	{ "Zabbix-Agent", "zabbix-agent" },
	{ "submission+starttls", "submission+starttls" },
	{ "tcp", "tcp" },
	{ "tls", "tls" },
	{ "", NULL },
	{ "smt", NULL },
	{ "smtpss", NULL },
	{ "smtp+", NULL },
	{ "smtp+starttl", NULL },
	{ "submission+starttlss", NULL },
	{ " smtp", NULL },
	{ "smtp ", NULL },
	{ "check_smtp", NULL },
	{ "udp", NULL },
};

/* Those that the Monitoring Plugins have a program for. */
static const char links[] =
    " ftp ssmtp pop spop imap simap nntp nntps jabber clamd";

/* Right answers, or the first of several, and who else may take them. */
static const struct {
	const char *names;
	struct bytes answer;
	const char *others;
} answers[] = {
#define MAILERS "smtp submission lmtp "
	{ MAILERS "ftp", BYTES("220 x.test ESMTP at 09:43:35\r\n"), "finger" },
	{ "pop pop3", BYTES("+OK POP3 ready <1@x.test> 09:43:35\r\n"),
	    "finger" },
	{ "imap", BYTES("* OK IMAP4rev1 ready at 09:43:35 +0100\r\n"),
	    "finger" },
	{ "sieve", BYTES("\"IMPLEMENTATION\" \"x\"\r\nOK\r\n"), "finger" },
	{ "nntp", BYTES("200 x.test posting at 09:43:35\r\n"), "finger" },
	{ "jabber xmpp xmpp-server",
	    BYTES("<?xml version='1.0'?><stream:stream id='1' version='1.0'>"
		  "<stream:features></stream:features>"),
	    "finger" },
	{ "irc", BYTES(":x.test NOTICE * :*** 09:43:35\r\n"), "finger" },
	{ "irc+starttls", BYTES(":x.test 670 * :STARTTLS\r\n"), "irc finger" },
	/* "S" is what PostgreSQL says; but what follows it is not TLS. */
	{ "ssh", BYTES("SSH-2.0-OpenSSH_9.6 09:43:35\r\n"),
	    "finger postgres+starttls" },
	{ "http", BYTES("HTTP/1.1 200 OK\r\n\r\n"), "finger" },
	{ "rtsp", BYTES("RTSP/1.0 200 OK\r\n\r\n"), "finger" },
	{ "ldap", BYTES("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"), "" },
	{ "ldap+starttls", BYTES("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0"), "" },
	{ "mysql mysql+starttls",
	    BYTES("\x1a\0\0\0\x0a"
		  "8.0.36\0\1\0\0\0abcdefgh\0\xff\xff\xff\2\0"),
	    "" },
	{ "postgres", BYTES("R\0\0\0\x08\0\0\0\0"), "" },
	{ "postgres+starttls", BYTES("S"), "finger" },
	{ "redis", BYTES("+PONG\r\n"), "finger" },
	{ "redis", BYTES("-NOAUTH Authentication required.\r\n"), "finger" },
	{ "memcached", BYTES("VERSION 1.6.24\r\n"), "finger" },
	{ "amqp", BYTES("\1\0\0\0\0\0\x0a\0\x0a\0\x0a\0\x09\0\0\0\0\xce"), "" },
	/* Any four bytes may be the time. */
	{ "mqtt", BYTES("\x20\2\0\0"), "time" },
	{ "rsync", BYTES("@RSYNCD: 31.0 sha512 sha256\n"), "finger" },
	{ "git", BYTES("000bERR no\n"), "finger" },
	{ "clamd", BYTES("PONG\n"), "finger" },
	{ "zabbix-agent",
	    BYTES("ZBXD\1\1\0\0\0\0\0\0\0"
		  "1"),
	    "" },
	{ "daytime", BYTES("Mon Nov 23 09:43:35 2026\r\n"), "finger" },
	{ "time", BYTES("\xee\xae\x29\x37"), "finger" },
	{ "echo", BYTES("portstate\r\n"), "finger" },
	{ "finger", BYTES("No one logged on.\r\n"), "" },

	/* What answers on other ports. */
	{ "", BYTES(""), "" },
	{ "", BYTES("\r\n"), "" },
	{ "", BYTES("\0"), "" },
	{ "", BYTES("\x15\3\1\0\2\2\x28"), "" },
	{ "", BYTES("\x15\3\3\0\2\2\x46"), "" },
	{ "", BYTES("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27"), "" },
	{ "", BYTES("RFB 003.008\n"), "finger" },
	{ "", BYTES("OK MPD 0.23.5\n"), "finger" },
	{ "", BYTES("HTTP/1.1 400 Bad Request\r\n\r\n<html>09:43"), "finger" },
	{ "", BYTES("<html>09:43:35</html>\n"), "finger" },
	{ "", BYTES("421 x.test too busy at 09:43:35\r\n"), "finger" },
	{ "", BYTES("-ERR busy 09:43:35\r\n"), "finger" },
	{ "", BYTES("* BYE busy 09:43:35\r\n"), "finger" },
	{ "", BYTES("ERROR :Closing link 09:43:35\r\n"), "finger daytime" },
	{ "",
	    BYTES(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW"
		  "XYZ[\\]^_`abcdefg\r\n"),
	    "finger" },
};

static struct bytes
step_says(const struct proto *p, const struct step *s, unsigned char *to)
{
	struct dialogue d = { .name = "x.test" };
	struct target t = { .host = "x.test", .port = p->port, .dialogue = &d };
	struct question q = { .target = &t, .arg = s->arg, .to = to };

	return s->make == NULL ? s->send
			       : (struct bytes){ (char *)to, s->make(&q) };
}

/* What it says of an answer to the question that comes before its first step. */
static enum judgement
first_judgement(const struct proto *p, struct bytes answer, bool ended)
{
	unsigned char made[STEP_MADE_MAX];
	struct expect_progress progress = { 0 };
	struct exchange x = { .answer = (const unsigned char *)answer.data,
		.len = answer.len,
		.end = answer.len,
		.ended = ended };
	const struct step *s = p->steps;

	if (s->kind == STEP_SEND)
		x.sent = step_says(p, s++, made);
	ck_assert_int_eq(s->kind, STEP_EXPECT);
	x.arg = s->arg;
	if (answer.len == 0)
		return JUDGE_MORE;
	return s->judge != NULL
	    ? s->judge(&x)
	    : expect_judge(&s->expect, &progress, answer.data, answer.len,
		  ended ? ANSWER_ENDED : ANSWER_OPEN);
}

/* Whether a word of the list is that name. */
static bool
is_among(const char *list, const char *name, size_t len)
{
	const char *at = list;

	while ((at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
		at++;
	}
	return false;
}

START_TEST(row)
{
	const struct proto *p = proto_row((size_t)_i);
	char kinds[16] = "", sends[512], expects[64] = "";
	size_t i, j, n = 0;

	ck_assert_ptr_nonnull(p);
	ck_assert_str_eq(p->name, rows[_i].name);
	ck_assert_ptr_eq(p, proto_find(rows[_i].name));
	ck_assert_uint_eq(p->port, rows[_i].port);
	ck_assert(p->tls == (strchr(rows[_i].flags, 't') != NULL));
	ck_assert(p->anonymous == (strchr(rows[_i].flags, 'a') != NULL));
	ck_assert(p->hide == (strchr(rows[_i].flags, 'h') != NULL));
	ck_assert(p->clock == (strchr(rows[_i].flags, 'c') != NULL));
	ck_assert_uint_eq(p->quit.len, rows[_i].quit.len);
	if (p->quit.len > 0)
		ck_assert_mem_eq(p->quit.data, rows[_i].quit.data, p->quit.len);
	for (i = 0; i < p->n; i++) {
		const struct step *s = &p->steps[i];

		kinds[i] = s->kind == STEP_TLS ? 't'
		    : s->kind == STEP_SEND     ? (s->make != NULL ? 'm' : 's')
		    : s->judge != NULL         ? 'j'
					       : 'e';
		if (s->send.len > 0)
			memcpy(sends + n, s->send.data, s->send.len);
		n += s->send.len;
		/* People are told what is not plain to see. */
		ck_assert((s->words != NULL) ==
		    (kinds[i] == 'm' || kinds[i] == 'j'));
		ck_assert(!s->expect.all);
		for (j = 0; j < s->expect.n; j++) {
			const struct pattern *e = &s->expect.patterns[j];

			ck_assert_int_eq(e->kind, PATTERN_PREFIX);
			ck_assert_uint_eq(e->text.len, strlen(e->text.data));
			if (j > 0)
				strcat(expects, "|");
			strcat(expects, e->text.data);
		}
	}
	ck_assert_str_eq(kinds, rows[_i].steps);
	ck_assert_str_eq(expects, rows[_i].expects);
	ck_assert_uint_eq(n, rows[_i].sends.len);
	ck_assert_int_eq(memcmp(sends, rows[_i].sends.data, n), 0);
}
END_TEST

START_TEST(no_more_rows)
{
	ck_assert_ptr_null(proto_row(ARRAY_SIZE(rows)));
	ck_assert_ptr_null(proto_row(ARRAY_SIZE(rows) + 1));
	ck_assert_ptr_null(proto_row(SIZE_MAX));
}
END_TEST

START_TEST(find)
{
	const struct proto *p = proto_find(names[_i].name);

	unit_str(names[_i].name, p != NULL ? p->name : NULL, names[_i].found);
}
END_TEST

/* The list for people is the table, in lines that fit. */
START_TEST(names_of_all)
{
	static const char list[] = PROTO_NAMES;
	const char *at = list, *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_msg(strncmp(at, rows[i].name, strlen(rows[i].name)) ==
			0,
		    "%s: %s", rows[i].name, at);
		at += strlen(rows[i].name);
		if (*at == ',')
			at++;
		if (*at == ' ' || *at == '\n')
			at++;
	}
	ck_assert_str_eq(at, "");
	for (at = list; (end = strchr(at, '\n')) != NULL; at = end + 1)
		ck_assert_uint_le((size_t)(end - at), 72);
}
END_TEST

/* X+starttls is X, has one handshake, and leads to it in the clear. */
START_TEST(starttls)
{
	const struct proto *p = proto_row((size_t)_i), *plain;
	const char *suffix = strstr(p->name, STARTTLS);
	char name[sizeof(p->name)] = "";
	size_t i, n = 0, at = 0;

	for (i = 0; i < p->n; i++) {
		if (p->steps[i].kind != STEP_TLS)
			continue;
		at = i;
		n++;
	}
	if (suffix == NULL) {
		ck_assert_uint_eq(n, 0);
		strcpy(name, p->name);
		plain = proto_starttls(p);
		if (plain != NULL)
			ck_assert_int_eq(strncmp(plain->name, name,
					     strlen(name)),
			    0);
		return;
	}
	memcpy(name, p->name, (size_t)(suffix - p->name));
	plain = proto_find(name);
	ck_assert_ptr_nonnull(plain);
	ck_assert_ptr_eq(proto_starttls(plain), p);
	ck_assert_ptr_null(proto_starttls(p));
	ck_assert_uint_eq(plain->port, p->port);
	ck_assert(!p->tls && !plain->tls);
	ck_assert_uint_eq(n, 1);
	/* All that comes before is judged whole: nothing is left over. */
	ck_assert_uint_gt(at, 0);
	for (i = 0; i < at; i++)
		ck_assert(p->steps[i].kind == STEP_SEND ||
		    p->steps[i].judge != NULL);
}
END_TEST

START_TEST(linked)
{
	enum { TLS = 0, ANONYMOUS = 0, HIDE = 0, CLOCK = 0, LINK = 1 };
	static const struct {
		const char *name;
		int link;
	} table[] = {
#define PROTO(name, port, flags, steps, quit) { name, flags },
#include "proto.def"
	};
	char found[sizeof(links) + 64] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].link == 0)
			continue;
		strcat(found, " ");
		strcat(found, table[i].name);
	}
	ck_assert_str_eq(found, links);
}
END_TEST

/* A right answer is nobody else's, whether the peer says more or not. */
START_TEST(others_answers)
{
	const struct bytes a = answers[_i].answer;
	const struct proto *p;
	size_t i;

	for (i = 1; (p = proto_row(i)) != NULL; i++) {
		char name[sizeof(p->name)] = "";
		const char *plus = strchr(p->name, '+');
		bool right, may;

		strcpy(name, p->name);
		/* The first answer of most is the same without TLS. */
		if (plus != NULL && p->steps[0].kind != STEP_SEND &&
		    strcmp(p->name, "mysql+starttls") != 0)
			name[plus - p->name] = '\0';
		if (strcmp(name, "xmpp+starttls") == 0)
			strcpy(name, "xmpp");
		if (strcmp(name, "xmpps") == 0)
			strcpy(name, "xmpp");
		else if (p->tls || strcmp(p->name, "nrpe-plain") == 0)
			continue;
		right = is_among(answers[_i].names, name, strlen(name));
		may = is_among(answers[_i].others, name, strlen(name));
		ck_assert_msg((first_judgement(p, a, true) == JUDGE_MATCH) ==
			(right || may),
		    "%s: %.*s", p->name, (int)a.len, a.data);
		if (!right && !may)
			ck_assert(first_judgement(p, a, false) != JUDGE_MATCH);
	}
}
END_TEST

/* Who says what we said is echo, and no other. */
START_TEST(echoed)
{
	const struct proto *p = proto_row((size_t)_i);
	unsigned char made[STEP_MADE_MAX];
	struct bytes said;

	if (p->n == 0 || p->steps[0].kind != STEP_SEND)
		return;
	said = step_says(p, &p->steps[0], made);
	ck_assert_uint_gt(said.len, 0);
	ck_assert_msg((first_judgement(p, said, true) == JUDGE_MATCH) ==
		(strcmp(p->name, "echo") == 0),
	    "%s", p->name);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("proto");

	unit_rows(tc, row, rows);
	tcase_add_test(tc, no_more_rows);
	unit_rows(tc, find, names);
	tcase_add_test(tc, names_of_all);
	unit_rows(tc, starttls, rows);
	tcase_add_test(tc, linked);
	unit_rows(tc, others_answers, answers);
	unit_rows(tc, echoed, rows);
	return unit_run("proto", tc);
}
