/* SPDX-License-Identifier: ISC */
/*
 * The probe of a target of streams: it connects, and then follows the target's
 * dialogue.
 */
#ifndef STREAM_PROBE_H
#define STREAM_PROBE_H

#include "probe.h"

extern const struct probe_kind stream_probe;

#endif
