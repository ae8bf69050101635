/* SPDX-License-Identifier: ISC */
#include "settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "escape.h"
#include "extraopts.h"
#include "num.h"
#include "service.h"
#include "xalloc.h"

#define TIMEOUT_US (10 * CLOCK_SECOND)
#define RETRY_WAIT_US (1 * CLOCK_SECOND)

/* The limits of a clock. */
#define OFFSET_MAX_S 1e9

static option_fn set_all, set_all_addresses, set_codes, set_critical, set_delay,
    set_dialogue, set_dscp, set_escape, set_expect, set_expect_hex,
    set_expect_not, set_expect_prefix, set_expect_regex, set_expected,
    set_extra_opts, set_help, set_host, set_interface, set_ipv4, set_ipv6,
    set_alpn, set_ca_file, set_certificate, set_client_cert, set_client_key,
    set_jail, set_json, set_max_bytes, set_mismatch, set_offset_critical,
    set_offset_warning, set_operand, set_output_format, set_perfdata, set_port,
    set_probes, set_protocol, set_quit, set_refuse, set_retries, set_retry_wait,
    set_send, set_send_hex, set_sni, set_source, set_source_port, set_ssl,
    set_starttls, set_state, set_step, set_text, set_timeout, set_tls_min,
    set_tos, set_ttl, set_verbose, set_verify, set_verify_name, set_version,
    set_wait, set_warning;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

static const struct option_row rows[] = {
	{ 'H', "hostname", YES, "HOST", set_host,
	    "Name, address or path of a Unix socket (default: 127.0.0.1)" },
	{ 'p', "port", YES, "PORT", set_port,
	    "Port: 1 to 65535 or a service name" },
	{ '4', "use-ipv4", NO, "", set_ipv4, "Use IPv4 addresses only" },
	{ '6', "use-ipv6", NO, "", set_ipv6, "Use IPv6 addresses only" },
	{ 's', "send", YES, "STRING", set_send, "Send STRING when connected" },
	{ 0, "send-hex", YES, "HEX", set_send_hex,
	    "Send bytes given as hexadecimal digits" },
	{ 'e', "expect", YES, "STRING", set_expect,
	    "Expect STRING anywhere in the answer; may be repeated,\n"
	    "and mixed with the next ones" },
	{ 0, "expect-prefix", YES, "STRING", set_expect_prefix,
	    "Expect the answer to begin with STRING" },
	{ 0, "expect-regex", YES, "REGEX", set_expect_regex,
	    "Expect a line that matches, as grep -E has it" },
	{ 0, "expect-hex", YES, "HEX", set_expect_hex,
	    "Expect bytes given as hexadecimal digits" },
	{ 0, "expect-not", YES, "STRING", set_expect_not,
	    "STRING must not occur in the whole answer" },
	{ 'A', "all", NO, "", set_all,
	    "All of these must be met (default: any of them)" },
	{ 'q', "quit", YES, "STRING", set_quit,
	    "Send STRING, and \\r\\n unless -E is given, before closing" },
	{ 'E', "escape", NO, "", set_escape,
	    "\\n, \\r, \\t, \\\\, \\0 and \\xHH count in -s and -q" },
	{ 'r', "refuse", YES, "STATE", set_refuse,
	    "State of a refused connection, one of ok, warn, crit\n"
	    "(default: crit)" },
	{ 0, "expected", YES, "PORT", set_expected,
	    "What the port should be: one of open, closed, filtered, any\n"
	    "(default: open)" },
	{ 0, "state", YES, "OUTCOME=STATE", set_state,
	    "State of one of the outcomes of check_tcp(1)" },
	{ 'M', "mismatch", YES, "STATE", set_mismatch,
	    "State of an unexpected answer, one of ok, warn, crit\n"
	    "(default: warn)" },
	{ 'j', "jail", NO, "", set_jail, "Do not print what the peer sent" },
	{ 'm', "maxbytes", YES, "BYTES", set_max_bytes,
	    "Read at most BYTES of the answer (default: 1048576)" },
	{ 'd', "delay", YES, "SECONDS", set_delay,
	    "Wait between sending and reading" },
	{ 0, "wait", YES, "SECONDS", set_wait,
	    "Wait for more of an answer that does not match yet;\n"
	    "0: until the deadline (default: 2)" },
	{ 'w', "warning", YES, "RANGE", set_warning,
	    "Response time in seconds to be WARNING outside of", "wt" },
	{ 'c', "critical", YES, "RANGE", set_critical,
	    "Response time in seconds to be CRITICAL outside of", "ct" },
	{ 't', "timeout", YES, "SECONDS[:STATE]", set_timeout,
	    "Deadline of the whole check (default: 10), and the state\n"
	    "when it comes (default: critical)",
	    "to" },
	{ 'S', "ssl", NO, "", set_ssl, "Speak TLS; -D to --alpn imply it" },
	{ 'D', "certificate", YES, "DAYS[,DAYS]", set_certificate,
	    "Days for which certificates must be valid not to be WARNING,\n"
	    "and not to be CRITICAL (default: 0)" },
	{ 0, "sni", YES, "NAME", set_sni,
	    "Ask for the server NAME (default: the host's)", .elder = true },
	{ 0, "verify", NO, "", set_verify,
	    "The peer must be trusted, and who it should be" },
	{ 0, "verify-name", YES, "NAME", set_verify_name,
	    "The same, and it should be NAME" },
	{ 0, "ca-file", YES, "FILE", set_ca_file,
	    "The same, and trusted by FILE, not by the system" },
	{ 0, "tls-min", YES, "VERSION", set_tls_min,
	    "Lowest version, one of 1.0, 1.1, 1.2, 1.3 (default: 1.2)" },
	{ 0, "client-cert", YES, "FILE", set_client_cert,
	    "Certificate to show" },
	{ 0, "client-key", YES, "FILE", set_client_key,
	    "Its private key (default: in the same file)" },
	{ 0, "alpn", YES, "NAME[,NAME]...", set_alpn,
	    "Protocols to offer, of which one must be chosen" },
	{ 0, "step", YES, "STEP", set_step,
	    "A step of a conversation: send:STRING, expect:STRING,\n"
	    "wait:SECONDS, close and more of check_tcp(1)" },
	{ 0, "dialogue", YES, "FILE", set_dialogue,
	    "Read steps from FILE, - for standard input" },
	{ 0, "source", YES, "ADDRESS", set_source, "Connect from ADDRESS" },
	{ 0, "source-port", YES, "PORT", set_source_port,
	    "Connect from this port" },
	{ 0, "interface", YES, "INTERFACE", set_interface,
	    "Connect through INTERFACE" },
	{ 0, "dscp", YES, "CLASS", set_dscp,
	    "Differentiated services: 0 to 63, ef, af11, cs1 and so on" },
	{ 0, "tos", YES, "NUMBER", set_tos, "Type of service: 0 to 255" },
	{ 0, "ttl", YES, "NUMBER", set_ttl, "Time to live: 1 to 255" },
	{ 0, "retries", YES, "NUMBER", set_retries,
	    "Ask again while the state is not OK (default: 0)" },
	{ 0, "retry-wait", YES, "SECONDS", set_retry_wait,
	    "Time between two tries (default: 1)" },
	{ 0, "probes", YES, "NUMBER", set_probes,
	    "Ask so many times; the worst state counts (default: 1)" },
	{ 0, "all-addresses", NO, "", set_all_addresses,
	    "Every address of the name must answer" },
	{ 0, "protocol", YES, "NAME", set_protocol,
	    "Check the service NAME, one of " PROTO_NAMES, .elder = true },
	{ 0, "starttls", NO, "", set_starttls,
	    "The same with TLS that begins in the clear" },
	{ 0, "offset-warning", YES, "RANGE", set_offset_warning,
	    "Seconds by which the time that the service tells may differ\n"
	    "not to be WARNING" },
	{ 0, "offset-critical", YES, "RANGE", set_offset_critical,
	    "The same, not to be CRITICAL" },
	{ 0, "output-format", YES, "FORMAT", set_output_format,
	    "One of " REPORT_NAMES " (default: one-line)", .elder = true },
	{ 0, "json", NO, "", set_json, "The same as --output-format=json" },
	{ 0, "text", YES, "FORMAT", set_text,
	    "Print FORMAT on the first line: %h is the host, %p the port,\n"
	    "%s the state, %m the usual text; the manual lists all" },
	{ 0, "perfdata", YES, "SET", set_perfdata,
	    "Performance data, one of basic, full (default: full with -v)" },
	{ 0, "extra-opts", OPTION_MAY_HAVE_VALUE, "[SECTION][@FILE]",
	    set_extra_opts, "Read options from an INI file", NULL, true },
	{ 'v', "verbose", NO, "", set_verbose,
	    "Print details on further lines; twice: more of the answer" },
	{ 'V', "version", NO, "", set_version, "Print the version", NULL,
	    true },
	{ 'h', "help", NO, "", set_help, "Print this", NULL, true },
	{ 'C', "critical-codes", YES, "CODES", set_codes,
	    "Taken, and of no effect" },
	{ 'W', "warning-codes", YES, "CODES", set_codes,
	    "Taken, and of no effect" },
};

static const struct proto *named_protocol(const char *);

void
settings_init(struct settings *set, const char *argv0)
{
	const char *slash;

	set->program = argv0;
	while ((slash = strchr(set->program, '/')) != NULL)
		set->program = slash + 1;
	set->family = AF_UNSPEC;
	set->quiet_us = DIALOGUE_QUIET_US;
	set->max_bytes = DIALOGUE_MAX_BYTES;
	set->timeout_us = TIMEOUT_US;
	set->report = report_one_line;
	policy_init(&set->policy);
	set->series = (struct series){ .probes = 1,
		.retry_wait_us = RETRY_WAIT_US };
	settings_use(set, named_protocol(set->program));
}

void
settings_clear(struct settings *set)
{
	while (set->n_patterns > 0) {
		struct pattern *p = &set->patterns[--set->n_patterns];

		free((char *)(uintptr_t)p->text.data);
		regex_free((struct regex *)(uintptr_t)p->regex);
	}
	script_clear(&set->script);
	tls_context_free(set->dialogue.tls);
}

void
settings_use(struct settings *set, const struct proto *p)
{
	const char *name = p != NULL ? p->name : "tcp";
	size_t i;

	set->proto = p;
	for (i = 0; i < sizeof(set->service) - 1 && name[i] != '\0'; i++)
		set->service[i] = name[i] >= 'a' && name[i] <= 'z'
		    ? (char)(name[i] - 'a' + 'A')
		    : name[i];
	set->service[i] = '\0';
}

struct options
settings_options(struct settings *set)
{
	return (struct options){ rows, sizeof(rows) / sizeof(rows[0]),
		set_operand, set };
}

/* The program's own name tells: check_imap is imap; any other name is tcp. */
static const struct proto *
named_protocol(const char *program)
{
	static const char prefix[] = "check_";
	bool named = strncmp(program, prefix, sizeof(prefix) - 1) == 0;

	return proto_find(named ? program + sizeof(prefix) - 1 : "tcp");
}

static const char *
set_all(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->all = true;
	return NULL;
}

static const char *
use_tls(struct settings *set)
{
	set->use_tls = true;
	return tls_missing();
}

/* RFC 1035 2.3.4 */
static const char *
name_check(struct settings *set, const char *name)
{
	const char *why;
	struct addr a;

	if (name[0] == '\0')
		return "is empty";
	if (strlen(name) > TEXT_WORD)
		return "is too long";
	if (name[0] == '/' || addr_parse(name, AF_UNSPEC, &a, &why) == ADDR_BAD)
		return "neither a name nor an address";
	return use_tls(set);
}

static const char *
set_alpn(void *ctx, const char *value)
{
	struct settings *set = ctx;
	const char *why = use_tls(set);

	set->tls.alpn = value;
	return why != NULL ? why : tls_alpn_check(value);
}

static const char *
set_ca_file(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->tls.verify = true;
	set->tls.ca_file = value;
	return use_tls(set);
}

/* DAYS or DAYS,DAYS */
static const char *
set_certificate(void *ctx, const char *value)
{
	struct settings *set = ctx;
	const char *why = policy_parse_days(&set->policy, value);

	return why != NULL ? why : use_tls(set);
}

static const char *
set_client_cert(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->tls.client_cert = value;
	return use_tls(set);
}

static const char *
set_client_key(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->tls.client_key = value;
	return use_tls(set);
}

static const char *
set_all_addresses(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->series.by_address = true;
	return NULL;
}

/* The reference takes them too, and does nothing with them. */
static const char *
set_codes(void *ctx, const char *value)
{
	(void)ctx;
	(void)value;
	return NULL;
}

static const char *
set_critical(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->policy.has_critical = true;
	return range_parse(value, &set->policy.critical);
}

static const char *
set_delay(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return num_seconds(value, strlen(value), &set->delay_us);
}

static const char *
set_dialogue(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->dialogue_file = value;
	return value[0] != '\0' ? NULL : "is empty";
}

/* RFC 2474, RFC 2597, RFC 3246, RFC 5865, RFC 8622. */
static const char *
set_dscp(void *ctx, const char *value)
{
	static const struct {
		char name[5];
		uint8_t dscp;
	} classes[] = {
		{ "df", 0 },
		{ "be", 0 },
		{ "le", 1 },
		{ "va", 44 },
		{ "ef", 46 },
		{ "cs0", 0 },
		{ "cs1", 8 },
		{ "cs2", 16 },
		{ "cs3", 24 },
		{ "cs4", 32 },
		{ "cs5", 40 },
		{ "cs6", 48 },
		{ "cs7", 56 },
		{ "af11", 10 },
		{ "af12", 12 },
		{ "af13", 14 },
		{ "af21", 18 },
		{ "af22", 20 },
		{ "af23", 22 },
		{ "af31", 26 },
		{ "af32", 28 },
		{ "af33", 30 },
		{ "af41", 34 },
		{ "af42", 36 },
		{ "af43", 38 },
	};
	struct settings *set = ctx;
	int64_t dscp;
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (word_equal(classes[i].name, value, strlen(value))) {
			set->sock.tos = (uint8_t)(classes[i].dscp << 2);
			return NULL;
		}
	if (num_int(value, 0, 63, &dscp) != NULL)
		return "not 0 to 63, nor the name of a class";
	set->sock.tos = (uint8_t)(dscp << 2);
	return NULL;
}

static const char *
set_escape(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->escape = true;
	return NULL;
}

/* The text is the pattern's from then on. */
static const char *
add_pattern(struct settings *set, enum pattern_kind kind, char *text,
    size_t len)
{
	struct pattern p = { kind, { text, len }, NULL };
	const char *why = NULL;

	if (set->n_patterns == EXPECT_MAX)
		why = "more than can be expected (64)";
	else if (len == 0 && kind != PATTERN_ANYWHERE)
		why = "is empty";
	else if (kind == PATTERN_REGEX)
		p.regex = regex_new(text, &why);
	if (why == NULL)
		set->patterns[set->n_patterns++] = p;
	else
		free(text);
	return why;
}

static const char *
set_expect(void *ctx, const char *value)
{
	return add_pattern(ctx, PATTERN_ANYWHERE, xstrdup(value),
	    strlen(value));
}

static const char *
set_expect_hex(void *ctx, const char *value)
{
	char *text = xmalloc(strlen(value) + 1);
	size_t len = 0;
	const char *why = hex_decode(value, text, &len);

	if (why == NULL)
		return add_pattern(ctx, PATTERN_ANYWHERE, text, len);
	free(text);
	return why;
}

static const char *
set_expect_not(void *ctx, const char *value)
{
	return add_pattern(ctx, PATTERN_NOT, xstrdup(value), strlen(value));
}

static const char *
set_expect_prefix(void *ctx, const char *value)
{
	return add_pattern(ctx, PATTERN_PREFIX, xstrdup(value), strlen(value));
}

static const char *
set_expect_regex(void *ctx, const char *value)
{
	return add_pattern(ctx, PATTERN_REGEX, xstrdup(value), strlen(value));
}

static const char *
set_expected(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return expected_parse(value, strlen(value), &set->expected)
	    ? NULL
	    : "not one of " EXPECTED_NAMES;
}

static const char *
set_extra_opts(void *ctx, const char *value)
{
	const struct options options = settings_options(ctx);
	static struct text why;
	struct settings *set = ctx;

	text_free(&why);
	text_init(&why, REPORT_MAX / 4);
	return extraopts_set(&options, value, set->program, &why) ? NULL
								  : why.data;
}

static const char *
set_help(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->help = true;
	return NULL;
}

static const char *
set_host(void *ctx, const char *value)
{
	struct settings *set = ctx;
	const char *why;
	struct addr a;

	if (value[0] == '\0')
		return "is empty";
	if ((value[0] == '/' || value[0] == '[') &&
	    addr_parse(value, AF_UNSPEC, &a, &why) == ADDR_BAD)
		return why;
	set->host = value;
	return NULL;
}

static const char *
set_interface(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->sock.interface = value;
	return value[0] != '\0' ? NULL : "is empty";
}

static const char *
set_ipv4(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->family = AF_INET6;
	return NULL;
}

static const char *
set_jail(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->jail = true;
	return NULL;
}

static const char *
set_json(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->report = report_json;
	return NULL;
}

static const char *
set_max_bytes(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return num_int(value, 1, SETTINGS_MAX_BYTES_MAX, &set->max_bytes);
}

static void
give_state(struct settings *set, enum outcome o, enum state s)
{
	set->given[o] = s;
	set->is_given[o] = true;
}

static const char *
set_mismatch(void *ctx, const char *value)
{
	enum state s;

	if (!state_parse(value, &s))
		return "not one of " STATE_NAMES;
	give_state(ctx, OUTCOME_MISMATCH, s);
	return NULL;
}

/* Of which the performance data have to have room. */
static const char *
offset_limits(const char *value, struct range *r)
{
	const char *why = range_parse(value, r);

	if (why == NULL &&
	    ((r->start < -OFFSET_MAX_S && r->start > -INFINITY) ||
		r->start > OFFSET_MAX_S ||
		(r->end > OFFSET_MAX_S && r->end < INFINITY)))
		why = "more than 1000000000";
	return why;
}

static const char *
set_offset_critical(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->policy.has_offset_critical = true;
	return offset_limits(value, &set->policy.offset_critical);
}

static const char *
set_offset_warning(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->policy.has_offset_warning = true;
	return offset_limits(value, &set->policy.offset_warning);
}

static const char *
set_operand(void *ctx, const char *value)
{
	struct settings *set = ctx;

	if (set->host != NULL)
		return "one host is given already";
	return set_host(ctx, value);
}

static const char *
set_output_format(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->report = report_find(value);
	return set->report != NULL ? NULL : "not one of " REPORT_NAMES;
}

static const char *
set_perfdata(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->has_perfdata = true;
	set->full = word_equal("full", value, strlen(value));
	return set->full || word_equal("basic", value, strlen(value))
	    ? NULL
	    : "not one of basic, full";
}

static const char *
set_port(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->port = service_port(value);
	return set->port != 0
	    ? NULL
	    : "not a port from 1 to 65535, nor a service name";
}

static const char *
set_probes(void *ctx, const char *value)
{
	struct settings *set = ctx;
	int64_t n;
	const char *why = num_int(value, 1, 1000, &n);

	if (why == NULL)
		set->series.probes = (unsigned)n;
	return why;
}

static const char *
set_protocol(void *ctx, const char *value)
{
	const struct proto *p = proto_find(value);

	if (p == NULL)
		return "no protocol of that name";
	settings_use(ctx, p);
	return NULL;
}

static const char *
set_quit(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->quit = value;
	return NULL;
}

static const char *
set_refuse(void *ctx, const char *value)
{
	enum state s;

	if (!state_parse(value, &s))
		return "not one of " STATE_NAMES;
	give_state(ctx, OUTCOME_REFUSED, s);
	give_state(ctx, OUTCOME_REJECTED, s);
	return NULL;
}

static const char *
set_retries(void *ctx, const char *value)
{
	struct settings *set = ctx;
	int64_t n;
	const char *why = num_int(value, 0, 100, &n);

	if (why == NULL)
		set->series.retries = (unsigned)n;
	return why;
}

static const char *
set_retry_wait(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return num_seconds(value, strlen(value), &set->series.retry_wait_us);
}

static const char *
set_send(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->send = value;
	return NULL;
}

static const char *
set_send_hex(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->send_hex = value;
	return NULL;
}

static const char *
set_sni(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->tls.sni = value;
	return name_check(set, value);
}

static const char *
set_source(void *ctx, const char *value)
{
	struct settings *set = ctx;
	const char *why = "not an address";

	return addr_parse(value, AF_UNSPEC, &set->sock.source, &why) ==
		    ADDR_LITERAL &&
		set->sock.source.family != AF_UNIX
	    ? NULL
	    : why;
}

static const char *
set_source_port(void *ctx, const char *value)
{
	struct settings *set = ctx;
	int64_t port;
	const char *why = num_int(value, 1, UINT16_MAX, &port);

	if (why == NULL)
		set->sock.source_port = (uint16_t)port;
	return why;
}

static const char *
set_ssl(void *ctx, const char *value)
{
	(void)value;
	return use_tls(ctx);
}

static const char *
set_starttls(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->starttls = true;
	return use_tls(set);
}

/* OUTCOME=STATE */
static const char *
set_state(void *ctx, const char *value)
{
	const char *equals = strchr(value, '=');
	enum outcome o;
	enum state s;

	if (equals == NULL)
		return "not OUTCOME=STATE";
	if (!outcome_find(value, (size_t)(equals - value), &o))
		return "there is no outcome of that name; see check_tcp(1)";
	if (!state_parse(equals + 1, &s))
		return "the state is not one of " STATE_NAMES;
	if (s == STATE_OK && outcome_default_state(o) == STATE_UNKNOWN)
		return "what is our own fault cannot be OK";
	give_state(ctx, o, s);
	return NULL;
}

static const char *
set_step(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return script_add(&set->script, value);
}

static const char *
set_text(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->text = value;
	return report_text_check(value);
}

/* SECONDS, SECONDS:STATE or :STATE */
static const char *
set_timeout(void *ctx, const char *value)
{
	struct settings *set = ctx;
	size_t len = strcspn(value, ":");
	int64_t us = TIMEOUT_US;
	const char *why = NULL;
	enum state s;

	if (len > 0 || value[len] == '\0')
		why = num_seconds(value, len, &us);
	if (why != NULL)
		return why;
	if (us == 0)
		return "must be more than 0";
	if (value[len] == ':') {
		if (!state_parse(value + len + 1, &s))
			return "the state is not one of " STATE_NAMES;
		give_state(set, OUTCOME_TIMEOUT, s);
		give_state(set, OUTCOME_STALLED, s);
		give_state(set, OUTCOME_LOOKUP_TIMEOUT, s);
	}
	set->timeout_us = us;
	return NULL;
}

static const char *
set_tls_min(void *ctx, const char *value)
{
	struct settings *set = ctx;
	const char *why = tls_version_parse(value, &set->tls.min_version);

	return why != NULL ? why : use_tls(set);
}

static const char *
set_tos(void *ctx, const char *value)
{
	struct settings *set = ctx;
	int64_t tos;
	const char *why = num_int(value, 0, UINT8_MAX, &tos);

	if (why == NULL)
		set->sock.tos = (uint8_t)tos;
	return why;
}

static const char *
set_ttl(void *ctx, const char *value)
{
	struct settings *set = ctx;
	int64_t ttl;
	const char *why = num_int(value, 1, UINT8_MAX, &ttl);

	if (why == NULL)
		set->sock.ttl = (uint8_t)ttl;
	return why;
}

static const char *
set_verify(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->tls.verify = true;
	return use_tls(set);
}

static const char *
set_verify_name(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->tls.verify = true;
	set->tls.verify_name = value;
	return name_check(set, value);
}

static const char *
set_verbose(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->verbosity++;
	return NULL;
}

static const char *
set_version(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->version = true;
	return NULL;
}

static const char *
set_wait(void *ctx, const char *value)
{
	struct settings *set = ctx;

	return num_seconds(value, strlen(value), &set->quiet_us);
}

static const char *
set_warning(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->policy.has_warning = true;
	return range_parse(value, &set->policy.warning);
}
