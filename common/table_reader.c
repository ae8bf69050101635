/* SPDX-License-Identifier: ISC */
#include "table_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "index.h"
#include "table_layout.h"
#include "xalloc.h"

/* Records that are read ahead; a bit for each has room in a number. */
#define AHEAD 64

/* How often a part is read, with a pause before each but the first two; and how many
 * pauses there are from one refresh to the next. */
#define READS 12
#define PAUSES 32
#define PAUSE_NS 100000

struct table_reader {
	char *file;
	int fd; /* -1: not open; then nothing else is known */
	const char *why;
	struct table_head head;
	struct table_live live;
	unsigned pauses; /* that are left */

	/* Records that were read ahead: from index first; and the last that was
	 * asked for as the next. */
	uint32_t first, n_ahead, last;
	struct table_record *ahead;
	uint64_t checked; /* a bit for each that was found right */

	/* Of names, for records 1 to n_named. */
	struct index by_name;
	uint32_t n_named;
};

/* Whether a part can be used as it is; number: which one it should be. */
typedef bool right_fn(const struct table_reader *r, const void *part,
    uint64_t number);

/* What a name is looked for with, and the record that has it. */
struct wanted {
	struct table_reader *reader;
	struct table_record *out;
};

static enum table_answer renew(struct table_reader *);
static enum table_answer open_file(struct table_reader *);
static const char *check_file(int, struct table_head *);
static void leave(struct table_reader *);
static bool named(const struct table_reader *);
static enum table_answer read_live(struct table_reader *);
static enum table_answer ended(struct table_reader *, enum table_answer,
    const char *);
static enum table_answer read_part(struct table_reader *, void *, size_t,
    int64_t, right_fn *, uint64_t);
static bool pause_a_little(struct table_reader *);
static right_fn live_right, record_right, event_right, bits_right;
static void look_at_flags(struct table_reader *, uint32_t, uint32_t,
    struct table_bits *);
static const struct table_record *ahead_of(struct table_reader *, uint32_t);
static bool ahead_right(struct table_reader *, uint32_t);
static bool name_more(struct table_reader *);
static index_fn has_name;
static uint32_t hash_of(const char *);
static void skip(const struct table_reader *, uint64_t *, uint64_t *,
    const struct table_event *);

struct table_reader *
table_reader_open(const char *file)
{
	struct table_reader *r = xcalloc(1, sizeof(*r));

	r->file = xstrdup(file);
	r->fd = -1;
	r->why = "was not opened yet";
	return r;
}

void
table_reader_close(struct table_reader *r)
{
	if (r == NULL)
		return;
	leave(r);
	index_free(&r->by_name);
	free(r->ahead);
	free(r->file);
	free(r);
}

enum table_answer
table_reader_refresh(struct table_reader *r, int64_t wall_us)
{
	enum table_answer answer;

	r->pauses = PAUSES;
	r->n_ahead = r->last = 0;
	if (r->fd == -1)
		return renew(r);
	answer = read_live(r);
	if (answer == TABLE_DAMAGED || r->live.replaced != 0 ||
	    (table_reader_stale(r, wall_us) && !named(r)))
		return renew(r);
	return answer;
}

const char *
table_reader_why(const struct table_reader *r)
{
	return r->why;
}

const struct table_head *
table_reader_head(const struct table_reader *r)
{
	return r->fd == -1 ? NULL : &r->head;
}

const struct table_live *
table_reader_live(const struct table_reader *r)
{
	return r->fd == -1 ? NULL : &r->live;
}

bool
table_reader_stale(const struct table_reader *r, int64_t wall_us)
{
	return r->fd == -1 || wall_us > r->live.totals.stale_us;
}

enum table_answer
table_reader_record(struct table_reader *r, uint32_t index,
    struct table_record *out)
{
	const struct table_record *ahead;
	enum table_answer answer;

	if (r->fd == -1)
		return TABLE_MISSING;
	if (index == 0 || index > r->live.n_records)
		return TABLE_NONE;
	ahead = ahead_of(r, index);
	if (ahead != NULL && ahead_right(r, index)) {
		*out = *ahead;
		return TABLE_OK;
	}
	answer = read_part(r, out, sizeof(*out), table_record_at(index),
	    record_right, index);
	if (answer == TABLE_OK && table_record_vacant(out, index))
		return TABLE_NONE;
	return answer;
}

enum table_answer
table_reader_find(struct table_reader *r, const char *name,
    struct table_record *out)
{
	struct wanted wanted = { r, out };
	bool all;

	if (r->fd == -1)
		return TABLE_MISSING;
	all = name_more(r);
	if (index_find(&r->by_name, hash_of(name), has_name, &wanted, name) !=
	    INDEX_NONE)
		return TABLE_OK;
	return all ? TABLE_NONE : TABLE_BUSY;
}

enum table_answer
table_reader_next(struct table_reader *r, uint32_t *index,
    struct table_record *out)
{
	enum table_answer answer = TABLE_NONE;

	if (r->fd == -1)
		return TABLE_MISSING;
	while (answer == TABLE_NONE && *index < r->live.n_records)
		answer = table_reader_record(r, ++*index, out);
	return answer;
}

void
table_reader_enabled(struct table_reader *r, uint64_t *words)
{
	uint32_t n = r->fd != -1 ? r->live.n_records : 0, first, count, i;
	struct table_bits b;

	for (first = 0; first < n; first += count) {
		count = n - first < TABLE_BITS ? n - first : TABLE_BITS;
		if (read_part(r, &b, sizeof(b),
			table_bits_at(&r->head, first / TABLE_BITS), bits_right,
			first / TABLE_BITS) != TABLE_OK)
			look_at_flags(r, first, count, &b);
		/* Those after the last say nothing. */
		if (count % 64 != 0)
			b.words[count / 64] &= (UINT64_C(1) << count % 64) - 1;
		for (i = 0; i < (count + 63) / 64; i++)
			words[first / 64 + i] = b.words[i];
	}
}

enum table_answer
table_reader_event(struct table_reader *r, uint64_t *cursor,
    struct table_event *out, uint64_t *lost)
{
	uint64_t next = r->live.next_event, first;
	enum table_answer answer;

	if (r->fd == -1)
		return TABLE_MISSING;
	if (*cursor == 0 || *cursor > next)
		*cursor = 1;
	first = table_first_event(&r->head, next);
	if (*cursor < first) {
		*lost += first - *cursor;
		*cursor = first;
	}
	while (*cursor < next) {
		answer = read_part(r, out, sizeof(*out),
		    table_event_at(&r->head, *cursor), event_right, *cursor);
		if (answer == TABLE_BUSY)
			return answer;
		if (answer == TABLE_OK && out->number == *cursor) {
			++*cursor;
			return answer;
		}
		skip(r, cursor, lost, answer == TABLE_OK ? out : NULL);
	}
	return TABLE_NONE;
}

/* Opens what has the name now, which may be replaced meanwhile. */
static enum table_answer
renew(struct table_reader *r)
{
	enum table_answer answer = TABLE_BUSY;
	unsigned turn;

	for (turn = 0; turn < READS; turn++) {
		answer = open_file(r);
		if (answer != TABLE_OK)
			return answer;
		answer = read_live(r);
		if (answer != TABLE_OK)
			break;
		if (r->live.replaced == 0)
			return answer;
		if (named(r)) {
			answer = ended(r, TABLE_DAMAGED,
			    "says that another has its name");
			break;
		}
	}
	if (turn == READS)
		answer = ended(r, TABLE_BUSY, "is replaced all the time");
	leave(r);
	return answer;
}

static enum table_answer
open_file(struct table_reader *r)
{
	int64_t born_us = r->head.born_us;
	const char *why;
	int fd;

	leave(r);
	fd = fd_above_standard(open(r->file,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	if (fd == -1)
		return ended(r, TABLE_MISSING, strerror(errno));
	why = check_file(fd, &r->head);
	if (why != NULL) {
		(void)close(fd);
		return ended(r, TABLE_DAMAGED, why);
	}
	r->fd = fd;
	if (r->head.born_us != born_us) {
		index_free(&r->by_name);
		r->n_named = 0;
	}
	return TABLE_OK;
}

static const char *
check_file(int fd, struct table_head *h)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return "is not a regular file";
	if (st.st_size == 0)
		return "is empty";
	if (!table_pread(fd, h, sizeof(*h), 0))
		return "is damaged";
	return table_head_wrong(h);
}

static void
leave(struct table_reader *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	r->fd = -1;
	r->n_ahead = r->last = 0;
}

static bool
named(const struct table_reader *r)
{
	struct stat ours, theirs;

	return fstat(r->fd, &ours) == 0 && stat(r->file, &theirs) == 0 &&
	    ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* What was known stays when it is busy. */
static enum table_answer
read_live(struct table_reader *r)
{
	struct table_live live;
	enum table_answer answer;
	struct stat st;

	/* The bits may lack. */
	if (fstat(r->fd, &st) == -1 || st.st_size < table_events_end(&r->head))
		return ended(r, TABLE_DAMAGED, "was cut short");
	answer = read_part(r, &live, sizeof(live), TABLE_LIVE_AT, live_right,
	    0);
	if (answer == TABLE_OK)
		r->live = live;
	return ended(r, answer,
	    answer == TABLE_OK         ? NULL
		: answer == TABLE_BUSY ? "is busy"
				       : "is damaged");
}

static enum table_answer
ended(struct table_reader *r, enum table_answer answer, const char *why)
{
	r->why = why;
	return answer;
}

static enum table_answer
read_part(struct table_reader *r, void *to, size_t size, int64_t at,
    right_fn *right, uint64_t number)
{
	unsigned char before[sizeof(struct table_record)];
	unsigned reads;
	bool same = false;

	for (reads = 0; reads < READS; reads++) {
		if (reads > 1 && !pause_a_little(r))
			break;
		if (!table_pread(r->fd, to, size, at))
			return TABLE_DAMAGED;
		if (right(r, to, number))
			return TABLE_OK;
		same = reads > 0 && memcmp(before, to, size) == 0;
		memcpy(before, to, size);
	}
	return same ? TABLE_DAMAGED : TABLE_BUSY;
}

static bool
pause_a_little(struct table_reader *r)
{
	static const struct timespec a_little = { .tv_nsec = PAUSE_NS };

	if (r->pauses == 0)
		return false;
	r->pauses--;
	(void)nanosleep(&a_little, NULL);
	return true;
}

static bool
live_right(const struct table_reader *r, const void *part, uint64_t number)
{
	(void)number;
	return table_live_right(part, &r->head);
}

static bool
record_right(const struct table_reader *r, const void *part, uint64_t number)
{
	(void)r;
	return table_record_right(part, (uint32_t)number) ||
	    table_record_vacant(part, (uint32_t)number);
}

/* Of any number that may be in this place: it is a later one when it was late. */
static bool
event_right(const struct table_reader *r, const void *part, uint64_t number)
{
	const struct table_event *e = part;

	return table_event_right(e) &&
	    ((e->number ^ number) & (r->head.ring - 1)) == 0;
}

static bool
bits_right(const struct table_reader *r, const void *part, uint64_t number)
{
	return table_bits_right(part, (uint32_t)number, r->live.started_us);
}

/* Makes the bits of records that look as if the configuration had them. */
static void
look_at_flags(struct table_reader *r, uint32_t first, uint32_t count,
    struct table_bits *b)
{
	const struct table_record *ahead;
	uint32_t i;

	memset(b->words, 0, sizeof(b->words));
	r->last = first;
	for (i = 0; i < count; i++) {
		ahead = ahead_of(r, first + i + 1);
		if (ahead == NULL || (ahead->flags & TABLE_ENABLED) != 0)
			b->words[i / 64] |= UINT64_C(1) << i % 64;
	}
}

/* The record of an index as it was read ahead, when they are asked for in turn. */
static const struct table_record *
ahead_of(struct table_reader *r, uint32_t index)
{
	uint32_t left = r->live.n_records - index + 1;
	bool in_turn = index == r->last + 1;

	r->last = index;
	if (index >= r->first && index - r->first < r->n_ahead)
		return &r->ahead[index - r->first];
	if (!in_turn)
		return NULL;
	if (r->ahead == NULL)
		r->ahead = calloc(AHEAD, sizeof(*r->ahead));
	if (r->ahead == NULL)
		return NULL;
	r->first = index;
	r->n_ahead = left < AHEAD ? left : AHEAD;
	r->checked = 0;
	if (table_pread(r->fd, r->ahead, r->n_ahead * sizeof(*r->ahead),
		table_record_at(index)))
		return r->ahead;
	r->n_ahead = 0;
	return NULL;
}

/* Of such a record, which is asked for once for each of its columns. */
static bool
ahead_right(struct table_reader *r, uint32_t index)
{
	uint32_t i = index - r->first;
	uint64_t bit = UINT64_C(1) << i;

	if ((r->checked & bit) == 0 && table_record_right(&r->ahead[i], index))
		r->checked |= bit;
	return (r->checked & bit) != 0;
}

/* False: one of the names cannot be read now. */
static bool
name_more(struct table_reader *r)
{
	struct table_record record;

	while (r->n_named < r->live.n_records) {
		uint32_t index = r->n_named;
		enum table_answer answer = table_reader_next(r, &index,
		    &record);

		if (answer == TABLE_BUSY)
			return false;
		if (answer == TABLE_OK)
			index_add(&r->by_name, hash_of(record.name), index - 1);
		r->n_named = answer == TABLE_NONE ? r->live.n_records : index;
	}
	return true;
}

static bool
has_name(const void *ctx, uint32_t number, const void *key)
{
	const struct wanted *w = ctx;

	return table_reader_record(w->reader, number + 1, w->out) == TABLE_OK &&
	    strcmp(w->out->name, key) == 0;
}

static uint32_t
hash_of(const char *name)
{
	return index_hash(name, strlen(name), INDEX_HASH);
}

/* Over what is no more where *cursor is; e: what is there, or NULL. */
static void
skip(const struct table_reader *r, uint64_t *cursor, uint64_t *lost,
    const struct table_event *e)
{
	uint64_t to = *cursor + 1;

	if (e != NULL && e->number > *cursor)
		to = e->number - r->head.ring + 1;
	if (to > r->live.next_event)
		to = r->live.next_event;
	*lost += to - *cursor;
	*cursor = to;
}
