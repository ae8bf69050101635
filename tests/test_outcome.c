/* SPDX-License-Identifier: ISC */
#include "outcome.h"

#include <ctype.h>

#include "unit.h"

/* What the manual says. */
static const struct {
	enum outcome outcome;
	const char *name;
	const char *port;
	enum state state;
} outcomes[] = {
	{ OUTCOME_OK, "ok", "open", STATE_OK },
	{ OUTCOME_REFUSED, "refused", "closed", STATE_CRITICAL },
	{ OUTCOME_REJECTED, "rejected", "filtered", STATE_CRITICAL },
	{ OUTCOME_TIMEOUT, "timeout", "filtered", STATE_CRITICAL },
	{ OUTCOME_NO_REPLY, "no-reply", "open|filtered", STATE_CRITICAL },
	{ OUTCOME_SILENT, "silent", "open|filtered", STATE_WARNING },
	{ OUTCOME_PROHIBITED, "prohibited", "filtered", STATE_CRITICAL },
	{ OUTCOME_UNREACHABLE, "unreachable", "filtered", STATE_CRITICAL },
	{ OUTCOME_MISMATCH, "mismatch", "open", STATE_WARNING },
	{ OUTCOME_NO_DATA, "no-data", "open", STATE_CRITICAL },
	{ OUTCOME_RESET, "reset", "open", STATE_CRITICAL },
	{ OUTCOME_STALLED, "stalled", "open", STATE_CRITICAL },
	{ OUTCOME_TLS_FAILED, "tls-failed", "open", STATE_CRITICAL },
	{ OUTCOME_CERT_EXPIRED, "cert-expired", "open", STATE_CRITICAL },
	{ OUTCOME_CERT_EXPIRING, "cert-expiring", "open", STATE_WARNING },
	{ OUTCOME_CERT_NOT_YET_VALID, "cert-not-yet-valid", "open",
	    STATE_CRITICAL },
	{ OUTCOME_CERT_UNTRUSTED, "cert-untrusted", "open", STATE_CRITICAL },
	{ OUTCOME_CERT_MISMATCH, "cert-mismatch", "open", STATE_CRITICAL },
	{ OUTCOME_UNRESOLVED, "unresolved", "unknown", STATE_CRITICAL },
	{ OUTCOME_LOOKUP_TIMEOUT, "lookup-timeout", "unknown", STATE_CRITICAL },
	{ OUTCOME_HANDLER_WARNING, "handler-warning", "open", STATE_WARNING },
	{ OUTCOME_HANDLER_CRITICAL, "handler-critical", "closed",
	    STATE_CRITICAL },
	{ OUTCOME_HANDLER_UNKNOWN, "handler-unknown", "unknown",
	    STATE_UNKNOWN },
	{ OUTCOME_LOCAL_ERROR, "local-error", "unknown", STATE_UNKNOWN },
	{ OUTCOME_NOT_PROBED, "not-probed", "unknown", STATE_UNKNOWN },
};

/* From the most telling to the least. */
static const enum outcome telling[] = { OUTCOME_OK, OUTCOME_REFUSED,
	OUTCOME_REJECTED, OUTCOME_PROHIBITED, OUTCOME_UNREACHABLE,
	OUTCOME_TIMEOUT, OUTCOME_UNRESOLVED, OUTCOME_LOCAL_ERROR,
	OUTCOME_NOT_PROBED };

/* Those of a connection that stands: none tells more than another. */
static const enum outcome connected[] = { OUTCOME_OK, OUTCOME_MISMATCH,
	OUTCOME_NO_DATA, OUTCOME_RESET, OUTCOME_STALLED };

static const struct {
	enum port_state port;
	const char *name;
} ports[] = {
	{ PORT_UNKNOWN, "unknown" },
	{ PORT_OPEN, "open" },
	{ PORT_CLOSED, "closed" },
	{ PORT_FILTERED, "filtered" },
	{ PORT_OPEN_FILTERED, "open|filtered" },
};

START_TEST(row)
{
	enum outcome o = outcomes[_i].outcome;

	ck_assert_int_eq(ARRAY_SIZE(outcomes), OUTCOME_COUNT);
	ck_assert_int_eq((int)o, _i);
	ck_assert_str_eq(outcome_name(o), outcomes[_i].name);
	ck_assert_str_eq(port_state_name(outcome_port(o)), outcomes[_i].port);
	ck_assert_int_eq(outcome_default_state(o), outcomes[_i].state);
}
END_TEST

START_TEST(distrusts)
{
	const char *name = outcomes[_i].name;
	bool either = strcmp(name, "cert-untrusted") == 0 ||
	    strcmp(name, "cert-mismatch") == 0;

	ck_assert(outcome_distrusts(outcomes[_i].outcome) == either);
}
END_TEST

START_TEST(of_handler)
{
	ck_assert(outcome_of_handler(outcomes[_i].outcome) ==
	    (strncmp(outcomes[_i].name, "handler-", 8) == 0));
}
END_TEST

/* It stands unescaped in the long output. */
START_TEST(meaning)
{
	const char *s = outcome_meaning((enum outcome)_i);

	ck_assert_uint_gt(strlen(s), 10);
	ck_assert(islower((unsigned char)s[0]));
	ck_assert_int_ne(s[strlen(s) - 1], '.');
	ck_assert_ptr_null(strpbrk(s, "|\n"));
}
END_TEST

START_TEST(tells_more)
{
	int j;

	for (j = 0; j < (int)ARRAY_SIZE(telling); j++)
		ck_assert_msg(outcome_tells_more(telling[_i], telling[j]) ==
			(_i < j),
		    "%s, %s", outcome_name(telling[_i]),
		    outcome_name(telling[j]));
}
END_TEST

START_TEST(connected_tells_as_much)
{
	size_t j;

	for (j = 0; j < ARRAY_SIZE(connected); j++)
		ck_assert(!outcome_tells_more(connected[_i], connected[j]));
	ck_assert(outcome_tells_more(connected[_i], OUTCOME_REFUSED));
}
END_TEST

START_TEST(port)
{
	ck_assert_str_eq(port_state_name(ports[_i].port), ports[_i].name);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("outcome");

	unit_rows(tc, row, outcomes);
	unit_rows(tc, distrusts, outcomes);
	unit_rows(tc, of_handler, outcomes);
	unit_rows(tc, meaning, outcomes);
	unit_rows(tc, tells_more, telling);
	unit_rows(tc, connected_tells_as_much, connected);
	unit_rows(tc, port, ports);
	return unit_run("outcome", tc);
}
