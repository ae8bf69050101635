/* SPDX-License-Identifier: ISC */
#include "config_reader.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

bool
reader_next(struct reader *r)
{
	if (r->item.kind == YAMLFILE_BAD)
		return false;
	yamlfile_next(r->yaml, &r->item);
	if (r->item.kind != YAMLFILE_BAD)
		return true;
	reader_error(r, NULL, r->item.value);
	return false;
}

void
reader_skip(struct reader *r)
{
	if (r->item.kind != YAMLFILE_BAD && !yamlfile_skip(r->yaml, &r->item))
		reader_error(r, NULL, r->item.value);
}

struct config_place
reader_here(const struct reader *r)
{
	return (struct config_place){ r->item.line, r->file };
}

void
reader_error(struct reader *r, const char *what, const char *why)
{
	config_error(r->config, reader_here(r), what, why);
}

void
reader_refuse(struct reader *r, const char *what, const char *why)
{
	if (r->item.kind == YAMLFILE_BAD)
		return;
	reader_error(r, what, why);
	reader_skip(r);
}

bool
reader_enter_map(struct reader *r, const char *what, const char *why)
{
	if (r->item.kind == YAMLFILE_MAP)
		return true;
	reader_refuse(r, what, why);
	return false;
}

bool
reader_next_key(struct reader *r)
{
	return reader_next(r) && r->item.kind != YAMLFILE_MAP_END;
}

const char *
reader_take_key(struct reader *r, struct config_place *at)
{
	const char *key = pool_string(&r->config->pool, r->item.value,
	    r->item.len);

	*at = reader_here(r);
	return reader_next(r) ? key : NULL;
}

bool
reader_is_null(const struct reader *r)
{
	const struct yamlfile_item *item = &r->item;

	return item->kind == YAMLFILE_SCALAR && !item->quoted &&
	    (item->len == 0 || strcmp(item->value, "~") == 0 ||
		strcasecmp(item->value, "null") == 0);
}

bool
reader_is_flag(const struct reader *r, bool *yes)
{
	const char *s = r->item.value;

	if (r->item.kind != YAMLFILE_SCALAR)
		return false;
	*yes = strcasecmp(s, "yes") == 0 || strcasecmp(s, "true") == 0 ||
	    strcasecmp(s, "on") == 0;
	return *yes || strcasecmp(s, "no") == 0 ||
	    strcasecmp(s, "false") == 0 || strcasecmp(s, "off") == 0;
}

char *
reader_path(const struct reader *r)
{
	const char *path = r->item.value;
	const char *file = r->config->files[r->file].name;
	const char *slash = strrchr(file, '/');
	struct text t;

	text_init(&t, 2 * PATH_MAX);
	if (path[0] != '/' && slash != NULL)
		text_put(&t, file, (size_t)(slash + 1 - file));
	text_puts(&t, path);
	return t.data;
}
