/* SPDX-License-Identifier: ISC */
/*
 * Layers that were put on one another: which value of each key counts.
 */
#ifndef CONFIG_MERGED_H
#define CONFIG_MERGED_H

#include "config.h"

/* More layers than this are not put on one another. */
#define CONFIG_LAYERS_MAX (CONFIG_DEPTH_MAX + 8)

/* What goes before what: the first layer that has a key gives its value. */
struct config_layers {
	const struct config_layer *layers[CONFIG_LAYERS_MAX];
	size_t n;
	size_t n_own;     /* of these, those of the port itself */
	const char *name; /* of the entry; NULL: it has none */
	struct config_place at;
};

/* The values that count, by key; NULL: none is given. */
struct merged {
	const struct config_value *values[CONFIG_KEYS];
	bool own[CONFIG_KEYS];      /* of the port itself, not inherited */
	uint8_t layer[CONFIG_KEYS]; /* from 0, the nearest */
};

/* What is inherited and of no use here is left out. */
void merged_init(struct merged *m, const struct config_layers *l);

/* Whether there is a value, which is not no. */
bool merged_has(const struct merged *m, enum config_key key);

/* Its only word; NULL: there is none. */
const char *merged_word(const struct merged *m, enum config_key key);

/* What is not inherited says whether there is TLS. */
bool merged_has_tls(const struct merged *m);

/* The first key that the port itself has of a conversation, or CONFIG_KEYS. */
enum config_key merged_conversation(const struct merged *m);

#endif
