/* SPDX-License-Identifier: ISC */
/*
 * Finds one of many things, which their owner keeps in an array, by a hash of
 * what they are found by.
 */
#ifndef INDEX_H
#define INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
	uint32_t hash;
	uint32_t number; /* of the thing, from 1; 0: the slot is free */
};

/* A zeroed one is empty. */
struct index {
	struct index_slot *slots;
	size_t size;
	size_t n;
};

#define INDEX_NONE UINT32_MAX

/* Whether the thing of that number is the one that is looked for. */
typedef bool index_fn(const void *ctx, uint32_t number, const void *key);

/* FNV-1a of len bytes, going on from another hash; INDEX_HASH to begin with. */
uint32_t index_hash(const void *bytes, size_t len, uint32_t hash);
#define INDEX_HASH UINT32_C(2166136261)

/* The number of the thing, or INDEX_NONE. */
uint32_t index_find(const struct index *x, uint32_t hash, index_fn *equal,
    const void *ctx, const void *key);

/* number: less than INDEX_NONE; its thing is not in there. */
void index_add(struct index *x, uint32_t hash, uint32_t number);

void index_free(struct index *x);

#endif
