/* SPDX-License-Identifier: ISC */
#include "portset_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "num.h"
#include "plugin.h"
#include "snmp_agent.h"
#include "tls.h"
#include "xalloc.h"

#define PROBE_TIMEOUT_US (2 * CLOCK_SECOND)
#define HOSTS_MAX 1024
#define OUTPUT_MAX 8192

/* Of a report: so many bytes has a line at least, or nearly. */
#define LINE_LEAST 32

/* snmpAdminString of users and contexts (RFC 3414 5, RFC 3411 3.3.1). */
#define NAME_LEN_MAX 32

/* Those that net-snmp may have. */
#define AUTH_NAMES "MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512"
#define PRIV_NAMES "DES, AES"

/* Why a value cannot be taken. */
#define REASON_MAX 2048

static option_fn set_any, set_at_least, set_ca_file, set_certificate,
    set_check_config, set_client_cert, set_client_key, set_config,
    set_count_critical, set_count_warning, set_critical, set_file, set_format,
    set_hedge, set_help, set_host, set_interface, set_ipv4, set_ipv6,
    set_lag_critical, set_lag_warning, set_list, set_max_hosts, set_max_output,
    set_output, set_parallel, set_ports, set_portset, set_probe_timeout,
    set_probes, set_rate, set_report, set_retries, set_snmp, set_snmp_auth,
    set_snmp_auth_file, set_snmp_community_file, set_snmp_context, set_snmp_oid,
    set_snmp_priv, set_snmp_priv_file, set_snmp_user, set_source, set_table,
    set_timeout, set_tls_min, set_verbose, set_verify, set_version, set_warning;

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
	    "(default, without -p: " CONFIG_USUAL ")" },
	{ 0, "portset", YES, "NAME[,NAME]...", set_portset,
	    "Ask for these port sets, of FILE or ready ones" },
	{ 0, "hosts", YES, "FILE", set_list,
	    "Read targets from FILE, - for standard input:\n"
	    "HOST PORT [NAME] in a line" },
	{ 0, "table", MAY, "FILE", set_table,
	    "Ask nothing: tell what portstated has found, from its port table\n"
	    "(default: " TABLE_USUAL ")" },
	{ 0, "snmp", YES, "AGENT", set_snmp,
	    "Ask nothing but AGENT, which has such a table as PORTSTATE-MIB:\n"
	    "[udp:|udp6:|tcp:|tcp6:]HOST[:PORT]" },
	{ 0, "snmp-community-file", YES, "FILE", set_snmp_community_file,
	    "Its community of SNMPv2c is in FILE (default: public)" },
	{ 0, "snmp-user", YES, "NAME", set_snmp_user,
	    "Ask by SNMPv3 as that user" },
	{ 0, "snmp-auth-file", YES, "FILE", set_snmp_auth_file,
	    "The passphrase of authentication is in FILE" },
	{ 0, "snmp-auth", YES, "PROTOCOL", set_snmp_auth,
	    "That is for one of " AUTH_NAMES "\n(default: SHA-256)" },
	{ 0, "snmp-priv-file", YES, "FILE", set_snmp_priv_file,
	    "The passphrase of privacy is in FILE" },
	{ 0, "snmp-priv", YES, "PROTOCOL", set_snmp_priv,
	    "That is for one of " PRIV_NAMES " (default: AES)" },
	{ 0, "snmp-context", YES, "NAME", set_snmp_context,
	    "The context of SNMPv3 to ask in" },
	{ 0, "snmp-oid", YES, "OID", set_snmp_oid,
	    "Where PORTSTATE-MIB is (default: " MIB_BASE ")" },
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

static void init(struct portset_options *);
static void wish_rows(struct portset_options *);
static bool fit(const struct portset_options *, struct text *);
static const char *asking_option(const struct portset_options *);

struct options
portset_options_table(struct portset_options *o)
{
	return (struct options){ rows, sizeof(rows) / sizeof(rows[0]), set_host,
		o };
}

bool
portset_options_parse(struct portset_options *o, int argc, char **argv,
    struct text *error)
{
	const struct options options = portset_options_table(o);

	init(o);
	if (!options_parse(&options, argc, argv, error))
		return false;
	if (o->with_line)
		o->report = setreport_portmon;
	wish_rows(o);
	return source_snmp_fit(&o->source.snmp, error) && fit(o, error);
}

static void
init(struct portset_options *o)
{
	o->source.hosts.max = HOSTS_MAX;
	o->source.asking.family = AF_UNSPEC;
	o->max_output = OUTPUT_MAX;
	o->probe_timeout_us = PROBE_TIMEOUT_US;
	o->report = setreport_nagios;
	policy_init(&o->source.asking.policy);
	(void)share_parse("0", &o->policy.critical);
	(void)mib_base_parse(MIB_BASE, o->source.snmp.wishes.base.ids,
	    &o->source.snmp.wishes.base.len);
}

/*
 * Of an agent: what its summary does not tell, its rows have to; those that are not OK
 * are no more than have a line.
 */
static void
wish_rows(struct portset_options *o)
{
	struct source_snmp *s = &o->source.snmp;

	s->strict = o->report != setreport_nagios || o->policy.at_least > 0 ||
	    o->policy.has_lag_warning || o->policy.has_lag_critical;
	s->wishes.all = s->strict || o->verbosity > 0;
	s->wishes.rows_max = (size_t)o->max_output / LINE_LEAST;
}

/* Whether they go together, as far as that is known without what is asked. */
static bool
fit(const struct portset_options *o, struct text *error)
{
	const char *teller = o->source.snmp.agent != NULL ? "--snmp"
	    : o->source.table != NULL                     ? "--table"
							  : NULL;
	const char *asking = teller != NULL ? asking_option(o) : NULL;
	const char *report = o->with_line ? "--report"
	    : o->format != NULL           ? "--format"
	    : o->output != NULL           ? "--output"
					  : NULL;

	if (asking != NULL)
		text_printf(error, "%s: cannot be used with %s", asking,
		    teller);
	else if (o->source.only_check && report != NULL)
		text_printf(error, "%s: cannot be used with --check-config",
		    report);
	else if (o->with_line && o->format != NULL &&
	    setreport_find(o->format) != setreport_portmon)
		text_printf(error, "--report: cannot be used with --format %s",
		    o->format);
	return error->len == 0;
}

/* One that says what or how to ask, or of an agent what to tell, or NULL. */
static const char *
asking_option(const struct portset_options *o)
{
	const struct source *s = &o->source;
	bool agent = s->snmp.agent != NULL;
	const struct {
		const char *option;
		bool given;
	} asking[] = {
		{ "-p", s->ports.n > 0 },
		{ "--config", s->config != NULL },
		{ "--hosts", s->n_lists > 0 },
		{ "--check-config", s->only_check },
		{ "-4", s->asking.family == AF_INET },
		{ "-6", s->asking.family == AF_INET6 },
		{ "--probe-timeout", o->own_probe_timeout },
		{ "--parallel", o->parallel != 0 },
		{ "--rate", o->rate != 0 },
		{ "--retries", o->retries != 0 },
		{ "--probes", s->asking.probes != 0 },
		{ "--hedge", o->hedge },
		{ s->tls_option, s->tls_option != NULL },
		{ "--source", o->sock.source.family != AF_UNSPEC },
		{ "--interface", o->sock.interface != NULL },
		{ "--table", agent && s->table != NULL },
		{ "-H", agent && s->hosts.given > 0 },
		{ "--portset", agent && s->n_portsets > 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (asking[i].given)
			return asking[i].option;
	return NULL;
}

static const char *
set_any(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->policy.at_least = 1;
	return NULL;
}

static const char *
set_at_least(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, INT32_MAX, &n);
	if (why == NULL)
		o->policy.at_least = (size_t)n;
	return why;
}

static const char *
use_tls(struct portset_options *o, const char *option)
{
	if (o->source.tls_option == NULL)
		o->source.tls_option = option;
	return tls_missing();
}

static const char *
set_ca_file(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.asking.tls.verify = true;
	o->source.asking.tls.ca_file = value;
	return use_tls(o, "--ca-file");
}

static const char *
set_certificate(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why = policy_parse_days(&o->source.asking.policy, value);

	return why != NULL ? why : use_tls(o, "-D");
}

static const char *
set_check_config(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->source.only_check = true;
	return NULL;
}

static const char *
set_client_cert(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.asking.tls.client_cert = value;
	return use_tls(o, "--client-cert");
}

static const char *
set_client_key(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.asking.tls.client_key = value;
	return use_tls(o, "--client-key");
}

static const char *
set_config(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	if (o->source.config != NULL)
		return "one is given already; it can include others";
	o->source.config = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_count_critical(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return portset_policy_parse_limit(value, true, &o->policy);
}

static const char *
set_count_warning(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return portset_policy_parse_limit(value, false, &o->policy);
}

static const char *
set_critical(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return share_parse(value, &o->policy.critical);
}

/* The reason why a list cannot be taken, for as long as an option_fn wants. */
static const char *
reason(struct text *error)
{
	static char why[REASON_MAX];

	(void)snprintf(why, sizeof(why), "%s", error->data);
	text_free(error);
	return why;
}

static const char *
set_file(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	size_t before = o->source.hosts.given;
	struct text error;
	bool ok;

	text_init(&error, REASON_MAX / 2);
	plugin_let_signals_end(true);
	ok = hostlist_read(&o->source.hosts, value, &error);
	plugin_let_signals_end(false);
	if (!ok)
		return reason(&error);
	text_free(&error);
	return o->source.hosts.given > before ? NULL : "there is no host in it";
}

static const char *
set_format(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->format = value;
	o->report = setreport_find(value);
	return o->report != NULL ? NULL : "not one of " SETREPORT_NAMES;
}

static const char *
set_hedge(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->hedge = true;
	return NULL;
}

static const char *
set_help(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->help = true;
	return NULL;
}

static const char *
set_host(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	size_t before = o->source.hosts.given;
	struct text error;

	text_init(&error, REASON_MAX / 2);
	if (!hostlist_add(&o->source.hosts, value, &error))
		return reason(&error);
	text_free(&error);
	return o->source.hosts.given > before ? NULL : "there is no host in it";
}

static const char *
set_interface(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->sock.interface = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_ipv4(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->source.asking.family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->source.asking.family = AF_INET6;
	return NULL;
}

static const char *
set_lag_critical(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->policy.has_lag_critical = true;
	return range_parse(value, &o->policy.lag_critical);
}

static const char *
set_lag_warning(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->policy.has_lag_warning = true;
	return range_parse(value, &o->policy.lag_warning);
}

static const char *
set_list(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	if (o->source.n_lists == SOURCE_LISTS_MAX)
		return "too many";
	o->source.lists[o->source.n_lists++] = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_max_hosts(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, INT32_MAX, &n);
	if (why == NULL)
		o->source.hosts.max = (size_t)n;
	return why;
}

static const char *
set_max_output(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return num_int(value, 4096, INT64_C(1) << 30, &o->max_output);
}

/* "-" is standard output, and no file. */
static const char *
set_output(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->output = strcmp(value, "-") != 0 ? value : NULL;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_parallel(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return num_int(value, 1, INT32_MAX, &o->parallel);
}

static const char *
set_ports(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	struct text error;

	text_init(&error, REASON_MAX / 2);
	if (!portlist_add(&o->source.ports, value, &error))
		return reason(&error);
	text_free(&error);
	return NULL;
}

/* Names, separated by commas. */
static const char *
set_portset(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	struct source *from = &o->source;
	char *name;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (len == 0)
			return "a name is empty";
		if (from->n_portsets == SOURCE_PORTSETS_MAX)
			return "too many";
		name = xmemdup(value, len + 1);
		name[len] = '\0';
		from->portsets[from->n_portsets++] = name;
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
	struct portset_options *o = ctx;

	o->own_probe_timeout = true;
	return positive_seconds(value, &o->probe_timeout_us);
}

static const char *
set_probes(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why;
	int64_t n;

	why = num_int(value, 1, 1000, &n);
	if (why == NULL)
		o->source.asking.probes = (unsigned)n;
	return why;
}

static const char *
set_rate(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return num_int(value, 1, 1000000, &o->rate);
}

static const char *
set_report(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->with_line = true;
	free(o->line);
	o->line = NULL;
	return value != NULL ? setreport_line_parse(value, &o->line) : NULL;
}

static const char *
set_retries(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return num_int(value, 0, 100, &o->retries);
}

static const char *
set_snmp(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why = snmp_place_parse(value, &o->source.snmp.place);

	o->source.snmp.agent = value;
	return why != NULL ? why : snmp_agent_missing();
}

static const char *
set_snmp_auth(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.auth = value;
	return snmp_agent_auth_wrong(value);
}

static const char *
set_snmp_auth_file(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.auth_file = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_snmp_community_file(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.community_file = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_snmp_context(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.context = value;
	return strlen(value) <= NAME_LEN_MAX ? NULL : "has more than 32 bytes";
}

static const char *
set_snmp_oid(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	struct query_oid *base = &o->source.snmp.wishes.base;

	o->source.snmp.oid = value;
	return mib_base_parse(value, base->ids, &base->len);
}

static const char *
set_snmp_priv(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.priv = value;
	return snmp_agent_priv_wrong(value);
}

static const char *
set_snmp_priv_file(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.priv_file = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_snmp_user(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.snmp.user = value;
	if (value[0] == '\0')
		return "is empty";
	return strlen(value) <= NAME_LEN_MAX ? NULL : "has more than 32 bytes";
}

static const char *
set_source(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why = "not an address";

	return addr_parse(value, AF_UNSPEC, &o->sock.source, &why) ==
		    ADDR_LITERAL &&
		o->sock.source.family != AF_UNIX
	    ? NULL
	    : why;
}

static const char *
set_table(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	o->source.table = value != NULL && value[0] != '\0' ? value
							    : TABLE_USUAL;
	return NULL;
}

static const char *
set_timeout(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return positive_seconds(value, &o->timeout_us);
}

static const char *
set_tls_min(void *ctx, const char *value)
{
	struct portset_options *o = ctx;
	const char *why = tls_version_parse(value,
	    &o->source.asking.tls.min_version);

	return why != NULL ? why : use_tls(o, "--tls-min");
}

static const char *
set_verbose(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->verbosity++;
	return NULL;
}

static const char *
set_verify(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->source.asking.tls.verify = true;
	return use_tls(o, "--verify");
}

static const char *
set_version(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	(void)value;
	o->version = true;
	return NULL;
}

static const char *
set_warning(void *ctx, const char *value)
{
	struct portset_options *o = ctx;

	return share_parse(value, &o->policy.warning);
}
