/* SPDX-License-Identifier: ISC */
/* From lists of targets to the configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_layer.h"

#define SPACES " \t\r\n\v\f"

/* What editors may put in front of UTF-8. */
#define BOM "\xef\xbb\xbf"

static void read_line(struct config *, char *, struct config_place);
static size_t split(char *, char **, size_t);

/* In pieces, so that the list may be as long as it likes. */
void
config_read_list(struct config *c, const char *file)
{
	struct config_place at = { .file = config_add_file(c, file,
				       CONFIG_NO_FILE) };
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL) {
		config_error(c, at, NULL, strerror(errno));
		return;
	}
	for (errno = 0; (len = getline(&line, &size, f)) != -1; errno = 0) {
		if (at.line++ == 0 && strncmp(line, BOM, sizeof(BOM) - 1) == 0)
			memset(line, ' ', sizeof(BOM) - 1);
		if (strlen(line) != (size_t)len)
			config_error(c, at, NULL, "a NUL byte");
		else
			read_line(c, line, at);
	}
	if (errno != 0) {
		at.line = 0;
		config_error(c, at, NULL, strerror(errno));
	}
	free(line);
	if (f != stdin)
		(void)fclose(f);
}

/* "host port-item [name]", and a comment. */
static void
read_line(struct config *c, char *line, struct config_place at)
{
	struct config_entry e = { .at = at };
	char *words[3];
	const char *why, *host;
	size_t n;

	line[strcspn(line, "#")] = '\0';
	n = split(line, words, sizeof(words) / sizeof(words[0]));
	if (n == 0)
		return;
	if (n == 1 || n > sizeof(words) / sizeof(words[0])) {
		config_error(c, at, words[0],
		    "not a host, a port and perhaps a name");
		return;
	}
	why = config_check_name(words[0]);
	if (why == NULL)
		why = config_check_address(words[0]);
	if (why != NULL) {
		config_error(c, at, words[0], why);
		return;
	}
	if (strchr(words[1], ',') != NULL) {
		config_error(c, at, words[1], "one port or range in a line");
		return;
	}
	why = n == 3 ? config_check_name(words[2]) : NULL;
	if (why != NULL) {
		config_error(c, at, words[2], why);
		return;
	}
	e.layer = config_layer_item(c, words[1], strlen(words[1]), at);
	if (e.layer == NULL)
		return;
	if (n == 3)
		e.name = pool_string(&c->pool, words[2], strlen(words[2]));
	host = words[0];
	if (config_find_host(c, host) == INDEX_NONE)
		host = pool_string(&c->pool, host, strlen(host));
	config_add_loose(c, host, &e);
}

/* Returns how many words there are, of which the first max are kept. */
static size_t
split(char *s, char **words, size_t max)
{
	size_t n = 0;

	for (s += strspn(s, SPACES); *s != '\0'; s += strspn(s, SPACES)) {
		if (n++ < max)
			words[n - 1] = s;
		s += strcspn(s, SPACES);
		if (*s != '\0')
			*s++ = '\0';
	}
	return n;
}
