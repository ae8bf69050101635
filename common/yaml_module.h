/* SPDX-License-Identifier: ISC */
/*
 * What yaml_libyaml.so and its only user, yamlfile.c, agree on: the module
 * knows libyaml and what is refused of YAML, the host the file and its bytes.
 */
#ifndef YAML_MODULE_H
#define YAML_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "yamlfile_item.h"

/* To be raised with each change of what follows or of yamlfile_item.h. */
#define YAML_MODULE_VERSION 1

/* The one symbol: a struct yaml_module. */
#define YAML_MODULE_SYMBOL "yaml_module"

/* The module's. */
struct yaml_stream;

/* The host's: valid UTF-8, no more than one line.  0: the end; -1: no further. */
typedef ssize_t yaml_read_fn(void *ctx, void *to, size_t room);

struct yaml_module {
	uint32_t version; /* first for ever */

	/*
	 * NULL: no memory.  *line is the line of the last byte that was read, or
	 * 1: no item has a later one.
	 */
	struct yaml_stream *(*open)(yaml_read_fn *read, void *ctx,
	    const unsigned *line);
	void (*close)(struct yaml_stream *s);

	/*
	 * As yamlfile_next(), but not to be called again after END and BAD, and
	 * BAD for no good reason after -1.  false: no memory.
	 */
	bool (*next)(struct yaml_stream *s, struct yamlfile_item *item);
};

extern const struct yaml_module yaml_module
    __attribute__((visibility("default")));

#endif
