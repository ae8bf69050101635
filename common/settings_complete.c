/* SPDX-License-Identifier: ISC */
/* What follows from the options together. */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "plugin.h"
#include "settings.h"
#include "xalloc.h"

static bool use_protocol(struct settings *, struct text *);
static bool read_dialogue(struct settings *, int64_t, struct text *);
static bool combined(const struct settings *, struct text *);
static void settle_states(struct settings *);
static bool complete_tls(struct settings *, struct text *);
static bool build_dialogue(struct settings *, struct text *);
static bool build_steps(struct settings *, size_t, size_t *, struct text *);
static bool only_nots(const struct settings *);
static bool build_expectation(struct settings *, struct step *, struct text *);
static bool combined_host(const struct settings *, struct text *);

bool
settings_complete(struct settings *set, int64_t start_us, struct text *error)
{
	if (set->proto == NULL) {
		text_escape_string(error, set->program);
		text_puts(error, ": there is no protocol of that name");
		return false;
	}
	if (!use_protocol(set, error))
		return false;
	if (set->port == 0)
		set->port = set->proto->port;
	if (!settings_complete_host(set, error) || !combined(set, error) ||
	    !read_dialogue(set, start_us, error) ||
	    !build_dialogue(set, error) || !complete_tls(set, error))
		return false;
	set->target = (struct target){ set->host, set->port, set->family,
		&set->dialogue, NULL };
	set->jail |= set->proto->hide;
	return true;
}

bool
settings_complete_host(struct settings *set, struct text *error)
{
	const char *why;
	struct addr host;

	if (set->host == NULL)
		set->host = set->family == AF_INET6 ? "::1" : "127.0.0.1";
	if (set->port == 0 && set->host[0] != '/') {
		text_puts(error, "-p: no port is given");
		return false;
	}
	if (set->text != NULL && set->report != report_one_line) {
		text_puts(error, "--output-format: cannot be used with --text");
		return false;
	}
	if (!combined_host(set, error))
		return false;
	settle_states(set);
	if (set->family == AF_UNSPEC && set->sock.source.family != AF_UNSPEC)
		set->family = set->sock.source.family;
	if (set->sock.source.family != AF_UNSPEC &&
	    addr_parse(set->host, set->family, &host, &why) == ADDR_BAD) {
		text_puts(error, "--source: ");
		addr_format(error, &set->sock.source);
		text_puts(error, ": not of the family of the host");
		return false;
	}
	return true;
}

/* With TLS, if the protocol has it, and begun as --starttls wants it. */
static bool
use_protocol(struct settings *set, struct text *error)
{
	const struct proto *p = set->proto;

	if (set->starttls && steps_to(p->steps, p->n, STEP_TLS) == 0) {
		p = proto_starttls(p);
		if (p == NULL) {
			text_printf(error,
			    "--starttls: %s has no TLS that begins in the clear",
			    set->proto->name);
			return false;
		}
		settings_use(set, p);
	}
	if ((set->policy.has_offset_warning ||
		set->policy.has_offset_critical) &&
	    !p->clock) {
		text_printf(error,
		    "--offset-warning, --offset-critical: "
		    "%s does not tell the time",
		    p->name);
		return false;
	}
	if ((set->policy.has_offset_warning ||
		set->policy.has_offset_critical) &&
	    (!only_nots(set) || set->script.n > 0 ||
		set->dialogue_file != NULL)) {
		text_puts(error,
		    "--offset-warning, --offset-critical: "
		    "cannot be used with -e, --step or their like");
		return false;
	}
	set->use_tls |= p->tls;
	set->tls.anonymous = p->anonymous &&
	    !policy_wants_cert(&set->policy, set->tls.verify);
	return true;
}

static bool
read_dialogue(struct settings *set, int64_t start_us, struct text *error)
{
	struct script *script = &set->script;
	bool closed = false;
	size_t i;

	if (set->dialogue_file != NULL) {
		plugin_await_until(start_us + set->timeout_us);
		text_puts(error, "--dialogue: ");
		if (!script_read(script, set->dialogue_file, plugin_await_input,
			error))
			return false;
		if (script->n == 0) {
			text_escape_string(error, set->dialogue_file);
			text_puts(error, ": there is no step in it");
			return false;
		}
		text_truncate(error, 0);
	}
	for (i = 0; i < script->n; i++) {
		if (closed && script->steps[i].kind == STEP_SEND) {
			text_puts(error, "--step: a send after close");
			return false;
		}
		closed |= script->steps[i].kind == STEP_CLOSE;
	}
	return true;
}

/* Options that do not go together. */
static bool
combined(const struct settings *set, struct text *error)
{
	bool steps = set->script.n > 0 || set->dialogue_file != NULL;
	const char *why = NULL;

	if (set->send != NULL && set->send_hex != NULL)
		why = "--send-hex: cannot be used with -s";
	else if (set->script.n > 0 && set->dialogue_file != NULL)
		why = "--dialogue: cannot be used with --step";
	else if (steps &&
	    (set->send != NULL || set->send_hex != NULL ||
		set->n_patterns > 0 || set->all || set->delay_us > 0))
		why =
		    "--step: cannot be used with -s, -e, -A, -d or their like";
	else if (set->tls.client_key != NULL && set->tls.client_cert == NULL)
		why = "--client-key: cannot be used without --client-cert";
	if (why != NULL)
		text_puts(error, why);
	return why == NULL;
}

static bool
combined_host(const struct settings *set, struct text *error)
{
	const struct sock_conf *sock = &set->sock;
	const struct series *s = &set->series;
	const char *why = NULL;

	if (set->host[0] == '/' &&
	    (sock->source.family != AF_UNSPEC || sock->source_port != 0 ||
		sock->interface != NULL || sock->tos != 0 || sock->ttl != 0))
		why = "--source, --interface and their like: "
		      "cannot be used with a Unix socket";
	else if (set->family != AF_UNSPEC && sock->source.family != AF_UNSPEC &&
	    sock->source.family != set->family)
		why = "--source: not of the family of -4 or -6";
	else if ((double)s->probes * s->retries * (double)s->retry_wait_us >=
	    (double)set->timeout_us)
		why = "--retry-wait: the waits take longer than -t allows";
	if (why != NULL)
		text_puts(error, why);
	return why == NULL;
}

static bool
complete_tls(struct settings *set, struct text *error)
{
	const struct dialogue *d = &set->dialogue;
	size_t begun = steps_to(d->steps, d->n, STEP_TLS);
	const char *why = NULL;

	if (begun == 0)
		return true;
	if (tls_missing() != NULL) {
		text_printf(error, "%s: %s",
		    steps_to(set->script.steps, set->script.n, STEP_TLS) > 0
			? "--step"
			: set->proto->name,
		    tls_missing());
		return false;
	}
	if (steps_to(d->steps + begun, d->n - begun, STEP_TLS) > 0)
		why = "--step: TLS begins only once";
	else if (set->tls.verify && set->host[0] == '/' &&
	    set->tls.sni == NULL && set->tls.verify_name == NULL)
		why = "--verify: a Unix socket needs --verify-name";
	if (why != NULL)
		text_puts(error, why);
	else
		set->dialogue.tls = tls_context_new(&set->tls);
	return why == NULL;
}

static void
settle_states(struct settings *set)
{
	size_t i;

	policy_expect(&set->policy, set->expected);
	for (i = 0; i < OUTCOME_COUNT; i++)
		if (set->is_given[i])
			set->policy.states[i] = set->given[i];
	memcpy(set->policy.given, set->is_given, sizeof(set->is_given));
	set->series.policy = &set->policy;
}

/*
 * First what leads to TLS, and then the steps that are given, or those of the
 * protocol.
 */
static bool
build_dialogue(struct settings *set, struct text *error)
{
	const struct proto *p = set->proto;
	size_t clear = steps_to(p->steps, p->n, STEP_TLS), n;
	struct step *steps = set->steps;

	set->dialogue.quit = p->quit;
	if (set->quit != NULL &&
	    !settings_decode("-q", set->escape, set->quit, &set->dialogue.quit,
		set->escape ? "" : "\r\n", error))
		return false;
	for (n = 0; n < clear; n++)
		steps[n] = p->steps[n];
	if (set->use_tls && clear == 0 &&
	    steps_to(set->script.steps, set->script.n, STEP_TLS) == 0)
		steps[n++] = (struct step){ .kind = STEP_TLS };
	if (set->script.n > 0) {
		memcpy(steps + n, set->script.steps,
		    set->script.n * sizeof(steps[0]));
		n += set->script.n;
	} else if (!build_steps(set, clear, &n, error)) {
		return false;
	}
	set->dialogue.steps = steps;
	set->dialogue.n = n;
	set->dialogue.quiet_us = set->quiet_us;
	set->dialogue.max_bytes = (size_t)set->max_bytes;
	set->dialogue.name = set->tls.sni;
	return true;
}

/*
 * The steps of the protocol from the first on, but for what -s sends in place of
 * all that it says, and -e expects in place of the last it expects, before which
 * -d waits.
 */
static bool
build_steps(struct settings *set, size_t first, size_t *n, struct text *error)
{
	const struct proto *p = set->proto;
	struct step expect = { .kind = STEP_EXPECT }, *s = set->steps + *n;
	bool sending = set->send != NULL || set->send_hex != NULL;
	size_t i, last = p->n;

	for (i = first; i < p->n; i++)
		if (p->steps[i].kind == STEP_EXPECT)
			last = i;
	for (i = first; i < p->n && !sending; i++)
		if (i != last)
			*s++ = p->steps[i];
	if ((set->send != NULL &&
		!settings_decode("-s", set->escape, set->send, &set->sent, "",
		    error)) ||
	    (set->send_hex != NULL &&
		!settings_decode_hex(set->send_hex, &set->sent, error)))
		return false;
	if (sending && set->sent.len > 0)
		*s++ = (struct step){ .kind = STEP_SEND, .send = set->sent };
	if (set->delay_us > 0)
		*s++ = (struct step){ .kind = STEP_WAIT,
			.wait_us = set->delay_us };
	if (last < p->n)
		expect = p->steps[last];
	if (set->n_patterns > 0 && !build_expectation(set, &expect, error))
		return false;
	if (set->n_patterns > 0 || last < p->n)
		*s++ = expect;
	*n = (size_t)(s - set->steps);
	return true;
}

/*
 * Whoever expects a string is not content with that of the protocol; but who
 * only says what must not come still wants it.
 */
static bool
build_expectation(struct settings *set, struct step *step, struct text *error)
{
	const struct expect *theirs = &step->expect;
	size_t n = set->n_patterns, i;

	memcpy(set->expected_patterns, set->patterns,
	    n * sizeof(set->patterns[0]));
	for (i = 0; i < theirs->n && only_nots(set); i++) {
		if (n == EXPECT_MAX) {
			text_puts(error,
			    "--expect-not: more than can be expected (64)");
			return false;
		}
		set->expected_patterns[n++] = theirs->patterns[i];
	}
	if (!only_nots(set))
		*step = (struct step){ .kind = STEP_EXPECT };
	step->expect = (struct expect){ set->expected_patterns, n, set->all };
	return true;
}

static bool
only_nots(const struct settings *set)
{
	size_t i;

	for (i = 0; i < set->n_patterns; i++)
		if (set->patterns[i].kind != PATTERN_NOT)
			return false;
	return true;
}

bool
settings_decode_hex(const char *s, struct bytes *out, struct text *error)
{
	char *data = xmalloc(strlen(s) + 1);
	const char *why = hex_decode(s, data, &out->len);

	out->data = data;
	if (why != NULL) {
		text_puts(error, "--send-hex: ");
		text_escape_string(error, s);
		text_printf(error, ": %s", why);
		free(data);
		*out = (struct bytes){ NULL, 0 };
	}
	return why == NULL;
}

bool
settings_decode(const char *option, bool escape, const char *s,
    struct bytes *out, const char *end, struct text *error)
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
		*out = (struct bytes){ NULL, 0 };
	}
	return why == NULL;
}
