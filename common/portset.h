/* SPDX-License-Identifier: ISC */
/*
 * Many hosts times many ports: what is asked of each, what came back, and what
 * it amounts to.
 */
#ifndef PORTSET_H
#define PORTSET_H

#include "hostlist.h"
#include "portlist.h"
#include "range.h"
#include "result.h"
#include "target.h"
#include "tls_conf.h"
#include "verdict.h"

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
	struct entry_tls *tls; /* NULL: there was no handshake */
};

/* One port of one host.  There may be very many. */
struct entry {
	struct target target; /* first: a target is its entry */
	uint32_t port;        /* index of the list's ports */
	uint32_t time_us;     /* ENTRY_NO_TIME: none */
	uint32_t rtt_us;      /* the same */
	uint16_t err;
	uint8_t outcome;
	uint8_t origin;
	uint8_t icmp_type;
	uint8_t icmp_code;
	bool icmp_v6;
	bool told;       /* the result is here */
	uint8_t finding; /* the outcome, or that of the dates if it is worse */
	uint8_t dates;   /* what those of the certificates are worth: a state */
	struct entry_extra *extra;
};

#define ENTRY_NO_TIME UINT32_MAX

/* How many entries may be not as expected: a number or a share of them. */
struct share {
	struct range range;
	bool percent;
	bool set;
};

/* What is made of the results. */
struct portset_policy {
	struct share warning;
	struct share critical;
	size_t at_least;          /* in place of those two, unless it is 0 */
	struct range lag_warning; /* milliseconds */
	struct range lag_critical;
	bool has_lag_warning;
	bool has_lag_critical;
};

struct portset_summary {
	size_t total;
	size_t met;     /* as expected */
	size_t failed;  /* not as expected */
	size_t unasked; /* by our own fault, or since the run ended */
	size_t lagging;
	size_t expiring;  /* certificates that will be no good soon */
	double cert_days; /* until the first of all expires, or NAN */
	size_t ports[PORT_OPEN_FILTERED + 1]; /* by port state */
	/* Hosts that limit their ICMP messages, and what these told. */
	size_t limited;
	size_t told;
	size_t told_of;
	enum state state;
};

/* What is asked of TLS, and for how long its certificates should be good. */
struct portset_tls {
	struct tls_conf conf;
	struct policy policy; /* only its days count */
};

struct portset {
	const struct hostlist *hosts;
	const struct portlist *ports;
	struct portset_tls tls;
	struct tls_conf anonymous; /* the same; a certificate is optional */
	/* For these two; NULL: no item needs it. */
	struct tls_context *context;
	struct tls_context *anonymous_context;
	struct dialogue *dialogues; /* one for each item of ports */
	/* One for each protocol of datagrams, and for none; NULL: no UDP. */
	struct inquiry *inquiries;
	struct entry *entries;
	size_t n;
};

/* The lists outlive it, which stays where it is.  tls: NULL: any will do. */
void portset_init(struct portset *s, const struct hostlist *hosts,
    const struct portlist *ports, int family, const struct portset_tls *tls);
void portset_free(struct portset *s);

/* How many entries have TLS in their dialogues. */
size_t portset_count_tls(const struct portset *s);

/* Keeps what there is to tell of the result of an entry's target. */
void portset_tell(struct portset *s, const struct target *t,
    const struct result *r);

/* Reads a range, with '%' at its end a share.  NULL or the reason. */
const char *share_parse(const char *s, struct share *out);

struct portset_summary portset_summarize(const struct portset *s,
    const struct portset_policy *p);

/*
 * Whether a host seems to limit its ICMP messages: it has told of some ports
 * that they are closed, and of at least as many it has told nothing.  *told and
 * *of are how many it told of all that may be closed.
 */
bool portset_limited(const struct portset *s, size_t host, size_t *told,
    size_t *of);

const struct port_item *entry_item(const struct portset *s,
    const struct entry *e);
bool entry_met(const struct portset *s, const struct entry *e);
/* Whether it could not be asked, by no fault of the host's. */
bool entry_unasked(const struct entry *e);
/* Whether it is as expected, but its certificates will not be for long. */
bool entry_expiring(const struct portset *s, const struct entry *e);
/* In how many days the first of its certificates expires, or NAN. */
double entry_cert_days(const struct entry *e);
/* The latency in seconds, or NAN. */
double entry_latency(const struct entry *e);
enum state entry_lag(const struct entry *e, const struct portset_policy *p);

/* "mx1/tcp/25", "mx1/smtp" or "/run/x", escaped. */
void entry_name(struct text *t, const struct portset *s, const struct entry *e);
/* Why it is not plainly open: nothing if it is. */
void entry_reason(struct text *t, const struct entry *e);

#endif
