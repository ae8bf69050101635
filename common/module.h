/* SPDX-License-Identifier: ISC */
/*
 * The private modules: shared objects that are installed beside the programs,
 * each linked to a library that only some runs need.
 *
 * A program in the build tree opens that tree's, any other the installed one:
 * the environment has no say.
 */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The table that a module exports as symbol, or NULL when there is none of
 * this version; a module's table begins with its version, a uint32_t.  A
 * module stays open as long as the program runs.
 */
const void *module_open(const char *file, const char *symbol, uint32_t version);

/* Whether the program lies in the build tree, and may trust it. */
bool module_in_build_tree(void);

#endif
