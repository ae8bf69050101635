/* SPDX-License-Identifier: ISC */
/*
 * Notifications of PORTSTATE-MIB: which one an event is, and its objects.
 */
#ifndef MIB_NOTICE_H
#define MIB_NOTICE_H

#include "mib_view.h"

/*
 * A notification as it is sent: which one, and its objects after sysUpTime.0 and
 * snmpTrapOID.0, in the order of the MIB.
 */
#define MIB_VARBINDS_MAX 9

struct mib_varbind {
	struct mib_oid oid;
	struct mib_value value;
};

struct mib_notice {
	enum mib_notification kind;
	size_t n;
	struct mib_varbind varbinds[MIB_VARBINDS_MAX];
};

/*
 * What is to be sent of an event: what it says itself is from it, the rest from the
 * entry's record as it is now, or empty if there is none any more.
 */
void mib_notice_event(struct mib_view *v, const struct table_event *e,
    struct mib_notice *out);

/* psStorm, with the figures of now. */
void mib_notice_storm(struct mib_view *v, struct mib_notice *out);

#endif
