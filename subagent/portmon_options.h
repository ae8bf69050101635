/* SPDX-License-Identifier: ISC */
/*
 * The options of portmon 2.0, by which portstated is told what it is to do where it
 * is called by that name.  portmon(8) is their manual.
 */
#ifndef PORTMON_OPTIONS_H
#define PORTMON_OPTIONS_H

#include "daemon_options.h"

/* Whether a program of that name, argv[0], is portmon: it is in the name. */
bool portmon_named(const char *argv0);

/* As those of portstated. */
struct options portmon_options_table(struct daemon_options *o);
bool portmon_options_parse(struct daemon_options *o, int argc, char **argv,
    struct text *error);

#endif
