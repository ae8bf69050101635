/* SPDX-License-Identifier: ISC */
/*
 * check_portset: many ports of many hosts, each against what it should be.
 * check_portset(1) is its manual.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "outfile.h"
#include "plugin.h"
#include "portset_options.h"
#include "portset_told.h"
#include "progress.h"
#include "sweep.h"
#include "xalloc.h"

/* Of an error in the options. */
#define ERROR_MAX 4096

/* For the reading of a port table, or the asking of an agent that has one. */
#define TOLD_TIMEOUT_US (10 * CLOCK_SECOND)

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
	    "       check_portset --snmp AGENT [OPTION]...\n"
	    "check_portset --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines.\n",
};

struct run {
	struct portset_options given;
	struct portset set;
	int64_t start_us; /* of the probing, or of the reading of a table */
	struct sweep sweep;
	struct progress progress;
};

static bool complete(struct run *, struct text *);
static _Noreturn void print_failure(const struct text *);
static _Noreturn void print_errors(const struct config *);
static _Noreturn void print_config(struct run *);
static void probe_all(struct run *);
static _Noreturn void print_report(struct run *);
static void describe_table(struct setreport *, const struct source *);
static void describe_agent(struct setreport *, const struct source_snmp *);
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
	if (given->source.port_table == NULL && given->source.snmp.told == NULL)
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
	from->told_timeout_us = r->given.timeout_us != 0 ? r->given.timeout_us
							 : TOLD_TIMEOUT_US;
	if (!source_fill(from, &r->set, error)) {
		if (from->table != NULL || from->snmp.agent != NULL)
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
	struct engine *engine;

	sweep_begin(&r->sweep, &r->set, &wishes, &given->sock);
	r->start_us = r->sweep.start_us;
	engine = r->sweep.engine;
	if (signals != NULL)
		(void)engine_watch(engine, signals);
	progress_start(&r->progress, engine, &r->sweep.told, r->set.n);
	engine_run(engine, &plugin_interrupted);
	if (plugin_interrupted)
		engine_stop(engine, plugin_interruption(), clock_now_us());
	progress_end(&r->progress);
	sweep_end(&r->sweep);
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
		.limits = r->sweep.plan.words,
		.line = r->given.line,
		.wall_s = clock_wall_s(),
		.took_us = clock_now_us() - r->start_us,
		.from = gethostname(from, sizeof(from) - 1) == 0 ? from : NULL,
		.flush = flush,
	};
	struct text t;

	if (plugin_interrupted)
		report.summary.state = STATE_UNKNOWN;
	if (r->given.source.port_table != NULL)
		describe_table(&report, &r->given.source);
	if (r->given.source.snmp.told != NULL)
		describe_agent(&report, &r->given.source.snmp);
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
	const struct table_live *live = portset_table_live(from->port_table);
	int64_t age_us = clock_wall_us() - live->written_us;

	report->wall_s = live->written_us / CLOCK_SECOND;
	text_init(&age, TEXT_WORD);
	text_puts(&age, "table ");
	portset_told_age(&age, age_us > 0 ? age_us : 0);
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

/* What more there is to tell of the whole ends the first line. */
static void
describe_agent(struct setreport *report, const struct source_snmp *from)
{
	static struct text about;
	const struct portset_snmp *told = from->told;

	report->with_time = true;
	report->summary.state = state_worst(report->summary.state, told->floor);
	if (told->note.len > 0)
		report->age = told->note.data;
	text_init(&about, ERROR_MAX);
	text_puts(&about, "SNMP agent: ");
	text_escape_string(&about, from->agent);
	text_puts(&about, ", ");
	text_escape(&about, told->version, told->version_len, TEXT_WORD);
	text_printf(&about, ", configuration %" PRIu32, told->config_serial);
	if (told->behind_us > 0)
		text_printf(&about, ", %.3f s behind", told->behind_us / 1e6);
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
