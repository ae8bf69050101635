/* SPDX-License-Identifier: ISC */
/*
 * The sections daemon, notify and snmp of a configuration, each key of which may stand
 * in one file only.
 */
#ifndef CONFIG_DAEMON_H
#define CONFIG_DAEMON_H

#include "config.h"

struct reader;

/* Reads the map of a section, which has begun. */
void config_daemon_read(struct reader *r, const char *section);

/* When all is read: what of the keys does not go together is an error. */
void config_daemon_check(struct config *c);

#endif
