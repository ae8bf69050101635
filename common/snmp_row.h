/* SPDX-License-Identifier: ISC */
/*
 * A row of PORTSTATE-MIB's psCheckTable as a record of a port table: what mib_value.h
 * makes of one, backwards.
 *
 * Not in the MIB are the protocol, the severity and what is being confirmed; and whether
 * an entry that is not OK is as expected, but slow say, is concluded from what is.
 */
#ifndef SNMP_ROW_H
#define SNMP_ROW_H

#include "snmp_query.h"
#include "table_format.h"

#define SNMP_ROW_COLUMNS_MAX 24

/* The columns to ask for; all: those of a whole report, too.  How many they are. */
size_t snmp_row_columns(bool all,
    enum mib_object columns[SNMP_ROW_COLUMNS_MAX]);

/* Takes one into a record that table_record_new() made.  False: it cannot be that. */
bool snmp_row_take(struct table_record *r, enum mib_object o,
    const struct query_varbind *v);

/* All are taken.  False: together they cannot be. */
bool snmp_row_settle(struct table_record *r);

/* A value of an object that is a number, if it has its type and is not above max. */
bool snmp_row_number(const struct query_varbind *v, enum mib_object o,
    uint32_t max, uint32_t *out);

#endif
