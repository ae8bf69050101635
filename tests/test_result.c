/* SPDX-License-Identifier: ISC */
#include "result.h"

#include <errno.h>

#include "unit.h"

#define REFUSED OUTCOME_REFUSED
#define REJECTED OUTCOME_REJECTED
#define TIMEOUT OUTCOME_TIMEOUT
#define UNREACHABLE OUTCOME_UNREACHABLE
#define PROHIBITED OUTCOME_PROHIBITED
#define RESET OUTCOME_RESET
#define UNRESOLVED OUTCOME_UNRESOLVED
#define OWN_FAULT OUTCOME_LOCAL_ERROR

static const struct {
	int err;
	enum outcome inet;
	enum outcome path;
} errnos[] = {
	{ ECONNREFUSED, REFUSED, REFUSED },
	{ ETIMEDOUT, TIMEOUT, TIMEOUT },
	{ EHOSTUNREACH, UNREACHABLE, OWN_FAULT },
	{ ENETUNREACH, UNREACHABLE, OWN_FAULT },
	{ EHOSTDOWN, UNREACHABLE, OWN_FAULT },
	{ ENETDOWN, UNREACHABLE, OWN_FAULT },
	{ ENONET, UNREACHABLE, OWN_FAULT },
	{ EINVAL, UNREACHABLE, OWN_FAULT },
	{ EACCES, PROHIBITED, OWN_FAULT },
	{ EPERM, PROHIBITED, OWN_FAULT },
	{ ECONNRESET, RESET, RESET },
	{ ECONNABORTED, RESET, RESET },
	{ EPIPE, RESET, RESET },
	{ ENOENT, OWN_FAULT, UNRESOLVED },
	{ ENOTDIR, OWN_FAULT, UNRESOLVED },
	{ ELOOP, OWN_FAULT, UNRESOLVED },
	{ ENAMETOOLONG, OWN_FAULT, UNRESOLVED },
	{ ENOTSOCK, OWN_FAULT, UNRESOLVED },
	{ EPROTOTYPE, OWN_FAULT, UNRESOLVED },
	{ EMFILE, OWN_FAULT, OWN_FAULT },
	{ ENFILE, OWN_FAULT, OWN_FAULT },
	{ ENOBUFS, OWN_FAULT, OWN_FAULT },
	{ ENOMEM, OWN_FAULT, OWN_FAULT },
	{ EADDRNOTAVAIL, OWN_FAULT, OWN_FAULT },
	{ EAFNOSUPPORT, OWN_FAULT, OWN_FAULT },
	{ EAGAIN, OWN_FAULT, OWN_FAULT },
	{ EBADF, OWN_FAULT, OWN_FAULT },
	{ 0, OWN_FAULT, OWN_FAULT },
	{ -1, OWN_FAULT, OWN_FAULT },
	{ 99999, OWN_FAULT, OWN_FAULT },
};

/* The message decides, whatever errno the kernel makes of it. */
static const struct {
	int family;
	int err;
	uint8_t type;
	uint8_t code;
	enum outcome want;
} messages[] = {
	{ AF_INET, EHOSTUNREACH, 3, 1, UNREACHABLE },
	{ AF_INET, ECONNREFUSED, 3, 3, REJECTED },
	{ AF_INET, EHOSTUNREACH, 3, 13, PROHIBITED },
	{ AF_INET, ENETUNREACH, 3, 9, PROHIBITED },
	{ AF_INET, EHOSTUNREACH, 11, 0, UNREACHABLE },
	{ AF_INET, EMFILE, 3, 1, UNREACHABLE },
	{ AF_INET, EHOSTUNREACH, 3, 200, UNREACHABLE },
	{ AF_INET6, EACCES, 1, 1, PROHIBITED },
	{ AF_INET6, ECONNREFUSED, 1, 4, REJECTED },
	{ AF_INET6, ENETUNREACH, 1, 0, UNREACHABLE },
	/* The same numbers mean something else in the other family. */
	{ AF_INET, EHOSTUNREACH, 1, 4, UNREACHABLE },
	{ AF_INET6, EHOSTUNREACH, 3, 3, UNREACHABLE },
};

static const struct {
	enum outcome outcome;
	enum origin origin;
	int err;
	bool asked;
} attempts[] = {
	{ OUTCOME_OK, ORIGIN_PEER, 0, true },
	{ REFUSED, ORIGIN_PEER, ECONNREFUSED, true },
	{ REFUSED, ORIGIN_LOCAL, ECONNREFUSED, true },
	{ TIMEOUT, ORIGIN_NOBODY, 0, true },
	{ TIMEOUT, ORIGIN_NOBODY, ETIMEDOUT, true },
	{ UNREACHABLE, ORIGIN_LOCAL, ENETUNREACH, false },
	{ UNREACHABLE, ORIGIN_ICMP, ENETUNREACH, true },
	{ UNREACHABLE, ORIGIN_PEER, ENETUNREACH, true },
	{ UNREACHABLE, ORIGIN_LOCAL, EHOSTUNREACH, true },
	{ PROHIBITED, ORIGIN_LOCAL, EACCES, true },
	{ OWN_FAULT, ORIGIN_LOCAL, EADDRNOTAVAIL, false },
	{ OWN_FAULT, ORIGIN_LOCAL, EAFNOSUPPORT, false },
	{ OWN_FAULT, ORIGIN_LOCAL, EMFILE, true },
	{ OUTCOME_NOT_PROBED, ORIGIN_NOBODY, 0, false },
	{ OUTCOME_NOT_PROBED, ORIGIN_PEER, ECONNREFUSED, false },
};

START_TEST(errno_of_inet)
{
	const struct cause local = { errnos[_i].err, .origin = ORIGIN_LOCAL },
			   peer = { errnos[_i].err, .origin = ORIGIN_PEER };

	ck_assert_int_eq(cause_outcome(&local, AF_INET), errnos[_i].inet);
	ck_assert_int_eq(cause_outcome(&local, AF_INET6), errnos[_i].inet);
	ck_assert_int_eq(cause_outcome(&peer, AF_INET), errnos[_i].inet);
	ck_assert_int_eq(cause_outcome(&peer, AF_INET6), errnos[_i].inet);
}
END_TEST

START_TEST(errno_of_unix)
{
	const struct cause local = { errnos[_i].err, .origin = ORIGIN_LOCAL },
			   peer = { errnos[_i].err, .origin = ORIGIN_PEER };

	ck_assert_int_eq(cause_outcome(&local, AF_UNIX), errnos[_i].path);
	ck_assert_int_eq(cause_outcome(&peer, AF_UNIX), errnos[_i].path);
}
END_TEST

START_TEST(message)
{
	const struct cause c = { messages[_i].err, .origin = ORIGIN_ICMP,
		.icmp_v6 = messages[_i].family == AF_INET6,
		.icmp_type = messages[_i].type,
		.icmp_code = messages[_i].code };

	ck_assert_int_eq(cause_outcome(&c, messages[_i].family),
	    messages[_i].want);
}
END_TEST

START_TEST(asked)
{
	const struct attempt a = { .outcome = attempts[_i].outcome,
		.cause = { attempts[_i].err, .origin = attempts[_i].origin } };

	ck_assert(attempt_asked(&a) == attempts[_i].asked);
}
END_TEST

START_TEST(answered)
{
	const struct result r = { .outcome = (enum outcome)_i };

	ck_assert(result_answered(&r) ==
	    (_i == OUTCOME_OK || _i == OUTCOME_MISMATCH ||
		(_i >= OUTCOME_CERT_EXPIRED && _i <= OUTCOME_CERT_MISMATCH) ||
		_i == OUTCOME_HANDLER_WARNING));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("result");

	unit_rows(tc, errno_of_inet, errnos);
	unit_rows(tc, errno_of_unix, errnos);
	unit_rows(tc, message, messages);
	unit_rows(tc, asked, attempts);
	tcase_add_loop_test(tc, answered, 0, OUTCOME_COUNT);
	return unit_run("result", tc);
}
