/* SPDX-License-Identifier: ISC */
/*
 * What stands in a YAML file: the begin or end of a map or list, or a scalar.
 */
#ifndef YAMLFILE_ITEM_H
#define YAMLFILE_ITEM_H

#include <stdbool.h>
#include <stddef.h>

enum yamlfile_kind {
	YAMLFILE_END,
	YAMLFILE_SCALAR,
	YAMLFILE_MAP,
	YAMLFILE_MAP_END,
	YAMLFILE_LIST,
	YAMLFILE_LIST_END,
	YAMLFILE_BAD,
};

struct yamlfile_item {
	enum yamlfile_kind kind;
	unsigned line; /* from 1, where it begins; an end: where it is seen */
	/*
	 * Of a scalar, with a NUL after it and none in it, until the next call.
	 * BAD: the reason, in words that are ours, libyaml's or strerror(3)'s,
	 * until the file is closed.  Else NULL.
	 */
	const char *value;
	size_t len;  /* of value */
	bool quoted; /* or a block: so "" is not the empty plain scalar */
};

#endif
