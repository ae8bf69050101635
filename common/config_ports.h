/* SPDX-License-Identifier: ISC */
/*
 * Where a port is, or many, by its keys.
 */
#ifndef CONFIG_PORTS_H
#define CONFIG_PORTS_H

#include "config_merged.h"

/* Where layers say that ports are, and how they are called. */
struct config_ports {
	bool enabled;
	bool udp;
	const char *path; /* of a Unix socket; or NULL */
	uint16_t first;
	uint16_t last;
	const char *name;    /* of the service; NULL: it has none */
	bool own_name;       /* it was given */
	const char *host;    /* NULL: the one it belongs to */
	const char *address; /* the same */
};

/* False, with errors: the ports are not all said, or not as they can be. */
bool config_ports(struct config *c, const struct config_layers *l,
    struct config_ports *out);

#endif
