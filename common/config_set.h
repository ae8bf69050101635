/* SPDX-License-Identifier: ISC */
/*
 * From a configuration to the set of what is probed.
 */
#ifndef CONFIG_SET_H
#define CONFIG_SET_H

#include "config.h"
#include "hostlist.h"
#include "portset.h"

/*
 * What of a configuration is meant.  Nothing of both: all of it.  Hosts alone:
 * these of its hosts.  Port sets alone: these sets, of the hosts that have them.
 * Both: these sets at these hosts, which need not be in it.
 */
struct config_selection {
	const struct hostlist *hosts;
	const char *const *portsets;
	size_t n_portsets;
};

/*
 * Adds what is meant to a set.  All of the configuration is looked at, for what
 * is wrong, which is added to its errors: then the set is not to be used.  Hosts
 * that are asked for and are not in it are an error in *error, a line.
 *
 * The configuration outlives the set.
 */
bool config_fill(struct config *c, const struct config_selection *sel,
    struct portset *set, struct text *error);

#endif
