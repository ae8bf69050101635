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

static option_fn set_all, set_all_addresses, set_any_source_port, set_codes,
    set_critical, set_datagram_protocol, set_delay, set_dns_address,
    set_dns_query, set_dns_rcode, set_dialogue, set_dscp, set_escape,
    set_expect, set_expect_hex, set_expect_not, set_expect_prefix,
    set_expect_regex, set_expected, set_extra_opts, set_help, set_host,
    set_interface, set_ipv4, set_ipv6, set_alpn, set_ca_file, set_certificate,
    set_client_cert, set_client_key, set_jail, set_json, set_max_bytes,
    set_mismatch, set_operand, set_output_format, set_perfdata, set_port,
    set_probes, set_protocol, set_quit, set_refuse, set_retries, set_retry_wait,
    set_send, set_send_hex, set_sni, set_source, set_source_port, set_ssl,
    set_starttls, set_state, set_step, set_offset_warning, set_offset_critical,
    set_text, set_timeout, set_tls_min, set_tos, set_ttl, set_verbose,
    set_verify, set_verify_name, set_version, set_wait, set_warning;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

#define ROW(...) { __VA_ARGS__ },
#define NO_ROW(...)

#define BOTH ROW
#define STREAM ROW
#define DATAGRAM NO_ROW
static const struct option_row stream_rows[] = {
#include "settings.def"
};
#undef STREAM
#undef DATAGRAM

#define STREAM NO_ROW
#define DATAGRAM ROW
static const struct option_row datagram_rows[] = {
#include "settings.def"
};
#undef STREAM
#undef DATAGRAM

static void init(struct settings *, const char *);
static void name_service(struct settings *, const char *);
static const struct proto *named_protocol(const char *);

void
settings_init(struct settings *set, const char *argv0)
{
	init(set, argv0);
	set->max_bytes = DIALOGUE_MAX_BYTES;
	settings_use(set, named_protocol(set->program));
	set->options = (struct options){ stream_rows,
		sizeof(stream_rows) / sizeof(stream_rows[0]), set_operand,
		set };
}

void
settings_init_datagram(struct settings *set, const char *argv0)
{
	init(set, argv0);
	set->max_bytes = INQUIRY_MAX_BYTES;
	name_service(set, "udp");
	set->options = (struct options){ datagram_rows,
		sizeof(datagram_rows) / sizeof(datagram_rows[0]), set_operand,
		set };
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
	free((char *)(uintptr_t)set->sent.data);
	free((char *)(uintptr_t)set->payload.send.data);
	if (set->quit != NULL) {
		if (set->dialogue.quit.data != set->proto->quit.data)
			free((char *)(uintptr_t)set->dialogue.quit.data);
		free((char *)(uintptr_t)set->inquiry.quit.data);
	}
	tls_context_free(set->dialogue.tls);
}

void
settings_use(struct settings *set, const struct proto *p)
{
	set->proto = p;
	name_service(set, p != NULL ? p->name : "tcp");
}

static void
init(struct settings *set, const char *argv0)
{
	const char *slash;

	set->program = argv0;
	while ((slash = strchr(set->program, '/')) != NULL)
		set->program = slash + 1;
	set->family = AF_UNSPEC;
	set->quiet_us = DIALOGUE_QUIET_US;
	set->timeout_us = TIMEOUT_US;
	set->report = report_one_line;
	policy_init(&set->policy);
	set->series = (struct series){ .probes = 1,
		.retry_wait_us = RETRY_WAIT_US };
}

static void
name_service(struct settings *set, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(set->service) - 1 && name[i] != '\0'; i++)
		set->service[i] = name[i] >= 'a' && name[i] <= 'z'
		    ? (char)(name[i] - 'a' + 'A')
		    : name[i];
	set->service[i] = '\0';
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

static const char *
set_any_source_port(void *ctx, const char *value)
{
	struct settings *set = ctx;

	(void)value;
	set->other_port = true;
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
set_datagram_protocol(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->datagram = datagram_find(value);
	if (set->datagram == NULL)
		return "no protocol of that name";
	name_service(set, set->datagram->name);
	return NULL;
}

static const char *
set_dns_address(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->has_dns = true;
	return dns_want_address(&set->dns, value);
}

static const char *
set_dns_query(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->has_dns = true;
	return dns_want_query(&set->dns, value);
}

static const char *
set_dns_rcode(void *ctx, const char *value)
{
	struct settings *set = ctx;

	set->has_dns = true;
	return dns_want_rcode(&set->dns, value);
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
	static struct text why;
	struct settings *set = ctx;

	text_free(&why);
	text_init(&why, REPORT_MAX / 4);
	return extraopts_set(&set->options, value, set->program, &why)
	    ? NULL
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
		give_state(set, OUTCOME_NO_REPLY, s);
		give_state(set, OUTCOME_SILENT, s);
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
