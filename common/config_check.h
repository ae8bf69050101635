/* SPDX-License-Identifier: ISC */
/*
 * Whether the values of keys can be what they are, each by itself.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config.h"

/*
 * Whether each key of a layer has a value that it can have.  What is wrong is
 * added to the errors.
 */
bool config_check(struct config *c, const struct config_layer *l);

#endif
