/* SPDX-License-Identifier: ISC */
/*
 * The words of a value, as they stand in a file.
 */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include "config.h"

struct reader;

#define CONFIG_WORDS_MAX 1000

/* Of a flag that is no: none. */
struct config_words {
	struct config_word words[CONFIG_WORDS_MAX];
	uint16_t n;
	unsigned line;
};

/*
 * Reads the value that has begun; name is that of its key.  False, with errors:
 * there is none that can be used.
 */
bool config_words_read(struct reader *r, const char *name,
    enum config_type type, struct config_words *w);

#endif
