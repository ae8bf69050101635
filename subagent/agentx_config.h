/* SPDX-License-Identifier: ISC */
/*
 * What a configuration says of portstate-agentx, as its options.
 */
#ifndef AGENTX_CONFIG_H
#define AGENTX_CONFIG_H

#include "text.h"

/*
 * The command line with these before those that were given, which count more: what
 * argv has, with more in between, for execve(2).  NULL: the configuration cannot be
 * used, and errors has a line for each reason.
 */
char **agentx_config_command_line(const char *file, int argc, char **argv,
    struct text *errors);

#endif
