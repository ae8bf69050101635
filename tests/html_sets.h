/* SPDX-License-Identifier: ISC */
/*
 * Fixed sets for reports in HTML: the same in each run, whatever is on the
 * network.  For tests/test_setreport_html.c, and for tests/html_reports.c, whose
 * files tests/html/screenshots looks at.
 */
#ifndef HTML_SETS_H
#define HTML_SETS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listset.h"
#include "setreport.h"
#include "xalloc.h"

struct html_set {
	struct hostlist hosts;
	struct portlist ports;
	struct listset lists;
	struct portset set;
	struct portset_policy policy;
};

/*
 * Results by their letters: ok, slow, refused, rejected by a router, timeout,
 * mismatch, stalled, not-probed, unresolved, and '-': not told.
 */
static inline void
html_tell(struct html_set *s, size_t i, char letter, int64_t us)
{
	struct result r = {
		.time_us = us, .rtt_us = us, .resolve_us = RESULT_NONE
	};
	const char *reply = "", *why;

	switch (letter) {
	case 'o':
		r.outcome = OUTCOME_OK;
		break;
	case 's':
		r.outcome = OUTCOME_OK;
		r.time_us = r.rtt_us = 742000;
		break;
	case 'r':
		r.outcome = OUTCOME_REFUSED;
		r.cause = (struct cause){ ECONNREFUSED, ORIGIN_PEER };
		break;
	case 'R':
		r.outcome = OUTCOME_REJECTED;
		r.cause = (struct cause){ ECONNREFUSED, ORIGIN_ICMP, false, 3,
			3 };
		(void)addr_parse("192.0.2.254", AF_UNSPEC, &r.cause.from, &why);
		break;
	case 't':
		r.outcome = s->set.asks[s->set.entries[i].ask].udp
		    ? OUTCOME_NO_REPLY
		    : OUTCOME_TIMEOUT;
		break;
	case 'm':
		r.outcome = OUTCOME_MISMATCH;
		reply = "554 5.7.1 <no> service for you\r\n";
		break;
	case 'l':
		r.outcome = OUTCOME_STALLED;
		break;
	case 'p':
		r.outcome = OUTCOME_NOT_PROBED;
		r.note = "the run ended first";
		r.time_us = r.rtt_us = RESULT_NONE;
		break;
	case 'u':
		r.outcome = OUTCOME_UNRESOLVED;
		r.note = "Name or service not known";
		r.time_us = r.rtt_us = RESULT_NONE;
		break;
	default:
		return;
	}
	r.reply.data = xmemdup(reply, strlen(reply));
	r.reply.len = strlen(reply);
	(void)portset_tell(&s->set, &s->set.entries[i].target, &r);
	free(r.reply.data);
}

/* What is to be asked, each port as often as probes says. */
static inline void
html_ask(struct html_set *s, const char *hosts, const char *ports,
    unsigned probes)
{
	struct listset_conf conf = { .probes = probes };
	struct text error;

	*s = (struct html_set){ .hosts.max = 100000 };
	(void)share_parse("0", &s->policy.critical);
	policy_init(&conf.policy);
	conf.policy.has_days = true;
	text_init(&error, 1000);
	if (!hostlist_add(&s->hosts, hosts, &error) ||
	    !portlist_add(&s->ports, ports, &error)) {
		(void)fprintf(stderr, "%s\n", error.data);
		abort();
	}
	text_free(&error);
	listset_init(&s->lists, &conf, &s->hosts, &s->ports, &s->set);
}

/* Letters in the order of the entries, hosts fastest; the last one goes on. */
static inline void
html_answer(struct html_set *s, const char *letters)
{
	size_t i;

	for (i = 0; i < s->set.n; i++) {
		html_tell(s, i, *letters,
		    180 + (int64_t)(i * 7919 % 97) * (int64_t)(i % 13) * 31);
		letters += letters[1] != '\0';
	}
}

/* A certificate; dates is what its days are worth. */
static inline void
html_certify(struct html_set *s, size_t i, int64_t days, enum state dates)
{
	struct entry *e = &s->set.entries[i];

	if (e->extra == NULL)
		e->extra = xcalloc(1, sizeof(*e->extra));
	e->extra->tls = xcalloc(1, sizeof(*e->extra->tls));
	e->extra->tls->at_s = 1000000000;
	e->extra->tls->has_first = true;
	e->extra->tls->first.not_after_s = 1000000000 + days * 86400 + 3600;
	e->dates = (unsigned char)dates & 3;
	if (dates == STATE_OK)
		return;
	e->finding = OUTCOME_CERT_EXPIRING;
	e->extra->why = xstrdup("certificate \"www\" of issuer \"Test CA\" "
				"expires in 5 days (2026-11-28 13:00:00 UTC)");
}

static inline void
html_set_free(struct html_set *s)
{
	portset_free(&s->set);
	listset_free(&s->lists);
	portlist_free(&s->ports);
	hostlist_free(&s->hosts);
}

/* For flush: whoever needs it in pieces has one of his own. */
static inline void
html_report(struct text *t, struct html_set *s,
    void (*flush)(void *, struct text *))
{
	const struct setreport r = {
		.set = &s->set,
		.policy = &s->policy,
		.summary = portset_summary_of(&s->set, &s->policy),
		.max = 8192,
		.limits = "Limits: L",
		.from = "monitor.example.org",
		.wall_s = 1795442400,
		.flush = flush,
	};

	setreport_html(t, &r);
}

#endif
