/* SPDX-License-Identifier: ISC */
/*
 * read_table FILE: what is in a port table, for the tests of the daemon.
 *
 *	live next=3 done_below=3 missed=0 entries=1 pid=123 stale=no
 *	record 1 mx/smtp enabled,known,down CRITICAL closed failed=3 probes=9 last_event=2 reason=Connection refused
 *	event 1 1 mx/smtp down done
 *
 * done: the daemon has done what the event demands.  The exit status is 0, or 1
 * when there is no table, or something in it is not right.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "notice.h"
#include "outcome.h"
#include "state.h"
#include "table_reader.h"

static const struct {
	uint32_t flag;
	const char *name;
} flags[] = {
	{ TABLE_ENABLED, "enabled" },
	{ TABLE_KNOWN, "known" },
	{ TABLE_UNSURE, "unsure" },
	{ TABLE_LAGGED, "lagged" },
	{ TABLE_SEVERE, "severe" },
	{ TABLE_DOWN, "down" },
};

static bool right = true;

static bool
complain(const char *what, unsigned long long number, enum table_answer answer)
{
	static const char *const words[] = {
		[TABLE_OK] = "fine",
		[TABLE_NONE] = "none",
		[TABLE_BUSY] = "busy",
		[TABLE_DAMAGED] = "damaged",
		[TABLE_MISSING] = "missing",
	};

	if (answer == TABLE_NONE)
		return false;
	if (answer != TABLE_OK) {
		fprintf(stderr, "%s %llu is %s\n", what, number, words[answer]);
		right = false;
	}
	return true;
}

static void
print_live(const struct table_reader *t)
{
	const struct table_live *l = table_reader_live(t);

	printf("live next=%llu done_below=%llu missed=%llu entries=%u pid=%u "
	       "stale=%s\n",
	    (unsigned long long)l->next_event,
	    (unsigned long long)l->done_below, (unsigned long long)l->missed,
	    l->totals.entries, l->pid,
	    table_reader_stale(t, clock_wall_us()) ? "yes" : "no");
}

static void
print_record(const struct table_record *r)
{
	const char *comma = "";
	size_t i;

	printf("record %u %s ", r->index, r->name);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if ((r->flags & flags[i].flag) != 0) {
			printf("%s%s", comma, flags[i].name);
			comma = ",";
		}
	printf(" %s %s failed=%u probes=%llu last_event=%llu reason=%s\n",
	    state_name((enum state)r->state),
	    port_state_name((enum port_state)r->port_state), r->failed_rounds,
	    (unsigned long long)r->probes, (unsigned long long)r->last_event,
	    r->reason);
}

static void
print_records(struct table_reader *t)
{
	enum table_answer answer;
	struct table_record r;
	uint32_t index = 0;

	do {
		answer = table_reader_next(t, &index, &r);
		if (answer == TABLE_OK)
			print_record(&r);
	} while (complain("record", index, answer));
}

static void
print_events(struct table_reader *t)
{
	uint64_t done_below = table_reader_live(t)->done_below;
	enum table_answer answer;
	struct table_event e;
	uint64_t cursor = 1, lost = 0;

	do {
		answer = table_reader_event(t, &cursor, &e, &lost);
		if (answer == TABLE_OK)
			printf("event %llu %u %s %s%s\n",
			    (unsigned long long)e.number, e.index, e.name,
			    notice_event((enum table_event_kind)e.kind),
			    e.done == e.number || e.number < done_below
				? " done"
				: "");
	} while (complain("event", cursor, answer));
	if (lost > 0)
		printf("lost %llu\n", (unsigned long long)lost);
}

int
main(int argc, char **argv)
{
	struct table_reader *t;

	if (argc != 2) {
		fprintf(stderr, "Usage: read_table FILE\n");
		return 2;
	}
	t = table_reader_open(argv[1]);
	if (table_reader_refresh(t, clock_wall_us()) == TABLE_OK) {
		print_live(t);
		print_records(t);
		print_events(t);
	} else {
		fprintf(stderr, "%s: %s\n", argv[1], table_reader_why(t));
		right = false;
	}
	table_reader_close(t);
	return right ? 0 : 1;
}
