/* SPDX-License-Identifier: ISC */
#include "config_option.h"

#include <string.h>

#include "xalloc.h"

struct settings *
config_settings(struct config *c, enum item_transport transport)
{
	if (c->scratch == NULL)
		c->scratch = xmalloc(sizeof(*c->scratch));
	memset(c->scratch, 0, sizeof(*c->scratch));
	if (transport == ITEM_UDP)
		settings_init_datagram(c->scratch, "check_udp");
	else
		settings_init(c->scratch, "check_tcp");
	return c->scratch;
}

const struct option_row *
config_option(const struct settings *set, enum config_key key)
{
	const char *name = config_rows[key].option;
	size_t i;

	for (i = 0; name != NULL && i < set->options.n; i++)
		if (strcmp(set->options.rows[i].name, name) == 0)
			return &set->options.rows[i];
	return NULL;
}

void
config_option_none(struct config *c, enum config_key key,
    struct config_place at, enum item_transport transport)
{
	config_error(c, at, config_rows[key].name,
	    transport == ITEM_UDP ? "is not for UDP" : "is for UDP only");
}
