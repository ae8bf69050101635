/* SPDX-License-Identifier: ISC */
/*
 * A YAML file as a sequence of what stands in it, each with its line.
 *
 * It is one document of maps, lists and scalars, in UTF-8; an empty file, or
 * one of comments alone, is an empty document.  What could make a reader see
 * something else than a program does is refused: aliases and anchors, tags,
 * keys that are no scalars, a second document, NUL bytes and other control
 * characters, line breaks that are no line feeds.  So are maps and lists that
 * are nested more than 32 deep, and scalars of more than 64 KiB: memory is
 * bounded, and the time for an item, whatever the file is; how many of them are
 * too many is for the caller to say, and what a plain scalar means (a number,
 * no, null).
 *
 * A map is its keys and values in turn, each key a scalar; that no key comes
 * twice is for the caller to see.
 */
#ifndef YAMLFILE_H
#define YAMLFILE_H

#include <stdbool.h>

#include "yamlfile_item.h"

struct yamlfile;

/*
 * Why there is no YAML in this build, or why its module cannot be loaded; NULL
 * when it is.
 */
const char *yamlfile_missing(void);

/*
 * "-" is standard input, which stays open.  NULL with the reason in *why, a
 * static text, when the file cannot be opened or is a directory.  A FIFO may
 * keep the caller waiting.
 */
struct yamlfile *yamlfile_open(const char *file, const char **why);

/* y may be NULL. */
void yamlfile_close(struct yamlfile *y);

/*
 * The next item; after END or BAD the same for ever.  A mistake may be told
 * before what stands in front of it.
 */
void yamlfile_next(struct yamlfile *y, struct yamlfile_item *item);

/*
 * Reads over the value that begins with *item, which is then the last of it.
 * false: *item is BAD.
 */
bool yamlfile_skip(struct yamlfile *y, struct yamlfile_item *item);

#endif
