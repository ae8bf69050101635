/* SPDX-License-Identifier: ISC */
/*
 * From keys to what is asked of a port.
 */
#ifndef CONFIG_RECIPE_H
#define CONFIG_RECIPE_H

#include "config_ports.h"
#include "portset.h"

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
