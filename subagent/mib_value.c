/* SPDX-License-Identifier: ISC */
#include "mib_value.h"

#include <string.h>

#include "clock.h"
#include "expected.h"
#include "state.h"

/* sysUpTime counts these. */
#define CENTISECOND (CLOCK_SECOND / 100)

/* InetAddressType, of RFC 4001. */
enum {
	ADDRESS_UNKNOWN = 0,
	ADDRESS_IPV4 = 1,
	ADDRESS_IPV6 = 2,
	ADDRESS_IPV6Z = 4,
};

static void number(struct mib_value *, uint64_t);
static void truth(struct mib_value *, bool);
static void nothing(struct mib_value *);
static void octets(struct mib_value *, const void *, size_t);
static void string(struct mib_value *, const char *);
static void bits(struct mib_value *, unsigned);
static void date(struct mib_value *, int64_t);
static void stamp(struct mib_value *, const struct mib_source *, int64_t);
static void address(struct mib_value *, const struct table_record *);
static int64_t discontinuity(const struct mib_source *);
static uint32_t behind(const struct mib_source *);
static uint32_t saturated(int64_t);
static uint32_t counted(const struct mib_source *, enum state);
static enum state worst(const struct mib_source *);
static uint32_t latency(uint32_t);
static uint32_t in_state_s(const struct mib_source *);
static unsigned port_state(unsigned);
static unsigned reason(const struct table_record *);
static unsigned transport(const struct table_record *);
static unsigned expected(const struct table_record *);
static unsigned address_type(const struct table_record *);

void
mib_value(const struct mib_source *s, enum mib_object o, struct mib_value *v)
{
	const struct table_live *l = s->live;
	const struct table_record *r = s->record;
	const struct mib_notify *n = s->notify;

	v->type = mib_row(o)->type;
	switch (o) {
#define GROUP(...)
#define OBJECT(name, group, number, syntax, access, value) \
	case MIB_##name:                                   \
		value;                                     \
		break;
#include "mib.def"
#undef GROUP
#undef OBJECT
	case MIB_OBJECTS:
		break;
	}
}

static void
number(struct mib_value *v, uint64_t n)
{
	v->number = n;
	v->len = 0;
}

static void
truth(struct mib_value *v, bool is)
{
	number(v, is ? 1 : 2);
}

/* Of what is not accessible. */
static void
nothing(struct mib_value *v)
{
	number(v, 0);
}

static void
octets(struct mib_value *v, const void *bytes, size_t len)
{
	v->number = 0;
	v->len = len;
	memcpy(v->octets, bytes, len);
}

/* One of the table, whose strings end. */
static void
string(struct mib_value *v, const char *s)
{
	octets(v, s, strlen(s));
}

/* The first of BITS is the highest of the first octet. */
static void
bits(struct mib_value *v, unsigned set)
{
	unsigned char octet = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		if ((set & 1u << i) != 0)
			octet |= (unsigned char)(0x80u >> i);
	octets(v, &octet, 1);
}

/* DateAndTime, of RFC 2579. */
static void
date(struct mib_value *v, int64_t wall_us)
{
	static const unsigned char never[8];
	const struct clock_date d = clock_date(wall_us / CLOCK_SECOND);
	const unsigned char then[11] = {
		(unsigned char)(d.year >> 8),
		(unsigned char)d.year,
		(unsigned char)d.month,
		(unsigned char)d.day,
		(unsigned char)d.hour,
		(unsigned char)d.minute,
		(unsigned char)d.second,
		(unsigned char)(wall_us % CLOCK_SECOND / (CLOCK_SECOND / 10)),
		'+',
		0,
		0,
	};

	if (wall_us <= 0 || d.year > UINT16_MAX)
		octets(v, never, sizeof(never));
	else
		octets(v, then, sizeof(then));
}

static void
stamp(struct mib_value *v, const struct mib_source *s, int64_t wall_us)
{
	int64_t us = wall_us - s->epoch_us;

	number(v, wall_us > 0 && us > 0 ? (uint32_t)(us / CENTISECOND) : 0);
}

static void
address(struct mib_value *v, const struct table_record *r)
{
	size_t i;

	octets(v, r->addr, r->addr_len);
	if (address_type(r) == ADDRESS_IPV6Z)
		for (i = 0; i < 4; i++)
			v->octets[v->len++] = (unsigned char)(r->addr_scope >>
			    (24 - 8 * i));
}

static int64_t
discontinuity(const struct mib_source *s)
{
	return s->live->discontinuity_us > s->notify->began_us
	    ? s->live->discontinuity_us
	    : s->notify->began_us;
}

static uint32_t
behind(const struct mib_source *s)
{
	uint32_t us = saturated(s->live->totals.behind_us), since;

	if (s->absent)
		return UINT32_MAX;
	if (!s->stale)
		return us;
	since = saturated(s->wall_us - s->live->written_us);
	return us < UINT32_MAX - since ? us + since : UINT32_MAX;
}

static uint32_t
saturated(int64_t n)
{
	if (n < 0)
		return 0;
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* Entries that are worth that. */
static uint32_t
counted(const struct mib_source *s, enum state state)
{
	const struct table_totals *t = &s->live->totals;

	if (!s->stale)
		return t->states[state];
	return state == STATE_UNKNOWN ? t->entries : 0;
}

static enum state
worst(const struct mib_source *s)
{
	enum state worst = STATE_OK;
	bool any = false;
	unsigned i;

	for (i = STATE_OK; i <= STATE_UNKNOWN; i++)
		if (counted(s, (enum state)i) > 0) {
			worst = state_worst(worst, (enum state)i);
			any = true;
		}
	return any ? worst : STATE_UNKNOWN;
}

/* In a record, none is the greatest number. */
static uint32_t
latency(uint32_t us)
{
	return us != UINT32_MAX ? us : 0;
}

static uint32_t
in_state_s(const struct mib_source *s)
{
	int64_t now_us = s->stale ? s->live->written_us : s->wall_us;

	if (s->record->last_change_us == 0)
		return 0;
	return saturated((now_us - s->record->last_change_us) / CLOCK_SECOND);
}

static unsigned
port_state(unsigned p)
{
	return p + 1;
}

/* 1 is that there was no round. */
static unsigned
reason(const struct table_record *r)
{
	return r->last_probe_us == 0 ? 1 : r->outcome + 2u;
}

static unsigned
transport(const struct table_record *r)
{
	return r->transport + 1u;
}

/* 0 is any, all others are states. */
static unsigned
expected(const struct table_record *r)
{
	switch ((enum expected)r->expected) {
	case EXPECTED_OPEN:
		return port_state(PORT_OPEN);
	case EXPECTED_CLOSED:
		return port_state(PORT_CLOSED);
	case EXPECTED_FILTERED:
		return port_state(PORT_FILTERED);
	case EXPECTED_ANY:
		break;
	}
	return 0;
}

static unsigned
address_type(const struct table_record *r)
{
	if (r->addr_len == 4)
		return ADDRESS_IPV4;
	if (r->addr_len == 0)
		return ADDRESS_UNKNOWN;
	return r->addr_scope != 0 ? ADDRESS_IPV6Z : ADDRESS_IPV6;
}
