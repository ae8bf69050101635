/* SPDX-License-Identifier: ISC */
/*
 * Performance data of the Monitoring Plugins guidelines:
 * 'label'=value[unit];[warning];[critical];[minimum];[maximum]
 */
#ifndef PERFDATA_H
#define PERFDATA_H

#include <stddef.h>

#include "range.h"
#include "text.h"

/* A label of others is no longer than this. */
#define PERFDATA_LABEL_MAX 255

struct perfdata {
	const char *label;
	const char *unit;
	double value;                 /* NAN: undetermined, printed as U */
	const struct range *warning;  /* NULL: none */
	const struct range *critical; /* NULL: none */
	double min;                   /* NAN: none */
	double max;                   /* NAN: none */
	bool count;                   /* a whole number */
};

/*
 * Appends one value, with six decimals or as a count; the label is quoted where it has to be,
 * and may be escaped already.
 */
void perfdata_format(struct text *t, const struct perfdata *p);

/* The label without quotes around it, but fit to stand between them. */
void perfdata_label(struct text *t, const char *label);

/* A value that others wrote, as they did: parts of their bytes. */
struct perfdata_item {
	const char *bytes; /* all of it */
	size_t len;
	/* Without the quotes around it: a quote in it is doubled. */
	const char *label;
	size_t label_len;
	const char *data; /* from the value to its end */
	size_t data_len;
};

/*
 * Finds the first valid value in *len bytes at *s, which may have anything in
 * them and between values, and leaves behind it *s and *len.  False: there is
 * no more.  A valid one is printable ASCII without '|', so that it can be
 * printed as it is; its numbers are those of num_decimal(), and only the label
 * and the value have to be there.
 */
bool perfdata_next(const char **s, size_t *len, struct perfdata_item *item);

#endif
