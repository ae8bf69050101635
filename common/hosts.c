/* SPDX-License-Identifier: ISC */
#include "hosts.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "xalloc.h"

static const char white_space[] = " \t\r\n";

struct hosts {
	void *tree; /* tsearch(3) of names */
};

static void read_line(struct hosts *, char *);
static int compare(const void *, const void *);

struct hosts *
hosts_read(const char *path)
{
	struct hosts *h = xcalloc(1, sizeof(*h));
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (f == NULL)
		return h;
	while (getline(&line, &size, f) != -1)
		read_line(h, line);
	free(line);
	(void)fclose(f);
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	tdestroy(h->tree, free);
	free(h);
}

bool
hosts_list(const struct hosts *h, const char *name)
{
	return tfind(name, &h->tree, compare) != NULL;
}

/* An address and names of it, up to a comment. */
static void
read_line(struct hosts *h, char *line)
{
	char *word, **found;
	bool address = true;

	line[strcspn(line, "#")] = '\0';
	while ((word = strsep(&line, white_space)) != NULL) {
		if (*word == '\0')
			continue;
		if (!address) {
			word = xstrdup(word);
			found = xcheck(tsearch(word, &h->tree, compare));
			if (*found != word)
				free(word);
		}
		address = false;
	}
}

static int
compare(const void *a, const void *b)
{
	return strcasecmp(a, b);
}
