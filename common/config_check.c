/* SPDX-License-Identifier: ISC */
#include "config_check.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "addr.h"
#include "call.h"
#include "config_option.h"
#include "handler.h"
#include "rounds.h"

/* NULL, or why it cannot be the value. */
typedef const char *check_fn(const char *value);

static check_fn check_ports, check_path, check_transport, check_severity,
    check_timeout, check_interval, check_lag, check_severe, check_family;

/* Of what no option looks at. */
static check_fn *const checks[CONFIG_KEYS] = {
	[CONFIG_TCP] = check_ports,
	[CONFIG_UDP] = check_ports,
	[CONFIG_PORT] = check_ports,
	[CONFIG_UNIX] = check_path,
	[CONFIG_TRANSPORT] = check_transport,
	[CONFIG_NAME] = config_check_name,
	[CONFIG_HOST] = config_check_name,
	[CONFIG_ADDRESS] = config_check_address,
	[CONFIG_SEVERITY] = check_severity,
	[CONFIG_TIMEOUT] = check_timeout,
	[CONFIG_INTERVAL] = check_interval,
	[CONFIG_LAG] = check_lag,
	[CONFIG_SEVERE] = check_severe,
	[CONFIG_FAMILY] = check_family,
};

static const char *check_word(enum config_key, const char *);
static void check_handler(struct config *, const struct config_value *,
    struct config_place);
static void check_option(struct config *, const struct config_value *,
    const struct config_layer *);
static bool takes(struct config *, const struct config_value *,
    enum item_transport, bool);

bool
config_check(struct config *c, const struct config_layer *l)
{
	size_t errors = c->n_errors, i, j;

	for (i = 0; i < l->n; i++) {
		const struct config_value *v = &l->values[i];

		for (j = 0; j < v->n; j++) {
			const char *why = check_word(v->key, v->words[j].s);

			if (why != NULL)
				config_word_error(c, config_rows[v->key].name,
				    v->words[j], why);
		}
		if (v->key == CONFIG_HANDLER)
			check_handler(c, v,
			    (struct config_place){ v->line, l->at.file });
		if (config_rows[v->key].option != NULL)
			check_option(c, v, l);
	}
	return c->n_errors == errors;
}

static const char *
check_word(enum config_key key, const char *s)
{
	const char *why = checks[key] != NULL ? checks[key](s) : NULL;

	if (config_rows[key].type == CONFIG_TYPE_FILE && access(s, R_OK) == -1)
		why = strerror(errno);
	else if (key >= CONFIG_EXPECT && key <= CONFIG_EXPECT_NOT &&
	    s[0] == '\0')
		why = "is empty";
	return why;
}

static const char *
check_ports(const char *value)
{
	uint16_t first, last;

	return portlist_parse_range(value, &first, &last);
}

static const char *
check_path(const char *value)
{
	const char *why = NULL;
	struct addr a;

	if (value[0] != '/')
		return "the path does not begin with a slash";
	return addr_parse(value, AF_UNSPEC, &a, &why) == ADDR_LITERAL ? NULL
								      : why;
}

static const char *
check_transport(const char *value)
{
	return strcmp(value, "tcp") == 0 || strcmp(value, "udp") == 0
	    ? NULL
	    : "neither tcp nor udp";
}

static const char *
check_severity(const char *value)
{
	return strcasecmp(value, "warning") == 0 ||
		strcasecmp(value, "critical") == 0
	    ? NULL
	    : "neither warning nor critical";
}

/* The state that the option takes, too, is a matter of another key. */
static const char *
check_timeout(const char *value)
{
	return strchr(value, ':') == NULL ? NULL : "not a number of seconds";
}

static const char *
check_interval(const char *value)
{
	struct rounds r;

	return rounds_parse_interval(value, &r);
}

static const char *
check_lag(const char *value)
{
	struct rounds r;

	return rounds_parse_lag(value, &r);
}

static const char *
check_severe(const char *value)
{
	struct rounds r;

	return rounds_parse_severe(value, &r);
}

static const char *
check_family(const char *value)
{
	return strcmp(value, "any") == 0 || strcmp(value, "ipv4") == 0 ||
		strcmp(value, "ipv6") == 0
	    ? NULL
	    : "not one of any, ipv4, ipv6";
}

static void
check_handler(struct config *c, const struct config_value *v,
    struct config_place at)
{
	struct pool words = { 0 };
	const struct handler h = { .words = config_value_words(&words, v) };
	const char *name = config_rows[v->key].name;
	struct text why;

	text_init(&why, REPORT_MAX);
	if (!handler_check(&h, &why))
		config_error(c, at, name, why.data);
	else if (!call_found(h.words[0]))
		config_word_error(c, name,
		    (struct config_word){ h.words[0], at },
		    "there is no such command");
	text_free(&why);
	pool_free(&words);
}

/*
 * Where the layer does not say of which transport the port is, what is good for
 * one of them is good.
 */
static void
check_option(struct config *c, const struct config_value *v,
    const struct config_layer *l)
{
	const struct config_value *name = config_value(l, CONFIG_TRANSPORT);
	bool udp = config_value(l, CONFIG_UDP) != NULL ||
	    (name != NULL && strcmp(name->words[0].s, "udp") == 0);
	bool stream = config_value(l, CONFIG_TCP) != NULL ||
	    config_value(l, CONFIG_UNIX) != NULL || (name != NULL && !udp);
	enum item_transport transport = udp ? ITEM_UDP : ITEM_TCP;
	bool known = config_option(config_settings(c, transport), v->key) !=
	    NULL;

	if (!udp && !stream) {
		if (takes(c, v, ITEM_TCP, false) ||
		    takes(c, v, ITEM_UDP, false))
			return;
		transport = known ? ITEM_TCP : ITEM_UDP;
	} else if (!known) {
		config_option_none(c, v->key,
		    (struct config_place){ v->line, l->at.file }, transport);
		return;
	}
	(void)takes(c, v, transport, true);
}

/* Whether there is such an option, which takes each word; what it does not is told. */
static bool
takes(struct config *c, const struct config_value *v,
    enum item_transport transport, bool tell)
{
	struct settings *set = config_settings(c, transport);
	const struct option_row *option = config_option(set, v->key);
	bool ok = option != NULL;
	size_t i;

	for (i = 0; option != NULL && i < v->n; i++) {
		const char *why = option->set(set, v->words[i].s);

		if (why == NULL)
			continue;
		ok = false;
		if (tell)
			config_word_error(c, config_rows[v->key].name,
			    v->words[i], why);
	}
	settings_clear(set);
	return ok;
}
