/* SPDX-License-Identifier: ISC */
#include "escape.h"

#include <ctype.h>
#include <string.h>

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

static int
hex_digit(char c)
{
	static const char hex[] = "0123456789abcdef";
	const char *p;

	p = c != '\0' ? strchr(hex, tolower((unsigned char)c)) : NULL;
	return p != NULL ? (int)(p - hex) : -1;
}
