/* SPDX-License-Identifier: ISC */
/*
 * What the tests of port sets have in common: a set of some hosts and ports,
 * and results that are told to it.
 */
#ifndef TOLD_SET_H
#define TOLD_SET_H

#include <errno.h>

#include "listset.h"
#include "unit.h"

#define NONE RESULT_NONE

/*
 * What the ports 1, 2, ... of a host came to, a letter each: ok, refused,
 * timeout, mismatch, no-data, unresolved, lookup-timeout, and what is nobody's
 * fault but ours: local-error, not-probed; a handler's UNKNOWN and WARNING; no
 * way to it from here, and '.': not told at all.
 */
static const struct {
	char letter;
	enum outcome outcome;
} letters[] = {
	{ 'o', OUTCOME_OK },
	{ 'r', OUTCOME_REFUSED },
	{ 't', OUTCOME_TIMEOUT },
	{ 'm', OUTCOME_MISMATCH },
	{ 'd', OUTCOME_NO_DATA },
	{ 'u', OUTCOME_UNRESOLVED },
	{ 'n', OUTCOME_LOOKUP_TIMEOUT },
	{ 'l', OUTCOME_LOCAL_ERROR },
	{ 'p', OUTCOME_NOT_PROBED },
	{ 'h', OUTCOME_HANDLER_UNKNOWN },
	{ 'w', OUTCOME_HANDLER_WARNING },
	{ 'U', OUTCOME_UNREACHABLE },
};

/* Certificates, on 2026-11-18 at 11:06:40 UTC. */
#define NOW_S INT64_C(1795000000)
#define DAY_S INT64_C(86400)
#define LEAF(from_s, to_s)                          \
	{                                           \
		"www.test", "Test CA", from_s, to_s \
	}
#define ROOT                                                 \
	{                                                    \
		"Test CA", "Test CA", 0, NOW_S + 100 * DAY_S \
	}

static const struct handshake good = { "TLSv1.3", .at_s = NOW_S, .n = 2,
	.certs = { LEAF(0, NOW_S + 10 * DAY_S), ROOT } };
static const struct handshake expired = { .at_s = NOW_S,
	.n = 2,
	.certs = { LEAF(0, NOW_S - 7200), ROOT } };
static const struct handshake early = { .at_s = NOW_S,
	.n = 1,
	.certs = { LEAF(NOW_S + 120, NOW_S + DAY_S) } };
static const struct handshake nobody = { .at_s = NOW_S };

static struct hostlist hosts;
static struct portlist ports;
static struct listset lists;
static struct portset set;

static inline void
prepare_tls(const char *h, const char *p, int family,
    const struct listset_conf *tls)
{
	struct listset_conf conf = { 0 };
	struct text error;

	text_init(&error, 1000);
	hosts = (struct hostlist){ .max = 10000 };
	ck_assert(hostlist_add(&hosts, h, &error));
	ck_assert(portlist_add(&ports, p, &error));
	text_free(&error);
	policy_init(&conf.policy);
	if (tls != NULL)
		conf = *tls;
	conf.family = family;
	listset_init(&lists, &conf, &hosts, &ports, &set);
}

static inline void
prepare(const char *h, const char *p, int family)
{
	prepare_tls(h, p, family, NULL);
}

static inline void
teardown(void)
{
	portset_free(&set);
	listset_free(&lists);
	portlist_free(&ports);
	hostlist_free(&hosts);
}

static inline void
tell(size_t i, struct result *r)
{
	portset_tell(&set, &set.entries[i].target, r);
}

static inline enum outcome
outcome_of(char letter)
{
	size_t i = 0;

	while (letters[i].letter != letter)
		i++;
	return letters[i].outcome;
}

static inline void
tell_letter(size_t i, char letter)
{
	struct result r = { .time_us = 1000, .rtt_us = NONE };

	if (letter == '.')
		return;
	r.outcome = outcome_of(letter);
	if (letter == 'U')
		r.cause = (struct cause){ ENETUNREACH, .origin = ORIGIN_LOCAL };
	tell(i, &r);
}

/* An entry of so many probes. */
static inline void
prepare_probes(unsigned n, const struct policy *policy)
{
	struct listset_conf conf = { .probes = n };

	if (policy != NULL)
		conf.policy = *policy;
	else
		policy_init(&conf.policy);
	prepare_tls("a", "1", AF_UNSPEC, &conf);
}

#endif
