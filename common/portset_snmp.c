/* SPDX-License-Identifier: ISC */
#include "portset_snmp.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "snmp_row.h"
#include "table_layout.h"
#include "xalloc.h"

/* A table is stale after three seconds at the earliest. */
#define STALE_US (3 * CLOCK_SECOND)

/* What psAgentBehind says when there is no table, or it is that old. */
#define BEHIND_MOST UINT32_MAX

/* So many bytes an answer shall have: what a frame of Ethernet holds. */
#define ANSWER_BYTES 1400

/* In an answer, beside the OID and the value of each. */
#define VARBIND_BYTES 10

/* An answer of 127 repetitions costs an agent little, and a slow one not too much. */
#define REPETITIONS_MAX 100

/* Rows that may have come since the summary; a walk of more is one without an end. */
#define ROWS_MORE 1000

/* Rows of one question: two are some 1,300 bytes. */
#define ROWS_EACH 2

/* Port states there are, each of which psSumCount counts. */
#define PORTS (PORT_OPEN_FILTERED + 1)

static const enum mib_object scalars[] = { MIB_psAgentVersion,
	MIB_psAgentConfigSerial, MIB_psAgentInFlight, MIB_psAgentBehind,
	MIB_psSumEntries, MIB_psSumOk, MIB_psSumWarning, MIB_psSumCritical,
	MIB_psSumUnknown, MIB_psSumWorst, MIB_psSumLagged };

#define SCALARS (sizeof(scalars) / sizeof(scalars[0]))

struct summary {
	uint32_t in_flight;
	uint32_t entries;
	uint32_t states[STATE_UNKNOWN + 1];
	uint32_t worst;
	uint32_t lagged;
	uint32_t ports[PORTS];
};

/* A row as its status column has it. */
struct found {
	uint32_t index;
	unsigned char status;
	bool chosen;
};

struct row_query {
	struct read *read;
	const uint32_t *indexes;      /* n of them, and so of these */
	struct table_record *records; /* index 0: there is none */
	size_t n;
	const struct query_oid *oids; /* of all their columns */
};

struct read {
	const struct query_agent *agent;
	const struct portset_snmp_wishes *wishes;
	struct portset *set;
	struct portset_snmp *out;
	struct text *error;
	struct text why;   /* of the last question that failed */
	struct text wrong; /* what cannot be, or nothing */

	struct summary summary;

	/* The walk. */
	struct found *found;
	size_t n_found, size_found;
	size_t seen; /* rows, of which these are worth so much: */
	size_t worth[STATE_UNKNOWN + 1], slow;
	size_t n_columns; /* psCheckStatus, and psCheckLagged or not */
	uint32_t last;    /* index */
	bool ended;
	bool begun; /* an answer had a row, or the end */

	/* Of the set, by what the agent says they are. */
	size_t states[STATE_UNKNOWN + 1], lagged, ports[PORTS];
};

static bool ask_summary(struct read *);
static void take_summary(void *, const struct query_varbind *, size_t);
static bool take_scalar(struct read *, enum mib_object,
    const struct query_varbind *);
static const char *contradiction(const struct summary *);
static bool is_usable(struct read *);
static void put_age(struct text *, uint32_t);
static void read_rows(struct read *);
static bool walk(struct read *);
static void take_walk(void *, const struct query_varbind *, size_t);
static bool take_status(struct read *, const struct query_varbind *, size_t);
static bool is_all_found(const struct read *);
static size_t choose(struct read *);
static bool fetch(struct read *, size_t);
static bool fetch_some(struct read *, const uint32_t *, size_t, size_t);
static void take_rows(void *, const struct query_varbind *, size_t);
static void add_row(struct read *, const struct table_record *);
static void say_incomplete(struct read *, const char *);
static void count_rest(struct read *);
static void wrong(struct read *, enum mib_object, uint32_t, const char *);
static struct query_oid full(const struct read *, struct mib_oid);
static bool same_oid(const struct query_oid *, const struct query_oid *);
static bool index_below(const struct query_oid *, const struct query_oid *,
    uint32_t *);
static void put_oid(struct text *, const struct query_oid *);

struct portset_snmp *
portset_snmp_read(const struct query_agent *agent,
    const struct portset_snmp_wishes *wishes, struct portset *set,
    struct text *error)
{
	struct portset_snmp *out = xcalloc(1, sizeof(*out));
	struct read r = { .agent = agent,
		.wishes = wishes,
		.set = set,
		.out = out,
		.error = error };
	bool ok;

	text_init(&r.why, TEXT_WORD);
	text_init(&r.wrong, TEXT_WORD);
	text_init(&out->note, 2 * TEXT_WORD);
	out->told = portset_told_new(set);
	ok = ask_summary(&r) && is_usable(&r);
	if (ok) {
		read_rows(&r);
		portset_told_end(out->told);
		count_rest(&r);
	}
	free(r.found);
	text_free(&r.why);
	text_free(&r.wrong);
	if (ok)
		return out;
	portset_free(set);
	portset_snmp_free(out);
	return NULL;
}

void
portset_snmp_free(struct portset_snmp *p)
{
	if (p == NULL)
		return;
	portset_told_free(p->told);
	text_free(&p->note);
	free(p);
}

/* Once more, if it was written in between. */
static bool
ask_summary(struct read *r)
{
	struct query_oid oids[SCALARS + PORTS];
	struct query q = { .oids = oids,
		.n = SCALARS + PORTS,
		.answered = take_summary,
		.ctx = r };
	const char *odd = NULL;
	size_t i;
	int times;

	for (i = 0; i < SCALARS; i++)
		oids[i] = full(r, mib_instance(scalars[i], 0));
	for (i = 0; i < PORTS; i++)
		oids[SCALARS + i] = full(r,
		    mib_instance(MIB_psSumCount, (uint32_t)i + 1));
	for (times = 0; times < 2; times++) {
		r->agent->ask(r->agent->ctx, &q, 1, &r->why);
		odd = NULL;
		if (q.end != QUERY_ANSWERED) {
			text_puts(r->error, r->why.data);
			return false;
		}
		if (r->wrong.len > 0) {
			text_puts(r->error, r->wrong.data);
			return false;
		}
		odd = contradiction(&r->summary);
		if (odd == NULL)
			return true;
	}
	text_printf(r->error, "its summary contradicts itself: %s", odd);
	return false;
}

static void
take_summary(void *ctx, const struct query_varbind *v, size_t n)
{
	struct read *r = ctx;
	struct query_oid oid;
	size_t i;

	text_truncate(&r->wrong, 0);
	if (n != SCALARS + PORTS) {
		text_puts(&r->wrong, "it answers something else");
		return;
	}
	for (i = 0; i < n && r->wrong.len == 0; i++) {
		bool scalar = i < SCALARS;
		enum mib_object o = scalar ? scalars[i] : MIB_psSumCount;
		uint32_t index = scalar ? 0 : (uint32_t)(i - SCALARS + 1);

		oid = full(r, mib_instance(o, index));
		if (!same_oid(&oid, &v[i].oid)) {
			text_puts(&r->wrong, "it answers something else");
		} else if (v[i].kind == QUERY_NO_OBJECT ||
		    v[i].kind == QUERY_NO_INSTANCE) {
			text_puts(&r->wrong, "there is no PORTSTATE-MIB at ");
			put_oid(&r->wrong, &r->wishes->base);
			text_puts(&r->wrong,
			    ": portstate-agentx does not run there, "
			    "or who asks may not see it, or it has another OID");
		} else if (scalar) {
			if (!take_scalar(r, o, &v[i]))
				wrong(r, o, index, NULL);
		} else if (!snmp_row_number(&v[i], o, UINT32_MAX,
			       &r->summary.ports[i - SCALARS])) {
			wrong(r, o, index, NULL);
		}
	}
}

/* False: it cannot be. */
static bool
take_scalar(struct read *r, enum mib_object o, const struct query_varbind *v)
{
	struct portset_snmp *out = r->out;
	struct summary *s = &r->summary;
	uint32_t *to = NULL, max = UINT32_MAX;

	switch (o) {
	case MIB_psAgentVersion:
		if (v->kind != QUERY_VALUE || v->type != MIB_OCTETS ||
		    v->len > sizeof(out->version))
			return false;
		memcpy(out->version, v->octets, v->len);
		out->version_len = v->len;
		return true;
	case MIB_psAgentConfigSerial:
		to = &out->config_serial;
		break;
	case MIB_psAgentInFlight:
		to = &s->in_flight;
		break;
	case MIB_psAgentBehind:
		to = &out->behind_us;
		break;
	case MIB_psSumEntries:
		to = &s->entries;
		max = TABLE_CAPACITY_MAX;
		break;
	case MIB_psSumWorst:
		to = &s->worst;
		max = STATE_UNKNOWN;
		break;
	case MIB_psSumLagged:
		to = &s->lagged;
		break;
	default:
		to = &s->states[o - MIB_psSumOk];
		break;
	}
	return snmp_row_number(v, o, max, to);
}

/* NULL: it can be so. */
static const char *
contradiction(const struct summary *s)
{
	enum state worst = s->entries > 0 ? STATE_OK : STATE_UNKNOWN;
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i <= STATE_UNKNOWN; i++) {
		sum += s->states[i];
		if (s->states[i] > 0)
			worst = state_worst(worst, (enum state)i);
	}
	if (sum != s->entries)
		return "its numbers do not add up";
	if (s->lagged > s->entries)
		return "more is lagged than there is";
	return worst == (enum state)s->worst ? NULL
					     : "what is worst is another";
}

/* Whether the daemon behind the agent is there, and has something to tell. */
static bool
is_usable(struct read *r)
{
	const struct summary *s = &r->summary;
	uint32_t behind_us = r->out->behind_us;
	struct text *t = r->error;

	if (s->entries == 0) {
		text_puts(t,
		    behind_us == BEHIND_MOST
			? "it has no port table that it can read"
			: "its port table has no entry");
		return false;
	}
	/* A daemon that lives and is late has probes under way. */
	if (s->states[STATE_UNKNOWN] == s->entries && s->in_flight == 0 &&
	    behind_us >= STALE_US) {
		text_puts(t, "its port table is stale: written ");
		put_age(t, behind_us);
		text_puts(t, " ago");
		return false;
	}
	if (behind_us > PORTSET_SNMP_BEHIND_S * CLOCK_SECOND) {
		text_puts(&r->out->note, "portstated is late by ");
		put_age(&r->out->note, behind_us);
		r->out->floor = STATE_UNKNOWN;
	}
	return true;
}

static void
put_age(struct text *t, uint32_t us)
{
	if (us == BEHIND_MOST)
		text_puts(t, "more than ");
	portset_told_age(t, us);
}

static void
read_rows(struct read *r)
{
	const struct summary *s = &r->summary;

	r->out->complete = true;
	if (!r->wishes->all && s->lagged == 0 &&
	    s->states[STATE_OK] == s->entries)
		return;
	r->n_columns = !r->wishes->all && s->lagged > 0 ? 2 : 1;
	if (!walk(r))
		say_incomplete(r, "which ones is not known");
	if (!fetch(r, choose(r)))
		say_incomplete(r, "not all can be told");
}

/* The whole column, or until all are found that the summary counts. */
static bool
walk(struct read *r)
{
	static const enum mib_object columns[] = { MIB_psCheckStatus,
		MIB_psCheckLagged };
	struct query_oid oids[2];
	struct query q = {
		.oids = oids, .n = r->n_columns, .answered = take_walk, .ctx = r
	};
	size_t each = (r->wishes->base.len + MIB_SUFFIX_MAX + VARBIND_BYTES) *
	    r->n_columns,
	       i;

	q.repetitions = (unsigned)(ANSWER_BYTES / each);
	if (q.repetitions > REPETITIONS_MAX)
		q.repetitions = REPETITIONS_MAX;
	while (!r->ended && !is_all_found(r)) {
		for (i = 0; i < r->n_columns; i++)
			oids[i] = full(r,
			    r->last > 0 ? mib_instance(columns[i], r->last)
					: mib_oid(columns[i]));
		r->begun = false;
		r->agent->ask(r->agent->ctx, &q, 1, &r->why);
		if (q.end == QUERY_TOO_BIG && q.repetitions > 1) {
			q.repetitions /= 2;
			text_truncate(&r->why, 0);
			continue;
		}
		if (q.end != QUERY_ANSWERED || r->wrong.len > 0)
			return false;
		if (!r->begun) {
			text_puts(&r->wrong, "it answers nothing");
			return false;
		}
	}
	return true;
}

static void
take_walk(void *ctx, const struct query_varbind *v, size_t n)
{
	struct read *r = ctx;
	size_t i;

	for (i = 0; i + r->n_columns <= n && !r->ended; i += r->n_columns)
		if (!take_status(r, v + i, r->n_columns))
			return;
}

/* One repetition.  False: what follows is not looked at. */
static bool
take_status(struct read *r, const struct query_varbind *v, size_t n)
{
	struct query_oid column = full(r, mib_oid(MIB_psCheckStatus));
	uint32_t index, status, lagged = 2, other;

	if (v[0].kind == QUERY_END ||
	    !index_below(&column, &v[0].oid, &index)) {
		r->ended = r->begun = true;
		return false;
	}
	if (index <= r->last) {
		wrong(r, MIB_psCheckStatus, index, "does not ascend");
		return false;
	}
	if (++r->seen > (size_t)r->summary.entries + ROWS_MORE) {
		wrong(r, MIB_psCheckStatus, index,
		    "is one row too many for its summary");
		return false;
	}
	if (!snmp_row_number(&v[0], MIB_psCheckStatus, STATE_UNKNOWN,
		&status)) {
		wrong(r, MIB_psCheckStatus, index, NULL);
		return false;
	}
	r->begun = true;
	r->last = index;
	if (n > 1) {
		column = full(r, mib_oid(MIB_psCheckLagged));
		if (index_below(&column, &v[1].oid, &other) && other == index &&
		    !snmp_row_number(&v[1], MIB_psCheckLagged, 2, &lagged)) {
			wrong(r, MIB_psCheckLagged, index, NULL);
			return false;
		}
	}
	r->worth[status]++;
	r->slow += lagged == 1;
	if (r->wishes->all || status != STATE_OK || lagged == 1) {
		r->found = xgrow(r->found, &r->size_found, r->n_found,
		    sizeof(r->found[0]));
		r->found[r->n_found++] = (struct found){ index,
			(unsigned char)status, false };
	}
	return true;
}

/* Of those that are not OK; rows that changed since make that a walk to the end. */
static bool
is_all_found(const struct read *r)
{
	const struct summary *s = &r->summary;
	return !r->wishes->all &&
	    r->worth[STATE_WARNING] >= s->states[STATE_WARNING] &&
	    r->worth[STATE_CRITICAL] >= s->states[STATE_CRITICAL] &&
	    r->worth[STATE_UNKNOWN] >= s->states[STATE_UNKNOWN] &&
	    r->slow >= s->lagged;
}

/* Those that are told, the worst first; how many there are. */
static size_t
choose(struct read *r)
{
	static const enum state order[] = { STATE_CRITICAL, STATE_UNKNOWN,
		STATE_WARNING, STATE_OK };
	size_t max = r->wishes->all ? r->n_found : r->wishes->rows_max;
	size_t i, j, n = 0;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < r->n_found && n < max; j++)
			if (r->found[j].status == order[i]) {
				r->found[j].chosen = true;
				n++;
			}
	return n;
}

/* As many at once as may be; they are added in the order of their indexes. */
static bool
fetch(struct read *r, size_t n)
{
	uint32_t indexes[QUERIES_MAX * ROWS_EACH];
	size_t i = 0, m;

	while (n > 0) {
		for (m = 0; n > 0 && m < sizeof(indexes) / sizeof(indexes[0]);
		     i++)
			if (r->found[i].chosen) {
				indexes[m++] = r->found[i].index;
				n--;
			}
		if (!fetch_some(r, indexes, m, ROWS_EACH))
			return false;
	}
	return true;
}

static bool
fetch_some(struct read *r, const uint32_t *indexes, size_t n, size_t each)
{
	struct query queries[QUERIES_MAX] = { 0 };
	struct row_query rows[QUERIES_MAX] = { 0 };
	struct table_record *records = xcalloc(n, sizeof(*records));
	enum mib_object columns[SNMP_ROW_COLUMNS_MAX];
	size_t n_columns = snmp_row_columns(r->wishes->all, columns);
	size_t n_queries = (n + each - 1) / each, i, j;
	struct query_oid *oids = xcalloc(n * n_columns, sizeof(*oids));
	bool ok = true, too_big = false;

	assert(n_queries <= QUERIES_MAX);
	for (i = 0; i < n; i++)
		for (j = 0; j < n_columns; j++)
			oids[i * n_columns + j] = full(r,
			    mib_instance(columns[j], indexes[i]));
	for (i = 0; i < n_queries; i++) {
		size_t first = i * each;

		rows[i].read = r;
		rows[i].n = n - first < each ? n - first : each;
		rows[i].indexes = indexes + first;
		rows[i].records = records + first;
		rows[i].oids = oids + first * n_columns;
		queries[i] = (struct query){ .oids = rows[i].oids,
			.n = rows[i].n * n_columns,
			.answered = take_rows,
			.ctx = &rows[i] };
	}
	r->agent->ask(r->agent->ctx, queries, n_queries, &r->why);
	for (i = 0; i < n_queries; i++) {
		ok = ok && queries[i].end == QUERY_ANSWERED;
		too_big = too_big || queries[i].end == QUERY_TOO_BIG;
	}
	if (too_big && each > 1)
		text_truncate(&r->why, 0);
	else
		for (i = 0; i < n; i++)
			if (records[i].index != 0)
				add_row(r, &records[i]);
	free(oids);
	free(records);
	if (!too_big || each == 1)
		return ok && r->wrong.len == 0;
	for (i = 0; i < n && r->wrong.len == 0; i += QUERIES_MAX)
		if (!fetch_some(r, indexes + i,
			n - i < QUERIES_MAX ? n - i : QUERIES_MAX, 1))
			return false;
	return r->wrong.len == 0;
}

/* A row that has gone since is no error. */
static void
take_rows(void *ctx, const struct query_varbind *v, size_t n)
{
	struct row_query *q = ctx;
	struct read *r = q->read;
	enum mib_object columns[SNMP_ROW_COLUMNS_MAX];
	size_t n_columns = snmp_row_columns(r->wishes->all, columns), i, j;

	if (n != q->n * n_columns) {
		text_puts(&r->wrong, "it answers something else");
		return;
	}
	for (i = 0; i < q->n; i++, v += n_columns) {
		struct table_record *to = &q->records[i];

		table_record_new(to, q->indexes[i], "");
		for (j = 0; j < n_columns; j++) {
			if (!same_oid(&q->oids[i * n_columns + j], &v[j].oid)) {
				text_puts(&r->wrong,
				    "it answers something else");
				return;
			}
			if (v[j].kind == QUERY_NO_INSTANCE)
				to->index = 0;
			else if (!snmp_row_take(to, columns[j], &v[j]) ||
			    (j + 1 == n_columns && !snmp_row_settle(to))) {
				wrong(r, columns[j], q->indexes[i], NULL);
				to->index = 0;
				return;
			}
		}
	}
}

static void
add_row(struct read *r, const struct table_record *record)
{
	portset_told_add(r->out->told, record, 0);
	r->states[record->state]++;
	r->lagged += (record->flags & TABLE_LAGGED) != 0;
	r->ports[record->port_state]++;
}

/* The summary stands; what cannot be is a reason to doubt it. */
static void
say_incomplete(struct read *r, const char *what)
{
	struct text *note = &r->out->note;

	if (!r->out->complete)
		return;
	r->out->complete = false;
	if (r->wrong.len > 0)
		r->out->floor = STATE_UNKNOWN;
	text_printf(note, "%s%s: %s", note->len > 0 ? "; " : "", what,
	    r->wrong.len > 0 ? r->wrong.data : r->why.data);
}

/*
 * What the summary counts beside the rows that are here.  Those may have changed since:
 * there are no more entries for that.
 */
static void
count_rest(struct read *r)
{
	static const enum state order[] = { STATE_CRITICAL, STATE_UNKNOWN,
		STATE_WARNING };
	const struct summary *s = &r->summary;
	struct portset_rest *rest = &r->out->rest;
	size_t left = s->entries > r->set->n ? s->entries - r->set->n : 0, i;

	if (r->wishes->all && r->out->complete && left == 0)
		return;
	r->set->rest = rest;
	rest->slow = s->lagged > r->lagged ? s->lagged - r->lagged : 0;
	if (rest->slow > left)
		rest->slow = left;
	for (i = 0; i < PORTS; i++)
		if (s->ports[i] > r->ports[i])
			rest->ports[i] = s->ports[i] - r->ports[i];
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum state state = order[i];
		size_t n = s->states[state] > r->states[state]
		    ? s->states[state] - r->states[state]
		    : 0;

		rest->states[state] = n < left ? n : left;
		left -= rest->states[state];
	}
	rest->states[STATE_OK] = left;
}

/* how: NULL: the value. */
static void
wrong(struct read *r, enum mib_object o, uint32_t index, const char *how)
{
	if (r->wrong.len > 0)
		return;
	text_printf(&r->wrong, "%s.%" PRIu32 " %s", mib_row(o)->name, index,
	    how != NULL ? how : "is nothing that it can be");
}

static struct query_oid
full(const struct read *r, struct mib_oid suffix)
{
	struct query_oid oid = r->wishes->base;
	size_t i;

	for (i = 0; i < suffix.len; i++)
		oid.ids[oid.len++] = suffix.ids[i];
	return oid;
}

static bool
same_oid(const struct query_oid *a, const struct query_oid *b)
{
	return mib_compare(a->ids, a->len, b->ids, b->len) == 0;
}

/* Whether it is an instance of that column, and of which row. */
static bool
index_below(const struct query_oid *column, const struct query_oid *oid,
    uint32_t *index)
{
	if (oid->len != column->len + 1 ||
	    mib_compare(column->ids, column->len, oid->ids, column->len) != 0)
		return false;
	*index = oid->ids[column->len];
	return true;
}

static void
put_oid(struct text *t, const struct query_oid *oid)
{
	size_t i;

	for (i = 0; i < oid->len; i++)
		text_printf(t, "%s%" PRIu32, i > 0 ? "." : "", oid->ids[i]);
}
