/* SPDX-License-Identifier: ISC */
/*
 * check_portset: many ports of many hosts, each against what it should be.
 * check_portset(1) is its manual.
 */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "datagram_probe.h"
#include "engine.h"
#include "escape.h"
#include "fd.h"
#include "handler_probe.h"
#include "num.h"
#include "options.h"
#include "outfile.h"
#include "plugin.h"
#include "resolver_cares.h"
#include "setreport.h"
#include "source.h"
#include "stream_probe.h"
#include "tls.h"
#include "xalloc.h"

#define PROBE_TIMEOUT_US (2 * CLOCK_SECOND)
#define HOSTS_MAX 1024
#define OUTPUT_MAX 8192

/* What a run without -t gets on top of what its probes need. */
#define SLACK_US (1 * CLOCK_SECOND)
#define LOOKUP_US (10 * CLOCK_SECOND)

/* No run takes longer: the most that -t can be. */
#define RUN_MAX_US (INT64_C(1000000000) * CLOCK_SECOND)

/* Entries with TLS at a time: a second of processor time is too much for them. */
#define TLS_PARALLEL 256

/* Output that is long is written in pieces of about this size. */
#define PIECE 32768

/* Handlers at a time: each is a program. */
#define HANDLERS 16
#define HANDLER_FDS 4

/* Targets added to the engine at a time. */
#define MORE 64

/* Descriptors kept for other things than probes. */
#define OTHER_FDS 48

/* When the progress is shown for the first time, and how often then. */
#define PROGRESS_FIRST_S 1
#define PROGRESS_NS (200L * 1000 * 1000)
#define PROGRESS_WIDTH 30

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
	    "check_portset --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines.\n",
};

struct run {
	struct source source;
	int64_t timeout_us; /* 0: by what the probes need */
	int64_t parallel;   /* 0: as many as there are descriptors */
	int64_t rate;
	int64_t retries;
	int64_t max_output;
	struct engine_conf conf;
	struct portset_policy policy;
	setreport_fn *report;
	char *line;         /* of --report, or NULL */
	const char *output; /* NULL: none but standard output */
	unsigned verbosity;
	bool help;
	bool version;

	struct portset set;
	size_t with_tls; /* of its entries */
	size_t added;
	size_t told;
	int64_t start_us;
	int64_t deadline_us;
	char limits[160];
	struct watch progress;
	bool progress_shown;
	struct engine *engine;
};

static option_fn set_any, set_at_least, set_ca_file, set_certificate,
    set_check_config, set_client_cert, set_client_key, set_config,
    set_count_critical, set_count_warning, set_critical, set_file, set_format,
    set_hedge, set_help, set_host, set_interface, set_ipv4, set_ipv6,
    set_lag_critical, set_lag_warning, set_list, set_max_hosts, set_max_output,
    set_output, set_parallel, set_ports, set_portset, set_probe_timeout,
    set_probes, set_rate, set_report, set_retries, set_source, set_timeout,
    set_tls_min, set_verbose, set_verify, set_version, set_warning;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE
#define MAY OPTION_MAY_HAVE_VALUE

static const struct option_row rows[] = {
	{ 'H', "hostname", YES, "HOST[,HOST]...", set_host,
	    "Names, addresses or networks (default: 127.0.0.1)" },
	{ 'F', "hosts-file", YES, "FILE", set_file,
	    "Read hosts from FILE, - for standard input" },
	{ 'p', "ports", YES, "LIST", set_ports,
	    "Ports: [tcp:]PORT[-PORT][/PROTOCOL][=EXPECTED],\n"
	    "unix:PATH[=EXPECTED]; EXPECTED is " EXPECTED_NAMES },
	{ 0, "config", YES, "FILE", set_config,
	    "Read port sets and hosts from FILE, see portstate.yaml(5)\n"
	    "(default, without -p: " SOURCE_CONFIG ")" },
	{ 0, "portset", YES, "NAME[,NAME]...", set_portset,
	    "Ask for these port sets, of FILE or ready ones" },
	{ 0, "hosts", YES, "FILE", set_list,
	    "Read targets from FILE, - for standard input:\n"
	    "HOST PORT [NAME] in a line" },
	{ 0, "check-config", NO, "", set_check_config,
	    "Print what would be asked, or what is wrong, and ask nothing" },
	{ 0, "max-hosts", YES, "NUMBER", set_max_hosts,
	    "More hosts are an error (default: 1024)", NULL, true },
	{ '4', "use-ipv4", NO, "", set_ipv4, "Use IPv4 addresses only" },
	{ '6', "use-ipv6", NO, "", set_ipv6, "Use IPv6 addresses only" },
	{ 't', "timeout", YES, "SECONDS", set_timeout,
	    "Deadline of the run (default: what its probes need)", "to" },
	{ 0, "probe-timeout", YES, "SECONDS", set_probe_timeout,
	    "How long to wait for one port (default: 2)" },
	{ 0, "parallel", YES, "NUMBER", set_parallel,
	    "Ports asked at the same time (default: by descriptors)" },
	{ 0, "rate", YES, "NUMBER", set_rate,
	    "Ports asked in a second (default: no limit)" },
	{ 0, "retries", YES, "NUMBER", set_retries,
	    "Ask a port that does not answer again (default: 0)" },
	{ 0, "probes", YES, "NUMBER", set_probes,
	    "Ask each port so many times, 1 to 1000 (default: 1)" },
	{ 0, "hedge", NO, "", set_hedge,
	    "Ask a port that is late on a second socket, too" },
	{ 'D', "certificate", YES, "DAYS[,DAYS]", set_certificate,
	    "Days for which certificates must be valid not to be WARNING,\n"
	    "and not to be CRITICAL (default: 0)" },
	{ 0, "verify", NO, "", set_verify,
	    "The peers must be trusted, and who they should be" },
	{ 0, "ca-file", YES, "FILE", set_ca_file,
	    "The same, and trusted by FILE, not by the system" },
	{ 0, "tls-min", YES, "VERSION", set_tls_min,
	    "Lowest version, one of 1.0, 1.1, 1.2, 1.3 (default: 1.2)" },
	{ 0, "client-cert", YES, "FILE", set_client_cert,
	    "Certificate to show" },
	{ 0, "client-key", YES, "FILE", set_client_key,
	    "Its private key (default: in the same file)" },
	{ 0, "source", YES, "ADDRESS", set_source, "Connect from ADDRESS" },
	{ 0, "interface", YES, "INTERFACE", set_interface,
	    "Connect through INTERFACE" },
	{ 'w', "warning", YES, "RANGE[%]", set_warning,
	    "Number or share not as expected to be WARNING outside of", "wt" },
	{ 'c', "critical", YES, "RANGE[%]", set_critical,
	    "Number or share not as expected to be CRITICAL outside of\n"
	    "(default: 0)",
	    "ct" },
	{ 0, "count-warning", YES, "STATE=RANGE[%]", set_count_warning,
	    "Number or share of ports that are open, closed, filtered,\n"
	    "open|filtered or unknown to be WARNING outside of" },
	{ 0, "count-critical", YES, "STATE=RANGE[%]", set_count_critical,
	    "The same to be CRITICAL" },
	{ 0, "at-least", YES, "NUMBER", set_at_least,
	    "OK if so many are as expected, else CRITICAL" },
	{ 0, "any", NO, "", set_any, "The same as --at-least=1" },
	{ 0, "lag-warning", YES, "RANGE", set_lag_warning,
	    "Latency in milliseconds to be WARNING outside of" },
	{ 0, "lag-critical", YES, "RANGE", set_lag_critical,
	    "Latency in milliseconds to be CRITICAL outside of" },
	{ 0, "format", YES, "FORMAT", set_format,
	    "One of " SETREPORT_NAMES " (default: nagios)" },
	{ 0, "report", MAY, "FORMAT", set_report,
	    "The format portmon, with lines like FORMAT" },
	{ 0, "output", YES, "FILE", set_output,
	    "Put the report into FILE, and the nagios format on standard\n"
	    "output" },
	{ 0, "max-output", YES, "BYTES", set_max_output,
	    "Bytes of the nagios format at the most (default: 8192)" },
	{ 'v', "verbose", NO, "", set_verbose,
	    "List all entries, and the limits of the run" },
	{ 'V', "version", NO, "", set_version, "Print the version", NULL,
	    true },
	{ 'h', "help", NO, "", set_help, "Print this", NULL, true },
};

static void init(struct run *);
static bool complete(struct run *, struct text *);
static bool complete_tls(struct run *, struct text *);
static _Noreturn void print_errors(const struct config *);
static _Noreturn void print_config(struct run *);
static void probe_all(struct run *, int64_t);
static double longest(const struct run *);
static double asked(const struct run *);
static void plan(struct run *, int64_t);
static engine_more_fn more;
static void done(void *, const struct target *, const struct result *);
static void progress_start(struct run *);
static void progress_show(struct watch *, int64_t);
static void progress_end(struct run *);
static _Noreturn void print_report(struct run *);
static size_t report_max(const struct run *);
static void report_to_file(struct run *, const struct setreport *);
static char *run_name(const char *);
static void flush(void *, struct text *);
static void flush_to_file(void *, struct text *);

int
main(int argc, char **argv)
{
	static struct run run;
	const struct options options = { rows, sizeof(rows) / sizeof(rows[0]),
		set_host, &run };
	int64_t start_us = clock_now_us();
	struct text error;
	bool ok;

	plugin_start("PORTSET");
	init(&run);
	text_init(&error, OUTPUT_MAX / 2);
	ok = options_parse(&options, argc, argv, &error);
	if (run.help)
		plugin_help(&words, &options);
	if (run.version)
		plugin_version(&words);
	if (!ok || !complete(&run, &error))
		plugin_usage_error(&words, "PORTSET", &error);
	text_free(&error);
	if (run.source.only_check)
		print_config(&run);
	probe_all(&run, start_us);
	print_report(&run);
}

static void
init(struct run *r)
{
	r->source.hosts.max = HOSTS_MAX;
	r->source.asking.family = AF_UNSPEC;
	r->max_output = OUTPUT_MAX;
	r->conf.timeout_us = PROBE_TIMEOUT_US;
	r->report = setreport_nagios;
	r->conf.parallel_tls = TLS_PARALLEL;
	r->conf.parallel_handlers = HANDLERS;
	policy_init(&r->source.asking.policy);
	(void)share_parse("0", &r->policy.critical);
}

static const char *
set_any(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->policy.at_least = 1;
	return NULL;
}

static const char *
set_at_least(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, INT32_MAX, &n);
	if (why == NULL)
		r->policy.at_least = (size_t)n;
	return why;
}

static const char *
use_tls(struct run *r, const char *option)
{
	if (r->source.tls_option == NULL)
		r->source.tls_option = option;
	return tls_missing();
}

static const char *
set_ca_file(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->source.asking.tls.verify = true;
	r->source.asking.tls.ca_file = value;
	return use_tls(r, "--ca-file");
}

static const char *
set_certificate(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why = policy_parse_days(&r->source.asking.policy, value);

	return why != NULL ? why : use_tls(r, "-D");
}

static const char *
set_check_config(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->source.only_check = true;
	return NULL;
}

static const char *
set_client_cert(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->source.asking.tls.client_cert = value;
	return use_tls(r, "--client-cert");
}

static const char *
set_client_key(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->source.asking.tls.client_key = value;
	return use_tls(r, "--client-key");
}

static const char *
set_config(void *ctx, const char *value)
{
	struct run *r = ctx;

	if (r->source.config != NULL)
		return "one is given already; it can include others";
	r->source.config = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_count_critical(void *ctx, const char *value)
{
	struct run *r = ctx;

	return count_limit_parse(value, true, &r->policy);
}

static const char *
set_count_warning(void *ctx, const char *value)
{
	struct run *r = ctx;

	return count_limit_parse(value, false, &r->policy);
}

static const char *
set_critical(void *ctx, const char *value)
{
	struct run *r = ctx;

	return share_parse(value, &r->policy.critical);
}

/* The reason why a list cannot be taken, for as long as an option_fn wants. */
static const char *
reason(struct text *error)
{
	static char why[OUTPUT_MAX / 4];

	(void)snprintf(why, sizeof(why), "%s", error->data);
	text_free(error);
	return why;
}

static const char *
set_file(void *ctx, const char *value)
{
	struct run *r = ctx;
	size_t before = r->source.hosts.given;
	struct text error;
	bool ok;

	text_init(&error, OUTPUT_MAX / 8);
	plugin_let_signals_end(true);
	ok = hostlist_read(&r->source.hosts, value, &error);
	plugin_let_signals_end(false);
	if (!ok)
		return reason(&error);
	text_free(&error);
	return r->source.hosts.given > before ? NULL : "there is no host in it";
}

static const char *
set_format(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->report = setreport_find(value);
	return r->report != NULL ? NULL : "not one of " SETREPORT_NAMES;
}

static const char *
set_hedge(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->conf.hedge = true;
	return NULL;
}

static const char *
set_help(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->help = true;
	return NULL;
}

static const char *
set_host(void *ctx, const char *value)
{
	struct run *r = ctx;
	size_t before = r->source.hosts.given;
	struct text error;

	text_init(&error, OUTPUT_MAX / 8);
	if (!hostlist_add(&r->source.hosts, value, &error))
		return reason(&error);
	text_free(&error);
	return r->source.hosts.given > before ? NULL : "there is no host in it";
}

static const char *
set_interface(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->conf.sock.interface = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_ipv4(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->source.asking.family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->source.asking.family = AF_INET6;
	return NULL;
}

static const char *
set_lag_critical(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->policy.has_lag_critical = true;
	return range_parse(value, &r->policy.lag_critical);
}

static const char *
set_lag_warning(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->policy.has_lag_warning = true;
	return range_parse(value, &r->policy.lag_warning);
}

static const char *
set_list(void *ctx, const char *value)
{
	struct run *r = ctx;

	if (r->source.n_lists == SOURCE_PORTSETS_MAX)
		return "too many";
	r->source.lists[r->source.n_lists++] = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_max_hosts(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, INT32_MAX, &n);
	if (why == NULL)
		r->source.hosts.max = (size_t)n;
	return why;
}

static const char *
set_max_output(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 4096, INT64_C(1) << 30, &r->max_output);
}

/* "-" is standard output, and no file. */
static const char *
set_output(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->output = strcmp(value, "-") != 0 ? value : NULL;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_parallel(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 1, INT32_MAX, &r->parallel);
}

static const char *
set_ports(void *ctx, const char *value)
{
	struct run *r = ctx;
	struct text error;

	text_init(&error, OUTPUT_MAX / 8);
	if (!portlist_add(&r->source.ports, value, &error))
		return reason(&error);
	text_free(&error);
	return NULL;
}

/* Names, separated by commas. */
static const char *
set_portset(void *ctx, const char *value)
{
	struct run *r = ctx;
	struct source *from = &r->source;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (len == 0)
			return "a name is empty";
		if (from->n_portsets == SOURCE_PORTSETS_MAX)
			return "too many";
		from->portsets[from->n_portsets++] = xmemdup(value, len + 1);
		((char *)(uintptr_t)
			from->portsets[from->n_portsets - 1])[len] = '\0';
		if (value[len] == '\0')
			return NULL;
	}
}

/* Of one probe, which has to have some time. */
static const char *
positive_seconds(const char *value, int64_t *us)
{
	const char *why = num_seconds(value, strlen(value), us);

	return why == NULL && *us == 0 ? "must be more than 0" : why;
}

static const char *
set_probe_timeout(void *ctx, const char *value)
{
	struct run *r = ctx;

	return positive_seconds(value, &r->conf.timeout_us);
}

static const char *
set_probes(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, 1000, &n);
	if (why == NULL)
		r->source.asking.probes = (unsigned)n;
	return why;
}

static const char *
set_rate(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 1, 1000000, &r->rate);
}

static const char *
set_report(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why;
	size_t len;

	r->report = setreport_portmon;
	free(r->line);
	r->line = NULL;
	if (value == NULL)
		return NULL;
	r->line = xstrdup(value);
	why = escape_decode(value, r->line, &len);
	if (why != NULL)
		return why;
	r->line[len] = '\0';
	return strlen(r->line) == len ? setreport_line_check(r->line)
				      : "a line ends at \\0";
}

static const char *
set_retries(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 0, 100, &r->retries);
}

static const char *
set_source(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why = "not an address";

	return addr_parse(value, AF_UNSPEC, &r->conf.sock.source, &why) ==
		    ADDR_LITERAL &&
		r->conf.sock.source.family != AF_UNIX
	    ? NULL
	    : why;
}

static const char *
set_timeout(void *ctx, const char *value)
{
	struct run *r = ctx;

	return positive_seconds(value, &r->timeout_us);
}

static const char *
set_tls_min(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why = tls_version_parse(value,
	    &r->source.asking.tls.min_version);

	return why != NULL ? why : use_tls(r, "--tls-min");
}

static const char *
set_verbose(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->verbosity++;
	return NULL;
}

static const char *
set_verify(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->source.asking.tls.verify = true;
	return use_tls(r, "--verify");
}

static const char *
set_version(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->version = true;
	return NULL;
}

static const char *
set_warning(void *ctx, const char *value)
{
	struct run *r = ctx;

	return share_parse(value, &r->policy.warning);
}

static bool
complete(struct run *r, struct text *error)
{
	r->source.timeout_us = r->conf.timeout_us;
	r->source.retries = (unsigned)r->retries;
	if (!source_fill(&r->source, &r->set, error)) {
		if (r->source.read.n_errors > 0)
			print_errors(&r->source.read);
		return false;
	}
	if (r->policy.at_least > r->set.n) {
		text_printf(error, "--at-least: %zu: there are only %zu",
		    r->policy.at_least, r->set.n);
		return false;
	}
	return complete_tls(r, error);
}

static bool
complete_tls(struct run *r, struct text *error)
{
	r->with_tls = portset_count_tls(&r->set);
	if (r->source.tls_option != NULL && r->with_tls == 0) {
		text_printf(error, "%s: no item of the list has TLS",
		    r->source.tls_option);
		return false;
	}
	if (r->source.asking.tls.client_key != NULL &&
	    r->source.asking.tls.client_cert == NULL) {
		text_puts(error,
		    "--client-key: cannot be used without --client-cert");
		return false;
	}
	return true;
}

/* The first of them on the first line, and all below it. */
static _Noreturn void
print_errors(const struct config *c)
{
	size_t first = strcspn(c->errors.data, "\n");
	struct text t;

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

	text_init(&t, SIZE_MAX / 2);
	text_printf(&t, "PORTSET OK - %zu %s of %zu %s would be asked\n",
	    r->set.n, r->set.n == 1 ? "port" : "ports", r->set.n_hosts,
	    r->set.n_hosts == 1 ? "host" : "hosts");
	for (i = 0; i < r->set.n; i++) {
		entry_describe(&t, &r->set, &r->set.entries[i]);
		text_puts(&t, "\n");
		if (t.len > PIECE)
			flush(NULL, &t);
	}
	plugin_exit(STATE_OK, &t);
}

static void
probe_all(struct run *r, int64_t start_us)
{
	struct watch *signals = plugin_signals();
	plan(r, start_us);
	/* Threads that hardly allocate need no heap of their own each. */
	(void)mallopt(M_ARENA_MAX, 1);
	r->conf.streams = &stream_probe;
	r->conf.datagrams = &datagram_probe;
	r->conf.handlers = &handler_probe;
	r->conf.more = more;
	r->conf.done = done;
	r->conf.ctx = r;
	r->conf.bulk = &resolver_cares;
	r->engine = engine_new(&r->conf);
	if (signals != NULL)
		(void)engine_watch(r->engine, signals);
	progress_start(r);
	engine_run(r->engine, &plugin_interrupted);
	if (plugin_interrupted)
		engine_stop(r->engine, plugin_interruption(), clock_now_us());
	progress_end(r);
	engine_free(r->engine);
}

/* In microseconds, what the slowest port may take, asked as often as it is. */
static double
longest(const struct run *r)
{
	double most = 0, us;
	size_t i;

	for (i = 0; i < r->set.n_asks; i++) {
		const struct ask *a = &r->set.asks[i];
		int64_t timeout_us = r->conf.timeout_us;
		int64_t tries = r->retries + 1;

		if (a->terms != NULL) {
			timeout_us = a->terms->timeout_us;
			tries = (int64_t)a->terms->retries + 1;
		}
		us = (double)timeout_us * (double)tries *
		    (a->probes > 1 ? a->probes : 1);
		if (us > most)
			most = us;
	}
	return most;
}

/* How many probes that is. */
static double
asked(const struct run *r)
{
	double n = 0;
	size_t i;

	for (i = 0; i < r->set.n; i++) {
		unsigned probes = entry_ask(&r->set, &r->set.entries[i])
				      ->probes;

		n += probes > 1 ? probes : 1;
	}
	return n;
}

/*
 * Without -t, every probe gets its time, in as many waves as descriptors or
 * --parallel make it, and names get some to be resolved.  With it, no probe
 * needs to wait longer than the run may take.
 */
static void
plan(struct run *r, int64_t start_us)
{
	int64_t handlers = (int64_t)portset_count_handlers(&r->set);
	int64_t fds = fd_raise_limit() - OTHER_FDS -
	    (handlers < HANDLERS ? handlers : HANDLERS) * HANDLER_FDS;
	int64_t each = r->conf.hedge ? 2 : 1, waves, names = 0;
	int64_t timeout_us = r->timeout_us;
	char tls[32] = "";
	size_t i;

	if (r->parallel == 0 || r->parallel * each > fds)
		r->parallel = fds > each ? fds / each : 1;
	waves = ((int64_t)r->set.n + r->parallel - 1) / r->parallel;
	if (r->parallel > TLS_PARALLEL)
		waves += (int64_t)r->with_tls / TLS_PARALLEL;
	waves += handlers / HANDLERS;
	for (i = 0; i < r->set.n_hosts && names == 0; i++) {
		struct addr a;
		const char *why;

		names = addr_parse(r->set.hosts[i].address, AF_UNSPEC, &a,
			    &why) == ADDR_NAME;
	}
	if (r->timeout_us == 0) {
		double needed = (double)waves * longest(r) +
		    (r->rate > 0 ? asked(r) * 1e6 / (double)r->rate : 0) +
		    (double)(names * LOOKUP_US + SLACK_US);

		timeout_us = needed < (double)RUN_MAX_US ? (int64_t)needed
							 : RUN_MAX_US;
	} else if (r->conf.timeout_us > r->timeout_us) {
		r->conf.timeout_us = r->timeout_us;
	}
	r->conf.parallel = (unsigned)r->parallel;
	r->conf.rate = (unsigned)r->rate;
	r->conf.retries = (unsigned)r->retries;
	if (r->with_tls > TLS_PARALLEL)
		(void)snprintf(tls, sizeof(tls), ", %d with TLS", TLS_PARALLEL);
	(void)snprintf(r->limits, sizeof(r->limits),
	    "Limits: %zu %s, %lld at a time%s, %g s each, %g s in all",
	    r->set.n, r->set.n == 1 ? "entry" : "entries",
	    (long long)r->parallel, tls, (double)r->conf.timeout_us / 1e6,
	    (double)timeout_us / 1e6);
	r->start_us = start_us;
	r->deadline_us = start_us + timeout_us;
}

/* A few at a time, so that the engine need not keep a list of all. */
static bool
more(void *ctx)
{
	struct run *r = ctx;
	size_t i;

	for (i = 0; i < MORE && r->added < r->set.n; i++)
		engine_add(r->engine, &r->set.entries[r->added++].target,
		    r->deadline_us);
	return i > 0;
}

static void
done(void *ctx, const struct target *t, const struct result *result)
{
	struct run *r = ctx;

	if (portset_tell(&r->set, t, result))
		engine_add(r->engine, t, r->deadline_us);
	else
		r->told++;
}

/* A long run shows on a terminal that it is alive. */
static void
progress_start(struct run *r)
{
	const struct itimerspec when = { { 0, PROGRESS_NS },
		{ PROGRESS_FIRST_S, 0 } };

	r->progress = (struct watch){ progress_show, -1, WANT_READ };
	if (!isatty(STDERR_FILENO))
		return;
	r->progress.fd = fd_above_standard(timerfd_create(CLOCK_MONOTONIC,
	    TFD_CLOEXEC | TFD_NONBLOCK));
	if (r->progress.fd == -1)
		return;
	(void)timerfd_settime(r->progress.fd, 0, &when, NULL);
	(void)engine_watch(r->engine, &r->progress);
}

static void
progress_show(struct watch *w, int64_t now_us)
{
	struct run *r = (struct run *)(void *)((char *)w -
	    offsetof(struct run, progress));
	size_t filled = r->told * PROGRESS_WIDTH / r->set.n;
	char bar[PROGRESS_WIDTH + 1];
	uint64_t ticks;

	(void)now_us;
	(void)!read(w->fd, &ticks, sizeof(ticks));
	memset(bar, '.', PROGRESS_WIDTH);
	memset(bar, '#', filled);
	bar[PROGRESS_WIDTH] = '\0';
	(void)dprintf(STDERR_FILENO, "\r[%s] %zu of %zu", bar, r->told,
	    r->set.n);
	r->progress_shown = true;
}

static void
progress_end(struct run *r)
{
	if (r->progress_shown)
		(void)dprintf(STDERR_FILENO, "\r\033[K");
	if (r->progress.fd != -1)
		(void)close(r->progress.fd);
}

static _Noreturn void
print_report(struct run *r)
{
	static char from[HOST_NAME_MAX + 1];
	struct setreport report = {
		.set = &r->set,
		.policy = &r->policy,
		.summary = portset_summarize(&r->set, &r->policy),
		.verbosity = r->verbosity,
		.max = (size_t)r->max_output,
		.limits = r->limits,
		.line = r->line,
		.wall_s = clock_wall_s(),
		.took_us = clock_now_us() - r->start_us,
		.from = gethostname(from, sizeof(from) - 1) == 0 ? from : NULL,
		.flush = flush,
	};
	struct text t;

	if (plugin_interrupted)
		report.summary.state = STATE_UNKNOWN;
	if (r->output != NULL) {
		report_to_file(r, &report);
		r->report = setreport_nagios;
	}
	report.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	text_init(&t, report_max(r));
	r->report(&t, &report);
	plugin_exit(report.summary.state, &t);
}

/* Who writes pieces needs no bound. */
static size_t
report_max(const struct run *r)
{
	return r->report == setreport_nagios ? (size_t)r->max_output
					     : SIZE_MAX / 2;
}

/* When it fails, that is all there is to say, but what became of the ports. */
static void
report_to_file(struct run *r, const struct setreport *on_output)
{
	struct setreport report = *on_output;
	struct outfile file;
	const char *why = outfile_open(&file, r->output);
	struct text t;

	if (why == NULL) {
		report.run = run_name(r->output);
		report.flush = flush_to_file;
		report.sink = &file;
		text_init(&t, report_max(r));
		r->report(&t, &report);
		flush_to_file(&file, &t);
		text_free(&t);
		why = outfile_commit(&file);
	}
	if (why == NULL)
		return;
	text_init(&t, OUTPUT_MAX);
	text_puts(&t, "PORTSET UNKNOWN - cannot write ");
	text_escape_string(&t, r->output);
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
