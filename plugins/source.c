/* SPDX-License-Identifier: ISC */
#include "source.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config_ready.h"
#include "config_set.h"
#include "plugin.h"

static bool fill_from_table(struct source *, struct portset *, struct text *);
static bool fill_from_agent(struct source *, struct portset *, struct text *);
static bool choose(struct source *, struct text *);
static bool is_from_files(const struct source *);
static bool fill_from_lists(struct source *, struct portset *, struct text *);
static bool add_usual_host(struct source *, struct text *);
static bool fill_from_files(struct source *, struct portset *, struct text *);
static void read_files(struct source *);

bool
source_fill(struct source *s, struct portset *set, struct text *error)
{
	if (s->table != NULL)
		return fill_from_table(s, set, error);
	if (s->snmp.agent != NULL)
		return fill_from_agent(s, set, error);
	if (!choose(s, error))
		return false;
	return is_from_files(s) ? fill_from_files(s, set, error)
				: fill_from_lists(s, set, error);
}

static bool
fill_from_table(struct source *s, struct portset *set, struct text *error)
{
	const struct portset_selection sel = { &s->hosts, s->portsets,
		s->n_portsets, clock_now_us() + s->told_timeout_us };

	plugin_let_signals_end(true);
	s->port_table = portset_table_read(s->table, &sel, clock_wall_us(), set,
	    error);
	plugin_let_signals_end(false);
	return s->port_table != NULL;
}

static bool
fill_from_agent(struct source *s, struct portset *set, struct text *error)
{
	bool ok;

	s->snmp.until_us = clock_now_us() + s->told_timeout_us;
	plugin_let_signals_end(true);
	ok = source_snmp_fill(&s->snmp, set, error);
	plugin_let_signals_end(false);
	return ok;
}

/* What goes together. */
static bool
choose(struct source *s, struct text *error)
{
	const char *why = NULL;

	if (!is_from_files(s) && s->ports.n == 0 &&
	    access(CONFIG_USUAL, F_OK) == 0)
		s->config = CONFIG_USUAL;
	if (!is_from_files(s) && s->ports.n == 0)
		why = "-p: no port is given";
	else if (is_from_files(s) && s->ports.n > 0)
		why = "-p: cannot be used with --config, --portset or --hosts";
	else if (s->n_lists > 0 && (s->config != NULL || s->n_portsets > 0))
		why = "--hosts: cannot be used with --config or --portset";
	if (why != NULL)
		text_puts(error, why);
	else if (is_from_files(s) && s->tls_option != NULL)
		text_printf(error,
		    "%s: is for -p; a configuration has keys for it",
		    s->tls_option);
	return error->len == 0;
}

static bool
is_from_files(const struct source *s)
{
	return s->config != NULL || s->n_portsets > 0 || s->n_lists > 0 ||
	    (s->only_check && s->ports.n == 0);
}

static bool
fill_from_lists(struct source *s, struct portset *set, struct text *error)
{
	if (s->hosts.n == 0 && !add_usual_host(s, error))
		return false;
	listset_init(&s->list, &s->asking, &s->hosts, &s->ports, set);
	return true;
}

static bool
add_usual_host(struct source *s, struct text *error)
{
	return hostlist_add(&s->hosts,
	    s->asking.family == AF_INET6 ? "::1" : "127.0.0.1", error);
}

static bool
fill_from_files(struct source *s, struct portset *set, struct text *error)
{
	const struct config_selection sel = { &s->hosts, s->portsets,
		s->n_portsets };
	struct config *c = &s->read;

	c->usual.timeout_us = s->timeout_us;
	c->usual.retries = s->retries;
	c->usual.probes = s->asking.probes;
	c->usual.family = s->asking.family;
	plugin_let_signals_end(true);
	read_files(s);
	plugin_let_signals_end(false);
	if (s->n_portsets > 0 && c->n_hosts == 0 && s->hosts.n == 0 &&
	    !add_usual_host(s, error))
		return false;
	if (!config_fill(c, &sel, set, error))
		return false;
	if (set->n == 0)
		text_puts(error,
		    s->n_portsets > 0
			? "--portset: no host has a port of it; -H names hosts"
			: "the configuration has no port of any host");
	return set->n > 0;
}

/* A port set that is in none of them may be one of those that are ready. */
static void
read_files(struct source *s)
{
	bool given = s->config != NULL;
	size_t i;

	for (i = 0; i < s->n_lists; i++)
		config_read_list(&s->read, s->lists[i]);
	if (s->n_lists > 0)
		return;
	if (given || s->n_portsets == 0 || access(CONFIG_USUAL, F_OK) == 0)
		config_read(&s->read, given ? s->config : CONFIG_USUAL);
	for (i = 0; i < s->n_portsets && s->read.n_errors == 0; i++)
		config_read_ready(&s->read, s->portsets[i]);
	config_read_ready_of_hosts(&s->read);
}
