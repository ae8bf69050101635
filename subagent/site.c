/* SPDX-License-Identifier: ISC */
#include "site.h"

#include <stdlib.h>
#include <string.h>

#include "config_ready.h"
#include "config_set.h"
#include "entry.h"
#include "index.h"
#include "report.h"
#include "table_format.h"
#include "xalloc.h"

static bool fill(struct site *, const struct site_files *, struct text *);
static bool check_names(const struct portset *, struct text *);
static index_fn is_named;

struct site *
site_read(const struct site_files *files, struct text *errors)
{
	struct site *s = xcalloc(1, sizeof(*s));

	if (fill(s, files, errors) && check_names(&s->set, errors))
		return s;
	site_free(s);
	return NULL;
}

void
site_free(struct site *s)
{
	if (s == NULL)
		return;
	portset_free(&s->set);
	config_free(&s->config);
	free(s->indexes);
	free(s);
}

static bool
fill(struct site *s, const struct site_files *files, struct text *errors)
{
	static const struct hostlist all;
	const struct config_selection sel = { .hosts = &all };
	struct config *c = &s->config;
	struct text error;
	size_t i;
	bool ok;

	c->usual.timeout_us = files->timeout_us;
	c->usual.probes = files->probes;
	c->usual.family = files->family;
	c->usual.rounds = files->rounds;
	c->usual.confirm = true;
	c->daemon.command = files->command;
	if (files->config != NULL)
		config_read(c, files->config);
	for (i = 0; i < files->n_lists; i++)
		config_read_list(c, files->lists[i]);
	config_read_ready_of_hosts(c);
	text_init(&error, REPORT_MAX);
	ok = config_fill(c, &sel, &s->set, &error) && c->n_errors == 0;
	if (ok && s->set.n == 0) {
		text_puts(&error, "the configuration has no port of any host");
		ok = false;
	}
	if (c->n_errors > 0)
		text_puts(errors, c->errors.data);
	if (error.len > 0)
		text_printf(errors, "%s\n", error.data);
	text_free(&error);
	return ok;
}

/* The port table knows each entry by its name alone, in which words may be cut. */
static bool
check_names(const struct portset *s, struct text *errors)
{
	struct index by_name = { 0 };
	struct text name;
	uint32_t hash, i;
	const char *why = NULL;

	text_init(&name, 2 * TABLE_NAME_SIZE);
	for (i = 0; i < s->n && why == NULL; i++) {
		text_truncate(&name, 0);
		entry_name(&name, s, &s->entries[i]);
		hash = index_hash(name.data, name.len, INDEX_HASH);
		if (name.len >= TABLE_NAME_SIZE)
			why = "is longer than 255 bytes";
		else if (index_find(&by_name, hash, is_named, s, name.data) !=
		    INDEX_NONE)
			why = "is the name of two ports";
		else
			index_add(&by_name, hash, i);
	}
	if (why != NULL)
		text_printf(errors, "%s: %s\n", name.data, why);
	text_free(&name);
	index_free(&by_name);
	return why == NULL;
}

static bool
is_named(const void *ctx, uint32_t number, const void *name)
{
	const struct portset *s = ctx;
	struct text t;
	bool same;

	text_init(&t, 2 * TABLE_NAME_SIZE);
	entry_name(&t, s, &s->entries[number]);
	same = strcmp(t.data, name) == 0;
	text_free(&t);
	return same;
}
