/* SPDX-License-Identifier: ISC */
/*
 * A reader of JSON (RFC 8259), who only says whether it is: in ASCII, without
 * control characters in strings.
 */
#ifndef JSON_READER_H
#define JSON_READER_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static inline const char *json_read_value(const char *, unsigned);

static inline const char *
json_read_string(const char *s)
{
	size_t i;

	for (s++; *s != '"'; s++) {
		if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
			return NULL;
		if (*s != '\\')
			continue;
		s++;
		if (*s == 'u') {
			for (i = 0; i < 4; i++)
				if (!isxdigit((unsigned char)*++s))
					return NULL;
		} else if (*s == '\0' || strchr("\"\\/bfnrt", *s) == NULL) {
			return NULL;
		}
	}
	return s + 1;
}

static inline const char *
json_read_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (n == 0 || (n > 1 && *s == '0'))
		return NULL;
	s += n;
	if (*s != '.')
		return s;
	n = strspn(s + 1, "0123456789");
	return n > 0 ? s + 1 + n : NULL;
}

static inline const char *
json_skip(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* What is between the brackets, in which members have a name. */
static inline const char *
json_read_members(const char *s, char end, unsigned depth)
{
	s = json_skip(s + 1);
	if (*s == end)
		return s + 1;
	for (;; s = json_skip(s + 1)) {
		if (end == '}') {
			if (*s != '"' || (s = json_read_string(s)) == NULL)
				return NULL;
			s = json_skip(s);
			if (*s++ != ':')
				return NULL;
		}
		s = json_read_value(s, depth + 1);
		if (s == NULL)
			return NULL;
		s = json_skip(s);
		if (*s == end)
			return s + 1;
		if (*s != ',')
			return NULL;
	}
}

static inline const char *
json_read_value(const char *s, unsigned depth)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t i;

	s = json_skip(s);
	if (*s == '{' || *s == '[')
		return depth > 10
		    ? NULL
		    : json_read_members(s, *s == '{' ? '}' : ']', depth);
	if (*s == '"')
		return json_read_string(s);
	for (i = 0; i < 3; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]);
	return json_read_number(s);
}

/* One value, and a newline. */
static inline bool
json_is_valid(const char *s)
{
	s = json_read_value(s, 0);
	return s != NULL && strcmp(s, "\n") == 0;
}

#endif
