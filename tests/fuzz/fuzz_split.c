/* SPDX-License-Identifier: ISC */
/*
 * A line is split into words that are no longer than it, and that come back when
 * they are quoted; or refused with a reason that has a place in the line.  What
 * can be called for an event is, with as many words.
 *
 * Input: the line.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "notice.h"
#include "split.h"
#include "xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_reason(const struct text *, size_t);
static void check_words(char **, size_t);
static void check_quoted(char **, size_t);
static void check_call(char **);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = xmalloc(size + 1);
	struct text error;
	char **words;

	memcpy(line, data, size);
	line[size] = '\0';
	text_init(&error, 1000);
	words = split(line, &error);
	assert((words == NULL) == (error.len > 0));
	if (words == NULL) {
		check_reason(&error, strlen(line));
	} else {
		check_words(words, strlen(line));
		check_quoted(words, strlen(line));
		check_call(words);
	}
	free(words);
	text_free(&error);
	free(line);
	return 0;
}

static void
check_reason(const struct text *error, size_t len)
{
	const char *at = strstr(error->data, " at character ");
	unsigned long place;

	assert(at != NULL && !error->cut);
	place = strtoul(at + strlen(" at character "), NULL, 10);
	assert(place >= 1 && place <= len);
}

static void
check_words(char **words, size_t len)
{
	size_t sum = 0;

	for (; *words != NULL; words++)
		sum += strlen(*words) + 1;
	assert(sum <= len + 1);
}

/* In single quotes everything is plain but those. */
static void
check_quoted(char **words, size_t len)
{
	struct text line, error;
	char **again;
	const char *p;
	size_t i;

	text_init(&line, 6 * len + 100);
	text_init(&error, 1000);
	for (i = 0; words[i] != NULL; i++) {
		text_puts(&line, "'");
		for (p = words[i]; *p != '\0'; p++)
			text_put(&line, *p == '\'' ? "'\\''" : p,
			    *p == '\'' ? 4 : 1);
		text_puts(&line, "' ");
	}
	assert(!line.cut);
	again = split(line.data, &error);
	assert(again != NULL);
	for (i = 0; words[i] != NULL; i++)
		assert(again[i] != NULL && strcmp(again[i], words[i]) == 0);
	assert(again[i] == NULL);
	free(again);
	text_free(&error);
	text_free(&line);
}

static void
check_call(char **words)
{
	static const struct table_event event = { .kind = TABLE_EVENT_DOWN,
		.name = "mx1/smtp",
		.reason = "%h 'x' $(y)" };
	static const struct notice notice = { &event, "mx1", 25, 0 };
	const char *const *list = (const char *const *)words;
	struct text error;
	struct call call;
	size_t i;

	text_init(&error, 1000);
	if (notice_check(list, &error)) {
		if (notice_call_init(&call, list, &notice))
			for (i = 0; words[i] != NULL; i++)
				assert(call.argv[i] != NULL);
		call_free(&call);
	}
	text_free(&error);
}
