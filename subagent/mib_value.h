/* SPDX-License-Identifier: ISC */
/*
 * What the objects of PORTSTATE-MIB say, by what the port table says.
 */
#ifndef MIB_VALUE_H
#define MIB_VALUE_H

#include <stdbool.h>

#include "mib.h"
#include "outcome.h"
#include "table_format.h"

struct mib_value {
	enum mib_type type;
	uint64_t
	    number; /* where type is not MIB_OCTETS; that of MIB_INTEGER fits */
	size_t len;
	unsigned char octets[TABLE_NAME_SIZE];
};

/* By the bits of psNotifyEnabled; the last number of its OID is one more. */
enum mib_notification {
	MIB_STATE_CHANGE,
	MIB_LAGGED,
	MIB_SEVERE,
	MIB_STORM,
};

/* What the sender of notifications says of itself; zeroed: nobody sends any. */
struct mib_notify {
	unsigned enabled; /* 1u << enum mib_notification, each */
	uint32_t min_interval_s;
	uint32_t max_rate; /* in a second */
	uint32_t burst;    /* at once */
	uint32_t sent;
	uint32_t suppressed;
	int64_t began_us; /* to count these two; of the wall clock */
};

/* What values are made of. */
struct mib_source {
	const struct table_live *live; /* all zero: there is no table */
	bool absent;                   /* that is so */
	bool stale;
	int64_t wall_us;  /* now */
	int64_t epoch_us; /* when sysUpTime was 0, by the wall clock */
	const struct mib_notify *notify;

	const struct table_record *record; /* of a row */
	enum port_state port_state;        /* of a row of psSumTable */
	enum port_state was;               /* of psNotifyPrevState */
};

void mib_value(const struct mib_source *s, enum mib_object o,
    struct mib_value *v);

#endif
