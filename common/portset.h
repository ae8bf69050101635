/* SPDX-License-Identifier: ISC */
/*
 * Many ports of many hosts: what is asked of each, and what came back.
 */
#ifndef PORTSET_H
#define PORTSET_H

#include "entry_extra.h"
#include "target.h"
#include "verdict.h"

struct host_counts;
struct rounds;

struct portset_host {
	const char *name;
	const char *address; /* a name or an address: what is asked */
};

/* What is asked of ports, and what is made of what comes back. */
struct ask {
	const char *name;     /* of the service, or the path; NULL: none */
	const char *protocol; /* NULL: none */
	const char *path;     /* of a Unix socket; NULL: it is none */
	const char *portset;  /* that it is from; NULL: from none */
	bool udp;
	bool numbered; /* the name is that of many ports */
	bool own_name; /* it says all: "udp/" is not put in front of it */
	int family;    /* AF_UNSPEC, AF_INET or AF_INET6 */
	enum expected expected;
	enum state severity; /* of what is not as expected */
	unsigned probes;     /* how often, 1 or more; the worst counts */
	const struct dialogue *dialogue;
	const struct inquiry *inquiry; /* NULL: not of datagrams */
	const struct terms *terms;     /* NULL: the engine's */
	const struct policy *policy;
	const struct rounds *rounds; /* NULL: not of a configuration */
};

/* What many probes of one port came to. */
struct entry_stats {
	uint32_t ended;  /* whatever became of them */
	uint32_t probes; /* of these, such as asked the port */
	uint32_t lost;   /* of these, without any answer */
	uint32_t timed;  /* of these, with an answer and a latency */
	uint32_t min_us; /* of the latency */
	uint32_t max_us;
	uint64_t sum_us;
	uint64_t squares_us;  /* the sum of their squares */
	uint64_t response_us; /* the sum of their response times */
};

/* One port of one host.  There may be very many. */
struct entry {
	struct target target; /* first: a target is its entry */
	uint32_t host;        /* index; NO_HOST: a path */
	uint32_t ask;         /* index */
	uint32_t time_us;     /* ENTRY_NO_TIME: none */
	uint32_t rtt_us;      /* the same */
	uint16_t err;
	uint8_t outcome;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t finding; /* the outcome, or that of the dates if it is worse */
	unsigned char origin:2; /* enum origin */
	/* A state each: what dates of certificates, the peer's clock ... */
	unsigned char dates:2;
	unsigned char clock:2;
	/* ... and all of it but its times are worth. */
	unsigned char worth:2;
	bool icmp_v6:1;
	bool told:1;    /* the result is here */
	bool unheard:1; /* only this machine says so, which tells nothing */
	unsigned char port:3; /* enum port_state */
	/* A state: what its times are worth by who asked, if that is another. */
	unsigned char lag:2;
	struct entry_extra *extra;
};

#define ENTRY_NO_TIME UINT32_MAX
#define NO_HOST UINT32_MAX

/* Entries of which there are numbers alone: nothing is known of which they are. */
struct portset_rest {
	size_t states[STATE_UNKNOWN + 1]; /* by what they are worth ... */
	size_t slow;                      /* ... but for these, as well */
	size_t ports[PORT_OPEN_FILTERED + 1];
};

struct portset {
	struct portset_host *hosts;
	struct host_counts *counts; /* of each, by portset_summary_of() */
	size_t n_hosts;
	struct ask *asks;
	size_t n_asks;
	struct entry *entries;
	size_t n;
	/* One for each entry; NULL: one probe each. */
	struct entry_stats *stats;
	/*
	 * One for each entry that was asked before: when that was last, in
	 * microseconds since 1970, or 0; NULL: they are asked now.
	 */
	int64_t *asked_us;
	/* Of the numbers of days that were given first; NULL: none were. */
	const struct policy *days;
	bool many_days; /* others were given, too */
	bool udp;       /* some are of datagrams */
	/* Beside those that are here; NULL: there are no others. */
	const struct portset_rest *rest;
	/* For how many there is room. */
	size_t size_hosts;
	size_t size_asks;
	size_t size_entries;
};

/* A zeroed one is empty. */
void portset_free(struct portset *s);

/*
 * Add to it, and return the index.  What they point to outlives the set.
 * portset_room() is for that many more entries than there are, without a waste.
 */
uint32_t portset_add_host(struct portset *s, const char *name,
    const char *address);
uint32_t portset_add_ask(struct portset *s, const struct ask *a);
void portset_room(struct portset *s, size_t n);

/*
 * host: NO_HOST for a path that has no other name.  The entry is good until the
 * next one.
 */
struct entry *portset_add(struct portset *s, uint32_t host, uint32_t ask,
    uint16_t port);

/* How many entries have TLS in their dialogues, or handlers. */
size_t portset_count_tls(const struct portset *s);
size_t portset_count_handlers(const struct portset *s);

/*
 * How many entries count where so many will do: those that are expected to be
 * open, or all, if there are none.  A host that is dead has ports that are
 * closed.
 */
size_t portset_quorum(const struct portset *s);

/*
 * Keeps what there is to tell of the result of an entry's target, of many the
 * worst: by what the port is worth, then by the dates of its certificates, then
 * by its clock; of them all the certificate that expires first.  Not-probed
 * says that the run is over, and changes nothing where something was told
 * before.  Returns whether it is to be asked once more.  All are in the set.
 */
bool portset_tell(struct portset *s, const struct target *t,
    const struct result *r);

/* Forgets what was told of an entry, which may be asked once more. */
void portset_forget(struct portset *s, struct entry *e);

#endif
