/* SPDX-License-Identifier: ISC */
/*
 * Lists of ports: a list that is taken is in order and each port in it once;
 * what it means, written as a list, is read as the same; two lists are the same
 * as one with a comma between them.
 *
 * Input: lists, each ended by a newline.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "portlist.h"

#define ERROR_MAX 1024
#define ERROR_USUAL 200

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static bool add_lines(struct portlist *, char *, struct text *);
static void check_order(const struct portlist *);
static void check_written(const struct portlist *);
static void write_list(struct text *, const struct portlist *);
static void check_same(const struct portlist *, const struct portlist *);
static void check_error(const struct text *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size), *lines = strdup(s), *p;
	struct portlist one = { 0 }, many = { 0 };
	struct text error, other;
	bool ok;

	text_init(&error, ERROR_MAX);
	text_init(&other, ERROR_MAX);
	for (p = s; (p = strchr(p, '\n')) != NULL; p++)
		*p = ',';
	ok = portlist_add(&one, s, &error);
	assert(add_lines(&many, lines, &other) == ok);
	assert(strcmp(error.data, other.data) == 0);
	if (ok) {
		assert(error.len == 0);
		check_order(&one);
		check_same(&one, &many);
		check_written(&one);
	} else {
		check_error(&error);
	}
	text_free(&other);
	text_free(&error);
	portlist_free(&many);
	portlist_free(&one);
	free(lines);
	free(s);
	return 0;
}

static bool
add_lines(struct portlist *l, char *lines, struct text *error)
{
	char *line, *rest = lines;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (!portlist_add(l, line, error))
			return false;
	return true;
}

static void
check_order(const struct portlist *l)
{
	uint32_t last = 0;
	size_t i, j;

	/* Those of UDP come after the others. */
	for (i = 0; i < l->n && l->ports[i].number != 0; i++) {
		uint32_t place = l->ports[i].number +
		    (l->items[l->ports[i].item].udp ? 65536U : 0);

		assert(place > last);
		last = place;
		assert(l->ports[i].item < l->n_items);
		assert(!l->items[l->ports[i].item].path);
	}
	for (j = i; j < l->n; j++) {
		const struct port_item *item = &l->items[l->ports[j].item];
		size_t k;

		assert(l->ports[j].number == 0);
		assert(item->path && item->name[0] == '/');
		for (k = i; k < j; k++)
			assert(strcmp(l->items[l->ports[k].item].name,
				   item->name) != 0);
	}
}

static void
check_written(const struct portlist *l)
{
	struct portlist again = { 0 };
	struct text t, error;

	text_init(&t, (size_t)1 << 22);
	write_list(&t, l);
	assert(!t.cut);
	text_init(&error, ERROR_MAX);
	assert(portlist_add(&again, t.data, &error));
	check_same(l, &again);
	portlist_free(&again);
	text_free(&error);
	text_free(&t);
}

/* Service names become numbers. */
static void
write_list(struct text *t, const struct portlist *l)
{
	size_t i, end;

	for (i = 0; i < l->n; i = end) {
		const struct port *first = &l->ports[i];
		const struct port_item *item = &l->items[first->item];

		for (end = i + 1; !item->path && end < l->n &&
		     l->ports[end].item == first->item &&
		     l->ports[end].number == first->number + (end - i);
		     end++)
			;
		text_puts(t, i > 0 ? "," : "");
		if (item->path)
			text_printf(t, "unix:%s", item->name);
		else
			text_printf(t, "%s%u-%u", item->udp ? "udp:" : "",
			    first->number, l->ports[end - 1].number);
		if (item->datagram != NULL)
			text_printf(t, "/%s", item->datagram->name);
		else if (!item->udp && !item->path)
			text_printf(t, "/%s", item->proto->name);
		text_printf(t, "=%s", expected_name(item->expected));
	}
}

static void
check_same(const struct portlist *a, const struct portlist *b)
{
	size_t i;

	assert(a->n == b->n);
	for (i = 0; i < a->n; i++) {
		const struct port_item *x = &a->items[a->ports[i].item];
		const struct port_item *y = &b->items[b->ports[i].item];

		assert(a->ports[i].number == b->ports[i].number);
		assert(x->expected == y->expected);
		assert(x->proto == y->proto);
		assert(x->udp == y->udp && x->datagram == y->datagram);
		assert(x->path == y->path);
		assert(!x->path || strcmp(x->name, y->name) == 0);
	}
}

static void
check_error(const struct text *t)
{
	size_t i;

	assert(t->len > 0 && t->len <= ERROR_USUAL && !t->cut);
	for (i = 0; i < t->len; i++)
		assert(t->data[i] >= ' ' && t->data[i] < 0x7f);
}
