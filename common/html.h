/* SPDX-License-Identifier: ISC */
/*
 * Text as HTML.
 */
#ifndef HTML_H
#define HTML_H

#include "text.h"

/*
 * Appends s so that it is text and nothing else, between tags as well as in an
 * attribute in double or single quotes: of printable ASCII < > & " ' as
 * references, all other bytes as \xHH, whatever encoding they may be of.  What
 * text_escape() wrote stays as readable as it was.
 */
void html_puts(struct text *t, const char *s);

/* The same of what text_escape_string() makes of s: a name from outside. */
void html_escape_string(struct text *t, const char *s);

#endif
