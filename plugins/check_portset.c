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
#include "fd.h"
#include "listset.h"
#include "num.h"
#include "options.h"
#include "plugin.h"
#include "resolver_cares.h"
#include "setreport.h"
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
	    "           [-w RANGE[%]] [-c RANGE[%]] [--at-least N | --any] [-46v]\n"
	    "           [--format nagios|table|json|html]\n"
	    "       check_portset -F FILE -p LIST [OPTION]...\n"
	    "check_portset --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines.\n",
};

struct run {
	struct hostlist hosts;
	struct portlist ports;
	int64_t timeout_us; /* 0: by what the probes need */
	int64_t parallel;   /* 0: as many as there are descriptors */
	int64_t rate;
	int64_t retries;
	int64_t max_output;
	struct engine_conf conf;
	struct listset_conf asking;
	const char *tls_option; /* the first that wants TLS; or NULL */
	struct portset_policy policy;
	setreport_fn *report;
	unsigned verbosity;
	bool help;
	bool version;

	struct listset list;
	struct portset set;
	size_t with_tls; /* of its entries */
	size_t added;
	size_t told;
	int64_t deadline_us;
	char limits[160];
	struct watch progress;
	bool progress_shown;
	struct engine *engine;
};

static option_fn set_any, set_at_least, set_ca_file, set_certificate,
    set_client_cert, set_client_key, set_critical, set_file, set_format,
    set_hedge, set_help, set_host, set_interface, set_ipv4, set_ipv6,
    set_lag_critical, set_lag_warning, set_max_hosts, set_max_output,
    set_parallel, set_ports, set_probe_timeout, set_rate, set_retries,
    set_source, set_timeout, set_tls_min, set_verbose, set_verify, set_version,
    set_warning;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

static const struct option_row rows[] = {
	{ 'H', "hostname", YES, "HOST[,HOST]...", set_host,
	    "Names, addresses or networks (default: 127.0.0.1)" },
	{ 'F', "hosts-file", YES, "FILE", set_file,
	    "Read hosts from FILE, - for standard input" },
	{ 'p', "ports", YES, "LIST", set_ports,
	    "Ports: [tcp:]PORT[-PORT][/PROTOCOL][=EXPECTED],\n"
	    "unix:PATH[=EXPECTED]; EXPECTED is " EXPECTED_NAMES },
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
	{ 0, "at-least", YES, "NUMBER", set_at_least,
	    "OK if so many are as expected, else CRITICAL" },
	{ 0, "any", NO, "", set_any, "The same as --at-least=1" },
	{ 0, "lag-warning", YES, "RANGE", set_lag_warning,
	    "Latency in milliseconds to be WARNING outside of" },
	{ 0, "lag-critical", YES, "RANGE", set_lag_critical,
	    "Latency in milliseconds to be CRITICAL outside of" },
	{ 0, "format", YES, "FORMAT", set_format,
	    "One of " SETREPORT_NAMES " (default: nagios)" },
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
static void probe_all(struct run *, int64_t);
static void plan(struct run *, int64_t);
static engine_more_fn more;
static void done(void *, const struct target *, const struct result *);
static void progress_start(struct run *);
static void progress_show(struct watch *, int64_t);
static void progress_end(struct run *);
static _Noreturn void print_report(struct run *);
static void flush(struct text *);

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
	probe_all(&run, start_us);
	print_report(&run);
}

static void
init(struct run *r)
{
	r->hosts.max = HOSTS_MAX;
	r->asking.family = AF_UNSPEC;
	r->max_output = OUTPUT_MAX;
	r->conf.timeout_us = PROBE_TIMEOUT_US;
	r->report = setreport_nagios;
	r->conf.parallel_tls = TLS_PARALLEL;
	policy_init(&r->asking.policy);
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
	if (r->tls_option == NULL)
		r->tls_option = option;
	return tls_missing();
}

static const char *
set_ca_file(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->asking.tls.verify = true;
	r->asking.tls.ca_file = value;
	return use_tls(r, "--ca-file");
}

static const char *
set_certificate(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why = policy_parse_days(&r->asking.policy, value);

	return why != NULL ? why : use_tls(r, "-D");
}

static const char *
set_client_cert(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->asking.tls.client_cert = value;
	return use_tls(r, "--client-cert");
}

static const char *
set_client_key(void *ctx, const char *value)
{
	struct run *r = ctx;

	r->asking.tls.client_key = value;
	return use_tls(r, "--client-key");
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
	size_t before = r->hosts.given;
	struct text error;
	bool ok;

	text_init(&error, OUTPUT_MAX / 8);
	plugin_let_signals_end(true);
	ok = hostlist_read(&r->hosts, value, &error);
	plugin_let_signals_end(false);
	if (!ok)
		return reason(&error);
	text_free(&error);
	return r->hosts.given > before ? NULL : "there is no host in it";
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
	size_t before = r->hosts.given;
	struct text error;

	text_init(&error, OUTPUT_MAX / 8);
	if (!hostlist_add(&r->hosts, value, &error))
		return reason(&error);
	text_free(&error);
	return r->hosts.given > before ? NULL : "there is no host in it";
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
	r->asking.family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct run *r = ctx;

	(void)value;
	r->asking.family = AF_INET6;
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
set_max_hosts(void *ctx, const char *value)
{
	struct run *r = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, INT32_MAX, &n);
	if (why == NULL)
		r->hosts.max = (size_t)n;
	return why;
}

static const char *
set_max_output(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 4096, INT64_C(1) << 30, &r->max_output);
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
	if (!portlist_add(&r->ports, value, &error))
		return reason(&error);
	text_free(&error);
	return NULL;
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
set_rate(void *ctx, const char *value)
{
	struct run *r = ctx;

	return num_int(value, 1, 1000000, &r->rate);
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
	const char *why = tls_version_parse(value, &r->asking.tls.min_version);

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
	r->asking.tls.verify = true;
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
	if (r->ports.n == 0) {
		text_puts(error, "-p: no port is given");
		return false;
	}
	if (r->hosts.n == 0 &&
	    !hostlist_add(&r->hosts,
		r->asking.family == AF_INET6 ? "::1" : "127.0.0.1", error))
		return false;
	listset_init(&r->list, &r->asking, &r->hosts, &r->ports, &r->set);
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
	if (r->tls_option != NULL && r->with_tls == 0) {
		text_printf(error, "%s: no item of the list has TLS",
		    r->tls_option);
		return false;
	}
	if (r->asking.tls.client_key != NULL &&
	    r->asking.tls.client_cert == NULL) {
		text_puts(error,
		    "--client-key: cannot be used without --client-cert");
		return false;
	}
	return true;
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

/*
 * Without -t, every probe gets its time, in as many waves as descriptors or
 * --parallel make it, and names get some to be resolved.  With it, no probe
 * needs to wait longer than the run may take.
 */
static void
plan(struct run *r, int64_t start_us)
{
	int64_t fds = fd_raise_limit() - OTHER_FDS;
	int64_t each = r->conf.hedge ? 2 : 1, waves, names = 0;
	int64_t timeout_us = r->timeout_us;
	char tls[32] = "";
	size_t i;

	if (r->parallel == 0 || r->parallel * each > fds)
		r->parallel = fds > each ? fds / each : 1;
	waves = ((int64_t)r->set.n + r->parallel - 1) / r->parallel;
	if (r->parallel > TLS_PARALLEL)
		waves += (int64_t)r->with_tls / TLS_PARALLEL;
	for (i = 0; i < r->hosts.n && names == 0; i++) {
		struct addr a;
		const char *why;

		names = addr_parse(r->hosts.hosts[i], AF_UNSPEC, &a, &why) ==
		    ADDR_NAME;
	}
	if (r->timeout_us == 0) {
		double needed = (double)waves * (double)r->conf.timeout_us *
			(double)(r->retries + 1) +
		    (r->rate > 0 ? (double)r->set.n * 1e6 / (double)r->rate
				 : 0) +
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
		.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
		.limits = r->limits,
		.from = gethostname(from, sizeof(from) - 1) == 0 ? from : NULL,
		.wall_s = clock_wall_s(),
		.flush = flush,
	};
	struct text t;

	if (plugin_interrupted)
		report.summary.state = STATE_UNKNOWN;
	text_init(&t,
	    r->report == setreport_nagios ? report.max : SIZE_MAX / 2);
	r->report(&t, &report);
	plugin_exit(report.summary.state, &t);
}

static void
flush(struct text *t)
{
	plugin_print(t);
	text_truncate(t, 0);
}
