/* SPDX-License-Identifier: ISC */
/*
 * Configurations and lists of targets: either errors, a line each, or entries
 * with hosts, asks and names that nobody else has, and what the daemon is told can
 * be so, and all is freed.
 *
 * Input: what is meant, a byte, then the file.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "config_set.h"
#include "entry.h"

/* Bits of the first byte. */
#define AS_LIST 1
#define WITH_HOST 2
#define WITH_PORTSET 4
#define WITH_OTHER 8
#define CONFIRM 16

/* So many entries are looked at. */
#define LOOKED_AT 500

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_errors(const struct config *);
static void check_set(const struct portset *);
static void check_daemon(const struct daemon_conf *);
static int by_name(const void *, const void *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "s" };
	static int fd = -1;
	struct hostlist hosts = { .max = 10 };
	struct config_selection sel = { .hosts = &hosts, .portsets = names };
	struct config c = { 0 };
	struct portset set = { 0 };
	struct text error;
	char file[64];

	if (size == 0)
		return 0;
	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd != -1);
	assert(ftruncate(fd, 0) == 0);
	assert(pwrite(fd, data + 1, size - 1, 0) == (ssize_t)size - 1);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	text_init(&error, 1000);
	c.usual.confirm = (data[0] & CONFIRM) != 0;
	c.usual.rounds.interval_ms = ROUNDS_INTERVAL_MS;
	if ((data[0] & WITH_HOST) != 0)
		assert(hostlist_add(&hosts, "h", &error));
	if ((data[0] & WITH_OTHER) != 0)
		assert(hostlist_add(&hosts, "x", &error));
	sel.n_portsets = (data[0] & WITH_PORTSET) != 0;
	if ((data[0] & AS_LIST) != 0)
		config_read_list(&c, file);
	else
		config_read(&c, file);
	if (config_fill(&c, &sel, &set, &error)) {
		assert(c.n_errors == 0 && error.len == 0);
		check_set(&set);
		check_daemon(&c.daemon);
	} else {
		assert(c.n_errors > 0 || error.len > 0);
		check_errors(&c);
	}
	portset_free(&set);
	config_free(&c);
	hostlist_free(&hosts);
	text_free(&error);
	return 0;
}

static void
check_errors(const struct config *c)
{
	size_t i, lines = 0;

	for (i = 0; c->n_errors > 0 && i < c->errors.len; i++) {
		lines += c->errors.data[i] == '\n';
		assert(c->errors.data[i] == '\n' ||
		    (c->errors.data[i] >= ' ' && c->errors.data[i] < 0x7f));
	}
	assert(lines == (c->n_errors < 1000 ? c->n_errors : 1000) ||
	    c->errors.cut);
}

static void
check_set(const struct portset *set)
{
	static char *names[LOOKED_AT];
	struct text t;
	size_t i, n;

	for (i = 0; i < set->n && i < LOOKED_AT; i++) {
		const struct entry *e = &set->entries[i];
		const struct rounds *r;

		assert(e->ask < set->n_asks);
		r = set->asks[e->ask].rounds;
		assert(r->interval_ms >= ROUNDS_INTERVAL_MIN_MS &&
		    r->interval_ms <= ROUNDS_INTERVAL_MAX_MS);
		assert(r->lag_ms >= 0 && r->lag_ms <= UINT32_MAX);
		assert(e->host < set->n_hosts || e->host == NO_HOST);
		assert(e->target.terms->timeout_us > 0);
		text_init(&t, 1000);
		entry_describe(&t, set, e);
		assert(!t.cut);
		text_truncate(&t, 0);
		entry_name(&t, set, e);
		assert(t.len > 0);
		names[i] = t.data;
	}
	n = i;
	qsort(names, n, sizeof(names[0]), by_name);
	for (i = 1; i < n; i++)
		assert(strcmp(names[i - 1], names[i]) != 0 ||
		    strstr(names[i], "...") != NULL);
	for (i = 0; i < n; i++)
		free(names[i]);
}

static void
check_daemon(const struct daemon_conf *d)
{
	assert((d->events & (d->events - 1)) == 0);
	assert(d->notify_retries <= 100 ||
	    d->notify_retries == DAEMON_NOTIFY_NO_RETRIES);
	assert(d->notify_events == 0 || d->command != NULL);
	assert(d->command == NULL || d->command[0][0] != '\0');
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}
