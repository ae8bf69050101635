/* SPDX-License-Identifier: ISC */
/*
 * The pieces of a JSON object (RFC 8259).
 *
 * A key is written as it is given, with its quotes, its colon and the comma in
 * front of it: ",\"host\":".
 */
#ifndef JSON_H
#define JSON_H

#include <stdint.h>

#include "text.h"

/* No bound. */
#define JSON_ALL SIZE_MAX

/*
 * A string, in quotes.  Bytes that are not ASCII are taken for Latin-1: any
 * bytes give valid JSON, and none gives a '|'.  Between the quotes are at most max bytes, which is 3
 * or more; what is left out is shown as "...".
 */
void json_string(struct text *t, const char *s, size_t max);

/* The same as the value of a member; NULL becomes null. */
void json_member(struct text *t, const char *key, const char *value,
    size_t max);

/* Microseconds as seconds; what is negative becomes null. */
void json_seconds(struct text *t, const char *key, int64_t us);

#endif
