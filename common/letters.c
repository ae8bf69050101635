/* SPDX-License-Identifier: ISC */
#include "letters.h"

#include <string.h>

const char *
letters_check(const char *format, const char *letters)
{
	static char why[128];
	struct text t;
	size_t i;

	while ((format = strchr(format, '%')) != NULL && format[1] != '\0' &&
	    strchr(letters, format[1]) != NULL)
		format += 2;
	if (format == NULL)
		return NULL;
	text_init(&t, sizeof(why) - 1);
	text_escape(&t, format, format[1] != '\0' ? 2 : 1, TEXT_WORD);
	text_puts(&t, ": not one of ");
	for (i = 0; letters[i] != '\0'; i++) {
		text_puts(&t, i > 0 ? ", %" : "%");
		text_put(&t, &letters[i], 1);
	}
	memcpy(why, t.data, t.len + 1);
	text_free(&t);
	return why;
}

const char *
letters_next(const char *format, size_t *plain, char *letter)
{
	*plain = strcspn(format, "%");
	if (format[*plain] == '\0')
		return NULL;
	*letter = format[*plain + 1];
	return format + *plain + 2;
}
