/* SPDX-License-Identifier: ISC */
/*
 * Notifications of PORTSTATE-MIB: which one an event is, and its objects.
 */
#ifndef MIB_NOTICE_H
#define MIB_NOTICE_H

#include "mib_view.h"

#define MIB_VARBINDS_MAX 9

struct mib_varbind {
	struct mib_oid oid;
	struct mib_value value;
};

struct mib_notice {
	enum mib_notification kind;
	struct mib_oid oid; /* for snmpTrapOID.0 */
	size_t n;
	struct mib_varbind varbinds[MIB_VARBINDS_MAX]; /* after that */
};

/*
 * What is to be sent of an event: psStateChange, psLagged or psSevere.  What the event
 * says itself is from it, though much may have changed since; the rest is from the
 * record, and empty where that cannot be read.
 */
void mib_notice_event(struct mib_view *v, const struct table_event *e,
    struct mib_notice *out);

/* psStorm, with the figures of the last refresh. */
void mib_notice_storm(struct mib_view *v, struct mib_notice *out);

#endif
