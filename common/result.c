/* SPDX-License-Identifier: ISC */
#include "result.h"

#include <errno.h>
#include <stdlib.h>

#include "icmp.h"
#include "xalloc.h"

/* What connect(2) says; an errno that is not here is our own fault. */
static const struct {
	int err;
	enum outcome ip;
	enum outcome path;
} errnos[] = {
	{ ECONNREFUSED, OUTCOME_REFUSED, OUTCOME_REFUSED },
	{ ETIMEDOUT, OUTCOME_TIMEOUT, OUTCOME_TIMEOUT },
	{ EHOSTUNREACH, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	{ ENETUNREACH, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	{ EHOSTDOWN, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	{ ENETDOWN, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	{ ENONET, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	/* A blackhole route. */
	{ EINVAL, OUTCOME_UNREACHABLE, OUTCOME_LOCAL_ERROR },
	/* A prohibit route, the local packet filter. */
	{ EACCES, OUTCOME_PROHIBITED, OUTCOME_LOCAL_ERROR },
	{ EPERM, OUTCOME_PROHIBITED, OUTCOME_LOCAL_ERROR },
	{ ECONNRESET, OUTCOME_RESET, OUTCOME_RESET },
	{ ECONNABORTED, OUTCOME_RESET, OUTCOME_RESET },
	{ EPIPE, OUTCOME_RESET, OUTCOME_RESET },
	{ ENOENT, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	{ ENOTDIR, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	{ ELOOP, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	{ ENAMETOOLONG, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	{ ENOTSOCK, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	/* A socket, but not one of streams, or of datagrams. */
	{ EPROTOTYPE, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
	{ ESOCKTNOSUPPORT, OUTCOME_LOCAL_ERROR, OUTCOME_UNRESOLVED },
};

enum outcome
cause_outcome(const struct cause *c, int family)
{
	size_t i;

	if (c->origin == ORIGIN_ICMP)
		return icmp_find(c->icmp_v6, c->icmp_type, c->icmp_code)
		    ->outcome;
	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (errnos[i].err == c->err)
			return family == AF_UNIX ? errnos[i].path
						 : errnos[i].ip;
	return OUTCOME_LOCAL_ERROR;
}

bool
attempt_asked(const struct attempt *a)
{
	if (a->outcome == OUTCOME_NOT_PROBED)
		return false;
	return a->cause.origin != ORIGIN_LOCAL ||
	    (a->cause.err != ENETUNREACH && a->cause.err != EADDRNOTAVAIL &&
		a->cause.err != EAFNOSUPPORT);
}

void
result_copy(struct result *to, const struct result *from)
{
	*to = *from;
	if (from->note != NULL)
		to->note = xstrdup(from->note);
	if (from->reply.data != NULL)
		to->reply.data = xmemdup(from->reply.data, from->reply.len);
	if (from->perfdata != NULL)
		to->perfdata = xstrdup(from->perfdata);
	if (from->handshake != NULL)
		to->handshake = handshake_copy(from->handshake);
	if (from->n_attempts > 0)
		to->attempts = xmemdup(from->attempts,
		    from->n_attempts * sizeof(from->attempts[0]));
	if (from->n_steps > 0)
		to->step_us = xmemdup(from->step_us,
		    from->n_steps * sizeof(from->step_us[0]));
}

void
result_clear(struct result *r)
{
	free((char *)(uintptr_t)r->note);
	free(r->reply.data);
	free((char *)(uintptr_t)r->perfdata);
	free((struct handshake *)(uintptr_t)r->handshake);
	if (r->n_attempts > 0)
		free((struct attempt *)(uintptr_t)r->attempts);
	if (r->n_steps > 0)
		free((int64_t *)(uintptr_t)r->step_us);
	*r = (struct result){ 0 };
}

bool
result_told(const struct result *r)
{
	return outcome_port(r->outcome) != PORT_FILTERED ||
	    r->cause.origin != ORIGIN_LOCAL || r->cause.err == EHOSTUNREACH;
}

bool
result_answered(const struct result *r)
{
	return outcome_answered(r->outcome);
}

bool
outcome_answered(enum outcome o)
{
	switch (o) {
	case OUTCOME_OK:
	case OUTCOME_MISMATCH:
	case OUTCOME_CERT_EXPIRED:
	case OUTCOME_CERT_EXPIRING:
	case OUTCOME_CERT_NOT_YET_VALID:
	case OUTCOME_CERT_UNTRUSTED:
	case OUTCOME_CERT_MISMATCH:
	case OUTCOME_HANDLER_WARNING:
		return true;
	default:
		return false;
	}
}
