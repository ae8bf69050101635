/* SPDX-License-Identifier: ISC */
/*
 * Many ports of many hosts: what is asked of each, what came back, and what it
 * amounts to.
 */
#ifndef PORTSET_H
#define PORTSET_H

#include "range.h"
#include "result.h"
#include "target.h"
#include "verdict.h"

struct portset_host {
	const char *name;
	const char *address; /* a name or an address: what is asked */
};

/* How many entries a host has, and of these ... */
struct host_counts {
	uint32_t total;
	uint32_t failed; /* not as expected */
	uint32_t told;   /* closed by an ICMP message */
	uint32_t late;   /* of those, only when asked again */
	uint32_t silent; /* open|filtered */
	uint32_t mute;   /* of those that failed: such as did not answer */
	uint32_t quiet;  /* as expected, but by such silence alone */
	uint32_t first;  /* of those that failed: the index of one */
	bool same_port;  /* they are all in the same port state ... */
	bool same;       /* ... and that for the same reason */
	unsigned char quiet_ports; /* the states of quiet ones: a bit each */
	enum state worst;          /* what an entry of it is worth */
};

/* What is asked of ports, and what is made of what comes back. */
struct ask {
	const char *name;     /* of the service, or the path; NULL: none */
	const char *protocol; /* NULL: none */
	const char *path;     /* of a Unix socket; NULL: it is none */
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
};

/* What a handshake told. */
struct entry_tls {
	char version[16]; /* "TLSv1.3" */
	int64_t at_s;     /* the time, by the wall clock */
	bool has_first;
	struct cert first; /* the certificate that expires first */
};

/* What few entries have: more than an errno to tell. */
struct entry_extra {
	struct addr addr; /* of a name */
	struct addr from; /* who sent the ICMP message */
	char *note;
	char *reply; /* what the peer sent, escaped and bounded */
	char *why;   /* the reason, where the peer has a part in it; or NULL */
	char *perfdata;        /* of a handler, as it wrote them; or NULL */
	struct entry_tls *tls; /* NULL: there was no handshake */
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
	/* A state each: what the dates of certificates and the peer's clock ... */
	unsigned char dates:2;
	unsigned char clock:2;
	/* ... and all of it but the latency are worth. */
	unsigned char worth:2;
	bool icmp_v6:1;
	bool told:1;    /* the result is here */
	bool unheard:1; /* only this machine says so, which tells nothing */
	struct entry_extra *extra;
};

#define ENTRY_NO_TIME UINT32_MAX
#define NO_HOST UINT32_MAX

/* How many entries may be not as expected: a number or a share of them. */
struct share {
	struct range range;
	bool percent;
	bool set;
};

struct count_limits {
	struct share warning;
	struct share critical;
};

/* What is made of the results. */
struct portset_policy {
	struct share warning;
	struct share critical;
	/* Of portset_quorum(), in place of those two, unless it is 0. */
	size_t at_least;
	struct range lag_warning; /* milliseconds */
	struct range lag_critical;
	bool has_lag_warning;
	bool has_lag_critical;
	struct count_limits ports[PORT_OPEN_FILTERED + 1]; /* by port state */
};

struct portset_summary {
	size_t total;
	size_t met;     /* as expected */
	size_t failed;  /* not as expected */
	size_t warned;  /* of these, such that are only worth a WARNING */
	size_t unasked; /* by our own fault, or since the run ended */
	size_t
	    unknown; /* else worth UNKNOWN: a handler's, or by their states */
	size_t lagging;
	size_t expiring; /* certificates that will be no good soon */
	size_t astray;   /* as expected, but with a clock that is wrong */
	size_t down;     /* hosts of which nothing is, by portset_down() */
	enum state down_worst; /* what entries of these are worth */
	double cert_days;      /* until the first of all expires, or NAN */
	/* The numbers of days by which all of them are judged; NULL: none. */
	const struct policy *days;
	size_t ports[PORT_OPEN_FILTERED + 1]; /* by port state */
	/* Hosts that limit their ICMP messages, and what these told. */
	size_t limited;
	size_t told;
	size_t told_of;
	enum state state;
};

struct portset {
	struct portset_host *hosts;
	struct host_counts *counts; /* of each, by portset_summarize() */
	size_t n_hosts;
	struct ask *asks;
	size_t n_asks;
	struct entry *entries;
	size_t n;
	struct entry_stats
	    *stats; /* one for each entry; NULL: one probe each */
	/* Of the numbers of days that were given first; NULL: none were. */
	const struct policy *days;
	bool many_days;  /* others were given, too */
	bool udp;        /* some are of datagrams */
	size_t sizes[3]; /* of the three arrays */
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
/* host: NO_HOST for a path that has no other name.  The entry is good until the next one. */
struct entry *portset_add(struct portset *s, uint32_t host, uint32_t ask,
    uint16_t port);

/* How many entries have TLS in their dialogues, or handlers. */
size_t portset_count_tls(const struct portset *s);
size_t portset_count_handlers(const struct portset *s);

/*
 * Keeps what there is to tell of the result of an entry's target, of many the
 * worst: by what the port is worth, then by the dates of its certificates, then
 * by its clock; of them all the certificate that expires first.  Not-probed says
 * that the run is over, and changes nothing where something was told before.
 * Returns whether it is to be asked once more.  All are in the set.
 */
bool portset_tell(struct portset *s, const struct target *t,
    const struct result *r);

/* Reads a range, with '%' at its end a share.  NULL or the reason. */
const char *share_parse(const char *s, struct share *out);

/*
 * Reads such a range for how many ports may be in a state, "STATE=RANGE[%]"
 * with open_filtered for open|filtered as well, into the warning or the critical
 * one of that state.  NULL or the reason.
 */
const char *count_limit_parse(const char *s, bool critical,
    struct portset_policy *p);
/* Whether these limits say something of so many of total ports. */
bool count_limits_alert(const struct count_limits *l, size_t n, size_t total);

/*
 * How many entries count for at_least: those that are expected to be open, or
 * all, if there are none.  A host that is dead has ports that are closed.
 */
size_t portset_quorum(const struct portset *s);

struct portset_summary portset_summarize(struct portset *s,
    const struct portset_policy *p);

/*
 * Whether a host seems to limit its ICMP messages:
 * it has told of some ports that they are closed, and of at least as many it has
 * told nothing.
 */
bool portset_limited(const struct host_counts *h);
/*
 * Whether a host of more than one entry fails in all; where those that fail do so
 * by silence, such as are expected to be silent do not speak for it.
 */
bool portset_down(const struct host_counts *h);

const struct ask *entry_ask(const struct portset *s, const struct entry *e);
/* NULL: it is a path. */
const struct portset_host *entry_host(const struct portset *s,
    const struct entry *e);
/* NULL: it is asked once. */
const struct entry_stats *entry_stats(const struct portset *s,
    const struct entry *e);
/*
 * The port state, which is unknown where filtered would do and only this machine
 * says so, which had no way to ask.
 */
enum port_state entry_port(const struct entry *e);
bool entry_met(const struct entry *e);
/*
 * Whether it could not be asked, by no fault of the host's: not-probed or
 * local-error, where these are worth what they are by default; or without a way
 * to it, where any state of the port would do.
 */
bool entry_unasked(const struct entry *e);
/*
 * Whether it was asked and is worth UNKNOWN all the same: a handler said so, or
 * the outcome has that state.
 */
bool entry_unknown(const struct entry *e);
/* Whether it is none of the three. */
bool entry_failed(const struct entry *e);
/* Whether it failed, and that is only worth a WARNING. */
bool entry_warned(const struct entry *e);
/* Whether it is as expected, but its certificates will not be for long. */
bool entry_expiring(const struct entry *e);
/* Whether it is as expected, but its clock is wrong. */
bool entry_astray(const struct entry *e);
/* What it is worth by itself, its latency included. */
enum state entry_state(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);
/* In how many days the first of its certificates expires, or NAN. */
double entry_cert_days(const struct entry *e);
/*
 * The latency of an open port that answered, be it wrongly, in seconds, of many
 * probes the average; or NAN.
 */
double entry_latency(const struct portset *s, const struct entry *e);
/* The same of the time to the answer, which the limits of the entry judge. */
double entry_response(const struct portset *s, const struct entry *e);
/*
 * Which of the two is told of: that which makes it slow, and of an entry that is
 * not, the one that has limits, by the set's before its own; or the latency.
 */
double entry_judged(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);
/* What its times are worth: with a severity of WARNING never more than that. */
enum state entry_lag(const struct portset *s, const struct entry *e,
    const struct portset_policy *p);

/* "mx1/tcp/25", "mx1/smtp", "mx1/web/8080" or "/run/x", escaped. */
void entry_name(struct text *t, const struct portset *s, const struct entry *e);
/* The same without the host: "tcp/25", "smtp", "web/8080" or "/run/x". */
void entry_port_name(struct text *t, const struct portset *s,
    const struct entry *e);
/* The same, and what is asked and expected there. */
void entry_describe(struct text *t, const struct portset *s,
    const struct entry *e);
/* Why it is not plainly open: nothing if it is. */
void entry_reason(struct text *t, const struct entry *e);

#endif
