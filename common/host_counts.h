/* SPDX-License-Identifier: ISC */
/*
 * What the entries of one host in a set came to together.
 */
#ifndef HOST_COUNTS_H
#define HOST_COUNTS_H

#include "entry.h"

/* How many there are, and of these ... */
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

/* Adds an entry whose times are worth lag.  A zeroed one has none. */
void host_counts_add(struct host_counts *h, const struct portset *s,
    const struct entry *e, enum state lag);

/*
 * Whether a host seems to limit its ICMP messages: it has told of some ports
 * that they are closed, and of at least as many it has told nothing.
 */
bool host_counts_limited(const struct host_counts *h);

/*
 * Whether a host of more than one entry fails in all; where those that fail do
 * so by silence, such as are expected to be silent do not speak for it.
 */
bool host_counts_down(const struct host_counts *h);

#endif
