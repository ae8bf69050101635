/* SPDX-License-Identifier: ISC */
/*
 * YAML files: maps and lists that end as they began, text without NUL, lines
 * that are there and go on only, or one harmless reason; to read over a value
 * ends where reading it does.
 *
 * Input: the file.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "yamlfile.h"

#define DEPTH_MAX 32
#define SCALAR_MAX (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static struct yamlfile *opened(const char *);
static void check(const char *, unsigned);
static void check_item(const struct yamlfile_item *, unsigned);
static void check_skip(const char *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	unsigned lines = 0;
	char file[64];
	size_t i;

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd != -1);
	assert(ftruncate(fd, 0) == 0);
	assert(pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	for (i = 0; i < size; i++)
		lines += data[i] == '\n' || i == size - 1;
	check(file, lines > 0 ? lines : 1);
	check_skip(file);
	return 0;
}

static struct yamlfile *
opened(const char *file)
{
	const char *why;
	struct yamlfile *y = yamlfile_open(file, &why);

	assert(y != NULL);
	return y;
}

static void
check(const char *file, unsigned lines)
{
	struct yamlfile *y = opened(file);
	enum yamlfile_kind ends[DEPTH_MAX];
	struct yamlfile_item item, again;
	unsigned depth = 0, line = 1;

	for (;;) {
		yamlfile_next(y, &item);
		check_item(&item, lines);
		if (item.kind == YAMLFILE_BAD)
			break;
		assert(item.line >= line);
		line = item.line;
		if (item.kind == YAMLFILE_END)
			break;
		if (item.kind == YAMLFILE_MAP || item.kind == YAMLFILE_LIST) {
			assert(depth < DEPTH_MAX);
			ends[depth++] = item.kind == YAMLFILE_MAP
			    ? YAMLFILE_MAP_END
			    : YAMLFILE_LIST_END;
		} else if (item.kind != YAMLFILE_SCALAR) {
			assert(depth > 0 && ends[--depth] == item.kind);
		}
	}
	assert(depth == 0 || item.kind == YAMLFILE_BAD);
	yamlfile_next(y, &again);
	assert(again.kind == item.kind && again.line == item.line &&
	    again.value == item.value);
	yamlfile_close(y);
}

static void
check_item(const struct yamlfile_item *item, unsigned lines)
{
	size_t i;

	assert(item->line >= 1 && item->line <= lines);
	if (item->kind != YAMLFILE_SCALAR && item->kind != YAMLFILE_BAD) {
		assert(item->value == NULL && item->len == 0 && !item->quoted);
		return;
	}
	assert(strlen(item->value) == item->len && item->len <= SCALAR_MAX);
	if (item->kind == YAMLFILE_BAD)
		for (i = 0; i < item->len; i++)
			assert(item->value[i] >= ' ' && item->value[i] < 0x7f);
}

static void
check_skip(const char *file)
{
	struct yamlfile *read = opened(file), *over = opened(file);
	struct yamlfile_item a, b;
	unsigned depth = 0;

	yamlfile_next(over, &b);
	(void)yamlfile_skip(over, &b);
	do {
		yamlfile_next(read, &a);
		depth += a.kind == YAMLFILE_MAP || a.kind == YAMLFILE_LIST;
		depth -= a.kind == YAMLFILE_MAP_END ||
		    a.kind == YAMLFILE_LIST_END;
	} while (depth > 0 && a.kind != YAMLFILE_BAD);
	assert(a.kind == b.kind && a.line == b.line && a.len == b.len);
	yamlfile_close(read);
	yamlfile_close(over);
}
