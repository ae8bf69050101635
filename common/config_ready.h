/* SPDX-License-Identifier: ISC */
/*
 * Port sets that come with portstate, a file each: portstate-portsets(7).
 */
#ifndef CONFIG_READY_H
#define CONFIG_READY_H

#include "config.h"

/*
 * Reads the one of that name, if the configuration has none, and there is one.
 */
void config_read_ready(struct config *c, const char *name);

/* The same of all that its hosts have. */
void config_read_ready_of_hosts(struct config *c);

#endif
