/* SPDX-License-Identifier: ISC */
#include "mib_notice.h"

#include <string.h>

/* Where a list of objects ends. */
#define END MIB_OBJECTS

/* By enum mib_notification; tests/e2e/mib.bats compares it with PORTSTATE-MIB.txt. */
static const enum mib_object objects[][MIB_VARBINDS_MAX + 1] = {
	[MIB_STATE_CHANGE] = { MIB_psCheckName, MIB_psCheckStatus,
	    MIB_psCheckState, MIB_psCheckReason, MIB_psCheckHost,
	    MIB_psCheckTransport, MIB_psCheckPort, MIB_psCheckMessage,
	    MIB_psNotifyPrevState, END },
	[MIB_LAGGED] = { MIB_psCheckName, MIB_psCheckStatus, MIB_psCheckHost,
	    MIB_psCheckTransport, MIB_psCheckPort, MIB_psCheckLagLimit,
	    MIB_psCheckLagged, MIB_psStatsRtt, END },
	[MIB_SEVERE] = { MIB_psCheckName, MIB_psCheckStatus, MIB_psCheckState,
	    MIB_psCheckHost, MIB_psCheckTransport, MIB_psCheckPort,
	    MIB_psCheckSevere, MIB_psStatsConsecutive, END },
	[MIB_STORM] = { MIB_psSumEntries, MIB_psSumWarning, MIB_psSumCritical,
	    MIB_psSumUnknown, MIB_psNotifySuppressed, END },
};

static enum mib_notification kind_of(const struct table_event *);
static void overlay(struct table_record *, const struct table_event *);
static void set_flag(struct table_record *, uint32_t, bool);
static void fill(struct mib_notice *, const struct mib_source *, uint32_t);

void
mib_notice_event(struct mib_view *v, const struct table_event *e,
    struct mib_notice *out)
{
	struct mib_source s = mib_view_source(v);
	struct table_record r;

	if (table_reader_record(mib_view_table(v), e->index, &r) != TABLE_OK)
		memset(&r, 0, sizeof(r));
	overlay(&r, e);
	s.stale = false;
	s.record = &r;
	s.was = (enum port_state)e->old_port_state;
	out->kind = kind_of(e);
	fill(out, &s, e->index);
}

void
mib_notice_storm(struct mib_view *v, struct mib_notice *out)
{
	const struct mib_source s = mib_view_source(v);

	out->kind = MIB_STORM;
	fill(out, &s, 0);
}

static enum mib_notification
kind_of(const struct table_event *e)
{
	switch ((enum table_event_kind)e->kind) {
	case TABLE_EVENT_DOWN:
	case TABLE_EVENT_UP:
		break;
	case TABLE_EVENT_LAGGED:
	case TABLE_EVENT_NORMAL:
		return MIB_LAGGED;
	case TABLE_EVENT_SEVERE:
	case TABLE_EVENT_RECOVERED:
		return MIB_SEVERE;
	}
	return MIB_STATE_CHANGE;
}

/* What the record said when it happened, as far as the event knows. */
static void
overlay(struct table_record *r, const struct table_event *e)
{
	memcpy(r->name, e->name, sizeof(r->name));
	memcpy(r->reason, e->reason, sizeof(r->reason));
	r->index = e->index;
	r->state = e->state;
	r->port_state = e->port_state;
	r->outcome = e->outcome;
	r->last_probe_us = e->at_us;
	r->rtt_us = e->rtt_us;
	r->failed_rounds = e->failed_rounds;
	r->lag_ms = e->lag_ms;
	if (kind_of(e) == MIB_LAGGED)
		set_flag(r, TABLE_LAGGED, e->kind == TABLE_EVENT_LAGGED);
	if (kind_of(e) == MIB_SEVERE)
		set_flag(r, TABLE_SEVERE, e->kind == TABLE_EVENT_SEVERE);
}

static void
set_flag(struct table_record *r, uint32_t flag, bool is)
{
	if (is)
		r->flags |= flag;
	else
		r->flags &= ~flag;
}

/* index: of the entry; scalars have 0. */
static void
fill(struct mib_notice *out, const struct mib_source *s, uint32_t index)
{
	const enum mib_object *o = objects[out->kind];

	out->oid = (struct mib_oid){ { 0, out->kind + 1u }, 2 };
	for (out->n = 0; *o != END; o++) {
		struct mib_varbind *vb = &out->varbinds[out->n++];

		vb->oid = mib_instance(*o,
		    mib_instances(*o) == MIB_ENTRIES ? index : 0);
		mib_value(s, *o, &vb->value);
	}
}
