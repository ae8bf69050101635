/* SPDX-License-Identifier: ISC */
/*
 * A file of a configuration while it is read: its items one after another, and
 * what is wrong with them.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config.h"
#include "yamlfile.h"

struct reader {
	struct config *config;
	struct yamlfile *yaml;
	struct yamlfile_item item; /* that was read last */
	uint16_t file;
	unsigned depth; /* of including files */
};

/* Goes on to the next item; false: nothing more can be read, and it was said why. */
bool reader_next(struct reader *r);

/* Reads over the value that has begun. */
void reader_skip(struct reader *r);

/* Where the item stands. */
struct config_place reader_here(const struct reader *r);

/* Adds an error there. */
void reader_error(struct reader *r, const char *what, const char *why);

/* The same of the value that has begun, which is read over. */
void reader_refuse(struct reader *r, const char *what, const char *why);

/* Whether the value that has begun is a map; else it is refused. */
bool reader_enter_map(struct reader *r, const char *what, const char *why);

/* Goes on to the next key of a map; false: it ends. */
bool reader_next_key(struct reader *r);

/* Keeps the key and goes on to its value; NULL: nothing more can be read. */
const char *reader_take_key(struct reader *r, struct config_place *at);

/* Whether the item is nothing, as YAML has it: not even an empty string. */
bool reader_is_null(const struct reader *r);

/* Whether it is a flag, as YAML 1.1 has them, but for y and n. */
bool reader_is_flag(const struct reader *r, bool *yes);

/* It as a path, which begins at the file's directory; the caller frees it. */
char *reader_path(const struct reader *r);

#endif
