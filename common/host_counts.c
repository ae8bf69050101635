/* SPDX-License-Identifier: ISC */
#include "host_counts.h"

#include "inquiry.h"

/*
 * Who told of fewer closed ports has not shown that it limits that, unless some
 * had to be asked again for it.
 */
#define TOLD_MIN 5

static bool is_silence(enum port_state);
static void count_failed(struct host_counts *, const struct portset *,
    const struct entry *);
static bool is_closed_by_icmp(const struct portset *, const struct entry *);

void
host_counts_add(struct host_counts *h, const struct portset *s,
    const struct entry *e, enum state lag)
{
	enum port_state port = (enum port_state)e->port;

	h->total++;
	h->worst = state_worst(h->worst, state_worst(entry_worth(e), lag));
	h->silent += port == PORT_OPEN_FILTERED;
	if (entry_failed(e)) {
		count_failed(h, s, e);
		h->mute += is_silence(port);
	} else if (entry_met(e) && is_silence(port)) {
		h->quiet++;
		h->quiet_ports |= (unsigned char)(1U << port);
	}
	if (!is_closed_by_icmp(s, e))
		return;
	h->told++;
	h->late += e->time_us != ENTRY_NO_TIME &&
	    e->time_us >= INQUIRY_AGAIN_US;
}

bool
host_counts_limited(const struct host_counts *h)
{
	return (h->told >= TOLD_MIN || h->late > 0) && h->silent >= h->told;
}

bool
host_counts_down(const struct host_counts *h)
{
	return h->total > 1 && h->failed > 0 &&
	    (h->failed == h->total ||
		(h->mute == h->failed && h->failed + h->quiet == h->total));
}

/* Whether a host that is dead would be the same: nothing of it was heard. */
static bool
is_silence(enum port_state port)
{
	return port == PORT_FILTERED || port == PORT_OPEN_FILTERED;
}

/* Whether all that failed are alike: each is compared with the first. */
static void
count_failed(struct host_counts *h, const struct portset *s,
    const struct entry *e)
{
	const struct entry *first = &s->entries[h->first];

	if (h->failed++ == 0) {
		h->first = (uint32_t)(e - s->entries);
		h->same_port = h->same = true;
		return;
	}
	h->same_port = h->same_port && entry_port(e) == entry_port(first);
	h->same = h->same && h->same_port && entry_same_reason(e, first);
}

static bool
is_closed_by_icmp(const struct portset *s, const struct entry *e)
{
	return entry_ask(s, e)->udp && e->outcome == OUTCOME_REFUSED &&
	    e->origin == ORIGIN_ICMP;
}
