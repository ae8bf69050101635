/* SPDX-License-Identifier: ISC */
/*
 * Options from an INI file, as --extra-opts of the Monitoring Plugins has them:
 * https://www.monitoring-plugins.org/doc/extra-opts.html
 */
#ifndef EXTRAOPTS_H
#define EXTRAOPTS_H

#include <stdbool.h>

#include "options.h"

/*
 * Sets the options of a section.  where is "[section][@file]" or NULL;
 * without a section it is the one named name, without a file the first that
 * exists of the usual ones.  The values live as long as the program.
 *
 * On an error *error says in one line which file, line, key and why.  Options
 * of lines before that one have been set.
 */
bool extraopts_set(const struct options *o, const char *where, const char *name,
    struct text *error);

#endif
