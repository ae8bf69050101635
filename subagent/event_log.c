/* SPDX-License-Identifier: ISC */
#include "event_log.h"

#include <stdio.h>

#include "log.h"
#include "notice.h"

void
event_log(void *ctx, const struct table_event *e, const struct table_record *r)
{
	static const int levels[] = {
		[TABLE_EVENT_DOWN] = LOG_WARNING,
		[TABLE_EVENT_UP] = LOG_NOTICE,
		[TABLE_EVENT_LAGGED] = LOG_WARNING,
		[TABLE_EVENT_NORMAL] = LOG_NOTICE,
		[TABLE_EVENT_SEVERE] = LOG_ERR,
		[TABLE_EVENT_RECOVERED] = LOG_NOTICE,
	};
	const struct notice notice = { e, r->host, r->port, r->transport };
	char id[24], port[8];
	const struct log_field fields[] = {
		{ "PORTSTATE_EVENT", notice_event(e->kind) },
		{ "PORTSTATE_EVENT_ID", id },
		{ "PORTSTATE_NAME", e->name },
		{ "PORTSTATE_HOST", r->host },
		{ "PORTSTATE_PORT", r->transport != TABLE_UNIX ? port : NULL },
		{ "PORTSTATE_STATE",
		    port_state_name((enum port_state)e->port_state) },
		{ "PORTSTATE_STATUS", state_name((enum state)e->state) },
		{ "PORTSTATE_REASON", e->reason },
	};
	struct text line;

	(void)ctx;
	(void)snprintf(id, sizeof(id), "%llu", (unsigned long long)e->number);
	(void)snprintf(port, sizeof(port), "%u", r->port);
	text_init(&line, NOTICE_MESSAGE_MAX);
	notice_message(&line, &notice);
	log_event(levels[e->kind], fields, sizeof(fields) / sizeof(fields[0]),
	    "%s", line.data);
	text_free(&line);
}

void
event_log_delivery(void *ctx, const struct delivery_word *w)
{
	(void)ctx;
	switch (w->kind) {
	case DELIVERY_DONE:
		log_say(LOG_DEBUG, "event %llu: %s of %s: delivered",
		    (unsigned long long)w->event->number,
		    notice_event(w->event->kind), w->event->name);
		break;
	case DELIVERY_FAILED:
		log_say(LOG_WARNING,
		    "event %llu: %s of %s: try %u failed: %s; again in %.0f s",
		    (unsigned long long)w->event->number,
		    notice_event(w->event->kind), w->event->name, w->tries,
		    w->reason, (double)w->again_us / 1e6);
		break;
	case DELIVERY_GIVEN_UP:
		log_say(LOG_ERR,
		    "event %llu: %s of %s: not delivered after %u %s: %s",
		    (unsigned long long)w->event->number,
		    notice_event(w->event->kind), w->event->name, w->tries,
		    w->tries == 1 ? "try" : "tries", w->reason);
		break;
	case DELIVERY_MISSED:
		log_say(LOG_ERR,
		    "%llu events were not delivered: the table keeps too few",
		    (unsigned long long)w->missed);
		break;
	}
}
