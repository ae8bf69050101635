/* SPDX-License-Identifier: ISC */
/*
 * What a handler wrote: the text of its first line is at its beginning, and
 * the performance data that are kept are few, can be printed as they are, and
 * are found in themselves.
 *
 * Input: its output.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "handler.h"
#include "perfdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_line(const uint8_t *, size_t);
static size_t check_values(const struct text *);
static void check_value(const struct perfdata_item *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text t, again;
	size_t n;

	check_line(data, size);
	text_init(&t, size + HANDLER_VALUES_MAX);
	handler_perfdata(&t, data, size);
	assert(!t.cut);
	n = check_values(&t);
	assert(n <= HANDLER_VALUES_MAX);
	text_init(&again, t.len + 1);
	text_puts(&again, "|");
	text_put(&again, t.data, t.len);
	text_truncate(&t, 0);
	handler_perfdata(&t, again.data, again.len);
	assert(strcmp(t.data, again.data + 1) == 0);
	text_free(&again);
	text_free(&t);
	return 0;
}

static void
check_line(const uint8_t *data, size_t size)
{
	size_t len = handler_line(data, size);

	assert(len <= size);
	assert(len == 0 || memchr(data, '\n', len) == NULL);
	assert(len == 0 || memchr(data, '|', len) == NULL);
	assert(len == 0 || text_trimmed(data, len) == len);
}

/* Nothing stands between them but a blank. */
static size_t
check_values(const struct text *t)
{
	const char *p = t->data;
	struct perfdata_item item;
	size_t len = t->len, sum = 0, n;

	for (n = 0; perfdata_next(&p, &len, &item); n++) {
		assert(item.bytes == t->data + sum + n);
		check_value(&item);
		sum += item.len;
	}
	assert(len == 0);
	assert(t->len == sum + (n > 0 ? n - 1 : 0));
	return n;
}

static void
check_value(const struct perfdata_item *item)
{
	const char *end = item->bytes + item->len;
	size_t i;

	for (i = 0; i < item->len; i++)
		assert(item->bytes[i] >= ' ' && item->bytes[i] <= '~' &&
		    item->bytes[i] != '|');
	assert(item->label >= item->bytes && item->label_len > 0);
	assert(item->label_len <= PERFDATA_LABEL_MAX);
	assert(memchr(item->label, '=', item->label_len) == NULL);
	assert(item->label + item->label_len < item->data);
	assert(item->data[-1] == '=');
	assert(item->data + item->data_len == end && item->data_len > 0);
	assert(memchr(item->data, ' ', item->data_len) == NULL);
}
