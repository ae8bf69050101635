/* SPDX-License-Identifier: ISC */
/*
 * Option files: options come from the section that is wanted and as they stand
 * there, or one harmless line says which file is wrong, and why.
 *
 * Input: a line with the section, then the file.
 */
/* It keeps what it read for ever: here that is freed. */
#include "extraopts.c"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#define ERROR_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static option_fn set, refuse;
static void check(const char *, const char *, char *, const char *);
static bool count(char *, const char *, unsigned *);
static void check_error(const struct text *, const char *);
static void forget(void);

static const struct option_row rows[] = {
	{ 'H', "hostname", OPTION_VALUE, "HOST", set, "A host" },
	{ 'e', "expect", OPTION_VALUE, "STRING", set, "A string" },
	{ 'E', "escape", OPTION_NO_VALUE, "", set, "A flag" },
	{ 0, "extra-opts", OPTION_MAY_HAVE_VALUE, "FILE", set, "Early", NULL,
	    true },
	{ 0, "refused", OPTION_VALUE, "WHAT", refuse, "Always wrong" },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char file[64], where[256], *content, *section;
	size_t len;

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd != -1);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	section = strndup((const char *)data, size);
	len = strcspn(section, "\n");
	if (len < size && len < 100 && section[len] == '\n' &&
	    memchr(section, '@', len) == NULL) {
		data += len + 1;
		size -= len + 1;
		section[len] = '\0';
		snprintf(where, sizeof(where), "%s@%s", section, file);
		assert(ftruncate(fd, 0) == 0);
		assert(pwrite(fd, data, size, 0) == (ssize_t)size);
		content = strndup((const char *)data, size);
		check(where, len > 0 ? section : "check_tcp", content, file);
		free(content);
	}
	free(section);
	return 0;
}

static const char *
set(void *ctx, const char *value)
{
	unsigned *times = ctx;

	(*times)++;
	if (value != NULL) {
		size_t len = strlen(value);

		assert(strpbrk(value, "\n") == NULL);
		assert(len == 0 ||
		    (!isspace((unsigned char)value[0]) &&
			!isspace((unsigned char)value[len - 1])));
	}
	return NULL;
}

static const char *
refuse(void *ctx, const char *value)
{
	(void)ctx;
	assert(value != NULL);
	return "is refused";
}

static void
check(const char *where, const char *section, char *content, const char *file)
{
	static const char none[] = ": has no section [";
	unsigned times = 0, expected = 0;
	const struct options o = { rows, sizeof(rows) / sizeof(rows[0]), refuse,
		&times };
	struct text error;

	text_init(&error, ERROR_MAX);
	if (extraopts_set(&o, where, "check_tcp", &error)) {
		assert(error.len == 0);
		assert(count(content, section, &expected));
		assert(times == expected);
	} else {
		check_error(&error, file);
		if (strncmp(error.data + strlen(file), none, strlen(none)) == 0)
			assert(!count(content, section, &expected));
	}
	text_free(&error);
	forget();
}

/* How many settings there are, and whether there is the section at all. */
static bool
count(char *content, const char *section, unsigned *n)
{
	bool within = false, found = false;
	char *line, *save;

	for (line = strtok_r(content, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		line = trim(line);
		if (line[0] == '[') {
			line[strlen(line) - 1] = '\0';
			within = strcmp(trim(line + 1), section) == 0;
			found |= within;
		} else if (within && line[0] != '\0') {
			*n += line[0] != '#' && line[0] != ';';
		}
	}
	return found;
}

static void
check_error(const struct text *error, const char *file)
{
	static const char *const reasons[] = { "NUL byte", "bracket is missing",
		"no '='", "no such option", "not in a file", "takes no value",
		"is refused", "]", "before the '='" };
	size_t i, len = strlen(file);
	bool told = false;

	assert(strncmp(error->data, file, len) == 0 &&
	    error->data[len] == ':' && !error->cut);
	for (i = 0; i < error->len; i++)
		assert(error->data[i] >= ' ' && error->data[i] < 0x7f &&
		    error->data[i] != '|');
	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		len = strlen(reasons[i]);
		told |= error->len > len &&
		    strcmp(error->data + error->len - len, reasons[i]) == 0;
	}
	assert(told);
}

static void
forget(void)
{
	while (kept != NULL) {
		struct contents *next = kept->next;

		free(kept->data);
		free(kept);
		kept = next;
	}
}
