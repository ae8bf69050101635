/* SPDX-License-Identifier: ISC */
#include "portlist.h"

#include <stdio.h>

#include "service.h"
#include "unit.h"

#define NOT_PORT ": not a port from 1 to 65535, nor a service name"
#define NOT_RANGE ": not a range of ports from 1 to 65535"
#define NOT_EXPECTED ": not expected one of open, closed, filtered, any"
#define NO_PROTOCOL ": no protocol of that name; see check_tcp(1)"
#define REVERSED ": the range ends before it begins"
#define NO_SLASH ": the path does not begin with a slash"
#define IS_EMPTY ": an item is empty"
#define NO_DATAGRAMS ": no protocol of that name; see check_udp(1)"

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

/*
 * A list, and what it is as render() has it: ports of one item that follow
 * each other are a range.
 */
static const struct {
	const char *s;
	const char *want;
} lists[] = {
	{ "22", "22=open" },
	{ "1", "1=open" },
	{ "65535", "65535=open" },
	{ "080", "80=open" },
	{ "22,80", "22=open 80=open" },
	{ "80,22", "22=open 80=open" },
	{ "22,22", "22=open" },
	{ "22-24", "22-24=any" },
	{ "22-22", "22=any" },
	{ "1-65535", "1-65535=any" },
	{ "22,23,24", "22=open 23=open 24=open" },
	{ "22-24,30-31", "22-24=any 30-31=any" },
	/* A prefix counts for its own item. */
	{ "tcp:22", "22=open" },
	{ "tcp:22,23", "22=open 23=open" },
	{ "tcp:22-24=open", "22-24=open" },
	/* UDP has ports of its own, after those of TCP. */
	{ "udp:53", "udp:53=open" },
	{ "udp:53,53", "53=open udp:53=open" },
	{ "udp:53=any,22,udp:53/dns", "22=open udp:53/dns=open" },
	{ "udp:1-65535,tcp:1-65535=closed,unix:/x",
	    "1-65535=closed udp:1-65535=any {/x}=open" },
	{ "udp:53-55/dns=closed", "udp:53-55/dns=closed" },
	{ "udp:5/NTP,23", "23=open udp:5/ntp=open" },
	/* What is expected, in any case. */
	{ "22=open", "22=open" },
	{ "22=closed", "22=closed" },
	{ "22=filtered", "22=filtered" },
	{ "22=any", "22=any" },
	{ "22=Closed", "22=closed" },
	{ "22=CLOSED,23", "22=closed 23=open" },
	{ "22-24=open", "22-24=open" },
	{ "22-24=closed", "22-24=closed" },
	{ "22-24=filtered", "22-24=filtered" },
	{ "22-24=any", "22-24=any" },
	/* Protocols. */
	{ "25/smtp", "25/smtp=open" },
	{ "25/SMTP", "25/smtp=open" },
	{ "25/tcp", "25=open" },
	{ "25/smtp=any", "25/smtp=any" },
	{ "25-27/smtp", "25-27/smtp=open" },
	{ "25-27/smtp=any", "25-27/smtp=any" },
	{ "udp:53-55/dns", "udp:53-55/dns=open" },
	{ "1-3/tcp", "1-3=open" },
	{ "tcp:25-27/smtp=open", "25-27/smtp=open" },
	{ "21/ftp,25/smtp,110/pop,119/nntp,143/imap,3310/clamd,5222/jabber",
	    "21/ftp=open 25/smtp=open 110/pop=open 119/nntp=open "
	    "143/imap=open 3310/clamd=open 5222/jabber=open" },
	/* A later item overrides an earlier one, all that it said. */
	{ "1-65535=closed,22=open", "1-21=closed 22=open 23-65535=closed" },
	{ "1-65535=closed,1", "1=open 2-65535=closed" },
	{ "1-65535=closed,65535", "1-65534=closed 65535=open" },
	{ "1-10=closed,5-6", "1-4=closed 5-6=any 7-10=closed" },
	{ "1-10=closed,5-15", "1-4=closed 5-15=any" },
	{ "5-15=closed,1-10", "1-10=any 11-15=closed" },
	{ "5-6=closed,1-10", "1-10=any" },
	{ "5,6,7,8=closed,1-10=open", "1-10=open" },
	{ "1-4,7-9,3-8=open", "1-2=any 3-8=open 9=any" },
	{ "1-3,4-6,7-9,4-6=closed", "1-3=any 4-6=closed 7-9=any" },
	{ "22=closed,22", "22=open" },
	{ "22,22=closed", "22=closed" },
	{ "25/smtp,25", "25=open" },
	{ "25,25/smtp=any", "25/smtp=any" },
	{ "22=open,1-65535=closed", "1-65535=closed" },
	/* Paths: after the numbers, as they came, each once. */
	{ "unix:/run/x", "{/run/x}=open" },
	{ "unix:/run/x=closed", "{/run/x}=closed" },
	{ "unix:/run/x=any", "{/run/x}=any" },
	{ "unix:/b,unix:/a", "{/b}=open {/a}=open" },
	{ "unix:/b,22,unix:/a,21", "21=open 22=open {/b}=open {/a}=open" },
	{ "unix:/b,unix:/a,unix:/b=closed", "{/b}=closed {/a}=open" },
	{ "unix:/b,1-65535", "1-65535=any {/b}=open" },
	{ "unix:/b,unix:/bb", "{/b}=open {/bb}=open" },
	{ "unix:/", "{/}=open" },
	{ "unix:/a b:c/d-e;f", "{/a b:c/d-e;f}=open" },
	{ "unix:/80/smtp", "{/80/smtp}=open" },
	{ "unix:/run/tcp:80", "{/run/tcp:80}=open" },
	{ "unix:/\xff\n", "{/\xff\n}=open" },
};

/* The same with services of every services(5), where there is one. */
static const struct {
	const char *s;
	const char *want;
} services[] = {
	{ "ssh", "22{ssh}=open" },
	{ "tcp:ssh", "22{ssh}=open" },
	{ "ssh,smtp,http,https",
	    "22{ssh}=open 25{smtp}=open 80{http}=open 443{https}=open" },
	{ "ssh=closed", "22{ssh}=closed" },
	{ "smtp/smtp", "25{smtp}/smtp=open" },
	{ "smtp/smtp=any", "25{smtp}/smtp=any" },
	/* The name is of the item that counts. */
	{ "ssh,22", "22=open" },
	{ "22,ssh", "22{ssh}=open" },
	{ "1-100=closed,ssh", "1-21=closed 22{ssh}=open 23-100=closed" },
	{ "ssh,1-100=closed", "1-100=closed" },
};

static const struct {
	const char *s;
	const char *why;
} refused[] = {
	{ "", IS_EMPTY },
	{ ",", IS_EMPTY },
	{ "22,", IS_EMPTY },
	{ ",22", IS_EMPTY },
	{ "22,,23", IS_EMPTY },
	{ "tcp:", "tcp:" NOT_PORT },
	{ "tcp:,22", "tcp:" NOT_PORT },
	{ "0", "0" NOT_PORT },
	{ "65536", "65536" NOT_PORT },
	{ "99999999999999999999", "99999999999999999999" NOT_PORT },
	{ "22 ", "22 " NOT_PORT },
	{ " 22", " 22" NOT_PORT },
	{ "22, 23", " 23" NOT_PORT },
	{ "0x16", "0x16" NOT_PORT },
	{ "22.0", "22.0" NOT_PORT },
	{ "22:23", "22:23" NOT_PORT },
	{ "22;23", "22;23" NOT_PORT },
	{ "*", "*" NOT_PORT },
	{ "=closed", "=closed" NOT_PORT },
	{ "/smtp", "/smtp" NOT_PORT },
	{ "no-such-service", "no-such-service" NOT_PORT },
	{ "22,no-such-service,23", "no-such-service" NOT_PORT },
	{ "22,no-such-service=closed,23", "no-such-service=closed" NOT_PORT },
	{ "TCP:22", "TCP:22" NOT_PORT },
	{ "tcp:tcp:22", "tcp:tcp:22" NOT_PORT },
	{ "tcp:unix:/x", "tcp:unix:/x" NOT_PORT },
	{ "/run/x", "/run/x" NOT_PORT },
	{ "\xff\x01|\"", "\\xff\\x01\\x7c\\\"" NOT_PORT },
	{ "22\n", "22\\n" NOT_PORT },
	/* Ranges. */
	{ "-", "-" NOT_RANGE },
	{ "-5", "-5" NOT_RANGE },
	{ "5-", "5-" NOT_RANGE },
	{ "0-5", "0-5" NOT_RANGE },
	{ "1-65536", "1-65536" NOT_RANGE },
	{ "65536-65537", "65536-65537" NOT_RANGE },
	{ "70000-80000", "70000-80000" NOT_RANGE },
	{ "1-2-3", "1-2-3" NOT_RANGE },
	{ "1--2", "1--2" NOT_RANGE },
	{ "1-99999999999999999999", "1-99999999999999999999" NOT_RANGE },
	{ "00000000000000000001-2", "00000000000000000001-2" NOT_RANGE },
	{ "tcp:-5", "tcp:-5" NOT_RANGE },
	{ "24-22", "24-22" REVERSED },
	{ "2-1=closed", "2-1=closed" REVERSED },
	{ "1 - 2", "1 - 2" NOT_PORT },
	{ "1-2 ", "1-2 " NOT_PORT },
	{ "ssh-25", "ssh-25" NOT_PORT },
	/* What is expected. */
	{ "22=", "22=" NOT_EXPECTED },
	{ "22==", "22==" NOT_EXPECTED },
	{ "22=open=open", "22=open=open" NOT_EXPECTED },
	{ "22=opened", "22=opened" NOT_EXPECTED },
	{ "22=ope", "22=ope" NOT_EXPECTED },
	{ "22= open", "22= open" NOT_EXPECTED },
	{ "22=unknown", "22=unknown" NOT_EXPECTED },
	{ "22=open|filtered", "22=open\\x7cfiltered" NOT_EXPECTED },
	{ "22=open/smtp", "22=open/smtp" NOT_EXPECTED },
	{ "1-2=", "1-2=" NOT_EXPECTED },
	/* Protocols. */
	{ "22/", "22/" NO_PROTOCOL },
	{ "22/no", "22/no" NO_PROTOCOL },
	{ "22/smtp/smtp", "22/smtp/smtp" NO_PROTOCOL },
	{ "22/smtp ", "22/smtp " NO_PROTOCOL },
	{ "1-2/no=open", "1-2/no=open" NO_PROTOCOL },
	/* Others. */
	{ "udp:53/imap", "udp:53/imap" NO_DATAGRAMS },
	{ "22,udp:53/=open,23", "udp:53/=open" NO_DATAGRAMS },
	{ "udp:", "udp:" NOT_PORT },
	/* Paths. */
	{ "unix:", "unix:" NO_SLASH },
	{ "unix:,22", "unix:" NO_SLASH },
	{ "unix:run", "unix:run" NO_SLASH },
	{ "unix:=open", "unix:=open" NO_SLASH },
	{ "unix:/x=", "unix:/x=" NOT_EXPECTED },
	{ "unix:/x=y", "unix:/x=y" NOT_EXPECTED },
	{ "unix:/x=open=open", "unix:/x=open=open" NOT_EXPECTED },
	{ "unix:/" X100 X10,
	    "unix:/" X10 X10 X10 X10 X10 X10 X10 X10 X10
	    "x...: longer than the path of a socket can be (107 bytes)" },
};

static struct portlist list;
static struct text error;

static void
setup(void)
{
	list = (struct portlist){ 0 };
	text_init(&error, 1000);
}

static void
teardown(void)
{
	portlist_free(&list);
	text_free(&error);
}

static bool
is_udp(const struct portlist *l, size_t i)
{
	return l->items[l->ports[i].item].udp;
}

static bool
is_in_order(const struct portlist *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->ports[i].item >= l->n_items)
			return false;
		if (l->items[l->ports[i].item].path !=
		    (l->ports[i].number == 0))
			return false;
		if (i > 0 && l->ports[i].number != 0 &&
		    is_udp(l, i - 1) > is_udp(l, i))
			return false;
		if (i > 0 && l->ports[i].number != 0 &&
		    is_udp(l, i - 1) == is_udp(l, i) &&
		    l->ports[i].number <= l->ports[i - 1].number)
			return false;
	}
	return true;
}

static void
render(struct text *t, const struct portlist *l)
{
	size_t i, end;

	for (i = 0; i < l->n; i = end) {
		const struct port *first = &l->ports[i];
		const struct port_item *item = &l->items[first->item];

		for (end = i + 1;
		     end < l->n && l->ports[end].item == first->item &&
		     l->ports[end].number == first->number + (end - i);
		     end++)
			;
		text_puts(t, i > 0 ? " " : "");
		if (item->udp)
			text_puts(t, "udp:");
		if (first->number != 0)
			text_printf(t, "%u", first->number);
		if (end > i + 1)
			text_printf(t, "-%u", l->ports[end - 1].number);
		if (item->name != NULL)
			text_printf(t, "{%s}", item->name);
		if (strcmp(item->proto->name, "tcp") != 0)
			text_printf(t, "/%s", item->proto->name);
		if (item->datagram != NULL)
			text_printf(t, "/%s", item->datagram->name);
		text_printf(t, "=%s", expected_name(item->expected));
	}
}

static void
assert_list(const char *s, const char *want)
{
	struct text got;

	ck_assert_msg(portlist_add(&list, s, &error), "%s: %s", s, error.data);
	ck_assert_uint_eq(error.len, 0);
	ck_assert(is_in_order(&list));
	text_init(&got, 100000);
	render(&got, &list);
	unit_str(s, got.data, want);
	text_free(&got);
}

START_TEST(reads)
{
	assert_list(lists[_i].s, lists[_i].want);
}
END_TEST

START_TEST(reads_services)
{
	if (service_port("ssh") != 0)
		assert_list(services[_i].s, services[_i].want);
}
END_TEST

START_TEST(refuses)
{
	ck_assert_msg(!portlist_add(&list, refused[_i].s, &error), "%s",
	    refused[_i].s);
	unit_str(refused[_i].s, error.data, refused[_i].why);
}
END_TEST

/* Whatever is long in an item, the error is a line of bounded length. */
START_TEST(error_is_bounded)
{
	static const char *const before[] = { "", "22=", "22/", "unix:/", "1-",
		"tcp:", "unix:/x=" };
	char s[5000];

	memset(s, '\x01', sizeof(s) - 1);
	s[sizeof(s) - 1] = '\0';
	memcpy(s, before[_i], strlen(before[_i]));
	ck_assert(!portlist_add(&list, s, &error));
	ck_assert_uint_le(error.len, 200);
	ck_assert_ptr_null(strchr(error.data, '\x01'));
	ck_assert_ptr_nonnull(strstr(error.data, "...: "));
}
END_TEST

START_TEST(empty)
{
	ck_assert_uint_eq(list.n, 0);
	portlist_free(&list);
	portlist_free(&list);
}
END_TEST

/* Lists are read as one. */
START_TEST(added)
{
	ck_assert(portlist_add(&list, "1-10=closed,unix:/b", &error));
	ck_assert(portlist_add(&list, "5,unix:/a", &error));
	ck_assert(portlist_add(&list, "unix:/b=any", &error));
	assert_list("7/smtp",
	    "1-4=closed 5=open 6=closed 7/smtp=open 8-10=closed "
	    "{/b}=any {/a}=open");
}
END_TEST

START_TEST(copied)
{
	char s[] = "22,unix:/run/x,1-5=closed";

	ck_assert(portlist_add(&list, s, &error));
	memset(s, 'x', sizeof(s) - 1);
	ck_assert_str_eq(list.items[list.ports[list.n - 1].item].name,
	    "/run/x");
}
END_TEST

START_TEST(all_ports)
{
	ck_assert(portlist_add(&list, "1-65535=closed,22,443/smtp", &error));
	ck_assert_uint_eq(list.n, 65535);
	ck_assert_uint_eq(list.ports[0].number, 1);
	ck_assert_uint_eq(list.ports[65534].number, 65535);
	ck_assert(is_in_order(&list));
}
END_TEST

/* Each an item of its own, from the last to the first. */
START_TEST(many_items)
{
	char s[16];
	unsigned i;

	for (i = 5000; i > 0; i--) {
		(void)snprintf(s, sizeof(s), "%u", i);
		ck_assert(portlist_add(&list, s, &error));
	}
	ck_assert_uint_eq(list.n, 5000);
	ck_assert(is_in_order(&list));
}
END_TEST

START_TEST(most_items)
{
	unsigned i;

	for (i = 0; i < 65535; i++)
		ck_assert(portlist_add(&list, "1-2", &error));
	ck_assert_uint_eq(list.n, 2);
	ck_assert_uint_eq(list.ports[1].item, 65534);
	ck_assert(!portlist_add(&list, "1", &error));
	ck_assert_str_eq(error.data,
	    "1: more items than a list can have (65535)");
	text_truncate(&error, 0);
	ck_assert(!portlist_add(&list, "unix:/x", &error));
	ck_assert_str_eq(error.data,
	    "unix:/x: more items than a list can have (65535)");
}
END_TEST

/* Against a model: the last item that names a port decides. */
START_TEST(random_items)
{
	static const char *const names[] = { "open", "closed", "filtered",
		"any" };
	enum expected model[65536];
	bool listed[65536] = { false };
	unsigned seed = (unsigned)_i + 1, i, j, first, last, x;
	size_t n = 0;
	char s[64];

	for (i = 0; i < 100; i++) {
		first = 1 + unit_random(&seed, i % 2 ? 65535 : 50);
		last = first + unit_random(&seed, i % 3 ? 20 : 5000);
		if (last > 65535)
			last = 65535;
		x = unit_random(&seed, 4);
		(void)snprintf(s, sizeof(s), "%u-%u=%s", first, last, names[x]);
		ck_assert(portlist_add(&list, s, &error));
		for (j = first; j <= last; j++) {
			model[j] = (enum expected)x;
			listed[j] = true;
		}
	}
	ck_assert(is_in_order(&list));
	for (j = 1; j <= 65535; j++) {
		if (!listed[j])
			continue;
		ck_assert_uint_lt(n, list.n);
		if (list.ports[n].number != j ||
		    list.items[list.ports[n].item].expected != model[j])
			ck_abort_msg("port %u: not %s", j, names[model[j]]);
		n++;
	}
	ck_assert_uint_eq(n, list.n);
}
END_TEST

/* Anything gives a list in order, or a printable line. */
START_TEST(garbage)
{
	static const char bytes[] =
	    "0123456789-,=/:tcpunixopenaysmh \n\x01\xff";
	unsigned seed = (unsigned)_i + 1, i, j;
	char s[40];
	size_t k;

	for (i = 0; i < 300; i++) {
		unsigned len = unit_random(&seed, sizeof(s));

		for (j = 0; j < len; j++)
			s[j] = bytes[unit_random(&seed, sizeof(bytes) - 1)];
		s[len] = '\0';
		text_truncate(&error, 0);
		if (portlist_add(&list, s, &error)) {
			ck_assert(is_in_order(&list));
			continue;
		}
		ck_assert_uint_gt(error.len, 0);
		for (k = 0; k < error.len; k++)
			ck_assert(error.data[k] >= ' ' && error.data[k] < 0x7f);
		portlist_free(&list);
	}
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("portlist");

	tcase_add_checked_fixture(tc, setup, teardown);
	unit_rows(tc, reads, lists);
	unit_rows(tc, reads_services, services);
	unit_rows(tc, refuses, refused);
	tcase_add_loop_test(tc, error_is_bounded, 0, 7);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, added);
	tcase_add_test(tc, copied);
	tcase_add_test(tc, all_ports);
	tcase_add_test(tc, many_items);
	tcase_add_test(tc, most_items);
	tcase_add_loop_test(tc, random_items, 0, 4);
	tcase_add_loop_test(tc, garbage, 0, 5);
	return unit_run("portlist", tc);
}
