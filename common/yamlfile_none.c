/* SPDX-License-Identifier: ISC */
/* In place of yamlfile.c where there is no libyaml. */
#include <stdlib.h>

#include "yamlfile.h"

static const char missing[] = "this build has no YAML (libyaml)";

const char *
yamlfile_missing(void)
{
	return missing;
}

struct yamlfile *
yamlfile_open(const char *file, const char **why)
{
	(void)file;
	*why = missing;
	return NULL;
}

void
yamlfile_close(struct yamlfile *y)
{
	(void)y;
}

/* There is no file to ask about. */

void
yamlfile_next(struct yamlfile *y, struct yamlfile_item *item)
{
	(void)y;
	(void)item;
	abort();
}

bool
yamlfile_skip(struct yamlfile *y, struct yamlfile_item *item)
{
	(void)y;
	(void)item;
	abort();
}
