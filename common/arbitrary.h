/* SPDX-License-Identifier: ISC */
/*
 * Numbers that nobody can guess, for what has to be told from forgeries.
 */
#ifndef ARBITRARY_H
#define ARBITRARY_H

#include <stdint.h>

uint64_t arbitrary_number(void);

#endif
