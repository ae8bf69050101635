/* SPDX-License-Identifier: ISC */
#include "perfdata.h"

#include <math.h>
#include <string.h>

static void label(struct text *, const char *);
static void number(struct text *, const struct perfdata *, double);

void
perfdata_format(struct text *t, const struct perfdata *p)
{
	label(t, p->label);
	if (isnan(p->value)) {
		text_puts(t, "=U;");
	} else {
		text_puts(t, "=");
		number(t, p, p->value);
		text_printf(t, "%s;", p->unit);
	}
	if (p->warning != NULL)
		range_format(t, p->warning, p->count);
	text_puts(t, ";");
	if (p->critical != NULL)
		range_format(t, p->critical, p->count);
	text_puts(t, ";");
	number(t, p, p->min);
	text_puts(t, ";");
	number(t, p, p->max);
}

/*
 * A label with anything but plain characters is quoted.  The guidelines forbid
 * '=' in it and double a quote; control bytes and '|' would end the data.
 */
static void
label(struct text *t, const char *s)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-./:";
	bool quote = s[strspn(s, plain)] != '\0';

	if (quote)
		text_puts(t, "'");
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			text_puts(t, "''");
		else if (*s == '=')
			text_puts(t, "_");
		else if (*s == '\\')
			text_puts(t, "\\");
		else
			text_escape(t, s, 1, 4);
	}
	if (quote)
		text_puts(t, "'");
}

static void
number(struct text *t, const struct perfdata *p, double d)
{
	if (!isnan(d))
		text_printf(t, p->count ? "%.0f" : "%f", d);
}
