/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB as answers to GET and GETNEXT, from the port table.
 *
 * Nothing here knows SNMP's messages, nor a library for them.  A question is answered
 * by as much of the table as it takes: the indexes of the rows are in memory, four
 * bytes each, and found by binary search; a record is read when it is asked for, and
 * kept for the columns that are asked for next.
 *
 * What is answered when the table is not as it should be:
 *
 *	stale	  Rows stay.  psCheckStatus is unknown, all entries are counted as such,
 *		  and psAgentBehind grows.
 *	absent	  psCheckTable and psStatsTable are empty.  Scalars stay: numbers are
 *		  0, strings and times empty, psSumWorst is unknown, and psAgentBehind
 *		  is as great as can be.  So it is with a table that is damaged as a whole.
 *	damaged	  A row whose record is damaged is left out, by GET as by GETNEXT: a walk
 *		  goes on, and psSumEntries says that one is missing.
 *	busy	  MIB_BUSY, for genErr: what is being rewritten all the time is there, and
 *		  the manager is to ask again.
 */
#ifndef MIB_VIEW_H
#define MIB_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mib.h"
#include "table_format.h"

struct mib_view;

/* A value, with its octets. */
struct mib_value {
	enum mib_type type;
	uint64_t
	    number; /* of all but MIB_OCTETS; of MIB_INTEGER it fits int32_t */
	size_t len;
	unsigned char octets[TABLE_NAME_SIZE];
};

enum mib_answer {
	MIB_OK,
	MIB_NO_OBJECT,   /* noSuchObject */
	MIB_NO_INSTANCE, /* noSuchInstance */
	MIB_END,         /* nothing follows: endOfMibView */
	MIB_BUSY,        /* genErr */
};

/*
 * What the sender of notifications says of itself: the objects of psNotifyCtl.  All
 * zero where nobody sends any.
 */
struct mib_notify {
	unsigned char enabled; /* bits: enum mib_notification */
	uint32_t min_interval_s;
	uint32_t max_rate; /* in a second */
	uint32_t burst;    /* at once */
	uint32_t sent;
	uint32_t suppressed;
};

/* The numbers of psNotifyEnabled; that of the notification is one more. */
enum mib_notification {
	MIB_STATE_CHANGE,
	MIB_LAGGED,
	MIB_SEVERE,
	MIB_STORM,
	MIB_NOTIFICATIONS
};

/* Opens nothing yet.  notify is borrowed, and read when it is asked for. */
struct mib_view *mib_view_new(const char *table,
    const struct mib_notify *notify);
void mib_view_free(struct mib_view *v);

/*
 * To be called before the questions of each request: looks at the table, unless it did
 * less than 10 ms ago; until then the answers are of one moment.
 *
 * wall_us is now; uptime_cs is sysUpTime of the master agent, in hundredths of a second,
 * by which TimeStamps are told.  They do not wobble with it: when the master began is
 * calculated anew only after it has changed by seconds (it was restarted, or a clock was
 * set).
 */
void mib_view_refresh(struct mib_view *v, int64_t wall_us, uint32_t uptime_cs);

/* Why there are no rows, or that they are stale; NULL: all is well.  For a log. */
const char *mib_view_why(const struct mib_view *v);

/* The value of exactly that OID: MIB_OK, MIB_NO_OBJECT, MIB_NO_INSTANCE or MIB_BUSY. */
enum mib_answer mib_get(struct mib_view *v, const uint32_t *suffix, size_t len,
    struct mib_value *value);

/*
 * The first instance after that OID, be it one of ours or not, with its value: MIB_OK,
 * MIB_END or MIB_BUSY.  len may be 0: the first of all.  next may be what suffix is in.
 */
enum mib_answer mib_next(struct mib_view *v, const uint32_t *suffix, size_t len,
    struct mib_oid *next, struct mib_value *value);

/*
 * The table itself, for who reads its events: they are read between two refreshes of
 * the view, with table_reader_event() alone.
 */
struct table_reader *mib_view_table(struct mib_view *v);

#endif
