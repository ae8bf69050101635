/* SPDX-License-Identifier: ISC */
/*
 * The module yaml_libyaml.so: YAML by the events of libyaml.
 *
 * An event comes as soon as libyaml knows that no key begins with it, and it
 * looks for that 1024 characters and one line ahead at most.  So what stops at
 * the first event that is refused never pays for what follows it, and libyaml
 * never sees how deeply a hostile file is nested.
 */
#include "yaml_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 32
#define SCALAR_MAX (64 * 1024)
#define WHY_MAX 256

/* A map or a list that has begun. */
struct level {
	bool map;
	bool key; /* of a map: what comes next is one */
};

struct yaml_stream {
	yaml_parser_t parser;
	yaml_event_t event; /* the last, which owns the item's value */
	yaml_read_fn *read;
	void *ctx;
	const unsigned *line; /* the last there is */
	unsigned documents;
	unsigned depth;
	struct level levels[DEPTH_MAX];
	char why[WHY_MAX];
};

static struct yaml_stream *stream_open(yaml_read_fn *, void *,
    const unsigned *);
static void stream_close(struct yaml_stream *);
static bool stream_next(struct yaml_stream *, struct yamlfile_item *);
static int give(void *, unsigned char *, size_t, size_t *);
static bool tell(struct yaml_stream *, struct yamlfile_item *);
static const char *begin_document(struct yaml_stream *);
static const char *tell_scalar(struct yaml_stream *, struct yamlfile_item *);
static const char *begin_level(struct yaml_stream *, struct yamlfile_item *,
    enum yamlfile_kind);
static void end_level(struct yaml_stream *, struct yamlfile_item *,
    enum yamlfile_kind);
static const char *check_node(const yaml_char_t *, const yaml_char_t *);
static bool is_key(struct yaml_stream *);
static void tell_error(struct yaml_stream *, struct yamlfile_item *);
static unsigned line_of(const struct yaml_stream *, yaml_mark_t);

const struct yaml_module yaml_module = {
	.version = YAML_MODULE_VERSION,
	.open = stream_open,
	.close = stream_close,
	.next = stream_next,
};

static struct yaml_stream *
stream_open(yaml_read_fn *read, void *ctx, const unsigned *line)
{
	struct yaml_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (!yaml_parser_initialize(&s->parser)) {
		free(s);
		return NULL;
	}
	s->read = read;
	s->ctx = ctx;
	s->line = line;
	yaml_parser_set_input(&s->parser, give, s);
	return s;
}

static void
stream_close(struct yaml_stream *s)
{
	yaml_event_delete(&s->event);
	yaml_parser_delete(&s->parser);
	free(s);
}

static bool
stream_next(struct yaml_stream *s, struct yamlfile_item *item)
{
	do {
		yaml_event_delete(&s->event);
		*item = (struct yamlfile_item){ 0 };
		if (!yaml_parser_parse(&s->parser, &s->event)) {
			if (s->parser.error == YAML_MEMORY_ERROR)
				return false;
			tell_error(s, item);
			return true;
		}
	} while (!tell(s, item));
	return true;
}

static int
give(void *ctx, unsigned char *to, size_t room, size_t *len)
{
	struct yaml_stream *s = ctx;
	ssize_t n = s->read(s->ctx, to, room);

	*len = n > 0 ? (size_t)n : 0;
	return n != -1;
}

/* Whether the event is an item. */
static bool
tell(struct yaml_stream *s, struct yamlfile_item *item)
{
	const char *why = NULL;
	bool told = true;

	item->line = line_of(s, s->event.start_mark);
	switch (s->event.type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_END_EVENT:
		item->kind = YAMLFILE_END;
		break;
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		told = false;
		break;
	case YAML_DOCUMENT_START_EVENT:
		why = begin_document(s);
		told = false;
		break;
	case YAML_ALIAS_EVENT:
		why = "an alias; write out what it stands for";
		break;
	case YAML_SCALAR_EVENT:
		why = tell_scalar(s, item);
		/* Of a document that is "---" alone. */
		told = s->depth > 0 || item->len > 0 || item->quoted;
		break;
	case YAML_SEQUENCE_START_EVENT:
		why = begin_level(s, item, YAMLFILE_LIST);
		break;
	case YAML_MAPPING_START_EVENT:
		why = begin_level(s, item, YAMLFILE_MAP);
		break;
	case YAML_SEQUENCE_END_EVENT:
		end_level(s, item, YAMLFILE_LIST_END);
		break;
	case YAML_MAPPING_END_EVENT:
		end_level(s, item, YAMLFILE_MAP_END);
		break;
	}
	if (why == NULL)
		return told;
	*item = (struct yamlfile_item){ YAMLFILE_BAD, item->line, why,
		strlen(why), false };
	return true;
}

static const char *
begin_document(struct yaml_stream *s)
{
	if (s->documents++ > 0)
		return "a second document";
	if (s->event.data.document_start.tag_directives.start !=
	    s->event.data.document_start.tag_directives.end)
		return "a %TAG directive in front; there are no tags here";
	return NULL;
}

static const char *
tell_scalar(struct yaml_stream *s, struct yamlfile_item *item)
{
	const char *value = (const char *)s->event.data.scalar.value;
	size_t len = s->event.data.scalar.length;
	const char *why = check_node(s->event.data.scalar.anchor,
	    s->event.data.scalar.tag);

	if (why != NULL)
		return why;
	if (len > SCALAR_MAX)
		return "a value of more than 64 KiB";
	if (memchr(value, '\0', len) != NULL)
		return "a NUL byte in a value";
	(void)is_key(s);
	item->kind = YAMLFILE_SCALAR;
	item->value = value;
	item->len = len;
	item->quoted = s->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return NULL;
}

static const char *
begin_level(struct yaml_stream *s, struct yamlfile_item *item,
    enum yamlfile_kind kind)
{
	bool map = kind == YAMLFILE_MAP;
	const char *why = map ? check_node(s->event.data.mapping_start.anchor,
				    s->event.data.mapping_start.tag)
			      : check_node(s->event.data.sequence_start.anchor,
				    s->event.data.sequence_start.tag);

	if (why != NULL)
		return why;
	if (is_key(s))
		return map ? "a map as a key" : "a list as a key";
	if (s->depth == DEPTH_MAX)
		return "maps and lists nested more than 32 deep";
	s->levels[s->depth++] = (struct level){ map, map };
	item->kind = kind;
	return NULL;
}

static void
end_level(struct yaml_stream *s, struct yamlfile_item *item,
    enum yamlfile_kind kind)
{
	s->depth--;
	item->kind = kind;
}

static const char *
check_node(const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return "an anchor; there are no aliases here";
	if (tag != NULL)
		return "a tag; there are none here";
	return NULL;
}

/* Whether what begins now is a key; the next in its map is then the other. */
static bool
is_key(struct yaml_stream *s)
{
	struct level *l;
	bool key;

	if (s->depth == 0)
		return false;
	l = &s->levels[s->depth - 1];
	key = l->key;
	l->key = l->map && !key;
	return key;
}

/* libyaml's words: what is wrong, and within what that began where. */
static void
tell_error(struct yaml_stream *s, struct yamlfile_item *item)
{
	const yaml_parser_t *p = &s->parser;
	const char *problem = p->problem != NULL ? p->problem : "not YAML";
	unsigned line = line_of(s,
	    p->error == YAML_READER_ERROR ? p->mark : p->problem_mark);
	unsigned from = line_of(s, p->context_mark);

	if (p->context == NULL)
		(void)snprintf(s->why, sizeof(s->why), "%s", problem);
	else if (from == line)
		(void)snprintf(s->why, sizeof(s->why), "%s, %s", problem,
		    p->context);
	else
		(void)snprintf(s->why, sizeof(s->why), "%s, %s from line %u",
		    problem, p->context, from);
	*item = (struct yamlfile_item){ YAMLFILE_BAD, line, s->why,
		strlen(s->why), false };
}

/* To libyaml the end of the file stands on a line of its own. */
static unsigned
line_of(const struct yaml_stream *s, yaml_mark_t mark)
{
	return mark.line < *s->line ? (unsigned)mark.line + 1 : *s->line;
}
