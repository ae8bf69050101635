/* SPDX-License-Identifier: ISC */
#include "escape.h"

#include <string.h>

static char lower(char);
static int hex_digit(char);

const char *
escape_decode(const char *s, char *out, size_t *len)
{
	static const char letter[] = "nrt0", byte[] = "\n\r\t\0";
	const char *p;
	char *o = out;

	for (; *s != '\0'; s++) {
		if (s[0] != '\\' || s[1] == '\0') {
			*o++ = *s;
			continue;
		}
		s++;
		if (*s == 'x') {
			if (hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0)
				return "\\x needs two hexadecimal digits";
			*o++ = (char)(hex_digit(s[1]) << 4 | hex_digit(s[2]));
			s += 2;
		} else if ((p = strchr(letter, *s)) != NULL) {
			*o++ = byte[p - letter];
		} else {
			*o++ = *s;
		}
	}
	*len = (size_t)(o - out);
	return NULL;
}

const char *
hex_decode(const char *s, char *out, size_t *len)
{
	char *o = out;

	for (s += strspn(s, " \t"); *s != '\0'; s += strspn(s, " \t")) {
		if (hex_digit(s[0]) < 0 || hex_digit(s[1]) < 0)
			return "not hexadecimal bytes of two digits each";
		*o++ = (char)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
		s += 2;
	}
	*len = (size_t)(o - out);
	return NULL;
}

bool
word_equal(const char *word, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && word[i] != '\0'; i++)
		if (lower(s[i]) != lower(word[i]))
			return false;
	return i == len && word[i] == '\0';
}

/* Of ASCII: there is no locale. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
