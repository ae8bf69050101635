/* SPDX-License-Identifier: ISC */
#include "handshake.h"

#include "xalloc.h"

struct handshake *
handshake_new(size_t n)
{
	struct handshake *h = xcalloc(1, sizeof(*h) + n * sizeof(h->certs[0]));

	h->n = n;
	return h;
}

struct handshake *
handshake_copy(const struct handshake *h)
{
	return xmemdup(h, sizeof(*h) + h->n * sizeof(h->certs[0]));
}

const struct cert *
handshake_first_end(const struct handshake *h)
{
	const struct cert *first = NULL;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (first == NULL ||
		    h->certs[i].not_after_s < first->not_after_s)
			first = &h->certs[i];
	return first;
}

int64_t
handshake_left_s(const struct handshake *h)
{
	return handshake_first_end(h)->not_after_s - h->at_s;
}

const struct cert *
handshake_last_begin(const struct handshake *h)
{
	const struct cert *last = NULL;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (last == NULL ||
		    h->certs[i].not_before_s > last->not_before_s)
			last = &h->certs[i];
	return last;
}
