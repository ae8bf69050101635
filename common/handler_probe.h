/* SPDX-License-Identifier: ISC */
/*
 * How a handler is asked: its command is run, and its exit code decides.
 *
 *	0  ok
 *	1  handler-warning
 *	2  handler-critical
 *	3  handler-unknown, as is any other end, which the note tells
 *
 * The first line that it writes is the reply.  At the deadline it is killed,
 * with all of its process group.
 */
#ifndef HANDLER_PROBE_H
#define HANDLER_PROBE_H

#include "probe.h"

extern const struct probe_kind handler_probe;

#endif
