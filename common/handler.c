/* SPDX-License-Identifier: ISC */
#include "handler.h"

#include <assert.h>
#include <string.h>

#include "clock.h"
#include "perfdata.h"

static const char fields[] = "hapPtn%";

/* What the fields are called in the environment. */
static const struct call_variable variables[] = {
	{ "PORTSTATE_HOST=", 'h' },
	{ "PORTSTATE_ADDRESS=", 'a' },
	{ "PORTSTATE_PORT=", 'p' },
	{ "PORTSTATE_TRANSPORT=", 'P' },
	{ "PORTSTATE_TIMEOUT=", 't' },
	{ "PORTSTATE_NAME=", 'n' },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

static call_field_fn field;
static void name_of(struct text *, const struct target *);
static const char *transport(const struct target *);

bool
handler_check(const struct handler *h, struct text *error)
{
	return call_check(h->words, fields, error);
}

bool
handler_call_init(struct call *c, const struct handler *h,
    const struct handler_question *q)
{
	return call_init(c, h->words, variables, VARIABLES, field, q);
}

size_t
handler_line(const void *out, size_t len)
{
	const char *s = out;
	size_t n = 0;

	while (n < len && s[n] != '\n' && s[n] != '|')
		n++;
	return text_trimmed(s, n);
}

void
handler_perfdata(struct text *t, const void *out, size_t len)
{
	const char *s = out, *line;
	const char *parts[2], *ends[2];
	struct perfdata_item item;
	size_t i, left, n = 0;

	if (len == 0)
		return;
	line = memchr(s, '\n', len);
	parts[0] = s;
	ends[1] = s + len;
	ends[0] = line != NULL ? line : ends[1];
	parts[1] = ends[0];
	for (i = 0; i < 2; i++) {
		s = memchr(parts[i], '|', (size_t)(ends[i] - parts[i]));
		if (s == NULL)
			continue;
		left = (size_t)(ends[i] - s);
		while (n < HANDLER_VALUES_MAX &&
		    perfdata_next(&s, &left, &item)) {
			text_puts(t, n++ > 0 ? " " : "");
			text_put(t, item.bytes, item.len);
		}
	}
}

static void
field(struct text *t, char letter, const void *ctx)
{
	const struct handler_question *q = ctx;
	const struct target *target = q->target;
	const struct handler *h = target->terms->handler;
	int64_t seconds = (q->timeout_us + CLOCK_SECOND - 1) / CLOCK_SECOND;
	bool path = target->host[0] == '/';

	switch (letter) {
	case 'h':
		if (h->host != NULL)
			h->host(t, h->ctx, target);
		else
			text_puts(t, target_name(target));
		break;
	case 'a':
		if (path)
			text_puts(t, target->host);
		else
			addr_format(t, q->addr);
		break;
	case 'p':
		if (!path)
			text_printf(t, "%u", target->port);
		break;
	case 'P':
		text_puts(t, transport(target));
		break;
	case 't':
		text_printf(t, "%lld", seconds > 0 ? (long long)seconds : 1LL);
		break;
	default:
		assert(letter == 'n');
		if (h->name != NULL)
			h->name(t, h->ctx, target);
		else
			name_of(t, target);
	}
}

static void
name_of(struct text *t, const struct target *target)
{
	text_puts(t, target_name(target));
	if (target->host[0] != '/')
		text_printf(t, "/%s/%u", transport(target), target->port);
}

static const char *
transport(const struct target *target)
{
	if (target->host[0] == '/')
		return "unix";
	return target->inquiry != NULL ? "udp" : "tcp";
}
