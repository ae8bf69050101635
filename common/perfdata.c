/* SPDX-License-Identifier: ISC */
#include "perfdata.h"

#include <math.h>
#include <string.h>

#include "num.h"

/* What follows a number: "KiB/s" say. */
#define UNIT_MAX 16

/* The longest range that makes sense, and its NUL: two numbers. */
#define RANGE_SIZE 132

/* The thresholds, the minimum and the maximum. */
#define LIMITS 4

static void label(struct text *, const char *);
static void number(struct text *, const struct perfdata *, double);
static bool item_label(const char *, const char *, struct perfdata_item *);
static bool item_data(const char *, const char *, struct perfdata_item *);
static bool is_value(const char *, size_t);
static size_t number_len(const char *, size_t);
static size_t digits(const char *, size_t);
static bool is_unit(const char *, size_t);
static bool is_limit(const char *, size_t, size_t);
static bool is_between(char);

void
perfdata_format(struct text *t, const struct perfdata *p)
{
	label(t, p->label);
	if (isnan(p->value)) {
		text_puts(t, "=U;");
	} else {
		text_puts(t, "=");
		number(t, p, p->value);
		text_puts(t, p->unit);
		text_puts(t, ";");
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
 * The guidelines forbid '=' in it and double a quote; control bytes and '|'
 * would end the data.
 */
void
perfdata_label(struct text *t, const char *s)
{
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
}

bool
perfdata_next(const char **s, size_t *len, struct perfdata_item *item)
{
	const char *p = *s, *end = p + *len;
	bool found = false;

	while (!found && p < end) {
		if (is_between(*p)) {
			p++;
			continue;
		}
		*item = (struct perfdata_item){ .bytes = p, .data = p };
		found = item_label(p, end, item) &&
		    item_data(item->data, end, item);
		for (p = item->data; p < end && !is_between(*p);)
			p++;
	}
	*s = p;
	*len = (size_t)(end - p);
	return found;
}

/* A label with anything but plain characters is quoted. */
static void
label(struct text *t, const char *s)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-./:";

	if (s[strspn(s, plain)] == '\0') {
		text_puts(t, s);
		return;
	}
	text_puts(t, "'");
	perfdata_label(t, s);
	text_puts(t, "'");
}

/* A minimum is 0 nearly always, and printf(3) takes its time for that, too. */
static void
number(struct text *t, const struct perfdata *p, double d)
{
	if (d == 0 && !signbit(d))
		text_puts(t, p->count ? "0" : "0.000000");
	else if (!isnan(d))
		text_printf(t, p->count ? "%.0f" : "%f", d);
}

/* The label, and where the data begin. */
static bool
item_label(const char *p, const char *end, struct perfdata_item *item)
{
	bool quoted = *p == '\'';

	p += quoted;
	item->label = p;
	for (; p < end && *p != '='; p++) {
		if (*p == '\'') {
			if (!quoted || p + 1 == end || p[1] != '\'')
				break;
			p++;
		}
		if (*p < ' ' || *p > '~' || *p == '|' || (*p == ' ' && !quoted))
			return false;
	}
	item->label_len = (size_t)(p - item->label);
	if (quoted && p < end && *p == '\'')
		p++;
	else if (quoted)
		return false;
	if (p == end || *p != '=')
		return false;
	item->data = p + 1;
	return item->label_len > 0 && item->label_len <= PERFDATA_LABEL_MAX;
}

static bool
item_data(const char *p, const char *end, struct perfdata_item *item)
{
	const char *begin = p;
	size_t n = 0, part;

	for (;; p++, n++) {
		for (part = 0;
		     p + part < end && p[part] != ';' && !is_between(p[part]);)
			part++;
		if (n == 0 ? !is_value(p, part) : !is_limit(p, part, n))
			return false;
		p += part;
		if (p == end || *p != ';')
			break;
	}
	item->data_len = (size_t)(p - begin);
	item->len = (size_t)(p - item->bytes);
	return true;
}

/* A number and its unit, or U for what is not known. */
static bool
is_value(const char *s, size_t len)
{
	size_t n = number_len(s, len);
	double d;

	if (len == 1 && s[0] == 'U')
		return true;
	return num_decimal(s, n, &d) == NULL && is_unit(s + n, len - n);
}

/* Of the class [-0-9.]: neither a plus nor an exponent, nor a dot at the end. */
static size_t
number_len(const char *s, size_t len)
{
	size_t n = 0, after;

	if (n < len && s[n] == '-')
		n++;
	n += digits(s + n, len - n);
	if (n == len || s[n] != '.')
		return n;
	after = digits(s + n + 1, len - n - 1);
	return after > 0 ? n + 1 + after : n;
}

static size_t
digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* "zero or more characters, not including numbers, semicolons, or quotes" */
static bool
is_unit(const char *s, size_t len)
{
	size_t i;

	if (len > UNIT_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' ||
		    memchr("0123456789;'\"=", s[i], 14) != NULL)
			return false;
	return true;
}

/* The nth thing after the value: ranges, then numbers; none of them need be. */
static bool
is_limit(const char *s, size_t len, size_t n)
{
	char copy[RANGE_SIZE];
	struct range r;
	double d;

	if (len == 0)
		return n <= LIMITS;
	if (n > LIMITS / 2)
		return n <= LIMITS && number_len(s, len) == len &&
		    num_decimal(s, len, &d) == NULL;
	if (len >= sizeof(copy) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy[strspn(copy, "@~:-.0123456789")] == '\0' &&
	    range_parse(copy, &r) == NULL;
}

/* What stands between values, and cannot be in one without quotes. */
static bool
is_between(char c)
{
	return c == ' ' || c == '|' || c == '\0' || (c >= '\t' && c <= '\r');
}
