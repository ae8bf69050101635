/* SPDX-License-Identifier: ISC */
/*
 * The probe of a target of datagrams: it asks what the target's inquiry says,
 * and again, until somebody answers.
 */
#ifndef DATAGRAM_PROBE_H
#define DATAGRAM_PROBE_H

#include "inquiry.h"
#include "probe.h"

/* How often an address is asked at the most, by INQUIRY_AGAIN_US. */
#define DATAGRAM_PROBE_ROUNDS 8

extern const struct probe_kind datagram_probe;

#endif
