/* SPDX-License-Identifier: ISC */
/*
 * Lists of ports, as check_portset(1) describes them:
 * [tcp:|udp:]port[-port][/protocol][=expected], unix:path[=expected], …
 */
#ifndef PORTLIST_H
#define PORTLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datagram.h"
#include "expected.h"
#include "proto.h"
#include "text.h"

/* One port, or the path of a Unix socket. */
struct port {
	uint16_t number; /* host order; 0: a path */
	uint16_t item;   /* which of the items it is from */
};

/* What a list says of one or many ports. */
struct port_item {
	char *name; /* the service name or path; NULL: the number */
	bool path;
	enum expected expected;
	const struct proto *proto;
	bool tls; /* in its dialogue */
	bool udp;
	const struct datagram *datagram; /* NULL: that of the port */
};

/* The ports of one transport: the item of each, counted from 1. */
struct port_map {
	uint16_t *item;
	uint16_t lowest;
	uint16_t highest;
};

struct portlist {
	/* By number, those of UDP after the others, then paths as they came. */
	struct port *ports;
	size_t n;
	struct port_item *items;
	size_t n_items;
	struct port_map tcp;
	struct port_map udp;
};

/* A zeroed one is empty and ready for use. */
void portlist_free(struct portlist *l);

enum item_transport { ITEM_TCP, ITEM_UDP, ITEM_UNIX };

/* An item, taken apart and not looked at; what is not there has no data. */
struct item_words {
	enum item_transport transport;
	struct bytes ports; /* or the path */
	struct bytes protocol;
	struct bytes expected;
};

void portlist_split(const char *s, size_t len, struct item_words *w);

/*
 * Reads a port from 1 to 65535, a service name or a range of ports.  NULL or the
 * reason.
 */
const char *portlist_parse_range(const char *s, uint16_t *first,
    uint16_t *last);

/*
 * Adds the items of s to the list, where they override what is there.  On an
 * error *error says in one line which item and why, and the list is as good as
 * lost.
 */
bool portlist_add(struct portlist *l, const char *s, struct text *error);

#endif
