/* SPDX-License-Identifier: ISC */
#include "dialogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "num.h"
#include "xalloc.h"

#define BLANKS " \t"

/* A file of steps has no more bytes. */
#define FILE_MAX 65536

/* What follows the colon. */
enum operand {
	OPERAND_NONE,
	OPERAND_STRING,
	OPERAND_HEX,
	OPERAND_REGEX,
	OPERAND_SECONDS,
};

static const struct verb {
	char name[16];
	enum step_kind kind;
	enum operand operand;
	enum pattern_kind pattern; /* STEP_EXPECT */
} verbs[] = {
	{ "send", STEP_SEND, OPERAND_STRING, 0 },
	{ "send-hex", STEP_SEND, OPERAND_HEX, 0 },
	{ "expect", STEP_EXPECT, OPERAND_STRING, PATTERN_ANYWHERE },
	{ "expect-prefix", STEP_EXPECT, OPERAND_STRING, PATTERN_PREFIX },
	{ "expect-regex", STEP_EXPECT, OPERAND_REGEX, PATTERN_REGEX },
	{ "expect-hex", STEP_EXPECT, OPERAND_HEX, PATTERN_ANYWHERE },
	{ "expect-not", STEP_EXPECT, OPERAND_STRING, PATTERN_NOT },
	{ "wait", STEP_WAIT, OPERAND_SECONDS, 0 },
	{ "tls", STEP_TLS, OPERAND_NONE, 0 },
	{ "close", STEP_CLOSE, OPERAND_NONE, 0 },
};

#define VERB_NAMES                                              \
	"send, send-hex, expect, expect-prefix, expect-regex, " \
	"expect-hex, expect-not, tls, wait, close"

static const struct verb *find_verb(const char *, size_t);
static const char *parse_operand(const struct verb *, const char *,
    struct step *);
static void clear_step(struct step *);
static const char *parse_bytes(const struct verb *, const char *,
    struct bytes *);
static ssize_t read_file(const char *, void (*)(int), char *);
static bool add_lines(struct script *, char *, struct text *);

enum judgement
exchange_mismatch(struct exchange *x, const char *why)
{
	x->why = why;
	return JUDGE_MISMATCH;
}

size_t
steps_to(const struct step *steps, size_t n, enum step_kind kind)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (steps[i].kind == kind)
			return i + 1;
	return 0;
}

const char *
script_add(struct script *s, const char *step)
{
	const struct verb *v;
	struct step *next;
	const char *why;
	size_t len;

	if (s->n == DIALOGUE_STEPS_MAX)
		return "more steps than there can be (100)";
	step += strspn(step, BLANKS);
	len = strcspn(step, ":" BLANKS);
	v = find_verb(step, len);
	if (v == NULL)
		return "a step is one of " VERB_NAMES;
	step += len;
	step += strspn(step, BLANKS);
	if (*step == ':')
		step++;
	else if (*step != '\0')
		return "there is no colon after the kind of step";
	step += strspn(step, BLANKS);
	next = &s->steps[s->n];
	*next = (struct step){ .kind = v->kind };
	why = parse_operand(v, step, next);
	if (why == NULL)
		s->n++;
	else
		clear_step(next);
	return why;
}

void
script_clear(struct script *s)
{
	script_clear_steps(s->steps, s->n);
	s->n = 0;
}

void
script_clear_steps(struct step *steps, size_t n)
{
	while (n > 0)
		clear_step(&steps[--n]);
}

bool
script_read(struct script *s, const char *file, void (*await)(int),
    struct text *error)
{
	char *data = xmalloc(FILE_MAX + 1);
	ssize_t len = read_file(file, await, data);
	struct text why;
	bool ok = false;

	text_init(&why, error->max);
	if (len == -1) {
		text_printf(&why, ": %s", strerror(errno));
	} else if (len > FILE_MAX) {
		text_puts(&why, ": more bytes than it can have (65536)");
	} else if (memchr(data, '\0', (size_t)len) != NULL) {
		text_puts(&why, ": a NUL byte");
	} else {
		data[len] = '\0';
		ok = add_lines(s, data, &why);
	}
	if (!ok) {
		text_escape_string(error, file);
		text_puts(error, why.data);
	}
	text_free(&why);
	free(data);
	return ok;
}

static const struct verb *
find_verb(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strlen(verbs[i].name) == len &&
		    strncmp(verbs[i].name, name, len) == 0)
			return &verbs[i];
	return NULL;
}

static const char *
parse_operand(const struct verb *v, const char *s, struct step *step)
{
	struct pattern *pattern;
	const char *why;

	if (v->operand == OPERAND_NONE)
		return s[0] != '\0' ? "takes no value" : NULL;
	if (v->operand == OPERAND_SECONDS)
		return num_seconds(s, strlen(s), &step->wait_us);
	if (s[0] == '\0' &&
	    (v->kind != STEP_EXPECT || v->pattern != PATTERN_ANYWHERE))
		return "there is no value";
	if (v->kind == STEP_SEND)
		return parse_bytes(v, s, &step->send);
	pattern = xcalloc(1, sizeof(*pattern));
	pattern->kind = v->pattern;
	step->expect = (struct expect){ pattern, 1, false };
	why = parse_bytes(v, s, &pattern->text);
	if (why == NULL && v->operand == OPERAND_REGEX)
		pattern->regex = regex_new(s, &why);
	return why;
}

static const char *
parse_bytes(const struct verb *v, const char *s, struct bytes *out)
{
	char *data = xmalloc(strlen(s) + 1);
	const char *why = NULL;

	*out = (struct bytes){ data, strlen(s) };
	if (v->operand == OPERAND_STRING)
		why = escape_decode(s, data, &out->len);
	else if (v->operand == OPERAND_HEX)
		why = hex_decode(s, data, &out->len);
	else
		memcpy(data, s, out->len + 1);
	return why;
}

static void
clear_step(struct step *s)
{
	const struct pattern *p = s->expect.patterns;

	free((char *)(uintptr_t)s->send.data);
	if (p != NULL) {
		free((char *)(uintptr_t)p->text.data);
		regex_free((struct regex *)(uintptr_t)p->regex);
		free((struct pattern *)(uintptr_t)p);
	}
}

/*
 * Returns how many bytes, one more than FILE_MAX if there are more; or -1.  It
 * may be a pipe, for whose writer only await waits.
 */
static ssize_t
read_file(const char *file, void (*await)(int), char *data)
{
	int fd = strcmp(file, "-") == 0
	    ? STDIN_FILENO
	    : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = -1;

	if (fd == -1)
		return -1;
	while (len <= FILE_MAX && n != 0) {
		await(fd);
		n = read(fd, data + len, FILE_MAX + 1 - len);
		if (n == -1)
			break;
		len += (size_t)n;
	}
	if (fd != STDIN_FILENO)
		(void)close(fd);
	return n == -1 ? -1 : (ssize_t)len;
}

static bool
add_lines(struct script *s, char *data, struct text *error)
{
	unsigned number = 0;
	const char *why;
	size_t len;
	char *end;

	for (; data != NULL; data = end) {
		number++;
		end = strchr(data, '\n');
		len = strcspn(data, "\n");
		if (len > 0 && data[len - 1] == '\r')
			data[len - 1] = '\0';
		if (end != NULL)
			*end++ = '\0';
		data += strspn(data, BLANKS);
		if (*data == '\0' || *data == '#')
			continue;
		why = script_add(s, data);
		if (why != NULL) {
			text_printf(error, ":%u: ", number);
			text_escape(error, data, strlen(data), 60);
			text_printf(error, ": %s", why);
			return false;
		}
	}
	return true;
}
