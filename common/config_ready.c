/* SPDX-License-Identifier: ISC */
#include "config_ready.h"

#include <string.h>
#include <unistd.h>

#include "module.h"

void
config_read_ready(struct config *c, const char *name)
{
	struct text path;

	if (config_find_portset(c, name) != INDEX_NONE || name[0] == '.' ||
	    strchr(name, '/') != NULL)
		return;
	text_init(&path, sizeof(PORTSETDIR) + sizeof(SRCDIR) + TEXT_WORD);
	text_printf(&path, "%s/%s.yaml",
	    module_in_build_tree() ? SRCDIR "/data/portsets" : PORTSETDIR,
	    name);
	if (!path.cut && access(path.data, F_OK) == 0)
		config_read(c, path.data);
	text_free(&path);
}

/* Most hosts have the port sets of the one before them. */
void
config_read_ready_of_hosts(struct config *c)
{
	const struct config_word *last = NULL;
	size_t i, j;

	for (i = 0; i < c->n_hosts && c->n_errors == 0; i++) {
		const struct config_host *h = &c->hosts[i];

		for (j = 0; j < h->n_portsets && h->portsets != last; j++)
			config_read_ready(c, h->portsets[j].s);
		last = h->portsets;
	}
}
