/* SPDX-License-Identifier: ISC */
/*
 * check_tcp: one TCP port or Unix socket, and what answers there.  check_tcp(1)
 * is its manual.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "escape.h"
#include "extraopts.h"
#include "num.h"
#include "options.h"
#include "plugin.h"
#include "proto.h"
#include "report.h"
#include "service.h"
#include "xalloc.h"

#define TIMEOUT_US (10 * CLOCK_SECOND)

/* What is kept of the time to print; at most this part of it. */
#define PRINT_US (20 * CLOCK_MILLISECOND)
#define PRINT_PART 64

#define MAX_BYTES_MAX (INT64_C(1) << 30)

/* The longest row of the protocol table, and a send, a wait and an expect. */
#define STEPS_MAX 8

static const char usage[] =
    "Usage: check_tcp [-H] HOST -p PORT [-46AEjv] [-s STRING] [-e STRING]...\n"
    "           [-q STRING] [-d SECONDS] [-m BYTES] [-r STATE] [-M STATE]\n"
    "           [-w RANGE] [-c RANGE] [-t SECONDS[:STATE]]\n"
    "       check_tcp -H /PATH [OPTION]...\n"
    "check_tcp --help lists all options.\n";

struct check {
	/* As given on the command line. */
	const char *program;
	const struct proto *proto;
	const char *host;
	uint16_t port;
	int family;
	const char *send;
	const char *quit;
	bool escape;
	struct bytes expected[EXPECT_MAX];
	size_t n_expected;
	bool all;
	int64_t delay_us;
	int64_t quiet_us;
	int64_t max_bytes;
	int64_t timeout_us;
	struct policy policy;
	report_fn *report;
	unsigned verbosity;
	bool jail;
	bool help;
	bool version;

	/* Made of it. */
	char service[16];
	struct step steps[STEPS_MAX];
	struct dialogue dialogue;
	struct target target;
	struct text out;
	enum state state;
};

static option_fn set_all, set_codes, set_critical, set_delay, set_escape,
    set_expect, set_extra_opts, set_help, set_host, set_ipv4, set_ipv6,
    set_jail, set_max_bytes, set_mismatch, set_operand, set_output_format,
    set_port, set_protocol, set_quit, set_refuse, set_send, set_timeout,
    set_tls, set_verbose, set_version, set_wait, set_warning;

#define NO OPTION_NO_VALUE
#define YES OPTION_VALUE

static const struct option_row rows[] = {
	{ 'H', "hostname", YES, "HOST", set_host,
	    "Name, address or path of a Unix socket (default: 127.0.0.1)" },
	{ 'p', "port", YES, "PORT", set_port,
	    "Port: 1 to 65535 or a service name" },
	{ '4', "use-ipv4", NO, NULL, set_ipv4, "Use IPv4 addresses only" },
	{ '6', "use-ipv6", NO, NULL, set_ipv6, "Use IPv6 addresses only" },
	{ 's', "send", YES, "STRING", set_send, "Send STRING when connected" },
	{ 'e', "expect", YES, "STRING", set_expect,
	    "Expect STRING anywhere in the answer; may be repeated" },
	{ 'A', "all", NO, NULL, set_all,
	    "All strings of -e must occur (default: any of them)" },
	{ 'q', "quit", YES, "STRING", set_quit,
	    "Send STRING, and \\r\\n unless -E is given, before closing" },
	{ 'E', "escape", NO, NULL, set_escape,
	    "\\n, \\r, \\t, \\\\, \\0 and \\xHH count in -s and -q" },
	{ 'r', "refuse", YES, "STATE", set_refuse,
	    "State of a refused connection, one of ok, warn, crit\n"
	    "(default: crit)" },
	{ 'M', "mismatch", YES, "STATE", set_mismatch,
	    "State of an unexpected answer, one of ok, warn, crit\n"
	    "(default: warn)" },
	{ 'j', "jail", NO, NULL, set_jail, "Do not print what the peer sent" },
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
	{ 0, "protocol", YES, "NAME", set_protocol,
	    "Check the service NAME, one of tcp, ftp, smtp, pop, imap, nntp,\n"
	    "jabber, clamd" },
	{ 0, "output-format", YES, "FORMAT", set_output_format,
	    "One of " REPORT_NAMES " (default: one-line)" },
	{ 0, "extra-opts", OPTION_MAY_HAVE_VALUE, "[SECTION][@FILE]",
	    set_extra_opts, "Read options from an INI file", NULL, true },
	{ 'v', "verbose", NO, NULL, set_verbose,
	    "Print details on further lines; twice: more of the answer" },
	{ 'V', "version", NO, NULL, set_version, "Print the version", NULL,
	    true },
	{ 'h', "help", NO, NULL, set_help, "Print this", NULL, true },
	{ 'S', "ssl", NO, NULL, set_tls, "Refused: this version has no TLS" },
	{ 'D', "certificate", YES, "DAYS[,DAYS]", set_tls,
	    "Refused: this version has no TLS" },
	{ 0, "sni", YES, "NAME", set_tls, "Refused: this version has no TLS" },
	{ 'C', "critical-codes", YES, "CODES", set_codes,
	    "Taken, and of no effect" },
	{ 'W', "warning-codes", YES, "CODES", set_codes,
	    "Taken, and of no effect" },
};

static void init(struct check *, const char *);
static const struct proto *named_protocol(const char *);
static void use_protocol(struct check *, const struct proto *);
static bool complete(struct check *, struct text *);
static bool build_dialogue(struct check *, struct text *);
static bool decode(const char *, bool, const char *, struct bytes *,
    const char *, struct text *);
static void run(struct check *, int64_t);
static void done(void *, const struct target *, const struct result *);
static _Noreturn void print_help(const struct options *);
static _Noreturn void print_version(void);
static _Noreturn void usage_error(const struct check *, const struct text *);

int
main(int argc, char **argv)
{
	static struct check check;
	const struct options options = { rows, sizeof(rows) / sizeof(rows[0]),
		set_operand, &check };
	int64_t start_us = clock_now_us();
	struct text error;
	bool ok;

	plugin_start("TCP");
	init(&check, argc > 0 ? argv[0] : "check_tcp");
	text_init(&error, REPORT_MAX / 2);
	ok = options_parse(&options, argc, argv, &error);
	if (check.help)
		print_help(&options);
	if (check.version)
		print_version();
	if (!ok || !complete(&check, &error))
		usage_error(&check, &error);
	text_free(&error);
	run(&check, start_us);
	plugin_exit(check.state, &check.out);
}

static void
init(struct check *c, const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	c->program = slash != NULL ? slash + 1 : argv0;
	c->family = AF_UNSPEC;
	c->quiet_us = DIALOGUE_QUIET_US;
	c->max_bytes = DIALOGUE_MAX_BYTES;
	c->timeout_us = TIMEOUT_US;
	c->report = report_one_line;
	policy_init(&c->policy);
	use_protocol(c, named_protocol(c->program));
}

/*
 * The program's own name tells: check_imap is imap; check_tcp, what begins so,
 * and any other name is tcp.
 */
static const struct proto *
named_protocol(const char *program)
{
	static const char prefix[] = "check_", tcp[] = "check_tcp";

	if (strncmp(program, tcp, sizeof(tcp) - 1) == 0 ||
	    strncmp(program, prefix, sizeof(prefix) - 1) != 0)
		return proto_find("tcp");
	return proto_find(program + sizeof(prefix) - 1);
}

static void
use_protocol(struct check *c, const struct proto *p)
{
	const char *name = p != NULL ? p->name : "tcp";
	size_t i;

	c->proto = p;
	for (i = 0; i < sizeof(c->service) - 1 && name[i] != '\0'; i++)
		c->service[i] = (char)toupper((unsigned char)name[i]);
	c->service[i] = '\0';
}

static const char *
set_all(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->all = true;
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
	struct check *c = ctx;

	c->policy.has_critical = true;
	return range_parse(value, &c->policy.critical);
}

static const char *
set_delay(void *ctx, const char *value)
{
	struct check *c = ctx;

	return num_seconds(value, strlen(value), &c->delay_us);
}

static const char *
set_escape(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->escape = true;
	return NULL;
}

static const char *
set_expect(void *ctx, const char *value)
{
	struct check *c = ctx;

	if (c->n_expected == EXPECT_MAX)
		return "more strings than can be expected (64)";
	c->expected[c->n_expected++] = (struct bytes){ value, strlen(value) };
	return NULL;
}

static const char *
set_extra_opts(void *ctx, const char *value)
{
	const struct options options = { rows, sizeof(rows) / sizeof(rows[0]),
		set_operand, ctx };
	static char why[REPORT_MAX / 4];
	struct check *c = ctx;
	struct text error;
	bool ok;

	text_init(&error, sizeof(why) - 1);
	ok = extraopts_set(&options, value, c->program, &error);
	memcpy(why, error.data, error.len + 1);
	text_free(&error);
	return ok ? NULL : why;
}

static const char *
set_help(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->help = true;
	return NULL;
}

static const char *
set_host(void *ctx, const char *value)
{
	struct check *c = ctx;
	const char *why;
	struct addr a;

	if (value[0] == '\0')
		return "is empty";
	if ((value[0] == '/' || value[0] == '[') &&
	    addr_parse(value, AF_UNSPEC, &a, &why) == ADDR_BAD)
		return why;
	c->host = value;
	return NULL;
}

static const char *
set_ipv4(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->family = AF_INET;
	return NULL;
}

static const char *
set_ipv6(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->family = AF_INET6;
	return NULL;
}

static const char *
set_jail(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->jail = true;
	return NULL;
}

static const char *
set_max_bytes(void *ctx, const char *value)
{
	struct check *c = ctx;

	return num_int(value, 1, MAX_BYTES_MAX, &c->max_bytes);
}

static const char *
set_mismatch(void *ctx, const char *value)
{
	struct check *c = ctx;

	return state_parse(value, &c->policy.states[OUTCOME_MISMATCH])
	    ? NULL
	    : "not one of " STATE_NAMES;
}

static const char *
set_operand(void *ctx, const char *value)
{
	struct check *c = ctx;

	if (c->host != NULL)
		return "one host is given already";
	return set_host(ctx, value);
}

static const char *
set_output_format(void *ctx, const char *value)
{
	struct check *c = ctx;

	c->report = report_find(value);
	return c->report != NULL ? NULL : "not one of " REPORT_NAMES;
}

static const char *
set_port(void *ctx, const char *value)
{
	struct check *c = ctx;

	c->port = service_port(value);
	return c->port != 0 ? NULL
			    : "not a port from 1 to 65535, nor a service name";
}

static const char *
set_protocol(void *ctx, const char *value)
{
	const struct proto *p = proto_find(value);

	if (p == NULL)
		return "no protocol of that name";
	use_protocol(ctx, p);
	return NULL;
}

static const char *
set_quit(void *ctx, const char *value)
{
	struct check *c = ctx;

	c->quit = value;
	return NULL;
}

static const char *
set_refuse(void *ctx, const char *value)
{
	struct check *c = ctx;
	enum state s;

	if (!state_parse(value, &s))
		return "not one of " STATE_NAMES;
	c->policy.states[OUTCOME_REFUSED] = s;
	c->policy.states[OUTCOME_REJECTED] = s;
	return NULL;
}

static const char *
set_send(void *ctx, const char *value)
{
	struct check *c = ctx;

	c->send = value;
	return NULL;
}

/* SECONDS, SECONDS:STATE or :STATE */
static const char *
set_timeout(void *ctx, const char *value)
{
	struct check *c = ctx;
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
		c->policy.states[OUTCOME_TIMEOUT] = s;
		c->policy.states[OUTCOME_STALLED] = s;
		c->policy.states[OUTCOME_LOOKUP_TIMEOUT] = s;
	}
	c->timeout_us = us;
	return NULL;
}

static const char *
set_tls(void *ctx, const char *value)
{
	(void)ctx;
	(void)value;
	return "this version has no TLS";
}

static const char *
set_verbose(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->verbosity++;
	return NULL;
}

static const char *
set_version(void *ctx, const char *value)
{
	struct check *c = ctx;

	(void)value;
	c->version = true;
	return NULL;
}

static const char *
set_wait(void *ctx, const char *value)
{
	struct check *c = ctx;

	return num_seconds(value, strlen(value), &c->quiet_us);
}

static const char *
set_warning(void *ctx, const char *value)
{
	struct check *c = ctx;

	c->policy.has_warning = true;
	return range_parse(value, &c->policy.warning);
}

/* What follows from the options together. */
static bool
complete(struct check *c, struct text *error)
{
	if (c->proto == NULL) {
		text_escape_string(error, c->program);
		text_puts(error, ": there is no protocol of that name");
		return false;
	}
	if (c->host == NULL)
		c->host = c->family == AF_INET6 ? "::1" : "127.0.0.1";
	if (c->port == 0)
		c->port = c->proto->port;
	if (c->port == 0 && c->host[0] != '/') {
		text_puts(error, "-p: no port is given");
		return false;
	}
	if (!build_dialogue(c, error))
		return false;
	c->target = (struct target){ c->host, c->port, c->family,
		&c->dialogue };
	c->jail |= c->proto->hide;
	return true;
}

/*
 * The steps of the protocol, but for what -s sends and -e expects in place of
 * them, and where -d waits before the answer is read.
 */
static bool
build_dialogue(struct check *c, struct text *error)
{
	const struct proto *p = c->proto;
	struct bytes send = { 0 };
	struct step expect = { .kind = STEP_EXPECT }, *s = c->steps;
	bool expecting = c->n_expected > 0;
	size_t i;

	c->dialogue.quit = p->quit;
	if ((c->send != NULL &&
		!decode("-s", c->escape, c->send, &send, "", error)) ||
	    (c->quit != NULL &&
		!decode("-q", c->escape, c->quit, &c->dialogue.quit,
		    c->escape ? "" : "\r\n", error)))
		return false;
	for (i = 0; i < p->n; i++) {
		const struct step *step = &p->steps[i];

		if (step->kind == STEP_SEND && c->send == NULL)
			send = step->send;
		if (step->kind == STEP_EXPECT) {
			expect = *step;
			expecting = true;
		}
	}
	/* Whoever expects a string is not content with that of the protocol. */
	if (c->n_expected > 0)
		expect = (struct step){ .kind = STEP_EXPECT,
			.expect = { c->expected, c->n_expected, true, false } };
	expect.expect.all = c->all;
	if (send.len > 0)
		*s++ = (struct step){ .kind = STEP_SEND, .send = send };
	if (c->delay_us > 0)
		*s++ = (struct step){ .kind = STEP_WAIT,
			.wait_us = c->delay_us };
	if (expecting)
		*s++ = expect;
	c->dialogue.steps = c->steps;
	c->dialogue.n = (size_t)(s - c->steps);
	c->dialogue.quiet_us = c->quiet_us;
	c->dialogue.max_bytes = (size_t)c->max_bytes;
	return true;
}

/* The bytes live as long as the program. */
static bool
decode(const char *option, bool escape, const char *s, struct bytes *out,
    const char *end, struct text *error)
{
	size_t len = strlen(s);
	const char *why = NULL;
	char *data;

	data = xmalloc(len + strlen(end));
	if (escape)
		why = escape_decode(s, data, &len);
	else
		memcpy(data, s, len);
	memcpy(data + len, end, strlen(end));
	*out = (struct bytes){ data, len + strlen(end) };
	if (why != NULL) {
		text_printf(error, "%s: ", option);
		text_escape_string(error, s);
		text_printf(error, ": %s", why);
		free(data);
	}
	return why == NULL;
}

static void
run(struct check *c, int64_t start_us)
{
	const struct engine_conf conf = { .done = done, .ctx = c };
	struct engine *e = engine_new(&conf);
	struct watch *signals = plugin_signals();
	int64_t print_us = c->timeout_us / PRINT_PART;

	if (print_us > PRINT_US)
		print_us = PRINT_US;
	if (signals != NULL)
		(void)engine_watch(e, signals);
	engine_add(e, &c->target, start_us + c->timeout_us - print_us);
	engine_run(e, &plugin_interrupted);
	if (plugin_interrupted)
		engine_stop(e, plugin_interruption(), clock_now_us());
	engine_free(e);
}

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	struct check *c = ctx;
	const struct report report = {
		.service = c->service,
		.target = t,
		.result = r,
		.policy = &c->policy,
		.verdict = verdict_of(&c->policy, r),
		.timeout_us = c->timeout_us,
		.jail = c->jail,
		.verbosity = c->verbosity,
	};

	text_init(&c->out, REPORT_MAX);
	c->report(&c->out, &report);
	c->state = report.verdict.state;
}

static _Noreturn void
print_help(const struct options *options)
{
	struct text t;

	text_init(&t, REPORT_MAX * 2);
	text_puts(&t,
	    "check_tcp v" PACKAGE_VERSION " (portstate)\n\n"
	    "Tells whether a TCP port or Unix socket is open, and whether what\n"
	    "answers there is what should answer.\n\n");
	text_puts(&t, usage);
	text_puts(&t, "\nOptions:\n");
	options_help(options, &t);
	text_puts(&t,
	    "\nA RANGE is [@]START:END of the Monitoring Plugins guidelines; a "
	    "STATE is\n" STATE_NAMES " or 0 to 3.\n"
	    "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n");
	plugin_exit(STATE_UNKNOWN, &t);
}

static _Noreturn void
print_version(void)
{
	struct text t;

	text_init(&t, REPORT_MAX);
	text_puts(&t, "check_tcp v" PACKAGE_VERSION " (portstate)\n");
	plugin_exit(STATE_UNKNOWN, &t);
}

static _Noreturn void
usage_error(const struct check *c, const struct text *error)
{
	struct text t;

	text_init(&t, REPORT_MAX);
	text_printf(&t, "%s UNKNOWN - %s\n", c->service, error->data);
	text_puts(&t, usage);
	plugin_exit(STATE_UNKNOWN, &t);
}
