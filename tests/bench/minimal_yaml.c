/* SPDX-License-Identifier: ISC */

/*
 * The limit that the bench "config" measures against: all events of a YAML file
 * by libyaml, or all lines of a list, and nothing done with them.
 *
 *	minimal_yaml yaml|list FILE
 *
 * Prints how many there were.
 */

#define _GNU_SOURCE

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

static unsigned long
count_events(FILE *f)
{
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned long n = 0;
	int last = 0;

	if (!yaml_parser_initialize(&parser))
		errx(1, "out of memory");
	yaml_parser_set_input_file(&parser, f);
	while (!last) {
		if (!yaml_parser_parse(&parser, &event))
			errx(1, "%s", parser.problem);
		last = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		n++;
	}
	yaml_parser_delete(&parser);
	return n;
}

static unsigned long
count_lines(FILE *f)
{
	unsigned long n = 0;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, f) != -1)
		n++;
	return n;
}

int
main(int argc, char **argv)
{
	FILE *f;

	if (argc != 3)
		errx(1, "usage: minimal_yaml yaml|list FILE");
	f = fopen(argv[2], "re");
	if (f == NULL)
		err(1, "%s", argv[2]);
	printf("%lu\n",
	    strcmp(argv[1], "yaml") == 0 ? count_events(f) : count_lines(f));
	return 0;
}
