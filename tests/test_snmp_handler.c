/* SPDX-License-Identifier: ISC */
/*
 * The handler as net-snmp calls it, without an agent.  What it is to say is
 * mib_view.h's.
 */
#include "snmp_handler.h"

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "table.h"
#include "text.h"
#include "unit.h"

#define ENTRIES 5
#define REPEAT 7
#define VALUES_MAX 512

static struct snmp_handler handler;
static netsnmp_handler_registration registration;
static char path[] = "/tmp/test_snmp_handler.XXXXXX";

static uint32_t
uptime_cs(void)
{
	return 12345;
}

static void
begin(void)
{
	static const struct mib_notify nobody;
	const struct table_conf conf = { 8, 8, "test", clock_wall_us() };
	struct table_record r;
	struct table *t;
	struct text words;
	char name[16];
	uint32_t i;
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	(void)unlink(path);
	text_init(&words, 1024);
	t = table_open(path, &conf, &words);
	ck_assert_ptr_nonnull(t);
	for (i = 0; i < ENTRIES; i++) {
		(void)snprintf(name, sizeof(name), "host/%u", i);
		(void)table_read(t, table_index(t, name), &r);
		r.flags = TABLE_USED | TABLE_ENABLED | TABLE_KNOWN;
		r.rtt_sum_us = UINT64_C(0x123456789) + i;
		table_write(t, table_index(t, name), &r);
	}
	table_tell(t,
	    &(struct table_totals){
		.stale_us = clock_wall_us() + 60 * CLOCK_SECOND });
	ck_assert(table_flush(t, clock_wall_us(), &words));
	table_close(t);
	text_free(&words);
	ck_assert_ptr_null(mib_base_parse(MIB_BASE, handler.base,
	    &handler.base_len));
	handler.view = mib_view_new(path, &nobody);
	handler.uptime_cs = uptime_cs;
	registration.my_reg_void = &handler;
}

static void
end(void)
{
	mib_view_free(handler.view);
	(void)unlink(path);
}

/* Asks of one OID, and returns the status of the request. */
static int
ask_of(int mode, netsnmp_variable_list *v, int repeat, int inclusive)
{
	netsnmp_agent_request_info info = { .mode = mode };
	netsnmp_request_info r = {
		.requestvb = v, .repeat = repeat, .inclusive = inclusive
	};

	ck_assert_int_eq(snmp_handler_answer(NULL, &registration, &info, &r),
	    0);
	return r.status;
}

static netsnmp_variable_list *
null_of(const oid *name, size_t len)
{
	netsnmp_variable_list *list = NULL;

	ck_assert_ptr_nonnull(snmp_varlist_add_variable(&list, name, len,
	    ASN_NULL, NULL, 0));
	return list;
}

static bool
same_value(const netsnmp_variable_list *a, const netsnmp_variable_list *b)
{
	return a->type == b->type && a->val_len == b->val_len &&
	    memcmp(a->val.string, b->val.string, a->val_len) == 0;
}

/* All of ours, by GETNEXT. */
static netsnmp_variable_list *
walk(size_t *n)
{
	netsnmp_variable_list *all, *v;
	oid base[MAX_OID_LEN];
	size_t len = snmp_handler_oid(&handler, &(struct mib_oid){ .len = 0 },
	    base);

	all = null_of(base, len);
	v = all;
	*n = 0;
	for (;;) {
		ck_assert_int_eq(ask_of(MODE_GETNEXT, v, 0, 0), 0);
		if (v->type == ASN_NULL)
			return all;
		ck_assert_uint_lt(++*n, VALUES_MAX);
		v->next_variable = null_of(v->name, v->name_length);
		v = v->next_variable;
	}
}

START_TEST(next)
{
	netsnmp_variable_list *all, *v, *one;
	size_t n;

	all = walk(&n);
	/* The tables of entries are of 22 and of 12 columns. */
	ck_assert_uint_gt(n, ENTRIES * (22 + 12));
	for (v = all; v->next_variable->type != ASN_NULL; v = v->next_variable)
		ck_assert_int_lt(snmp_oid_compare(v->name, v->name_length,
				     v->next_variable->name,
				     v->next_variable->name_length),
		    0);
	for (v = all; v->type != ASN_NULL; v = v->next_variable) {
		one = null_of(v->name, v->name_length);
		ck_assert_int_eq(ask_of(MODE_GET, one, 0, 0), 0);
		ck_assert(same_value(v, one));
		snmp_free_varbind(one);
		/* As the first that is not before it. */
		one = null_of(v->name, v->name_length);
		ck_assert_int_eq(ask_of(MODE_GETNEXT, one, 0, 1), 0);
		ck_assert(same_value(v, one));
		ck_assert_int_eq(snmp_oid_compare(v->name, v->name_length,
				     one->name, one->name_length),
		    0);
		snmp_free_varbind(one);
	}
	snmp_free_varbind(all);
}
END_TEST

/* As the library makes room: repeat more after the first, all without a value. */
START_TEST(bulk)
{
	netsnmp_variable_list *all, *v, *list, *last, *in;
	size_t n, i;

	all = walk(&n);
	list = null_of(all->name, handler.base_len);
	for (v = all; v->type != ASN_NULL;) {
		for (last = list, i = 0; i < REPEAT; i++) {
			last->next_variable = null_of(list->name,
			    list->name_length);
			last = last->next_variable;
		}
		ck_assert_int_eq(ask_of(MODE_GETBULK, list, REPEAT, 0), 0);
		for (in = list; in != NULL && v->type != ASN_NULL;
		     in = in->next_variable, v = v->next_variable) {
			ck_assert(same_value(v, in));
			ck_assert_int_eq(snmp_oid_compare(v->name,
					     v->name_length, in->name,
					     in->name_length),
			    0);
			last = in;
		}
		/* The rest is for who comes after us. */
		ck_assert(in == NULL || in->type == ASN_NULL);
		last = null_of(last->name, last->name_length);
		snmp_free_varbind(list);
		list = last;
	}
	snmp_free_varbind(list);
	snmp_free_varbind(all);
}
END_TEST

START_TEST(outside)
{
	static const oid before[] = { 1, 3, 6, 1, 2, 1 };
	static const oid after[] = { 1, 3, 6, 1, 6, 3 };
	netsnmp_variable_list *v = null_of(before, OID_LENGTH(before));

	ck_assert_int_eq(ask_of(MODE_GETNEXT, v, 0, 0), 0);
	ck_assert_int_eq(v->type, ASN_OCTET_STR);
	snmp_free_varbind(v);
	v = null_of(before, OID_LENGTH(before));
	ck_assert_int_eq(ask_of(MODE_GET, v, 0, 0), 0);
	ck_assert_int_eq(v->type, SNMP_NOSUCHOBJECT);
	snmp_free_varbind(v);
	v = null_of(after, OID_LENGTH(after));
	ck_assert_int_eq(ask_of(MODE_GETNEXT, v, 0, 0), 0);
	ck_assert_int_eq(v->type, ASN_NULL);
	snmp_free_varbind(v);
}
END_TEST

START_TEST(values)
{
	static const uint32_t index = 2;
	struct mib_oid sum = mib_instance(MIB_psStatsRttSum, index);
	struct mib_oid missing = mib_instance(MIB_psCheckName, 99);
	oid name[MAX_OID_LEN];
	netsnmp_variable_list *v;

	v = null_of(name, snmp_handler_oid(&handler, &sum, name));
	(void)ask_of(MODE_GET, v, 0, 0);
	ck_assert_int_eq(v->type, ASN_COUNTER64);
	ck_assert_uint_eq(v->val.counter64->high, 1);
	ck_assert_uint_eq(v->val.counter64->low, 0x23456789 + 1);
	ck_assert_int_ne(ask_of(MODE_SET_RESERVE1, v, 0, 0), 0);
	snmp_free_varbind(v);
	v = null_of(name, snmp_handler_oid(&handler, &missing, name));
	(void)ask_of(MODE_GET, v, 0, 0);
	ck_assert_int_eq(v->type, SNMP_NOSUCHINSTANCE);
	snmp_free_varbind(v);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("snmp_handler");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, next);
	tcase_add_test(tc, bulk);
	tcase_add_test(tc, outside);
	tcase_add_test(tc, values);
	return unit_run("snmp_handler", tc);
}
