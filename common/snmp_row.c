/* SPDX-License-Identifier: ISC */
#include "snmp_row.h"

#include <string.h>

#include "clock.h"
#include "expected.h"
#include "outcome.h"
#include "state.h"

static const struct {
	enum mib_object object;
	bool always;
} columns_of[] = {
	{ MIB_psCheckName, true },
	{ MIB_psCheckStatus, true },
	{ MIB_psCheckState, true },
	{ MIB_psCheckReason, true },
	{ MIB_psCheckHost, false },
	{ MIB_psCheckTransport, true },
	{ MIB_psCheckPort, true },
	{ MIB_psCheckAddressType, false },
	{ MIB_psCheckAddress, false },
	{ MIB_psCheckSet, false },
	{ MIB_psCheckMessage, true },
	{ MIB_psCheckExpected, true },
	{ MIB_psCheckWarnTime, true },
	{ MIB_psCheckCritTime, true },
	{ MIB_psCheckLagged, true },
	{ MIB_psCheckSevere, true },
	{ MIB_psCheckLastProbe, false },
	{ MIB_psStatsRtt, false },
	{ MIB_psStatsConsecutive, true },
};

#define COLUMNS (sizeof(columns_of) / sizeof(columns_of[0]))

static bool take_number(struct table_record *, enum mib_object, uint32_t);
static bool take_expected(struct table_record *, uint32_t);
static bool take_truth(struct table_record *, uint32_t, uint32_t);
static bool take_string(char *, size_t, const struct query_varbind *);
static bool take_address(struct table_record *, const struct query_varbind *);
static bool take_date(struct table_record *, const struct query_varbind *);
static bool is_down(const struct table_record *);

size_t
snmp_row_columns(bool all, enum mib_object columns[SNMP_ROW_COLUMNS_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < COLUMNS; i++)
		if (all || columns_of[i].always)
			columns[n++] = columns_of[i].object;
	return n;
}

bool
snmp_row_take(struct table_record *r, enum mib_object o,
    const struct query_varbind *v)
{
	uint32_t number;

	switch (o) {
	case MIB_psCheckName:
		return take_string(r->name, sizeof(r->name), v) &&
		    r->name[0] != '\0';
	case MIB_psCheckHost:
		return take_string(r->host, sizeof(r->host), v);
	case MIB_psCheckSet:
		return take_string(r->portset, sizeof(r->portset), v);
	case MIB_psCheckMessage:
		return take_string(r->reason, sizeof(r->reason), v);
	case MIB_psCheckAddress:
		return take_address(r, v);
	case MIB_psCheckLastProbe:
		return take_date(r, v);
	default:
		return snmp_row_number(v, o, UINT32_MAX, &number) &&
		    take_number(r, o, number);
	}
}

bool
snmp_row_settle(struct table_record *r)
{
	if (is_down(r))
		r->flags |= TABLE_DOWN;
	r->severity = (r->flags & TABLE_DOWN) != 0 && r->state == STATE_WARNING
	    ? STATE_WARNING
	    : STATE_CRITICAL;
	return r->addr_family == 0 ? r->addr_len == 0
	    : r->addr_family == 4  ? r->addr_len == 4
				   : r->addr_len == 16;
}

bool
snmp_row_number(const struct query_varbind *v, enum mib_object o, uint32_t max,
    uint32_t *out)
{
	if (v->kind != QUERY_VALUE || v->type != mib_row(o)->type ||
	    v->number > max)
		return false;
	*out = (uint32_t)v->number;
	return true;
}

/* Of an entry nothing is known before a round has ended. */
static bool
take_number(struct table_record *r, enum mib_object o, uint32_t n)
{
	switch (o) {
	case MIB_psCheckStatus:
		r->state = (uint8_t)n;
		return n <= STATE_UNKNOWN;
	case MIB_psCheckState:
		r->port_state = (uint8_t)(n - 1);
		return n >= 1 && n <= PORT_OPEN_FILTERED + 1;
	case MIB_psCheckReason:
		r->outcome = n > 1 ? (uint8_t)(n - 2) : OUTCOME_NOT_PROBED;
		if (n > 1)
			r->flags |= TABLE_KNOWN;
		return n >= 1 && n <= OUTCOME_NOT_PROBED + 2;
	case MIB_psCheckTransport:
		r->transport = (uint8_t)(n - 1);
		return n >= 1 && n <= TABLE_UNIX + 1;
	case MIB_psCheckPort:
		r->port = (uint16_t)n;
		return n <= UINT16_MAX;
	case MIB_psCheckAddressType:
		/* InetAddressType of RFC 4001: ipv4, ipv6 and ipv6z. */
		r->addr_family = n == 1 ? 4 : n == 0 ? 0 : 6;
		return n <= 2 || n == 4;
	case MIB_psCheckExpected:
		return take_expected(r, n);
	case MIB_psCheckWarnTime:
		r->warning_ms = n;
		return true;
	case MIB_psCheckCritTime:
		r->critical_ms = n;
		return true;
	case MIB_psCheckLagged:
		return take_truth(r, TABLE_LAGGED, n);
	case MIB_psCheckSevere:
		return take_truth(r, TABLE_SEVERE, n);
	case MIB_psStatsRtt:
		if (n > 0)
			r->rtt_us = n;
		return true;
	case MIB_psStatsConsecutive:
		r->failed_rounds = n;
		return true;
	default:
		return false;
	}
}

/* PsExpected: the numbers of PsPortState, and 0 for any. */
static bool
take_expected(struct table_record *r, uint32_t n)
{
	static const uint8_t expected[] = {
		[0] = EXPECTED_ANY,
		[PORT_OPEN + 1] = EXPECTED_OPEN,
		[PORT_CLOSED + 1] = EXPECTED_CLOSED,
		[PORT_FILTERED + 1] = EXPECTED_FILTERED,
	};

	if (n >= sizeof(expected) || n == PORT_UNKNOWN + 1)
		return false;
	r->expected = expected[n];
	return true;
}

static bool
take_truth(struct table_record *r, uint32_t flag, uint32_t n)
{
	if (n == 1)
		r->flags |= flag;
	return n == 1 || n == 2;
}

static bool
take_string(char *to, size_t size, const struct query_varbind *v)
{
	if (v->kind != QUERY_VALUE || v->type != MIB_OCTETS || v->len >= size ||
	    (v->len > 0 && memchr(v->octets, '\0', v->len) != NULL))
		return false;
	memset(to, 0, size);
	if (v->len > 0)
		memcpy(to, v->octets, v->len);
	return true;
}

/* With four bytes of a zone at its end, or without. */
static bool
take_address(struct table_record *r, const struct query_varbind *v)
{
	size_t i;

	if (v->kind != QUERY_VALUE || v->type != MIB_OCTETS ||
	    (v->len != 0 && v->len != 4 && v->len != 16 && v->len != 20))
		return false;
	r->addr_len = v->len < 16 ? (uint8_t)v->len : 16;
	if (v->len > 0)
		memcpy(r->addr, v->octets, r->addr_len);
	for (i = 16; i < v->len; i++)
		r->addr_scope = r->addr_scope << 8 | v->octets[i];
	return true;
}

/*
 * DateAndTime of RFC 2579, to the tenth of a second.  Ours are in UTC; that of any
 * other zone is not told.
 */
static bool
take_date(struct table_record *r, const struct query_varbind *v)
{
	static const int days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212,
		243, 273, 304, 334 };
	const unsigned char *d = v->octets;
	int64_t year, days;

	if (v->kind != QUERY_VALUE || v->type != MIB_OCTETS ||
	    (v->len != 8 && v->len != 11))
		return false;
	if (d[2] == 0 && v->len == 8)
		return true; /* never */
	if (d[2] < 1 || d[2] > 12 || d[3] < 1 || d[3] > 31 || d[4] > 23 ||
	    d[5] > 59 || d[6] > 60 || d[7] > 9)
		return false;
	year = d[0] << 8 | d[1];
	if (v->len != 11 || d[9] != 0 || d[10] != 0 || year < 1970)
		return true;
	days = (year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 +
	    (year - 1601) / 400 + days_before[d[2] - 1] + d[3] - 1;
	if (d[2] > 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		days++;
	r->last_probe_us = (days * CLOCK_DAY_S + d[4] * 3600 + d[5] * 60 +
			       d[6]) *
		CLOCK_SECOND +
	    d[7] * (CLOCK_SECOND / 10);
	return true;
}

/*
 * One that is worth less than OK is as expected all the same, if it is for its times, its
 * clock or the dates of its certificates.
 */
static bool
is_down(const struct table_record *r)
{
	bool port_right = r->expected == EXPECTED_ANY ||
	    (r->expected == EXPECTED_OPEN && r->port_state == PORT_OPEN);

	if (r->state == STATE_OK)
		return false;
	if (r->outcome == OUTCOME_OK && port_right)
		return false;
	return (r->outcome != OUTCOME_CERT_EXPIRED &&
		   r->outcome != OUTCOME_CERT_EXPIRING &&
		   r->outcome != OUTCOME_CERT_NOT_YET_VALID) ||
	    r->failed_rounds > 0;
}
