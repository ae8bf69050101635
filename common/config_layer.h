/* SPDX-License-Identifier: ISC */
/*
 * The keys of one level, from where they stand to the layer that they are.  Each
 * function returns NULL, with errors, where there is none that can be used.
 */
#ifndef CONFIG_LAYER_H
#define CONFIG_LAYER_H

#include "config.h"

struct reader;

/*
 * Of a map of keys, that has begun: those of a port, CONFIG_AT_PORT, or such as
 * many may share, CONFIG_AT_DEFAULTS.  what is how people call the map.
 */
const struct config_layer *config_layer_read(struct reader *r, unsigned level,
    const char *what);

/* Of the names of port sets alone: one, or a list of them, that has begun. */
const struct config_layer *config_layer_portsets(struct reader *r);

/*
 * Of an item of check_portset(1), len bytes at s:
 * [tcp:|udp:]ports[/protocol][=expected] or unix:path[=expected].
 */
const struct config_layer *config_layer_item(struct config *c, const char *s,
    size_t len, struct config_place at);

#endif
