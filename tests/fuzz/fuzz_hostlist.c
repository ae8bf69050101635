/* SPDX-License-Identifier: ISC */
/*
 * Lists of hosts: hosts without separators, no more than are allowed; written
 * as a list they are read as the same, and from a file as from its lines.
 *
 * Input: a byte, the number of hosts allowed, then the file.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hostlist.h"

#define ERROR_MAX 1024
#define ERROR_USUAL 400
#define HOST_MAX 255

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static bool add_lines(struct hostlist *, const char *, size_t, struct text *);
static bool add_file(struct hostlist *, const void *, size_t, struct text *);
static void check(const struct hostlist *);
static void check_same(const struct hostlist *, const struct hostlist *);
static void check_error(const struct text *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hostlist lines = { 0 }, file = { 0 };
	struct text error, other;
	bool ok;

	if (size == 0)
		return 0;
	lines.max = file.max = data[0] * 2U;
	text_init(&error, ERROR_MAX);
	text_init(&other, ERROR_MAX);
	ok = add_lines(&lines, (const char *)data + 1, size - 1, &error);
	assert(add_file(&file, data + 1, size - 1, &other) == ok);
	if (ok) {
		assert(error.len == 0 && other.len == 0);
		check(&file);
		check_same(&lines, &file);
	} else {
		check_error(&other);
		assert(strstr(other.data, error.data) != NULL);
	}
	text_free(&other);
	text_free(&error);
	hostlist_free(&file);
	hostlist_free(&lines);
	return 0;
}

/* Without comments; a NUL, of which a string says nothing, is an error. */
static bool
add_lines(struct hostlist *l, const char *s, size_t len, struct text *error)
{
	const char *end, *nul, *comment;
	char *line;
	bool ok = true;

	for (; ok && len > 0; len -= (size_t)(end - s), s = end) {
		end = memchr(s, '\n', len);
		end = end != NULL ? end + 1 : s + len;
		nul = memchr(s, '\0', (size_t)(end - s));
		if (nul != NULL)
			return false;
		comment = memchr(s, '#', (size_t)(end - s));
		line = strndup(s, (size_t)((comment ? comment : end) - s));
		ok = hostlist_add(l, line, error);
		free(line);
	}
	return ok;
}

static bool
add_file(struct hostlist *l, const void *data, size_t len, struct text *error)
{
	int fd = memfd_create("hosts", MFD_CLOEXEC);
	char path[40];
	bool ok;

	assert(write(fd, data, len) == (ssize_t)len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok = hostlist_read(l, path, error);
	(void)close(fd);
	assert(ok || strncmp(error->data, path, strlen(path)) == 0);
	return ok;
}

static void
check(const struct hostlist *l)
{
	struct hostlist again = { .max = l->n };
	struct text t, error;
	size_t i;

	assert(l->n <= l->max);
	text_init(&t, (size_t)1 << 22);
	text_init(&error, ERROR_MAX);
	for (i = 0; i < l->n; i++) {
		size_t len = strlen(l->hosts[i]);

		assert(len > 0 && len <= HOST_MAX);
		assert(strcspn(l->hosts[i], ", \t\r\n\v\f/#") == len);
		text_printf(&t, "%s,", l->hosts[i]);
	}
	assert(hostlist_add(&again, t.data, &error));
	check_same(l, &again);
	hostlist_free(&again);
	text_free(&error);
	text_free(&t);
}

static void
check_same(const struct hostlist *a, const struct hostlist *b)
{
	size_t i;

	assert(a->n == b->n);
	for (i = 0; i < a->n; i++)
		assert(strcmp(a->hosts[i], b->hosts[i]) == 0);
}

static void
check_error(const struct text *t)
{
	size_t i;

	assert(t->len > 0 && t->len <= ERROR_USUAL && !t->cut);
	for (i = 0; i < t->len; i++)
		assert(t->data[i] >= ' ' && t->data[i] < 0x7f);
}
