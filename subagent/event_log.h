/* SPDX-License-Identifier: ISC */
/*
 * What happens to entries, and what becomes of telling it, as lines of the log.  The
 * journal has what happened in fields, too: PORTSTATE_EVENT, _EVENT_ID, _NAME, _HOST,
 * _PORT, _STATE, _STATUS and _REASON.
 */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include "delivery.h"
#include "monitor.h"

/* Both without a context. */
monitor_fn event_log;
delivery_log_fn event_log_delivery;

#endif
