/* SPDX-License-Identifier: ISC */
/*
 * Performance data of the Monitoring Plugins guidelines:
 * 'label'=value[unit];[warning];[critical];[minimum];[maximum]
 */
#ifndef PERFDATA_H
#define PERFDATA_H

#include "range.h"
#include "text.h"

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

#endif
