/* SPDX-License-Identifier: ISC */
/*
 * check_portset: many ports of many hosts, each against what it should be.
 * check_portset(1) is its manual.
 */
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "datagram_probe.h"
#include "engine.h"
#include "fd.h"
#include "handler_probe.h"
#include "outfile.h"
#include "plan.h"
#include "plugin.h"
#include "portset_options.h"
#include "progress.h"
#include "resolver_cares.h"
#include "stream_probe.h"
#include "xalloc.h"

/* Of an error in the options. */
#define ERROR_MAX 4096

/* For the reading of a port table. */
#define TABLE_TIMEOUT_US (10 * CLOCK_SECOND)

/* Targets added to the engine at a time. */
#define MORE 64

static const struct plugin_words words = {
	.program = "check_portset",
	.purpose =
	    "Tells whether many ports of many hosts are what they should be.\n",
	.usage =
	    "Usage: check_portset -H HOST[,HOST]... -p LIST [-t SECONDS]\n"
	    "           [-w RANGE[%]] [-c RANGE[%]] [--at-least N] [--any] [-46v]\n"
	    "           [--format FORMAT] [--output FILE]\n"
	    "       check_portset -F FILE -p LIST [OPTION]...\n"
	    "       check_portset [--config FILE] [--portset NAME] [-H HOST]\n"
	    "           [--check-config] [OPTION]...\n"
	    "       check_portset --hosts FILE [OPTION]...\n"
	    "       check_portset --table[=FILE] [--portset NAME] [-H HOST]\n"
	    "           [OPTION]...\n"
	    "check_portset --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines.\n",
};

struct run {
	struct portset_options given;
	struct portset set;
	size_t added;
	size_t told;
	int64_t start_us; /* when what is asked is known; or was being read */
	struct plan plan;
	struct progress progress;
	struct engine *engine;
};

static bool complete(struct run *, struct text *);
static _Noreturn void print_failure(const struct text *);
static _Noreturn void print_errors(const struct config *);
static _Noreturn void print_config(struct run *);
static void probe_all(struct run *);
static struct engine *new_engine(struct run *);
static int64_t deadline_us(const struct run *);
static engine_more_fn more;
static void done(void *, const struct target *, const struct result *);
static _Noreturn void print_report(struct run *);
static void describe_table(struct setreport *, const struct source *);
static size_t report_max(const struct run *);
static void report_to_file(struct run *, const struct setreport *);
static char *run_name(const char *);
static void flush(void *, struct text *);
static void flush_to_file(void *, struct text *);

int
main(int argc, char **argv)
{
	static struct run run;
	struct portset_options *given = &run.given;
	const struct options options = portset_options_table(given);
	struct text error;
	bool ok;

	plugin_start("PORTSET");
	text_init(&error, ERROR_MAX);
	ok = portset_options_parse(given, argc, argv, &error);
	if (given->help)
		plugin_help(&words, &options);
	if (given->version)
		plugin_version(&words);
	if (!ok || !complete(&run, &error))
		plugin_usage_error(&words, "PORTSET", &error);
	text_free(&error);
	if (given->source.only_check)
		print_config(&run);
	if (given->source.told == NULL)
		probe_all(&run);
	print_report(&run);
}

static bool
complete(struct run *r, struct text *error)
{
	struct source *from = &r->given.source;
	size_t at_least = r->given.policy.at_least;

	r->start_us = clock_now_us();
	from->timeout_us = r->given.probe_timeout_us;
	from->retries = (unsigned)r->given.retries;
	from->table_timeout_us = r->given.timeout_us != 0 ? r->given.timeout_us
							  : TABLE_TIMEOUT_US;
	if (!source_fill(from, &r->set, error)) {
		if (from->table != NULL)
			print_failure(error);
		if (from->read.n_errors > 0)
			print_errors(&from->read);
		return false;
	}
	if (at_least > portset_quorum(&r->set))
		text_printf(error, "--at-least: %zu: there are only %zu%s",
		    at_least, portset_quorum(&r->set),
		    portset_quorum(&r->set) < r->set.n
			? " that are expected to be open"
			: "");
	else if (from->tls_option != NULL && portset_count_tls(&r->set) == 0)
		text_printf(error, "%s: no item of the list has TLS",
		    from->tls_option);
	else if (from->asking.tls.client_key != NULL &&
	    from->asking.tls.client_cert == NULL)
		text_puts(error,
		    "--client-key: cannot be used without --client-cert");
	return error->len == 0;
}

/* Of what was found, not of how it is asked for. */
static _Noreturn void
print_failure(const struct text *error)
{
	struct text t;

	plugin_start_report();
	text_init(&t, ERROR_MAX + TEXT_WORD);
	text_printf(&t, "PORTSET UNKNOWN - %s\n", error->data);
	plugin_exit(STATE_UNKNOWN, &t);
}

/* The first of them on the first line, and all below it. */
static _Noreturn void
print_errors(const struct config *c)
{
	size_t first = strcspn(c->errors.data, "\n");
	struct text t;

	plugin_start_report();
	text_init(&t, SIZE_MAX / 2);
	text_puts(&t, "PORTSET UNKNOWN - ");
	text_put(&t, c->errors.data, first);
	if (c->n_errors > 1) {
		text_printf(&t, " (the first of %zu errors)\n", c->n_errors);
		text_puts(&t, c->errors.data);
	} else {
		text_puts(&t, "\n");
	}
	plugin_exit(STATE_UNKNOWN, &t);
}

static _Noreturn void
print_config(struct run *r)
{
	struct text t;
	size_t i;

	plugin_start_report();
	text_init(&t, SIZE_MAX / 2);
	text_printf(&t, "PORTSET OK - %zu %s of %zu %s would be asked\n",
	    r->set.n, r->set.n == 1 ? "port" : "ports", r->set.n_hosts,
	    r->set.n_hosts == 1 ? "host" : "hosts");
	for (i = 0; i < r->set.n; i++) {
		entry_describe(&t, &r->set, &r->set.entries[i]);
		text_puts(&t, "\n");
		if (t.len > SETREPORT_PIECE)
			flush(NULL, &t);
	}
	plugin_exit(STATE_OK, &t);
}

static void
probe_all(struct run *r)
{
	const struct portset_options *given = &r->given;
	const struct plan_wishes wishes = {
		.timeout_us = given->timeout_us,
		.probe_timeout_us = given->probe_timeout_us,
		.parallel = given->parallel,
		.rate = given->rate,
		.retries = given->retries,
		.hedge = given->hedge,
		.keep_probe_timeout = given->own_probe_timeout,
	};
	struct watch *signals = plugin_signals();

	r->start_us = clock_now_us();
	r->plan = plan_make(&wishes, &r->set, fd_raise_limit());
	/* Threads that hardly allocate need no heap of their own each. */
	(void)mallopt(M_ARENA_MAX, 1);
	r->engine = new_engine(r);
	if (signals != NULL)
		(void)engine_watch(r->engine, signals);
	progress_start(&r->progress, r->engine, &r->told, r->set.n);
	engine_run(r->engine, &plugin_interrupted);
	if (plugin_interrupted)
		engine_stop(r->engine, plugin_interruption(), clock_now_us());
	progress_end(&r->progress);
	engine_free(r->engine);
}

static struct engine *
new_engine(struct run *r)
{
	const struct engine_conf conf = {
		.parallel = r->plan.parallel,
		.parallel_tls = r->plan.parallel_tls,
		.parallel_handlers = r->plan.parallel_handlers,
		.rate = (unsigned)r->given.rate,
		.retries = (unsigned)r->given.retries,
		.timeout_us = r->plan.probe_timeout_us,
		.hedge = r->given.hedge,
		.sock = r->given.sock,
		.bulk = &resolver_cares,
		.streams = &stream_probe,
		.datagrams = &datagram_probe,
		.handlers = &handler_probe,
		.more = more,
		.done = done,
		.ctx = r,
	};

	return engine_new(&conf);
}

/* A few at a time, so that the engine need not keep a list of all. */
static bool
more(void *ctx)
{
	struct run *r = ctx;
	size_t i;

	for (i = 0; i < MORE && r->added < r->set.n; i++)
		engine_add(r->engine, &r->set.entries[r->added++].target,
		    deadline_us(r));
	return i > 0;
}

static void
done(void *ctx, const struct target *t, const struct result *result)
{
	struct run *r = ctx;

	if (portset_tell(&r->set, t, result))
		engine_add(r->engine, t, deadline_us(r));
	else
		r->told++;
}

static int64_t
deadline_us(const struct run *r)
{
	return r->start_us + r->plan.timeout_us;
}

static _Noreturn void
print_report(struct run *r)
{
	static char from[HOST_NAME_MAX + 1];
	struct setreport report = {
		.set = &r->set,
		.policy = &r->given.policy,
		.summary = portset_summary_of(&r->set, &r->given.policy),
		.verbosity = r->given.verbosity,
		.max = (size_t)r->given.max_output,
		.limits = r->plan.words,
		.line = r->given.line,
		.wall_s = clock_wall_s(),
		.took_us = clock_now_us() - r->start_us,
		.from = gethostname(from, sizeof(from) - 1) == 0 ? from : NULL,
		.flush = flush,
	};
	struct text t;

	if (plugin_interrupted)
		report.summary.state = STATE_UNKNOWN;
	if (r->given.source.told != NULL)
		describe_table(&report, &r->given.source);
	if (r->given.output != NULL) {
		report_to_file(r, &report);
		r->given.report = setreport_nagios;
	}
	plugin_start_report();
	report.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	text_init(&t, report_max(r));
	r->given.report(&t, &report);
	plugin_exit(report.summary.state, &t);
}

/* What is told is as of when the table was written. */
static void
describe_table(struct setreport *report, const struct source *from)
{
	static struct text about, age;
	const struct table_live *live = portset_table_live(from->told);
	int64_t age_us = clock_wall_us() - live->written_us;

	report->wall_s = live->written_us / CLOCK_SECOND;
	text_init(&age, TEXT_WORD);
	text_puts(&age, "table ");
	portset_table_age(&age, age_us > 0 ? age_us : 0);
	text_puts(&age, " old");
	if (report->verbosity > 0)
		report->age = age.data;
	text_init(&about, ERROR_MAX);
	text_puts(&about, "Port table: ");
	text_escape_string(&about, from->table);
	text_puts(&about, ", by ");
	text_escape_string(&about, live->program);
	if (live->pid != 0)
		text_printf(&about, ", process %" PRIu32, live->pid);
	else
		text_puts(&about, ", which has ended");
	if (live->totals.behind_us > 0)
		text_printf(&about, ", %.3f s behind",
		    (double)live->totals.behind_us / 1e6);
	report->limits = about.data;
}

/* Who writes pieces needs no bound. */
static size_t
report_max(const struct run *r)
{
	return r->given.report == setreport_nagios ? (size_t)r->given.max_output
						   : SIZE_MAX / 2;
}

/* When it fails, that is all there is to say, but what became of the ports. */
static void
report_to_file(struct run *r, const struct setreport *on_output)
{
	struct setreport report = *on_output;
	struct outfile file;
	const char *why = outfile_open(&file, r->given.output);
	struct text t;

	if (why == NULL) {
		report.run = run_name(r->given.output);
		report.flush = flush_to_file;
		report.sink = &file;
		text_init(&t, report_max(r));
		r->given.report(&t, &report);
		flush_to_file(&file, &t);
		text_free(&t);
		why = outfile_commit(&file);
	}
	if (why == NULL)
		return;
	text_init(&t, 2 * ERROR_MAX);
	text_puts(&t, "PORTSET UNKNOWN - cannot write ");
	text_escape_string(&t, r->given.output);
	text_printf(&t, ": %s (%s: %zu of %zu not as expected)\n", why,
	    state_name(report.summary.state), report.summary.failed,
	    report.summary.total);
	plugin_exit(STATE_UNKNOWN, &t);
}

/* The name of the file without what follows its last dot: "mail" of mail.prom */
static char *
run_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = xstrdup(slash != NULL ? slash + 1 : path);
	char *dot = strrchr(name, '.');

	if (dot != NULL && dot != name)
		*dot = '\0';
	return name;
}

static void
flush(void *sink, struct text *t)
{
	(void)sink;
	plugin_print(t);
	text_truncate(t, 0);
}

static void
flush_to_file(void *sink, struct text *t)
{
	outfile_write(sink, t->data, t->len);
	text_truncate(t, 0);
}
