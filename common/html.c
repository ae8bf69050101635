/* SPDX-License-Identifier: ISC */
#include "html.h"

#include <string.h>

static const char *reference(char);

void
html_puts(struct text *t, const char *s)
{
	const char *plain = s, *as;

	for (; *s != '\0'; s++) {
		as = reference(*s);
		if (as == NULL && *s >= ' ' && *s < 0x7f)
			continue;
		text_put(t, plain, (size_t)(s - plain));
		plain = s + 1;
		if (as != NULL)
			text_puts(t, as);
		else
			text_printf(t, "\\x%02x", (unsigned char)*s);
	}
	text_put(t, plain, (size_t)(s - plain));
}

void
html_escape_string(struct text *t, const char *s)
{
	struct text escaped;

	text_init(&escaped, TEXT_WORD);
	text_escape_string(&escaped, s);
	html_puts(t, escaped.data);
	text_free(&escaped);
}

static const char *
reference(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}
