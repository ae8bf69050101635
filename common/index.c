/* SPDX-License-Identifier: ISC */
#include "index.h"

#include <stdlib.h>

#include "xalloc.h"

#define FIRST_SIZE 64

static void insert(struct index *, struct index_slot);
static void grow(struct index *);

uint32_t
index_hash(const void *bytes, size_t len, uint32_t hash)
{
	const unsigned char *p = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT32_C(16777619);
	return hash;
}

uint32_t
index_find(const struct index *x, uint32_t hash, index_fn *equal,
    const void *ctx, const void *key)
{
	size_t i;

	if (x->n == 0)
		return INDEX_NONE;
	for (i = hash & (x->size - 1); x->slots[i].number != 0;
	     i = (i + 1) & (x->size - 1)) {
		const struct index_slot *slot = &x->slots[i];

		if (slot->hash == hash && equal(ctx, slot->number - 1, key))
			return slot->number - 1;
	}
	return INDEX_NONE;
}

void
index_add(struct index *x, uint32_t hash, uint32_t number)
{
	if (x->n + x->n / 3 >= x->size)
		grow(x);
	insert(x, (struct index_slot){ hash, number + 1 });
	x->n++;
}

void
index_free(struct index *x)
{
	free(x->slots);
	*x = (struct index){ 0 };
}

static void
insert(struct index *x, struct index_slot slot)
{
	size_t i = slot.hash & (x->size - 1);

	while (x->slots[i].number != 0)
		i = (i + 1) & (x->size - 1);
	x->slots[i] = slot;
}

static void
grow(struct index *x)
{
	struct index old = *x;
	size_t i;

	x->size = old.size == 0 ? FIRST_SIZE : old.size * 2;
	x->slots = xcalloc(x->size, sizeof(x->slots[0]));
	for (i = 0; i < old.size; i++)
		if (old.slots[i].number != 0)
			insert(x, old.slots[i]);
	free(old.slots);
}
