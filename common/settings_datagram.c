/* SPDX-License-Identifier: ISC */
/* What follows from the options of check_udp together. */
#include <string.h>

#include "settings.h"

static bool choose_protocol(struct settings *, struct text *);
static bool choose_offset(const struct settings *, struct text *);
static bool choose_names(const struct settings *, struct text *);
static bool is_sending(const struct settings *);
static bool build_question(struct settings *, struct text *);
static void build_demand(struct settings *);
static bool only_nots(const struct settings *);

bool
settings_complete_datagram(struct settings *set, int64_t start_us,
    struct text *error)
{
	(void)start_us;
	if (!choose_protocol(set, error) ||
	    !settings_complete_host(set, error) || !build_question(set, error))
		return false;
	build_demand(set);
	set->dialogue.dns = &set->dns;
	set->target = (struct target){ set->host, set->port, set->family,
		&set->dialogue, &set->inquiry };
	return true;
}

/* That of the port, unless one was named or it is said what to send. */
static bool
choose_protocol(struct settings *set, struct text *error)
{
	bool path = set->host != NULL && set->host[0] == '/';

	if (set->datagram == NULL && !is_sending(set) && !path)
		set->datagram = datagram_of_port(set->port);
	if (set->port == 0 && set->datagram != NULL)
		set->port = set->datagram->ports[0];
	return choose_offset(set, error) && choose_names(set, error);
}

/* The time is read of an answer to the protocol's own question only. */
static bool
choose_offset(const struct settings *set, struct text *error)
{
	if (!set->policy.has_offset_warning && !set->policy.has_offset_critical)
		return true;
	if (set->datagram == NULL || !set->datagram->clock) {
		text_printf(error,
		    "--offset-warning, --offset-critical: "
		    "%s does not tell the time",
		    set->datagram != NULL ? set->datagram->name : "udp");
		return false;
	}
	if (is_sending(set) || set->n_patterns > 0) {
		text_puts(error,
		    "--offset-warning, --offset-critical: "
		    "cannot be used with -s or -e");
		return false;
	}
	return true;
}

static bool
choose_names(const struct settings *set, struct text *error)
{
	const char *why = NULL;

	if (!set->has_dns)
		return true;
	if (set->datagram == NULL ||
	    set->datagram->payloads != datagram_find("dns")->payloads)
		why = "only servers of DNS are asked for names";
	else if (is_sending(set))
		why = "cannot be used with -s";
	else if (set->n_patterns > 0 &&
	    (set->dns.has_rcode || set->dns.address.family != AF_UNSPEC))
		why =
		    "an rcode or an address is expected, and -e another answer";
	else
		why = dns_want_check(&set->dns);
	if (why != NULL)
		text_printf(error, "--dns-query and its like: %s", why);
	return why == NULL;
}

static bool
is_sending(const struct settings *set)
{
	return set->send != NULL || set->send_hex != NULL;
}

/*
 * Who is asked in no known manner gets nothing, in an empty datagram: a closed
 * port says that it is.  A Unix socket tells that by itself.
 */
static bool
build_question(struct settings *set, struct text *error)
{
	struct inquiry *q = &set->inquiry;
	struct bytes quit = { NULL, 0 };

	if (set->send != NULL && set->send_hex != NULL) {
		text_puts(error, "--send-hex: cannot be used with -s");
		return false;
	}
	if ((set->send != NULL &&
		!settings_decode("-s", set->escape, set->send,
		    &set->payload.send, "", error)) ||
	    (set->send_hex != NULL &&
		!settings_decode_hex(set->send_hex, &set->payload.send,
		    error)) ||
	    (set->quit != NULL &&
		!settings_decode("-q", set->escape, set->quit, &quit,
		    set->escape ? "" : "\r\n", error)))
		return false;
	inquiry_init(q, is_sending(set) ? NULL : set->datagram);
	if (is_sending(set))
		q->payloads = &set->payload;
	else if (set->datagram == NULL && set->host[0] == '/' &&
	    set->n_patterns == 0)
		q->n = 0;
	q->quit = quit;
	return true;
}

/*
 * What is expected takes the place of what the protocol wants; but who only says
 * what must not come still wants it.
 */
static void
build_demand(struct settings *set)
{
	const struct datagram *d = set->datagram;
	struct inquiry *q = &set->inquiry;

	if (set->n_patterns > 0) {
		q->expect = (struct expect){ set->patterns, set->n_patterns,
			set->all };
		q->besides = d != NULL && !is_sending(set) && only_nots(set);
		q->demand = DEMAND_ANSWER;
	}
	q->once = d != NULL && d->once;
	q->other_port = set->other_port || (d != NULL && d->other_port);
	q->quiet_us = set->quiet_us;
	q->max_bytes = (size_t)set->max_bytes < INQUIRY_MAX_BYTES
	    ? (size_t)set->max_bytes
	    : INQUIRY_MAX_BYTES;
}

static bool
only_nots(const struct settings *set)
{
	size_t i;

	for (i = 0; i < set->n_patterns; i++)
		if (set->patterns[i].kind != PATTERN_NOT)
			return false;
	return true;
}
