/* SPDX-License-Identifier: ISC */
#include "json.h"

#include <inttypes.h>

#include "clock.h"

static const char ellipsis[] = "...";
#define DOTS (sizeof(ellipsis) - 1)

/* "\u0000" */
#define QUOTED_SIZE 6

static const char *fitting(const char *, size_t);
static bool is_plain(char);

void
json_string(struct text *t, const char *s, size_t max)
{
	const char *end = fitting(s, max), *plain = s;

	text_puts(t, "\"");
	for (; s < end; s++) {
		if (is_plain(*s))
			continue;
		text_put(t, plain, (size_t)(s - plain));
		text_printf(t, "\\u%04x", (unsigned char)*s);
		plain = s + 1;
	}
	text_put(t, plain, (size_t)(s - plain));
	if (*end != '\0')
		text_puts(t, ellipsis);
	text_puts(t, "\"");
}

void
json_member(struct text *t, const char *key, const char *value, size_t max)
{
	text_puts(t, key);
	if (value != NULL)
		json_string(t, value, max);
	else
		text_puts(t, "null");
}

void
json_seconds(struct text *t, const char *key, int64_t us)
{
	text_puts(t, key);
	if (us >= 0)
		text_printf(t, "%" PRId64 ".%06" PRId64, us / CLOCK_SECOND,
		    us % CLOCK_SECOND);
	else
		text_puts(t, "null");
}

/* The end of s, or of what leaves room for the dots. */
static const char *
fitting(const char *s, size_t max)
{
	const char *keep = s;
	size_t n = 0;

	for (; *s != '\0'; s++) {
		n += is_plain(*s) ? 1 : QUOTED_SIZE;
		if (n > max)
			return keep;
		if (n + DOTS <= max)
			keep = s + 1;
	}
	return s;
}

/* What follows '|' would be performance data. */
static bool
is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '|';
}
