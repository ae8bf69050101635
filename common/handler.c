/* SPDX-License-Identifier: ISC */
#include "handler.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "perfdata.h"

static const char fields[] = "hapPtn%";

/* What the fields are called in the environment. */
static const struct {
	const char *name;
	char field;
} variables[] = {
	{ "PORTSTATE_HOST=", 'h' },
	{ "PORTSTATE_ADDRESS=", 'a' },
	{ "PORTSTATE_PORT=", 'p' },
	{ "PORTSTATE_TRANSPORT=", 'P' },
	{ "PORTSTATE_TIMEOUT=", 't' },
	{ "PORTSTATE_NAME=", 'n' },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))
_Static_assert(VARIABLES + 4 <=
	sizeof(((struct handler_call *)NULL)->envp) / sizeof(char *),
    "no room for the environment");

static bool check_command(const char *, struct text *);
static bool check_fields(const char *, struct text *);
static void find_command(struct text *, const char *);
static void fill(struct text *, const char *, const struct handler_question *);
static void field(struct text *, char, const struct handler_question *);
static void name_of(struct text *, const struct target *);
static const char *transport(const struct target *);
static void put_end(struct text *);
static char *list(char *, char **, size_t);

bool
handler_check(const struct handler *h, struct text *error)
{
	size_t i, bytes = 0;

	if (h->words[0] == NULL) {
		text_puts(error, "there is no command");
		return false;
	}
	if (!check_command(h->words[0], error))
		return false;
	for (i = 0; h->words[i] != NULL; i++) {
		bytes += strlen(h->words[i]) + 1;
		if (i >= HANDLER_WORDS_MAX || bytes > HANDLER_BYTES_MAX) {
			text_printf(error,
			    "more than %d words or %d bytes of them",
			    HANDLER_WORDS_MAX, HANDLER_BYTES_MAX);
			return false;
		}
		if (i > 0 && !check_fields(h->words[i], error))
			return false;
	}
	return true;
}

bool
handler_call_init(struct handler_call *c, const struct handler *h,
    const struct handler_question *q)
{
	const char *zone = getenv("TZ");
	size_t i, words, variable_count = 0;
	char *p;

	text_init(&c->path, HANDLER_BYTES_MAX);
	find_command(&c->path, h->words[0]);
	text_init(&c->bytes, HANDLER_FILLED_MAX);
	text_puts(&c->bytes, h->words[0]);
	put_end(&c->bytes);
	for (words = 1; h->words[words] != NULL; words++) {
		fill(&c->bytes, h->words[words], q);
		put_end(&c->bytes);
	}
	text_put(&c->bytes, "PATH=" HANDLER_PATH "\0LC_ALL=C",
	    sizeof("PATH=" HANDLER_PATH "\0LC_ALL=C"));
	variable_count = 2;
	if (zone != NULL) {
		text_puts(&c->bytes, "TZ=");
		text_puts(&c->bytes, zone);
		put_end(&c->bytes);
		variable_count++;
	}
	for (i = 0; i < VARIABLES; i++) {
		text_puts(&c->bytes, variables[i].name);
		field(&c->bytes, variables[i].field, q);
		put_end(&c->bytes);
		variable_count++;
	}
	if (c->bytes.cut)
		return false;
	p = list(c->bytes.data, c->argv, words);
	(void)list(p, c->envp, variable_count);
	return true;
}

void
handler_call_free(struct handler_call *c)
{
	text_free(&c->path);
	text_free(&c->bytes);
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

/* What is relative would be to a directory that nobody knows. */
static bool
check_command(const char *command, struct text *error)
{
	const char *why = NULL;

	if (command[0] == '\0')
		why = "the command is empty";
	else if (command[0] != '/' && strchr(command, '/') != NULL)
		why = "the command is neither an absolute path nor a name";
	else if (strchr(command, '%') != NULL)
		why = "there are no fields in the command itself";
	if (why != NULL)
		text_puts(error, why);
	return why == NULL;
}

static bool
check_fields(const char *word, struct text *error)
{
	const char *p = word;

	while ((p = strchr(p, '%')) != NULL) {
		if (p[1] == '\0' || strchr(fields, p[1]) == NULL) {
			text_puts(error, "\"");
			text_escape(error, p, p[1] == '\0' ? 1 : 2, 5);
			text_puts(error,
			    "\" is none of %h, %a, %p, %P, %t, %n, %%");
			return false;
		}
		p += 2;
	}
	return true;
}

bool
handler_found(const struct handler *h)
{
	struct text path;
	bool found;

	text_init(&path, HANDLER_FILLED_MAX);
	find_command(&path, h->words[0]);
	found = access(path.data, X_OK) == 0;
	text_free(&path);
	return found;
}

static void
find_command(struct text *path, const char *command)
{
	const char *p = HANDLER_PATH;
	size_t len;

	for (; strchr(command, '/') == NULL && *p != '\0';
	     p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		text_put(path, p, len);
		text_puts(path, "/");
		text_puts(path, command);
		if (access(path->data, X_OK) == 0)
			return;
		text_truncate(path, 0);
	}
	text_puts(path, command);
}

static void
fill(struct text *t, const char *word, const struct handler_question *q)
{
	size_t len;

	for (;;) {
		len = strcspn(word, "%");
		text_put(t, word, len);
		if (word[len] == '\0')
			return;
		field(t, word[len + 1], q);
		word += len + 2;
	}
}

static void
field(struct text *t, char letter, const struct handler_question *q)
{
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
	case 'n':
		if (h->name != NULL)
			h->name(t, h->ctx, target);
		else
			name_of(t, target);
		break;
	default:
		assert(letter == '%');
		text_puts(t, "%");
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

static void
put_end(struct text *t)
{
	text_put(t, "", 1);
}

/* Returns what follows the last of n strings. */
static char *
list(char *p, char **strings, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		strings[i] = p;
		p += strlen(p) + 1;
	}
	strings[n] = NULL;
	return p;
}
