/* SPDX-License-Identifier: ISC */
/*
 * What came back: one outcome, the reason and who said so, and the figures.
 */
#ifndef RESULT_H
#define RESULT_H

#include <stdbool.h>

#include "addr.h"
#include "buf.h"
#include "handshake.h"
#include "outcome.h"

/* Who said why a connection failed. */
enum origin {
	ORIGIN_NOBODY, /* silence */
	ORIGIN_LOCAL,  /* this machine's kernel, before anything was sent */
	ORIGIN_PEER,   /* the address asked, or who speaks in its name */
	ORIGIN_ICMP,   /* a message, from its sender */
} __attribute__((packed));

struct cause {
	int err; /* errno(3); 0: none */
	enum origin origin;
	bool icmp_v6;
	uint8_t icmp_type;
	uint8_t icmp_code;
	struct addr from; /* ORIGIN_ICMP: the sender, if it is known */
};

/* One address that was tried. */
struct attempt {
	struct addr addr;
	enum outcome outcome;
	struct cause cause;
};

/* What ended the reading of an answer. */
enum ending {
	ENDING_JUDGED,   /* it was decided */
	ENDING_CLOSED,   /* the peer closed */
	ENDING_RESET,    /* the connection was reset */
	ENDING_QUIET,    /* nothing more came for a while */
	ENDING_FULL,     /* as much was read as was allowed */
	ENDING_DEADLINE, /* time was up */
};

/* A duration that was not measured. */
#define RESULT_NONE INT64_C(-1)

struct result {
	enum outcome outcome;
	struct cause cause;
	struct addr addr; /* the one that decided, or none */
	const char
	    *note; /* where the cause has no errno, or not all; or NULL */
	enum ending ending;

	/* Microseconds, or RESULT_NONE. */
	int64_t time_us;    /* first connection attempt to verdict */
	int64_t resolve_us; /* resolution of the name */
	int64_t connect_us; /* first attempt to connection, own clock */
	int64_t rtt_us;     /* the network's, by the kernel */
	int64_t tls_us;     /* the TLS handshake */
	int64_t reply_us;   /* connection to the first byte of the answer */
	unsigned syn_resent;
	/* By how much the peer's clock is ahead of ours, if it told. */
	int64_t offset_us;
	bool has_offset;

	/*
	 * Of datagrams: how often the address was asked, how often in vain, and
	 * what came that was no answer to us.
	 */
	unsigned asked;
	unsigned lost;
	unsigned ignored;
	const char *words; /* what was wanted of the reply; or NULL */

	/* How long each step of the dialogue took, of those that began. */
	const int64_t *step_us;
	size_t n_steps;

	struct buf reply; /* all bytes the peer sent */
	size_t answer_at; /* where in it the answer to the last step begins */

	/* Performance data of a handler, as it wrote them; or NULL. */
	const char *perfdata;

	/* What the TLS handshake told; NULL: there was none. */
	const struct handshake *handshake;

	/* Every address tried, in order. */
	const struct attempt *attempts;
	size_t n_attempts;
};

/*
 * Ways a connection fails: from the errno and, where there was one, the ICMP
 * message (RFC 792, RFC 4443) to the outcome.
 */
enum outcome cause_outcome(const struct cause *c, int family);

/*
 * Whether the address could be asked at all: a machine without IPv6, say, has
 * nothing to tell about a host's IPv6 address.
 */
bool attempt_asked(const struct attempt *a);

/*
 * A copy that lives until result_clear(), with all that it points to.
 */
void result_copy(struct result *to, const struct result *from);
void result_clear(struct result *r);

/*
 * Whether somebody else told us what the port is: that our own kernel knows no
 * way there does not make it filtered.
 */
bool result_told(const struct result *r);

/* Whether time_us is the response time of an answer. */
bool outcome_answered(enum outcome o);
bool result_answered(const struct result *r);

#endif
