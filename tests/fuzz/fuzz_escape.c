/* SPDX-License-Identifier: ISC */
/*
 * Backslash escapes, both ways: read as a second, simple decoder reads them;
 * and what is written of any bytes is harmless, bounded and reads as them.
 *
 * Input: a byte for the bound, then the string, which may hold NUL.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_decode(const char *);
static bool decode(const char *, char *, size_t *);
static void check_escape(const uint8_t *, size_t, size_t, size_t);
static void check_harmless(const char *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t max;
	char *s;

	if (size == 0)
		return 0;
	max = data[0];
	s = strndup((const char *)data + 1, size - 1);
	check_decode(s);
	free(s);
	check_escape(data + 1, size - 1, max, 4 * size + 8);
	check_escape(data + 1, size - 1, 4 * size, 4 * size + 8);
	check_escape(data + 1, size - 1, 4 * size, max);
	return 0;
}

static void
check_decode(const char *s)
{
	size_t size = strlen(s), len = SIZE_MAX, expected_len;
	char *out = malloc(size), *expected = malloc(size);
	const char *why = escape_decode(s, out, &len);

	if (decode(s, expected, &expected_len)) {
		assert(why == NULL && len == expected_len && len <= size);
		assert(memcmp(out, expected, len) == 0);
	} else {
		assert(why != NULL && why[0] != '\0' && len == SIZE_MAX);
	}
	free(expected);
	free(out);
}

static bool
decode(const char *s, char *out, size_t *len)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	for (*len = 0; *s != '\0'; s++) {
		char two[3] = { 0 }, c = *s;

		if (c == '\\' && s[1] != '\0') {
			c = *++s;
			if (c == 'x') {
				if (strspn(s + 1, hex) < 2)
					return false;
				memcpy(two, s + 1, 2);
				c = (char)strtol(two, NULL, 16);
				s += 2;
			} else {
				c = c == 'n'   ? '\n'
				    : c == 'r' ? '\r'
				    : c == 't' ? '\t'
				    : c == '0' ? '\0'
					       : c;
			}
		}
		out[(*len)++] = c;
	}
	return true;
}

/* At most max bytes are written to a text that takes text_max. */
static void
check_escape(const uint8_t *bytes, size_t n, size_t max, size_t text_max)
{
	struct text t;
	size_t len;
	char *back;

	text_init(&t, text_max);
	text_escape(&t, bytes, n, max);
	assert(t.len <= max && t.len <= text_max && strlen(t.data) == t.len);
	check_harmless(t.data);
	back = malloc(t.len);
	if (!t.cut) {
		assert(escape_decode(t.data, back, &len) == NULL);
		if (len != n || memcmp(back, bytes, n) != 0) {
			assert(t.len >= 3 || max < 3);
			len = t.len < 3 ? 0 : t.len - 3;
			assert(strspn(t.data + len, ".") == t.len - len);
			t.data[len] = '\0';
			assert(escape_decode(t.data, back, &len) == NULL);
			assert(len < n && memcmp(back, bytes, len) == 0);
		}
	}
	free(back);
	text_free(&t);
}

static void
check_harmless(const char *s)
{
	for (; *s != '\0'; s++) {
		assert(*s >= ' ' && *s < 0x7f && *s != '|' && *s != '"');
		if (*s == '\\' && s[1] != '\0')
			s++;
	}
}
