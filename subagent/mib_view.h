/* SPDX-License-Identifier: ISC */
/*
 * PORTSTATE-MIB as answers to GET and GETNEXT, from the port table.
 *
 * Nothing here knows messages of SNMP, nor a library for them.  Which indexes are rows is
 * in memory, a bit for each; a record is read when it is asked for, and kept for its
 * other columns.
 *
 * What is answered when the table is not as it should be:
 *
 *	stale	  Rows stay.  psCheckStatus is unknown, all entries are counted as such,
 *		  and psAgentBehind grows.
 *	absent	  There are no rows, and scalars say so: psSumWorst is unknown,
 *		  psAgentBehind as great as can be, all else of the table zero or
 *		  empty.  So it is when the table is damaged as a whole.
 *	damaged	  A row whose record is damaged is left out, by GET as by GETNEXT: a
 *		  walk goes on, and psSumEntries tells that one is missing.
 *	busy	  MIB_BUSY: what is being written all the time is there, and the
 *		  manager is to ask again.  GETNEXT says the same after passing over as
 *		  many rows as it may, so that it takes no time of others.
 */
#ifndef MIB_VIEW_H
#define MIB_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "mib.h"
#include "mib_value.h"
#include "table_reader.h"

struct mib_view;

enum mib_answer {
	MIB_OK,
	MIB_NO_OBJECT,   /* noSuchObject */
	MIB_NO_INSTANCE, /* noSuchInstance */
	MIB_END,         /* nothing follows: endOfMibView */
	MIB_BUSY,        /* genErr */
};

/*
 * Opens nothing yet: mib_view_refresh() does.  notify is borrowed, and read when it is
 * asked for.
 */
struct mib_view *mib_view_new(const char *table,
    const struct mib_notify *notify);
void mib_view_free(struct mib_view *v);

/*
 * Looks at the table, unless it did so less than 10 ms ago; until then the answers are
 * of one moment.  To be called before the questions of each request.
 *
 * wall_us is now; uptime_cs is sysUpTime of the SNMP agent, by which TimeStamps are
 * told.  They do not tremble with it: when it was 0 is found anew only after it
 * has moved by more than a second, since the agent was restarted, or a clock was set.
 */
void mib_view_refresh(struct mib_view *v, int64_t wall_us, uint32_t uptime_cs);

/* What is wrong with the table, such as "is stale"; or NULL. */
const char *mib_view_why(const struct mib_view *v);

/* The value of that OID; never MIB_END. */
enum mib_answer mib_view_get(struct mib_view *v, const uint32_t *suffix,
    size_t len, struct mib_value *value);

/*
 * The first instance after that OID, which need not be one, and may be empty, and its
 * value: MIB_OK, MIB_END or MIB_BUSY.
 */
enum mib_answer mib_view_next(struct mib_view *v, const uint32_t *suffix,
    size_t len, struct mib_oid *next, struct mib_value *value);

/*
 * The table, for who reads its events and needs records beside that: with
 * table_reader_event() and table_reader_record(), since the last refresh.
 */
struct table_reader *mib_view_table(struct mib_view *v);

/* What values are made of now; without a row. */
struct mib_source mib_view_source(const struct mib_view *v);

#endif
