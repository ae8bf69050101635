/* SPDX-License-Identifier: ISC */
/*
 * From keys to what is asked of a port.
 */
#ifndef CONFIG_ASK_H
#define CONFIG_ASK_H

#include "config.h"
#include "portset.h"

/*
 * Whether each key of a layer has a value that it can have.  What is wrong is
 * added to the errors.
 */
bool config_check(struct config *c, const struct config_layer *l);

/* More layers than this are not put on one another. */
#define CONFIG_LAYERS_MAX (CONFIG_DEPTH_MAX + 8)

/* What goes before what: the first layer that has a key gives its value. */
struct config_layers {
	const struct config_layer *layers[CONFIG_LAYERS_MAX];
	size_t n;
	size_t n_own;     /* of these, those of the port itself */
	const char *name; /* of the entry; NULL: it has none */
	struct config_place at;
};

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

/* What is asked, and all that belongs to it. */
struct config_recipe;

/*
 * That of a port, which may be shared by many; NULL, with errors: keys of it do
 * not go together.
 */
const struct config_recipe *config_recipe(struct config *c,
    const struct config_layers *l, const struct config_ports *ports,
    uint16_t port);

/* Without a name; it lives as long as the configuration. */
const struct ask *config_recipe_ask(const struct config_recipe *r);

#endif
