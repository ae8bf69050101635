/* SPDX-License-Identifier: ISC */
/*
 * The options that take the values of keys.
 */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include "config.h"
#include "portlist.h"
#include "settings.h"

/*
 * Settings as they are without any option, for settings_clear(); there are only
 * those of the last call, and they are the configuration's.
 */
struct settings *config_settings(struct config *c,
    enum item_transport transport);

/* The option that takes a key's values; NULL: these settings have none. */
const struct option_row *config_option(const struct settings *set,
    enum config_key key);

/* Adds an error of a key that is of no use: the transport is another. */
void config_option_none(struct config *c, enum config_key key,
    struct config_place at, enum item_transport transport);

#endif
