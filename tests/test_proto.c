/* SPDX-License-Identifier: ISC */
#include "proto.h"

#include "unit.h"

#define JABBER_SENDS                                      \
	"<stream:stream to='host' xmlns='jabber:client' " \
	"xmlns:stream='http://etherx.jabber.org/streams'>\n"

/* What is sent, what is expected: the rows of the reference's table. */
static const struct {
	const char *name;
	uint16_t port;
	const char *send;
	const char *expect[2];
	const char *quit;
	bool hide;
} protos[] = {
	{ "tcp", 0, NULL, { NULL }, "" },
	{ "ftp", 21, NULL, { "220" }, "QUIT\r\n" },
	{ "smtp", 25, NULL, { "220" }, "QUIT\r\n" },
	{ "pop", 110, NULL, { "+OK" }, "QUIT\r\n" },
	{ "imap", 143, NULL, { "* OK" }, "a1 LOGOUT\r\n" },
	{ "nntp", 119, NULL, { "200", "201" }, "QUIT\r\n" },
	{ "jabber", 5222, JABBER_SENDS, { "<?xml version='1.0'" },
	    "</stream:stream>\n", true },
	{ "clamd", 3310, "PING", { "PONG" }, "" },
};

static const struct {
	const char *name;
	const char *found;
} names[] = {
	{ "smtp", "smtp" },
	{ "SMTP", "smtp" },
	{ "Imap", "imap" },
	{ "tcp", "tcp" },
	{ "", NULL },
	{ "smt", NULL },
	{ "smtps", NULL },
	{ " smtp", NULL },
	{ "smtp ", NULL },
	{ "check_smtp", NULL },
	{ "udp", NULL },
};

static void
assert_bytes(const struct bytes *b, const char *want)
{
	ck_assert_uint_eq(b->len, strlen(want));
	if (b->len > 0)
		ck_assert_mem_eq(b->data, want, b->len);
}

START_TEST(row)
{
	const struct proto *p = proto_row((size_t)_i);
	const struct step *s;
	size_t i;

	ck_assert_ptr_nonnull(p);
	ck_assert_str_eq(p->name, protos[_i].name);
	ck_assert_ptr_eq(p, proto_find(protos[_i].name));
	ck_assert_uint_eq(p->port, protos[_i].port);
	ck_assert(p->hide == protos[_i].hide);
	assert_bytes(&p->quit, protos[_i].quit);
	ck_assert_uint_eq(p->n,
	    (protos[_i].send != NULL) + (protos[_i].expect[0] != NULL));
	s = p->steps;
	if (protos[_i].send != NULL) {
		ck_assert_int_eq(s->kind, STEP_SEND);
		assert_bytes(&s->send, protos[_i].send);
		s++;
	}
	if (protos[_i].expect[0] == NULL)
		return;
	ck_assert_int_eq(s->kind, STEP_EXPECT);
	ck_assert(!s->expect.all);
	ck_assert_ptr_null(s->judge);
	ck_assert_uint_eq(s->expect.n, 1 + (protos[_i].expect[1] != NULL));
	for (i = 0; i < s->expect.n; i++) {
		ck_assert_int_eq(s->expect.patterns[i].kind, PATTERN_PREFIX);
		assert_bytes(&s->expect.patterns[i].text, protos[_i].expect[i]);
	}
}
END_TEST

START_TEST(no_more_rows)
{
	ck_assert_ptr_null(proto_row(ARRAY_SIZE(protos)));
	ck_assert_ptr_null(proto_row(ARRAY_SIZE(protos) + 1));
	ck_assert_ptr_null(proto_row(SIZE_MAX));
}
END_TEST

START_TEST(find)
{
	const struct proto *p = proto_find(names[_i].name);

	unit_str(names[_i].name, p != NULL ? p->name : NULL, names[_i].found);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("proto");

	unit_rows(tc, row, protos);
	tcase_add_test(tc, no_more_rows);
	unit_rows(tc, find, names);
	return unit_run("proto", tc);
}
