/* SPDX-License-Identifier: ISC */
#include "startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_MAX 16384

_Noreturn void
startup_help(const struct startup *s, const struct options *options)
{
	struct text t;

	text_init(&t, HELP_MAX);
	text_printf(&t,
	    "%s v" PACKAGE_VERSION " (portstate)\n\n%s\n%s\nOptions:\n",
	    s->program, s->purpose, s->usage);
	options_help(options, &t);
	text_printf(&t,
	    "\n%sExit status: 0 ended by a signal, 1 failure, 2 usage.\n",
	    s->signals);
	startup_print(&t);
}

_Noreturn void
startup_version(const struct startup *s)
{
	struct text t;

	text_init(&t, HELP_MAX);
	text_printf(&t, "%s v" PACKAGE_VERSION " (portstate)\n", s->program);
	startup_print(&t);
}

_Noreturn void
startup_print(const struct text *t)
{
	if (fputs(t->data, stdout) == EOF || fflush(stdout) == EOF)
		exit(STARTUP_FAILURE);
	exit(0);
}

void
startup_wrong_usage(const struct startup *s, const struct text *why)
{
	(void)fprintf(stderr, "%s: %s\n%s", s->program, why->data, s->usage);
}

void
startup_errors(const struct startup *s, const struct text *lines)
{
	const char *line = lines->data;
	size_t len;

	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		(void)fprintf(stderr, "%s: %.*s\n", s->program, (int)len, line);
	}
}
