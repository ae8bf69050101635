/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "index.h"
#include "pool.h"
#include "table_enabled.h"
#include "table_file.h"
#include "table_layout.h"
#include "table_repair.h"
#include "xalloc.h"

/* Records that are written or copied at once. */
#define BATCH 64

/* As many records and events wait for a flush that is asked for. */
#define RECORDS_MAX 1024
#define EVENTS_MAX 4096

/* As many records wait while nothing can be written; of others the last that was
 * told is lost. */
#define RECORDS_KEPT 4096

/* How often we look after the file, tell readers that we live, and try again. */
#define TURN CLOCK_SECOND

struct table {
	char *file; /* NULL: it has no name */
	int fd;
	bool ours;              /* fd is a table of ours */
	struct table_head head; /* of it */
	struct table_live live; /* as of now; n_records: on disk */
	uint32_t capacity;      /* there should be at least */
	uint32_t ring;          /* there should be */

	/* Of each index its name, NULL when that is lost, and where among the
	 * records that wait it is, from 1. */
	uint32_t n;
	char **names;
	size_t names_size;
	uint32_t *waits;
	size_t waits_size;
	struct pool strings;
	struct index by_name;
	struct table_enabled enabled; /* of each index */

	struct table_record *records;
	size_t n_records, records_size;
	struct table_event *events; /* the last before next_event */
	size_t n_events, events_size;
	uint64_t *done; /* a bit for each place in the ring */

	bool unsynced;    /* acknowledgements were written */
	bool tell;        /* readers should be told soon */
	bool anew;        /* only a new file can help */
	bool lost;        /* somebody cut, removed or replaced the file */
	const char *what; /* failed last, or NULL */
	int err;          /* errno of that, or 0 */
	bool said;        /* that something failed */
	int64_t now_us;
	int64_t looked_us; /* after the file */
	int64_t tried_us;
};

static bool begin(struct table *, const struct table_conf *, struct text *);
static const char *examine(struct table *);
static void start(struct table *, const struct table_conf *);
static bool repair(struct table *, struct text *);
static void say_repaired(const struct table_repaired *, struct text *);
static void load_done(struct table *);
static void table_free(struct table *);
static table_repair_fn add_name;
static index_fn has_name;
static uint32_t hash_of(const char *);
static bool elapsed(int64_t, int64_t);
static void try_when_due(struct table *);
static void try_now(struct table *);
static bool wants_another(const struct table *);
static uint32_t n_placed(const struct table *);
static void look_after(struct table *);
static bool write_all(struct table *);
static bool write_names(struct table *);
static bool write_events(struct table *);
static bool sync_file(struct table *);
static bool write_records(struct table *);
static void forget_waiting(struct table *);
static bool write_live(struct table *, int, struct table_live *);
static bool make_new(struct table *);
static bool own_name(const struct table *, int *);
static uint32_t capacity_for(const struct table *);
static bool copy_all(struct table *, int, const struct table_head *);
static bool copy_records(struct table *, int);
static void gather(struct table *, uint32_t, struct table_record *);
static bool copy_events(struct table *, int, const struct table_head *);
static void take_new(struct table *, int, const struct table_head *);
static void resize_done(struct table *, const struct table_head *);
static bool failed(struct table *, const char *);
static void say(struct table *, struct text *);
static const char *file_words(const char *);
static bool read_record(struct table *, uint32_t, struct table_record *);
static bool read_event(struct table *, uint64_t, struct table_event *);
static void count_missed(struct table *, uint64_t);
static void drop_oldest(struct table *);
static bool is_done(const struct table *, uint64_t);
static void set_done(struct table *, uint64_t, bool);
static void advance_done(struct table *);
static void wait_for_flush(struct table *, uint32_t,
    const struct table_record *);

struct table *
table_open(const char *file, const struct table_conf *conf, struct text *words)
{
	size_t before = words->len;
	struct table *t;
	int fd;

	assert(conf->capacity < TABLE_CAPACITY_MAX);
	assert(conf->ring > 0 && conf->ring <= TABLE_RING_MAX &&
	    (conf->ring & (conf->ring - 1)) == 0);
	text_printf(words, "%s: ", file_words(file));
	fd = table_file_lock(file, words);
	if (fd == -1)
		return NULL;
	text_truncate(words, before);
	t = xcalloc(1, sizeof(*t));
	t->file = file != NULL ? xstrdup(file) : NULL;
	t->fd = fd;
	t->now_us = conf->now_us;
	t->capacity = conf->capacity;
	t->ring = conf->ring;
	if (!begin(t, conf, words)) {
		table_free(t);
		return NULL;
	}
	return t;
}

void
table_close(struct table *t)
{
	if (t == NULL)
		return;
	t->live.pid = 0;
	t->tell = true;
	try_now(t);
	table_free(t);
}

uint32_t
table_index(struct table *t, const char *name)
{
	uint32_t i, hash = hash_of(name);

	assert(name[0] != '\0' && strlen(name) < TABLE_NAME_SIZE);
	i = index_find(&t->by_name, hash, has_name, t, name);
	if (i != INDEX_NONE)
		return i + 1;
	add_name(t, t->n + 1, name, false);
	return t->n;
}

uint32_t
table_count(const struct table *t)
{
	return t->n;
}

bool
table_read(struct table *t, uint32_t index, struct table_record *r)
{
	const char *name;

	assert(index > 0 && index <= t->n);
	if (read_record(t, index, r))
		return true;
	name = t->names[index - 1];
	table_record_new(r, index, name != NULL ? name : "");
	return false;
}

void
table_write(struct table *t, uint32_t index, const struct table_record *r)
{
	assert(index > 0 && index <= t->n);
	if (t->names[index - 1] == NULL)
		return;
	if (t->n_records >= RECORDS_MAX && t->waits[index - 1] == 0)
		try_when_due(t);
	if (t->n_records >= RECORDS_KEPT && t->waits[index - 1] == 0) {
		t->live.discontinuity_us = t->now_us;
		return;
	}
	wait_for_flush(t, index, r);
}

uint32_t
table_retire(struct table *t, const bool *kept)
{
	struct table_record r;
	uint32_t i, n = 0;

	for (i = 1; i <= t->n; i++) {
		if (kept[i - 1] || !read_record(t, i, &r) ||
		    (r.flags & TABLE_ENABLED) == 0)
			continue;
		r.flags &= ~TABLE_ENABLED;
		table_write(t, i, &r);
		n++;
	}
	return n;
}

uint64_t
table_event(struct table *t, const struct table_event *e)
{
	uint64_t number = t->live.next_event;
	struct table_event *mine;

	assert(e->index > 0 && e->index <= t->n);
	if (t->n_events >= EVENTS_MAX || t->n_events >= t->head.ring)
		try_when_due(t);
	if (t->n_events >= t->head.ring)
		drop_oldest(t);
	t->events = xgrow(t->events, &t->events_size, t->n_events,
	    sizeof(*t->events));
	mine = &t->events[t->n_events++];
	*mine = *e;
	mine->number = number;
	mine->done = 0;
	memset(mine->name, 0, sizeof(mine->name));
	if (t->names[e->index - 1] != NULL)
		memcpy(mine->name, t->names[e->index - 1],
		    strlen(t->names[e->index - 1]));
	table_seal_event(mine);
	count_missed(t, number);
	t->live.next_event++;
	t->tell = true;
	return number;
}

void
table_done(struct table *t, uint64_t number)
{
	uint64_t waiting = t->live.next_event - t->n_events;

	if (number >= t->live.next_event || is_done(t, number))
		return;
	set_done(t, number, true);
	if (number >= waiting)
		t->events[number - waiting].done = number;
	else if (!table_pwrite(t->fd, &number, sizeof(number),
		     table_event_at(&t->head, number) +
			 (int64_t)offsetof(struct table_event, done)))
		(void)failed(t, "cannot be written");
	t->unsynced = true;
	advance_done(t);
}

void
table_done_all(struct table *t)
{
	if (t->live.done_below == t->live.next_event)
		return;
	t->live.done_below = t->live.next_event;
	t->tell = true;
}

bool
table_undone(struct table *t, uint64_t *from, struct table_event *e)
{
	uint64_t first = table_first_event(&t->head, t->live.next_event);

	if (first < t->live.done_below)
		first = t->live.done_below;
	if (*from < first)
		*from = first;
	while (*from < t->live.next_event) {
		uint64_t number = (*from)++;

		if (!is_done(t, number) && read_event(t, number, e))
			return true;
	}
	return false;
}

void
table_tell(struct table *t, const struct table_totals *totals)
{
	/* Who comes after a daemon of before is not to be taken for it. */
	if (totals->config_serial != t->live.totals.config_serial ||
	    t->live.totals.stale_us < t->now_us)
		t->tell = true;
	t->live.totals = *totals;
}

bool
table_flush(struct table *t, int64_t now_us, struct text *words)
{
	t->now_us = now_us;
	look_after(t);
	try_when_due(t);
	say(t, words);
	return t->what == NULL;
}

const struct table_live *
table_live(const struct table *t)
{
	return &t->live;
}

static bool
begin(struct table *t, const struct table_conf *conf, struct text *words)
{
	const char *why = examine(t);

	if (why != NULL) {
		text_printf(words, "%s: %s; a new table is begun\n", t->file,
		    why);
		if (!table_file_keep(t->file, words))
			return false;
	}
	start(t, conf);
	if (t->ours && !repair(t, words)) {
		text_printf(words, "%s: cannot be repaired: %s\n", t->file,
		    strerror(errno));
		return false;
	}
	load_done(t);
	try_now(t);
	/* A table that cannot grow now may be able to later. */
	say(t, words);
	return t->what == NULL || t->ours;
}

/* NULL: it is a table of ours, or nothing is in it. */
static const char *
examine(struct table *t)
{
	struct stat st;
	const char *why = "is damaged";

	if (fstat(t->fd, &st) == 0 && st.st_size == 0)
		return NULL;
	if (st.st_size >= TABLE_RECORDS_AT &&
	    table_pread(t->fd, &t->head, sizeof(t->head), 0))
		why = table_head_wrong(&t->head);
	t->ours = why == NULL;
	return why;
}

static void
start(struct table *t, const struct table_conf *conf)
{
	size_t len = strnlen(conf->program, sizeof(t->live.program) - 1);

	if (!t->ours)
		t->head = (struct table_head){
			.magic = TABLE_MAGIC,
			.byte_order = TABLE_BYTE_ORDER,
			.version = TABLE_VERSION,
			.live_size = sizeof(struct table_live),
			.record_size = sizeof(struct table_record),
			.event_size = sizeof(struct table_event),
			.ring = conf->ring,
			.born_us = conf->now_us,
		};
	t->anew = !t->ours;
	if (!t->ours ||
	    !table_pread(t->fd, &t->live, sizeof(t->live), TABLE_LIVE_AT) ||
	    !table_live_right(&t->live, &t->head))
		t->live = (struct table_live){
			.discontinuity_us = conf->now_us,
		};
	t->live.pid = (uint32_t)getpid();
	t->live.started_us = conf->now_us;
	t->live.replaced = 0;
	memset(t->live.program, 0, sizeof(t->live.program));
	memcpy(t->live.program, conf->program, len);
	t->tell = true;
}

static bool
repair(struct table *t, struct text *words)
{
	struct table_repaired found;
	/* next_event is never 0 in one that is right. */
	const struct table_live *l = t->live.next_event > 0 ? &t->live : NULL;

	if (l == NULL)
		text_puts(words, "what was known of the whole is lost\n");
	if (!table_repair(t->fd, &t->head, l, add_name, t, &found))
		return false;
	t->live.n_records = found.n_records;
	t->live.next_event = found.next_event;
	if (found.emptied + found.lost > 0)
		t->live.discontinuity_us = t->now_us;
	say_repaired(&found, words);
	return true;
}

static void
say_repaired(const struct table_repaired *found, struct text *words)
{
	if (found->emptied > 0)
		text_printf(words,
		    "records of which only the name is left: %u\n",
		    found->emptied);
	if (found->lost > 0)
		text_printf(words, "records that are lost: %u\n", found->lost);
	if (found->applied > 0)
		text_printf(words, "events that records had missed: %u\n",
		    found->applied);
}

static void
load_done(struct table *t)
{
	uint64_t n, mark, first;

	if (t->live.next_event == 0)
		t->live.next_event = t->live.done_below = 1;
	first = table_first_event(&t->head, t->live.next_event);
	t->done = xcalloc(t->head.ring / 64 + 1, sizeof(*t->done));
	if (t->live.done_below < first)
		t->live.done_below = first;
	for (n = t->live.done_below; n < t->live.next_event; n++)
		if (table_pread(t->fd, &mark, sizeof(mark),
			table_event_at(&t->head, n) +
			    (int64_t)offsetof(struct table_event, done)))
			set_done(t, n, mark == n);
	advance_done(t);
}

static void
table_free(struct table *t)
{
	(void)close(t->fd);
	index_free(&t->by_name);
	table_enabled_free(&t->enabled);
	pool_free(&t->strings);
	free(t->names);
	free(t->waits);
	free(t->records);
	free(t->events);
	free(t->done);
	free(t->file);
	free(t);
}

static void
add_name(void *ctx, uint32_t index, const char *name, bool enabled)
{
	struct table *t = ctx;

	assert(index == t->n + 1);
	t->names = xgrow(t->names, &t->names_size, t->n, sizeof(*t->names));
	t->waits = xgrow(t->waits, &t->waits_size, t->n, sizeof(*t->waits));
	t->waits[t->n] = 0;
	t->names[t->n] = NULL;
	if (name != NULL) {
		t->names[t->n] = pool_string(&t->strings, name, strlen(name));
		index_add(&t->by_name, hash_of(name), t->n);
	}
	t->n++;
	table_enabled_set(&t->enabled, index, enabled);
}

static bool
has_name(const void *ctx, uint32_t number, const void *key)
{
	const struct table *t = ctx;

	return strcmp(t->names[number], key) == 0;
}

static uint32_t
hash_of(const char *name)
{
	return index_hash(name, strlen(name), INDEX_HASH);
}

/* Whether a turn has passed, or the clock was set back. */
static bool
elapsed(int64_t since_us, int64_t now_us)
{
	return now_us >= since_us + TURN || now_us < since_us;
}

static void
try_when_due(struct table *t)
{
	if (t->what == NULL || elapsed(t->tried_us, t->now_us))
		try_now(t);
}

static void
try_now(struct table *t)
{
	t->what = NULL;
	t->err = 0;
	t->tried_us = t->now_us;
	if (t->anew || wants_another(t))
		(void)make_new(t);
	/* What has its place is written even when the rest has none. */
	if (!t->anew)
		(void)write_all(t);
}

/* Whether the file is good, but not of the size that it should have. */
static bool
wants_another(const struct table *t)
{
	return t->n > t->head.capacity || t->head.capacity < t->capacity ||
	    t->head.ring != t->ring;
}

/* As many indexes have their place in the file. */
static uint32_t
n_placed(const struct table *t)
{
	return t->n < t->head.capacity ? t->n : t->head.capacity;
}

/* Whether somebody cut, removed or replaced the file. */
static void
look_after(struct table *t)
{
	struct stat st;

	if (!elapsed(t->looked_us, t->now_us))
		return;
	t->looked_us = t->now_us;
	if (fstat(t->fd, &st) == -1 || st.st_size < table_size(&t->head) ||
	    !table_file_named(t->fd, t->file))
		t->lost = t->anew = true;
}

static bool
write_all(struct table *t)
{
	if (!write_names(t) || !write_events(t) || !sync_file(t) ||
	    !write_records(t) ||
	    !table_enabled_write(&t->enabled, t->fd, &t->head,
		t->live.started_us))
		return failed(t, "cannot be written");
	if (!t->tell && !elapsed(t->live.written_us, t->now_us))
		return true;
	if (!write_live(t, t->fd, &t->live))
		return failed(t, "cannot be written");
	t->tell = false;
	return true;
}

static bool
write_names(struct table *t)
{
	struct table_record *batch;
	uint32_t first, i, count, n = n_placed(t);
	bool good = true;

	if (n == t->live.n_records)
		return true;
	batch = xcalloc(BATCH, sizeof(*batch));
	for (first = t->live.n_records + 1; good && first <= n;
	     first += count) {
		count = n - first < BATCH ? n - first + 1 : BATCH;
		for (i = 0; i < count; i++) {
			table_record_new(&batch[i], first + i,
			    t->names[first + i - 1]);
			batch[i].created_us = t->now_us;
			table_seal_record(&batch[i]);
		}
		good = table_pwrite(t->fd, batch, count * sizeof(*batch),
		    table_record_at(first));
	}
	free(batch);
	return good;
}

/* In one piece, or two where the ring ends. */
static bool
write_events(struct table *t)
{
	uint64_t number = t->live.next_event - t->n_events;
	size_t i = 0, count;

	for (; i < t->n_events; i += count, number += count) {
		count = t->head.ring - (number & (t->head.ring - 1));
		if (count > t->n_events - i)
			count = t->n_events - i;
		if (!table_pwrite(t->fd, &t->events[i],
			count * sizeof(*t->events),
			table_event_at(&t->head, number)))
			return false;
	}
	return true;
}

/* Only now is what was written before in the file. */
static bool
sync_file(struct table *t)
{
	uint32_t n = n_placed(t);

	if (t->n_events == 0 && n == t->live.n_records && !t->unsynced)
		return true;
	if (fdatasync(t->fd) == -1) {
		/* What is in memory may count as written now: it must not. */
		t->anew = true;
		return false;
	}
	if (n != t->live.n_records)
		t->tell = true;
	t->live.n_records = n;
	t->n_events = 0;
	t->unsynced = false;
	return true;
}

static bool
write_records(struct table *t)
{
	size_t i;

	for (i = 0; i < t->n_records; i++)
		if (t->records[i].index <= t->head.capacity &&
		    !table_pwrite(t->fd, &t->records[i], sizeof(t->records[i]),
			table_record_at(t->records[i].index)))
			return false;
	forget_waiting(t);
	return true;
}

/* All but those that have no place. */
static void
forget_waiting(struct table *t)
{
	size_t i, left = 0;

	for (i = 0; i < t->n_records; i++) {
		uint32_t index = t->records[i].index;

		t->waits[index - 1] = 0;
		if (index > t->head.capacity) {
			t->records[left++] = t->records[i];
			t->waits[index - 1] = (uint32_t)left;
		}
	}
	t->n_records = left;
}

static bool
write_live(struct table *t, int fd, struct table_live *l)
{
	l->seq++;
	l->written_us = t->now_us;
	table_seal_live(l);
	return table_pwrite(fd, l, sizeof(*l), TABLE_LIVE_AT);
}

/*
 * A file that has all that this one has, and what waits, takes its place.  Of a file
 * that somebody else put there a second name is kept, unless a daemon has it.
 */
static bool
make_new(struct table *t)
{
	struct table_head h = t->head;
	int guard = -1, fd;

	if (!own_name(t, &guard))
		return failed(t, "another file has its name");
	h.ring = t->ring;
	h.capacity = capacity_for(t);
	table_seal_head(&h);
	fd = table_file_begin(t->file, &h);
	if (fd != -1 && copy_all(t, fd, &h) && table_file_end(fd, t->file))
		take_new(t, fd, &h);
	else {
		(void)failed(t, "cannot be made anew");
		if (fd != -1)
			table_file_abandon(fd, t->file);
	}
	if (guard != -1)
		(void)close(guard);
	return t->what == NULL;
}

/* Whether the name is ours, or that of a file whose lock we have now: *guard. */
static bool
own_name(const struct table *t, int *guard)
{
	struct text words;
	struct stat st;
	bool good;

	if (table_file_named(t->fd, t->file))
		return true;
	text_init(&words, TEXT_WORD);
	*guard = table_file_lock(t->file, &words);
	good = *guard != -1 && fstat(*guard, &st) == 0 &&
	    (st.st_size == 0 || table_file_keep(t->file, &words));
	text_free(&words);
	if (!good && *guard != -1)
		(void)close(*guard);
	return good;
}

static uint32_t
capacity_for(const struct table *t)
{
	uint32_t capacity = t->head.capacity;

	if (capacity < t->capacity)
		capacity = t->capacity;
	if (capacity < t->n)
		capacity = t->n + t->n / 2;
	if (capacity < 1)
		capacity = 1;
	return (capacity + BATCH - 1) / BATCH * BATCH;
}

static bool
copy_all(struct table *t, int fd, const struct table_head *h)
{
	struct table_live l;

	if (!copy_records(t, fd) || !copy_events(t, fd, h))
		return false;
	l = t->live;
	l.n_records = t->n;
	if (!table_enabled_copy(&t->enabled, fd, h, l.started_us) ||
	    !write_live(t, fd, &l))
		return false;
	t->live = l;
	return true;
}

static bool
copy_records(struct table *t, int fd)
{
	struct table_record *batch = xcalloc(BATCH, sizeof(*batch));
	uint32_t first, i, count;
	bool good = true;

	for (first = 1; good && first <= t->n; first += count) {
		count = t->n - first < BATCH ? t->n - first + 1 : BATCH;
		for (i = 0; i < count; i++) {
			gather(t, first + i, &batch[i]);
			table_enabled_set(&t->enabled, first + i,
			    (batch[i].flags & TABLE_ENABLED) != 0);
		}
		good = table_pwrite(fd, batch, count * sizeof(*batch),
		    table_record_at(first));
	}
	free(batch);
	return good;
}

/* What is known of an index, if only its name, or that it is lost. */
static void
gather(struct table *t, uint32_t index, struct table_record *r)
{
	if (read_record(t, index, r))
		return;
	if (t->names[index - 1] == NULL)
		table_record_vacate(r, index);
	else {
		table_record_new(r, index, t->names[index - 1]);
		r->created_us = t->now_us;
		if (index <= t->live.n_records)
			t->live.discontinuity_us = t->now_us;
	}
	table_seal_record(r);
}

static bool
copy_events(struct table *t, int fd, const struct table_head *h)
{
	uint64_t n = table_first_event(h, t->live.next_event);
	struct table_event e;

	for (; n < t->live.next_event; n++) {
		if (!read_event(t, n, &e))
			continue;
		e.done = is_done(t, n) ? n : 0;
		if (!table_pwrite(fd, &e, sizeof(e), table_event_at(h, n)))
			return false;
	}
	return true;
}

static void
take_new(struct table *t, int fd, const struct table_head *h)
{
	struct table_live old = t->live;

	old.replaced = 1;
	if (old.n_records > t->head.capacity)
		old.n_records = t->head.capacity;
	if (t->ours)
		(void)write_live(t, t->fd, &old);
	(void)close(t->fd);
	t->fd = fd;
	t->ours = true;
	t->anew = t->unsynced = t->tell = false;
	t->live.n_records = t->n;
	t->n_events = 0;
	if (h->ring != t->head.ring)
		resize_done(t, h);
	t->head = *h;
	forget_waiting(t);
}

static void
resize_done(struct table *t, const struct table_head *h)
{
	uint64_t *before = t->done, n, first;
	uint32_t ring = t->head.ring;

	first = table_first_event(h, t->live.next_event);
	if (first < table_first_event(&t->head, t->live.next_event))
		first = table_first_event(&t->head, t->live.next_event);
	t->done = xcalloc(h->ring / 64 + 1, sizeof(*t->done));
	t->head.ring = h->ring;
	for (n = first; n < t->live.next_event; n++)
		set_done(t, n,
		    (before[(n & (ring - 1)) / 64] >> (n & (ring - 1)) % 64 &
			1) != 0);
	if (t->live.done_below < first)
		t->live.done_below = first;
	free(before);
}

/* Keeps what was the first to fail. */
static bool
failed(struct table *t, const char *what)
{
	int err = errno;

	if (t->what == NULL) {
		t->what = what;
		t->err = err;
	}
	if (err == EIO)
		t->anew = true;
	return false;
}

static void
say(struct table *t, struct text *words)
{
	const char *name = file_words(t->file);

	if (t->lost && !t->anew) {
		if (!t->said)
			text_printf(words,
			    "%s: was cut, removed or replaced; it was made "
			    "anew\n",
			    name);
		t->lost = false;
	}
	if ((t->what != NULL) == t->said)
		return;
	t->said = t->what != NULL;
	if (t->what == NULL)
		text_printf(words, "%s: is written again\n", name);
	else if (t->err == 0)
		text_printf(words, "%s: %s\n", name, t->what);
	else
		text_printf(words, "%s: %s: %s\n", name, t->what,
		    strerror(t->err));
}

static const char *
file_words(const char *file)
{
	return file != NULL ? file : "the port table in memory";
}

static bool
read_record(struct table *t, uint32_t index, struct table_record *r)
{
	if (t->waits[index - 1] != 0) {
		*r = t->records[t->waits[index - 1] - 1];
		return true;
	}
	return index <= t->live.n_records &&
	    table_pread(t->fd, r, sizeof(*r), table_record_at(index)) &&
	    table_record_right(r, index);
}

static bool
read_event(struct table *t, uint64_t number, struct table_event *e)
{
	uint64_t waiting = t->live.next_event - t->n_events;

	if (number >= waiting) {
		*e = t->events[number - waiting];
		return true;
	}
	return table_pread(t->fd, e, sizeof(*e),
		   table_event_at(&t->head, number)) &&
	    table_event_right(e) && e->number == number;
}

/* The event that has the place of a new one is no more. */
static void
count_missed(struct table *t, uint64_t number)
{
	if (number > t->head.ring &&
	    number - t->head.ring >= t->live.done_below) {
		t->live.missed += !is_done(t, number - t->head.ring);
		t->live.done_below = number - t->head.ring + 1;
		advance_done(t);
	}
	set_done(t, number, false);
}

/* Many at once, since the rest is moved. */
static void
drop_oldest(struct table *t)
{
	size_t n = t->n_events / 4 + 1;

	t->n_events -= n;
	memmove(t->events, t->events + n, t->n_events * sizeof(*t->events));
}

static bool
is_done(const struct table *t, uint64_t number)
{
	uint64_t place = number & (t->head.ring - 1);

	return number < t->live.done_below ||
	    (t->done[place / 64] >> place % 64 & 1) != 0;
}

static void
set_done(struct table *t, uint64_t number, bool done)
{
	uint64_t place = number & (t->head.ring - 1);
	uint64_t bit = UINT64_C(1) << place % 64;

	if (done)
		t->done[place / 64] |= bit;
	else
		t->done[place / 64] &= ~bit;
}

static void
advance_done(struct table *t)
{
	while (t->live.done_below < t->live.next_event &&
	    is_done(t, t->live.done_below))
		t->live.done_below++;
}

static void
wait_for_flush(struct table *t, uint32_t index, const struct table_record *r)
{
	uint32_t *place = &t->waits[index - 1];
	struct table_record *mine;

	if (*place == 0) {
		t->records = xgrow(t->records, &t->records_size, t->n_records,
		    sizeof(*t->records));
		*place = (uint32_t)++t->n_records;
	}
	mine = &t->records[*place - 1];
	*mine = *r;
	mine->index = index;
	mine->seq = r->seq + 1;
	mine->flags |= TABLE_USED;
	table_enabled_set(&t->enabled, index,
	    (mine->flags & TABLE_ENABLED) != 0);
	if (mine->created_us == 0)
		mine->created_us = t->now_us;
	memset(mine->name, 0, sizeof(mine->name));
	memcpy(mine->name, t->names[index - 1], strlen(t->names[index - 1]));
	table_seal_record(mine);
}
