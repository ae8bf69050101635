/* SPDX-License-Identifier: ISC */
/*
 * The probe of a target of datagrams: it asks what the target's inquiry says,
 * and again, until somebody answers.
 */
#ifndef DATAGRAM_PROBE_H
#define DATAGRAM_PROBE_H

#include "inquiry.h"
#include "probe.h"

/*
 * When an address that has not answered is asked again: after this time, or the
 * third part of a time that is shorter than three times that, and then after
 * twice the time before each time, until the deadline.  Together that is so
 * often at the most.
 */
#define DATAGRAM_PROBE_AGAIN_US INT64_C(500000)
#define DATAGRAM_PROBE_ROUNDS 8

extern const struct probe_kind datagram_probe;

#endif
